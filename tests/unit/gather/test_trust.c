/*
 * The chains of trust of a domain as a whole: what is asked where all is
 * secure, and from the first zone to the last name server where it is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/gather/trust.h"
#include "resolver/memory.h"
#include "tests/unit/gather/world.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/timeless.h"

#define NS(zone, name) \
	{ zone, DNS_NS, ANSWER_RECORDS, DNSSEC_SECURE, name, false }
#define A(name, address) \
	{ name, DNS_A, ANSWER_RECORDS, DNSSEC_SECURE, address, false }

static const struct world_answer secure_rows[] = {
	WORLD_KEYS("."), WORLD_ZONE("org", "."),
	WORLD_ZONE("example.org", "org"),
};

#define SECURE_ASKED \
	"DNSKEY:example.org DS:example.org DNSKEY:org DS:org DNSKEY:. "

/* The names of the zones, in their order. */
static void
check_zones(const struct world *world, const char *const *names, size_t count)
{
	size_t i;

	assert_int_equal(world->evidence->zone_count, count);
	for (i = 0; i < count; i++)
		assert_string_equal(world->evidence->zones[i].name, names[i]);
}

/* Until it ends, or LIMIT questions are answered. */
static void
gather(struct world *world, size_t limit)
{
	struct trust *trust;

	world->limit = limit;
	trust = trust_start(&world->context, world->evidence, world_done,
	    world);
	assert_non_null(trust);
	assert_int_equal(world->ends, 0);
	timeless_run(world->context.base);
	if (world->ends == 0)
		trust_stop(trust);
	assert_int_equal(world_open(world), 0);
}

/* --- All is secure --- */

static void
secure_domain(struct world *world)
{
	struct host_evidence *host;

	WORLD_SAYS(world, secure_rows);
	world_mx(world, DNSSEC_SECURE);
	host = fixture_host(world->evidence, "a.b.c.example.org");
	/* It would be the zone of "c.example.org" otherwise. */
	free(host->a->periods[0].zone);
	host->a->periods[0].zone = memory_string("example.org");
	free(host->aaaa->periods[0].zone);
	host->aaaa->periods[0].zone = memory_string("example.org");
}

/* Not label by label, nothing twice, and of no server. */
static void
test_secure(void **state)
{
	static const char *const zones[] = { ".", "org", "example.org" };
	struct world *world = *state;

	secure_domain(world);
	gather(world, SIZE_MAX);
	assert_int_equal(world->ends, 1);
	assert_string_equal(world->log, SECURE_ASKED);
	check_zones(world, zones, 3);
	assert_null(world->evidence->zones[0].parent);
	assert_null(world->evidence->zones[0].ds);
	assert_non_null(world->evidence->zones[0].dnskey);
	assert_string_equal(world->evidence->zones[1].parent, ".");
	assert_string_equal(world->evidence->zones[2].parent, "org");
	assert_non_null(world->evidence->zones[2].ds);
	assert_non_null(world->evidence->zones[2].dnskey);
}

static void
test_secure_not_thorough(void **state)
{
	struct world *world = *state;

	world->evidence->thorough = false;
	secure_domain(world);
	gather(world, SIZE_MAX);
	assert_string_equal(world->log, SECURE_ASKED);
}

/* Each kind of answer counts, and so does each zone that signs one. */
static void
test_every_answer(void **state)
{
	static const char *const zones[] = { ".", "a", "aaaa", "alias", "base",
		"cname", "mx", "own" };
	struct world *world = *state;
	struct host_evidence *host;
	struct answer *mx;

	world_mx(world, DNSSEC_INSECURE);
	mx = world->evidence->mx;
	mx->dnssec = DNSSEC_SECURE;
	fixture_period(mx, "mx", DNS_MX);
	host = fixture_host(world->evidence, "mx.example.org");
	free(host->a->periods[0].zone);
	host->a->periods[0].zone = memory_string("a");
	fixture_period(host->a, "alias", DNS_CNAME);
	free(host->aaaa->periods[0].zone);
	host->aaaa->periods[0].zone = memory_string("aaaa");
	host->cname = fixture_answer(host->name, DNS_CNAME, ANSWER_RECORDS,
	    DNSSEC_SECURE);
	fixture_period(host->cname, "cname", DNS_CNAME);
	host->tlsa[0] = fixture_answer("base", DNS_TLSA, ANSWER_RECORDS,
	    DNSSEC_SECURE);
	fixture_period(host->tlsa[0], "base", DNS_TLSA);
	host->tlsa[1] = fixture_answer("own", DNS_TLSA, ANSWER_NO_DATA,
	    DNSSEC_SECURE);
	fixture_period(host->tlsa[1], "own", DNS_NSEC);
	fixture_period(host->tlsa[1], ".", DNS_NSEC);
	gather(world, SIZE_MAX);
	assert_int_equal(world->ends, 1);
	check_zones(world, zones, sizeof(zones) / sizeof(zones[0]));
	assert_int_equal(world->asked, 2 * 7 + 1);
}

/* --- Nothing is secure --- */

static const struct idle_row {
	const char		*name;
	enum dnssec_status	 mx;
} idle_rows[] = {
	{ "insecure", DNSSEC_INSECURE },
	{ "bogus", DNSSEC_BOGUS },
	{ "failed", DNSSEC_FAILED },
};

static void
test_idle(void **state)
{
	const struct idle_row *row = *state;
	struct world *world;
	void *own = NULL;

	world_set_up(&own);
	world = own;
	world->evidence->thorough = false;
	assert_null(trust_start(&world->context, world->evidence, world_done,
	    world));
	world_mx(world, row->mx);
	/* Whatever it is signed with. */
	fixture_period(world->evidence->mx, "example.org", DNS_MX);
	assert_null(trust_start(&world->context, world->evidence, world_done,
	    world));
	trust_stop(NULL);
	timeless_run(world->context.base);
	assert_int_equal(world->asked, 0);
	assert_int_equal(world->ends, 0);
	assert_int_equal(world->evidence->zone_count, 0);
	world_tear_down(&own);
}

/* --- Breaks --- */

/* Where even the question for DS records fails, an alias seems a zone. */
static const struct world_answer alias_rows[] = {
	WORLD_KEYS("."), WORLD_ZONE("org", "."),
	NS("org", "ns.org"), A("ns.org", "192.0.2.1"),
	{ "example.org", DNS_DS, ANSWER_UNUSABLE, DNSSEC_BOGUS, NULL, false },
	{ "c.net", DNS_DS, ANSWER_UNUSABLE, DNSSEC_BOGUS, NULL, false },
};

static const struct world_heard alias_heard[] = {
	{ "example.org", DNS_DS, "c.net", NULL, NULL },
	{ "example.org", DNS_MX, "c.net", NULL, NULL },
};

/* The walk goes on to where the alias leads. */
static void
test_alias(void **state)
{
	static const char *const zones[] = { ".", "org", "c.net" };
	struct world *world = *state;

	WORLD_SAYS(world, alias_rows);
	WORLD_HEARD(world, alias_heard);
	world_mx(world, DNSSEC_BOGUS);
	gather(world, SIZE_MAX);
	assert_int_equal(world->ends, 1);
	assert_string_equal(world->log,
	    "DNSKEY:. DS:org DNSKEY:org DS:example.org "
	    "NS:org A:ns.org AAAA:ns.org DS:example.org@192.0.2.1 "
	    "NS:org A:ns.org AAAA:ns.org MX:example.org@192.0.2.1 "
	    "DS:net NS:net DS:c.net "
	    "NS:. ");
	check_zones(world, zones, 3);
}

/* Aliases that lead in a circle, and to ever new names, come to an end. */
static const struct world_heard circle_heard[] = {
	{ "example.org", DNS_DS, "a.org", NULL, NULL },
	{ "example.org", DNS_MX, "a.org", NULL, NULL },
	{ "a.org", DNS_DS, "example.org", NULL, NULL },
};

static const struct world_answer circle_rows[] = {
	WORLD_KEYS("."), WORLD_ZONE("org", "."),
	NS("org", "ns.org"), A("ns.org", "192.0.2.1"),
	{ "example.org", DNS_DS, ANSWER_UNUSABLE, DNSSEC_BOGUS, NULL, false },
	{ "a.org", DNS_DS, ANSWER_UNUSABLE, DNSSEC_BOGUS, NULL, false },
};

static void
test_circle(void **state)
{
	static const char *const zones[] = { ".", "org" };
	struct world *world = *state;

	WORLD_SAYS(world, circle_rows);
	WORLD_HEARD(world, circle_heard);
	world_mx(world, DNSSEC_BOGUS);
	gather(world, SIZE_MAX);
	assert_int_equal(world->ends, 1);
	assert_true(world->asked < 40);
	check_zones(world, zones, 2);
}

/* A break is looked for where one chain is whole and another is not. */
static void
test_part(void **state)
{
	struct world *world = *state;
	struct host_evidence *host;

	secure_domain(world);
	host = fixture_host(world->evidence, "mx.net");
	answer_free(host->a);
	host->a = fixture_answer("mx.net", DNS_A, ANSWER_RECORDS,
	    DNSSEC_INSECURE);
	answer_free(host->aaaa);
	host->aaaa = NULL;
	gather(world, SIZE_MAX);
	assert_int_equal(world->ends, 1);
	assert_string_equal(world->log, SECURE_ASKED
	    "DS:net NS:net DS:mx.net NS:mx.net ");
}

/* --- Limits --- */

/* Each zone counts, but no more than these are asked. */
static void
test_many_zones(void **state)
{
	struct world *world = *state;
	char *zone;
	size_t i;

	world_mx(world, DNSSEC_SECURE);
	for (i = 1; i < EVIDENCE_ZONES_MAX + 10; i++) {
		zone = memory_format("zone%zu", i);
		fixture_period(world->evidence->mx, zone, DNS_MX);
		free(zone);
	}
	gather(world, SIZE_MAX);
	assert_int_equal(world->ends, 1);
	assert_int_equal(world->evidence->zone_count, EVIDENCE_ZONES_MAX);
	assert_int_equal(world->evidence->zone_total, EVIDENCE_ZONES_MAX + 10);
	assert_int_equal(world->asked, 2 * EVIDENCE_ZONES_MAX);
}

/* --- Ended early --- */

static const struct stop_row {
	const char			*name;
	const struct world_answer	*answers;
	size_t				 answer_count;
	const struct world_heard	*heard;
	size_t				 heard_count;
	enum dnssec_status		 mx;
} stop_rows[] = {
	{ "secure", secure_rows, sizeof(secure_rows) / sizeof(secure_rows[0]),
	    NULL, 0, DNSSEC_SECURE },
	{ "an alias", alias_rows, sizeof(alias_rows) / sizeof(alias_rows[0]),
	    alias_heard, 2, DNSSEC_BOGUS },
	{ "a circle", circle_rows,
	    sizeof(circle_rows) / sizeof(circle_rows[0]), circle_heard, 3,
	    DNSSEC_BOGUS },
};

/* Whatever it waits for, all is freed, and the zones are in order. */
static void
test_stop(void **state)
{
	const struct stop_row *row = *state;
	const struct evidence *evidence;
	struct world *world;
	void *own = NULL;
	size_t limit, ends = 0;

	for (limit = 0; ends == 0; limit++) {
		world_set_up(&own);
		world = own;
		evidence = world->evidence;
		world->answers = row->answers;
		world->answer_count = row->answer_count;
		world->heard = row->heard;
		world->heard_count = row->heard_count;
		world_mx(world, row->mx);
		gather(world, limit);
		if (evidence->zone_count > 1 && row->mx == DNSSEC_BOGUS)
			assert_string_equal(evidence->zones[0].name, ".");
		ends = world->ends;
		world_tear_down(&own);
	}
}

#define ALONE(test) TABLE_ALONE_WITH(test, world_set_up, world_tear_down)

int
main(void)
{
	static const struct table tables[] = {
		ALONE(test_secure),
		ALONE(test_secure_not_thorough),
		ALONE(test_every_answer),
		TABLE(test_idle, idle_rows),
		ALONE(test_alias),
		ALONE(test_circle),
		ALONE(test_part),
		ALONE(test_many_zones),
		TABLE(test_stop, stop_rows),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
