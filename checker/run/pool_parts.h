/*
 * The parts of the pool: pool.c has the tasks, pool_worker.c the processes that
 * work on them, pool_share.c which of them gets which.
 */
#ifndef CHECKER_RUN_POOL_PARTS_H
#define CHECKER_RUN_POOL_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checker/run/channel.h"
#include "checker/run/pool.h"

struct event;

struct pool_worker;

/* What a worker's process has to say, to the pool. Called from the loop. */
struct pool_hearing {
	/* It has started. */
	void	 (*started)(struct pool_worker *worker);
	/* As `refused` in pool.h; WHY is owned by the callee. */
	void	 (*refused)(struct pool_worker *worker, char *why,
		    bool internal);
	/* A message about a task. Returns what is wrong (owned), or NULL. */
	char	*(*received)(struct pool_worker *worker,
		    const struct message *message);
	/*
	 * It has died, or must: WHY (owned by the callee), or NULL: as it
	 * ended.
	 */
	void	 (*lost)(struct pool_worker *worker, char *why);
};

struct pool_worker {
	struct pool	*pool;		/* borrowed */
	const struct pool_hearing *hearing;	/* static */
	struct child	 child;
	struct channel	*channel;	/* owned; NULL: it does not run */
	struct event	*errors;	/* owned; hears its standard error */
	size_t		 heard;		/* octets of that */
	bool		 alone;		/* has one task at a time */
	bool		 ready;		/* has started */
	size_t		 running;	/* tasks */
	unsigned int	 silent;	/* seconds since its last message */
	unsigned int	 overdue;	/* seconds beyond a task's deadline */
	char		*waits_for;	/* owned; its oldest task, or NULL */
};

/* What becomes of a task; one that must be tried again waits its turn. */
enum pool_state {
	POOL_EMPTY,		/* free, or reported out of its turn */
	POOL_RUNNING,
	POOL_AGAIN,		/* waits for another worker */
	POOL_DONE,
};

/* A place in the window. */
struct pool_slot {
	enum pool_state		 state;
	uint64_t		 number;	/* of the task, from 1 */
	struct pool_task	 task;
	struct pool_worker	*worker;	/* borrowed; while it runs */
	double			 began;		/* see clock.h */
	unsigned int		 tries;
	/* From the worker that has it: octets, and complaints. */
	size_t			 received, complaints;
	char			*crash;		/* owned; how they ended. NULL:
						 * none has */
	struct evidence		*partial;	/* owned; not judged, or NULL */
	struct pool_result	 result;	/* so far */
	size_t			 held;		/* octets of it, once done */
};

struct pool {
	struct event_base	*base;		/* borrowed */
	struct pool_options	 options;
	struct pool_callbacks	 callbacks;
	struct pool_worker	*workers;	/* owned; then those alone */
	size_t			 worker_count;	/* all of them */
	struct pool_slot	 window[POOL_WINDOW];	/* a ring */
	uint64_t		 first;		/* not reported yet */
	size_t			 reported;
	uint64_t		 next;		/* not begun yet */
	size_t			 held;		/* octets of results whose
						 * turn has not come */
	size_t			 running;	/* tasks, those to be tried
						 * again among them */
	size_t			 again;		/* of these */
	struct event		*tick;		/* owned; once a second */
	unsigned int		 stillborn;	/* workers in a row that died
						 * at their start */
	bool			 paused;	/* until the next tick, since
						 * none could be started */
	bool			 reports;	/* the callback `ready` ran */
	bool			 ended;		/* no more tasks */
	bool			 finished;	/* a last callback ran */
};

/* Starts the worker's process. False: the pool is finished (refused). */
bool	pool_worker_start(struct pool_worker *worker);
/* Hands it the slot's task. */
void	pool_worker_give(struct pool_worker *worker, struct pool_slot *slot);
/*
 * Ends it, at once or when it is done; what it still says on standard error is
 * heard. Returns how it ended (printable, owned by the caller); NULL: well, or
 * it did not run.
 */
char	*pool_worker_end(struct pool_worker *worker, bool at_once);

/* Whether one more task may begin: there is a worker and memory for it. */
bool	pool_has_room(const struct pool *pool);
/*
 * The worker for a domain; where that has enough to do, the one with the least.
 * Borrowed.
 */
struct pool_worker *pool_choose_worker(struct pool *pool, const char *domain);
/* A worker that is to try a task alone. Borrowed; NULL: all have one. */
struct pool_worker *pool_find_alone(struct pool *pool);

#endif
