/*
 * Chains of trust in words: values of the evidence, not those of a report.
 */
#ifndef CHECKER_REPORT_TRUST_TEXT_H
#define CHECKER_REPORT_TRUST_TEXT_H

#include "checker/evidence/evidence.h"

/*
 * A zone as a link of a chain, "example (8, DS 20326)": the algorithms of its
 * DS records, or else keys, and the key tags of the DS records. Owned by the
 * caller.
 */
char	*trust_text_link(const struct zone_evidence *zone);

/*
 * The zone at the end of a chain, "example.org (13, NSEC3, until 2026-12-21,
 * 62% left)": the algorithms, how it denies, and how long its keys are signed.
 * Owned by the caller.
 */
char	*trust_text_end(const struct evidence *evidence,
	    const struct zone_evidence *zone);

/*
 * Why a zone is not secure: "signed, but example.org has no DS for it". Owned
 * by the caller.
 */
char	*trust_text_why(const struct zone_evidence *zone);

#endif
