/*
 * Writes the file of --state.
 */
#include "checker/run/state_parts.h"

#include <stdlib.h>

#include "checker/evidence/history.h"
#include "checker/evidence/sightings.h"
#include "checker/report/json_put.h"
#include "resolver/text.h"

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
put_owner(struct json_put *json, const struct sightings *sightings)
{
	size_t i;

	json_put_object(json, NULL);
	json_put_text(json, "owner", sightings->owner);
	put_time(json, "checked_at", sightings->checked_at);
	json_put_number(json, "ttl", sightings->ttl);
	put_time(json, "ttl_seen", sightings->ttl_seen);
	json_put_number(json, "denial_ttl", sightings->denial_ttl);
	json_put_array(json, "tlsa");
	for (i = 0; i < sightings->count; i++)
		put_record(json, &sightings->records[i]);
	json_put_array_end(json);
	json_put_object_end(json);
}

static void
put_certificate(struct json_put *json, const struct past_certificate *past)
{
	size_t i;

	json_put_object(json, NULL);
	json_put_owned(json, "cert_sha256", text_hex(past->cert_sha256,
	    CHAIN_DIGEST));
	json_put_owned(json, "spki_sha256", text_hex(past->spki_sha256,
	    CHAIN_DIGEST));
	json_put_text(json, "issuer", past->issuer);
	put_time(json, "not_before", past->not_before);
	put_time(json, "not_after", past->not_after);
	put_time(json, "first_seen", past->first_seen);
	json_put_array(json, "anchors");
	for (i = 0; i < past->anchor_count; i++)
		json_put_owned(json, NULL, text_hex(past->anchors[i],
		    CHAIN_DIGEST));
	json_put_array_end(json);
	json_put_object_end(json);
}

static void
put_server(struct json_put *json, const struct history *history)
{
	size_t i;

	json_put_object(json, NULL);
	json_put_text(json, "host", history->host);
	json_put_owned(json, "address", address_text(&history->address));
	json_put_number(json, "port", history->address.port);
	json_put_text(json, "key_type", key_type_name(history->key_type));
	put_time(json, "checked_at", history->checked_at);
	json_put_array(json, "certificates");
	for (i = 0; i < history->count; i++)
		put_certificate(json, &history->items[i]);
	json_put_array_end(json);
	json_put_object_end(json);
}

bool
state_write(const struct state *state, FILE *out)
{
	struct json_put json = { .out = out };
	size_t i;

	fprintf(out, "{\"mxdane_state\":%d,\"owners\":[\n", STATE_VERSION);
	for (i = 0; i < state->owner_count; i++) {
		if (i > 0)
			fputc(',', out);
		put_owner(&json, state->owners[i]);
		json_put_line_end(&json);
	}
	fputs("],\"servers\":[\n", out);
	for (i = 0; i < state->server_count; i++) {
		if (i > 0)
			fputc(',', out);
		put_server(&json, &state->servers[i]);
		json_put_line_end(&json);
	}
	fputs("]}\n", out);
	return fflush(out) == 0 && ferror(out) == 0;
}
