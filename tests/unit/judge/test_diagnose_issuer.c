/*
 * Records of authorities that the server does not send, or that have retired.
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

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define SENT_MAX 4

/* checker/issuers.c, from the authorities' published certificates */
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
/* The system's store, as these tests have it, knows it as CN=Root. */
#define STORE_KEY \
	"5707e0000000000000000000000000000000000000000000000000000000571e"
/* Nobody's. */
#define OTHER_KEY \
	"000000000000000000000000000000000000000000000000000000000000abcd"

static const char *const names[] = { "mx.example.org" };

/* The certificates of the tests, an issuer before what it issues. */
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

static int
set_up(void **state)
{
	struct issued **world = memory_new(WHO_COUNT, sizeof(*world));
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
	*state = world;
	return 0;
}

static int
tear_down(void **state)
{
	certificates_free_all(*state, WHO_COUNT);
	return 0;
}

static struct chain *
chain_of(struct issued **world, const enum who *sent)
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

/* The system's CA store, as these tests have it. */
struct store {
	struct issued	**world;	/* borrowed */
	size_t		  asked;
};

static struct chain *
find_in_store(void *argument, const struct tlsa *record)
{
	static const enum who root[SENT_MAX] = { ROOT };
	struct store *store_asked = argument;
	struct tlsa_set store = { NULL, 0 };
	bool found;

	store_asked->asked++;
	add_record(&store, "2 1 1 " STORE_KEY);
	found = tlsa_same_combination(store.records, record) &&
	    memcmp(store.records->data, record->data, record->size) == 0;
	tlsa_set_clear(&store);
	return found ? chain_of(store_asked->world, root) : NULL;
}

#define NOT_THERE "which the server does not send; senders use no CA " \
	"store, so they cannot find it"
#define NO_USE	"which the server does not send and which is not known to " \
	"have issued what it sends: that was "
#define APPEND	"append the certificate of "
#define SENDS	" to the chain that the server sends"

static const struct row {
	enum who	 sent[SENT_MAX];
	const char	*record;
	enum finding_code code;		/* FINDING_CODE_COUNT: silence */
	const char	*text;
	const char	*append;	/* comes before the own key's record */
} rows[] = {
	/* it issued the last one that is sent */
	{ { LEAF_UNDER_X1, UNDER_X1 }, "2 1 1 " X1_KEY,
	    FINDING_ISSUER_NOT_SENT, "names ISRG Root X1, " NOT_THERE,
	    APPEND "ISRG Root X1" SENDS ", or\n" },
	{ { LEAF_UNDER_X1, UNDER_X1 }, "2 0 1 " X1_CERT,
	    FINDING_ISSUER_NOT_SENT, "names ISRG Root X1, " NOT_THERE,
	    APPEND "ISRG Root X1" SENDS ", or\n" },
	{ { LEAF_OF_YE1 }, "2 1 1 " YE1_KEY,
	    FINDING_ISSUER_NOT_SENT, "names Let's Encrypt YE1, " NOT_THERE,
	    APPEND "Let's Encrypt YE1" SENDS ", or\n" },
	{ { LEAF_OF_YR }, "2 0 1 " YR_CERT,
	    FINDING_ISSUER_NOT_SENT, "names ISRG Root YR, " NOT_THERE,
	    APPEND "ISRG Root YR" SENDS ", or\n" },
	{ { LEAF, MIDDLE }, "2 1 1 " STORE_KEY,
	    FINDING_ISSUER_NOT_SENT, "names CN=Root, " NOT_THERE,
	    APPEND "CN=Root" SENDS ", or\n" },
	/* in the wrong order the last one is another */
	{ { LEAF_UNDER_X1, ROOT, UNDER_X1, MIDDLE }, "2 1 1 " X1_KEY,
	    FINDING_ISSUER_NOT_SENT, "names ISRG Root X1, " NOT_THERE,
	    APPEND "ISRG Root X1" SENDS ", or\n" },

	/* more than one is missing, as far as can be seen */
	{ { LEAF_UNDER_X1 }, "2 1 1 " X1_KEY, FINDING_ISSUER_NOT_SENT,
	    "names ISRG Root X1, " NO_USE "CN=Under X1", "" },
	{ { LEAF }, "2 1 1 " STORE_KEY, FINDING_ISSUER_NOT_SENT,
	    "names CN=Root, " NO_USE "CN=Middle", "" },
	{ { LEAF_OF_YE1 }, "2 1 1 " YE3_KEY, FINDING_ISSUER_NOT_SENT,
	    "names Let's Encrypt YE3, " NO_USE "CN=YE1,O=Let's Encrypt", "" },
	{ { LEAF_OF_NOT_YE1 }, "2 1 1 " YE1_KEY, FINDING_ISSUER_NOT_SENT,
	    "names Let's Encrypt YE1, " NO_USE "CN=YE1,O=Let's Decrypt", "" },

	/* it would be no use to send it */
	{ { ALONE }, "2 1 1 " X1_KEY, FINDING_ISSUER_NOT_SENT,
	    "names ISRG Root X1, " NO_USE "CN=alone", "" },
	{ { LEAF, ROOT, MIDDLE }, "2 1 1 " X1_KEY, FINDING_ISSUER_NOT_SENT,
	    "names ISRG Root X1, " NO_USE "CN=Middle", "" },
	{ { LEAF_OF_RING, RING_B, RING_A }, "2 1 1 " STORE_KEY,
	    FINDING_ISSUER_NOT_SENT, "names CN=Root, " NO_USE "CN=Ring B",
	    "" },

	/* nobody knows it, but it may be the one that is missing */
	{ { LEAF, MIDDLE }, "2 1 1 " OTHER_KEY,
	    FINDING_ISSUER_NOT_SENT, "is of no CA that the server "
	    "sends. What it sends ends with CN=Middle, issued by CN=Root, "
	    "which is not sent: if the record is of that, senders cannot know",
	    APPEND "CN=Root" SENDS ", if it is the one, or\n" },
	{ { LEAF, X1 }, "2 0 1 " OTHER_KEY,
	    FINDING_ISSUER_NOT_SENT, "is of no CA that the server "
	    "sends. What it sends ends with CN=leaf, issued by CN=Middle, "
	    "which is not sent: if the record is of that, senders cannot know",
	    APPEND "CN=Middle" SENDS ", if it is the one, or\n" },
	/* ... or not */
	{ { LEAF, MIDDLE, ROOT }, "2 1 1 " OTHER_KEY, FINDING_CODE_COUNT,
	    NULL, NULL },
	{ { LEAF, ROOT, MIDDLE }, "2 1 1 " OTHER_KEY, FINDING_CODE_COUNT,
	    NULL, NULL },
	{ { ALONE }, "2 1 1 " OTHER_KEY, FINDING_CODE_COUNT, NULL, NULL },
	{ { LEAF_OF_RING, RING_B, RING_A }, "2 1 1 " OTHER_KEY,
	    FINDING_CODE_COUNT, NULL, NULL },

	/* it issues no more */
	{ { LEAF, MIDDLE }, "2 1 1 " R10_KEY,
	    FINDING_ISSUER_RETIRED, "names Let's Encrypt R10, a CA "
	    "that has retired and issues no more certificates", "" },
	{ { LEAF, MIDDLE, ROOT }, "2 0 1 " X3_CERT,
	    FINDING_ISSUER_RETIRED, "names DST Root CA X3, a CA that "
	    "has retired and issues no more certificates", "" },

	/* an authority's digest is not meant where usage 3 stands before it,
	 * nor its key's where that of its certificate should be */
	{ { LEAF, MIDDLE }, "3 1 1 " R10_KEY, FINDING_CODE_COUNT, NULL, NULL },
	{ { LEAF, MIDDLE }, "3 1 1 " X1_KEY, FINDING_CODE_COUNT, NULL, NULL },
	{ { LEAF, MIDDLE, ROOT }, "2 0 1 " X1_KEY, FINDING_CODE_COUNT, NULL,
	    NULL },
};

static const struct advice_rrset rrset = { "_25._tcp.mx.example.org", 3600 };
static const struct advice_rrset nowhere = { NULL, 3600 };

static bool
diagnose_row(struct issued **world, const struct row *row, bool failing,
    struct diagnosis *diagnosis)
{
	struct chain *chain = chain_of(world, row->sent);
	struct tlsa_set set = { NULL, 0 };
	const struct match_input match = {
		.records = &set,
		.chain = chain,
		.reference_names = names,
		.reference_name_count = COUNT(names),
		.when = CERTIFICATES_NOW,
	};
	struct store asked = { world, 0 };
	const struct ca_lookup store = { find_in_store, &asked };
	struct diagnose_input input = {
		.chain = chain,
		.rules = &match,
		.rrset = &rrset,
		.ca_lookup = &store,
		.failing = failing,
	};
	bool said;

	add_record(&set, row->record);
	input.record = set.records;
	said = diagnose(diagnosis, &input);
	if (said)
		assert_int_equal(follow_advice(&diagnosis->advice, &match, 0),
		    1);
	/* It takes time to read, and is for what is not known else. */
	assert_true(asked.asked <= 1);
	tlsa_set_clear(&set);
	chain_free(chain);
	return said;
}

static void
test_issuers(void **state)
{
	struct diagnosis diagnosis;
	const struct row *row;
	size_t i, length;
	char *advice;

	for (i = 0; i < COUNT(rows); i++) {
		row = &rows[i];
		if (!diagnose_row(*state, row, true, &diagnosis)) {
			if (row->text != NULL)
				fail_msg("nothing is said of %s", row->record);
			continue;
		}
		if (row->text == NULL)
			fail_msg("%s: %s", row->record, diagnosis.text);
		assert_int_equal(diagnosis.code, row->code);
		assert_string_equal(diagnosis.text, row->text);
		advice = advice_list_text(&diagnosis.advice);
		length = strlen(row->append);
		if (strncmp(advice, row->append, length) != 0 ||
		    strncmp(advice + length, "publish  ", 9) != 0)
			fail_msg("%s: %s", row->record, advice);
		free(advice);
		free(diagnosis.text);
		advice_list_clear(&diagnosis.advice);
	}
}

/* Beside a match an authority that is not there is nobody's trouble. */
static void
test_beside_match(void **state)
{
	struct diagnosis diagnosis;
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		assert_false(diagnose_row(*state, &rows[i], false,
		    &diagnosis));
}

/* What is to be appended, appended: then the record matches. */
static void
test_append(void **state)
{
	static const enum who sent[SENT_MAX] = { LEAF, MIDDLE },
	    whole[SENT_MAX] = { LEAF, MIDDLE, ROOT },
	    root[SENT_MAX] = { ROOT };
	struct chain *chains[] = { chain_of(*state, sent),
		chain_of(*state, whole), chain_of(*state, root) };
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

	tlsa_set_add(&set, &fields);
	match.chain = chains[0];
	input.record = set.records;
	input.chain = chains[0];
	assert_true(diagnose(&diagnosis, &input));
	assert_int_equal(diagnosis.code, FINDING_ISSUER_NOT_SENT);
	/* Without an owner the record is told by itself. */
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
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_issuers),
		cmocka_unit_test(test_beside_match),
		cmocka_unit_test(test_append),
	};

	return cmocka_run_group_tests_name("diagnose_issuer", tests, set_up,
	    tear_down);
}
