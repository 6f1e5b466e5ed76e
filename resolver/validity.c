#include "resolver/validity.h"

#include <stdbool.h>
#include <ldns/ldns.h>

#include "resolver/answer.h"

/* The time nearest to NOW that the serial can stand for (RFC 4034 3.1.5). */
static time_t
serial_time(uint32_t serial, time_t now)
{
	uint32_t ahead = serial - (uint32_t)now;

	if (ahead <= INT32_MAX)
		return now + (time_t)ahead;
	return now - (time_t)(UINT32_MAX - ahead) - 1;
}

/* Narrows the validity to that of the signature. */
static void
add_validity(struct answer *answer, const ldns_rr *signature, time_t now)
{
	const ldns_rdf *expiration = ldns_rr_rrsig_expiration(signature);
	const ldns_rdf *inception = ldns_rr_rrsig_inception(signature);
	time_t since, until;

	if (expiration == NULL || inception == NULL)
		return;
	until = serial_time(ldns_rdf2native_int32(expiration), now);
	since = serial_time(ldns_rdf2native_int32(inception), now);
	if (answer->signed_until == 0 || until < answer->signed_until)
		answer->signed_until = until;
	if (answer->signed_since == 0 || since > answer->signed_since)
		answer->signed_since = since;
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
		add_validity(answer, record, now);
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
			add_validity(answer, record, now);
	}
}
