/*
 * Since when senders see a TLSA record, and from when on all of them do (RFC
 * 7671 8.1). Only the user knows when a record was published (--published), or
 * a run that saw it (--state): see evidence/sightings.h.
 */
#ifndef CHECKER_JUDGE_RECORD_COVER_H
#define CHECKER_JUDGE_RECORD_COVER_H

#include "checker/evidence/sightings.h"
#include "checker/judge/judging.h"
#include "checker/judge/record_spread.h"

/* Whether senders see a record that matches; the last is the best. */
enum coverage {
	COVERAGE_NONE,		/* no record matches */
	COVERAGE_BEHIND,	/* a name server does not have it */
	COVERAGE_UNHEARD,	/* a name server may not have it */
	COVERAGE_UNDATED,	/* nobody knows since when */
	COVERAGE_EARLY,		/* not all of them see it yet */
	COVERAGE_SAFE,
};

/* How one record covers what will be presented. */
struct record_cover {
	enum coverage			 coverage;
	size_t				 record;	/* its index */
	const struct server_evidence	*server;	/* borrowed; behind, or
							 * silent. NULL: too
							 * many to be asked */
	bool				 is_told;	/* --published says */
	time_t				 since;		/* when it came */
	time_t				 safe;		/* from then on */
};

/* Over the records of one host. */
struct record_cover_search {
	const struct judge_state	*state;		/* borrowed */
	size_t				 base;		/* index of the base
							 * domain that has
							 * them */
	struct sightings		*known;		/* owned; NULL: nothing
							 * is remembered */
	struct record_spread		 spread;
};

/* Of the host at hand, which has records. */
void		 record_cover_begin(struct record_cover_search *search,
		    const struct judge_state *state);
void		 record_cover_end(struct record_cover_search *search);
/* How the host's I-th record covers what it matches. */
struct record_cover record_cover_find(struct record_cover_search *search,
		    size_t i);
bool		 record_cover_is_better(const struct record_cover *a,
		    const struct record_cover *b);

#endif
