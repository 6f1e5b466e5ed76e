/*
 * How an audit goes around a resolver that the user named (--resolver): what it
 * has found out so far about that and about the way from the root. An inquiry
 * (inquiry.h) goes by it.
 */
#ifndef CHECKER_GATHER_SECOND_WAY_H
#define CHECKER_GATHER_SECOND_WAY_H

#include <stdbool.h>

struct context;
struct evidence;
struct second_way;

/*
 * NULL: there is one way only (see root_resolver in context.h). Owned by the
 * caller. EVIDENCE (borrowed) is the audit's.
 */
struct second_way *second_way_new(const struct context *context,
		    struct evidence *evidence);
/* Where it is noted what the resolver does. Borrowed. */
struct evidence	*second_way_evidence(const struct second_way *way);
/* NULL is fine, here and below: one way only. */
void		 second_way_free(struct second_way *way);

/*
 * Nothing comes from the resolver, or nothing that can be validated: what is
 * left is asked by way of the root at once. It takes an audit's time otherwise.
 */
void		 second_way_avoid(struct second_way *way);
bool		 second_way_is_avoiding(const struct second_way *way);

/*
 * The root cannot be reached: nothing more is asked by way of it. So what does
 * not validate says nothing about the domain.
 */
void		 second_way_lose(struct second_way *way);
bool		 second_way_is_lost(const struct second_way *way);

/*
 * CONTEXT; or, where the root can be reached, a copy of it with the way from
 * there as its only one, so that name servers are asked themselves. Borrowed,
 * until the second way is freed.
 */
const struct context *second_way_direct(const struct context *context);

#endif
