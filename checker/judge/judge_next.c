/*
 * --next: whether what is published now will authenticate what is to be
 * presented next (RFC 7671 8.1 and 8.4: the record first, the key when no cache
 * can hold an answer without it any more).
 */
#include "checker/judge/judging.h"

#include <stdlib.h>
#include <string.h>

#include "checker/tlsa/advice.h"
#include "checker/tlsa/candidate.h"
#include "checker/tlsa/keyfile.h"
#include "checker/tlsa/tlsa.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* The host's records held against one of the files. */
struct next_candidate {
	const struct judge_state	*state;	/* borrowed */
	const struct keyfile	*keyfile;	/* borrowed */
	struct match_result	*results;	/* owned; NULL: a key alone */
	int			 record;	/* index of the match */
};

/* Whether a record is of the key, whatever certificate it comes in. */
static bool
is_of_key(const struct tlsa *record, const struct keyfile *keyfile)
{
	struct tlsa wanted;
	bool same;

	if (!record->usable || record->usage != TLSA_DANE_EE ||
	    record->selector != TLSA_SPKI)
		return false;
	tlsa_of_key(&wanted, keyfile->spki, keyfile->spki_size,
	    record->matching_type);
	same = wanted.size == record->size &&
	    memcmp(wanted.data, record->data, wanted.size) == 0;
	free(wanted.data);
	return same;
}

/* Whether the record alone would do, a stronger digest set aside. */
static bool
would_match(const struct next_candidate *next_candidate, size_t record)
{
	const struct tlsa_set *set = &next_candidate->state->host->records;

	return next_candidate->results != NULL ?
	    next_candidate->results[record].would_match :
	    is_of_key(&set->records[record], next_candidate->keyfile);
}

static void
next_candidate_init(struct next_candidate *next_candidate, const struct judge_state *state,
    const struct keyfile *keyfile)
{
	const struct host_evidence *host = state->host;
	const struct match_input input = judging_match_input(state,
	    keyfile->chain);
	size_t i;

	*next_candidate = (struct next_candidate){
		.state = state,
		.keyfile = keyfile,
		.results = keyfile->chain != NULL ? match_chain(&input) : NULL,
		.record = FINDING_NO_RECORD,
	};
	for (i = host->records.count; i-- > 0;) {
		if (!host->records.records[i].ignored &&
		    would_match(next_candidate, i))
			next_candidate->record = (int)i;
	}
}

static void
next_candidate_clear(struct next_candidate *next_candidate)
{
	if (next_candidate->results != NULL)
		match_free(next_candidate->results,
		    next_candidate->state->host->records.count);
}

/* "next.pem (CN=mx.example.org, ECDSA)". Owned by the caller. */
static char *
describe(const struct keyfile *keyfile)
{
	const char *type = key_type_name(keyfile->key_type);

	if (keyfile->chain == NULL)
		return memory_format("%s (%s key)", keyfile->file, type);
	return memory_format("%s (%s, %s)", keyfile->file,
	    keyfile->chain->certificates[0].subject, type);
}

/* The record of a kind that would cover it. Owned; NULL: there is none. */
static char *
line_of_kind(const struct next_candidate *next_candidate, const struct tlsa *kind)
{
	const struct judge_state *state = next_candidate->state;
	const struct keyfile *keyfile = next_candidate->keyfile;
	const char *owner = judging_tlsa_owner(state), *why;
	struct candidates candidates = { NULL, 0 };
	struct match_input rules;
	char *line = NULL;
	size_t depth;

	if (keyfile->chain != NULL) {
		rules = judging_match_input(state, keyfile->chain);
		depth = kind->usage == TLSA_DANE_TA ?
		    chain_issuer_of_leaf(keyfile->chain) : 0;
		if (depth == 0 && kind->usage == TLSA_DANE_TA)
			return NULL;
		return advice_line(&rules, owner, depth,
		    (enum tlsa_selector)kind->selector,
		    (enum tlsa_matching_type)kind->matching_type);
	}
	if (candidates_add(&candidates, keyfile, kind, &why))
		line = tlsa_line(owner, &candidates.items[0].record);
	candidates_clear(&candidates);
	return line;
}

/*
 * Whether a further record of the kind of record I would help: none of that
 * kind matches, and what is wrong is the data.
 */
static bool
lacks_record(const struct next_candidate *next_candidate, size_t i)
{
	const struct tlsa_set *set = &next_candidate->state->host->records;
	size_t j;

	if (!set->records[i].usable)
		return false;
	for (j = 0; j < set->count; j++) {
		if (!tlsa_same_combination(&set->records[i], &set->records[j]))
			continue;
		if (j < i || would_match(next_candidate, j))
			return false;
		if (next_candidate->results != NULL &&
		    (next_candidate->results[j].faults & MATCH_FAULT_DATA) == 0 &&
		    next_candidate->results[j].status == MATCH_MISMATCH)
			return false;
	}
	return true;
}

/*
 * A line for each combination that is published and has no record that would
 * cover it (RFC 7671 8.4). Owned; NULL: none.
 */
static char *
missing_lines(const struct next_candidate *next_candidate)
{
	const struct tlsa_set *set = &next_candidate->state->host->records;
	char *lines = NULL, *longer, *line;
	size_t i;

	for (i = 0; i < set->count; i++) {
		line = lacks_record(next_candidate, i) ?
		    line_of_kind(next_candidate, &set->records[i]) : NULL;
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
say_covered(const struct next_candidate *next_candidate)
{
	const struct judge_state *state = next_candidate->state;
	struct finding_list *findings = &state->evidence->findings;
	const struct answer *tlsa = evidence_tlsa(state->host);
	time_t safe = tlsa->signed_since + (time_t)judging_wait(state);
	char *what = describe(next_candidate->keyfile), *since, *until;
	char *missing = missing_lines(next_candidate);
	struct finding *finding;

	if (state->when >= safe) {
		finding = finding_add(findings, FINDING_NEXT_COVERED,
		    "record [%d] matches %s, and every sender sees it: it is "
		    "safe to switch", next_candidate->record + 1, what);
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
		    next_candidate->record + 1, what, since);
		finding_advise(finding, "wait until %s before the switch",
		    until);
		free(since);
		free(until);
	}
	finding->record = next_candidate->record;
	judging_place(state, finding, NULL, next_candidate->keyfile->key_type);
	free(missing);
	free(what);
}

/*
 * Whether the file is a key alone, and a usage 2 record may yet match with it.
 */
static bool
is_open(const struct next_candidate *next_candidate)
{
	const struct tlsa_set *set = &next_candidate->state->host->records;
	size_t i;

	for (i = 0; next_candidate->results == NULL && i < set->count; i++) {
		if (set->records[i].usable &&
		    set->records[i].usage == TLSA_DANE_TA)
			return true;
	}
	return false;
}

static void
advise_records(struct finding *finding, const struct next_candidate *next_candidate)
{
	static const struct tlsa usual = { .usage = TLSA_DANE_EE,
		.selector = TLSA_SPKI, .matching_type = TLSA_SHA2_256 };
	const struct judge_state *state = next_candidate->state;
	char *lines = missing_lines(next_candidate), *line;
	char *wait = text_duration(judging_wait(state));

	if (lines == NULL) {
		line = line_of_kind(next_candidate, &usual);
		lines = memory_format("publish  %s\n", line);
		free(line);
	}
	finding_advise(finding, "%s%sbeside the present records, and wait for "
	    "2 TTLs (%s) before the switch",
	    is_open(next_candidate) ? "name the certificate with its chain, if it is "
	    "there already, or\n" : "", lines, wait);
	free(wait);
	free(lines);
}

/* What is wrong where a record has the right data. Borrowed; NULL: none has. */
static const struct match_result *
near_match(const struct next_candidate *next_candidate)
{
	const struct match_result *result;
	size_t i;

	for (i = 0; next_candidate->results != NULL &&
	    i < next_candidate->state->host->records.count; i++) {
		result = &next_candidate->results[i];
		if (result->status == MATCH_MISMATCH &&
		    (result->faults & MATCH_FAULT_DATA) == 0)
			return result;
	}
	return NULL;
}

static void
say_uncovered(const struct next_candidate *next_candidate)
{
	const struct judge_state *state = next_candidate->state;
	const struct match_result *near_miss = near_match(next_candidate);
	char *what = describe(next_candidate->keyfile), *why;
	struct finding *finding;

	why = near_miss == NULL ? memory_string("") : memory_format("; record [%zu] "
	    "%s", near_miss->record + 1, near_miss->why);
	if (is_open(next_candidate))
		finding = finding_add(&state->evidence->findings,
		    FINDING_NEXT_UNCOVERED, "no TLSA record of usage 3 matches "
		    "%s; whether one of usage 2 will cannot be told without "
		    "the certificate", what);
	else
		finding = finding_add(&state->evidence->findings,
		    FINDING_NEXT_UNCOVERED, "no TLSA record matches %s: from "
		    "the switch on senders would delay the mail%s", what, why);
	advise_records(finding, next_candidate);
	judging_place(state, finding, NULL, next_candidate->keyfile->key_type);
	free(why);
	free(what);
}

bool
judge_next(const struct judge_state *state)
{
	const struct judge_options *options = state->options;
	struct next_candidate next_candidate;
	bool uncovered = false;
	size_t i;

	/* Without a usable record nobody is authenticated (RFC 7672 2.2). */
	if (tlsa_set_usable(&state->host->records) == 0)
		return false;
	for (i = 0; i < options->next_count; i++) {
		next_candidate_init(&next_candidate, state, &options->next[i]);
		if (next_candidate.record == FINDING_NO_RECORD) {
			say_uncovered(&next_candidate);
			uncovered = true;
		} else {
			say_covered(&next_candidate);
		}
		next_candidate_clear(&next_candidate);
	}
	return uncovered;
}
