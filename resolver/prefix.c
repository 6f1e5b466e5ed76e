#include "resolver/prefix.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "resolver/memory.h"

bool
prefix_from_text(struct prefix *prefix, const char *text)
{
	memset(prefix, 0, sizeof(*prefix));
	if (inet_pton(AF_INET, text, prefix->octets) == 1)
		prefix->size = PREFIX_IPV4_OCTETS;
	else if (inet_pton(AF_INET6, text, prefix->octets) == 1)
		prefix->size = PREFIX_IPV6_OCTETS;
	else
		return false;
	prefix->bits = (unsigned int)prefix->size * 8;
	return true;
}

char *
prefix_text(const struct prefix *prefix)
{
	const int family = prefix->size == PREFIX_IPV4_OCTETS ? AF_INET :
	    AF_INET6;
	char address[INET6_ADDRSTRLEN] = "";

	inet_ntop(family, prefix->octets, address, sizeof(address));
	return memory_format("%s/%u", address, prefix->bits);
}

bool
prefix_holds(const struct prefix *prefix, const uint8_t *octets, size_t size)
{
	const size_t whole = prefix->bits / 8;
	const uint8_t mask = (uint8_t)(0xff00u >> prefix->bits % 8);

	if (size != prefix->size || memcmp(octets, prefix->octets, whole) != 0)
		return false;
	return mask == 0 ||
	    ((octets[whole] ^ prefix->octets[whole]) & mask) == 0;
}

/* What has a hole in it is halved, until a half has none, or is one. */
void
prefix_without(const struct prefix *prefix, const struct prefix *holes,
    size_t count, prefix_found *found, void *argument)
{
	struct prefix half = *prefix;
	size_t i;

	for (i = 0; i < count; i++)
		if (prefix_holds(prefix, holes[i].octets, holes[i].size))
			break;
	if (i == count) {
		found(prefix, argument);
		return;
	}
	if (prefix->bits == prefix->size * 8)
		return;
	half.bits++;
	prefix_without(&half, holes, count, found, argument);
	half.octets[prefix->bits / 8] |=
	    (uint8_t)(0x80u >> prefix->bits % 8);
	prefix_without(&half, holes, count, found, argument);
}
