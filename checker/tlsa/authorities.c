#include "checker/tlsa/authorities.h"

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
#define AUTHORITIES_MAX 1024

struct authorities {
	bool		 read;
	struct chain	**items;	/* owned, one certificate each */
	size_t		 count;
};

struct authorities *
authorities_new(void)
{
	return memory_new(1, sizeof(struct authorities));
}

void
authorities_free(struct authorities *authorities)
{
	size_t i;

	if (authorities == NULL)
		return;
	for (i = 0; i < authorities->count; i++)
		chain_free(authorities->items[i]);
	free(authorities->items);
	free(authorities);
}

static void
add(struct authorities *authorities, X509 *x509)
{
	STACK_OF(X509) *stack = sk_X509_new_null();

	if (stack == NULL || sk_X509_push(stack, x509) == 0)
		abort();
	authorities->items = memory_grow(authorities->items,
	    authorities->count, sizeof(*authorities->items));
	authorities->items[authorities->count++] = chain_from_stack(stack);
	sk_X509_pop_free(stack, X509_free);
}

/* Where there is no store, or a strange one, nothing is known from it. */
static void
read_store(struct authorities *authorities)
{
	static const char *const files[] = {
		"/etc/ssl/certs/ca-certificates.crt",	/* Debian, Alpine */
		"/etc/pki/tls/certs/ca-bundle.crt",	/* Fedora */
		"/etc/ssl/cert.pem",			/* the BSDs */
	};
	FILE *file = fopen(X509_get_default_cert_file(), "r");
	X509 *x509;
	size_t i;

	authorities->read = true;
	for (i = 0; file == NULL && i < sizeof(files) / sizeof(files[0]); i++)
		file = fopen(files[i], "r");
	if (file == NULL)
		return;
	while (authorities->count < AUTHORITIES_MAX &&
	    (x509 = PEM_read_X509(file, NULL, NULL, NULL)) != NULL)
		add(authorities, x509);
	ERR_clear_error();
	fclose(file);
}

char *
authorities_find(void *argument, const struct tlsa *record)
{
	struct authorities *authorities = argument;
	const struct certificate *certificate;
	size_t i;

	if (!authorities->read)
		read_store(authorities);
	for (i = 0; i < authorities->count; i++) {
		certificate = authorities->items[i]->certificates;
		if (match_is_of(record, certificate))
			return memory_string(certificate->subject);
	}
	return NULL;
}
