/*
 * --next: whether what is published now will authenticate what is to be
 * presented next (RFC 7671 8.1 and 8.4: the record first, the key when no cache
 * can hold an answer without it any more).
 */
#include "checker/judge/judge_parts.h"

#include <stdlib.h>
#include <string.h>

#include "checker/tlsa/advice.h"
#include "checker/tlsa/make.h"
#include "checker/tlsa/material.h"
#include "checker/tlsa/offer.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* The host's records held against one of the files. */
struct prospect {
	const struct judging	*judging;	/* borrowed */
	const struct material	*material;	/* borrowed */
	struct match_result	*results;	/* owned; NULL: a key alone */
	int			 record;	/* index of the match */
};

/* Whether a record is of the key, whatever certificate it comes in. */
static bool
is_of_key(const struct tlsa *record, const struct material *material)
{
	struct tlsa wanted;
	bool same;

	if (!record->usable || record->usage != TLSA_DANE_EE ||
	    record->selector != TLSA_SPKI)
		return false;
	make_tlsa_of_key(&wanted, material->spki, material->spki_size,
	    record->matching_type);
	same = wanted.size == record->size &&
	    memcmp(wanted.data, record->data, wanted.size) == 0;
	free(wanted.data);
	return same;
}

/* Whether the record alone would do, a stronger digest set aside. */
static bool
would_match(const struct prospect *prospect, size_t record)
{
	const struct tlsa_set *set = &prospect->judging->host->records;

	return prospect->results != NULL ?
	    prospect->results[record].would_match :
	    is_of_key(&set->records[record], prospect->material);
}

static void
prospect_init(struct prospect *prospect, const struct judging *judging,
    const struct material *material)
{
	const struct host_evidence *host = judging->host;
	const struct match_input input = judging_match_input(judging,
	    material->chain);
	size_t i;

	*prospect = (struct prospect){
		.judging = judging,
		.material = material,
		.results = material->chain != NULL ? match_chain(&input) : NULL,
		.record = FINDING_NO_RECORD,
	};
	for (i = host->records.count; i-- > 0;) {
		if (!host->records.records[i].ignored &&
		    would_match(prospect, i))
			prospect->record = (int)i;
	}
}

static void
prospect_clear(struct prospect *prospect)
{
	if (prospect->results != NULL)
		match_free(prospect->results,
		    prospect->judging->host->records.count);
}

/* "next.pem (CN=mx.example.org, ECDSA)". Owned by the caller. */
static char *
describe(const struct material *material)
{
	const char *type = key_type_name(material->key_type);

	if (material->chain == NULL)
		return memory_format("%s (%s key)", material->file, type);
	return memory_format("%s (%s, %s)", material->file,
	    material->chain->certificates[0].subject, type);
}

/* The record of a kind that would cover it. Owned; NULL: there is none. */
static char *
line_of_kind(const struct prospect *prospect, const struct tlsa *kind)
{
	const struct judging *judging = prospect->judging;
	const struct material *material = prospect->material;
	const char *owner = judging_tlsa_owner(judging), *why;
	struct offers offers = { NULL, 0 };
	struct match_input rules;
	char *line = NULL;
	size_t depth;

	if (material->chain != NULL) {
		rules = judging_match_input(judging, material->chain);
		depth = kind->usage == TLSA_DANE_TA ?
		    offers_issuer(material->chain) : 0;
		if (depth == 0 && kind->usage == TLSA_DANE_TA)
			return NULL;
		return advice_line(&rules, owner, depth,
		    (enum tlsa_selector)kind->selector,
		    (enum tlsa_matching_type)kind->matching_type);
	}
	if (offers_add(&offers, material, kind, &why))
		line = tlsa_line(owner, &offers.items[0].record);
	offers_clear(&offers);
	return line;
}

/*
 * Whether a further record of the kind of record I would help: none of that
 * kind matches, and what is wrong is the data.
 */
static bool
lacks_record(const struct prospect *prospect, size_t i)
{
	const struct tlsa_set *set = &prospect->judging->host->records;
	size_t j;

	if (!set->records[i].usable)
		return false;
	for (j = 0; j < set->count; j++) {
		if (!tlsa_same_combination(&set->records[i], &set->records[j]))
			continue;
		if (j < i || would_match(prospect, j))
			return false;
		if (prospect->results != NULL &&
		    (prospect->results[j].faults & MATCH_FAULT_DATA) == 0 &&
		    prospect->results[j].status == MATCH_MISMATCH)
			return false;
	}
	return true;
}

/*
 * A line for each combination that is published and has no record that would
 * cover it (RFC 7671 8.4). Owned; NULL: none.
 */
static char *
missing_lines(const struct prospect *prospect)
{
	const struct tlsa_set *set = &prospect->judging->host->records;
	char *lines = NULL, *longer, *line;
	size_t i;

	for (i = 0; i < set->count; i++) {
		line = lacks_record(prospect, i) ?
		    line_of_kind(prospect, &set->records[i]) : NULL;
		if (line == NULL)
			continue;
		longer = memory_format("%spublish  %s\n",
		    lines != NULL ? lines : "", line);
		free(lines);
		free(line);
		lines = longer;
	}
	return lines;
}

/* The records match it; do all senders see them? */
static void
say_covered(const struct prospect *prospect)
{
	const struct judging *judging = prospect->judging;
	struct finding_list *findings = &judging->evidence->findings;
	const struct answer *tlsa = evidence_tlsa(judging->host);
	time_t safe = tlsa->signed_since + (time_t)judging_wait(judging);
	char *what = describe(prospect->material), *since, *until;
	char *missing = missing_lines(prospect);
	struct finding *finding;

	if (judging->options->when >= safe) {
		finding = finding_add(findings, FINDING_NEXT_COVERED,
		    "record [%d] matches %s, and every sender sees it: it is "
		    "safe to switch", prospect->record + 1, what);
		if (missing != NULL)
			finding_advise(finding, "%sas well: each combination "
			    "that is published should have a record that "
			    "matches (RFC 7671 8)", missing);
	} else {
		since = text_time(tlsa->signed_since);
		until = text_time(safe);
		finding = finding_add(findings, FINDING_NEXT_TOO_EARLY,
		    "record [%d] matches %s, but it may be new: it was signed "
		    "at %s, and caches may hold an answer from before",
		    prospect->record + 1, what, since);
		finding_advise(finding, "wait until %s before the switch",
		    until);
		free(since);
		free(until);
	}
	finding->record = prospect->record;
	judging_place(judging, finding, NULL, prospect->material->key_type);
	free(missing);
	free(what);
}

/*
 * Whether the file is a key alone, and a usage 2 record may yet match with it.
 */
static bool
is_open(const struct prospect *prospect)
{
	const struct tlsa_set *set = &prospect->judging->host->records;
	size_t i;

	for (i = 0; prospect->results == NULL && i < set->count; i++) {
		if (set->records[i].usable &&
		    set->records[i].usage == TLSA_DANE_TA)
			return true;
	}
	return false;
}

static void
advise_records(struct finding *finding, const struct prospect *prospect)
{
	static const struct tlsa usual = { .usage = TLSA_DANE_EE,
		.selector = TLSA_SPKI, .matching_type = TLSA_SHA2_256 };
	const struct judging *judging = prospect->judging;
	char *lines = missing_lines(prospect), *line;
	char *wait = text_duration(judging_wait(judging));

	if (lines == NULL) {
		line = line_of_kind(prospect, &usual);
		lines = memory_format("publish  %s\n", line);
		free(line);
	}
	finding_advise(finding, "%s%sbeside the present records, and wait for "
	    "2 TTLs (%s) before the switch",
	    is_open(prospect) ? "name the certificate with its chain, if it is "
	    "there already, or\n" : "", lines, wait);
	free(wait);
	free(lines);
}

/* What is wrong where a record has the right data. Borrowed; NULL: none has. */
static const struct match_result *
near_match(const struct prospect *prospect)
{
	const struct match_result *result;
	size_t i;

	for (i = 0; prospect->results != NULL &&
	    i < prospect->judging->host->records.count; i++) {
		result = &prospect->results[i];
		if (result->status == MATCH_MISMATCH &&
		    (result->faults & MATCH_FAULT_DATA) == 0)
			return result;
	}
	return NULL;
}

static void
say_uncovered(const struct prospect *prospect)
{
	const struct judging *judging = prospect->judging;
	const struct match_result *near = near_match(prospect);
	char *what = describe(prospect->material), *why;
	struct finding *finding;

	why = near == NULL ? memory_string("") : memory_format("; record [%zu] "
	    "%s", near->record + 1, near->why);
	if (is_open(prospect))
		finding = finding_add(&judging->evidence->findings,
		    FINDING_NEXT_UNCOVERED, "no TLSA record of usage 3 matches "
		    "%s; whether one of usage 2 will cannot be told without "
		    "the certificate", what);
	else
		finding = finding_add(&judging->evidence->findings,
		    FINDING_NEXT_UNCOVERED, "no TLSA record matches %s: from "
		    "the switch on senders would delay the mail%s", what, why);
	advise_records(finding, prospect);
	judging_place(judging, finding, NULL, prospect->material->key_type);
	free(why);
	free(what);
}

bool
judge_next(const struct judging *judging)
{
	const struct judge_options *options = judging->options;
	struct prospect prospect;
	bool uncovered = false;
	size_t i;

	/* Without a usable record nobody is authenticated (RFC 7672 2.2). */
	if (tlsa_set_usable(&judging->host->records) == 0)
		return false;
	for (i = 0; i < options->next_count; i++) {
		prospect_init(&prospect, judging, &options->next[i]);
		if (prospect.record == FINDING_NO_RECORD) {
			say_uncovered(&prospect);
			uncovered = true;
		} else {
			say_covered(&prospect);
		}
		prospect_clear(&prospect);
	}
	return uncovered;
}
