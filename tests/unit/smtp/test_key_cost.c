#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/key_cost.h"
#include "tests/unit/support/table.h"

/* A public key of numbers alone: none of them needs to be a real one. */
struct number {
	const char	*parameter;
	int		 bits;
};

#define NUMBERS_MAX 4

/* Between these, in milliseconds, is the cost of a key. */
static const struct made_case {
	const char	*name;
	const char	*type;
	struct number	 numbers[NUMBERS_MAX];
	double		 least, most;
} made_cases[] = {
	{ "RSA-2048, exponent 65537", "RSA", { { "n", 2048 }, { "e", 17 } },
	    0.02, 0.1 },
	{ "RSA-3072, exponent 65537", "RSA", { { "n", 3072 }, { "e", 17 } },
	    0.03, 0.2 },
	{ "RSA-3072, exponent of 3,071 bits", "RSA", { { "n", 3072 },
	    { "e", 3071 } }, 8, 30 },
	{ "RSA-16384, exponent of 64 bits", "RSA", { { "n", 16384 },
	    { "e", 64 } }, 4, 15 },
	{ "DSA-2048", "DSA", { { "p", 2048 }, { "q", 224 }, { "g", 2047 },
	    { "pub", 2047 } }, 0.2, 1.5 },
	{ "DH of 2,048 bits", "DH", { { "p", 2048 }, { "g", 2 },
	    { "pub", 2047 } }, 2, 12 },
	{ "DH of 8,192 bits", "DH", { { "p", 8192 }, { "g", 2 },
	    { "pub", 8191 } }, 100, 1000 },
};

static void
push_number(OSSL_PARAM_BLD *builder, const struct number *number,
    BIGNUM **value)
{
	*value = BN_new();
	assert_int_equal(BN_rand(*value, number->bits, BN_RAND_TOP_ONE,
	    BN_RAND_BOTTOM_ODD), 1);
	assert_int_equal(OSSL_PARAM_BLD_push_BN(builder, number->parameter,
	    *value), 1);
}

/* Owned by the caller. */
static EVP_PKEY *
key_of_numbers(const char *type, const struct number *numbers)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	BIGNUM *values[NUMBERS_MAX] = { NULL };
	OSSL_PARAM *parameters;
	EVP_PKEY *key = NULL;
	size_t i;

	for (i = 0; i < NUMBERS_MAX && numbers[i].parameter != NULL; i++)
		push_number(builder, &numbers[i], &values[i]);
	parameters = OSSL_PARAM_BLD_to_param(builder);
	assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
	assert_int_equal(EVP_PKEY_fromdata(context, &key,
	    EVP_PKEY_PUBLIC_KEY, parameters), 1);
	for (i = 0; i < NUMBERS_MAX; i++)
		BN_free(values[i]);
	OSSL_PARAM_free(parameters);
	OSSL_PARAM_BLD_free(builder);
	EVP_PKEY_CTX_free(context);
	return key;
}

static void
test_numbers(void **state)
{
	const struct made_case *made = *state;
	EVP_PKEY *key = key_of_numbers(made->type, made->numbers);
	const double cost = key_cost(key);

	EVP_PKEY_free(key);
	assert_true(cost >= made->least);
	assert_true(cost <= made->most);
}

/* Keys as OpenSSL makes them; GROUP NULL: the type needs none. */
static const struct generated_case {
	const char	*name;
	const char	*type;
	const char	*group;
	const char	*encoding;	/* of the parameters, NULL: as usual */
	double		 least, most;
} generated_cases[] = {
	{ "P-256", "EC", "P-256", NULL, 0.05, 0.3 },
	{ "P-256, parameters written out", "EC", "P-256",
	    OSSL_PKEY_EC_ENCODING_EXPLICIT, 0.05, 1 },
	{ "P-384", "EC", "P-384", NULL, 0.4, 3 },
	{ "P-521", "EC", "P-521", NULL, 0.4, 3 },
	{ "secp160r1", "EC", "secp160r1", NULL, 0.1, 1 },
	{ "brainpoolP512r1", "EC", "brainpoolP512r1", NULL, 0.5, 5 },
	{ "B-571", "EC", "B-571", NULL, 2, 15 },
	{ "Ed25519", "ED25519", NULL, NULL, 0.1, 0.5 },
	{ "Ed448", "ED448", NULL, NULL, 0.2, 1 },
	{ "ffdhe8192, with its short exponents", "DH", "ffdhe8192", NULL, 10,
	    80 },
};

/* The same key as a certificate brings it. Takes ownership of KEY. */
static EVP_PKEY *
as_received(EVP_PKEY *key)
{
	unsigned char *der = NULL;
	const unsigned char *end;
	EVP_PKEY *received;
	int size;

	size = i2d_PUBKEY(key, &der);
	assert_true(size > 0);
	end = der;
	received = d2i_PUBKEY(NULL, &end, size);
	assert_non_null(received);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	return received;
}

/* Owned by the caller. */
static EVP_PKEY *
generate(const struct generated_case *wish)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, wish->type,
	    NULL);
	EVP_PKEY *key = NULL;

	assert_int_equal(EVP_PKEY_keygen_init(context), 1);
	if (wish->group != NULL)
		assert_int_equal(EVP_PKEY_CTX_set_group_name(context,
		    wish->group), 1);
	assert_int_equal(EVP_PKEY_keygen(context, &key), 1);
	EVP_PKEY_CTX_free(context);
	if (wish->encoding != NULL)
		assert_int_equal(EVP_PKEY_set_utf8_string_param(key,
		    OSSL_PKEY_PARAM_EC_ENCODING, wish->encoding), 1);
	return wish->group != NULL ? as_received(key) : key;
}

static void
test_generated(void **state)
{
	const struct generated_case *wish = *state;
	EVP_PKEY *key = generate(wish);
	const double cost = key_cost(key);

	EVP_PKEY_free(key);
	assert_true(cost >= wish->least);
	assert_true(cost <= wish->most);
}

/* What is done twice, or with a key of twice the size, costs more. */
static void
test_grows(void **state)
{
	static const struct number small[NUMBERS_MAX] = { { "n", 2048 },
	    { "e", 17 } }, large[NUMBERS_MAX] = { { "n", 4096 }, { "e", 17 } };
	EVP_PKEY *a = key_of_numbers("RSA", small);
	EVP_PKEY *b = key_of_numbers("RSA", large);

	(void)state;
	assert_true(key_cost(b) > 2 * key_cost(a));
	EVP_PKEY_free(a);
	EVP_PKEY_free(b);
}

/* Like a type that only a later OpenSSL knows. */
static void
test_unknown_type(void **state)
{
	static const unsigned char secret[] = "secret";
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, NULL,
	    secret, sizeof(secret));

	(void)state;
	assert_non_null(key);
	assert_true(key_cost(key) >= 1);
	EVP_PKEY_free(key);
}

static void
test_no_key(void **state)
{
	(void)state;
	assert_true(key_cost(NULL) == 0);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_numbers, made_cases),
		TABLE(test_generated, generated_cases),
		TABLE_ALONE(test_grows),
		TABLE_ALONE(test_unknown_type),
		TABLE_ALONE(test_no_key),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
