/*
 * Findings about why a record does not match: their severity and place, what
 * another address, host or key type has to do with it; and none where all is
 * well.
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
#include "tests/unit/support/table.h"
#include "tests/unit/support/within.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define HOST "mx.example.org"

static struct issued **world;

/* Another key type at the last of the addresses. */
static void
present_too(struct host_evidence *host, const enum who *sent)
{
	struct chain *chain = match_world_chain(world, sent, MATCH_SENT_MAX);

	fixture_handshake(&host->endpoints[host->endpoint_count - 1], chain);
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

/* The advice of the explanation matches what its place presents. */
static void
assert_advice_helps(const struct evidence *evidence,
    const struct host_evidence *host)
{
	const struct finding *finding = explanation(evidence);
	struct match_input match = {
		.records = &host->judged.records,
		.reference_names =
		    (const char *const *)host->judged.reference_names,
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

/* --- severity */

static void
test_failing(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, HOST);
	const struct finding *finding;

	(void)state;
	match_world_publish(host, world, "2 1 1", LEAF);
	match_world_present(host, world, "192.0.2.1", leaf_sent);
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

	(void)state;
	match_world_publish(host, world, "3 1 1", LEAF);
	match_world_publish(host, world, "2 1 1", LEAF);
	match_world_publish(host, world, "2 1 1", LEAF); /* a duplicate */
	match_world_present(host, world, "192.0.2.1", leaf_sent);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
	assert_int_equal(explanation(evidence)->code,
	    FINDING_USAGE_2_NAMES_LEAF);
	assert_int_equal(explanation(evidence)->severity, SEVERITY_INFO);
	assert_int_equal(explanation(evidence)->place.record, 0);
	/* The right one is there already. */
	assert_int_equal(explanation(evidence)->advice.count, 1);
	assert_int_equal(explanation(evidence)->advice.items[0].kind,
	    ADVICE_REMOVE);
	evidence_free(evidence);
}

/* The record is unusable: nobody is authenticated, and no mail delayed. */
static void
test_unusable(void **state)
{
	struct tlsa_set set = { NULL, 0 };
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, HOST);

	(void)state;
	match_world_record(&set, world, "3 1 2", LEAF);
	set.records[0].matching_type = TLSA_SHA2_256;
	fixture_tlsa(host, set.records);
	tlsa_set_clear(&set);
	match_world_present(host, world, "192.0.2.1", leaf_sent);
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

	(void)state;
	evidence->mx->dnssec = DNSSEC_INSECURE;
	match_world_publish(host, world, "3 0 1", INTERMEDIATE);
	match_world_present(host, world, "192.0.2.1", leaf_sent);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_NONE);
	assert_int_equal(explanation(evidence)->code,
	    FINDING_USAGE_3_NAMES_ISSUER);
	assert_int_equal(explanation(evidence)->severity, SEVERITY_WARNING);
	assert_advice_helps(evidence, host);
	evidence_free(evidence);
}

static const struct reference_row {
	const char		*name;
	enum dnssec_status	 mx;
	const char		*numbers;	/* of the record advised */
} reference_rows[] = {
	{ "secure MX", DNSSEC_SECURE, ". IN TLSA 2 1 1 " },
	{ "insecure MX", DNSSEC_INSECURE, ". IN TLSA 3 1 1 " },
};

/*
 * With an insecure MX answer the mail domain is not a reference name (RFC 7672
 * 3.2.2).
 */
static void
test_reference_names(void **state)
{
	static const enum who sent[MATCH_SENT_MAX] = { LEAF_DOMAIN,
		INTERMEDIATE };
	const struct reference_row *row = *state;
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, HOST);

	evidence->mx->dnssec = row->mx;
	match_world_publish(host, world, "3 1 1", INTERMEDIATE);
	match_world_present(host, world, "192.0.2.1", sent);
	fixture_judge(evidence);
	assert_true(advice_has(&explanation(evidence)->advice, row->numbers));
	assert_advice_helps(evidence, host);
	evidence_free(evidence);
}

/* --- what is presented elsewhere */

static void
test_another_address(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, HOST);

	(void)state;
	match_world_publish(host, world, "3 1 1", LEAF);
	match_world_present(host, world, "192.0.2.1", leaf_sent);
	match_world_present(host, world, "2001:db8::1", other_sent);
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

static const struct host_row {
	const char	*name;		/* the record's numbers */
	enum who	 of;
} host_rows[] = {
	{ "3 1 1", LEAF },
	{ "3 0 2", LEAF },
	{ "2 1 1", INTERMEDIATE },
};

static void
test_another_host(void **state)
{
	const struct host_row *row = *state;
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host;

	host = fixture_host(evidence, "mx1.example.org");
	match_world_publish(host, world, row->name, row->of);
	match_world_present(host, world, "192.0.2.1", leaf_sent);
	host = fixture_host(evidence, "mx2.example.org");
	match_world_publish(host, world, row->name, row->of);
	match_world_present(host, world, "192.0.2.2", other_sent);
	fixture_judge(evidence);
	assert_int_equal(explanation(evidence)->code,
	    FINDING_MATCHES_ELSEWHERE);
	assert_string_equal(explanation(evidence)->place.host,
	    "mx2.example.org");
	assert_string_equal(explanation(evidence)->text, "record [1] matches "
	    "what mx1.example.org [192.0.2.1] presents (ECDSA), but not what "
	    "is presented here: one of the two was left behind");
	assert_advice_helps(evidence, host);
	evidence_free(evidence);
}

static const struct key_type_row {
	const char	*name;
	const char	*record;
	enum who	 of;
	const enum who	*failing;
	enum key_type	 key_type;
	const char	*text;
} key_type_rows[] = {
	{ "own key", "3 1 1", LEAF, rsa_sent, KEY_RSA, "record [1] is of the "
	    "certificate for ECDSA that this server holds as well, not of the "
	    "one for RSA" },
	{ "CA above it", "2 1 1", INTERMEDIATE, ed25519_sent, KEY_ED25519,
	    "record [1] is of the certificate for ECDSA that this server holds "
	    "as well, or above it, not of the one for Ed25519" },
};

static void
test_another_key_type(void **state)
{
	const struct key_type_row *row = *state;
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, HOST);

	match_world_publish(host, world, row->record, row->of);
	match_world_present(host, world, "192.0.2.1", leaf_sent);
	present_too(host, row->failing);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_FAIL);
	assert_int_equal(explanation(evidence)->code,
	    FINDING_MATCHES_ELSEWHERE);
	assert_int_equal(explanation(evidence)->place.key_type,
	    row->key_type);
	assert_string_equal(explanation(evidence)->text, row->text);
	assert_advice_helps(evidence, host);
	evidence_free(evidence);
}

/* Another key type of the same address is named before another address. */
static void
test_nearest_first(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, HOST);
	const struct finding *finding;

	(void)state;
	match_world_publish(host, world, "3 1 1", LEAF);
	match_world_present(host, world, "192.0.2.1", leaf_sent);
	match_world_present(host, world, "192.0.2.2", rsa_sent);
	present_too(host, leaf_sent);
	fixture_judge(evidence);
	finding = explanation(evidence);
	assert_address(finding, "192.0.2.2");
	assert_non_null(strstr(finding->text, "that this server holds"));
	evidence_free(evidence);
}

/* --- where all is well nothing is explained */

/* Judges, and frees. */
static void
assert_no_explanation(struct evidence *evidence)
{
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
	assert_int_equal(count_explanations(evidence), 0);
	evidence_free(evidence);
}

static void
test_record_for_each_key_type(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, HOST);

	(void)state;
	match_world_publish(host, world, "3 1 1", LEAF);
	match_world_publish(host, world, "3 1 1", LEAF_RSA);
	match_world_present(host, world, "192.0.2.1", leaf_sent);
	present_too(host, rsa_sent);
	assert_no_explanation(evidence);
}

static void
test_record_for_each_address(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, HOST);

	(void)state;
	match_world_publish(host, world, "3 1 1", LEAF);
	match_world_publish(host, world, "3 1 1", LEAF_OF_ROOT);
	match_world_present(host, world, "192.0.2.1", leaf_sent);
	match_world_present(host, world, "192.0.2.2", other_sent);
	assert_no_explanation(evidence);
}

/* A record waits for the next key, which the other host has already. */
static void
test_record_for_next_key(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host;

	(void)state;
	host = fixture_host(evidence, "mx1.example.org");
	match_world_publish(host, world, "3 1 1", LEAF);
	match_world_publish(host, world, "3 1 1", LEAF_OF_ROOT);
	match_world_present(host, world, "192.0.2.1", leaf_sent);
	host = fixture_host(evidence, "mx2.example.org");
	match_world_publish(host, world, "3 1 1", LEAF_OF_ROOT);
	match_world_present(host, world, "192.0.2.2", other_sent);
	assert_no_explanation(evidence);
}

static const struct not_record_row {
	const char		*name;
	enum who		 sent[MATCH_SENT_MAX];
	enum finding_code	 code;
} not_record_rows[] = {
	{ "another name", { LEAF_OTHER, INTERMEDIATE },
	    FINDING_NAME_MISMATCH },
	{ "expired", { LEAF_OLD, INTERMEDIATE }, FINDING_CERTIFICATE_EXPIRED },
	{ "not yet valid", { LEAF_FUTURE, INTERMEDIATE },
	    FINDING_CERTIFICATE_NOT_YET_VALID },
	{ "issued by another", { LEAF_OF_ROOT, INTERMEDIATE },
	    FINDING_CHAIN_INVALID },
};

/* Where the certificate is at fault, the record is not explained. */
static void
test_not_the_record(void **state)
{
	const struct not_record_row *row = *state;
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, HOST);

	match_world_publish(host, world, "2 1 1", INTERMEDIATE);
	match_world_present(host, world, "192.0.2.1", row->sent);
	fixture_judge(evidence);
	assert_true(finding_list_has(&evidence->judged.findings, row->code));
	assert_int_equal(count_explanations(evidence), 0);
	evidence_free(evidence);
}

static size_t
count_limits(const struct evidence *evidence)
{
	size_t i, count = 0;

	for (i = 0; i < evidence->judged.findings.count; i++)
		count += evidence->judged.findings.items[i].code ==
		    FINDING_LIMIT_REACHED;
	return count;
}

/*
 * Explanations are limited for the domain as a whole: of hundreds of records
 * not all are looked into, which is reported.
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

	(void)state;
	for (i = 0; i < 2; i++) {
		host = fixture_host(evidence,
		    i == 0 ? HOST : "mx2.example.org");
		for (j = 0; j < 100; j++) {
			digest[0] = (uint8_t)(j + 1);
			fixture_tlsa(host, &kind);
		}
		match_world_present(host, world, "192.0.2.1", leaf_sent);
		fixture_judge(evidence);
		assert_int_equal(evidence->judged.verdict, VERDICT_FAIL);
		explanations[i] = count_explanations(evidence);
		assert_int_equal(count_limits(evidence), i + 1);
	}
	within_range(explanations[0], 1, 99);
	assert_int_equal(explanations[1], explanations[0]);
	evidence_free(evidence);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_ALONE(test_failing),
		TABLE_ALONE(test_beside_match),
		TABLE_ALONE(test_unusable),
		TABLE_ALONE(test_insecure_domain),
		TABLE(test_reference_names, reference_rows),
		TABLE_ALONE(test_another_address),
		TABLE(test_another_host, host_rows),
		TABLE(test_another_key_type, key_type_rows),
		TABLE_ALONE(test_nearest_first),
		TABLE_ALONE(test_record_for_each_key_type),
		TABLE_ALONE(test_record_for_each_address),
		TABLE_ALONE(test_record_for_next_key),
		TABLE(test_not_the_record, not_record_rows),
		TABLE_ALONE(test_limit),
	};
	void *state;
	int failed;

	match_world_set_up(&state);
	world = state;
	failed = table_run(tables, COUNT(tables));
	match_world_tear_down(&state);
	return failed;
}
