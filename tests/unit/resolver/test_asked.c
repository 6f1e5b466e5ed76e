#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "resolver/asked.h"
#include "resolver/memory.h"
#include "tests/unit/support/table.h"

#define NAMED_MAX 2

static const struct asked_row {
	const char	*name;
	bool		 everybody;
	const char	*named[NAMED_MAX];
	const char	*address;
	const char	*why;		/* NULL: it is asked */
} asked_rows[] = {
	{ "public", false, { NULL }, "8.8.8.8", NULL },
	{ "public IPv6", false, { NULL }, "2a00:1450::1", NULL },
	{ "loopback", false, { NULL }, "127.0.0.53", "loopback (RFC 1122)" },
	{ "link local", false, { NULL }, "fe80::1", "link local (RFC 4291)" },
	{ "embedded", false, { NULL }, "64:ff9b::7f00:1",
	    "loopback (RFC 1122)" },
	{ "everybody", true, { NULL }, "127.0.0.53", NULL },
	{ "everybody, IPv6", true, { NULL }, "::1", NULL },
	{ "named", false, { "127.0.0.53" }, "127.0.0.53", NULL },
	{ "named with a port", false, { "10.0.0.1@5353" }, "10.0.0.1", NULL },
	{ "named IPv6", false, { "fd00::1@53" }, "fd00::1", NULL },
	{ "the second named", false, { "10.0.0.1", "10.0.0.2" }, "10.0.0.2",
	    NULL },
	{ "beside the named", false, { "10.0.0.1" }, "10.0.0.2",
	    "private use (RFC 1918)" },
	{ "mapped beside the named", false, { "10.0.0.1" }, "::ffff:10.0.0.1",
	    "private use (RFC 1918)" },
	{ "IPv6 beside the named", false, { "fd00::1" }, "fd00::",
	    "unique local (RFC 4193)" },
};

/* Whether one of the prefixes found has the address. */
struct search {
	struct prefix	 address;
	bool		 found;
};

static void
on_prefix(const struct prefix *prefix, void *argument)
{
	struct search *search = argument;

	search->found |= prefix_holds(prefix, search->address.octets,
	    search->address.size);
}

/* The question about an address and the list of prefixes agree. */
static void
test_asked(void **state)
{
	const struct asked_row *row = *state;
	struct asked asked = { .everybody = row->everybody };
	struct search search = { .found = false };
	const char *why;
	size_t i;

	for (i = 0; i < NAMED_MAX && row->named[i] != NULL; i++)
		assert_true(asked_add(&asked, row->named[i]));
	assert_true(prefix_from_text(&search.address, row->address));
	why = asked_why_not(&asked, search.address.octets,
	    search.address.size);
	assert_string_equal(why != NULL ? why : "it is asked",
	    row->why != NULL ? row->why : "it is asked");
	asked_not(&asked, on_prefix, &search);
	assert_int_equal(search.found, row->why != NULL);
	asked_clear(&asked);
	assert_int_equal(asked.count, 0);
}

static const struct refused_row {
	const char	*name;		/* no server */
} refused_rows[] = {
	{ "" }, { "@53" }, { "10.0.0.1@" }, { "10.0.0.1@0" },
	{ "10.0.0.1@65536" }, { "10.0.0.1:53" }, { "ns.example" },
	{ "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb" },
};

static void
test_refused(void **state)
{
	const struct refused_row *row = *state;
	struct asked asked = { .everybody = false };

	assert_false(asked_add(&asked, row->name));
	assert_int_equal(asked.count, 0);
	asked_clear(&asked);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_asked, asked_rows),
		TABLE(test_refused, refused_rows),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
