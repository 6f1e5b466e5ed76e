#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/recording.h"
#include "checker/run/channel.h"
#include "checker/run/pool.h"
#include "resolver/memory.h"
#include "tests/unit/support/within.h"

/*
 * The workers of these tests do what the domain's first label says, or what
 * comes of "alone-X" when they are alone and of "judge-X" when they are given
 * facts; otherwise they answer that the domain passes.
 */
struct worker {
	struct event_base	*base;
	struct channel		*channel;
	bool			 alone;
	bool			 ended;
};

static void
send_evidence(struct worker *worker, enum message_type type, uint64_t task,
    const char *domain, enum recording_view view)
{
	struct evidence *evidence = evidence_new(domain);
	struct message message = { .type = type, .task = task };
	uint8_t *octets;

	evidence->checked_at = 1000 + (time_t)getpid();
	evidence->judged.verdict = VERDICT_PASS;
	octets = recording_encode(evidence, view, &message.size);
	message.octets = octets;
	channel_send(worker->channel, &message);
	free(octets);
	evidence_free(evidence);
}

static void
misbehave(struct worker *worker, const char *what, uint64_t task,
    const char *domain)
{
	if (strncmp(what, "killed", 6) == 0)
		raise(SIGKILL);
	else if (strncmp(what, "status", 6) == 0)
		_exit(3);
	else if (strncmp(what, "hang", 4) == 0)
		pause();
	else if (strncmp(what, "text", 4) == 0)
		channel_send_text(worker->channel, MESSAGE_RESULT, task,
		    "this is no evidence");
	else if (strncmp(what, "other", 5) == 0)
		channel_send_text(worker->channel, MESSAGE_RESULT, task + 7,
		    NULL);
	else if (strncmp(what, "garbage", 7) == 0)
		channel_send_text(worker->channel, (enum message_type)77, task,
		    NULL);
	else if (strncmp(what, "none", 4) == 0)
		channel_send_text(worker->channel, MESSAGE_RESULT, task, NULL);
	else
		send_evidence(worker, MESSAGE_RESULT, task, domain,
		    RECORDING_REPORTED);
}

/* What comes behind PREFIX; NULL: DOMAIN does not begin with it. */
static const char *
behind(const char *domain, const char *prefix)
{
	return strncmp(domain, prefix, strlen(prefix)) == 0 ?
	    domain + strlen(prefix) : NULL;
}

/* When what was sent is on its way. */
static void
on_later(evutil_socket_t fd, short what, void *argument)
{
	(void)fd;
	(void)what;
	misbehave(argument, "killed", 0, NULL);
}

static void
on_message(const struct message *message, void *argument)
{
	const struct timeval soon = { .tv_usec = 50000 };
	struct worker *worker = argument;
	char *domain = memory_copy(message->octets, message->size);
	struct evidence *evidence;
	const char *what = domain;
	char *why = NULL;

	if (message->type == MESSAGE_JUDGE) {
		evidence = recording_decode(message->octets, message->size,
		    RECORDING_FACTS, &why);
		assert_non_null(evidence);
		free(domain);
		domain = memory_string(evidence->domain);
		evidence_free(evidence);
		what = behind(domain, "judge-");
	} else if (worker->alone && behind(domain, "gathered-")) {
		send_evidence(worker, MESSAGE_FACTS, message->task, domain,
		    RECORDING_FACTS);
		send_evidence(worker, MESSAGE_PARTIAL, message->task, domain,
		    RECORDING_REPORTED);
		event_base_once(worker->base, -1, EV_TIMEOUT, on_later, worker,
		    &soon);
		free(domain);
		return;
	} else if (behind(domain, "gathered-")) {
		what = "killed";
	} else if (behind(domain, "alone-")) {
		what = worker->alone ? behind(domain, "alone-") : "killed";
	}
	if (message->type == MESSAGE_AUDIT || message->type == MESSAGE_JUDGE)
		misbehave(worker, what != NULL ? what : "", message->task,
		    domain);
	free(domain);
}

static void
on_closed(void *argument)
{
	struct worker *worker = argument;

	worker->ended = true;
	event_base_loopbreak(worker->base);
}

static void
work(int fd, bool alone)
{
	struct worker worker = { event_base_new(), NULL, alone, false };
	const struct channel_callbacks callbacks = { on_message, on_closed,
		&worker };

	worker.channel = channel_new(worker.base, fd, &callbacks);
	channel_send_text(worker.channel, MESSAGE_READY, 0, NULL);
	while (!worker.ended)
		event_base_loop(worker.base, 0);
	channel_free(worker.channel);
	event_base_free(worker.base);
}

static void
work_beside_others(int fd, void *argument)
{
	(void)argument;
	work(fd, false);
}

static void
work_alone(int fd, void *argument)
{
	(void)argument;
	work(fd, true);
}

static void
refuse(int fd, void *argument)
{
	struct worker worker = { event_base_new(), NULL, false, false };
	const struct channel_callbacks callbacks = { on_message, on_closed,
		&worker };

	worker.channel = channel_new(worker.base, fd, &callbacks);
	channel_send_text(worker.channel, MESSAGE_REFUSED, 0, argument);
	event_base_dispatch(worker.base);
	channel_free(worker.channel);
	event_base_free(worker.base);
}

static void
die_at_once(int fd, void *argument)
{
	(void)fd;
	(void)argument;
	raise(SIGKILL);
}

#define TASKS_MAX 5000

struct test {
	struct event_base	*base;
	struct pool_options	 options;
	struct pool		*pool;		/* owned */
	const char		*const *domains;
	size_t			 count, given;
	char			*reports[TASKS_MAX];	/* owned, in order */
	size_t			 report_count;
	size_t			 complaints, bad_inputs;
	char			*refusal;	/* owned */
	bool			 internal;
	unsigned int		 finished, ready;
};

static bool
on_next(void *argument, struct pool_task *task, bool *end)
{
	struct test *test = argument;

	if (test->given == test->count) {
		*end = true;
		return false;
	}
	task->domain = memory_string(test->domains[test->given++]);
	return true;
}

/* "DOMAIN VERDICT CRASH" */
static void
on_report(struct pool_result *result, void *argument)
{
	struct test *test = argument;
	const struct evidence *evidence = result->evidence;
	const char *crash = evidence != NULL ? evidence->crash : NULL;

	assert_int_equal(test->ready, 1);
	if (evidence == NULL)
		test->reports[test->report_count++] = memory_format("%s none",
		    result->domain);
	else
		test->reports[test->report_count++] = memory_format("%s %s%s%s",
		    evidence->domain, verdict_name(evidence->judged.verdict),
		    crash != NULL ? " " : "", crash != NULL ? crash : "");
}

static void
on_ready(void *argument)
{
	struct test *test = argument;

	test->ready++;
}

static void
on_finished(void *argument)
{
	struct test *test = argument;

	test->finished++;
	event_base_loopexit(test->base, NULL);
}

static void
on_refused(char *why, bool internal, void *argument)
{
	struct test *test = argument;

	test->refusal = why;
	test->internal = internal;
	event_base_loopbreak(test->base);
}

static void
on_complaint(char *why, bool bad_input, void *argument)
{
	struct test *test = argument;

	test->complaints++;
	test->bad_inputs += bad_input;
	free(why);
}

static int
set_up(void **state)
{
	struct test *test = memory_new(1, sizeof(*test));

	test->base = event_base_new();
	test->options = (struct pool_options){
		.workers = 1,
		.flight = 64,
		.deadline = 1,
		.grace = 1,
		.tries_again = true,
		.work = work_beside_others,
		.work_alone = work_alone,
	};
	*state = test;
	return 0;
}

static int
tear_down(void **state)
{
	struct test *test = *state;
	size_t i;

	for (i = 0; i < test->report_count; i++)
		free(test->reports[i]);
	free(test->refusal);
	event_base_free(test->base);
	free(test);
	return 0;
}

/* Runs a pool over the domains. */
static void
run(struct test *test, const char *const *domains, size_t count)
{
	const struct pool_callbacks callbacks = {
		.next = on_next,
		.report = on_report,
		.ready = on_ready,
		.finished = on_finished,
		.refused = on_refused,
		.complain = on_complaint,
		.argument = test,
	};

	test->domains = domains;
	test->count = count;
	test->pool = pool_new(test->base, &test->options, &callbacks);
	pool_wake(test->pool);
	event_base_dispatch(test->base);
	assert_null(pool_free(test->pool));
}

/* That each domain is reported, in order, as EXPECTED says. */
static void
check(struct test *test, const char *const *domains,
    const char *const *expected, size_t count)
{
	size_t i;

	run(test, domains, count);
	assert_int_equal(test->finished, 1);
	assert_int_equal(test->report_count, count);
	for (i = 0; i < count; i++)
		assert_string_equal(test->reports[i], expected[i]);
}

#define CHECK(test, domains, expected) \
	check(test, domains, expected, sizeof(domains) / sizeof(domains[0]))

static void
test_all_well(void **state)
{
	static const char *const domains[] = { "a.example", "b.example",
		"c.example" };
	static const char *const expected[] = { "a.example pass",
		"b.example pass", "c.example pass" };
	struct test *test = *state;

	CHECK(test, domains, expected);
	assert_int_equal(test->complaints, 0);
}

static void
test_empty_list(void **state)
{
	struct test *test = *state;

	run(test, NULL, 0);
	assert_int_equal(test->finished, 1);
	assert_int_equal(test->ready, 1);
	assert_int_equal(test->report_count, 0);
}

/* More domains than fit into the window, over several workers. */
static void
test_many(void **state)
{
	struct test *test = *state;
	const char **domains = memory_new(TASKS_MAX, sizeof(*domains));
	char *expected;
	size_t i;

	for (i = 0; i < TASKS_MAX; i++)
		domains[i] = memory_format("d%zu.of%zu.example", i, i % 7);
	test->options.workers = 3;
	run(test, domains, TASKS_MAX);
	assert_int_equal(test->report_count, TASKS_MAX);
	for (i = 0; i < TASKS_MAX; i++) {
		expected = memory_format("%s pass", domains[i]);
		assert_string_equal(test->reports[i], expected);
		free(expected);
		free((void *)(uintptr_t)domains[i]);
	}
	free(domains);
}

/* It costs the others nothing, and is tried alone. */
static void
test_crash_beside_others(void **state)
{
	static const char *const domains[] = { "a.example",
		"alone-fine.example", "b.example" };
	static const char *const expected[] = { "a.example pass",
		"alone-fine.example pass", "b.example pass" };
	struct test *test = *state;

	CHECK(test, domains, expected);
	assert_int_equal(test->complaints, 1);
	assert_int_equal(test->bad_inputs, 0);
}

#define KILLED "killed by signal 9 (Killed)"

static void
test_crash_again(void **state)
{
	static const char *const domains[] = { "a.example",
		"alone-killed.example", "alone-status.example", "b.example" };
	static const char *const expected[] = { "a.example pass",
		"alone-killed.example unknown " KILLED "; then " KILLED,
		"alone-status.example unknown " KILLED "; then ended with "
		    "status 3",
		"b.example pass" };
	struct test *test = *state;

	CHECK(test, domains, expected);
}

static void
test_no_second_try(void **state)
{
	static const char *const domains[] = { "killed.example",
		"b.example" };
	static const char *const expected[] = { "killed.example unknown "
		KILLED, "b.example pass" };
	struct test *test = *state;

	test->options.tries_again = false;
	test->options.flight = 1;
	CHECK(test, domains, expected);
}

/* What was gathered is judged by a third worker; if it dies, it is there. */
static void
test_gathered_before_crash(void **state)
{
	static const char *const domains[] = { "gathered-killed.example",
		"judge-killed.example" };
	static const char *const expected[] = { "gathered-killed.example pass",
		"judge-killed.example pass" };
	struct test *test = *state;

	CHECK(test, domains, expected);
}

static void
test_hang(void **state)
{
	static const char *const domains[] = { "a.example", "hang.example",
		"alone-hang.example" };
	struct test *test = *state;
	size_t i;

	run(test, domains, 3);
	assert_int_equal(test->report_count, 3);
	assert_string_equal(test->reports[0], "a.example pass");
	for (i = 1; i < 3; i++)
		assert_non_null(strstr(test->reports[i], "unknown hung"));
}

/* A worker that was taken over can say what it likes. */
static void
test_nonsense(void **state)
{
	static const char *const domains[] = { "text.example", "other.example",
		"garbage.example", "a.example" };
	struct test *test = *state;

	run(test, domains, 4);
	assert_int_equal(test->report_count, 4);
	assert_non_null(strstr(test->reports[0],
	    "text.example unknown sent nonsense"));
	assert_non_null(strstr(test->reports[1],
	    "other.example unknown sent nonsense"));
	assert_non_null(strstr(test->reports[2], "garbage.example unknown "));
	assert_string_equal(test->reports[3], "a.example pass");
}

static void
test_no_result(void **state)
{
	static const char *const domains[] = { "none.example", "a.example" };
	static const char *const expected[] = { "none.example none",
		"a.example pass" };
	struct test *test = *state;

	CHECK(test, domains, expected);
}

static void
test_refused(void **state)
{
	static const char *const domains[] = { "a.example", "b.example" };
	struct test *test = *state;
	char why[] = "chain.pem: it is empty";

	test->options.work = refuse;
	test->options.work_argument = why;
	run(test, domains, 2);
	assert_string_equal(test->refusal, why);
	assert_false(test->internal);
	assert_int_equal(test->report_count, 0);
	assert_int_equal(test->ready, 0);
}

/* No loop of workers that die at their start. */
static void
test_dead_at_start(void **state)
{
	static const char *const domains[] = { "a.example", "b.example" };
	struct test *test = *state;

	test->options.work = die_at_once;
	run(test, domains, 2);
	assert_non_null(strstr(test->refusal, "at its start: killed by signal "
	    "9"));
	assert_true(test->internal);
	assert_int_equal(test->report_count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_well, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_empty_list, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_many, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_crash_beside_others,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_crash_again, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_no_second_try, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_gathered_before_crash,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hang, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nonsense, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_no_result, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_refused, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_dead_at_start, set_up,
		    tear_down),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
