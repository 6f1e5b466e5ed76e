#include "checker/tlsa/keyfile.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "checker/tlsa/pem.h"
#include "checker/tlsa/verifier.h"
#include "resolver/file.h"
#include "resolver/memory.h"

/* Records the key in the encoding that it has. False: it cannot be decoded. */
static bool
take_key(struct keyfile *keyfile, const X509_PUBKEY *key)
{
	unsigned char *der = NULL;
	int size;

	if (key == NULL || X509_PUBKEY_get0(key) == NULL)
		return false;
	size = i2d_X509_PUBKEY(key, &der);
	if (size <= 0)
		return false;
	keyfile->spki = memory_copy(der, (size_t)size);
	keyfile->spki_size = (size_t)size;
	keyfile->key_type = key_type_of(X509_PUBKEY_get0(key));
	OPENSSL_free(der);
	return true;
}

/* Takes a public key in DER with nothing behind it; so do those below. */
static bool
take_public_key(struct keyfile *keyfile, const unsigned char *der,
    size_t size)
{
	const unsigned char *end = der;
	X509_PUBKEY *key = d2i_X509_PUBKEY(NULL, &end, (long)size);
	bool taken = end == der + size && take_key(keyfile, key);

	X509_PUBKEY_free(key);
	return taken;
}

static bool
take_request(struct keyfile *keyfile, const unsigned char *der, size_t size)
{
	const unsigned char *end = der;
	X509_REQ *request = d2i_X509_REQ(NULL, &end, (long)size);
	bool taken = request != NULL && end == der + size &&
	    take_key(keyfile, X509_REQ_get_X509_PUBKEY(request));

	X509_REQ_free(request);
	return taken;
}

static bool
take_certificate(struct keyfile *keyfile, const unsigned char *der,
    size_t size)
{
	const unsigned char *end = der;
	STACK_OF(X509) *stack = sk_X509_new_null();
	X509 *x509 = d2i_X509(NULL, &end, (long)size);
	bool taken = x509 != NULL && end == der + size &&
	    take_key(keyfile, X509_get_X509_PUBKEY(x509));

	if (stack == NULL || (taken && sk_X509_push(stack, x509) == 0))
		abort();
	if (taken)
		keyfile->chain = chain_from_stack(stack);
	sk_X509_free(stack);
	X509_free(x509);
	return taken;
}

static const char unknown_key[] = "its key is of an algorithm that is not "
    "known to this build";

/*
 * Whether it is a certificate, a request or a public key that was not taken
 * since OpenSSL does not know its algorithm.
 */
static bool
has_unknown_key(const unsigned char *der, size_t size)
{
	const unsigned char *end[3] = { der, der, der };
	X509 *x509 = d2i_X509(NULL, &end[0], (long)size);
	X509_REQ *request = d2i_X509_REQ(NULL, &end[1], (long)size);
	X509_PUBKEY *key = d2i_X509_PUBKEY(NULL, &end[2], (long)size);
	const X509_PUBKEY *its = x509 != NULL ? X509_get_X509_PUBKEY(x509) :
	    request != NULL ? X509_REQ_get_X509_PUBKEY(request) : key;
	bool has = its != NULL && !key_is_known(its);

	X509_free(x509);
	X509_REQ_free(request);
	X509_PUBKEY_free(key);
	return has;
}

static const char private_key[] = "it is a private key, which is never "
    "needed here: give the certificate, or the output of \"openssl pkey "
    "-pubout\"";

static bool
is_private_key(const unsigned char *der, size_t size)
{
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &der, (long)size);
	bool is = key != NULL;

	EVP_PKEY_free(key);
	return is;
}

/* Returns what is wrong (static), or NULL. */
static const char *
take_der(struct keyfile *keyfile, const char *text, size_t size)
{
	const unsigned char *der = (const unsigned char *)text;

	if (take_certificate(keyfile, der, size) ||
	    take_request(keyfile, der, size) ||
	    take_public_key(keyfile, der, size))
		return NULL;
	if (is_private_key(der, size))
		return private_key;
	if (has_unknown_key(der, size))
		return unknown_key;
	return "it is not a certificate, certificate request or public key";
}

/* The PEM blocks that serve where there is no certificate yet. */
static const struct pem_kind {
	const char	*label;
	bool		(*take)(struct keyfile *keyfile,
			    const unsigned char *der, size_t size);
	const char	*fault;
} pem_kinds[] = {
	{ PEM_STRING_X509_REQ, take_request,
	    "the certificate request that begins here is damaged" },
	{ PEM_STRING_X509_REQ_OLD, take_request,
	    "the certificate request that begins here is damaged" },
	{ PEM_STRING_PUBLIC, take_public_key,
	    "the public key that begins here is damaged" },
};

static size_t
line_of(const char *text, const char *at)
{
	size_t line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

/* Takes the block at AT. Returns what is wrong (owned), or NULL. */
static char *
take_block(struct keyfile *keyfile, const char *text, const char *at,
    const struct pem_kind *kind)
{
	BIO *memory = BIO_new_mem_buf(at, -1);
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	const char *fault = kind->fault;
	bool taken, read;
	long size;

	if (memory == NULL)
		abort();
	read = PEM_read_bio(memory, &name, &header, &der, &size) == 1;
	taken = read && kind->take(keyfile, der, (size_t)size);
	if (read && !taken && has_unknown_key(der, (size_t)size))
		fault = unknown_key;
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(der);
	BIO_free(memory);
	return taken ? NULL : memory_format("line %zu: %s", line_of(text, at),
	    fault);
}

/* Takes PEM without certificates. Returns what is wrong (owned), or NULL. */
static char *
take_pem(struct keyfile *keyfile, const char *text)
{
	const char *at;
	size_t i;

	for (i = 0; i < sizeof(pem_kinds) / sizeof(pem_kinds[0]); i++) {
		at = pem_find(text, pem_kinds[i].label);
		if (at != NULL)
			return take_block(keyfile, text, at, &pem_kinds[i]);
	}
	if (strstr(text, "PRIVATE KEY-----") != NULL)
		return memory_string(private_key);
	return memory_string("no certificate, certificate request or public "
	    "key in it");
}

/* Takes the first certificate's key. Returns what is wrong (owned), or NULL. */
static char *
take_first_key(struct keyfile *keyfile)
{
	const struct certificate *first = keyfile->chain->certificates;
	const unsigned char *der = first->der;
	X509 *x509 = d2i_X509(NULL, &der, (long)first->size);
	bool taken = x509 != NULL &&
	    take_key(keyfile, X509_get_X509_PUBKEY(x509));
	bool known = x509 == NULL || key_is_known(X509_get_X509_PUBKEY(x509));

	X509_free(x509);
	return taken ? NULL : memory_format("the key of the first certificate "
	    "%s", known ? "cannot be decoded" : "is of an algorithm that is "
	    "not known to this build");
}

/* Returns what is wrong with the file (owned), or NULL. */
static char *
take(struct keyfile *keyfile, const char *text, size_t size)
{
	const char *fault;
	char *why;

	if (size == 0)
		return memory_string("it is empty");
	/* PEM is text: NUL octets, if any, lie behind it. */
	if (pem_has_certificate(text)) {
		keyfile->chain = pem_chain(text, size, &why);
		return keyfile->chain == NULL ? why :
		    take_first_key(keyfile);
	}
	if (strstr(text, "-----BEGIN ") != NULL)
		return take_pem(keyfile, text);
	fault = take_der(keyfile, text, size);
	return memory_string(fault);
}

bool
keyfile_init(struct keyfile *keyfile, const struct file *file, char **why)
{
	char *what;

	memset(keyfile, 0, sizeof(*keyfile));
	keyfile->file = memory_string(file->name);
	what = take(keyfile, file->octets, file->size);
	ERR_clear_error();
	if (what == NULL)
		return true;
	*why = memory_format("%s: %s", keyfile->file, what);
	free(what);
	keyfile_clear(keyfile);
	return false;
}

bool
keyfile_check_order(const struct keyfile *keyfile, char **why)
{
	const struct chain *chain = keyfile->chain;
	size_t issued = chain != NULL ?
	    verifier_issued_by_leaf(NULL, chain) : 0;

	if (issued == 0)
		return true;
	*why = memory_format("%s: the server's certificate must come first, "
	    "but the first one, %s, is the issuer of %s", keyfile->file,
	    chain->certificates[0].subject,
	    chain->certificates[issued].subject);
	return false;
}

void
keyfile_clear(struct keyfile *keyfile)
{
	chain_free(keyfile->chain);
	free(keyfile->spki);
	free(keyfile->file);
	memset(keyfile, 0, sizeof(*keyfile));
}
