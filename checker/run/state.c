#include "checker/run/state_parts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/host_dns.h"
#include "checker/evidence/sightings.h"
#include "checker/report/json_put.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

/*
 * Octets of a line, about: of an owner with its numbers, and of a record with
 * its, beside those of its RDATA in hexadecimal.
 */
#define OWNER_OCTETS	256
#define RECORD_OCTETS	160

void
state_free(struct state *state)
{
	size_t i;

	if (state == NULL)
		return;
	for (i = 0; i < state->count; i++)
		sightings_free(state->owners[i]);
	free(state->owners);
	free(state);
}

static size_t
octets_of(const struct sightings *sightings)
{
	size_t i, octets = OWNER_OCTETS + strlen(sightings->owner);

	for (i = 0; i < sightings->count; i++)
		octets += RECORD_OCTETS + 2 * sightings->records[i].size;
	return octets;
}

static int
by_owner(const void *a, const void *b)
{
	const struct sightings *const *left = a, *const *right = b;

	return strcmp((*left)->owner, (*right)->owner);
}

static void
sort(struct state *state, int (*order)(const void *, const void *))
{
	if (state->count > 1)
		qsort(state->owners, state->count, sizeof(struct sightings *),
		    order);
}

const char *
state_settle(struct state *state)
{
	size_t i;

	sort(state, by_owner);
	for (i = 0; i < state->count; i++) {
		state->octets += octets_of(state->owners[i]);
		if (i > 0 && by_owner(&state->owners[i - 1],
		    &state->owners[i]) == 0)
			return state->owners[i]->owner;
	}
	return NULL;
}

/* --- Knowing */

static struct sightings **
find(const struct state *state, size_t count, const char *owner)
{
	const struct sightings wanted = { .owner = (char *)(uintptr_t)owner };
	const struct sightings *const key = &wanted;

	return count == 0 ? NULL : bsearch(&key, state->owners, count,
	    sizeof(struct sightings *), by_owner);
}

const struct sightings *
state_find(const struct state *state, const char *owner)
{
	struct sightings **found = find(state, state->count, owner);

	return found != NULL ? *found : NULL;
}

void
state_recall(const struct state *state, struct evidence *evidence)
{
	struct host_evidence *host;
	const char *base;
	size_t i, j;
	char *owner;

	evidence->remembers = true;
	for (i = 0; i < evidence->host_count; i++) {
		host = &evidence->hosts[i];
		for (j = 0; j < EVIDENCE_BASES; j++) {
			base = host_dns_base_domain(host, j);
			if (base == NULL)
				break;
			owner = name_tlsa_owner(host->port, base);
			if (owner != NULL)
				host->known[j] = sightings_copy(
				    state_find(state, owner));
			free(owner);
		}
	}
}

/* By owner, and those of one owner by time. */
static int
by_owner_and_time(const void *a, const void *b)
{
	const struct sightings *const *left = a, *const *right = b;
	const int order = by_owner(a, b);

	if (order != 0)
		return order;
	return ((*left)->checked_at > (*right)->checked_at) -
	    ((*left)->checked_at < (*right)->checked_at);
}

/* Those that were checked last come first. */
static int
by_age(const void *a, const void *b)
{
	const struct sightings *const *left = a, *const *right = b;

	return ((*left)->checked_at < (*right)->checked_at) -
	    ((*left)->checked_at > (*right)->checked_at);
}

/* Forgets those that were checked longest ago, until the limits are kept. */
static size_t
make_room(struct state *state)
{
	size_t forgotten = 0;
	struct sightings *last;

	if (state->count <= STATE_OWNERS_MAX &&
	    state->octets <= STATE_SIZE_MAX)
		return 0;
	sort(state, by_age);
	while (state->count > STATE_OWNERS_MAX ||
	    state->octets > STATE_SIZE_MAX) {
		last = state->owners[--state->count];
		state->octets -= octets_of(last);
		sightings_free(last);
		forgotten++;
	}
	return forgotten;
}

/* The owner among the first OLD, which are sorted, or the last. */
static struct sightings *
find_or_append(struct state *state, size_t old, const char *owner)
{
	struct sightings **found = find(state, old, owner), *last;

	if (found != NULL)
		return *found;
	last = state->count > old ? state->owners[state->count - 1] : NULL;
	if (last != NULL && strcmp(last->owner, owner) == 0)
		return last;
	last = sightings_new(owner);
	state->owners = memory_grow(state->owners, state->count,
	    sizeof(struct sightings *));
	state->owners[state->count++] = last;
	state->octets += octets_of(last);
	return last;
}

size_t
state_add(struct state *state, struct sightings **seen, size_t count)
{
	const size_t old = state->count;
	struct sightings *known;
	size_t i, forgotten;

	if (count > 1)
		qsort(seen, count, sizeof(*seen), by_owner_and_time);
	for (i = 0; i < count; i++) {
		known = find_or_append(state, old, seen[i]->owner);
		state->octets -= octets_of(known);
		sightings_merge(known, seen[i]);
		state->octets += octets_of(known);
	}
	forgotten = make_room(state);
	sort(state, by_owner);
	return forgotten;
}

/* --- Writing */

static void
put_time(struct json_put *json, const char *key, time_t when)
{
	json_put_owned(json, key, when != 0 ? text_time(when) : NULL);
}

static void
put_record(struct json_put *json, const struct sighting *record)
{
	json_put_object(json, NULL);
	json_put_owned(json, "rdata", text_hex(record->data, record->size));
	put_time(json, "first_seen", record->first_seen);
	put_time(json, "missing_at", record->missing_at);
	json_put_number(json, "ttl", record->ttl);
	json_put_flag(json, "first", record->first);
	json_put_object_end(json);
}

static void
put_owner(FILE *out, const struct sightings *sightings)
{
	struct json_put json = { .out = out };
	size_t i;

	json_put_object(&json, NULL);
	json_put_text(&json, "owner", sightings->owner);
	put_time(&json, "checked_at", sightings->checked_at);
	json_put_number(&json, "ttl", sightings->ttl);
	put_time(&json, "ttl_seen", sightings->ttl_seen);
	json_put_number(&json, "denial_ttl", sightings->denial_ttl);
	json_put_array(&json, "tlsa");
	for (i = 0; i < sightings->count; i++)
		put_record(&json, &sightings->records[i]);
	json_put_array_end(&json);
	json_put_object_end(&json);
	json_put_line_end(&json);
}

bool
state_write(const struct state *state, FILE *out)
{
	size_t i;

	fprintf(out, "{\"mxdane_state\":%d,\"owners\":[\n", STATE_VERSION);
	for (i = 0; i < state->count; i++) {
		if (i > 0)
			fputc(',', out);
		put_owner(out, state->owners[i]);
	}
	fputs("]}\n", out);
	return fflush(out) == 0 && ferror(out) == 0;
}
