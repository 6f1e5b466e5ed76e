/*
 * Which of the records that do not match are explained, and how severe that is.
 */
#include <stdlib.h>

#include "checker/judge/diagnose.h"
#include "checker/judge/judge_parts.h"
#include "checker/judge/shared_rrset.h"
#include "checker/tlsa/verifier.h"
#include "smtp/chain.h"

/*
 * Explanations for one domain. Its owner chooses how many hosts, records and
 * certificates there are, and each is compared with each, in many ways.
 */
#define DIAGNOSES_MAX 64

/*
 * Whether a record that does not match a handshake needs an explanation: it
 * matches nothing there. Beside a match it may be of another key type's
 * certificate, which is as it should be.
 */
static bool
needs_diagnosis(const struct host_judgement *host,
    const struct handshake_evidence *handshake, size_t record)
{
	const struct match_result *match = &handshake->judged.matches[record];
	const struct tlsa_set *set = &host->records;

	if (match->would_match || match->status == MATCH_UNTRIED ||
	    set->records[record].duplicate_of != record)
		return false;
	if (set->records[record].usable &&
	    (match->faults & MATCH_FAULT_DATA) == 0)
		return false;
	return judging_is_unmatched(handshake) ||
	    (!host->record_matches[record] && !host->untried);
}

/* Whether a chain would match one of the records. */
static bool
would_match(struct judge_state *state, const struct host_evidence *host,
    const struct chain *chain, const struct tlsa_set *records)
{
	struct match_input input = judging_match_input(state, host, chain);
	struct match_result *results;
	bool matches;

	input.records = records;
	results = match_chain(&input);
	matches = match_any(results, records->count, MATCH_MATCH);
	match_free(results, records->count);
	return matches;
}

/* Whether all that a host presents would pass, were these its records. */
static bool
would_pass(struct judge_state *state, const struct host_evidence *host,
    const struct tlsa_set *records)
{
	const struct handshake_evidence *handshake;
	struct handshake_walk walk = { 0 };
	size_t i;

	for (i = 0; i < host->endpoint_count; i++) {
		if (!judge_host_is_ready(host, &host->endpoints[i]))
			return false;
	}
	while ((handshake = handshake_next(host, &walk)) != NULL) {
		if (!verifier_charge(state->verifier, JUDGE_TRY_COST) ||
		    !would_match(state, host, handshake->seen->chain, records))
			return false;
	}
	return true;
}

/*
 * Where nobody authenticates, since no record can be used, the first one that
 * can has everybody do so: it must not be less than what all hosts need that
 * share it.
 */
static bool
is_enough(struct judge_state *state, const struct advice_list *advice)
{
	struct tlsa_set records = { NULL, 0 };
	const struct host_evidence *host;
	bool enough = true;
	size_t i;

	for (i = 0; i < advice->count; i++) {
		if (advice->items[i].kind == ADVICE_PUBLISH &&
		    advice->items[i].type == DNS_TLSA)
			tlsa_set_add(&records, &advice->items[i].record);
	}
	for (i = 0; enough && records.count > 0 && (host = shared_rrset_host(
	    state->evidence, state->host, i)) != NULL; i++)
		enough = would_pass(state, host, &records);
	tlsa_set_clear(&records);
	return enough;
}

static void
diagnose_record(struct judge_state *state,
    const struct endpoint_evidence *endpoint,
    const struct handshake_evidence *handshake, size_t record)
{
	const struct host_judgement *judged = &state->host->judged;
	const bool failing = judging_is_unmatched(handshake);
	const struct match_input rules = judging_match_input(state,
	    state->host, handshake->seen->chain);
	const struct diagnose_input input = {
		.rules = &rules,
		.record = &judged->records.records[record],
		.chain = handshake->seen->chain,
		.handshake = handshake,
		.evidence = state->evidence,
		.host = state->host,
		.rrset = &judged->rrset,
		.ca_lookup = state->options->ca_lookup,
		.known_cas = state->options->known_cas,
		.failing = failing,
	};
	struct diagnosis diagnosis;
	struct finding *finding;

	if (!diagnose(&diagnosis, &input))
		return;
	finding = judging_add_at(state, endpoint,
	    (int)handshake->seen->key_type, diagnosis.code, "record [%zu] %s",
	    record + 1, diagnosis.text);
	/* Beside a match it is a curiosity, else it is why mail is delayed. */
	judging_set_severity(state, finding,
	    failing ? SEVERITY_ERROR : SEVERITY_INFO);
	finding->place.record = (int)record;
	if (tlsa_set_usable(&judged->records) == 0 &&
	    !is_enough(state, &diagnosis.advice)) {
		advice_list_clear(&diagnosis.advice);
		advice_add_text(&finding->advice, "correct it together with "
		    "records of all else that the host presents, once senders "
		    "that authenticate accept that");
	}
	advice_list_append(&finding->advice, &diagnosis.advice);
	free(diagnosis.text);
}

/* Returns how many records need an explanation; up to ROOM get one. */
static size_t
diagnose_handshake(struct judge_state *state,
    const struct endpoint_evidence *endpoint,
    const struct handshake_evidence *handshake, size_t room)
{
	size_t record, needed = 0;

	/* It counts for nothing. */
	if (handshake->judged.verdict == VERDICT_ABSENT ||
	    judging_is_repeated(endpoint, handshake))
		return 0;
	/* With a CA in the leaf's place every one would be untrue. */
	if (verifier_issued_by_leaf(state->verifier,
	    handshake->seen->chain) != 0)
		return 0;
	for (record = 0; record < handshake->judged.match_count; record++) {
		if (!needs_diagnosis(&state->host->judged, handshake, record))
			continue;
		if (needed++ < room)
			diagnose_record(state, endpoint, handshake, record);
	}
	return needed;
}

void
judge_diagnosis(struct judge_state *state)
{
	const size_t room = DIAGNOSES_MAX - state->diagnosis_count;
	const struct handshake_evidence *handshake;
	struct handshake_walk walk = { 0 };
	size_t needed = 0;

	while ((handshake = handshake_next(state->host, &walk)) != NULL)
		needed += diagnose_handshake(state, walk.endpoint, handshake,
		    needed < room ? room - needed : 0);
	state->diagnosis_count += needed < room ? needed : room;
	if (needed > room)
		judging_add(state, FINDING_LIMIT_REACHED,
		    "only %zu of %zu mismatches were looked into", room,
		    needed);
}
