/*
 * What works today and may not tomorrow: CAs that take turns or have retired,
 * keys without a record for the next one, TTLs that are too long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/judge/judge_parts.h"
#include "checker/tlsa/known_cas.h"
#include "checker/tlsa/tlsa.h"
#include "resolver/memory.h"
#include "resolver/text.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/follow.h"
#include "tests/unit/support/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define OWNER	"_25._tcp.mx.example.org"
#define DAY	(24 * 60 * 60)

/* As in known_cas.c, from the CAs' published certificates. */
#define YE1 \
	"6ebcefb4210b088654a38b03fea3d7d1c711b4fb1ddc363a45f9b1a4e53da01e"
#define YE1_CERT \
	"a2372d06431e9716365eeed47ec020351497d182fcc038e457e58168a03cac07"
#define YE2 \
	"b3fb5d00e994cddf2cc9a4eea9f806bc5727e83cc0e4299bf956f2d524fe5376"
#define YE3 \
	"a698a20824be04e47a1a33c4fa488731be92011f23a31e900e2ca26c9c2acfce"
#define YR1 \
	"2e8307068b6db620e4a39d068b5dee5d6ef5788cbb2c0b6d23ead84fcc17178c"
#define YR2 \
	"9d637b3d27a9e570d07607b9ccadb80a70915c7af72afce12841b1b1da825fd1"
#define X1 \
	"0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3"
#define E7 \
	"cbbc559b44d524d6a132bdac672744da3407f12aae5d5f722c5f6c7913871c75"
#define R12 \
	"919c0df7a787b597ed056ace654b1de9c0387acf349f73734a4fd7b58cf612a4"
#define STRANGER \
	"000000000000000000000000000000000000000000000000000000000000abcd"

/* --- CAs that take turns */

#define RECORDS_MAX	3
#define HANDSHAKES_MAX	2

/* Records, and which of them match in each handshake. */
static const struct rotation_row {
	const char	*name;
	const char	*records[RECORDS_MAX];
	/* in each handshake: "02": the first and the third */
	const char	*matching[HANDSHAKES_MAX];
	const char	*expected;	/* lines of "CODE NAME: RECORD..." */
} rotation_rows[] = {
	{ "one of two, the first", { "2 1 1 " YE1 }, { "0" },
	    "rotation-uncovered Let's Encrypt YE1: " YE2 "\n" },
	{ "one of two, the second", { "2 1 1 " YR2 }, { "0" },
	    "rotation-uncovered Let's Encrypt YR2: " YR1 "\n" },
	{ "one of two, by its certificate", { "2 0 1 " YE1_CERT }, { "0" },
	    "rotation-uncovered Let's Encrypt YE1: " YE2 "\n" },
	{ "one of two, a backup and a stranger",
	    { "2 1 1 " YE1, "2 1 1 " YE3, "2 1 1 " STRANGER }, { "0" },
	    "rotation-uncovered Let's Encrypt YE1: " YE2 "\n" },
	{ "the other with usage 3", { "2 1 1 " YE1, "3 1 1 " YE2 }, { "0" },
	    "rotation-uncovered Let's Encrypt YE1: " YE2 "\n" },
	{ "both", { "2 1 1 " YE1, "2 1 1 " YE2 }, { "0" }, "" },
	{ "both, one for each key type", { "2 1 1 " YE1, "2 1 1 " YE2 },
	    { "0", "1" }, "" },
	{ "own key matches, too", { "2 1 1 " YE1, "3 1 1 " STRANGER },
	    { "01" }, "" },
	{ "root matches, too", { "2 1 1 " YE1, "2 1 1 " X1 }, { "01" }, "" },
	{ "another CA matches, too", { "2 1 1 " YE1, "2 1 1 " STRANGER },
	    { "01" }, "" },
	{ "own key matches alone", { "2 1 1 " YE1, "3 1 1 " STRANGER },
	    { "1" }, "" },
	{ "nothing matches", { "2 1 1 " YE1 }, { "" }, "" },
	{ "one key type of two", { "2 1 1 " YE1, "3 1 1 " STRANGER },
	    { "0", "1" }, "rotation-uncovered Let's Encrypt YE1: " YE2 "\n" },
	{ "two key types, two CAs", { "2 1 1 " YE1, "2 1 1 " YR1 },
	    { "0", "1" }, "rotation-uncovered Let's Encrypt YE1: " YE2 "\n"
	    "rotation-uncovered Let's Encrypt YR1: " YR2 "\n" },
	{ "two key types, one CA", { "2 1 1 " YE1 }, { "0", "0" },
	    "rotation-uncovered Let's Encrypt YE1: " YE2 "\n" },
	{ "beside an unusable record",
	    { "2 1 1 " YE1, "2 1 0 " STRANGER }, { "0" },
	    "rotation-uncovered Let's Encrypt YE1: " YE2 "\n" },
	{ "beside a SHA2-512, which may be of the other",
	    { "2 1 1 " YE1, "2 0 2 " STRANGER STRANGER }, { "0" }, "" },

	{ "retired", { "2 1 1 " R12 }, { "0" },
	    "issuer-retired Let's Encrypt R12:\n" },
	{ "two retired", { "2 1 1 " E7, "2 1 1 " R12 }, { "0", "1" },
	    "issuer-retired Let's Encrypt E7:\n"
	    "issuer-retired Let's Encrypt R12:\n" },
	{ "retired beside an active CA", { "2 1 1 " R12, "2 1 1 " YR1 },
	    { "0" }, "" },
	{ "retired beside usage 3", { "2 1 1 " R12, "3 1 1 " STRANGER },
	    { "0" }, "" },
	{ "retired, and the root matches", { "2 1 1 " R12, "2 1 1 " X1 },
	    { "01" }, "" },
};

static void
add_record(struct host_evidence *host, const char *text)
{
	struct tlsa fields;
	const char *why;

	assert_true(tlsa_from_text(&fields, text, &why));
	fixture_tlsa(host, &fields);
	tlsa_set_add(&host->judged.records, &fields);
	free(fields.data);
}

/*
 * The keys of those CAs are not to be had: the results are set as if a chain of
 * theirs had been verified.
 */
static void
match_by_hand(struct handshake_evidence *handshake, const struct tlsa_set *set,
    const char *matching)
{
	struct handshake_judgement *judged = &handshake->judged;
	size_t i;

	judged->verdict = *matching != '\0' ? VERDICT_PASS : VERDICT_FAIL;
	judged->matches = memory_new(set->count, sizeof(*judged->matches));
	judged->match_count = set->count;
	for (i = 0; i < set->count; i++) {
		judged->matches[i].record = i;
		judged->matches[i].depth = (int)handshake->seen->chain->count;
		judged->matches[i].status = MATCH_MISMATCH;
		if (strchr(matching, '0' + (int)i) == NULL)
			continue;
		judged->matches[i].status = MATCH_MATCH;
		judged->matches[i].would_match = true;
	}
}

static struct evidence *
evidence_of(const struct rotation_row *row, const struct chain *chain)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	struct endpoint_evidence *endpoint;
	size_t i;

	for (i = 0; i < RECORDS_MAX && row->records[i] != NULL; i++)
		add_record(host, row->records[i]);
	judge_host_dns(evidence, host);
	tlsa_set_settle(&host->judged.records);	/* in the order of the row */
	endpoint = fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, NULL);
	for (i = 0; i < HANDSHAKES_MAX && row->matching[i] != NULL; i++) {
		fixture_handshake(endpoint, chain);
		match_by_hand(&endpoint->handshakes[i], &host->judged.records,
		    row->matching[i]);
	}
	judge_host_matches(host);
	return evidence;
}

/* The length of "Let's Encrypt YE1" at the start of TEXT. */
static int
name_length(const char *text)
{
	return (int)(strlen("Let's Encrypt ") +
	    strcspn(text + strlen("Let's Encrypt "), " ,"));
}

/* The findings in the form of the rows. Owned by the caller. */
static char *
findings_text(const struct finding_list *findings)
{
	static const char publish[] = "publish  " OWNER ". IN TLSA 2 1 1 ";
	char *text = memory_string(""), *longer, *advice, *line, *rest;
	const struct finding *finding;
	const char *name;
	size_t i;

	for (i = 0; i < findings->count; i++) {
		finding = &findings->items[i];
		name = strstr(finding->text, "Let's Encrypt");
		longer = memory_format("%s%s %.*s:", text,
		    finding_code_name(finding->code), name_length(name),
		    name);
		free(text);
		text = longer;
		advice = rest = advice_list_text(&finding->advice);
		while ((line = strtok_r(rest, "\n", &rest)) != NULL) {
			if (finding->code != FINDING_ROTATION_UNCOVERED)
				continue;
			assert_int_equal(strncmp(line, publish,
			    sizeof(publish) - 1), 0);
			longer = memory_format("%s %s", text,
			    line + sizeof(publish) - 1);
			free(text);
			text = longer;
		}
		free(advice);
		longer = memory_format("%s\n", text);
		free(text);
		text = longer;
	}
	return text;
}

/* What judge_rotation needs, of evidence whose matches are set. */
static struct judge_state
state_of(struct evidence *evidence)
{
	static const struct judge_options options = { 0 };

	return (struct judge_state){
		.options = &options,
		.when = CERTIFICATES_NOW,
		.dane_applies = true,
		.evidence = evidence,
		.host = &evidence->hosts[0],
		.findings = &evidence->judged.findings,
	};
}

static void
test_rotation(void **state)
{
	const struct rotation_row *row = *state;
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence = evidence_of(row, chain);
	struct judge_state judging = state_of(evidence);
	const struct finding_list *findings = &evidence->judged.findings;
	char *text;
	size_t i;

	judge_rotation(&judging);
	text = findings_text(findings);
	assert_string_equal(text, row->expected);
	free(text);
	for (i = 0; i < findings->count; i++) {
		assert_int_equal(findings->items[i].severity,
		    SEVERITY_WARNING);
		assert_string_equal(findings->items[i].place.host,
		    "mx.example.org");
	}
	evidence_free(evidence);
	chain_free(chain);
}

/* The record advised in place of a retired CA's matches now. */
static void
test_retired_advice(void **state)
{
	static const struct rotation_row row = { .records = { "2 1 1 " R12 },
		.matching = { "0" } };
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence = evidence_of(&row, chain);
	struct judge_state judging = state_of(evidence);
	const struct match_input match = {
		.records = &evidence->hosts[0].judged.records,
		.chain = chain,
		.when = CERTIFICATES_NOW,
	};

	(void)state;
	judge_rotation(&judging);
	assert_int_equal(follow_advice(
	    &evidence->judged.findings.items[0].advice, &match, 1), 1);
	evidence_free(evidence);
	chain_free(chain);
}

/* Without an owner (mxtlsa --verify) the record is advised by itself. */
static void
test_advice_without_owner(void **state)
{
	static const struct rotation_row row = { .records = { "2 1 1 " YE1 },
		.matching = { "0" } };
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence = evidence_of(&row, chain);
	struct judge_state judging = state_of(evidence);

	(void)state;
	evidence->hosts[0].judged.rrset.owner = NULL;
	judge_rotation(&judging);
	assert_advice(&evidence->judged.findings.items[0].advice,
	    "publish  2 1 1 " YE2);
	evidence_free(evidence);
	chain_free(chain);
}

/* With CAs whose keys the test has, from the records to the advice. */
static void
test_rotation_verified(void **state)
{
	static const struct certificates_wish wishes[] = {
		{ .cn = "Turn 1", .ca = true },
		{ .cn = "Turn 2", .ca = true },
	};
	struct issued *turns[] = { certificates_issue(&wishes[0]),
		certificates_issue(&wishes[1]) };
	const struct certificates_wish wish = { .cn = "leaf",
		.names = "DNS:mx.example.org", .issuer = turns[0] };
	struct issued *leaf = certificates_issue(&wish);
	const struct issued *sent[] = { leaf, turns[0] };
	struct chain *chain = certificates_chain(sent, 2);
	struct chain *other = certificates_chain(
	    (const struct issued *const *)&turns[1], 1);
	struct known_ca items[] = { { "Turn 1", KNOWN_CA_ACTIVE,
		text_hex(chain->certificates[1].spki_sha256, CHAIN_DIGEST), {
		NULL } }, { "Turn 2", KNOWN_CA_ACTIVE,
		text_hex(other->certificates[0].spki_sha256, CHAIN_DIGEST), {
		NULL } } };
	const struct known_cas known_cas = { items, COUNT(items), NULL };
	const struct judge_options options = { .known_cas = &known_cas };
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	char *record = memory_format("2 1 1 %s", items[0].spki_sha256);
	char *advice = memory_format("publish  " OWNER ". IN TLSA 2 1 1 %s",
	    items[1].spki_sha256);

	(void)state;
	add_record(host, record);
	fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chain);
	judge(evidence, &options);
	assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
	assert_int_equal(evidence->judged.findings.count, 1);
	assert_int_equal(evidence->judged.findings.items[0].code,
	    FINDING_ROTATION_UNCOVERED);
	assert_advice(&evidence->judged.findings.items[0].advice, advice);
	/* CAs that are not known to take turns yield no finding. */
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.findings.count, 0);

	evidence_free(evidence);
	free(record);
	free(advice);
	free((char *)items[0].spki_sha256);
	free((char *)items[1].spki_sha256);
	chain_free(chain);
	chain_free(other);
	certificates_free(leaf);
	certificates_free(turns[0]);
	certificates_free(turns[1]);
}

/* --- the next key, and how long caches remember */

/* Certificates of the host: now in use, and to come. */
enum who { NOW, NEXT, RSA, WHO_COUNT };

static struct chain *chains[WHO_COUNT];

static void
set_up(void)
{
	enum who who;

	for (who = NOW; who < WHO_COUNT; who++)
		chains[who] = fixture_chain("mx.example.org",
		    who == RSA ? KEY_RSA : KEY_ECDSA);
}

static void
tear_down(void)
{
	enum who who;

	for (who = NOW; who < WHO_COUNT; who++)
		chain_free(chains[who]);
}

static void
publish(struct host_evidence *host, const char *kind, enum who of)
{
	struct tlsa record;

	tlsa_of_certificate(&record, chains[of]->certificates,
	    (enum tlsa_usage)(kind[0] - '0'),
	    (enum tlsa_selector)(kind[2] - '0'),
	    (enum tlsa_matching_type)(kind[4] - '0'));
	fixture_tlsa(host, &record);
	free(record.data);
}

static const struct finding *
find(const struct evidence *evidence, enum finding_code code)
{
	const struct finding *found = NULL;
	size_t i;

	for (i = 0; i < evidence->judged.findings.count; i++) {
		if (evidence->judged.findings.items[i].code != code)
			continue;
		assert_null(found);
		found = &evidence->judged.findings.items[i];
	}
	return found;
}

#define OF_KEY	"all is well until the next change of the key: only the " \
	"key in use now has a record"
#define OF_CERTIFICATE "all is well until the next renewal, even one that " \
	"keeps the key: only the certificate in use now has a record"

#define KINDS_MAX 3

static const struct rollover_row {
	const char	*name;
	struct {
		const char	*kind;
		enum who	 of;
	} records[KINDS_MAX];
	bool		 rsa;		/* the server has an RSA key, too */
	const char	*text;		/* NULL: no finding */
} rollover_rows[] = {
	{ "3 1 1", { { "3 1 1", NOW } }, false, OF_KEY },
	{ "3 1 2", { { "3 1 2", NOW } }, false, OF_KEY },
	{ "3 0 1", { { "3 0 1", NOW } }, false, OF_CERTIFICATE },
	{ "same record twice", { { "3 1 1", NOW }, { "3 1 1", NOW } }, false,
	    OF_KEY },
	{ "two digests of a key", { { "3 1 1", NOW }, { "3 1 2", NOW } },
	    false, OF_KEY },
	{ "next key's by the weaker digest",
	    { { "3 1 1", NEXT }, { "3 1 2", NOW } }, false, OF_KEY },
	{ "next key's is unusable", { { "1 1 1", NEXT }, { "3 1 1", NOW } },
	    false, OF_KEY },
	{ "one for each key type", { { "3 1 1", NOW }, { "3 1 1", RSA } },
	    true, OF_KEY },
	{ "next key's", { { "3 1 1", NOW }, { "3 1 1", NEXT } }, false, NULL },
	{ "next key's, SHA2-512", { { "3 1 2", NOW }, { "3 1 2", NEXT } },
	    false, NULL },
	{ "a CA's, which may issue the next",
	    { { "3 1 1", NOW }, { "2 1 1", NEXT } }, false, NULL },
	{ "next key's beside two key types",
	    { { "3 1 1", NOW }, { "3 1 1", RSA }, { "3 1 1", NEXT } }, true,
	    NULL },
	{ "two that match", { { "3 1 1", NOW }, { "3 0 1", NOW } }, false,
	    NULL },
	{ "usage 2 alone", { { "2 1 0", NOW } }, false, NULL },
	{ "none matches", { { "3 1 1", NEXT } }, false, NULL },
	{ "RSA key without a record", { { "3 1 1", NOW } }, true, NULL },
};

static void
test_rollover(void **state)
{
	const struct rollover_row *row = *state;
	struct evidence *evidence = fixture_domain("mx.example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	struct endpoint_evidence *endpoint;
	const struct finding *finding;
	size_t i;

	for (i = 0; i < KINDS_MAX && row->records[i].kind != NULL; i++)
		publish(host, row->records[i].kind, row->records[i].of);
	endpoint = fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE,
	    chains[NOW]);
	if (row->rsa)
		fixture_handshake(endpoint, chains[RSA]);
	fixture_judge(evidence);
	finding = find(evidence, FINDING_NO_ROLLOVER_RECORD);
	if ((finding != NULL) != (row->text != NULL))
		fail_msg("%s", finding != NULL ? finding->text : "no finding");
	if (finding != NULL) {
		assert_string_equal(finding->text, row->text);
		assert_int_equal(finding->severity, SEVERITY_INFO);
		assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
		assert_true(advice_has(&finding->advice,
		    "wait for two TTLs (2 hours)"));
	}
	evidence_free(evidence);
}

static const struct ttl_row {
	const char	*name;
	uint32_t	 ttl;		/* left in the answer */
	uint32_t	 signed_ttl;	/* in its signature; 0: not signed */
	const char	*lasts;		/* NULL: not too long */
} ttl_rows[] = {
	{ "an hour", 3600, 3600, NULL },
	{ "a day", DAY, DAY, NULL },
	{ "none", 0, 0, NULL },
	{ "a second over a day", DAY + 1, DAY + 1, "86401 seconds" },
	{ "a week", 7 * DAY, 7 * DAY, "7 days" },
	{ "seconds left in a cache", 17, 2 * DAY, "2 days" },
	{ "a cache that caps TTLs", DAY, 2 * DAY, "2 days" },
};

static void
test_ttl(void **state)
{
	const struct ttl_row *row = *state;
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	const struct finding *finding;
	char *expected;

	publish(host, "3 1 1", NOW);
	host->tlsa[0]->ttl = row->ttl;
	host->tlsa[0]->signed_ttl = row->signed_ttl;
	fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chains[NOW]);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
	finding = find(evidence, FINDING_TLSA_TTL_LONG);
	assert_int_equal(finding != NULL, row->lasts != NULL);
	if (finding != NULL) {
		expected = memory_format("the TLSA records may be cached for "
		    "%s, so a wrong one lives on for that long", row->lasts);
		assert_string_equal(finding->text, expected);
		assert_int_equal(finding->severity, SEVERITY_WARNING);
		assert_string_equal(finding->place.host, "mx.example.org");
		assert_int_equal(finding->advice.count, 1);
		free(expected);
	}
	/* Nor is anybody told to wait for 0 seconds. */
	finding = find(evidence, FINDING_NO_ROLLOVER_RECORD);
	assert_non_null(finding);
	assert_int_equal(advice_has(&finding->advice, "wait for two TTLs"),
	    row->ttl != 0);
	evidence_free(evidence);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_rotation, rotation_rows),
		TABLE_ALONE(test_retired_advice),
		TABLE_ALONE(test_advice_without_owner),
		TABLE_ALONE(test_rotation_verified),
		TABLE(test_rollover, rollover_rows),
		TABLE(test_ttl, ttl_rows),
	};
	int failed;

	set_up();
	failed = table_run(tables, COUNT(tables));
	tear_down();
	return failed;
}
