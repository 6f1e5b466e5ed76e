/*
 * The chains of trust of a domain's answers, from the root: DS and DNSKEY of
 * each zone that signs what they depend on; and of what is not secure, the way
 * down to where the chain breaks.
 */
#ifndef CHECKER_GATHER_TRUST_H
#define CHECKER_GATHER_TRUST_H

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"

struct trust;

/* Called once from the loop, when the gathering has freed itself. */
typedef void	trust_done(void *argument);

/*
 * EVIDENCE (borrowed) has its hosts and their answers; its zones are filled in.
 * On a secure path nothing is asked that the resolver has not in its cache: the
 * zones are those that signatures name. Where an answer is not secure, the way
 * to the break is looked for if the evidence is thorough. NULL: there is
 * nothing to ask.
 */
struct trust	*trust_start(const struct context *context,
		    struct evidence *evidence, trust_done *done,
		    void *argument);
/* Ends it without a callback; what is known by then stays. NULL is fine. */
void		 trust_stop(struct trust *trust);

#endif
