#include "checker/judge_parts.h"

#include <stdlib.h>
#include <string.h>

#include "checker/diagnose.h"
#include "checker/issuers.h"
#include "resolver/memory.h"

/*
 * Whether a record that does not match a handshake wants an explanation: one that
 * is of nothing there. Beside a match it may be of another key type's certificate,
 * which is as it should be.
 */
static bool
wants_diagnosis(const struct judging *judging,
    const struct shake_evidence *shake, size_t record)
{
	const struct match_result *match = &shake->matches[record];
	const struct tlsa_set *set = &judging->host->records;

	if (match->would_match || set->records[record].duplicate_of != record)
		return false;
	if (set->records[record].usable &&
	    (match->faults & MATCH_FAULT_DATA) == 0)
		return false;
	return shake->verdict == VERDICT_FAIL ||
	    !host_record_matches(judging->host, record);
}

static void
diagnose_record(const struct judging *judging,
    const struct endpoint_evidence *endpoint,
    const struct shake_evidence *shake, size_t record)
{
	const bool failing = shake->verdict == VERDICT_FAIL;
	const struct diagnose_input input = {
		.record = &judging->host->records.records[record],
		.chain = shake->handshake->chain,
		.shake = shake,
		.evidence = judging->evidence,
		.owner = judging_tlsa_owner(judging),
		.authorities = judging->options->authorities,
		.failing = failing,
	};
	struct diagnosis diagnosis;
	struct finding *finding;

	if (!diagnose(&diagnosis, &input))
		return;
	finding = finding_add(&judging->evidence->findings, diagnosis.code,
	    "record [%zu] %s", record + 1, diagnosis.text);
	/* Beside a match it is a curiosity, else it is why mail is delayed. */
	finding->severity = failing ? SEVERITY_ERROR : SEVERITY_INFO;
	finding->record = (int)record;
	finding->advice = diagnosis.advice;
	free(diagnosis.text);
	judging_place(judging, finding, endpoint, shake->handshake->key_type);
}

void
judge_diagnoses(const struct judging *judging)
{
	const struct host_evidence *host = judging->host;
	const struct endpoint_evidence *endpoint;
	const struct shake_evidence *shake;
	size_t i, j, record;

	for (i = 0; i < host->endpoint_count; i++) {
		endpoint = &host->endpoints[i];
		for (j = 0; j < endpoint->shake_count; j++) {
			shake = &endpoint->shakes[j];
			for (record = 0; record < shake->match_count; record++) {
				if (wants_diagnosis(judging, shake, record))
					diagnose_record(judging, endpoint,
					    shake, record);
			}
		}
	}
}

/* Whether a usage 2 record pins the authority. */
static bool
is_pinned(const struct tlsa_set *set, const struct issuer *issuer)
{
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (set->records[i].usable &&
		    set->records[i].usage == TLSA_DANE_TA &&
		    issuers_find(&set->records[i]) == issuer)
			return true;
	}
	return false;
}

/*
 * The authority in rotation that a handshake hangs on; NULL: it matches in another
 * way as well, or hangs on none that is known.
 */
static const struct issuer *
hangs_on(const struct host_evidence *host, const struct shake_evidence *shake)
{
	const struct issuer *issuer = NULL, *known;
	size_t i;

	for (i = 0; i < shake->match_count; i++) {
		if (shake->matches[i].status != MATCH_MATCH)
			continue;
		known = host->records.records[i].usage == TLSA_DANE_TA ?
		    issuers_find(&host->records.records[i]) : NULL;
		if (known == NULL || known->state != ISSUER_ACTIVE)
			return NULL;
		issuer = known;
	}
	return issuer;
}

/* The records of the siblings that are not pinned, a line each. Owned. */
static char *
missing_siblings(const struct judging *judging, const struct issuer *issuer)
{
	const char *owner = judging_tlsa_owner(judging);
	const struct issuer *sibling;
	char *lines = NULL, *longer;
	size_t i;

	for (i = 0; (sibling = issuers_rotation(issuer, i)) != NULL; i++) {
		if (is_pinned(&judging->host->records, sibling))
			continue;
		longer = memory_format("%s%spublish  %s. IN TLSA 2 1 1 %s",
		    lines != NULL ? lines : "", lines != NULL ? "\n" : "",
		    owner != NULL ? owner : "", sibling->spki_sha256);
		free(lines);
		lines = longer;
	}
	return lines;
}

void
judge_rotation(const struct judging *judging)
{
	const struct host_evidence *host = judging->host;
	const struct issuer *issuer = NULL;
	struct finding *finding;
	char *lines;
	size_t i, j;

	for (i = 0; i < host->endpoint_count && issuer == NULL; i++) {
		for (j = 0; j < host->endpoints[i].shake_count &&
		    issuer == NULL; j++)
			issuer = hangs_on(host, &host->endpoints[i].shakes[j]);
	}
	if (issuer == NULL)
		return;
	lines = missing_siblings(judging, issuer);
	if (lines == NULL)
		return;
	finding = finding_add(&judging->evidence->findings,
	    FINDING_ROTATION_UNCOVERED, "%s is pinned, but not those with which "
	    "it takes turns: the authority picks one at random at each renewal",
	    issuer->name);
	finding->advice = lines;
	judging_place(judging, finding, NULL, KEY_UNKNOWN);
}
