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

/*
 * A row's text is made of these: '1' and '2' the leaf's and the root's
 * certificate, 't' the leaf's as "trusted certificate", 'k' a private key, all
 * else itself.
 */
static void
add_pem(BIO *text, const struct certificates_pair *authority, char what)
{
	switch (what) {
	case '1':
		PEM_write_bio_X509(text, authority->leaf->x509);
		break;
	case '2':
		PEM_write_bio_X509(text, authority->root->x509);
		break;
	case 't':
		PEM_write_bio_X509_AUX(text, authority->leaf->x509);
		break;
	case 'k':
		PEM_write_bio_PrivateKey(text, authority->leaf->key, NULL,
		    NULL, 0, NULL, NULL);
		break;
	default:
		BIO_write(text, &what, 1);
	}
}

/* The text of a row, owned by the caller. */
static char *
pem_text(const struct certificates_pair *authority, const char *row)
{
	BIO *memory = BIO_new(BIO_s_mem());
	char *bytes, *text;
	long size;

	for (; *row != '\0'; row++)
		add_pem(memory, authority, *row);
	size = BIO_get_mem_data(memory, &bytes);
	text = memory_copy(bytes, (size_t)size);
	BIO_free(memory);
	return text;
}

static void
test_accepted(void **state)
{
	static const struct {
		const char	*row;
		size_t		 count;
	} rows[] = {
		{ "1", 1 },
		{ "12", 2 },
		{ "k12", 2 },
		{ "1k2k", 2 },
		{ "t", 1 },
		{ "Subject: CN = MX\n1\n\nISSUER:\n2\nend", 2 },
		{ "-----BEGIN RSA PRIVATE KEY-----\n!!! not closed\n1", 1 },
		{ "-----BEGIN CERTIFICATE REQUEST-----\nx\n1", 1 },
		{ "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
		    "-----END EC PARAMETERS-----\n1", 1 },
	};
	struct chain *chain;
	char *text, *why;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text = pem_text(*state, rows[i].row);
		chain = pem_chain(text, strlen(text), &why);
		assert_null(why);
		assert_non_null(chain);
		assert_int_equal(chain->count, rows[i].count);
		assert_string_equal(chain->certificates[0].subject,
		    "CN=mx.example.org");
		chain_free(chain);
		free(text);
	}
}

/* Replaces each line feed, as other systems and people's editors do. */
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

static void
test_line_ends(void **state)
{
	static const char *const ends[] = { "\r\n", " \t\r\n", "\n  ", "\n\n" };
	char *text = pem_text(*state, "12"), *changed, *why;
	struct chain *chain;
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		changed = with_line_ends(text, ends[i]);
		chain = pem_chain(changed, strlen(changed), &why);
		assert_null(why);
		assert_int_equal(chain->count, 2);
		chain_free(chain);
		free(changed);
	}

	/* The last line may have none. */
	chain = pem_chain(text, strlen(text) - 1, &why);
	assert_null(why);
	assert_int_equal(chain->count, 2);
	chain_free(chain);
	free(text);
}

/* The whole of the base64 in one line, however long it is. */
static void
test_one_line(void **state)
{
	const struct certificates_pair *authority = *state;
	unsigned char *der = NULL;
	char *base64, *text, *why;
	struct chain *chain;
	int size;

	size = i2d_X509(authority->leaf->x509, &der);
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

static void
test_refused(void **state)
{
	static const struct {
		const char	*text;
		const char	*why;
	} rows[] = {
		{ "", "no certificate in it" },
		{ "\n\n", "no certificate in it" },
		{ "nothing\n" END, "no certificate in it" },
		{ "-----BEGIN CERTIFICATES-----\n", "no certificate in it" },
		{ BEGIN, "line 1: the text ends within a certificate" },
		{ "\n" BEGIN "MIIB\n",
		    "line 3: the text ends within a certificate" },
		{ BEGIN END,
		    "line 1: the certificate that begins here is damaged" },
		{ "x\n" BEGIN "MIIB\n" END,
		    "line 2: the certificate that begins here is damaged" },
		{ BEGIN "MIIB\nMI!B\n" END, "line 3: bad base64" },
		{ BEGIN "MIIB\nMI-B\n" END, "line 3: bad base64" },
		{ BEGIN "MIIB\nMII\n" END,
		    "line 4: bad base64 before this line" },
		{ BEGIN "MA==\nMIIB\n" END, "line 3: bad base64" },
		{ BEGIN "MIIB\n" BEGIN "MIIB\n" END,
		    "line 3: no END line before this one" },
		{ BEGIN "Proc-Type: 4,ENCRYPTED\n" END, "line 2: bad base64" },
		{ BEGIN "MIIB\n-----END CERTIFICATE-----" BEGIN "MIIB\n" END,
		    "line 3: this is not the END line of the certificate, or "
		    "not alone on its line" },
		{ BEGIN "MIIB\n-----END FOO-----\n", "line 3: this is not the "
		    "END line of the certificate, or not alone on its line" },
		{ "\xef\xbb\xbf" BEGIN "MIIB\n" END "\n", "line 1: the BEGIN "
		    "of a certificate is not alone on its line" },
		{ "\nkey" BEGIN "MIIB\n" END "\n", "line 2: the BEGIN of a "
		    "certificate is not alone on its line" },
	};
	char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_null(pem_chain(rows[i].text,
		    strlen(rows[i].text), &why));
		assert_string_equal(why, rows[i].why);
		free(why);
	}
}

/* One damaged block spoils the file: half a chain would mislead. */
static void
test_damaged(void **state)
{
	char *text = pem_text(*state, "2"), *both, *why;

	both = memory_format("%s" BEGIN "MIIB\n" END, text);
	assert_null(pem_chain(both, strlen(both), &why));
	assert_non_null(strstr(why,
	    ": the certificate that begins here is damaged"));
	free(why);
	free(both);

	/* A certificate with an octet behind it is none. */
	both = memory_format("%.*sAAAA\n" END,
	    (int)(strstr(text, END) - text), text);
	assert_null(pem_chain(both, strlen(both), &why));
	free(why);
	free(both);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_line_ends),
		cmocka_unit_test(test_one_line),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests_name("pem", tests,
	    certificates_pair_set_up, certificates_pair_tear_down);
}
