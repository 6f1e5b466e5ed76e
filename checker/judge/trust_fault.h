/*
 * Where the chain of trust of an answer breaks, and why: facts that several
 * rules share, read off the zones of the evidence.
 */
#ifndef CHECKER_JUDGE_TRUST_FAULT_H
#define CHECKER_JUDGE_TRUST_FAULT_H

#include "checker/evidence/evidence.h"

/*
 * With more iterations than these BIND 9.20 and PowerDNS take NSEC3 records for
 * none (RFC 9276 3.2); others do above NSEC3_ITERATIONS_MAX.
 */
#define TRUST_ITERATIONS_SAFE	50

/* Why an answer is not secure. */
struct trust_fault {
	const struct zone_evidence	*zone;	/* borrowed; NULL: not known */
	enum zone_break			 at;	/* in that zone */
	char				*why;	/* owned, printable: what is
						 * wrong with it, its name
						 * included; NULL: not known */
	time_t				 begins; /* a signature, later; 0:
						  * that is not the fault */
};

/*
 * Finds the first break on the way from the root to the answer, or in the
 * answer itself. Without one the fault's zone is NULL. Cleared by the caller.
 */
struct trust_fault trust_fault_find(const struct evidence *evidence,
	    const struct answer *answer);
void	trust_fault_clear(struct trust_fault *fault);

/*
 * The zone that has signed the NSEC3 records in the answer, the first of
 * several. Borrowed; NULL: there are none, or it is not known.
 */
const struct zone_evidence *trust_fault_denier(
	    const struct evidence *evidence, const struct answer *answer);

#endif
