#include "tests/unit/support/timeless.h"

#include <event2/event.h>
#include <stdlib.h>

/* What is pending; more than one timer would leave open which is meant. */
struct pending {
	struct event	*timer;		/* borrowed, NULL: none */
	int		 count;
};

static int
note_timer(const struct event_base *base, const struct event *event,
    void *argument)
{
	struct pending *pending = argument;

	(void)base;
	if (event_pending(event, EV_TIMEOUT, NULL)) {
		/* The walk itself must change no event, hence its const. */
		pending->timer = (struct event *)event;
		pending->count++;
	}
	return 0;
}

static struct pending
find_timers(struct event_base *base)
{
	struct pending pending = { NULL, 0 };

	event_base_foreach_event(base, note_timer, &pending);
	return pending;
}

/* A test that means another number of timers than one has nothing to say. */
static struct event *
only_timer(struct event_base *base)
{
	struct pending pending = find_timers(base);

	if (pending.count != 1)
		abort();
	return pending.timer;
}

void
timeless_run(struct event_base *base)
{
	do
		event_base_loop(base, EVLOOP_NONBLOCK);
	while (event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE) > 0);
}

void
timeless_expire(struct event_base *base)
{
	event_active(only_timer(base), EV_TIMEOUT, 0);
	timeless_run(base);
}

void
timeless_postpone(struct event_base *base, int seconds)
{
	const struct timeval delay = { .tv_sec = seconds };

	event_add(only_timer(base), &delay);
}

int
timeless_left(struct event_base *base)
{
	struct timeval due, now;

	event_pending(only_timer(base), EV_TIMEOUT, &due);
	event_base_gettimeofday_cached(base, &now);
	evutil_timersub(&due, &now, &due);
	return (int)due.tv_sec + (due.tv_usec >= 500000);
}

bool
timeless_waits(struct event_base *base)
{
	return find_timers(base).count > 0;
}
