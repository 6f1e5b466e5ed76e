#include "smtp/key_cost.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* All in milliseconds, as measured with OpenSSL 3.0 on amd64. */

/* Of any verification: the digest, and what surrounds the arithmetic. */
#define OVERHEAD	0.01
/* Of a type that is not in the table: as the slowest that OpenSSL 3.5 has. */
#define UNKNOWN		5.0

/*
 * A modular exponentiation: to each bit of the exponent there is a squaring,
 * and that grows with the square of the modulus.
 */
#define SQUARING	0.0005		/* with a modulus of 1,024 bits */
/* DSA raises two numbers to powers at a time (FIPS 186-4 4.7). */
#define TWO_POWERS	1.2
/* Of a private exponent for one of the groups of RFC 7919 and RFC 3526. */
#define SHORT_EXPONENT	400

/* Curves grow about as much as the field's size squared. */
#define PRIME_CURVE	0.5		/* over a field of 256 bits */
#define BINARY_CURVE	0.9		/* over one of 256 bits */
#define P256		0.1

/* Bits of a number that the key has; 0: it has none. */
static int
bits_of(const EVP_PKEY *key, const char *parameter)
{
	BIGNUM *number = NULL;
	int bits = 0;

	if (EVP_PKEY_get_bn_param(key, parameter, &number) == 1)
		bits = BN_num_bits(number);
	BN_free(number);
	return bits;
}

static double
exponentiation(int modulus_bits, int exponent_bits)
{
	const double size = modulus_bits / 1024.0;

	return SQUARING * size * size * exponent_bits;
}

/* RFC 8017 8: the exponent is commonly 65537, but may be as long as the key. */
static double
rsa_cost(const EVP_PKEY *key)
{
	return exponentiation(bits_of(key, OSSL_PKEY_PARAM_RSA_N),
	    bits_of(key, OSSL_PKEY_PARAM_RSA_E));
}

static double
dsa_cost(const EVP_PKEY *key)
{
	return TWO_POWERS * exponentiation(bits_of(key, OSSL_PKEY_PARAM_FFC_P),
	    bits_of(key, OSSL_PKEY_PARAM_FFC_Q));
}

static double
dh_cost(const EVP_PKEY *key)
{
	const int bits = bits_of(key, OSSL_PKEY_PARAM_FFC_P);
	char group[32];
	size_t size;

	/* A key of one's own, and what it has in common with the other one. */
	if (EVP_PKEY_get_group_name(key, group, sizeof(group), &size) == 1)
		return 2 * exponentiation(bits, SHORT_EXPONENT);
	return 2 * exponentiation(bits, bits);
}

/* "prime256v1", for which OpenSSL has code of its own. */
static bool
is_p256(const EVP_PKEY *key)
{
	char group[32];
	size_t size;

	return EVP_PKEY_get_group_name(key, group, sizeof(group), &size) == 1 &&
	    strcmp(group, SN_X9_62_prime256v1) == 0;
}

/*
 * By the field, not by the order of the group: explicit parameters (RFC 3279
 * 2.3.5) can have a small group in a large field.
 */
static double
ec_cost(const EVP_PKEY *key)
{
	const double size = bits_of(key, OSSL_PKEY_PARAM_EC_P) / 256.0;
	char field[32];
	size_t length;

	if (is_p256(key))
		return P256;
	if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_EC_FIELD_TYPE,
	    field, sizeof(field), &length) == 1 &&
	    strcmp(field, SN_X9_62_characteristic_two_field) == 0)
		return BINARY_CURVE * size * size;
	return PRIME_CURVE * size * size;
}

static const struct {
	const char	 *type;		/* as OpenSSL names it */
	double		(*cost)(const EVP_PKEY *key);	/* NULL: fixed */
	double		  fixed;
} types[] = {
	{ "RSA", rsa_cost, 0 },
	{ "RSA-PSS", rsa_cost, 0 },
	{ "EC", ec_cost, 0 },
	{ "SM2", ec_cost, 0 },
	{ "DSA", dsa_cost, 0 },
	{ "DH", dh_cost, 0 },
	{ "DHX", dh_cost, 0 },
	{ "ED25519", NULL, 0.2 },
	{ "ED448", NULL, 0.4 },
	{ "X25519", NULL, 0.1 },
	{ "X448", NULL, 0.4 },
	{ "ML-DSA-44", NULL, 0.2 },
	{ "ML-DSA-65", NULL, 0.3 },
	{ "ML-DSA-87", NULL, 0.5 },
};

double
key_cost(const EVP_PKEY *key)
{
	double cost = 0;
	size_t i;

	if (key == NULL)
		return 0;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (EVP_PKEY_is_a(key, types[i].type))
			break;
	}
	if (i == sizeof(types) / sizeof(types[0]))
		return UNKNOWN;
	cost = types[i].cost != NULL ? types[i].cost(key) : types[i].fixed;
	ERR_clear_error();
	return OVERHEAD + cost;
}
