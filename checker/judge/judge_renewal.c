/*
 * What earlier runs saw the addresses present (--state), against what they
 * present now: another CA, or another key at each renewal.
 */
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/history.h"
#include "checker/judge/judge_parts.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* In which no renewal comes after another: they were put there by hand. */
#define INTERVAL_LEAST (24 * 60 * 60)

/* What is presented at an address, and was before. */
struct renewal {
	const struct endpoint_evidence	*endpoint;	/* borrowed */
	const struct handshake_evidence	*handshake;	/* borrowed */
	struct history			 now;		/* of this run */
	struct history			 all;		/* with this run */
	const struct past_certificate	*before;	/* borrowed; the last
							 * of earlier runs */
};

/* --- Another CA */

/* What became of the records of usage 2 that matched before. */
enum dependence {
	DEPENDENCE_NONE,	/* there are none */
	DEPENDENCE_KEPT,	/* each matches as before */
	DEPENDENCE_LOST,
};

static bool
was_anchor(const struct past_certificate *past, const struct tlsa *record)
{
	uint8_t digest[CHAIN_DIGEST];
	size_t i;

	history_digest(digest, record);
	for (i = 0; i < past->anchor_count; i++) {
		if (memcmp(past->anchors[i], digest, CHAIN_DIGEST) == 0)
			return true;
	}
	return false;
}

/* *RECORD is one that says so. */
static enum dependence
find_dependence(const struct judge_state *state, const struct renewal *renewal,
    size_t *record)
{
	const struct handshake_judgement *judged = &renewal->handshake->judged;
	const struct tlsa_set *set = &state->host->judged.records;
	enum dependence dependence = DEPENDENCE_NONE;
	size_t i;

	for (i = 0; i < judged->match_count; i++) {
		if (set->records[i].usage != TLSA_DANE_TA ||
		    !was_anchor(renewal->before, &set->records[i]))
			continue;
		*record = i;
		if (judged->matches[i].status == MATCH_MISMATCH)
			return DEPENDENCE_LOST;
		dependence = DEPENDENCE_KEPT;
	}
	return dependence;
}

/* What the change means for the records. Owned by the caller. */
static char *
dependence_text(enum dependence dependence, size_t record)
{
	switch (dependence) {
	case DEPENDENCE_KEPT:
		return memory_format("record [%zu] matches as before",
		    record + 1);
	case DEPENDENCE_LOST:
		return memory_format("record [%zu] depended on the old one, "
		    "and matches no more", record + 1);
	default:
		return memory_string("no record depended on the old one");
	}
}

static void
judge_issuer(struct judge_state *state, const struct renewal *renewal)
{
	const struct past_certificate *now = &renewal->now.items[0];
	const struct past_certificate *before = renewal->before;
	enum dependence dependence;
	struct finding *finding;
	char *since, *means;
	size_t record = 0;

	if (memcmp(before->cert_sha256, now->cert_sha256, CHAIN_DIGEST) == 0 ||
	    strcmp(before->issuer, now->issuer) == 0)
		return;
	dependence = find_dependence(state, renewal, &record);
	means = dependence_text(dependence, record);
	since = text_time(before->first_seen);
	finding = judging_add_at(state, renewal->endpoint,
	    renewal->now.key_type, FINDING_ISSUER_CHANGED, "the issuer of the "
	    "certificate is %s; that of the one before, first seen at %s, was "
	    "%s: %s", now->issuer, since, before->issuer, means);
	free(since);
	free(means);
	if (dependence == DEPENDENCE_NONE)
		return;
	finding->place.record = (int)record;
	if (dependence != DEPENDENCE_LOST)
		return;
	judging_set_severity(state, finding, SEVERITY_WARNING);
	judge_rotation_advise(state, &finding->advice,
	    renewal->handshake->seen->chain);
}

/* --- Another key each time */

static bool
changes_key_each_time(const struct history *history)
{
	size_t i;

	for (i = 1; i < history->count; i++) {
		if (memcmp(history->items[i - 1].spki_sha256,
		    history->items[i].spki_sha256, CHAIN_DIGEST) == 0)
			return false;
	}
	return history->count == HISTORY_MAX;
}

/* Whether the handshake matches by its own key or certificate alone. */
static bool
matches_by_key_alone(const struct judge_state *state,
    const struct handshake_evidence *handshake)
{
	const struct handshake_judgement *judged = &handshake->judged;
	const struct tlsa_set *set = &state->host->judged.records;
	bool found = false;
	size_t i;

	for (i = 0; i < judged->match_count; i++) {
		if (judged->matches[i].status != MATCH_MATCH)
			continue;
		if (set->records[i].usage != TLSA_DANE_EE)
			return false;
		found = true;
	}
	return found;
}

/* Whether a record may be for what comes next. */
static bool
has_spare_record(const struct host_judgement *host)
{
	size_t i;

	for (i = 0; i < host->records.count; i++) {
		if (host->records.records[i].usable &&
		    !host->records.records[i].ignored &&
		    !host->record_matches[i])
			return true;
	}
	return false;
}

/*
 * When the next renewal comes, if it comes after the same time as the last one:
 * before the certificate ends, in any case.
 */
static time_t
guess_renewal(const struct judge_state *state, const struct history *history)
{
	const struct past_certificate *last =
	    &history->items[history->count - 1];
	time_t interval = last->not_before - last[-1].not_before;
	time_t next;

	if (interval < INTERVAL_LEAST)
		interval = last->first_seen - last[-1].first_seen;
	next = last->not_before + interval;
	return interval < INTERVAL_LEAST || next < state->when ||
	    next > last->not_after ? last->not_after : next;
}

static void
advise_keeping(struct judge_state *state, const struct renewal *renewal,
    struct finding *finding)
{
	struct advice_list records = { NULL, 0 };

	advice_add_text(&finding->advice, "have the client keep its key at "
	    "renewals (certbot and lego: --reuse-key; dehydrated: "
	    "PRIVATE_KEY_RENEW=no), or");
	advice_add_text(&finding->advice, "publish the next key's record "
	    "beside the present one before each renewal, and switch when "
	    "--next says that it is safe");
	if (judge_rotation_advise(state, &records,
	    renewal->handshake->seen->chain)) {
		advice_add_text(&finding->advice, "or, as long as the CA stays "
		    "the same, publish its record, too:");
		advice_list_append(&finding->advice, &records);
	}
}

static bool
judge_keys(struct judge_state *state, const struct renewal *renewal)
{
	struct finding *finding;
	char *day;

	if (state->host->judged.untried ||
	    has_spare_record(&state->host->judged) ||
	    !matches_by_key_alone(state, renewal->handshake) ||
	    !changes_key_each_time(&renewal->all))
		return false;
	day = text_date(guess_renewal(state, &renewal->all));
	finding = judging_add_at(state, renewal->endpoint,
	    renewal->now.key_type, FINDING_KEY_ROTATES, "each of the last two "
	    "renewals made a new key, and only the present one has a record: "
	    "from the next renewal on, on about %s, senders will delay the "
	    "mail", day);
	free(day);
	advise_keeping(state, renewal, finding);
	return true;
}

/* --- Both */

static const struct handshake_evidence *
handshake_of(const struct endpoint_evidence *endpoint, enum key_type key_type)
{
	size_t i = 0;

	while (endpoint->handshakes[i].seen->key_type != key_type)
		i++;
	return &endpoint->handshakes[i];
}

/* Returns whether the next renewal will break it. */
static bool
judge_type(struct judge_state *state, const struct endpoint_evidence *endpoint,
    enum key_type key_type)
{
	const struct host_evidence *host = state->host;
	struct renewal renewal = { .endpoint = endpoint };
	const struct history *known;
	bool breaks = false;

	if (!history_see(&renewal.now, host, endpoint, key_type,
	    state->evidence->checked_at))
		return false;
	known = history_find(host->histories, host->history_count,
	    &renewal.now);
	if (known != NULL && known->count > 0) {
		renewal.handshake = handshake_of(endpoint, key_type);
		renewal.before = &known->items[known->count - 1];
		history_copy(&renewal.all, known);
		history_merge(&renewal.all, &renewal.now);
		judge_issuer(state, &renewal);
		breaks = judge_keys(state, &renewal);
		history_clear(&renewal.all);
	}
	history_clear(&renewal.now);
	return breaks;
}

bool
judge_renewals(struct judge_state *state)
{
	const struct host_evidence *host = state->host;
	bool breaks = false;
	size_t i;
	int type;

	for (i = 0; host->history_count > 0 && i < host->endpoint_count; i++) {
		for (type = 0; type < KEY_TYPES; type++)
			breaks |= judge_type(state, &host->endpoints[i],
			    (enum key_type)type);
	}
	return breaks;
}
