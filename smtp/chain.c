#include "smtp/chain.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/text.h"

/* Prints NAME to MEMORY. False: a string in it does not fit its type. */
static bool
print_name(BIO *memory, const X509_NAME *name, unsigned long convert)
{
	/*
	 * As in RFC 2253, except that values with a ',' or '+' are quoted; the
	 * other escapes are text_printable's.
	 */
	const unsigned long flags = XN_FLAG_SEP_COMMA_PLUS | XN_FLAG_DN_REV |
	    XN_FLAG_FN_SN | ASN1_STRFLGS_ESC_2253 | ASN1_STRFLGS_ESC_QUOTE |
	    ASN1_STRFLGS_DUMP_UNKNOWN | ASN1_STRFLGS_DUMP_DER;

	(void)BIO_reset(memory);
	return X509_NAME_print_ex(memory, name, 0, flags | convert) >= 0;
}

char *
chain_name_text(const X509_NAME *name)
{
	BIO *memory = BIO_new(BIO_s_mem());
	char *bytes, *text;
	long size;

	if (memory == NULL)
		abort();
	if (!print_name(memory, name, ASN1_STRFLGS_UTF8_CONVERT))
		print_name(memory, name, 0);
	size = BIO_get_mem_data(memory, &bytes);
	text = size > 0 ? text_printable(bytes, (size_t)size) :
	    memory_string("(no name)");
	BIO_free(memory);
	return text;
}

static void
copy_name(struct distinguished_name *copy, const uint8_t *der, size_t size)
{
	copy->der = memory_copy(der, size);
	copy->size = size;
}

static void
take_name(struct distinguished_name *copy, const X509_NAME *name)
{
	const unsigned char *der;
	size_t size;

	if (X509_NAME_get0_der(name, &der, &size) != 1)
		abort();
	copy_name(copy, der, size);
}

/* Owned by the caller; NULL: malformed. */
static X509_NAME *
decode_name(const struct distinguished_name *name)
{
	const unsigned char *der = name->der;

	return d2i_X509_NAME(NULL, &der, (long)name->size);
}

bool
chain_name_equal(const struct distinguished_name *a,
    const struct distinguished_name *b)
{
	X509_NAME *decoded_a, *decoded_b;
	bool equal;

	if (a->size == b->size && memcmp(a->der, b->der, a->size) == 0)
		return true;
	decoded_a = decode_name(a);
	decoded_b = decode_name(b);
	equal = decoded_a != NULL && decoded_b != NULL &&
	    X509_NAME_cmp(decoded_a, decoded_b) == 0;
	X509_NAME_free(decoded_a);
	X509_NAME_free(decoded_b);
	ERR_clear_error();
	return equal;
}

static bool
is_text(const ASN1_STRING *string, const char *text)
{
	unsigned char *utf8 = NULL;
	int size = ASN1_STRING_to_UTF8(&utf8, string);
	bool is = size >= 0 && (size_t)size == strlen(text) &&
	    memcmp(utf8, text, (size_t)size) == 0;

	OPENSSL_free(utf8);
	return is;
}

bool
chain_name_has(const struct distinguished_name *name,
    enum chain_attribute attribute, const char *text)
{
	static const int ids[] = {
		[CHAIN_COMMON_NAME] = NID_commonName,
		[CHAIN_ORGANIZATION] = NID_organizationName,
	};
	X509_NAME *decoded = decode_name(name);
	bool has = false;
	int i = -1;

	while (decoded != NULL && !has) {
		i = X509_NAME_get_index_by_NID(decoded, ids[attribute], i);
		if (i < 0)
			break;
		has = is_text(X509_NAME_ENTRY_get_data(
		    X509_NAME_get_entry(decoded, i)), text);
	}
	X509_NAME_free(decoded);
	ERR_clear_error();
	return has;
}

enum key_type
key_type_of(const EVP_PKEY *key)
{
	/* As the providers name them: not all have a number. */
	static const char *const algorithms[KEY_TYPES] = {
		[KEY_RSA] = "RSA",
		[KEY_RSA_PSS] = "RSA-PSS",
		[KEY_ECDSA] = "EC",
		[KEY_ED25519] = "ED25519",
		[KEY_ED448] = "ED448",
		[KEY_DSA] = "DSA",
		[KEY_ML_DSA_44] = "ML-DSA-44",
		[KEY_ML_DSA_65] = "ML-DSA-65",
		[KEY_ML_DSA_87] = "ML-DSA-87",
	};
	int i;

	for (i = 0; key != NULL && i < KEY_TYPES; i++) {
		if (algorithms[i] != NULL && EVP_PKEY_is_a(key, algorithms[i]))
			return (enum key_type)i;
	}
	return KEY_UNKNOWN;
}

bool
key_is_known(const X509_PUBKEY *key)
{
	ASN1_OBJECT *algorithm;
	EVP_KEYMGMT *known;
	char oid[128];

	if (X509_PUBKEY_get0_param(&algorithm, NULL, NULL, NULL, key) != 1 ||
	    OBJ_obj2txt(oid, sizeof(oid), algorithm, 1) >= (int)sizeof(oid))
		return false;
	known = EVP_KEYMGMT_fetch(NULL, oid, NULL);
	EVP_KEYMGMT_free(known);
	ERR_clear_error();
	return known != NULL;
}

/*
 * 0, long ago, if TIME is not valid. A date beyond a time_t of 32 bits becomes
 * its maximum.
 */
static time_t
time_of(const ASN1_TIME *time)
{
	struct tm tm;
	time_t when;

	if (time == NULL || ASN1_TIME_to_tm(time, &tm) != 1)
		return 0;
	when = timegm(&tm);
	return when == (time_t)-1 && tm.tm_year > 70 ? INT32_MAX : when;
}

static void
take_dns_names(struct certificate *certificate, X509 *x509)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name,
	    NULL, NULL);
	const GENERAL_NAME *name;
	int i;

	for (i = 0; i < sk_GENERAL_NAME_num(names) &&
	    certificate->dns_name_count < CHAIN_NAMES_MAX; i++) {
		name = sk_GENERAL_NAME_value(names, i);
		if (name->type != GEN_DNS)
			continue;
		certificate->dns_names = memory_grow(certificate->dns_names,
		    certificate->dns_name_count,
		    sizeof(*certificate->dns_names));
		certificate->dns_names[certificate->dns_name_count++] =
		    text_printable(ASN1_STRING_get0_data(name->d.dNSName),
		    (size_t)ASN1_STRING_length(name->d.dNSName));
	}
	GENERAL_NAMES_free(names);
}

/* "CN=mx.example.org"; if the subject is empty, "DNS:mx.example.org". */
static char *
subject_text(const struct certificate *certificate, const X509 *x509)
{
	const X509_NAME *name = X509_get_subject_name(x509);

	if (X509_NAME_entry_count(name) > 0 || certificate->dns_name_count == 0)
		return chain_name_text(name);
	return memory_format("DNS:%s", certificate->dns_names[0]);
}

void
chain_certificate_digest(struct certificate *certificate)
{
	SHA256(certificate->der, certificate->size, certificate->cert_sha256);
	SHA512(certificate->der, certificate->size, certificate->cert_sha512);
	SHA256(certificate->spki, certificate->spki_size,
	    certificate->spki_sha256);
	SHA512(certificate->spki, certificate->spki_size,
	    certificate->spki_sha512);
}

static void
take_encodings(struct certificate *certificate, X509 *x509)
{
	unsigned char *der = NULL;
	int size;

	size = i2d_X509(x509, &der);
	if (size <= 0)
		abort();
	certificate->der = memory_copy(der, (size_t)size);
	certificate->size = (size_t)size;
	OPENSSL_free(der);

	der = NULL;
	size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);
	if (size <= 0)
		abort();
	certificate->spki = memory_copy(der, (size_t)size);
	certificate->spki_size = (size_t)size;
	OPENSSL_free(der);
	chain_certificate_digest(certificate);
}

static void
certificate_init(struct certificate *certificate, X509 *x509)
{
	X509_up_ref(x509);
	certificate->x509 = x509;
	take_encodings(certificate, x509);
	take_dns_names(certificate, x509);
	certificate->key_type = key_type_of(X509_get0_pubkey(x509));
	certificate->subject = subject_text(certificate, x509);
	certificate->issuer = chain_name_text(X509_get_issuer_name(x509));
	take_name(&certificate->subject_name, X509_get_subject_name(x509));
	take_name(&certificate->issuer_name, X509_get_issuer_name(x509));
	certificate->not_before = time_of(X509_get0_notBefore(x509));
	certificate->not_after = time_of(X509_get0_notAfter(x509));
	certificate->self_signed = X509_self_signed(x509, 0) == 1;
	ERR_clear_error();
}

static struct certificate *
chain_add(struct chain *chain)
{
	if (chain->count == CHAIN_MAX) {
		chain->truncated = true;
		return NULL;
	}
	chain->certificates = memory_grow(chain->certificates, chain->count,
	    sizeof(*chain->certificates));
	return &chain->certificates[chain->count++];
}

struct chain *
chain_from_stack(const STACK_OF(X509) *stack)
{
	struct chain *chain = memory_new(1, sizeof(*chain));
	struct certificate *certificate;
	int i;

	for (i = 0; i < sk_X509_num(stack); i++) {
		certificate = chain_add(chain);
		if (certificate == NULL)
			break;
		certificate_init(certificate, sk_X509_value(stack, i));
	}
	return chain;
}

/* Owned by the caller; NULL: it is none, or encoded in another way. */
static X509 *
decode_certificate(const uint8_t *der, size_t size)
{
	const unsigned char *end = der;
	unsigned char *again = NULL;
	X509 *x509;
	bool same;
	int length;

	if (size > INT_MAX)
		return NULL;
	x509 = d2i_X509(NULL, &end, (long)size);
	if (x509 == NULL)
		return NULL;
	length = i2d_X509(x509, &again);
	same = length >= 0 && (size_t)length == size &&
	    memcmp(again, der, size) == 0;
	OPENSSL_free(again);
	if (same)
		return x509;
	X509_free(x509);
	return NULL;
}

bool
chain_certificate_from_der(struct certificate *certificate, uint8_t *der,
    size_t size)
{
	X509 *x509 = decode_certificate(der, size);

	if (x509 == NULL) {
		ERR_clear_error();
		certificate->der = der;
		certificate->size = size;
		return false;
	}
	certificate_init(certificate, x509);
	X509_free(x509);
	free(der);
	return true;
}

static void
certificate_copy(struct certificate *copy, const struct certificate *original)
{
	size_t i;

	*copy = *original;
	if (copy->x509 != NULL)
		X509_up_ref(copy->x509);
	copy->der = memory_copy(original->der, original->size);
	copy->spki = memory_copy(original->spki, original->spki_size);
	copy->subject = memory_string(original->subject);
	copy->issuer = memory_string(original->issuer);
	copy_name(&copy->subject_name, original->subject_name.der,
	    original->subject_name.size);
	copy_name(&copy->issuer_name, original->issuer_name.der,
	    original->issuer_name.size);
	copy->dns_names = memory_new(original->dns_name_count,
	    sizeof(*copy->dns_names));
	for (i = 0; i < original->dns_name_count; i++)
		copy->dns_names[i] = memory_string(original->dns_names[i]);
}

struct chain *
chain_copy(const struct chain *chain)
{
	struct chain *copy = memory_new(1, sizeof(*copy));
	size_t i;

	*copy = *chain;
	copy->certificates = memory_new(chain->count,
	    sizeof(*copy->certificates));
	for (i = 0; i < chain->count; i++)
		certificate_copy(&copy->certificates[i],
		    &chain->certificates[i]);
	return copy;
}

bool
chain_repeats_own(const struct chain *chain, size_t i)
{
	return memcmp(chain->certificates[i].cert_sha256,
	    chain->certificates[0].cert_sha256, CHAIN_DIGEST) == 0;
}

bool
chain_equal(const struct chain *a, const struct chain *b)
{
	size_t i;

	if (a->count != b->count || a->truncated != b->truncated)
		return false;
	for (i = 0; i < a->count; i++) {
		if (a->certificates[i].size != b->certificates[i].size ||
		    memcmp(a->certificates[i].der, b->certificates[i].der,
		    a->certificates[i].size) != 0)
			return false;
	}
	return true;
}

void
chain_free(struct chain *chain)
{
	struct certificate *certificate;
	size_t i, j;

	if (chain == NULL)
		return;
	for (i = 0; i < chain->count; i++) {
		certificate = &chain->certificates[i];
		for (j = 0; j < certificate->dns_name_count; j++)
			free(certificate->dns_names[j]);
		free(certificate->dns_names);
		X509_free(certificate->x509);
		free(certificate->der);
		free(certificate->spki);
		free(certificate->subject);
		free(certificate->issuer);
		free(certificate->subject_name.der);
		free(certificate->issuer_name.der);
	}
	free(chain->certificates);
	free(chain);
}

STACK_OF(X509) *
chain_to_stack(const struct chain *chain)
{
	STACK_OF(X509) *stack = sk_X509_new_null();
	X509 *x509;
	size_t i;

	if (stack == NULL)
		abort();
	for (i = 0; i < chain->count; i++) {
		x509 = chain->certificates[i].x509;
		if (x509 == NULL || X509_up_ref(x509) != 1 ||
		    sk_X509_push(stack, x509) == 0)
			abort();
	}
	return stack;
}

const char *
key_type_name(enum key_type type)
{
	static const char *const names[KEY_TYPES] = {
		[KEY_UNKNOWN] = "unknown",
		[KEY_RSA] = "RSA",
		[KEY_RSA_PSS] = "RSA-PSS",
		[KEY_ECDSA] = "ECDSA",
		[KEY_ED25519] = "Ed25519",
		[KEY_ED448] = "Ed448",
		[KEY_DSA] = "DSA",
		[KEY_ML_DSA_44] = "ML-DSA-44",
		[KEY_ML_DSA_65] = "ML-DSA-65",
		[KEY_ML_DSA_87] = "ML-DSA-87",
	};

	return type == KEY_ALL ? NULL : names[type];
}
