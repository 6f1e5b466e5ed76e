#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>

#include "checker/gather/probe_cache.h"
#include "resolver/memory.h"
#include "resolver/trace.h"
#include "smtp/dial.h"
#include "smtp/tls.h"
#include "tests/unit/support/listener.h"
#include "tests/unit/support/timeless.h"

#define NAME	"mx.example.org"
#define OTHER	"mx.example.net"
#define WHY	"the time for the domain is over"
#define NO	"554 no\r\n221 bye\r\n"
#define BUSY	"421 busy\r\n221 bye\r\n"

enum { CALLERS = 4 };

static const struct endpoint_end over = { OUTCOME_TIMEOUT, WHY };

struct test;

/* One that asks the cache for the evidence of the server. */
struct caller {
	struct test			*test;		/* borrowed */
	struct endpoint_evidence	 evidence;	/* owned */
	struct probe_waiter		*waiter;	/* NULL: none */
	struct caller			*stops;		/* in its callback;
							 * NULL: nobody */
	struct caller			*starts;	/* likewise */
	unsigned int			 conversations;	/* charged to it */
	unsigned int			 rests, resumes; /* it was told of */
	unsigned int			 order;		/* of its callback; 0:
							 * none yet */
};

struct test {
	struct gather_options	 options;
	struct context		 context;	/* its parts are owned */
	struct listener		*server;	/* owned */
	struct caller		 callers[CALLERS];
	unsigned int		 called;	/* back, so far */
};

/* How much later than the system's the clock of the tests is, in seconds. */
static double later;

double	__real_clock_monotonic(void);
double	__wrap_clock_monotonic(void);

/* In place of clock_monotonic: the linker is given --wrap. */
double
__wrap_clock_monotonic(void)
{
	return __real_clock_monotonic() + later;
}

/* The one reply that was kept, and from where it was asked for. */
static void
assert_kept(const struct endpoint_evidence *evidence, const char *octets)
{
	char *source = address_text(&evidence->source);

	assert_string_equal(source, "127.0.0.1");
	assert_int_equal(evidence->source.port, 0);
	free(source);
	assert_int_equal(evidence->reply_count, 1);
	assert_int_equal(evidence->replies[0].stage, STAGE_GREETING);
	assert_int_equal(evidence->replies[0].size, strlen(octets));
	assert_memory_equal(evidence->replies[0].octets, octets,
	    strlen(octets));
}

static int
set_up(void **state)
{
	struct test *test = memory_new(1, sizeof(*test));
	struct context *context = &test->context;
	size_t i;

	test->options.helo = "probe.example.net";
	context->options = &test->options;
	context->base = event_base_new();
	context->dialer = dialer_new(context->base);
	context->tls = tls_client_new();
	context->probe_cache = probe_cache_new();
	test->server = listener_new(context->base);
	for (i = 0; i < CALLERS; i++) {
		test->callers[i].test = test;
		test->callers[i].evidence.address =
		    listener_address(test->server);
	}
	*state = test;
	return 0;
}

static int
tear_down(void **state)
{
	struct test *test = *state;
	size_t i;

	for (i = 0; i < CALLERS; i++) {
		probe_cache_leave(test->callers[i].waiter, &over);
		evidence_endpoint_clear(&test->callers[i].evidence);
	}
	probe_cache_free(test->context.probe_cache);
	dialer_free(test->context.dialer);
	tls_client_free(test->context.tls);
	listener_free(test->server);
	event_base_free(test->context.base);
	free(test);
	return 0;
}

static void
leave(struct caller *caller)
{
	probe_cache_leave(caller->waiter, &over);
	caller->waiter = NULL;
}

static void	on_evidence(struct endpoint_evidence *endpoint, void *argument);

static void
on_spent(double key_cost, void *argument)
{
	struct caller *caller = argument;

	assert_true(key_cost >= 0);
	caller->conversations++;
}

static void
on_rests(bool rests, void *argument)
{
	struct caller *caller = argument;

	caller->rests += rests;
	caller->resumes += !rests;
}

static void
start(struct caller *caller, const char *server_name)
{
	const struct endpoint_request request = {
		.server_name = server_name,
		.done = on_evidence,
		.spent = on_spent,
		.rests = on_rests,
		.argument = caller,
	};
	unsigned int before = caller->test->called;

	caller->waiter = probe_cache_get(&caller->test->context,
	    &caller->evidence, &request);
	assert_non_null(caller->waiter);
	assert_int_equal(caller->test->called, before);
}

static void
on_evidence(struct endpoint_evidence *endpoint, void *argument)
{
	struct caller *caller = argument;

	assert_ptr_equal(endpoint, &caller->evidence);
	assert_int_equal(caller->order, 0);
	caller->waiter = NULL;
	caller->order = ++caller->test->called;
	if (caller->stops != NULL)
		leave(caller->stops);
	if (caller->starts != NULL)
		start(caller->starts, NAME);
}

/* Until so many callbacks have run, and no other one does. */
static void
run(struct test *test, unsigned int called)
{
	listener_run(test->context.base, NULL, &test->called, called);
	timeless_run(test->context.base);
	assert_int_equal(test->called, called);
}

static void
assert_seen(const struct caller *caller, enum session_stage stage,
    enum session_outcome outcome, const char *error)
{
	assert_int_equal(caller->evidence.stage, stage);
	assert_int_equal(caller->evidence.outcome, outcome);
	assert_string_equal(caller->evidence.error, error);
}

static void
assert_refused(const struct caller *caller)
{
	assert_seen(caller, STAGE_GREETING, OUTCOME_REFUSED, "554 no");
}

/* One probe for those who ask during it, and for who asks afterwards. */
static void
test_shared(void **state)
{
	struct test *test = *state;
	struct caller *callers = test->callers;

	start(&callers[0], NAME);
	start(&callers[1], NAME);
	listener_run(test->context.base, test->server, NULL, 1);
	start(&callers[2], NAME);
	listener_say(test->server, NO);
	run(test, 3);
	assert_int_equal(callers[0].order, 1);
	assert_int_equal(callers[1].order, 2);
	assert_int_equal(callers[2].order, 3);
	start(&callers[3], NAME);
	run(test, 4);
	assert_refused(&callers[0]);
	assert_refused(&callers[2]);
	assert_refused(&callers[3]);
	assert_int_equal(listener_count(test->server), 1);
	/* It was the first one's, and the only one. */
	assert_int_equal(callers[0].conversations, 1);
	assert_int_equal(callers[1].conversations, 0);
	assert_int_equal(callers[2].conversations, 0);
	assert_int_equal(callers[3].conversations, 0);
}

/* The first one leaves: what is spent is the next one's. */
static void
test_spent_by_next(void **state)
{
	struct test *test = *state;
	struct caller *callers = test->callers;

	start(&callers[0], NAME);
	start(&callers[1], NAME);
	listener_run(test->context.base, test->server, NULL, 1);
	leave(&callers[0]);
	listener_say(test->server, NO);
	run(test, 1);
	assert_int_equal(callers[0].conversations, 0);
	assert_int_equal(callers[1].conversations, 1);
}

/* The budget is spent: that is said, whether it had begun or waits in line. */
static void
test_leave_for_a_limit(void **state)
{
	static const struct endpoint_end limit = { OUTCOME_LIMIT, "enough" };
	struct test *test = *state;
	struct caller *callers = test->callers;

	start(&callers[0], NAME);
	start(&callers[1], OTHER);
	listener_run(test->context.base, test->server, NULL, 1);
	timeless_run(test->context.base);
	assert_false(probe_cache_is_in_line(callers[0].waiter));
	assert_true(probe_cache_is_in_line(callers[1].waiter));
	probe_cache_leave(callers[0].waiter, &limit);
	probe_cache_leave(callers[1].waiter, &limit);
	callers[0].waiter = callers[1].waiter = NULL;
	assert_seen(&callers[0], STAGE_GREETING, OUTCOME_LIMIT, "enough");
	assert_seen(&callers[1], STAGE_CONNECT, OUTCOME_LIMIT, "enough");
}

/* Until the first caller has been told of so many pauses. */
static void
run_to_rest(struct test *test, unsigned int rests)
{
	listener_run(test->context.base, NULL, &test->callers[0].rests, rests);
	timeless_run(test->context.base);
	assert_int_equal(test->called, 0);
	assert_true(probe_cache_is_resting(test->callers[0].waiter));
	assert_true(probe_cache_is_trying_again(test->callers[0].waiter));
	assert_false(probe_cache_is_in_line(test->callers[0].waiter));
	/* No connection is held meanwhile. */
	listener_run(test->context.base, test->server, NULL, 0);
}

/* What comes of the last attempt counts, for all who wait. */
static void
test_retry(void **state)
{
	struct test *test = *state;
	struct caller *callers = test->callers;

	test->options.retry = 2;
	test->options.timeout = 100;
	listener_say(test->server, BUSY);
	start(&callers[0], NAME);
	start(&callers[1], NAME);
	run_to_rest(test, 1);
	assert_int_equal(timeless_left(test->context.base), 10);
	/* One that comes now is told nothing: it asks. */
	start(&callers[2], NAME);
	assert_true(probe_cache_is_resting(callers[2].waiter));
	timeless_expire(test->context.base);
	run_to_rest(test, 2);
	assert_int_equal(callers[1].rests, 2);
	assert_int_equal(callers[1].resumes, 1);
	listener_say(test->server, NO);
	timeless_expire(test->context.base);
	run(test, 3);
	assert_refused(&callers[0]);
	assert_refused(&callers[2]);
	assert_int_equal(listener_count(test->server), 3);
	assert_int_equal(callers[0].evidence.connections, 1);
	assert_int_equal(callers[2].evidence.retried_count, 1);
	assert_int_equal(callers[2].evidence.retried[0].reply_code, 421);
	assert_int_equal(callers[2].evidence.retried[0].connections, 2);
}

/* What lasts is not tried again; nor is anything without --retry. */
static void
test_no_retry(void **state)
{
	struct test *test = *state;

	test->options.retry = 2;
	test->options.timeout = 100;
	listener_say(test->server, NO);
	start(&test->callers[0], NAME);
	run(test, 1);
	assert_refused(&test->callers[0]);
	test->options.retry = 0;
	start(&test->callers[1], OTHER);
	listener_say(test->server, BUSY);
	run(test, 2);
	assert_int_equal(listener_count(test->server), 2);
	assert_int_equal(test->callers[0].rests + test->callers[1].rests, 0);
	assert_int_equal(test->callers[1].evidence.retried_count, 0);
}

/* The time is over in the pause, or in the second attempt: the first stands. */
static void
test_leave_a_retry(void **state)
{
	struct test *test = *state;
	struct caller *callers = test->callers;

	test->options.retry = 1;
	test->options.timeout = 8;
	listener_say(test->server, BUSY);
	start(&callers[0], NAME);
	start(&callers[1], NAME);
	run_to_rest(test, 1);
	assert_int_equal(timeless_left(test->context.base), 4);
	leave(&callers[0]);
	assert_seen(&callers[0], STAGE_GREETING, OUTCOME_REFUSED, "421 busy");
	listener_say(test->server, "220-wait\r\n");
	timeless_expire(test->context.base);
	listener_run(test->context.base, test->server, NULL, 1);
	leave(&callers[1]);
	assert_seen(&callers[1], STAGE_GREETING, OUTCOME_REFUSED, "421 busy");
	assert_int_equal(callers[1].evidence.connections, 1);
	assert_int_equal(callers[1].evidence.retried_count, 0);
	assert_int_equal(listener_count(test->server), 2);
}

/* Replies are kept where they are wanted, and are the same for all. */
static void
test_keep_octets(void **state)
{
	struct test *test = *state;
	struct caller *callers = test->callers;

	listener_say(test->server, NO);
	start(&callers[0], NAME);
	run(test, 1);
	assert_int_equal(callers[0].evidence.reply_count, 0);
	assert_null(callers[0].evidence.replies);

	test->options.keep_octets = true;
	start(&callers[1], OTHER);
	start(&callers[2], OTHER);
	run(test, 3);
	assert_kept(&callers[1].evidence, "554 no\r\n");
	assert_kept(&callers[2].evidence, "554 no\r\n");
	assert_ptr_not_equal(callers[1].evidence.replies,
	    callers[2].evidence.replies);
}

/* Counts the lines that servers have said. */
static void
hear(void *listener, enum trace_level level, const char *subject,
    const char *line)
{
	unsigned int *lines = listener;

	(void)subject;
	*lines += level == TRACE_CONVERSATION && strncmp(line, "S: ", 3) == 0;
}

/* What has come by the deadline is kept, too. */
static void
test_keep_half(void **state)
{
	struct test *test = *state;
	struct caller *caller = test->callers;
	unsigned int lines = 0;
	const struct trace trace = { hear, &lines, TRACE_CONVERSATION };

	test->options.keep_octets = true;
	test->context.trace = &trace;
	listener_say(test->server, "220-mx\r\n22");
	start(caller, NAME);
	listener_run(test->context.base, NULL, &lines, 1);
	leave(caller);
	assert_seen(caller, STAGE_GREETING, OUTCOME_TIMEOUT, WHY);
	assert_kept(&caller->evidence, "220-mx\r\n22");
}

static void
test_other_name(void **state)
{
	struct test *test = *state;

	listener_say(test->server, NO);
	start(&test->callers[0], NAME);
	start(&test->callers[1], OTHER);
	run(test, 2);
	assert_refused(&test->callers[1]);
	assert_int_equal(listener_count(test->server), 2);
}

/* One leaves, and the other still gets the result. */
static void
test_leave(void **state)
{
	struct test *test = *state;
	struct caller *callers = test->callers;
	char *subject;

	start(&callers[0], NAME);
	start(&callers[1], NAME);
	listener_run(test->context.base, test->server, NULL, 1);
	timeless_run(test->context.base);
	subject = probe_cache_waits_for(callers[0].waiter);
	assert_string_equal(subject, NAME " [127.0.0.1] (greeting)");
	free(subject);
	leave(&callers[0]);
	assert_seen(&callers[0], STAGE_GREETING, OUTCOME_TIMEOUT, WHY);
	listener_say(test->server, NO);
	run(test, 1);
	assert_refused(&callers[1]);
	assert_int_equal(listener_count(test->server), 1);
}

/* The last one leaves: half a probe is not kept for who asks later. */
static void
test_leave_last(void **state)
{
	struct test *test = *state;
	struct caller *callers = test->callers;

	start(&callers[0], NAME);
	start(&callers[1], NAME);
	listener_run(test->context.base, test->server, NULL, 1);
	leave(&callers[1]);
	assert_int_equal(listener_open(test->server), 1);
	leave(&callers[0]);
	listener_run(test->context.base, test->server, NULL, 0);
	start(&callers[2], NAME);
	listener_say(test->server, NO);
	run(test, 1);
	assert_refused(&callers[2]);
	assert_int_equal(listener_count(test->server), 2);
}

static void
test_leave_at_once(void **state)
{
	struct test *test = *state;

	start(&test->callers[0], NAME);
	leave(&test->callers[0]);
	assert_seen(&test->callers[0], STAGE_CONNECT, OUTCOME_UNTRIED,
	    "its turn did not come in time");
	timeless_run(test->context.base);
	assert_int_equal(test->called, 0);
	probe_cache_leave(NULL, &over);
}

/* It leaves while its probe is still in line for the address. */
static void
test_leave_the_line(void **state)
{
	struct test *test = *state;
	struct caller *callers = test->callers;

	start(&callers[0], NAME);
	start(&callers[1], OTHER);
	start(&callers[2], "mx.example.com");
	listener_run(test->context.base, test->server, NULL, 1);
	leave(&callers[1]);
	assert_seen(&callers[1], STAGE_CONNECT, OUTCOME_UNTRIED,
	    "its turn did not come in time");
	listener_say(test->server, NO);
	run(test, 2);
	assert_refused(&callers[0]);
	assert_refused(&callers[2]);
	assert_int_equal(listener_count(test->server), 2);
}

/* A callback stops the only other waiter. */
static void
test_stop_in_callback(void **state)
{
	struct test *test = *state;
	struct caller *callers = test->callers;

	callers[0].stops = &callers[1];
	start(&callers[0], NAME);
	start(&callers[1], NAME);
	listener_say(test->server, NO);
	run(test, 1);
	assert_refused(&callers[0]);
	assert_refused(&callers[1]);
	/* Nobody waits any more, but the result is kept. */
	start(&callers[2], NAME);
	run(test, 2);
	assert_refused(&callers[2]);
	assert_int_equal(listener_count(test->server), 1);
}

/* A callback asks again: it is called after those who wait already. */
static void
test_start_in_callback(void **state)
{
	struct test *test = *state;
	struct caller *callers = test->callers;

	callers[0].stops = &callers[1];
	callers[0].starts = &callers[3];
	start(&callers[0], NAME);
	start(&callers[1], NAME);
	start(&callers[2], NAME);
	listener_say(test->server, NO);
	run(test, 3);
	assert_int_equal(callers[1].order, 0);
	assert_int_equal(callers[2].order, 2);
	assert_int_equal(callers[3].order, 3);
	assert_refused(&callers[3]);
	assert_int_equal(listener_count(test->server), 1);
}

/* The result is there, but the callback has not run yet. */
static void
test_stop_before_callback(void **state)
{
	struct test *test = *state;

	listener_say(test->server, NO);
	start(&test->callers[0], NAME);
	run(test, 1);
	start(&test->callers[1], NAME);
	leave(&test->callers[1]);
	assert_refused(&test->callers[1]);
	timeless_run(test->context.base);
	assert_int_equal(test->called, 1);
}

/* That there is no connection is a result, too. */
static void
test_refused(void **state)
{
	struct test *test = *state;

	listener_free(test->server);
	test->server = NULL;
	start(&test->callers[0], NAME);
	start(&test->callers[1], NAME);
	run(test, 2);
	assert_seen(&test->callers[1], STAGE_CONNECT, OUTCOME_CONNECT_FAILED,
	    "Connection refused");
}

/* As many connections as are asked for, one after the other (--repeat). */
static void
test_repeat(void **state)
{
	struct test *test = *state;
	struct caller *callers = test->callers;

	test->options.repeat = 3;
	test->options.keep_octets = true;
	listener_say(test->server, NO);
	start(&callers[0], NAME);
	run(test, 1);
	assert_refused(&callers[0]);
	assert_int_equal(listener_count(test->server), 3);
	assert_int_equal(callers[0].conversations, 3);
	assert_int_equal(callers[0].evidence.connections, 3);
	assert_int_equal(callers[0].evidence.ending_count, 0);
	assert_kept(&callers[0].evidence, "554 no\r\n");
	/* Who asks later gets it all. */
	start(&callers[1], NAME);
	run(test, 2);
	assert_int_equal(callers[1].evidence.connections, 3);
	assert_int_equal(listener_count(test->server), 3);
}

/* The time is over during the second of them: two are missing. */
static void
test_repeat_cut(void **state)
{
	struct test *test = *state;
	struct caller *caller = test->callers;
	const struct endpoint_evidence *evidence = &caller->evidence;

	test->options.repeat = 3;
	start(caller, NAME);
	listener_run(test->context.base, test->server, NULL, 1);
	listener_say(test->server, NO);
	listener_say(test->server, "");
	listener_run(test->context.base, NULL, &caller->conversations, 1);
	listener_run(test->context.base, test->server, NULL, 1);
	leave(caller);
	assert_refused(caller);
	assert_int_equal(evidence->connections, 3);
	assert_int_equal(evidence->ending_count, 1);
	assert_int_equal(evidence->endings[0].outcome, OUTCOME_TIMEOUT);
	assert_int_equal(evidence->endings[0].connections, 2);
	assert_string_equal(evidence->endings[0].error, WHY);
}

/* A limit on the domain is no end of a connection. */
static void
test_repeat_limited(void **state)
{
	static const struct endpoint_end limit = { OUTCOME_LIMIT, "enough" };
	struct test *test = *state;
	struct caller *caller = test->callers;

	test->options.repeat = 3;
	start(caller, NAME);
	listener_run(test->context.base, test->server, NULL, 1);
	probe_cache_leave(caller->waiter, &limit);
	caller->waiter = NULL;
	assert_seen(caller, STAGE_GREETING, OUTCOME_LIMIT, "enough");
	assert_int_equal(caller->evidence.connections, 0);
	assert_int_equal(caller->evidence.ending_count, 0);
}

/* That there is no connection is one of them, too, and is counted. */
static void
test_repeat_refused(void **state)
{
	struct test *test = *state;
	struct caller *caller = test->callers;

	test->options.repeat = 3;
	listener_free(test->server);
	test->server = NULL;
	start(caller, NAME);
	run(test, 1);
	assert_seen(caller, STAGE_CONNECT, OUTCOME_CONNECT_FAILED,
	    "Connection refused");
	assert_int_equal(caller->evidence.connections, 3);
	assert_int_equal(caller->conversations, 3);
}

/* PROBE_CACHE_KEPT other probes after it, a result is dropped. */
static void
test_crowded_out(void **state)
{
	struct test *test = *state;
	struct caller *callers = test->callers;
	char *name;
	size_t i;

	listener_say(test->server, NO);
	start(&callers[0], NAME);
	run(test, 1);
	for (i = 0; i < PROBE_CACHE_KEPT + 1; i++) {
		name = memory_format("mx%zu.example.org", i);
		callers[1].order = 0;
		start(&callers[1], name);
		free(name);
		run(test, (unsigned int)i + 2);
	}
	start(&callers[2], NAME);
	run(test, PROBE_CACHE_KEPT + 3);
	assert_int_equal(listener_count(test->server), PROBE_CACHE_KEPT + 3);
}

/* A result is as old as it may be, and then a second older. */
static void
test_stale(void **state)
{
	struct test *test = *state;
	struct caller *callers = test->callers;

	listener_say(test->server, NO);
	start(&callers[0], NAME);
	run(test, 1);
	later += PROBE_CACHE_FRESH - 1;
	start(&callers[1], NAME);
	run(test, 2);
	assert_int_equal(listener_count(test->server), 1);
	later += 2;
	start(&callers[2], NAME);
	run(test, 3);
	assert_refused(&callers[2]);
	assert_int_equal(listener_count(test->server), 2);
}

/* What is still waited for does not get stale. */
static void
test_stale_with_waiters(void **state)
{
	struct test *test = *state;
	struct caller *callers = test->callers;

	start(&callers[0], NAME);
	listener_run(test->context.base, test->server, NULL, 1);
	later += PROBE_CACHE_FRESH + 1;
	start(&callers[1], NAME);
	listener_say(test->server, NO);
	run(test, 2);
	assert_refused(&callers[0]);
	assert_refused(&callers[1]);
	assert_int_equal(listener_count(test->server), 1);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_shared),
		TEST(test_spent_by_next),
		TEST(test_leave_for_a_limit),
		TEST(test_retry),
		TEST(test_no_retry),
		TEST(test_leave_a_retry),
		TEST(test_keep_octets),
		TEST(test_keep_half),
		TEST(test_other_name),
		TEST(test_leave),
		TEST(test_leave_last),
		TEST(test_leave_at_once),
		TEST(test_leave_the_line),
		TEST(test_stop_in_callback),
		TEST(test_start_in_callback),
		TEST(test_stop_before_callback),
		TEST(test_refused),
		TEST(test_repeat),
		TEST(test_repeat_cut),
		TEST(test_repeat_limited),
		TEST(test_repeat_refused),
		TEST(test_crowded_out),
		TEST(test_stale),
		TEST(test_stale_with_waiters),
	};

	return cmocka_run_group_tests_name("probe_cache", tests, NULL, NULL);
}
