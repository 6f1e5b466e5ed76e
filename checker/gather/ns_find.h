/*
 * The first half of --authoritative: which name servers the zones concerned
 * have, and at which addresses, as validated answers say.
 */
#ifndef CHECKER_GATHER_NS_FIND_H
#define CHECKER_GATHER_NS_FIND_H

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"
#include "checker/gather/ns_query.h"

/* Name servers asked (addresses times transports); more are counted only. */
#define NS_FIND_SERVERS_MAX	64

struct ns_find;

/*
 * Called once from the loop, when the search has freed itself. QUERIES is now
 * owned by the callee.
 */
typedef void	ns_find_done(struct ns_queries *queries, void *argument);

/*
 * EVIDENCE (borrowed) has its hosts; its servers are added, without answers but
 * for those that cannot be asked. At least one question is asked.
 */
struct ns_find	*ns_find_start(const struct context *context,
		    struct evidence *evidence, ns_find_done *done,
		    void *argument);
/* Ends it without a callback. NULL is fine. */
void		 ns_find_cancel(struct ns_find *find);

/* Frees the queries; they are empty afterwards. */
void		 ns_queries_clear(struct ns_queries *queries);

#endif
