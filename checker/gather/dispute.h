/*
 * What the resolvers themselves say to a question to which no usable answer
 * came from them: each is asked, without validating, with its own checks and
 * without.
 */
#ifndef CHECKER_GATHER_DISPUTE_H
#define CHECKER_GATHER_DISPUTE_H

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"

/* More resolvers of one user are not asked. */
#define DISPUTE_RESOLVERS_MAX	4

struct dispute;

/*
 * Called once from the loop, when the dispute has freed itself. FOUND is owned
 * by the callee.
 */
typedef void	dispute_done(struct dispute_evidence *found, void *argument);

/*
 * HEARD came from the resolver and is not usable; ROOT by way of the root, NULL
 * if that cannot be reached. Both are taken over. DOMAIN (borrowed) is whom the
 * audit is about.
 */
struct dispute	*dispute_start(const struct context *context,
		    const char *domain, struct answer *heard,
		    struct answer *root, dispute_done *done, void *argument);
/* No callback follows. NULL is fine. */
void		 dispute_cancel(struct dispute *dispute);

#endif
