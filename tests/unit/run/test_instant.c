#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "checker/run/instant.h"
#include "tests/unit/support/table.h"

/* In a zone that is an hour ahead in winter, and two in summer. */
static const struct row {
	const char	*name;		/* the text */
	time_t		 when;
} rows[] = {
	{ "2026-01-31T12:00:00Z", 1769860800 },
	{ "2026-01-31t12:00:00z", 1769860800 },
	{ "2026-01-31 12:00:00Z", 1769860800 },
	{ "2026-01-31T12:00Z", 1769860800 },
	{ "2026-01-31 12:00 UTC", 1769860800 },
	{ "2026-01-31T12:00:00.0Z", 1769860800 },
	{ "2026-01-31T11:59:59.001Z", 1769860800 },
	{ "2026-01-31T13:00:00+01:00", 1769860800 },
	{ "2026-01-31T06:30:00-05:30", 1769860800 },
	{ "2026-01-31T13:00:00+0100", 1769860800 },
	{ "2026-01-31T13:00:00", 1769860800 },
	{ "2026-01-31 13:00", 1769860800 },
	{ "2026-07-31 14:00", 1785499200 },
	/* The end of that day. */
	{ "2026-01-31", 1769900400 },
	{ "2026-12-31", 1798758000 },
	{ "2024-02-29", 1709247600 },
	{ "20260131120000", 1769860800 },
	{ "1769860800", 1769860800 },
	{ "@1769860800", 1769860800 },
	{ "@1", 1 },
};

static void
test_good(void **state)
{
	const struct row *row = *state;
	const char *why;
	time_t when;

	assert_true(instant_parse(row->name, INSTANT_LOCAL, &when, &why));
	assert_int_equal(when, row->when);
}

struct bad_row {
	const char	*name;
};

static const struct bad_row bad_rows[] = {
	{ "yesterday" }, { "2026" }, { "2026-1-31" }, { "2026-01-31T" },
	{ "2026-02-30" }, { "2026-13-01" }, { "2026-00-01" }, { "2026-01-00" },
	{ "2026-01-31T24:00:00Z" }, { "2026-01-31T12:60:00Z" },
	{ "2026-01-31T12:00:61Z" }, { "2026-01-31T12Z" },
	{ "2026-01-31T12:00:00.Z" }, { "2026-01-31T12:00:00+25:00" },
	{ "2026-01-31T12:00:00Zx" }, { "2026-01-31T12:00:00Z " },
	{ "2026-01-31 12:00 CET" },
	{ " 2026-01-31" }, { "31.01.2026" }, { "01/31/2026" }, { "@" },
	{ "@-1" }, { "@0" }, { "@9999999999999" }, { "20260231120000" },
	{ "20260131" }, { "1969-12-31T00:00:00Z" }, { "-2026-01-31" },
	{ "99999-01-01" },
};

static void
test_bad(void **state)
{
	const struct bad_row *row = *state;
	const char *why = NULL;
	time_t when;

	assert_false(instant_parse(row->name, INSTANT_LOCAL, &when, &why));
	assert_non_null(why);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_good, rows),
		TABLE(test_bad, bad_rows),
	};

	if (setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1) != 0)
		return 1;
	tzset();
	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
