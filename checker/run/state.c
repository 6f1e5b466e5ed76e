#include "checker/run/state_parts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/history.h"
#include "checker/evidence/host_dns.h"
#include "checker/evidence/sightings.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/*
 * Octets of a line, about: of an owner or a server with its numbers, and of a
 * record or a certificate with its, beside what is of any length.
 */
#define LINE_OCTETS		256
#define RECORD_OCTETS		160
#define CERTIFICATE_OCTETS	400
#define ANCHOR_OCTETS		(2 * CHAIN_DIGEST + 3)
/* What a character may become in JSON: \u1234. */
#define ESCAPED_OCTETS		6

void
state_free(struct state *state)
{
	size_t i;

	if (state == NULL)
		return;
	for (i = 0; i < state->owner_count; i++)
		sightings_free(state->owners[i]);
	free(state->owners);
	for (i = 0; i < state->server_count; i++)
		history_clear(&state->servers[i]);
	free(state->servers);
	free(state);
}

/* --- Order */

static size_t
owner_octets(const struct sightings *sightings)
{
	size_t i, octets = LINE_OCTETS + strlen(sightings->owner);

	for (i = 0; i < sightings->count; i++)
		octets += RECORD_OCTETS + 2 * sightings->records[i].size;
	return octets;
}

static size_t
server_octets(const struct history *history)
{
	size_t i, octets = LINE_OCTETS + strlen(history->host);

	for (i = 0; i < history->count; i++)
		octets += CERTIFICATE_OCTETS + ESCAPED_OCTETS *
		    strlen(history->items[i].issuer) +
		    ANCHOR_OCTETS * history->items[i].anchor_count;
	return octets;
}

static int
by_owner(const void *a, const void *b)
{
	const struct sightings *const *left = a, *const *right = b;

	return strcmp((*left)->owner, (*right)->owner);
}

static int
by_server(const void *a, const void *b)
{
	const struct history *left = a, *right = b;
	int order = strcmp(left->host, right->host);

	if (order == 0)
		order = address_compare(&left->address, &right->address);
	return order != 0 ? order :
	    (left->key_type > right->key_type) -
	    (left->key_type < right->key_type);
}

static int
by_time(time_t a, time_t b)
{
	return (a > b) - (a < b);
}

/* Those of one owner, or server, by time. */
static int
by_owner_and_time(const void *a, const void *b)
{
	const struct sightings *const *left = a, *const *right = b;
	const int order = by_owner(a, b);

	return order != 0 ? order :
	    by_time((*left)->checked_at, (*right)->checked_at);
}

static int
by_server_and_time(const void *a, const void *b)
{
	const struct history *left = a, *right = b;
	const int order = by_server(a, b);

	return order != 0 ? order :
	    by_time(left->checked_at, right->checked_at);
}

/* Those that were checked last come first. */
static int
by_owner_age(const void *a, const void *b)
{
	const struct sightings *const *left = a, *const *right = b;

	return by_time((*right)->checked_at, (*left)->checked_at);
}

static int
by_server_age(const void *a, const void *b)
{
	const struct history *left = a, *right = b;

	return by_time(right->checked_at, left->checked_at);
}

typedef int	by_rule(const void *a, const void *b);

static void
sort(void *items, size_t count, size_t size, by_rule *rule)
{
	if (count > 1)
		qsort(items, count, size, rule);
}

static void
sort_owners(struct state *state, by_rule *rule)
{
	sort(state->owners, state->owner_count, sizeof(struct sightings *),
	    rule);
}

static void
sort_servers(struct state *state, by_rule *rule)
{
	sort(state->servers, state->server_count, sizeof(*state->servers),
	    rule);
}

const char *
state_settle(struct state *state)
{
	size_t i;

	sort_owners(state, by_owner);
	sort_servers(state, by_server);
	for (i = 0; i < state->owner_count; i++) {
		state->octets += owner_octets(state->owners[i]);
		if (i > 0 && by_owner(&state->owners[i - 1],
		    &state->owners[i]) == 0)
			return state->owners[i]->owner;
	}
	for (i = 0; i < state->server_count; i++) {
		state->octets += server_octets(&state->servers[i]);
		if (i > 0 && by_server(&state->servers[i - 1],
		    &state->servers[i]) == 0)
			return state->servers[i].host;
	}
	return NULL;
}

/* --- Knowing */

/* Among the first COUNT, which are sorted. */
static struct sightings **
find_owner(const struct state *state, size_t count, const char *owner)
{
	const struct sightings wanted = { .owner = (char *)(uintptr_t)owner };
	const struct sightings *const key = &wanted;

	return count == 0 ? NULL : bsearch(&key, state->owners, count,
	    sizeof(struct sightings *), by_owner);
}

const struct sightings *
state_find(const struct state *state, const char *owner)
{
	struct sightings **found = find_owner(state, state->owner_count,
	    owner);

	return found != NULL ? *found : NULL;
}

/* The first server of the host, or of one behind it. */
static size_t
find_host(const struct state *state, const char *host)
{
	size_t low = 0, high = state->server_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(state->servers[middle].host, host) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
has_address(const struct host_evidence *host, const struct history *server)
{
	size_t i;

	for (i = 0; i < host->endpoint_count; i++) {
		if (address_compare(&host->endpoints[i].address,
		    &server->address) == 0)
			return true;
	}
	return false;
}

static void
recall_servers(const struct state *state, struct host_evidence *host)
{
	size_t i;

	for (i = find_host(state, host->name); i < state->server_count &&
	    strcmp(state->servers[i].host, host->name) == 0; i++) {
		if (!has_address(host, &state->servers[i]))
			continue;
		host->histories = memory_grow(host->histories,
		    host->history_count, sizeof(*host->histories));
		history_copy(&host->histories[host->history_count++],
		    &state->servers[i]);
	}
}

static void
recall_owners(const struct state *state, struct host_evidence *host)
{
	const char *base;
	char *owner;
	size_t i;

	for (i = 0; i < EVIDENCE_BASES; i++) {
		base = host_dns_base_domain(host, i);
		if (base == NULL)
			return;
		owner = name_tlsa_owner(host->port, base);
		if (owner != NULL)
			host->known[i] = sightings_copy(state_find(state,
			    owner));
		free(owner);
	}
}

void
state_recall(const struct state *state, struct evidence *evidence,
    bool from_servers)
{
	size_t i;

	evidence->remembers = true;
	for (i = 0; i < evidence->host_count; i++) {
		recall_owners(state, &evidence->hosts[i]);
		if (from_servers)
			recall_servers(state, &evidence->hosts[i]);
	}
}

/* --- Learning */

static void
see_host(struct state_seen *seen, const struct host_evidence *host)
{
	size_t i;

	for (i = 0; i < EVIDENCE_BASES; i++) {
		if (host->judged.seen[i] == NULL)
			continue;
		seen->owners = memory_grow(seen->owners, seen->owner_count,
		    sizeof(struct sightings *));
		seen->owners[seen->owner_count++] =
		    sightings_copy(host->judged.seen[i]);
	}
}

static void
see_servers(struct state_seen *seen, const struct host_evidence *host,
    time_t when)
{
	struct history history;
	size_t i;
	int type;

	for (i = 0; i < host->endpoint_count; i++) {
		for (type = 0; type < KEY_TYPES; type++) {
			if (!history_see(&history, host, &host->endpoints[i],
			    (enum key_type)type, when))
				continue;
			seen->servers = memory_grow(seen->servers,
			    seen->server_count, sizeof(history));
			seen->servers[seen->server_count++] = history;
		}
	}
}

void
state_seen_add(struct state_seen *seen, const struct evidence *evidence,
    bool from_servers)
{
	size_t i;

	for (i = 0; i < evidence->host_count; i++) {
		see_host(seen, &evidence->hosts[i]);
		if (from_servers)
			see_servers(seen, &evidence->hosts[i],
			    evidence->checked_at);
	}
}

void
state_seen_clear(struct state_seen *seen)
{
	size_t i;

	for (i = 0; i < seen->owner_count; i++)
		sightings_free(seen->owners[i]);
	free(seen->owners);
	for (i = 0; i < seen->server_count; i++)
		history_clear(&seen->servers[i]);
	free(seen->servers);
	*seen = (struct state_seen){ NULL, 0, NULL, 0 };
}

/*
 * The owner among the first OLD, which are sorted, or the last. There is room
 * for one more.
 */
static struct sightings *
find_or_add_owner(struct state *state, size_t old, const char *owner)
{
	struct sightings **found = find_owner(state, old, owner), *last;

	if (found != NULL)
		return *found;
	last = state->owner_count > old ?
	    state->owners[state->owner_count - 1] : NULL;
	if (last != NULL && strcmp(last->owner, owner) == 0)
		return last;
	last = sightings_new(owner);
	state->owners[state->owner_count++] = last;
	state->octets += owner_octets(last);
	return last;
}

static void
add_owners(struct state *state, const struct state_seen *seen)
{
	const size_t old = state->owner_count;
	struct sightings *known;
	size_t i;

	if (seen->owner_count == 0)
		return;
	state->owners = memory_resize(state->owners,
	    (old + seen->owner_count) * sizeof(struct sightings *));
	sort(seen->owners, seen->owner_count, sizeof(struct sightings *),
	    by_owner_and_time);
	for (i = 0; i < seen->owner_count; i++) {
		known = find_or_add_owner(state, old, seen->owners[i]->owner);
		state->octets -= owner_octets(known);
		sightings_merge(known, seen->owners[i]);
		state->octets += owner_octets(known);
	}
}

/* The same of a server. */
static struct history *
find_or_add_server(struct state *state, size_t old, const struct history *seen)
{
	struct history *found = old == 0 ? NULL : bsearch(seen, state->servers,
	    old, sizeof(*seen), by_server);

	if (found != NULL)
		return found;
	if (state->server_count > old && by_server(
	    &state->servers[state->server_count - 1], seen) == 0)
		return &state->servers[state->server_count - 1];
	found = &state->servers[state->server_count++];
	*found = (struct history){
		.host = memory_string(seen->host),
		.address = seen->address,
		.key_type = seen->key_type,
	};
	state->octets += server_octets(found);
	return found;
}

static void
add_servers(struct state *state, const struct state_seen *seen)
{
	const size_t old = state->server_count;
	struct history *known;
	size_t i;

	if (seen->server_count == 0)
		return;
	state->servers = memory_resize(state->servers,
	    (old + seen->server_count) * sizeof(*state->servers));
	sort(seen->servers, seen->server_count, sizeof(*seen->servers),
	    by_server_and_time);
	for (i = 0; i < seen->server_count; i++) {
		known = find_or_add_server(state, old, &seen->servers[i]);
		state->octets -= server_octets(known);
		history_merge(known, &seen->servers[i]);
		state->octets += server_octets(known);
	}
}

static bool
is_full(const struct state *state, size_t count)
{
	return count > STATE_OWNERS_MAX || state->octets > STATE_SIZE_MAX;
}

/* Servers first: what is known of records, switches depend on. */
static size_t
make_room(struct state *state)
{
	const size_t before = state->owner_count + state->server_count;
	struct history *server;
	struct sightings *last;

	if (!is_full(state, state->server_count) &&
	    !is_full(state, state->owner_count))
		return 0;
	sort_servers(state, by_server_age);
	while (state->server_count > 0 && is_full(state, state->server_count)) {
		server = &state->servers[--state->server_count];
		state->octets -= server_octets(server);
		history_clear(server);
	}
	sort_owners(state, by_owner_age);
	while (state->owner_count > 0 && is_full(state, state->owner_count)) {
		last = state->owners[--state->owner_count];
		state->octets -= owner_octets(last);
		sightings_free(last);
	}
	return before - state->owner_count - state->server_count;
}

size_t
state_add(struct state *state, struct state_seen *seen)
{
	size_t forgotten;

	add_owners(state, seen);
	add_servers(state, seen);
	forgotten = make_room(state);
	sort_owners(state, by_owner);
	sort_servers(state, by_server);
	return forgotten;
}
