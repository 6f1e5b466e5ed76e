#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>

#include "checker/gather/audit.h"
#include "checker/gather/probe_cache.h"
#include "resolver/memory.h"
#include "smtp/dial.h"
#include "smtp/tls.h"
#include "tests/unit/gather/fake_resolver.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/listener.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/timeless.h"

#define DOMAIN	"example.org"

/* How many MX hosts of one preference a domain has, and how many it keeps. */
struct hosts_row {
	const char	*name;
	size_t		 answered;
	size_t		 listed;
};

static const struct hosts_row hosts_rows[] = {
	{ "one", 1, 1 },
	{ "one fewer than the limit", 63, 63 },
	{ "as many as the limit", 64, 64 },
	{ "one more than the limit", 65, 64 },
	{ "many more than the limit", 200, 64 },
};

/* What is waited for while a question of this type is not answered. */
struct waits_row {
	const char	*name;
	enum dns_type	 silent;
	const char	*subject;
};

static const struct waits_row waits_rows[] = {
	{ "MX", DNS_MX, "MX " DOMAIN },
	{ "an address", DNS_AAAA, "AAAA mx1." DOMAIN },
	{ "the name servers", DNS_NS, "the name servers of " DOMAIN },
};

struct test {
	const void		*row;		/* of a table; NULL: none */
	size_t			 hosts;		/* that the MX records name */
	enum dns_type		 silent;	/* not answered; 0: none */
	bool			 localhost;	/* in place of the domain */
	bool			 addresses;	/* the hosts have 127.0.0.1,
						 * and TLSA records */
	struct gather_options	 options;
	struct context		 context;	/* its parts are owned */
	struct audit		*audit;		/* NULL: none, or ended */
	struct evidence		*evidence;	/* owned, NULL: none yet */
};

/* What a host has. */
static struct answer *
answer_host(const char *name, enum dns_type type)
{
	static const uint8_t loopback[] = { 127, 0, 0, 1 };
	static const uint8_t tlsa[35] = { 3, 1, 1 };
	struct answer *answer;

	if (type != DNS_A && type != DNS_TLSA)
		return fixture_answer(name, type, ANSWER_NO_DATA,
		    DNSSEC_SECURE);
	answer = fixture_answer(name, type, ANSWER_RECORDS, DNSSEC_SECURE);
	if (type == DNS_A)
		fixture_add(answer, loopback, sizeof(loopback));
	else
		fixture_add(answer, tlsa, sizeof(tlsa));
	return answer;
}

/* MX records in no order. */
static struct answer *
answer_domain(const char *name, enum dns_type type, void *argument)
{
	const struct test *test = argument;
	struct answer *answer;
	size_t i;

	if (type == test->silent)
		return NULL;
	if (type != DNS_MX && test->addresses)
		return answer_host(name, type);
	if (type != DNS_MX)
		return fixture_answer(name, type, ANSWER_NO_DATA,
		    DNSSEC_SECURE);
	answer = fixture_answer(name, type, ANSWER_RECORDS, DNSSEC_SECURE);
	for (i = test->hosts; i > 0; i--) {
		fixture_add(answer, "", 0);
		answer->records[answer->count - 1].preference = 10;
		answer->records[answer->count - 1].name =
		    memory_format("mx%zu.%s", i, test->localhost ?
		    "localhost" : DOMAIN);
	}
	return answer;
}

static int
set_up(void **state)
{
	struct test *test = memory_new(1, sizeof(*test));

	test->row = *state;
	test->hosts = 1;
	test->options.port = 25;
	test->options.timeout = 60;
	test->options.max_endpoints = 256;
	test->context.options = &test->options;
	test->context.base = event_base_new();
	test->context.dialer = dialer_new(test->context.base);
	test->context.resolver = fake_resolver_new(test->context.base,
	    answer_domain, test);
	*state = test;
	return 0;
}

static int
tear_down(void **state)
{
	struct test *test = *state;

	audit_cancel(test->audit);
	evidence_free(test->evidence);
	fake_resolver_free(test->context.resolver);
	dialer_free(test->context.dialer);
	event_base_free(test->context.base);
	free(test);
	return 0;
}

static void
on_audit(struct evidence *evidence, void *argument)
{
	struct test *test = argument;

	assert_null(test->evidence);
	test->audit = NULL;
	test->evidence = evidence;
}

static void
start(struct test *test)
{
	test->audit = audit_start(&test->context, DOMAIN, CERTIFICATES_NOW,
	    on_audit, test);
	assert_non_null(test->audit);
	assert_null(test->evidence);
	timeless_run(test->context.base);
}

/* The limit on hosts, and their order: as people count. */
static void
test_hosts(void **state)
{
	struct test *test = *state;
	const struct hosts_row *row = test->row;
	const struct evidence *evidence;
	char *name;
	size_t i;

	test->hosts = row->answered;
	start(test);
	evidence = test->evidence;
	assert_non_null(evidence);
	assert_false(evidence->out_of_time);
	assert_int_equal(evidence->host_total, row->answered);
	assert_int_equal(evidence->host_count, row->listed);
	for (i = 0; i < evidence->host_count; i++) {
		name = memory_format("mx%zu." DOMAIN, i + 1);
		assert_string_equal(evidence->hosts[i].name, name);
		assert_non_null(evidence->hosts[i].aaaa);
		free(name);
	}
}

/* The evidence has copies of the names, and says what the options were. */
static void
test_facts(void **state)
{
	struct test *test = *state;
	struct tool_evidence names = {
		.version = memory_string("0.1.0"),
		.openssl = memory_string("OpenSSL 3.0.17 1 Jul 2025"),
		.unbound = memory_string("1.17.1"),
		.dnssec = memory_string("forwarder 192.0.2.53"),
	};
	const struct tool_evidence *tool;

	test->context.tool = &names;
	test->options.dns_only = true;
	test->context.chain_count = 1;
	start(test);
	assert_non_null(test->evidence);
	evidence_tool_clear(&names);
	assert_null(names.version);
	tool = &test->evidence->tool;
	assert_string_equal(tool->version, "0.1.0");
	assert_string_equal(tool->openssl, "OpenSSL 3.0.17 1 Jul 2025");
	assert_string_equal(tool->unbound, "1.17.1");
	assert_string_equal(tool->dnssec, "forwarder 192.0.2.53");
	assert_true(test->evidence->dns_only);
	assert_true(test->evidence->chain_given);
}

/* Where nobody says what it is. */
static void
test_no_tool(void **state)
{
	struct test *test = *state;

	start(test);
	assert_non_null(test->evidence);
	assert_null(test->evidence->tool.version);
	assert_null(test->evidence->tool.dnssec);
	assert_false(test->evidence->dns_only);
	assert_false(test->evidence->chain_given);
}

static void
test_waits_for(void **state)
{
	struct test *test = *state;
	const struct waits_row *row = test->row;
	char *subject;

	test->silent = row->silent;
	test->options.authoritative = true;
	start(test);
	assert_null(test->evidence);
	subject = audit_waits_for(test->audit);
	assert_string_equal(subject, row->subject);
	free(subject);
}

static void
run_out_of_time(struct test *test)
{
	test->silent = DNS_MX;
	test->options.timeout = 0;
	start(test);
	while (test->evidence == NULL)
		event_base_loop(test->context.base, EVLOOP_ONCE);
	assert_true(test->evidence->out_of_time);
	assert_string_equal(test->evidence->outstanding, "MX " DOMAIN);
	assert_int_equal(test->evidence->mx->dnssec, DNSSEC_FAILED);
}

static void
test_deadline(void **state)
{
	struct test *test = *state;

	run_out_of_time(test);
	assert_false(test->evidence->connected);
}

static void
on_connected(struct bufferevent *stream, enum dial_result result,
    const char *error, void *argument)
{
	unsigned int *connections = argument;

	(void)error;
	assert_non_null(stream);
	assert_int_equal(result, DIAL_CONNECTED);
	(*connections)++;
}

/* That an earlier audit has connected counts at the deadline, too. */
static void
test_deadline_connected(void **state)
{
	struct test *test = *state;
	struct listener *server = listener_new(test->context.base);
	const struct address address = listener_address(server);
	unsigned int connections = 0;
	struct dial *dial;

	dial = dial_start(test->context.dialer, 0, &address, on_connected,
	    &connections);
	listener_run(test->context.base, NULL, &connections, 1);
	dial_close(dial);
	listener_free(server);
	run_out_of_time(test);
	assert_true(test->evidence->connected);
}

/*
 * The only address is one that another domain is connected to all the time: the
 * wait for it is not charged, but does not last forever either.
 */
static void
test_in_line(void **state)
{
	struct test *test = *state;
	struct listener *server = listener_new(test->context.base);
	const struct address address = listener_address(server);
	const struct endpoint_evidence *endpoint;
	unsigned int connections = 0;
	struct dial *dial;

	test->context.probe_cache = probe_cache_new();
	test->context.tls = tls_client_new();
	test->addresses = test->options.allow_reserved = true;
	test->options.port = address.port;
	test->options.timeout = 0.2;
	dial = dial_start(test->context.dialer,
	    dialer_add_party(test->context.dialer), &address, on_connected,
	    &connections);
	listener_run(test->context.base, NULL, &connections, 1);
	start(test);
	while (test->evidence == NULL)
		event_base_loop(test->context.base, EVLOOP_ONCE);
	assert_true(test->evidence->out_of_time);
	/* Up to a look, when it began to wait. */
	assert_true(test->evidence->elapsed_ms >= 300);
	endpoint = &test->evidence->hosts[0].endpoints[0];
	assert_int_equal(endpoint->outcome, OUTCOME_UNTRIED);
	assert_true(audit_longest(0.2) == 0.4);
	dial_close(dial);
	listener_free(server);
	probe_cache_free(test->context.probe_cache);
	tls_client_free(test->context.tls);
}

/* What is asked beyond the verdict, and what is not. */
struct beside_row {
	const char	*name;
	bool		 thorough;
	bool		 host_mode;
	bool		 tlsa;		/* the hosts have TLSA records */
	bool		 tlsrpt;	/* is asked for */
	bool		 above;		/* likewise */
};

static const struct beside_row beside_rows[] = {
	{ "thorough", true, false, true, true, true },
	{ "thorough, of a host", true, true, true, false, true },
	{ "thorough, without TLSA records", true, false, false, false,
	    false },
	{ "one of many", false, false, true, false, false },
};

static void
test_beside(void **state)
{
	struct test *test = *state;
	const struct beside_row *row = test->row;
	const struct host_evidence *host;
	char *above;

	test->hosts = row->host_mode ? 1 : 3;
	test->addresses = row->tlsa;
	test->options.dns_only = true;
	test->options.thorough = row->thorough;
	test->options.host_mode = row->host_mode;
	start(test);
	assert_non_null(test->evidence);
	assert_int_equal(test->evidence->thorough, row->thorough);
	assert_int_equal(test->evidence->tlsrpt != NULL, row->tlsrpt);
	if (row->tlsrpt)
		assert_string_equal(test->evidence->tlsrpt->owner,
		    "_smtp._tls." DOMAIN);
	/* Slow name servers are no broken ones. */
	assert_int_equal(fake_resolver_limited(test->context.resolver), 0);
	host = &test->evidence->hosts[test->evidence->host_count - 1];
	assert_int_equal(host->above_tlsa != NULL, row->above);
	if (!row->above)
		return;
	above = memory_format("_tcp.%s", host->name);
	assert_string_equal(host->above_tlsa->owner, above);
	assert_int_equal(host->above_tlsa->type, DNS_A);
	free(above);
}

/* The result is not late because of what is asked beside. */
static void
test_beside_deadline(void **state)
{
	struct test *test = *state;

	test->silent = DNS_TXT;
	test->addresses = test->options.dns_only = true;
	test->options.thorough = true;
	test->options.timeout = 0.1;
	start(test);
	assert_null(test->evidence);
	while (test->evidence == NULL)
		event_base_loop(test->context.base, EVLOOP_ONCE);
	assert_false(test->evidence->out_of_time);
	assert_null(test->evidence->outstanding);
	assert_null(test->evidence->tlsrpt);
	assert_non_null(test->evidence->hosts[0].above_tlsa);
}

/* MX records that lead to each sender's own machine. */
static void
test_localhost(void **state)
{
	struct test *test = *state;

	test->localhost = true;
	start(test);
	assert_non_null(test->evidence);
	assert_string_equal(test->evidence->hosts[0].name, "mx1.localhost");
	assert_false(test->evidence->hosts[0].asked);
	assert_null(test->evidence->hosts[0].a);
}

/* Everything that is outstanding is released, and nobody is called. */
static void
test_cancel(void **state)
{
	struct test *test = *state;

	test->silent = DNS_MX;
	start(test);
	assert_null(test->evidence);
	audit_cancel(test->audit);
	test->audit = NULL;
	timeless_run(test->context.base);
	assert_null(test->evidence);
	assert_int_equal(fake_resolver_open(test->context.resolver), 0);
	audit_cancel(NULL);
}

int
main(void)
{
	const struct table tables[] = {
		TABLE_WITH(test_hosts, hosts_rows, set_up, tear_down),
		TABLE_ALONE_WITH(test_facts, set_up, tear_down),
		TABLE_ALONE_WITH(test_no_tool, set_up, tear_down),
		TABLE_WITH(test_waits_for, waits_rows, set_up, tear_down),
		TABLE_ALONE_WITH(test_deadline, set_up, tear_down),
		TABLE_ALONE_WITH(test_deadline_connected, set_up, tear_down),
		TABLE_ALONE_WITH(test_in_line, set_up, tear_down),
		TABLE_WITH(test_beside, beside_rows, set_up, tear_down),
		TABLE_ALONE_WITH(test_beside_deadline, set_up, tear_down),
		TABLE_ALONE_WITH(test_localhost, set_up, tear_down),
		TABLE_ALONE_WITH(test_cancel, set_up, tear_down),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
