/*
 * Signatures checked by ourselves, in packets that libunbound has validated, or
 * could not: which of several is good, and what is wrong with the others.
 */
#ifndef RESOLVER_RRSIG_H
#define RESOLVER_RRSIG_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "resolver/answer.h"

/*
 * Signatures of one RRset that are looked at, those in time first; and what may
 * be spent on checking all that one call looks at, in checks with an ordinary
 * key. One with a key that makes it slow counts RRSIG_SLOW_KEY times. (Keys
 * with equal tags, each to be tried with each signature, are KeyTrap,
 * CVE-2023-50387.)
 */
#define RRSIG_SIGNATURES_MAX	16
#define RRSIG_CHECKS_MAX	128
#define RRSIG_SLOW_KEY		16

/* What is wrong with the signatures of an RRset; later ones are nearer good. */
enum rrsig_fault {
	RRSIG_UNCHECKED,	/* there is no packet that can be read, or not
				 * all were checked, and none was good */
	RRSIG_MISSING,		/* the RRset has no signature */
	RRSIG_NO_KEY,		/* none by a key that is known */
	RRSIG_UNSUPPORTED,	/* only by algorithms that cannot be checked */
	RRSIG_WRONG,		/* by a key, but not of these records */
	RRSIG_NOT_BEGUN,	/* right, but not yet */
	RRSIG_ENDED,		/* right, but not any more */
	RRSIG_GOOD,
};

/*
 * Of the signature that is nearest to good, and ends last of such; without one
 * its zone is NULL.
 */
struct rrsig_result {
	enum rrsig_fault	fault;
	struct answer_period	period;		/* owned names */
};

/* What signatures are checked with. All borrowed. */
struct rrsig_keys {
	const struct answer	*dnskey;	/* a zone's */
	/*
	 * Only keys count that one of these DS records fits, as for the DNSKEY
	 * RRset itself (RFC 4035 5.2). NULL: all keys of the zone do.
	 */
	const struct answer	*ds;
};

/*
 * Checks the RRset of OWNER and TYPE (its number) in the answer's packet, as of
 * NOW. Ends are strict; a beginning may be VALIDITY_SKEW ahead. Cleared by the
 * caller.
 */
struct rrsig_result rrsig_check(const struct answer *answer,
		    const char *owner, uint16_t type,
		    const struct rrsig_keys *keys, time_t now);
void		 rrsig_result_clear(struct rrsig_result *result);

/*
 * Of an answer that is ambiguous, replaces the period of each RRset by that of
 * the good signature that ends last, made with one of COUNT sets of keys that
 * are secure, and leaves out signers whose signatures are not good. RRsets of
 * which none is found to be good stay as they are. *CHECKS is what all answers
 * together may cost, about in checks of a signature; it is charged with those
 * that were made, and with none left nothing is settled.
 */
void		 rrsig_settle(struct answer *answer,
		    const struct rrsig_keys *keys, size_t count, time_t now,
		    size_t *checks);

#endif
