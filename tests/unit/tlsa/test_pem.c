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
#include "smtp/chain.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/table.h"

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

static const struct accepted {
	const char	*name;
	const char	*row;
	size_t		 count;
} accepteds[] = {
	{ "one", "1", 1 },
	{ "two", "12", 2 },
	{ "behind a private key", "k12", 2 },
	{ "among private keys", "1k2k", 2 },
	{ "trusted certificate", "t", 1 },
	{ "with text", "Subject: CN = MX\n1\n\nISSUER:\n2\nend", 2 },
	{ "behind an unended block",
	    "-----BEGIN RSA PRIVATE KEY-----\n!!! not closed\n1", 1 },
	{ "behind a request that is cut short",
	    "-----BEGIN CERTIFICATE REQUEST-----\nx\n1", 1 },
	{ "behind another block",
	    "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
	    "-----END EC PARAMETERS-----\n1", 1 },
};

static void
test_accepted(void **state)
{
	const struct accepted *row = *state;
	char *text = pem_text(row->row), *why;
	struct chain *chain = pem_chain(text, strlen(text), &why);

	assert_null(why);
	assert_non_null(chain);
	assert_int_equal(chain->count, row->count);
	assert_string_equal(chain->certificates[0].subject,
	    "CN=mx.example.org");
	chain_free(chain);
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
	struct chain *chain = pem_chain(changed, strlen(changed), &why);

	assert_null(why);
	assert_int_equal(chain->count, 2);
	chain_free(chain);
	free(changed);
	free(text);
}

/* The last line may have no line feed. */
static void
test_last_line(void **state)
{
	char *text = pem_text("12"), *why;
	struct chain *chain = pem_chain(text, strlen(text) - 1, &why);

	(void)state;
	assert_null(why);
	assert_int_equal(chain->count, 2);
	chain_free(chain);
	free(text);
}

/* The whole of the base64 in one line, however long it is. */
static void
test_one_line(void **state)
{
	unsigned char *der = NULL;
	char *base64, *text, *why;
	struct chain *chain;
	int size;

	(void)state;
	size = i2d_X509(pair->leaf->x509, &der);
	base64 = memory_new((size_t)size * 2, 1);
	EVP_EncodeBlock((unsigned char *)base64, der, size);
	assert_true(strlen(base64) > 512);
	text = memory_format("-----BEGIN CERTIFICATE-----\n%s\n"
	    "-----END CERTIFICATE-----\n", base64);
	chain = pem_chain(text, strlen(text), &why);
	assert_null(why);
	assert_int_equal(chain->count, 1);
	assert_memory_equal(chain->certificates[0].der, der, (size_t)size);
	chain_free(chain);
	free(text);
	free(base64);
	OPENSSL_free(der);
}

#define BEGIN	"-----BEGIN CERTIFICATE-----\n"
#define END	"-----END CERTIFICATE-----\n"

#define NOT_END "this is not the END line of the certificate, or not alone " \
	"on its line"
#define NOT_ALONE "the BEGIN of a certificate is not alone on its line"
#define DAMAGED "the certificate that begins here is damaged"

static const struct refused {
	const char	*name;
	const char	*text;
	const char	*why;
} refuseds[] = {
	{ "nothing", "", "no certificate in it" },
	{ "empty lines", "\n\n", "no certificate in it" },
	{ "end alone", "nothing\n" END, "no certificate in it" },
	{ "unknown label", "-----BEGIN CERTIFICATES-----\n",
	    "no certificate in it" },
	{ "begin alone", BEGIN, "line 1: the text ends within a certificate" },
	{ "no end", "\n" BEGIN "MIIB\n",
	    "line 3: the text ends within a certificate" },
	{ "no octets", BEGIN END, "line 1: " DAMAGED },
	{ "not a certificate", "x\n" BEGIN "MIIB\n" END, "line 2: " DAMAGED },
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
	{ "byte order mark", "\xef\xbb\xbf" BEGIN "MIIB\n" END "\n",
	    "line 1: " NOT_ALONE },
	{ "begin behind text", "\nkey" BEGIN "MIIB\n" END "\n",
	    "line 2: " NOT_ALONE },
};

static void
test_refused(void **state)
{
	const struct refused *row = *state;
	char *why;

	assert_null(pem_chain(row->text, strlen(row->text), &why));
	assert_string_equal(why, row->why);
	free(why);
}

/* One damaged block spoils the file: half a chain would mislead. */
static void
test_damaged(void **state)
{
	char *text = pem_text("2"), *both, *why;

	(void)state;
	both = memory_format("%s" BEGIN "MIIB\n" END, text);
	assert_null(pem_chain(both, strlen(both), &why));
	assert_non_null(strstr(why, ": " DAMAGED));
	free(why);
	free(both);

	/* So does an octet behind a certificate. */
	both = memory_format("%.*sAAAA\n" END,
	    (int)(strstr(text, END) - text), text);
	assert_null(pem_chain(both, strlen(both), &why));
	free(why);
	free(both);
	free(text);
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
		TABLE(test_line_ends, line_ends),
		TABLE_ALONE(test_last_line),
		TABLE_ALONE(test_one_line),
		TABLE(test_refused, refuseds),
		TABLE_ALONE(test_damaged),
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
