/*
 * DS records to publish, or to remove, for a zone at which the chain of trust
 * breaks: each tried, with the zone's keys as they are.
 */
#ifndef CHECKER_JUDGE_TRUST_DS_H
#define CHECKER_JUDGE_TRUST_DS_H

#include "checker/evidence/evidence.h"

/*
 * Adds the records with which the zone would validate; and to be removed, where
 * none fits, those that are there.
 */
void	trust_ds_advise(struct advice_list *list,
	    const struct zone_evidence *zone, enum zone_break at);

/* The same for a secure zone that depends on SHA-1: records that do not. */
void	trust_ds_advise_without_sha1(struct advice_list *list,
	    const struct zone_evidence *zone);

#endif
