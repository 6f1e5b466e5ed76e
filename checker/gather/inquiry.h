/*
 * One question of an audit, by up to two ways: where what comes from a resolver
 * that the user named is bogus or failed, it is asked again from the root
 * before it counts, and what the resolver does is noted in the evidence.
 */
#ifndef CHECKER_GATHER_INQUIRY_H
#define CHECKER_GATHER_INQUIRY_H

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"
#include "resolver/resolver.h"

struct inquiry;

/*
 * As resolver_ask. Where there are two ways (second_way in context.h), the
 * first has the limit of every question in any case.
 */
struct inquiry	*inquiry_start(const struct context *context,
		    const char *name, enum dns_type type,
		    resolver_answered *answered, void *argument);
/* The same where HEARD, which is taken over, is what came from the resolver. */
struct inquiry	*inquiry_go_on(const struct context *context,
		    struct answer *heard, resolver_answered *answered,
		    void *argument);
/*
 * As for a resolver's question. It is not overdue as long as there is another
 * way.
 */
void		 inquiry_unlimit(struct inquiry *inquiry);
void		 inquiry_limit(struct inquiry *inquiry);
bool		 inquiry_is_overdue(const struct inquiry *inquiry);
/* No callback follows. NULL is fine. */
void		 inquiry_cancel(struct inquiry *inquiry);

#endif
