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

static const struct literal_row {
	const char	*name;		/* the address */
	const char	*literal;
} literal_rows[] = {
	{ "192.0.2.1", "[192.0.2.1]" },
	{ "2001:db8::1", "[IPv6:2001:db8::1]" },
	{ "::ffff:192.0.2.1", "[IPv6:::ffff:192.0.2.1]" },
};

static void
test_literal(void **state)
{
	const struct literal_row *row = *state;
	struct address address;
	char *literal;

	assert_true(address_from_text(&address, row->name, 25));
	literal = address_literal(&address);
	assert_string_equal(literal, row->literal);
	free(literal);
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
/* By family; all about it is in test_special_purpose.c. */
static void
test_special_purpose(void **state)
{
	struct address address;

	(void)state;
	assert_true(address_from_text(&address, "10.0.0.1", 25));
	assert_string_equal(address_special_purpose(&address),
	    "private use (RFC 1918)");
	assert_true(address_from_text(&address, "a00:1::", 25));
	assert_null(address_special_purpose(&address));
	assert_true(address_from_text(&address, "::1", 25));
	assert_string_equal(address_special_purpose(&address),
	    "loopback (RFC 4291)");
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_text, text_rows),
		TABLE(test_refused, refused_rows),
		TABLE_ALONE(test_octets),
		TABLE(test_literal, literal_rows),
		TABLE_ALONE(test_order),
		TABLE_ALONE(test_equal),
		TABLE_ALONE(test_socket),
		TABLE_ALONE(test_from_socket),
		TABLE_ALONE(test_special_purpose),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
