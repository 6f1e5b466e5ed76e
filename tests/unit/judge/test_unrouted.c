/*
 * Name servers that there is no route to (--authoritative on a machine without
 * IPv6): they are reported, and not taken for lame ones.
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

/* What the text report says of two name servers. Owned by the caller. */
static char *
report_servers(bool no_route)
{
	static const char *const addresses[] = { "2001:db8::53",
		"2001:db8::54" };
	const struct report_options options = { .verbosity = 0 };
	struct evidence *evidence = fixture_domain("example.org");
	struct server_evidence *servers;
	void *state;
	char *text;
	size_t i, size;
	FILE *out;

	fixture_host(evidence, "mx.example.org");
	servers = memory_new(2, sizeof(*servers));
	for (i = 0; i < 2; i++) {
		servers[i].zone = memory_string("example.org");
		servers[i].name = memory_format("ns%zu.example.org", i + 1);
		servers[i].no_route = no_route;
		assert_true(address_from_text(&servers[i].address,
		    addresses[i], 53));
	}
	evidence->servers = servers;
	evidence->server_count = evidence->server_total = 2;
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

static void
test_reported(void **state)
{
	char *text = report_servers(true);

	(void)state;
	assert_non_null(strstr(text, finding_code_name(FINDING_NS_NOT_ASKED)));
	assert_non_null(strstr(text, "ns1.example.org [2001:db8::53]"));
	assert_null(strstr(text, finding_code_name(FINDING_NS_LAME)));
	free(text);
}

static void
test_routed(void **state)
{
	char *text = report_servers(false);

	(void)state;
	assert_null(strstr(text, finding_code_name(FINDING_NS_NOT_ASKED)));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reported),
		cmocka_unit_test(test_routed),
	};

	return cmocka_run_group_tests_name("unrouted", tests, NULL, NULL);
}
