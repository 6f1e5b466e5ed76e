/*
 * Gathers what --self-test wants to know of this machine and its network: the
 * root's keys, the clock, what comes through a resolver, over UDP, TCP and both
 * families, whether mail servers can be connected to, and what they may make of
 * this machine's name. All of it is asked at once, within the deadline of a
 * domain; what has not come by then is noted as silent.
 */
#ifndef CHECKER_GATHER_SELF_TEST_H
#define CHECKER_GATHER_SELF_TEST_H

#include <time.h>

#include "checker/gather/context.h"

struct evidence;
struct self_test;

/* The domain of a test without one: nobody has it (RFC 6761 6.4). */
#define SELF_TEST_NO_DOMAIN "invalid"

/* Called once from the loop; EVIDENCE (not judged) is owned by the callee. */
typedef void	self_test_done(struct evidence *evidence, void *argument);

/*
 * Starts it. The mail servers of DOMAIN (form of name.h, copied) are connected
 * to; SELF_TEST_NO_DOMAIN: none are. It frees itself before the callback;
 * CONTEXT must outlive it, and its resolver keep origins. NOW is the wall
 * clock.
 */
struct self_test *self_test_start(const struct context *context,
		    const char *domain, time_t now, self_test_done *done,
		    void *argument);
/* Ends it without a callback, and drops its evidence. NULL is fine. */
void		 self_test_cancel(struct self_test *test);

/* What has been gathered so far. Borrowed, and still added to. */
const struct evidence *self_test_evidence(const struct self_test *test);

#endif
