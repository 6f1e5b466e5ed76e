#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/chain.h"
#include "tests/unit/support/certificates.h"

static struct chain *
chain_of(const struct certificates_pair *authority)
{
	const struct issued *const issued[] = {
	    authority->leaf, authority->root };

	return certificates_chain(issued, 2);
}

/* What a certificate of its own, made as wished, comes out as. */
static struct chain *
chain_of_one(const struct certificates_wish *wish)
{
	struct issued *issued = certificates_issue(wish);
	const struct issued *const only[] = { issued };
	struct chain *chain = certificates_chain(only, 1);

	certificates_free(issued);
	return chain;
}

static void
test_values(void **state)
{
	struct chain *chain = chain_of(*state);
	const struct certificate *leaf = &chain->certificates[0];
	const struct certificate *root = &chain->certificates[1];

	assert_int_equal(chain->count, 2);
	assert_false(chain->truncated);

	assert_string_equal(leaf->subject, "CN=mx.example.org");
	assert_string_equal(leaf->issuer, "CN=Root");
	assert_int_equal(leaf->dns_name_count, 2);
	assert_string_equal(leaf->dns_names[0], "mx.example.org");
	assert_string_equal(leaf->dns_names[1], "*.example.org");
	assert_int_equal(leaf->key_type, KEY_RSA);
	assert_false(leaf->self_signed);
	assert_true(leaf->not_before ==
	    CERTIFICATES_NOW - 30 * CERTIFICATES_DAY);
	assert_true(leaf->not_after ==
	    CERTIFICATES_NOW + 30 * CERTIFICATES_DAY);

	assert_string_equal(root->subject, "CN=Root");
	assert_int_equal(root->dns_name_count, 0);
	assert_int_equal(root->key_type, KEY_ECDSA);
	assert_true(root->self_signed);
	chain_free(chain);
}

static void
test_digests(void **state)
{
	const struct certificates_pair *authority = *state;
	struct chain *chain = chain_of(authority);
	const struct certificate *leaf = &chain->certificates[0];
	uint8_t digest[CHAIN_DIGEST];
	unsigned char *der = NULL;
	int size;

	size = i2d_X509(authority->leaf->x509, &der);
	assert_int_equal(leaf->size, size);
	assert_memory_equal(leaf->der, der, leaf->size);
	SHA256(der, (size_t)size, digest);
	assert_memory_equal(leaf->cert_sha256, digest, sizeof(digest));
	OPENSSL_free(der);

	/* RFC 6698 1.1: the SubjectPublicKeyInfo, not the bare key in it. */
	der = NULL;
	size = i2d_PUBKEY(authority->leaf->key, &der);
	SHA256(der, (size_t)size, digest);
	assert_memory_equal(leaf->spki_sha256, digest, sizeof(digest));
	OPENSSL_free(der);
	chain_free(chain);
}

static void
test_names(void **state)
{
	static const struct {
		const char	*cn;
		const char	*subject;
	} rows[] = {
		{ "mx.example.org", "CN=mx.example.org" },
		{ NULL, "(no name)" },
		{ "M\xc3\xbcller", "CN=M\xc3\xbcller" },
		{ "a,O=Example", "CN=\"a,O=Example\"" },
		{ "a+b", "CN=\"a+b\"" },
		{ "a\x1b[2Jb", "CN=a\\x1b[2Jb" },
		{ "a\xe2\x80\xaeorg", "CN=a\\u{202e}org" },
	};
	struct chain *chain;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		chain = chain_of_one(&(struct certificates_wish){
		    .cn = rows[i].cn });
		assert_string_equal(chain->certificates[0].subject,
		    rows[i].subject);
		assert_string_equal(chain->certificates[0].issuer,
		    rows[i].subject);
		chain_free(chain);
	}
}

/* The most telling part comes first, whatever is before it in the name. */
static void
test_name_order(void **state)
{
	static const char *const parts[][2] = { { "C", "US" },
	    { "O", "Let's Encrypt" }, { "CN", "R11" } };
	struct certificates_pair *authority = *state;
	X509 *x509 = X509_dup(authority->leaf->x509);
	X509_NAME *name = X509_NAME_new();
	STACK_OF(X509) *stack = sk_X509_new_null();
	struct chain *chain;
	size_t i;

	for (i = 0; i < 3; i++)
		assert_int_equal(X509_NAME_add_entry_by_txt(name,
		    parts[i][0], MBSTRING_UTF8,
		    (const unsigned char *)parts[i][1], -1, -1, 0), 1);
	assert_int_equal(X509_set_issuer_name(x509, name), 1);
	assert_int_equal(sk_X509_push(stack, x509), 1);
	chain = chain_from_stack(stack);
	assert_string_equal(chain->certificates[0].issuer,
	    "CN=R11,O=Let's Encrypt,C=US");
	chain_free(chain);
	sk_X509_pop_free(stack, X509_free);
	X509_NAME_free(name);
}

/*
 * A name whose only part, the CN, is OCTETS of a TYPE that ASN.1 has for text.
 */
static struct chain *
chain_named(const struct certificates_pair *authority, int type,
    const char *octets, int size)
{
	X509 *x509 = X509_dup(authority->leaf->x509);
	X509_NAME *name = X509_NAME_new();
	STACK_OF(X509) *stack = sk_X509_new_null();
	struct chain *chain;

	assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", type,
	    (const unsigned char *)octets, size, -1, 0), 1);
	assert_int_equal(X509_set_subject_name(x509, name), 1);
	assert_int_equal(sk_X509_push(stack, x509), 1);
	chain = chain_from_stack(stack);
	sk_X509_pop_free(stack, X509_free);
	X509_NAME_free(name);
	return chain;
}

static void
test_name_types(void **state)
{
	static const struct {
		int		 type;
		const char	*octets;
		int		 size;
		const char	*subject;
	} rows[] = {
		{ V_ASN1_T61STRING, "M\xfcller", 6, "CN=M\xc3\xbcller" },
		{ V_ASN1_BMPSTRING, "\0M\0\xfc", 4, "CN=M\xc3\xbc" },
		{ V_ASN1_BMPSTRING, "\x20\x2e\0M", 4, "CN=\\u{202e}M" },
		{ V_ASN1_UTF8STRING, "a\0b", 3, "CN=a\\x00b" },
	};
	struct chain *chain;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		chain = chain_named(*state, rows[i].type, rows[i].octets,
		    rows[i].size);
		assert_string_equal(chain->certificates[0].subject,
		    rows[i].subject);
		chain_free(chain);
	}
}

/* COUNT names of SIZE octets in the extension that the names stand in. */
static struct chain *
chain_with_dns_names(const struct certificates_pair *authority,
    const char *octets, int size, int count)
{
	X509 *x509 = X509_dup(authority->root->x509);
	STACK_OF(X509) *stack = sk_X509_new_null();
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	GENERAL_NAME *name;
	ASN1_IA5STRING *string;
	struct chain *chain;
	int i;

	for (i = 0; i < count; i++) {
		name = GENERAL_NAME_new();
		string = ASN1_IA5STRING_new();
		assert_int_equal(ASN1_STRING_set(string, octets, size), 1);
		GENERAL_NAME_set0_value(name, GEN_DNS, string);
		assert_true(sk_GENERAL_NAME_push(names, name) > 0);
	}
	assert_int_equal(X509_add1_ext_i2d(x509, NID_subject_alt_name, names,
	    0, X509V3_ADD_DEFAULT), 1);
	GENERAL_NAMES_free(names);
	assert_int_equal(sk_X509_push(stack, x509), 1);
	chain = chain_from_stack(stack);
	sk_X509_pop_free(stack, X509_free);
	return chain;
}

static void
test_dns_names(void **state)
{
	static const char name[] = "bank.example\0.evil.example";
	struct chain *chain;

	chain = chain_with_dns_names(*state, name, sizeof(name) - 1, 1);
	assert_int_equal(chain->certificates[0].dns_name_count, 1);
	assert_string_equal(chain->certificates[0].dns_names[0],
	    "bank.example\\x00.evil.example");
	chain_free(chain);

	/* Some authorities leave the subject empty (RFC 5280 4.1.2.6). */
	chain = chain_of_one(&(struct certificates_wish){
	    .names = "DNS:mx.example.org,DNS:mx2.example.org" });
	assert_string_equal(chain->certificates[0].subject,
	    "DNS:mx.example.org");
	assert_string_equal(chain->certificates[0].issuer, "(no name)");
	chain_free(chain);

	chain = chain_with_dns_names(*state, "", 0, 1);
	assert_int_equal(chain->certificates[0].dns_name_count, 1);
	assert_string_equal(chain->certificates[0].dns_names[0], "");
	chain_free(chain);

	chain = chain_with_dns_names(*state, "mx.example.org", 14,
	    CHAIN_NAMES_MAX + 1);
	assert_int_equal(chain->certificates[0].dns_name_count,
	    CHAIN_NAMES_MAX);
	chain_free(chain);
}

static void
test_dates(void **state)
{
	/* From 1950 to 2049 a date is UTCTime, else GeneralizedTime. */
	static const struct certificates_wish far = { .cn = "far",
	    .from_day = -27000, .to_day = 2912000 };
	struct chain *chain = chain_of_one(&far);

	(void)state;
	assert_true(chain->certificates[0].not_before ==
	    CERTIFICATES_NOW - 27000 * CERTIFICATES_DAY);
	if (sizeof(time_t) > 4)
		assert_true(chain->certificates[0].not_after ==
		    CERTIFICATES_NOW + 2912000 * CERTIFICATES_DAY);
	else
		assert_true(chain->certificates[0].not_after == INT32_MAX);
	chain_free(chain);
}

static void
test_key_types(void **state)
{
	static const struct {
		enum key_type	 type;
		const char	*name;
	} rows[] = {
		{ KEY_RSA, "RSA" },
		{ KEY_RSA_PSS, "RSA-PSS" },
		{ KEY_ECDSA, "ECDSA" },
		{ KEY_ED25519, "Ed25519" },
		{ KEY_ED448, "Ed448" },
	};
	struct chain *chain;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		chain = chain_of_one(&(struct certificates_wish){
		    .cn = "key", .key_type = rows[i].type });
		assert_int_equal(chain->certificates[0].key_type,
		    rows[i].type);
		assert_string_equal(key_type_name(rows[i].type),
		    rows[i].name);
		chain_free(chain);
	}
	assert_int_equal(key_type_of(NULL), KEY_UNKNOWN);
	assert_string_equal(key_type_name(KEY_UNKNOWN), "unknown");
	assert_string_equal(key_type_name(KEY_DSA), "DSA");
}

/* Same name and its own issuer, but the signature is another's. */
static void
test_not_self_signed(void **state)
{
	const struct certificates_wish forged = { .cn = "mx.example.org",
	    .forged = true };
	struct chain *chain = chain_of_one(&forged);

	(void)state;
	assert_false(chain->certificates[0].self_signed);
	chain_free(chain);
}

static void
test_limit(void **state)
{
	const struct certificates_pair *authority = *state;
	const struct issued *issued[CHAIN_MAX + 1];
	struct chain *chain;
	size_t i;

	for (i = 0; i <= CHAIN_MAX; i++)
		issued[i] = authority->root;
	chain = certificates_chain(issued, CHAIN_MAX);
	assert_int_equal(chain->count, CHAIN_MAX);
	assert_false(chain->truncated);
	chain_free(chain);
	chain = certificates_chain(issued, CHAIN_MAX + 1);
	assert_int_equal(chain->count, CHAIN_MAX);
	assert_true(chain->truncated);
	chain_free(chain);
}

static void
test_copy(void **state)
{
	struct chain *chain = chain_of(*state), *copy;
	STACK_OF(X509) *stack;
	size_t i;

	chain->truncated = true;
	copy = chain_copy(chain);
	assert_true(copy->truncated);
	assert_int_equal(copy->count, chain->count);
	for (i = 0; i < copy->count; i++) {
		const struct certificate *a = &chain->certificates[i];
		const struct certificate *b = &copy->certificates[i];

		assert_ptr_not_equal(a->der, b->der);
		assert_int_equal(a->size, b->size);
		assert_memory_equal(a->der, b->der, a->size);
		assert_string_equal(a->subject, b->subject);
	}
	chain_free(chain);

	stack = chain_to_stack(copy);
	assert_int_equal(sk_X509_num(stack), 2);
	assert_int_equal(X509_check_issued(sk_X509_value(stack, 1),
	    sk_X509_value(stack, 0)), X509_V_OK);
	sk_X509_pop_free(stack, X509_free);
	chain_free(copy);
	chain_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_name_order),
		cmocka_unit_test(test_name_types),
		cmocka_unit_test(test_dns_names),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_key_types),
		cmocka_unit_test(test_not_self_signed),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_copy),
	};

	return cmocka_run_group_tests_name("chain", tests,
	    certificates_pair_set_up, certificates_pair_tear_down);
}
