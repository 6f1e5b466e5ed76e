#include "checker/judge/trust_heard.h"

#include <stdlib.h>

#include "checker/evidence/finding.h"
#include "resolver/denial.h"
#include "resolver/dnskey.h"
#include "resolver/ds.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/query.h"
#include "resolver/rrsig.h"
#include "resolver/text.h"

/* Signed RRsets of a denial that are checked: SOA, three proofs, and more. */
#define DENIAL_RRSETS	8

/* A walk over what the servers said to one question. */
struct heard {
	const struct server_evidence	*server;	/* borrowed */
	const struct answer		*answer;	/* borrowed */
	size_t				 servers;	/* begun */
	size_t				 answers;	/* of that, done */
};

static bool
heard_next(const struct zone_evidence *zone, const char *owner,
    enum dns_type type, struct heard *heard)
{
	for (;;) {
		if (heard->server == NULL ||
		    heard->answers == heard->server->answer_count) {
			if (heard->servers == zone->server_count)
				return false;
			heard->server = &zone->servers[heard->servers++];
			heard->answers = 0;
			continue;
		}
		heard->answer = heard->server->answers[heard->answers++];
		if (heard->answer->type == type &&
		    name_equal(heard->answer->owner, owner))
			return true;
	}
}

/* The first server with a usable answer. False: there is none. */
static bool
heard_usable(const struct zone_evidence *zone, const char *owner,
    enum dns_type type, struct heard *heard)
{
	*heard = (struct heard){ 0 };
	while (heard_next(zone, owner, type, heard)) {
		if (heard->answer->kind != ANSWER_UNUSABLE &&
		    query_standing(heard->answer) != QUERY_REFERS)
			return true;
	}
	return false;
}

const struct answer *
trust_heard_records(const struct zone_evidence *zone, const char *owner,
    enum dns_type type)
{
	struct heard heard = { 0 };

	while (heard_next(zone, owner, type, &heard)) {
		if (answer_has_records(heard.answer))
			return heard.answer;
	}
	return NULL;
}

const char *
trust_heard_end(const struct evidence *evidence, const struct answer *answer)
{
	const char *end = answer->expanded;
	struct heard heard;
	size_t i;

	for (i = 0; i < evidence->zone_count && !answer->aliased; i++) {
		heard = (struct heard){ 0 };
		while (heard_next(&evidence->zones[i], answer->owner,
		    answer->type, &heard)) {
			if (heard.answer->aliased)
				end = heard.answer->expanded;
		}
	}
	return end;
}

/* Static; NULL: there is more to say. */
static const char *const faults[] = {
	[ANSWER_FAULT_OTHER] = NULL,
	[ANSWER_FAULT_SILENT] = "does not answer",
	[ANSWER_FAULT_UNREACHABLE] = "cannot be reached",
	[ANSWER_FAULT_RCODE] = NULL,
	[ANSWER_FAULT_NO_TCP] = "cuts its answer off over UDP, and gives none "
	    "over TCP",
	[ANSWER_FAULT_MALFORMED] = "gives a malformed answer",
};

/* "does not answer", "says REFUSED". Owned by the caller. */
static char *
fault_text(const struct answer *answer)
{
	const char *rcode = dns_rcode_name(answer->rcode);

	if (faults[answer->fault] != NULL)
		return memory_string(faults[answer->fault]);
	if (answer->fault == ANSWER_FAULT_RCODE)
		return rcode != NULL ? memory_format("says %s", rcode) :
		    memory_format("says RCODE %u", answer->rcode);
	if (query_standing(answer) == QUERY_REFERS)
		return memory_string("refers to other servers: it does not "
		    "have the zone");
	return memory_string(answer->why != NULL ? answer->why :
	    "has no such records");
}

/*
 * What each server does with a question that it does not answer as it should:
 * "DNSKEY example.org: ns1.example.org [192.0.2.1] says REFUSED; ...". Owned by
 * the caller; NULL: none was asked.
 */
static char *
faults_text(const struct zone_evidence *zone, const char *owner,
    enum dns_type type)
{
	struct heard heard = { 0 };
	struct finding_server place;
	char *text = NULL, *server, *fault, *said, *line;

	while (heard_next(zone, owner, type, &heard)) {
		if (heard.answer->kind == ANSWER_RECORDS)
			continue;
		place = evidence_server_place(heard.server);
		server = finding_server_text(&place);
		fault = fault_text(heard.answer);
		said = memory_format("%s %s", server, fault);
		text = memory_join(text, "; ", said);
		free(said);
		free(fault);
		free(server);
	}
	if (text == NULL)
		return NULL;
	line = memory_format("%s %s: %s", dns_type_name(type), owner, text);
	free(text);
	return line;
}

/* --- Signatures --- */

/* What is wrong with a signature that has a key. Owned; NULL: nothing. */
static char *
flaw_text(const struct rrsig_result *result)
{
	char *when, *text;

	switch (result->fault) {
	case RRSIG_UNSUPPORTED:
		return memory_format("has algorithm %u, which cannot be "
		    "checked here", result->period.algorithm);
	case RRSIG_WRONG:
		return memory_string("is wrong: it is not of these records");
	case RRSIG_NOT_BEGUN:
		when = text_time(result->period.from);
		text = memory_format("begins only at %s", when);
		break;
	case RRSIG_ENDED:
		when = text_time(result->period.until);
		text = memory_format("ended at %s", when);
		break;
	default:
		return NULL;
	}
	free(when);
	return text;
}

/*
 * What is wrong with the signatures of an RRset. Owned by the caller; NULL:
 * nothing that is known.
 */
static char *
signature_text(const struct rrsig_result *result, const char *owner,
    uint16_t type)
{
	const struct answer_period *period = &result->period;
	const char *name = dns_type_name((enum dns_type)type);
	char *flaw = flaw_text(result), *text = NULL;

	if (result->fault == RRSIG_MISSING)
		text = memory_format("%s %s has no signature", name, owner);
	else if (result->fault == RRSIG_NO_KEY)
		text = memory_format("no signature of %s %s is by a key that "
		    "counts; the last is by key %u of %s (algorithm %u)",
		    name, owner, period->key_tag, period->zone,
		    period->algorithm);
	else if (flaw != NULL)
		text = memory_format("the signature of %s %s by key %u of %s "
		    "%s", name, owner, period->key_tag, period->zone, flaw);
	free(flaw);
	return text;
}

/* Sets the fault if the RRset has no good signature. True: it has none. */
static bool
find_signature_fault(struct trust_fault *fault, const struct answer *answer,
    const char *owner, uint16_t type, const struct rrsig_keys *keys)
{
	struct rrsig_result result;

	if (answer->origin == NULL)
		return false;
	result = rrsig_check(answer, owner, type, keys, answer->origin->now);
	fault->why = signature_text(&result, owner, type);
	if (result.fault == RRSIG_NOT_BEGUN)
		fault->begins = result.period.from;
	rrsig_result_clear(&result);
	if (fault->why == NULL)
		return false;
	fault->at = ZONE_SIGNATURES_BROKEN;
	return true;
}

/* The validator's own reason, where ours does not go so far. */
static void
use_validator(struct trust_fault *fault, const struct answer *answer)
{
	fault->at = ZONE_SIGNATURES_BROKEN;
	fault->why = memory_string(answer->why != NULL ? answer->why :
	    "it does not validate");
}

/* The servers do not give out DNSKEY or DS records; or that is not known. */
static void
blame_servers(struct trust_fault *fault, const struct zone_evidence *zone,
    enum dns_type type, const struct answer *answer)
{
	fault->why = faults_text(zone, zone->name, type);
	fault->at = ZONE_DNSKEY_UNAVAILABLE;
	if (fault->why == NULL)
		use_validator(fault, answer);
}

static bool
any_ds_fits(const struct zone_evidence *zone, const struct answer *dnskey)
{
	size_t i, j;

	for (i = 0; i < zone->ds->count; i++) {
		for (j = 0; j < dnskey->count; j++) {
			if (ds_fits_key(&zone->ds->records[i], zone->name,
			    &dnskey->records[j]))
				return true;
		}
	}
	return false;
}

/* "4711, 4712", the tags of keys or DS records. Owned by the caller. */
static char *
tags_text(const struct answer *answer)
{
	struct dns_key key;
	struct dns_ds ds;
	char *text = NULL, *tag;
	size_t i;

	for (i = 0; i < answer->count; i++) {
		if (answer->type == DNS_DS && ds_read(&answer->records[i], &ds))
			tag = memory_format("%u", ds.key_tag);
		else if (answer->type == DNS_DNSKEY &&
		    dnskey_read(&answer->records[i], &key))
			tag = memory_format("%u", key.key_tag);
		else
			continue;
		text = memory_join(text, ", ", tag);
		free(tag);
	}
	return text != NULL ? text : memory_string("none");
}

/*
 * A DS record that names a key, but has another digest. Owned by the caller;
 * NULL: there is none.
 */
static char *
digest_text(const struct zone_evidence *zone, const struct answer *dnskey)
{
	struct dns_key key;
	struct dns_ds ds;
	size_t i, j;

	for (i = 0; i < zone->ds->count; i++) {
		for (j = 0; j < dnskey->count; j++) {
			if (ds_read(&zone->ds->records[i], &ds) &&
			    dnskey_read(&dnskey->records[j], &key) &&
			    ds.key_tag == key.key_tag &&
			    ds.algorithm == key.algorithm)
				return memory_format("the DS record %u %u %u "
				    "of %s has another digest than its key %u",
				    ds.key_tag, ds.algorithm, ds.digest_type,
				    zone->name, key.key_tag);
		}
	}
	return NULL;
}

/* No DS record fits. Where one names a key, only its digest is wrong. */
static char *
mismatch_text(const struct zone_evidence *zone, const struct answer *dnskey)
{
	char *text = digest_text(zone, dnskey), *theirs, *ours;

	if (text != NULL)
		return text;
	theirs = tags_text(zone->ds);
	ours = tags_text(dnskey);
	text = memory_format("no DS record of %s (for the keys %s) fits one of "
	    "its keys (%s)", zone->name, theirs, ours);
	free(theirs);
	free(ours);
	return text;
}

void
trust_heard_keys(const struct zone_evidence *zone, struct trust_fault *fault)
{
	const struct answer *dnskey = trust_heard_records(zone, zone->name,
	    DNS_DNSKEY);
	const struct rrsig_keys keys = { dnskey, zone->ds };

	if (dnskey != NULL && !any_ds_fits(zone, dnskey)) {
		fault->at = ZONE_DS_MISMATCH;
		fault->why = mismatch_text(zone, dnskey);
	} else if (dnskey == NULL || !find_signature_fault(fault, dnskey,
	    zone->name, DNS_DNSKEY, &keys)) {
		blame_servers(fault, zone, DNS_DNSKEY, zone->dnskey);
	}
}

/* --- Denials --- */

/* "no such name", as the answer to A mx.example.org. Static. */
static const char *
claim_text(const struct answer *answer)
{
	return answer_has_records(answer) ? "as a wildcard has it" :
	    answer->kind == ANSWER_NO_NAME ? "no such name" : "no such record";
}

/* Sets the fault of an answer that does not prove what it denies. */
static bool
find_proof_fault(struct trust_fault *fault, const struct answer *answer)
{
	const enum denial_fault denial = denial_check(answer);

	if (denial != DENIAL_MISSING && denial != DENIAL_WRONG)
		return false;
	fault->at = ZONE_DENIAL_BROKEN;
	fault->why = memory_format("the answer to %s %s, \"%s\", %s",
	    dns_type_name(answer->type), answer->owner, claim_text(answer),
	    denial == DENIAL_MISSING ? "has no proof (NSEC or NSEC3)" :
	    "is not proved by its NSEC or NSEC3 records");
	return true;
}

/* The same, or of one whose proof is not well signed. */
static bool
find_denial_fault(struct trust_fault *fault, const struct answer *answer,
    const struct rrsig_keys *keys)
{
	const struct answer_period *period;
	size_t i;

	if (find_proof_fault(fault, answer))
		return true;
	for (i = 0; i < answer->period_count && i < DENIAL_RRSETS; i++) {
		period = &answer->periods[i];
		if (find_signature_fault(fault, answer, period->owner,
		    period->type, keys))
			return true;
	}
	return false;
}

void
trust_heard_ds(const struct evidence *evidence,
    const struct zone_evidence *zone, struct trust_fault *fault)
{
	const struct zone_evidence *parent = zone->parent != NULL ?
	    evidence_zone(evidence, zone->parent) : NULL;
	const struct rrsig_keys keys = { parent != NULL ? parent->dnskey :
		NULL, NULL };
	struct heard heard;
	bool found;

	if (!heard_usable(zone, zone->name, DNS_DS, &heard)) {
		blame_servers(fault, zone, DNS_DS, zone->ds);
		return;
	}
	found = answer_has_records(heard.answer) ?
	    find_signature_fault(fault, heard.answer, zone->name, DNS_DS,
	    &keys) : find_denial_fault(fault, heard.answer, &keys);
	if (!found)
		use_validator(fault, zone->ds);
}

/*
 * What one server's answer out of the zone lacks. False: nothing is found. The
 * CNAME record made of a DNAME record has no signature (RFC 6672 5.3.1); where
 * an alias leads is for its end to say.
 */
static bool
find_answer_fault(struct trust_fault *fault, const struct answer *answer,
    const struct rrsig_keys *keys)
{
	if (answer->dname != NULL)
		return find_signature_fault(fault, answer, answer->dname,
		    DNS_DNAME, keys);
	if (answer->aliased)
		return find_signature_fault(fault, answer, answer->owner,
		    DNS_CNAME, keys);
	if (answer_has_records(answer) && find_signature_fault(fault, answer,
	    answer->owner, (uint16_t)answer->type, keys))
		return true;
	return find_denial_fault(fault, answer, keys);
}

char *
trust_heard_flaw(const struct answer *answer, const struct rrsig_keys *keys)
{
	struct trust_fault fault = { 0 };
	/* It is only read. */
	const struct zone_evidence zone = {
		.name = answer->owner,
		.ds = (struct answer *)(uintptr_t)keys->ds,
	};

	if (keys->ds != NULL && answer_has_records(answer) &&
	    !any_ds_fits(&zone, answer))
		return mismatch_text(&zone, answer);
	find_answer_fault(&fault, answer, keys);
	return fault.why;
}

void
trust_heard_answer(const struct zone_evidence *zone,
    const struct answer *answer, struct trust_fault *fault)
{
	const struct rrsig_keys keys = { zone->dnskey, NULL };
	struct heard heard = { 0 };
	bool any = false;

	while (heard_next(zone, answer->owner, answer->type, &heard)) {
		any = true;
		if (heard.answer->kind != ANSWER_UNUSABLE &&
		    query_standing(heard.answer) != QUERY_REFERS &&
		    find_answer_fault(fault, heard.answer, &keys))
			return;
	}
	/* The fault may be in another zone, to which an alias leads. */
	if (!any)
		return;
	if (answer->dnssec == DNSSEC_BOGUS)
		use_validator(fault, answer);
	else
		fault->why = faults_text(zone, answer->owner, answer->type);
}
