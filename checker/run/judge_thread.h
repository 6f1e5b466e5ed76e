/*
 * A thread beside the event loop, for judging: what a domain's servers present
 * may take a second to verify, in which the loop has the conversations of other
 * domains to keep, and their time limits.
 *
 * Work is done in the order in which it is given, one piece at a time. What it
 * works on belongs to it from judge_thread_give() until its callback.
 */
#ifndef CHECKER_RUN_JUDGE_THREAD_H
#define CHECKER_RUN_JUDGE_THREAD_H

struct event_base;
struct judge_thread;

/* WORK runs in the thread, and DONE afterwards in the loop. */
struct judge_work {
	void	(*work)(void *argument);
	void	(*done)(void *argument);
	void	 *argument;		/* borrowed until DONE */
};

/*
 * The thread itself starts with the first piece of work: what the process gives
 * up before that, it has given up as well. BASE must outlive it. Owned by the
 * caller.
 */
struct judge_thread *
	judge_thread_new(struct event_base *base);
/*
 * Waits for the end of the work at hand, and drops the rest; no callback runs.
 * NULL is fine.
 */
void	judge_thread_free(struct judge_thread *thread);

/*
 * To be called from the loop. WORK is copied. Where the system has no thread to
 * spare, it is done at once.
 */
void	judge_thread_give(struct judge_thread *thread,
	    const struct judge_work *work);

#endif
