#include "checker/judge_parts.h"

/* A record that is cached for longer is hard to take back (seconds). */
#define TTL_LONG (24 * 60 * 60)

/* The only record that matches; NULL: there is none, or more than one. */
static const struct tlsa *
only_match(const struct host_evidence *host,
    const struct shake_evidence *shake)
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

/*
 * Whether the host hangs on one record of the key that it has now, and none is
 * published for the next one (RFC 7671 8.1, 8.4).
 */
static bool
lacks_rollover_record(const struct host_evidence *host)
{
	const struct tlsa_set *set = &host->records;
	const struct tlsa *only;
	bool lacks = false;
	size_t i, j;

	for (i = 0; i < set->count; i++) {
		if (set->records[i].usable && !host_record_matches(host, i))
			return false;
	}
	for (i = 0; i < host->endpoint_count; i++) {
		for (j = 0; j < host->endpoints[i].shake_count; j++) {
			only = only_match(host, &host->endpoints[i].shakes[j]);
			lacks |= only != NULL && only->usage == TLSA_DANE_EE;
		}
	}
	return lacks;
}

void
judge_keeping(const struct judging *judging)
{
	struct finding_list *findings = &judging->evidence->findings;
	const struct host_evidence *host = judging->host;
	const struct answer *tlsa = host_tlsa(host);
	struct finding *finding;

	if (tlsa->ttl > TTL_LONG) {
		finding = finding_add(findings, FINDING_TLSA_TTL_LONG,
		    "the TLSA records may be cached for %lu seconds, so a "
		    "wrong one lives on for that long",
		    (unsigned long)tlsa->ttl);
		finding_advise(finding, "publish them with a TTL of an hour");
		judging_place(judging, finding, NULL, KEY_UNKNOWN);
	}
	if (host->verdict != VERDICT_PASS || !lacks_rollover_record(host))
		return;
	finding = finding_add(findings, FINDING_NO_ROLLOVER_RECORD,
	    "one record matches, of the key that is in use now: a change of "
	    "the key needs the next one's record first");
	finding_advise(finding, "before the key changes, publish the new key's "
	    "record beside it and wait for two TTLs (%lu seconds)",
	    2 * (unsigned long)tlsa->ttl);
	judging_place(judging, finding, NULL, KEY_UNKNOWN);
}
