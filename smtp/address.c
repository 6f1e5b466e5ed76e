#include "smtp/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "resolver/memory.h"

#define IPV4_OCTETS	4
#define IPV6_OCTETS	16

/*
 * The IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890), with
 * multicast and the deprecated forms that the registries leave to others. The
 * first row that fits counts, so the narrower of two comes first. Blocks that
 * are reachable but belong to one protocol (AS112, AMT, anycast) are included:
 * no mail server is there.
 */
static const struct special_block {
	uint8_t		 octets[IPV6_OCTETS];
	unsigned int	 bits;
	const char	*why;
} ipv4_blocks[] = {
	{ { 0, 0, 0, 0 }, 8, "\"this network\" (RFC 791)" },
	{ { 10 }, 8, "private use (RFC 1918)" },
	{ { 100, 64 }, 10, "shared address space (RFC 6598)" },
	{ { 127 }, 8, "loopback (RFC 1122)" },
	{ { 169, 254 }, 16, "link local (RFC 3927)" },
	{ { 172, 16 }, 12, "private use (RFC 1918)" },
	{ { 192, 0, 0, 0 }, 29, "IPv4 service continuity (RFC 7335)" },
	{ { 192, 0, 0, 8 }, 32, "IPv4 dummy address (RFC 7600)" },
	{ { 192, 0, 0, 9 }, 32, "port control anycast (RFC 7723)" },
	{ { 192, 0, 0, 10 }, 32, "TURN anycast (RFC 8155)" },
	{ { 192, 0, 0, 170 }, 31, "NAT64 discovery (RFC 8880)" },
	{ { 192, 0, 0 }, 24, "IETF protocol assignments (RFC 6890)" },
	{ { 192, 0, 2 }, 24, "documentation (RFC 5737)" },
	{ { 192, 31, 196 }, 24, "AS112 (RFC 7535)" },
	{ { 192, 52, 193 }, 24, "multicast tunnelling (RFC 7450)" },
	{ { 192, 88, 99 }, 24, "6to4 relay anycast, deprecated (RFC 7526)" },
	{ { 192, 168 }, 16, "private use (RFC 1918)" },
	{ { 192, 175, 48 }, 24, "AS112 (RFC 7534)" },
	{ { 198, 18 }, 15, "benchmarking (RFC 2544)" },
	{ { 198, 51, 100 }, 24, "documentation (RFC 5737)" },
	{ { 203, 0, 113 }, 24, "documentation (RFC 5737)" },
	{ { 224 }, 4, "multicast (RFC 5771)" },
	{ { 255, 255, 255, 255 }, 32, "limited broadcast (RFC 919)" },
	{ { 240 }, 4, "reserved (RFC 1112)" },
}, ipv6_blocks[] = {
	{ { 0 }, 128, "unspecified (RFC 4291)" },
	{ { [15] = 1 }, 128, "loopback (RFC 4291)" },
	{ { 0 }, 96, "IPv4-compatible, deprecated (RFC 4291)" },
	{ { [10] = 0xff, 0xff }, 96, "IPv4-mapped (RFC 4291)" },
	{ { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 }, 48,
	    "local IPv4 translation (RFC 8215)" },
	{ { 0x01, 0x00 }, 64, "discard only (RFC 6666)" },
	{ { 0x01, 0x00, [7] = 0x01 }, 64, "dummy prefix (RFC 9780)" },
	{ { 0x20, 0x01, 0x00, 0x00 }, 32, "Teredo (RFC 4380)" },
	{ { 0x20, 0x01, 0x00, 0x01, [15] = 1 }, 128,
	    "port control anycast (RFC 7723)" },
	{ { 0x20, 0x01, 0x00, 0x01, [15] = 2 }, 128,
	    "TURN anycast (RFC 8155)" },
	{ { 0x20, 0x01, 0x00, 0x01, [15] = 3 }, 128,
	    "service registration anycast (RFC 9665)" },
	{ { 0x20, 0x01, 0x00, 0x02 }, 48, "benchmarking (RFC 5180)" },
	{ { 0x20, 0x01, 0x00, 0x03 }, 32, "multicast tunnelling (RFC 7450)" },
	{ { 0x20, 0x01, 0x00, 0x04, 0x01, 0x12 }, 48, "AS112 (RFC 7535)" },
	{ { 0x20, 0x01, 0x00, 0x10 }, 28, "ORCHID, deprecated (RFC 4843)" },
	{ { 0x20, 0x01, 0x00, 0x20 }, 28, "ORCHIDv2 (RFC 7343)" },
	{ { 0x20, 0x01, 0x00, 0x30 }, 28, "drone entity tags (RFC 9374)" },
	{ { 0x20, 0x01 }, 23, "IETF protocol assignments (RFC 2928)" },
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32, "documentation (RFC 3849)" },
	{ { 0x26, 0x20, 0x00, 0x4f, 0x80 }, 48, "AS112 (RFC 7534)" },
	{ { 0x3f, 0xff }, 20, "documentation (RFC 9637)" },
	{ { 0x5f, 0x00 }, 16, "segment routing (RFC 9602)" },
	{ { 0xfc }, 7, "unique local (RFC 4193)" },
	{ { 0xfe, 0x80 }, 10, "link local (RFC 4291)" },
	{ { 0xfe, 0xc0 }, 10, "site local, deprecated (RFC 3879)" },
	{ { 0xff }, 8, "multicast (RFC 4291)" },
};

/* IPv6 blocks whose addresses lead to the IPv4 address inside them. */
static const struct embedding {
	uint8_t		octets[IPV6_OCTETS];
	unsigned int	bits;
	unsigned int	offset;		/* of the IPv4 address, in octets */
} embeddings[] = {
	{ { [10] = 0xff, 0xff }, 96, 12 },		/* RFC 4291 2.5.5.2 */
	{ { 0x00, 0x64, 0xff, 0x9b }, 96, 12 },		/* RFC 6052 2.1 */
	{ { 0x20, 0x02 }, 16, 2 },			/* RFC 3056 2 */
};

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static size_t
octet_count(const struct address *address)
{
	return address->family == AF_INET6 ? IPV6_OCTETS : IPV4_OCTETS;
}

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

bool
address_equal(const struct address *a, const struct address *b)
{
	return a->family == b->family && a->port == b->port &&
	    memcmp(a->octets, b->octets, octet_count(a)) == 0;
}

int
address_compare(const struct address *a, const struct address *b)
{
	const int difference = a->family == b->family ?
	    memcmp(a->octets, b->octets, octet_count(a)) :
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

static bool
begins_with(const uint8_t *octets, const uint8_t *prefix, unsigned int bits)
{
	size_t whole = bits / 8;
	uint8_t mask = (uint8_t)(0xff00u >> bits % 8);

	if (memcmp(octets, prefix, whole) != 0)
		return false;
	return mask == 0 || ((octets[whole] ^ prefix[whole]) & mask) == 0;
}

static const char *
find_block(const struct special_block *blocks, size_t count,
    const uint8_t *octets)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (begins_with(octets, blocks[i].octets, blocks[i].bits))
			return blocks[i].why;
	return NULL;
}

const char *
address_special_purpose(const struct address *address)
{
	const uint8_t *octets = address->octets;
	const char *why = NULL;
	size_t i;

	if (address->family == AF_INET)
		return find_block(ipv4_blocks, COUNT(ipv4_blocks), octets);
	for (i = 0; i < COUNT(embeddings) && why == NULL; i++)
		if (begins_with(octets, embeddings[i].octets,
		    embeddings[i].bits))
			why = find_block(ipv4_blocks, COUNT(ipv4_blocks),
			    octets + embeddings[i].offset);
	if (why != NULL)
		return why;
	return find_block(ipv6_blocks, COUNT(ipv6_blocks), octets);
}
