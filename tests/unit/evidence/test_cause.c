/*
 * Which finding is named for a verdict: what causes it, and not what is only
 * odd, explains it, or leaves something else open.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROW_FINDINGS 3

/* A finding at host 0 or 1, or about the domain. */
#define DOMAIN	(-1)

static const struct cause_row {
	const char	*name;
	enum verdict	 verdict, hosts[2];
	struct {
		enum finding_code	code;
		int			host;
		enum severity		severity;
	} findings[ROW_FINDINGS];
	size_t		 count;
	size_t		 expected;
} rows[] = {
	{ "an alias beside missing records", VERDICT_NONE,
	    { VERDICT_NONE, VERDICT_NONE },
	    { { FINDING_MX_TARGET_CNAME, 0, SEVERITY_WARNING },
	    { FINDING_TLSA_NONE, 0, SEVERITY_WARNING } }, 2, 1 },
	{ "an alias beside missing records of one of two hosts",
	    VERDICT_PARTIAL, { VERDICT_PASS, VERDICT_NONE },
	    { { FINDING_COMBINATION_UNCOVERED, 0, SEVERITY_WARNING },
	    { FINDING_MX_TARGET_CNAME, 1, SEVERITY_WARNING },
	    { FINDING_TLSA_NONE, 1, SEVERITY_WARNING } }, 3, 2 },
	{ "an old algorithm beside an unsigned domain", VERDICT_NONE,
	    { VERDICT_NONE, VERDICT_NONE },
	    { { FINDING_ALGORITHM_DEPRECATED, DOMAIN, SEVERITY_WARNING },
	    { FINDING_MX_INSECURE, DOMAIN, SEVERITY_WARNING } }, 2, 1 },
	{ "a null MX", VERDICT_NONE, { VERDICT_NONE, VERDICT_NONE },
	    { { FINDING_SIGNATURE_EXPIRING, DOMAIN, SEVERITY_WARNING },
	    { FINDING_MX_NULL, DOMAIN, SEVERITY_INFO } }, 2, 1 },
	{ "an address that is down beside one that fails", VERDICT_FAIL,
	    { VERDICT_FAIL, VERDICT_PASS },
	    { { FINDING_CONNECT_FAILED, 0, SEVERITY_ERROR },
	    { FINDING_NO_RECORD_MATCHES, 0, SEVERITY_ERROR } }, 2, 1 },
	{ "a host that is down before one that fails", VERDICT_FAIL,
	    { VERDICT_UNKNOWN, VERDICT_FAIL },
	    { { FINDING_TIMEOUT, 0, SEVERITY_ERROR },
	    { FINDING_STARTTLS_NOT_OFFERED, 1, SEVERITY_ERROR } }, 2, 1 },
	{ "an explanation before what it explains", VERDICT_FAIL,
	    { VERDICT_FAIL, VERDICT_PASS },
	    { { FINDING_USAGE_3_NAMES_ISSUER, 0, SEVERITY_ERROR },
	    { FINDING_NO_RECORD_MATCHES, 0, SEVERITY_ERROR } }, 2, 1 },
	{ "a warning before an address that is down", VERDICT_UNKNOWN,
	    { VERDICT_UNKNOWN, VERDICT_PASS },
	    { { FINDING_TLS_OUTDATED, 0, SEVERITY_WARNING },
	    { FINDING_CONNECT_FAILED, 0, SEVERITY_ERROR } }, 2, 1 },
	{ "signatures that end too soon", VERDICT_FAIL,
	    { VERDICT_FAIL, VERDICT_PASS },
	    { { FINDING_SIGNATURE_EXPIRING, 0, SEVERITY_ERROR } }, 1, 0 },
	{ "no host that takes part", VERDICT_FAIL,
	    { VERDICT_ABSENT, VERDICT_ABSENT },
	    { { FINDING_LIMIT_REACHED, DOMAIN, SEVERITY_ERROR },
	    { FINDING_MX_TARGET_MISSING, 0, SEVERITY_ERROR } }, 2, 1 },
	{ "what was expected", VERDICT_FAIL, { VERDICT_FAIL, VERDICT_PASS },
	    { { FINDING_EXPECTATION_FAILED, 0, SEVERITY_ERROR } }, 1, 0 },
	/* Nothing that causes it: what is most severe. */
	{ "a pass", VERDICT_PASS, { VERDICT_PASS, VERDICT_PASS },
	    { { FINDING_TLSA_MANY, 0, SEVERITY_WARNING },
	    { FINDING_TLSRPT_NONE, DOMAIN, SEVERITY_INFO } }, 2, 0 },
};

static void
test_cause(void **state)
{
	const struct cause_row *row = *state;
	struct evidence *evidence = fixture_domain("example.org");
	const char *const names[] = { "a.example.org", "b.example.org" };
	struct finding *finding;
	size_t i;

	fixture_host(evidence, names[0]);
	fixture_host(evidence, names[1]);
	evidence->judged.verdict = row->verdict;
	for (i = 0; i < 2; i++)
		evidence->hosts[i].judged.verdict = row->hosts[i];
	for (i = 0; i < row->count; i++) {
		finding = finding_add(&evidence->judged.findings,
		    row->findings[i].code, "x");
		finding->severity = row->findings[i].severity;
		if (row->findings[i].host != DOMAIN)
			finding->place.host = evidence->hosts[
			    row->findings[i].host].name;
	}
	assert_int_equal(evidence_main_finding(evidence) -
	    evidence->judged.findings.items, row->expected);
	evidence_free(evidence);
}

/* Of one host, whatever the domain's verdict; and none where there is none. */
static void
test_host(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "a.example.org");
	struct finding_list *findings = &evidence->judged.findings;

	(void)state;
	evidence->judged.verdict = VERDICT_UNKNOWN;
	host->judged.verdict = VERDICT_NONE;
	assert_null(evidence_main_finding(evidence));
	finding_add(findings, FINDING_MX_TARGET_CNAME, "x")->place.host =
	    host->name;
	assert_null(evidence_host_finding(evidence, host));
	finding_add(findings, FINDING_TLSA_NONE, "x")->place.host = host->name;
	assert_ptr_equal(evidence_host_finding(evidence, host),
	    &findings->items[1]);
	evidence_free(evidence);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_cause, rows),
		TABLE_ALONE(test_host),
	};

	return table_run(tables, COUNT(tables));
}
