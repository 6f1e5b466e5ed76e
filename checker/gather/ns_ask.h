/*
 * The third part of --authoritative: each name server is asked itself, over
 * each transport, without a resolver in between. Nothing is validated here.
 */
#ifndef CHECKER_GATHER_NS_ASK_H
#define CHECKER_GATHER_NS_ASK_H

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"
#include "checker/gather/ns_query.h"

/* Questions to all servers together. */
#define NS_QUESTIONS_MAX	4096

struct ns_ask;

/* Called once from the loop, when the asking has freed itself. */
typedef void	ns_ask_done(void *argument);

/*
 * Puts QUERIES (borrowed) to the servers of EVIDENCE (borrowed), from the one
 * with index FROM on, that have an address that may be asked and a route; their
 * answers are added to it. At an address at most two questions are under way,
 * one over each transport. Where there are too many, `servers_unasked` is set.
 */
struct ns_ask	*ns_ask_start(const struct context *context,
		    struct evidence *evidence, size_t from,
		    const struct ns_queries *queries, ns_ask_done *done,
		    void *argument);
/* Ends it without a callback. NULL is fine. */
void		 ns_ask_cancel(struct ns_ask *ask);

/* As audit_waits_for; NULL: no answer is awaited. */
char		*ns_ask_waits_for(const struct ns_ask *ask);

#endif
