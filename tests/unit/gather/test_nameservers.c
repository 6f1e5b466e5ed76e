/*
 * Which name servers are asked one by one (--authoritative), and for what:
 * those that the zone names, those that its parent does, and those that these
 * refer to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/gather/nameservers.h"
#include "resolver/memory.h"
#include "tests/unit/gather/fake_query.h"
#include "tests/unit/gather/world.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/timeless.h"

#define ZONE	"example.org"
#define CHILD	"mx.example.org"

/* Questions of the longest row. */
#define QUESTIONS_MAX	160

#define NS(zone, name) \
	{ zone, DNS_NS, ANSWER_RECORDS, DNSSEC_SECURE, name, false }
#define A(name, address) \
	{ name, DNS_A, ANSWER_RECORDS, DNSSEC_SECURE, address, false }
#define NO_NS(zone) \
	{ zone, DNS_NS, ANSWER_UNUSABLE, DNSSEC_FAILED, NULL, false }
#define PARENT	NS("org", "ns.org"), A("ns.org", "127.0.0.9")

#define ANSWERS_MAX	8
#define HEARD_MAX	2

/* No referral. */
#define SILENCE	{ { NULL, DNS_NS, NULL, NULL, NULL } }

static const struct find_row {
	const char		*name;
	struct world_answer	 answers[ANSWERS_MAX];
	struct world_heard	 heard[HEARD_MAX];
	/* "NAME ADDRESS delegated", a line for each over UDP. */
	const char		*expected;
} find_rows[] = {
	{ "the zone's own", { PARENT, NS(ZONE, "ns1"), NS(ZONE, "ns2"),
	    A("ns1", "127.0.0.1"), A("ns2", "127.0.0.2") }, SILENCE,
	    "ns1 127.0.0.1 unknown\nns2 127.0.0.2 unknown\n" },
	{ "the same in its parent", { PARENT, NS(ZONE, "ns1"),
	    A("ns1", "127.0.0.1") }, { { ZONE, DNS_NS, NULL,
	    ZONE ". 300 IN NS ns1.", NULL } }, "ns1 127.0.0.1 yes\n" },
	{ "another in its parent", { PARENT, NS(ZONE, "ns1"),
	    A("ns1", "127.0.0.1"), A("ns2", "127.0.0.2") }, { { ZONE, DNS_NS,
	    NULL, ZONE ". 300 IN NS ns2.", NULL } },
	    "ns1 127.0.0.1 no\nns2 127.0.0.2 yes\n" },
	{ "at an address that the parent alone knows", { PARENT,
	    NO_NS(ZONE) }, { { ZONE, DNS_NS, NULL,
	    ZONE ". 300 IN NS ns." ZONE ".",
	    "ns." ZONE ". 300 IN A 127.0.0.3" } },
	    "ns." ZONE " 127.0.0.3 yes\n" },
	{ "without an address", { PARENT, NS(ZONE, "ns1") }, SILENCE,
	    "ns1 - unknown\n" },
	{ "two addresses", { PARENT, NS(ZONE, "ns1"), A("ns1", "127.0.0.1"),
	    A("ns1", "127.0.0.2") }, SILENCE,
	    "ns1 127.0.0.1 unknown\nns1 127.0.0.2 unknown\n" },
};

/* All servers that are asked over UDP, or have no address. Owned. */
static char *
servers_text(const struct evidence *evidence)
{
	const struct server_evidence *server;
	char *text = memory_string(""), *address, *line;
	size_t i;

	for (i = 0; i < evidence->server_count; i++) {
		server = &evidence->servers[i];
		if (server->tcp)
			continue;
		address = server->address.family == 0 ? memory_string("-") :
		    address_text(&server->address);
		line = memory_format("%s%s %s %s\n", text, server->name,
		    address, server_mention_name(server->delegated));
		free(address);
		free(text);
		text = line;
	}
	return text;
}

static void
set_row(struct world *world, const struct find_row *row)
{
	world->answers = row->answers;
	world->heard = row->heard;
	for (world->answer_count = 0; world->answer_count < ANSWERS_MAX &&
	    row->answers[world->answer_count].name != NULL;
	    world->answer_count++)
		continue;
	for (world->heard_count = 0; world->heard_count < HEARD_MAX &&
	    row->heard[world->heard_count].name != NULL; world->heard_count++)
		continue;
	fixture_zone(world->evidence, ".", NULL, DNSSEC_SECURE);
	fixture_zone(world->evidence, "org", ".", DNSSEC_SECURE);
	fixture_zone(world->evidence, ZONE, "org", DNSSEC_SECURE);
	world_mx(world, DNSSEC_SECURE);
}

/* Until it ends, or LIMIT questions are answered. */
static void
ask(struct world *world, size_t limit)
{
	const size_t ends = world->ends;
	struct nameservers *nameservers;

	world->limit = limit;
	world->options.authoritative = !world->options.next;
	nameservers = nameservers_start(&world->context, world->evidence,
	    world_done, world);
	assert_int_equal(world->ends, ends);
	timeless_run(world->context.base);
	if (world->ends == ends)
		nameservers_stop(nameservers);
	assert_int_equal(world_open(world), 0);
}

static void
test_find(void **state)
{
	const struct find_row *row = *state;
	struct world *world;
	char *text;
	void *set;
	size_t i;

	world_set_up(&set);
	world = set;
	set_row(world, row);
	ask(world, SIZE_MAX);
	assert_int_equal(world->ends, 1);
	text = servers_text(world->evidence);
	assert_string_equal(text, row->expected);
	free(text);
	/* MX, SOA, NS and DNSKEY, or why there is nobody to be asked. */
	for (i = 0; i < world->evidence->server_count; i++)
		assert_int_equal(world->evidence->servers[i].answer_count,
		    world->evidence->servers[i].address.family == 0 ? 1 : 4);
	assert_false(world->evidence->servers_unasked);
	world_tear_down(&set);
}

/* It can be stopped wherever it is. */
static void
test_stop(void **state)
{
	const struct find_row *row = *state;
	struct world *world;
	size_t limit;
	void *set;

	for (limit = 0; limit < QUESTIONS_MAX; limit++) {
		world_set_up(&set);
		world = set;
		set_row(world, row);
		ask(world, limit);
		assert_int_equal(world->evidence->servers_unasked,
		    world->ends == 0);
		limit = world->ends > 0 ? QUESTIONS_MAX : limit;
		world_tear_down(&set);
	}
}

/*
 * The host is in a zone of its own, of which the resolver knows nothing: its
 * parent's server refers to it.
 */
static void
test_referral(void **state)
{
	static const struct world_answer answers[] = {
		PARENT, NS(ZONE, "ns1"), A("ns1", "127.0.0.1"),
		NO_NS(CHILD),
	};
	static const struct world_heard heard[] = {
		{ CHILD, DNS_A, NULL, CHILD ". 300 IN NS ns." CHILD ".",
		    "ns." CHILD ". 300 IN A 127.0.0.4" },
	};
	struct server_evidence *last;
	struct world *world;
	void *set;

	(void)state;
	world_set_up(&set);
	world = set;
	set_row(world, &find_rows[0]);
	WORLD_SAYS(world, answers);
	WORLD_HEARD(world, heard);
	fixture_host(world->evidence, CHILD)->asked = true;
	ask(world, SIZE_MAX);
	last = &world->evidence->servers[world->evidence->server_count - 1];
	assert_string_equal(last->zone, CHILD);
	assert_string_equal(last->name, "ns." CHILD);
	assert_int_equal(last->delegated, MENTION_YES);
	assert_true(last->answer_count > 0);
	world_tear_down(&set);
}

/* Without TLSA records nobody is asked for those of the next key. */
static void
test_next(void **state)
{
	struct host_evidence *host;
	struct world *world;
	void *set;

	(void)state;
	world_set_up(&set);
	world = set;
	set_row(world, &find_rows[0]);
	world->options.next = true;
	ask(world, SIZE_MAX);
	assert_int_equal(world->ends, 1);
	assert_int_equal(world->evidence->server_count, 0);

	host = fixture_host(world->evidence, CHILD);
	host->tlsa[0] = fixture_answer("_25._tcp." CHILD, DNS_TLSA,
	    ANSWER_RECORDS, DNSSEC_SECURE);
	ask(world, SIZE_MAX);
	assert_int_equal(world->ends, 2);
	/* Two addresses, two transports; NS and TLSA. */
	assert_int_equal(world->evidence->server_count, 4);
	assert_int_equal(world->evidence->servers[0].answer_count, 2);
	world_tear_down(&set);
}

/* Of two addresses, over two transports, each is asked one thing at a time. */
static void
test_one_at_a_time(void **state)
{
	struct world *world;
	void *set;

	(void)state;
	world_set_up(&set);
	world = set;
	set_row(world, &find_rows[0]);
	ask(world, SIZE_MAX);
	assert_true(fake_query_most_at(world->context.query_client) <= 2);
	world_tear_down(&set);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_find, find_rows),
		TABLE(test_stop, find_rows),
		TABLE_ALONE(test_referral),
		TABLE_ALONE(test_next),
		TABLE_ALONE(test_one_at_a_time),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
