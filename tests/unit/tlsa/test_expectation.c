#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/tlsa/expectation.h"
#include "resolver/memory.h"
#include "tests/unit/support/table.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static const struct row {
	const char	*name;
	const char	*text;
	const char	*expected;	/* "OWNER 3 1 1 ab", a line for each */
} rows[] = {
	{ "fields", "3 1 1", "- 3 1 1\n" },
	{ "fields with data", "3 1 1 AB cd", "- 3 1 1 abcd\n" },
	{ "comment", "3 1 1 ab ; mine", "- 3 1 1 ab\n" },
	{ "type", "TLSA 3 1 1 ab", "- 3 1 1 ab\n" },
	{ "line of mxtlsa", "_25._tcp.MX.example. IN TLSA 3 1 1 ab",
	    "_25._tcp.mx.example 3 1 1 ab\n" },
	{ "with TTL and comment",
	    "_25._tcp.mx.example. 3600 IN TLSA 3 1 1 ab ; new",
	    "_25._tcp.mx.example 3 1 1 ab\n" },
	{ "without its last dot", "_25._tcp.mx.example TLSA 3 1 1 ab",
	    "_25._tcp.mx.example 3 1 1 ab\n" },
	{ "any data of an owner", "_25._tcp.mx.example. TLSA 3 1 1",
	    "_25._tcp.mx.example 3 1 1\n" },
	{ "--generic", "_25._tcp.mx.example. IN TYPE52 \\# 4 030101ab",
	    "_25._tcp.mx.example 3 1 1 ab\n" },
	{ "--nsupdate",
	    "update add _25._tcp.mx.example. 3600 IN TLSA 3 1 1 ab\nsend\n",
	    "_25._tcp.mx.example 3 1 1 ab\n" },
	{ "all that mxtlsa prints",
	    "; no \"2 1 1\" record: a reason\n"
	    "_25._tcp.a.example. IN TLSA 3 1 1 ab\n"
	    "_25._tcp.b.example. IN TLSA 3 1 1 ab\n",
	    "_25._tcp.a.example 3 1 1 ab\n_25._tcp.b.example 3 1 1 ab\n" },
};

static void
test_lines(void **state)
{
	const struct row *row = *state;
	struct expectation *items = NULL;
	char *text = memory_string(""), *fields, *longer;
	const char *why;
	size_t count = 0, i;

	items = expectation_add_lines(items, &count, row->text, true, &why);
	assert_null(why);
	for (i = 0; i < count; i++) {
		fields = tlsa_text(&items[i].record, true);
		longer = memory_format("%s%s %s\n", text, items[i].owner !=
		    NULL ? items[i].owner : "-", fields);
		assert_true(items[i].absent);
		assert_int_equal(items[i].any_data, items[i].record.size == 0);
		assert_non_null(strstr(items[i].text, fields));
		free(fields);
		free(text);
		text = longer;
		expectation_clear(&items[i]);
	}
	free(items);
	assert_string_equal(text, row->expected);
	free(text);
}

static const struct refused_row {
	const char	*name;
	const char	*text;
	const char	*why;
} refused_rows[] = {
	{ "fields missing", "3 1", "does not begin with usage, selector and "
	    "matching type, such as \"3 1 1\"" },
	{ "half an octet", "3 1 1 abc",
	    "has data that is not hexadecimal digits in pairs" },
	{ "word", "nonsense", "does not begin with usage, selector and "
	    "matching type, such as \"3 1 1\"" },
	{ "half an octet in a line", "a.example. TLSA 3 1 1 abc",
	    "is not the line of a TLSA record, whose data is hexadecimal "
	    "digits in pairs" },
	{ "another type", "a.example. A 192.0.2.1",
	    "is not the line of a TLSA record, whose data is hexadecimal "
	    "digits in pairs" },
	{ "owner of any host", "_25._tcp TLSA 3 1 1 ab", "has an owner that is "
	    "not a whole name, such as _25._tcp.mx.example.org" },
	{ "owner below a zone", "_25._tcp.mx TLSA 3 1 1 ab", "has an owner "
	    "that is not a whole name, such as _25._tcp.mx.example.org" },
	{ "owner of a zone", "@ TLSA 3 1 1 ab", "has an owner "
	    "that is not a whole name, such as _25._tcp.mx.example.org" },
	{ "two records", "3 1 1 ab\n3 1 1 cd\n", "has more than one record" },
};

static void
test_refused(void **state)
{
	const struct refused_row *row = *state;
	struct expectation expectation;
	const char *why;

	assert_false(expectation_init(&expectation, row->text, false, &why));
	assert_string_equal(why, row->why);
	assert_null(expectation.text);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_lines, rows),
		TABLE(test_refused, refused_rows),
	};

	return table_run(tables, COUNT(tables));
}
