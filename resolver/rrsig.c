#include "resolver/rrsig.h"

#include <stdbool.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/validity.h"
#include "resolver/zone_keys.h"

/* Keys of a zone that are looked at: more than any has in a rollover. */
#define KEYS_MAX	64

/* The packet of an answer. Freed by the caller; NULL: it cannot be read. */
static ldns_pkt *
packet_of(const struct answer *answer)
{
	ldns_pkt *packet = NULL;

	if (answer->origin == NULL || answer->origin->packet == NULL ||
	    ldns_wire2pkt(&packet, answer->origin->packet,
	    answer->origin->size) != LDNS_STATUS_OK)
		return NULL;
	return packet;
}

/* The records of a type, in any section but the question. Owned. */
static ldns_rr_list *
records_of(const ldns_pkt *packet, const ldns_rdf *owner, ldns_rr_type type)
{
	ldns_rr_list *list = ldns_pkt_rr_list_by_name_and_type(packet, owner,
	    type, LDNS_SECTION_ANY_NOQUESTION);

	return list != NULL ? list : ldns_rr_list_new();
}

/* A DNSKEY record out of its RDATA. Owned by the caller; NULL: it is none. */
static ldns_rr *
key_record(const char *zone, const struct answer_record *record)
{
	ldns_rdf *name = ldns_dname_new_frm_str(zone);
	ldns_buffer *wire = ldns_buffer_new(LDNS_MAX_PACKETLEN);
	ldns_rr *key = NULL;
	size_t at = 0;

	if (wire == NULL)
		abort();
	if (name != NULL && record->size <= UINT16_MAX &&
	    ldns_rdf_size(name) + record->size + 10 <= LDNS_MAX_PACKETLEN) {
		ldns_buffer_write(wire, ldns_rdf_data(name),
		    ldns_rdf_size(name));
		ldns_buffer_write_u16(wire, LDNS_RR_TYPE_DNSKEY);
		ldns_buffer_write_u16(wire, LDNS_RR_CLASS_IN);
		ldns_buffer_write_u32(wire, 0);
		ldns_buffer_write_u16(wire, (uint16_t)record->size);
		ldns_buffer_write(wire, record->data, record->size);
		if (ldns_wire2rr(&key, ldns_buffer_begin(wire),
		    ldns_buffer_position(wire), &at, LDNS_SECTION_ANSWER) !=
		    LDNS_STATUS_OK)
			key = NULL;
	}
	ldns_rdf_deep_free(name);
	ldns_buffer_free(wire);
	return key;
}

static bool
counts(const struct rrsig_keys *keys, const struct answer_record *record)
{
	struct dns_key key;
	size_t i;

	if (!dnskey_read(record, &key) || (key.flags & DNSKEY_ZONE) == 0)
		return false;
	for (i = 0; keys->ds != NULL && i < keys->ds->count; i++) {
		if (ds_fits_key(&keys->ds->records[i], keys->dnskey->owner,
		    record))
			return true;
	}
	return keys->ds == NULL;
}

/* The zone's keys that count. Owned by the caller. */
static ldns_rr_list *
key_list(const struct rrsig_keys *keys)
{
	ldns_rr_list *list = ldns_rr_list_new();
	ldns_rr *key;
	size_t i;

	for (i = 0; i < keys->dnskey->count && i < KEYS_MAX; i++) {
		if (!counts(keys, &keys->dnskey->records[i]))
			continue;
		key = key_record(keys->dnskey->owner,
		    &keys->dnskey->records[i]);
		if (key != NULL)
			ldns_rr_list_push_rr(list, key);
	}
	return list;
}

/* Whether a key has the tag and algorithm of the signature. */
static bool
has_key(const ldns_rr_list *keys, const struct answer_period *period)
{
	const ldns_rr *key;
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(keys); i++) {
		key = ldns_rr_list_rr(keys, i);
		if (ldns_calc_keytag(key) == period->key_tag &&
		    ldns_rdf2native_int8(ldns_rr_dnskey_algorithm(key)) ==
		    period->algorithm)
			return true;
	}
	return false;
}

static enum rrsig_fault
check_dates(const struct answer_period *period, time_t now)
{
	if (period->until < now)
		return RRSIG_ENDED;
	return period->from > now + VALIDITY_SKEW ? RRSIG_NOT_BEGUN :
	    RRSIG_GOOD;
}

/*
 * One signature. RFC 4035 5.3.1: its signer is the zone with the keys; an equal
 * key tag proves nothing.
 */
static enum rrsig_fault
check_one(const ldns_rr_list *records, const ldns_rr *signature,
    const struct answer_period *period, const char *zone,
    const ldns_rr_list *keys, time_t now)
{
	ldns_rr_list *good;
	ldns_status status;

	if (!name_equal(period->zone, zone) || !has_key(keys, period))
		return RRSIG_NO_KEY;
	if (!algorithm_is_known(period->algorithm))
		return RRSIG_UNSUPPORTED;
	good = ldns_rr_list_new();
	status = ldns_verify_rrsig_keylist_notime(records, signature, keys,
	    good);
	ldns_rr_list_free(good);
	if (status == LDNS_STATUS_OK)
		return check_dates(period, now);
	return status == LDNS_STATUS_CRYPTO_UNKNOWN_ALGO ?
	    RRSIG_UNSUPPORTED : RRSIG_WRONG;
}

void
rrsig_result_clear(struct rrsig_result *result)
{
	free(result->period.owner);
	free(result->period.zone);
	*result = (struct rrsig_result){ 0 };
}

/* Keeps what is nearer to good; PERIOD's names are taken or freed. */
static void
consider(struct rrsig_result *result, enum rrsig_fault fault,
    struct answer_period *period)
{
	struct rrsig_result better = { fault, *period };

	if (fault < result->fault || (fault == result->fault &&
	    period->until <= result->period.until)) {
		rrsig_result_clear(&better);
		return;
	}
	rrsig_result_clear(result);
	*result = better;
}

static void
check_signatures(struct rrsig_result *result, const ldns_rr_list *records,
    const ldns_rr_list *signatures, uint16_t type,
    const struct rrsig_keys *keys, time_t now)
{
	ldns_rr_list *list = key_list(keys);
	struct answer_period period;
	const ldns_rr *signature;
	enum rrsig_fault fault;
	size_t i, checks = 0;

	for (i = 0; i < ldns_rr_list_rr_count(signatures); i++) {
		signature = ldns_rr_list_rr(signatures, i);
		if (!validity_read(&period, signature, now))
			continue;
		if (period.type != type || checks++ >= RRSIG_CHECKS_MAX) {
			free(period.owner);
			free(period.zone);
			continue;
		}
		fault = check_one(records, signature, &period,
		    keys->dnskey->owner, list, now);
		consider(result, fault, &period);
	}
	ldns_rr_list_deep_free(list);
}

struct rrsig_result
rrsig_check(const struct answer *answer, const char *owner, uint16_t type,
    const struct rrsig_keys *keys, time_t now)
{
	struct rrsig_result result = { 0 };
	ldns_pkt *packet = packet_of(answer);
	ldns_rdf *name = ldns_dname_new_frm_str(owner);
	ldns_rr_list *records, *signatures;

	if (packet != NULL && name != NULL && keys->dnskey != NULL) {
		records = records_of(packet, name, (ldns_rr_type)type);
		signatures = records_of(packet, name, LDNS_RR_TYPE_RRSIG);
		if (ldns_rr_list_rr_count(records) > 0) {
			result.fault = RRSIG_MISSING;
			check_signatures(&result, records, signatures, type,
			    keys, now);
		}
		ldns_rr_list_deep_free(records);
		ldns_rr_list_deep_free(signatures);
	}
	ldns_rdf_deep_free(name);
	ldns_pkt_free(packet);
	return result;
}

static void
settle_period(struct answer *answer, struct answer_period *period,
    const struct rrsig_keys *keys, size_t count, time_t now)
{
	struct rrsig_result best = { 0 }, result;
	size_t i;

	for (i = 0; i < count; i++) {
		if (keys[i].dnskey == NULL ||
		    keys[i].dnskey->dnssec != DNSSEC_SECURE ||
		    !name_is_at_or_below(period->owner,
		    keys[i].dnskey->owner))
			continue;
		result = rrsig_check(answer, period->owner, period->type,
		    &keys[i], now);
		consider(&best, result.fault, &result.period);
	}
	if (best.fault == RRSIG_GOOD) {
		free(period->owner);
		free(period->zone);
		*period = best.period;
	} else {
		rrsig_result_clear(&best);
	}
}

void
rrsig_settle(struct answer *answer, const struct rrsig_keys *keys,
    size_t count, time_t now)
{
	size_t i;

	if (!answer->ambiguous || answer->dnssec != DNSSEC_SECURE)
		return;
	for (i = 0; i < answer->period_count; i++)
		settle_period(answer, &answer->periods[i], keys, count, now);
	validity_settle(answer, now);
}

/* All records of a type, whatever their owner, with their signatures. Owned. */
static ldns_rr_list *
denials_of(const ldns_pkt *packet, ldns_rr_type type)
{
	ldns_rr_list *list = ldns_pkt_rr_list_by_type(packet, type,
	    LDNS_SECTION_AUTHORITY);

	return list != NULL ? list : ldns_rr_list_new();
}

static bool
proves(const struct answer *answer, ldns_rr *question, ldns_rr_list *nsec,
    ldns_rr_list *nsec3)
{
	ldns_rr_list *none = ldns_rr_list_new();
	ldns_status status;

	if (ldns_rr_list_rr_count(nsec3) > 0)
		status = ldns_dnssec_verify_denial_nsec3(question, nsec3, none,
		    answer->kind == ANSWER_NO_NAME ? LDNS_RCODE_NXDOMAIN :
		    LDNS_RCODE_NOERROR, (ldns_rr_type)answer->type,
		    answer->kind == ANSWER_NO_DATA);
	else
		status = ldns_dnssec_verify_denial(question, nsec, none);
	ldns_rr_list_free(none);
	return status == LDNS_STATUS_OK;
}

enum denial_fault
denial_check(const struct answer *answer)
{
	enum denial_fault fault = DENIAL_UNCHECKED;
	ldns_pkt *packet = packet_of(answer);
	ldns_rdf *name = ldns_dname_new_frm_str(answer->expanded);
	ldns_rr_list *nsec, *nsec3;
	ldns_rr *question;

	if (packet != NULL && name != NULL && answer_is_absent(answer)) {
		question = ldns_rr_new();
		ldns_rr_set_owner(question, name);
		ldns_rr_set_type(question, (ldns_rr_type)answer->type);
		ldns_rr_set_class(question, LDNS_RR_CLASS_IN);
		name = NULL;
		nsec = denials_of(packet, LDNS_RR_TYPE_NSEC);
		nsec3 = denials_of(packet, LDNS_RR_TYPE_NSEC3);
		if (ldns_rr_list_rr_count(nsec) == 0 &&
		    ldns_rr_list_rr_count(nsec3) == 0)
			fault = DENIAL_MISSING;
		else
			fault = proves(answer, question, nsec, nsec3) ?
			    DENIAL_GOOD : DENIAL_WRONG;
		ldns_rr_list_deep_free(nsec);
		ldns_rr_list_deep_free(nsec3);
		ldns_rr_free(question);
	}
	ldns_rdf_deep_free(name);
	ldns_pkt_free(packet);
	return fault;
}
