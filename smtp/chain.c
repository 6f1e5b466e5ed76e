#include "smtp/chain.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/text.h"

/* "CN=mx.example.org,O=Example", the most telling part first. Owned. */
static char *
name_text(const X509_NAME *name)
{
	const unsigned long flags = (XN_FLAG_RFC2253 &
	    ~(unsigned long)(ASN1_STRFLGS_ESC_MSB | ASN1_STRFLGS_ESC_CTRL |
	    ASN1_STRFLGS_ESC_2253)) | ASN1_STRFLGS_UTF8_CONVERT;
	BIO *memory = BIO_new(BIO_s_mem());
	char *bytes, *text;
	long size;

	if (memory == NULL)
		abort();
	X509_NAME_print_ex(memory, name, 0, flags);
	size = BIO_get_mem_data(memory, &bytes);
	text = size > 0 ? text_printable(bytes, (size_t)size) :
	    memory_string("(no name)");
	BIO_free(memory);
	return text;
}

enum key_type
key_type_of(const EVP_PKEY *key)
{
	static const struct {
		int		id;
		enum key_type	type;
	} types[] = {
		{ EVP_PKEY_RSA, KEY_RSA },
		{ EVP_PKEY_RSA_PSS, KEY_RSA_PSS },
		{ EVP_PKEY_EC, KEY_ECDSA },
		{ EVP_PKEY_ED25519, KEY_ED25519 },
		{ EVP_PKEY_ED448, KEY_ED448 },
		{ EVP_PKEY_DSA, KEY_DSA },
	};
	size_t i;

	for (i = 0; key != NULL && i < sizeof(types) / sizeof(types[0]); i++) {
		if (EVP_PKEY_get_base_id(key) == types[i].id)
			return types[i].type;
	}
	return KEY_UNKNOWN;
}

/* What cannot be a date lies at the end of time. */
static time_t
time_of(const ASN1_TIME *time)
{
	struct tm tm;

	if (time == NULL || ASN1_TIME_to_tm(time, &tm) != 1)
		return 0;
	return timegm(&tm);
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
	SHA256(der, (size_t)size, certificate->cert_sha256);
	OPENSSL_free(der);

	der = NULL;
	size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);
	if (size <= 0)
		abort();
	SHA256(der, (size_t)size, certificate->spki_sha256);
	OPENSSL_free(der);
}

static void
certificate_init(struct certificate *certificate, X509 *x509)
{
	take_encodings(certificate, x509);
	take_dns_names(certificate, x509);
	certificate->key_type = key_type_of(X509_get0_pubkey(x509));
	certificate->subject = name_text(X509_get_subject_name(x509));
	certificate->issuer = name_text(X509_get_issuer_name(x509));
	certificate->not_before = time_of(X509_get0_notBefore(x509));
	certificate->not_after = time_of(X509_get0_notAfter(x509));
	certificate->self_signed = X509_self_signed(x509, 1) == 1;
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

/* The number of the line in which octet OFFSET of TEXT stands. */
static size_t
line_of(const char *text, size_t offset)
{
	size_t i, line = 1;

	for (i = 0; i < offset; i++)
		line += text[i] == '\n';
	return line;
}

/* Adds the certificate in a block. False: it is none. */
static bool
add_block(struct chain *chain, const unsigned char *der, long size)
{
	struct certificate *certificate;
	X509 *x509 = d2i_X509(NULL, &der, size);

	if (x509 == NULL)
		return false;
	certificate = chain_add(chain);
	if (certificate != NULL)
		certificate_init(certificate, x509);
	X509_free(x509);
	return true;
}

/*
 * Takes the next block of PEM from MEMORY into the chain, if it is a certificate.
 * False: there is none any more (*WHY NULL), or it is damaged.
 */
static bool
take_block(struct chain *chain, BIO *memory, char **why)
{
	char *label = NULL, *header = NULL;
	unsigned char *der = NULL;
	bool good = true;
	long size;

	if (PEM_read_bio(memory, &label, &header, &der, &size) != 1) {
		if (ERR_GET_REASON(ERR_peek_last_error()) !=
		    PEM_R_NO_START_LINE)
			*why = memory_string("a damaged PEM block");
		ERR_clear_error();
		return false;
	}
	if (strcmp(label, PEM_STRING_X509) == 0 ||
	    strcmp(label, PEM_STRING_X509_OLD) == 0) {
		good = add_block(chain, der, size);
		if (!good)
			*why = memory_string("a block that is no certificate");
	}
	OPENSSL_free(label);
	OPENSSL_free(header);
	OPENSSL_free(der);
	ERR_clear_error();
	return good;
}

struct chain *
chain_from_pem(const char *text, size_t size, char **why)
{
	struct chain *chain;
	char *what = NULL;
	BIO *memory;
	size_t began;

	*why = NULL;
	if (size > INT_MAX) {
		*why = memory_string("too large");
		return NULL;
	}
	chain = memory_new(1, sizeof(*chain));
	memory = BIO_new_mem_buf(text, (int)size);
	if (memory == NULL)
		abort();
	do {
		began = size - (size_t)BIO_pending(memory);
	} while (take_block(chain, memory, &what));
	BIO_free(memory);

	if (what != NULL)
		*why = memory_format("line %zu: %s",
		    line_of(text, began), what);
	else if (chain->count == 0)
		*why = memory_string("no certificate in it");
	free(what);
	if (*why != NULL) {
		chain_free(chain);
		return NULL;
	}
	return chain;
}

struct chain *
chain_copy(const struct chain *chain)
{
	STACK_OF(X509) *stack = chain_to_stack(chain);
	struct chain *copy = chain_from_stack(stack);

	copy->truncated = chain->truncated;
	sk_X509_pop_free(stack, X509_free);
	return copy;
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
		free(certificate->der);
		free(certificate->subject);
		free(certificate->issuer);
	}
	free(chain->certificates);
	free(chain);
}

STACK_OF(X509) *
chain_to_stack(const struct chain *chain)
{
	STACK_OF(X509) *stack = sk_X509_new_null();
	const unsigned char *der;
	X509 *x509;
	size_t i;

	if (stack == NULL)
		abort();
	for (i = 0; i < chain->count; i++) {
		der = chain->certificates[i].der;
		x509 = d2i_X509(NULL, &der,
		    (long)chain->certificates[i].size);
		if (x509 == NULL || sk_X509_push(stack, x509) == 0)
			abort();
	}
	return stack;
}

const char *
key_type_name(enum key_type type)
{
	static const char *const names[] = {
		[KEY_UNKNOWN] = "unknown",
		[KEY_RSA] = "RSA",
		[KEY_RSA_PSS] = "RSA-PSS",
		[KEY_ECDSA] = "ECDSA",
		[KEY_ED25519] = "Ed25519",
		[KEY_ED448] = "Ed448",
		[KEY_DSA] = "DSA",
	};

	return names[type];
}
