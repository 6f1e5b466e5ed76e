#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>
#include <event2/event.h>

#include "checker/gather/budget.h"
#include "checker/gather/contacts.h"
#include "resolver/memory.h"
#include "smtp/dial.h"
#include "tests/unit/gather/fake_probe_cache.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/timeless.h"

#define WHY		"the time for the domain is over"
#define HOSTS_MAX	4
#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

struct test {
	const void		*row;		/* borrowed; of a table */
	struct gather_options	 options;
	struct context		 context;	/* its parts are owned */
	struct evidence		*evidence;	/* owned */
	struct contacts		*contacts;	/* owned, NULL: none */
	unsigned int		 changes;
};

static int
set_up(void **state)
{
	struct test *test = memory_new(1, sizeof(*test));

	test->row = *state;
	test->options.port = 25;
	test->options.max_endpoints = BUDGET_ADDRESSES;
	/* Nothing is sent to them, as all of it is fake. */
	test->options.allow_reserved = true;
	test->context.options = &test->options;
	test->context.base = event_base_new();
	test->context.dialer = dialer_new(test->context.base);
	test->context.probe_cache = probe_cache_new();
	test->evidence = fixture_domain("example.org");
	*state = test;
	return 0;
}

static int
tear_down(void **state)
{
	struct test *test = *state;

	contacts_free(test->contacts);
	evidence_free(test->evidence);
	probe_cache_free(test->context.probe_cache);
	dialer_free(test->context.dialer);
	event_base_free(test->context.base);
	free(test);
	return 0;
}

/* The last octet says which one of its family it is, the one before the host */
static void
add_addresses(struct answer *answer, size_t host, size_t count)
{
	uint8_t octets[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	size_t i;

	for (i = 1; i <= count; i++) {
		octets[14] = (uint8_t)host;
		octets[15] = (uint8_t)i;
		if (answer->type == DNS_AAAA)
			fixture_add(answer, octets, 16);
		else
			fixture_add(answer, octets + 12, 4);
	}
}

/* The next host, with so many addresses of each family. */
static void
add_host(struct test *test, size_t a, size_t aaaa)
{
	const size_t number = test->evidence->host_count;
	char *name = memory_format("mx%zu.example.org", number);
	struct host_evidence *host = fixture_host(test->evidence, name);

	answer_free(host->a);
	answer_free(host->aaaa);
	host->a = fixture_answer(name, DNS_A, ANSWER_RECORDS, DNSSEC_SECURE);
	host->aaaa = fixture_answer(name, DNS_AAAA, ANSWER_RECORDS,
	    DNSSEC_SECURE);
	add_addresses(host->a, number, a);
	add_addresses(host->aaaa, number, aaaa);
	free(name);
}

static void
on_change(void *argument)
{
	struct test *test = argument;

	test->changes++;
}

static void
start(struct test *test)
{
	test->contacts = contacts_new(&test->context, test->evidence,
	    on_change, test);
}

/* What the DNS says of a host is complete. */
static void
know(struct test *test, size_t i)
{
	contacts_add(test->contacts, &test->evidence->hosts[i], true);
}

static void
know_all(struct test *test)
{
	size_t i;

	for (i = 0; i < test->evidence->host_count; i++)
		know(test, i);
}

/* "0.1 1.1 0:1": host and number of each that was probed, IPv6 with a colon. */
static char *
probes_text(const struct test *test, size_t first)
{
	const struct probe_cache *cache = test->context.probe_cache;
	char *text = memory_string(""), *one;
	struct address address;
	size_t i;

	for (i = first; i < fake_probes(cache); i++) {
		address = fake_probe_address(cache, i);
		one = address.family == AF_INET ?
		    memory_format("%u.%u", address.octets[2],
		    address.octets[3]) :
		    memory_format("%u:%u", address.octets[14],
		    address.octets[15]);
		text = memory_join(text, i > first ? " " : "", one);
		free(one);
	}
	return text;
}

static void
assert_probes(const struct test *test, size_t first, const char *expected)
{
	char *text = probes_text(test, first);

	assert_string_equal(text, expected);
	free(text);
}

/* What of each host's addresses is looked at. */
static const struct share_row {
	const char	*name;
	unsigned int	 most;
	size_t		 a[HOSTS_MAX], aaaa[HOSTS_MAX];
	size_t		 expected[HOSTS_MAX];
} share_rows[] = {
	{ "all of one host", 256, { 3 }, { 2 }, { 5 } },
	{ "none", 256, { 0 }, { 0 }, { 0 } },
	{ "one fewer than a host's limit", 256, { 31 }, { 0 }, { 31 } },
	{ "as many as a host's limit", 256, { 32 }, { 0 }, { 32 } },
	{ "one more than a host's limit", 256, { 33 }, { 0 }, { 32 } },
	{ "a host's limit, over families", 256, { 40 }, { 40 }, { 32 } },
	{ "fewer than hosts", 2, { 1, 1, 1 }, { 0 }, { 1, 1, 0 } },
	{ "as many as hosts", 3, { 9, 9, 9 }, { 0 }, { 1, 1, 1 } },
	{ "evenly", 12, { 9, 9, 9 }, { 0 }, { 4, 4, 4 } },
	{ "the rest to the preferred", 11, { 9, 9, 9 }, { 0 }, { 4, 4, 3 } },
	{ "what one does not need", 12, { 9, 1, 9 }, { 0 }, { 6, 1, 5 } },
	{ "with a host that has none", 8, { 0, 9, 9 }, { 0 }, { 0, 4, 4 } },
	{ "one address", 1, { 9, 9 }, { 9, 9 }, { 1, 0 } },
};

static size_t
count_hosts(const struct share_row *row)
{
	size_t count = HOSTS_MAX;

	while (count > 1 && row->a[count - 1] == 0)
		count--;
	return count;
}

/* In every order in which the DNS may answer (up to turns): the same. */
static void
test_share(void **state)
{
	struct test *test = *state;
	const struct share_row *row = test->row;
	const size_t count = count_hosts(row);
	const struct host_evidence *host;
	size_t i, order;

	test->options.max_endpoints = row->most;
	for (i = 0; i < count; i++)
		add_host(test, row->a[i], row->aaaa[i]);
	for (order = 0; order < count; order++) {
		start(test);
		for (i = 0; i < count; i++)
			know(test, (i + order) % count);
		for (i = 0; i < count; i++) {
			host = &test->evidence->hosts[i];
			assert_int_equal(host->endpoint_count,
			    row->expected[i]);
			assert_int_equal(host->address_total,
			    row->a[i] + row->aaaa[i]);
		}
		contacts_free(test->contacts);
		test->contacts = NULL;
		for (i = 0; i < count; i++) {
			struct host_evidence *done = &test->evidence->hosts[i];

			while (done->endpoint_count > 0)
				evidence_endpoint_clear(&done->endpoints[
				    --done->endpoint_count]);
			free(done->endpoints);
			done->endpoints = NULL;
			done->address_total = 0;
		}
	}
}

/* The preferred first, each once before any twice, families in turn. */
static void
test_order(void **state)
{
	struct test *test = *state;

	add_host(test, 2, 1);
	add_host(test, 1, 3);
	start(test);
	know_all(test);
	/* The first host began when it was known. */
	assert_probes(test, 0, "0.1 0:1 0.2 1.1 1:1 1:2 1:3");
}

/* The same where none may begin before all are known. */
static void
test_order_of_many(void **state)
{
	struct test *test = *state;

	test->options.max_endpoints = 5;
	add_host(test, 9, 9);
	add_host(test, 1, 1);
	add_host(test, 9, 0);
	start(test);
	know(test, 2);
	assert_probes(test, 0, "2.1");
	know(test, 0);
	assert_probes(test, 1, "0.1");
	know(test, 1);
	assert_probes(test, 2, "1.1 0:1 1:1");
	assert_int_equal(test->evidence->hosts[2].endpoint_count, 1);
	assert_int_equal(test->evidence->hosts[2].address_total, 9);
}

static void
test_family(void **state)
{
	struct test *test = *state;

	test->options.family = AF_INET6;
	add_host(test, 5, 2);
	start(test);
	know_all(test);
	assert_probes(test, 0, "0:1 0:2");
	assert_int_equal(test->evidence->hosts[0].address_total, 2);
}

/* Whatever the order of the work, the report has them in one. */
static void
test_sort(void **state)
{
	struct test *test = *state;
	const struct host_evidence *host;
	size_t i;

	add_host(test, 3, 2);
	start(test);
	know_all(test);
	host = &test->evidence->hosts[0];
	assert_int_equal(host->endpoints[1].address.family, AF_INET6);
	for (i = 0; i < 5; i++)
		fake_probe_ends(test->context.probe_cache, i, NULL);
	contacts_sort(test->contacts);
	for (i = 0; i < 3; i++)
		assert_int_equal(host->endpoints[i].address.octets[3], i + 1);
	for (i = 0; i < 2; i++)
		assert_int_equal(host->endpoints[3 + i].address.octets[15],
		    i + 1);
}

/* A host that is not connected to is waited for, and that is all. */
static void
test_unwanted(void **state)
{
	struct test *test = *state;

	add_host(test, 1, 1);
	add_host(test, 1, 0);
	start(test);
	know(test, 1);
	assert_false(contacts_are_done(test->contacts));
	fake_probe_ends(test->context.probe_cache, 0, NULL);
	assert_int_equal(test->changes, 1);
	assert_false(contacts_are_done(test->contacts));
	contacts_add(test->contacts, &test->evidence->hosts[0], false);
	assert_true(contacts_are_done(test->contacts));
	assert_int_equal(test->evidence->hosts[0].endpoint_count, 0);
	assert_int_equal(test->evidence->hosts[0].address_total, 0);
}

/* Nothing is sent to special-purpose addresses. */
static void
test_reserved(void **state)
{
	struct test *test = *state;

	test->options.allow_reserved = false;
	add_host(test, 0, 2);
	start(test);
	know_all(test);
	assert_int_equal(fake_probes(test->context.probe_cache), 0);
	assert_true(contacts_are_done(test->contacts));
	assert_int_equal(test->evidence->hosts[0].endpoints[1].outcome,
	    OUTCOME_ADDRESS_RESERVED);
}

/* So many at a time, and one more for each that ends. */
static void
test_at_a_time(void **state)
{
	struct test *test = *state;
	struct probe_cache *cache = test->context.probe_cache;
	char *subject;

	add_host(test, 32, 0);
	add_host(test, 32, 0);
	start(test);
	know_all(test);
	assert_int_equal(fake_probes_running(cache), CONTACTS_MAX);
	fake_probe_ends(cache, 3, NULL);
	assert_int_equal(fake_probes_running(cache), CONTACTS_MAX);
	assert_probes(test, CONTACTS_MAX, "1.1");
	assert_int_equal(test->changes, 1);
	subject = contacts_wait_for(test->contacts);
	assert_string_equal(subject, "mx0.example.org");
	free(subject);
}

static size_t
count_outcomes(const struct test *test, enum session_outcome outcome)
{
	const struct host_evidence *host;
	size_t i, j, count = 0;

	for (i = 0; i < test->evidence->host_count; i++) {
		host = &test->evidence->hosts[i];
		for (j = 0; j < host->endpoint_count; j++)
			count += host->endpoints[j].outcome == outcome;
	}
	return count;
}

/* One that rests leaves its place, and is waited for all the same. */
static void
test_rest(void **state)
{
	struct test *test = *state;
	struct probe_cache *cache = test->context.probe_cache;
	size_t i;

	add_host(test, 32, 0);
	add_host(test, 2, 0);
	start(test);
	know_all(test);
	assert_int_equal(fake_probes(cache), CONTACTS_MAX);
	fake_probe_rests(cache, 0, true);
	/* It is said from within a conversation, and comes later. */
	assert_int_equal(fake_probes(cache), CONTACTS_MAX);
	timeless_run(test->context.base);
	assert_int_equal(fake_probes(cache), CONTACTS_MAX + 1);
	fake_probe_rests(cache, 0, false);
	fake_probe_ends(cache, 1, NULL);
	assert_int_equal(fake_probes(cache), CONTACTS_MAX + 1);
	fake_probe_ends(cache, 2, NULL);
	assert_int_equal(fake_probes(cache), CONTACTS_MAX + 2);
	for (i = 3; i < CONTACTS_MAX + 2; i++) {
		assert_false(contacts_suffice(test->contacts));
		fake_probe_ends(cache, i, NULL);
	}
	/* There is a result of each, which one attempt may better. */
	assert_true(contacts_suffice(test->contacts));
	assert_false(contacts_are_done(test->contacts));
	fake_probe_rests(cache, 0, true);
	assert_false(contacts_are_in_line(test->contacts));
	assert_true(contacts_suffice(test->contacts));
	assert_false(contacts_are_done(test->contacts));
	fake_probe_rests(cache, 0, false);
	fake_probe_ends(cache, 0, NULL);
	assert_true(contacts_are_done(test->contacts));
}

/* The time is over, or the budget spent, while one rests. */
static void
test_stop_at_rest(void **state)
{
	struct test *test = *state;
	struct probe_cache *cache = test->context.probe_cache;

	add_host(test, 3, 0);
	start(test);
	know_all(test);
	fake_probe_rests(cache, 0, true);
	fake_probe_ends(cache, 1, NULL);
	contacts_stop(test->contacts, WHY);
	assert_true(contacts_are_done(test->contacts));
	assert_int_equal(fake_probes_running(cache), 0);
	assert_int_equal(count_outcomes(test, OUTCOME_TIMEOUT), 2);
	contacts_free(test->contacts);
	test->contacts = NULL;
	timeless_run(test->context.base);
}

/* All of them must wait for their turn. */
static void
test_in_line(void **state)
{
	struct test *test = *state;
	struct probe_cache *cache = test->context.probe_cache;

	add_host(test, 2, 0);
	start(test);
	assert_false(contacts_are_in_line(test->contacts));
	know_all(test);
	fake_probe_is_in_line(cache, 0, true);
	assert_false(contacts_are_in_line(test->contacts));
	fake_probe_is_in_line(cache, 1, true);
	assert_true(contacts_are_in_line(test->contacts));
	fake_probe_ends(cache, 0, NULL);
	assert_true(contacts_are_in_line(test->contacts));
	fake_probe_ends(cache, 1, NULL);
	assert_false(contacts_are_in_line(test->contacts));
}

/* At the deadline, whatever was still to be heard of. */
static void
test_stop(void **state)
{
	struct test *test = *state;
	const struct endpoint_evidence *endpoints;

	test->options.max_endpoints = 40;
	add_host(test, 32, 32);
	add_host(test, 32, 0);
	start(test);
	know(test, 0);
	/* Half of what there is, since the other host may need it. */
	assert_int_equal(test->evidence->hosts[0].endpoint_count, 20);
	contacts_stop(test->contacts, WHY);
	assert_true(contacts_are_done(test->contacts));
	assert_int_equal(test->evidence->hosts[0].endpoint_count, 32);
	assert_int_equal(count_outcomes(test, OUTCOME_TIMEOUT), 20);
	assert_int_equal(count_outcomes(test, OUTCOME_UNTRIED), 12);
	endpoints = test->evidence->hosts[0].endpoints;
	assert_string_equal(endpoints[0].error, WHY);
	assert_string_equal(endpoints[31].error,
	    "its turn did not come in time");
}

/* The budget of conversations is spent: all that is left is let go. */
static void
test_conversations(void **state)
{
	struct test *test = *state;
	struct probe_cache *cache = test->context.probe_cache;
	size_t i;

	add_host(test, 32, 0);
	add_host(test, 8, 0);
	start(test);
	know_all(test);
	for (i = 0; i < BUDGET_CONVERSATIONS - 1; i++)
		fake_probe_spends(cache, i % 8, 0.1);
	timeless_run(test->context.base);
	assert_int_equal(fake_probes_running(cache), CONTACTS_MAX);
	fake_probe_ends(cache, 0, NULL);
	/* There may be none left, so that no other is begun. */
	assert_int_equal(fake_probes(cache), CONTACTS_MAX);
	fake_probe_spends(cache, 1, 0.1);
	assert_int_equal(fake_probes_running(cache), CONTACTS_MAX - 1);
	timeless_run(test->context.base);
	assert_int_equal(fake_probes_running(cache), 0);
	assert_true(contacts_are_done(test->contacts));
	assert_int_equal(count_outcomes(test, OUTCOME_REFUSED), 1);
	assert_int_equal(count_outcomes(test, OUTCOME_LIMIT), 39);
	assert_string_equal(test->evidence->hosts[1].endpoints[7].error,
	    "there were 1024 conversations with servers of this domain");
}

/* Keys that cost much: others are begun only as long as they can be paid. */
static void
test_key_cost(void **state)
{
	struct test *test = *state;
	struct probe_cache *cache = test->context.probe_cache;
	const double dear = BUDGET_KEY_COST / 4.0;

	add_host(test, 32, 0);
	add_host(test, 32, 0);
	start(test);
	know_all(test);
	fake_probe_spends(cache, 0, dear);
	fake_probe_ends(cache, 0, NULL);
	assert_int_equal(fake_probes(cache), CONTACTS_MAX);
	fake_probe_spends(cache, 1, dear);
	fake_probe_spends(cache, 2, dear);
	timeless_run(test->context.base);
	assert_false(contacts_are_done(test->contacts));
	fake_probe_spends(cache, 3, dear);
	timeless_run(test->context.base);
	assert_true(contacts_are_done(test->contacts));
	assert_int_equal(count_outcomes(test, OUTCOME_LIMIT), 63);
	assert_int_equal(fake_probes(cache), CONTACTS_MAX);
}

/* What is left of the budget is for the hosts that are heard of later. */
static void
test_late_host(void **state)
{
	struct test *test = *state;
	struct probe_cache *cache = test->context.probe_cache;

	add_host(test, 1, 0);
	add_host(test, 1, 0);
	start(test);
	know(test, 0);
	fake_probe_spends(cache, 0, BUDGET_KEY_COST);
	timeless_run(test->context.base);
	assert_false(contacts_are_done(test->contacts));
	know(test, 1);
	assert_true(contacts_are_done(test->contacts));
	assert_int_equal(fake_probes(cache), 1);
	assert_int_equal(count_outcomes(test, OUTCOME_LIMIT), 2);
}

/* A chain of one certificate that has so many octets. */
static struct chain *
large_chain(size_t size)
{
	struct chain *chain = memory_new(1, sizeof(*chain));
	struct certificate *leaf = memory_new(1, sizeof(*leaf));

	leaf->der = memory_new(size, 1);
	leaf->size = size;
	leaf->subject = memory_string("CN=large");
	leaf->issuer = memory_string("CN=large");
	chain->certificates = leaf;
	chain->count = 1;
	return chain;
}

/* Octets: what would be too much is not kept, and nothing after it. */
static void
test_octets(void **state)
{
	struct test *test = *state;
	struct probe_cache *cache = test->context.probe_cache;
	struct chain *half = large_chain(BUDGET_OCTETS / 2 -
	    EVIDENCE_CERTIFICATE_OCTETS);
	struct chain *small = large_chain(1);
	const struct endpoint_evidence *endpoints;

	add_host(test, 32, 8);
	start(test);
	know_all(test);
	fake_probe_ends(cache, 0, half);
	fake_probe_ends(cache, 1, half);
	fake_probe_ends(cache, 2, small);
	timeless_run(test->context.base);
	assert_true(contacts_are_done(test->contacts));
	endpoints = test->evidence->hosts[0].endpoints;
	assert_int_equal(endpoints[1].outcome, OUTCOME_DONE);
	assert_int_equal(endpoints[2].outcome, OUTCOME_LIMIT);
	assert_int_equal(endpoints[2].handshake_count, 0);
	assert_string_equal(endpoints[2].error, "certificates and replies of "
	    "this domain would take more than 12582912 octets");
	assert_int_equal(count_outcomes(test, OUTCOME_LIMIT), 30);
	chain_free(half);
	chain_free(small);
}

/* Whoever allows more addresses allows more work. */
static void
test_budget(void **state)
{
	struct budget small, usual, large;

	(void)state;
	budget_init(&small, 1);
	budget_init(&usual, BUDGET_ADDRESSES);
	budget_init(&large, 4 * BUDGET_ADDRESSES);
	assert_int_equal(small.conversations_max, BUDGET_CONVERSATIONS);
	assert_int_equal(usual.conversations_max, BUDGET_CONVERSATIONS);
	assert_int_equal(large.conversations_max, 4 * BUDGET_CONVERSATIONS);
	assert_true(large.key_cost_max == 4 * BUDGET_KEY_COST);
	assert_true(large.octets_max == 4 * BUDGET_OCTETS);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_WITH(test_share, share_rows, set_up, tear_down),
		TABLE_ALONE_WITH(test_order, set_up, tear_down),
		TABLE_ALONE_WITH(test_order_of_many, set_up, tear_down),
		TABLE_ALONE_WITH(test_family, set_up, tear_down),
		TABLE_ALONE_WITH(test_sort, set_up, tear_down),
		TABLE_ALONE_WITH(test_unwanted, set_up, tear_down),
		TABLE_ALONE_WITH(test_reserved, set_up, tear_down),
		TABLE_ALONE_WITH(test_at_a_time, set_up, tear_down),
		TABLE_ALONE_WITH(test_rest, set_up, tear_down),
		TABLE_ALONE_WITH(test_stop_at_rest, set_up, tear_down),
		TABLE_ALONE_WITH(test_in_line, set_up, tear_down),
		TABLE_ALONE_WITH(test_stop, set_up, tear_down),
		TABLE_ALONE_WITH(test_conversations, set_up, tear_down),
		TABLE_ALONE_WITH(test_key_cost, set_up, tear_down),
		TABLE_ALONE_WITH(test_late_host, set_up, tear_down),
		TABLE_ALONE_WITH(test_octets, set_up, tear_down),
		TABLE_ALONE(test_budget),
	};

	return table_run(tables, COUNT(tables));
}
