/*
 * CAs that a host's authentication depends on and that take turns, or have
 * retired: what matches now will not match after some renewal.
 */
#include <stdlib.h>

#include "checker/judge/judge_parts.h"
#include "checker/tlsa/known_cas.h"
#include "checker/tlsa/verifier.h"
#include "resolver/memory.h"

/* CAs that are reported at one host, of each rotation one. */
#define CAS_REPORTED_MAX 8

/* The CA that a record pins, as far as it is known; or NULL. */
static const struct known_ca *
ca_pinned(const struct judge_state *state, const struct tlsa *record)
{
	return record->usage == TLSA_DANE_TA ?
	    known_cas_find(state->options->known_cas, record) : NULL;
}

/* Whether a record that counts pins the CA. */
static bool
is_pinned(const struct judge_state *state, const struct known_ca *ca)
{
	const struct tlsa_set *set = &state->host->judged.records;
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (set->records[i].usable && !set->records[i].ignored &&
		    ca_pinned(state, &set->records[i]) == ca)
			return true;
	}
	return false;
}

/* The known CA by which a record matches; NULL: none. */
static const struct known_ca *
ca_matched(const struct judge_state *state, const struct chain *chain,
    const struct match_result *match)
{
	const struct tlsa *record =
	    &state->host->judged.records.records[match->record];
	const size_t depth = (size_t)match->depth;

	if (record->usage != TLSA_DANE_TA)
		return NULL;
	/* Whatever form the record has, the chain has the key. */
	return depth < chain->count ? known_cas_find_key(
	    state->options->known_cas,
	    chain->certificates[depth].spki_sha256, CHAIN_DIGEST) :
	    ca_pinned(state, record);
}

/*
 * The CA that a handshake depends on, one that still issues if there is one;
 * NULL: it matches in another way as well, or depends on none that is known.
 */
static const struct known_ca *
sole_ca(const struct judge_state *state,
    const struct handshake_evidence *handshake)
{
	const struct handshake_judgement *judged = &handshake->judged;
	const struct known_ca *sole = NULL, *known;
	size_t i;

	for (i = 0; i < judged->match_count; i++) {
		if (judged->matches[i].status != MATCH_MATCH)
			continue;
		known = ca_matched(state, handshake->seen->chain,
		    &judged->matches[i]);
		if (known == NULL || (known->state != KNOWN_CA_ACTIVE &&
		    known->state != KNOWN_CA_RETIRED))
			return NULL;
		if (sole == NULL || sole->state == KNOWN_CA_RETIRED)
			sole = known;
	}
	return sole;
}

/* Advises the "2 1 1" of a CA. */
static void
advise_ca(const struct judge_state *state, struct advice_list *advice,
    const struct known_ca *ca)
{
	char *text = memory_format("2 1 1 %s", ca->spki_sha256);
	struct tlsa record;
	const char *why;

	if (!tlsa_from_text(&record, text, &why))
		abort();
	advice_add_publish(advice, &state->host->judged.rrset, &record);
	free(record.data);
	free(text);
}

/*
 * Whether a "2 1 2" is published, beside which no "2 1 1" counts (RFC 7671 9).
 */
static bool
has_stronger_digest(const struct tlsa_set *set)
{
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (set->records[i].usable &&
		    set->records[i].usage == TLSA_DANE_TA &&
		    set->records[i].selector == TLSA_SPKI &&
		    set->records[i].matching_type == TLSA_SHA2_512)
			return true;
	}
	return false;
}

/* What identifies a CA here: its rotation, if it is in one. */
static const struct known_ca *
rotation_of(const struct judge_state *state, const struct known_ca *ca)
{
	return ca->state == KNOWN_CA_ACTIVE ?
	    known_cas_rotation(state->options->known_cas, ca, 0) : ca;
}

/*
 * Advises records of the server's own keys, for each handshake that depends on
 * the CA, or one with which it takes turns. False: none would match.
 */
static bool
advise_own_keys(struct judge_state *state, struct advice_list *advice,
    const struct known_ca *ca)
{
	const struct handshake_evidence *handshake;
	struct handshake_walk walk = { 0 };
	struct match_input rules;
	const struct known_ca *sole;

	while ((handshake = handshake_next(state->host, &walk)) != NULL) {
		sole = sole_ca(state, handshake);
		if (sole == NULL ||
		    rotation_of(state, sole) != rotation_of(state, ca))
			continue;
		rules = judging_match_input(state, state->host,
		    handshake->seen->chain);
		advice_add_own_key(advice, &state->host->judged.rrset,
		    &rules);
	}
	return advice->count > 0;
}

/*
 * Advises the records of the siblings that are not pinned. Their keys' SHA2-512
 * is not known: where that is published, the server's own key does not depend
 * on them.
 */
static void
advise_siblings(struct judge_state *state, struct advice_list *advice,
    const struct known_ca *ca)
{
	const struct known_ca *sibling;
	size_t i;

	if (has_stronger_digest(&state->host->judged.records)) {
		advise_own_keys(state, advice, ca);
		return;
	}
	for (i = 0; (sibling = known_cas_rotation(state->options->known_cas,
	    ca, i)) != NULL; i++) {
		if (sibling != ca && !is_pinned(state, sibling))
			advise_ca(state, advice, sibling);
	}
}

/*
 * Whether a record that matches nothing now may be of a sibling for all that is
 * known: the table has SHA2-256 alone.
 */
static bool
may_pin_sibling(const struct host_judgement *judged)
{
	const struct tlsa *record;
	size_t i;

	for (i = 0; i < judged->records.count; i++) {
		record = &judged->records.records[i];
		if (record->usable && record->usage == TLSA_DANE_TA &&
		    record->matching_type != TLSA_SHA2_256 &&
		    !judged->record_matches[i])
			return true;
	}
	return false;
}

bool
judge_rotation_advise(struct judge_state *state, struct advice_list *advice,
    const struct chain *chain)
{
	static const struct tlsa kind = { .usage = TLSA_DANE_TA,
		.selector = TLSA_SPKI, .matching_type = TLSA_SHA2_256 };
	const size_t depth = verifier_issuer_of_leaf(state->verifier, chain);
	const struct match_input rules = judging_match_input(state,
	    state->host, chain);
	const struct known_ca *ca, *sibling;
	size_t i;

	if (depth == 0 || !advice_add_tried(advice, &state->host->judged.rrset,
	    &rules, depth, &kind))
		return false;
	ca = known_cas_find_key(state->options->known_cas,
	    chain->certificates[depth].spki_sha256, CHAIN_DIGEST);
	for (i = 0; ca != NULL && (sibling = known_cas_rotation(
	    state->options->known_cas, ca, i)) != NULL; i++) {
		if (sibling != ca && !is_pinned(state, sibling))
			advise_ca(state, advice, sibling);
	}
	return true;
}

static void
judge_siblings(struct judge_state *state, const struct known_ca *ca)
{
	struct advice_list advice = { NULL, 0 };
	struct finding *finding;

	if (state->host->judged.untried ||
	    may_pin_sibling(&state->host->judged))
		return;
	advise_siblings(state, &advice, ca);
	if (advice.count == 0)
		return;
	finding = judging_add(state, FINDING_ROTATION_UNCOVERED,
	    "%s is pinned, but not those with which it takes turns: the CA "
	    "picks one at random at each renewal", ca->name);
	advice_list_append(&finding->advice, &advice);
}

/* Whether no record is there for what another CA will issue. */
static bool
only_retired_cas_pinned(const struct judge_state *state,
    const struct handshake_evidence *handshake)
{
	const struct tlsa_set *set = &state->host->judged.records;
	const struct match_result *match;
	const struct known_ca *known;
	size_t i;

	for (i = 0; i < set->count; i++) {
		match = &handshake->judged.matches[i];
		known = match->would_match ?
		    ca_matched(state, handshake->seen->chain, match) :
		    ca_pinned(state, &set->records[i]);
		if (set->records[i].usable && !set->records[i].ignored &&
		    (known == NULL || known->state != KNOWN_CA_RETIRED))
			return false;
	}
	return true;
}

static void
judge_retired(struct judge_state *state, const struct known_ca *ca,
    const struct handshake_evidence *handshake)
{
	struct finding *finding;

	if (!only_retired_cas_pinned(state, handshake))
		return;
	finding = judging_add(state, FINDING_ISSUER_RETIRED,
	    "the only match is by %s, a CA that has retired: no renewal will "
	    "lead up to it", ca->name);
	/* Not yet the error that it is going to be. */
	judging_set_severity(state, finding, SEVERITY_WARNING);
	if (advise_own_keys(state, &finding->advice, ca))
		advice_add_text(&finding->advice, "or \"2 1 1\" records of the "
		    "CAs that issue now, before the renewal");
}

void
judge_rotation(struct judge_state *state)
{
	const struct known_ca *reported[CAS_REPORTED_MAX], *ca;
	const struct handshake_evidence *handshake;
	struct handshake_walk walk = { 0 };
	size_t i, count = 0;

	/* Each key type may depend on a CA of its own. */
	while (count < CAS_REPORTED_MAX &&
	    (handshake = handshake_next(state->host, &walk)) != NULL) {
		ca = sole_ca(state, handshake);
		for (i = 0; ca != NULL && i < count; i++) {
			if (reported[i] == rotation_of(state, ca))
				break;
		}
		if (ca == NULL || i < count)
			continue;
		reported[count++] = rotation_of(state, ca);
		if (ca->state == KNOWN_CA_RETIRED)
			judge_retired(state, ca, handshake);
		else
			judge_siblings(state, ca);
	}
}
