/*
 * Until when the records match a chain. What matches changes only where a
 * certificate begins or ends; another path may take over where one has ended,
 * so each such instant is tried, up to the end of the server's own.
 */
#include <openssl/x509.h>
#include <stdlib.h>

#include "checker/tlsa/match_parts.h"
#include "checker/tlsa/tlsa.h"
#include "resolver/memory.h"
#include "smtp/chain.h"

/* Verifications for one chain, beyond those that match it. */
#define TRIES_MAX 128

/* The instants after the one that is judged, in order. */
struct instants {
	time_t	*times;		/* owned */
	size_t	 count;
};

/* What is tried, and what was found so far. */
struct search {
	struct matcher			*matcher;	/* borrowed */
	const struct match_result	*results;	/* borrowed */
	size_t				 last;		/* the record that
							 * matched last */
	STACK_OF(X509)			*path;		/* owned; its path */
	size_t				 tries;
	bool				 unknown;
};

/* OpenSSL takes a certificate for expired at the very second of its end. */
static time_t
time_of(const ASN1_TIME *time)
{
	struct tm tm;

	return time != NULL && ASN1_TIME_to_tm(time, &tm) == 1 ? timegm(&tm) :
	    0;
}

static void
add_instant(struct instants *instants, time_t time, time_t now)
{
	if (time <= now)
		return;
	instants->times = memory_grow(instants->times, instants->count,
	    sizeof(*instants->times));
	instants->times[instants->count++] = time;
}

static void
add_certificate(struct instants *instants, const X509 *x509, time_t now)
{
	add_instant(instants, time_of(X509_get0_notBefore(x509)), now);
	add_instant(instants, time_of(X509_get0_notAfter(x509)), now);
}

static int
compare_times(const void *left, const void *right)
{
	const time_t a = *(const time_t *)left, b = *(const time_t *)right;

	return a < b ? -1 : a > b;
}

/* Of the certificate that a record has in full, if it does. */
static void
add_record(struct instants *instants, const struct tlsa *record, time_t now)
{
	const unsigned char *der = record->data;
	X509 *x509;

	if (!record->usable || record->selector != TLSA_CERT ||
	    record->matching_type != TLSA_FULL)
		return;
	x509 = d2i_X509(NULL, &der, (long)record->size);
	if (x509 != NULL)
		add_certificate(instants, x509, now);
	X509_free(x509);
}

static void
find_instants(struct instants *instants, const struct match_input *input)
{
	size_t i;

	*instants = (struct instants){ NULL, 0 };
	for (i = 0; i < input->chain->count; i++)
		add_certificate(instants, input->chain->certificates[i].x509,
		    input->when);
	for (i = 0; i < input->records->count; i++)
		add_record(instants, &input->records->records[i],
		    input->when);
	if (instants->count > 1)
		qsort(instants->times, instants->count,
		    sizeof(*instants->times), compare_times);
}

/* Whether a record matches, or may do so when another path is taken. */
static bool
may_match(const struct search *search, size_t record)
{
	const struct match_result *result = &search->results[record];
	const struct tlsa *tlsa =
	    &search->matcher->input->records->records[record];

	if (tlsa->usage != TLSA_DANE_TA)
		return false;
	return result->status == MATCH_MATCH ||
	    (result->status == MATCH_MISMATCH &&
	    (result->faults & MATCH_FAULT_NAME) == 0 &&
	    ((result->faults & MATCH_FAULT_DATA) == 0 ||
	    tlsa->matching_type == TLSA_FULL));
}

/* Whether the record matches then; keeps its path. */
static bool
try_record(struct search *search, size_t record, time_t when)
{
	const struct match_input *input = search->matcher->input;
	struct trial trial = {
		.record = &input->records->records[record],
		.when = when,
	};
	bool matches;

	if (search->tries++ >= TRIES_MAX) {
		search->unknown = true;
		return false;
	}
	trial_run(search->matcher, &trial);
	search->unknown |= trial.status == MATCH_UNTRIED;
	matches = trial.status == MATCH_MATCH;
	if (matches) {
		sk_X509_pop_free(search->path, X509_free);
		search->path = trial.path;
		search->last = record;
	} else {
		trial_clear(&trial);
	}
	return matches;
}

/* Whether the server's own certificate, which is on each path, has ended. */
static bool
leaf_has_ended(const struct search *search, time_t when)
{
	const struct chain *chain = search->matcher->input->chain;
	const time_t end = time_of(X509_get0_notAfter(
	    chain->certificates[0].x509));

	return end != 0 && end <= when;
}

/* Whether any record matches then, the one that did so last before others. */
static bool
try_all(struct search *search, time_t when)
{
	size_t i;

	if (leaf_has_ended(search, when))
		return false;
	if (try_record(search, search->last, when))
		return true;
	for (i = 0; i < search->matcher->input->records->count &&
	    !search->unknown; i++) {
		if (i != search->last && may_match(search, i) &&
		    try_record(search, i, when))
			return true;
	}
	return false;
}

/* The certificate of the last path that ends then. */
static int
depth_of_end(const struct search *search, time_t end)
{
	const X509 *x509;
	int i;

	for (i = 0; i < sk_X509_num(search->path); i++) {
		x509 = sk_X509_value(search->path, i);
		if (time_of(X509_get0_notAfter(x509)) == end)
			return matcher_index(search->matcher, x509);
	}
	return MATCH_NO_DEPTH;
}

static struct match_end
find_end(struct search *search)
{
	const struct match_input *input = search->matcher->input;
	struct match_end end = { 0, MATCH_NO_DEPTH };
	struct instants instants;
	size_t i;

	find_instants(&instants, input);
	/* The path of now, from which others are reached. */
	(void)try_record(search, search->last, input->when);
	for (i = 0; i < instants.count && !search->unknown; i++) {
		if ((i > 0 && instants.times[i] == instants.times[i - 1]) ||
		    try_all(search, instants.times[i]) || search->unknown)
			continue;
		end.when = instants.times[i];
		end.depth = depth_of_end(search, end.when);
		break;
	}
	free(instants.times);
	return end;
}

/* The first record that matches; *ENDS: it does not do so for ever. */
static size_t
first_match(const struct match_input *input,
    const struct match_result *results, bool *ends)
{
	size_t i, first = input->records->count;

	for (i = 0; i < input->records->count; i++) {
		if (results[i].status != MATCH_MATCH)
			continue;
		if (first == input->records->count)
			first = i;
		/* RFC 7672 3.1.1: dates mean nothing to it. */
		if (input->records->records[i].usage == TLSA_DANE_EE)
			*ends = false;
	}
	return first;
}

struct match_end
match_end(const struct match_input *input, const struct match_result *results)
{
	struct match_end end = { 0, MATCH_NO_DEPTH };
	bool ends = true;
	const size_t first = first_match(input, results, &ends);
	struct matcher matcher;
	struct search search = {
		.matcher = &matcher,
		.results = results,
		.last = first,
	};

	if (first == input->records->count || !ends)
		return end;
	matcher_begin(&matcher, input);
	end = find_end(&search);
	sk_X509_pop_free(search.path, X509_free);
	matcher_end(&matcher);
	return end;
}
