#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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
	const struct host_row		*row;		/* borrowed */
	struct gather_options		 options;
	struct context			 context;	/* owns its parts */
	struct evidence			*evidence;	/* owned */
	struct host_gathering		*gathering;	/* NULL: ended */
	unsigned int			 ends;
	bool				 connect;	/* at its end */
};

/* What a host has, what the user wants, and whether it is connected to. */
struct host_row {
	const char	*name;
	size_t		 a;
	size_t		 aaaa;
	size_t		 tlsa;
	bool		 all;
	bool		 dns_only;
	bool		 connect;
	enum dns_type	 silent;	/* not answered; 0: none */
};

static const struct host_row host_rows[] = {
	{ "TLSA records", 1, 0, 1, false, false, true, 0 },
	{ "IPv6 alone", 0, 1, 1, false, false, true, 0 },
	{ "no TLSA records", 1, 1, 0, false, false, false, 0 },
	{ "no TLSA records, --all", 1, 1, 0, true, false, true, 0 },
	{ "--dns-only", 1, 1, 1, false, true, false, 0 },
};

static const struct host_row late_row = { "late", 1, 0, 1, false, false, true,
	DNS_TLSA };

/* Name servers that drop the questions for one family. */
static const struct host_row dropped_rows[] = {
	{ "AAAA dropped", 1, 0, 1, false, false, true, DNS_AAAA },
	{ "A dropped", 0, 1, 1, false, false, true, DNS_A },
};

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

	if (type == test->row->silent)
		return NULL;
	if (type == DNS_A)
		return addresses(name, type, test->row->a);
	if (type == DNS_AAAA)
		return addresses(name, type, test->row->aaaa);
	assert_int_equal(type, DNS_TLSA);
	assert_string_equal(name, OWNER);
	if (test->row->tlsa == 0)
		return fixture_answer(name, type, ANSWER_NO_DATA,
		    DNSSEC_SECURE);
	answer = fixture_answer(name, type, ANSWER_RECORDS, DNSSEC_SECURE);
	fixture_add(answer, tlsa, sizeof(tlsa));
	return answer;
}

static void
on_host(struct host_evidence *host, bool connect, void *argument)
{
	struct test *test = argument;

	assert_ptr_equal(host, test->evidence->hosts);
	test->gathering = NULL;
	test->connect = connect;
	test->ends++;
}

static int
set_up(void **state)
{
	struct test *test = memory_new(1, sizeof(*test));
	struct host_evidence *host;

	test->row = *state != NULL ? *state : &late_row;
	test->options.port = 25;
	test->options.all = test->row->all;
	test->options.dns_only = test->row->dns_only;
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

/* Both families and TLSA are asked for, and that is the end of it. */
static void
test_host(void **state)
{
	const struct test *test = *state;
	const struct host_row *row = test->row;
	const struct host_evidence *host = test->evidence->hosts;

	assert_int_equal(test->ends, 1);
	assert_int_equal(test->connect, row->connect);
	assert_int_equal(host->a->count, row->a);
	assert_int_equal(host->aaaa->count, row->aaaa);
	assert_int_equal(host->tlsa[0]->count, row->tlsa);
	assert_int_equal(host->endpoint_count, 0);
}

/* The other family and TLSA do not wait for it until the deadline. */
static void
test_dropped(void **state)
{
	struct test *test = *state;
	const struct host_row *row = test->row;
	const struct host_evidence *host = test->evidence->hosts;
	const struct answer *dropped;

	assert_int_equal(test->ends, 0);
	assert_null(host->tlsa[0]);
	fake_resolver_expire(test->context.resolver);
	timeless_run(test->context.base);
	assert_int_equal(test->ends, 1);
	assert_true(test->connect);
	dropped = row->silent == DNS_A ? host->a : host->aaaa;
	assert_int_equal(dropped->dnssec, DNSSEC_FAILED);
	assert_int_equal(host->tlsa[0]->count, 1);
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
		TABLE_WITH(test_host, host_rows, set_up, tear_down),
		TABLE_WITH(test_dropped, dropped_rows, set_up, tear_down),
		TABLE_ALONE_WITH(test_stop_early, set_up, tear_down),
		TABLE_ALONE_WITH(test_stop_late, set_up, tear_down),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
