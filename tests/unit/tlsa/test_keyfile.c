#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "checker/tlsa/cert_bag.h"
#include "checker/tlsa/chain_split.h"
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
	struct keyfiles keyfiles;
	struct file file;
	bool read;

	file_init(&file, path, octets, size);
	read = keyfiles_init(&keyfiles, &file, &whole);
	file_clear(&file);
	memset(keyfile, 0, sizeof(*keyfile));
	*why = NULL;
	if (read) {
		assert_int_equal(keyfiles.count, 1);
		*keyfile = keyfiles.items[0];
		free(keyfiles.items);
		assert_string_equal(keyfile->file, path);
	} else {
		assert_null(keyfiles.items);
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
	refuse("-----BEGIN X509 CRL-----\n", ": no certificate, certificate "
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
	refuse("-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n",
	    ": line 1: the public key that begins here is damaged");
	refuse("-----BEGIN PKCS7-----\nMIIB\n-----END PKCS7-----\n",
	    ": line 1: the PKCS#7 structure that begins here is damaged");
	refuse("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
	    ": line 1: the certificate that begins here is damaged");
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
	"certificate; or a request for one, which \"openssl req -new -key " \
	"folder/file -subj / -out next.csr\" makes of it, or its public key " \
	"(\"openssl pkey -in folder/file -pubout -out next.pub\")"

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

/* An octet behind a certificate spoils it; half a chain would mislead. */
static void
test_half_damaged(void **state)
{
	const struct world *world = *state;
	unsigned char der[4096], *end = der;
	BIO *memory = memory_bio();
	int size = i2d_X509(world->leaf->x509, &end);
	char *expected;

	assert_true(size > 0 && (size_t)size < sizeof(der));
	PEM_write_bio(memory, "CERTIFICATE", "", der, size);
	expected = memory_format(": line %zu: the certificate that begins here "
	    "is damaged", count_lines(memory) + 1);
	der[size] = 0;
	PEM_write_bio(memory, "CERTIFICATE", "", der, size + 1);
	assert_refused(memory, expected);
	free(expected);
}

/* Both keys of the file, as "file" or "file (CN=...)" tells them apart. */
static void
assert_two(BIO *memory, size_t first, size_t second)
{
	struct keyfiles keyfiles;
	struct file file;
	char *octets, *why;
	long size = BIO_get_mem_data(memory, &octets);

	file_init(&file, path, octets, (size_t)size);
	BIO_free(memory);
	assert_true(keyfiles_init(&keyfiles, &file, &why));
	file_clear(&file);
	assert_int_equal(keyfiles.count, 2);
	assert_string_equal(keyfiles.items[1].file, path);
	assert_int_equal(keyfiles.items[0].chain == NULL ? 0 :
	    keyfiles.items[0].chain->count, first);
	assert_int_equal(keyfiles.items[1].chain == NULL ? 0 :
	    keyfiles.items[1].chain->count, second);
	assert_memory_not_equal(keyfiles.items[0].spki,
	    keyfiles.items[1].spki, keyfiles.items[0].spki_size);
	keyfiles_clear(&keyfiles);
}

/* As Postfix has them; two requests; a request beside the present chain. */
static void
test_several(void **state)
{
	const struct world *world = *state;
	const struct certificates_wish wish = { .cn = "mx.example.org",
		.issuer = world->root };
	struct issued *other = certificates_issue(&wish);
	X509_REQ *request = X509_to_X509_REQ(other->x509, other->key,
	    EVP_sha256());
	BIO *memory = memory_bio();

	PEM_write_bio_X509(memory, world->leaf->x509);
	PEM_write_bio_X509(memory, world->root->x509);
	PEM_write_bio_X509(memory, other->x509);
	assert_two(memory, 2, 1);

	memory = memory_bio();
	PEM_write_bio_X509_REQ(memory, world->request);
	PEM_write_bio_X509_REQ(memory, request);
	/* Known by now. */
	PEM_write_bio_PUBKEY(memory, other->key);
	assert_two(memory, 0, 0);

	memory = memory_bio();
	PEM_write_bio_X509_REQ(memory, world->request);
	PEM_write_bio_X509_REQ(memory, request);
	PEM_write_bio_X509(memory, world->leaf->x509);
	assert_two(memory, 1, 0);
	X509_REQ_free(request);
	certificates_free(other);
}

static void
test_too_many(void **state)
{
	const struct world *world = *state;
	BIO *memory = memory_bio();
	int i;

	for (i = 0; i < CHAIN_SPLIT_MAX + 1; i++)
		PEM_write_bio_X509(memory, world->root->x509);
	/* The line of the one that is too many. */
	assert_refused(memory, ": line 1153: more certificates, requests or "
	    "keys than a server can have");
}

static void
test_request_names(void **state)
{
	const struct world *world = *state;
	const struct certificates_wish wish = { .cn = "mx.example.org",
		.names = "DNS:mx.example.org,email:a@b.example,"
		    "DNS:*.b.example" };
	struct issued *issued = certificates_issue(&wish);
	X509_REQ *request = X509_REQ_dup(world->request);
	STACK_OF(X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null();
	struct keyfile keyfile;
	BIO *memory = memory_bio();
	char *why;

	sk_X509_EXTENSION_push(extensions, X509_get_ext(issued->x509,
	    X509_get_ext_by_NID(issued->x509, NID_subject_alt_name, -1)));
	X509_REQ_add_extensions(request, extensions);
	X509_REQ_sign(request, world->leaf->key, EVP_sha256());
	PEM_write_bio_X509_REQ(memory, request);
	assert_true(read_memory(&keyfile, memory, &why));
	assert_string_equal(keyfile.subject, "CN=mx.example.org");
	assert_int_equal(keyfile.name_count, 2);
	assert_string_equal(keyfile.names[0], "mx.example.org");
	assert_string_equal(keyfile.names[1], "*.b.example");
	assert_key(world, &keyfile, 0);
	sk_X509_EXTENSION_free(extensions);
	X509_REQ_free(request);
	certificates_free(issued);
}

/* What one CA has from another is no server's, as in certbot's chain.pem. */
static void
test_ca_alone(void **state)
{
	const struct world *world = *state;
	struct certificates_wish wish = { .cn = "R11", .ca = true,
		.issuer = world->root };
	const struct issued *issued[] = { NULL, world->root };
	struct keyfile keyfile = { .file = memory_string("chain.pem") };
	struct issued *ca = certificates_issue(&wish);
	char *why = NULL;

	issued[0] = ca;
	keyfile.chain = certificates_chain(issued, 2);
	assert_false(keyfile_check_order(&keyfile, &why));
	assert_string_equal(why, "chain.pem: the server's certificate must "
	    "come first, but the first one, CN=R11, is a CA's");
	free(why);
	chain_free(keyfile.chain);
	certificates_free(ca);

	/* A server's own, made with a CA's settings by mistake. */
	wish.names = "DNS:mx.example.org";
	issued[0] = ca = certificates_issue(&wish);
	keyfile.chain = certificates_chain(issued, 2);
	assert_true(keyfile_check_order(&keyfile, &why));
	certificates_free(ca);
	keyfile_clear(&keyfile);
}

static void
test_markup(void **state)
{
	(void)state;
	refuse("{\"certificate\": \"-----BEGIN CERTIFICATE-----\\nMII\"}",
	    ": it is JSON: give the certificate alone, as PEM");
	refuse("{ \"tls.crt\": \"LS0t\" }",
	    ": it is JSON: give the certificate alone, as PEM");
	refuse("kind: Secret\ndata:\n  tls.crt: LS0t\n",
	    ": it is YAML: give the certificate alone, as PEM");
	refuse("PK\x03\x04\x14", ": it is a ZIP archive: give the certificate "
	    "alone, as PEM");
	refuse("\xfe\xed\xfe\xed", ": it is a Java keystore: give the "
	    "certificate alone, as PEM");
	refuse("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMx"
	    "\n4lgOEePzNm0=\n", ": it is base64 without the lines that begin "
	    "and end PEM: give the certificate alone, as PEM");
	refuse("mx.example.org\n", ": it is not a certificate, certificate "
	    "request or public key");
	refuse("\xff\xfe-", ": it is text in UTF-16: give the certificate "
	    "alone, as PEM");
}

/* A PKCS#12 file with all that the leaf has; 0: encrypted, -1: not. */
static BIO *
pkcs12_of(const struct world *world, const char *password, int key,
    int certificates)
{
	STACK_OF(X509) *above = sk_X509_new_null();
	BIO *memory = memory_bio();
	PKCS12 *pkcs12;

	sk_X509_push(above, world->root->x509);
	pkcs12 = PKCS12_create(password, "name", world->leaf->key,
	    world->leaf->x509, above, key, certificates, 1, -1, 0);
	assert_non_null(pkcs12);
	i2d_PKCS12_bio(memory, pkcs12);
	PKCS12_free(pkcs12);
	sk_X509_free(above);
	return memory;
}

static void
test_pkcs12(void **state)
{
	const struct world *world = *state;
	struct keyfile keyfile;
	char *why;

	assert_true(read_memory(&keyfile, pkcs12_of(world, "", 0, 0), &why));
	assert_string_equal(keyfile.chain->certificates[0].issuer, "CN=Root");
	assert_key(world, &keyfile, 2);
	/* Not encrypted, whatever the key is. */
	assert_true(read_memory(&keyfile, pkcs12_of(world, "x", 0, -1), &why));
	assert_key(world, &keyfile, 2);
	assert_refused(pkcs12_of(world, "secret", 0, 0),
	    ": it is PKCS#12 with a password, which is not asked for here: "
	    "\"openssl pkcs12 -in folder/file -nokeys -out chain.pem\" asks "
	    "for it, and makes a chain of the file (with -legacy as well "
	    "where it is old)");
}

static bool
has_octets(const char *octets, size_t size, const unsigned char *wanted,
    size_t count)
{
	size_t i;

	for (i = 0; i + count <= size; i++) {
		if (memcmp(octets + i, wanted, count) == 0)
			return true;
	}
	return false;
}

/* Where the number that is the secret lies in DER (RFC 5915 3). */
#define KEY_AT		7
#define KEY_SIZE	32

/* Whoever made the file chooses how long an empty password takes. */
static void
test_slow_pkcs12(void **state)
{
	/* As DER has these numbers. */
	static const char iterations[] = "\x02\x03\x01\x00\x01";
	static const char too_many[] = "\x02\x03\x7f\xff\xff";
	const struct world *world = *state;
	BIO *memory = memory_bio();
	PKCS12 *pkcs12 = PKCS12_create("", NULL, world->leaf->key,
	    world->leaf->x509, NULL, -1, 0, 65537, -1, 0);
	STACK_OF(X509) *certificates;
	clock_t start;
	char *der;
	long size, at = 0;

	assert_non_null(pkcs12);
	i2d_PKCS12_bio(memory, pkcs12);
	size = BIO_get_mem_data(memory, &der);
	assert_int_equal(cert_bag_pkcs12(der, (size_t)size, &certificates),
	    CERT_BAG_READ);
	assert_int_equal(sk_X509_num(certificates), 1);
	sk_X509_pop_free(certificates, X509_free);
	while (at < size - 5 && memcmp(der + at, iterations, 5) != 0)
		at++;
	assert_memory_equal(der + at, iterations, 5);
	memcpy(der + at, too_many, 5);
	start = clock();
	assert_int_equal(cert_bag_pkcs12(der, (size_t)size, &certificates),
	    CERT_BAG_LOCKED);
	assert_null(certificates);
	/* To hash so often takes several seconds of the processor. */
	assert_true(clock() - start < CLOCKS_PER_SEC);
	PKCS12_free(pkcs12);
	BIO_free(memory);
}

/* Only the certificates stay, whatever the form of the file. */
static void
test_forget_keys(void **state)
{
	const struct world *world = *state;
	BIO *memories[] = { pkcs12_of(world, "", -1, -1), memory_bio() };
	struct keyfile keyfile;
	struct file file;
	unsigned char *der = NULL;
	char *octets, *why;
	size_t i;

	assert_true(i2d_PrivateKey(world->leaf->key, &der) > KEY_AT + KEY_SIZE);
	PEM_write_bio_PrivateKey(memories[1], world->leaf->key, NULL, NULL, 0,
	    NULL, NULL);
	PEM_write_bio_X509(memories[1], world->leaf->x509);
	PEM_write_bio_X509(memories[1], world->root->x509);
	for (i = 0; i < 2; i++) {
		file_init(&file, path, "", 0);
		file.size = (size_t)BIO_get_mem_data(memories[i], &octets);
		free(file.octets);
		file.octets = memory_copy(octets, file.size);
		/* Of the key, PKCS#8 has the end of this form. */
		assert_int_equal(has_octets(file.octets, file.size,
		    der + KEY_AT, KEY_SIZE), i == 0);
		keyfile_forget_keys(&file);
		assert_false(has_octets(file.octets, file.size, der + KEY_AT,
		    KEY_SIZE));
		assert_null(strstr(file.octets, "\nMIGH"));
		assert_true(read_octets(&keyfile, file.octets, file.size,
		    &why));
		assert_key(world, &keyfile, 2);
		file_clear(&file);
		BIO_free(memories[i]);
	}
	OPENSSL_free(der);
}

/* A set has no order: DER sorts it. */
static void
test_pkcs7(void **state)
{
	const struct world *world = *state;
	static const char *const labels[] = { "PKCS7", "CERTIFICATE", "CMS" };
	PKCS7 *pkcs7 = PKCS7_new();
	unsigned char *der = NULL;
	struct keyfile keyfile;
	BIO *memory;
	char *why;
	size_t i;
	int size;

	PKCS7_set_type(pkcs7, NID_pkcs7_signed);
	PKCS7_content_new(pkcs7, NID_pkcs7_data);
	PKCS7_add_certificate(pkcs7, world->root->x509);
	PKCS7_add_certificate(pkcs7, world->leaf->x509);
	size = i2d_PKCS7(pkcs7, &der);
	for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		memory = memory_bio();
		PEM_write_bio(memory, labels[i], "", der, size);
		assert_true(read_memory(&keyfile, memory, &why));
		assert_key(world, &keyfile, 2);
	}
	assert_true(read_octets(&keyfile, der, (size_t)size, &why));
	assert_string_equal(keyfile.chain->certificates[0].subject,
	    "CN=mx.example.org");
	assert_key(world, &keyfile, 2);
	OPENSSL_free(der);
	PKCS7_free(pkcs7);
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
		cmocka_unit_test(test_half_damaged),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_request_names),
		cmocka_unit_test(test_ca_alone),
		cmocka_unit_test(test_markup),
		cmocka_unit_test(test_pkcs12),
		cmocka_unit_test(test_slow_pkcs12),
		cmocka_unit_test(test_forget_keys),
		cmocka_unit_test(test_pkcs7),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
