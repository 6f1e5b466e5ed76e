/*
 * Many domains: some are audited at any time, and the reports come out in the
 * order of the input. Memory is bounded by the window of those and of the
 * reports that wait.
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
 * With --authoritative each has resolvers of its own: threads and descriptors.
 */
#define BATCH_FLIGHT_AUTHORITATIVE 16
/*
 * Those, and the reports kept back for their turn: one domain that takes all
 * its time must not hold up thousands that take none.
 */
#define BATCH_WINDOW 4096

struct batch_callbacks {
	/*
	 * The next domain (owned by the batch from then on). NULL: none now;
	 * with *END set, none ever. After a NULL without END call batch_wake.
	 */
	char	*(*next)(void *argument, bool *end);
	/* One domain's evidence, in order; now the callee's. */
	void	 (*report)(struct evidence *evidence, void *argument);
	/* All domains have been reported. */
	void	 (*finished)(void *argument);
	void	  *argument;	/* borrowed */
};

/* CONTEXT and CALLBACKS must outlive the batch. Begins with batch_wake. */
struct batch	*batch_new(const struct context *context,
		    const struct batch_callbacks *callbacks);
void		 batch_free(struct batch *batch);
/*
 * Hands out what is complete, though earlier domains are not: for a run that
 * ends.
 */
void		 batch_give_up(struct batch *batch);
/* Takes in domains while there is room in the window. */
void		 batch_wake(struct batch *batch);

/* Domains reported so far, and those in flight. */
size_t		 batch_reported(const struct batch *batch);
size_t		 batch_running(const struct batch *batch);
/* As audit_waits_for, of the domain whose turn it is; NULL: none. */
char		*batch_waits_for(const struct batch *batch);

#endif
