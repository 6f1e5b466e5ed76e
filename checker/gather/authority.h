/*
 * --authoritative: the questions that DANE hangs on, put to each name server of
 * the zones concerned, at each of its addresses, over UDP and over TCP, instead
 * of to whichever answers first. Every answer is validated all the same.
 */
#ifndef CHECKER_GATHER_AUTHORITY_H
#define CHECKER_GATHER_AUTHORITY_H

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"

struct authority;

/* Name servers asked (addresses times transports); more are passed over. */
#define AUTHORITY_SERVERS_MAX	64

/* Called once from the loop, when the gathering has freed itself. */
typedef void	authority_done(void *argument);

/* EVIDENCE (borrowed) has its hosts; its servers are filled in. */
struct authority *authority_start(const struct context *context,
		    struct evidence *evidence, authority_done *done,
		    void *argument);
/* Ends it without a callback, which the evidence tells. NULL is fine. */
void		  authority_stop(struct authority *authority);

#endif
