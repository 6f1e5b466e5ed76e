#include "resolver/clock.h"

double
clock_monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct timeval
clock_timeval(double seconds)
{
	const time_t whole = (time_t)seconds;

	return (struct timeval){
		.tv_sec = whole,
		.tv_usec = (suseconds_t)((seconds - (double)whole) * 1e6),
	};
}

struct timespec
clock_timespec(double seconds)
{
	const time_t whole = (time_t)seconds;

	return (struct timespec){
		.tv_sec = whole,
		.tv_nsec = (long)((seconds - (double)whole) * 1e9),
	};
}
