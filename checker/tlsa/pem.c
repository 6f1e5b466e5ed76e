#include "checker/tlsa/pem.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "smtp/chain.h"

/* A text that is read line by line. */
struct lines {
	const char	*text;		/* borrowed; what was not read yet */
	size_t		 left;		/* octets of it */
	const char	*line;		/* borrowed; without space around it */
	size_t		 size;
	size_t		 number;	/* of the line, from 1 */
};

static bool
is_space(char octet)
{
	return octet == ' ' || octet == '\t' || octet == '\r';
}

static bool
next_line(struct lines *lines)
{
	const char *end;
	size_t size;

	if (lines->left == 0)
		return false;
	end = memchr(lines->text, '\n', lines->left);
	size = end != NULL ? (size_t)(end - lines->text) : lines->left;
	lines->line = lines->text;
	lines->size = size;
	lines->number++;
	lines->text += size + (end != NULL);
	lines->left -= size + (end != NULL);

	while (lines->size > 0 && is_space(lines->line[lines->size - 1]))
		lines->size--;
	while (lines->size > 0 && is_space(lines->line[0])) {
		lines->line++;
		lines->size--;
	}
	return true;
}

static bool
begins_with(const struct lines *lines, const char *text)
{
	size_t size = strlen(text);

	return lines->size >= size && memcmp(lines->line, text, size) == 0;
}

/* The labels of blocks that hold a certificate. */
static const char *const labels[] = {
	PEM_STRING_X509,
	PEM_STRING_X509_OLD,
	PEM_STRING_X509_TRUSTED,
};

/* Whether the line is exactly "-----WHERE LABEL-----". */
static bool
is_boundary(const struct lines *lines, const char *where, const char *label)
{
	char *wanted = memory_format("-----%s %s-----", where, label);
	bool is = lines->size == strlen(wanted) && begins_with(lines, wanted);

	free(wanted);
	return is;
}

/* Returns the label of the certificate that begins here, or NULL. */
static const char *
begun_certificate(const struct lines *lines)
{
	size_t i;

	for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		if (is_boundary(lines, "BEGIN", labels[i]))
			return labels[i];
	}
	return NULL;
}

/*
 * Whether a certificate begins within the line, as in files that were run
 * together or after a byte order mark. To skip it would be to lose it.
 */
static bool
hides_certificate(const struct lines *lines)
{
	static const char mark[] = "-----BEGIN " PEM_STRING_X509 "-----";
	size_t i;

	for (i = 0; i + strlen(mark) <= lines->size; i++) {
		if (memcmp(lines->line + i, mark, strlen(mark)) == 0)
			return true;
	}
	return false;
}

/*
 * Appends the octets of a line of base64 to DER. *ENDED: its padding was seen,
 * and nothing may follow.
 */
static bool
decode_line(EVP_ENCODE_CTX *decoder, BIO *der, const struct lines *lines,
    bool *ended)
{
	unsigned char octets[512];
	size_t i, size;
	int got, more;

	for (i = 0; i < lines->size; i += size) {
		size = lines->size - i;
		/* Three octets for four letters, and some may be waiting. */
		if (size > sizeof(octets))
			size = sizeof(octets);
		if (*ended || memchr(lines->line + i, '-', size) != NULL)
			return false;
		more = EVP_DecodeUpdate(decoder, octets, &got,
		    (const unsigned char *)lines->line + i, (int)size);
		if (more < 0)
			return false;
		*ended = more == 0;
		BIO_write(der, octets, got);
	}
	return true;
}

/*
 * Decodes the block called LABEL up to its END line. Returns what is wrong
 * (static) with LINES at the place, or NULL.
 */
static const char *
decode_block(EVP_ENCODE_CTX *decoder, BIO *der, struct lines *lines,
    const char *label)
{
	unsigned char octets[64];
	bool ended = false;
	int got;

	EVP_DecodeInit(decoder);
	while (next_line(lines)) {
		if (is_boundary(lines, "END", label))
			return EVP_DecodeFinal(decoder, octets, &got) == 1 ?
			    NULL : "bad base64 before this line";
		if (begins_with(lines, "-----END "))
			return "this is not the END line of the certificate, "
			    "or not alone on its line";
		if (begins_with(lines, "-----"))
			return "no END line before this one";
		if (!decode_line(decoder, der, lines, &ended))
			return "bad base64";
	}
	return "the text ends within a certificate";
}

/*
 * Adds the certificate in DER. False: it is not one, or something follows it.
 */
static bool
add_certificate(STACK_OF(X509) *stack, BIO *der)
{
	const unsigned char *bytes;
	char *start;
	long size = BIO_get_mem_data(der, &start);
	X509 *x509;
	bool whole;

	if (size <= 0)
		return false;
	/* OpenSSL's trust settings may follow in a "trusted certificate". */
	bytes = (const unsigned char *)start;
	x509 = d2i_X509_AUX(NULL, &bytes, size);
	whole = x509 != NULL && bytes == (const unsigned char *)start + size;
	if (!whole)
		X509_free(x509);
	else if (sk_X509_push(stack, x509) == 0)
		abort();
	ERR_clear_error();
	return whole;
}

/*
 * Takes the certificate that begins here. Returns what is wrong with it
 * (owned), or NULL.
 */
static char *
take_block(STACK_OF(X509) *stack, struct lines *lines, const char *label)
{
	EVP_ENCODE_CTX *decoder = EVP_ENCODE_CTX_new();
	BIO *der = BIO_new(BIO_s_mem());
	size_t first = lines->number;
	const char *what;
	char *why = NULL;

	if (decoder == NULL || der == NULL)
		abort();
	what = decode_block(decoder, der, lines, label);
	if (what != NULL)
		why = memory_format("line %zu: %s", lines->number, what);
	else if (!add_certificate(stack, der))
		why = memory_format("line %zu: the certificate that begins "
		    "here is damaged", first);
	EVP_ENCODE_CTX_free(decoder);
	BIO_free(der);
	return why;
}

const char *
pem_find(const char *text, const char *label)
{
	char *line = memory_format("-----BEGIN %s-----", label);
	const char *at = strstr(text, line);

	while (at != NULL && at != text && strchr(" \t\n", at[-1]) == NULL)
		at = strstr(at + 1, line);
	free(line);
	return at;
}

bool
pem_has_certificate(const char *text)
{
	size_t i;

	for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		if (pem_find(text, labels[i]) != NULL)
			return true;
	}
	return false;
}

struct chain *
pem_chain(const char *text, size_t size, char **why)
{
	struct lines lines = { .text = text, .left = size };
	STACK_OF(X509) *stack = sk_X509_new_null();
	struct chain *chain = NULL;
	const char *label;

	if (stack == NULL)
		abort();

	/*
	 * All else in the file is skipped: text, and the private key that many
	 * keep in it.
	 */
	*why = NULL;
	while (*why == NULL && next_line(&lines)) {
		label = begun_certificate(&lines);
		if (label != NULL)
			*why = take_block(stack, &lines, label);
		else if (hides_certificate(&lines))
			*why = memory_format("line %zu: the BEGIN of a "
			    "certificate is not alone on its line",
			    lines.number);
	}
	if (*why == NULL && sk_X509_num(stack) == 0)
		*why = memory_string("no certificate in it");
	if (*why == NULL)
		chain = chain_from_stack(stack);
	sk_X509_pop_free(stack, X509_free);
	return chain;
}

/* Where WHAT begins in the text from AT up to END; END: nowhere. */
static char *
find(char *at, char *end, const char *what)
{
	const size_t size = strlen(what);

	for (; (size_t)(end - at) >= size; at++) {
		if (memcmp(at, what, size) == 0)
			return at;
	}
	return end;
}

/* Whether the label that begins at AT, and ends with dashes, is of a key. */
static bool
is_private(char *at, char *end)
{
	char *dashes = find(at, end, "-----");

	return find(at, dashes, "PRIVATE KEY") != dashes;
}

void
pem_blank_private_keys(char *text, size_t size)
{
	char *end = text + size, *at = text, *stop;

	while ((at = find(at, end, "-----BEGIN ")) != end) {
		at += strlen("-----BEGIN ");
		if (!is_private(at, end))
			continue;
		at = find(at, end, "-----");
		stop = find(at, end, "-----END ");
		at = stop - at > 5 ? at + 5 : stop;
		for (; at < stop; at++) {
			if (*at != '\n' && *at != '\r')
				*at = ' ';
		}
	}
}
