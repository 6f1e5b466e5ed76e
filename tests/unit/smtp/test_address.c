#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "smtp/address.h"
#include "tests/unit/support/table.h"

static const struct text_row {
	const char	*name;		/* what is typed */
	int		 family;
	const char	*text;
} text_rows[] = {
	{ "192.0.2.1", AF_INET, "192.0.2.1" },
	{ "[192.0.2.1]", AF_INET, "192.0.2.1" },
	{ "255.255.255.255", AF_INET, "255.255.255.255" },
	{ "2001:db8::1", AF_INET6, "2001:db8::1" },
	{ "[2001:DB8:0:0::1]", AF_INET6, "2001:db8::1" },
	{ "::", AF_INET6, "::" },
	{ "::ffff:192.0.2.1", AF_INET6, "::ffff:192.0.2.1" },
	{ "1111:2222:3333:4444:5555:6666:7777:8888", AF_INET6,
	    "1111:2222:3333:4444:5555:6666:7777:8888" },
};

static void
test_text(void **state)
{
	const struct text_row *row = *state;
	struct address address;
	char *text;

	assert_true(address_from_text(&address, row->name, 25));
	assert_int_equal(address.family, row->family);
	assert_int_equal(address.port, 25);
	text = address_text(&address);
	assert_string_equal(text, row->text);
	free(text);
}

static const struct refused_row {
	const char	*name;
	const char	*typed;		/* NULL: the name */
} refused_rows[] = {
	{ "empty", "" },
	{ "[", NULL },
	{ "]", NULL },
	{ "[]", NULL },
	{ "mx.example.org", NULL },
	{ "192.0.2", NULL },
	{ "192.0.2.256", NULL },
	{ "trailing blank", "192.0.2.1 " },
	{ "leading blank", " 192.0.2.1" },
	{ "192.0.2.1:25", NULL },
	{ "[192.0.2.1", NULL },
	{ "192.0.2.1]", NULL },
	{ "[[192.0.2.1]]", NULL },
	{ "2001:db8::1::2", NULL },
	{ "fe80::1%eth0", NULL },
	{ "2001:db8::g", NULL },
	{ "0x7f.1", NULL },
	{ "127.1", NULL },
	{ "010.0.0.1", NULL },
	{ "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc", NULL },
};

static void
test_refused(void **state)
{
	const struct refused_row *row = *state;
	struct address address;

	assert_false(address_from_text(&address,
	    row->typed != NULL ? row->typed : row->name, 25));
}

static void
test_octets(void **state)
{
	static const uint8_t octets[16] = { 0x20, 0x01, 0x0d, 0xb8,
	    [15] = 0x19 };
	struct address address;
	char *text;
	size_t size;

	(void)state;
	assert_true(address_from_octets(&address, octets, 16, 587));
	text = address_text(&address);
	assert_string_equal(text, "2001:db8::19");
	free(text);
	assert_int_equal(address.port, 587);

	assert_true(address_from_octets(&address, octets, 4, 25));
	text = address_text(&address);
	assert_string_equal(text, "32.1.13.184");
	free(text);

	/* The RDATA of an address record has one length (RFC 1035, 3596). */
	for (size = 0; size <= 16; size++)
		assert_int_equal(address_from_octets(&address, octets, size,
		    25), size == 4 || size == 16);
}

static void
test_order(void **state)
{
	static const struct {
		const char	*text;
		uint16_t	 port;
	} sorted[] = { { "192.0.2.9", 25 }, { "192.0.2.9", 26 },
	    { "192.0.2.10", 1 }, { "203.0.113.1", 25 }, { "::", 25 },
	    { "2001:db8::1", 25 } };
	struct address a, b;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(sorted) / sizeof(sorted[0]); i++) {
		assert_true(address_from_text(&a, sorted[i].text,
		    sorted[i].port));
		for (j = 0; j < sizeof(sorted) / sizeof(sorted[0]); j++) {
			assert_true(address_from_text(&b, sorted[j].text,
			    sorted[j].port));
			assert_int_equal(address_compare(&a, &b) < 0, i < j);
			assert_int_equal(address_compare(&a, &b) > 0, i > j);
		}
	}
}

static void
test_equal(void **state)
{
	struct address a, b;

	(void)state;
	assert_true(address_from_text(&a, "192.0.2.1", 25));
	assert_true(address_from_text(&b, "[192.0.2.1]", 25));
	assert_true(address_equal(&a, &b));
	assert_true(address_from_text(&b, "192.0.2.1", 26));
	assert_false(address_equal(&a, &b));
	assert_true(address_from_text(&b, "192.0.2.2", 25));
	assert_false(address_equal(&a, &b));
	assert_true(address_from_text(&b, "c000:201::", 25));
	assert_false(address_equal(&a, &b));
	assert_true(address_from_text(&a, "c000:201::1", 25));
	assert_false(address_equal(&a, &b));
}

static void
test_socket(void **state)
{
	struct sockaddr_storage storage;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct address address;

	(void)state;
	assert_true(address_from_text(&address, "192.0.2.1", 25));
	assert_int_equal(address_to_socket(&address, &storage), sizeof(in));
	memcpy(&in, &storage, sizeof(in));
	assert_int_equal(in.sin_family, AF_INET);
	assert_int_equal(ntohs(in.sin_port), 25);
	assert_int_equal(ntohl(in.sin_addr.s_addr), 0xc0000201);

	assert_true(address_from_text(&address, "2001:db8::1", 587));
	assert_int_equal(address_to_socket(&address, &storage), sizeof(in6));
	memcpy(&in6, &storage, sizeof(in6));
	assert_int_equal(in6.sin6_family, AF_INET6);
	assert_int_equal(ntohs(in6.sin6_port), 587);
	assert_memory_equal(&in6.sin6_addr, address.octets, 16);
	assert_int_equal(in6.sin6_scope_id, 0);
}

static void
test_from_socket(void **state)
{
	static const char *const texts[] = { "192.0.2.1", "2001:db8::1" };
	struct sockaddr_storage storage;
	struct address address, back;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_true(address_from_text(&address, texts[i], 587));
		address_to_socket(&address, &storage);
		assert_true(address_from_socket(&back, &storage));
		assert_true(address_equal(&back, &address));
	}
	storage.ss_family = AF_UNIX;
	assert_false(address_from_socket(&back, &storage));
	assert_true(address_equal(&back, &address));
}

/* First and last address of each block, and its neighbours outside. */
static const struct special_row {
	const char	*name;		/* the address */
	const char	*why;		/* NULL: it may be a mail server's */
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
	{ "2002:a00:1::1", "private use (RFC 1918)" },
	{ "2002:808:808::1", NULL },
};

static void
test_special_purpose(void **state)
{
	const struct special_row *row = *state;
	struct address address;
	const char *why;

	assert_true(address_from_text(&address, row->name, 25));
	why = address_special_purpose(&address);
	assert_string_equal(why != NULL ? why : "none",
	    row->why != NULL ? row->why : "none");
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_text, text_rows),
		TABLE(test_refused, refused_rows),
		TABLE_ALONE(test_octets),
		TABLE_ALONE(test_order),
		TABLE_ALONE(test_equal),
		TABLE_ALONE(test_socket),
		TABLE_ALONE(test_from_socket),
		TABLE(test_special_purpose, special_rows),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
