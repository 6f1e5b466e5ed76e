#include "checker/judge/record_cover.h"

#include <stdlib.h>

#include "checker/judge/judge_parts.h"

/* Which of the host's base domains has the records. */
static size_t
base_of(const struct host_evidence *host)
{
	size_t i = 0;

	while (i + 1 < EVIDENCE_BASES && host->tlsa[i] != host->judged.tlsa)
		i++;
	return i;
}

/*
 * Whether another base domain has records, or had some before this one: who has
 * the absence of these in a cache goes by those.
 */
static bool
has_predecessor(const struct record_cover_search *search)
{
	const struct host_evidence *host = search->state->host;
	size_t i;

	if (answer_is_secure(host->replaced))
		return true;
	for (i = search->base + 1; i < EVIDENCE_BASES; i++) {
		if (host->known[i] != NULL && host->known[i]->count > 0)
			return true;
	}
	return false;
}

/* For how long their absence is cached (RFC 2308 5), in seconds. */
static time_t
denial_ttl(const struct record_cover_search *search)
{
	const struct answer *soa = search->state->host->soa;
	const time_t before = search->known == NULL ? 0 :
	    search->known->denial_ttl;
	time_t now;
	uint32_t minimum;

	if (soa == NULL || !evidence_soa_minimum(soa, &minimum))
		return before;
	now = answer_source_ttl(soa);
	if (now > minimum)
		now = minimum;
	return now > before ? now : before;
}

/* Whether some cache may have that absence, be SEEN of a later record. */
static bool
may_be_denied(const struct record_cover_search *search,
    const struct sighting *seen, time_t denial)
{
	const struct sightings *known = search->known;
	size_t i;

	/* Then nobody knows that there were others before. */
	if (seen == NULL || seen->missing_at == 0)
		return true;
	for (i = 0; i < known->count; i++) {
		if (known->records[i].first && search->state->when <
		    known->records[i].first_seen + 2 * denial)
			return true;
	}
	return false;
}

/* For how long some cache may lack the record after it came, in seconds. */
static time_t
wait_for(const struct record_cover_search *search, const struct sighting *seen)
{
	const bool replaces = has_predecessor(search);
	const time_t denial = replaces ? denial_ttl(search) : 0;
	time_t ttl = answer_source_ttl(search->state->host->judged.tlsa);

	/* Senders with the absence of all records do without DANE. */
	if (seen != NULL && seen->first && !replaces)
		return 0;
	if (seen != NULL && ttl < seen->ttl)
		ttl = seen->ttl;
	if (seen != NULL && ttl < search->known->ttl)
		ttl = search->known->ttl;
	if (replaces && ttl < denial && may_be_denied(search, seen, denial))
		ttl = denial;
	return 2 * ttl;
}

/* Since when there is a record, as far as that is known, and until when not. */
static void
date(struct record_cover *cover, const struct record_cover_search *search,
    const struct sighting *seen)
{
	const time_t told = search->state->options->published;

	/* A record that was seen to be missing later has come since. */
	cover->is_told = told != 0 &&
	    (seen == NULL || seen->missing_at <= told);
	if (!cover->is_told && (seen == NULL || seen->first_seen == 0))
		return;
	cover->since = cover->is_told ? told : seen->first_seen;
	cover->safe = cover->since + wait_for(search, seen);
	cover->coverage = search->state->when < cover->safe ? COVERAGE_EARLY :
	    COVERAGE_SAFE;
}

void
record_cover_begin(struct record_cover_search *search,
    const struct judge_state *state)
{
	const size_t base = base_of(state->host);

	*search = (struct record_cover_search){
		.state = state,
		.base = base,
		.known = judge_known_sightings(state, base),
		.spread = record_spread_of(state->evidence,
		    state->host->judged.tlsa),
	};
}

void
record_cover_end(struct record_cover_search *search)
{
	sightings_free(search->known);
}

struct record_cover
record_cover_find(struct record_cover_search *search, size_t i)
{
	struct record_cover cover = { .record = i,
		.coverage = COVERAGE_UNDATED };
	const struct sighting *seen;
	uint8_t *data;
	size_t size;

	data = tlsa_rdata(&search->state->host->judged.records.records[i],
	    &size);
	seen = search->known == NULL ? NULL :
	    sightings_find(search->known, data, size);
	record_spread_find(&search->spread, data, size);
	free(data);
	if (search->spread.behind != NULL) {
		cover.coverage = COVERAGE_BEHIND;
		cover.server = search->spread.behind;
		return cover;
	}
	date(&cover, search, seen);
	if (cover.coverage == COVERAGE_UNDATED && seen != NULL) {
		cover.coverage = COVERAGE_UNHEARD;
		cover.server = search->spread.silent;
	}
	return cover;
}

bool
record_cover_is_better(const struct record_cover *a,
    const struct record_cover *b)
{
	if (a->coverage != b->coverage)
		return a->coverage > b->coverage;
	return a->coverage == COVERAGE_EARLY && a->safe < b->safe;
}
