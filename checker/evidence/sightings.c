#include "checker/evidence/sightings.h"

#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"

/*
 * What was seen so much later than now (seconds) was seen by a clock that was
 * wrong, and is not known. Less is how long another run may take.
 */
#define FUTURE (24 * 60 * 60)

struct sightings *
sightings_new(const char *owner)
{
	struct sightings *sightings = memory_new(1, sizeof(*sightings));

	sightings->owner = memory_string(owner);
	return sightings;
}

static void
clear_records(struct sightings *sightings)
{
	size_t i;

	for (i = 0; i < sightings->count; i++)
		free(sightings->records[i].data);
	free(sightings->records);
	sightings->records = NULL;
	sightings->count = 0;
}

struct sightings *
sightings_copy(const struct sightings *sightings)
{
	struct sightings *copy;
	struct sighting *record;
	size_t i;

	if (sightings == NULL)
		return NULL;
	copy = memory_new(1, sizeof(*copy));
	*copy = *sightings;
	copy->owner = memory_string(sightings->owner);
	copy->records = memory_new(copy->count, sizeof(*copy->records));
	for (i = 0; i < copy->count; i++) {
		record = &copy->records[i];
		*record = sightings->records[i];
		record->data = memory_copy(record->data, record->size);
	}
	return copy;
}

void
sightings_free(struct sightings *sightings)
{
	if (sightings == NULL)
		return;
	clear_records(sightings);
	free(sightings->owner);
	free(sightings);
}

/* Less than, equal to or more than 0: as the record's RDATA is to DATA. */
static int
compare_data(const struct sighting *record, const uint8_t *data, size_t size)
{
	const size_t shared = record->size < size ? record->size : size;
	const int order = memcmp(record->data, data, shared);

	return order != 0 ? order :
	    (record->size > size) - (record->size < size);
}

struct sighting *
sightings_find(const struct sightings *sightings, const uint8_t *data,
    size_t size)
{
	size_t i;

	for (i = 0; i < sightings->count; i++) {
		if (compare_data(&sightings->records[i], data, size) == 0)
			return &sightings->records[i];
	}
	return NULL;
}

static size_t
octets_of(const struct sightings *sightings)
{
	size_t i, octets = 0;

	for (i = 0; i < sightings->count; i++)
		octets += sightings->records[i].size;
	return octets;
}

struct sighting *
sightings_add(struct sightings *sightings, const uint8_t *data, size_t size)
{
	struct sighting *record = sightings_find(sightings, data, size);
	size_t i = 0;

	if (record != NULL)
		return record;
	if (sightings->count == SIGHTINGS_RECORDS_MAX ||
	    size > SIGHTINGS_OCTETS_MAX - octets_of(sightings))
		return NULL;
	while (i < sightings->count &&
	    compare_data(&sightings->records[i], data, size) < 0)
		i++;
	sightings->records = memory_grow(sightings->records, sightings->count,
	    sizeof(*sightings->records));
	record = &sightings->records[i];
	memmove(record + 1, record,
	    (sightings->count++ - i) * sizeof(*record));
	*record = (struct sighting){
		.data = memory_copy(data, size),
		.size = size,
	};
	return record;
}

static time_t
later(time_t a, time_t b)
{
	return a > b ? a : b;
}

static uint32_t
higher(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/*
 * The highest TTL by which a cache may go at WHEN. One that was lowered counts
 * until two of it have passed.
 */
static uint32_t
ttl_at(const struct sightings *known, time_t when)
{
	return when - known->ttl_seen > 2 * (time_t)known->ttl ? 0 :
	    known->ttl;
}

/* What SEEN, a run's, says about a record that is known; NULL: nothing. */
static void
merge_record(struct sightings *known, struct sighting *record,
    const struct sightings *seen, const struct sighting *now)
{
	const time_t when = seen->checked_at;
	const bool missing = now == NULL || now->missing_at != 0;

	if (missing) {
		record->missing_at = later(record->missing_at, when);
		record->first &= now != NULL && now->first;
	}
	if (missing ? record->first_seen > when : record->first_seen != 0)
		return;
	/* It has to be seen from now on. */
	record->ttl = higher(record->ttl, higher(seen->ttl,
	    ttl_at(known, when)));
	record->first_seen = missing || now->first_seen == 0 ? 0 :
	    later(when, known->checked_at);
}

/* Forgets the records that SEEN, which is the last run's, does not have. */
static void
forget(struct sightings *known, const struct sightings *seen)
{
	struct sighting *record;
	size_t i, left = 0;

	for (i = 0; i < known->count; i++) {
		record = &known->records[i];
		if (sightings_find(seen, record->data, record->size) == NULL)
			free(record->data);
		else
			known->records[left++] = *record;
	}
	known->count = left;
}

/* Adds the records of SEEN, which is the last run's, that are new. */
static void
add_new(struct sightings *known, const struct sightings *seen)
{
	const uint32_t before = ttl_at(known, seen->checked_at);
	const uint32_t ttl = higher(seen->ttl, before);
	/* Others that were there may be in caches as long as their TTL. */
	const bool none = known->checked_at != 0 && known->count == 0 &&
	    before == 0;
	const struct sighting *now;
	struct sighting *record;
	size_t i;

	for (i = 0; i < seen->count; i++) {
		now = &seen->records[i];
		if (sightings_find(known, now->data, now->size) != NULL)
			continue;
		record = sightings_add(known, now->data, now->size);
		if (record == NULL)
			continue;
		record->first_seen = now->first_seen;
		record->missing_at = later(known->checked_at,
		    now->missing_at);
		record->ttl = ttl;
		record->first = none && now->first;
	}
}

static void
merge_ttl(struct sightings *known, const struct sightings *seen)
{
	if (seen->count == 0) {
		known->denial_ttl = seen->denial_ttl;
	} else if (seen->ttl >= ttl_at(known, seen->checked_at)) {
		known->ttl = seen->ttl;
		known->ttl_seen = seen->checked_at;
	}
}

void
sightings_merge(struct sightings *known, const struct sightings *seen)
{
	struct sighting *record;
	size_t i;

	if (known->checked_at > seen->checked_at + FUTURE) {
		clear_records(known);
		known->checked_at = known->ttl_seen = 0;
		known->ttl = known->denial_ttl = 0;
	}
	for (i = 0; i < known->count; i++) {
		record = &known->records[i];
		merge_record(known, record, seen, sightings_find(seen,
		    record->data, record->size));
	}
	if (seen->checked_at < known->checked_at)
		return;
	forget(known, seen);
	add_new(known, seen);
	merge_ttl(known, seen);
	known->checked_at = seen->checked_at;
}
