/*
 * --authoritative: puts the questions that DANE depends on to each name server
 * of the zones concerned, those that the zone names and those that its parent
 * does, at each of its addresses, over UDP and over TCP, instead of to
 * whichever answers first. What they say is validated when it is judged.
 */
#ifndef CHECKER_GATHER_NAMESERVERS_H
#define CHECKER_GATHER_NAMESERVERS_H

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"

struct nameservers;

/* Called once from the loop, when the gathering has freed itself. */
typedef void	nameservers_done(void *argument);

/*
 * EVIDENCE (borrowed) has its hosts and their answers; its servers are filled
 * in, in the order of their zones, names and addresses.
 */
struct nameservers *
		 nameservers_start(const struct context *context,
		    struct evidence *evidence, nameservers_done *done,
		    void *argument);
/*
 * Ends it without a callback; `servers_unasked` is set in the evidence. NULL is
 * fine.
 */
void		 nameservers_stop(struct nameservers *nameservers);

/* As audit_waits_for. */
char		*nameservers_waits_for(const struct nameservers *nameservers);

#endif
