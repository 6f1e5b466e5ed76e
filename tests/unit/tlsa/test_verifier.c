/*
 * What verifications share: each signature is checked once, within a budget;
 * and what takes the place of OpenSSL's own last step comes to the same end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "checker/tlsa/match_parts.h"
#include "checker/tlsa/tlsa.h"
#include "checker/tlsa/verifier_parts.h"
#include "smtp/chain.h"
#include "smtp/key_cost.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/match_cases.h"
#include "tests/unit/support/table.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

/* More than any chain of these tests costs. */
#define PLENTY	1000.0

static struct issued **world;

/* Certificates for chains in any order. */
enum kin { NONE, TOP, NAMESAKE, MIDDLE, BOTTOM, KIN_COUNT };

#define SENT_MAX 4

static const struct order_row {
	const char	*name;
	enum kin	 sent[SENT_MAX];
	size_t		 issuer;	/* of the first */
	size_t		 issued;	/* by the first */
} order_rows[] = {
	{ "in order", { BOTTOM, MIDDLE, TOP }, 1, 0 },
	{ "issuer last", { BOTTOM, TOP, MIDDLE }, 2, 0 },
	{ "leaf twice", { BOTTOM, BOTTOM, MIDDLE }, 2, 0 },
	{ "leaf alone", { BOTTOM }, 0, 0 },
	{ "issuer missing", { BOTTOM, TOP }, 0, 0 },
	{ "self-signed, twice", { TOP, TOP }, 0, 0 },
	{ "reversed", { TOP, MIDDLE, BOTTOM }, 0, 1 },
	{ "leaf last", { MIDDLE, TOP, BOTTOM }, 1, 2 },
	{ "another CA of the issuer's name", { MIDDLE, NAMESAKE, TOP },
	    2, 0 },
	{ "first is only a namesake of the issuer",
	    { NAMESAKE, MIDDLE }, 0, 0 },
};

static void
test_order(void **state)
{
	static const struct certificates_wish root = { .cn = "Root",
		.ca = true, .without_key_ids = true };
	const struct order_row *row = *state;
	struct certificates_wish wish = { .cn = "Intermediate", .ca = true,
		.without_key_ids = true };
	struct issued *issued[KIN_COUNT] = { NULL };
	const struct issued *sent[SENT_MAX];
	struct chain *chain;
	size_t i;

	issued[TOP] = certificates_issue(&root);
	issued[NAMESAKE] = certificates_issue(&root);
	wish.issuer = issued[TOP];
	issued[MIDDLE] = certificates_issue(&wish);
	wish = (struct certificates_wish){ .cn = "mx.example.org",
		.issuer = issued[MIDDLE], .without_key_ids = true };
	issued[BOTTOM] = certificates_issue(&wish);
	for (i = 0; i < SENT_MAX && row->sent[i] != NONE; i++)
		sent[i] = issued[row->sent[i]];
	chain = certificates_chain(sent, i);
	assert_int_equal(verifier_issuer_of_leaf(NULL, chain), row->issuer);
	assert_int_equal(verifier_issued_by_leaf(NULL, chain), row->issued);
	chain_free(chain);
	for (i = 0; i < KIN_COUNT; i++)
		certificates_free(issued[i]);
}

/* The chain LEAF, INTERMEDIATE, ROOT. Owned by the caller. */
static struct chain *
usual_chain(void)
{
	static const enum who sent[] = { LEAF, INTERMEDIATE, ROOT };

	return match_world_chain(world, sent, COUNT(sent));
}

static double
cost_of(enum who who)
{
	return key_cost(X509_get0_pubkey(world[who]->x509));
}

static void
test_once(void **state)
{
	const struct verifier_limits limits = {
		.work = 1.5 * cost_of(INTERMEDIATE),
	};
	struct verifier *verifier = verifier_new(&limits);
	struct chain *chain = usual_chain(), *copy = usual_chain();

	(void)state;
	assert_int_equal(verifier_issuer_of_leaf(verifier, chain), 1);
	/* The same once more, and in other memory, costs nothing. */
	assert_int_equal(verifier_issuer_of_leaf(verifier, chain), 1);
	assert_int_equal(verifier_issuer_of_leaf(verifier, copy), 1);
	assert_null(verifier_exhausted(verifier));
	chain_free(chain);
	chain_free(copy);
	verifier_free(verifier);
}

static void
test_exhausted(void **state)
{
	const struct verifier_limits limits = {
		.work = 0.5 * cost_of(INTERMEDIATE),
	};
	struct verifier *verifier = verifier_new(&limits);
	struct chain *chain = usual_chain();

	(void)state;
	assert_int_equal(verifier_issuer_of_leaf(verifier, chain), 0);
	assert_string_equal(verifier_exhausted(verifier),
	    "the budget for signature checks is used up");
	/* What is left is not for smaller things: they would come in turn. */
	assert_false(verifier_charge(verifier, 0.1 * limits.work));
	verifier_allow(verifier, PLENTY);
	assert_null(verifier_exhausted(verifier));
	assert_int_equal(verifier_issuer_of_leaf(verifier, chain), 1);
	chain_free(chain);
	verifier_free(verifier);
}

static bool
is_late(void *argument)
{
	int *left = argument;

	return (*left)-- <= 0;
}

static void
test_late(void **state)
{
	int left = 1;
	const struct verifier_limits limits = {
		.work = PLENTY,
		.is_late = is_late,
		.argument = &left,
	};
	struct verifier *verifier = verifier_new(&limits);

	(void)state;
	assert_true(verifier_charge(verifier, 1));
	assert_null(verifier_exhausted(verifier));
	assert_false(verifier_charge(verifier, 1));
	assert_string_equal(verifier_exhausted(verifier),
	    "there was no time left to verify it");
	verifier_free(verifier);
}

/* Usage 2, with too little for its signatures, beside usage 3, without any. */
static void
test_untried(void **state)
{
	const struct verifier_limits limits = {
		.work = 0.5 * cost_of(INTERMEDIATE) + 1,
	};
	struct chain *chain = usual_chain();
	struct tlsa_set set = { NULL, 0 };
	struct match_input input = match_world_input(&set, chain);
	struct match_result *results;

	(void)state;
	input.verifier = verifier_new(&limits);
	verifier_charge(input.verifier, 1);
	match_world_record(&set, world, "2 1 1", ROOT);
	match_world_record(&set, world, "3 1 1", LEAF);
	match_world_record(&set, world, "3 1 1", LEAF_OTHER);
	results = match_chain(&input);
	assert_int_equal(results[0].status, MATCH_UNTRIED);
	assert_false(results[0].would_match);
	assert_int_equal(results[0].faults, 0);
	assert_non_null(results[0].why);
	assert_int_equal(results[1].status, MATCH_MATCH);
	assert_int_equal(results[2].status, MATCH_MISMATCH);
	assert_true(match_any(results, set.count, MATCH_UNTRIED));
	match_free(results, set.count);
	verifier_free(input.verifier);
	chain_free(chain);
	tlsa_set_clear(&set);
}

/* Whether OpenSSL verifies it, all by itself. */
static bool
openssl_verifies(const struct match_input *input, const struct tlsa *record)
{
	struct verifier *verifier = verifier_new(NULL);
	STACK_OF(X509) *stack = chain_to_stack(input->chain);
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	SSL *ssl = SSL_new(verifier_context(verifier));
	X509_VERIFY_PARAM *rules;
	bool verifies;
	size_t i;

	assert_int_equal(SSL_dane_enable(ssl, "localhost"), 1);
	SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
	assert_int_equal(SSL_dane_tlsa_add(ssl, record->usage,
	    record->selector, record->matching_type, record->data,
	    record->size), 1);
	assert_int_equal(X509_STORE_CTX_init(context, verifier_store(verifier),
	    sk_X509_value(stack, 0), stack), 1);
	rules = X509_STORE_CTX_get0_param(context);
	X509_VERIFY_PARAM_set_time(rules, input->when);
	/* As Postfix does, see match_parts.h. */
	X509_VERIFY_PARAM_set_auth_level(rules,
	    record->usage == TLSA_DANE_TA ? 1 : 0);
	X509_VERIFY_PARAM_set_depth(rules, MATCH_HEIGHT_MAX - 1);
	for (i = 0; i < input->reference_name_count; i++)
		X509_VERIFY_PARAM_add1_host(rules, input->reference_names[i],
		    0);
	X509_STORE_CTX_set0_dane(context, SSL_get0_dane(ssl));
	verifies = X509_verify_cert(context) == 1 &&
	    X509_STORE_CTX_get_error(context) == X509_V_OK;
	X509_STORE_CTX_free(context);
	SSL_free(ssl);
	sk_X509_pop_free(stack, X509_free);
	verifier_free(verifier);
	return verifies;
}

/* All records of a certificate, held against a chain. */
static void
compare(const struct chain *chain, enum who of)
{
	static const char *const kinds[] = { "2 0 0", "2 0 1", "2 1 0",
		"2 1 1", "3 0 1", "3 1 0" };
	struct tlsa_set set = { NULL, 0 };
	struct match_input input = match_world_input(&set, chain);
	struct match_result *results;
	size_t i;

	for (i = 0; i < COUNT(kinds); i++)
		match_world_record(&set, world, kinds[i], of);
	results = match_chain(&input);
	for (i = 0; i < set.count; i++) {
		if (results[i].would_match !=
		    openssl_verifies(&input, &set.records[i]))
			fail_msg("%s of %d: %s", kinds[i], (int)of,
			    results[i].why != NULL ? results[i].why :
			    "matches");
	}
	match_free(results, set.count);
	tlsa_set_clear(&set);
}

/*
 * OpenSSL by itself, and with our last step: chains of all that the world has,
 * by a generator that gives the same in each run.
 */
static void
test_as_openssl(void **state)
{
	enum who sent[MATCH_SENT_MAX];
	struct chain *chain;
	uint32_t random = 1;
	size_t i, j, count;

	(void)state;
	for (i = 0; i < 400; i++) {
		random = random * 1664525 + 1013904223;
		count = 1 + (random >> 16) % MATCH_SENT_MAX;
		for (j = 0; j < count; j++) {
			random = random * 1664525 + 1013904223;
			/* Leaves first, CAs behind them, mostly. */
			sent[j] = j == 0 && (random & 0xf00) != 0 ?
			    LEAF + (random >> 16) % (WHO_COUNT - LEAF) :
			    ROOT + (random >> 16) % (LEAF - ROOT);
		}
		chain = match_world_chain(world, sent, count);
		for (j = 0; j < count; j++)
			compare(chain, sent[j]);
		compare(chain, ROOT);
		compare(chain, INTERMEDIATE);
		chain_free(chain);
	}
}

/* The same for the cases of test_match.c, which have chains that do verify. */
static void
test_cases_as_openssl(void **state)
{
	const struct match_case *row = *state;
	struct chain *chain = match_world_chain(world, row->sent,
	    MATCH_SENT_MAX);

	compare(chain, row->of);
	chain_free(chain);
}

int
main(void)
{
	const struct table tables[] = {
		TABLE(test_order, order_rows),
		TABLE_ALONE(test_once),
		TABLE_ALONE(test_exhausted),
		TABLE_ALONE(test_late),
		TABLE_ALONE(test_untried),
		TABLE_ALONE(test_as_openssl),
		TABLE_PART(test_cases_as_openssl, match_cases,
		    match_case_count),
	};
	void *set_up;
	int failed;

	match_world_set_up(&set_up);
	world = set_up;
	failed = table_run(tables, COUNT(tables));
	match_world_tear_down(&set_up);
	return failed;
}
