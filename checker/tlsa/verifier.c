#include "checker/tlsa/verifier_parts.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "smtp/chain.h"
#include "smtp/key_cost.h"

/* A signature that has been checked. */
struct checked {
	/* The certificate that has it, and the issuer's key. */
	uint8_t		 issued[CHAIN_DIGEST];
	uint8_t		 key[CHAIN_DIGEST];
	enum signature	 result;
	struct checked	*next;		/* owned */
};

struct verifier {
	struct verifier_limits	 limits;
	bool			 unlimited;
	const char		*exhausted;	/* static; NULL: it is not */
	SSL_CTX			*context;	/* owned; NULL: not made yet */
	X509_STORE		*store;		/* owned; likewise */
	struct checked		*checked;	/* owned, a list */
	void			*tree;		/* owned; of tsearch(), over
						 * the list */
};

struct verifier *
verifier_new(const struct verifier_limits *limits)
{
	struct verifier *verifier = memory_new(1, sizeof(*verifier));

	if (limits != NULL)
		verifier->limits = *limits;
	verifier->unlimited = limits == NULL;
	return verifier;
}

static int
compare_checked(const void *left, const void *right)
{
	const struct checked *a = left, *b = right;
	int order = memcmp(a->issued, b->issued, sizeof(a->issued));

	return order != 0 ? order : memcmp(a->key, b->key, sizeof(a->key));
}

static void
forget(struct verifier *verifier)
{
	struct checked *checked, *next;

	for (checked = verifier->checked; checked != NULL; checked = next) {
		next = checked->next;
		tdelete(checked, &verifier->tree, compare_checked);
		free(checked);
	}
	verifier->checked = NULL;
}

void
verifier_restart(struct verifier *verifier,
    const struct verifier_limits *limits)
{
	forget(verifier);
	verifier->limits = *limits;
	verifier->unlimited = false;
	verifier->exhausted = NULL;
}

void
verifier_free(struct verifier *verifier)
{
	if (verifier == NULL)
		return;
	forget(verifier);
	X509_STORE_free(verifier->store);
	SSL_CTX_free(verifier->context);
	free(verifier);
}

void
verifier_allow(struct verifier *verifier, double work)
{
	verifier->limits.work = work;
	verifier->exhausted = NULL;
}

bool
verifier_charge(struct verifier *verifier, double work)
{
	struct verifier_limits *limits = &verifier->limits;

	if (verifier->unlimited)
		return true;
	if (limits->is_late != NULL && limits->is_late(limits->argument)) {
		verifier->exhausted = "there was no time left to verify it";
	} else if (work > limits->work) {
		verifier->exhausted = "the budget for signature checks is "
		    "used up";
	} else {
		limits->work -= work;
		return true;
	}
	limits->work = 0;
	return false;
}

const char *
verifier_exhausted(const struct verifier *verifier)
{
	return verifier->exhausted;
}

SSL_CTX *
verifier_context(struct verifier *verifier)
{
	if (verifier->context != NULL)
		return verifier->context;
	verifier->context = SSL_CTX_new(TLS_client_method());
	if (verifier->context == NULL ||
	    SSL_CTX_dane_enable(verifier->context) != 1)
		abort();
	return verifier->context;
}

X509_STORE *
verifier_store(struct verifier *verifier)
{
	X509_VERIFY_PARAM *rules;

	if (verifier->store != NULL)
		return verifier->store;
	verifier->store = X509_STORE_new();
	if (verifier->store == NULL)
		abort();
	rules = X509_STORE_get0_param(verifier->store);
	if (X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_SERVER) != 1)
		abort();
	/* RFC 7672 3.2.3: '*' is a whole label or nothing. */
	X509_VERIFY_PARAM_set_hostflags(rules,
	    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return verifier->store;
}

/* As the chain has it, or NULL: the certificate is not in the chain. */
static const struct certificate *
find(const struct verifier_certificate *certificate)
{
	const struct chain *chain = certificate->chain;
	size_t i;

	for (i = 0; i < chain->count; i++) {
		if (chain->certificates[i].x509 == certificate->x509)
			return &chain->certificates[i];
	}
	return NULL;
}

/* Of SIZE octets of DER, which OpenSSL allocated and which are freed. */
static void
digest(uint8_t value[CHAIN_DIGEST], unsigned char *der, int size)
{
	if (size <= 0 || EVP_Digest(der, (size_t)size, value, NULL,
	    EVP_sha256(), NULL) != 1)
		abort();
	OPENSSL_free(der);
}

static void
digest_issued(uint8_t value[CHAIN_DIGEST],
    const struct verifier_certificate *issued)
{
	const struct certificate *known = find(issued);
	unsigned char *der = NULL;
	int size;

	if (known != NULL) {
		memcpy(value, known->cert_sha256, CHAIN_DIGEST);
		return;
	}
	size = i2d_X509(issued->x509, &der);
	digest(value, der, size);
}

static void
digest_key(uint8_t value[CHAIN_DIGEST],
    const struct verifier_certificate *issuer)
{
	const struct certificate *known = find(issuer);
	unsigned char *der = NULL;
	int size;

	if (known != NULL) {
		memcpy(value, known->spki_sha256, CHAIN_DIGEST);
		return;
	}
	size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(issuer->x509), &der);
	digest(value, der, size);
}

/* Adds it to what has been checked. */
static void
remember(struct verifier *verifier, const struct checked *result)
{
	struct checked *checked = memory_new(1, sizeof(*checked));

	*checked = *result;
	checked->next = verifier->checked;
	verifier->checked = checked;
	if (tsearch(checked, &verifier->tree, compare_checked) == NULL)
		abort();
}

enum signature
verifier_signature(struct verifier *verifier,
    const struct verifier_certificate *issued,
    const struct verifier_certificate *issuer)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer->x509);
	struct checked wanted, *const *known;

	if (verifier == NULL)
		return X509_verify(issued->x509, key) == 1 ? SIGNATURE_VALID :
		    SIGNATURE_INVALID;
	digest_issued(wanted.issued, issued);
	digest_key(wanted.key, issuer);
	known = tfind(&wanted, &verifier->tree, compare_checked);
	if (known != NULL)
		return (*known)->result;
	if (!verifier_charge(verifier, key_cost(key)))
		return SIGNATURE_UNCHECKED;
	wanted.result = X509_verify(issued->x509, key) == 1 ?
	    SIGNATURE_VALID : SIGNATURE_INVALID;
	ERR_clear_error();
	remember(verifier, &wanted);
	return wanted.result;
}

static bool
has_issued(struct verifier *verifier, const struct chain *chain,
    size_t issuer, size_t issued)
{
	const struct verifier_certificate a = {
		chain->certificates[issuer].x509, chain };
	const struct verifier_certificate b = {
		chain->certificates[issued].x509, chain };
	bool has = X509_check_issued(a.x509, b.x509) == X509_V_OK &&
	    X509_get0_pubkey(a.x509) != NULL &&
	    verifier_signature(verifier, &b, &a) == SIGNATURE_VALID;

	ERR_clear_error();
	return has;
}

size_t
verifier_issuer_of_leaf(struct verifier *verifier, const struct chain *chain)
{
	size_t i;

	for (i = 1; i < chain->count; i++) {
		if (!chain_repeats_own(chain, i) &&
		    has_issued(verifier, chain, i, 0))
			return i;
	}
	return 0;
}

size_t
verifier_issued_by_leaf(struct verifier *verifier, const struct chain *chain)
{
	size_t i;

	for (i = 1; i < chain->count; i++) {
		if (!chain_repeats_own(chain, i) &&
		    has_issued(verifier, chain, 0, i))
			return i;
	}
	return 0;
}
