/*
 * The records that are made of certificates and keys, and which of them are
 * offered.
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
#include "checker/tlsa/keyfile.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"

enum who { ROOT, INTERMEDIATE, LEAF, WHO_COUNT };

static int
set_up(void **state)
{
	struct issued **world = memory_new(WHO_COUNT, sizeof(*world));
	struct certificates_wish wish = { .cn = "Root", .ca = true };

	world[ROOT] = certificates_issue(&wish);
	wish = (struct certificates_wish){ .cn = "Intermediate", .ca = true,
		.issuer = world[ROOT] };
	world[INTERMEDIATE] = certificates_issue(&wish);
	wish = (struct certificates_wish){ .cn = "mx.example.org",
		.issuer = world[INTERMEDIATE], .key_type = KEY_RSA };
	world[LEAF] = certificates_issue(&wish);
	*state = world;
	return 0;
}

static int
tear_down(void **state)
{
	certificates_free_all(*state, WHO_COUNT);
	return 0;
}

/* The data as RFC 6698 2.1 has it, from OpenSSL's own. Returns its size. */
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

static void
test_every_kind(void **state)
{
	struct issued **world = *state;
	struct chain *chain = certificates_chain(
	    (const struct issued *const *)&world[LEAF], 1);
	int usage, selector, type;
	struct tlsa record;

	for (usage = 2; usage <= 3; usage++) {
		for (selector = 0; selector <= 1; selector++) {
			for (type = 0; type <= 2; type++) {
				tlsa_of_certificate(&record,
				    chain->certificates, (enum tlsa_usage)usage,
				    (enum tlsa_selector)selector,
				    (enum tlsa_matching_type)type);
				assert_int_equal(record.usage, usage);
				assert_int_equal(record.selector, selector);
				assert_int_equal(record.matching_type, type);
				assert_true(record.usable);
				assert_data(&record, world[LEAF]);
				free(record.data);
			}
		}
	}
	chain_free(chain);
}

static void
test_of_key(void **state)
{
	struct issued **world = *state;
	struct tlsa record;
	uint8_t *spki;
	size_t size = expected_data(world[LEAF], 1, 0, &spki);
	int type;

	for (type = 0; type <= 2; type++) {
		tlsa_of_key(&record, spki, size,
		    (enum tlsa_matching_type)type);
		assert_int_equal(record.usage, TLSA_DANE_EE);
		assert_int_equal(record.selector, TLSA_SPKI);
		assert_int_equal(record.matching_type, type);
		assert_data(&record, world[LEAF]);
		free(record.data);
	}
	free(spki);
}

static void
test_line(void **state)
{
	struct issued **world = *state;
	struct chain *chain = certificates_chain(
	    (const struct issued *const *)&world[LEAF], 1);
	struct tlsa record;
	char *line;
	static const char head[] = "_25._tcp.mx.example.org. IN TLSA 3 1 1 ";

	tlsa_of_certificate(&record, chain->certificates, TLSA_DANE_EE,
	    TLSA_SPKI, TLSA_SHA2_256);
	line = tlsa_line("_25._tcp.mx.example.org", &record);
	assert_memory_equal(line, head, strlen(head));
	assert_int_equal(strlen(line), strlen(head) + 64);
	free(line);
	free(record.data);
	chain_free(chain);
}

/* --- what is offered */

/* What a file with these certificates holds. */
static struct keyfile
material_of(struct issued **world, const enum who *who, size_t count)
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

static void
test_recommended(void **state)
{
	static const struct {
		enum who	sent[3];
		size_t		count;
		size_t		issuer;		/* its place; 0: not there */
	} rows[] = {
		{ { LEAF, INTERMEDIATE, ROOT }, 3, 1 },
		{ { LEAF, ROOT, INTERMEDIATE }, 3, 2 },	/* in any order */
		{ { LEAF, INTERMEDIATE }, 2, 1 },
		{ { LEAF, ROOT }, 2, 0 },
		{ { LEAF }, 1, 0 },
		{ { ROOT }, 1, 0 },			/* signed by itself */
		{ { INTERMEDIATE, ROOT }, 2, 1 },
	};
	struct keyfile keyfile;
	struct candidates candidates;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		keyfile = material_of(*state, rows[i].sent, rows[i].count);
		assert_int_equal(chain_issuer_of_leaf(keyfile.chain), rows[i].issuer);
		candidates = (struct candidates){ NULL, 0 };
		candidates_add_recommended(&candidates, &keyfile);
		assert_int_equal(candidates.count, rows[i].issuer == 0 ? 1 : 2);
		assert_int_equal(candidates.items[0].record.usage, TLSA_DANE_EE);
		assert_true(candidates.items[0].recommended);
		assert_data(&candidates.items[0].record,
		    ((struct issued **)*state)[rows[i].sent[0]]);
		if (rows[i].issuer > 0) {
			assert_int_equal(candidates.items[1].record.usage,
			    TLSA_DANE_TA);
			assert_true(candidates.items[1].recommended);
			assert_data(&candidates.items[1].record, ((struct issued **)
			    *state)[rows[i].sent[rows[i].issuer]]);
		}
		candidates_clear(&candidates);
		keyfile_clear(&keyfile);
	}
}

static void
test_all(void **state)
{
	static const enum who sent[] = { LEAF, INTERMEDIATE, ROOT };
	struct keyfile keyfile = material_of(*state, sent, 3);
	struct candidates candidates = { NULL, 0 };
	const struct tlsa *record;
	size_t i, recommended = 0;

	candidates_add_all(&candidates, &keyfile, true);
	assert_int_equal(candidates.count, 3 * 2 * 3);
	for (i = 0; i < candidates.count; i++) {
		record = &candidates.items[i].record;
		assert_int_equal(record->usage, i < 6 ? 3 : 2);
		assert_data(record, ((struct issued **)*state)[sent[i / 6]]);
		assert_ptr_equal(candidates.items[i].certificate,
		    &keyfile.chain->certificates[i / 6]);
		/* Each says until when, and why not. */
		assert_non_null(strstr(candidates.items[i].comment,
		    ", until 2026-01-31; "));
		assert_int_equal(strstr(candidates.items[i].comment,
		    "not recommended: ") == NULL, candidates.items[i].recommended);
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
	struct keyfile keyfile = material_of(*state, sent, 1);
	struct candidates candidates = { NULL, 0 };

	chain_free(keyfile.chain);
	keyfile.chain = NULL;
	candidates_add_recommended(&candidates, &keyfile);
	assert_int_equal(candidates.count, 1);
	assert_data(&candidates.items[0].record, ((struct issued **)*state)[LEAF]);
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

static void
test_wanted(void **state)
{
	static const enum who sent[] = { LEAF, INTERMEDIATE };
	static const struct {
		struct tlsa	 kind;
		bool		 alone;		/* without the issuer */
		bool		 key;		/* without any certificate */
		const char	*why;		/* NULL: it is made */
	} rows[] = {
		{ { .usage = 3, .selector = 0, .matching_type = 2 },
		    false, false, NULL },
		{ { .usage = 2, .selector = 0, .matching_type = 0 },
		    false, false, NULL },
		{ { .usage = 3, .selector = 1, .matching_type = 0 },
		    true, true, NULL },
		{ { .usage = 2, .selector = 1, .matching_type = 1 },
		    true, false,
		    "needs the issuer's certificate, which is missing" },
		{ { .usage = 2, .selector = 1, .matching_type = 1 },
		    true, true,
		    "needs a certificate: a key alone allows only 3 1 x" },
		{ { .usage = 3, .selector = 0, .matching_type = 1 },
		    true, true,
		    "needs a certificate: a key alone allows only 3 1 x" },
		{ { .usage = 1, .selector = 1, .matching_type = 1 },
		    false, false,
		    "has a usage that is not for SMTP (RFC 7672 3.1.3)" },
		{ { .usage = 4, .selector = 1, .matching_type = 1 },
		    false, false,
		    "is not a known kind of record" },
		{ { .usage = 3, .selector = 2, .matching_type = 1 },
		    false, false,
		    "is not a known kind of record" },
		{ { .usage = 3, .selector = 1, .matching_type = 3 },
		    false, false,
		    "is not a known kind of record" },
	};
	struct keyfile keyfile;
	struct candidates candidates;
	const char *why;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		keyfile = material_of(*state, sent, rows[i].alone ? 1 : 2);
		if (rows[i].key) {
			chain_free(keyfile.chain);
			keyfile.chain = NULL;
		}
		candidates = (struct candidates){ NULL, 0 };
		assert_int_equal(candidates_add(&candidates, &keyfile, &rows[i].kind,
		    &why), rows[i].why == NULL);
		if (rows[i].why == NULL) {
			assert_int_equal(candidates.count, 1);
			assert_data(&candidates.items[0].record,
			    ((struct issued **)*state)[
			    rows[i].kind.usage == 2 ? INTERMEDIATE : LEAF]);
		} else {
			assert_string_equal(why, rows[i].why);
			assert_int_equal(candidates.count, 0);
		}
		candidates_clear(&candidates);
		keyfile_clear(&keyfile);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_kind),
		cmocka_unit_test(test_of_key),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_recommended),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_key_alone),
		cmocka_unit_test(test_wanted),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
