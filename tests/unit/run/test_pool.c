#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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
	int			 fd;		/* of the channel */
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

/* What is no message at all. */
static void
send_garbage(const struct worker *worker)
{
	static const char garbage[64] = "this is no header of a message";

	assert_int_equal(write(worker->fd, garbage, sizeof(garbage)),
	    sizeof(garbage));
}

static void
on_alive(evutil_socket_t fd, short what, void *argument)
{
	struct worker *worker = argument;

	(void)fd;
	(void)what;
	channel_send_text(worker->channel, MESSAGE_ALIVE, 0, "nothing");
}

/* As long as anybody listens. */
static void
pretend_to_work(struct worker *worker)
{
	const struct timeval often = { .tv_usec = 100000 };
	struct event *event = event_new(worker->base, -1, EV_PERSIST, on_alive,
	    worker);

	event_add(event, &often);
}

/* SIZE octets of facts, again and again. */
static void
send_much(struct worker *worker, uint64_t task, size_t size)
{
	const struct message message = { MESSAGE_FACTS, task,
		memory_new(size, 1), size };
	size_t i;

	for (i = 0; i <= POOL_RECEIVED_MAX / size; i++) {
		channel_send(worker->channel, &message);
		channel_flush(worker->channel);
	}
}

/* As a worker does that somebody else has taken over. False: WHAT is no lie. */
static bool
lie(struct worker *worker, const char *what, uint64_t task)
{
	size_t i;

	if (strncmp(what, "impostor", 8) == 0)
		send_evidence(worker, MESSAGE_RESULT, task, "victim.example",
		    RECORDING_REPORTED);
	else if (strncmp(what, "partly", 6) == 0)
		send_evidence(worker, MESSAGE_PARTIAL, task, "victim.example",
		    RECORDING_REPORTED);
	else if (strncmp(what, "late", 4) == 0)
		channel_send_text(worker->channel, MESSAGE_REFUSED, 0,
		    "a setting is wrong");
	else if (strncmp(what, "again", 5) == 0)
		channel_send_text(worker->channel, MESSAGE_READY, 0, NULL);
	else if (strncmp(what, "empty", 5) == 0)
		channel_send_text(worker->channel, MESSAGE_RESULT, task, NULL);
	else if (strncmp(what, "much", 4) == 0)
		send_much(worker, task, RECORDING_SIZE_MAX / 16);
	else if (strncmp(what, "moans", 5) == 0)
		for (i = 0; i <= POOL_COMPLAINTS_MAX; i++)
			channel_send_text(worker->channel, MESSAGE_COMPLAINT,
			    task, "no good");
	else
		return false;
	return true;
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
		send_garbage(worker);
	else if (strncmp(what, "busy", 4) == 0)
		pretend_to_work(worker);
	else if (!lie(worker, what, task))
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
		evidence = recording_decode(message->octets + strlen(domain) +
		    1, message->size - strlen(domain) - 1, RECORDING_FACTS,
		    &why);
		if (evidence == NULL) {
			channel_send_text(worker->channel, MESSAGE_COMPLAINT,
			    message->task, why);
			channel_send_text(worker->channel, MESSAGE_RESULT,
			    message->task, NULL);
			free(why);
			free(domain);
			return;
		}
		assert_string_equal(domain, evidence->domain);
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
on_closed(bool nonsense, void *argument)
{
	struct worker *worker = argument;

	(void)nonsense;
	worker->ended = true;
	event_base_loopbreak(worker->base);
}

static void
work(int fd, bool alone)
{
	struct worker worker = { event_base_new(), NULL, alone, false, fd };
	const struct channel_callbacks callbacks = { on_message, on_closed,
		&worker };

	worker.channel = channel_new(worker.base, fd, &callbacks);
	channel_send_text(worker.channel, MESSAGE_READY, 0, NULL);
	channel_flush(worker.channel);
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
	struct worker worker = { event_base_new(), NULL, false, false, fd };
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
	if (strcmp(task->domain, "none.example") == 0)
		task->facts = memory_new(1, task->size = 1);
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
		.alone = POOL_ALONE_MAX,
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

/* More than fit into the window, behind one that is not done for long. */
static void
test_unordered(void **state)
{
	struct test *test = *state;
	const char **domains = memory_new(TASKS_MAX, sizeof(*domains));
	size_t i, before;

	domains[0] = memory_string("busy.example");
	for (i = 1; i < TASKS_MAX; i++)
		domains[i] = memory_format("d%zu.example", i);
	test->options.unordered = true;
	test->options.tries_again = false;
	run(test, domains, TASKS_MAX);
	assert_int_equal(test->report_count, TASKS_MAX);
	for (before = 0; strncmp(test->reports[before], "busy", 4) != 0;)
		before++;
	assert_int_equal(before, POOL_WINDOW - 1);
	for (i = 0; i < TASKS_MAX; i++)
		free((void *)(uintptr_t)domains[i]);
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

	test->options.flight = 1;
	run(test, domains, 4);
	assert_int_equal(test->report_count, 4);
	assert_non_null(strstr(test->reports[0],
	    "text.example unknown sent nonsense"));
	assert_non_null(strstr(test->reports[1],
	    "other.example unknown sent nonsense"));
	assert_non_null(strstr(test->reports[2],
	    "garbage.example unknown sent nonsense: no message"));
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
	assert_int_equal(test->bad_inputs, 1);
}

/*
 * A worker that is somebody else's speaks for no other domain, ends no run, and
 * does not fill the parent's memory.
 */
static void
test_lies(void **state)
{
	static const char *const domains[] = { "impostor.example",
		"alone-partly.example", "late.example", "again.example",
		"empty.example", "much.example", "moans.example", "a.example" };
	static const char *const expected[] = {
		"evidence of another domain", "evidence of another domain",
		"that a setting is wrong, too late",
		"that it has started, again", "no result",
		"too much about one task", "too much about one task" };
	struct test *test = *state;
	size_t i;

	/* It takes time to say too much. */
	test->options.deadline = 60;
	test->options.flight = 1;
	run(test, domains, 8);
	assert_null(test->refusal);
	assert_int_equal(test->report_count, 8);
	for (i = 0; i < 7; i++) {
		assert_int_equal(strncmp(test->reports[i], domains[i],
		    strlen(domains[i])), 0);
		if (strstr(test->reports[i], " unknown ") == NULL ||
		    strstr(test->reports[i], expected[i]) == NULL)
			fail_msg("%s", test->reports[i]);
	}
	assert_string_equal(test->reports[7], "a.example pass");
}

/* Signs of life are no result. */
static void
test_busy_for_ever(void **state)
{
	static const char *const domains[] = { "busy.example", "a.example" };
	struct test *test = *state;

	test->options.tries_again = false;
	test->options.deadline = 0.1;
	test->options.flight = 1;
	run(test, domains, 2);
	assert_int_equal(test->report_count, 2);
	assert_non_null(strstr(test->reports[0], "after the deadline"));
	assert_string_equal(test->reports[1], "a.example pass");
}

/* What a process may have, when it may have no more descriptors. */
static void
starve(bool starves)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = starves ? 3 : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void
on_plenty(evutil_socket_t fd, short what, void *argument)
{
	(void)fd;
	(void)what;
	(void)argument;
	starve(false);
}

static bool
on_next_of_few(void *argument, struct pool_task *task, bool *end)
{
	const struct timeval soon = { .tv_usec = 1500000 };
	struct test *test = argument;

	/* Before the second worker is started. */
	if (test->given == 1) {
		starve(true);
		event_base_once(test->base, -1, EV_TIMEOUT, on_plenty, NULL,
		    &soon);
	}
	return on_next(argument, task, end);
}

/* Without descriptors for a while, nothing is lost. */
static void
test_no_descriptors(void **state)
{
	static const char *const domains[] = { "a.example", "killed.example",
		"b.example" };
	struct test *test = *state;
	const struct pool_callbacks callbacks = {
		.next = on_next_of_few,
		.report = on_report,
		.ready = on_ready,
		.finished = on_finished,
		.refused = on_refused,
		.complain = on_complaint,
		.argument = test,
	};

	test->options.flight = 1;
	test->domains = domains;
	test->count = 3;
	test->pool = pool_new(test->base, &test->options, &callbacks);
	pool_wake(test->pool);
	event_base_dispatch(test->base);
	assert_null(pool_free(test->pool));
	assert_null(test->refusal);
	assert_int_equal(test->report_count, 3);
	assert_string_equal(test->reports[0], "a.example pass");
	assert_string_equal(test->reports[2], "b.example pass");
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
		cmocka_unit_test_setup_teardown(test_unordered, set_up,
		    tear_down),
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
		cmocka_unit_test_setup_teardown(test_lies, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_busy_for_ever, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_no_descriptors, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_refused, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_dead_at_start, set_up,
		    tear_down),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
