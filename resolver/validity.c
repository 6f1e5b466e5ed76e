#include "resolver/validity.h"

#include <stdbool.h>
#include <ldns/ldns.h>
#include <stdlib.h>

#include "resolver/algorithm.h"
#include "resolver/answer.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/wire.h"

/* The time nearest to NOW that the serial can stand for (RFC 4034 3.1.5). */
static time_t
serial_time(uint32_t serial, time_t now)
{
	uint32_t ahead = serial - (uint32_t)now;

	if (ahead <= INT32_MAX)
		return now + (time_t)ahead;
	return now - (time_t)(UINT32_MAX - ahead) - 1;
}

/* The fields of a signature, without names. False: one is missing. */
static bool
read_signature(struct answer_period *period, const ldns_rr *signature,
    time_t now)
{
	const ldns_rdf *type = ldns_rr_rrsig_typecovered(signature);
	const ldns_rdf *algorithm = ldns_rr_rrsig_algorithm(signature);
	const ldns_rdf *labels = ldns_rr_rrsig_labels(signature);
	const ldns_rdf *tag = ldns_rr_rrsig_keytag(signature);
	const ldns_rdf *from = ldns_rr_rrsig_inception(signature);
	const ldns_rdf *until = ldns_rr_rrsig_expiration(signature);

	if (type == NULL || algorithm == NULL || labels == NULL ||
	    tag == NULL || from == NULL || until == NULL ||
	    ldns_rr_rrsig_signame(signature) == NULL)
		return false;
	*period = (struct answer_period){
		.type = (uint16_t)ldns_rdf2rr_type(type),
		.labels = ldns_rdf2native_int8(labels),
		.algorithm = ldns_rdf2native_int8(algorithm),
		.key_tag = ldns_rdf2native_int16(tag),
		.from = serial_time(ldns_rdf2native_int32(from), now),
		.until = serial_time(ldns_rdf2native_int32(until), now),
	};
	return true;
}

bool
validity_read(struct answer_period *period, const ldns_rr *signature,
    time_t now)
{
	if (!read_signature(period, signature, now))
		return false;
	period->owner = wire_name(ldns_rr_owner(signature));
	period->zone = wire_name(ldns_rr_rrsig_signame(signature));
	return true;
}

void
validity_clear(struct answer_period *period)
{
	free(period->owner);
	free(period->zone);
	*period = (struct answer_period){ 0 };
}

/* The period of the RRset that is signed, if it has one already. */
static struct answer_period *
find_period(const struct answer *answer, const char *owner, uint16_t type)
{
	size_t i;

	for (i = 0; i < answer->period_count; i++) {
		if (answer->periods[i].type == type &&
		    name_equal(answer->periods[i].owner, owner))
			return &answer->periods[i];
	}
	return NULL;
}

bool
validity_is_in_time(const struct answer_period *period, time_t now)
{
	return period->from <= now + VALIDITY_SKEW && period->until >= now;
}

/* Above 0: A counts before B; 0: it is the later end that decides. */
static int
compare_merit(const struct answer_period *a, const struct answer_period *b,
    time_t now)
{
	const int known = algorithm_is_known(a->algorithm) -
	    algorithm_is_known(b->algorithm);

	return known != 0 ? known : validity_is_in_time(a, now) -
	    validity_is_in_time(b, now);
}

static void
replace(struct answer_period *period, const struct answer_period *better,
    const ldns_rr *signature)
{
	char *owner = period->owner;

	free(period->zone);
	*period = *better;
	period->owner = owner;
	period->zone = wire_name(ldns_rr_rrsig_signame(signature));
}

static void
add_period(struct answer *answer, const ldns_rr *signature, time_t now)
{
	struct answer_period added, *period;
	char *owner;
	int merit;

	if (!read_signature(&added, signature, now))
		return;
	owner = wire_name(ldns_rr_owner(signature));
	period = find_period(answer, owner, added.type);
	if (period != NULL) {
		free(owner);
		merit = compare_merit(&added, period, now);
		answer->ambiguous |= merit == 0 &&
		    validity_is_in_time(period, now);
		if (merit > 0 || (merit == 0 && added.until > period->until))
			replace(period, &added, signature);
		return;
	}
	if (answer->period_count == ANSWER_PERIODS_MAX) {
		answer->truncated = true;
		free(owner);
		return;
	}
	answer->periods = memory_grow(answer->periods, answer->period_count,
	    sizeof(*period));
	period = &answer->periods[answer->period_count++];
	*period = added;
	period->owner = owner;
	period->zone = wire_name(ldns_rr_rrsig_signame(signature));
}

void
validity_add_records(struct answer *answer, const ldns_rr_list *list,
    time_t now)
{
	const ldns_rdf *original;
	const ldns_rr *record;
	uint32_t ttl;
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(list); i++) {
		record = ldns_rr_list_rr(list, i);
		if (ldns_rr_get_type(record) != LDNS_RR_TYPE_RRSIG)
			continue;
		add_period(answer, record, now);
		original = ldns_rr_rrsig_origttl(record);
		ttl = original != NULL ? ldns_rdf2native_int32(original) : 0;
		if (ttl <= INT32_MAX && ttl > answer->signed_ttl)
			answer->signed_ttl = ttl;
	}
}

bool
validity_needs_proofs(const ldns_rr_list *list)
{
	const ldns_rdf *labels;
	const ldns_rr *record;
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(list); i++) {
		record = ldns_rr_list_rr(list, i);
		labels = ldns_rr_get_type(record) == LDNS_RR_TYPE_RRSIG ?
		    ldns_rr_rrsig_labels(record) : NULL;
		if (labels != NULL && ldns_rdf2native_int8(labels) <
		    ldns_dname_label_count(ldns_rr_owner(record)))
			return true;
	}
	return false;
}

void
validity_add_proofs(struct answer *answer, const ldns_rr_list *authority,
    time_t now)
{
	const ldns_rdf *covered;
	const ldns_rr *record;
	ldns_rr_type type;
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(authority); i++) {
		record = ldns_rr_list_rr(authority, i);
		covered = ldns_rr_get_type(record) == LDNS_RR_TYPE_RRSIG ?
		    ldns_rr_rrsig_typecovered(record) : NULL;
		type = covered != NULL ? ldns_rdf2rr_type(covered) : 0;
		if (type == LDNS_RR_TYPE_NSEC || type == LDNS_RR_TYPE_NSEC3)
			add_period(answer, record, now);
	}
}

const struct answer_period *
validity_settle(struct answer *answer, time_t now)
{
	const struct answer_period *period, *ended = NULL;
	size_t i;

	answer->signed_since = answer->signed_until = 0;
	for (i = 0; i < answer->period_count; i++) {
		period = &answer->periods[i];
		if (answer->signed_until == 0 ||
		    period->until < answer->signed_until)
			answer->signed_until = period->until;
		if (answer->signed_since == 0 ||
		    period->from > answer->signed_since)
			answer->signed_since = period->from;
		if (ended == NULL && period->until < now)
			ended = period;
	}
	return ended;
}

/* RFC 5155 3.1.2, 3.1.3. */
static void
add_nsec3(struct answer *answer, const ldns_rr *record)
{
	const uint16_t iterations = ldns_nsec3_iterations(record);

	answer->denial = ANSWER_DENIES_BY_NSEC3;
	answer->opt_out |= ldns_nsec3_optout(record);
	if (iterations > answer->iterations)
		answer->iterations = iterations;
}

void
validity_add_denial(struct answer *answer, const ldns_rr_list *list)
{
	const ldns_rr *record;
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(list); i++) {
		record = ldns_rr_list_rr(list, i);
		if (ldns_rr_get_type(record) == LDNS_RR_TYPE_NSEC3)
			add_nsec3(answer, record);
		else if (ldns_rr_get_type(record) == LDNS_RR_TYPE_NSEC &&
		    answer->denial == ANSWER_DENIES_NOTHING)
			answer->denial = ANSWER_DENIES_BY_NSEC;
	}
}
