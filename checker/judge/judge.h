/*
 * What the evidence means: the rules of RFC 7672 for a sender that enforces
 * DANE. A pure function of evidence and options: no I/O, no clock, no globals;
 * the same evidence gives the same verdict, today or from a file.
 */
#ifndef CHECKER_JUDGE_JUDGE_H
#define CHECKER_JUDGE_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/expiry.h"

struct ca_lookup;
struct expectation;
struct keyfile;
struct known_cas;
struct tlsa_set;
struct verifier;

/*
 * What verifying chains may take for one domain, in milliseconds of processor
 * time as key_cost.h estimates them: for matching, which the verdict depends
 * on; and for advice, which is tried before it is given. A domain has a
 * hundredth of that to do, unless its owner wants it otherwise.
 */
#define JUDGE_MATCH_WORK	1000.0
#define JUDGE_ADVICE_WORK	250.0

/* Results of matching that are kept: a record with a handshake makes one. */
#define JUDGE_RESULTS_MAX	(1u << 16)

/* All pointers are borrowed. */
struct judge_options {
	/* Certificates and signatures are judged as of so many days later. */
	double				 ahead_days;
	/*
	 * What ends earlier is a warning, or an error; 0 or less: no
	 * threshold. The limits take their place for DNSSEC signatures.
	 */
	double				 warning_days;
	double				 critical_days;
	struct expiry_limit		 signature_warning;
	struct expiry_limit		 signature_critical;
	const struct expectation	*expectations;
	size_t				 expectation_count;
	/* Certificates or keys that are to follow the present ones. */
	const struct keyfile		*next;
	size_t				 next_count;
	time_t				 published;	/* their records; 0: not
							 * known */
	const struct ca_lookup		*ca_lookup;	/* may be NULL */
	const struct known_cas		*known_cas;	/* may be NULL */
	/* Restarted for each judgement. NULL: that makes one of its own. */
	struct verifier			*verifier;
	/*
	 * Whether the deadline has passed: the rest is left unjudged then.
	 * NULL: there is none, and the same evidence is always judged alike.
	 */
	bool				(*is_late)(void *clock);
	void				*clock;
};

/*
 * Judges the tree: fills in `judged` on every level, and nothing else. What was
 * judged before is forgotten.
 */
void	judge(struct evidence *evidence, const struct judge_options *options);

/*
 * For evidence that cannot be judged, since that is what the process died of:
 * clears what was judged, and adds what `crash` says.
 */
void	judge_nothing(struct evidence *evidence);

/* Records and names that come from elsewhere than the DNS. All borrowed. */
struct judge_given {
	const struct tlsa_set	*records;
	const char		*owner;		/* of the records, or NULL */
	uint32_t		 ttl;		/* seconds; of the records, or
						 * 0: not known */
	const char		*const *reference_names;
	size_t			 reference_name_count;
};

/*
 * The same for a single host with one endpoint and no DNS, held against what
 * is given (mxtlsa --verify). At most EVIDENCE_NAMES_MAX names are used.
 */
void	judge_records(struct evidence *evidence,
	    const struct judge_options *options,
	    const struct judge_given *given);

#endif
