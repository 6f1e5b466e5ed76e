#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/tlsa/pem.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/table.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static struct certificates_pair *pair;

/*
 * A row's text is made of these: '1' and '2' the leaf's and the root's
 * certificate, 't' the leaf's as "trusted certificate", 'k' a private key, all
 * else itself.
 */
static void
add_pem(BIO *text, char what)
{
	switch (what) {
	case '1':
		PEM_write_bio_X509(text, pair->leaf->x509);
		break;
	case '2':
		PEM_write_bio_X509(text, pair->root->x509);
		break;
	case 't':
		PEM_write_bio_X509_AUX(text, pair->leaf->x509);
		break;
	case 'k':
		PEM_write_bio_PrivateKey(text, pair->leaf->key, NULL,
		    NULL, 0, NULL, NULL);
		break;
	default:
		BIO_write(text, &what, 1);
	}
}

/* The text of a row, owned by the caller. */
static char *
pem_text(const char *row)
{
	BIO *memory = BIO_new(BIO_s_mem());
	char *bytes, *text;
	long size;

	for (; *row != '\0'; row++)
		add_pem(memory, *row);
	size = BIO_get_mem_data(memory, &bytes);
	text = memory_copy(bytes, (size_t)size);
	BIO_free(memory);
	return text;
}

/* How many blocks of a kind there are. */
static size_t
count(const struct pem_blocks *blocks, enum pem_kind kind)
{
	size_t count = 0, i;

	for (i = 0; i < blocks->count; i++)
		count += blocks->items[i].kind == kind;
	return count;
}

/* Whether the blocks are the pair's certificates alone, the leaf's first. */
static void
assert_pair(struct pem_blocks *blocks)
{
	const X509 *const expected[] = { pair->leaf->x509, pair->root->x509 };
	unsigned char *der;
	size_t i;

	assert_int_equal(blocks->count, 2);
	for (i = 0; i < 2; i++) {
		der = NULL;
		assert_int_equal(blocks->items[i].kind, PEM_CERTIFICATE);
		assert_int_equal(blocks->items[i].size,
		    i2d_X509(expected[i], &der));
		assert_memory_equal(blocks->items[i].der, der,
		    blocks->items[i].size);
		OPENSSL_free(der);
	}
	pem_clear(blocks);
	assert_null(blocks->items);
}

static const struct accepted {
	const char	*name;
	const char	*row;
	size_t		 count;		/* of certificates */
	size_t		 keys;		/* private ones */
} accepteds[] = {
	{ "nothing", "", 0, 0 },
	{ "empty lines", "\n\n", 0, 0 },
	{ "end alone", "a\n-----END CERTIFICATE-----\n", 0, 0 },
	{ "unknown label", "-----BEGIN CERTIFICATES-----\n", 0, 0 },
	{ "one", "1", 1, 0 },
	{ "two", "12", 2, 0 },
	{ "behind a private key", "k12", 2, 1 },
	{ "among private keys", "1k2k", 2, 2 },
	{ "trusted certificate", "t", 1, 0 },
	{ "with text", "SUBJECT: CN = MX\n1\n\nISSUER:\n2\nend", 2, 0 },
	{ "behind an unended block",
	    "-----BEGIN RSA PRIVATE KEY-----\n!!! open\n1", 1, 1 },
	{ "behind another block",
	    "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
	    "-----END EC PARAMETERS-----\n1", 1, 0 },
	{ "behind a byte order mark", "\xef\xbb\xbf" "1", 1, 0 },
	{ "behind two of them", "\xef\xbb\xbf" "1\n\xef\xbb\xbf" "2", 2,
	    0 },
	{ "mark before a key", "\xef\xbb\xbfk1", 1, 1 },
};

static void
test_accepted(void **state)
{
	const struct accepted *row = *state;
	char *text = pem_text(row->row), *why;
	struct pem_blocks blocks;

	assert_true(pem_read(&blocks, text, strlen(text), &why));
	assert_null(why);
	assert_int_equal(count(&blocks, PEM_CERTIFICATE), row->count);
	assert_int_equal(count(&blocks, PEM_PRIVATE_KEY), row->keys);
	assert_int_equal(blocks.count, row->count + row->keys);
	pem_clear(&blocks);
	free(text);
}

/* Blocks of all kinds, in the order of the text, with their lines. */
static void
test_kinds(void **state)
{
	static const struct {
		const char	*label;
		enum pem_kind	 kind;
	} rows[] = {
		{ "CERTIFICATE", PEM_CERTIFICATE },
		{ "CERTIFICATE REQUEST", PEM_REQUEST },
		{ "NEW CERTIFICATE REQUEST", PEM_REQUEST },
		{ "PUBLIC KEY", PEM_PUBLIC_KEY },
		{ "PKCS7", PEM_PKCS7 },
		{ "PKCS #7 SIGNED DATA", PEM_PKCS7 },
		{ "CMS", PEM_PKCS7 },
	};
	struct pem_blocks blocks;
	char *text = memory_string("1\n"), *block, *why;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		block = memory_format("-----BEGIN %s-----\nMIIB\n"
		    "-----END %s-----", rows[i].label, rows[i].label);
		text = memory_join(text, "\n", block);
		free(block);
	}
	assert_true(pem_read(&blocks, text, strlen(text), &why));
	assert_int_equal(blocks.count, COUNT(rows));
	for (i = 0; i < COUNT(rows); i++) {
		assert_int_equal(blocks.items[i].kind, rows[i].kind);
		assert_int_equal(blocks.items[i].line, 3 + 3 * i);
		assert_int_equal(blocks.items[i].size, 3);
		assert_memory_equal(blocks.items[i].der, "\x30\x82\x01", 3);
	}
	pem_clear(&blocks);
	free(text);
}

/* Replaces each line feed, as other systems and editors do. */
static char *
with_line_ends(const char *text, const char *end)
{
	BIO *memory = BIO_new(BIO_s_mem());
	char *bytes, *changed;
	long size;

	for (; *text != '\0'; text++) {
		if (*text == '\n')
			BIO_puts(memory, end);
		else
			BIO_write(memory, text, 1);
	}
	size = BIO_get_mem_data(memory, &bytes);
	changed = memory_copy(bytes, (size_t)size);
	BIO_free(memory);
	return changed;
}

static const struct line_end {
	const char	*name;
	const char	*end;
} line_ends[] = {
	{ "Windows", "\r\n" },
	{ "space before", " \t\r\n" },
	{ "space after", "\n  " },
	{ "empty lines", "\n\n" },
};

static void
test_line_ends(void **state)
{
	const struct line_end *row = *state;
	char *text = pem_text("12"), *why;
	char *changed = with_line_ends(text, row->end);
	struct pem_blocks blocks;

	assert_true(pem_read(&blocks, changed, strlen(changed), &why));
	assert_pair(&blocks);
	free(changed);
	free(text);
}

/* The last line may have no line feed. */
static void
test_last_line(void **state)
{
	char *text = pem_text("12"), *why;
	struct pem_blocks blocks;

	(void)state;
	assert_true(pem_read(&blocks, text, strlen(text) - 1, &why));
	assert_pair(&blocks);
	free(text);
}

/* The whole of the base64 in one line, however long it is. */
static void
test_one_line(void **state)
{
	unsigned char *der = NULL;
	char *base64, *text, *why;
	struct pem_blocks blocks;
	int size;

	(void)state;
	size = i2d_X509(pair->leaf->x509, &der);
	base64 = memory_new((size_t)size * 2, 1);
	EVP_EncodeBlock((unsigned char *)base64, der, size);
	assert_true(strlen(base64) > 512);
	text = memory_format("-----BEGIN CERTIFICATE-----\n%s\n"
	    "-----END CERTIFICATE-----\n", base64);
	assert_true(pem_read(&blocks, text, strlen(text), &why));
	assert_int_equal(blocks.count, 1);
	assert_int_equal(blocks.items[0].size, size);
	assert_memory_equal(blocks.items[0].der, der, (size_t)size);
	pem_clear(&blocks);
	free(text);
	free(base64);
	OPENSSL_free(der);
}

#define BEGIN	"-----BEGIN CERTIFICATE-----\n"
#define END	"-----END CERTIFICATE-----\n"

#define NOT_END "this is not the END line of the certificate, or not alone " \
	"on its line"
#define NOT_ALONE "the BEGIN of a certificate is not alone on its line"

static const struct refused {
	const char	*name;
	const char	*text;
	const char	*why;
} refuseds[] = {
	{ "begin alone", BEGIN, "line 1: the text ends within a certificate" },
	{ "no end", "\n" BEGIN "MIIB\n",
	    "line 3: the text ends within a certificate" },
	{ "no octets", BEGIN END, "line 1: the certificate that begins here "
	    "is empty" },
	{ "stray sign", BEGIN "MIIB\nMI!B\n" END, "line 3: bad base64" },
	{ "hyphen", BEGIN "MIIB\nMI-B\n" END, "line 3: bad base64" },
	{ "a letter lost", BEGIN "MIIB\nMII\n" END,
	    "line 4: bad base64 before this line" },
	{ "more behind the padding", BEGIN "MA==\nMIIB\n" END,
	    "line 3: bad base64" },
	{ "begin before the end", BEGIN "MIIB\n" BEGIN "MIIB\n" END,
	    "line 3: no END line before this one" },
	{ "encrypted", BEGIN "Proc-Type: 4,ENCRYPTED\n" END,
	    "line 2: bad base64" },
	{ "run together",
	    BEGIN "MIIB\n-----END CERTIFICATE-----" BEGIN "MIIB\n" END,
	    "line 3: " NOT_END },
	{ "end of another block", BEGIN "MIIB\n-----END FOO-----\n",
	    "line 3: " NOT_END },
	{ "half a byte order mark", "\xef\xbb" BEGIN "MIIB\n" END "\n",
	    "line 1: " NOT_ALONE },
	{ "request behind text", "x -----BEGIN CERTIFICATE REQUEST-----\n",
	    "line 1: the BEGIN of a certificate request is not alone on its "
	    "line" },
	{ "key cut short by a certificate",
	    "-----BEGIN PUBLIC KEY-----\nMIIB\n" BEGIN,
	    "line 3: no END line before this one" },
	{ "request without its end", "-----BEGIN CERTIFICATE REQUEST-----\n",
	    "line 1: the text ends within a certificate request" },
	{ "begin behind text", "\nkey" BEGIN "MIIB\n" END "\n",
	    "line 2: " NOT_ALONE },
};

static void
test_refused(void **state)
{
	const struct refused *row = *state;
	struct pem_blocks blocks;
	char *why;

	assert_false(pem_read(&blocks, row->text, strlen(row->text), &why));
	assert_string_equal(why, row->why);
	assert_null(blocks.items);
	free(why);
}

/* Lines stay, since messages count them; what is in a key does not. */
static void
test_private_keys(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{ "-----BEGIN PRIVATE KEY-----\nMIIB\nabc=\n-----END PRIVATE "
		  "KEY-----\n-----BEGIN CERTIFICATE-----\nMIIC\n",
		  "-----BEGIN PRIVATE KEY-----\n    \n    \n-----END PRIVATE "
		  "KEY-----\n-----BEGIN CERTIFICATE-----\nMIIC\n" },
		{ "-----BEGIN EC PRIVATE KEY----- ab -----END EC PRIVATE "
		  "KEY----- -----BEGIN CERTIFICATE----- cd\nef",
		  "-----BEGIN EC PRIVATE KEY-----    -----END EC PRIVATE "
		  "KEY----- -----BEGIN CERTIFICATE----- cd\nef" },
		{ "-----BEGIN ENCRYPTED PRIVATE KEY-----\r\nab\r\ncd",
		  "-----BEGIN ENCRYPTED PRIVATE KEY-----\r\n  \r\n  " },
		{ "-----BEGIN PRIVATE KEY-----",
		  "-----BEGIN PRIVATE KEY-----" },
		{ "-----BEGIN PUBLIC KEY-----\nab", "-----BEGIN PUBLIC "
		  "KEY-----\nab" },
		{ "-----BEGIN PRIVATE KEY", "-----BEGIN PRIVATE KEY" },
		{ "", "" },
	};
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text = memory_string(rows[i].text);
		pem_blank_private_keys(text, strlen(text));
		assert_string_equal(text, rows[i].expected);
		free(text);
	}
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_accepted, accepteds),
		TABLE_ALONE(test_kinds),
		TABLE(test_line_ends, line_ends),
		TABLE_ALONE(test_last_line),
		TABLE_ALONE(test_one_line),
		TABLE(test_refused, refuseds),
		TABLE_ALONE(test_private_keys),
	};
	void *state;
	int failed;

	certificates_pair_set_up(&state);
	pair = state;
	failed = table_run(tables, sizeof(tables) / sizeof(tables[0]));
	certificates_pair_tear_down(&state);
	return failed;
}
