#include "checker/run/signals.h"

#include <event2/event.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

static const int numbers[SIGNALS_COUNT] = { SIGINT, SIGTERM, SIGHUP };

static void
on_signal(evutil_socket_t number, short what, void *argument)
{
	struct signals *signals = argument;

	(void)what;
	signals->caught = (int)number;
	event_base_loopbreak(signals->base);
}

static bool
is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 &&
	    action.sa_handler == SIG_IGN;
}

void
signals_watch(struct signals *signals, struct event_base *base)
{
	struct event *event;
	size_t i;

	signals->base = base;
	for (i = 0; i < SIGNALS_COUNT; i++) {
		if (is_ignored(numbers[i]))
			continue;
		event = evsignal_new(base, numbers[i], on_signal, signals);
		if (event == NULL || event_add(event, NULL) == -1)
			abort();
		signals->events[i] = event;
	}
}

void
signals_release(struct signals *signals)
{
	size_t i;

	for (i = 0; i < SIGNALS_COUNT; i++) {
		if (signals->events[i] != NULL)
			event_free(signals->events[i]);
		signals->events[i] = NULL;
	}
}

void
signals_ignore(void)
{
	size_t i;

	for (i = 0; i < SIGNALS_COUNT; i++)
		signal(numbers[i], SIG_IGN);
}

void
signals_raise(int number)
{
	signal(number, SIG_DFL);
	raise(number);
}
