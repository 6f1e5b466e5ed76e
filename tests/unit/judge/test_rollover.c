/*
 * What works today and may not tomorrow: authorities that take turns or have
 * retired, keys without a record for the next one, TTLs that are too long.
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

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define OWNER	"_25._tcp.mx.example.org"
#define DAY	(24 * 60 * 60)

/* checker/issuers.c, from the authorities' published certificates */
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

/* --- authorities that take turns */

#define RECORDS_MAX	3
#define SHAKES_MAX	2

/* Records, and which of them match in each handshake. */
struct rotation {
	const char	*records[RECORDS_MAX];
	const char	*matching[SHAKES_MAX];	/* "02": first and third */
	/* what is said, a line each; "CODE NAME: RECORD..." */
	const char	*said;
};

static const struct rotation rotations[] = {
	/* one of two */
	{ { "2 1 1 " YE1 }, { "0" }, "rotation-uncovered Let's Encrypt YE1: "
	    YE2 "\n" },
	{ { "2 1 1 " YR2 }, { "0" }, "rotation-uncovered Let's Encrypt YR2: "
	    YR1 "\n" },
	{ { "2 0 1 " YE1_CERT }, { "0" }, "rotation-uncovered Let's Encrypt "
	    "YE1: " YE2 "\n" },
	/* a backup is not among those that take turns, a stranger neither */
	{ { "2 1 1 " YE1, "2 1 1 " YE3, "2 1 1 " STRANGER }, { "0" },
	    "rotation-uncovered Let's Encrypt YE1: " YE2 "\n" },
	/* usage 3 pins no authority */
	{ { "2 1 1 " YE1, "3 1 1 " YE2 }, { "0" }, "rotation-uncovered Let's "
	    "Encrypt YE1: " YE2 "\n" },
	/* both */
	{ { "2 1 1 " YE1, "2 1 1 " YE2 }, { "0" }, "" },
	{ { "2 1 1 " YE1, "2 1 1 " YE2 }, { "0", "1" }, "" },
	/* it hangs on something else, too: its own key, or the root */
	{ { "2 1 1 " YE1, "3 1 1 " STRANGER }, { "01" }, "" },
	{ { "2 1 1 " YE1, "2 1 1 " X1 }, { "01" }, "" },
	{ { "2 1 1 " YE1, "2 1 1 " STRANGER }, { "01" }, "" },
	/* it does not hang on it at all */
	{ { "2 1 1 " YE1, "3 1 1 " STRANGER }, { "1" }, "" },
	{ { "2 1 1 " YE1 }, { "" }, "" },
	/* one key type of two; each, told once; the same twice */
	{ { "2 1 1 " YE1, "3 1 1 " STRANGER }, { "0", "1" },
	    "rotation-uncovered Let's Encrypt YE1: " YE2 "\n" },
	{ { "2 1 1 " YE1, "2 1 1 " YR1 }, { "0", "1" },
	    "rotation-uncovered Let's Encrypt YE1: " YE2 "\n"
	    "rotation-uncovered Let's Encrypt YR1: " YR2 "\n" },
	{ { "2 1 1 " YE1 }, { "0", "0" }, "rotation-uncovered Let's Encrypt "
	    "YE1: " YE2 "\n" },

	/* whose the others are cannot be known of every form */
	{ { "2 1 1 " YE1, "2 1 0 " STRANGER }, { "0" }, "rotation-uncovered "
	    "Let's Encrypt YE1: " YE2 "\n" },
	{ { "2 1 1 " YE1, "2 0 2 " STRANGER STRANGER }, { "0" }, "" },

	/* it has retired, and nothing else is there for the time after it */
	{ { "2 1 1 " R12 }, { "0" }, "issuer-retired Let's Encrypt R12:\n" },
	{ { "2 1 1 " E7, "2 1 1 " R12 }, { "0", "1" }, "issuer-retired Let's "
	    "Encrypt E7:\nissuer-retired Let's Encrypt R12:\n" },
	{ { "2 1 1 " R12, "2 1 1 " YR1 }, { "0" }, "" },
	{ { "2 1 1 " R12, "3 1 1 " STRANGER }, { "0" }, "" },
	{ { "2 1 1 " R12, "2 1 1 " X1 }, { "01" }, "" },
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
 * Nobody here has the keys of those authorities: what matches is given, as if a
 * chain of theirs had been verified.
 */
static void
match_by_hand(struct handshake_evidence *shake, const struct tlsa_set *set,
    const char *matching)
{
	size_t i;

	shake->judged.verdict = *matching != '\0' ? VERDICT_PASS : VERDICT_FAIL;
	shake->judged.matches = memory_new(set->count, sizeof(*shake->judged.matches));
	shake->judged.match_count = set->count;
	for (i = 0; i < set->count; i++) {
		shake->judged.matches[i].record = i;
		shake->judged.matches[i].depth =
		    (int)shake->seen->chain->count;
		shake->judged.matches[i].status = MATCH_MISMATCH;
		if (strchr(matching, '0' + (int)i) == NULL)
			continue;
		shake->judged.matches[i].status = MATCH_MATCH;
		shake->judged.matches[i].would_match = true;
	}
}

static struct evidence *
evidence_of(const struct rotation *row, const struct chain *chain)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	struct endpoint_evidence *endpoint;
	size_t i;

	for (i = 0; i < RECORDS_MAX && row->records[i] != NULL; i++)
		add_record(host, row->records[i]);
	judge_host_dns(host);
	tlsa_set_settle(&host->judged.records);	/* in the order of the row */
	endpoint = fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, NULL);
	for (i = 0; i < SHAKES_MAX && row->matching[i] != NULL; i++) {
		fixture_shake(endpoint, chain);
		match_by_hand(&endpoint->handshakes[i], &host->judged.records,
		    row->matching[i]);
	}
	judge_host_matches(host);
	return evidence;
}

/* "Let's Encrypt YE1", of what begins with it. */
static int
name_length(const char *text)
{
	return (int)(strlen("Let's Encrypt ") +
	    strcspn(text + strlen("Let's Encrypt "), " ,"));
}

/* The findings in the form of the rows. Owned by the caller. */
static char *
all_said(const struct finding_list *findings)
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

static void
test_rotation(void **state)
{
	static const struct judge_options options = { 0 };
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence;
	struct judge_state judging = { .options = &options,
		.when = CERTIFICATES_NOW, .dane_applies = true };
	char *said;
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(rotations); i++) {
		evidence = evidence_of(&rotations[i], chain);
		judging.evidence = evidence;
		judging.host = &evidence->hosts[0];
		judging.findings = &evidence->judged.findings;
		judge_rotation(&judging);
		said = all_said(&evidence->judged.findings);
		assert_string_equal(said, rotations[i].said);
		free(said);
		for (j = 0; j < evidence->judged.findings.count; j++) {
			assert_int_equal(evidence->judged.findings.items[j].severity,
			    SEVERITY_WARNING);
			assert_string_equal(evidence->judged.findings.items[j].place.host,
			    "mx.example.org");
		}
		evidence_free(evidence);
	}
	chain_free(chain);
}

/* The way out of a retired authority is a record that matches now. */
static void
test_retired_advice(void **state)
{
	static const struct rotation row = { { "2 1 1 " R12 }, { "0" }, "" };
	static const struct judge_options options = { 0 };
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence = evidence_of(&row, chain);
	struct judge_state judging = { .options = &options,
		.when = CERTIFICATES_NOW, .dane_applies = true,
		.evidence = evidence, .host = &evidence->hosts[0],
		.findings = &evidence->judged.findings };
	const struct match_input match = {
		.records = &evidence->hosts[0].judged.records,
		.chain = chain,
		.when = CERTIFICATES_NOW,
	};

	(void)state;
	judge_rotation(&judging);
	assert_int_equal(follow_advice(&evidence->judged.findings.items[0].advice,
	    &match, 1), 1);
	evidence_free(evidence);

	/* Without an owner (mxtlsa --verify) it is told by itself. */
	evidence = evidence_of(&rotations[0], chain);
	judging.evidence = evidence;
	judging.host = &evidence->hosts[0];
	judging.findings = &evidence->judged.findings;
	evidence->hosts[0].judged.rrset.owner = NULL;
	judge_rotation(&judging);
	assert_advice(&evidence->judged.findings.items[0].advice,
	    "publish  2 1 1 " YE2);
	evidence_free(evidence);
	chain_free(chain);
}

/* With authorities of our own, from the records to the advice. */
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
	/* It is no news to whoever does not know them. */
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

static int
set_up(void **state)
{
	struct chain **chains = memory_new(WHO_COUNT, sizeof(struct chain *));
	enum who who;

	for (who = NOW; who < WHO_COUNT; who++)
		chains[who] = fixture_chain("mx.example.org",
		    who == RSA ? KEY_RSA : KEY_ECDSA);
	*state = chains;
	return 0;
}

static int
tear_down(void **state)
{
	struct chain **chains = *state;
	enum who who;

	for (who = NOW; who < WHO_COUNT; who++)
		chain_free(chains[who]);
	free(chains);
	return 0;
}

static void
publish(struct host_evidence *host, struct chain *const *chains,
    const char *kind, enum who of)
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

static void
test_rollover(void **state)
{
	static const struct {
		struct {
			const char	*kind;
			enum who	 of;
		} records[3];
		bool		 rsa;		/* the server holds it, too */
		const char	*text;		/* NULL: nothing is said */
	} rows[] = {
		{ { { "3 1 1", NOW } }, false, OF_KEY },
		{ { { "3 1 2", NOW } }, false, OF_KEY },
		{ { { "3 0 1", NOW } }, false, OF_CERTIFICATE },
		/* the same record twice, and one that counts for nothing */
		{ { { "3 1 1", NOW }, { "3 1 1", NOW } }, false, OF_KEY },
		{ { { "3 1 1", NOW }, { "3 1 2", NOW } }, false, OF_KEY },
		{ { { "3 1 1", NEXT }, { "3 1 2", NOW } }, false, OF_KEY },
		{ { { "1 1 1", NEXT }, { "3 1 1", NOW } }, false, OF_KEY },
		/* one of each key type */
		{ { { "3 1 1", NOW }, { "3 1 1", RSA } }, true, OF_KEY },
		/* the next one is there; or an authority, which may be */
		{ { { "3 1 1", NOW }, { "3 1 1", NEXT } }, false, NULL },
		{ { { "3 1 2", NOW }, { "3 1 2", NEXT } }, false, NULL },
		{ { { "3 1 1", NOW }, { "2 1 1", NEXT } }, false, NULL },
		{ { { "3 1 1", NOW }, { "3 1 1", RSA }, { "3 1 1", NEXT } },
		    true, NULL },
		/* two ways to match; not one by usage 3; none */
		{ { { "3 1 1", NOW }, { "3 0 1", NOW } }, false, NULL },
		{ { { "2 1 0", NOW } }, false, NULL },
		{ { { "3 1 1", NEXT } }, false, NULL },
		{ { { "3 1 1", NOW } }, true, NULL },
	};
	struct chain *const *chains = *state;
	const struct finding *finding;
	struct evidence *evidence;
	struct host_evidence *host;
	struct endpoint_evidence *endpoint;
	size_t i, j;

	for (i = 0; i < COUNT(rows); i++) {
		evidence = fixture_domain("mx.example.org");
		host = fixture_host(evidence, "mx.example.org");
		for (j = 0; j < 3 && rows[i].records[j].kind != NULL; j++)
			publish(host, chains, rows[i].records[j].kind,
			    rows[i].records[j].of);
		endpoint = fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE,
		    chains[NOW]);
		if (rows[i].rsa)
			fixture_shake(endpoint, chains[RSA]);
		fixture_judge(evidence);
		finding = find(evidence, FINDING_NO_ROLLOVER_RECORD);
		if ((finding != NULL) != (rows[i].text != NULL))
			fail_msg("row %zu: %s", i,
			    finding != NULL ? finding->text : "silence");
		if (finding != NULL) {
			assert_string_equal(finding->text, rows[i].text);
			assert_int_equal(finding->severity, SEVERITY_INFO);
			assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
			assert_true(advice_has(&finding->advice,
			    "wait for two TTLs (2 hours)"));
		}
		evidence_free(evidence);
	}
}

static void
test_ttl(void **state)
{
	static const struct {
		/*
		 * What the answer has left of it, and what the signature says.
		 */
		uint32_t	 ttl, signed_ttl;
		const char	*lasts;		/* NULL: not too long */
	} rows[] = {
		{ 3600, 3600, NULL },
		{ DAY, DAY, NULL },
		{ 0, 0, NULL },
		{ DAY + 1, DAY + 1, "86401 seconds" },
		{ 7 * DAY, 7 * DAY, "7 days" },
		/*
		 * A cache has held it for a while, or holds nothing for longer.
		 */
		{ 17, 2 * DAY, "2 days" },
		{ DAY, 2 * DAY, "2 days" },
	};
	struct chain *const *chains = *state;
	const struct finding *finding;
	struct evidence *evidence;
	struct host_evidence *host;
	char *expected;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		evidence = fixture_domain("example.org");
		host = fixture_host(evidence, "mx.example.org");
		publish(host, chains, "3 1 1", NOW);
		host->tlsa[0]->ttl = rows[i].ttl;
		host->tlsa[0]->signed_ttl = rows[i].signed_ttl;
		fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chains[NOW]);
		fixture_judge(evidence);
		assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
		finding = find(evidence, FINDING_TLSA_TTL_LONG);
		assert_int_equal(finding != NULL, rows[i].lasts != NULL);
		if (finding != NULL) {
			expected = memory_format("the TLSA records may be "
			    "cached for %s, so a wrong one lives on for that "
			    "long", rows[i].lasts);
			assert_string_equal(finding->text, expected);
			assert_int_equal(finding->severity, SEVERITY_WARNING);
			assert_string_equal(finding->place.host,
			    "mx.example.org");
			assert_int_equal(finding->advice.count, 1);
			free(expected);
		}
		evidence_free(evidence);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rotation),
		cmocka_unit_test(test_retired_advice),
		cmocka_unit_test(test_rotation_verified),
		cmocka_unit_test(test_rollover),
		cmocka_unit_test(test_ttl),
	};

	return cmocka_run_group_tests_name("keeping", tests, set_up,
	    tear_down);
}
