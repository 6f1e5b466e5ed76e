#include "checker/evidence/history.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/* As in sightings.c: beyond it (seconds), a clock was wrong. */
#define FUTURE (24 * 60 * 60)

static void
past_copy(struct past_certificate *copy, const struct past_certificate *past)
{
	*copy = *past;
	copy->issuer = memory_string(past->issuer);
}

void
history_copy(struct history *copy, const struct history *history)
{
	size_t i;

	*copy = *history;
	copy->host = memory_string(history->host);
	copy->items = memory_new(copy->count, sizeof(*copy->items));
	for (i = 0; i < copy->count; i++)
		past_copy(&copy->items[i], &history->items[i]);
}

/* Forgets all but the first COUNT. */
static void
keep(struct history *history, size_t count)
{
	while (history->count > count)
		free(history->items[--history->count].issuer);
}

void
history_clear(struct history *history)
{
	keep(history, 0);
	free(history->items);
	free(history->host);
	*history = (struct history){ 0 };
}

void
history_digest(uint8_t digest[static CHAIN_DIGEST], const struct tlsa *record)
{
	size_t size;
	uint8_t *data = tlsa_rdata(record, &size);

	SHA256(data, size, digest);
	free(data);
}

/* The handshakes of the type, of which all have the same leaf; or NULL. */
static const struct handshake_evidence *
find_sole(const struct endpoint_evidence *endpoint, enum key_type key_type)
{
	const struct handshake_evidence *sole = NULL, *handshake;
	const struct chain *chain;
	size_t i;

	for (i = 0; i < endpoint->handshake_count; i++) {
		handshake = &endpoint->handshakes[i];
		chain = handshake->seen->chain;
		if (handshake->seen->key_type != key_type || chain->count == 0)
			continue;
		if (sole != NULL && memcmp(chain->certificates[0].cert_sha256,
		    sole->seen->chain->certificates[0].cert_sha256,
		    CHAIN_DIGEST) != 0)
			return NULL;
		sole = handshake;
	}
	return sole;
}

static void
add_anchors(struct past_certificate *past,
    const struct handshake_judgement *judged, const struct tlsa_set *set)
{
	const struct tlsa *record;
	size_t i;

	for (i = 0; i < judged->match_count &&
	    past->anchor_count < HISTORY_ANCHORS_MAX; i++) {
		if (judged->matches[i].record >= set->count)
			continue;
		record = &set->records[judged->matches[i].record];
		if (record->usage == TLSA_DANE_TA &&
		    judged->matches[i].status == MATCH_MATCH)
			history_digest(past->anchors[past->anchor_count++],
			    record);
	}
}

bool
history_see(struct history *seen, const struct host_evidence *host,
    const struct endpoint_evidence *endpoint, enum key_type key_type,
    time_t when)
{
	const struct handshake_evidence *handshake = find_sole(endpoint,
	    key_type);
	const struct certificate *leaf;
	struct past_certificate *past;

	if (handshake == NULL)
		return false;
	leaf = handshake->seen->chain->certificates;
	past = memory_new(1, sizeof(*past));
	memcpy(past->cert_sha256, leaf->cert_sha256, CHAIN_DIGEST);
	memcpy(past->spki_sha256, leaf->spki_sha256, CHAIN_DIGEST);
	past->issuer = memory_string(leaf->issuer);
	past->not_before = leaf->not_before;
	past->not_after = leaf->not_after;
	past->first_seen = when;
	add_anchors(past, &handshake->judged, &host->judged.records);
	*seen = (struct history){
		.host = memory_string(host->name),
		.address = endpoint->address,
		.key_type = key_type,
		.checked_at = when,
		.items = past,
		.count = 1,
	};
	return true;
}

bool
history_is_same(const struct history *a, const struct history *b)
{
	return a->key_type == b->key_type &&
	    address_compare(&a->address, &b->address) == 0 &&
	    name_equal(a->host, b->host);
}

const struct history *
history_find(const struct history *histories, size_t count,
    const struct history *wanted)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (history_is_same(&histories[i], wanted))
			return &histories[i];
	}
	return NULL;
}

/* How many are known up to one with this certificate; 0: it is new. */
static size_t
count_up_to(const struct history *known, const struct past_certificate *past)
{
	size_t i = known->count;

	while (i > 0 && memcmp(known->items[i - 1].cert_sha256,
	    past->cert_sha256, CHAIN_DIGEST) != 0)
		i--;
	return i;
}

static void
append(struct history *known, const struct past_certificate *past)
{
	known->items = memory_grow(known->items, known->count,
	    sizeof(*known->items));
	past_copy(&known->items[known->count++], past);
	if (known->count <= HISTORY_MAX)
		return;
	free(known->items[0].issuer);
	memmove(known->items, known->items + 1,
	    --known->count * sizeof(*known->items));
}

void
history_merge(struct history *known, const struct history *seen)
{
	const struct past_certificate *now = &seen->items[0];
	struct past_certificate *last;
	size_t up_to;

	if (known->checked_at > seen->checked_at + FUTURE)
		keep(known, 0);
	else if (known->checked_at > seen->checked_at)
		return;
	known->checked_at = seen->checked_at;
	up_to = count_up_to(known, now);
	if (up_to == 0) {
		append(known, now);
		return;
	}
	keep(known, up_to);
	last = &known->items[up_to - 1];
	last->anchor_count = now->anchor_count;
	memcpy(last->anchors, now->anchors, sizeof(last->anchors));
}
