#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "resolver/clock.h"
#include "tests/unit/support/table.h"

static void
test_monotonic(void **state)
{
	const double first = clock_monotonic();
	double last = first, now;
	int i;

	(void)state;
	assert_true(first > 0);
	for (i = 0; i < 1000; i++) {
		now = clock_monotonic();
		assert_true(now >= last);
		last = now;
	}
	/* In seconds: it did not take an hour. */
	assert_true(last - first < 3600);
}

static const struct row {
	const char	*name;
	double		 seconds;
	int		 whole;
	int		 microseconds;
} rows[] = {
	{ "nothing", 0, 0, 0 },
	{ "whole seconds", 15, 15, 0 },
	{ "a fraction", 0.25, 0, 250000 },
	{ "both", 90.5, 90, 500000 },
	{ "a millionth", 1e-6, 0, 1 },
};

static void
test_forms(void **state)
{
	const struct row *row = *state;
	const struct timeval timeval = clock_timeval(row->seconds);
	const struct timespec timespec = clock_timespec(row->seconds);

	assert_int_equal(timeval.tv_sec, row->whole);
	assert_int_equal(timeval.tv_usec, row->microseconds);
	assert_int_equal(timespec.tv_sec, row->whole);
	assert_int_equal(timespec.tv_nsec, row->microseconds * 1000L);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_ALONE(test_monotonic),
		TABLE(test_forms, rows),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
