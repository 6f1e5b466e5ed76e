#include "checker/tlsa/misencoding.h"

#include <ctype.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/text.h"
#include "smtp/chain.h"

/* Data of more octets is not a digest, not even one in text. */
#define TEXT_MAX 1024

/* Octets of a certificate in some encoding. */
struct encoding {
	bool		 pem;
	unsigned char	*bytes;		/* owned */
	size_t		 size;
};

enum { DER_CERT, DER_KEY, BARE_KEY, PEM_CERT, PEM_KEY, ENCODINGS };

static void
set_encoding(struct encoding *encoding, const void *bytes, size_t size,
    bool pem)
{
	encoding->pem = pem;
	encoding->bytes = memory_copy(bytes, size);
	encoding->size = size;
}

/* Makes all encodings. False: the certificate cannot be decoded. */
static bool
make_encodings(struct encoding *encodings,
    const struct certificate *certificate)
{
	X509 *x509 = certificate->x509;
	BIO *pem = BIO_new(BIO_s_mem());
	const ASN1_BIT_STRING *key;
	unsigned char *spki = NULL;
	char *text;
	int size;

	if (pem == NULL)
		abort();
	if (x509 == NULL) {
		BIO_free(pem);
		return false;
	}
	key = X509_get0_pubkey_bitstr(x509);
	size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &spki);
	set_encoding(&encodings[DER_CERT], certificate->der,
	    certificate->size, false);
	set_encoding(&encodings[DER_KEY], spki, size > 0 ? (size_t)size : 0,
	    false);
	set_encoding(&encodings[BARE_KEY], ASN1_STRING_get0_data(key),
	    (size_t)ASN1_STRING_length(key), false);
	PEM_write_bio_X509(pem, x509);
	size = (int)BIO_get_mem_data(pem, &text);
	set_encoding(&encodings[PEM_CERT], text, (size_t)size, true);
	(void)BIO_reset(pem);
	if (X509_get0_pubkey(x509) != NULL)
		PEM_write_bio_PUBKEY(pem, X509_get0_pubkey(x509));
	size = (int)BIO_get_mem_data(pem, &text);
	set_encoding(&encodings[PEM_KEY], text, (size_t)size, true);
	OPENSSL_free(spki);
	BIO_free(pem);
	return true;
}

static bool
is_digest(const uint8_t *data, size_t size, const EVP_MD *type,
    const unsigned char *bytes, size_t count)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int digest_size;

	return (size_t)EVP_MD_get_size(type) == size &&
	    EVP_Digest(bytes, count, digest, &digest_size, type, NULL) == 1 &&
	    memcmp(digest, data, size) == 0;
}

/* The text with its lines ended as on Windows. Owned by the caller. */
static unsigned char *
with_carriage_returns(const struct encoding *text, size_t *size)
{
	unsigned char *copy = memory_new(text->size, 2), *next = copy;
	size_t i;

	for (i = 0; i < text->size; i++) {
		if (text->bytes[i] == '\n')
			*next++ = '\r';
		*next++ = text->bytes[i];
	}
	*size = (size_t)(next - copy);
	return copy;
}

/* Text may have lost its last line feed on the way, or come from Windows. */
static bool
is_digest_of_text(const uint8_t *data, size_t size, const EVP_MD *type,
    const struct encoding *text)
{
	size_t count;
	unsigned char *returns = with_carriage_returns(text, &count);
	bool is;

	is = is_digest(data, size, type, text->bytes, text->size - 1) ||
	    is_digest(data, size, type, returns, count) ||
	    is_digest(data, size, type, returns, count - 2);
	free(returns);
	return is;
}

static bool
is_digest_of(const uint8_t *data, size_t size, const EVP_MD *type,
    const struct encoding *encoding)
{
	/* A key of a kind that OpenSSL does not know has no PEM text. */
	if (encoding->size == 0)
		return false;
	return is_digest(data, size, type, encoding->bytes, encoding->size) ||
	    (encoding->pem && is_digest_of_text(data, size, type, encoding));
}

const char *
misencoding_find(const uint8_t *data, size_t size,
    const struct certificate *certificate, bool *pem)
{
	/* Not here: SHA-256 and SHA-512 of DER, which are as they should be. */
	static const struct {
		const char	*names[ENCODINGS];
		const EVP_MD	*(*type)(void);
	} digests[] = {
		{ { NULL, NULL, "SHA2-256 of the bare key, without its "
		    "algorithm,", "SHA2-256 of the PEM text of the certificate",
		    "SHA2-256 of the PEM text of the public key" },
		    EVP_sha256 },
		{ { NULL, NULL, "SHA2-512 of the bare key, without its "
		    "algorithm,", "SHA2-512 of the PEM text of the certificate",
		    "SHA2-512 of the PEM text of the public key" },
		    EVP_sha512 },
		{ { "SHA-1 of the certificate", "SHA-1 of the public key",
		    "SHA-1 of the bare key (a key identifier)",
		    "SHA-1 of the PEM text of the certificate",
		    "SHA-1 of the PEM text of the public key" }, EVP_sha1 },
		{ { "SHA2-384 of the certificate", "SHA2-384 of the public key",
		    "SHA2-384 of the bare key, without its algorithm,",
		    "SHA2-384 of the PEM text of the certificate",
		    "SHA2-384 of the PEM text of the public key" },
		    EVP_sha384 },
	};
	struct encoding encodings[ENCODINGS];
	const char *found = NULL;
	size_t i, j;

	if (!make_encodings(encodings, certificate))
		return NULL;
	for (i = 0; i < sizeof(digests) / sizeof(digests[0]); i++) {
		for (j = 0; j < ENCODINGS && found == NULL; j++) {
			if (digests[i].names[j] == NULL ||
			    !is_digest_of(data, size, digests[i].type(),
			    &encodings[j]))
				continue;
			found = digests[i].names[j];
			*pem = encodings[j].pem;
		}
	}
	for (j = 0; j < ENCODINGS; j++)
		free(encodings[j].bytes);
	return found;
}

static bool
decode_hex(const uint8_t *data, size_t size, uint8_t *decoded,
    size_t *decoded_size)
{
	int high = -1, value;
	size_t i;

	*decoded_size = 0;
	for (i = 0; i < size; i++) {
		if (isspace(data[i]) || data[i] == ':')
			continue;
		value = text_digit((char)data[i]);
		if (value == -1)
			return false;
		if (high == -1) {
			high = value;
			continue;
		}
		decoded[(*decoded_size)++] = (uint8_t)(high << 4 | value);
		high = -1;
	}
	return high == -1 && *decoded_size > 0;
}

static bool
decode_base64(const uint8_t *data, size_t size, uint8_t *decoded,
    size_t *decoded_size)
{
	EVP_ENCODE_CTX *context = EVP_ENCODE_CTX_new();
	int first = 0, last = 0;
	bool good;

	if (context == NULL)
		abort();
	EVP_DecodeInit(context);
	good = EVP_DecodeUpdate(context, decoded, &first, data,
	    (int)size) >= 0 &&
	    EVP_DecodeFinal(context, decoded + first, &last) == 1;
	EVP_ENCODE_CTX_free(context);
	*decoded_size = (size_t)(first + last);
	return good && *decoded_size > 0;
}

const char *
misencoding_decode(const uint8_t *data, size_t size, uint8_t **decoded,
    size_t *decoded_size)
{
	if (size == 0 || size > TEXT_MAX)
		return NULL;
	*decoded = memory_new(size + 4, 1);
	if (decode_hex(data, size, *decoded, decoded_size))
		return "hexadecimal";
	if (decode_base64(data, size, *decoded, decoded_size))
		return "base64";
	free(*decoded);
	*decoded = NULL;
	return NULL;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The Levenshtein distance, computed row by row. */
static size_t
edit_distance(const char *a, const char *b)
{
	size_t i, j, columns = strlen(b), corner, above, distance;
	size_t *row = memory_new(columns + 1, sizeof(*row));

	for (j = 0; j <= columns; j++)
		row[j] = j;
	for (i = 1; a[i - 1] != '\0'; i++) {
		corner = row[0];
		row[0] = i;
		for (j = 1; j <= columns; j++) {
			above = row[j];
			row[j] = least(least(row[j - 1], above) + 1,
			    corner + (a[i - 1] != b[j - 1]));
			corner = above;
		}
	}
	distance = row[columns];
	free(row);
	return distance;
}

size_t
misencoding_distance(const uint8_t *a, size_t a_size, const uint8_t *b,
    size_t b_size, size_t *where)
{
	char *left, *right;
	size_t distance;

	if (a_size > b_size + 2 || b_size > a_size + 2)
		return SIZE_MAX;
	left = text_hex(a, a_size);
	right = text_hex(b, b_size);
	for (*where = 0; left[*where] != '\0' &&
	    left[*where] == right[*where]; (*where)++)
		continue;
	distance = edit_distance(left, right);
	free(left);
	free(right);
	return distance;
}
