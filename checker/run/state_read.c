/*
 * Reads the file of --state.
 */
#include "checker/run/state_parts.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/history.h"
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

/* Owned by the caller, if true. */
static bool
read_name(const json_t *object, const char *key, char **name, char **why)
{
	const char *text;

	if (!json_take_present(object, key, why) ||
	    !json_take_string(object, key, &text, why))
		return false;
	if (!name_is_normal(text, strlen(text)))
		return json_take_wrong(why, key, "not a domain name");
	*name = memory_string(text);
	return true;
}

static bool
read_owner(const json_t *object, struct state *state, char **why)
{
	struct sightings *sightings;
	char *owner;

	if (!read_name(object, "owner", &owner, why))
		return false;
	sightings = sightings_new(owner);
	free(owner);
	state->owners = memory_grow(state->owners, state->owner_count,
	    sizeof(struct sightings *));
	state->owners[state->owner_count++] = sightings;
	return read_members(object, sightings, why);
}

/* --- What servers presented */

static bool
read_anchors(const json_t *object, struct past_certificate *past, char **why)
{
	const json_t *array, *item;
	const char *digits;
	size_t i;

	if (!json_take_array(object, "anchors", HISTORY_ANCHORS_MAX, &array,
	    &past->anchor_count, why))
		return false;
	for (i = 0; i < past->anchor_count; i++) {
		item = json_array_get(array, i);
		digits = json_string_value(item);
		if (digits == NULL || !text_from_hex(past->anchors[i],
		    CHAIN_DIGEST, digits))
			return json_take_wrong(why, "anchors",
			    "not the digits of a SHA2-256");
	}
	return true;
}

static bool
read_certificate(const json_t *object, struct history *history, char **why)
{
	struct past_certificate *past;
	char *issuer;

	if (!json_take_present(object, "issuer", why) ||
	    !json_take_text(object, "issuer", &issuer, why))
		return false;
	history->items = memory_grow(history->items, history->count,
	    sizeof(*history->items));
	past = &history->items[history->count++];
	*past = (struct past_certificate){ .issuer = issuer };
	return json_take_digest(object, "cert_sha256", past->cert_sha256,
	    why) &&
	    json_take_digest(object, "spki_sha256", past->spki_sha256, why) &&
	    json_take_time(object, "not_before", &past->not_before, why) &&
	    json_take_time(object, "not_after", &past->not_after, why) &&
	    json_take_time(object, "first_seen", &past->first_seen, why) &&
	    read_anchors(object, past, why);
}

static bool
read_certificates(const json_t *object, struct history *history, char **why)
{
	const json_t *array, *item;
	size_t i, count;

	if (!json_take_array(object, "certificates", HISTORY_MAX, &array,
	    &count, why))
		return false;
	for (i = 0; i < count; i++) {
		if (!json_take_item(array, "certificates", i, &item, why) ||
		    !json_take_inside_item(read_certificate(item, history,
		    why), "certificates", i, why))
			return false;
	}
	return true;
}

static const char *
key_type_word(unsigned int i)
{
	return key_type_name((enum key_type)i);
}

static bool
read_key_type(const json_t *object, struct history *history, char **why)
{
	static const struct json_words words = { key_type_word, KEY_TYPES };
	unsigned int type;

	if (!json_take_present(object, "key_type", why) ||
	    !json_take_word(object, "key_type", &words, &type, why))
		return false;
	history->key_type = (enum key_type)type;
	return true;
}

static bool
read_address(const json_t *object, struct history *history, char **why)
{
	const char *address;
	unsigned int port;

	if (!json_take_present(object, "address", why) ||
	    !json_take_string(object, "address", &address, why) ||
	    !json_take_number(object, "port", UINT16_MAX, &port, why))
		return false;
	return address_from_text(&history->address, address, (uint16_t)port) ||
	    json_take_wrong(why, "address", "not an IP address");
}

static bool
read_server(const json_t *object, struct state *state, char **why)
{
	struct history *history;
	char *host;

	if (!read_name(object, "host", &host, why))
		return false;
	state->servers = memory_grow(state->servers, state->server_count,
	    sizeof(*state->servers));
	history = &state->servers[state->server_count++];
	*history = (struct history){ .host = host };
	return read_address(object, history, why) &&
	    read_key_type(object, history, why) &&
	    json_take_time(object, "checked_at", &history->checked_at, why) &&
	    read_certificates(object, history, why);
}

/* --- The whole */

/* Each owner, and each server, must be there once. */
static bool
settle(struct state *state, char **why)
{
	const char *twice = state_settle(state);
	char *what;

	if (twice == NULL)
		return true;
	what = memory_format("%s is there twice", twice);
	json_take_wrong(why, "mxdane_state", what);
	free(what);
	return false;
}

static bool
read_list(const json_t *object, const char *key, bool (*read)(const json_t *,
    struct state *, char **), struct state *state, char **why)
{
	const json_t *array, *item;
	size_t i, count;

	if (!json_take_present(object, key, why) ||
	    !json_take_array(object, key, STATE_OWNERS_MAX, &array, &count,
	    why))
		return false;
	for (i = 0; i < count; i++) {
		if (!json_take_item(array, key, i, &item, why) ||
		    !json_take_inside_item(read(item, state, why), key, i,
		    why))
			return false;
	}
	return true;
}

static bool
read_state(const json_t *object, struct state *state, char **why)
{
	unsigned int version;

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
	return read_list(object, "owners", read_owner, state, why) &&
	    read_list(object, "servers", read_server, state, why) &&
	    settle(state, why);
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
