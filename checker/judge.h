/*
 * What the evidence means: the rules of RFC 7672 for a sender that enforces
 * DANE, as pure functions. No I/O, no clock, no globals; the same evidence gives
 * the same verdict, today or from a file.
 */
#ifndef CHECKER_JUDGE_H
#define CHECKER_JUDGE_H

#include <stdbool.h>
#include <time.h>

#include "checker/evidence.h"

struct authority_finder;
struct expectation;
struct issuers;
struct material;

struct judge_options {
	time_t	when;		/* certificates and signatures are judged as of */
	double	warning_days;	/* what ends earlier is warned about; 0: nothing */
	double	critical_days;	/* what ends earlier fails; 0: nothing */
	const struct expectation *expectations;	/* borrowed; of TLSA records */
	size_t	expectation_count;
	const struct material	 *next;	/* borrowed; to be used after the present
					 * certificate */
	size_t	next_count;
	const struct authority_finder *authorities; /* borrowed; may be NULL */
	const struct issuers *issuers;	/* borrowed; may be NULL */
	bool	connected;	/* this run has been let through somewhere */
};

/*
 * Judges the tree: fills in the members under "judged" of every level (what was
 * judged before is forgotten) and the findings, sorted.
 */
void	judge(struct evidence *evidence, const struct judge_options *options);

/*
 * The same for a single host whose records and reference names are known already,
 * without a DNS (mxtlsa --verify).
 */
void	judge_records(struct evidence *evidence,
	    const struct judge_options *options);

#endif
