/*
 * The first part of --authoritative: from which zones the answers come that
 * DANE depends on, and which name servers these have, as the zones themselves
 * and as their parents say.
 */
#ifndef CHECKER_GATHER_NS_FIND_H
#define CHECKER_GATHER_NS_FIND_H

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"
#include "checker/gather/ns_query.h"

struct ns_find;

/*
 * Called once from the loop, when the search has freed itself. What QUERIES and
 * NAMES have is now owned by the callee.
 */
typedef void	ns_find_done(struct ns_queries *queries,
		    struct ns_names *names, void *argument);

/*
 * EVIDENCE (borrowed) has its hosts, and the zones on the chains of trust.
 * Servers that cannot be looked for, because a zone is lost, are added to it.
 * Without --authoritative the questions are about TLSA records alone.
 */
struct ns_find	*ns_find_start(const struct context *context,
		    struct evidence *evidence, ns_find_done *done,
		    void *argument);
/* Ends it without a callback. NULL is fine. */
void		 ns_find_cancel(struct ns_find *find);

#endif
