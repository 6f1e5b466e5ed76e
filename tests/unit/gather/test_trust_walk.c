/*
 * The way from the root to where a chain of trust breaks: what is asked, in
 * which order, and where it ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checker/gather/trust_names.h"
#include "checker/gather/trust_walk.h"
#include "resolver/memory.h"
#include "tests/unit/gather/world.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/timeless.h"

#define ROWS_MAX	8
#define DOWN_TO_ORG	"DNSKEY:. DS:org DNSKEY:org "

/* The way to an insecure answer of example.org, or of TO. */
static const struct walk_row {
	const char		*name;
	const char		*to;		/* NULL: example.org */
	struct world_answer	 answers[ROWS_MAX];
	const char		*asked;
	const char		*last;		/* the deepest zone on it */
} walk_rows[] = {
	{ "the root's keys are bogus", NULL, {
	    { ".", DNS_DNSKEY, ANSWER_UNUSABLE, DNSSEC_BOGUS, NULL, false } },
	    "DNSKEY:. ", "." },
	{ "the root's keys are not to be had", NULL, {
	    { ".", DNS_DNSKEY, ANSWER_UNUSABLE, DNSSEC_FAILED, NULL, false } },
	    "DNSKEY:. ", "." },
	{ "DS records are bogus", NULL, { WORLD_KEYS("."),
	    { "org", DNS_DS, ANSWER_UNUSABLE, DNSSEC_BOGUS, NULL, false } },
	    "DNSKEY:. DS:org ", "org" },
	{ "DS records are not to be had", NULL, { WORLD_KEYS("."),
	    { "org", DNS_DS, ANSWER_UNUSABLE, DNSSEC_FAILED, NULL, false } },
	    "DNSKEY:. DS:org ", "org" },
	{ "keys are bogus", NULL, { WORLD_KEYS("."), WORLD_ZONE("org", "."),
	    { "example.org", DNS_DS, ANSWER_RECORDS, DNSSEC_SECURE, "org",
		false },
	    { "example.org", DNS_DNSKEY, ANSWER_UNUSABLE, DNSSEC_BOGUS, NULL,
		false } },
	    DOWN_TO_ORG "DS:example.org DNSKEY:example.org ", "example.org" },
	{ "below bogus keys nothing is looked for", "a.b.example.org", {
	    WORLD_KEYS("."),
	    { "org", DNS_DS, ANSWER_RECORDS, DNSSEC_SECURE, ".", false },
	    { "org", DNS_DNSKEY, ANSWER_UNUSABLE, DNSSEC_BOGUS, NULL, false } },
	    DOWN_TO_ORG, "org" },
	{ "a zone without DS records and keys", NULL, { WORLD_KEYS("."),
	    WORLD_ZONE("org", "."),
	    { "example.org", DNS_NS, ANSWER_RECORDS, DNSSEC_INSECURE,
		"ns.example.org", false },
	    { "example.org", DNS_DNSKEY, ANSWER_NO_DATA, DNSSEC_INSECURE, NULL,
		false } },
	    DOWN_TO_ORG "DS:example.org NS:example.org DNSKEY:example.org ",
	    "example.org" },
	{ "keys, but no DS records", NULL, { WORLD_KEYS("."),
	    WORLD_ZONE("org", "."),
	    { "example.org", DNS_NS, ANSWER_RECORDS, DNSSEC_INSECURE,
		"ns.example.org", false },
	    { "example.org", DNS_DNSKEY, ANSWER_RECORDS, DNSSEC_INSECURE, NULL,
		false } },
	    DOWN_TO_ORG "DS:example.org NS:example.org DNSKEY:example.org "
	    "CDS:example.org ", "example.org" },
	{ "name servers that are not to be had", NULL, { WORLD_KEYS("."),
	    WORLD_ZONE("org", "."),
	    { "example.org", DNS_NS, ANSWER_UNUSABLE, DNSSEC_FAILED, NULL,
		false },
	    { "example.org", DNS_DNSKEY, ANSWER_UNUSABLE, DNSSEC_FAILED, NULL,
		false } },
	    DOWN_TO_ORG "DS:example.org NS:example.org DNSKEY:example.org ",
	    "example.org" },
	{ "a name within a zone", "mx.example.org", { WORLD_KEYS("."),
	    WORLD_ZONE("org", "."), WORLD_ZONE("example.org", "org") },
	    DOWN_TO_ORG "DS:example.org DNSKEY:example.org DS:mx.example.org "
	    "NS:mx.example.org ", "example.org" },
	{ "a zone below names without one", "a.b.org", { WORLD_KEYS("."),
	    WORLD_ZONE("org", "."),
	    { "a.b.org", DNS_DS, ANSWER_UNUSABLE, DNSSEC_BOGUS, NULL, false } },
	    DOWN_TO_ORG "DS:b.org NS:b.org DS:a.b.org ", "a.b.org" },
	{ "an alias is passed over", "a.b.org", { WORLD_KEYS("."),
	    WORLD_ZONE("org", "."),
	    { "b.org", DNS_DS, ANSWER_NO_DATA, DNSSEC_INSECURE, "c.org",
		true } },
	    DOWN_TO_ORG "DS:b.org DS:a.b.org NS:a.b.org ", "org" },
	{ "NS records of an alias's end", "b.org", { WORLD_KEYS("."),
	    WORLD_ZONE("org", "."),
	    { "b.org", DNS_NS, ANSWER_RECORDS, DNSSEC_INSECURE, "c.org",
		true } },
	    DOWN_TO_ORG "DS:b.org NS:b.org ", "org" },
	{ "nothing is below a name that is not", "a.b.org", { WORLD_KEYS("."),
	    WORLD_ZONE("org", "."),
	    { "b.org", DNS_DS, ANSWER_NO_NAME, DNSSEC_SECURE, NULL, false } },
	    DOWN_TO_ORG "DS:b.org ", "org" },
	/* An island of security (RFC 4033 2). */
	{ "below an unsigned zone there may be a signed one", "example.org", {
	    WORLD_KEYS("."),
	    { "org", DNS_NS, ANSWER_RECORDS, DNSSEC_INSECURE, "ns.org", false },
	    { "org", DNS_DNSKEY, ANSWER_NO_DATA, DNSSEC_INSECURE, NULL, false },
	    { "example.org", DNS_DS, ANSWER_RECORDS, DNSSEC_INSECURE, NULL,
		false },
	    { "example.org", DNS_DNSKEY, ANSWER_RECORDS, DNSSEC_INSECURE, NULL,
		false } },
	    "DNSKEY:. DS:org NS:org DNSKEY:org DS:example.org "
	    "DNSKEY:example.org ", "example.org" },
	{ "below keys without DS records there is nothing", "example.org", {
	    WORLD_KEYS("."),
	    { "org", DNS_NS, ANSWER_RECORDS, DNSSEC_INSECURE, "ns.org", false },
	    { "org", DNS_DNSKEY, ANSWER_RECORDS, DNSSEC_INSECURE, NULL,
		false } },
	    "DNSKEY:. DS:org NS:org DNSKEY:org CDS:org ", "org" },
};

static size_t
count_rows(const struct world_answer *rows)
{
	size_t count = 0;

	while (count < ROWS_MAX && rows[count].name != NULL)
		count++;
	return count;
}

static void
add_target(struct world *world, const char *name)
{
	struct host_evidence *host = fixture_host(world->evidence, name);

	answer_free(host->a);
	host->a = fixture_answer(name, DNS_A, ANSWER_RECORDS, DNSSEC_INSECURE);
}

/* Until it ends, or LIMIT questions are answered. */
static void
walk(struct world *world, size_t limit)
{
	struct trust_names uncut = { NULL, 0 };
	struct trust_walk *found;

	world->limit = limit;
	found = trust_walk_start(&world->context, world->evidence, &uncut,
	    world_done, world);
	assert_non_null(found);
	assert_int_equal(world->ends, 0);
	timeless_run(world->context.base);
	assert_int_equal(world_open(world), world->ends == 0);
	if (world->ends == 0)
		trust_walk_cancel(found);
	assert_int_equal(world_open(world), 0);
	trust_names_clear(&uncut);
}

static void
test_walk(void **state)
{
	const struct walk_row *row = *state;
	const struct evidence *evidence;
	struct world *world;
	void *own = NULL;

	world_set_up(&own);
	world = own;
	evidence = world->evidence;
	world->answers = row->answers;
	world->answer_count = count_rows(row->answers);
	add_target(world, row->to != NULL ? row->to : "example.org");
	walk(world, SIZE_MAX);
	assert_int_equal(world->ends, 1);
	assert_string_equal(world->log, row->asked);
	assert_string_equal(evidence->zones[evidence->zone_count - 1].name,
	    row->last);
	world_tear_down(&own);
}

/* Wherever it is ended, nothing is left behind. */
static void
test_cancel(void **state)
{
	const struct walk_row *row = *state;
	struct world *world;
	void *own = NULL;
	size_t limit, ends = 0;

	for (limit = 0; ends == 0; limit++) {
		world_set_up(&own);
		world = own;
		world->answers = row->answers;
		world->answer_count = count_rows(row->answers);
		add_target(world, row->to != NULL ? row->to : "example.org");
		walk(world, limit);
		assert_true(world->asked <= limit + 1);
		ends = world->ends;
		world_tear_down(&own);
	}
}

/* Names share what is above them. */
static void
test_nothing_twice(void **state)
{
	static const struct world_answer rows[] = { WORLD_KEYS("."),
		WORLD_ZONE("org", "."), WORLD_ZONE("example.org", "org") };
	struct world *world = *state;

	WORLD_SAYS(world, rows);
	add_target(world, "a.mx.example.org");
	add_target(world, "b.mx.example.org");
	add_target(world, "a.mx.example.org");
	walk(world, SIZE_MAX);
	assert_string_equal(world->log, DOWN_TO_ORG "DS:example.org "
	    "DNSKEY:example.org DS:mx.example.org NS:mx.example.org "
	    "DS:a.mx.example.org NS:a.mx.example.org "
	    "DS:b.mx.example.org NS:b.mx.example.org ");
	assert_int_equal(world->evidence->zone_count, 3);
}

static void
test_nothing_to_ask(void **state)
{
	struct world *world = *state;
	struct trust_names uncut = { NULL, 0 };

	assert_null(trust_walk_start(&world->context, world->evidence, &uncut,
	    world_done, world));
	fixture_host(world->evidence, "mx.example.org");
	assert_null(trust_walk_start(&world->context, world->evidence, &uncut,
	    world_done, world));
	trust_walk_cancel(NULL);
	assert_int_equal(world->asked, 0);
}

/* A domain may have many hosts with many labels: it comes to an end. */
static void
test_limit(void **state)
{
	static const struct world_answer rows[] = { WORLD_KEYS(".") };
	struct world *world = *state;
	char *name;
	size_t i;

	WORLD_SAYS(world, rows);
	for (i = 0; i < EVIDENCE_HOSTS_MAX; i++) {
		name = memory_format("a.b.c.d.e.f.host%zu", i);
		add_target(world, name);
		free(name);
	}
	walk(world, SIZE_MAX);
	assert_int_equal(world->ends, 1);
	assert_in_range(world->asked, 256, 256 + 2);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_walk, walk_rows),
		TABLE(test_cancel, walk_rows),
		TABLE_ALONE_WITH(test_nothing_twice, world_set_up,
		    world_tear_down),
		TABLE_ALONE_WITH(test_nothing_to_ask, world_set_up,
		    world_tear_down),
		TABLE_ALONE_WITH(test_limit, world_set_up, world_tear_down),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
