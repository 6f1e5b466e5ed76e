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
#include "smtp/dial.h"
#include "smtp/tls.h"
#include "tests/unit/support/listener.h"
#include "tests/unit/support/timeless.h"

#define NAME	"mx.example.org"
#define OTHER	"mx.example.net"
#define WHY	"the time for the domain is over"
#define NO	"554 no\r\n221 bye\r\n"

enum { GUESTS = 4 };

struct test;

struct guest {
	struct test			*test;		/* borrowed */
	struct endpoint_evidence	 evidence;	/* owned */
	struct probe_waiter			*visit;		/* NULL: over */
	struct guest			*stops;		/* when told, NULL:
							 * nobody */
	struct guest			*starts;	/* likewise */
	unsigned int			 order;		/* as told; 0: not
							 * yet */
};

struct test {
	struct gather_options	 options;
	struct context		 context;	/* its parts are owned */
	struct listener		*server;	/* owned */
	struct guest		 waiters[GUESTS];
	unsigned int		 told;
};

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
	for (i = 0; i < GUESTS; i++) {
		test->waiters[i].test = test;
		test->waiters[i].evidence.address =
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

	for (i = 0; i < GUESTS; i++) {
		probe_cache_leave(test->waiters[i].visit, WHY);
		evidence_endpoint_clear(&test->waiters[i].evidence);
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
stop(struct guest *guest)
{
	probe_cache_leave(guest->visit, WHY);
	guest->visit = NULL;
}

static void	on_visit(struct endpoint_evidence *endpoint, void *argument);

static void
start(struct guest *guest, const char *server_name)
{
	unsigned int before = guest->test->told;

	guest->visit = probe_cache_get(&guest->test->context, &guest->evidence,
	    server_name, on_visit, guest);
	assert_non_null(guest->visit);
	assert_int_equal(guest->test->told, before);
}

static void
on_visit(struct endpoint_evidence *endpoint, void *argument)
{
	struct guest *guest = argument;

	assert_ptr_equal(endpoint, &guest->evidence);
	assert_int_equal(guest->order, 0);
	guest->visit = NULL;
	guest->order = ++guest->test->told;
	if (guest->stops != NULL)
		stop(guest->stops);
	if (guest->starts != NULL)
		start(guest->starts, NAME);
}

/* Until so many of the guests have been told, and nobody else is. */
static void
run(struct test *test, unsigned int told)
{
	listener_run(test->context.base, NULL, &test->told, told);
	timeless_run(test->context.base);
	assert_int_equal(test->told, told);
}

static void
assert_seen(const struct guest *guest, enum session_stage stage,
    enum session_outcome outcome, const char *error)
{
	assert_int_equal(guest->evidence.stage, stage);
	assert_int_equal(guest->evidence.outcome, outcome);
	assert_string_equal(guest->evidence.error, error);
}

static void
assert_refused(const struct guest *guest)
{
	assert_seen(guest, STAGE_GREETING, OUTCOME_REFUSED, "554 no");
}

/* Who comes while it is talked to, and who comes afterwards. */
static void
test_shared(void **state)
{
	struct test *test = *state;
	struct guest *waiters = test->waiters;

	start(&waiters[0], NAME);
	start(&waiters[1], NAME);
	listener_run(test->context.base, test->server, NULL, 1);
	start(&waiters[2], NAME);
	listener_say(test->server, NO);
	run(test, 3);
	assert_int_equal(waiters[0].order, 1);
	assert_int_equal(waiters[1].order, 2);
	assert_int_equal(waiters[2].order, 3);
	start(&waiters[3], NAME);
	run(test, 4);
	assert_refused(&waiters[0]);
	assert_refused(&waiters[2]);
	assert_refused(&waiters[3]);
	assert_int_equal(listener_count(test->server), 1);
}

static void
test_other_name(void **state)
{
	struct test *test = *state;

	listener_say(test->server, NO);
	start(&test->waiters[0], NAME);
	start(&test->waiters[1], OTHER);
	run(test, 2);
	assert_refused(&test->waiters[1]);
	assert_int_equal(listener_count(test->server), 2);
}

/* One leaves, and the others hear of it all the same. */
static void
test_leave(void **state)
{
	struct test *test = *state;
	struct guest *waiters = test->waiters;
	char *subject;

	start(&waiters[0], NAME);
	start(&waiters[1], NAME);
	listener_run(test->context.base, test->server, NULL, 1);
	timeless_run(test->context.base);
	subject = probe_cache_waits_for(waiters[0].visit);
	assert_string_equal(subject, NAME " [127.0.0.1] (greeting)");
	free(subject);
	stop(&waiters[0]);
	assert_seen(&waiters[0], STAGE_GREETING, OUTCOME_TIMEOUT, WHY);
	listener_say(test->server, NO);
	run(test, 1);
	assert_refused(&waiters[1]);
	assert_int_equal(listener_count(test->server), 1);
}

/* The last one leaves: half a visit is no use to who comes after. */
static void
test_leave_last(void **state)
{
	struct test *test = *state;
	struct guest *waiters = test->waiters;

	start(&waiters[0], NAME);
	start(&waiters[1], NAME);
	listener_run(test->context.base, test->server, NULL, 1);
	stop(&waiters[1]);
	assert_int_equal(listener_open(test->server), 1);
	stop(&waiters[0]);
	listener_run(test->context.base, test->server, NULL, 0);
	start(&waiters[2], NAME);
	listener_say(test->server, NO);
	run(test, 1);
	assert_refused(&waiters[2]);
	assert_int_equal(listener_count(test->server), 2);
}

static void
test_leave_at_once(void **state)
{
	struct test *test = *state;

	start(&test->waiters[0], NAME);
	stop(&test->waiters[0]);
	assert_seen(&test->waiters[0], STAGE_CONNECT, OUTCOME_UNTRIED,
	    "its turn did not come in time");
	timeless_run(test->context.base);
	assert_int_equal(test->told, 0);
	probe_cache_leave(NULL, WHY);
}

/*
 * It waits for others to be done with the address, and leaves before they are.
 */
static void
test_leave_the_line(void **state)
{
	struct test *test = *state;
	struct guest *waiters = test->waiters;

	start(&waiters[0], NAME);
	start(&waiters[1], OTHER);
	start(&waiters[2], "mx.example.com");
	listener_run(test->context.base, test->server, NULL, 1);
	stop(&waiters[1]);
	assert_seen(&waiters[1], STAGE_CONNECT, OUTCOME_UNTRIED,
	    "its turn did not come in time");
	listener_say(test->server, NO);
	run(test, 2);
	assert_refused(&waiters[0]);
	assert_refused(&waiters[2]);
	assert_int_equal(listener_count(test->server), 2);
}

/* The first to be told takes away the only one who is to be told still. */
static void
test_stop_when_told(void **state)
{
	struct test *test = *state;
	struct guest *waiters = test->waiters;

	waiters[0].stops = &waiters[1];
	start(&waiters[0], NAME);
	start(&waiters[1], NAME);
	listener_say(test->server, NO);
	run(test, 1);
	assert_refused(&waiters[0]);
	assert_refused(&waiters[1]);
	/* Nobody is left there: it is remembered all the same. */
	start(&waiters[2], NAME);
	run(test, 2);
	assert_refused(&waiters[2]);
	assert_int_equal(listener_count(test->server), 1);
}

/* Who comes while others are told is told after them. */
static void
test_start_when_told(void **state)
{
	struct test *test = *state;
	struct guest *waiters = test->waiters;

	waiters[0].stops = &waiters[1];
	waiters[0].starts = &waiters[3];
	start(&waiters[0], NAME);
	start(&waiters[1], NAME);
	start(&waiters[2], NAME);
	listener_say(test->server, NO);
	run(test, 3);
	assert_int_equal(waiters[1].order, 0);
	assert_int_equal(waiters[2].order, 2);
	assert_int_equal(waiters[3].order, 3);
	assert_refused(&waiters[3]);
	assert_int_equal(listener_count(test->server), 1);
}

/* What was seen is there, but not told yet. */
static void
test_stop_before_told(void **state)
{
	struct test *test = *state;

	listener_say(test->server, NO);
	start(&test->waiters[0], NAME);
	run(test, 1);
	start(&test->waiters[1], NAME);
	stop(&test->waiters[1]);
	assert_refused(&test->waiters[1]);
	timeless_run(test->context.base);
	assert_int_equal(test->told, 1);
}

/* No connection is an answer that is shared, too. */
static void
test_refused(void **state)
{
	struct test *test = *state;

	listener_free(test->server);
	test->server = NULL;
	start(&test->waiters[0], NAME);
	start(&test->waiters[1], NAME);
	run(test, 2);
	assert_seen(&test->waiters[1], STAGE_CONNECT, OUTCOME_CONNECT_FAILED,
	    "Connection refused");
}

/* What is remembered is bounded, and what is waited for is not forgotten. */
static void
test_forgotten(void **state)
{
	struct test *test = *state;
	struct guest *waiters = test->waiters;
	char *name;
	size_t i;

	listener_say(test->server, NO);
	start(&waiters[0], NAME);
	run(test, 1);
	for (i = 0; i < PROBE_CACHE_KEPT + 1; i++) {
		name = memory_format("mx%zu.example.org", i);
		waiters[1].order = 0;
		start(&waiters[1], name);
		free(name);
		run(test, (unsigned int)i + 2);
	}
	start(&waiters[2], NAME);
	run(test, PROBE_CACHE_KEPT + 3);
	assert_int_equal(listener_count(test->server), PROBE_CACHE_KEPT + 3);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_shared),
		TEST(test_other_name),
		TEST(test_leave),
		TEST(test_leave_last),
		TEST(test_leave_at_once),
		TEST(test_leave_the_line),
		TEST(test_stop_when_told),
		TEST(test_start_when_told),
		TEST(test_stop_before_told),
		TEST(test_refused),
		TEST(test_forgotten),
	};

	return cmocka_run_group_tests_name("visit", tests, NULL, NULL);
}
