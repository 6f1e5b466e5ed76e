#include "smtp/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "resolver/memory.h"
#include "resolver/special_purpose.h"

#define IPV4_OCTETS	PREFIX_IPV4_OCTETS
#define IPV6_OCTETS	PREFIX_IPV6_OCTETS

bool
address_from_octets(struct address *address, const uint8_t *octets,
    size_t size, uint16_t port)
{
	if (size != IPV4_OCTETS && size != IPV6_OCTETS)
		return false;
	memset(address, 0, sizeof(*address));
	address->family = size == IPV4_OCTETS ? AF_INET : AF_INET6;
	memcpy(address->octets, octets, size);
	address->port = port;
	return true;
}

bool
address_from_text(struct address *address, const char *text, uint16_t port)
{
	char bare[INET6_ADDRSTRLEN];
	uint8_t octets[IPV6_OCTETS];
	size_t size = strlen(text);

	if (size >= 2 && text[0] == '[' && text[size - 1] == ']') {
		text++;
		size -= 2;
	}
	if (size >= sizeof(bare))
		return false;
	memcpy(bare, text, size);
	bare[size] = '\0';
	if (inet_pton(AF_INET, bare, octets) == 1)
		return address_from_octets(address, octets, IPV4_OCTETS, port);
	if (inet_pton(AF_INET6, bare, octets) == 1)
		return address_from_octets(address, octets, IPV6_OCTETS, port);
	return false;
}

char *
address_text(const struct address *address)
{
	char text[INET6_ADDRSTRLEN];

	if (inet_ntop(address->family, address->octets, text,
	    sizeof(text)) == NULL)
		return memory_string("?");
	return memory_string(text);
}

char *
address_literal(const struct address *address)
{
	char *text = address_text(address);
	char *literal = memory_format(address->family == AF_INET6 ?
	    "[IPv6:%s]" : "[%s]", text);

	free(text);
	return literal;
}

size_t
address_size(const struct address *address)
{
	return address->family == AF_INET6 ? IPV6_OCTETS : IPV4_OCTETS;
}

bool
address_equal(const struct address *a, const struct address *b)
{
	return a->family == b->family && a->port == b->port &&
	    memcmp(a->octets, b->octets, address_size(a)) == 0;
}

int
address_compare(const struct address *a, const struct address *b)
{
	const int difference = a->family == b->family ?
	    memcmp(a->octets, b->octets, address_size(a)) :
	    a->family == AF_INET ? -1 : b->family == AF_INET ? 1 :
	    a->family - b->family;

	return difference != 0 ? difference : (int)a->port - (int)b->port;
}

size_t
address_to_socket(const struct address *address,
    struct sockaddr_storage *socket_address)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	memset(socket_address, 0, sizeof(*socket_address));
	if (address->family == AF_INET6) {
		in6.sin6_port = htons(address->port);
		memcpy(&in6.sin6_addr, address->octets, IPV6_OCTETS);
		memcpy(socket_address, &in6, sizeof(in6));
		return sizeof(in6);
	}
	in.sin_port = htons(address->port);
	memcpy(&in.sin_addr, address->octets, IPV4_OCTETS);
	memcpy(socket_address, &in, sizeof(in));
	return sizeof(in);
}

bool
address_from_socket(struct address *address,
    const struct sockaddr_storage *socket_address)
{
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	switch (socket_address->ss_family) {
	case AF_INET:
		memcpy(&in, socket_address, sizeof(in));
		return address_from_octets(address,
		    (const uint8_t *)&in.sin_addr, IPV4_OCTETS,
		    ntohs(in.sin_port));
	case AF_INET6:
		memcpy(&in6, socket_address, sizeof(in6));
		return address_from_octets(address, in6.sin6_addr.s6_addr,
		    IPV6_OCTETS, ntohs(in6.sin6_port));
	default:
		return false;
	}
}

const char *
address_special_purpose(const struct address *address)
{
	return special_purpose(address->octets, address_size(address));
}
