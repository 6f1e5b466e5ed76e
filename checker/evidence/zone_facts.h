/*
 * Facts about the zones of the chains of trust.
 */
#ifndef CHECKER_EVIDENCE_ZONE_FACTS_H
#define CHECKER_EVIDENCE_ZONE_FACTS_H

#include "checker/evidence/evidence.h"

/*
 * Of the zone's DS and DNSKEY RRsets, as far as they are secure: the validity
 * period that ends first, and the least share of life that is left of any at
 * WHEN, in percent (0 to 100). The root has none that anybody else could renew.
 * False: nothing is known.
 */
struct zone_life {
	time_t	from;
	time_t	until;
	int	percent;
};
bool	zone_facts_life(const struct zone_evidence *zone, time_t when,
	    struct zone_life *life);

/*
 * How the zone denies that names and types exist, as seen in the answers that
 * have such a proof of its own: NSEC3 (RFC 5155) if any has it, with the most
 * iterations of all, and opt-out if any has the flag. False: none was seen.
 */
struct zone_denial {
	enum answer_denial	by;
	uint16_t		iterations;
	bool			opt_out;
};
bool	zone_facts_denial(const struct evidence *evidence,
	    const struct zone_evidence *zone, struct zone_denial *denial);

/*
 * Whether only a DS record by SHA-1 fits a key of the zone, beside others with
 * a stronger digest that fit none: SHA-1 does not count there (RFC 4509 3).
 */
bool	zone_facts_sha1_beside_better(const struct zone_evidence *zone);

/*
 * What finding out may cost a domain, in checks of signatures: more than ten
 * for each host that it can have.
 */
#define ZONE_FACTS_CHECKS	1024

/*
 * Once all zones are known: finds out which of several signatures are good, and
 * makes bogus what depends on a zone as above, of which the validator is not
 * aware.
 */
void	zone_facts_settle(struct evidence *evidence);

#endif
