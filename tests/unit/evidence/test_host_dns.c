/*
 * A host's DNS over the whole matrix of states: what is asked next, and what it
 * means. What must come out is written down here once more, from RFC 7672 and
 * not from host_dns.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checker/evidence/host_dns.h"
#include "resolver/memory.h"
#include "tests/unit/support/fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- one answer of an address family */

enum family {
	HAS_SECURE,
	HAS_INSECURE,
	NONE_SECURE,
	NONE_INSECURE,
	IS_BOGUS,
	IS_LOST,
	FAMILIES
};

static struct answer *
family_answer(enum family family, const char *name, enum dns_type type)
{
	static const uint8_t address[16] = { 192, 0, 2, 1 };
	static const struct {
		enum answer_kind	kind;
		enum dnssec_status	status;
	} rows[FAMILIES] = {
		[HAS_SECURE] = { ANSWER_RECORDS, DNSSEC_SECURE },
		[HAS_INSECURE] = { ANSWER_RECORDS, DNSSEC_INSECURE },
		[NONE_SECURE] = { ANSWER_NO_DATA, DNSSEC_SECURE },
		[NONE_INSECURE] = { ANSWER_NO_NAME, DNSSEC_INSECURE },
		[IS_BOGUS] = { ANSWER_UNUSABLE, DNSSEC_BOGUS },
		[IS_LOST] = { ANSWER_UNUSABLE, DNSSEC_FAILED },
	};
	struct answer *answer = fixture_answer(name, type, rows[family].kind,
	    rows[family].status);

	if (rows[family].kind == ANSWER_RECORDS)
		fixture_add(answer, address, type == DNS_A ? 4 : 16);
	return answer;
}

/* A host with these two families, TLSA records that match, and one address. */
static struct evidence *
domain_with_families(enum family a, enum family aaaa,
    const struct chain *chain)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");

	answer_free(host->a);
	answer_free(host->aaaa);
	host->a = family_answer(a, host->name, DNS_A);
	host->aaaa = family_answer(aaaa, host->name, DNS_AAAA);
	fixture_tlsa_of(host, chain);
	fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chain);
	return evidence;
}

/* verdicts of a host, RFC 7672 2.2.2, with everything else in order */
static enum verdict
expected_of_families(enum family a, enum family aaaa)
{
	bool lost = a == IS_LOST || aaaa == IS_LOST;

	if (a == IS_BOGUS || aaaa == IS_BOGUS)
		return VERDICT_FAIL;
	if (lost)
		return VERDICT_UNKNOWN;
	if (a == HAS_SECURE || aaaa == HAS_SECURE)
		return VERDICT_PASS;
	if (a == NONE_SECURE && aaaa == NONE_SECURE)
		return VERDICT_ABSENT;
	return VERDICT_NONE;
}

static void
test_address_families(void **state)
{
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence;
	enum verdict expected;
	enum family a, aaaa;

	(void)state;
	for (a = HAS_SECURE; a < FAMILIES; a++) {
		for (aaaa = HAS_SECURE; aaaa < FAMILIES; aaaa++) {
			expected = expected_of_families(a, aaaa);
			evidence = domain_with_families(a, aaaa, chain);
			fixture_judge(evidence);
			assert_int_equal(evidence->hosts[0].judged.verdict, expected);
			/* A domain without a host that takes part fails. */
			assert_int_equal(evidence->judged.verdict,
			    expected == VERDICT_ABSENT ? VERDICT_FAIL :
			    expected);
			assert_int_equal(finding_list_has(&evidence->judged.findings,
			    FINDING_ADDRESS_BOGUS),
			    a == IS_BOGUS || aaaa == IS_BOGUS);
			assert_int_equal(finding_list_has(&evidence->judged.findings,
			    FINDING_ADDRESS_LOOKUP_FAILED),
			    a == IS_LOST || aaaa == IS_LOST);
			evidence_free(evidence);
		}
	}
	chain_free(chain);
}

/* --- aliases */

static void
make_alias(struct answer *answer, const char *target)
{
	free(answer->expanded);
	answer->expanded = memory_string(target);
	answer->aliased = true;
}

static void
test_base_domains(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");

	(void)state;
	make_alias(host->a, "real.example.net");
	assert_string_equal(host_dns_base_domain(host, 0), "real.example.net");
	assert_string_equal(host_dns_base_domain(host, 1), "mx.example.org");
	assert_null(host_dns_base_domain(host, 2));
	assert_int_equal(host_dns_state(host, NULL), HOST_DNS_TLSA_UNKNOWN);

	/* Nothing secure at the first: the second is asked. */
	host->tlsa[0] = fixture_answer("_25._tcp.real.example.net", DNS_TLSA,
	    ANSWER_NO_DATA, DNSSEC_SECURE);
	assert_int_equal(host_dns_state(host, NULL), HOST_DNS_TLSA_UNKNOWN);
	host->tlsa[1] = fixture_answer("_25._tcp.mx.example.org", DNS_TLSA,
	    ANSWER_RECORDS, DNSSEC_SECURE);
	fixture_add(host->tlsa[1], "\3\1\1", 3);
	assert_int_equal(host_dns_state(host, NULL), HOST_DNS_DANE);
	assert_string_equal(host_dns_server_name(host), "mx.example.org");

	/* Bogus at the first: that is the end. */
	answer_free(host->tlsa[0]);
	host->tlsa[0] = fixture_answer("_25._tcp.real.example.net", DNS_TLSA,
	    ANSWER_RECORDS, DNSSEC_BOGUS);
	assert_int_equal(host_dns_state(host, NULL), HOST_DNS_TLSA_BOGUS);
	evidence_free(evidence);
}

static void
test_alias_into_unsigned_zone(void **state)
{
	static const struct {
		enum answer_kind	kind;
		enum dnssec_status	status;
		enum host_dns		expected;
	} rows[] = {
		{ ANSWER_RECORDS, DNSSEC_SECURE, HOST_DNS_TLSA_UNKNOWN },
		{ ANSWER_RECORDS, DNSSEC_INSECURE, HOST_DNS_ADDRESS_INSECURE },
		{ ANSWER_UNUSABLE, DNSSEC_BOGUS, HOST_DNS_ADDRESS_BOGUS },
		{ ANSWER_UNUSABLE, DNSSEC_FAILED, HOST_DNS_ADDRESS_FAILED },
	};
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	size_t i;

	(void)state;
	make_alias(host->a, "real.example.net");
	host->a->dnssec = DNSSEC_INSECURE;
	assert_int_equal(host_dns_state(host, NULL), HOST_DNS_ALIAS_UNKNOWN);
	for (i = 0; i < COUNT(rows); i++) {
		answer_free(host->cname);
		host->cname = fixture_answer(host->name, DNS_CNAME,
		    rows[i].kind, rows[i].status);
		if (rows[i].kind == ANSWER_RECORDS)
			fixture_add(host->cname, "x", 1);
		assert_int_equal(host_dns_state(host, NULL), rows[i].expected);
	}
	/* With a secure alias the name itself is the only base domain. */
	answer_free(host->cname);
	host->cname = fixture_answer(host->name, DNS_CNAME, ANSWER_RECORDS,
	    DNSSEC_SECURE);
	fixture_add(host->cname, "x", 1);
	assert_string_equal(host_dns_base_domain(host, 0), "mx.example.org");
	assert_null(host_dns_base_domain(host, 1));
	evidence_free(evidence);
}

/* --- the TLSA answer */

static void
test_tlsa_answers(void **state)
{
	static const struct {
		enum answer_kind	kind;
		enum dnssec_status	status;
		enum verdict		expected;
		enum finding_code	code;
	} rows[] = {
		{ ANSWER_UNUSABLE, DNSSEC_BOGUS, VERDICT_FAIL,
		    FINDING_TLSA_BOGUS },
		{ ANSWER_UNUSABLE, DNSSEC_FAILED, VERDICT_FAIL,
		    FINDING_TLSA_LOOKUP_FAILED },
		{ ANSWER_NO_DATA, DNSSEC_SECURE, VERDICT_NONE,
		    FINDING_TLSA_NONE },
		{ ANSWER_NO_NAME, DNSSEC_SECURE, VERDICT_NONE,
		    FINDING_TLSA_NONE },
		{ ANSWER_NO_NAME, DNSSEC_INSECURE, VERDICT_NONE,
		    FINDING_TLSA_NONE },
		{ ANSWER_RECORDS, DNSSEC_INSECURE, VERDICT_NONE,
		    FINDING_TLSA_INSECURE },
	};
	struct evidence *evidence;
	struct host_evidence *host;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		evidence = fixture_domain("example.org");
		host = fixture_host(evidence, "mx.example.org");
		host->tlsa[0] = fixture_answer("_25._tcp.mx.example.org",
		    DNS_TLSA, rows[i].kind, rows[i].status);
		if (rows[i].kind == ANSWER_RECORDS)
			fixture_add(host->tlsa[0], "\3\1\1", 3);
		fixture_judge(evidence);
		assert_int_equal(evidence->judged.verdict, rows[i].expected);
		assert_int_equal(evidence->judged.findings.items[0].code,
		    rows[i].code);
		evidence_free(evidence);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_address_families),
		cmocka_unit_test(test_base_domains),
		cmocka_unit_test(test_alias_into_unsigned_zone),
		cmocka_unit_test(test_tlsa_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
