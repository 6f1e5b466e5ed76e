/*
 * Why records do not match, as the judge tells it: how grave it is, where it is
 * so, what another address, host or key type has to do with it; and silence
 * where all is well.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/tlsa/tlsa.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/follow.h"
#include "tests/unit/support/match_cases.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define HOST "mx.example.org"

/* Another key type at the last of the addresses. */
static void
present_too(struct host_evidence *host, struct issued **world,
    const enum who *sent)
{
	struct chain *chain = match_world_chain(world, sent, MATCH_SENT_MAX);

	fixture_shake(&host->endpoints[host->endpoint_count - 1], chain);
	chain_free(chain);
}

static const enum who leaf_sent[MATCH_SENT_MAX] = { LEAF, INTERMEDIATE };
static const enum who rsa_sent[MATCH_SENT_MAX] = { LEAF_RSA, INTERMEDIATE };
static const enum who ed25519_sent[MATCH_SENT_MAX] = { LEAF_ED25519 };
static const enum who other_sent[MATCH_SENT_MAX] = { LEAF_OF_ROOT, ROOT };

/* Whether the code is one of "why a record does not match". */
static bool
explains(enum finding_code code)
{
	return code >= FINDING_USAGE_2_NAMES_LEAF &&
	    code <= FINDING_MATCHES_ELSEWHERE;
}

static size_t
count_explanations(const struct evidence *evidence)
{
	size_t i, n = 0;

	for (i = 0; i < evidence->judged.findings.count; i++)
		n += explains(evidence->judged.findings.items[i].code);
	return n;
}

/* The only explanation that there is. */
static const struct finding *
explanation(const struct evidence *evidence)
{
	size_t i;

	assert_int_equal(count_explanations(evidence), 1);
	for (i = 0; !explains(evidence->judged.findings.items[i].code); i++)
		continue;
	return &evidence->judged.findings.items[i];
}

static void
assert_address(const struct finding *finding, const char *expected)
{
	char *address = address_text(&finding->place.address);

	assert_string_equal(address, expected);
	free(address);
}

/* The advice of every explanation, held against what its place presents. */
static void
assert_advice_helps(const struct evidence *evidence,
    const struct host_evidence *host)
{
	const struct finding *finding = explanation(evidence);
	struct match_input match = {
		.records = &host->judged.records,
		.reference_names = (const char *const *)host->judged.reference_names,
		.reference_name_count = host->judged.reference_name_count,
		.when = CERTIFICATES_NOW,
	};
	const struct endpoint_evidence *endpoint;
	size_t i, j, tried = 0;

	for (i = 0; i < host->endpoint_count; i++) {
		endpoint = &host->endpoints[i];
		for (j = 0; j < endpoint->handshake_count; j++) {
			match.chain = endpoint->handshakes[j].seen->chain;
			if (address_equal(&endpoint->address,
			    &finding->place.address) &&
			    (int)match.chain->certificates[0].key_type ==
			    finding->place.key_type)
				tried += follow_advice(&finding->advice,
				    &match, (size_t)finding->place.record);
		}
	}
	assert_int_equal(tried, 1);
}

/* --- how grave it is */

static void
test_failing(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, HOST);
	const struct finding *finding;

	match_world_publish(host, *state, "2 1 1", LEAF);
	match_world_present(host, *state, "192.0.2.1", leaf_sent);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_FAIL);
	finding = explanation(evidence);
	assert_int_equal(finding->code, FINDING_USAGE_2_NAMES_LEAF);
	assert_int_equal(finding->severity, SEVERITY_ERROR);
	assert_string_equal(finding->place.host, HOST);
	assert_address(finding, "192.0.2.1");
	assert_int_equal(finding->place.key_type, KEY_ECDSA);
	assert_int_equal(finding->place.record, 0);
	assert_string_equal(finding->text, "record [1] has usage 2, a "
	    "CA, but is of the server's own public key: its usage must be 3");
	assert_advice_helps(evidence, host);
	evidence_free(evidence);
}

/* The same record beside one that matches. */
static void
test_beside_match(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, HOST);

	match_world_publish(host, *state, "3 1 1", LEAF);
	match_world_publish(host, *state, "2 1 1", LEAF);
	match_world_publish(host, *state, "2 1 1", LEAF);	/* told once */
	match_world_present(host, *state, "192.0.2.1", leaf_sent);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
	assert_int_equal(explanation(evidence)->code,
	    FINDING_USAGE_2_NAMES_LEAF);
	assert_int_equal(explanation(evidence)->severity, SEVERITY_INFO);
	assert_int_equal(explanation(evidence)->place.record, 0);
	assert_advice_helps(evidence, host);
	evidence_free(evidence);
}

/* No sender can use the record: nobody is authenticated, and no mail waits. */
static void
test_unusable(void **state)
{
	struct tlsa_set set = { NULL, 0 };
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, HOST);

	match_world_record(&set, *state, "3 1 2", LEAF);
	set.records[0].matching_type = TLSA_SHA2_256;
	fixture_tlsa(host, set.records);
	tlsa_set_clear(&set);
	match_world_present(host, *state, "192.0.2.1", leaf_sent);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_NONE);
	assert_int_equal(explanation(evidence)->code,
	    FINDING_MATCHING_TYPE_SWAPPED);
	assert_int_equal(explanation(evidence)->severity, SEVERITY_INFO);
	assert_advice_helps(evidence, host);
	evidence_free(evidence);
}

/* In an unsigned domain nothing is an error. */
static void
test_insecure_domain(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, HOST);

	evidence->mx->dnssec = DNSSEC_INSECURE;
	match_world_publish(host, *state, "3 0 1", INTERMEDIATE);
	match_world_present(host, *state, "192.0.2.1", leaf_sent);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_NONE);
	assert_int_equal(explanation(evidence)->code,
	    FINDING_USAGE_3_NAMES_ISSUER);
	assert_int_equal(explanation(evidence)->severity, SEVERITY_WARNING);
	assert_advice_helps(evidence, host);
	evidence_free(evidence);
}

/*
 * With an insecure MX answer the mail domain is no reference name (RFC 7672
 * 3.2.2).
 */
static void
test_reference_names(void **state)
{
	static const enum who sent[MATCH_SENT_MAX] = { LEAF_DOMAIN,
		INTERMEDIATE };
	static const struct {
		enum dnssec_status	mx;
		const char		*numbers;
	} rows[] = {
		{ DNSSEC_SECURE, ". IN TLSA 2 1 1 " },
		{ DNSSEC_INSECURE, ". IN TLSA 3 1 1 " },
	};
	struct evidence *evidence;
	struct host_evidence *host;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		evidence = fixture_domain("example.org");
		host = fixture_host(evidence, HOST);
		evidence->mx->dnssec = rows[i].mx;
		match_world_publish(host, *state, "3 1 1", INTERMEDIATE);
		match_world_present(host, *state, "192.0.2.1", sent);
		fixture_judge(evidence);
		assert_true(advice_has(&explanation(evidence)->advice,
		    rows[i].numbers));
		assert_advice_helps(evidence, host);
		evidence_free(evidence);
	}
}

/* --- what is presented elsewhere */

static void
test_another_address(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, HOST);

	match_world_publish(host, *state, "3 1 1", LEAF);
	match_world_present(host, *state, "192.0.2.1", leaf_sent);
	match_world_present(host, *state, "2001:db8::1", other_sent);
	fixture_judge(evidence);
	assert_int_equal(explanation(evidence)->code,
	    FINDING_MATCHES_ELSEWHERE);
	assert_address(explanation(evidence), "2001:db8::1");
	assert_string_equal(explanation(evidence)->text, "record [1] matches "
	    "what mx.example.org [192.0.2.1] presents (ECDSA), but not what is "
	    "presented here: one of the two was left behind");
	assert_advice_helps(evidence, host);
	evidence_free(evidence);
}

static void
test_another_host(void **state)
{
	static const struct {
		const char	*record;
		enum who	 of;
	} rows[] = {
		{ "3 1 1", LEAF },
		{ "3 0 2", LEAF },
		{ "2 1 1", INTERMEDIATE },
	};
	struct evidence *evidence;
	struct host_evidence *host;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		evidence = fixture_domain("example.org");
		host = fixture_host(evidence, "mx1.example.org");
		match_world_publish(host, *state, rows[i].record, rows[i].of);
		match_world_present(host, *state, "192.0.2.1", leaf_sent);
		host = fixture_host(evidence, "mx2.example.org");
		match_world_publish(host, *state, rows[i].record, rows[i].of);
		match_world_present(host, *state, "192.0.2.2", other_sent);
		fixture_judge(evidence);
		assert_int_equal(explanation(evidence)->code,
		    FINDING_MATCHES_ELSEWHERE);
		assert_string_equal(explanation(evidence)->place.host,
		    "mx2.example.org");
		assert_string_equal(explanation(evidence)->text, "record [1] "
		    "matches what mx1.example.org [192.0.2.1] presents "
		    "(ECDSA), but not what is presented here: one of the two "
		    "was left behind");
		assert_advice_helps(evidence, host);
		evidence_free(evidence);
	}
}

static void
test_another_key_type(void **state)
{
	static const struct {
		const char	*record;
		enum who	 of;
		const enum who	*failing;
		enum key_type	 key_type;
		const char	*text;
	} rows[] = {
		{ "3 1 1", LEAF, rsa_sent, KEY_RSA, "record [1] is of the "
		    "certificate for ECDSA that this server holds as well, not "
		    "of the one for RSA" },
		{ "2 1 1", INTERMEDIATE, ed25519_sent, KEY_ED25519, "record "
		    "[1] is of the certificate for ECDSA that this server "
		    "holds as well, or above it, not of the one for Ed25519" },
	};
	struct evidence *evidence;
	struct host_evidence *host;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		evidence = fixture_domain("example.org");
		host = fixture_host(evidence, HOST);
		match_world_publish(host, *state, rows[i].record, rows[i].of);
		match_world_present(host, *state, "192.0.2.1", leaf_sent);
		present_too(host, *state, rows[i].failing);
		fixture_judge(evidence);
		assert_int_equal(evidence->judged.verdict, VERDICT_FAIL);
		assert_int_equal(explanation(evidence)->code,
		    FINDING_MATCHES_ELSEWHERE);
		assert_int_equal(explanation(evidence)->place.key_type,
		    rows[i].key_type);
		assert_string_equal(explanation(evidence)->text,
		    rows[i].text);
		assert_advice_helps(evidence, host);
		evidence_free(evidence);
	}
}

/* The own server's other key type is nearer than another address. */
static void
test_nearest_first(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, HOST);
	const struct finding *finding;

	match_world_publish(host, *state, "3 1 1", LEAF);
	match_world_present(host, *state, "192.0.2.1", leaf_sent);
	match_world_present(host, *state, "192.0.2.2", rsa_sent);
	present_too(host, *state, leaf_sent);
	fixture_judge(evidence);
	finding = explanation(evidence);
	assert_address(finding, "192.0.2.2");
	assert_non_null(strstr(finding->text, "that this server holds"));
	evidence_free(evidence);
}

/* --- where all is well nothing is explained */

static void
test_silence(void **state)
{
	struct evidence *evidence;
	struct host_evidence *host;

	/* Each record is of one key type of the same server. */
	evidence = fixture_domain("example.org");
	host = fixture_host(evidence, HOST);
	match_world_publish(host, *state, "3 1 1", LEAF);
	match_world_publish(host, *state, "3 1 1", LEAF_RSA);
	match_world_present(host, *state, "192.0.2.1", leaf_sent);
	present_too(host, *state, rsa_sent);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
	assert_int_equal(count_explanations(evidence), 0);
	evidence_free(evidence);

	/* Each record is of one address. */
	evidence = fixture_domain("example.org");
	host = fixture_host(evidence, HOST);
	match_world_publish(host, *state, "3 1 1", LEAF);
	match_world_publish(host, *state, "3 1 1", LEAF_OF_ROOT);
	match_world_present(host, *state, "192.0.2.1", leaf_sent);
	match_world_present(host, *state, "192.0.2.2", other_sent);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
	assert_int_equal(count_explanations(evidence), 0);
	evidence_free(evidence);

	/* A record waits for the next key; the other host has that already. */
	evidence = fixture_domain("example.org");
	host = fixture_host(evidence, "mx1.example.org");
	match_world_publish(host, *state, "3 1 1", LEAF);
	match_world_publish(host, *state, "3 1 1", LEAF_OF_ROOT);
	match_world_present(host, *state, "192.0.2.1", leaf_sent);
	host = fixture_host(evidence, "mx2.example.org");
	match_world_publish(host, *state, "3 1 1", LEAF_OF_ROOT);
	match_world_present(host, *state, "192.0.2.2", other_sent);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
	assert_int_equal(count_explanations(evidence), 0);
	evidence_free(evidence);
}

/* A name is wrong, or a date: that is said, and no fault of the record. */
static void
test_not_the_record(void **state)
{
	static const struct {
		enum who		sent[MATCH_SENT_MAX];
		enum finding_code	code;
	} rows[] = {
		{ { LEAF_OTHER, INTERMEDIATE }, FINDING_NAME_MISMATCH },
		{ { LEAF_OLD, INTERMEDIATE }, FINDING_CERTIFICATE_EXPIRED },
		{ { LEAF_FUTURE, INTERMEDIATE },
		    FINDING_CERTIFICATE_NOT_YET_VALID },
		{ { LEAF_OF_ROOT, INTERMEDIATE }, FINDING_CHAIN_INVALID },
	};
	struct evidence *evidence;
	struct host_evidence *host;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		evidence = fixture_domain("example.org");
		host = fixture_host(evidence, HOST);
		match_world_publish(host, *state, "2 1 1", INTERMEDIATE);
		match_world_present(host, *state, "192.0.2.1", rows[i].sent);
		fixture_judge(evidence);
		assert_true(finding_list_has(&evidence->judged.findings,
		    rows[i].code));
		assert_int_equal(count_explanations(evidence), 0);
		evidence_free(evidence);
	}
}

static size_t
count_limits(const struct evidence *evidence)
{
	size_t i, told = 0;

	for (i = 0; i < evidence->judged.findings.count; i++)
		told += evidence->judged.findings.items[i].code ==
		    FINDING_LIMIT_REACHED;
	return told;
}

/*
 * Hundreds of records are not all looked into, whatever their host: that is
 * said.
 */
static void
test_limit(void **state)
{
	uint8_t digest[32] = { 0 };
	const struct tlsa kind = { .usage = 2, .selector = 1,
		.matching_type = 1, .data = digest, .size = sizeof(digest) };
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host;
	size_t i, j, explanations[2];

	for (i = 0; i < 2; i++) {
		host = fixture_host(evidence,
		    i == 0 ? HOST : "mx2.example.org");
		for (j = 0; j < 100; j++) {
			digest[0] = (uint8_t)(j + 1);
			fixture_tlsa(host, &kind);
		}
		match_world_present(host, *state, "192.0.2.1", leaf_sent);
		fixture_judge(evidence);
		assert_int_equal(evidence->judged.verdict, VERDICT_FAIL);
		explanations[i] = count_explanations(evidence);
		assert_int_equal(count_limits(evidence), i + 1);
	}
	assert_in_range(explanations[0], 1, 99);
	assert_int_equal(explanations[1], explanations[0]);
	evidence_free(evidence);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failing),
		cmocka_unit_test(test_beside_match),
		cmocka_unit_test(test_unusable),
		cmocka_unit_test(test_insecure_domain),
		cmocka_unit_test(test_reference_names),
		cmocka_unit_test(test_another_address),
		cmocka_unit_test(test_another_host),
		cmocka_unit_test(test_another_key_type),
		cmocka_unit_test(test_nearest_first),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_not_the_record),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests_name("explanations", tests,
	    match_world_set_up, match_world_tear_down);
}
