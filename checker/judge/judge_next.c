/*
 * --next: whether what is published now will authenticate what is to be
 * presented next (RFC 7671 8.1 and 8.4: the record first, the key when no cache
 * can hold an answer without it any more).
 */
#include <stdlib.h>
#include <string.h>

#include "checker/judge/judge_parts.h"
#include "checker/judge/record_cover.h"
#include "checker/judge/server_says.h"
#include "checker/tlsa/candidate.h"
#include "checker/tlsa/keyfile.h"
#include "checker/tlsa/tlsa.h"
#include "checker/tlsa/verifier.h"
#include "resolver/memory.h"
#include "resolver/text.h"
#include "smtp/chain.h"

/* One of the files, matched against the host's records. */
struct next {
	const struct host_evidence	*host;		/* borrowed */
	const struct keyfile		*file;		/* borrowed */
	struct match_result		*results;	/* owned; NULL: a key
							 * alone */
	struct record_cover		 cover;		/* the best */
};

static const struct tlsa_set *
records_of(const struct next *next)
{
	return &next->host->judged.records;
}

/* Whether a record is of the key, whatever certificate it comes in. */
static bool
is_of_key(const struct tlsa *record, const struct keyfile *file)
{
	struct tlsa wanted;
	bool same;

	if (!record->usable || record->usage != TLSA_DANE_EE ||
	    record->selector != TLSA_SPKI)
		return false;
	tlsa_of_key(&wanted, file->spki, file->spki_size,
	    record->matching_type);
	same = tlsa_equal(&wanted, record);
	tlsa_clear(&wanted);
	return same;
}

/* Whether the record alone would do, a stronger digest set aside. */
static bool
would_match(const struct next *next, size_t record)
{
	return next->results != NULL ? next->results[record].would_match :
	    is_of_key(&records_of(next)->records[record], next->file);
}

/* Whether the I-th record alone would do, and counts. */
static bool
does_match(const struct next *next, size_t i)
{
	return !records_of(next)->records[i].ignored && would_match(next, i);
}

static void
find_cover(struct next *next, const struct judge_state *state)
{
	struct record_cover_search search;
	struct record_cover cover;
	size_t i;

	record_cover_begin(&search, state);

	for (i = 0; i < records_of(next)->count; i++) {
		if (!does_match(next, i))
			continue;
		cover = record_cover_find(&search, i);
		if (record_cover_is_better(&cover, &next->cover))
			next->cover = cover;
	}
	record_cover_end(&search);
}

static void
next_init(struct next *next, const struct judge_state *state,
    const struct keyfile *file)
{
	const struct match_input input = judging_match_input(state,
	    state->host, file->chain);

	*next = (struct next){
		.host = state->host,
		.file = file,
		.results = file->chain != NULL ? match_chain(&input) : NULL,
	};
	find_cover(next, state);
}

static void
next_clear(struct next *next)
{
	if (next->results != NULL)
		match_free(next->results, records_of(next)->count);
}

/* "next.pem (CN=mx.example.org, ECDSA)". Owned by the caller. */
static char *
describe(const struct keyfile *file)
{
	const char *type = key_type_name(file->key_type);

	if (file->chain == NULL)
		return memory_format("%s (%s key)", file->file, type);
	return memory_format("%s (%s, %s)", file->file,
	    file->chain->certificates[0].subject, type);
}

/* Advises the record of a kind that would cover it. False: there is none. */
static bool
advise_kind(const struct next *next, const struct judge_state *state,
    struct advice_list *advice, const struct tlsa *kind)
{
	const struct advice_rrset *rrset = &next->host->judged.rrset;
	const struct chain *chain = next->file->chain;
	struct candidates candidates = { NULL, 0 };
	struct match_input rules;
	const char *why;
	size_t depth;
	bool made;

	if (chain != NULL) {
		rules = judging_match_input(state, next->host, chain);
		depth = kind->usage == TLSA_DANE_TA ?
		    verifier_issuer_of_leaf(state->verifier, chain) : 0;
		if (depth == 0 && kind->usage == TLSA_DANE_TA)
			return false;
		return advice_add_tried(advice, rrset, &rules, depth, kind);
	}
	made = candidates_add(&candidates, next->file, kind, &why);
	if (made)
		advice_add_publish(advice, rrset, &candidates.items[0].record);
	candidates_clear(&candidates);
	return made;
}

/*
 * Whether a further record of the kind of record I would help: none of that
 * kind matches, and what is wrong is the data.
 */
static bool
lacks_record(const struct next *next, size_t i)
{
	const struct tlsa_set *set = records_of(next);
	size_t j;

	if (!set->records[i].usable)
		return false;
	for (j = 0; j < set->count; j++) {
		if (!tlsa_same_combination(&set->records[i], &set->records[j]))
			continue;
		if (j < i || would_match(next, j))
			return false;
		if (next->results != NULL &&
		    (next->results[j].faults & MATCH_FAULT_DATA) == 0 &&
		    next->results[j].status == MATCH_MISMATCH)
			return false;
	}
	return true;
}

/*
 * Advises a record for each combination that is published and has none that
 * would cover it (RFC 7671 8.4). False: nothing is missing.
 */
static bool
advise_missing(const struct next *next, const struct judge_state *state,
    struct advice_list *advice)
{
	const struct tlsa_set *set = records_of(next);
	bool advised = false;
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (lacks_record(next, i))
			advised |= advise_kind(next, state, advice,
			    &set->records[i]);
	}
	return advised;
}

/* Whether a server's answer has a record of the key. */
static bool
has_key(const struct answer *answer, const struct keyfile *file)
{
	struct tlsa_set set;
	bool found = false;
	size_t i;

	tlsa_set_init(&set, answer);
	for (i = 0; i < set.count && !found; i++)
		found = is_of_key(&set.records[i], file);
	tlsa_set_clear(&set);
	return found;
}

/* What a name server says of the host's records. NULL: nothing. */
static const struct answer *
said_by(const struct server_evidence *server, const struct next *next)
{
	const struct answer *answer = server_says_to(server,
	    next->host->judged.tlsa->expanded, DNS_TLSA);

	return answer != NULL && server_says(answer) ? answer : NULL;
}

/*
 * A name server that has a record of the key, though the answer that was
 * validated has none: it came from another server. NULL: there is none.
 */
static const struct server_evidence *
find_ahead(const struct judge_state *state, const struct next *next)
{
	const struct evidence *evidence = state->evidence;
	const struct answer *answer;
	size_t i;

	for (i = 0; i < evidence->server_count; i++) {
		answer = said_by(&evidence->servers[i], next);
		if (answer != NULL && has_key(answer, next->file))
			return &evidence->servers[i];
	}
	return NULL;
}

static void
advise_everywhere(struct judge_state *state, struct finding *finding)
{
	char *wait = text_duration(judging_wait(state));

	advice_add_text(&finding->advice, "see that all name servers have the "
	    "record, and wait for 2 TTLs (%s) from then on before the switch",
	    wait);
	free(wait);
}

/* Owned by the caller. */
static char *
server_text(const struct server_evidence *server)
{
	struct finding_server place;

	if (server == NULL)
		return memory_string("that was not asked");
	place = evidence_server_place(server);
	return finding_server_text(&place);
}

static void
add_ahead(struct judge_state *state, const struct next *next,
    const struct server_evidence *ahead)
{
	char *server = server_text(ahead);
	char *what = describe(next->file);

	advise_everywhere(state, judging_add_at(state, NULL,
	    (int)next->file->key_type, FINDING_NEXT_TOO_EARLY,
	    "the name server %s has a record of %s, but not all of them do",
	    server, what));
	free(what);
	free(server);
}

/* The rules below add what there is to say of a record that matches WHAT. */
typedef struct finding	*add_cover(struct judge_state *state,
			    const struct next *next, const char *what);

static struct finding *
add_behind(struct judge_state *state, const struct next *next,
    const char *what)
{
	char *server = server_text(next->cover.server);
	struct finding *finding;

	finding = judging_add_at(state, NULL, (int)next->file->key_type,
	    FINDING_NEXT_TOO_EARLY, "record [%zu] matches %s, but the name "
	    "server %s does not have it", next->cover.record + 1, what,
	    server);
	advise_everywhere(state, finding);
	free(server);
	return finding;
}

static struct finding *
add_unheard(struct judge_state *state, const struct next *next,
    const char *what)
{
	char *server = server_text(next->cover.server);
	struct finding *finding;

	finding = judging_add_at(state, NULL, (int)next->file->key_type,
	    FINDING_NEXT_TOO_EARLY, "record [%zu] matches %s, but whether the "
	    "name server %s has it is not known", next->cover.record + 1,
	    what, server);
	advise_everywhere(state, finding);
	advice_add_text(&finding->advice, "or, if you know when all of them "
	    "had it, say so (--published TIME)");
	free(server);
	return finding;
}

static struct finding *
add_undated(struct judge_state *state, const struct next *next,
    const char *what)
{
	char *wait = text_duration(judging_wait(state));
	struct finding *finding;

	finding = judging_add_at(state, NULL, (int)next->file->key_type,
	    FINDING_NEXT_TOO_EARLY, "record [%zu] matches %s, but when it was "
	    "published is not known: caches may hold an answer from before",
	    next->cover.record + 1, what);
	advice_add_text(&finding->advice, "wait for 2 TTLs (%s) after it was "
	    "published before the switch; say when that was (--published "
	    "TIME), or have mxdane remember when it saw the record first "
	    "(--state FILE, the same in each run)", wait);
	free(wait);
	return finding;
}

/* What happened, or will, when the record came. */
static const char *
beginning(const struct judge_state *state, const struct record_cover *cover)
{
	if (!cover->is_told)
		return "was first seen";
	return cover->since > state->when ? "is to be published, you say," :
	    "was published";
}

static struct finding *
add_early(struct judge_state *state, const struct next *next,
    const char *what)
{
	char *since = text_time(next->cover.since);
	char *until = text_time(next->cover.safe);
	struct finding *finding;

	finding = judging_add_at(state, NULL, (int)next->file->key_type,
	    FINDING_NEXT_TOO_EARLY, "record [%zu] matches %s, but it %s at "
	    "%s, and caches may hold an answer from before",
	    next->cover.record + 1, what, beginning(state, &next->cover),
	    since);
	advice_add_text(&finding->advice, "wait until %s before the switch",
	    until);
	free(since);
	free(until);
	return finding;
}

static struct finding *
add_safe(struct judge_state *state, const struct next *next,
    const char *what)
{
	struct finding *finding;

	finding = judging_add_at(state, NULL, (int)next->file->key_type,
	    FINDING_NEXT_COVERED, "record [%zu] matches %s, and every sender "
	    "sees it: it is safe to switch", next->cover.record + 1, what);
	if (advise_missing(next, state, &finding->advice))
		advice_add_text(&finding->advice, "as well: each combination "
		    "that is published should have a record that matches (RFC "
		    "7671 8)");
	return finding;
}

/* A record matches it; do all senders see that? */
static void
add_covered(struct judge_state *state, const struct next *next)
{
	static add_cover *const rules[] = {
		[COVERAGE_BEHIND] = add_behind,
		[COVERAGE_UNHEARD] = add_unheard,
		[COVERAGE_UNDATED] = add_undated,
		[COVERAGE_EARLY] = add_early,
		[COVERAGE_SAFE] = add_safe,
	};
	char *what = describe(next->file);
	struct finding *finding;

	finding = rules[next->cover.coverage](state, next, what);
	finding->place.record = (int)next->cover.record;
	free(what);
}

/*
 * Whether the file is a key alone, and a usage 2 record may yet match with it.
 */
static bool
is_open(const struct next *next)
{
	const struct tlsa_set *set = records_of(next);
	size_t i;

	for (i = 0; next->results == NULL && i < set->count; i++) {
		if (set->records[i].usable &&
		    set->records[i].usage == TLSA_DANE_TA)
			return true;
	}
	return false;
}

static void
advise_records(const struct next *next, const struct judge_state *state,
    struct advice_list *advice)
{
	static const struct tlsa usual = { .usage = TLSA_DANE_EE,
		.selector = TLSA_SPKI, .matching_type = TLSA_SHA2_256 };
	char *wait = text_duration(judging_wait(state));

	if (is_open(next))
		advice_add_text(advice, "name the certificate with its chain, "
		    "if it is there already, or");
	if (!advise_missing(next, state, advice))
		advise_kind(next, state, advice, &usual);
	advice_add_text(advice, "beside the present records, and wait for 2 "
	    "TTLs (%s) before the switch", wait);
	free(wait);
}

/* What is wrong where a record has the right data. Borrowed; NULL: none has. */
static const struct match_result *
find_near_miss(const struct next *next)
{
	const struct match_result *result;
	size_t i;

	for (i = 0; next->results != NULL && i < records_of(next)->count;
	    i++) {
		result = &next->results[i];
		if (result->status == MATCH_MISMATCH &&
		    (result->faults & MATCH_FAULT_DATA) == 0)
			return result;
	}
	return NULL;
}

static void
add_uncovered(struct judge_state *state, const struct next *next)
{
	const struct match_result *near_miss = find_near_miss(next);
	char *what = describe(next->file), *why;
	struct finding *finding;

	why = near_miss == NULL ? memory_string("") : memory_format("; record "
	    "[%zu] %s", near_miss->record + 1, near_miss->why);
	if (is_open(next))
		finding = judging_add_at(state, NULL,
		    (int)next->file->key_type, FINDING_NEXT_UNCOVERED,
		    "no TLSA record of usage 3 matches %s; whether one of "
		    "usage 2 will is not known without the certificate", what);
	else
		finding = judging_add_at(state, NULL,
		    (int)next->file->key_type, FINDING_NEXT_UNCOVERED,
		    "no TLSA record matches %s: from the switch on senders "
		    "would delay the mail%s", what, why);
	advise_records(next, state, &finding->advice);
	free(why);
	free(what);
}

enum verdict
judge_next(struct judge_state *state)
{
	const struct judge_options *options = state->options;
	const struct server_evidence *ahead;
	bool uncovered = false;
	struct next next;
	size_t i;

	/* Without a usable record nobody is authenticated (RFC 7672 2.2). */
	if (tlsa_set_usable(&state->host->judged.records) == 0)
		return VERDICT_PASS;
	for (i = 0; i < options->next_count; i++) {
		next_init(&next, state, &options->next[i]);
		ahead = find_ahead(state, &next);
		if (next.cover.coverage != COVERAGE_NONE) {
			add_covered(state, &next);
		} else if (ahead != NULL) {
			add_ahead(state, &next, ahead);
		} else {
			add_uncovered(state, &next);
			uncovered = true;
		}
		next_clear(&next);
	}
	return uncovered && state->dane_applies ?
	    judge_limited_records(state->host) : VERDICT_PASS;
}
