/*
 * The signals that end a run: SIGINT, SIGTERM and SIGHUP. One that is ignored
 * when the program starts stays ignored (nohup(1)).
 */
#ifndef CHECKER_RUN_SIGNALS_H
#define CHECKER_RUN_SIGNALS_H

struct event;
struct event_base;

#define SIGNALS_COUNT 3

/* All zero: no signal is watched, none has come. */
struct signals {
	struct event_base	*base;		/* borrowed */
	struct event		*events[SIGNALS_COUNT];	/* owned; NULL: ignored
							 * or not watched */
	int			 caught;	/* the last one; 0: none */
};

/* From now on a signal breaks the loop of BASE, and is in `caught`. */
void	signals_watch(struct signals *signals, struct event_base *base);
/* From now on a signal does what it did before; `caught` stays. */
void	signals_release(struct signals *signals);
/* Ignores them for the rest of the program. */
void	signals_ignore(void);
/* Ends the process by signal NUMBER, as if it had not been caught. */
void	signals_raise(int number);

#endif
