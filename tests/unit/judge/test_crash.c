/*
 * What the judge makes of evidence whose process died.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/judge/judge.h"
#include "checker/report/plugin.h"
#include "resolver/memory.h"
#include "tests/unit/support/fixture.h"

static struct evidence *
crashed(void)
{
	struct evidence *evidence = fixture_domain("example.org");

	evidence->crash = memory_string("killed by signal 11");
	return evidence;
}

/* The one finding with the code. Borrowed. */
static const struct finding *
find_crash(const struct evidence *evidence)
{
	const struct finding_list *findings = &evidence->judged.findings;
	const struct finding *found = NULL;
	size_t i;

	for (i = 0; i < findings->count; i++) {
		if (findings->items[i].code != FINDING_INTERNAL_CRASH)
			continue;
		assert_null(found);
		found = &findings->items[i];
	}
	assert_non_null(found);
	return found;
}

/* Even where all that was gathered is well, the rest is not known. */
static void
test_pass_is_unknown(void **state)
{
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence = crashed();
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	const struct finding *finding;

	(void)state;
	fixture_tlsa_of(host, chain);
	fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chain);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_UNKNOWN);
	assert_int_equal(evidence->hosts[0].judged.verdict, VERDICT_PASS);
	finding = find_crash(evidence);
	assert_int_equal(finding->severity, SEVERITY_ERROR);
	assert_non_null(strstr(finding->text, "killed by signal 11"));
	assert_true(finding->advice.count > 0);
	evidence_free(evidence);
	chain_free(chain);
}

/* A fault of ours is none of the domain's, whatever was seen of it. */
static void
test_fail_is_unknown(void **state)
{
	struct evidence *evidence = crashed();

	(void)state;
	answer_free(evidence->mx);
	evidence->mx = fixture_answer("example.org", DNS_MX, ANSWER_UNUSABLE,
	    DNSSEC_BOGUS);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_UNKNOWN);
	find_crash(evidence);
	evidence_free(evidence);
}

/* It died before anything was known, our own DNS included. */
static void
test_nothing_gathered(void **state)
{
	struct evidence *evidence = evidence_new("example.org");

	(void)state;
	evidence->crash = memory_string("killed by signal 11");
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_UNKNOWN);
	find_crash(evidence);
	assert_false(finding_list_has(&evidence->judged.findings,
	    FINDING_RESOLVER_UNREACHABLE));
	evidence_free(evidence);
}

/* What cannot be judged is not looked at. */
static void
test_not_judged(void **state)
{
	struct evidence *evidence = crashed();

	(void)state;
	fixture_host(evidence, "mx.example.org");
	judge_nothing(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_UNKNOWN);
	assert_int_equal(evidence->judged.findings.count, 1);
	find_crash(evidence);
	evidence_free(evidence);
}

/* One line, whatever else there is, and not CRITICAL by --unreachable. */
static void
test_plugin(void **state)
{
	const struct plugin_options options = {
		.missing = PLUGIN_CRITICAL,
		.unreachable = PLUGIN_CRITICAL,
		.verbosity = 2,
	};
	struct evidence *evidence = crashed();
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	fixture_host(evidence, "mx.example.org");
	fixture_judge(evidence);
	assert_int_equal(plugin_report(out, evidence, &options),
	    PLUGIN_UNKNOWN);
	fclose(out);
	assert_string_equal(text, "MXDANE UNKNOWN: example.org: "
	    "internal-crash: killed by signal 11\n");
	free(text);
	evidence_free(evidence);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pass_is_unknown),
		cmocka_unit_test(test_fail_is_unknown),
		cmocka_unit_test(test_nothing_gathered),
		cmocka_unit_test(test_not_judged),
		cmocka_unit_test(test_plugin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
