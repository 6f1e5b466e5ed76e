#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "resolver/memory.h"
#include "smtp/chain.h"
#include "tests/unit/certificates.h"

/* An authority and a server's certificate under it; made once. */
struct authority {
	struct issued	*root;
	struct issued	*leaf;
};

static int
setup(void **state)
{
	const struct certificates_wish root = { .cn = "Root", .ca = true };
	struct authority *authority = memory_new(1, sizeof(*authority));
	struct certificates_wish leaf = { .cn = "mx.example.org",
	    .names = "DNS:mx.example.org,DNS:*.example.org,IP:192.0.2.1",
	    .key_type = KEY_RSA };

	authority->root = certificates_issue(&root);
	leaf.issuer = authority->root;
	authority->leaf = certificates_issue(&leaf);
	*state = authority;
	return 0;
}

static int
teardown(void **state)
{
	struct authority *authority = *state;

	certificates_free(authority->leaf);
	certificates_free(authority->root);
	free(authority);
	return 0;
}

static struct chain *
chain_of(const struct authority *authority)
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
	const struct authority *authority = *state;
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
	struct authority *authority = *state;
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

/* A name whose only part, the CN, is OCTETS of a TYPE that ASN.1 has for text. */
static struct chain *
chain_named(const struct authority *authority, int type, const char *octets,
    int size)
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
chain_with_dns_names(const struct authority *authority, const char *octets,
    int size, int count)
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

	/* Authorities leave the subject empty, as they may (RFC 5280 4.1.2.6). */
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
	const struct authority *authority = *state;
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

/*
 * PEM. A row's text is made of these: '1' and '2' the leaf's and the root's
 * certificate, 't' the leaf's as "trusted certificate", 'k' a private key, all
 * else itself.
 */
static void
add_pem(BIO *text, const struct authority *authority, char what)
{
	switch (what) {
	case '1':
		PEM_write_bio_X509(text, authority->leaf->x509);
		break;
	case '2':
		PEM_write_bio_X509(text, authority->root->x509);
		break;
	case 't':
		PEM_write_bio_X509_AUX(text, authority->leaf->x509);
		break;
	case 'k':
		PEM_write_bio_PrivateKey(text, authority->leaf->key, NULL,
		    NULL, 0, NULL, NULL);
		break;
	default:
		BIO_write(text, &what, 1);
	}
}

/* The text of a row, owned by the caller. */
static char *
pem_text(const struct authority *authority, const char *row)
{
	BIO *memory = BIO_new(BIO_s_mem());
	char *bytes, *text;
	long size;

	for (; *row != '\0'; row++)
		add_pem(memory, authority, *row);
	size = BIO_get_mem_data(memory, &bytes);
	text = memory_copy(bytes, (size_t)size);
	BIO_free(memory);
	return text;
}

static void
test_pem(void **state)
{
	static const struct {
		const char	*row;
		size_t		 count;
	} rows[] = {
		{ "1", 1 },
		{ "12", 2 },
		{ "k12", 2 },
		{ "1k2k", 2 },
		{ "t", 1 },
		{ "Subject: CN = MX\n1\n\nISSUER:\n2\nend", 2 },
		{ "-----BEGIN RSA PRIVATE KEY-----\n!!! not closed\n1", 1 },
		{ "-----BEGIN CERTIFICATE REQUEST-----\nx\n1", 1 },
		{ "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
		    "-----END EC PARAMETERS-----\n1", 1 },
	};
	struct chain *chain;
	char *text, *why;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text = pem_text(*state, rows[i].row);
		chain = chain_from_pem(text, strlen(text), &why);
		assert_null(why);
		assert_non_null(chain);
		assert_int_equal(chain->count, rows[i].count);
		assert_string_equal(chain->certificates[0].subject,
		    "CN=mx.example.org");
		chain_free(chain);
		free(text);
	}
}

/* Replaces each line feed, as other systems and people's editors do. */
static char *
with_line_ends(const char *text, const char *end)
{
	BIO *memory = BIO_new(BIO_s_mem());
	char *bytes, *changed;
	long size;

	for (; *text != '\0'; text++) {
		if (*text == '\n')
			BIO_puts(memory, end);
		else
			BIO_write(memory, text, 1);
	}
	size = BIO_get_mem_data(memory, &bytes);
	changed = memory_copy(bytes, (size_t)size);
	BIO_free(memory);
	return changed;
}

static void
test_pem_line_ends(void **state)
{
	static const char *const ends[] = { "\r\n", " \t\r\n", "\n  ", "\n\n" };
	char *text = pem_text(*state, "12"), *changed, *why;
	struct chain *chain;
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		changed = with_line_ends(text, ends[i]);
		chain = chain_from_pem(changed, strlen(changed), &why);
		assert_null(why);
		assert_int_equal(chain->count, 2);
		chain_free(chain);
		free(changed);
	}

	/* The last line may have none. */
	chain = chain_from_pem(text, strlen(text) - 1, &why);
	assert_null(why);
	assert_int_equal(chain->count, 2);
	chain_free(chain);
	free(text);
}

/* The whole of the base64 in one line, however long it is. */
static void
test_pem_one_line(void **state)
{
	const struct authority *authority = *state;
	unsigned char *der = NULL;
	char *base64, *text, *why;
	struct chain *chain;
	int size;

	size = i2d_X509(authority->leaf->x509, &der);
	base64 = memory_new((size_t)size * 2, 1);
	EVP_EncodeBlock((unsigned char *)base64, der, size);
	assert_true(strlen(base64) > 512);
	text = memory_format("-----BEGIN CERTIFICATE-----\n%s\n"
	    "-----END CERTIFICATE-----\n", base64);
	chain = chain_from_pem(text, strlen(text), &why);
	assert_null(why);
	assert_int_equal(chain->count, 1);
	assert_memory_equal(chain->certificates[0].der, der, (size_t)size);
	chain_free(chain);
	free(text);
	free(base64);
	OPENSSL_free(der);
}

#define BEGIN	"-----BEGIN CERTIFICATE-----\n"
#define END	"-----END CERTIFICATE-----\n"

static void
test_bad_pem(void **state)
{
	static const struct {
		const char	*text;
		const char	*why;
	} rows[] = {
		{ "", "no certificate in it" },
		{ "\n\n", "no certificate in it" },
		{ "nothing\n" END, "no certificate in it" },
		{ "-----BEGIN CERTIFICATES-----\n", "no certificate in it" },
		{ BEGIN, "line 1: the text ends within a certificate" },
		{ "\n" BEGIN "MIIB\n",
		    "line 3: the text ends within a certificate" },
		{ BEGIN END,
		    "line 1: the certificate that begins here is damaged" },
		{ "x\n" BEGIN "MIIB\n" END,
		    "line 2: the certificate that begins here is damaged" },
		{ BEGIN "MIIB\nMI!B\n" END, "line 3: bad base64" },
		{ BEGIN "MIIB\nMI-B\n" END, "line 3: bad base64" },
		{ BEGIN "MIIB\nMII\n" END,
		    "line 4: bad base64 before this line" },
		{ BEGIN "MA==\nMIIB\n" END, "line 3: bad base64" },
		{ BEGIN "MIIB\n" BEGIN "MIIB\n" END,
		    "line 3: no END line before this one" },
		{ BEGIN "Proc-Type: 4,ENCRYPTED\n" END, "line 2: bad base64" },
		{ BEGIN "MIIB\n-----END CERTIFICATE-----" BEGIN "MIIB\n" END,
		    "line 3: this is not the END line of the certificate, or "
		    "not that alone" },
		{ BEGIN "MIIB\n-----END FOO-----\n", "line 3: this is not the "
		    "END line of the certificate, or not that alone" },
		{ "\xef\xbb\xbf" BEGIN "MIIB\n" END "\n", "line 1: the BEGIN "
		    "of a certificate does not stand alone on its line" },
		{ "\nkey" BEGIN "MIIB\n" END "\n", "line 2: the BEGIN of a "
		    "certificate does not stand alone on its line" },
	};
	char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_null(chain_from_pem(rows[i].text,
		    strlen(rows[i].text), &why));
		assert_string_equal(why, rows[i].why);
		free(why);
	}
}

/* One damaged block spoils the file: half a chain would mislead. */
static void
test_damaged_pem(void **state)
{
	char *text = pem_text(*state, "2"), *both, *why;

	both = memory_format("%s" BEGIN "MIIB\n" END, text);
	assert_null(chain_from_pem(both, strlen(both), &why));
	assert_non_null(strstr(why,
	    ": the certificate that begins here is damaged"));
	free(why);
	free(both);

	/* A certificate with an octet behind it is none. */
	both = memory_format("%.*sAAAA\n" END,
	    (int)(strstr(text, END) - text), text);
	assert_null(chain_from_pem(both, strlen(both), &why));
	free(why);
	free(both);
	free(text);
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
		cmocka_unit_test(test_pem),
		cmocka_unit_test(test_pem_line_ends),
		cmocka_unit_test(test_pem_one_line),
		cmocka_unit_test(test_bad_pem),
		cmocka_unit_test(test_damaged_pem),
	};

	return cmocka_run_group_tests_name("chain", tests, setup, teardown);
}
