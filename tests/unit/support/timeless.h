/*
 * An event loop in which no time passes. Without sockets, all that happens
 * follows from what happened before: when nothing is left to do, the work waits
 * for its peer or for a time limit, and a test need not wait along with it.
 */
#ifndef TESTS_UNIT_SUPPORT_TIMELESS_H
#define TESTS_UNIT_SUPPORT_TIMELESS_H

#include <stdbool.h>

struct event_base;

/* Until nothing is left to do but to wait. */
void	timeless_run(struct event_base *base);

/* The one timer that is waited for fires, as though its time had come. */
void	timeless_expire(struct event_base *base);

/* Sets that timer anew: it is to fire in SECONDS from now. */
void	timeless_postpone(struct event_base *base, int seconds);

/* In how many seconds it is to fire, rounded. */
int	timeless_left(struct event_base *base);

/* Whether a timer is waited for. */
bool	timeless_waits(struct event_base *base);

#endif
