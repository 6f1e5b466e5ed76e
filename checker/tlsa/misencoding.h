/*
 * Mistakes in making the data of a TLSA record from a certificate: digests of
 * other encodings, text in place of octets, typing errors.
 */
#ifndef CHECKER_TLSA_MISENCODING_H
#define CHECKER_TLSA_MISENCODING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct certificate;

/*
 * Finds whether DATA is a digest of the certificate that no matching type
 * stands for, or of an encoding that no selector stands for. Returns what it is
 * (static), such as "SHA-1 of the public key", or NULL. *PEM: it is of PEM
 * text.
 */
const char *misencoding_find(const uint8_t *data, size_t size,
	    const struct certificate *certificate, bool *pem);

/*
 * Decodes DATA that is itself text in hexadecimal or base64. Returns the name
 * of the encoding (static), and the octets in *DECODED (owned by the caller);
 * NULL: it is not such text.
 */
const char *misencoding_decode(const uint8_t *data, size_t size,
	    uint8_t **decoded, size_t *decoded_size);

/*
 * Returns how many hexadecimal digits must be changed, added or removed to turn
 * A into B; SIZE_MAX if the lengths are far apart. *WHERE is the place of the
 * first, counted from 0.
 */
size_t	 misencoding_distance(const uint8_t *a, size_t a_size, const uint8_t *b,
	    size_t b_size, size_t *where);

#endif
