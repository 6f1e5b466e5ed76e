/*
 * What the verifications of one audit share: OpenSSL's contexts, the signatures
 * that have been checked, and a budget. Whoever presents a certificate chooses
 * its key, and so how long a check takes: each signature is checked once, and
 * its cost is charged before that.
 */
#ifndef CHECKER_TLSA_VERIFIER_H
#define CHECKER_TLSA_VERIFIER_H

#include <stdbool.h>
#include <stddef.h>

struct chain;
struct verifier;

struct verifier_limits {
	double	 work;			/* milliseconds, as smtp/key_cost.h
					 * estimates them */
	/*
	 * Whether the deadline has passed; it must not come back. NULL: there
	 * is none.
	 */
	bool	(*is_late)(void *argument);
	void	*argument;		/* borrowed */
};

/*
 * LIMITS is copied; NULL: none, for the user's own certificates. Owned by the
 * caller.
 */
struct verifier	*verifier_new(const struct verifier_limits *limits);
/* NULL is fine. */
void		 verifier_free(struct verifier *verifier);
/*
 * Begins another audit: what the last one checked and used is forgotten, and
 * OpenSSL's contexts, which cost as much as a handshake, are kept.
 */
void		 verifier_restart(struct verifier *verifier,
		    const struct verifier_limits *limits);

/*
 * Sets what is left of the budget to WORK, so that it is no longer exhausted. A
 * deadline stays as it is.
 */
void		 verifier_allow(struct verifier *verifier, double work);

/*
 * Charges WORK, to be called before it is done. False: so much is not left, or
 * it is too late, and from then on nothing is left at all.
 */
bool		 verifier_charge(struct verifier *verifier, double work);

/*
 * Why not everything was verified: "the budget for signature checks is used up"
 * (static). NULL: everything was.
 */
const char	*verifier_exhausted(const struct verifier *verifier);

/*
 * VERIFIER may be NULL below, for the user's own certificates.
 *
 * The index of the certificate that issued the leaf, by its name, since two CAs
 * may share one, by its signature, wherever it is in the chain. 0: the chain
 * does not have it, the leaf is self-signed, or it could not be verified.
 */
size_t		 verifier_issuer_of_leaf(struct verifier *verifier,
		    const struct chain *chain);
/*
 * The index of a certificate that the first one issued: the chain is in the
 * wrong order, since the server's own comes first (RFC 8446 4.4.2). 0: none, or
 * it could not be verified.
 */
size_t		 verifier_issued_by_leaf(struct verifier *verifier,
		    const struct chain *chain);

#endif
