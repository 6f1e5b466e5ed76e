#include "checker/judge/judging.h"

#include <stdlib.h>

#include "checker/judge/diagnose.h"
#include "smtp/chain.h"

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
needs_diagnosis(const struct judge_state *state,
    const struct handshake_evidence *shake, size_t record)
{
	const struct match_result *match = &shake->matches[record];
	const struct tlsa_set *set = &state->host->records;

	if (match->would_match || set->records[record].duplicate_of != record)
		return false;
	if (set->records[record].usable &&
	    (match->faults & MATCH_FAULT_DATA) == 0)
		return false;
	return shake->verdict == VERDICT_FAIL ||
	    !evidence_record_matches(state->host, record);
}

static void
diagnose_record(const struct judge_state *state,
    const struct endpoint_evidence *endpoint,
    const struct handshake_evidence *shake, size_t record)
{
	const bool failing = shake->verdict == VERDICT_FAIL;
	const struct match_input rules = judging_match_input(state,
	    shake->handshake->chain);
	const struct diagnose_input input = {
		.rules = &rules,
		.record = &state->host->records.records[record],
		.chain = shake->handshake->chain,
		.shake = shake,
		.evidence = state->evidence,
		.owner = judging_tlsa_owner(state),
		.ca_lookup = state->options->ca_lookup,
		.known_cas = state->options->known_cas,
		.failing = failing,
	};
	struct diagnosis diagnosis;
	struct finding *finding;

	if (!diagnose(&diagnosis, &input))
		return;
	finding = finding_add(&state->evidence->findings, diagnosis.code,
	    "record [%zu] %s", record + 1, diagnosis.text);
	/* Beside a match it is a curiosity, else it is why mail is delayed. */
	finding->severity = failing ? SEVERITY_ERROR : SEVERITY_INFO;
	finding->record = (int)record;
	finding->advice = diagnosis.advice;
	free(diagnosis.text);
	judging_place(state, finding, endpoint, shake->handshake->key_type);
}

/*
 * How many of the handshake's records want an explanation; up to ROOM get one.
 */
static size_t
diagnose_shake(const struct judge_state *state,
    const struct endpoint_evidence *endpoint,
    const struct handshake_evidence *shake, size_t room)
{
	size_t record, wanted = 0;

	/* With an authority in the server's place every one would be untrue. */
	if (chain_issued_by_leaf(shake->handshake->chain) != 0)
		return 0;
	for (record = 0; record < shake->match_count; record++) {
		if (!needs_diagnosis(state, shake, record))
			continue;
		if (wanted++ < room)
			diagnose_record(state, endpoint, shake, record);
	}
	return wanted;
}

void
judge_diagnoses(struct judge_state *state)
{
	const size_t room = DIAGNOSES_MAX - state->diagnosis_count;
	const struct host_evidence *host = state->host;
	const struct endpoint_evidence *endpoint;
	size_t i, j, wanted = 0;

	for (i = 0; i < host->endpoint_count; i++) {
		endpoint = &host->endpoints[i];
		for (j = 0; j < endpoint->handshake_count; j++)
			wanted += diagnose_shake(state, endpoint,
			    &endpoint->handshakes[j], wanted < room ?
			    room - wanted : 0);
	}
	state->diagnosis_count += wanted < room ? wanted : room;
	if (wanted > room)
		judging_place(state, finding_add(
		    &state->evidence->findings, FINDING_LIMIT_REACHED,
		    "only %zu of %zu mismatches were looked into", room,
		    wanted), NULL, KEY_UNKNOWN);
}
