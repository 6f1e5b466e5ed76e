/*
 * The judge over the whole matrix of states. What must come out is written down
 * here once more, from RFC 7672 and not from judge*.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- the MX answer */

static void
test_mx_answers(void **state)
{
	static const struct {
		enum answer_kind	kind;
		enum dnssec_status	status;
		enum verdict		expected;
		enum finding_code	code;
	} rows[] = {
		{ ANSWER_UNUSABLE, DNSSEC_BOGUS, VERDICT_FAIL,
		    FINDING_MX_BOGUS },
		{ ANSWER_UNUSABLE, DNSSEC_FAILED, VERDICT_UNKNOWN,
		    FINDING_MX_LOOKUP_FAILED },
		{ ANSWER_NO_NAME, DNSSEC_SECURE, VERDICT_FAIL,
		    FINDING_DOMAIN_MISSING },
		{ ANSWER_NO_NAME, DNSSEC_INSECURE, VERDICT_FAIL,
		    FINDING_DOMAIN_MISSING },
		{ ANSWER_NO_DATA, DNSSEC_INSECURE, VERDICT_NONE,
		    FINDING_MX_INSECURE },
		{ ANSWER_RECORDS, DNSSEC_INSECURE, VERDICT_NONE,
		    FINDING_MX_INSECURE },
	};
	struct evidence *evidence;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		evidence = fixture_domain("example.org");
		answer_free(evidence->mx);
		evidence->mx = fixture_answer("example.org", DNS_MX,
		    rows[i].kind, rows[i].status);
		fixture_judge(evidence);
		assert_int_equal(evidence->judged.verdict, rows[i].expected);
		assert_int_equal(evidence->judged.findings.items[0].code,
		    rows[i].code);
		evidence_free(evidence);
	}
}

static void
test_null_mx(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");

	(void)state;
	fixture_add(evidence->mx, "", 0);
	evidence->mx->records[0].name = memory_string(".");
	fixture_judge(evidence);
	assert_true(evidence_is_null_mx(evidence));
	assert_int_equal(evidence->judged.verdict, VERDICT_NONE);
	assert_true(finding_list_has(&evidence->judged.findings, FINDING_MX_NULL));
	evidence_free(evidence);
}

static void
test_our_own_faults(void **state)
{
	static const struct {
		enum resolver_health	health;
		enum finding_code	code;
	} rows[] = {
		{ RESOLVER_UNTRIED, FINDING_RESOLVER_UNREACHABLE },
		{ RESOLVER_NO_ANSWER, FINDING_RESOLVER_UNREACHABLE },
		{ RESOLVER_BAD_ANCHOR, FINDING_TRUST_ANCHOR_MISMATCH },
	};
	struct evidence *evidence;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		evidence = fixture_domain("example.org");
		evidence->mx->kind = ANSWER_UNUSABLE;
		evidence->mx->dnssec = DNSSEC_BOGUS;
		evidence->health = rows[i].health;
		fixture_judge(evidence);
		/* Never a fault of the domain. */
		assert_int_equal(evidence->judged.verdict, VERDICT_UNKNOWN);
		assert_int_equal(evidence->judged.findings.count, 1);
		assert_int_equal(evidence->judged.findings.items[0].code,
		    rows[i].code);
		evidence_free(evidence);
	}
}

/* --- conversations */

static void
test_outcomes(void **state)
{
	static const struct {
		enum session_outcome	outcome;
		enum verdict		expected;
		enum finding_code	code;
	} rows[] = {
		{ OUTCOME_UNTRIED, VERDICT_UNKNOWN, FINDING_TIMEOUT },
		{ OUTCOME_ADDRESS_RESERVED, VERDICT_UNKNOWN,
		    FINDING_ADDRESS_RESERVED },
		{ OUTCOME_CONNECT_FAILED, VERDICT_UNKNOWN,
		    FINDING_CONNECT_FAILED },
		{ OUTCOME_NO_ROUTE, VERDICT_UNKNOWN,
		    FINDING_CONNECT_FAILED },
		{ OUTCOME_REFUSED, VERDICT_UNKNOWN, FINDING_SMTP_REFUSED },
		{ OUTCOME_PROTOCOL, VERDICT_UNKNOWN, FINDING_SMTP_PROTOCOL },
		{ OUTCOME_TIMEOUT, VERDICT_UNKNOWN, FINDING_TIMEOUT },
		{ OUTCOME_STARTTLS_NOT_OFFERED, VERDICT_FAIL,
		    FINDING_STARTTLS_NOT_OFFERED },
		{ OUTCOME_STARTTLS_REFUSED, VERDICT_FAIL,
		    FINDING_STARTTLS_REFUSED },
		{ OUTCOME_HANDSHAKE_FAILED, VERDICT_FAIL,
		    FINDING_TLS_HANDSHAKE_FAILED },
	};
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence;
	struct host_evidence *host;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		evidence = fixture_domain("example.org");
		host = fixture_host(evidence, "mx.example.org");
		fixture_tlsa_of(host, chain);
		fixture_endpoint(host, "192.0.2.1", rows[i].outcome, NULL);
		fixture_endpoint(host, "192.0.2.2", OUTCOME_DONE, chain);
		fixture_judge(evidence);
		/* One bad address is enough, and the other is seen to pass. */
		assert_int_equal(host->endpoints[0].judged.verdict,
		    rows[i].expected);
		assert_int_equal(host->endpoints[1].judged.verdict, VERDICT_PASS);
		assert_int_equal(host->judged.verdict, rows[i].expected);
		assert_int_equal(evidence->judged.findings.items[0].code,
		    rows[i].code);
		assert_true(address_equal(&host->endpoints[0].address,
		    &evidence->judged.findings.items[0].place.address));
		evidence_free(evidence);
	}
	chain_free(chain);
}

/* Unusable records promise TLS all the same (RFC 7672 2.2). */
static void
test_all_unusable(void **state)
{
	static const struct tlsa unusable = { .usage = 1, .selector = 1,
		.matching_type = 1 };
	static const struct {
		enum session_outcome	outcome;
		enum verdict		expected;
	} rows[] = {
		{ OUTCOME_DONE, VERDICT_NONE },
		{ OUTCOME_STARTTLS_NOT_OFFERED, VERDICT_FAIL },
		{ OUTCOME_HANDSHAKE_FAILED, VERDICT_FAIL },
		{ OUTCOME_CONNECT_FAILED, VERDICT_UNKNOWN },
	};
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence;
	struct host_evidence *host;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		evidence = fixture_domain("example.org");
		host = fixture_host(evidence, "mx.example.org");
		fixture_tlsa(host, &unusable);
		fixture_endpoint(host, "192.0.2.1", rows[i].outcome,
		    rows[i].outcome == OUTCOME_DONE ? chain : NULL);
		fixture_judge(evidence);
		assert_int_equal(evidence->judged.verdict, rows[i].expected);
		assert_true(finding_list_has(&evidence->judged.findings,
		    FINDING_TLSA_ALL_UNUSABLE));
		evidence_free(evidence);
	}
	chain_free(chain);
}

/*
 * Each address has results of its own, whether its chain was seen before or
 * not.
 */
static void
test_same_chain(void **state)
{
	struct chain *good = fixture_chain("mx.example.org", KEY_ECDSA);
	struct chain *bad = fixture_chain("mx.example.org", KEY_ECDSA);
	const struct chain *const chains[] = { good, bad, good, bad };
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	const struct handshake_evidence *shake;
	size_t i;

	(void)state;
	fixture_tlsa_of(host, good);
	for (i = 0; i < COUNT(chains); i++)
		fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chains[i]);
	fixture_judge(evidence);
	for (i = 0; i < COUNT(chains); i++) {
		shake = &host->endpoints[i].handshakes[0];
		assert_int_equal(shake->judged.verdict, chains[i] == good ?
		    VERDICT_PASS : VERDICT_FAIL);
		assert_int_equal(shake->judged.match_count, 1);
		assert_int_equal(shake->judged.matches[0].depth, chains[i] == good ?
		    0 : MATCH_NO_DEPTH);
		assert_int_equal(shake->judged.matches[0].why == NULL,
		    chains[i] == good);
	}
	evidence_free(evidence);
	chain_free(good);
	chain_free(bad);
}

static void
test_key_types(void **state)
{
	struct chain *ecdsa = fixture_chain("mx.example.org", KEY_ECDSA);
	struct chain *rsa = fixture_chain("mx.example.org", KEY_RSA);
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	struct endpoint_evidence *endpoint;

	(void)state;
	fixture_tlsa_of(host, ecdsa);
	endpoint = fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, ecdsa);
	fixture_shake(endpoint, rsa);
	fixture_judge(evidence);
	assert_int_equal(endpoint->handshakes[0].judged.verdict, VERDICT_PASS);
	assert_int_equal(endpoint->handshakes[1].judged.verdict, VERDICT_FAIL);
	assert_int_equal(evidence->judged.verdict, VERDICT_FAIL);
	assert_true(finding_list_has(&evidence->judged.findings,
	    FINDING_KEY_TYPE_UNCOVERED));
	assert_false(finding_list_has(&evidence->judged.findings,
	    FINDING_NO_RECORD_MATCHES));

	/* With a record for it, too, all is well, and judged anew it is so. */
	fixture_tlsa_of(host, rsa);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
	assert_false(finding_list_has(&evidence->judged.findings,
	    FINDING_KEY_TYPE_UNCOVERED));
	evidence_free(evidence);
	chain_free(ecdsa);
	chain_free(rsa);
}

static void
test_coverage(void **state)
{
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	uint8_t stale[CHAIN_DIGEST] = { 1 };
	const struct tlsa other_key = { .usage = 3, .selector = 1,
		.matching_type = 1, .data = stale, .size = sizeof(stale) };
	const struct tlsa certificate = { .usage = 3, .selector = 0,
		.matching_type = 1, .data = stale, .size = sizeof(stale) };
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");

	(void)state;
	fixture_tlsa_of(host, chain);
	fixture_tlsa(host, &other_key);		/* a rollover: nothing to say */
	fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chain);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
	assert_false(finding_list_has(&evidence->judged.findings,
	    FINDING_COMBINATION_UNCOVERED));

	fixture_tlsa(host, &certificate);	/* RFC 7671 8 */
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
	assert_true(finding_list_has(&evidence->judged.findings,
	    FINDING_COMBINATION_UNCOVERED));
	evidence_free(evidence);
	chain_free(chain);
}

/* --- hosts make the domain (interface.md) */

static void
make_host(struct evidence *evidence, const char *name, enum verdict verdict,
    const struct chain *chain)
{
	static const struct tlsa stale = { .usage = 3, .selector = 1,
		.matching_type = 1, .data = (uint8_t *)
		    "0123456789abcdef0123456789abcdef", .size = 32 };
	struct host_evidence *host = fixture_host(evidence, name);

	switch (verdict) {
	case VERDICT_NONE:
		host->a->dnssec = DNSSEC_INSECURE;
		return;
	case VERDICT_ABSENT:
		answer_free(host->a);
		host->a = fixture_answer(name, DNS_A, ANSWER_NO_DATA,
		    DNSSEC_SECURE);
		return;
	case VERDICT_FAIL:
		fixture_tlsa(host, &stale);
		break;
	default:
		fixture_tlsa_of(host, chain);
		break;
	}
	if (verdict == VERDICT_UNKNOWN)
		fixture_endpoint(host, "192.0.2.1", OUTCOME_TIMEOUT, NULL);
	else
		fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chain);
}

static enum verdict
expected_of_hosts(enum verdict a, enum verdict b)
{
	if (a == VERDICT_FAIL || b == VERDICT_FAIL)
		return VERDICT_FAIL;
	if (a == VERDICT_UNKNOWN || b == VERDICT_UNKNOWN)
		return VERDICT_UNKNOWN;
	if (a == VERDICT_ABSENT)
		return b == VERDICT_ABSENT ? VERDICT_FAIL : b;
	if (b == VERDICT_ABSENT || a == b)
		return a;
	return VERDICT_PARTIAL;
}

static void
test_hosts_make_the_domain(void **state)
{
	static const enum verdict verdicts[] = { VERDICT_UNKNOWN, VERDICT_FAIL,
		VERDICT_NONE, VERDICT_PASS, VERDICT_ABSENT };
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence;
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(verdicts); i++) {
		for (j = 0; j < COUNT(verdicts); j++) {
			evidence = fixture_domain("example.org");
			make_host(evidence, "mx1.example.org", verdicts[i],
			    chain);
			make_host(evidence, "mx2.example.org", verdicts[j],
			    chain);
			fixture_judge(evidence);
			assert_int_equal(evidence->hosts[0].judged.verdict,
			    verdicts[i]);
			assert_int_equal(evidence->hosts[1].judged.verdict,
			    verdicts[j]);
			assert_int_equal(evidence->judged.verdict,
			    expected_of_hosts(verdicts[i], verdicts[j]));
			evidence_free(evidence);
		}
	}
	chain_free(chain);
}

/* In an unsigned domain nothing is graver than a warning. */
static void
test_insecure_domain(void **state)
{
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence = fixture_domain("example.org");
	size_t i;

	(void)state;
	evidence->mx->dnssec = DNSSEC_INSECURE;
	make_host(evidence, "mx1.example.org", VERDICT_FAIL, chain);
	make_host(evidence, "mx2.example.org", VERDICT_PASS, chain);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_NONE);
	for (i = 0; i < evidence->judged.findings.count; i++)
		assert_int_not_equal(evidence->judged.findings.items[i].severity,
		    SEVERITY_ERROR);
	/* The host's name alone is a reference name (RFC 7672 3.2.2). */
	assert_int_equal(evidence->hosts[1].judged.reference_name_count, 1);
	evidence_free(evidence);
	chain_free(chain);
}

/* --- ageing */

static void
test_signatures(void **state)
{
	static const struct {
		double		warning, critical;
		int		ahead;		/* days */
		enum verdict	expected;
		bool		told;
	} rows[] = {
		{ 0, 0, 0, VERDICT_PASS, false },
		{ 19, 0, 0, VERDICT_PASS, false },
		{ 21, 0, 0, VERDICT_PASS, true },
		{ 0, 21, 0, VERDICT_FAIL, true },
		{ 21, 19, 0, VERDICT_PASS, true },
		{ 0, 0, 21, VERDICT_FAIL, true },
		{ 5, 2, 14, VERDICT_PASS, false },
		{ 7, 2, 14, VERDICT_PASS, true },
	};
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct judge_options options;
	struct evidence *evidence;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		options = (struct judge_options){
			.ahead_days = rows[i].ahead,
			.warning_days = rows[i].warning,
			.critical_days = rows[i].critical,
		};
		evidence = fixture_domain("example.org");
		make_host(evidence, "mx.example.org", VERDICT_PASS, chain);
		judge(evidence, &options);
		assert_int_equal(evidence->judged.verdict, rows[i].expected);
		assert_int_equal(finding_list_has(&evidence->judged.findings,
		    FINDING_SIGNATURE_EXPIRING), rows[i].told);
		/* The certificate's own dates mean nothing to usage 3. */
		assert_false(finding_list_has(&evidence->judged.findings,
		    FINDING_CERTIFICATE_EXPIRING));
		evidence_free(evidence);
	}
	chain_free(chain);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mx_answers),
		cmocka_unit_test(test_null_mx),
		cmocka_unit_test(test_our_own_faults),
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_all_unusable),
		cmocka_unit_test(test_same_chain),
		cmocka_unit_test(test_key_types),
		cmocka_unit_test(test_coverage),
		cmocka_unit_test(test_hosts_make_the_domain),
		cmocka_unit_test(test_insecure_domain),
		cmocka_unit_test(test_signatures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
