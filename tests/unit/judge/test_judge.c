/*
 * The judge over the whole matrix of states. The expected results are derived
 * anew here, from RFC 7672 and not from judge*.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "checker/evidence/host_dns.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/follow.h"
#include "tests/unit/support/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- the MX answer */

static const struct mx_row {
	const char		*name;
	enum answer_kind	 kind;
	enum dnssec_status	 status;
	enum verdict		 expected;
	enum finding_code	 code;
} mx_rows[] = {
	{ "bogus", ANSWER_UNUSABLE, DNSSEC_BOGUS, VERDICT_FAIL,
	    FINDING_MX_BOGUS },
	{ "lookup failed", ANSWER_UNUSABLE, DNSSEC_FAILED, VERDICT_UNKNOWN,
	    FINDING_MX_LOOKUP_FAILED },
	{ "no such domain, signed", ANSWER_NO_NAME, DNSSEC_SECURE,
	    VERDICT_FAIL, FINDING_DOMAIN_MISSING },
	{ "no such domain, unsigned", ANSWER_NO_NAME, DNSSEC_INSECURE,
	    VERDICT_FAIL, FINDING_DOMAIN_MISSING },
	{ "no MX records, unsigned", ANSWER_NO_DATA, DNSSEC_INSECURE,
	    VERDICT_NONE, FINDING_MX_INSECURE },
	{ "MX records, unsigned", ANSWER_RECORDS, DNSSEC_INSECURE,
	    VERDICT_NONE, FINDING_MX_INSECURE },
};

static void
test_mx_answer(void **state)
{
	const struct mx_row *row = *state;
	struct evidence *evidence = fixture_domain("example.org");

	answer_free(evidence->mx);
	evidence->mx = fixture_answer("example.org", DNS_MX, row->kind,
	    row->status);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, row->expected);
	assert_int_equal(evidence->judged.findings.items[0].code, row->code);
	evidence_free(evidence);
}

/* MX records that name no host, and hosts that nobody can be asked for. */
static const struct targets_row {
	const char		*name;
	const char		*targets[3];
	enum dnssec_status	 status;
	enum verdict		 expected;
	enum finding_code	 code;		/* of the first finding */
	enum severity		 severity;
	const char		*advice;	/* in it; NULL: there is none */
} targets_rows[] = {
	{ "null MX", { "." }, DNSSEC_SECURE, VERDICT_NONE, FINDING_MX_NULL,
	    SEVERITY_INFO, NULL },
	{ "null MX, insecure", { "." }, DNSSEC_INSECURE, VERDICT_NONE,
	    FINDING_MX_NULL, SEVERITY_INFO, NULL },
	{ "null MX twice", { ".", "." }, DNSSEC_SECURE, VERDICT_NONE,
	    FINDING_MX_NULL, SEVERITY_INFO, NULL },
	{ "null MX before a host", { ".", "mx.example.org" }, DNSSEC_SECURE,
	    VERDICT_FAIL, FINDING_MX_NULL_AMONG_OTHERS, SEVERITY_ERROR,
	    "remove  example.org. IN MX 0 .\nor, if" },
	{ "null MX after a host", { "mx.example.org", "." }, DNSSEC_SECURE,
	    VERDICT_FAIL, FINDING_MX_NULL_AMONG_OTHERS, SEVERITY_ERROR,
	    "remove  example.org. IN MX 10 ." },
	{ "two null MX among others", { ".", "mx.example.org", "." },
	    DNSSEC_SECURE, VERDICT_FAIL, FINDING_MX_NULL_AMONG_OTHERS,
	    SEVERITY_ERROR, "remove  example.org. IN MX 0 .\n"
	    "remove  example.org. IN MX 20 ." },
	{ "null MX among others, insecure", { ".", "mx.example.org" },
	    DNSSEC_INSECURE, VERDICT_FAIL, FINDING_MX_NULL_AMONG_OTHERS,
	    SEVERITY_ERROR, "remove  example.org. IN MX 0 ." },
	{ "localhost", { "localhost" }, DNSSEC_SECURE, VERDICT_FAIL,
	    FINDING_MX_TARGET_MISSING, SEVERITY_ERROR,
	    "publish \"example.org. IN MX 0 .\"" },
	{ "below localhost", { "mx.localhost" }, DNSSEC_SECURE, VERDICT_FAIL,
	    FINDING_MX_TARGET_MISSING, SEVERITY_ERROR,
	    "publish \"example.org. IN MX 0 .\"" },
	{ "localhost, insecure", { "localhost" }, DNSSEC_INSECURE,
	    VERDICT_NONE, FINDING_MX_INSECURE, SEVERITY_WARNING, "sign" },
	{ "localhost beside a host", { "localhost", "mx.example.org" },
	    DNSSEC_SECURE, VERDICT_PASS, FINDING_MX_TARGET_MISSING,
	    SEVERITY_WARNING, "remove it" },
	{ "localhost beside a null MX", { "localhost", "." }, DNSSEC_SECURE,
	    VERDICT_FAIL, FINDING_MX_NULL_AMONG_OTHERS, SEVERITY_ERROR,
	    "remove  example.org. IN MX 10 ." },
	{ "localhost in a domain", { "localhost.example.org" }, DNSSEC_SECURE,
	    VERDICT_PASS, FINDING_NO_ROLLOVER_RECORD, SEVERITY_INFO, NULL },
};

/* As the gathering does it, with the MX records there. */
static void
add_target(struct evidence *evidence, const char *name,
    const struct chain *chain)
{
	struct answer *mx = evidence->mx;
	const bool secure = mx->dnssec == DNSSEC_SECURE;
	struct host_evidence *host;

	if (evidence_is_null_mx(evidence))
		return;
	evidence->mx = NULL;
	host = fixture_host(evidence, name);
	evidence->mx = mx;
	host->asked = host_dns_can_ask(name, true);
	if (!host->asked)
		return;
	fixture_tlsa_of(host, chain);
	if (secure)
		fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chain);
}

static void
test_targets(void **state)
{
	const struct targets_row *row = *state;
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence = fixture_domain("example.org");
	const struct finding *finding;
	struct answer_record *mx;
	size_t i;

	evidence->mx->dnssec = row->status;
	for (i = 0; i < 3 && row->targets[i] != NULL; i++) {
		fixture_add(evidence->mx, "", 0);
		mx = &evidence->mx->records[i];
		mx->name = memory_string(row->targets[i]);
		mx->preference = (uint16_t)(10 * i);
	}
	for (i = 0; i < 3 && row->targets[i] != NULL; i++)
		add_target(evidence, row->targets[i], chain);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, row->expected);
	finding = &evidence->judged.findings.items[0];
	assert_int_equal(finding->code, row->code);
	assert_int_equal(finding->severity, row->severity);
	if (row->advice != NULL)
		assert_true(advice_has(&finding->advice, row->advice));
	evidence_free(evidence);
	chain_free(chain);
}

static const struct resolver_row {
	const char		*name;
	enum resolver_health	 health;
	enum finding_code	 code;
} resolver_rows[] = {
	{ "untried", RESOLVER_UNTRIED, FINDING_RESOLVER_UNREACHABLE },
	{ "no answer", RESOLVER_NO_ANSWER, FINDING_RESOLVER_UNREACHABLE },
	{ "wrong trust anchor", RESOLVER_BAD_ANCHOR,
	    FINDING_TRUST_ANCHOR_MISMATCH },
};

/* A fault of our own resolver is never one of the domain. */
static void
test_local_resolver(void **state)
{
	const struct resolver_row *row = *state;
	struct evidence *evidence = fixture_domain("example.org");

	evidence->mx->kind = ANSWER_UNUSABLE;
	evidence->mx->dnssec = DNSSEC_BOGUS;
	evidence->health = row->health;
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_UNKNOWN);
	assert_int_equal(evidence->judged.findings.count, 1);
	assert_int_equal(evidence->judged.findings.items[0].code, row->code);
	evidence_free(evidence);
}

/* --- conversations */

static const struct outcome_row {
	const char		*name;
	enum session_outcome	 outcome;
	enum verdict		 expected;
	enum finding_code	 code;
} outcome_rows[] = {
	{ "untried", OUTCOME_UNTRIED, VERDICT_UNKNOWN, FINDING_TIMEOUT },
	{ "reserved address", OUTCOME_ADDRESS_RESERVED, VERDICT_UNKNOWN,
	    FINDING_ADDRESS_RESERVED },
	{ "connect failed", OUTCOME_CONNECT_FAILED, VERDICT_UNKNOWN,
	    FINDING_CONNECT_FAILED },
	{ "no route", OUTCOME_NO_ROUTE, VERDICT_UNKNOWN,
	    FINDING_CONNECT_FAILED },
	{ "refused", OUTCOME_REFUSED, VERDICT_UNKNOWN, FINDING_SMTP_REFUSED },
	{ "not SMTP", OUTCOME_PROTOCOL, VERDICT_UNKNOWN,
	    FINDING_SMTP_PROTOCOL },
	{ "timeout", OUTCOME_TIMEOUT, VERDICT_UNKNOWN, FINDING_TIMEOUT },
	{ "STARTTLS not offered", OUTCOME_STARTTLS_NOT_OFFERED, VERDICT_FAIL,
	    FINDING_STARTTLS_NOT_OFFERED },
	{ "STARTTLS refused", OUTCOME_STARTTLS_REFUSED, VERDICT_FAIL,
	    FINDING_STARTTLS_REFUSED },
	{ "handshake failed", OUTCOME_HANDSHAKE_FAILED, VERDICT_FAIL,
	    FINDING_TLS_HANDSHAKE_FAILED },
	{ "a client's certificate demanded", OUTCOME_CLIENT_CERTIFICATE,
	    VERDICT_FAIL, FINDING_CLIENT_CERTIFICATE_REQUIRED },
	{ "a limit met", OUTCOME_LIMIT, VERDICT_UNKNOWN,
	    FINDING_LIMIT_REACHED },
};

/* One bad address decides, and the other is seen to pass. */
static void
test_outcome(void **state)
{
	const struct outcome_row *row = *state;
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	const struct finding *finding;

	fixture_tlsa_of(host, chain);
	fixture_endpoint(host, "192.0.2.1", row->outcome, NULL);
	fixture_endpoint(host, "192.0.2.2", OUTCOME_DONE, chain);
	fixture_judge(evidence);
	assert_int_equal(host->endpoints[0].judged.verdict, row->expected);
	assert_int_equal(host->endpoints[1].judged.verdict, VERDICT_PASS);
	assert_int_equal(host->judged.verdict, row->expected);
	finding = &evidence->judged.findings.items[0];
	assert_int_equal(finding->code, row->code);
	assert_true(address_equal(&host->endpoints[0].address,
	    &finding->place.address));
	evidence_free(evidence);
	chain_free(chain);
}

/* The OpenSSL here may lack the only key type that the server has. */
static void
test_lacking_library(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	const struct finding *finding;

	(void)state;
	fixture_tlsa_of(host, chain);
	fixture_endpoint(host, "192.0.2.1", OUTCOME_HANDSHAKE_FAILED, NULL);
	host->endpoints[0].unoffered = KEY_SET(KEY_ML_DSA_65);
	fixture_judge(evidence);
	finding = &evidence->judged.findings.items[0];
	assert_int_equal(finding->code, FINDING_TLS_HANDSHAKE_FAILED);
	assert_true(advice_has(&finding->advice, "(ML-DSA-65)"));

	host->endpoints[0].unoffered = 0;
	fixture_judge(evidence);
	finding = &evidence->judged.findings.items[0];
	assert_false(advice_has(&finding->advice, "OpenSSL"));
	evidence_free(evidence);
	chain_free(chain);
}

/* That other senders fail decides, though all is well with what was seen. */
static void
test_long_hello(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	const struct finding *finding;

	(void)state;
	fixture_tlsa_of(host, chain);
	fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chain);
	host->endpoints[0].long_hello_error = memory_string("reset");
	fixture_judge(evidence);
	assert_int_equal(host->judged.verdict, VERDICT_FAIL);
	assert_int_equal(host->endpoints[0].handshakes[0].judged.verdict,
	    VERDICT_PASS);
	finding = &evidence->judged.findings.items[0];
	assert_int_equal(finding->code, FINDING_TLS_LONG_HELLO_FAILS);
	assert_int_equal(finding->severity, SEVERITY_ERROR);

	evidence->mx->dnssec = DNSSEC_INSECURE;
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_NONE);
	evidence_free(evidence);
	chain_free(chain);
}

static const struct unusable_row {
	const char		*name;
	enum session_outcome	 outcome;
	enum verdict		 expected;
} unusable_rows[] = {
	{ "handshake", OUTCOME_DONE, VERDICT_NONE },
	{ "STARTTLS not offered", OUTCOME_STARTTLS_NOT_OFFERED, VERDICT_FAIL },
	{ "handshake failed", OUTCOME_HANDSHAKE_FAILED, VERDICT_FAIL },
	{ "connect failed", OUTCOME_CONNECT_FAILED, VERDICT_UNKNOWN },
};

/* Unusable records require TLS all the same (RFC 7672 2.2). */
static void
test_all_unusable(void **state)
{
	static const struct tlsa unusable = { .usage = 1, .selector = 1,
		.matching_type = 1 };
	const struct unusable_row *row = *state;
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");

	fixture_tlsa(host, &unusable);
	fixture_endpoint(host, "192.0.2.1", row->outcome,
	    row->outcome == OUTCOME_DONE ? chain : NULL);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, row->expected);
	assert_true(finding_list_has(&evidence->judged.findings,
	    FINDING_TLSA_ALL_UNUSABLE));
	evidence_free(evidence);
	chain_free(chain);
}

/* Each address has its own results, though another has the same chain. */
static void
test_same_chain(void **state)
{
	struct chain *good = fixture_chain("mx.example.org", KEY_ECDSA);
	struct chain *bad = fixture_chain("mx.example.org", KEY_ECDSA);
	const struct chain *const chains[] = { good, bad, good, bad };
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	const struct handshake_judgement *judged;
	size_t i;

	(void)state;
	fixture_tlsa_of(host, good);
	for (i = 0; i < COUNT(chains); i++)
		fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chains[i]);
	fixture_judge(evidence);
	for (i = 0; i < COUNT(chains); i++) {
		judged = &host->endpoints[i].handshakes[0].judged;
		assert_int_equal(judged->verdict, chains[i] == good ?
		    VERDICT_PASS : VERDICT_FAIL);
		assert_int_equal(judged->match_count, 1);
		assert_int_equal(judged->matches[0].depth, chains[i] == good ?
		    0 : MATCH_NO_DEPTH);
		assert_int_equal(judged->matches[0].why == NULL,
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
	fixture_handshake(endpoint, rsa);
	fixture_judge(evidence);
	assert_int_equal(endpoint->handshakes[0].judged.verdict, VERDICT_PASS);
	assert_int_equal(endpoint->handshakes[1].judged.verdict, VERDICT_FAIL);
	assert_int_equal(evidence->judged.verdict, VERDICT_FAIL);
	assert_true(finding_list_has(&evidence->judged.findings,
	    FINDING_KEY_TYPE_UNCOVERED));
	assert_false(finding_list_has(&evidence->judged.findings,
	    FINDING_NO_RECORD_MATCHES));

	/* With a record for it, too, the domain passes when judged again. */
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
	fixture_tlsa(host, &other_key);		/* a rollover */
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

/* --- hosts */

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

static const struct host_row {
	const char	*name;
	enum verdict	 verdict;	/* of the first of two hosts */
	/* The domain's, by that of the second host in the same order. */
	enum verdict	 expected[5];
} host_rows[] = {
	{ "unknown", VERDICT_UNKNOWN, { VERDICT_UNKNOWN, VERDICT_FAIL,
	    VERDICT_UNKNOWN, VERDICT_UNKNOWN, VERDICT_UNKNOWN } },
	{ "fail", VERDICT_FAIL, { VERDICT_FAIL, VERDICT_FAIL, VERDICT_FAIL,
	    VERDICT_FAIL, VERDICT_FAIL } },
	{ "none", VERDICT_NONE, { VERDICT_UNKNOWN, VERDICT_FAIL, VERDICT_NONE,
	    VERDICT_PARTIAL, VERDICT_NONE } },
	{ "pass", VERDICT_PASS, { VERDICT_UNKNOWN, VERDICT_FAIL,
	    VERDICT_PARTIAL, VERDICT_PASS, VERDICT_PASS } },
	{ "absent", VERDICT_ABSENT, { VERDICT_UNKNOWN, VERDICT_FAIL,
	    VERDICT_NONE, VERDICT_PASS, VERDICT_FAIL } },
};

/* The verdicts of two hosts make that of the domain (verdict.h). */
static void
test_two_hosts(void **state)
{
	const struct host_row *row = *state;
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence;
	size_t i;

	for (i = 0; i < COUNT(host_rows); i++) {
		evidence = fixture_domain("example.org");
		make_host(evidence, "mx1.example.org", row->verdict, chain);
		make_host(evidence, "mx2.example.org", host_rows[i].verdict,
		    chain);
		fixture_judge(evidence);
		assert_int_equal(evidence->hosts[0].judged.verdict,
		    row->verdict);
		assert_int_equal(evidence->hosts[1].judged.verdict,
		    host_rows[i].verdict);
		if (evidence->judged.verdict != row->expected[i])
			fail_msg("with a second host %s: %s",
			    host_rows[i].name,
			    verdict_name(evidence->judged.verdict));
		evidence_free(evidence);
	}
	chain_free(chain);
}

/* In an unsigned domain nothing is more severe than a warning. */
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
		assert_int_not_equal(
		    evidence->judged.findings.items[i].severity,
		    SEVERITY_ERROR);
	/* The host's name alone is a reference name (RFC 7672 3.2.2). */
	assert_int_equal(evidence->hosts[1].judged.reference_name_count, 1);
	evidence_free(evidence);
	chain_free(chain);
}

/* --- expiry */

static const struct signature_row {
	const char	*name;
	double		 warning, critical;
	int		 ahead;			/* days */
	enum verdict	 expected;
	bool		 reported;
} signature_rows[] = {
	{ "no threshold", 0, 0, 0, VERDICT_PASS, false },
	{ "above --warning", 19, 0, 0, VERDICT_PASS, false },
	{ "below --warning", 21, 0, 0, VERDICT_PASS, true },
	{ "below --critical", 0, 21, 0, VERDICT_FAIL, true },
	{ "between the two", 21, 19, 0, VERDICT_PASS, true },
	{ "ended by --days", 0, 0, 21, VERDICT_FAIL, true },
	{ "above --warning by --days", 5, 2, 14, VERDICT_PASS, false },
	{ "below --warning by --days", 7, 2, 14, VERDICT_PASS, true },
};

/* The fixture's signatures end in 20 days. */
static void
test_signatures(void **state)
{
	const struct signature_row *row = *state;
	const struct judge_options options = {
		.ahead_days = row->ahead,
		.warning_days = row->warning,
		.critical_days = row->critical,
	};
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence = fixture_domain("example.org");

	make_host(evidence, "mx.example.org", VERDICT_PASS, chain);
	judge(evidence, &options);
	assert_int_equal(evidence->judged.verdict, row->expected);
	assert_int_equal(finding_list_has(&evidence->judged.findings,
	    FINDING_SIGNATURE_EXPIRING), row->reported);
	/* Usage 3 does not depend on the certificate's dates. */
	assert_false(finding_list_has(&evidence->judged.findings,
	    FINDING_CERTIFICATE_EXPIRING));
	evidence_free(evidence);
	chain_free(chain);
}

static const struct threshold_row {
	const char	*name;
	double		 warning, critical;
	int		 past;			/* seconds */
	enum verdict	 expected;
	bool		 reported;
} threshold_rows[] = {
	{ "exactly at --warning", 20, 0, 0, VERDICT_PASS, false },
	{ "a second under --warning", 20, 0, 1, VERDICT_PASS, true },
	{ "exactly at --critical", 0, 20, 0, VERDICT_PASS, false },
	{ "a second under --critical", 0, 20, 1, VERDICT_FAIL, true },
	{ "exactly at both", 20, 20, 0, VERDICT_PASS, false },
	{ "a second under both", 20, 20, 1, VERDICT_FAIL, true },
	{ "ends now", 0, 0, 20 * CERTIFICATES_DAY, VERDICT_PASS, false },
	{ "ended a second ago", 0, 0, 20 * CERTIFICATES_DAY + 1, VERDICT_FAIL,
	    true },
};

/* What ends exactly at a threshold is not under it. */
static void
test_threshold(void **state)
{
	const struct threshold_row *row = *state;
	const struct judge_options options = {
		.warning_days = row->warning,
		.critical_days = row->critical,
	};
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence = fixture_domain("example.org");

	make_host(evidence, "mx.example.org", VERDICT_PASS, chain);
	evidence->checked_at += row->past;
	judge(evidence, &options);
	assert_int_equal(evidence->judged.verdict, row->expected);
	assert_int_equal(finding_list_has(&evidence->judged.findings,
	    FINDING_SIGNATURE_EXPIRING), row->reported);
	evidence_free(evidence);
	chain_free(chain);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_mx_answer, mx_rows),
		TABLE(test_targets, targets_rows),
		TABLE(test_local_resolver, resolver_rows),
		TABLE(test_outcome, outcome_rows),
		TABLE_ALONE(test_lacking_library),
		TABLE_ALONE(test_long_hello),
		TABLE(test_all_unusable, unusable_rows),
		TABLE_ALONE(test_same_chain),
		TABLE_ALONE(test_key_types),
		TABLE_ALONE(test_coverage),
		TABLE(test_two_hosts, host_rows),
		TABLE_ALONE(test_insecure_domain),
		TABLE(test_signatures, signature_rows),
		TABLE(test_threshold, threshold_rows),
	};

	return table_run(tables, COUNT(tables));
}
