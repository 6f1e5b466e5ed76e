/*
 * The delegation of a zone: its name servers as the servers of its parent name
 * them (RFC 1034 4.2.1), who need not agree with the zone itself.
 */
#ifndef CHECKER_GATHER_DELEGATION_H
#define CHECKER_GATHER_DELEGATION_H

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"

struct delegation;
struct query_referral;

/* Called once from the loop, never from inside delegation_find. */
typedef void	delegation_found(void *argument);

/*
 * Looks for it, asking the parent's servers one after the other. EVIDENCE
 * (borrowed) has the zones above, as far as they are known. Owned by the
 * caller.
 */
struct delegation *delegation_find(const struct context *context,
		    const struct evidence *evidence, const char *zone,
		    delegation_found *found, void *argument);
/* Ends the search, if it is not over. NULL is fine. */
void		 delegation_free(struct delegation *delegation);

/*
 * What was found. Borrowed; NULL: it is not known, because the parent's servers
 * do not answer, or have the zone themselves.
 */
const struct query_referral *
		 delegation_referral(const struct delegation *delegation);

#endif
