/*
 * An address that could not be tried is tried again (--retry): what it met may
 * be over soon, as a restart of the server is, or a limit of connections.
 *
 * What came of it first does not count before that of the next attempt is
 * there; but if no time is left for one, it does.
 */
#ifndef CHECKER_GATHER_RETRY_H
#define CHECKER_GATHER_RETRY_H

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"

struct event;
struct event_base;

/*
 * Seconds before the next attempt; but all pauses together take half of the
 * time for a domain at most.
 */
#define RETRY_PAUSE 10

/* Called from the loop: the pause is over. */
typedef void	retry_ready(void *argument);

/* Of one address. All zero: it was not tried yet. */
struct retry {
	struct event		*event;		/* owned; NULL: there was no
						 * pause yet */
	retry_ready		*ready;
	void			*argument;	/* borrowed */
	unsigned int		 made;		/* pauses begun */
	bool			 resting;	/* it is in one */
	/* Owned; what does not count yet. No connections: there is none. */
	struct endpoint_ending	 held;
};

/* Ends a pause, without a callback, and releases what it owns. */
void		 retry_clear(struct retry *retry);

/* Whether a conversation that ended so is to be had once more. */
bool		 retry_wants(const struct retry *retry,
		    const struct gather_options *options,
		    const struct session_result *result);
/*
 * Holds back the result, whose text it takes, and begins a pause. Returns how
 * long it is, in seconds.
 */
double		 retry_begin(struct retry *retry, struct event_base *base,
		    const struct gather_options *options,
		    struct session_result *result, retry_ready *ready,
		    void *argument);
/* The next attempt has a result: what was held back is one that failed. */
void		 retry_settle(struct retry *retry,
		    struct endpoint_evidence *evidence);
/* Whether something is held back. */
bool		 retry_holds(const struct retry *retry);
/* What that is, as a result. Cleared by the caller. */
void		 retry_result(const struct retry *retry,
		    struct session_result *result);

#endif
