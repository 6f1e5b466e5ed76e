#include "checker/tlsa/keyfile_parts.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "resolver/memory.h"
#include "resolver/text.h"

bool
keyfile_take_key(struct keyfile *keyfile, const X509_PUBKEY *key)
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

bool
keyfile_take_public_key(struct keyfile *keyfile, const unsigned char *der,
    size_t size)
{
	const unsigned char *end = der;
	X509_PUBKEY *key = d2i_X509_PUBKEY(NULL, &end, (long)size);
	bool taken = end == der + size && keyfile_take_key(keyfile, key);

	X509_PUBKEY_free(key);
	return taken;
}

static void
take_dns_names(struct keyfile *keyfile, const GENERAL_NAMES *names)
{
	const GENERAL_NAME *name;
	int i;

	for (i = 0; i < sk_GENERAL_NAME_num(names) &&
	    keyfile->name_count < CHAIN_NAMES_MAX; i++) {
		name = sk_GENERAL_NAME_value(names, i);
		if (name->type != GEN_DNS)
			continue;
		keyfile->names = memory_grow(keyfile->names,
		    keyfile->name_count, sizeof(*keyfile->names));
		keyfile->names[keyfile->name_count++] =
		    text_printable(ASN1_STRING_get0_data(name->d.dNSName),
		    (size_t)ASN1_STRING_length(name->d.dNSName));
	}
}

/* The names that the certificate is to have (RFC 2986, RFC 5280 4.2.1.6). */
static void
take_names(struct keyfile *keyfile, X509_REQ *request)
{
	STACK_OF(X509_EXTENSION) *extensions =
	    X509_REQ_get_extensions(request);
	GENERAL_NAMES *names = X509V3_get_d2i(extensions,
	    NID_subject_alt_name, NULL, NULL);

	keyfile->subject = chain_name_text(X509_REQ_get_subject_name(request));
	take_dns_names(keyfile, names);
	GENERAL_NAMES_free(names);
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}

bool
keyfile_take_request(struct keyfile *keyfile, const unsigned char *der,
    size_t size)
{
	const unsigned char *end = der;
	X509_REQ *request = d2i_X509_REQ(NULL, &end, (long)size);
	bool taken = request != NULL && end == der + size &&
	    keyfile_take_key(keyfile, X509_REQ_get_X509_PUBKEY(request));

	if (taken)
		take_names(keyfile, request);
	X509_REQ_free(request);
	return taken;
}

bool
keyfile_is_of_unknown_key(const unsigned char *der, size_t size)
{
	const unsigned char *end[2] = { der, der };
	X509_REQ *request = d2i_X509_REQ(NULL, &end[0], (long)size);
	X509_PUBKEY *key = d2i_X509_PUBKEY(NULL, &end[1], (long)size);
	const X509_PUBKEY *its = request != NULL ?
	    X509_REQ_get_X509_PUBKEY(request) : key;
	bool is = its != NULL && !key_is_known(its);

	X509_REQ_free(request);
	X509_PUBKEY_free(key);
	return is;
}

bool
keyfile_is_private_key(const unsigned char *der, size_t size)
{
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &der, (long)size);
	bool is = key != NULL;

	EVP_PKEY_free(key);
	return is;
}
