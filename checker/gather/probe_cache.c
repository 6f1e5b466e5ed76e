#include "checker/gather/probe_cache.h"

#include <event2/event.h>
#include <stdlib.h>

#include "checker/gather/endpoint.h"
#include "resolver/clock.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/trace.h"

/* A server at an address, under a name: what is seen there, for all who ask. */
struct probe_entry {
	struct probe_cache			*probe_cache;	/* borrowed */
	char				*server_name;	/* owned */
	struct endpoint_evidence	 seen;
	struct endpoint_gathering	*gathering;	/* owned, NULL: over */
	double				 ended;		/* see clock.h; or 0 */
	struct probe_waiter *waiters;			/* borrowed; who wait */
	struct event			*tell;		/* owned; see on_tell */
	struct probe_entry *next;			/* owned, earlier */
};

struct probe_cache {
	struct probe_entry *latest; /* owned; a list, as last asked for */
};

/* Who waits for what is seen there. */
struct probe_waiter {
	struct probe_entry			*entry;		/* borrowed */
	struct endpoint_evidence	*evidence;	/* borrowed */
	probe_cache_done			*done;
	void				*argument;	/* borrowed */
	struct probe_waiter *next;			/* borrowed, later */
};

static void
entry_free(struct probe_entry *entry)
{
	endpoint_cancel(entry->gathering);
	evidence_endpoint_clear(&entry->seen);
	event_free(entry->tell);
	free(entry->server_name);
	free(entry);
}

/* Takes the place out of the list. */
static void
unlist(struct probe_entry *entry)
{
	struct probe_entry **link = &entry->probe_cache->latest;

	while (*link != entry)
		link = &(*link)->next;
	*link = entry->next;
}

static bool
is_forgettable(const struct probe_entry *entry)
{
	return entry->gathering == NULL && entry->waiters == NULL;
}

/* Forgets what is too old, and what is too much: memory is bounded. */
static void
forget(struct probe_cache *probe_cache)
{
	const double now = clock_monotonic();
	struct probe_entry **link = &probe_cache->latest, *entry;
	size_t kept = 0;

	while ((entry = *link) != NULL) {
		if (is_forgettable(entry) && (kept == PROBE_CACHE_KEPT ||
		    now - entry->ended > PROBE_CACHE_FRESH)) {
			*link = entry->next;
			entry_free(entry);
			continue;
		}
		kept += is_forgettable(entry);
		link = &entry->next;
	}
}

static void
fill_in(const struct probe_waiter *waiter, const struct endpoint_evidence *seen)
{
	evidence_endpoint_clear(waiter->evidence);
	evidence_endpoint_copy(waiter->evidence, seen);
}

/* Takes the visit off the list of those who wait. */
static void
leave(struct probe_waiter *waiter)
{
	struct probe_waiter **link = &waiter->entry->waiters;

	while (*link != waiter)
		link = &(*link)->next;
	*link = waiter->next;
}

/*
 * Tells the one who waits longest, and comes back for the others: a callback
 * may start and stop visits, so that nothing is done after it.
 */
static void
on_tell(evutil_socket_t fd, short what, void *argument)
{
	struct probe_entry *entry = argument;
	struct probe_waiter *waiter = entry->waiters, told;

	(void)fd;
	(void)what;
	if (waiter == NULL)
		return;
	leave(waiter);
	fill_in(waiter, &entry->seen);
	if (entry->waiters != NULL)
		event_active(entry->tell, EV_TIMEOUT, 0);
	told = *waiter;
	free(waiter);
	told.done(told.evidence, told.argument);
}

static void
on_endpoint(struct endpoint_evidence *endpoint, void *argument)
{
	struct probe_entry *entry = argument;

	(void)endpoint;
	entry->gathering = NULL;
	entry->ended = clock_monotonic();
	event_active(entry->tell, EV_TIMEOUT, 0);
}

static struct probe_entry *
entry_new(const struct context *context, const struct address *address,
    const char *server_name)
{
	struct probe_entry *entry = memory_new(1, sizeof(*entry));

	entry->probe_cache = context->probe_cache;
	entry->server_name = memory_string(server_name);
	entry->seen.address = *address;
	entry->tell = event_new(context->base, -1, 0, on_tell, entry);
	if (entry->tell == NULL)
		abort();
	entry->gathering = endpoint_start(context, &entry->seen,
	    entry->server_name, on_endpoint, entry);
	return entry;
}

static struct probe_entry *
find(const struct probe_cache *probe_cache, const struct address *address,
    const char *server_name)
{
	struct probe_entry *entry;

	for (entry = probe_cache->latest; entry != NULL; entry = entry->next) {
		if (address_equal(&entry->seen.address, address) &&
		    name_equal(entry->server_name, server_name))
			break;
	}
	return entry;
}

/* The place, at the head of the list: another visitor's or a new one. */
static struct probe_entry *
find_or_start(const struct context *context, const struct address *address,
    const char *server_name)
{
	struct probe_cache *probe_cache = context->probe_cache;
	struct probe_entry *entry;

	forget(probe_cache);
	entry = find(probe_cache, address, server_name);
	if (entry == NULL) {
		entry = entry_new(context, address, server_name);
	} else {
		trace_say(context->trace, TRACE_STEPS, server_name,
		    "has been talked to already in this run");
		unlist(entry);
	}
	entry->next = probe_cache->latest;
	probe_cache->latest = entry;
	return entry;
}

struct probe_waiter *
probe_cache_get(const struct context *context,
    struct endpoint_evidence *endpoint, const char *server_name,
    probe_cache_done *done, void *argument)
{
	struct probe_waiter *waiter = memory_new(1, sizeof(*waiter)), **last;

	waiter->entry = find_or_start(context, &endpoint->address, server_name);
	waiter->evidence = endpoint;
	waiter->done = done;
	waiter->argument = argument;
	for (last = &waiter->entry->waiters; *last != NULL;
	    last = &(*last)->next)
		continue;
	*last = waiter;
	if (waiter->entry->gathering == NULL)
		event_active(waiter->entry->tell, EV_TIMEOUT, 0);
	return waiter;
}

void
probe_cache_leave(struct probe_waiter *waiter, const char *why)
{
	struct endpoint_evidence so_far;
	struct probe_entry *entry;

	if (waiter == NULL)
		return;
	entry = waiter->entry;
	leave(waiter);
	if (entry->gathering == NULL) {
		fill_in(waiter, &entry->seen);
	} else {
		endpoint_so_far(entry->gathering, why, &so_far);
		fill_in(waiter, &so_far);
		evidence_endpoint_clear(&so_far);
	}
	/* Nobody waits any more, and half a visit is no use to others. */
	if (entry->waiters == NULL && entry->gathering != NULL) {
		unlist(entry);
		entry_free(entry);
	}
	free(waiter);
}

char *
probe_cache_waits_for(const struct probe_waiter *waiter)
{
	if (waiter->entry->gathering != NULL)
		return endpoint_waits_for(waiter->entry->gathering);
	return memory_string(waiter->entry->server_name);
}

struct probe_cache *
probe_cache_new(void)
{
	return memory_new(1, sizeof(struct probe_cache));
}

void
probe_cache_free(struct probe_cache *probe_cache)
{
	struct probe_entry *entry, *next;

	if (probe_cache == NULL)
		return;
	for (entry = probe_cache->latest; entry != NULL; entry = next) {
		next = entry->next;
		entry_free(entry);
	}
	free(probe_cache);
}
