#include "checker/gather/visit.h"

#include <event2/event.h>
#include <stdlib.h>
#include <time.h>

#include "checker/gather/endpoint.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/trace.h"

/* A server at an address, under a name: what is seen there, for all who ask. */
struct place {
	struct visits			*visits;	/* borrowed */
	char				*server_name;	/* owned */
	struct endpoint_evidence	 seen;
	struct endpoint_gathering	*gathering;	/* owned, NULL: over */
	time_t				 ended;		/* monotonic, or 0 */
	struct visit			*guests;	/* borrowed; who wait */
	struct event			*tell;		/* owned; see on_tell */
	struct place			*next;		/* owned, earlier */
};

struct visits {
	struct place	*latest;	/* owned; a list, as last asked for */
};

/* Who waits for what is seen there. */
struct visit {
	struct place			*place;		/* borrowed */
	struct endpoint_evidence	*evidence;	/* borrowed */
	visit_done			*done;
	void				*argument;	/* borrowed */
	struct visit			*next;		/* borrowed, later */
};

static time_t
monotonic_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static void
place_free(struct place *place)
{
	endpoint_cancel(place->gathering);
	evidence_endpoint_clear(&place->seen);
	event_free(place->tell);
	free(place->server_name);
	free(place);
}

/* Takes the place out of the list. */
static void
unlist(struct place *place)
{
	struct place **link = &place->visits->latest;

	while (*link != place)
		link = &(*link)->next;
	*link = place->next;
}

static bool
is_forgettable(const struct place *place)
{
	return place->gathering == NULL && place->guests == NULL;
}

/* Forgets what is too old, and what is too much: memory is bounded. */
static void
forget(struct visits *visits)
{
	const time_t now = monotonic_seconds();
	struct place **link = &visits->latest, *place;
	size_t kept = 0;

	while ((place = *link) != NULL) {
		if (is_forgettable(place) && (kept == VISIT_KEPT ||
		    now - place->ended > VISIT_FRESH)) {
			*link = place->next;
			place_free(place);
			continue;
		}
		kept += is_forgettable(place);
		link = &place->next;
	}
}

static void
fill_in(const struct visit *visit, const struct endpoint_evidence *seen)
{
	evidence_endpoint_clear(visit->evidence);
	evidence_endpoint_copy(visit->evidence, seen);
}

/* Takes the visit off the list of those who wait. */
static void
leave(struct visit *visit)
{
	struct visit **link = &visit->place->guests;

	while (*link != visit)
		link = &(*link)->next;
	*link = visit->next;
}

/*
 * Tells the one who waits longest, and comes back for the others: a callback
 * may start and stop visits, so that nothing is done after it.
 */
static void
on_tell(evutil_socket_t fd, short what, void *argument)
{
	struct place *place = argument;
	struct visit *visit = place->guests, told;

	(void)fd;
	(void)what;
	if (visit == NULL)
		return;
	leave(visit);
	fill_in(visit, &place->seen);
	if (place->guests != NULL)
		event_active(place->tell, EV_TIMEOUT, 0);
	told = *visit;
	free(visit);
	told.done(told.evidence, told.argument);
}

static void
on_endpoint(struct endpoint_evidence *endpoint, void *argument)
{
	struct place *place = argument;

	(void)endpoint;
	place->gathering = NULL;
	place->ended = monotonic_seconds();
	event_active(place->tell, EV_TIMEOUT, 0);
}

static struct place *
place_new(const struct context *context, const struct address *address,
    const char *server_name)
{
	struct place *place = memory_new(1, sizeof(*place));

	place->visits = context->visits;
	place->server_name = memory_string(server_name);
	place->seen.address = *address;
	place->tell = event_new(context->base, -1, 0, on_tell, place);
	if (place->tell == NULL)
		abort();
	place->gathering = endpoint_start(context, &place->seen,
	    place->server_name, on_endpoint, place);
	return place;
}

static struct place *
find(const struct visits *visits, const struct address *address,
    const char *server_name)
{
	struct place *place;

	for (place = visits->latest; place != NULL; place = place->next) {
		if (address_equal(&place->seen.address, address) &&
		    name_equal(place->server_name, server_name))
			break;
	}
	return place;
}

/* The place, at the head of the list: another visitor's or a new one. */
static struct place *
go_to(const struct context *context, const struct address *address,
    const char *server_name)
{
	struct visits *visits = context->visits;
	struct place *place;

	forget(visits);
	place = find(visits, address, server_name);
	if (place == NULL) {
		place = place_new(context, address, server_name);
	} else {
		trace_say(context->trace, TRACE_STEPS, server_name,
		    "has been talked to already in this run");
		unlist(place);
	}
	place->next = visits->latest;
	visits->latest = place;
	return place;
}

struct visit *
visit_start(const struct context *context,
    struct endpoint_evidence *endpoint, const char *server_name,
    visit_done *done, void *argument)
{
	struct visit *visit = memory_new(1, sizeof(*visit)), **last;

	visit->place = go_to(context, &endpoint->address, server_name);
	visit->evidence = endpoint;
	visit->done = done;
	visit->argument = argument;
	for (last = &visit->place->guests; *last != NULL;
	    last = &(*last)->next)
		continue;
	*last = visit;
	if (visit->place->gathering == NULL)
		event_active(visit->place->tell, EV_TIMEOUT, 0);
	return visit;
}

void
visit_stop(struct visit *visit, const char *why)
{
	struct endpoint_evidence so_far;
	struct place *place;

	if (visit == NULL)
		return;
	place = visit->place;
	leave(visit);
	if (place->gathering == NULL) {
		fill_in(visit, &place->seen);
	} else {
		endpoint_so_far(place->gathering, why, &so_far);
		fill_in(visit, &so_far);
		evidence_endpoint_clear(&so_far);
	}
	/* Nobody waits any more, and half a visit is no use to others. */
	if (place->guests == NULL && place->gathering != NULL) {
		unlist(place);
		place_free(place);
	}
	free(visit);
}

char *
visit_waits_for(const struct visit *visit)
{
	if (visit->place->gathering != NULL)
		return endpoint_waits_for(visit->place->gathering);
	return memory_string(visit->place->server_name);
}

struct visits *
visits_new(void)
{
	return memory_new(1, sizeof(struct visits));
}

void
visits_free(struct visits *visits)
{
	struct place *place, *next;

	if (visits == NULL)
		return;
	for (place = visits->latest; place != NULL; place = next) {
		next = place->next;
		place_free(place);
	}
	free(visits);
}
