/*
 * The chain of trust of a zone, as people read it.
 */
#ifndef CHECKER_REPORT_TRUST_TEXT_H
#define CHECKER_REPORT_TRUST_TEXT_H

#include "checker/evidence/evidence.h"

/*
 * ". -> example (8, DS 20326) -> example.org (13, NSEC3, until 2026-12-21, 62%
 * left)": the algorithms of each zone, the key tags of its DS records, and of
 * the zone itself how it denies and how long its keys are signed. Owned by the
 * caller.
 */
char	*trust_text_path(const struct evidence *evidence,
	    const struct zone_evidence *zone);

/* Whether no other zone is below it: its path is part of no longer one. */
bool	 trust_text_is_last(const struct evidence *evidence,
	    const struct zone_evidence *zone);

#endif
