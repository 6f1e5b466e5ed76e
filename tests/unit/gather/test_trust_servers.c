/* Which name servers are asked about a broken chain of trust, and for what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checker/gather/trust_servers.h"
#include "resolver/memory.h"
#include "tests/unit/gather/world.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/timeless.h"

#define QUESTIONS_MAX	16

#define NS(zone, name) \
	{ zone, DNS_NS, ANSWER_RECORDS, DNSSEC_SECURE, name, false }
#define A(name, address) \
	{ name, DNS_A, ANSWER_RECORDS, DNSSEC_SECURE, address, false }

static const struct world_answer rows[] = {
	NS("org", "ns.org"), A("ns.org", "192.0.2.1"),
	NS("example.org", "ns.example.org"),
	A("ns.example.org", "192.0.2.2"), A("ns.example.org", "192.0.2.3"),
};

#define FIND_ORG	"NS:org A:ns.org AAAA:ns.org "
#define FIND_EXAMPLE \
	"NS:example.org A:ns.example.org AAAA:ns.example.org "

/* Zones with a break, or with an answer that does not validate. */
static const struct ask_row {
	const char		*name;
	enum dnssec_status	 ds, dnskey;	/* of example.org */
	bool			 no_ds;		/* it has no DS records */
	enum dnssec_status	 mx;
	enum trust_topic	 topic;
	const char		*asked;
	const char		*by;		/* the zone of the servers */
} ask_rows[] = {
	{ "DS records are bogus", DNSSEC_BOGUS, DNSSEC_SECURE, false,
	    DNSSEC_BOGUS, TRUST_ZONES,
	    FIND_ORG "DS:example.org@192.0.2.1 ", "org" },
	{ "DS records are not to be had", DNSSEC_FAILED, DNSSEC_FAILED, false,
	    DNSSEC_FAILED, TRUST_ZONES,
	    FIND_ORG "DS:example.org@192.0.2.1 ", "org" },
	{ "keys are bogus", DNSSEC_SECURE, DNSSEC_BOGUS, false, DNSSEC_BOGUS,
	    TRUST_ZONES, FIND_EXAMPLE "DNSKEY:example.org@192.0.2.2 "
	    "DNSKEY:example.org@192.0.2.3 ", "example.org" },
	{ "keys are not to be had", DNSSEC_SECURE, DNSSEC_FAILED, false,
	    DNSSEC_FAILED, TRUST_ZONES,
	    FIND_EXAMPLE "DNSKEY:example.org@192.0.2.2 "
	    "DNSKEY:example.org@192.0.2.3 ", "example.org" },
	{ "an answer is bogus", DNSSEC_SECURE, DNSSEC_SECURE, false,
	    DNSSEC_BOGUS, TRUST_ANSWERS,
	    FIND_EXAMPLE "MX:example.org@192.0.2.2 "
	    "MX:example.org@192.0.2.3 ", "example.org" },
	{ "all is secure", DNSSEC_SECURE, DNSSEC_SECURE, false, DNSSEC_SECURE,
	    TRUST_ZONES, "", NULL },
	{ "all answers are secure", DNSSEC_SECURE, DNSSEC_SECURE, false,
	    DNSSEC_SECURE, TRUST_ANSWERS, "", NULL },
	{ "keys that nothing points to", DNSSEC_SECURE, DNSSEC_BOGUS, true,
	    DNSSEC_INSECURE, TRUST_ZONES, "", NULL },
	/* The break is above it. */
	{ "an answer below bogus keys", DNSSEC_SECURE, DNSSEC_BOGUS, false,
	    DNSSEC_BOGUS, TRUST_ANSWERS, "", NULL },
	{ "an insecure answer", DNSSEC_SECURE, DNSSEC_SECURE, false,
	    DNSSEC_INSECURE, TRUST_ANSWERS, "", NULL },
};

static void
set_row(struct world *world, const struct ask_row *row)
{
	struct zone_evidence *zone;

	WORLD_SAYS(world, rows);
	fixture_zone(world->evidence, ".", NULL, DNSSEC_SECURE);
	fixture_zone(world->evidence, "org", ".", DNSSEC_SECURE);
	zone = fixture_zone(world->evidence, "example.org", "org",
	    DNSSEC_SECURE);
	if (row->ds != DNSSEC_SECURE || row->no_ds) {
		answer_free(zone->ds);
		zone->ds = fixture_answer(zone->name, DNS_DS, ANSWER_NO_DATA,
		    row->ds);
	}
	answer_free(zone->dnskey);
	zone->dnskey = fixture_answer(zone->name, DNS_DNSKEY, ANSWER_RECORDS,
	    row->dnskey);
	world_mx(world, row->mx);
}

/* Until it ends, or LIMIT questions are answered. */
static void
ask(struct world *world, enum trust_topic topic, size_t limit)
{
	struct trust_servers *servers;

	world->limit = limit;
	servers = trust_servers_start(&world->context, world->evidence, topic,
	    world_done, world);
	assert_int_equal(world->ends, 0);
	if (servers == NULL)
		world_done(world);
	timeless_run(world->context.base);
	if (world->ends == 0)
		trust_servers_cancel(servers);
	assert_int_equal(world_open(world), 0);
}

/* What each server said is kept where it belongs, once. */
static void
check_heard(const struct world *world, const struct ask_row *row)
{
	const struct zone_evidence *zone;
	const struct server_evidence *server;
	size_t i, j;

	for (i = 0; i < world->evidence->zone_count; i++) {
		zone = &world->evidence->zones[i];
		if (i < 2 || row->by == NULL) {
			assert_int_equal(zone->server_count, 0);
			continue;
		}
		assert_true(zone->server_count > 0);
		for (j = 0; j < zone->server_count; j++) {
			server = &zone->servers[j];
			assert_string_equal(server->zone, row->by);
			assert_int_equal(server->answer_count, 1);
			assert_int_equal(server->address.octets[3],
			    row->by[0] == 'o' ? 1 : 2 + j);
		}
	}
}

static void
test_ask(void **state)
{
	const struct ask_row *row = *state;
	struct world *world;
	void *own = NULL;

	world_set_up(&own);
	world = own;
	set_row(world, row);
	ask(world, row->topic, SIZE_MAX);
	assert_int_equal(world->ends, 1);
	assert_string_equal(world->log, row->asked);
	check_heard(world, row);

	/* What has been heard is not asked again. */
	world->ends = 0;
	ask(world, row->topic, SIZE_MAX);
	assert_string_equal(world->log, row->asked);
	check_heard(world, row);
	world_tear_down(&own);
}

/* Wherever it is ended, nothing is left behind. */
static void
test_cancel(void **state)
{
	const struct ask_row *row = *state;
	struct world *world;
	void *own = NULL;
	size_t limit, ends = 0;

	for (limit = 0; ends == 0; limit++) {
		world_set_up(&own);
		world = own;
		set_row(world, row);
		ask(world, row->topic, limit);
		ends = world->ends;
		world_tear_down(&own);
	}
	trust_servers_cancel(NULL);
}

/* They are told to withhold nothing. */
static void
test_resolvers(void **state)
{
	static const char *const forwarders[] = { "192.0.2.53" };
	struct world *world = *state;

	set_row(world, &ask_rows[2]);
	world->resolver_options.forwarders = forwarders;
	world->resolver_options.forwarder_count = 1;
	ask(world, TRUST_ZONES, SIZE_MAX);
	assert_string_equal(world->log, "DNSKEY:example.org@192.0.2.53+ ");
	assert_int_equal(world->evidence->zones[2].server_count, 1);
	assert_string_equal(world->evidence->zones[2].servers[0].name,
	    "the resolver");
}

/* One question after the other, to the same servers, found once. */
static void
test_many_answers(void **state)
{
	struct world *world = *state;
	struct zone_evidence *zone;
	struct host_evidence *host;
	size_t i;
	char *name;

	set_row(world, &ask_rows[4]);
	for (i = 0; i < EVIDENCE_HOSTS_MAX; i++) {
		name = memory_format("mx%zu.example.org", i);
		host = fixture_host(world->evidence, name);
		answer_free(host->a);
		host->a = fixture_answer(name, DNS_A, ANSWER_RECORDS,
		    DNSSEC_BOGUS);
		free(name);
	}
	ask(world, TRUST_ANSWERS, SIZE_MAX);
	assert_int_equal(world->ends, 1);
	/* NS, A and AAAA, and each question to two servers. */
	assert_int_equal(world->asked, 3 + 2 * QUESTIONS_MAX);
	zone = &world->evidence->zones[2];
	assert_int_equal(zone->server_count, 2);
	assert_int_equal(zone->servers[0].answer_count, QUESTIONS_MAX);
	assert_int_equal(zone->servers[1].answer_count, QUESTIONS_MAX);
}

static void
test_many_servers(void **state)
{
	static const struct world_answer many[] = {
		NS("example.org", "ns.example.org"),
		A("ns.example.org", "192.0.2.1"),
		A("ns.example.org", "192.0.2.2"),
		A("ns.example.org", "192.0.2.3"),
		A("ns.example.org", "192.0.2.4"),
		A("ns.example.org", "192.0.2.5"),
		A("ns.example.org", "192.0.2.6"),
		A("ns.example.org", "192.0.2.7"),
		A("ns.example.org", "192.0.2.8"),
		A("ns.example.org", "192.0.2.9"),
	};
	struct world *world = *state;

	set_row(world, &ask_rows[2]);
	WORLD_SAYS(world, many);
	ask(world, TRUST_ZONES, SIZE_MAX);
	assert_int_equal(world->ends, 1);
	assert_int_equal(world->asked, 3 + TRUST_SERVERS_MAX);
	assert_int_equal(world->evidence->zones[2].server_count,
	    TRUST_SERVERS_MAX);
}

/* Nobody is found: it ends all the same. */
static void
test_no_servers(void **state)
{
	static const struct world_answer none[] = {
		NS("example.org", "ns.example.org"),
		A("ns.example.org", "10.0.0.1"),
	};
	struct world *world = *state;

	set_row(world, &ask_rows[2]);
	WORLD_SAYS(world, none);
	ask(world, TRUST_ZONES, SIZE_MAX);
	assert_int_equal(world->ends, 1);
	assert_int_equal(world->evidence->zones[2].server_count, 0);
}

#define ALONE(test) TABLE_ALONE_WITH(test, world_set_up, world_tear_down)

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_ask, ask_rows),
		TABLE(test_cancel, ask_rows),
		ALONE(test_resolvers),
		ALONE(test_many_answers),
		ALONE(test_many_servers),
		ALONE(test_no_servers),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
