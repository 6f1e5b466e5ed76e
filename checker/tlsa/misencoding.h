/*
 * What people make of a certificate when they mean a TLSA record: digests of
 * other encodings, text in place of octets, slips in typing.
 */
#ifndef CHECKER_TLSA_MISENCODING_H
#define CHECKER_TLSA_MISENCODING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct certificate;

/*
 * Whether DATA is a digest of the certificate that no matching type stands for,
 * or of an encoding that no selector stands for: what it is, in words (static),
 * or NULL. *PEM: it is of PEM text.
 */
const char *misencoding_find(const uint8_t *data, size_t size,
	    const struct certificate *certificate, bool *pem);

/*
 * DATA as text in hexadecimal or base64: its octets (owned by the caller), and
 * the name of the form (static). NULL: it is no such text.
 */
const char *misencoding_decode(const uint8_t *data, size_t size,
	    uint8_t **decoded, size_t *decoded_size);

/*
 * How many hexadecimal digits must be changed, added or removed to make B of A;
 * SIZE_MAX when the lengths are far apart. *WHERE is the first place, from 0.
 */
size_t	 misencoding_distance(const uint8_t *a, size_t a_size, const uint8_t *b,
	    size_t b_size, size_t *where);

#endif
