/*
 * The monotonic clock, and lengths of time in the forms that libraries want.
 * The wall clock is not here: it is read once and passed down.
 */
#ifndef RESOLVER_CLOCK_H
#define RESOLVER_CLOCK_H

#include <sys/time.h>
#include <time.h>

/*
 * Seconds since an arbitrary moment; never goes back. Only differences mean
 * something.
 */
double		clock_monotonic(void);

/* SECONDS (0 or more) as libevent and nanosleep take them. */
struct timeval	clock_timeval(double seconds);
struct timespec	clock_timespec(double seconds);

#endif
