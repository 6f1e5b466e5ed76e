/*
 * Where records are, or could be: a name that is an alias, or below a DNAME
 * record, holds none of its own (RFC 2181 10.1, RFC 6672 2.4), what comes from
 * a wildcard is there, and a new name hides what a wildcard gave it, and the
 * names above it (RFC 4592 2.2.1, 4.1).
 */
#ifndef CHECKER_JUDGE_PLACEMENT_H
#define CHECKER_JUDGE_PLACEMENT_H

#include "checker/evidence/evidence.h"

enum placement_kind {
	PLACEMENT_NOWHERE,	/* none would count, or it is not known */
	PLACEMENT_OWNER,	/* the name that is asked for */
	PLACEMENT_WILDCARD,	/* from which the records come */
	PLACEMENT_ALIAS_END,	/* or the wildcard that gives it records */
	PLACEMENT_NOT_ALIAS,	/* the name that is asked for, in place of the
				 * alias there, which leads to no signed zone */
};

struct placement {
	enum placement_kind	 kind;
	char			*owner;		/* owned; NULL: nowhere */
};

/*
 * Where those who ask the question of ANSWER find records, or would find those
 * that are published: TLSA records that are secure then, as far as the evidence
 * tells. Cleared by the caller.
 */
struct placement placement_find(const struct evidence *evidence,
	    const struct answer *answer);
void	placement_clear(struct placement *placement);

/*
 * Adds what must be done at other names before records are published at OWNER:
 * RRsets of the evidence that come from wildcards and that the new name would
 * hide. A name that is there already hides none.
 */
void	placement_add_hidden(struct advice_list *advice,
	    const struct evidence *evidence, const char *owner);

/*
 * The same of the alias that the question of ANSWER meets: what is to be
 * removed, or whose zone its end is in.
 */
void	placement_add_alias(struct advice_list *advice,
	    const struct evidence *evidence, const struct answer *answer);

#endif
