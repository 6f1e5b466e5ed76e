/*
 * RFC 7671 8: each combination of usage, selector and matching type that is
 * published must have a record that matches.
 */
#include "checker/judge/judge_parts.h"
#include "checker/judge/shared_rrset.h"
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

/* Whether it is authenticated, but not by a record of the combination. */
static bool
is_uncovered(const struct host_evidence *host,
    const struct handshake_evidence *handshake, const struct tlsa *combination)
{
	return handshake->judged.verdict == VERDICT_PASS &&
	    !covers(host, handshake, combination);
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

/*
 * Advises records that cover HANDSHAKE, or all of the host that the combination
 * does not cover (NULL). False: some would be left, and nothing is advised.
 */
static bool
advise_records(struct judge_state *state, struct advice_list *advice,
    const struct handshake_evidence *handshake,
    const struct tlsa *combination)
{
	struct advice_list records = { NULL, 0 };
	const struct handshake_evidence *other;
	struct handshake_walk walk = { 0 };
	bool all = true;

	while (all && (other = handshake_next(state->host, &walk)) != NULL) {
		if (handshake != NULL ? other == handshake :
		    is_uncovered(state->host, other, combination))
			all = advise_record(state, &records,
			    other->seen->chain, combination);
	}
	if (all)
		advice_list_append(advice, &records);
	advice_list_clear(&records);
	return all;
}

/*
 * Whether no record of the combination is of anything that is presented: then,
 * and only then, its records do nothing but harm.
 */
static bool
is_stale(const struct judge_state *state, const struct tlsa *combination)
{
	const struct host_evidence *host = state->host;
	const struct tlsa_set *set = &host->judged.records;
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (tlsa_same_combination(&set->records[i], combination) &&
		    !shared_rrset_is_stale(state->evidence, host, i))
			return false;
	}
	return shared_rrset_is_seen(state->evidence, host);
}

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

/* ENDPOINT NULL: it is so at all of the host, HANDSHAKE NULL as well. */
static void
add_uncovered(struct judge_state *state,
    const struct endpoint_evidence *endpoint,
    const struct handshake_evidence *handshake,
    const struct tlsa *combination)
{
	/* What covers another place is of use. */
	const bool stale = handshake == NULL && is_stale(state, combination);
	struct finding *finding;

	finding = judging_add_at(state, endpoint, handshake != NULL ?
	    (int)handshake->seen->key_type : FINDING_ALL_KEY_TYPES,
	    FINDING_COMBINATION_UNCOVERED, "no \"%d %d %d\" record matches "
	    "what the server presents now: a sender that knows only this "
	    "combination delays the mail (RFC 7671 8)", combination->usage,
	    combination->selector, combination->matching_type);
	if (advise_records(state, &finding->advice, handshake, combination)) {
		if (!stale)
			return;
		advice_add_text(&finding->advice, "or remove the stale "
		    "\"%d %d %d\" records:", combination->usage,
		    combination->selector, combination->matching_type);
	} else if (verifier_exhausted(state->verifier) != NULL) {
		/* Which record would match has not been found out. */
		return;
	} else if (!stale) {
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
	size_t	covered;
	size_t	uncovered;
};

static struct coverage
count_coverage(const struct host_evidence *host,
    const struct tlsa *combination)
{
	const struct handshake_evidence *handshake;
	struct coverage coverage = { 0, 0 };
	struct handshake_walk walk = { 0 };

	while ((handshake = handshake_next(host, &walk)) != NULL) {
		if (handshake->judged.verdict != VERDICT_PASS)
			continue;
		if (is_uncovered(host, handshake, combination))
			coverage.uncovered++;
		else
			coverage.covered++;
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
		add_uncovered(state, NULL, NULL, combination);
		return;
	}
	while (coverage.uncovered > 0 &&
	    (handshake = handshake_next(host, &walk)) != NULL) {
		if (is_uncovered(host, handshake, combination) &&
		    !judging_is_repeated(walk.endpoint, handshake))
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
