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
 * An answer that the zone denies something in, NSEC3 with many iterations
 * before others: its `denial` is the zone's. Borrowed; NULL: none was seen.
 */
const struct answer *zone_facts_denial(const struct evidence *evidence,
	    const struct zone_evidence *zone);

/*
 * Whether only a DS record by SHA-1 fits a key of the zone, beside others with a
 * stronger digest that fit none: SHA-1 does not count there (RFC 4509 3).
 */
bool	zone_facts_sha1_beside_better(const struct zone_evidence *zone);

/*
 * Once all zones are known: finds out which of several signatures are good, and
 * makes bogus what depends on a zone as above, of which the validator is not
 * aware.
 */
void	zone_facts_settle(struct evidence *evidence);

#endif
