#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <event2/event.h>

#include "checker/gather/allowance.h"
#include "resolver/memory.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/timeless.h"
#include "tests/unit/support/within.h"

#define SECONDS 60.0

/* The time of the tests, in seconds. */
static double now;

double	__wrap_clock_monotonic(void);

/* In place of clock_monotonic: the linker is given --wrap. */
double
__wrap_clock_monotonic(void)
{
	return now;
}

struct test {
	struct event_base	*base;		/* owned */
	struct allowance	*allowance;	/* owned */
	bool			 waits;		/* for our own lines alone */
	unsigned int		 overs;
};

static bool
waits(const void *argument)
{
	const struct test *test = argument;

	return test->waits;
}

static void
on_over(void *argument)
{
	struct test *test = argument;

	test->overs++;
}

static int
set_up(void **state)
{
	struct test *test = memory_new(1, sizeof(*test));

	test->base = event_base_new();
	test->allowance = allowance_start(test->base, SECONDS, waits, on_over,
	    test);
	*state = test;
	return 0;
}

static int
tear_down(void **state)
{
	struct test *test = *state;

	allowance_cancel(test->allowance);
	event_base_free(test->base);
	free(test);
	return 0;
}

/* A second passes, and whatever is due then happens. */
static void
pass_second(struct test *test)
{
	now++;
	timeless_expire(test->base);
}

/* Until it is over; in how many seconds, from now on. */
static unsigned int
seconds_left(struct test *test)
{
	unsigned int seconds = 0;

	while (test->overs == 0) {
		assert_true(seconds < 1000);
		pass_second(test);
		seconds++;
	}
	assert_int_equal(test->overs, 1);
	return seconds;
}

static void
test_busy(void **state)
{
	assert_int_equal(seconds_left(*state), 60);
}

/* What it waits in our lines comes on top. */
static const struct waits_row {
	const char	*name;
	unsigned int	 before;	/* seconds: there is something to do */
	unsigned int	 waiting;	/* seconds after that: it waits */
	unsigned int	 left;		/* after that */
} waits_rows[] = {
	{ "not at all", 10, 0, 50 },
	{ "for a while", 10, 20, 50 },
	{ "from the beginning", 0, 30, 60 },
	{ "as long as it may", 10, 60, 50 },
	{ "longer than it may", 10, 70, 40 },
};

static void
test_waits(void **state)
{
	/* The state is the row's; the rest is made here. */
	const struct waits_row *row = *state;
	struct test *test;
	void *own = NULL;
	unsigned int i;

	set_up(&own);
	test = own;
	for (i = 0; i < row->before; i++)
		pass_second(test);
	/* Seen by the look before the first second of it, as by the last. */
	test->waits = row->waiting > 0;
	for (i = 0; i < row->waiting; i++)
		pass_second(test);
	test->waits = false;
	assert_int_equal(test->overs, 0);
	/* One second lies between a look that finds it waiting and one not. */
	within_range(seconds_left(test), row->left > 0 ? row->left - 1 : 0,
	    row->left);
	tear_down(&own);
}

/* It never has more than twice its time. */
static void
test_always_waits(void **state)
{
	struct test *test = *state;

	test->waits = true;
	within_range(seconds_left(test), 119, 120);
	assert_true(allowance_longest(SECONDS) == 120);
}

/* The loop was held up: that is time like any other. */
static void
test_late_look(void **state)
{
	struct test *test = *state;

	now += 59;
	timeless_expire(test->base);
	assert_int_equal(test->overs, 0);
	assert_int_equal(seconds_left(test), 1);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_ALONE_WITH(test_busy, set_up, tear_down),
		TABLE(test_waits, waits_rows),
		TABLE_ALONE_WITH(test_always_waits, set_up, tear_down),
		TABLE_ALONE_WITH(test_late_look, set_up, tear_down),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
