#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>
#include <event2/event.h>

#include "checker/gather/host.h"
#include "resolver/memory.h"
#include "tests/unit/gather/fake_resolver.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/timeless.h"

#define NAME	"mx.example.org"
#define OWNER	"_25._tcp." NAME
#define WHY	"no answer within the 60 seconds of this audit"

struct test {
	const struct addresses_row	*row;		/* borrowed */
	struct gather_options		 options;
	struct context			 context;	/* owns its parts */
	struct evidence			*evidence;	/* owned */
	struct host_gathering		*gathering;	/* NULL: ended */
	unsigned int			 ends;
};

/* How many addresses of each family a host has, and what becomes of them. */
struct addresses_row {
	const char	*name;
	size_t		 a;
	size_t		 aaaa;
	size_t		 listed;
	size_t		 listed_ipv6;
	bool		 silent_tlsa;	/* TLSA is not answered */
};

static const struct addresses_row addresses_rows[] = {
	{ "one", 1, 0, 1, 0, false },
	{ "one of each family", 1, 1, 2, 1, false },
	{ "one fewer than the limit", 31, 0, 31, 0, false },
	{ "as many as the limit", 32, 0, 32, 0, false },
	{ "one more than the limit", 33, 0, 32, 0, false },
	{ "the limit met by IPv6", 0, 33, 32, 32, false },
	{ "IPv6 cut by the limit", 20, 13, 32, 12, false },
	{ "IPv6 crowded out", 40, 40, 32, 0, false },
};

static const struct addresses_row late_row = { "late", 1, 0, 1, 0, true };

/* Addresses that nothing is sent to. */
static struct answer *
addresses(const char *name, enum dns_type type, size_t count)
{
	static const uint8_t prefix[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	uint8_t octets[16];
	struct answer *answer;
	size_t last;

	answer = fixture_answer(name, type, count > 0 ? ANSWER_RECORDS :
	    ANSWER_NO_DATA, DNSSEC_SECURE);
	for (last = 1; last <= count; last++) {
		if (type == DNS_AAAA) {
			memcpy(octets, prefix, sizeof(octets));
			octets[15] = (uint8_t)last;
			fixture_add(answer, octets, 16);
		} else {
			memcpy(octets, "\xc0\x00\x02", 3);
			octets[3] = (uint8_t)last;
			fixture_add(answer, octets, 4);
		}
	}
	return answer;
}

static struct answer *
answer_host(const char *name, enum dns_type type, void *argument)
{
	const struct test *test = argument;
	const uint8_t tlsa[35] = { 3, 1, 1 };
	struct answer *answer;

	if (type == DNS_A)
		return addresses(name, type, test->row->a);
	if (type == DNS_AAAA)
		return addresses(name, type, test->row->aaaa);
	assert_int_equal(type, DNS_TLSA);
	assert_string_equal(name, OWNER);
	if (test->row->silent_tlsa)
		return NULL;
	answer = fixture_answer(name, type, ANSWER_RECORDS, DNSSEC_SECURE);
	fixture_add(answer, tlsa, sizeof(tlsa));
	return answer;
}

static void
on_host(struct host_evidence *host, void *argument)
{
	struct test *test = argument;

	assert_ptr_equal(host, test->evidence->hosts);
	test->gathering = NULL;
	test->ends++;
}

static int
set_up(void **state)
{
	struct test *test = memory_new(1, sizeof(*test));
	struct host_evidence *host;

	test->row = *state != NULL ? *state : &late_row;
	test->options.port = 25;
	test->context.options = &test->options;
	test->context.base = event_base_new();
	test->context.resolver = fake_resolver_new(test->context.base,
	    answer_host, test);
	test->evidence = evidence_new("example.org");
	test->evidence->hosts = host = memory_new(1, sizeof(*host));
	test->evidence->host_count = 1;
	host->name = memory_string(NAME);
	host->port = 25;
	host->asked = true;
	test->gathering = host_start(&test->context, host, true, on_host,
	    test);
	timeless_run(test->context.base);
	*state = test;
	return 0;
}

static int
tear_down(void **state)
{
	struct test *test = *state;

	host_stop(test->gathering, WHY);
	evidence_free(test->evidence);
	fake_resolver_free(test->context.resolver);
	event_base_free(test->context.base);
	free(test);
	return 0;
}

/* The limit on addresses, and their order: IPv4 first, each by its value. */
static void
test_addresses(void **state)
{
	const struct test *test = *state;
	const struct addresses_row *row = test->row;
	const struct host_evidence *host = test->evidence->hosts;
	const struct endpoint_evidence *endpoint;
	size_t i, ipv4 = row->listed - row->listed_ipv6;

	assert_int_equal(test->ends, 1);
	assert_int_equal(host->address_total, row->a + row->aaaa);
	assert_int_equal(host->endpoint_count, row->listed);
	for (i = 0; i < host->endpoint_count; i++) {
		endpoint = &host->endpoints[i];
		assert_int_equal(endpoint->outcome, OUTCOME_ADDRESS_RESERVED);
		assert_int_equal(endpoint->address.family,
		    i < ipv4 ? AF_INET : AF_INET6);
		if (i < ipv4)
			assert_int_equal(endpoint->address.octets[3], i + 1);
		else
			assert_int_equal(endpoint->address.octets[15],
			    i - ipv4 + 1);
	}
}

static void
stop_gathering(struct test *test)
{
	assert_int_equal(fake_resolver_open(test->context.resolver), 1);
	host_stop(test->gathering, WHY);
	test->gathering = NULL;
	timeless_run(test->context.base);
	assert_int_equal(test->ends, 0);
}

/*
 * The audit ends when TLSA has only just been asked for: nothing is known of
 * the answer, and nobody is to blame.
 */
static void
test_stop_early(void **state)
{
	struct test *test = *state;

	stop_gathering(test);
	assert_null(test->evidence->hosts->tlsa[0]);
}

/* The question has had its time, and is unanswered. */
static void
test_stop_late(void **state)
{
	struct test *test = *state;
	const struct answer *tlsa;

	fake_resolver_age(test->context.resolver);
	stop_gathering(test);
	tlsa = test->evidence->hosts->tlsa[0];
	assert_non_null(tlsa);
	assert_int_equal(tlsa->dnssec, DNSSEC_FAILED);
	assert_string_equal(tlsa->why, "TLSA " OWNER ": " WHY);
}

int
main(void)
{
	const struct table tables[] = {
		TABLE_WITH(test_addresses, addresses_rows, set_up, tear_down),
		TABLE_ALONE_WITH(test_stop_early, set_up, tear_down),
		TABLE_ALONE_WITH(test_stop_late, set_up, tear_down),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
