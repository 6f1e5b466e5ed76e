/*
 * What keeps DANE working: a record for the next key, and a TTL that lets
 * mistakes be corrected.
 */
#include <stdlib.h>

#include "checker/judge/judge_parts.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* A record that is cached for longer is hard to take back (seconds). */
#define TTL_LONG (24 * 60 * 60)

/* The only record that matches; NULL: there is none, or more than one. */
static const struct tlsa *
sole_match(const struct host_judgement *host,
    const struct handshake_judgement *judged)
{
	const struct tlsa *sole = NULL;
	size_t i;

	for (i = 0; i < judged->match_count; i++) {
		if (judged->matches[i].status != MATCH_MATCH ||
		    host->records.records[i].duplicate_of != i)
			continue;
		if (sole != NULL)
			return NULL;
		sole = &host->records.records[i];
	}
	return sole;
}

/* Whether a record waits for its key, and will count when that is in use. */
static bool
has_rollover_record(const struct host_judgement *host)
{
	const struct tlsa_set *set = &host->records;
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (set->records[i].usable && !set->records[i].ignored &&
		    !host->record_matches[i])
			return true;
	}
	return false;
}

/*
 * The usage 3 record that a handshake of the host depends on; NULL: none
 * depends on one alone, or one is published for what comes next (RFC 7671 8.1,
 * 8.4).
 */
static const struct tlsa *
sole_matching_record(const struct host_evidence *host)
{
	const struct handshake_evidence *handshake;
	const struct tlsa *match, *sole = NULL;
	struct handshake_walk walk = { 0 };

	if (host->judged.untried || has_rollover_record(&host->judged))
		return NULL;
	while ((handshake = handshake_next(host, &walk)) != NULL) {
		match = sole_match(&host->judged, &handshake->judged);
		if (match != NULL && match->usage == TLSA_DANE_EE)
			sole = match;
	}
	return sole;
}

static void
add_no_rollover(struct judge_state *state, const struct tlsa *sole)
{
	const bool of_key = sole->selector == TLSA_SPKI;
	const char *what = of_key ? "key" : "certificate";
	const unsigned long seconds = judging_wait(state);
	char *duration = text_duration(seconds);
	/* No cache keeps records with a TTL of 0. */
	char *wait = seconds == 0 ? memory_string("") :
	    memory_format(", and wait for two TTLs (%s)", duration);
	struct finding *finding;

	finding = judging_add(state, FINDING_NO_ROLLOVER_RECORD,
	    "all is well until the next %s: only the %s in use now has a "
	    "record", of_key ? "change of the key" :
	    "renewal, even one that keeps the key", what);
	advice_add_text(&finding->advice, "before the %s changes, publish the "
	    "next one's record, too%s%s", what, wait, of_key ? "" : "; a "
	    "record with selector 1 lasts for as long as the key");
	free(duration);
	free(wait);
}

void
judge_rollover(struct judge_state *state, enum verdict verdict, bool rotates)
{
	const struct host_evidence *host = state->host;
	const uint32_t ttl = answer_source_ttl(host->judged.tlsa);
	const struct tlsa *sole;
	struct finding *finding;
	char *lasts;

	if (ttl > TTL_LONG) {
		lasts = text_duration(ttl);
		finding = judging_add(state, FINDING_TLSA_TTL_LONG,
		    "the TLSA records may be cached for %s, so a wrong one "
		    "lives on for that long", lasts);
		free(lasts);
		advice_add_text(&finding->advice, "publish them with a TTL of "
		    "an hour");
	}
	/* --next says the same, of the certificate at hand. */
	sole = verdict == VERDICT_PASS && !rotates &&
	    state->options->next_count == 0 ?
	    sole_matching_record(host) : NULL;
	if (sole != NULL)
		add_no_rollover(state, sole);
}
