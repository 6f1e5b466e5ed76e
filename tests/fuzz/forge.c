#include "tests/fuzz/forge.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "smtp/chain.h"

#define DAY ((time_t)86400)

/* Of the first octet of an order, whose lowest bits choose a key. */
#define BY_ITSELF	0x08	/* signed by its own key */
#define ISSUER_AT	4	/* else: the index of the issuer, 3 bits */
#define AS_FOUND	0x80	/* the certificate that was found */

/* Of the second. */
#define IS_CA		0x01
#define WITHOUT_IDS	0x02
#define FORGED		0x04	/* the signature is turned into another */
#define SAME_NAME	0x08	/* a subject that others have, too */
#define SIGNED_ANEW	0x10	/* one that was found, with our issuer */
#define OUR_KEY		0x20	/* one that was found, with our key */
#define PATCHED		0x40	/* an octet is another, and signed */
#define NO_BASIC	0x80	/* without basic constraints */

/* A test that cannot make its certificates has nothing to say. */
static void
must(bool done)
{
	if (!done)
		abort();
}

/*
 * Keys whose signatures are always the same, but for the last: nothing is
 * signed with it.
 */
void
forge_init(struct forge *forge)
{
	static const uint8_t p256[] = {
		0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce,
		0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
		0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04, 0x6b, 0x17, 0xd1,
		0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63,
		0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33,
		0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f,
		0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb,
		0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b,
		0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51,
		0xf5 };
	const unsigned char *next = p256;
	uint8_t seed[57];
	int i;

	memset(forge, 0, sizeof(*forge));
	for (i = 0; i < FORGE_KEYS - 1; i++) {
		memset(seed, i + 1, sizeof(seed));
		forge->keys[i] = EVP_PKEY_new_raw_private_key(i < 3 ?
		    EVP_PKEY_ED25519 : EVP_PKEY_ED448, NULL, seed,
		    i < 3 ? 32 : 57);
	}
	forge->keys[i] = d2i_PUBKEY(NULL, &next, sizeof(p256));
	for (i = 0; i < FORGE_KEYS; i++)
		must(forge->keys[i] != NULL);
}

void
forge_take(struct forge *forge, const uint8_t *found, size_t size)
{
	forge->found = d2i_X509(NULL, &found, (long)size);
	ERR_clear_error();
}

void
forge_reset(struct forge *forge)
{
	X509_free(forge->found);
	forge->found = NULL;
	while (forge->count > 0)
		X509_free(forge->made[--forge->count]);
}

void
forge_clear(struct forge *forge)
{
	int i;

	forge_reset(forge);
	for (i = 0; i < FORGE_KEYS; i++)
		EVP_PKEY_free(forge->keys[i]);
	memset(forge, 0, sizeof(*forge));
}

static size_t
key_of(const uint8_t *order)
{
	return order[0] % 8u % FORGE_KEYS;
}

static void
set_names(X509 *x509, const uint8_t *order, size_t number)
{
	X509_NAME *subject = X509_NAME_new();
	char *name = memory_format(order[1] & SAME_NAME ? "CA" : "CA R%zu",
	    number);

	if ((order[2] & 7) != 7)
		must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
		    (const unsigned char *)name, -1, -1, 0) == 1);
	must(X509_set_subject_name(x509, subject) == 1);
	X509_NAME_free(subject);
	free(name);
}

static void
set_dates(X509 *x509, const uint8_t *order)
{
	static const int days[][2] = { { -30, 30 }, { -30, 30 }, { -30, -1 },
		{ 1, 30 }, { -1, 0 }, { -30, 3 }, { -30000, 30000 },
		{ 30, -30 } };
	const int *chosen = days[order[2] >> 3 & 7];

	must(ASN1_TIME_set(X509_getm_notBefore(x509),
	    FORGE_NOW + chosen[0] * DAY) != NULL);
	must(ASN1_TIME_set(X509_getm_notAfter(x509),
	    FORGE_NOW + chosen[1] * DAY) != NULL);
}

static void
add_extension(X509 *x509, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX context;

	if (value == NULL)
		return;
	X509V3_set_ctx(&context, issuer, x509, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	/* An issuer that was found may have no identifier. */
	if (extension != NULL)
		must(X509_add_ext(x509, extension, -1) == 1);
	X509_EXTENSION_free(extension);
	ERR_clear_error();
}

static void
add_extensions(X509 *x509, X509 *issuer, const uint8_t *order)
{
	static const char *const names[] = { NULL, "DNS:" FORGE_NAME,
		"DNS:*.example.org", "DNS:other.example", "IP:192.0.2.1",
		"DNS:*.org,DNS:m*.example.org", "DNS:MX.Example.ORG,DNS:a" };
	static const char *const purposes[] = { NULL, "serverAuth",
		"clientAuth", NULL };
	static const char *const constraints[] = { "critical,CA:FALSE",
		"critical,CA:TRUE", "CA:FALSE", "CA:TRUE,pathlen:0" };

	add_extension(x509, issuer, NID_subject_alt_name,
	    names[(order[2] & 7) % 7]);
	add_extension(x509, issuer, NID_ext_key_usage,
	    purposes[order[2] >> 6]);
	if ((order[1] & NO_BASIC) == 0)
		add_extension(x509, issuer, NID_basic_constraints,
		    constraints[(order[1] & IS_CA) + 2 * (order[3] >> 7)]);
	if ((order[3] & 0x60) == 0x60)
		add_extension(x509, issuer, NID_key_usage, "keyCertSign");
	if (order[1] & WITHOUT_IDS)
		return;
	add_extension(x509, issuer, NID_subject_key_identifier, "hash");
	add_extension(x509, issuer, NID_authority_key_identifier, "keyid");
}

/* A new one, not signed yet. */
static X509 *
make(const struct forge *forge, const uint8_t *order, X509 *issuer)
{
	X509 *x509 = X509_new();

	must(X509_set_version(x509, X509_VERSION_3) == 1);
	must(X509_set_pubkey(x509, forge->keys[key_of(order)]) == 1);
	must(ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509),
	    forge->count + 1) == 1);
	set_names(x509, order, forge->count);
	set_dates(x509, order);
	must(X509_set_issuer_name(x509, X509_get_subject_name(issuer != NULL ?
	    issuer : x509)) == 1);
	add_extensions(x509, issuer != NULL ? issuer : x509, order);
	return x509;
}

/* The one that was found, as it is or with our issuer and key. */
static X509 *
adopt(const struct forge *forge, const uint8_t *order, X509 *issuer)
{
	X509 *x509 = X509_dup(forge->found);

	if (x509 == NULL)
		return NULL;
	if (order[1] & OUR_KEY)
		must(X509_set_pubkey(x509, forge->keys[key_of(order)]) == 1);
	if ((order[1] & SIGNED_ANEW) && issuer != NULL)
		must(X509_set_issuer_name(x509,
		    X509_get_subject_name(issuer)) == 1);
	return x509;
}

static void
sign(const struct forge *forge, X509 *x509, size_t key)
{
	if (X509_sign(x509, forge->keys[key % (FORGE_KEYS - 1)], NULL) <= 0)
		ERR_clear_error();
}

/* The certificate (consumed) with octets changed, as long as it can be read. */
static X509 *
patch(X509 *x509, size_t at, uint8_t with)
{
	unsigned char *der = NULL;
	const unsigned char *next;
	X509 *patched = NULL;
	int size = i2d_X509(x509, &der);

	if (size > 0) {
		der[at % (size_t)size] ^= with;
		next = der;
		patched = d2i_X509(NULL, &next, size);
	}
	ERR_clear_error();
	OPENSSL_free(der);
	if (patched == NULL)
		return x509;
	X509_free(x509);
	return patched;
}

void
forge_make(struct forge *forge, const uint8_t *order)
{
	const size_t above = forge->count == 0 || (order[0] & BY_ITSELF) ?
	    FORGE_MAX : (order[0] >> ISSUER_AT & 7u) % forge->count;
	X509 *issuer = above < FORGE_MAX ? forge->made[above] : NULL;
	const bool found = (order[0] & AS_FOUND) && forge->found != NULL;
	X509 *x509 = found ? adopt(forge, order, issuer) : NULL;
	const bool adopted = x509 != NULL;
	size_t key = key_of(order), i;

	if (!adopted)
		x509 = make(forge, order, issuer);
	for (i = 0; issuer != NULL && i < FORGE_KEYS; i++) {
		if (EVP_PKEY_eq(X509_get0_pubkey(issuer), forge->keys[i]) == 1)
			key = i;
	}
	if (!adopted || (order[1] & SIGNED_ANEW))
		sign(forge, x509, key);
	if (order[1] & PATCHED) {
		x509 = patch(x509, 2u * order[3], (uint8_t)(order[2] | 1));
		sign(forge, x509, key);
	}
	if (order[1] & FORGED)
		x509 = patch(x509, SIZE_MAX / 2, 1);
	ERR_clear_error();
	forge->made[forge->count++] = x509;
}

struct chain *
forge_chain(const struct forge *forge, unsigned int without, int turned)
{
	STACK_OF(X509) *stack = sk_X509_new_null();
	struct chain *chain;
	size_t i, at;

	must(stack != NULL);
	for (i = 0; i < forge->count; i++) {
		at = turned ? i : forge->count - 1 - i;
		if (at == forge->count - 1 || (without >> at & 1) == 0)
			must(sk_X509_push(stack, forge->made[at]) > 0);
	}
	chain = chain_from_stack(stack);
	sk_X509_free(stack);
	return chain;
}
