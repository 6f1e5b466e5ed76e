#include "checker/tlsa/ca_store.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "checker/tlsa/match.h"
#include "resolver/memory.h"
#include "smtp/chain.h"

/* Certificates of the store that are looked at. */
#define CA_STORE_MAX 1024

struct ca_store {
	bool		 read;
	struct chain	**items;	/* owned, one certificate each */
	size_t		 count;
};

struct ca_store *
ca_store_new(void)
{
	return memory_new(1, sizeof(struct ca_store));
}

void
ca_store_free(struct ca_store *store)
{
	size_t i;

	if (store == NULL)
		return;
	for (i = 0; i < store->count; i++)
		chain_free(store->items[i]);
	free(store->items);
	free(store);
}

static void
add(struct ca_store *store, X509 *x509)
{
	STACK_OF(X509) *stack = sk_X509_new_null();

	if (stack == NULL || sk_X509_push(stack, x509) == 0)
		abort();
	store->items = memory_grow(store->items,
	    store->count, sizeof(*store->items));
	store->items[store->count++] = chain_from_stack(stack);
	sk_X509_pop_free(stack, X509_free);
}

/* Where there is no store, or a strange one, nothing is known from it. */
static void
read_store(struct ca_store *store)
{
	static const char *const files[] = {
		"/etc/ssl/certs/ca-certificates.crt",	/* Debian, Alpine */
		"/etc/pki/tls/certs/ca-bundle.crt",	/* Fedora */
		"/etc/ssl/cert.pem",			/* the BSDs */
	};
	FILE *file = fopen(X509_get_default_cert_file(), "r");
	X509 *x509;
	size_t i;

	store->read = true;
	for (i = 0; file == NULL && i < sizeof(files) / sizeof(files[0]); i++)
		file = fopen(files[i], "r");
	if (file == NULL)
		return;
	while (store->count < CA_STORE_MAX &&
	    (x509 = PEM_read_X509(file, NULL, NULL, NULL)) != NULL)
		add(store, x509);
	ERR_clear_error();
	fclose(file);
}

char *
ca_store_find(void *argument, const struct tlsa *record)
{
	struct ca_store *store = argument;
	const struct certificate *certificate;
	size_t i;

	if (!store->read)
		read_store(store);
	for (i = 0; i < store->count; i++) {
		certificate = store->items[i]->certificates;
		if (match_is_of(record, certificate))
			return memory_string(certificate->subject);
	}
	return NULL;
}
