#include "checker/gather/probe_cache.h"

#include <event2/event.h>
#include <stdlib.h>

#include "resolver/clock.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/trace.h"

/* One server at one address, under one name. */
struct probe_entry {
	struct probe_cache		*cache;		/* borrowed */
	char				*server_name;	/* owned */
	struct endpoint_evidence	 seen;		/* owned */
	struct endpoint_gathering	*probe;		/* owned, NULL: ended */
	double				 ended_at;	/* see clock.h */
	size_t				 octets;	/* of what was seen */
	struct probe_waiter		*waiters;	/* borrowed; a list,
							 * the first to come
							 * is first */
	struct event			*notify;	/* owned; on_notify */
	struct probe_entry		*next;		/* owned */
};

struct probe_cache {
	struct probe_entry *entries;	/* owned; a list, the last to be asked
					 * for is first */
};

struct probe_waiter {
	struct probe_entry		*entry;		/* borrowed */
	struct endpoint_evidence	*evidence;	/* borrowed */
	struct endpoint_request		 request;
	struct probe_waiter		*next;		/* borrowed */
};

static void
entry_free(struct probe_entry *entry)
{
	endpoint_cancel(entry->probe);
	evidence_endpoint_clear(&entry->seen);
	event_free(entry->notify);
	free(entry->server_name);
	free(entry);
}

static void
entry_unlink(struct probe_entry *entry)
{
	struct probe_entry **link = &entry->cache->entries;

	while (*link != entry)
		link = &(*link)->next;
	*link = entry->next;
}

static void
waiter_unlink(struct probe_waiter *waiter)
{
	struct probe_waiter **link = &waiter->entry->waiters;

	while (*link != waiter)
		link = &(*link)->next;
	*link = waiter->next;
}

static bool
is_idle(const struct probe_entry *entry)
{
	return entry->probe == NULL && entry->waiters == NULL;
}

/*
 * Drops the entries that are stale, and the oldest beyond what is kept; none
 * that is in use.
 */
static void
drop_entries(struct probe_cache *cache)
{
	const double now = clock_monotonic();
	struct probe_entry **link = &cache->entries, *entry;
	size_t kept = 0, octets = 0;

	while ((entry = *link) != NULL) {
		octets += entry->octets;
		if (is_idle(entry) && (kept == PROBE_CACHE_KEPT ||
		    octets > PROBE_CACHE_OCTETS ||
		    now - entry->ended_at > PROBE_CACHE_FRESH)) {
			octets -= entry->octets;
			*link = entry->next;
			entry_free(entry);
			continue;
		}
		kept += is_idle(entry);
		link = &entry->next;
	}
}

static void
fill_in(const struct probe_waiter *waiter, const struct endpoint_evidence *seen)
{
	evidence_endpoint_clear(waiter->evidence);
	evidence_endpoint_copy(waiter->evidence, seen);
}

/*
 * Notifies the first waiter, and comes back for the others: the callback may
 * add and remove waiters, and may free the entry, so that nothing is done after
 * it.
 */
static void
on_notify(evutil_socket_t fd, short what, void *argument)
{
	struct probe_entry *entry = argument;
	struct probe_waiter *waiter = entry->waiters, notified;

	(void)fd;
	(void)what;
	if (waiter == NULL)
		return;
	waiter_unlink(waiter);
	fill_in(waiter, &entry->seen);
	if (entry->waiters != NULL)
		event_active(entry->notify, EV_TIMEOUT, 0);
	notified = *waiter;
	free(waiter);
	notified.request.done(notified.evidence, notified.request.argument);
}

static void
on_endpoint(struct endpoint_evidence *endpoint, void *argument)
{
	struct probe_entry *entry = argument;

	(void)endpoint;
	entry->probe = NULL;
	entry->octets = evidence_endpoint_octets(&entry->seen);
	entry->ended_at = clock_monotonic();
	event_active(entry->notify, EV_TIMEOUT, 0);
}

static void
on_spent(double key_cost, void *argument)
{
	const struct probe_entry *entry = argument;
	const struct probe_waiter *waiter = entry->waiters;

	if (waiter != NULL)
		waiter->request.spent(key_cost, waiter->request.argument);
}

static void
on_rests(bool rests, void *argument)
{
	const struct probe_entry *entry = argument;
	const struct probe_waiter *waiter;

	for (waiter = entry->waiters; waiter != NULL; waiter = waiter->next) {
		if (waiter->request.rests != NULL)
			waiter->request.rests(rests, waiter->request.argument);
	}
}

static struct probe_entry *
entry_new(const struct context *context, const struct address *address,
    const struct endpoint_request *request)
{
	struct probe_entry *entry = memory_new(1, sizeof(*entry));
	struct endpoint_request own = *request;

	entry->cache = context->probe_cache;
	entry->server_name = memory_string(request->server_name);
	entry->seen.address = *address;
	entry->notify = event_new(context->base, -1, 0, on_notify, entry);
	if (entry->notify == NULL)
		abort();
	own.server_name = entry->server_name;
	own.done = on_endpoint;
	own.spent = on_spent;
	own.rests = on_rests;
	own.argument = entry;
	entry->probe = endpoint_start(context, &entry->seen, &own);
	return entry;
}

static struct probe_entry *
find_entry(const struct probe_cache *cache, const struct address *address,
    const char *server_name)
{
	struct probe_entry *entry;

	for (entry = cache->entries; entry != NULL; entry = entry->next) {
		if (address_equal(&entry->seen.address, address) &&
		    name_equal(entry->server_name, server_name))
			break;
	}
	return entry;
}

static void
trace_reuse(const struct context *context, const struct probe_entry *entry)
{
	char *address = address_text(&entry->seen.address);
	char *subject = memory_format("%s [%s]", entry->server_name, address);

	trace_say(context->trace, TRACE_STEPS, subject, "%s",
	    entry->probe != NULL ? "is being probed already" :
	    "was probed earlier in this run");
	free(subject);
	free(address);
}

/* Moves the entry to the head of the list; where there is none it is made. */
static struct probe_entry *
touch_entry(const struct context *context, const struct address *address,
    const struct endpoint_request *request)
{
	struct probe_cache *cache = context->probe_cache;
	struct probe_entry *entry;

	drop_entries(cache);
	entry = find_entry(cache, address, request->server_name);
	if (entry == NULL) {
		entry = entry_new(context, address, request);
	} else {
		trace_reuse(context, entry);
		entry_unlink(entry);
	}
	entry->next = cache->entries;
	cache->entries = entry;
	return entry;
}

struct probe_waiter *
probe_cache_get(const struct context *context,
    struct endpoint_evidence *endpoint, const struct endpoint_request *request)
{
	struct probe_waiter *waiter = memory_new(1, sizeof(*waiter)), **last;
	struct probe_entry *entry;

	entry = touch_entry(context, &endpoint->address, request);
	waiter->entry = entry;
	waiter->evidence = endpoint;
	waiter->request = *request;
	last = &entry->waiters;
	while (*last != NULL)
		last = &(*last)->next;
	*last = waiter;
	if (entry->probe == NULL)
		event_active(entry->notify, EV_TIMEOUT, 0);
	return waiter;
}

void
probe_cache_leave(struct probe_waiter *waiter, const struct endpoint_end *end)
{
	struct endpoint_evidence so_far;
	struct probe_entry *entry;

	if (waiter == NULL)
		return;
	entry = waiter->entry;
	waiter_unlink(waiter);
	if (entry->probe == NULL) {
		fill_in(waiter, &entry->seen);
	} else {
		endpoint_so_far(entry->probe, end, &so_far);
		fill_in(waiter, &so_far);
		evidence_endpoint_clear(&so_far);
	}
	/* Half a probe is no use to whoever asks later. */
	if (entry->waiters == NULL && entry->probe != NULL) {
		entry_unlink(entry);
		entry_free(entry);
	}
	free(waiter);
}

bool
probe_cache_is_in_line(const struct probe_waiter *waiter)
{
	return waiter->entry->probe != NULL &&
	    endpoint_is_in_line(waiter->entry->probe);
}

bool
probe_cache_is_resting(const struct probe_waiter *waiter)
{
	return waiter->entry->probe != NULL &&
	    endpoint_is_resting(waiter->entry->probe);
}

bool
probe_cache_is_trying_again(const struct probe_waiter *waiter)
{
	return waiter->entry->probe != NULL &&
	    endpoint_is_trying_again(waiter->entry->probe);
}

char *
probe_cache_waits_for(const struct probe_waiter *waiter)
{
	if (waiter->entry->probe != NULL)
		return endpoint_waits_for(waiter->entry->probe);
	return memory_string(waiter->entry->server_name);
}

struct probe_cache *
probe_cache_new(void)
{
	return memory_new(1, sizeof(struct probe_cache));
}

void
probe_cache_free(struct probe_cache *cache)
{
	struct probe_entry *entry, *next;

	if (cache == NULL)
		return;
	for (entry = cache->entries; entry != NULL; entry = next) {
		next = entry->next;
		entry_free(entry);
	}
	free(cache);
}
