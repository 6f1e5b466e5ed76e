#include "checker/material.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/text.h"

char *
material_read(const char *file, size_t *size, char **why)
{
	FILE *stream = strcmp(file, "-") == 0 ? stdin : fopen(file, "rb");
	char *text = NULL, *safe;
	int error = stream == NULL ? errno : 0;

	if (stream != NULL) {
		text = memory_new(MATERIAL_SIZE_MAX + 2, 1);
		*size = fread(text, 1, MATERIAL_SIZE_MAX + 1, stream);
		error = ferror(stream) ? errno :
		    *size > MATERIAL_SIZE_MAX ? EFBIG : 0;
		if (stream != stdin)
			fclose(stream);
	}
	if (error == 0)
		return text;
	free(text);
	safe = text_printable(file, strlen(file));
	*why = memory_format("%s: %s", safe, strerror(error));
	free(safe);
	return NULL;
}

static bool
take_key(struct material *material, EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int size;

	if (key == NULL)
		return false;
	size = i2d_PUBKEY(key, &der);
	if (size > 0) {
		material->spki = memory_copy(der, (size_t)size);
		material->spki_size = (size_t)size;
		material->key_type = key_type_of(key);
	}
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	return size > 0;
}

static bool
take_request(struct material *material, X509_REQ *request)
{
	bool taken;

	if (request == NULL)
		return false;
	taken = take_key(material, X509_REQ_get_pubkey(request));
	X509_REQ_free(request);
	return taken;
}

/* The chain is there: its first certificate's key is the key. */
static bool
take_first_key(struct material *material)
{
	const struct certificate *first = material->chain->certificates;
	const unsigned char *der = first->der;
	X509 *x509 = d2i_X509(NULL, &der, (long)first->size);
	bool taken = x509 != NULL && take_key(material, X509_get_pubkey(x509));

	X509_free(x509);
	return taken;
}

static bool
take_der(struct material *material, const char *text, size_t size)
{
	const unsigned char *begin = (const unsigned char *)text, *end = begin;
	STACK_OF(X509) *stack;
	X509 *x509 = d2i_X509(NULL, &end, (long)size);

	if (x509 != NULL) {
		stack = sk_X509_new_null();
		if (stack == NULL || sk_X509_push(stack, x509) == 0)
			abort();
		material->chain = chain_from_stack(stack);
		sk_X509_pop_free(stack, X509_free);
		return take_first_key(material);
	}
	end = begin;
	if (take_request(material, d2i_X509_REQ(NULL, &end, (long)size)))
		return true;
	end = begin;
	return take_key(material, d2i_PUBKEY(NULL, &end, (long)size));
}

/* A request or a key in PEM, whatever stands before it. */
static bool
take_pem(struct material *material, const char *text, size_t size)
{
	BIO *memory = BIO_new_mem_buf(text, (int)size);
	bool taken;

	if (memory == NULL)
		abort();
	taken = take_request(material,
	    PEM_read_bio_X509_REQ(memory, NULL, NULL, NULL));
	if (!taken) {
		(void)BIO_reset(memory);
		taken = take_key(material,
		    PEM_read_bio_PUBKEY(memory, NULL, NULL, NULL));
	}
	BIO_free(memory);
	return taken;
}

/* PEM is text: the file's NUL octets, if any, lie behind it. */
static bool
has_pem(const char *text)
{
	return strstr(text, "-----BEGIN ") != NULL;
}

static bool
has_certificate(const char *text)
{
	return strstr(text, "BEGIN CERTIFICATE-----") != NULL ||
	    strstr(text, "BEGIN X509 CERTIFICATE-----") != NULL;
}

/* What the file is instead. Static. */
static const char *
what_it_is(const char *text, size_t size)
{
	if (size == 0)
		return "it is empty";
	if (strstr(text, "PRIVATE KEY-----") != NULL)
		return "it holds a private key, which is never needed here: "
		    "give the certificate, or what \"openssl pkey -pubout\" "
		    "makes of the key";
	return "it is no certificate, certificate request or public key";
}

/* *WHY is set when the file is none of these, or a damaged one. */
static void
take(struct material *material, const char *text, size_t size, char **why)
{
	bool pem = has_pem(text);

	if (pem && has_certificate(text)) {
		material->chain = chain_from_pem(text, size, why);
		if (material->chain != NULL && !take_first_key(material))
			*why = memory_string("the first certificate has a key "
			    "that cannot be read");
	} else if (pem ? !take_pem(material, text, size) :
	    !take_der(material, text, size)) {
		*why = memory_string(what_it_is(text, size));
	}
	ERR_clear_error();
}

bool
material_init(struct material *material, const char *file, char **why)
{
	char *text, *what = NULL;
	size_t size;

	memset(material, 0, sizeof(*material));
	text = material_read(file, &size, why);
	if (text == NULL)
		return false;
	material->file = text_printable(file, strlen(file));
	take(material, text, size, &what);
	free(text);
	if (what == NULL)
		return true;
	*why = memory_format("%s: %s", material->file, what);
	free(what);
	material_clear(material);
	return false;
}

void
material_clear(struct material *material)
{
	chain_free(material->chain);
	free(material->spki);
	free(material->file);
	memset(material, 0, sizeof(*material));
}
