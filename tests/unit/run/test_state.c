/*
 * The state as a file: what is written is read again, and what is full forgets
 * what was looked at longest ago. Files that are something else: tests/state.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/evidence/history.h"
#include "checker/evidence/sightings.h"
#include "checker/run/state.h"
#include "resolver/file.h"
#include "resolver/memory.h"
#include "tests/unit/support/table.h"

#define NOW	((time_t)1767225600)	/* 2026-01-01T00:00:00Z */

/* The state that a file with this text has. */
static struct state *
parse(const char *text)
{
	struct file file;
	struct state *state;
	char *why = NULL;

	file_init(&file, "state.json", text, strlen(text));
	state = state_parse(&file, &why);
	if (state == NULL)
		fail_msg("%s", why);
	file_clear(&file);
	return state;
}

/* The file of a state. Owned by the caller. */
static char *
text_of(const struct state *state)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_true(state_write(state, out));
	fclose(out);
	return text;
}

/* There is room in SEEN. */
static void
see_owner(struct state_seen *seen, const char *owner, time_t when)
{
	struct sightings *sightings = sightings_new(owner);
	struct sighting *record;

	sightings->checked_at = sightings->ttl_seen = when;
	sightings->ttl = 3600;
	record = sightings_add(sightings, (const uint8_t *)"\3\1\1\xab", 4);
	record->first_seen = when;
	record->ttl = 3600;
	seen->owners[seen->owner_count++] = sightings;
}

static void
see_server(struct state_seen *seen, const char *host, const char *issuer,
    time_t when)
{
	struct history *history;

	seen->servers = memory_grow(seen->servers, seen->server_count,
	    sizeof(*seen->servers));
	history = &seen->servers[seen->server_count++];
	*history = (struct history){
		.host = memory_string(host),
		.key_type = KEY_ECDSA,
		.checked_at = when,
		.items = memory_new(1, sizeof(*history->items)),
		.count = 1,
	};
	assert_true(address_from_text(&history->address, "2001:db8::1", 25));
	history->items[0] = (struct past_certificate){
		.issuer = memory_string(issuer),
		.not_before = when - 1,
		.not_after = when + 1,
		.first_seen = when,
		.cert_sha256 = { 1 },
		.spki_sha256 = { 2 },
		.anchors = { { 3 } },
		.anchor_count = 1,
	};
}

/* Of two runs, in the order in which they were. */
static void
test_round(void **state)
{
	struct state_seen seen = { NULL, 0, NULL, 0 };
	struct state *known = parse(""), *again;
	char *text, *second;

	(void)state;
	seen.owners = memory_new(3, sizeof(struct sightings *));
	see_owner(&seen, "_25._tcp.b.example", NOW + 60);
	see_owner(&seen, "_25._tcp.b.example", NOW);
	see_owner(&seen, "_25._tcp.a.example", NOW);
	see_server(&seen, "b.example", "CN=\"\xc3\xa4#\\x23", NOW + 60);
	see_server(&seen, "b.example", "CN=\"\xc3\xa4#\\x23", NOW);
	assert_int_equal(state_add(known, &seen), 0);
	state_seen_clear(&seen);
	text = text_of(known);
	assert_string_equal(text, "{\"mxdane_state\":1,\"owners\":[\n"
	    "{\"owner\":\"_25._tcp.a.example\","
	    "\"checked_at\":\"2026-01-01T00:00:00Z\",\"ttl\":3600,"
	    "\"ttl_seen\":\"2026-01-01T00:00:00Z\",\"denial_ttl\":0,"
	    "\"tlsa\":[{\"rdata\":\"030101ab\","
	    "\"first_seen\":\"2026-01-01T00:00:00Z\",\"missing_at\":null,"
	    "\"ttl\":3600,\"first\":false}]}\n"
	    ",{\"owner\":\"_25._tcp.b.example\","
	    "\"checked_at\":\"2026-01-01T00:01:00Z\",\"ttl\":3600,"
	    "\"ttl_seen\":\"2026-01-01T00:01:00Z\",\"denial_ttl\":0,"
	    "\"tlsa\":[{\"rdata\":\"030101ab\","
	    "\"first_seen\":\"2026-01-01T00:00:00Z\",\"missing_at\":null,"
	    "\"ttl\":3600,\"first\":false}]}\n"
	    "],\"servers\":[\n"
	    "{\"host\":\"b.example\",\"address\":\"2001:db8::1\",\"port\":25,"
	    "\"key_type\":\"ECDSA\",\"checked_at\":\"2026-01-01T00:01:00Z\","
	    "\"certificates\":[{\"cert_sha256\":\"01000000000000000000000000"
	    "00000000000000000000000000000000000000\",\"spki_sha256\":\"0200"
	    "000000000000000000000000000000000000000000000000000000000000\","
	    "\"issuer\":\"CN=\\\"\\u00E4#\\\\x23\","
	    "\"not_before\":\"2025-12-31T23:59:59Z\","
	    "\"not_after\":\"2026-01-01T00:00:01Z\","
	    "\"first_seen\":\"2026-01-01T00:00:00Z\",\"anchors\":[\"03000000"
	    "00000000000000000000000000000000000000000000000000000000\"]}]}\n"
	    "]}\n");
	again = parse(text);
	second = text_of(again);
	assert_string_equal(second, text);
	assert_non_null(state_find(again, "_25._tcp.b.example"));
	assert_null(state_find(again, "_25._tcp.c.example"));
	free(second);
	free(text);
	state_free(again);
	state_free(known);
}

/* What was looked at longest ago makes room. */
static void
test_full(void **state)
{
	struct state_seen seen = { NULL, 0, NULL, 0 };
	struct state *known = parse("");
	char owner[32];
	size_t i;

	(void)state;
	seen.owners = memory_new(STATE_OWNERS_MAX + 2,
	    sizeof(struct sightings *));
	for (i = 0; i < STATE_OWNERS_MAX + 2; i++) {
		snprintf(owner, sizeof(owner), "_25._tcp.%zu", i);
		see_owner(&seen, owner, NOW - (time_t)(i % 1000) - (i == 5 ||
		    i == 7 ? 5000 : 0));
	}
	assert_int_equal(state_add(known, &seen), 2);
	state_seen_clear(&seen);
	assert_null(state_find(known, "_25._tcp.5"));
	assert_null(state_find(known, "_25._tcp.7"));
	assert_non_null(state_find(known, "_25._tcp.6"));
	assert_non_null(state_find(known, "_25._tcp.100001"));
	state_free(known);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_ALONE(test_round),
		TABLE_ALONE(test_full),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
