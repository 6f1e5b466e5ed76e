#include "checker/judge/zone_status.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/zone_facts.h"
#include "checker/judge/trust_heard.h"
#include "resolver/algorithm.h"
#include "resolver/ds.h"
#include "resolver/memory.h"
#include "resolver/name.h"

static void
set_fault(struct zone_evidence *zone, enum dnssec_status dnssec,
    enum zone_break at, char *why)
{
	zone->judged.dnssec = dnssec;
	zone->judged.at = at;
	zone->judged.why = why;
}

static void
take_fault(struct zone_evidence *zone, enum dnssec_status dnssec,
    const struct trust_fault *fault)
{
	set_fault(zone, dnssec, fault->at, fault->why);
	zone->judged.begins = fault->begins;
}

static const char *
parent_of(const struct zone_evidence *zone)
{
	return zone->parent != NULL ? zone->parent : "its parent";
}

/* --- Whether DS records can be used (RFC 4035 5.2) --- */

/* Whether it is the algorithm that cannot be used, or else the digest. */
static bool
is_by_algorithm(const struct dns_ds *ds)
{
	return !algorithm_is_known(ds->algorithm) ||
	    ds_digest_is_known(ds->digest_type);
}

/* "algorithm 16 (Ed448)", "digest type 9". Owned by the caller. */
static char *
unknown_part(const struct dns_ds *ds)
{
	const char *name = algorithm_name(ds->algorithm);

	if (!is_by_algorithm(ds))
		return memory_format("digest type %u", ds->digest_type);
	return name == NULL ? memory_format("algorithm %u", ds->algorithm) :
	    memory_format("algorithm %u (%s)", ds->algorithm, name);
}

/* Whether a DS record before the I-th, which is DS, has the same part. */
static bool
is_told(const struct answer *answer, size_t i, const struct dns_ds *ds)
{
	const bool by_algorithm = is_by_algorithm(ds);
	struct dns_ds before;
	size_t j;

	for (j = 0; j < i; j++) {
		if (ds_read(&answer->records[j], &before) &&
		    is_by_algorithm(&before) == by_algorithm &&
		    (by_algorithm ? before.algorithm == ds->algorithm :
		    before.digest_type == ds->digest_type))
			return true;
	}
	return false;
}

/*
 * No DS record has an algorithm and a digest that the validator knows: what it
 * is that it does not know, and whether others do.
 */
static char *
why_unsupported(const struct zone_evidence *zone)
{
	bool known = false;
	char *parts = NULL, *part, *why;
	struct dns_ds ds;
	size_t i;

	for (i = 0; i < zone->ds->count; i++) {
		if (!ds_read(&zone->ds->records[i], &ds))
			continue;
		known |= algorithm_is_known(ds.algorithm) &&
		    ds_digest_is_known(ds.digest_type);
		if (is_told(zone->ds, i, &ds))
			continue;
		part = unknown_part(&ds);
		parts = memory_join(parts, " and ", part);
		free(part);
	}
	why = memory_format(known ? "the DS records of %s have only %s, which "
	    "other validators know, but not the one in use here" :
	    "the DS records of %s have only %s, which no validator knows",
	    zone->name, parts != NULL ? parts : "no readable data");
	free(parts);
	return why;
}

/* --- The state of one zone, its parent's being known --- */

/* The parent has no DS record, or denies that there is one in a weak way. */
static void
judge_without_ds(struct zone_evidence *zone)
{
	if (answer_has_records(zone->dnskey))
		set_fault(zone, DNSSEC_INSECURE, ZONE_DS_MISSING,
		    memory_format("%s is signed, but %s has no DS record for "
		    "it", zone->name, parent_of(zone)));
	else
		set_fault(zone, DNSSEC_INSECURE, ZONE_UNSIGNED,
		    memory_format("%s is not signed", zone->name));
}

/* Nothing can be secure below a zone that is not. */
static void
judge_below(struct zone_evidence *zone, const struct zone_evidence *parent)
{
	if (parent->judged.at == ZONE_UNSIGNED &&
	    answer_has_records(zone->dnskey))
		set_fault(zone, DNSSEC_INSECURE, ZONE_PARENT_UNSIGNED,
		    memory_format("%s is signed, but %s, above it, is not",
		    zone->name, parent->name));
	else if (parent->judged.at == ZONE_UNSIGNED)
		set_fault(zone, DNSSEC_INSECURE, ZONE_UNSIGNED,
		    memory_format("%s is not signed", zone->name));
	else
		set_fault(zone, parent->judged.dnssec, ZONE_UNBROKEN,
		    memory_format("the chain of trust breaks above it, at %s",
		    parent->name));
}

static void
judge_with_ds(struct zone_evidence *zone)
{
	struct trust_fault fault = { 0 };

	if (zone->dnskey == NULL) {
		set_fault(zone, DNSSEC_FAILED, ZONE_UNBROKEN, memory_format(
		    "the keys of %s were not asked for in time", zone->name));
	} else if (answer_is_broken(zone->dnskey)) {
		trust_heard_keys(zone, &fault);
		take_fault(zone, zone->dnskey->dnssec, &fault);
	} else if (zone->dnskey->dnssec == DNSSEC_INSECURE) {
		set_fault(zone, DNSSEC_INSECURE, ZONE_DS_UNSUPPORTED,
		    why_unsupported(zone));
	} else if (zone_facts_sha1_beside_better(zone)) {
		set_fault(zone, DNSSEC_BOGUS, ZONE_DS_MISMATCH, memory_format(
		    "no DS record of %s with a digest stronger than SHA-1 fits "
		    "any of its keys (RFC 4509 3)", zone->name));
	} else {
		zone->judged.dnssec = DNSSEC_SECURE;
	}
}

static void
judge_root(struct zone_evidence *zone)
{
	if (zone->dnskey == NULL || zone->dnskey->dnssec == DNSSEC_SECURE)
		zone->judged.dnssec = DNSSEC_SECURE;
	else
		set_fault(zone, zone->dnskey->dnssec, ZONE_UNBROKEN,
		    memory_string("the root's keys cannot be validated"));
}

static void
judge_zone(struct evidence *evidence, struct zone_evidence *zone)
{
	const struct zone_evidence *parent = zone->parent == NULL ? NULL :
	    evidence_zone(evidence, zone->parent);
	struct trust_fault fault = { 0 };

	if (strcmp(zone->name, ".") == 0) {
		judge_root(zone);
	} else if (parent != NULL && parent != zone &&
	    parent->judged.dnssec != DNSSEC_SECURE) {
		judge_below(zone, parent);
	} else if (zone->ds == NULL) {
		set_fault(zone, DNSSEC_FAILED, ZONE_UNBROKEN, memory_format(
		    "the DS records of %s were not asked for in time",
		    zone->name));
	} else if (answer_is_broken(zone->ds)) {
		trust_heard_ds(evidence, zone, &fault);
		take_fault(zone, zone->ds->dnssec, &fault);
	} else if (answer_has_records(zone->ds)) {
		judge_with_ds(zone);
	} else {
		judge_without_ds(zone);
	}
}

void
zone_status_judge(struct evidence *evidence)
{
	size_t i;

	/* Each behind its parent. */
	for (i = 0; i < evidence->zone_count; i++)
		judge_zone(evidence, &evidence->zones[i]);
}
