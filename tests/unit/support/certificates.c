#include "tests/unit/support/certificates.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <stdlib.h>

#include "resolver/memory.h"

/* A test that cannot make its certificates has nothing to say. */
static void
must(bool done)
{
	if (!done)
		abort();
}

static EVP_PKEY *
make_rsa_key(const char *algorithm, int bits)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, algorithm,
	    NULL);
	EVP_PKEY *key = NULL;

	must(EVP_PKEY_keygen_init(context) == 1);
	must(EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits) == 1);
	must(EVP_PKEY_keygen(context, &key) == 1);
	EVP_PKEY_CTX_free(context);
	return key;
}

static EVP_PKEY *
make_key(const struct certificates_wish *wish)
{
	EVP_PKEY *key;

	if (wish->key_of != NULL) {
		key = wish->key_of->key;
		must(EVP_PKEY_up_ref(key) == 1);
		return key;
	}
	if (wish->weak)
		return make_rsa_key("RSA", 1024);
	switch (wish->key_type) {
	case KEY_RSA:
		return make_rsa_key("RSA", 2048);
	case KEY_RSA_PSS:
		return make_rsa_key("RSA-PSS", 2048);
	case KEY_ED25519:
		key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		break;
	case KEY_ED448:
		key = EVP_PKEY_Q_keygen(NULL, NULL, "ED448");
		break;
	default:
		key = EVP_EC_gen("P-256");
		break;
	}
	must(key != NULL);
	return key;
}

static void
add_name(X509_NAME *subject, const char *part, const char *value)
{
	if (value != NULL)
		must(X509_NAME_add_entry_by_txt(subject, part, MBSTRING_UTF8,
		    (const unsigned char *)value, -1, -1, 0) == 1);
}

static void
set_names(X509 *x509, const struct certificates_wish *wish, X509 *issuer)
{
	X509_NAME *subject = X509_NAME_new();

	must(subject != NULL);
	add_name(subject, "O", wish->organization);
	add_name(subject, "CN", wish->cn);
	must(X509_set_subject_name(x509, subject) == 1);
	X509_NAME_free(subject);
	must(X509_set_issuer_name(x509, X509_get_subject_name(issuer)) == 1);
}

static void
set_dates(X509 *x509, const struct certificates_wish *wish)
{
	bool ordinary = wish->from_day == 0 && wish->to_day == 0;
	int from = ordinary ? -30 : wish->from_day;
	int to = ordinary ? 30 : wish->to_day;

	must(ASN1_TIME_set(X509_getm_notBefore(x509),
	    CERTIFICATES_NOW + from * CERTIFICATES_DAY) != NULL);
	must(ASN1_TIME_set(X509_getm_notAfter(x509),
	    CERTIFICATES_NOW + to * CERTIFICATES_DAY) != NULL);
}

static void
set_serial(X509 *x509)
{
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	uint64_t serial;

	must(number != NULL);
	must(RAND_bytes((unsigned char *)&serial, sizeof(serial)) == 1);
	must(ASN1_INTEGER_set_uint64(number, serial >> 1) == 1);
	must(X509_set_serialNumber(x509, number) == 1);
	ASN1_INTEGER_free(number);
}

static void
add_extension(X509 *x509, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX context;

	if (value == NULL)
		return;
	X509V3_set_ctx(&context, issuer, x509, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	must(extension != NULL && X509_add_ext(x509, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

static void
add_extensions(X509 *x509, const struct certificates_wish *wish, X509 *issuer)
{
	add_extension(x509, issuer, NID_subject_alt_name, wish->names);
	add_extension(x509, issuer, NID_ext_key_usage, wish->purpose);
	add_extension(x509, issuer, NID_basic_constraints,
	    wish->ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	if (wish->without_key_ids)
		return;
	add_extension(x509, issuer, NID_subject_key_identifier, "hash");
	if (issuer != x509)
		add_extension(x509, issuer, NID_authority_key_identifier,
		    "keyid");
}

/* The certificate with the last bit of its signature turned. */
static X509 *
forge(X509 *x509)
{
	unsigned char *der = NULL;
	const unsigned char *next;
	X509 *forged;
	int size;

	size = i2d_X509(x509, &der);
	must(size > 0);
	der[size - 1] ^= 1;
	next = der;
	forged = d2i_X509(NULL, &next, size);
	must(forged != NULL);
	OPENSSL_free(der);
	X509_free(x509);
	return forged;
}

struct issued *
certificates_issue(const struct certificates_wish *wish)
{
	struct issued *issued = memory_new(1, sizeof(*issued));
	EVP_PKEY *signer;
	const EVP_MD *digest;
	X509 *x509, *issuer;

	issued->key = make_key(wish);
	x509 = X509_new();
	must(x509 != NULL);
	issuer = wish->issuer != NULL ? wish->issuer->x509 : x509;
	signer = wish->issuer != NULL ? wish->issuer->key : issued->key;

	must(X509_set_version(x509, X509_VERSION_3) == 1);
	must(X509_set_pubkey(x509, issued->key) == 1);
	set_serial(x509);
	set_names(x509, wish, issuer);
	set_dates(x509, wish);
	add_extensions(x509, wish, issuer);
	digest = wish->sha1 ? EVP_sha1() : EVP_sha256();
	if (EVP_PKEY_is_a(signer, "ED25519") || EVP_PKEY_is_a(signer, "ED448"))
		digest = NULL;
	must(X509_sign(x509, signer, digest) > 0);
	issued->x509 = wish->forged ? forge(x509) : x509;
	return issued;
}

void
certificates_free(struct issued *issued)
{
	if (issued == NULL)
		return;
	X509_free(issued->x509);
	EVP_PKEY_free(issued->key);
	free(issued);
}

void
certificates_free_all(struct issued **issued, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		certificates_free(issued[i]);
	free(issued);
}

struct distinguished_name
certificates_name(const char *text)
{
	char *copy = memory_string(text), *rest = copy, *part, *value;
	struct distinguished_name encoded = { NULL, 0 };
	X509_NAME *name = X509_NAME_new();
	unsigned char *der = NULL;
	int size;

	while ((part = strtok_r(rest, ",", &rest)) != NULL) {
		value = strchr(part, '=');
		*value++ = '\0';
		if (X509_NAME_add_entry_by_txt(name, part, MBSTRING_UTF8,
		    (const unsigned char *)value, -1, -1, 0) != 1)
			abort();
	}
	size = i2d_X509_NAME(name, &der);
	if (size <= 0)
		abort();
	encoded.der = memory_copy(der, (size_t)size);
	encoded.size = (size_t)size;
	OPENSSL_free(der);
	X509_NAME_free(name);
	free(copy);
	return encoded;
}

struct chain *
certificates_parse(const char *pem)
{
	STACK_OF(X509) *stack = sk_X509_new_null();
	BIO *memory = BIO_new_mem_buf(pem, -1);
	struct chain *chain;
	X509 *x509;

	must(stack != NULL && memory != NULL);
	while ((x509 = PEM_read_bio_X509(memory, NULL, NULL, NULL)) != NULL)
		must(sk_X509_push(stack, x509) > 0);
	ERR_clear_error();
	BIO_free(memory);
	chain = chain_from_stack(stack);
	sk_X509_pop_free(stack, X509_free);
	return chain;
}

struct chain *
certificates_chain(const struct issued *const *issued, size_t count)
{
	STACK_OF(X509) *stack = sk_X509_new_null();
	struct chain *chain;
	size_t i;

	must(stack != NULL);
	for (i = 0; i < count; i++)
		must(sk_X509_push(stack, issued[i]->x509) > 0);
	chain = chain_from_stack(stack);
	sk_X509_free(stack);
	return chain;
}

int
certificates_pair_set_up(void **state)
{
	const struct certificates_wish root = { .cn = "Root", .ca = true };
	struct certificates_pair *pair = memory_new(1, sizeof(*pair));
	struct certificates_wish leaf = { .cn = "mx.example.org",
	    .names = "DNS:mx.example.org,DNS:*.example.org,IP:192.0.2.1",
	    .key_type = KEY_RSA };

	pair->root = certificates_issue(&root);
	leaf.issuer = pair->root;
	pair->leaf = certificates_issue(&leaf);
	*state = pair;
	return 0;
}

int
certificates_pair_tear_down(void **state)
{
	struct certificates_pair *pair = *state;

	certificates_free(pair->leaf);
	certificates_free(pair->root);
	free(pair);
	return 0;
}
