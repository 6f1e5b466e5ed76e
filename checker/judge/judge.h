/*
 * What the evidence means: the rules of RFC 7672 for a sender that enforces
 * DANE, as pure functions. No I/O, no clock, no globals; the same evidence
 * gives the same verdict, today or from a file.
 */
#ifndef CHECKER_JUDGE_JUDGE_H
#define CHECKER_JUDGE_JUDGE_H

#include <stdbool.h>
#include <time.h>

#include "checker/evidence/evidence.h"

struct ca_lookup;
struct expectation;
struct known_cas;
struct keyfile;

struct judge_options {
	/* Certificates and signatures are judged as of so many days later. */
	double				 ahead_days;
	/* What ends earlier is warned about, or fails; 0: nothing. */
	double				 warning_days;
	double				 critical_days;
	const struct expectation	*expectations;	/* borrowed */
	size_t				 expectation_count;
	/* To be used after the present certificate (borrowed). */
	const struct keyfile		*next;
	size_t				 next_count;
	/* Both borrowed, may be NULL. */
	const struct ca_lookup	*ca_lookup;
	const struct known_cas		*known_cas;
	bool				 connected;	/* once, in this run */
};

/*
 * Judges the tree: fills in the members under "judged" of every level (what was
 * judged before is forgotten) and the findings, sorted.
 */
void	judge(struct evidence *evidence, const struct judge_options *options);

/*
 * The same for a single host that was not judged before, and whose records and
 * reference names are there already, without a DNS (mxtlsa --verify).
 */
void	judge_records(struct evidence *evidence,
	    const struct judge_options *options);

#endif
