/*
 * What judge/ and report/ rely on, of each struct that was decoded. What
 * follows from octets is made anew from them.
 */
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/host_dns.h"
#include "checker/evidence/record_order.h"
#include "checker/evidence/zone_facts.h"
#include "checker/evidence/recording_parts.h"

static const char *
record_fault(const struct answer_record *record, enum dns_type type)
{
	switch (type) {
	case DNS_A:
		return record->size != 4 ? "has an A record of another size "
		    "than 4" : NULL;
	case DNS_AAAA:
		return record->size != 16 ? "has an AAAA record of another "
		    "size than 16" : NULL;
	case DNS_NS:
	case DNS_CNAME:
	case DNS_DNAME:
	case DNS_MX:
		return record->name == NULL ? "has a record without a name" :
		    NULL;
	default:
		return NULL;
	}
}

/* Makes the answer anew from its origin; both stay where they are. */
static void
read_again(struct answer *answer)
{
	struct answer *again = answer_from_origin(answer->owner, answer->type,
	    answer->origin);
	struct answer before = *answer;

	record_order_sort(again);
	*answer = *again;
	*again = before;
	again->origin = NULL;
	answer_free(again);
}

const char *
recording_finish_answer(void *value, enum recording_view view,
    const struct evidence *evidence)
{
	struct answer *answer = value;
	const bool unusable = answer->kind == ANSWER_UNUSABLE;
	const char *fault = NULL;
	size_t i;

	(void)view;
	(void)evidence;
	if (answer->type == 0)
		return "has no type";
	if (answer->origin != NULL) {
		read_again(answer);
		return NULL;
	}
	if (unusable != (answer->why != NULL) ||
	    unusable != (answer->dnssec <= DNSSEC_BOGUS))
		return "is unusable, bogus or without a reason alone";
	if (answer->kind != ANSWER_RECORDS && answer->count > 0)
		return "has records that it denies";
	for (i = 0; i < answer->count && fault == NULL; i++)
		fault = record_fault(&answer->records[i], answer->type);
	return fault;
}

const char *
recording_finish_certificate(void *value, enum recording_view view,
    const struct evidence *evidence)
{
	struct certificate *certificate = value;

	(void)evidence;
	if (view == RECORDING_FACTS && !chain_certificate_from_der(certificate,
	    certificate->der, certificate->size))
		return "is not a certificate in DER";
	return NULL;
}

const char *
recording_finish_chain(void *value, enum recording_view view,
    const struct evidence *evidence)
{
	const struct chain *chain = value;

	(void)view;
	(void)evidence;
	return chain->count == 0 ? "has no certificate" : NULL;
}

const char *
recording_finish_handshake(void *value, enum recording_view view,
    const struct evidence *evidence)
{
	const struct handshake *handshake = value;

	(void)view;
	(void)evidence;
	/* What is from a file has neither (--chain). */
	return handshake->version != 0 && handshake->protocol == NULL ?
	    "has a version without a name" : NULL;
}

const char *
recording_finish_ending(void *value, enum recording_view view,
    const struct evidence *evidence)
{
	const struct endpoint_ending *ending = value;

	(void)view;
	(void)evidence;
	/* Those are never beside another end: see endpoint_ends.h. */
	return ending->outcome == OUTCOME_DONE ||
	    ending->outcome == OUTCOME_LIMIT ? "is no other end" : NULL;
}

const char *
recording_finish_endpoint(void *value, enum recording_view view,
    const struct evidence *evidence)
{
	const struct endpoint_evidence *endpoint = value;

	(void)view;
	(void)evidence;
	if (endpoint->address.family == 0)
		return "has no address";
	if (endpoint->outcome == OUTCOME_DONE && endpoint->handshake_count == 0)
		return "is done without a handshake";
	return NULL;
}

const char *
recording_finish_tlsa_set(void *value, enum recording_view view,
    const struct evidence *evidence)
{
	const struct tlsa_set *set = value;
	const struct tlsa *record;
	size_t i;

	(void)view;
	(void)evidence;
	for (i = 0; i < set->count; i++) {
		record = &set->records[i];
		if (record->duplicate_of >= set->count)
			return "has a duplicate of a record that it has not";
		if (!record->usable && record->why == NULL)
			return "has an unusable record without a reason";
	}
	return NULL;
}

const char *
recording_finish_match(void *value, enum recording_view view,
    const struct evidence *evidence)
{
	const struct match_result *match = value;

	(void)view;
	(void)evidence;
	if (match->depth < MATCH_NO_DEPTH)
		return "is at a depth below 0";
	if (match->status == MATCH_MATCH && match->depth == MATCH_NO_DEPTH)
		return "matches nothing";
	if (match->status != MATCH_MATCH && match->why == NULL)
		return "does not match, without a reason";
	return NULL;
}

static bool
is_of(const struct answer *answer, enum dns_type type)
{
	return answer == NULL || answer->type == type;
}

/* Whether there is a result for each of COUNT records, or none at all. */
static bool
has_results(const struct handshake_judgement *judged, size_t count)
{
	size_t i;

	for (i = 0; i < judged->match_count; i++) {
		if (judged->matches[i].record != i)
			return false;
	}
	return judged->match_count == 0 || judged->match_count == count;
}

static const char *
host_judgement_fault(const struct host_evidence *host)
{
	const struct host_judgement *judged = &host->judged;
	const struct handshake_evidence *handshake;
	struct handshake_walk walk = { 0 };

	if ((judged->tlsa == NULL) != (judged->base_domain == NULL))
		return "has a base domain without an answer, or an answer "
		    "without";
	if (judged->dns == HOST_DNS_DANE && judged->tlsa == NULL)
		return "has DANE without an answer";
	if (judged->records.count > 0 && judged->record_matches == NULL)
		return "does not say which records match";
	while ((handshake = handshake_next(host, &walk)) != NULL) {
		if (!has_results(&handshake->judged, judged->records.count))
			return "has matches of other records than it has";
	}
	return NULL;
}

const char *
recording_finish_host(void *value, enum recording_view view,
    const struct evidence *evidence)
{
	const struct host_evidence *host = value;
	size_t i;

	(void)evidence;
	if (!is_of(host->a, DNS_A) || !is_of(host->aaaa, DNS_AAAA) ||
	    (!is_of(host->cname, DNS_CNAME) &&
	    !is_of(host->cname, DNS_DNAME)) ||
	    !is_of(host->above_tlsa, DNS_A) ||
	    !is_of(host->replaced, DNS_TLSA) || !is_of(host->soa, DNS_SOA))
		return "has an answer of another type than was asked for";
	for (i = 0; i < EVIDENCE_BASES; i++) {
		if (host->tlsa[i] == NULL)
			continue;
		if (!is_of(host->tlsa[i], DNS_TLSA))
			return "has an answer of another type than TLSA";
		if (host_dns_base_domain(host, i) == NULL)
			return "has a TLSA answer for no base domain";
	}
	return view == RECORDING_REPORTED ? host_judgement_fault(host) : NULL;
}

const char *
recording_finish_place(void *value, enum recording_view view,
    const struct evidence *evidence)
{
	const struct finding_place *place = value;

	(void)view;
	(void)evidence;
	if (place->key_type < FINDING_ALL_KEY_TYPES)
		return "is of no key type";
	if (place->record < FINDING_NO_RECORD)
		return "is of no record";
	return NULL;
}

const char *
recording_finish_advice(void *value, enum recording_view view,
    const struct evidence *evidence)
{
	const struct advice *advice = value;

	(void)view;
	(void)evidence;
	if (advice->kind == ADVICE_TEXT)
		return advice->text == NULL ? "has no text" : NULL;
	if (advice->type == DNS_TLSA)
		return advice->record.data == NULL ? "has no record" : NULL;
	if (advice->type == 0)
		return "is a record of no type";
	return advice->owner == NULL || advice->data == NULL ?
	    "has no record" : NULL;
}

const char *
recording_finish_change(void *value, enum recording_view view,
    const struct evidence *evidence)
{
	const struct change *change = value;

	(void)view;
	(void)evidence;
	if (change->what == CHANGE_NONE)
		return "is no change";
	if (change->what == CHANGE_NEW)
		return change->after == NULL ? "has no verdict" : NULL;
	return change->before == NULL && change->after == NULL ?
	    "has no value" : NULL;
}

const char *
recording_finish_dispute(void *value, enum recording_view view,
    const struct evidence *evidence)
{
	const struct dispute_evidence *dispute = value;
	size_t i;

	(void)view;
	(void)evidence;
	if (!answer_is_broken(dispute->heard))
		return "has a usable answer of the resolver";
	if (dispute->root != NULL && answer_is_broken(dispute->root))
		return "has no usable answer by way of the root";
	for (i = 0; i < dispute->resolver_count; i++) {
		if (dispute->resolvers[i].answer_count != DISPUTE_ANSWERS)
			return "has a resolver with answers missing";
	}
	return NULL;
}

const char *
recording_finish_zone(void *value, enum recording_view view,
    const struct evidence *evidence)
{
	const struct zone_evidence *zone = value;

	(void)view;
	(void)evidence;
	if (!is_of(zone->ds, DNS_DS) || !is_of(zone->dnskey, DNS_DNSKEY) ||
	    !is_of(zone->cds, DNS_CDS))
		return "an answer for a zone is of another type than was "
		    "asked for";
	return NULL;
}

const char *
recording_finish_evidence(void *value, enum recording_view view,
    const struct evidence *evidence)
{
	/* What follows from the packets is not in a record. */
	if (view == RECORDING_FACTS)
		zone_facts_settle(value);
	if (!is_of(evidence->mx, DNS_MX) ||
	    !is_of(evidence->misplaced, DNS_TLSA) ||
	    !is_of(evidence->tlsrpt, DNS_TXT))
		return "the answer for the domain is of another type than was "
		    "asked for";
	if (!evidence->host_mode && evidence->host_count > 0 &&
	    evidence->mx == NULL)
		return "there are hosts without an MX answer";
	if (evidence->health == RESOLVER_BAD_ANCHOR &&
	    evidence->health_why == NULL)
		return "there is no reason why the trust anchor does not fit";
	return NULL;
}
