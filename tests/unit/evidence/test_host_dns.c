/*
 * A host's DNS over the whole matrix of states: what is asked next, and what it
 * means. The expected results are derived anew here, from RFC 7672 and not from
 * host_dns.c.
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
#include "tests/unit/support/table.h"

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

static const struct family_row {
	const char		*name;
	enum answer_kind	 kind;
	enum dnssec_status	 status;
} families[FAMILIES] = {
	[HAS_SECURE] = { "address, signed", ANSWER_RECORDS, DNSSEC_SECURE },
	[HAS_INSECURE] = { "address, unsigned", ANSWER_RECORDS,
	    DNSSEC_INSECURE },
	[NONE_SECURE] = { "no address, signed", ANSWER_NO_DATA,
	    DNSSEC_SECURE },
	[NONE_INSECURE] = { "no address, unsigned", ANSWER_NO_NAME,
	    DNSSEC_INSECURE },
	[IS_BOGUS] = { "bogus", ANSWER_UNUSABLE, DNSSEC_BOGUS },
	[IS_LOST] = { "lookup failed", ANSWER_UNUSABLE, DNSSEC_FAILED },
};

static struct answer *
family_answer(enum family family, const char *name, enum dns_type type)
{
	static const uint8_t address[16] = { 192, 0, 2, 1 };
	const struct family_row *row = &families[family];
	struct answer *answer = fixture_answer(name, type, row->kind,
	    row->status);

	if (row->kind == ANSWER_RECORDS)
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

/* The verdict of a host with everything else in order (RFC 7672 2.2.2). */
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
check_families(enum family a, enum family aaaa, const struct chain *chain)
{
	const enum verdict expected = expected_of_families(a, aaaa);
	struct evidence *evidence = domain_with_families(a, aaaa, chain);
	const struct domain_judgement *judged = &evidence->judged;

	fixture_judge(evidence);
	if (evidence->hosts[0].judged.verdict != expected)
		fail_msg("with AAAA %s", families[aaaa].name);
	/* A domain without a host that counts fails. */
	assert_int_equal(judged->verdict, expected == VERDICT_ABSENT ?
	    VERDICT_FAIL : expected);
	assert_int_equal(finding_list_has(&judged->findings,
	    FINDING_ADDRESS_BOGUS), a == IS_BOGUS || aaaa == IS_BOGUS);
	assert_int_equal(finding_list_has(&judged->findings,
	    FINDING_ADDRESS_LOOKUP_FAILED), a == IS_LOST || aaaa == IS_LOST);
	evidence_free(evidence);
}

/* Each answer for A with each for AAAA. */
static void
test_address_families(void **state)
{
	const struct family_row *row = *state;
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	enum family aaaa;

	for (aaaa = HAS_SECURE; aaaa < FAMILIES; aaaa++)
		check_families((enum family)(row - families), aaaa, chain);
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

static const struct alias_row {
	const char		*name;		/* of the CNAME answer */
	enum answer_kind	 kind;
	enum dnssec_status	 status;
	enum host_dns		 expected;
} alias_rows[] = {
	{ "secure", ANSWER_RECORDS, DNSSEC_SECURE, HOST_DNS_TLSA_UNKNOWN },
	{ "insecure", ANSWER_RECORDS, DNSSEC_INSECURE,
	    HOST_DNS_ADDRESS_INSECURE },
	{ "bogus", ANSWER_UNUSABLE, DNSSEC_BOGUS, HOST_DNS_ADDRESS_BOGUS },
	{ "lookup failed", ANSWER_UNUSABLE, DNSSEC_FAILED,
	    HOST_DNS_ADDRESS_FAILED },
};

static void
test_alias_into_unsigned_zone(void **state)
{
	const struct alias_row *row = *state;
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");

	make_alias(host->a, "real.example.net");
	host->a->dnssec = DNSSEC_INSECURE;
	assert_int_equal(host_dns_state(host, NULL), HOST_DNS_ALIAS_UNKNOWN);
	host->cname = fixture_answer(host->name, DNS_CNAME, row->kind,
	    row->status);
	if (row->kind == ANSWER_RECORDS)
		fixture_add(host->cname, "x", 1);
	assert_int_equal(host_dns_state(host, NULL), row->expected);
	/* With a secure alias the name itself is the only base domain. */
	if (row->status == DNSSEC_SECURE) {
		assert_string_equal(host_dns_base_domain(host, 0),
		    "mx.example.org");
		assert_null(host_dns_base_domain(host, 1));
	}
	evidence_free(evidence);
}

/* Which record makes the alias: of the family that has one. */
static void
test_alias(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence,
	    "mx.old.example.org");
	enum dns_type type;

	(void)state;
	make_alias(host->aaaa, "mx.new.example.net");
	assert_string_equal(host_dns_alias(host, &type), "mx.old.example.org");
	assert_int_equal(type, DNS_CNAME);
	host->aaaa->dname = memory_string("old.example.org");
	assert_string_equal(host_dns_alias(host, &type), "old.example.org");
	assert_int_equal(type, DNS_DNAME);
	make_alias(host->a, "mx.new.example.net");
	assert_string_equal(host_dns_alias(host, &type), "mx.old.example.org");
	assert_int_equal(type, DNS_CNAME);
	evidence_free(evidence);
}

/* --- the TLSA answer */

static const struct tlsa_row {
	const char		*name;
	enum answer_kind	 kind;
	enum dnssec_status	 status;
	enum verdict		 expected;
	enum finding_code	 code;
} tlsa_rows[] = {
	{ "bogus", ANSWER_UNUSABLE, DNSSEC_BOGUS, VERDICT_FAIL,
	    FINDING_TLSA_BOGUS },
	{ "lookup failed", ANSWER_UNUSABLE, DNSSEC_FAILED, VERDICT_FAIL,
	    FINDING_TLSA_LOOKUP_FAILED },
	{ "no data", ANSWER_NO_DATA, DNSSEC_SECURE, VERDICT_NONE,
	    FINDING_TLSA_NONE },
	{ "no name", ANSWER_NO_NAME, DNSSEC_SECURE, VERDICT_NONE,
	    FINDING_TLSA_NONE },
	{ "no name, unsigned", ANSWER_NO_NAME, DNSSEC_INSECURE, VERDICT_NONE,
	    FINDING_TLSA_NONE },
	{ "records, unsigned", ANSWER_RECORDS, DNSSEC_INSECURE, VERDICT_NONE,
	    FINDING_TLSA_INSECURE },
};

static void
test_tlsa_answer(void **state)
{
	const struct tlsa_row *row = *state;
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");

	host->tlsa[0] = fixture_answer("_25._tcp.mx.example.org", DNS_TLSA,
	    row->kind, row->status);
	if (row->kind == ANSWER_RECORDS)
		fixture_add(host->tlsa[0], "\3\1\1", 3);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, row->expected);
	assert_int_equal(evidence->judged.findings.items[0].code, row->code);
	evidence_free(evidence);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_address_families, families),
		TABLE_ALONE(test_base_domains),
		TABLE(test_alias_into_unsigned_zone, alias_rows),
		TABLE_ALONE(test_alias),
		TABLE(test_tlsa_answer, tlsa_rows),
	};

	return table_run(tables, COUNT(tables));
}
