/*
 * How far a TLSA record has spread: which name servers have it, by what each
 * said itself (--next, --state, --authoritative).
 */
#ifndef CHECKER_JUDGE_RECORD_SPREAD_H
#define CHECKER_JUDGE_RECORD_SPREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checker/evidence/evidence.h"

/* All pointers are borrowed. */
struct record_spread {
	const struct evidence		*evidence;
	const struct answer		*tlsa;
	const struct server_evidence	*silent;	/* one of which nothing
							 * is known; NULL:
							 * none */
	/* Of the record that was looked for last. */
	bool				 everywhere;	/* each name server has
							 * said that it has
							 * it */
	const struct server_evidence	*behind;	/* one that says that it
							 * does not; NULL:
							 * none */
	bool				 behind_empty;	/* all such have no TLSA
							 * record at all */
};

/*
 * Of the records in TLSA, an answer that was validated. A name server may be
 * silent at some of its addresses, but not at all.
 */
struct record_spread record_spread_of(const struct evidence *evidence,
		    const struct answer *tlsa);
/* Looks for the record with this RDATA. */
void		 record_spread_find(struct record_spread *spread,
		    const uint8_t *data, size_t size);

#endif
