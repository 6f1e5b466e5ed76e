#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "resolver/memory.h"
#include "resolver/special_purpose.h"
#include "tests/unit/support/table.h"

static const struct special_row {
	const char	*name;		/* the address */
	const char	*why;		/* NULL: it can be a public one */
} special_rows[] = {
	{ "0.0.0.0", "\"this network\" (RFC 791)" },
	{ "0.255.255.255", "\"this network\" (RFC 791)" },
	{ "1.0.0.0", NULL },
	{ "9.255.255.255", NULL },
	{ "10.0.0.0", "private use (RFC 1918)" },
	{ "10.255.255.255", "private use (RFC 1918)" },
	{ "11.0.0.0", NULL },
	{ "100.63.255.255", NULL },
	{ "100.64.0.0", "shared address space (RFC 6598)" },
	{ "100.127.255.255", "shared address space (RFC 6598)" },
	{ "100.128.0.0", NULL },
	{ "126.255.255.255", NULL },
	{ "127.0.0.1", "loopback (RFC 1122)" },
	{ "127.255.255.255", "loopback (RFC 1122)" },
	{ "128.0.0.0", NULL },
	{ "169.253.255.255", NULL },
	{ "169.254.0.0", "link local (RFC 3927)" },
	{ "169.254.255.255", "link local (RFC 3927)" },
	{ "169.255.0.0", NULL },
	{ "172.15.255.255", NULL },
	{ "172.16.0.0", "private use (RFC 1918)" },
	{ "172.31.255.255", "private use (RFC 1918)" },
	{ "172.32.0.0", NULL },
	{ "191.255.255.255", NULL },
	{ "192.0.0.0", "IPv4 service continuity (RFC 7335)" },
	{ "192.0.0.7", "IPv4 service continuity (RFC 7335)" },
	{ "192.0.0.8", "IPv4 dummy address (RFC 7600)" },
	{ "192.0.0.9", "port control anycast (RFC 7723)" },
	{ "192.0.0.10", "TURN anycast (RFC 8155)" },
	{ "192.0.0.11", "IETF protocol assignments (RFC 6890)" },
	{ "192.0.0.170", "NAT64 discovery (RFC 8880)" },
	{ "192.0.0.171", "NAT64 discovery (RFC 8880)" },
	{ "192.0.0.255", "IETF protocol assignments (RFC 6890)" },
	{ "192.0.1.0", NULL },
	{ "192.0.2.0", "documentation (RFC 5737)" },
	{ "192.0.2.255", "documentation (RFC 5737)" },
	{ "192.0.3.0", NULL },
	{ "192.31.196.1", "AS112 (RFC 7535)" },
	{ "192.52.193.1", "multicast tunnelling (RFC 7450)" },
	{ "192.88.99.1", "6to4 relay anycast, deprecated (RFC 7526)" },
	{ "192.167.255.255", NULL },
	{ "192.168.0.0", "private use (RFC 1918)" },
	{ "192.168.255.255", "private use (RFC 1918)" },
	{ "192.169.0.0", NULL },
	{ "192.175.48.1", "AS112 (RFC 7534)" },
	{ "198.17.255.255", NULL },
	{ "198.18.0.0", "benchmarking (RFC 2544)" },
	{ "198.19.255.255", "benchmarking (RFC 2544)" },
	{ "198.20.0.0", NULL },
	{ "198.51.100.1", "documentation (RFC 5737)" },
	{ "203.0.113.1", "documentation (RFC 5737)" },
	{ "223.255.255.255", NULL },
	{ "224.0.0.0", "multicast (RFC 5771)" },
	{ "239.255.255.255", "multicast (RFC 5771)" },
	{ "240.0.0.0", "reserved (RFC 1112)" },
	{ "255.255.255.254", "reserved (RFC 1112)" },
	{ "255.255.255.255", "limited broadcast (RFC 919)" },

	{ "::", "unspecified (RFC 4291)" },
	{ "::1", "loopback (RFC 4291)" },
	{ "::8.8.8.8", "IPv4-compatible, deprecated (RFC 4291)" },
	{ "64:ff9a::1", NULL },
	{ "64:ff9b:1::", "local IPv4 translation (RFC 8215)" },
	{ "64:ff9b:1:ffff::1", "local IPv4 translation (RFC 8215)" },
	{ "64:ff9b:2::", NULL },
	{ "100::1", "discard only (RFC 6666)" },
	{ "100:0:0:1::1", "dummy prefix (RFC 9780)" },
	{ "100:0:0:2::1", NULL },
	{ "2001::1", "Teredo (RFC 4380)" },
	{ "2001:1::1", "port control anycast (RFC 7723)" },
	{ "2001:1::2", "TURN anycast (RFC 8155)" },
	{ "2001:1::3", "service registration anycast (RFC 9665)" },
	{ "2001:1::4", "IETF protocol assignments (RFC 2928)" },
	{ "2001:2::1", "benchmarking (RFC 5180)" },
	{ "2001:2:1::1", "IETF protocol assignments (RFC 2928)" },
	{ "2001:3::1", "multicast tunnelling (RFC 7450)" },
	{ "2001:4:112::1", "AS112 (RFC 7535)" },
	{ "2001:10::1", "ORCHID, deprecated (RFC 4843)" },
	{ "2001:20::1", "ORCHIDv2 (RFC 7343)" },
	{ "2001:2f:ffff::1", "ORCHIDv2 (RFC 7343)" },
	{ "2001:30::1", "drone entity tags (RFC 9374)" },
	{ "2001:1ff:ffff::1", "IETF protocol assignments (RFC 2928)" },
	{ "2001:200::1", NULL },
	{ "2001:db7:ffff::1", NULL },
	{ "2001:db8::", "documentation (RFC 3849)" },
	{ "2001:db8:ffff::1", "documentation (RFC 3849)" },
	{ "2001:db9::1", NULL },
	{ "2620:4f:8000::1", "AS112 (RFC 7534)" },
	{ "2620:4f:8001::1", NULL },
	{ "2a00:1450::1", NULL },
	{ "3ffe:ffff::1", NULL },
	{ "3fff::1", "documentation (RFC 9637)" },
	{ "3fff:fff::1", "documentation (RFC 9637)" },
	{ "3fff:1000::1", NULL },
	{ "5f00::1", "segment routing (RFC 9602)" },
	{ "fbff::1", NULL },
	{ "fc00::1", "unique local (RFC 4193)" },
	{ "fdff:ffff::1", "unique local (RFC 4193)" },
	{ "fe80::1", "link local (RFC 4291)" },
	{ "febf::1", "link local (RFC 4291)" },
	{ "fec0::1", "site local, deprecated (RFC 3879)" },
	{ "ff02::1", "multicast (RFC 4291)" },

	/* by the IPv4 address inside */
	{ "::ffff:10.0.0.1", "private use (RFC 1918)" },
	{ "::ffff:8.8.8.8", "IPv4-mapped (RFC 4291)" },
	{ "64:ff9b::127.0.0.1", "loopback (RFC 1122)" },
	{ "64:ff9b::8.8.8.8", NULL },
	{ "64:ff9b::100.128.0.1", NULL },
	{ "64:ff9b:0:0:0:1:7f00:1", NULL },
	{ "2002:a00:1::1", "private use (RFC 1918)" },
	{ "2002:808:808::1", NULL },
};

/* All blocks, for as long as a test runs. */
struct blocks {
	struct prefix	*items;		/* owned */
	size_t		 count;
};

static void
on_block(const struct prefix *block, void *argument)
{
	struct blocks *blocks = argument;

	blocks->items = memory_grow(blocks->items, blocks->count,
	    sizeof(*blocks->items));
	blocks->items[blocks->count++] = *block;
}

static int
set_up(void **state)
{
	struct blocks *blocks = memory_new(1, sizeof(*blocks));

	special_purpose_blocks(on_block, blocks);
	*state = blocks;
	return 0;
}

static int
tear_down(void **state)
{
	struct blocks *blocks = *state;

	free(blocks->items);
	free(blocks);
	return 0;
}

/* Whether one of the blocks has the address. */
static bool
are_holding(const struct blocks *blocks, const struct prefix *address)
{
	size_t i;

	for (i = 0; i < blocks->count; i++)
		if (prefix_holds(&blocks->items[i], address->octets,
		    address->size))
			return true;
	return false;
}

static void
test_why(void **state)
{
	const struct special_row *row = *state;
	struct prefix address;
	const char *why;

	assert_true(prefix_from_text(&address, row->name));
	why = special_purpose(address.octets, address.size);
	assert_string_equal(why != NULL ? why : "none",
	    row->why != NULL ? row->why : "none");
}

/* The blocks say the same as the question about an address does. */
static void
test_blocks(void **state)
{
	const struct blocks *blocks = *state;
	struct prefix address;
	size_t i;

	for (i = 0; i < sizeof(special_rows) / sizeof(special_rows[0]); i++) {
		assert_true(prefix_from_text(&address, special_rows[i].name));
		if (are_holding(blocks, &address) !=
		    (special_rows[i].why != NULL))
			fail_msg("%s", special_rows[i].name);
	}
}

/* So do they at, before and beyond both ends of each of them. */
static void
test_ends(void **state)
{
	const struct blocks *blocks = *state;
	struct prefix address;
	size_t i, j;
	int step;

	for (i = 0; i < blocks->count; i++) {
		for (j = 0; j < 8 * blocks->items[i].size; j++) {
			address = blocks->items[i];
			address.octets[j / 8] ^= (uint8_t)(0x80u >> j % 8);
			for (step = 0; step < 2; step++) {
				assert_int_equal(are_holding(blocks, &address),
				    special_purpose(address.octets,
				    address.size) != NULL);
				address.octets[address.size - 1] ^= 0xff;
			}
		}
	}
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_why, special_rows),
		TABLE_ALONE_WITH(test_blocks, set_up, tear_down),
		TABLE_ALONE_WITH(test_ends, set_up, tear_down),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
