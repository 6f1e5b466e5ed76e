/*
 * The names of CAs, from a bundle of their certificates.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "checker/tlsa/ca_store.h"
#include "checker/tlsa/tlsa.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/scratch.h"
#include "tests/unit/support/table.h"

/* The group's certificates. */
static struct certificates_pair *pair;

/* Finds the CA of the certificate's record; the name is owned. */
static char *
find(struct ca_store *store, const struct issued *issued, const char *kind)
{
	struct chain *chain = certificates_chain(&issued, 1);
	struct tlsa record;
	struct chain *found;
	char *name = NULL;

	tlsa_of_certificate(&record, chain->certificates,
	    (enum tlsa_usage)(kind[0] - '0'),
	    (enum tlsa_selector)(kind[2] - '0'),
	    (enum tlsa_matching_type)(kind[4] - '0'));
	found = ca_store_find(store, &record);
	if (found != NULL)
		name = memory_string(found->certificates[0].subject);
	chain_free(found);
	tlsa_clear(&record);
	chain_free(chain);
	return name;
}

/*
 * A store of a bundle with a comment, a block that is not a certificate, one
 * that cannot be decoded, and the root.
 */
static struct ca_store *
store_of_root(void)
{
	struct ca_store *store = ca_store_new();
	BIO *memory = BIO_new(BIO_s_mem());
	char *text, *path;
	long size;

	BIO_puts(memory, "# Root\n");
	PEM_write_bio_PUBKEY(memory, pair->root->key);
	BIO_puts(memory, "-----BEGIN CERTIFICATE-----\nMAA=\n"
	    "-----END CERTIFICATE-----\n");
	PEM_write_bio_X509(memory, pair->root->x509);
	size = BIO_get_mem_data(memory, &text);
	path = scratch_file(text, (size_t)size);
	assert_true(ca_store_load_file(store, path));
	/* From here on there is no file to read. */
	unlink(path);
	free(path);
	BIO_free(memory);
	return store;
}

struct found {
	const char	*name;
	const char	*kind;
};

static const struct found found[] = {
	{ "digest of the key", "2 1 1" },
	{ "stronger digest of the key", "2 1 2" },
	{ "digest of the certificate", "2 0 1" },
	{ "whole certificate", "2 0 0" },
};

static void
test_find(void **state)
{
	const struct found *row = *state;
	struct ca_store *store = store_of_root();
	char *name = find(store, pair->root, row->kind);

	assert_non_null(name);
	assert_string_equal(name, "CN=Root");
	free(name);
	assert_null(find(store, pair->leaf, row->kind));
	assert_int_equal(ERR_peek_error(), 0);
	ca_store_free(store);
}

static void
test_empty(void **state)
{
	struct ca_store *store = ca_store_new();

	(void)state;
	assert_null(find(store, pair->root, "2 1 1"));
	assert_false(ca_store_load_file(store, "/nonexistent/bundle"));
	assert_null(find(store, pair->root, "2 1 1"));
	ca_store_free(store);
	ca_store_free(NULL);
}

/* The system's bundle, if there is one, adds to what is there. */
static void
test_system(void **state)
{
	struct ca_store *store = store_of_root();
	char *name;

	(void)state;
	ca_store_load(store);
	ca_store_load(store);
	assert_null(find(store, pair->leaf, "2 1 1"));
	name = find(store, pair->root, "2 1 1");
	assert_string_equal(name, "CN=Root");
	free(name);
	ca_store_free(store);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_find, found),
		TABLE_ALONE(test_empty),
		TABLE_ALONE(test_system),
	};
	void *state;
	int failed;

	certificates_pair_set_up(&state);
	pair = state;
	failed = table_run(tables, sizeof(tables) / sizeof(tables[0]));
	certificates_pair_tear_down(&state);
	return failed;
}
