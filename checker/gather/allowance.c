#include "checker/gather/allowance.h"

#include <event2/event.h>
#include <stdlib.h>

#include "resolver/clock.h"
#include "resolver/memory.h"

struct allowance {
	struct event		*timer;		/* owned */
	double			 seconds;
	double			 left;		/* of these, to be charged */
	double			 credit;	/* that can still be had */
	double			 looked_at;	/* see clock.h */
	bool			 waited;	/* then */
	allowance_waits		*waits;
	allowance_over		*over;
	void			*argument;	/* borrowed */
};

/* Until the next look, or the end. */
static void
set_timer(struct allowance *allowance)
{
	double delay = allowance->seconds / ALLOWANCE_LOOKS;
	struct timeval limit;

	if (delay > 1)
		delay = 1;
	if (delay > allowance->left)
		delay = allowance->left;
	limit = clock_timeval(delay);
	if (evtimer_add(allowance->timer, &limit) == -1)
		abort();
}

/* Charges what has passed since the last look, or takes it off the credit. */
static void
charge(struct allowance *allowance, bool waits)
{
	const double now = clock_monotonic();
	const double passed = now - allowance->looked_at;
	double free = 0;

	if (waits && allowance->waited)
		free = passed < allowance->credit ? passed : allowance->credit;
	allowance->credit -= free;
	allowance->left -= passed - free;
	allowance->looked_at = now;
	allowance->waited = waits;
}

static void
on_look(evutil_socket_t fd, short what, void *argument)
{
	struct allowance *allowance = argument;

	(void)fd;
	(void)what;
	charge(allowance, allowance->waits(allowance->argument));
	if (allowance->left > 0)
		set_timer(allowance);
	else
		allowance->over(allowance->argument);
}

struct allowance *
allowance_start(struct event_base *base, double seconds,
    allowance_waits *waits, allowance_over *over, void *argument)
{
	struct allowance *allowance = memory_new(1, sizeof(*allowance));

	allowance->seconds = allowance->left = allowance->credit = seconds;
	allowance->looked_at = clock_monotonic();
	allowance->waits = waits;
	allowance->over = over;
	allowance->argument = argument;
	allowance->timer = evtimer_new(base, on_look, allowance);
	if (allowance->timer == NULL)
		abort();
	set_timer(allowance);
	return allowance;
}

void
allowance_cancel(struct allowance *allowance)
{
	event_free(allowance->timer);
	free(allowance);
}

double
allowance_longest(double seconds)
{
	return 2 * seconds;
}
