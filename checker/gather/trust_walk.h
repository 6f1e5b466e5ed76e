/*
 * The way from the root to a name whose answer is not secure, zone by zone, to
 * where the chain of trust breaks: asked through the validating resolver.
 */
#ifndef CHECKER_GATHER_TRUST_WALK_H
#define CHECKER_GATHER_TRUST_WALK_H

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"

struct trust_names;
struct trust_walk;

/* Called once from the loop, when the walk has freed itself. */
typedef void	trust_walk_done(void *argument);

/*
 * EVIDENCE (borrowed) has the zones that signatures name; those on the way to
 * answers that are not secure are added, and to the ends of aliases that name
 * servers told of. Names that are found to be none are added to UNCUT
 * (borrowed), and those are passed over. NULL: there is nothing to ask.
 */
struct trust_walk *trust_walk_start(const struct context *context,
		    struct evidence *evidence, struct trust_names *uncut,
		    trust_walk_done *done, void *argument);
/* Ends it without a callback. NULL is fine. */
void		 trust_walk_cancel(struct trust_walk *walk);

#endif
