/*
 * The verifier seen from where OpenSSL is: trial.c has it verify chains,
 * verifier_path.c checks the signatures on the path that it found.
 */
#ifndef CHECKER_TLSA_VERIFIER_PARTS_H
#define CHECKER_TLSA_VERIFIER_PARTS_H

#include <time.h>

#include "checker/tlsa/verifier.h"

struct ssl_ctx_st;
struct ssl_st;
struct x509_st;
struct x509_store_ctx_st;
struct x509_store_st;

enum signature {
	SIGNATURE_UNCHECKED,	/* nothing is left of the budget */
	SIGNATURE_INVALID,
	SIGNATURE_VALID,
};

/* A certificate, and the chain that has it. */
struct verifier_certificate {
	struct x509_st		*x509;	/* borrowed */
	const struct chain	*chain;	/* borrowed */
};

/* Whether ISSUER's key, which must be there, signed ISSUED. */
enum signature	 verifier_signature(struct verifier *verifier,
		    const struct verifier_certificate *issued,
		    const struct verifier_certificate *issuer);

/* For DANE; made at the first call. Borrowed. */
struct ssl_ctx_st *verifier_context(struct verifier *verifier);
/* It stays empty, and has the rules of each verification. Likewise. */
struct x509_store_st *verifier_store(struct verifier *verifier);

/*
 * One verification. The application data of its X509_STORE_CTX is this, or a
 * struct that begins with it.
 */
struct verification {
	struct verifier		*verifier;	/* borrowed */
	const struct chain	*chain;		/* borrowed; as sent */
	time_t			 when;
	struct ssl_st		*ssl;		/* borrowed; with the record */
	bool			 unchecked;	/* a signature was left
						 * unchecked */
};

/*
 * To be set by X509_STORE_CTX_set_verify: checks the signatures and dates on
 * the path that OpenSSL found, as its own function does (RFC 5280 6.1.3 a), but
 * each signature once in an audit, and within the budget.
 */
int		 verifier_path(struct x509_store_ctx_st *context);

#endif
