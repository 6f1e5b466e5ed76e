/*
 * Name servers that were not asked (--authoritative): those that there is no
 * route to, as on a machine without IPv6, and those at special-purpose
 * addresses. They are reported, and not taken for lame ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/report/report.h"
#include "resolver/memory.h"
#include "tests/unit/support/fixture.h"

/* What the text report says of the evidence, which it frees. Owned. */
static char *
report(struct evidence *evidence)
{
	const struct report_options options = { .verbosity = 0 };
	void *state;
	char *text;
	size_t size;
	FILE *out;

	fixture_judge(evidence);
	out = open_memstream(&text, &size);
	assert_non_null(out);
	state = report_text.begin(out, &options);
	report_text.domain(out, &options, evidence, state);
	report_text.end(out, &options, state);
	fclose(out);
	evidence_free(evidence);
	return text;
}

/* What is said of two name servers, one of them over TCP, too. Owned. */
static char *
report_servers(bool no_route, bool reserved)
{
	static const char *const addresses[] = { "2001:db8::53",
		"127.0.0.53", "127.0.0.53" };
	struct evidence *evidence = fixture_domain("example.org");
	struct server_evidence *servers;
	size_t i;

	fixture_host(evidence, "mx.example.org");
	servers = memory_new(3, sizeof(*servers));
	for (i = 0; i < 3; i++) {
		servers[i].zone = memory_string("example.org");
		servers[i].name = memory_format("ns%d.example.org",
		    i == 0 ? 1 : 2);
		servers[i].tcp = i == 2;
		servers[i].no_route = no_route;
		servers[i].reserved = reserved;
		assert_true(address_from_text(&servers[i].address,
		    addresses[i], 53));
	}
	evidence->servers = servers;
	evidence->server_count = evidence->server_total = 3;
	return report(evidence);
}

static void
test_reported(void **state)
{
	char *text = report_servers(true, false);

	(void)state;
	assert_non_null(strstr(text, finding_code_name(FINDING_NS_NOT_ASKED)));
	assert_non_null(strstr(text, "ns1.example.org [2001:db8::53]"));
	assert_null(strstr(text, finding_code_name(FINDING_NS_LAME)));
	free(text);
}

static void
test_routed(void **state)
{
	char *text = report_servers(false, false);

	(void)state;
	assert_null(strstr(text, finding_code_name(FINDING_NS_NOT_ASKED)));
	free(text);
}

static void
test_reserved(void **state)
{
	char *text = report_servers(false, true), *first;

	(void)state;
	assert_null(strstr(text, finding_code_name(FINDING_NS_LAME)));
	assert_null(strstr(text, finding_code_name(FINDING_EGRESS_BLOCKED)));
	assert_non_null(strstr(text, "ns1.example.org [2001:db8::53]"));
	/* Of "documentation (RFC 3849)": lines may be broken at blanks. */
	assert_non_null(strstr(text, "3849)"));
	assert_non_null(strstr(text, "--allow-reserved"));
	/* Once, and not again for TCP. */
	first = strstr(text, "1122)");
	assert_non_null(first);
	assert_null(strstr(first + 1, "1122)"));
	free(text);
}

/* What helps a domain without an answer, where it can be meant. */
static void
test_hint(void **state)
{
	static const char hint[] = "use --allow-reserved";
	struct evidence *evidence;
	char *text;
	int public_only;

	(void)state;
	for (public_only = 0; public_only < 2; public_only++) {
		evidence = fixture_domain("example.org");
		answer_free(evidence->mx);
		evidence->mx = answer_failed("example.org", DNS_MX,
		    "SERVFAIL");
		evidence->public_only = public_only;
		text = report(evidence);
		assert_non_null(strstr(text,
		    finding_code_name(FINDING_MX_LOOKUP_FAILED)));
		assert_int_equal(strstr(text, hint) != NULL, public_only);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reported),
		cmocka_unit_test(test_routed),
		cmocka_unit_test(test_reserved),
		cmocka_unit_test(test_hint),
	};

	return cmocka_run_group_tests_name("unrouted", tests, NULL, NULL);
}
