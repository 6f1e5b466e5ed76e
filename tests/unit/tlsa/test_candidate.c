/*
 * The records that are made from certificates and keys, and which of them are
 * candidates for publishing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include "checker/tlsa/candidate.h"
#include "checker/tlsa/verifier.h"
#include "checker/tlsa/keyfile.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/table.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

enum who { ROOT, INTERMEDIATE, LEAF, WHO_COUNT };

static struct issued *world[WHO_COUNT];

static void
set_up(void)
{
	struct certificates_wish wish = { .cn = "Root", .ca = true };

	world[ROOT] = certificates_issue(&wish);
	wish = (struct certificates_wish){ .cn = "Intermediate", .ca = true,
		.issuer = world[ROOT] };
	world[INTERMEDIATE] = certificates_issue(&wish);
	wish = (struct certificates_wish){ .cn = "mx.example.org",
		.issuer = world[INTERMEDIATE], .key_type = KEY_RSA };
	world[LEAF] = certificates_issue(&wish);
}

/* Makes the data (RFC 6698 2.1) with OpenSSL. Returns its size. */
static size_t
expected_data(const struct issued *issued, int selector, int type,
    uint8_t **data)
{
	unsigned char *der = NULL, digest[SHA512_DIGEST_LENGTH];
	int size = selector == 0 ? i2d_X509(issued->x509, &der) :
	    i2d_PUBKEY(issued->key, &der);
	size_t length = (size_t)size;

	assert_true(size > 0);
	if (type == 1) {
		SHA256(der, length, digest);
		length = SHA256_DIGEST_LENGTH;
	} else if (type == 2) {
		SHA512(der, length, digest);
		length = SHA512_DIGEST_LENGTH;
	}
	*data = memory_copy(type == 0 ? der : digest, length);
	OPENSSL_free(der);
	return length;
}

static void
assert_data(const struct tlsa *record, const struct issued *issued)
{
	uint8_t *data;
	size_t size = expected_data(issued, record->selector,
	    record->matching_type, &data);

	assert_int_equal(record->size, size);
	assert_memory_equal(record->data, data, size);
	free(data);
}

static const struct kind {
	const char		*name;
	enum tlsa_usage		 usage;
	enum tlsa_selector	 selector;
	enum tlsa_matching_type	 matching_type;
} kinds[] = {
	{ "2 0 0", TLSA_DANE_TA, TLSA_CERT, TLSA_FULL },
	{ "2 0 1", TLSA_DANE_TA, TLSA_CERT, TLSA_SHA2_256 },
	{ "2 0 2", TLSA_DANE_TA, TLSA_CERT, TLSA_SHA2_512 },
	{ "2 1 0", TLSA_DANE_TA, TLSA_SPKI, TLSA_FULL },
	{ "2 1 1", TLSA_DANE_TA, TLSA_SPKI, TLSA_SHA2_256 },
	{ "2 1 2", TLSA_DANE_TA, TLSA_SPKI, TLSA_SHA2_512 },
	{ "3 0 0", TLSA_DANE_EE, TLSA_CERT, TLSA_FULL },
	{ "3 0 1", TLSA_DANE_EE, TLSA_CERT, TLSA_SHA2_256 },
	{ "3 0 2", TLSA_DANE_EE, TLSA_CERT, TLSA_SHA2_512 },
	{ "3 1 0", TLSA_DANE_EE, TLSA_SPKI, TLSA_FULL },
	{ "3 1 1", TLSA_DANE_EE, TLSA_SPKI, TLSA_SHA2_256 },
	{ "3 1 2", TLSA_DANE_EE, TLSA_SPKI, TLSA_SHA2_512 },
};

static void
assert_kind(const struct tlsa *record, const struct kind *kind)
{
	assert_int_equal(record->usage, kind->usage);
	assert_int_equal(record->selector, kind->selector);
	assert_int_equal(record->matching_type, kind->matching_type);
	assert_true(record->usable);
	assert_data(record, world[LEAF]);
}

static void
test_of_certificate(void **state)
{
	const struct kind *row = *state;
	struct chain *chain = certificates_chain(
	    (const struct issued *const *)&world[LEAF], 1);
	struct tlsa record;

	tlsa_of_certificate(&record, chain->certificates, row->usage,
	    row->selector, row->matching_type);
	assert_kind(&record, row);
	tlsa_clear(&record);
	chain_free(chain);
}

/* 3 1 x of a key, which takes no certificate. */
static void
test_of_key(void **state)
{
	const struct kind *row = *state;
	struct tlsa record;
	uint8_t *spki;
	size_t size = expected_data(world[LEAF], 1, 0, &spki);

	tlsa_of_key(&record, spki, size, row->matching_type);
	assert_kind(&record, row);
	tlsa_clear(&record);
	free(spki);
}

/* --- candidates */

/* What a file with these certificates holds. */
static struct keyfile
keyfile_of(const enum who *who, size_t count)
{
	const struct issued *issued[WHO_COUNT];
	struct keyfile keyfile = { .key_type = KEY_RSA };
	size_t i;

	for (i = 0; i < count; i++)
		issued[i] = world[who[i]];
	keyfile.chain = certificates_chain(issued, count);
	keyfile.spki_size = expected_data(issued[0], 1, 0, &keyfile.spki);
	return keyfile;
}

static const struct sent {
	const char	*name;
	enum who	 sent[3];
	size_t		 count;
	size_t		 issuer;	/* its place; 0: not there */
} sents[] = {
	{ "whole chain", { LEAF, INTERMEDIATE, ROOT }, 3, 1 },
	{ "issuer in another place", { LEAF, ROOT, INTERMEDIATE }, 3, 2 },
	{ "without the root", { LEAF, INTERMEDIATE }, 2, 1 },
	{ "without the issuer", { LEAF, ROOT }, 2, 0 },
	{ "leaf alone", { LEAF }, 1, 0 },
	{ "self-signed", { ROOT }, 1, 0 },
	{ "CA and its issuer", { INTERMEDIATE, ROOT }, 2, 1 },
};

static void
test_recommended(void **state)
{
	const struct sent *row = *state;
	struct keyfile keyfile = keyfile_of(row->sent, row->count);
	struct candidates candidates = { NULL, 0 };
	const struct candidate *own, *issuer;

	assert_int_equal(verifier_issuer_of_leaf(NULL, keyfile.chain),
	    row->issuer);
	candidates_add_recommended(&candidates, &keyfile);
	assert_int_equal(candidates.count, row->issuer == 0 ? 1 : 2);
	own = &candidates.items[0];
	assert_int_equal(own->record.usage, TLSA_DANE_EE);
	assert_true(own->recommended);
	assert_data(&own->record, world[row->sent[0]]);
	if (row->issuer > 0) {
		issuer = &candidates.items[1];
		assert_int_equal(issuer->record.usage, TLSA_DANE_TA);
		assert_true(issuer->recommended);
		assert_data(&issuer->record, world[row->sent[row->issuer]]);
	}
	candidates_clear(&candidates);
	keyfile_clear(&keyfile);
}

static void
test_all(void **state)
{
	static const enum who sent[] = { LEAF, INTERMEDIATE, ROOT };
	struct keyfile keyfile = keyfile_of(sent, 3);
	struct candidates candidates = { NULL, 0 };
	const struct tlsa *record;
	size_t i, recommended = 0;

	(void)state;
	candidates_add_all(&candidates, &keyfile, true);
	assert_int_equal(candidates.count, 3 * 2 * 3);
	for (i = 0; i < candidates.count; i++) {
		record = &candidates.items[i].record;
		assert_int_equal(record->usage, i < 6 ? 3 : 2);
		assert_data(record, world[sent[i / 6]]);
		assert_ptr_equal(candidates.items[i].certificate,
		    &keyfile.chain->certificates[i / 6]);
		/* Each says until when, and why not. */
		assert_non_null(strstr(candidates.items[i].comment,
		    ", until 2026-01-31; "));
		assert_int_equal(strstr(candidates.items[i].comment,
		    "not recommended: ") == NULL,
		    candidates.items[i].recommended);
		recommended += candidates.items[i].recommended;
	}
	assert_int_equal(recommended, 2);
	assert_true(candidates.items[0].recommended);
	assert_true(candidates.items[6].recommended);
	candidates_clear(&candidates);
	candidates_add_all(&candidates, &keyfile, false);
	assert_int_equal(candidates.count, 3 * 2 * 2);
	candidates_clear(&candidates);
	keyfile_clear(&keyfile);
}

/* Of a key alone: usage 3, selector 1. */
static void
test_key_alone(void **state)
{
	static const enum who sent[] = { LEAF };
	struct keyfile keyfile = keyfile_of(sent, 1);
	struct candidates candidates = { NULL, 0 };

	(void)state;
	chain_free(keyfile.chain);
	keyfile.chain = NULL;
	candidates_add_recommended(&candidates, &keyfile);
	assert_int_equal(candidates.count, 1);
	assert_data(&candidates.items[0].record, world[LEAF]);
	assert_null(candidates.items[0].certificate);
	candidates_clear(&candidates);
	candidates_add_all(&candidates, &keyfile, false);
	assert_int_equal(candidates.count, 2);
	candidates_clear(&candidates);
	candidates_add_all(&candidates, &keyfile, true);
	assert_int_equal(candidates.count, 3);
	candidates_clear(&candidates);
	keyfile_clear(&keyfile);
}

static const struct wanted {
	const char	*name;
	struct tlsa	 kind;
	bool		 alone;		/* without the issuer */
	bool		 key;		/* without any certificate */
	const char	*why;		/* NULL: it is made */
} wanteds[] = {
	{ "3 0 2 of a chain",
	    { .usage = 3, .selector = 0, .matching_type = 2 },
	    false, false, NULL },
	{ "2 0 0 of a chain",
	    { .usage = 2, .selector = 0, .matching_type = 0 },
	    false, false, NULL },
	{ "3 1 0 of a key",
	    { .usage = 3, .selector = 1, .matching_type = 0 },
	    true, true, NULL },
	{ "usage 2 without the issuer",
	    { .usage = 2, .selector = 1, .matching_type = 1 },
	    true, false,
	    "needs the issuer's certificate, which is missing" },
	{ "usage 2 of a key",
	    { .usage = 2, .selector = 1, .matching_type = 1 },
	    true, true,
	    "needs a certificate: a key alone allows only 3 1 x" },
	{ "selector 0 of a key",
	    { .usage = 3, .selector = 0, .matching_type = 1 },
	    true, true,
	    "needs a certificate: a key alone allows only 3 1 x" },
	{ "PKIX usage",
	    { .usage = 1, .selector = 1, .matching_type = 1 },
	    false, false,
	    "has a usage that is not for SMTP (RFC 7672 3.1.3)" },
	{ "unknown usage",
	    { .usage = 4, .selector = 1, .matching_type = 1 },
	    false, false, "is not a known kind of record" },
	{ "unknown selector",
	    { .usage = 3, .selector = 2, .matching_type = 1 },
	    false, false, "is not a known kind of record" },
	{ "unknown matching type",
	    { .usage = 3, .selector = 1, .matching_type = 3 },
	    false, false, "is not a known kind of record" },
};

static void
test_wanted(void **state)
{
	static const enum who sent[] = { LEAF, INTERMEDIATE };
	const struct wanted *row = *state;
	struct keyfile keyfile = keyfile_of(sent, row->alone ? 1 : 2);
	struct candidates candidates = { NULL, 0 };
	const char *why;

	if (row->key) {
		chain_free(keyfile.chain);
		keyfile.chain = NULL;
	}
	assert_int_equal(candidates_add(&candidates, &keyfile, &row->kind,
	    &why), row->why == NULL);
	if (row->why == NULL) {
		assert_int_equal(candidates.count, 1);
		assert_data(&candidates.items[0].record,
		    world[row->kind.usage == 2 ? INTERMEDIATE : LEAF]);
	} else {
		assert_string_equal(why, row->why);
		assert_int_equal(candidates.count, 0);
	}
	candidates_clear(&candidates);
	keyfile_clear(&keyfile);
}

int
main(void)
{
	/* The last three kinds are 3 1 x. */
	const struct table tables[] = {
		TABLE(test_of_certificate, kinds),
		TABLE_PART(test_of_key, &kinds[COUNT(kinds) - 3], 3),
		TABLE(test_recommended, sents),
		TABLE_ALONE(test_all),
		TABLE_ALONE(test_key_alone),
		TABLE(test_wanted, wanteds),
	};
	int failed;
	size_t i;

	set_up();
	failed = table_run(tables, COUNT(tables));
	for (i = 0; i < WHO_COUNT; i++)
		certificates_free(world[i]);
	return failed;
}
