/*
 * The second part of --authoritative: where the name servers are.
 */
#ifndef CHECKER_GATHER_NS_LOOK_UP_H
#define CHECKER_GATHER_NS_LOOK_UP_H

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"
#include "checker/gather/ns_query.h"

/* Servers that are asked (addresses times transports); more are counted. */
#define NS_SERVERS_MAX	128

struct ns_look_up;

/* Called once from the loop, when the search has freed itself. */
typedef void	ns_look_up_done(void *argument);

/*
 * Takes what NAMES has. Their servers are added to EVIDENCE (borrowed), in that
 * order, for each address over UDP and over TCP; where nothing validates, at
 * the addresses that the parent gives. One without address has an answer that
 * says so.
 */
struct ns_look_up *ns_look_up_start(const struct context *context,
		    struct evidence *evidence, struct ns_names *names,
		    ns_look_up_done *done, void *argument);
/* Ends it without a callback. NULL is fine. */
void		 ns_look_up_cancel(struct ns_look_up *look_up);

#endif
