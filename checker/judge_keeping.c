#include "checker/judge_parts.h"

#include <stdlib.h>
#include <string.h>

#include "checker/make.h"
#include "checker/material.h"
#include "resolver/text.h"

/* A record that is cached for longer is hard to take back (seconds). */
#define TTL_LONG (24 * 60 * 60)

bool
judging_matches_somewhere(const struct host_evidence *host, size_t record)
{
	const struct endpoint_evidence *endpoint;
	size_t i, j;

	for (i = 0; i < host->endpoint_count; i++) {
		endpoint = &host->endpoints[i];
		for (j = 0; j < endpoint->shake_count; j++) {
			if (endpoint->shakes[j].match_count > record &&
			    endpoint->shakes[j].matches[record].would_match)
				return true;
		}
	}
	return false;
}

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
		if (set->records[i].usable && !judging_matches_somewhere(host, i))
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

/* --next: whether what is published would authenticate the key or chain. */
static bool
covers_key(const struct tlsa_set *set, const struct material *material)
{
	const struct tlsa *record;
	struct tlsa wanted;
	bool same;
	size_t i;

	for (i = 0; i < set->count; i++) {
		record = &set->records[i];
		if (!record->usable || record->ignored ||
		    record->usage != TLSA_DANE_EE ||
		    record->selector != TLSA_SPKI)
			continue;
		make_tlsa_of_key(&wanted, material->spki, material->spki_size,
		    record->matching_type);
		same = wanted.size == record->size && memcmp(wanted.data,
		    record->data, wanted.size) == 0;
		free(wanted.data);
		if (same)
			return true;
	}
	return false;
}

static bool
covers_chain(const struct judging *judging, const struct chain *chain)
{
	const struct host_evidence *host = judging->host;
	const struct match_input input = {
		.records = &host->records,
		.chain = chain,
		.reference_names =
		    (const char *const *)host->reference_names,
		.reference_name_count = host->reference_name_count,
		.when = judging->options->when,
	};
	struct match_result *results = match_chain(&input);
	bool good = match_any(results, host->records.count);

	match_free(results, host->records.count);
	return good;
}

static bool
say_uncovered_next(const struct judging *judging,
    const struct material *material)
{
	struct finding *finding;
	struct tlsa record;
	char *line;

	finding = finding_add(&judging->evidence->findings,
	    FINDING_NEXT_UNCOVERED, "%s: no published record matches it: a "
	    "switch to it would stop the mail", material->file);
	make_tlsa_of_key(&record, material->spki, material->spki_size,
	    TLSA_SHA2_256);
	line = tlsa_line(judging_tlsa_owner(judging), &record);
	finding_advise(finding, "publish  %s\nthen wait for two TTLs before "
	    "the switch", line);
	free(line);
	free(record.data);
	judging_place(judging, finding, NULL, material->key_type);
	return true;
}

/*
 * RFC 7671 8.1: a record can be relied on when no cache can hold an answer without
 * it any more, two TTLs after it was signed.
 */
static void
say_covered_next(const struct judging *judging,
    const struct material *material)
{
	struct finding_list *findings = &judging->evidence->findings;
	const struct answer *tlsa = host_tlsa(judging->host);
	time_t safe = tlsa->signed_since + 2 * (time_t)tlsa->ttl;
	struct finding *finding;
	char *text;

	if (tlsa->signed_since != 0 && safe > judging->evidence->checked_at) {
		text = text_time(safe);
		finding = finding_add(findings, FINDING_NEXT_TOO_EARLY,
		    "%s: its record is published, but perhaps not seen "
		    "everywhere yet", material->file);
		finding_advise(finding, "switch to it after %s", text);
		free(text);
	} else {
		finding = finding_add(findings, FINDING_NEXT_COVERED,
		    "%s: its record is published: it is safe to switch to it",
		    material->file);
	}
	judging_place(judging, finding, NULL, material->key_type);
}

bool
judge_next(const struct judging *judging)
{
	const struct judge_options *options = judging->options;
	const struct material *material;
	bool failed = false;
	size_t i;

	for (i = 0; i < options->next_count; i++) {
		material = &options->next[i];
		if (material->chain != NULL ?
		    covers_chain(judging, material->chain) :
		    covers_key(&judging->host->records, material))
			say_covered_next(judging, material);
		else
			failed |= say_uncovered_next(judging, material);
	}
	return failed;
}
