/*
 * RFC 7671 8: each combination of usage, selector and matching type that is
 * published must have a record that matches.
 */
#include "checker/judge/judge_parts.h"
#include "checker/tlsa/verifier.h"

/*
 * Whether a record of the combination matches, or may match, stronger digests
 * set aside: some senders know only that combination.
 */
static bool
covers(const struct host_evidence *host,
    const struct handshake_evidence *handshake, const struct tlsa *combination)
{
	const struct tlsa_set *set = &host->judged.records;
	size_t i;

	for (i = 0; i < handshake->judged.match_count; i++) {
		if ((handshake->judged.matches[i].would_match ||
		    handshake->judged.matches[i].status == MATCH_UNTRIED) &&
		    tlsa_same_combination(&set->records[i], combination))
			return true;
	}
	return false;
}

/*
 * Advises the record of the combination for the certificate nearest to the leaf
 * that would do. False: none would, since names, dates or the chain are wrong.
 */
static bool
advise_record(struct judge_state *state, struct advice_list *advice,
    const struct chain *chain, const struct tlsa *combination)
{
	const struct match_input rules = judging_match_input(state,
	    state->host, chain);
	const bool own = combination->usage == TLSA_DANE_EE;
	size_t depth = own ? 0 : 1, end = own ? 1 : chain->count;

	for (; depth < end && verifier_exhausted(state->verifier) == NULL;
	    depth++) {
		if ((own || !chain_repeats_own(chain, depth)) &&
		    advice_add_tried(advice, &state->host->judged.rrset,
		    &rules, depth, combination))
			return true;
	}
	return false;
}

/* Advises to remove the combination, where no record of it is in use. */
static void
advise_removal(struct judge_state *state, struct advice_list *advice,
    const struct tlsa *combination)
{
	const struct host_judgement *judged = &state->host->judged;
	const struct tlsa_set *set = &judged->records;
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (tlsa_same_combination(&set->records[i], combination) &&
		    set->records[i].duplicate_of == i)
			advice_add_remove(advice, &judged->rrset,
			    &set->records[i]);
	}
}

/* Whether a record of the combination matches any handshake, or may do so. */
static bool
is_in_use(const struct host_judgement *judged, const struct tlsa *combination)
{
	size_t i;

	for (i = 0; i < judged->records.count; i++) {
		if (judged->record_matches[i] && tlsa_same_combination(
		    &judged->records.records[i], combination))
			return true;
	}
	return judged->untried;
}

/* ENDPOINT NULL: it is so at all of the host. */
static void
add_uncovered(struct judge_state *state,
    const struct endpoint_evidence *endpoint,
    const struct handshake_evidence *handshake,
    const struct tlsa *combination)
{
	const struct chain *chain = handshake->seen->chain;
	const bool in_use = is_in_use(&state->host->judged, combination);
	struct finding *finding;

	finding = judging_add_at(state, endpoint, endpoint != NULL ?
	    (int)handshake->seen->key_type : FINDING_ALL_KEY_TYPES,
	    FINDING_COMBINATION_UNCOVERED, "no \"%d %d %d\" record matches "
	    "what the server presents now: a sender that knows only this "
	    "combination delays the mail (RFC 7671 8)", combination->usage,
	    combination->selector, combination->matching_type);
	if (advise_record(state, &finding->advice, chain, combination)) {
		if (in_use)
			return;
		advice_add_text(&finding->advice, "or remove the stale "
		    "\"%d %d %d\" records:", combination->usage,
		    combination->selector, combination->matching_type);
	} else if (verifier_exhausted(state->verifier) != NULL) {
		/* Which record would match has not been found out. */
		return;
	} else if (in_use) {
		advice_add_text(&finding->advice, "correct what it presents, "
		    "so that a \"%d %d %d\" record can match it",
		    combination->usage, combination->selector,
		    combination->matching_type);
		return;
	}
	advise_removal(state, &finding->advice, combination);
}

/* The host's authenticated handshakes that a combination covers, or not. */
struct coverage {
	size_t				 covered;
	size_t				 uncovered;
	const struct handshake_evidence	*example;	/* borrowed; one that is
							 * not covered */
};

static struct coverage
count_coverage(const struct host_evidence *host,
    const struct tlsa *combination)
{
	const struct handshake_evidence *handshake;
	struct coverage coverage = { 0, 0, NULL };
	struct handshake_walk walk = { 0 };

	while ((handshake = handshake_next(host, &walk)) != NULL) {
		if (handshake->judged.verdict != VERDICT_PASS)
			continue;
		if (covers(host, handshake, combination)) {
			coverage.covered++;
			continue;
		}
		coverage.uncovered++;
		coverage.example = handshake;
	}
	return coverage;
}

/* Reported once for the host where nothing is covered, else for each place. */
static void
judge_combination(struct judge_state *state, const struct tlsa *combination)
{
	const struct host_evidence *host = state->host;
	const struct coverage coverage = count_coverage(host, combination);
	const struct handshake_evidence *handshake;
	struct handshake_walk walk = { 0 };

	if (coverage.uncovered > 0 && coverage.covered == 0) {
		add_uncovered(state, NULL, coverage.example, combination);
		return;
	}
	while (coverage.uncovered > 0 &&
	    (handshake = handshake_next(host, &walk)) != NULL) {
		if (handshake->judged.verdict == VERDICT_PASS &&
		    !covers(host, handshake, combination))
			add_uncovered(state, walk.endpoint, handshake,
			    combination);
	}
}

void
judge_coverage(struct judge_state *state)
{
	const struct tlsa_set *set = &state->host->judged.records;
	size_t i, j;

	for (i = 0; i < set->count; i++) {
		if (!set->records[i].usable)
			continue;
		for (j = 0; j < i; j++) {
			if (set->records[j].usable && tlsa_same_combination(
			    &set->records[j], &set->records[i]))
				break;
		}
		if (j == i)
			judge_combination(state, &set->records[i]);
	}
}
