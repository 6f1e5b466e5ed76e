/*
 * Authorities that a server hangs on and that take turns, or have stopped: what
 * matches now will not match after some renewal.
 */
#include "checker/judge/judge_parts.h"

#include <stdlib.h>

#include "checker/tlsa/advice.h"
#include "checker/tlsa/issuers.h"
#include "resolver/memory.h"

/* Authorities that are told of at one host, of each rotation one. */
#define ISSUERS_TOLD_MAX 8

/* The authority that a record pins, as far as it is known; or NULL. */
static const struct issuer *
issuer_pinned(const struct judging *judging, const struct tlsa *record)
{
	return record->usage == TLSA_DANE_TA ?
	    issuers_find(judging->options->issuers, record) : NULL;
}

/* Whether a record that counts pins the authority. */
static bool
is_pinned(const struct judging *judging, const struct issuer *issuer)
{
	const struct tlsa_set *set = &judging->host->records;
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (set->records[i].usable && !set->records[i].ignored &&
		    issuer_pinned(judging, &set->records[i]) == issuer)
			return true;
	}
	return false;
}

/* The known authority by which a record matches; NULL: none. */
static const struct issuer *
issuer_matched(const struct judging *judging,
    const struct shake_evidence *shake, const struct match_result *match)
{
	const struct tlsa *record =
	    &judging->host->records.records[match->record];
	const struct chain *chain = shake->handshake->chain;
	const size_t depth = (size_t)match->depth;

	if (record->usage != TLSA_DANE_TA)
		return NULL;
	/* Whatever form the record has, the chain has the key. */
	return depth < chain->count ? issuers_find_key(
	    judging->options->issuers,
	    chain->certificates[depth].spki_sha256, CHAIN_DIGEST) :
	    issuer_pinned(judging, record);
}

/*
 * The authority that a handshake hangs on, one that still issues if there is
 * one; NULL: it matches in another way as well, or hangs on none that is known.
 */
static const struct issuer *
hangs_on(const struct judging *judging, const struct shake_evidence *shake)
{
	const struct issuer *issuer = NULL, *known;
	size_t i;

	for (i = 0; i < shake->match_count; i++) {
		if (shake->matches[i].status != MATCH_MATCH)
			continue;
		known = issuer_matched(judging, shake, &shake->matches[i]);
		if (known == NULL || (known->state != ISSUER_ACTIVE &&
		    known->state != ISSUER_RETIRED))
			return NULL;
		if (issuer == NULL || issuer->state == ISSUER_RETIRED)
			issuer = known;
	}
	return issuer;
}

/*
 * Adds a "publish" line to LINES (owned, may be NULL); returns its new place.
 */
static char *
add_line(char *lines, const char *owner, const struct issuer *issuer)
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
missing_siblings(const struct judging *judging, const struct issuer *issuer)
{
	const char *owner = judging_tlsa_owner(judging);
	const bool stronger = has_stronger(&judging->host->records);
	const struct issuer *sibling;
	char *lines = NULL, *longer;
	size_t i;

	for (i = 0; (sibling = issuers_rotation(judging->options->issuers,
	    issuer, i)) != NULL; i++) {
		if (stronger || (sibling != issuer &&
		    !is_pinned(judging, sibling)))
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
say_rotation(const struct judging *judging, const struct issuer *issuer)
{
	struct finding *finding;
	char *lines;

	if (has_unknown(judging->host))
		return;
	lines = missing_siblings(judging, issuer);
	if (lines == NULL)
		return;
	finding = finding_add(&judging->evidence->findings,
	    FINDING_ROTATION_UNCOVERED, "%s is pinned, but not those with "
	    "which it takes turns: the authority picks one at random at each "
	    "renewal",
	    issuer->name);
	finding->advice = lines;
	judging_place(judging, finding, NULL, KEY_UNKNOWN);
}

/* Whether no record is there for what another authority will issue. */
static bool
pins_retired_alone(const struct judging *judging,
    const struct shake_evidence *shake)
{
	const struct tlsa_set *set = &judging->host->records;
	const struct issuer *known;
	const struct tlsa *record;
	size_t i;

	for (i = 0; i < set->count; i++) {
		record = &set->records[i];
		known = shake->matches[i].would_match ?
		    issuer_matched(judging, shake, &shake->matches[i]) :
		    issuer_pinned(judging, record);
		if (record->usable && !record->ignored &&
		    (known == NULL || known->state != ISSUER_RETIRED))
			return false;
	}
	return true;
}

static void
say_retired(const struct judging *judging, const struct issuer *issuer,
    const struct shake_evidence *shake)
{
	const struct match_input rules = judging_match_input(judging,
	    shake->handshake->chain);
	struct finding *finding;
	char *line;

	if (!pins_retired_alone(judging, shake))
		return;
	finding = finding_add(&judging->evidence->findings,
	    FINDING_ISSUER_RETIRED, "the only match is by %s, an authority "
	    "that has retired: no renewal will lead up to it", issuer->name);
	/* Not yet the error that it is going to be. */
	finding->severity = SEVERITY_WARNING;
	line = advice_own_key(&rules, judging_tlsa_owner(judging));
	if (line != NULL)
		finding_advise(finding, "publish  %s\nor \"2 1 1\" records of "
		    "the authorities that issue now, before the renewal", line);
	free(line);
	judging_place(judging, finding, NULL, KEY_UNKNOWN);
}

/* By what an authority is told from others: its rotation, if it is in one. */
static const struct issuer *
rotation_of(const struct judging *judging, const struct issuer *issuer)
{
	return issuer->state == ISSUER_ACTIVE ?
	    issuers_rotation(judging->options->issuers, issuer, 0) : issuer;
}

void
judge_rotation(const struct judging *judging)
{
	const struct host_evidence *host = judging->host;
	const struct issuer *told[ISSUERS_TOLD_MAX], *issuer;
	const struct shake_evidence *shake;
	size_t i, j, k, count = 0;

	/* Each key type may hang on an authority of its own. */
	for (i = 0; i < host->endpoint_count; i++) {
		for (j = 0; j < host->endpoints[i].shake_count; j++) {
			shake = &host->endpoints[i].shakes[j];
			issuer = hangs_on(judging, shake);
			if (issuer == NULL || count == ISSUERS_TOLD_MAX)
				continue;
			for (k = 0; k < count; k++) {
				if (told[k] == rotation_of(judging, issuer))
					break;
			}
			if (k < count)
				continue;
			told[count++] = rotation_of(judging, issuer);
			if (issuer->state == ISSUER_RETIRED)
				say_retired(judging, issuer, shake);
			else
				say_rotation(judging, issuer);
		}
	}
}
