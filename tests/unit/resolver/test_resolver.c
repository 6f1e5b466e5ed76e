#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>

#include "resolver/clock.h"
#include "resolver/file.h"
#include "resolver/memory.h"
#include "resolver/resolver.h"
#include "resolver/trace.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/tiny_server.h"
#include "tests/unit/support/within.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Seconds: more than any answer takes; and for those that never come. */
#define LONG 60
#define SHORT 0.3

struct test {
	const void			*row;		/* borrowed; NULL */
	struct event_base		*base;
	struct tiny_server		*server;
	struct file			 trust_anchor;
	time_t				 since, until;
	const char			*forwarders[1];
	struct resolver_options		 options;
	struct resolver			*resolver;
	struct resolver_question	*other;
	struct answer			*answer;
	enum resolver_health		 health;
	unsigned int			 called;
	struct trace			 trace;
	char				*heard;	/* owned; the trace */
};

static void
hear(void *listener, enum trace_level level, const char *subject,
    const char *line)
{
	struct test *test = listener;
	char *traced = memory_format("%d %s: %s", level, subject, line);

	test->heard = memory_join(test->heard, "\n", traced);
	free(traced);
}

static void
assert_begins(const char *text, const char *beginning)
{
	assert_non_null(text);
	if (strncmp(text, beginning, strlen(beginning)) != 0)
		assert_string_equal(text, beginning);
}

static int
set_up(void **state)
{
	struct test *test = memory_new(1, sizeof(*test));
	time_t now = time(NULL);
	char *anchor;

	test->row = *state;
	test->trace = (struct trace){ hear, test, TRACE_STEPS };
	test->base = event_base_new();
	test->since = now - 3600;
	test->until = now + 86400;
	test->server = tiny_server_new(test->base, test->since, test->until);
	anchor = tiny_server_anchor(test->server);
	file_init(&test->trust_anchor, "root.key", anchor, strlen(anchor));
	free(anchor);
	test->forwarders[0] = tiny_server_address(test->server);
	test->options = (struct resolver_options){
		.forwarders = test->forwarders,
		.forwarder_count = 1,
		.anchors = { .user = &test->trust_anchor },
		.question_limit = LONG,
		.now = now,
		.trace = &test->trace,
	};
	*state = test;
	return 0;
}

static int
tear_down(void **state)
{
	struct test *test = *state;

	answer_free(test->answer);
	resolver_close(test->resolver);
	tiny_server_free(test->server);
	event_base_free(test->base);
	file_clear(&test->trust_anchor);
	free(test->heard);
	free(test);
	return 0;
}

static void
open_resolver(struct test *test)
{
	char *why = NULL;

	test->resolver = resolver_open(test->base, &test->options, &why);
	assert_non_null(test->resolver);
	assert_true(resolver_start(test->resolver, &why));
}

/* Runs the loop until a callback breaks it. */
static void
run(struct test *test)
{
	const struct timeval limit = { .tv_sec = LONG };

	event_base_loopexit(test->base, &limit);
	event_base_dispatch(test->base);
	assert_true(event_base_got_break(test->base));
}

static void
on_answer(struct answer *answer, void *argument)
{
	struct test *test = argument;

	test->called++;
	answer_free(test->answer);
	test->answer = answer;
	event_base_loopbreak(test->base);
}

static void
on_health(enum resolver_health health, void *argument)
{
	struct test *test = argument;

	test->called++;
	test->health = health;
	event_base_loopbreak(test->base);
}

/* Must not be called. */
static void
on_forbidden(struct answer *answer, void *argument)
{
	(void)answer;
	(void)argument;
	abort();
}

static const struct answer *
ask(struct test *test, const char *name)
{
	unsigned int before = test->called;

	resolver_ask(test->resolver, name, DNS_A, on_answer, test);
	assert_int_equal(test->called, before);
	run(test);
	assert_int_equal(test->called, before + 1);
	assert_string_equal(test->answer->owner, name);
	return test->answer;
}

static void
test_secure(void **state)
{
	struct test *test = *state;
	const struct answer *answer;

	open_resolver(test);
	answer = ask(test, "secure");
	assert_int_equal(answer->dnssec, DNSSEC_SECURE);
	assert_int_equal(answer->kind, ANSWER_RECORDS);
	assert_int_equal(answer->count, 1);
	assert_memory_equal(answer->records[0].data, "\300\0\2\1", 4);
	within_range(answer->ttl, 1, 300);
	assert_int_equal(answer->signed_since, test->since);
	assert_int_equal(answer->signed_until, test->until);
}

static void
test_insecure(void **state)
{
	struct test *test = *state;
	const struct answer *answer;

	open_resolver(test);
	answer = ask(test, "mx.plain");
	assert_int_equal(answer->dnssec, DNSSEC_INSECURE);
	assert_int_equal(answer->kind, ANSWER_RECORDS);
	assert_memory_equal(answer->records[0].data, "\300\0\2\2", 4);
}

static void
test_bogus(void **state)
{
	struct test *test = *state;
	const struct answer *answer;

	open_resolver(test);
	answer = ask(test, "forged");
	assert_int_equal(answer->dnssec, DNSSEC_BOGUS);
	assert_int_equal(answer->kind, ANSWER_UNUSABLE);
	assert_int_equal(answer->count, 0);
	assert_begins(answer->why, "A forged: ");
	assert_non_null(strstr(answer->why, "signature"));
}

/* What the library returned, where it is to be kept. */
static void
test_origins(void **state)
{
	struct test *test = *state;
	const struct answer *answer;

	open_resolver(test);
	assert_null(ask(test, "secure")->origin);
	resolver_close(test->resolver);
	test->options.keep_origins = true;
	open_resolver(test);
	answer = ask(test, "secure");
	assert_non_null(answer->origin);
	assert_non_null(answer->origin->packet);
	assert_true(answer->origin->secure);
	assert_int_equal(answer->origin->now, test->options.now);
	answer = ask(test, "forged");
	assert_true(answer->origin->bogus);
	assert_non_null(answer->origin->why_bogus);
	answer = ask(test, "broken");
	assert_int_equal(answer->origin->rcode, 2);
}

static void
test_servfail(void **state)
{
	struct test *test = *state;
	const struct answer *answer;

	open_resolver(test);
	answer = ask(test, "broken");
	assert_int_equal(answer->dnssec, DNSSEC_FAILED);
	assert_int_equal(answer->kind, ANSWER_UNUSABLE);
	assert_string_equal(answer->why, "A broken: SERVFAIL");
}

static void
test_limit(void **state)
{
	struct test *test = *state;
	const struct answer *answer;

	test->options.question_limit = SHORT;
	open_resolver(test);
	answer = ask(test, "silent");
	assert_int_equal(answer->dnssec, DNSSEC_FAILED);
	assert_int_equal(answer->kind, ANSWER_UNUSABLE);
	assert_string_equal(answer->why,
	    "A silent: no answer within 0.3 seconds");
}

/* Beyond the limit, and then from now on within it again. */
static void
test_limit_again(void **state)
{
	struct test *test = *state;
	struct resolver_question *question;

	test->options.question_limit = SHORT;
	open_resolver(test);
	question = resolver_ask(test->resolver, "silent", DNS_A, on_answer,
	    test);
	resolver_question_unlimit(question);
	while (!resolver_is_overdue(question))
		event_base_loop(test->base, EVLOOP_ONCE);
	assert_null(test->answer);
	resolver_question_limit(question);
	assert_false(resolver_is_overdue(question));
	run(test);
	assert_string_equal(test->answer->why,
	    "A silent: no answer within 0.3 seconds");
}

/* A name that libunbound rejects is answered from the loop, too. */
static void
test_impossible_name(void **state)
{
	struct test *test = *state;
	const struct answer *answer;

	open_resolver(test);
	answer = ask(test, "an..empty.label");
	assert_int_equal(answer->dnssec, DNSSEC_FAILED);
	assert_string_equal(answer->why, "A an..empty.label: syntax error");
}

static void
test_cancel(void **state)
{
	struct test *test = *state;
	struct resolver_question *questions[3];
	size_t i;

	open_resolver(test);
	questions[0] = resolver_ask(test->resolver, "secure", DNS_A,
	    on_forbidden, test);
	questions[1] = resolver_ask(test->resolver, "silent", DNS_A,
	    on_forbidden, test);
	questions[2] = resolver_ask(test->resolver, "an..empty.label", DNS_A,
	    on_forbidden, test);
	for (i = 0; i < 3; i++)
		resolver_cancel(questions[i]);
	resolver_cancel(NULL);
	assert_int_equal(ask(test, "secure")->dnssec, DNSSEC_SECURE);
}

/* Both answers arrive together: the first callback cancels the other one. */
static void
on_first_of_two(struct answer *answer, void *argument)
{
	struct test *test = argument;

	resolver_cancel(test->other);
	on_answer(answer, argument);
}

static void
test_cancel_from_callback(void **state)
{
	struct test *test = *state;

	open_resolver(test);
	resolver_ask(test->resolver, "bad..name", DNS_A, on_first_of_two, test);
	test->other = resolver_ask(test->resolver, "worse..name", DNS_A,
	    on_forbidden, test);
	run(test);
	assert_string_equal(test->answer->owner, "bad..name");
	assert_int_equal(test->called, 1);
	ask(test, "secure");
}

static void
on_ask_again(struct answer *answer, void *argument)
{
	struct test *test = argument;

	answer_free(answer);
	resolver_ask(test->resolver, "secure", DNS_A, on_answer, test);
}

static void
test_ask_from_callback(void **state)
{
	struct test *test = *state;

	open_resolver(test);
	resolver_ask(test->resolver, "mx.plain", DNS_A, on_ask_again, test);
	run(test);
	assert_int_equal(test->called, 1);
	assert_string_equal(test->answer->owner, "secure");
}

static void
on_close(struct answer *answer, void *argument)
{
	struct test *test = argument;

	resolver_close(test->resolver);
	test->resolver = NULL;
	on_answer(answer, argument);
}

static void
test_close_from_callback(void **state)
{
	struct test *test = *state;

	open_resolver(test);
	resolver_ask(test->resolver, "silent", DNS_A, on_forbidden, test);
	resolver_ask(test->resolver, "secure", DNS_A, on_close, test);
	run(test);
	assert_int_equal(test->called, 1);
	assert_int_equal(test->answer->dnssec, DNSSEC_SECURE);
}

/* Closing does not wait for questions in flight. */
static void
test_close_in_flight(void **state)
{
	struct test *test = *state;
	double began;
	size_t i;

	tiny_server_hush(test->server, true);
	open_resolver(test);
	for (i = 0; i < 20; i++)
		resolver_ask(test->resolver, "secure", DNS_A, on_forbidden,
		    test);
	event_base_loop(test->base, EVLOOP_ONCE);
	began = clock_monotonic();
	resolver_close(test->resolver);
	assert_true(clock_monotonic() - began < LONG / 4.0);
	test->resolver = NULL;
	resolver_close(NULL);
}

static void
test_healthy(void **state)
{
	struct test *test = *state;
	struct resolver_question *cancelled;

	open_resolver(test);
	resolver_probe(test->resolver, on_health, test);
	cancelled = resolver_probe(test->resolver, on_health, test);
	resolver_cancel(cancelled);
	run(test);
	assert_int_equal(test->health, RESOLVER_HEALTHY);
	assert_int_equal(test->called, 1);
	assert_null(resolver_health_why(test->resolver));

	/* Known by now, but still reported from the loop. */
	resolver_probe(test->resolver, on_health, test);
	assert_int_equal(test->called, 1);
	run(test);
	assert_int_equal(test->called, 2);

	/* Once, however many ask. */
	assert_string_equal(test->heard, "1 .: DNSKEY: secure, by the trust "
	    "anchors in root.key");
}

/* A resolver that may not be needed is started by the first probe. */
static void
test_started_by_probe(void **state)
{
	struct test *test = *state;
	char *why = NULL;
	size_t i;

	test->resolver = resolver_open(test->base, &test->options, &why);
	assert_non_null(test->resolver);
	for (i = 0; i < 2; i++)
		resolver_probe(test->resolver, on_health, test);
	while (test->called < 2)
		run(test);
	assert_int_equal(test->health, RESOLVER_HEALTHY);
	assert_string_equal(test->heard, "1 .: DNSKEY: secure, by the trust "
	    "anchors in root.key");
}

static void
test_bad_anchor(void **state)
{
	static const char world[] = ". IN DS 20326 8 2 e06d44b80b8f"
	    "1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d\n";
	struct test *test = *state;
	char *expected;

	/* The world's anchors do not fit this root. */
	file_clear(&test->trust_anchor);
	file_init(&test->trust_anchor, "world.key", world, strlen(world));
	open_resolver(test);
	resolver_probe(test->resolver, on_health, test);
	run(test);
	assert_int_equal(test->health, RESOLVER_BAD_ANCHOR);
	expected = memory_format("none of the trust anchors in world.key fits "
	    "the root's keys, or the resolver %s does not pass on DNSSEC "
	    "signatures: DNSKEY .: ", test->forwarders[0]);
	assert_begins(resolver_health_why(test->resolver), expected);
	free(expected);
	expected = memory_format("1 .: %s",
	    resolver_health_why(test->resolver));
	assert_string_equal(test->heard, expected);
	free(expected);
}

static void
test_no_answer(void **state)
{
	struct test *test = *state;
	char *expected;

	tiny_server_hush(test->server, true);
	test->options.question_limit = SHORT;
	open_resolver(test);
	resolver_probe(test->resolver, on_health, test);
	run(test);
	assert_int_equal(test->health, RESOLVER_NO_ANSWER);
	expected = memory_format("no usable answer from the resolver %s: "
	    "DNSKEY .: no answer within 0.3 seconds", test->forwarders[0]);
	assert_string_equal(resolver_health_why(test->resolver), expected);
	free(expected);
}

/* The first callback of a failed probe starts a new one, before the second. */
static void
on_health_probe(enum resolver_health health, void *argument)
{
	struct test *test = argument;

	assert_int_equal(health, RESOLVER_NO_ANSWER);
	tiny_server_hush(test->server, false);
	resolver_probe(test->resolver, on_health, test);
}

static void
test_probe_again(void **state)
{
	struct test *test = *state;

	tiny_server_hush(test->server, true);
	test->options.question_limit = SHORT;
	open_resolver(test);
	resolver_probe(test->resolver, on_health, test);
	resolver_probe(test->resolver, on_health_probe, test);
	run(test);
	assert_int_equal(test->health, RESOLVER_NO_ANSWER);
	assert_int_equal(test->called, 1);
	run(test);
	assert_int_not_equal(test->health, RESOLVER_UNTRIED);
	assert_int_equal(test->called, 2);
}

/*
 * The library answers these by itself unless it is told to ask (RFC 6761 6.2,
 * 6.4; RFC 8375); the server refuses them all.
 */
static const struct local_row {
	const char		*name;
	const char		*owner;
	enum answer_kind	 kind;
} local_rows[] = {
	{ "test", "mx.lab.test", ANSWER_UNUSABLE },
	{ "test itself", "test", ANSWER_UNUSABLE },
	{ "home.arpa", "mx.home.arpa", ANSWER_UNUSABLE },
	{ "invalid", "mx.invalid", ANSWER_NO_NAME },
};

static void
test_local(void **state)
{
	struct test *test = *state;
	const struct local_row *row = test->row;

	open_resolver(test);
	assert_int_equal(ask(test, row->owner)->kind, row->kind);
}

/*
 * Seconds from now at which the signatures of all records begin and end. The
 * clock that libunbound goes by moves on, so that nothing here is exact.
 */
static const struct skew_row {
	const char		*name;
	int			 since, until;
	enum dnssec_status	 dnssec;
	const char		*why;		/* in it; NULL: none */
} skew_rows[] = {
	{ "began", -600, 600, DNSSEC_SECURE, NULL },
	{ "begin within a minute", 50, 86400, DNSSEC_SECURE, NULL },
	{ "begin later", 300, 86400, DNSSEC_BOGUS,
	    "signature before inception date" },
	{ "ended just now", -86400, -5, DNSSEC_BOGUS, "the signature of A "
	    "secure by the key " },
	{ "ended before", -864000, -300, DNSSEC_BOGUS, "signature expired" },
};

static void
test_skew(void **state)
{
	struct test *test = *state;
	const struct skew_row *row = test->row;
	const time_t now = test->options.now;
	const struct answer *answer;
	char *anchor;

	tiny_server_free(test->server);
	test->server = tiny_server_new(test->base, now + row->since,
	    now + row->until);
	test->forwarders[0] = tiny_server_address(test->server);
	file_clear(&test->trust_anchor);
	anchor = tiny_server_anchor(test->server);
	file_init(&test->trust_anchor, "root.key", anchor, strlen(anchor));
	free(anchor);
	open_resolver(test);
	answer = ask(test, "secure");
	assert_int_equal(answer->dnssec, row->dnssec);
	if (row->why == NULL)
		assert_null(answer->why);
	else if (strstr(answer->why, row->why) == NULL)
		assert_string_equal(answer->why, row->why);
}

/* What is wrong with the options keeps it from being opened. */
static void
test_bad_options(void **state)
{
	struct test *test = *state;
	struct file empty;
	char *why;

	file_init(&empty, "empty.key", "", 0);
	test->options.anchors.user = &empty;
	assert_null(resolver_open(test->base, &test->options, &why));
	assert_string_equal(why, "empty.key: holds no trust anchor");
	free(why);
	file_clear(&empty);
	test->options.anchors.user = &test->trust_anchor;
	test->forwarders[0] = "192.0.2.256";
	assert_null(resolver_open(test->base, &test->options, &why));
	assert_string_equal(why, "'192.0.2.256' is not a resolver's address: "
	    "ADDR or ADDR@PORT");
	free(why);
}

#define TEST(function) \
	TABLE_ALONE_WITH(function, set_up, tear_down)

int
main(void)
{
	static const struct table tables[] = {
		TEST(test_secure),
		TEST(test_insecure),
		TEST(test_bogus),
		TEST(test_origins),
		TEST(test_servfail),
		TEST(test_limit),
		TEST(test_limit_again),
		TEST(test_impossible_name),
		TEST(test_cancel),
		TEST(test_cancel_from_callback),
		TEST(test_ask_from_callback),
		TEST(test_close_from_callback),
		TEST(test_close_in_flight),
		TEST(test_healthy),
		TEST(test_started_by_probe),
		TEST(test_bad_anchor),
		TEST(test_no_answer),
		TEST(test_probe_again),
		TABLE_WITH(test_local, local_rows, set_up, tear_down),
		TABLE_WITH(test_skew, skew_rows, set_up, tear_down),
		TEST(test_bad_options),
	};

	return table_run(tables, COUNT(tables));
}
