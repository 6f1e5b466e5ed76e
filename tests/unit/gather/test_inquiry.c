/*
 * A question by two ways: what is asked of whom, which answer counts, and what
 * is noted about the resolver.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>

#include "checker/gather/answer_memo.h"
#include "checker/gather/inquiry.h"
#include "checker/gather/second_way.h"
#include "resolver/memory.h"
#include "tests/unit/gather/fake_query.h"
#include "tests/unit/gather/fake_resolver.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/timeless.h"

#define DOMAIN	"example.org"

/* An answer, or none. */
struct says {
	bool			silent;
	enum answer_kind	kind;
	enum dnssec_status	dnssec;
	uint16_t		rcode;
};

#define SILENT		{ true, 0, 0, 0 }
#define FAILED		{ false, ANSWER_UNUSABLE, DNSSEC_FAILED, 0 }
#define BOGUS		{ false, ANSWER_UNUSABLE, DNSSEC_BOGUS, 0 }
#define INSECURE	{ false, ANSWER_RECORDS, DNSSEC_INSECURE, 0 }
#define SECURE		{ false, ANSWER_RECORDS, DNSSEC_SECURE, 0 }
#define ABSENT		{ false, ANSWER_NO_DATA, DNSSEC_SECURE, 0 }
#define NO_NAME		{ false, ANSWER_NO_NAME, DNSSEC_SECURE, 0 }
#define PLAIN_RECORDS	{ false, ANSWER_RECORDS, DNSSEC_INSECURE, 0 }
#define SERVFAIL	{ false, ANSWER_UNUSABLE, DNSSEC_FAILED, 2 }
#define REFUSED		{ false, ANSWER_UNUSABLE, DNSSEC_FAILED, 5 }
#define PLAIN_NO_NAME	{ false, ANSWER_NO_NAME, DNSSEC_INSECURE, 0 }

/*
 * What is said by way of the resolver and of the root, and by the resolver
 * itself; and which answer counts.
 */
struct ways_row {
	const char		*name;
	enum dns_type		 type;
	struct says		 resolver, root, itself;
	bool			 one_way;
	enum resolver_health	 health;	/* of the way from the root */
	struct says		 counts;
	bool			 disputed, lost, differs;
};

#define GOOD	RESOLVER_HEALTHY
#define BAD	RESOLVER_NO_ANSWER

static const struct ways_row ways_rows[] = {
	{ "secure by way of the resolver", DNS_MX, SECURE, SILENT, SILENT,
	    false, GOOD, SECURE, false, false, false },
	{ "insecure stands", DNS_MX, INSECURE, SECURE, SILENT, false, GOOD,
	    INSECURE, false, false, false },
	{ "bogus, with one way alone", DNS_MX, BOGUS, SECURE, SILENT, true,
	    GOOD, BOGUS, false, false, false },
	{ "bogus, and secure from the root", DNS_MX, BOGUS, SECURE,
	    PLAIN_RECORDS, false, GOOD, SECURE, true, false, false },
	{ "failed, and secure from the root", DNS_TLSA, FAILED, SECURE,
	    FAILED, false, GOOD, SECURE, true, false, false },
	{ "bogus, and insecure from the root", DNS_A, BOGUS, INSECURE,
	    PLAIN_RECORDS, false, GOOD, INSECURE, true, false, false },
	{ "bogus, and denied by the root", DNS_TLSA, BOGUS, ABSENT,
	    PLAIN_RECORDS, false, GOOD, ABSENT, true, false, false },
	{ "bogus by both ways", DNS_MX, BOGUS, BOGUS, SILENT, false, GOOD,
	    BOGUS, false, false, false },
	{ "failed, and bogus from the root", DNS_MX, FAILED, BOGUS, SILENT,
	    false, GOOD, BOGUS, false, false, false },
	{ "bogus, and failed from the root", DNS_MX, BOGUS, FAILED, SILENT,
	    false, GOOD, FAILED, false, false, false },
	{ "bogus, and the root is not there", DNS_MX, BOGUS, FAILED,
	    PLAIN_RECORDS, false, BAD, BOGUS, true, true, false },
	{ "the same, and it is waited for in vain", DNS_MX, BOGUS, SILENT,
	    PLAIN_RECORDS, false, BAD, BOGUS, true, true, false },
	{ "the anchors do not fit the root's keys", DNS_MX, BOGUS, BOGUS,
	    PLAIN_RECORDS, false, RESOLVER_BAD_ANCHOR, BOGUS, true, true,
	    false },
	{ "a domain that the resolver alone has", DNS_MX, BOGUS, NO_NAME,
	    PLAIN_RECORDS, false, GOOD, BOGUS, true, false, true },
	{ "errors about a domain that the root does not have", DNS_MX, FAILED,
	    NO_NAME, SERVFAIL, false, GOOD, FAILED, true, false, true },
	{ "nothing about a domain that the root does not have", DNS_MX, FAILED,
	    NO_NAME, FAILED, false, GOOD, NO_NAME, true, false, false },
	{ "that one is refused", DNS_MX, FAILED, NO_NAME, REFUSED, false, GOOD,
	    NO_NAME, true, false, false },
	{ "a domain that nobody has", DNS_MX, BOGUS, NO_NAME, PLAIN_NO_NAME,
	    false, GOOD, NO_NAME, true, false, false },
	{ "a name without TLSA records by way of the root", DNS_TLSA, FAILED,
	    NO_NAME, FAILED, false, GOOD, NO_NAME, true, false, false },
};

struct test {
	const struct ways_row	*row;
	struct says		 resolver, root, itself;
	struct gather_options	 options;
	struct address		 address;
	const char		*name;
	struct context		 context;	/* owns what it works with */
	struct evidence		*evidence;	/* owned */
	struct answer		*answer;	/* owned, NULL: none yet */
	size_t			 of_resolver, of_root, of_itself; /* asked */
};

static struct answer *
say(const struct says *says, const char *name, enum dns_type type)
{
	struct answer *answer;

	if (says->silent)
		return NULL;
	answer = fixture_answer(name, type, says->kind, says->dnssec);
	answer->rcode = says->rcode;
	return answer;
}

static struct answer *
say_resolver(const char *name, enum dns_type type, void *argument)
{
	struct test *test = argument;

	test->of_resolver++;
	return say(&test->resolver, name, type);
}

static struct answer *
say_root(const char *name, enum dns_type type, void *argument)
{
	struct test *test = argument;

	test->of_root++;
	return say(&test->root, name, type);
}

static struct answer *
say_itself(const struct query_question *question, void *argument)
{
	struct test *test = argument;

	test->of_itself++;
	assert_true(question->recursive);
	assert_int_equal(question->unchecked, test->of_itself % 2 == 1);
	return say(&test->itself, question->name, question->type);
}

static int
set_up(void **state)
{
	struct test *test = memory_new(1, sizeof(*test));
	struct context *context = &test->context;

	test->row = *state;
	test->options.timeout = 60;
	test->name = "192.0.2.53";
	address_from_text(&test->address, test->name, 53);
	context->options = &test->options;
	context->base = event_base_new();
	context->resolver = fake_resolver_new(context->base, say_resolver,
	    test);
	context->root_resolver = fake_resolver_new(context->base, say_root,
	    test);
	context->query_client = fake_query_client_new(context->base,
	    say_itself, test);
	context->forwarders = &test->address;
	context->forwarder_names = &test->name;
	context->forwarder_count = 1;
	test->evidence = evidence_new(DOMAIN);
	context->second_way = second_way_new(context, test->evidence);
	*state = test;
	return 0;
}

static int
tear_down(void **state)
{
	struct test *test = *state;

	second_way_free(test->context.second_way);
	query_client_free(test->context.query_client);
	fake_resolver_free(test->context.resolver);
	fake_resolver_free(test->context.root_resolver);
	event_base_free(test->context.base);
	evidence_free(test->evidence);
	answer_free(test->answer);
	free(test);
	return 0;
}

static void
on_answer(struct answer *answer, void *argument)
{
	struct test *test = argument;

	assert_null(test->answer);
	test->answer = answer;
}

static struct inquiry *
ask(struct test *test, enum dns_type type)
{
	answer_free(test->answer);
	test->answer = NULL;
	return inquiry_start(&test->context, DOMAIN, type, on_answer, test);
}

static void
test_ways(void **state)
{
	struct test *test = *state;
	const struct ways_row *row = test->row;
	const struct dispute_evidence *dispute;

	test->resolver = row->resolver;
	test->root = row->root;
	test->itself = row->itself;
	fake_resolver_set_health(test->context.root_resolver, row->health);
	if (row->one_way) {
		second_way_free(test->context.second_way);
		test->context.second_way = NULL;
	}
	ask(test, row->type);
	assert_null(test->answer);
	timeless_run(test->context.base);
	assert_non_null(test->answer);
	assert_int_equal(test->answer->kind, row->counts.kind);
	assert_int_equal(test->answer->dnssec, row->counts.dnssec);
	assert_int_equal(test->evidence->dispute_count, row->disputed);
	assert_int_equal(second_way_is_lost(test->context.second_way),
	    row->lost);
	if (!row->disputed)
		return;
	dispute = &test->evidence->disputes[0];
	assert_int_equal(dispute->root == NULL, row->lost);
	assert_int_equal(dispute->differs, row->differs);
	assert_int_equal(dispute->resolver_count, 1);
	assert_int_equal(dispute->resolvers[0].answer_count, DISPUTE_ANSWERS);
	assert_string_equal(dispute->resolvers[0].name, test->name);
	assert_int_equal(evidence_is_disputed(test->evidence, test->answer),
	    row->lost);
}

/* A resolver that is of no use is passed by, and so is a root that is lost. */
static void
test_remembered(void **state)
{
	static const struct says secure = SECURE, bogus = BOGUS;
	struct test *test = *state;

	test->resolver = bogus;
	test->root = secure;
	second_way_avoid(test->context.second_way);
	ask(test, DNS_MX);
	timeless_run(test->context.base);
	assert_int_equal(test->answer->dnssec, DNSSEC_SECURE);
	assert_int_equal(test->of_resolver, 0);
	assert_int_equal(test->evidence->dispute_count, 0);

	second_way_lose(test->context.second_way);
	ask(test, DNS_A);
	timeless_run(test->context.base);
	assert_int_equal(test->answer->dnssec, DNSSEC_BOGUS);
	assert_int_equal(test->of_resolver, 1);
	assert_int_equal(test->of_root, 1);
	assert_true(evidence_is_disputed(test->evidence, test->answer));
}

/* However many questions there are, some are looked into, and all are asked. */
static void
test_many(void **state)
{
	static const struct says secure = SECURE, bogus = BOGUS;
	struct test *test = *state;
	size_t i;

	test->resolver = bogus;
	test->itself = bogus;
	test->root = secure;
	for (i = 0; i < EVIDENCE_DISPUTES_MAX + 3; i++) {
		ask(test, DNS_A);
		timeless_run(test->context.base);
		assert_int_equal(test->answer->dnssec, DNSSEC_SECURE);
	}
	assert_int_equal(test->evidence->dispute_count,
	    EVIDENCE_DISPUTES_MAX);
	assert_int_equal(test->evidence->dispute_total, i);
	assert_int_equal(test->of_itself,
	    EVIDENCE_DISPUTES_MAX * DISPUTE_ANSWERS);
	/* Nobody is to blame for what is beyond them, either. */
	fake_resolver_set_health(test->context.root_resolver,
	    RESOLVER_NO_ANSWER);
	test->root = bogus;
	ask(test, DNS_TLSA);
	timeless_run(test->context.base);
	assert_int_equal(test->answer->dnssec, DNSSEC_BOGUS);
	assert_true(second_way_is_lost(test->context.second_way));
	assert_true(evidence_is_disputed(test->evidence, test->answer));
}

/* Where there are two ways, the first does not get all of the audit's time. */
static void
test_time(void **state)
{
	static const struct says silent = SILENT;
	struct test *test = *state;
	struct inquiry *inquiry;

	test->resolver = silent;
	inquiry = ask(test, DNS_TLSA);
	inquiry_unlimit(inquiry);
	assert_int_equal(fake_resolver_limited(test->context.resolver), 1);
	fake_resolver_age(test->context.resolver);
	assert_false(inquiry_is_overdue(inquiry));
	inquiry_cancel(inquiry);

	second_way_free(test->context.second_way);
	test->context.second_way = NULL;
	inquiry = ask(test, DNS_TLSA);
	inquiry_unlimit(inquiry);
	assert_int_equal(fake_resolver_limited(test->context.resolver), 1);
	fake_resolver_age(test->context.resolver);
	assert_true(inquiry_is_overdue(inquiry));
	inquiry_cancel(inquiry);
	timeless_run(test->context.base);
	assert_null(test->answer);
}

/* At each stage: by the resolver, by the root, by the resolver itself. */
static void
test_cancelled(void **state)
{
	static const struct says silent = SILENT, bogus = BOGUS,
	    secure = SECURE;
	struct test *test = *state;
	size_t stage;

	test->itself = silent;
	for (stage = 0; stage < 3; stage++) {
		struct inquiry *inquiry;

		test->resolver = stage == 0 ? silent : bogus;
		test->root = stage == 1 ? silent : secure;
		inquiry = ask(test, DNS_MX);
		inquiry_unlimit(inquiry);
		timeless_run(test->context.base);
		assert_null(test->answer);
		inquiry_cancel(inquiry);
		assert_int_equal(fake_query_open(test->context.query_client),
		    0);
	}
	timeless_run(test->context.base);
	assert_null(test->answer);
	assert_int_equal(test->evidence->dispute_count, 0);
}

/*
 * What another audit has asked for again is not asked a third time; it comes
 * from the loop all the same. DS is kept elsewhere, and with two ways nothing
 * is.
 */
static void
test_kept(void **state)
{
	static const struct says secure = SECURE;
	struct test *test = *state;
	struct second_way *way = test->context.second_way;
	size_t i;

	test->resolver = secure;
	test->context.answer_memo = answer_memo_new();
	for (i = 1; i <= 3; i++) {
		ask(test, DNS_A);
		timeless_run(test->context.base);
		assert_int_equal(test->of_resolver, i);
	}
	test->context.second_way = NULL;
	for (i = 1; i <= 4; i++) {
		ask(test, DNS_A);
		assert_null(test->answer);
		timeless_run(test->context.base);
		assert_int_equal(test->answer->dnssec, DNSSEC_SECURE);
		assert_int_equal(test->of_resolver, 3 + (i < 2 ? i : 2));
	}
	inquiry_cancel(ask(test, DNS_A));
	timeless_run(test->context.base);
	assert_null(test->answer);
	for (i = 1; i <= 3; i++) {
		ask(test, DNS_DS);
		timeless_run(test->context.base);
		assert_int_equal(test->of_resolver, 5 + i);
	}
	test->context.second_way = way;
	answer_memo_free(test->context.answer_memo);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_WITH(test_ways, ways_rows, set_up, tear_down),
		TABLE_ALONE_WITH(test_remembered, set_up, tear_down),
		TABLE_ALONE_WITH(test_many, set_up, tear_down),
		TABLE_ALONE_WITH(test_time, set_up, tear_down),
		TABLE_ALONE_WITH(test_cancelled, set_up, tear_down),
		TABLE_ALONE_WITH(test_kept, set_up, tear_down),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
