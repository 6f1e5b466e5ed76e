#include "checker/tlsa/pem.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"

/* A text that is read line by line. */
struct lines {
	const char	*text;		/* borrowed; what was not read yet */
	size_t		 left;		/* octets of it */
	const char	*line;		/* borrowed; what trim() leaves */
	size_t		 size;
	size_t		 number;	/* of the line, from 1 */
};

static bool
is_space(char octet)
{
	return octet == ' ' || octet == '\t' || octet == '\r';
}

/*
 * A byte order mark in UTF-8: where the file begins, and where one that began
 * with it was appended to another. OpenSSL reads past it as well.
 */
static const char byte_order_mark[] = "\xef\xbb\xbf";

/* Takes from the line what is around its text. */
static void
trim(struct lines *lines)
{
	const size_t mark = strlen(byte_order_mark);

	if (lines->size >= mark &&
	    memcmp(lines->line, byte_order_mark, mark) == 0) {
		lines->line += mark;
		lines->size -= mark;
	}
	while (lines->size > 0 && is_space(lines->line[lines->size - 1]))
		lines->size--;
	while (lines->size > 0 && is_space(lines->line[0])) {
		lines->line++;
		lines->size--;
	}
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

	trim(lines);
	return true;
}

static bool
begins_with(const struct lines *lines, const char *text)
{
	size_t size = strlen(text);

	return lines->size >= size && memcmp(lines->line, text, size) == 0;
}

/* What is read; all other blocks are skipped. */
static const struct label {
	const char	*text;
	enum pem_kind	 kind;
} labels[] = {
	{ PEM_STRING_X509, PEM_CERTIFICATE },
	{ PEM_STRING_X509_OLD, PEM_CERTIFICATE },
	{ PEM_STRING_X509_TRUSTED, PEM_CERTIFICATE },
	{ PEM_STRING_X509_REQ, PEM_REQUEST },
	{ PEM_STRING_X509_REQ_OLD, PEM_REQUEST },
	{ PEM_STRING_PUBLIC, PEM_PUBLIC_KEY },
	{ PEM_STRING_PKCS7, PEM_PKCS7 },
	{ PEM_STRING_PKCS7_SIGNED, PEM_PKCS7 },
	{ PEM_STRING_CMS, PEM_PKCS7 },
};

#define LABELS (sizeof(labels) / sizeof(labels[0]))

const char *
pem_kind_name(enum pem_kind kind)
{
	static const char *const names[] = {
		[PEM_NOTHING] = "block",
		[PEM_CERTIFICATE] = "certificate",
		[PEM_REQUEST] = "certificate request",
		[PEM_PUBLIC_KEY] = "public key",
		[PEM_PKCS7] = "PKCS#7 structure",
		[PEM_PRIVATE_KEY] = "private key",
	};

	return names[kind];
}

/* Whether the line is exactly "-----WHERE LABEL-----". */
static bool
is_boundary(const struct lines *lines, const char *where, const char *label)
{
	char *wanted = memory_format("-----%s %s-----", where, label);
	bool is = lines->size == strlen(wanted) && begins_with(lines, wanted);

	free(wanted);
	return is;
}

/* Returns the label of the block that begins here, or NULL. */
static const struct label *
begun_block(const struct lines *lines)
{
	size_t i;

	for (i = 0; i < LABELS; i++) {
		if (is_boundary(lines, "BEGIN", labels[i].text))
			return &labels[i];
	}
	return NULL;
}

/* Whether TEXT is anywhere in the line. */
static bool
has(const struct lines *lines, const char *text)
{
	const size_t size = strlen(text);
	size_t i;

	for (i = 0; i + size <= lines->size; i++) {
		if (memcmp(lines->line + i, text, size) == 0)
			return true;
	}
	return false;
}

/*
 * The label of a block that begins within the line, as in files that were run
 * together. To skip it would be to lose it. NULL: none does.
 */
static const struct label *
hidden_block(const struct lines *lines)
{
	size_t i;
	char *mark;
	bool hides;

	for (i = 0; i < LABELS; i++) {
		mark = memory_format("-----BEGIN %s-----", labels[i].text);
		hides = has(lines, mark);
		free(mark);
		if (hides)
			return &labels[i];
	}
	return NULL;
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
 * (owned) with the line of LINES, or NULL.
 */
static char *
decode_block(EVP_ENCODE_CTX *decoder, BIO *der, struct lines *lines,
    const struct label *label)
{
	const char *what = pem_kind_name(label->kind);
	unsigned char octets[64];
	bool ended = false;
	int got;

	EVP_DecodeInit(decoder);
	while (next_line(lines)) {
		if (is_boundary(lines, "END", label->text))
			return EVP_DecodeFinal(decoder, octets, &got) == 1 ?
			    NULL : memory_string("bad base64 before this line");
		if (begins_with(lines, "-----END "))
			return memory_format("this is not the END line of the "
			    "%s, or not alone on its line", what);
		if (begins_with(lines, "-----"))
			return memory_string("no END line before this one");
		if (!decode_line(decoder, der, lines, &ended))
			return memory_string("bad base64");
	}
	return memory_format("the text ends within a %s", what);
}

/* Adds a block of SIZE octets (copied; NULL: none). */
static void
add(struct pem_blocks *blocks, enum pem_kind kind, size_t line,
    const void *der, size_t size)
{
	blocks->items = memory_grow(blocks->items, blocks->count,
	    sizeof(*blocks->items));
	blocks->items[blocks->count++] = (struct pem_block){
		.kind = kind,
		.der = der != NULL ? memory_copy(der, size) : NULL,
		.size = size,
		.line = line,
	};
}

/* Takes the block that begins here. Returns what is wrong (owned), or NULL. */
static char *
take_block(struct pem_blocks *blocks, struct lines *lines,
    const struct label *label)
{
	EVP_ENCODE_CTX *decoder = EVP_ENCODE_CTX_new();
	BIO *der = BIO_new(BIO_s_mem());
	const size_t first = lines->number;
	char *start, *what, *why = NULL;
	long size;

	if (decoder == NULL || der == NULL)
		abort();
	what = decode_block(decoder, der, lines, label);
	size = BIO_get_mem_data(der, &start);
	if (what != NULL)
		why = memory_format("line %zu: %s", lines->number, what);
	else if (size <= 0)
		why = memory_format("line %zu: the %s that begins here is "
		    "empty", first, pem_kind_name(label->kind));
	else
		add(blocks, label->kind, first, start, (size_t)size);
	free(what);
	EVP_ENCODE_CTX_free(decoder);
	BIO_free(der);
	return why;
}

/* Takes what the line begins. Returns what is wrong (owned), or NULL. */
static char *
take_line(struct pem_blocks *blocks, struct lines *lines)
{
	const struct label *label = begun_block(lines);

	if (label != NULL)
		return take_block(blocks, lines, label);
	label = hidden_block(lines);
	if (label != NULL)
		return memory_format("line %zu: the BEGIN of a %s is not alone "
		    "on its line", lines->number, pem_kind_name(label->kind));
	if (begins_with(lines, "-----BEGIN ") && has(lines, "PRIVATE KEY-----"))
		add(blocks, PEM_PRIVATE_KEY, lines->number, NULL, 0);
	return NULL;
}

bool
pem_read(struct pem_blocks *blocks, const char *text, size_t size, char **why)
{
	struct lines lines = { .text = text, .left = size };

	*blocks = (struct pem_blocks){ NULL, 0 };
	*why = NULL;
	while (*why == NULL && next_line(&lines))
		*why = take_line(blocks, &lines);
	if (*why == NULL)
		return true;
	pem_clear(blocks);
	return false;
}

void
pem_clear(struct pem_blocks *blocks)
{
	size_t i;

	for (i = 0; i < blocks->count; i++)
		free(blocks->items[i].der);
	free(blocks->items);
	*blocks = (struct pem_blocks){ NULL, 0 };
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
