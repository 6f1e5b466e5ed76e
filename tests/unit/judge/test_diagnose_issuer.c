/*
 * Records of CAs that the server does not send, or that have retired.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/judge/diagnose.h"
#include "checker/tlsa/match.h"
#include "checker/tlsa/tlsa.h"
#include "resolver/memory.h"
#include "smtp/chain.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/follow.h"
#include "tests/unit/support/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define SENT_MAX 4

/* As in known_cas.c, from the CAs' published certificates. */
#define X1_KEY \
	"0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3"
#define X1_CERT \
	"96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6"
#define YE1_KEY \
	"6ebcefb4210b088654a38b03fea3d7d1c711b4fb1ddc363a45f9b1a4e53da01e"
#define YE3_KEY \
	"a698a20824be04e47a1a33c4fa488731be92011f23a31e900e2ca26c9c2acfce"
#define YR_CERT \
	"e57b7e6f150c419102e8d5c055729ff967b9d1a829bf00cec89ca604ebf4a86f"
#define R10_KEY \
	"2bbad93ab5c79279ec121507f272cbe0c6647a3aae52e22f388afab426b4adba"
#define X3_CERT \
	"0687260331a72403d909f105e69bcf0d32e1bd2493ffc6d9206d11bcd6770739"
/* In the CA store of these tests, as CN=Root. */
#define STORE_KEY \
	"5707e0000000000000000000000000000000000000000000000000000000571e"
/* Nobody's. */
#define OTHER_KEY \
	"000000000000000000000000000000000000000000000000000000000000abcd"

static const char *const names[] = { "mx.example.org" };

/* The certificates of the tests; an issuer is before what it issues. */
enum who {
	NOBODY,
	ROOT,
	MIDDLE,			/* of Root */
	LEAF,			/* of Middle */
	X1,			/* like ISRG Root X1, with another key */
	UNDER_X1,
	LEAF_UNDER_X1,
	YE1,
	LEAF_OF_YE1,
	YR,
	LEAF_OF_YR,
	NOT_YE1,		/* of somebody else */
	LEAF_OF_NOT_YE1,
	ALONE,
	RING_A,			/* signed by RING_B, */
	RING_B,			/* which is signed by it */
	LEAF_OF_RING,
	WHO_COUNT
};

static const struct {
	const char	*cn;
	enum who	 issuer;
	const char	*organization;
} people[WHO_COUNT] = {
	[ROOT] = { "Root", NOBODY, NULL },
	[MIDDLE] = { "Middle", ROOT, NULL },
	[LEAF] = { "leaf", MIDDLE, NULL },
	[X1] = { "ISRG Root X1", NOBODY, NULL },
	[UNDER_X1] = { "Under X1", X1, NULL },
	[LEAF_UNDER_X1] = { "leaf", UNDER_X1, NULL },
	[YE1] = { "YE1", NOBODY, "Let's Encrypt" },
	[LEAF_OF_YE1] = { "leaf", YE1, NULL },
	[YR] = { "Root YR", NOBODY, "ISRG" },
	[LEAF_OF_YR] = { "leaf", YR, NULL },
	[NOT_YE1] = { "YE1", NOBODY, "Let's Decrypt" },
	[LEAF_OF_NOT_YE1] = { "leaf", NOT_YE1, NULL },
	[ALONE] = { "alone", NOBODY, NULL },
	[RING_A] = { "Ring A", NOBODY, NULL },
	[RING_B] = { "Ring B", RING_A, NULL },
	[LEAF_OF_RING] = { "leaf", RING_B, NULL },
};

static struct issued *world[WHO_COUNT];

static void
set_up(void)
{
	struct certificates_wish wish;
	struct issued *ring;
	size_t i;

	for (i = NOBODY + 1; i < WHO_COUNT; i++) {
		wish = (struct certificates_wish){ .cn = people[i].cn,
			.organization = people[i].organization,
			.names = "DNS:mx.example.org", .ca = true,
			.issuer = world[people[i].issuer] };
		world[i] = certificates_issue(&wish);
	}
	wish = (struct certificates_wish){ .cn = people[RING_A].cn,
		.ca = true, .key_of = world[RING_A],
		.issuer = world[RING_B] };
	ring = certificates_issue(&wish);
	certificates_free(world[RING_A]);
	world[RING_A] = ring;
}

static void
tear_down(void)
{
	size_t i;

	for (i = NOBODY + 1; i < WHO_COUNT; i++)
		certificates_free(world[i]);
}

static struct chain *
chain_of(const enum who *sent)
{
	const struct issued *issued[SENT_MAX];
	size_t count;

	for (count = 0; count < SENT_MAX && sent[count] != NOBODY; count++)
		issued[count] = world[sent[count]];
	return certificates_chain(issued, count);
}

static void
add_record(struct tlsa_set *set, const char *text)
{
	struct tlsa fields;
	const char *why;

	assert_true(tlsa_from_text(&fields, text, &why));
	tlsa_set_add(set, &fields);
	tlsa_set_settle(set);
	free(fields.data);
}

/* The system's CA store. */
static struct chain *
find_in_store(void *argument, const struct tlsa *record)
{
	static const enum who root[SENT_MAX] = { ROOT };
	size_t *asked = argument;
	struct tlsa_set store = { NULL, 0 };
	bool found;

	(*asked)++;
	add_record(&store, "2 1 1 " STORE_KEY);
	found = tlsa_same_combination(store.records, record) &&
	    memcmp(store.records->data, record->data, record->size) == 0;
	tlsa_set_clear(&store);
	return found ? chain_of(root) : NULL;
}

#define NOT_THERE "which the server does not send; senders use no CA " \
	"store, so they cannot find it"
#define NO_USE	"which the server does not send and which is not known to " \
	"have issued what it sends: that was "
#define APPEND	"append the certificate of "
#define SENDS	" to the chain that the server sends"

static const struct row {
	const char	*name;
	enum who	 sent[SENT_MAX];
	const char	*record;
	enum finding_code code;		/* FINDING_CODE_COUNT: none */
	const char	*text;
	const char	*append;	/* comes before the own key's record */
} rows[] = {
	/* it issued the last certificate that is sent */
	{ "issuer's key",
	    { LEAF_UNDER_X1, UNDER_X1 }, "2 1 1 " X1_KEY,
	    FINDING_ISSUER_NOT_SENT, "names ISRG Root X1, " NOT_THERE,
	    APPEND "ISRG Root X1" SENDS ", or\n" },
	{ "issuer's certificate",
	    { LEAF_UNDER_X1, UNDER_X1 }, "2 0 1 " X1_CERT,
	    FINDING_ISSUER_NOT_SENT, "names ISRG Root X1, " NOT_THERE,
	    APPEND "ISRG Root X1" SENDS ", or\n" },
	{ "rotating issuer's key",
	    { LEAF_OF_YE1 }, "2 1 1 " YE1_KEY,
	    FINDING_ISSUER_NOT_SENT, "names Let's Encrypt YE1, " NOT_THERE,
	    APPEND "Let's Encrypt YE1" SENDS ", or\n" },
	{ "issuer known by its organization",
	    { LEAF_OF_YR }, "2 0 1 " YR_CERT,
	    FINDING_ISSUER_NOT_SENT, "names ISRG Root YR, " NOT_THERE,
	    APPEND "ISRG Root YR" SENDS ", or\n" },
	{ "issuer in the CA store",
	    { LEAF, MIDDLE }, "2 1 1 " STORE_KEY,
	    FINDING_ISSUER_NOT_SENT, "names CN=Root, " NOT_THERE,
	    APPEND "CN=Root" SENDS ", or\n" },
	{ "in the wrong order",
	    { LEAF_UNDER_X1, ROOT, UNDER_X1, MIDDLE }, "2 1 1 " X1_KEY,
	    FINDING_ISSUER_NOT_SENT, "names ISRG Root X1, " NOT_THERE,
	    APPEND "ISRG Root X1" SENDS ", or\n" },

	/* more than one is missing, as far as can be seen */
	{ "more than one is missing",
	    { LEAF_UNDER_X1 }, "2 1 1 " X1_KEY, FINDING_ISSUER_NOT_SENT,
	    "names ISRG Root X1, " NO_USE "CN=Under X1", "" },
	{ "CA store's, more than one is missing",
	    { LEAF }, "2 1 1 " STORE_KEY, FINDING_ISSUER_NOT_SENT,
	    "names CN=Root, " NO_USE "CN=Middle", "" },
	{ "backup of the issuer",
	    { LEAF_OF_YE1 }, "2 1 1 " YE3_KEY, FINDING_ISSUER_NOT_SENT,
	    "names Let's Encrypt YE3, " NO_USE "CN=YE1,O=Let's Encrypt", "" },
	{ "issuer of the same name",
	    { LEAF_OF_NOT_YE1 }, "2 1 1 " YE1_KEY, FINDING_ISSUER_NOT_SENT,
	    "names Let's Encrypt YE1, " NO_USE "CN=YE1,O=Let's Decrypt", "" },

	/* sending it would be no use */
	{ "self-signed leaf",
	    { ALONE }, "2 1 1 " X1_KEY, FINDING_ISSUER_NOT_SENT,
	    "names ISRG Root X1, " NO_USE "CN=alone", "" },
	{ "whole chain in the wrong order",
	    { LEAF, ROOT, MIDDLE }, "2 1 1 " X1_KEY, FINDING_ISSUER_NOT_SENT,
	    "names ISRG Root X1, " NO_USE "CN=Middle", "" },
	{ "ring of issuers",
	    { LEAF_OF_RING, RING_B, RING_A }, "2 1 1 " STORE_KEY,
	    FINDING_ISSUER_NOT_SENT, "names CN=Root, " NO_USE "CN=Ring B",
	    "" },

	/* unknown, but it may be the one that is missing */
	{ "unknown key, root not sent",
	    { LEAF, MIDDLE }, "2 1 1 " OTHER_KEY,
	    FINDING_ISSUER_NOT_SENT, "is of no CA that the server "
	    "sends. What it sends ends with CN=Middle, issued by CN=Root, "
	    "which is not sent: if the record is of that, senders cannot know",
	    APPEND "CN=Root" SENDS ", if it is the one, or\n" },
	{ "unknown certificate, issuer not sent",
	    { LEAF, X1 }, "2 0 1 " OTHER_KEY,
	    FINDING_ISSUER_NOT_SENT, "is of no CA that the server "
	    "sends. What it sends ends with CN=leaf, issued by CN=Middle, "
	    "which is not sent: if the record is of that, senders cannot know",
	    APPEND "CN=Middle" SENDS ", if it is the one, or\n" },
	/* ... or not */
	{ "unknown key, whole chain",
	    { LEAF, MIDDLE, ROOT }, "2 1 1 " OTHER_KEY, FINDING_CODE_COUNT,
	    NULL, NULL },
	{ "unknown key, wrong order",
	    { LEAF, ROOT, MIDDLE }, "2 1 1 " OTHER_KEY, FINDING_CODE_COUNT,
	    NULL, NULL },
	{ "unknown key, self-signed leaf",
	    { ALONE }, "2 1 1 " OTHER_KEY, FINDING_CODE_COUNT, NULL, NULL },
	{ "unknown key, ring",
	    { LEAF_OF_RING, RING_B, RING_A }, "2 1 1 " OTHER_KEY,
	    FINDING_CODE_COUNT, NULL, NULL },

	/* it has retired */
	{ "retired CA's key",
	    { LEAF, MIDDLE }, "2 1 1 " R10_KEY,
	    FINDING_ISSUER_RETIRED, "names Let's Encrypt R10, a CA "
	    "that has retired and issues no more certificates", "" },
	{ "retired CA's certificate",
	    { LEAF, MIDDLE, ROOT }, "2 0 1 " X3_CERT,
	    FINDING_ISSUER_RETIRED, "names DST Root CA X3, a CA that "
	    "has retired and issues no more certificates", "" },

	/* a CA's digest, but the usage or the selector is another */
	{ "retired CA's key with usage 3",
	    { LEAF, MIDDLE }, "3 1 1 " R10_KEY, FINDING_CODE_COUNT, NULL,
	    NULL },
	{ "known CA's key with usage 3",
	    { LEAF, MIDDLE }, "3 1 1 " X1_KEY, FINDING_CODE_COUNT, NULL, NULL },
	{ "known CA's key as a certificate's",
	    { LEAF, MIDDLE, ROOT }, "2 0 1 " X1_KEY, FINDING_CODE_COUNT, NULL,
	    NULL },
};

static const struct advice_rrset rrset = { "_25._tcp.mx.example.org", 3600 };
static const struct advice_rrset nowhere = { NULL, 3600 };

static bool
diagnose_row(const struct row *row, bool failing,
    struct diagnosis *diagnosis)
{
	struct chain *chain = chain_of(row->sent);
	struct tlsa_set set = { NULL, 0 };
	const struct match_input match = {
		.records = &set,
		.chain = chain,
		.reference_names = names,
		.reference_name_count = COUNT(names),
		.when = CERTIFICATES_NOW,
	};
	size_t asked = 0;
	const struct ca_lookup store = { find_in_store, &asked };
	struct diagnose_input input = {
		.chain = chain,
		.rules = &match,
		.rrset = &rrset,
		.ca_lookup = &store,
		.failing = failing,
	};
	bool explained;

	add_record(&set, row->record);
	input.record = set.records;
	explained = diagnose(diagnosis, &input);
	if (explained)
		assert_int_equal(follow_advice(&diagnosis->advice, &match, 0),
		    1);
	/* The CA store takes time to read, and is the last resort. */
	assert_true(asked <= 1);
	tlsa_set_clear(&set);
	chain_free(chain);
	return explained;
}

static void
test_issuer(void **state)
{
	const struct row *row = *state;
	struct diagnosis diagnosis;
	size_t length;
	char *advice;

	if (!diagnose_row(row, true, &diagnosis)) {
		assert_null(row->text);
		return;
	}
	if (row->text == NULL)
		fail_msg("%s", diagnosis.text);
	assert_int_equal(diagnosis.code, row->code);
	assert_string_equal(diagnosis.text, row->text);
	advice = advice_list_text(&diagnosis.advice);
	length = strlen(row->append);
	if (strncmp(advice, row->append, length) != 0 ||
	    strncmp(advice + length, "publish  ", 9) != 0)
		fail_msg("%s", advice);
	free(advice);
	free(diagnosis.text);
	advice_list_clear(&diagnosis.advice);
}

/* Beside a match, a CA that is not sent does no harm. */
static void
test_beside_match(void **state)
{
	struct diagnosis diagnosis;

	assert_false(diagnose_row(*state, false, &diagnosis));
}

/* With the certificate appended as advised, the record matches. */
static void
test_append(void **state)
{
	static const enum who sent[SENT_MAX] = { LEAF, MIDDLE },
	    whole[SENT_MAX] = { LEAF, MIDDLE, ROOT },
	    root[SENT_MAX] = { ROOT };
	struct chain *chains[] = { chain_of(sent),
		chain_of(whole), chain_of(root) };
	const struct tlsa fields = { .usage = 2, .selector = 1,
		.matching_type = 1, .size = CHAIN_DIGEST,
		.data = chains[2]->certificates[0].spki_sha256 };
	struct tlsa_set set = { NULL, 0 };
	struct match_input match = {
		.records = &set,
		.reference_names = names,
		.reference_name_count = COUNT(names),
		.when = CERTIFICATES_NOW,
	};
	struct diagnose_input input = { .rules = &match, .rrset = &nowhere,
		.failing = true };
	struct diagnosis diagnosis;
	struct match_result *results;
	size_t i;

	(void)state;
	tlsa_set_add(&set, &fields);
	match.chain = chains[0];
	input.record = set.records;
	input.chain = chains[0];
	assert_true(diagnose(&diagnosis, &input));
	assert_int_equal(diagnosis.code, FINDING_ISSUER_NOT_SENT);
	/* Without an owner the record is advised by itself. */
	assert_true(advice_has(&diagnosis.advice, "or\npublish  3 1 1 "));
	free(diagnosis.text);
	advice_list_clear(&diagnosis.advice);
	for (i = 0; i < 2; i++) {
		match.chain = chains[i];
		results = match_chain(&match);
		assert_int_equal(results[0].would_match, i == 1);
		match_free(results, 1);
	}
	tlsa_set_clear(&set);
	for (i = 0; i < COUNT(chains); i++)
		chain_free(chains[i]);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_issuer, rows),
		TABLE(test_beside_match, rows),
		TABLE_ALONE(test_append),
	};
	int failed;

	set_up();
	failed = table_run(tables, COUNT(tables));
	tear_down();
	return failed;
}
