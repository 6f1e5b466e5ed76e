/*
 * What --self-test makes of what it saw: a good place, and what becomes of it
 * with one more sight, or another one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "checker/evidence/self_test_facts.h"
#include "resolver/memory.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define NOW	1769860805
#define DAY	86400
#define HELO	"probe.example.net"
#define OURS	"192.0.2.7"
#define OURS6	"2001:db8::7"
#define ROOT4	"198.41.0.4"
#define ROOT6	"2001:7fd::1"

#define SIGHTS_MAX 4

struct sight {
	enum self_test_topic	 topic;
	enum self_test_kind	 kind;
	const char		*subject, *server, *source, *why;
	unsigned int		 number;
	long			 from, until;	/* after NOW */
};

static const struct sight good[] = {
	{ SELF_TEST_ROOT, SIGHT_GOOD, .number = 20326 },
	{ SELF_TEST_CLOCK, SIGHT_GOOD, ".", .from = -DAY, .until = 9 * DAY },
	{ SELF_TEST_CLOCK, SIGHT_GOOD, "com", .from = -2 * DAY, .until = DAY },
	{ SELF_TEST_UDP, SIGHT_GOOD, ROOT4, ROOT4, .number = 1139 },
	{ SELF_TEST_UDP, SIGHT_GOOD, ROOT6, ROOT6, .number = 1139 },
	{ SELF_TEST_TCP, SIGHT_GOOD, ROOT4, ROOT4, .number = 1139 },
	{ SELF_TEST_IPV4, SIGHT_GOOD, .source = OURS },
	{ SELF_TEST_IPV6, SIGHT_GOOD, .source = OURS6 },
	{ SELF_TEST_PORT, SIGHT_GOOD, "mx.example.org", "203.0.113.25", OURS,
	    .number = 0 },
	{ SELF_TEST_NAME, SIGHT_GOOD, HELO, OURS, .number = 0 },
	{ SELF_TEST_NAME, SIGHT_GOOD, HELO, OURS6, .number = 0 },
	{ SELF_TEST_REVERSE, SIGHT_GOOD, HELO, .source = OURS },
	{ SELF_TEST_REVERSE, SIGHT_GOOD, HELO, .source = OURS6 },
};

/* The topic has no sight of the good ones, but these. */
static const struct row {
	const char		*name;
	enum self_test_topic	 topic;
	enum self_test_state	 state;		/* of its first item */
	const char		*says;
	struct sight		 sights[SIGHTS_MAX];
	bool			 keeps;		/* the good ones, too */
	const char		*helo;		/* NULL: HELO */
	bool			 resolver;	/* no root was asked */
	bool			 no_domain, dns_only, no_ipv4, no_ipv6;
} rows[] = {
	{ "root", SELF_TEST_ROOT, SELF_TEST_OK, "key tag 20326",
	    .keeps = true },
	{ "clock", SELF_TEST_CLOCK, SELF_TEST_OK, "2026-01-31T12:00:05Z",
	    .keeps = true },
	{ "clock behind", SELF_TEST_CLOCK, SELF_TEST_FAIL,
	    "the newest signature of org is from 2026-01-31T12:01:06Z",
	    { { SELF_TEST_CLOCK, SIGHT_GOOD, "org", .from = 61,
		.until = DAY } }, .keeps = true },
	{ "clock a little behind", SELF_TEST_CLOCK, SELF_TEST_WARN, "org",
	    { { SELF_TEST_CLOCK, SIGHT_GOOD, "org", .from = 60,
		.until = DAY } }, .keeps = true },
	{ "clock right now", SELF_TEST_CLOCK, SELF_TEST_OK, "org",
	    { { SELF_TEST_CLOCK, SIGHT_GOOD, "org", .until = DAY } },
	    .keeps = true },
	{ "clock at the end", SELF_TEST_CLOCK, SELF_TEST_OK, ".",
	    { { SELF_TEST_CLOCK, SIGHT_GOOD, ".", .from = -DAY } },
	    .keeps = false },
	{ "clock ahead", SELF_TEST_CLOCK, SELF_TEST_FAIL,
	    "from 2026-01-30T12:00:05Z to 2026-01-31T12:00:04Z",
	    { { SELF_TEST_CLOCK, SIGHT_GOOD, ".", .from = -DAY,
		.until = -1 } },
	    .keeps = false },
	{ "an old copy of one zone", SELF_TEST_CLOCK, SELF_TEST_OK, ".",
	    { { SELF_TEST_CLOCK, SIGHT_GOOD, "org", .from = -9 * DAY,
		.until = -DAY } }, .keeps = true },
	{ "no signature", SELF_TEST_CLOCK, SELF_TEST_UNTRIED, "not tried",
	    { { SELF_TEST_CLOCK, SIGHT_STRIPPED, ".", .number = 0 } },
	    .keeps = false },

	{ "no resolver", SELF_TEST_RESOLVER, SELF_TEST_UNTRIED, "no resolver",
	    .keeps = false },
	{ "a good resolver", SELF_TEST_RESOLVER, SELF_TEST_OK, "192.0.2.53",
	    { { SELF_TEST_RESOLVER, SIGHT_GOOD, "192.0.2.53", "192.0.2.53",
	        .number = 0 } },
	    .resolver = true },
	{ "a resolver that drops signatures", SELF_TEST_RESOLVER,
	    SELF_TEST_FAIL, "192.0.2.53: records come without",
	    { { SELF_TEST_RESOLVER, SIGHT_STRIPPED, "192.0.2.53",
		"192.0.2.53", .number = 0 },
		{ SELF_TEST_RESOLVER, SIGHT_GOOD, "192.0.2.53",
		"192.0.2.53", .number = 0 } }, .resolver = true },
	{ "a resolver that drops proofs", SELF_TEST_RESOLVER,
	    SELF_TEST_FAIL, "a denial comes without",
	    { { SELF_TEST_RESOLVER, SIGHT_GOOD, "192.0.2.53", "192.0.2.53",
	        .number = 0 },
		{ SELF_TEST_RESOLVER, SIGHT_UNPROVED, "192.0.2.53",
		"192.0.2.53", .number = 0 } }, .resolver = true },
	{ "the second of two is bad", SELF_TEST_RESOLVER, SELF_TEST_OK,
	    "192.0.2.53",
	    { { SELF_TEST_RESOLVER, SIGHT_GOOD, "192.0.2.53", "192.0.2.53",
	        .number = 0 },
		{ SELF_TEST_RESOLVER, SIGHT_SILENT, "192.0.2.54",
		"192.0.2.54", .number = 0 } }, .resolver = true },

	{ "UDP", SELF_TEST_UDP, SELF_TEST_OK, "1139 octets", .keeps = true },
	{ "UDP, cut off", SELF_TEST_UDP, SELF_TEST_WARN, "cut off",
	    { { SELF_TEST_UDP, SIGHT_CUT, ROOT4, ROOT4, .number = 0 } },
	    .keeps = false },
	{ "UDP, small", SELF_TEST_UDP, SELF_TEST_OK, "more than 512 come was",
	    { { SELF_TEST_UDP, SIGHT_GOOD, ROOT4, ROOT4, .number = 512 } },
	    .keeps = false },
	{ "UDP without EDNS", SELF_TEST_UDP, SELF_TEST_FAIL, "EDNS",
	    { { SELF_TEST_UDP, SIGHT_PLAIN, ROOT4, ROOT4, .number = 0 } },
	    .keeps = false },
	{ "an answer by somebody else", SELF_TEST_UDP, SELF_TEST_FAIL,
	    "or not at all",
	    { { SELF_TEST_UDP, SIGHT_STRIPPED, ROOT4, ROOT4, .number = 0 } },
	    .keeps = false },
	{ "an error of a resolver", SELF_TEST_UDP, SELF_TEST_UNTRIED,
	    "REFUSED", { { SELF_TEST_UDP, SIGHT_ERROR, ROOT4, ROOT4,
		.why = "REFUSED" } }, .resolver = true },
	{ "an error of the root", SELF_TEST_UDP, SELF_TEST_FAIL, "REFUSED",
	    { { SELF_TEST_UDP, SIGHT_ERROR, ROOT4, ROOT4,
		.why = "REFUSED" } },
	    .keeps = false },
	{ "no UDP", SELF_TEST_UDP, SELF_TEST_FAIL, ROOT4 ": no answer",
	    { { SELF_TEST_UDP, SIGHT_NO_ROUTE, ROOT6, ROOT6, .number = 0 },
		{ SELF_TEST_UDP, SIGHT_SILENT, ROOT4, ROOT4, .number = 0 } },
	    .keeps = false },
	{ "no TCP", SELF_TEST_TCP, SELF_TEST_FAIL, "Connection refused",
	    { { SELF_TEST_TCP, SIGHT_FAILED, ROOT4, ROOT4,
		.why = "Connection refused" } },
	    .keeps = false },

	{ "IPv4", SELF_TEST_IPV4, SELF_TEST_OK, ROOT4, .keeps = true },
	{ "no route, and an answer", SELF_TEST_IPV6, SELF_TEST_OK, ROOT6,
	    { { SELF_TEST_IPV6, SIGHT_NO_ROUTE, .number = 0 } },
	    .keeps = false },
	{ "-4", SELF_TEST_IPV6, SELF_TEST_UNTRIED, "--ipv4", .keeps = true,
	    .no_ipv6 = true },
	{ "-6", SELF_TEST_IPV4, SELF_TEST_UNTRIED, "--ipv6", .keeps = true,
	    .no_ipv4 = true },

	{ "mail servers", SELF_TEST_PORT, SELF_TEST_OK, "1 of 1",
	    .keeps = true },
	{ "no domain", SELF_TEST_PORT, SELF_TEST_UNTRIED, "name a domain",
	    .no_domain = true },
	{ "--dns-only", SELF_TEST_PORT, SELF_TEST_UNTRIED, "--dns-only",
	    .dns_only = true },
	{ "no mail server", SELF_TEST_PORT, SELF_TEST_UNTRIED, "no mail server",
	    { { SELF_TEST_PORT, SIGHT_ABSENT, "example.org", .number = 0 } },
	    .keeps = false },
	{ "no MX lookup", SELF_TEST_PORT, SELF_TEST_UNTRIED, "SERVFAIL",
	    { { SELF_TEST_PORT, SIGHT_FAILED, "example.org",
		.why = "SERVFAIL" } },
	    .keeps = false },
	{ "port 25 closed", SELF_TEST_PORT, SELF_TEST_FAIL,
	    "0 of 1 can be tried; mx [203.0.113.25]: no answer",
	    { { SELF_TEST_PORT, SIGHT_SILENT, "mx", "203.0.113.25",
	        .number = 0 } },
	    .keeps = false },
	{ "one of two closed", SELF_TEST_PORT, SELF_TEST_WARN, "1 of 2",
	    { { SELF_TEST_PORT, SIGHT_FAILED, "mx", "203.0.113.26",
	        .number = 0 } },
	    .keeps = true },
	{ "refused", SELF_TEST_PORT, SELF_TEST_FAIL,
	    "it refuses this client: 554 no",
	    { { SELF_TEST_PORT, SIGHT_SILENT, "mx", "203.0.113.25",
	        .number = 0 },
		{ SELF_TEST_PORT, SIGHT_REFUSED, "mx", "203.0.113.26",
		.why = "554 no" } },
	    .keeps = false },

	{ "EHLO name", SELF_TEST_NAME, SELF_TEST_OK, "to this machine",
	    .keeps = true },
	{ "EHLO name of one label", SELF_TEST_NAME, SELF_TEST_WARN,
	    "not fully qualified", .helo = "vm", .keeps = true },
	{ "EHLO name localhost", SELF_TEST_NAME, SELF_TEST_WARN,
	    "not fully qualified", .helo = "localhost.localdomain",
	    .keeps = true },
	{ "address literal", SELF_TEST_NAME, SELF_TEST_WARN,
	    "calls itself by its address, [192.0.2.1]", .helo = "[192.0.2.1]",
	    .keeps = true },
	{ "EHLO name that is not there", SELF_TEST_NAME, SELF_TEST_WARN,
	    "does not resolve to an address",
	    { { SELF_TEST_NAME, SIGHT_ABSENT, HELO, .number = 0 } },
	    .keeps = false },
	{ "EHLO name that cannot be looked up", SELF_TEST_NAME,
	    SELF_TEST_UNTRIED, "not tried",
	    { { SELF_TEST_NAME, SIGHT_ABSENT, HELO, .number = 0 },
		{ SELF_TEST_NAME, SIGHT_FAILED, HELO, .number = 0 } },
	    .keeps = false },
	{ "EHLO name of IPv4 alone", SELF_TEST_NAME, SELF_TEST_WARN,
	    "does not resolve to " OURS6,
	    { { SELF_TEST_NAME, SIGHT_GOOD, HELO, OURS, .number = 0 } },
	    .keeps = false },
	{ "EHLO name of IPv4 alone, -4", SELF_TEST_NAME, SELF_TEST_OK, HELO,
	    { { SELF_TEST_NAME, SIGHT_GOOD, HELO, OURS,
	        .number = 0 } }, .no_ipv6 = true },

	{ "PTR", SELF_TEST_REVERSE, SELF_TEST_OK, OURS, .keeps = true },
	{ "no PTR", SELF_TEST_REVERSE, SELF_TEST_WARN, OURS " has no name",
	    { { SELF_TEST_REVERSE, SIGHT_ABSENT, .source = OURS } },
	    .keeps = false },
	{ "another PTR", SELF_TEST_REVERSE, SELF_TEST_WARN, "the name x.y",
	    { { SELF_TEST_REVERSE, SIGHT_GOOD, "x.y", .source = OURS } },
	    .keeps = false },
	{ "one of two PTR", SELF_TEST_REVERSE, SELF_TEST_OK, OURS,
	    { { SELF_TEST_REVERSE, SIGHT_GOOD, "x.y", .source = OURS },
		{ SELF_TEST_REVERSE, SIGHT_GOOD, HELO, .source = OURS } },
	    .keeps = false },
	{ "a private address", SELF_TEST_REVERSE, SELF_TEST_UNTRIED, "10.0.0.1",
	    { { SELF_TEST_REVERSE, SIGHT_RESERVED, .source = "10.0.0.1",
		.why = "private use (RFC 1918)" } },
	    .keeps = false },
	{ "no address", SELF_TEST_REVERSE, SELF_TEST_UNTRIED, "not tried",
	    .keeps = false },
};

static void
add(struct self_test_facts *facts, const struct sight *sight)
{
	struct self_test_sight added = {
		.topic = sight->topic,
		.kind = sight->kind,
		.subject = memory_string(sight->subject),
		.why = memory_string(sight->why),
		.number = sight->number,
		.from = NOW + sight->from,
		.until = NOW + sight->until,
	};

	if (sight->server != NULL)
		assert_true(address_from_text(&added.server, sight->server,
		    0));
	if (sight->source != NULL)
		assert_true(address_from_text(&added.source, sight->source,
		    0));
	self_test_facts_add(facts, &added);
}

static struct evidence *
make(const struct row *row)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct self_test_facts *facts = self_test_facts_new(
	    row->helo != NULL ? row->helo : HELO);
	size_t i;

	evidence->self_test = facts;
	evidence->checked_at = NOW;
	evidence->health = RESOLVER_HEALTHY;
	evidence->dns_only = row->dns_only;
	facts->has_domain = !row->no_domain;
	facts->root = !row->resolver;
	facts->no_ipv4 = row->no_ipv4;
	facts->no_ipv6 = row->no_ipv6;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (good[i].topic != row->topic || row->keeps)
			add(facts, &good[i]);
	}
	for (i = 0; i < SIGHTS_MAX; i++) {
		if (row->sights[i].subject != NULL ||
		    row->sights[i].source != NULL ||
		    row->sights[i].kind != SIGHT_SILENT)
			add(facts, &row->sights[i]);
	}
	self_test_facts_sort(facts);
	return evidence;
}

static void
test_items(void **state)
{
	const struct row *row = *state;
	struct evidence *evidence = make(row);
	const struct self_test_item *item = NULL, *items;
	bool fails = false;
	size_t i;

	fixture_judge(evidence);
	fixture_judge(evidence);	/* forgets what it said before */
	items = evidence->self_test->items;
	assert_in_set(evidence->self_test->item_count,
	    ((LargestIntegralType[]){ 10, 11, 12 }), 3);
	for (i = 0; i < evidence->self_test->item_count; i++) {
		if (items[i].topic == row->topic && item == NULL)
			item = &items[i];
		fails |= items[i].state == SELF_TEST_FAIL;
		assert_int_equal(items[i].advice != NULL,
		    items[i].state == SELF_TEST_FAIL ||
		    items[i].state == SELF_TEST_WARN);
	}
	assert_non_null(item);
	assert_int_equal(item->state, row->state);
	if (strstr(item->text, row->says) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", item->text, row->says);
	assert_int_equal(evidence->judged.verdict, fails ? VERDICT_UNKNOWN :
	    VERDICT_PASS);
	evidence_free(evidence);
}

/* Which anchor does not fit, or that nobody answers, and what helps. */
static void
test_root(void **state)
{
	const struct row row = { .topic = SELF_TEST_ROOT };
	struct evidence *evidence = make(&row);

	(void)state;
	evidence->health = RESOLVER_BAD_ANCHOR;
	evidence->health_why = memory_string("none fits");
	fixture_judge(evidence);
	assert_int_equal(evidence->self_test->items[0].state, SELF_TEST_FAIL);
	assert_string_equal(evidence->self_test->items[0].text, "none fits");
	assert_non_null(strstr(evidence->self_test->items[0].advice, "clock"));
	evidence->health = RESOLVER_NO_ANSWER;
	fixture_judge(evidence);
	assert_non_null(strstr(evidence->self_test->items[0].advice,
	    "--resolver"));
	assert_int_equal(evidence->judged.verdict, VERDICT_UNKNOWN);
	evidence_free(evidence);
}

/* Whoever came first. */
static void
test_order(void **state)
{
	struct self_test_facts *facts = self_test_facts_new(HELO);
	size_t i, count = sizeof(good) / sizeof(good[0]);

	(void)state;
	for (i = 0; i < count; i++)
		add(facts, &good[count - 1 - i]);
	self_test_facts_sort(facts);
	assert_int_equal(facts->sight_count, count);
	assert_int_equal(facts->sights[0].topic, SELF_TEST_ROOT);
	assert_string_equal(facts->sights[1].subject, ".");
	assert_string_equal(facts->sights[2].subject, "com");
	assert_string_equal(facts->sights[3].subject, ROOT4);
	/* Beyond the limit nothing is added. */
	for (i = 0; i < 2 * SELF_TEST_SIGHTS_MAX; i++)
		add(facts, &good[1]);
	assert_int_equal(facts->sight_count, SELF_TEST_SIGHTS_MAX);
	self_test_facts_free(facts);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_items, rows),
		TABLE_ALONE(test_root),
		TABLE_ALONE(test_order),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
