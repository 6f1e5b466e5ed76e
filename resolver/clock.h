/*
 * The monotonic clock, and lengths of time in the forms that libraries want.
 * The wall clock is not here: it is read once and handed down.
 */
#ifndef RESOLVER_CLOCK_H
#define RESOLVER_CLOCK_H

#include <sys/time.h>
#include <time.h>

/*
 * Seconds since some moment in the past, which never go back: to be subtracted
 * from each other.
 */
double		clock_monotonic(void);

/* SECONDS, 0 or more, in the form of libevent and of nanosleep. */
struct timeval	clock_timeval(double seconds);
struct timespec	clock_timespec(double seconds);

#endif
