/*
 * What the name servers say themselves where a chain of trust breaks, or an
 * answer does not validate: the parent's about DS records, a zone's own about
 * its keys and its answers.
 */
#ifndef CHECKER_GATHER_TRUST_SERVERS_H
#define CHECKER_GATHER_TRUST_SERVERS_H

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"

/* Addresses of a zone that are asked. */
#define TRUST_SERVERS_MAX	8

struct trust_servers;

/* Of what they are asked. */
enum trust_topic {
	TRUST_ZONES,		/* DS and DNSKEY of zones that break a chain */
	TRUST_ANSWERS,		/* answers that do not validate, the chain
				 * being whole */
};

/* Called once from the loop, when the gathering has freed itself. */
typedef void	trust_servers_done(void *argument);

/*
 * EVIDENCE (borrowed) has the zones on the way to the breaks; their servers are
 * filled in. NULL: there is nothing to ask.
 */
struct trust_servers *trust_servers_start(const struct context *context,
		    struct evidence *evidence, enum trust_topic topic,
		    trust_servers_done *done, void *argument);
/* Ends it without a callback; what was heard by then stays. NULL is fine. */
void		 trust_servers_cancel(struct trust_servers *servers);

#endif
