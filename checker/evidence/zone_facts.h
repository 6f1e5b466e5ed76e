/*
 * Facts about the zones of the chains of trust.
 */
#ifndef CHECKER_EVIDENCE_ZONE_FACTS_H
#define CHECKER_EVIDENCE_ZONE_FACTS_H

#include "checker/evidence/evidence.h"

/*
 * Of the zone's DS and DNSKEY RRsets, as far as they are secure, at WHEN;
 * nothing of the root's, which nobody else could renew.
 */
struct zone_life zone_facts_life(const struct zone_evidence *zone, time_t when);

/*
 * How the zone denies that names and types exist, as seen in the answers that
 * have such a proof of its own: NSEC3 (RFC 5155) if any has it, with the most
 * iterations of all, and opt-out if any has the flag.
 */
struct zone_denial zone_facts_denial(const struct evidence *evidence,
	    const struct zone_evidence *zone);

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
