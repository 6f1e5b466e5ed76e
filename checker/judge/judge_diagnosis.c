#include "checker/judge/judge_parts.h"

#include <stdlib.h>

#include "checker/judge/diagnose.h"
#include "checker/tlsa/offer.h"

/*
 * Explanations for one domain. Others choose how many hosts, records and
 * certificates there are, and each is held against each, in many ways.
 */
#define DIAGNOSES_MAX 64

/*
 * Whether a record that does not match a handshake wants an explanation: one
 * that is of nothing there. Beside a match it may be of another key type's
 * certificate, which is as it should be.
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
	    !evidence_record_matches(judging->host, record);
}

static void
diagnose_record(const struct judging *judging,
    const struct endpoint_evidence *endpoint,
    const struct shake_evidence *shake, size_t record)
{
	const bool failing = shake->verdict == VERDICT_FAIL;
	const struct match_input rules = judging_match_input(judging,
	    shake->handshake->chain);
	const struct diagnose_input input = {
		.rules = &rules,
		.record = &judging->host->records.records[record],
		.chain = shake->handshake->chain,
		.shake = shake,
		.evidence = judging->evidence,
		.owner = judging_tlsa_owner(judging),
		.authorities = judging->options->authorities,
		.issuers = judging->options->issuers,
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

/*
 * How many of the handshake's records want an explanation; up to ROOM get one.
 */
static size_t
diagnose_shake(const struct judging *judging,
    const struct endpoint_evidence *endpoint,
    const struct shake_evidence *shake, size_t room)
{
	size_t record, wanted = 0;

	/* With an authority in the server's place every one would be untrue. */
	if (offers_issued(shake->handshake->chain) != 0)
		return 0;
	for (record = 0; record < shake->match_count; record++) {
		if (!wants_diagnosis(judging, shake, record))
			continue;
		if (wanted++ < room)
			diagnose_record(judging, endpoint, shake, record);
	}
	return wanted;
}

void
judge_diagnoses(struct judging *judging)
{
	const size_t room = DIAGNOSES_MAX - judging->diagnosed;
	const struct host_evidence *host = judging->host;
	const struct endpoint_evidence *endpoint;
	size_t i, j, wanted = 0;

	for (i = 0; i < host->endpoint_count; i++) {
		endpoint = &host->endpoints[i];
		for (j = 0; j < endpoint->shake_count; j++)
			wanted += diagnose_shake(judging, endpoint,
			    &endpoint->shakes[j], wanted < room ?
			    room - wanted : 0);
	}
	judging->diagnosed += wanted < room ? wanted : room;
	if (wanted > room)
		judging_place(judging, finding_add(
		    &judging->evidence->findings, FINDING_LIMIT_REACHED,
		    "only %zu of %zu mismatches were looked into", room,
		    wanted), NULL, KEY_UNKNOWN);
}
