#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "checker/tlsa/keyfile.h"
#include "resolver/file.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"

struct world {
	struct issued	*root;
	struct issued	*leaf;
	X509_REQ	*request;	/* of the leaf's key */
	uint8_t		*spki;		/* the leaf's key */
	size_t		 spki_size;
};

static int
set_up(void **state)
{
	struct world *world = memory_new(1, sizeof(*world));
	struct certificates_wish wish = { .cn = "Root", .ca = true };
	unsigned char *der = NULL;

	world->root = certificates_issue(&wish);
	wish = (struct certificates_wish){ .cn = "mx.example.org",
		.issuer = world->root };
	world->leaf = certificates_issue(&wish);
	world->request = X509_to_X509_REQ(world->leaf->x509,
	    world->leaf->key, EVP_sha256());
	assert_non_null(world->request);
	world->spki_size = (size_t)i2d_PUBKEY(world->leaf->key, &der);
	world->spki = memory_copy(der, world->spki_size);
	OPENSSL_free(der);
	*state = world;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *world = *state;

	X509_REQ_free(world->request);
	certificates_free(world->leaf);
	certificates_free(world->root);
	free(world->spki);
	free(world);
	return 0;
}

/* The name of each file here. */
static const char path[] = "folder/file";

/*
 * Reads a file with these octets; *WHY is owned, and without the file's name.
 */
static bool
read_octets(struct keyfile *keyfile, const void *octets, size_t size,
    char **why)
{
	char *whole = NULL;
	struct file file;
	bool read;

	file_init(&file, path, octets, size);
	read = keyfile_init(keyfile, &file, &whole);
	file_clear(&file);
	*why = NULL;
	if (!read) {
		assert_non_null(whole);
		assert_memory_equal(whole, path, strlen(path));
		*why = memory_string(whole + strlen(path));
		assert_null(strchr(whole, '\n'));
	}
	free(whole);
	return read;
}

/* Reads what is in MEMORY, which is freed. */
static bool
read_memory(struct keyfile *keyfile, BIO *memory, char **why)
{
	char *octets;
	long size = BIO_get_mem_data(memory, &octets);
	bool read = read_octets(keyfile, octets, (size_t)size, why);

	BIO_free(memory);
	return read;
}

static BIO *
memory_bio(void)
{
	BIO *memory = BIO_new(BIO_s_mem());

	assert_non_null(memory);
	return memory;
}

/* The file has the leaf's key, and a chain of that many certificates. */
static void
assert_key(const struct world *world, struct keyfile *keyfile,
    size_t certificates)
{
	assert_int_equal(keyfile->key_type, KEY_ECDSA);
	assert_int_equal(keyfile->spki_size, world->spki_size);
	assert_memory_equal(keyfile->spki, world->spki, world->spki_size);
	if (certificates == 0)
		assert_null(keyfile->chain);
	else
		assert_int_equal(keyfile->chain->count, certificates);
	keyfile_clear(keyfile);
}

static void
test_chain(void **state)
{
	const struct world *world = *state;
	struct keyfile keyfile;
	BIO *memory = memory_bio();
	char *why;

	/* As many keep it: with text, the private key and the issuer. */
	BIO_puts(memory, "subject=CN = mx.example.org\r\n");
	PEM_write_bio_PrivateKey(memory, world->leaf->key, NULL, NULL, 0, NULL,
	    NULL);
	PEM_write_bio_X509(memory, world->leaf->x509);
	BIO_puts(memory, "\n\n");
	PEM_write_bio_X509(memory, world->root->x509);
	assert_true(read_memory(&keyfile, memory, &why));
	assert_string_equal(keyfile.chain->certificates[0].subject,
	    "CN=mx.example.org");
	assert_string_equal(keyfile.chain->certificates[1].subject, "CN=Root");
	assert_key(world, &keyfile, 2);

	memory = memory_bio();
	PEM_write_bio_X509_AUX(memory, world->leaf->x509);
	assert_true(read_memory(&keyfile, memory, &why));
	assert_key(world, &keyfile, 1);
}

static void
test_pem(void **state)
{
	const struct world *world = *state;
	struct keyfile keyfile;
	BIO *memory = memory_bio();
	char *why;

	PEM_write_bio_X509_REQ(memory, world->request);
	assert_true(read_memory(&keyfile, memory, &why));
	assert_key(world, &keyfile, 0);

	memory = memory_bio();
	PEM_write_bio_X509_REQ_NEW(memory, world->request);
	assert_true(read_memory(&keyfile, memory, &why));
	assert_key(world, &keyfile, 0);

	/* A public key, behind text and the private key. */
	memory = memory_bio();
	BIO_puts(memory, "the key of 2027:\n");
	PEM_write_bio_PrivateKey(memory, world->leaf->key, NULL, NULL, 0, NULL,
	    NULL);
	PEM_write_bio_PUBKEY(memory, world->leaf->key);
	assert_true(read_memory(&keyfile, memory, &why));
	assert_key(world, &keyfile, 0);
}

static void
test_der(void **state)
{
	const struct world *world = *state;
	struct keyfile keyfile;
	BIO *memory = memory_bio();
	char *why;

	i2d_X509_bio(memory, world->leaf->x509);
	assert_true(read_memory(&keyfile, memory, &why));
	assert_string_equal(keyfile.chain->certificates[0].issuer, "CN=Root");
	assert_key(world, &keyfile, 1);

	memory = memory_bio();
	i2d_X509_REQ_bio(memory, world->request);
	assert_true(read_memory(&keyfile, memory, &why));
	assert_key(world, &keyfile, 0);

	memory = memory_bio();
	i2d_PUBKEY_bio(memory, world->leaf->key);
	assert_true(read_memory(&keyfile, memory, &why));
	assert_key(world, &keyfile, 0);
}

/*
 * A record is of the key's octets as they are: a point in its compressed form
 * must not come out in the other.
 */
static void
test_encoding_is_kept(void **state)
{
	static const uint8_t compressed[] = {
		0x30, 0x39, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce,
		0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
		0x03, 0x01, 0x07, 0x03, 0x22, 0x00, 0x03, 0x6b, 0x17, 0xd1,
		0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63,
		0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33,
		0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
	};
	struct keyfile keyfile;
	char *why;

	(void)state;
	assert_true(read_octets(&keyfile, compressed, sizeof(compressed),
	    &why));
	assert_int_equal(keyfile.key_type, KEY_ECDSA);
	assert_int_equal(keyfile.spki_size, sizeof(compressed));
	assert_memory_equal(keyfile.spki, compressed, sizeof(compressed));
	keyfile_clear(&keyfile);
}

/* The key of the first certificate must be the server's. */
static void
test_order(void **state)
{
	const struct world *world = *state;
	const struct issued *issued[] = { world->root, world->leaf,
		world->root };
	struct keyfile keyfile = { .file = memory_string("chain.pem") };
	char *why = NULL;

	keyfile.chain = certificates_chain(&issued[1], 2);
	assert_true(keyfile_check_order(&keyfile, &why));
	chain_free(keyfile.chain);
	keyfile.chain = certificates_chain(&issued[0], 1);
	assert_true(keyfile_check_order(&keyfile, &why));
	chain_free(keyfile.chain);
	keyfile.chain = NULL;
	assert_true(keyfile_check_order(&keyfile, &why));
	assert_null(why);

	keyfile.chain = certificates_chain(&issued[0], 2);
	assert_false(keyfile_check_order(&keyfile, &why));
	assert_string_equal(why, "chain.pem: the server's certificate must "
	    "come first, but the first one, CN=Root, is the issuer of "
	    "CN=mx.example.org");
	free(why);
	keyfile_clear(&keyfile);
}

static void
assert_refused(BIO *memory, const char *expected)
{
	struct keyfile keyfile;
	char *why = NULL;

	if (read_memory(&keyfile, memory, &why))
		fail_msg("accepted, not: %s", expected);
	assert_string_equal(why, expected);
	assert_null(keyfile.chain);
	assert_null(keyfile.spki);
	free(why);
}

static void
refuse(const char *text, const char *expected)
{
	BIO *memory = memory_bio();

	BIO_puts(memory, text);
	assert_refused(memory, expected);
}

static void
test_nothing_in_it(void **state)
{
	(void)state;
	assert_refused(memory_bio(), ": it is empty");
	refuse("\n", ": it is not a certificate, certificate request or public "
	    "key");
	refuse("-----BEGIN PKCS7-----\n", ": no certificate, certificate "
	    "request or public key in it");
	/* Only a line of its own begins a block. */
	refuse("see -----BEGIN\n", ": it is not a certificate, certificate "
	    "request or public key");
}

static size_t
count_lines(BIO *memory)
{
	size_t lines = 0;
	char *octets;
	long i, size = BIO_get_mem_data(memory, &octets);

	for (i = 0; i < size; i++)
		lines += octets[i] == '\n';
	return lines;
}

static void
test_damaged(void **state)
{
	const struct world *world = *state;
	BIO *memory = memory_bio();
	char *expected;

	refuse("\n-----BEGIN CERTIFICATE-----\nMIIB\n!!\n"
	    "-----END CERTIFICATE-----\n", ": line 4: bad base64");
	refuse("a\n-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n"
	    "-----END CERTIFICATE REQUEST-----\n", ": line 2: the certificate "
	    "request that begins here is damaged");
	refuse("-----BEGIN PUBLIC KEY-----\nMIIB\n", ": line 1: the public key "
	    "that begins here is damaged");
	PEM_write_bio_X509(memory, world->leaf->x509);
	BIO_puts(memory, "-----BEGIN CERTIFICATE-----\n");
	expected = memory_format(": line %zu: the text ends within a "
	    "certificate", count_lines(memory));
	assert_refused(memory, expected);
	free(expected);

	/* In DER nothing may follow. */
	memory = memory_bio();
	i2d_X509_bio(memory, world->leaf->x509);
	BIO_write(memory, "\n", 1);
	assert_refused(memory, ": it is not a certificate, certificate request "
	    "or public key");
}

#define PRIVATE ": it is a private key, which is never needed here: give the " \
	"certificate, or the output of \"openssl pkey -pubout\""

static void
test_private_key(void **state)
{
	const struct world *world = *state;
	BIO *memory = memory_bio();

	PEM_write_bio_PrivateKey(memory, world->leaf->key, NULL, NULL, 0, NULL,
	    NULL);
	assert_refused(memory, PRIVATE);
	memory = memory_bio();
	PEM_write_bio_PrivateKey_traditional(memory, world->leaf->key, NULL,
	    NULL, 0, NULL, NULL);
	assert_refused(memory, PRIVATE);
	memory = memory_bio();
	i2d_PrivateKey_bio(memory, world->leaf->key);
	assert_refused(memory, PRIVATE);
	memory = memory_bio();
	i2d_PKCS8PrivateKey_bio(memory, world->leaf->key, NULL, NULL, 0, NULL,
	    NULL);
	assert_refused(memory, PRIVATE);
	refuse("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n", PRIVATE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_pem),
		cmocka_unit_test(test_der),
		cmocka_unit_test(test_encoding_is_kept),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_nothing_in_it),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_private_key),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
