#include "checker/tlsa/match.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checker/tlsa/match_parts.h"
#include "checker/tlsa/match_why.h"
#include "checker/tlsa/tlsa.h"
#include "checker/tlsa/verifier.h"
#include "resolver/memory.h"
#include "smtp/chain.h"

/* Which certificates of the chain a digest is of. */
struct of {
	bool	certificates[CHAIN_MAX];
};

/*
 * What was found out about one digest. To OpenSSL others of the same
 * certificates are the same: it compares them, and nothing else. Without that,
 * a hundred records of dozens of certificates would take seconds.
 */
struct alike {
	struct of		 of;
	uint8_t			 usage;
	struct match_result	 found;		/* its text is owned */
	struct alike		*next;		/* owned */
};

static void
forget_alike(struct matcher *matcher)
{
	struct alike *alike, *next;

	for (alike = matcher->alike; alike != NULL; alike = next) {
		next = alike->next;
		free(alike->found.why);
		free(alike);
	}
	matcher->alike = NULL;
}

static void
verify_record(struct matcher *matcher, const struct tlsa *record,
    struct match_result *result)
{
	struct trial trial = {
		.record = record,
		.when = matcher->input->when,
	};

	trial_run(matcher, &trial);
	result->status = trial.status;
	if (trial.status == MATCH_MATCH)
		result->depth = trial.depth;
	else if (trial.status == MATCH_MISMATCH)
		match_explain(matcher, record, result);
	trial_clear(&trial);
}

/* Whether the record is of any certificate of the chain. */
static bool
find_certificates(struct of *of, const struct tlsa *record,
    const struct chain *chain)
{
	bool any = false;
	size_t i;

	memset(of, 0, sizeof(*of));
	for (i = 0; i < chain->count; i++) {
		of->certificates[i] = match_is_of(record,
		    &chain->certificates[i]);
		any |= of->certificates[i];
	}
	return any;
}

/* Borrowed; NULL: none like it has been judged. */
static const struct alike *
find_alike(const struct matcher *matcher, const struct tlsa *record,
    const struct of *of)
{
	const struct alike *alike;

	for (alike = matcher->alike; alike != NULL; alike = alike->next) {
		if (alike->usage == record->usage &&
		    memcmp(&alike->of, of, sizeof(*of)) == 0)
			break;
	}
	return alike;
}

static void
remember(struct matcher *matcher, const struct tlsa *record,
    const struct of *of, const struct match_result *found)
{
	struct alike *alike = memory_new(1, sizeof(*alike));

	alike->of = *of;
	alike->usage = record->usage;
	alike->found = *found;
	alike->found.why = memory_string(found->why);
	alike->next = matcher->alike;
	matcher->alike = alike;
}

static void
judge_digest(struct matcher *matcher, const struct tlsa *record,
    struct match_result *result)
{
	const struct chain *chain = matcher->input->chain;
	const struct alike *other;
	struct of of;
	const bool any = find_certificates(&of, record, chain);

	other = find_alike(matcher, record, &of);
	if (other != NULL) {
		result->status = other->found.status;
		result->depth = other->found.depth;
		result->faults = other->found.faults;
		result->why = (result->faults & MATCH_FAULT_DATA) != 0 ?
		    match_why_data(record, chain) :
		    memory_string(other->found.why);
		return;
	}
	if (any) {
		verify_record(matcher, record, result);
	} else {
		result->status = MATCH_MISMATCH;
		result->faults = MATCH_FAULT_DATA;
		result->why = match_why_data(record, chain);
	}
	remember(matcher, record, &of, result);
}

static void
match_record(struct matcher *matcher, const struct tlsa *record,
    struct match_result *result)
{
	if (record->matching_type == TLSA_FULL)
		verify_record(matcher, record, result);
	else
		judge_digest(matcher, record, result);
	result->would_match = result->status == MATCH_MATCH;
	if (result->status == MATCH_UNTRIED) {
		free(result->why);
		result->why = memory_string(
		    verifier_exhausted(matcher->verifier));
		result->faults = 0;
	} else if (record->ignored) {
		result->status = MATCH_IGNORED;
		free(result->why);
		result->why = memory_string("a SHA2-512 record with the same "
		    "usage and selector takes precedence (RFC 7671 9)");
	}
}

struct match_result *
match_chain(const struct match_input *input)
{
	const struct tlsa_set *set = input->records;
	struct match_result *results, *result;
	struct matcher matcher;
	size_t i;

	matcher_begin(&matcher, input);
	results = memory_new(set->count, sizeof(*results));
	for (i = 0; i < set->count; i++) {
		result = &results[i];
		result->record = i;
		result->depth = MATCH_NO_DEPTH;
		if (set->records[i].usable)
			match_record(&matcher, &set->records[i], result);
		else
			result->why = memory_string(set->records[i].why);
	}
	forget_alike(&matcher);
	matcher_end(&matcher);
	return results;
}

struct match_result *
match_copy(const struct match_result *results, size_t count)
{
	struct match_result *copy = memory_new(count, sizeof(*copy));
	size_t i;

	for (i = 0; i < count; i++) {
		copy[i] = results[i];
		copy[i].why = memory_string(results[i].why);
	}
	return copy;
}

void
match_free(struct match_result *results, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(results[i].why);
	free(results);
}

bool
match_any(const struct match_result *results, size_t count,
    enum match_status status)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (results[i].status == status)
			return true;
	}
	return false;
}

const char *
match_status_name(enum match_status status)
{
	static const char *const names[] = {
		[MATCH_UNUSABLE] = "unusable",
		[MATCH_MISMATCH] = "mismatch",
		[MATCH_IGNORED] = "ignored",
		[MATCH_MATCH] = "match",
		[MATCH_UNTRIED] = "untried",
	};

	return names[status];
}
