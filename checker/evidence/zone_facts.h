/*
 * Facts about the zones of the chains of trust.
 */
#ifndef CHECKER_EVIDENCE_ZONE_FACTS_H
#define CHECKER_EVIDENCE_ZONE_FACTS_H

#include "checker/evidence/evidence.h"

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
