/*
 * The names of CAs, from a bundle of their certificates.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "checker/tlsa/ca_store.h"
#include "checker/tlsa/tlsa.h"
#include "resolver/file.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
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
 * A bundle with a comment, a block that is not a certificate, one that cannot
 * be decoded, and the root.
 */
static struct file *
bundle_of_root(void)
{
	struct file *file = memory_new(1, sizeof(*file));
	BIO *memory = BIO_new(BIO_s_mem());
	char *text;
	long size;

	BIO_puts(memory, "# Root\n");
	PEM_write_bio_PUBKEY(memory, pair->root->key);
	BIO_puts(memory, "-----BEGIN CERTIFICATE-----\nMAA=\n"
	    "-----END CERTIFICATE-----\n");
	PEM_write_bio_X509(memory, pair->root->x509);
	size = BIO_get_mem_data(memory, &text);
	file_init(file, "bundle", text, (size_t)size);
	BIO_free(memory);
	return file;
}

static void
bundle_free(struct file *file)
{
	file_clear(file);
	free(file);
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
	struct file *bundle = bundle_of_root();
	struct ca_store *store = ca_store_new(bundle);
	char *name;

	assert_null(find(store, pair->root, row->kind));
	ca_store_load(store);
	ca_store_load(store);
	name = find(store, pair->root, row->kind);
	assert_non_null(name);
	assert_string_equal(name, "CN=Root");
	free(name);
	assert_null(find(store, pair->leaf, row->kind));
	assert_int_equal(ERR_peek_error(), 0);
	ca_store_free(store);
	bundle_free(bundle);
}

/* There may be no bundle, or one with nothing in it. */
static void
test_empty(void **state)
{
	struct file file = { NULL, NULL, 0 };
	struct ca_store *store = ca_store_new(&file);

	(void)state;
	ca_store_load(store);
	assert_null(find(store, pair->root, "2 1 1"));
	ca_store_free(store);
	file_init(&file, "bundle", "# none\n", 7);
	store = ca_store_new(&file);
	ca_store_load(store);
	assert_null(find(store, pair->root, "2 1 1"));
	ca_store_free(store);
	ca_store_free(NULL);
	file_clear(&file);
}

/* The system's bundle, if there is one, has none of our certificates. */
static void
test_system(void **state)
{
	struct file file;
	const bool read = ca_store_read(&file);
	struct ca_store *store = ca_store_new(&file);

	(void)state;
	assert_int_equal(read, file.octets != NULL);
	ca_store_load(store);
	assert_null(find(store, pair->leaf, "2 1 1"));
	assert_int_equal(ERR_peek_error(), 0);
	ca_store_free(store);
	file_clear(&file);
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
