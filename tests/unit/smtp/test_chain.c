#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "resolver/memory.h"
#include "smtp/chain.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Made once, for all tests. */
static struct certificates_pair *authority;

static struct chain *
chain_of_pair(void)
{
	const struct issued *const issued[] = {
	    authority->leaf, authority->root };

	return certificates_chain(issued, 2);
}

/* A chain of one self-signed certificate, made as wished. */
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
	struct chain *chain = chain_of_pair();
	const struct certificate *leaf = &chain->certificates[0];
	const struct certificate *root = &chain->certificates[1];

	(void)state;
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
	struct chain *chain = chain_of_pair();
	const struct certificate *leaf = &chain->certificates[0];
	uint8_t digest[CHAIN_DIGEST];
	unsigned char *der = NULL;
	int size;

	(void)state;
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

static const struct subject_row {
	const char	*name;
	const char	*cn;
	const char	*subject;
} subject_rows[] = {
	{ "host", "mx.example.org", "CN=mx.example.org" },
	{ "empty", NULL, "(no name)" },
	{ "UTF-8", "M\xc3\xbcller", "CN=M\xc3\xbcller" },
	{ "comma", "a,O=Example", "CN=\"a,O=Example\"" },
	{ "plus", "a+b", "CN=\"a+b\"" },
	{ "escape sequence", "a\x1b[2Jb", "CN=a\\x1b[2Jb" },
	{ "bidirectional override", "a\xe2\x80\xaeorg", "CN=a\\u{202e}org" },
};

static void
test_subject(void **state)
{
	const struct subject_row *row = *state;
	const struct certificates_wish wish = { .cn = row->cn };
	struct chain *chain = chain_of_one(&wish);

	assert_string_equal(chain->certificates[0].subject, row->subject);
	assert_string_equal(chain->certificates[0].issuer, row->subject);
	chain_free(chain);
}

/* A part of a name: OCTETS of an ASN.1 string TYPE. */
struct part {
	const char	*attribute;
	int		 type;
	const char	*octets;
	int		 size;		/* -1: up to the NUL */
};

#define PARTS_MAX 3
#define PRINTABLE(attribute, text)                          \
	{                                                   \
		attribute, V_ASN1_PRINTABLESTRING, text, -1 \
	}
#define UTF8(attribute, text) { attribute, V_ASN1_UTF8STRING, text, -1 }
/* In BMPString, of as many octets. */
#define BMP(attribute, octets, size)                      \
	{                                                 \
		attribute, V_ASN1_BMPSTRING, octets, size \
	}

/* A chain of one certificate with that subject. */
static struct chain *
chain_named(const struct part *parts)
{
	X509 *x509 = X509_dup(authority->leaf->x509);
	X509_NAME *name = X509_NAME_new();
	STACK_OF(X509) *stack = sk_X509_new_null();
	struct chain *chain;
	size_t i;

	for (i = 0; i < PARTS_MAX && parts[i].attribute != NULL; i++)
		assert_int_equal(X509_NAME_add_entry_by_txt(name,
		    parts[i].attribute, parts[i].type,
		    (const unsigned char *)parts[i].octets, parts[i].size, -1,
		    0), 1);
	assert_int_equal(X509_set_subject_name(x509, name), 1);
	assert_int_equal(sk_X509_push(stack, x509), 1);
	chain = chain_from_stack(stack);
	sk_X509_pop_free(stack, X509_free);
	X509_NAME_free(name);
	return chain;
}

static const struct text_row {
	const char	*name;
	struct part	 parts[PARTS_MAX];
	const char	*subject;
} text_rows[] = {
	{ "the most telling part first", { UTF8("C", "US"),
	    UTF8("O", "Let's Encrypt"), UTF8("CN", "R11") },
	    "CN=R11,O=Let's Encrypt,C=US" },
	{ "T61String", { { "CN", V_ASN1_T61STRING, "M\xfcller", 6 } },
	    "CN=M\xc3\xbcller" },
	{ "BMPString", { BMP("CN", "\0M\0\xfc", 4) }, "CN=M\xc3\xbc" },
	{ "BMPString with an override", { BMP("CN", "\x20\x2e\0M", 4) },
	    "CN=\\u{202e}M" },
	{ "NUL", { { "CN", V_ASN1_UTF8STRING, "a\0b", 3 } }, "CN=a\\x00b" },
};

static void
test_name_text(void **state)
{
	const struct text_row *row = *state;
	struct chain *chain = chain_named(row->parts);

	assert_string_equal(chain->certificates[0].subject, row->subject);
	chain_free(chain);
}

static const struct equal_row {
	const char	*name;
	struct part	 a[PARTS_MAX], b[PARTS_MAX];
	bool		 equal;
} equal_rows[] = {
	{ "same octets", { UTF8("O", "X"), UTF8("CN", "R11") },
	    { UTF8("O", "X"), UTF8("CN", "R11") }, true },
	{ "PrintableString and UTF8String",
	    { PRINTABLE("O", "X"), PRINTABLE("CN", "R11") },
	    { UTF8("O", "X"), UTF8("CN", "R11") }, true },
	{ "BMPString and UTF8String", { BMP("CN", "\0R\0" "1", 4) },
	    { UTF8("CN", "R1") }, true },
	{ "case", { UTF8("CN", "Example CA") }, { UTF8("CN", "EXAMPLE ca") },
	    true },
	{ "white space", { UTF8("CN", " Example  CA ") },
	    { UTF8("CN", "Example CA") }, true },
	{ "white space left out", { UTF8("CN", "Example CA") },
	    { UTF8("CN", "ExampleCA") }, false },
	{ "text", { UTF8("CN", "R11") }, { UTF8("CN", "R12") }, false },
	{ "attribute", { UTF8("CN", "X") }, { UTF8("O", "X") }, false },
	{ "order", { UTF8("O", "X"), UTF8("CN", "R11") },
	    { UTF8("CN", "R11"), UTF8("O", "X") }, false },
	{ "one CN more", { UTF8("CN", "R11") },
	    { UTF8("CN", "R11"), UTF8("CN", "R11") }, false },
	{ "both empty", { { NULL, 0, NULL, 0 } }, { { NULL, 0, NULL, 0 } },
	    true },
	{ "one empty", { { NULL, 0, NULL, 0 } }, { UTF8("CN", "R11") },
	    false },
};

static void
test_name_equal(void **state)
{
	const struct equal_row *row = *state;
	struct chain *a = chain_named(row->a), *b = chain_named(row->b);

	assert_int_equal(chain_name_equal(&a->certificates[0].subject_name,
	    &b->certificates[0].subject_name), row->equal);
	assert_int_equal(chain_name_equal(&b->certificates[0].subject_name,
	    &a->certificates[0].subject_name), row->equal);
	chain_free(a);
	chain_free(b);
}

static const struct has_row {
	const char		*name;
	struct part		 parts[PARTS_MAX];
	enum chain_attribute	 attribute;
	const char		*text;
	bool			 has;
} has_rows[] = {
	{ "CN in UTF8String", { UTF8("O", "X"), UTF8("CN", "M\xc3\xbcller") },
	    CHAIN_COMMON_NAME, "M\xc3\xbcller", true },
	{ "CN in PrintableString", { PRINTABLE("CN", "R11") },
	    CHAIN_COMMON_NAME, "R11", true },
	{ "CN in BMPString", { BMP("CN", "\0M\0\xfc", 4) },
	    CHAIN_COMMON_NAME, "M\xc3\xbc", true },
	{ "first of several CNs", { UTF8("CN", "R11"), UTF8("CN", "R12") },
	    CHAIN_COMMON_NAME, "R11", true },
	{ "last of several CNs", { UTF8("CN", "R11"), UTF8("O", "X"),
	    UTF8("CN", "R12") }, CHAIN_COMMON_NAME, "R12", true },
	{ "O", { UTF8("O", "X"), UTF8("CN", "R11") }, CHAIN_ORGANIZATION, "X",
	    true },
	{ "O, which is the CN", { UTF8("CN", "X") }, CHAIN_ORGANIZATION, "X",
	    false },
	{ "case", { UTF8("CN", "r11") }, CHAIN_COMMON_NAME, "R11", false },
	{ "white space", { UTF8("CN", "R11 ") }, CHAIN_COMMON_NAME, "R11",
	    false },
	{ "beginning of it", { UTF8("CN", "R11") }, CHAIN_COMMON_NAME, "R1",
	    false },
	{ "up to a NUL", { { "CN", V_ASN1_UTF8STRING, "R11\0x", 5 } },
	    CHAIN_COMMON_NAME, "R11", false },
	{ "empty name", { { NULL, 0, NULL, 0 } }, CHAIN_COMMON_NAME, "",
	    false },
};

static void
test_name_has(void **state)
{
	const struct has_row *row = *state;
	struct chain *chain = chain_named(row->parts);

	assert_int_equal(chain_name_has(&chain->certificates[0].subject_name,
	    row->attribute, row->text), row->has);
	chain_free(chain);
}

/* COUNT names of SIZE octets in the subjectAltName extension. */
static struct chain *
chain_with_dns_names(const char *octets, int size, int count)
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

	(void)state;
	chain = chain_with_dns_names(name, sizeof(name) - 1, 1);
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

	chain = chain_with_dns_names("", 0, 1);
	assert_int_equal(chain->certificates[0].dns_name_count, 1);
	assert_string_equal(chain->certificates[0].dns_names[0], "");
	chain_free(chain);

	chain = chain_with_dns_names("mx.example.org", 14,
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

static const struct key_row {
	const char	*name;
	enum key_type	 type;
} key_rows[] = {
	{ "RSA", KEY_RSA },
	{ "RSA-PSS", KEY_RSA_PSS },
	{ "ECDSA", KEY_ECDSA },
	{ "Ed25519", KEY_ED25519 },
	{ "Ed448", KEY_ED448 },
};

static void
test_key_type(void **state)
{
	const struct key_row *row = *state;
	const struct certificates_wish wish = { .cn = "key",
		.key_type = row->type };
	struct chain *chain = chain_of_one(&wish);

	assert_int_equal(chain->certificates[0].key_type, row->type);
	assert_string_equal(key_type_name(row->type), row->name);
	chain_free(chain);
}

static void
test_other_key_types(void **state)
{
	(void)state;
	assert_int_equal(key_type_of(NULL), KEY_UNKNOWN);
	assert_string_equal(key_type_name(KEY_UNKNOWN), "unknown");
	assert_string_equal(key_type_name(KEY_DSA), "DSA");
	assert_string_equal(key_type_name(KEY_ML_DSA_87), "ML-DSA-87");
	assert_null(key_type_name(KEY_ALL));
}

/*
 * Subject and issuer are the same, and the signature is wrong: that takes a
 * verification, which is not made for everything that servers send.
 */
static void
test_self_signed_unverified(void **state)
{
	const struct certificates_wish forged = { .cn = "mx.example.org",
	    .forged = true };
	struct chain *chain = chain_of_one(&forged);

	(void)state;
	assert_true(chain->certificates[0].self_signed);
	chain_free(chain);
}

static void
test_limit(void **state)
{
	const struct issued *issued[CHAIN_MAX + 1];
	struct chain *chain;
	size_t i;

	(void)state;
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
	struct chain *chain = chain_of_pair(), *copy;
	STACK_OF(X509) *stack;
	size_t i;

	(void)state;
	chain->truncated = true;
	copy = chain_copy(chain);
	assert_true(copy->truncated);
	assert_int_equal(copy->count, chain->count);
	for (i = 0; i < copy->count; i++) {
		const struct certificate *a = &chain->certificates[i];
		const struct certificate *b = &copy->certificates[i];

		assert_ptr_not_equal(a->der, b->der);
		assert_ptr_equal(a->x509, b->x509);
		assert_int_equal(a->size, b->size);
		assert_memory_equal(a->der, b->der, a->size);
		assert_string_equal(a->subject, b->subject);
		assert_ptr_not_equal(a->issuer_name.der, b->issuer_name.der);
		assert_true(chain_name_equal(&a->subject_name,
		    &b->subject_name));
		assert_true(chain_name_equal(&a->issuer_name,
		    &b->issuer_name));
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

/*
 * A chain of the certificate that is in SIZE octets; NULL: there is none. Owned
 * by the caller.
 */
static struct chain *
from_der(const void *der, size_t size)
{
	struct chain *chain = memory_new(1, sizeof(*chain));

	chain->certificates = memory_new(1, sizeof(*chain->certificates));
	chain->count = 1;
	if (chain_certificate_from_der(chain->certificates,
	    memory_copy(der, size), size))
		return chain;
	chain_free(chain);
	return NULL;
}

static void
test_from_der(void **state)
{
	struct chain *chain = chain_of_pair(), *again;
	const struct certificate *leaf = &chain->certificates[0], *other;
	/* Behind it a NUL, by memory_copy. */
	uint8_t *longer = memory_copy(leaf->der, leaf->size);

	(void)state;
	again = from_der(leaf->der, leaf->size);
	assert_non_null(again);
	other = &again->certificates[0];
	assert_int_equal(other->size, leaf->size);
	assert_memory_equal(other->der, leaf->der, leaf->size);
	assert_string_equal(other->subject, leaf->subject);
	assert_string_equal(other->issuer, leaf->issuer);
	assert_int_equal(other->key_type, leaf->key_type);
	assert_int_equal(other->not_after, leaf->not_after);
	assert_memory_equal(other->spki_sha256, leaf->spki_sha256,
	    CHAIN_DIGEST);
	chain_free(again);

	assert_null(from_der(longer, leaf->size + 1));
	assert_null(from_der(leaf->der, leaf->size - 1));
	assert_null(from_der("\x30\0", 2));
	assert_null(from_der("", 0));
	free(longer);

	/* 30 82 LL LL: the length in more octets than DER takes for it. */
	assert_memory_equal(leaf->der, "\x30\x82", 2);
	longer = memory_new(leaf->size + 1, 1);
	memcpy(longer, "\x30\x83\0", 3);
	memcpy(longer + 3, leaf->der + 2, leaf->size - 2);
	assert_null(from_der(longer, leaf->size + 1));
	free(longer);
	chain_free(chain);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_ALONE(test_values),
		TABLE_ALONE(test_digests),
		TABLE(test_subject, subject_rows),
		TABLE(test_name_text, text_rows),
		TABLE(test_name_equal, equal_rows),
		TABLE(test_name_has, has_rows),
		TABLE_ALONE(test_dns_names),
		TABLE_ALONE(test_dates),
		TABLE(test_key_type, key_rows),
		TABLE_ALONE(test_other_key_types),
		TABLE_ALONE(test_self_signed_unverified),
		TABLE_ALONE(test_limit),
		TABLE_ALONE(test_copy),
		TABLE_ALONE(test_from_der),
	};
	void *pair;
	int failed;

	certificates_pair_set_up(&pair);
	authority = pair;
	failed = table_run(tables, COUNT(tables));
	certificates_pair_tear_down(&pair);
	return failed;
}
