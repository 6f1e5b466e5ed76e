/*
 * When what DANE depends on expires: DNSSEC signatures, those of the chains of
 * trust included, and the certificates that a usage 2 match depends on. Facts
 * of the tree for judge/ and report/.
 */
#ifndef CHECKER_EVIDENCE_EXPIRY_H
#define CHECKER_EVIDENCE_EXPIRY_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "checker/evidence/evidence.h"

#define EXPIRY_DAY (24.0 * 60 * 60)	/* seconds */

/* How much must be left of the life of a signature. */
enum expiry_unit {
	EXPIRY_NOT_GIVEN,
	EXPIRY_PERCENT,		/* of all of it, end less beginning */
	EXPIRY_SECONDS,
};

struct expiry_limit {
	enum expiry_unit	 unit;
	double			 value;
};

/* What is left of it at WHEN, in percent (0 to 100) of all of it. */
double		 expiry_percent_left(const struct answer_period *period,
		    time_t when);
/* Whether less is left at WHEN; exactly at the limit is not under it. */
bool		 expiry_is_under(const struct expiry_limit *limit,
		    const struct answer_period *period, time_t when);

/*
 * The signature that ends first of several, and the least share of life that is
 * left of any of them, in percent (0 to 100): the one that ends first may be of
 * a signer that never signs for longer.
 */
struct expiry_life {
	const struct answer_period	*first;		/* borrowed; NULL:
							 * nothing is signed */
	double				 percent;
};

/*
 * Of COUNT answers (which may be NULL), as far as they are secure, with the DS
 * and DNSKEY RRsets of their chains of trust below the root. Zones that the
 * evidence does not have are not counted.
 */
struct expiry_life expiry_life_of(const struct evidence *evidence,
		    const struct answer *const *answers, size_t count,
		    time_t when);
/* The same of all that DANE depends on in a judged domain. */
struct expiry_life expiry_life_of_all(const struct evidence *evidence,
		    time_t when);

/*
 * The zones that DANE depends on in a judged domain, by their index in the
 * evidence. Those that hold MX, address or TLSA records are the ones whose
 * operators the domain and its hosts have chosen.
 */
struct expiry_zones {
	bool	counts[EVIDENCE_ZONES_MAX];	/* but for the root */
	bool	holds[EVIDENCE_ZONES_MAX];
};
void		 expiry_find_zones(const struct evidence *evidence,
		    struct expiry_zones *zones);
/* Whether one of those has made the signature. */
bool		 expiry_is_held(const struct evidence *evidence,
		    const struct expiry_zones *zones,
		    const struct answer_period *period);
/* When the first such signature ends that DANE depends on; 0: there is none. */
time_t		 expiry_held_end(const struct evidence *evidence);

/*
 * When the first match of a judged domain ends that depends on certificates. 0:
 * there is none.
 */
time_t		 expiry_certificates_end(const struct evidence *evidence);

/*
 * The answers of a host that DANE depends on; returns how many (some are NULL).
 */
#define EXPIRY_ANSWERS 5
size_t		 expiry_answers(const struct host_evidence *host,
		    const struct answer *answers[EXPIRY_ANSWERS]);

#endif
