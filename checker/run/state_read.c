/*
 * Reads the file of --state.
 */
#include "checker/run/state_parts.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/sightings.h"
#include "checker/report/json_take.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

static bool
read_record(const json_t *object, struct sightings *sightings, char **why)
{
	struct sighting *record, read;

	if (!json_take_present(object, "rdata", why) ||
	    !json_take_octets(object, "rdata", SIGHTINGS_OCTETS_MAX,
	    &read.data, &read.size, why))
		return false;
	record = sightings_find(sightings, read.data, read.size) != NULL ?
	    NULL : sightings_add(sightings, read.data, read.size);
	free(read.data);
	if (record == NULL)
		return json_take_wrong(why, "rdata", "is there twice, or one "
		    "too many");
	return json_take_time(object, "first_seen", &record->first_seen,
	    why) &&
	    json_take_time(object, "missing_at", &record->missing_at, why) &&
	    json_take_number(object, "ttl", INT32_MAX, &record->ttl, why) &&
	    json_take_flag(object, "first", &record->first, why);
}

static bool
read_records(const json_t *object, struct sightings *sightings, char **why)
{
	const json_t *array, *item;
	size_t i, count;

	if (!json_take_array(object, "tlsa", SIGHTINGS_RECORDS_MAX, &array,
	    &count, why))
		return false;
	for (i = 0; i < count; i++) {
		if (!json_take_item(array, "tlsa", i, &item, why) ||
		    !json_take_inside_item(read_record(item, sightings, why),
		    "tlsa", i, why))
			return false;
	}
	return true;
}

static bool
read_members(const json_t *object, struct sightings *sightings, char **why)
{
	return json_take_time(object, "checked_at", &sightings->checked_at,
	    why) &&
	    json_take_number(object, "ttl", INT32_MAX, &sightings->ttl,
	    why) &&
	    json_take_time(object, "ttl_seen", &sightings->ttl_seen, why) &&
	    json_take_number(object, "denial_ttl", INT32_MAX,
	    &sightings->denial_ttl, why) &&
	    read_records(object, sightings, why);
}

static bool
read_owner(const json_t *object, struct state *state, char **why)
{
	struct sightings *sightings;
	const char *owner;

	if (!json_take_present(object, "owner", why) ||
	    !json_take_string(object, "owner", &owner, why))
		return false;
	if (!name_is_normal(owner, strlen(owner)))
		return json_take_wrong(why, "owner", "not a domain name");
	sightings = sightings_new(owner);
	state->owners = memory_grow(state->owners, state->count,
	    sizeof(struct sightings *));
	state->owners[state->count++] = sightings;
	return read_members(object, sightings, why);
}

/* Each owner must be there once. */
static bool
settle(struct state *state, char **why)
{
	const char *twice = state_settle(state);
	char *what;

	if (twice == NULL)
		return true;
	what = memory_format("%s is there twice", twice);
	json_take_wrong(why, "owners", what);
	free(what);
	return false;
}

static bool
read_state(const json_t *object, struct state *state, char **why)
{
	const json_t *array, *item;
	unsigned int version;
	size_t i, count;

	if (!json_is_object(object) ||
	    !json_object_get(object, "mxdane_state")) {
		*why = memory_string("not a state of mxdane");
		return false;
	}
	if (!json_take_number(object, "mxdane_state", UINT32_MAX, &version,
	    why))
		return false;
	if (version != STATE_VERSION)
		return json_take_wrong(why, "mxdane_state",
		    "written by a version of mxdane that this one does not "
		    "know");
	if (!json_take_present(object, "owners", why) ||
	    !json_take_array(object, "owners", STATE_OWNERS_MAX, &array,
	    &count, why))
		return false;
	for (i = 0; i < count; i++) {
		if (!json_take_item(array, "owners", i, &item, why) ||
		    !json_take_inside_item(read_owner(item, state, why),
		    "owners", i, why))
			return false;
	}
	return settle(state, why);
}

/* The JSON of a file; NULL: *WHY. */
static json_t *
load(const struct file *file, char **why)
{
	json_error_t error;
	json_t *object;
	char *safe;

	object = json_loadb(file->octets, file->size, JSON_REJECT_DUPLICATES,
	    &error);
	if (object != NULL)
		return object;
	safe = text_printable(error.text, strlen(error.text));
	*why = memory_format("not a state of mxdane: not JSON, at octet %d: "
	    "%s", error.position, safe);
	free(safe);
	return NULL;
}

struct state *
state_parse(const struct file *file, char **why)
{
	struct state *state = memory_new(1, sizeof(*state));
	char *fault = NULL;
	json_t *object;
	bool good = file->size == 0;

	object = good ? NULL : load(file, &fault);
	if (object != NULL)
		good = read_state(object, state, &fault);
	json_decref(object);
	if (good)
		return state;
	*why = memory_format("%s: %s", file->name, fault);
	free(fault);
	state_free(state);
	return NULL;
}
