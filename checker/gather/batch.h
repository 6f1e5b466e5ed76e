/*
 * Audits many domains, some of them at a time, and reports them in the order of
 * the input. Memory is bounded by a window of domains: those in flight, and
 * those done whose turn has not come.
 */
#ifndef CHECKER_GATHER_BATCH_H
#define CHECKER_GATHER_BATCH_H

#include <stdbool.h>
#include <stddef.h>

struct batch;
struct context;
struct evidence;

/* Audits in flight. */
#define BATCH_FLIGHT 64
/*
 * The same with --authoritative, where each audit opens resolvers, with threads
 * and descriptors.
 */
#define BATCH_FLIGHT_AUTHORITATIVE 16
/*
 * Domains in the window: one that takes all its time must not hold up thousands
 * that take none.
 */
#define BATCH_WINDOW 4096

struct batch_callbacks {
	/*
	 * Returns the next domain, owned by the batch; NULL: none now, and with
	 * *END set none ever. After a NULL without END call batch_wake.
	 */
	char	*(*next)(void *argument, bool *end);
	/* Called for each domain in order; EVIDENCE is owned by the callee. */
	void	 (*report)(struct evidence *evidence, void *argument);
	/* Called once, when all domains have been reported. */
	void	 (*finished)(void *argument);
	void	  *argument;	/* borrowed */
};

/*
 * CONTEXT and CALLBACKS must outlive the batch, which does nothing before the
 * first batch_wake.
 */
struct batch	*batch_new(const struct context *context,
		    const struct batch_callbacks *callbacks);
/* Cancels the audits in flight, without callbacks. NULL is fine. */
void		 batch_free(struct batch *batch);
/*
 * Reports what is done, although earlier domains are not: for a run that is cut
 * short.
 */
void		 batch_give_up(struct batch *batch);
/* Starts more domains, as far as there is room. */
void		 batch_wake(struct batch *batch);

/* Domains reported so far in their turn, and audits in flight. */
size_t		 batch_reported(const struct batch *batch);
size_t		 batch_running(const struct batch *batch);
/* As audit_waits_for, of the domain whose turn it is; NULL: none. */
char		*batch_waits_for(const struct batch *batch);

#endif
