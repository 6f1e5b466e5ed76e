/*
 * What this run saw of the TLSA records, for those that come after it
 * (--state). Only what is secure counts: senders go by nothing else.
 */
#include "checker/evidence/sightings.h"
#include "checker/judge/judge_parts.h"
#include "checker/judge/record_spread.h"

static void
add_sighting(struct sightings *seen, struct record_spread *spread,
    const struct answer_record *record)
{
	struct sighting *sighting = sightings_add(seen, record->data,
	    record->size);

	if (sighting == NULL)
		return;
	record_spread_find(spread, record->data, record->size);
	sighting->first_seen = spread->everywhere ? seen->checked_at : 0;
	sighting->missing_at = spread->behind != NULL ? seen->checked_at : 0;
	sighting->ttl = seen->ttl;
	sighting->first = spread->behind_empty;
}

/* Owned by the caller; NULL: the answer is no use. */
static struct sightings *
see(const struct evidence *evidence, const struct answer *tlsa)
{
	struct record_spread spread;
	struct sightings *seen;
	size_t i;

	if (tlsa == NULL || tlsa->dnssec != DNSSEC_SECURE || tlsa->truncated)
		return NULL;
	seen = sightings_new(tlsa->owner);
	seen->checked_at = evidence->checked_at;
	if (!answer_has_records(tlsa)) {
		seen->denial_ttl = tlsa->ttl;
		return seen;
	}
	seen->ttl = answer_source_ttl(tlsa);
	seen->ttl_seen = seen->checked_at;
	spread = record_spread_of(evidence, tlsa);
	for (i = 0; i < tlsa->count; i++)
		add_sighting(seen, &spread, &tlsa->records[i]);
	return seen;
}

void
judge_sightings(const struct evidence *evidence, struct host_evidence *host)
{
	size_t i;

	if (!evidence->remembers)
		return;
	for (i = 0; i < EVIDENCE_BASES; i++)
		host->judged.seen[i] = see(evidence, host->tlsa[i]);
}

struct sightings *
judge_known_sightings(const struct judge_state *state, size_t base)
{
	const struct host_evidence *host = state->host;
	struct sightings *known = sightings_copy(host->known[base]);

	if (host->judged.seen[base] == NULL)
		return known;
	if (known == NULL)
		known = sightings_new(host->judged.seen[base]->owner);
	sightings_merge(known, host->judged.seen[base]);
	return known;
}
