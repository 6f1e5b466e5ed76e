/*
 * The workers of a run, seen from the parent: hands tasks to them, keeps their
 * results in the order of the input, and survives them.
 *
 * A worker that dies, or hangs beyond a task's deadline, costs the tasks that
 * it had under way. Each of those is tried once more by a worker that has
 * nothing else to do and reports what it gathers as it goes. If that one dies,
 * too, a third judges what has been gathered; and if even that cannot be
 * judged, it is the result as it is. No task is lost, and none can cost another
 * its result.
 */
#ifndef CHECKER_RUN_POOL_H
#define CHECKER_RUN_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checker/evidence/recording.h"
#include "checker/run/child.h"

struct event_base;
struct evidence;
struct pool;

/* Processes, by --jobs. */
#define POOL_WORKERS_MAX	64
/* Workers that try one task each, at a time. */
#define POOL_ALONE_MAX		8
/*
 * Tasks in the window, those under way and those done whose turn has not come:
 * one that takes all its time must not hold up thousands that take none.
 */
#define POOL_WINDOW		4096

/*
 * Of what one worker says about one task: octets, and complaints. A worker that
 * says more is one that somebody else speaks through.
 */
#define POOL_RECEIVED_MAX	(6 * RECORDING_SIZE_MAX)
#define POOL_COMPLAINTS_MAX	8

/* Octets of results in the window beyond which no task is begun. */
#define POOL_HELD_MAX		(4 * RECORDING_SIZE_MAX)

struct pool_task {
	char	*domain;	/* owned, form of name.h */
	uint8_t	*facts;		/* owned; to be judged, as recording.h has them.
				 * NULL: the domain is to be audited */
	size_t	 size;		/* octets of it */
	uint8_t	*earlier;	/* owned; the earlier run to compare with, as
				 * earlier.h has it. NULL: none */
	size_t	 earlier_size;
};

/* NULL is fine for each. */
struct pool_result {
	struct evidence	*evidence;	/* owned; judged, or not (see above).
					 * NULL: the input was no good, which
					 * has been complained about */
	const char	*domain;	/* borrowed, of the task */
	uint8_t		*facts;		/* owned; NULL: none were sent */
	size_t		 size;
};

struct pool_callbacks {
	/*
	 * Fills in the next task, owned by the pool then. False: there is none
	 * now, and with *END set none ever; otherwise call pool_wake when there
	 * is.
	 */
	bool	 (*next)(void *argument, struct pool_task *task, bool *end);
	/*
	 * Called for each task, in order unless they are unordered. What the
	 * callee wants to keep of RESULT it replaces by NULL.
	 */
	void	 (*report)(struct pool_result *result, void *argument);
	/* Called once, before the first report: a worker has started. */
	void	 (*ready)(void *argument);
	/* Called once, when all tasks have been reported. */
	void	 (*finished)(void *argument);
	/*
	 * Called once instead: a setting is wrong, or (INTERNAL) no worker can
	 * be started, maybe within pool_wake. WHY is owned by the callee.
	 */
	void	 (*refused)(char *why, bool internal, void *argument);
	/*
	 * What a worker traces, for trace.h; and complains of, WHY owned by the
	 * callee, about its task's input (BAD_INPUT) or otherwise. Both may be
	 * NULL.
	 */
	void	 (*trace)(int level, const char *subject, const char *line,
		    void *argument);
	void	 (*complain)(char *why, bool bad_input, void *argument);
	void	  *argument;	/* borrowed */
};

struct pool_options {
	size_t		 workers;	/* at least 1 */
	size_t		 alone;		/* those that try one task again, up
					 * to POOL_ALONE_MAX */
	size_t		 flight;	/* tasks under way in each */
	double		 deadline;	/* seconds that a task has at most, by
					 * itself: audit_longest() */
	double		 grace;		/* seconds of silence beyond it after
					 * which its worker hangs */
	bool		 unordered;	/* tasks are reported as they are done,
					 * not in their order */
	bool		 tries_again;	/* at least 1 alone; else a crash is
					 * the result at once */
	/* What a worker does, and one that works alone: see worker.h. */
	child_body	*work;
	child_body	*work_alone;
	void		*work_argument;	/* borrowed */
};

/*
 * OPTIONS and CALLBACKS are copied. Nothing happens before the first
 * pool_wake.
 */
struct pool	*pool_new(struct event_base *base,
		    const struct pool_options *options,
		    const struct pool_callbacks *callbacks);
/*
 * Ends all workers; tasks under way are dropped without a callback. Returns
 * what was wrong with the end of one that had nothing to do (printable, owned
 * by the caller); NULL: nothing. NULL is fine.
 */
char		*pool_free(struct pool *pool);
/* Starts more tasks, as far as there is room. */
void		 pool_wake(struct pool *pool);
/*
 * Reports what is done, although earlier tasks are not: for a run that is cut
 * short.
 */
void		 pool_give_up(struct pool *pool);

/* Tasks reported so far, and tasks under way. */
size_t		 pool_reported(const struct pool *pool);
size_t		 pool_running(const struct pool *pool);
/*
 * What the task whose turn it is waits for, as audit_waits_for. Owned by the
 * caller; NULL: none is under way.
 */
char		*pool_waits_for(const struct pool *pool);

#endif
