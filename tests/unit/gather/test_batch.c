#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/gather/audit.h"
#include "checker/gather/batch.h"
#include "resolver/memory.h"

/* Domains of a test: more than the window has slots. */
#define DOMAINS_MAX (2 * BATCH_WINDOW)

/* In place of gather/audit.c: an audit ends when the test says so. */
struct audit {
	struct test	*test;		/* borrowed */
	struct evidence	*evidence;	/* owned */
	audit_done	*done;
	void		*argument;	/* borrowed */
};

struct test {
	struct gather_options	 options;
	struct context		 context;
	struct batch_callbacks	 callbacks;
	struct batch		*batch;		/* owned */
	size_t			 available;	/* domains known by now */
	size_t			 given;		/* handed to the batch */
	size_t			 total;		/* in the whole list */
	struct audit		*audits[DOMAINS_MAX];	/* NULL: not in
							 * flight */
	size_t			 in_flight;
	size_t			 most_in_flight;
	size_t			 reported[DOMAINS_MAX];	/* numbers, in order */
	size_t			 report_count;
	unsigned int		 finished;
};

static size_t
number_of(const char *domain)
{
	return strtoul(domain + 1, NULL, 10);
}

struct audit *
audit_start(const struct context *context, const char *domain, time_t now,
    audit_done *done, void *argument)
{
	/* The context is all that a fake audit is given of its test. */
	struct test *test = (struct test *)((char *)context -
	    offsetof(struct test, context));
	struct audit *audit = memory_new(1, sizeof(*audit));

	(void)now;
	audit->test = test;
	audit->evidence = evidence_new(domain);
	audit->done = done;
	audit->argument = argument;
	test->audits[number_of(domain)] = audit;
	if (++test->in_flight > test->most_in_flight)
		test->most_in_flight = test->in_flight;
	return audit;
}

/* Frees the audit; its evidence is owned by the caller. */
static struct evidence *
audit_end(struct audit *audit)
{
	struct evidence *evidence = audit->evidence;

	audit->test->audits[number_of(evidence->domain)] = NULL;
	audit->test->in_flight--;
	free(audit);
	return evidence;
}

void
audit_cancel(struct audit *audit)
{
	if (audit != NULL)
		evidence_free(audit_end(audit));
}

char *
audit_waits_for(const struct audit *audit)
{
	return memory_string(audit->evidence->domain);
}

static char *
on_next(void *argument, bool *end)
{
	struct test *test = argument;

	*end = test->given == test->total;
	if (test->given == test->available)
		return NULL;
	return memory_format("d%zu.example", test->given++);
}

static void
on_report(struct evidence *evidence, void *argument)
{
	struct test *test = argument;

	test->reported[test->report_count++] = number_of(evidence->domain);
	evidence_free(evidence);
}

static void
on_finished(void *argument)
{
	struct test *test = argument;

	test->finished++;
}

static int
set_up(void **state)
{
	struct test *test = memory_new(1, sizeof(*test));

	test->context.options = &test->options;
	test->callbacks = (struct batch_callbacks){
		.next = on_next,
		.report = on_report,
		.finished = on_finished,
		.argument = test,
	};
	test->batch = batch_new(&test->context, &test->callbacks);
	*state = test;
	return 0;
}

static int
tear_down(void **state)
{
	struct test *test = *state;

	batch_free(test->batch);
	assert_int_equal(test->in_flight, 0);
	free(test);
	return 0;
}

/* TOTAL domains, all of which are known at once. */
static void
begin(struct test *test, size_t total)
{
	test->total = test->available = total;
	batch_wake(test->batch);
}

static void
end_audit(struct test *test, size_t number)
{
	struct audit *audit = test->audits[number];
	audit_done *done = audit->done;
	void *argument = audit->argument;

	done(audit_end(audit), argument);
}

static void
assert_reported(const struct test *test, size_t count)
{
	size_t i;

	assert_int_equal(test->report_count, count);
	assert_int_equal(batch_reported(test->batch), count);
	for (i = 0; i < count; i++)
		assert_int_equal(test->reported[i], i);
}

static void
test_empty(void **state)
{
	struct test *test = *state;

	begin(test, 0);
	assert_int_equal(test->finished, 1);
	batch_wake(test->batch);
	assert_int_equal(test->finished, 1);
	assert_null(batch_waits_for(test->batch));
}

/* Whichever is done first, the reports are in the order of the list. */
static void
test_order(void **state)
{
	struct test *test = *state;
	char *subject;

	begin(test, 4);
	assert_int_equal(batch_running(test->batch), 4);
	end_audit(test, 2);
	end_audit(test, 1);
	assert_reported(test, 0);
	subject = batch_waits_for(test->batch);
	assert_string_equal(subject, "d0.example");
	free(subject);
	end_audit(test, 0);
	assert_reported(test, 3);
	assert_int_equal(test->finished, 0);
	end_audit(test, 3);
	assert_reported(test, 4);
	assert_int_equal(test->finished, 1);
}

static void
test_flight(void **state)
{
	struct test *test = *state;
	size_t i;

	begin(test, 1000);
	assert_int_equal(test->in_flight, BATCH_FLIGHT);
	for (i = 0; i < 1000; i++)
		end_audit(test, i);
	assert_reported(test, 1000);
	assert_int_equal(test->most_in_flight, BATCH_FLIGHT);
	assert_int_equal(test->finished, 1);
}

static void
test_authoritative(void **state)
{
	struct test *test = *state;

	test->options.authoritative = true;
	begin(test, 1000);
	assert_int_equal(test->in_flight, BATCH_FLIGHT_AUTHORITATIVE);
}

/* The first one takes all its time: the others go on, up to the window. */
static void
test_window(void **state)
{
	struct test *test = *state;
	size_t i;

	begin(test, DOMAINS_MAX);
	for (i = 1; i < BATCH_WINDOW; i++)
		end_audit(test, i);
	assert_reported(test, 0);
	assert_int_equal(test->given, BATCH_WINDOW);
	assert_int_equal(batch_running(test->batch), 1);
	batch_wake(test->batch);
	assert_int_equal(test->given, BATCH_WINDOW);
	end_audit(test, 0);
	assert_reported(test, BATCH_WINDOW);
	assert_int_equal(test->in_flight, BATCH_FLIGHT);
	for (i = BATCH_WINDOW; i < DOMAINS_MAX; i++)
		end_audit(test, i);
	assert_reported(test, DOMAINS_MAX);
	assert_int_equal(test->finished, 1);
}

/* A pipe that has no more for now, then more, and then ends. */
static void
test_slow_list(void **state)
{
	struct test *test = *state;

	test->total = 3;
	batch_wake(test->batch);
	assert_int_equal(test->finished, 0);
	test->available = 2;
	batch_wake(test->batch);
	end_audit(test, 0);
	end_audit(test, 1);
	assert_reported(test, 2);
	assert_int_equal(test->finished, 0);
	test->available = 3;
	batch_wake(test->batch);
	end_audit(test, 2);
	assert_reported(test, 3);
	assert_int_equal(test->finished, 1);
}

/* The end of the list is seen only when all has been reported. */
static void
test_late_end(void **state)
{
	struct test *test = *state;

	test->total = 2;
	test->available = 1;
	batch_wake(test->batch);
	end_audit(test, 0);
	assert_int_equal(test->finished, 0);
	test->total = 1;
	batch_wake(test->batch);
	assert_int_equal(test->finished, 1);
}

/* What is done is reported, in order and once; the rest is cancelled. */
static void
test_give_up(void **state)
{
	static const size_t expected[] = { 0, 2, 5 };
	struct test *test = *state;
	size_t i;

	begin(test, 10);
	end_audit(test, 5);
	end_audit(test, 0);
	end_audit(test, 2);
	batch_give_up(test->batch);
	batch_give_up(test->batch);
	assert_int_equal(test->report_count, 3);
	for (i = 0; i < 3; i++)
		assert_int_equal(test->reported[i], expected[i]);
	assert_int_equal(batch_running(test->batch), 7);
	assert_int_equal(test->finished, 0);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_empty),
		TEST(test_order),
		TEST(test_flight),
		TEST(test_authoritative),
		TEST(test_window),
		TEST(test_slow_list),
		TEST(test_late_end),
		TEST(test_give_up),
	};

	return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
