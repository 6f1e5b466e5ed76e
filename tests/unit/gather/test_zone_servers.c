/* By what way the name servers of a zone are found, and which are left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checker/gather/zone_servers.h"
#include "resolver/memory.h"
#include "tests/unit/gather/world.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/timeless.h"

#define ROWS_MAX	8

#define NS(zone, name) \
	{ zone, DNS_NS, ANSWER_RECORDS, DNSSEC_SECURE, name, false }
#define NO_NS(zone) \
	{ zone, DNS_NS, ANSWER_UNUSABLE, DNSSEC_FAILED, NULL, false }
#define A(name, address) \
	{ name, DNS_A, ANSWER_RECORDS, DNSSEC_SECURE, address, false }

#define ASKED_ADDRESSES(name) "A:" name " AAAA:" name " "
#define BY_PARENT \
	"NS:example.org NS:org " ASKED_ADDRESSES("ns.org") \
	"NS:example.org@192.0.2.1 "

/* The servers of example.org, below org. */
static const struct find_row {
	const char		*name;
	struct world_answer	 answers[ROWS_MAX];
	struct world_heard	 heard;
	const char		*asked;
	const char		*found;		/* name and address of each */
} find_rows[] = {
	{ "its own NS records", {
	    NS("example.org", "ns2.example.org"),
	    NS("example.org", "ns1.example.org"),
	    A("ns1.example.org", "192.0.2.1"),
	    A("ns2.example.org", "192.0.2.2") },
	    { NULL, 0, NULL, NULL, NULL },
	    "NS:example.org " ASKED_ADDRESSES("ns1.example.org")
	    ASKED_ADDRESSES("ns2.example.org"),
	    "ns1.example.org 192.0.2.1 ns2.example.org 192.0.2.2 " },
	{ "an address of two names", {
	    NS("example.org", "ns1.example.org"),
	    NS("example.org", "ns2.example.org"),
	    A("ns1.example.org", "192.0.2.1"),
	    A("ns2.example.org", "192.0.2.1") },
	    { NULL, 0, NULL, NULL, NULL },
	    "NS:example.org " ASKED_ADDRESSES("ns1.example.org")
	    ASKED_ADDRESSES("ns2.example.org"),
	    "ns1.example.org 192.0.2.1 " },
	{ "a reserved address among others", {
	    NS("example.org", "ns.example.org"),
	    A("ns.example.org", "10.0.0.1"),
	    A("ns.example.org", "192.0.2.2") },
	    { NULL, 0, NULL, NULL, NULL },
	    "NS:example.org " ASKED_ADDRESSES("ns.example.org"),
	    "ns.example.org 192.0.2.2 " },
	{ "a referral with glue", { NO_NS("example.org"), NS("org", "ns.org"),
	    A("ns.org", "192.0.2.1") },
	    { "example.org", DNS_NS, NULL,
	    "example.org. 300 IN NS ns.example.org.",
	    "ns.example.org. 300 IN A 192.0.2.9" },
	    BY_PARENT, "ns.example.org 192.0.2.9 " },
	{ "a referral with reserved glue", { NO_NS("example.org"),
	    NS("org", "ns.org"), A("ns.org", "192.0.2.1") },
	    { "example.org", DNS_NS, NULL,
	    "example.org. 300 IN NS ns.example.org.",
	    "ns.example.org. 300 IN A 10.0.0.9" },
	    BY_PARENT, "" },
	{ "a referral without glue", { NO_NS("example.org"),
	    NS("org", "ns.org"), A("ns.org", "192.0.2.1"),
	    A("ns.example.net", "192.0.2.8") },
	    { "example.org", DNS_NS, NULL,
	    "example.org. 300 IN NS ns.example.net.", NULL },
	    BY_PARENT ASKED_ADDRESSES("ns.example.net"),
	    "ns.example.net 192.0.2.8 " },
	{ "a referral to a name without an address", { NO_NS("example.org"),
	    NS("org", "ns.org"), A("ns.org", "192.0.2.1") },
	    { "example.org", DNS_NS, NULL,
	    "example.org. 300 IN NS ns.example.net.", NULL },
	    BY_PARENT ASKED_ADDRESSES("ns.example.net"), "" },
	{ "names whose addresses are in the glue alone", {
	    NS("example.org", "ns.example.org"), NS("org", "ns.org"),
	    A("ns.org", "192.0.2.1") },
	    { "example.org", DNS_NS, NULL,
	    "example.org. 300 IN NS ns.example.org.",
	    "ns.example.org. 300 IN A 192.0.2.9" },
	    "NS:example.org " ASKED_ADDRESSES("ns.example.org") "NS:org "
	    ASKED_ADDRESSES("ns.org") "NS:example.org@192.0.2.1 ",
	    "ns.example.org 192.0.2.9 " },
	{ "each server of the parent is asked", { NO_NS("example.org"),
	    NS("org", "ns.org"), A("ns.org", "192.0.2.1"),
	    A("ns.org", "192.0.2.2") },
	    { NULL, 0, NULL, NULL, NULL },
	    BY_PARENT "NS:example.org@192.0.2.2 ", "" },
	{ "nobody names any", { NO_NS("example.org"), NO_NS("org"),
	    NO_NS(".") },
	    { NULL, 0, NULL, NULL, NULL },
	    "NS:example.org NS:org NS:. ", "" },
};

static void
add_zones(struct world *world)
{
	fixture_zone(world->evidence, ".", NULL, DNSSEC_SECURE);
	fixture_zone(world->evidence, "org", ".", DNSSEC_SECURE);
	fixture_zone(world->evidence, "example.org", "org", DNSSEC_BOGUS);
}

static void
set_row(struct world *world, const struct find_row *row)
{
	while (world->answer_count < ROWS_MAX &&
	    row->answers[world->answer_count].name != NULL)
		world->answer_count++;
	world->answers = row->answers;
	world->heard = &row->heard;
	world->heard_count = row->heard.name != NULL;
	add_zones(world);
}

/* Owned by the caller. */
static char *
found_text(const struct zone_servers *servers)
{
	char *text = memory_string(""), *longer, *address;
	size_t i;

	for (i = 0; i < servers->count; i++) {
		address = address_text(&servers->items[i].address);
		longer = memory_format("%s%s %s ", text,
		    servers->items[i].name, address);
		free(address);
		free(text);
		text = longer;
	}
	return text;
}

static struct zone_servers *
find(struct world *world)
{
	struct zone_servers *servers = zone_servers_find(&world->context,
	    world->evidence, "example.org", false, world_done, world);

	assert_int_equal(world->ends, 0);
	timeless_run(world->context.base);
	return servers;
}

static void
test_find(void **state)
{
	const struct find_row *row = *state;
	struct zone_servers *servers;
	struct world *world;
	void *own = NULL;
	char *text;

	world_set_up(&own);
	world = own;
	set_row(world, row);
	servers = find(world);
	assert_int_equal(world->ends, 1);
	assert_null(servers->search);
	assert_false(servers->recursive);
	assert_string_equal(servers->zone, "example.org");
	assert_string_equal(world->log, row->asked);
	text = found_text(servers);
	assert_string_equal(text, row->found);
	free(text);
	zone_servers_free(servers);
	world_tear_down(&own);
}

/* Wherever it is ended, nothing is left behind. */
static void
test_ended_early(void **state)
{
	const struct find_row *row = *state;
	struct zone_servers *servers;
	struct world *world;
	void *own = NULL;
	size_t limit, ends = 0;

	for (limit = 0; ends == 0; limit++) {
		world_set_up(&own);
		world = own;
		set_row(world, row);
		world->limit = limit;
		servers = find(world);
		ends = world->ends;
		zone_servers_free(servers);
		assert_int_equal(world_open(world), 0);
		world_tear_down(&own);
	}
	zone_servers_free(NULL);
}

/* They take the place of all name servers; nothing is asked for them. */
static void
test_forwarders(void **state)
{
	static const char *const forwarders[] = { "192.0.2.53",
		"192.0.2.54@5353", "2001:db8::53@54" };
	struct world *world = *state;
	struct zone_servers *servers;
	char *text;

	world->resolver_options.forwarders = forwarders;
	world->resolver_options.forwarder_count = 3;
	servers = find(world);
	assert_int_equal(world->ends, 1);
	assert_int_equal(world->asked, 0);
	assert_true(servers->recursive);
	text = found_text(servers);
	assert_string_equal(text, "the resolver 192.0.2.53 "
	    "the resolver 192.0.2.54 the resolver 2001:db8::53 ");
	free(text);
	assert_int_equal(servers->items[0].address.port, 53);
	assert_int_equal(servers->items[1].address.port, 5353);
	assert_int_equal(servers->items[2].address.port, 54);
	zone_servers_free(servers);
}

/* NAMES name servers with ADDRESSES each. */
static void
find_many(struct world *world, size_t names, size_t addresses)
{
	struct world_answer *rows = memory_new(names * (addresses + 1),
	    sizeof(*rows));
	char **texts = memory_new(names * (addresses + 1), sizeof(*texts));
	struct zone_servers *servers;
	size_t i, j, count = 0;

	for (i = 0; i < names; i++) {
		texts[count] = memory_format("ns%zu.example.org", i);
		rows[count] = (struct world_answer)NS("example.org",
		    texts[count]);
		for (j = 1; j <= addresses; j++) {
			texts[count + j] = memory_format("192.0.%zu.%zu", i, j);
			rows[count + j] = (struct world_answer)A(texts[count],
			    texts[count + j]);
		}
		count += addresses + 1;
	}
	world->answers = rows;
	world->answer_count = count;
	add_zones(world);
	servers = find(world);
	assert_int_equal(world->ends, 1);
	assert_true(servers->count <= ZONE_SERVERS_MAX);
	/* NS of both, and both types of addresses. */
	assert_true(world->asked <= 2 + 2 * ZONE_SERVERS_NAMES_MAX);
	if (addresses > 0)
		assert_int_equal(servers->count, ZONE_SERVERS_MAX);
	zone_servers_free(servers);
	while (count > 0)
		free(texts[--count]);
	free(texts);
	free(rows);
}

static void
test_many_names(void **state)
{
	find_many(*state, 40, 3);
}

static void
test_many_addresses(void **state)
{
	find_many(*state, 1, 40);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_find, find_rows),
		TABLE(test_ended_early, find_rows),
		TABLE_ALONE_WITH(test_forwarders, world_set_up,
		    world_tear_down),
		TABLE_ALONE_WITH(test_many_names, world_set_up,
		    world_tear_down),
		TABLE_ALONE_WITH(test_many_addresses, world_set_up,
		    world_tear_down),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
