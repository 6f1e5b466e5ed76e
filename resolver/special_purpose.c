#include "resolver/special_purpose.h"

#include <stdbool.h>
#include <string.h>

/*
 * All rows of the registries, with multicast and the deprecated forms that they
 * leave to others. The first row that fits counts, so the narrower of two comes
 * first. Blocks that are reachable but belong to one protocol (AS112, AMT,
 * anycast) are included: no mail server, and no zone with one, is there.
 */
static const struct special_block {
	uint8_t		 octets[PREFIX_IPV6_OCTETS];
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
	uint8_t		octets[PREFIX_IPV6_OCTETS];
	unsigned int	bits;
	unsigned int	offset;		/* of the IPv4 address, in octets */
} embeddings[] = {
	{ { [10] = 0xff, 0xff }, 96, 12 },		/* RFC 4291 2.5.5.2 */
	{ { 0x00, 0x64, 0xff, 0x9b }, 96, 12 },		/* RFC 6052 2.1 */
	{ { 0x20, 0x02 }, 16, 2 },			/* RFC 3056 2 */
};

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static struct prefix
prefix_of(const struct special_block *block, size_t size)
{
	struct prefix prefix = { .size = size, .bits = block->bits };

	memcpy(prefix.octets, block->octets, sizeof(prefix.octets));
	return prefix;
}

/* The IPv4 block inside IPv6 addresses of one form. */
static struct prefix
embed(const struct embedding *embedding, const struct special_block *block)
{
	struct prefix prefix = {
		.size = PREFIX_IPV6_OCTETS,
		.bits = 8 * embedding->offset + block->bits,
	};

	memcpy(prefix.octets, embedding->octets, sizeof(prefix.octets));
	memcpy(prefix.octets + embedding->offset, block->octets,
	    PREFIX_IPV4_OCTETS);
	return prefix;
}

/* The first IPv4 block with an embedded address in it. NULL: none. */
static const char *
find_embedded(const uint8_t *octets)
{
	struct prefix prefix;
	size_t i, j;

	for (i = 0; i < COUNT(embeddings); i++) {
		for (j = 0; j < COUNT(ipv4_blocks); j++) {
			prefix = embed(&embeddings[i], &ipv4_blocks[j]);
			if (prefix_holds(&prefix, octets, PREFIX_IPV6_OCTETS))
				return ipv4_blocks[j].why;
		}
	}
	return NULL;
}

static const char *
find_block(const struct special_block *blocks, size_t count,
    const uint8_t *octets, size_t size)
{
	struct prefix prefix;
	size_t i;

	for (i = 0; i < count; i++) {
		prefix = prefix_of(&blocks[i], size);
		if (prefix_holds(&prefix, octets, size))
			return blocks[i].why;
	}
	return NULL;
}

const char *
special_purpose(const uint8_t *octets, size_t size)
{
	const char *why;

	if (size == PREFIX_IPV4_OCTETS)
		return find_block(ipv4_blocks, COUNT(ipv4_blocks), octets,
		    size);
	why = find_embedded(octets);
	if (why != NULL)
		return why;
	return find_block(ipv6_blocks, COUNT(ipv6_blocks), octets, size);
}

void
special_purpose_blocks(prefix_found *found, void *argument)
{
	struct prefix prefix;
	size_t i, j;

	for (i = 0; i < COUNT(ipv4_blocks); i++) {
		prefix = prefix_of(&ipv4_blocks[i], PREFIX_IPV4_OCTETS);
		found(&prefix, argument);
		for (j = 0; j < COUNT(embeddings); j++) {
			prefix = embed(&embeddings[j], &ipv4_blocks[i]);
			found(&prefix, argument);
		}
	}
	for (i = 0; i < COUNT(ipv6_blocks); i++) {
		prefix = prefix_of(&ipv6_blocks[i], PREFIX_IPV6_OCTETS);
		found(&prefix, argument);
	}
}
