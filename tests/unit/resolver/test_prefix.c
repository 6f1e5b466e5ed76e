#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "resolver/memory.h"
#include "resolver/prefix.h"
#include "tests/unit/support/table.h"

static struct prefix
prefix_of(const char *address, unsigned int bits)
{
	struct prefix prefix;

	assert_true(prefix_from_text(&prefix, address));
	prefix.bits = bits;
	return prefix;
}

static const struct holds_row {
	const char	*name;
	const char	*prefix;
	unsigned int	 bits;
	const char	*address;
	bool		 expected;
} holds_rows[] = {
	{ "everything", "0.0.0.0", 0, "255.255.255.255", true },
	{ "first", "10.0.0.0", 8, "10.0.0.0", true },
	{ "last", "10.0.0.0", 8, "10.255.255.255", true },
	{ "before", "10.0.0.0", 8, "9.255.255.255", false },
	{ "beyond", "10.0.0.0", 8, "11.0.0.0", false },
	{ "within an octet", "100.64.0.0", 10, "100.127.0.1", true },
	{ "beyond, within an octet", "100.64.0.0", 10, "100.128.0.0", false },
	{ "itself", "192.0.2.1", 32, "192.0.2.1", true },
	{ "its neighbour", "192.0.2.1", 32, "192.0.2.0", false },
	{ "IPv6", "2001:db8::", 32, "2001:db8:ffff::1", true },
	{ "not IPv6", "2001:db8::", 32, "2001:db9::", false },
	{ "IPv6 itself", "::1", 128, "::1", true },
	{ "not IPv6 itself", "::1", 128, "::", false },
	{ "the other family", "0.0.0.0", 0, "::", false },
	{ "the other family, the same octets", "10.0.0.0", 8, "a00::", false },
};

static void
test_holds(void **state)
{
	const struct holds_row *row = *state;
	const struct prefix prefix = prefix_of(row->prefix, row->bits);
	struct prefix address;

	assert_true(prefix_from_text(&address, row->address));
	assert_int_equal(prefix_holds(&prefix, address.octets, address.size),
	    row->expected);
}

#define HOLES_MAX 3

static const struct without_row {
	const char	*name;
	const char	*prefix;
	unsigned int	 bits;
	const char	*holes[HOLES_MAX];
	const char	*expected;	/* each after a blank */
} without_rows[] = {
	{ "no hole", "10.0.0.0", 8, { NULL }, " 10.0.0.0/8" },
	{ "elsewhere", "10.0.0.0", 8, { "11.0.0.0" }, " 10.0.0.0/8" },
	{ "of the other family", "10.0.0.0", 8, { "a00::" }, " 10.0.0.0/8" },
	{ "the first", "192.0.2.0", 30, { "192.0.2.0" },
	    " 192.0.2.1/32 192.0.2.2/31" },
	{ "the last", "192.0.2.0", 30, { "192.0.2.3" },
	    " 192.0.2.0/31 192.0.2.2/32" },
	{ "two apart", "192.0.2.0", 29, { "192.0.2.1", "192.0.2.6" },
	    " 192.0.2.0/32 192.0.2.2/31 192.0.2.4/31 192.0.2.7/32" },
	{ "two of one half", "192.0.2.0", 30, { "192.0.2.3", "192.0.2.2" },
	    " 192.0.2.0/31" },
	{ "twice the same", "192.0.2.0", 31,
	    { "192.0.2.1", "192.0.2.1", "198.51.100.1" }, " 192.0.2.0/32" },
	{ "all of it", "192.0.2.0", 31, { "192.0.2.1", "192.0.2.0" }, "" },
	{ "a single address", "192.0.2.1", 32, { "192.0.2.1" }, "" },
	{ "loopback", "127.0.0.0", 8, { "127.0.0.1" },
	    " 127.0.0.0/32 127.0.0.2/31 127.0.0.4/30 127.0.0.8/29"
	    " 127.0.0.16/28 127.0.0.32/27 127.0.0.64/26 127.0.0.128/25"
	    " 127.0.1.0/24 127.0.2.0/23 127.0.4.0/22 127.0.8.0/21"
	    " 127.0.16.0/20 127.0.32.0/19 127.0.64.0/18 127.0.128.0/17"
	    " 127.1.0.0/16 127.2.0.0/15 127.4.0.0/14 127.8.0.0/13"
	    " 127.16.0.0/12 127.32.0.0/11 127.64.0.0/10 127.128.0.0/9" },
	{ "IPv6 loopback", "::1", 128, { "::1" }, "" },
	{ "IPv6", "fe80::", 125, { "fe80::5" },
	    " fe80::/126 fe80::4/128 fe80::6/127" },
	{ "everything", "0.0.0.0", 0, { NULL }, " 0.0.0.0/0" },
};

static void
on_found(const struct prefix *prefix, void *argument)
{
	char **found = argument, *text = prefix_text(prefix);

	*found = memory_join(*found, " ", text);
	free(text);
}

static void
test_without(void **state)
{
	const struct without_row *row = *state;
	const struct prefix prefix = prefix_of(row->prefix, row->bits);
	struct prefix holes[HOLES_MAX];
	char *found = memory_string("");
	size_t count = 0;

	for (; count < HOLES_MAX && row->holes[count] != NULL; count++)
		assert_true(prefix_from_text(&holes[count],
		    row->holes[count]));
	prefix_without(&prefix, holes, count, on_found, &found);
	assert_string_equal(found, row->expected);
	free(found);
}

/* Every address is in one of the parts, and one alone, but for the holes. */
static void
test_parts(void **state)
{
	static const char *const addresses[] = { "fc00::", "fc00::1",
		"fc00:1234:5678:9abc:def0::53", "fdff::ffff",
		"fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" };
	const struct prefix whole = prefix_of("fc00::", 7);
	const struct prefix hole = prefix_of("fc00:1234:5678:9abc:def0::53",
	    128);
	char *found = memory_string("");
	struct prefix part, address;
	size_t i, parts[5] = { 0 };
	char *word, *rest, *slash;

	(void)state;
	prefix_without(&whole, &hole, 1, on_found, &found);
	for (word = strtok_r(found, " ", &rest); word != NULL;
	    word = strtok_r(NULL, " ", &rest)) {
		slash = strchr(word, '/');
		*slash = '\0';
		part = prefix_of(word, (unsigned int)atoi(slash + 1));
		for (i = 0; i < 5; i++) {
			address = prefix_of(addresses[i], 128);
			parts[i] += prefix_holds(&part, address.octets,
			    address.size);
		}
	}
	for (i = 0; i < 5; i++)
		assert_int_equal(parts[i], i == 2 ? 0 : 1);
	free(found);
}

static const struct refused_row {
	const char	*name;		/* no address */
} refused_rows[] = {
	{ "" }, { "10.0.0" }, { "10.0.0.0/8" }, { "::1/128" }, { "[::1]" },
	{ "fe80::1%lo" }, { "localhost" }, { "256.0.0.1" },
};

static void
test_refused(void **state)
{
	const struct refused_row *row = *state;
	struct prefix prefix;

	assert_false(prefix_from_text(&prefix, row->name));
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_holds, holds_rows),
		TABLE(test_without, without_rows),
		TABLE_ALONE(test_parts),
		TABLE(test_refused, refused_rows),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
