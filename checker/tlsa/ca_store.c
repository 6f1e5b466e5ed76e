#include "checker/tlsa/ca_store.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "checker/tlsa/match.h"
#include "resolver/file.h"
#include "resolver/memory.h"
#include "smtp/chain.h"

/* Certificates that are kept; systems trust some 150. */
#define CA_STORE_MAX 1024

/* Octets of a bundle; those of systems have a quarter of a million. */
#define BUNDLE_MAX (16 * 1024 * 1024)

/*
 * Decoding a bundle takes twenty times as long as reading it, and few runs need
 * it: that waits for the first search.
 */
struct ca_store {
	const struct file	*bundle;	/* borrowed */
	bool			 loaded;	/* the bundle */
	struct certificate	*items;		/* owned; DER, and the key */
	size_t			 count;
	size_t			 decoded;	/* items that have their key */
};

bool
ca_store_read(struct file *file)
{
	const char *const paths[] = {
		X509_get_default_cert_file(),
		"/etc/ssl/certs/ca-certificates.crt",	/* Debian, Alpine */
		"/etc/pki/tls/certs/ca-bundle.crt",	/* Fedora */
		"/etc/ssl/cert.pem",			/* the BSDs */
	};
	char *ignored;
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (file_read(file, paths[i], BUNDLE_MAX, &ignored))
			return true;
		free(ignored);
	}
	return false;
}

struct ca_store *
ca_store_new(const struct file *bundle)
{
	struct ca_store *store = memory_new(1, sizeof(*store));

	store->bundle = bundle;
	return store;
}

void
ca_store_free(struct ca_store *store)
{
	size_t i;

	if (store == NULL)
		return;
	for (i = 0; i < store->count; i++) {
		free(store->items[i].der);
		free(store->items[i].spki);
	}
	free(store->items);
	free(store);
}

static void
add_certificate(struct ca_store *store, const unsigned char *der, size_t size)
{
	struct certificate *item;

	store->items = memory_grow(store->items, store->count, sizeof(*item));
	item = &store->items[store->count++];
	item->der = memory_copy(der, size);
	item->size = size;
}

void
ca_store_load(struct ca_store *store)
{
	const struct file *bundle = store->bundle;
	char *name, *header;
	unsigned char *der;
	BIO *memory;
	long size;

	if (store->loaded || bundle->size == 0)
		return;
	store->loaded = true;
	memory = BIO_new_mem_buf(bundle->octets, (int)bundle->size);
	if (memory == NULL)
		abort();
	while (store->count < CA_STORE_MAX &&
	    PEM_read_bio(memory, &name, &header, &der, &size) == 1) {
		if (strcmp(name, PEM_STRING_X509) == 0)
			add_certificate(store, der, (size_t)size);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(der);
	}
	ERR_clear_error();
	BIO_free(memory);
}

/* NULL: not a certificate. Owned by the caller. */
static X509 *
decode(const struct certificate *item)
{
	const unsigned char *der = item->der;

	return d2i_X509(NULL, &der, (long)item->size);
}

/* Finds the key of a certificate; one that is damaged stays without. */
static void
find_key(struct certificate *item)
{
	X509 *x509 = decode(item);
	unsigned char *der = NULL;
	int size;

	if (x509 == NULL)
		return;
	size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);
	if (size > 0) {
		item->spki = memory_copy(der, (size_t)size);
		item->spki_size = (size_t)size;
		chain_certificate_digest(item);
	}
	OPENSSL_free(der);
	X509_free(x509);
}

/* The certificate with all that is known of it. Owned by the caller. */
static struct chain *
chain_of(const struct certificate *item)
{
	STACK_OF(X509) *stack = sk_X509_new_null();
	struct chain *chain;

	if (stack == NULL || sk_X509_push(stack, decode(item)) == 0)
		abort();
	chain = chain_from_stack(stack);
	sk_X509_pop_free(stack, X509_free);
	return chain;
}

struct chain *
ca_store_find(void *argument, const struct tlsa *record)
{
	struct ca_store *store = argument;
	const struct certificate *item;
	size_t i;

	while (store->decoded < store->count)
		find_key(&store->items[store->decoded++]);
	ERR_clear_error();
	for (i = 0; i < store->count; i++) {
		item = &store->items[i];
		if (item->spki != NULL && match_is_of(record, item))
			return chain_of(item);
	}
	return NULL;
}
