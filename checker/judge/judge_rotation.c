/*
 * Authorities that a server hangs on and that take turns, or have stopped: what
 * matches now will not match after some renewal.
 */
#include "checker/judge/judging.h"

#include <stdlib.h>

#include "checker/tlsa/advice.h"
#include "checker/tlsa/known_cas.h"
#include "resolver/memory.h"

/* Authorities that are told of at one host, of each rotation one. */
#define ISSUERS_TOLD_MAX 8

/* The authority that a record pins, as far as it is known; or NULL. */
static const struct known_ca *
issuer_pinned(const struct judge_state *state, const struct tlsa *record)
{
	return record->usage == TLSA_DANE_TA ?
	    known_cas_find(state->options->known_cas, record) : NULL;
}

/* Whether a record that counts pins the authority. */
static bool
is_pinned(const struct judge_state *state, const struct known_ca *issuer)
{
	const struct tlsa_set *set = &state->host->records;
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (set->records[i].usable && !set->records[i].ignored &&
		    issuer_pinned(state, &set->records[i]) == issuer)
			return true;
	}
	return false;
}

/* The known authority by which a record matches; NULL: none. */
static const struct known_ca *
issuer_matched(const struct judge_state *state,
    const struct handshake_evidence *shake, const struct match_result *match)
{
	const struct tlsa *record =
	    &state->host->records.records[match->record];
	const struct chain *chain = shake->handshake->chain;
	const size_t depth = (size_t)match->depth;

	if (record->usage != TLSA_DANE_TA)
		return NULL;
	/* Whatever form the record has, the chain has the key. */
	return depth < chain->count ? known_cas_find_key(
	    state->options->known_cas,
	    chain->certificates[depth].spki_sha256, CHAIN_DIGEST) :
	    issuer_pinned(state, record);
}

/*
 * The authority that a handshake hangs on, one that still issues if there is
 * one; NULL: it matches in another way as well, or hangs on none that is known.
 */
static const struct known_ca *
sole_ca(const struct judge_state *state, const struct handshake_evidence *shake)
{
	const struct known_ca *issuer = NULL, *known;
	size_t i;

	for (i = 0; i < shake->match_count; i++) {
		if (shake->matches[i].status != MATCH_MATCH)
			continue;
		known = issuer_matched(state, shake, &shake->matches[i]);
		if (known == NULL || (known->state != KNOWN_CA_ACTIVE &&
		    known->state != KNOWN_CA_RETIRED))
			return NULL;
		if (issuer == NULL || issuer->state == KNOWN_CA_RETIRED)
			issuer = known;
	}
	return issuer;
}

/*
 * Adds a "publish" line to LINES (owned, may be NULL); returns its new place.
 */
static char *
add_line(char *lines, const char *owner, const struct known_ca *issuer)
{
	char *longer = memory_format("%s%spublish  %s%s2 1 1 %s",
	    lines != NULL ? lines : "", lines != NULL ? "\n" : "",
	    owner != NULL ? owner : "", owner != NULL ? ". IN TLSA " : "",
	    issuer->spki_sha256);

	free(lines);
	return longer;
}

/*
 * Whether a "2 1 2" is published, beside which no "2 1 1" counts (RFC 7671 9).
 */
static bool
has_stronger(const struct tlsa_set *set)
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

/* The records of the siblings that are not pinned, a line each. Owned. */
static char *
missing_siblings(const struct judge_state *state, const struct known_ca *issuer)
{
	const char *owner = judging_tlsa_owner(state);
	const bool stronger = has_stronger(&state->host->records);
	const struct known_ca *sibling;
	char *lines = NULL, *longer;
	size_t i;

	for (i = 0; (sibling = known_cas_rotation(state->options->known_cas,
	    issuer, i)) != NULL; i++) {
		if (stronger || (sibling != issuer &&
		    !is_pinned(state, sibling)))
			lines = add_line(lines, owner, sibling);
	}
	if (lines == NULL || !stronger)
		return lines;
	longer = memory_format("%s\nin place of the \"2 1 2\" records, beside "
	    "which they would not count (RFC 7671 9)", lines);
	free(lines);
	return longer;
}

/*
 * Whether a record that matches nothing now may be of a sibling for all that is
 * known: the table has SHA2-256 alone.
 */
static bool
has_unknown(const struct host_evidence *host)
{
	const struct tlsa *record;
	size_t i;

	for (i = 0; i < host->records.count; i++) {
		record = &host->records.records[i];
		if (record->usable && record->usage == TLSA_DANE_TA &&
		    record->matching_type != TLSA_SHA2_256 &&
		    !evidence_record_matches(host, i))
			return true;
	}
	return false;
}

static void
say_rotation(const struct judge_state *state, const struct known_ca *issuer)
{
	struct finding *finding;
	char *lines;

	if (has_unknown(state->host))
		return;
	lines = missing_siblings(state, issuer);
	if (lines == NULL)
		return;
	finding = finding_add(&state->evidence->findings,
	    FINDING_ROTATION_UNCOVERED, "%s is pinned, but not those with "
	    "which it takes turns: the authority picks one at random at each "
	    "renewal",
	    issuer->name);
	finding->advice = lines;
	judging_place(state, finding, NULL, KEY_UNKNOWN);
}

/* Whether no record is there for what another authority will issue. */
static bool
only_retired_cas_pinned(const struct judge_state *state,
    const struct handshake_evidence *shake)
{
	const struct tlsa_set *set = &state->host->records;
	const struct known_ca *known;
	const struct tlsa *record;
	size_t i;

	for (i = 0; i < set->count; i++) {
		record = &set->records[i];
		known = shake->matches[i].would_match ?
		    issuer_matched(state, shake, &shake->matches[i]) :
		    issuer_pinned(state, record);
		if (record->usable && !record->ignored &&
		    (known == NULL || known->state != KNOWN_CA_RETIRED))
			return false;
	}
	return true;
}

static void
say_retired(const struct judge_state *state, const struct known_ca *issuer,
    const struct handshake_evidence *shake)
{
	const struct match_input rules = judging_match_input(state,
	    shake->handshake->chain);
	struct finding *finding;
	char *line;

	if (!only_retired_cas_pinned(state, shake))
		return;
	finding = finding_add(&state->evidence->findings,
	    FINDING_ISSUER_RETIRED, "the only match is by %s, an authority "
	    "that has retired: no renewal will lead up to it", issuer->name);
	/* Not yet the error that it is going to be. */
	finding->severity = SEVERITY_WARNING;
	line = advice_own_key(&rules, judging_tlsa_owner(state));
	if (line != NULL)
		finding_advise(finding, "publish  %s\nor \"2 1 1\" records of "
		    "the authorities that issue now, before the renewal", line);
	free(line);
	judging_place(state, finding, NULL, KEY_UNKNOWN);
}

/* By what an authority is told from others: its rotation, if it is in one. */
static const struct known_ca *
rotation_of(const struct judge_state *state, const struct known_ca *issuer)
{
	return issuer->state == KNOWN_CA_ACTIVE ?
	    known_cas_rotation(state->options->known_cas, issuer, 0) : issuer;
}

void
judge_rotation(const struct judge_state *state)
{
	const struct host_evidence *host = state->host;
	const struct known_ca *told[ISSUERS_TOLD_MAX], *issuer;
	const struct handshake_evidence *shake;
	size_t i, j, k, count = 0;

	/* Each key type may hang on an authority of its own. */
	for (i = 0; i < host->endpoint_count; i++) {
		for (j = 0; j < host->endpoints[i].handshake_count; j++) {
			shake = &host->endpoints[i].handshakes[j];
			issuer = sole_ca(state, shake);
			if (issuer == NULL || count == ISSUERS_TOLD_MAX)
				continue;
			for (k = 0; k < count; k++) {
				if (told[k] == rotation_of(state, issuer))
					break;
			}
			if (k < count)
				continue;
			told[count++] = rotation_of(state, issuer);
			if (issuer->state == KNOWN_CA_RETIRED)
				say_retired(state, issuer, shake);
			else
				say_rotation(state, issuer);
		}
	}
}
