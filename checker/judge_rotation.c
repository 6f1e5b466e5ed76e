/*
 * Authorities that a server hangs on and that take turns, or have stopped: what
 * matches now will not match after some renewal.
 */
#include <stdlib.h>

#include "checker/issuers.h"
#include "checker/judge_parts.h"
#include "resolver/memory.h"

/* Whether a usage 2 record that counts pins the authority. */
static bool
is_pinned(const struct tlsa_set *set, const struct issuer *issuer)
{
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (set->records[i].usable && !set->records[i].ignored &&
		    set->records[i].usage == TLSA_DANE_TA &&
		    issuers_find(&set->records[i]) == issuer)
			return true;
	}
	return false;
}

/* The known authority by which a record matches; NULL: none. */
static const struct issuer *
issuer_matched(const struct host_evidence *host,
    const struct shake_evidence *shake, const struct match_result *match)
{
	const struct tlsa *record = &host->records.records[match->record];
	const struct chain *chain = shake->handshake->chain;
	const size_t depth = (size_t)match->depth;

	if (record->usage != TLSA_DANE_TA)
		return NULL;
	/* Whatever form the record has, the chain has the key. */
	return depth < chain->count ? issuers_find_key(
	    chain->certificates[depth].spki_sha256, CHAIN_DIGEST) :
	    issuers_find(record);
}

/*
 * The authority that a handshake hangs on, one that still issues if there is one;
 * NULL: it matches in another way as well, or hangs on none that is known.
 */
static const struct issuer *
hangs_on(const struct host_evidence *host, const struct shake_evidence *shake)
{
	const struct issuer *issuer = NULL, *known;
	size_t i;

	for (i = 0; i < shake->match_count; i++) {
		if (shake->matches[i].status != MATCH_MATCH)
			continue;
		known = issuer_matched(host, shake, &shake->matches[i]);
		if (known == NULL || (known->state != ISSUER_ACTIVE &&
		    known->state != ISSUER_RETIRED))
			return NULL;
		if (issuer == NULL || issuer->state == ISSUER_RETIRED)
			issuer = known;
	}
	return issuer;
}

/* Adds a "publish" line to LINES (owned, may be NULL); returns its new place. */
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

/* Whether a "2 1 2" is published, beside which no "2 1 1" counts (RFC 7671 9). */
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
	const struct tlsa_set *set = &judging->host->records;
	const char *owner = judging_tlsa_owner(judging);
	const bool stronger = has_stronger(set);
	const struct issuer *sibling;
	char *lines = NULL, *longer;
	size_t i;

	for (i = 0; (sibling = issuers_rotation(issuer, i)) != NULL; i++) {
		if (stronger || (sibling != issuer && !is_pinned(set, sibling)))
			lines = add_line(lines, owner, sibling);
	}
	if (lines == NULL || !stronger)
		return lines;
	longer = memory_format("%s\nin place of the \"2 1 2\" records, beside "
	    "which they would not count (RFC 7671 9)", lines);
	free(lines);
	return longer;
}

static void
say_rotation(const struct judging *judging, const struct issuer *issuer)
{
	char *lines = missing_siblings(judging, issuer);
	struct finding *finding;

	if (lines == NULL)
		return;
	finding = finding_add(&judging->evidence->findings,
	    FINDING_ROTATION_UNCOVERED, "%s is pinned, but not those with which "
	    "it takes turns: the authority picks one at random at each renewal",
	    issuer->name);
	finding->advice = lines;
	judging_place(judging, finding, NULL, KEY_UNKNOWN);
}

static void
say_retired(const struct judging *judging, const struct issuer *issuer)
{
	struct finding *finding;

	finding = finding_add(&judging->evidence->findings,
	    FINDING_ISSUER_RETIRED, "the only match is by %s, an authority that "
	    "has retired: no renewal will lead up to it", issuer->name);
	finding->severity = SEVERITY_WARNING;
	finding_advise(finding, "before the renewal, publish a \"3 1 1\" record "
	    "of the server's key, or \"2 1 1\" records of the authorities that "
	    "issue now");
	judging_place(judging, finding, NULL, KEY_UNKNOWN);
}

void
judge_rotation(const struct judging *judging)
{
	const struct host_evidence *host = judging->host;
	const struct issuer *issuer = NULL;
	size_t i, j;

	for (i = 0; i < host->endpoint_count && issuer == NULL; i++) {
		for (j = 0; j < host->endpoints[i].shake_count &&
		    issuer == NULL; j++)
			issuer = hangs_on(host, &host->endpoints[i].shakes[j]);
	}
	if (issuer == NULL)
		return;
	if (issuer->state == ISSUER_RETIRED)
		say_retired(judging, issuer);
	else
		say_rotation(judging, issuer);
}
