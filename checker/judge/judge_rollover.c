#include "checker/judge/judging.h"

#include <stdlib.h>

#include "resolver/text.h"

/* A record that is cached for longer is hard to take back (seconds). */
#define TTL_LONG (24 * 60 * 60)

/* The only record that matches; NULL: there is none, or more than one. */
static const struct tlsa *
only_match(const struct host_evidence *host,
    const struct handshake_evidence *shake)
{
	const struct tlsa *only = NULL;
	size_t i;

	for (i = 0; i < shake->match_count; i++) {
		if (shake->matches[i].status != MATCH_MATCH ||
		    host->records.records[i].duplicate_of != i)
			continue;
		if (only != NULL)
			return NULL;
		only = &host->records.records[i];
	}
	return only;
}

/* Whether a record waits for its key, and will count when that is in use. */
static bool
has_rollover_record(const struct host_evidence *host)
{
	const struct tlsa_set *set = &host->records;
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (set->records[i].usable && !set->records[i].ignored &&
		    !evidence_record_matches(host, i))
			return true;
	}
	return false;
}

/*
 * The record of the server's own that a handshake of the host hangs on; NULL:
 * none hangs on one alone, or one is published for what comes next (RFC 7671
 * 8.1, 8.4).
 */
static const struct tlsa *
sole_matching_record(const struct host_evidence *host)
{
	const struct tlsa *only, *sole = NULL;
	size_t i, j;

	if (has_rollover_record(host))
		return NULL;
	for (i = 0; i < host->endpoint_count; i++) {
		for (j = 0; j < host->endpoints[i].handshake_count; j++) {
			only = only_match(host, &host->endpoints[i].handshakes[j]);
			if (only != NULL && only->usage == TLSA_DANE_EE)
				sole = only;
		}
	}
	return sole;
}

static void
add_no_rollover(const struct judge_state *state, const struct tlsa *sole)
{
	const bool of_key = sole->selector == TLSA_SPKI;
	const char *what = of_key ? "key" : "certificate";
	char *wait = text_duration(judging_wait(state));
	struct finding *finding;

	finding = finding_add(&state->evidence->findings,
	    FINDING_NO_ROLLOVER_RECORD, "all is well until the next %s: only "
	    "the %s in use now has a record", of_key ? "change of the key" :
	    "renewal, even one that keeps the key", what);
	finding_advise(finding, "before the %s changes, publish the next one's "
	    "record, too, and wait for two TTLs (%s)%s", what, wait, of_key ?
	    "" : "; a record with selector 1 lasts for as long as the key");
	free(wait);
	judging_place(state, finding, NULL, KEY_UNKNOWN);
}

void
judge_rollover(const struct judge_state *state)
{
	const struct host_evidence *host = state->host;
	const uint32_t ttl = answer_source_ttl(evidence_tlsa(host));
	const struct tlsa *sole;
	struct finding *finding;
	char *lasts;

	if (ttl > TTL_LONG) {
		lasts = text_duration(ttl);
		finding = finding_add(&state->evidence->findings,
		    FINDING_TLSA_TTL_LONG, "the TLSA records may be cached for "
		    "%s, so a wrong one lives on for that long", lasts);
		free(lasts);
		finding_advise(finding, "publish them with a TTL of an hour");
		judging_place(state, finding, NULL, KEY_UNKNOWN);
	}
	/* --next says the same, of the certificate at hand. */
	sole = host->verdict == VERDICT_PASS &&
	    state->options->next_count == 0 ? sole_matching_record(host) : NULL;
	if (sole != NULL)
		add_no_rollover(state, sole);
}
