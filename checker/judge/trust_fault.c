#include "checker/judge/trust_fault.h"

#include <stdlib.h>

#include "checker/judge/trust_heard.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/nsec3.h"

static bool
is_on_the_way(const struct zone_evidence *zone, const struct answer *answer,
    const char *end)
{
	return name_is_at_or_below(answer->owner, zone->name) ||
	    name_is_at_or_below(end, zone->name);
}

/*
 * The zone with the first break. That a zone is not signed says less than that
 * one below it is.
 */
static const struct zone_evidence *
broken_zone(const struct evidence *evidence, const struct answer *answer)
{
	const char *end = trust_heard_end(evidence, answer);
	const struct zone_evidence *zone, *unsigned_zone = NULL;
	size_t i;

	for (i = 0; i < evidence->zone_count; i++) {
		zone = &evidence->zones[i];
		if (zone->judged.at == ZONE_UNBROKEN ||
		    !is_on_the_way(zone, answer, end))
			continue;
		if (zone->judged.at != ZONE_UNSIGNED)
			return zone;
		if (unsigned_zone == NULL)
			unsigned_zone = zone;
	}
	return unsigned_zone;
}

/* The last zone on the way, in which the answer is. NULL: none is known. */
static const struct zone_evidence *
zone_of(const struct evidence *evidence, const struct answer *answer)
{
	const struct zone_evidence *zone, *last = NULL;
	size_t i;

	for (i = 0; i < evidence->zone_count; i++) {
		zone = &evidence->zones[i];
		if (name_is_at_or_below(answer->expanded, zone->name) &&
		    zone->judged.dnssec == DNSSEC_SECURE)
			last = zone;
	}
	return last;
}

const struct zone_evidence *
trust_fault_denier(const struct evidence *evidence, const struct answer *answer)
{
	size_t i;

	if (answer == NULL || answer->denial != ANSWER_DENIES_BY_NSEC3)
		return NULL;
	for (i = 0; i < answer->period_count; i++) {
		if (answer->periods[i].type == DNS_NSEC3)
			return evidence_zone(evidence, answer->periods[i].zone);
	}
	return NULL;
}

/*
 * What makes a validated denial, or a wildcard, insecure in a signed zone; of
 * an alias it may be another than that in which the answer is.
 */
static void
explain_insecure(struct trust_fault *fault, const struct evidence *evidence,
    const struct answer *answer)
{
	const struct zone_evidence *zone = trust_fault_denier(evidence, answer);

	if (answer->denial != ANSWER_DENIES_BY_NSEC3)
		return;
	if (zone != NULL)
		fault->zone = zone;
	if (answer->iterations > NSEC3_ITERATIONS_MAX) {
		fault->at = ZONE_NSEC3_ITERATIONS;
		fault->why = memory_format("the NSEC3 records of %s have %u "
		    "iterations, with which validators take it for unsigned",
		    fault->zone->name, answer->iterations);
	} else if (answer->opt_out) {
		fault->at = ZONE_OPT_OUT;
		fault->why = memory_format("%s is signed with NSEC3 opt-out, "
		    "under which %s is never authentic", fault->zone->name,
		    answer_has_records(answer) ? "a wildcard" :
		    "the absence of a name");
	}
}

/* What the zones say, of the first that is broken. False: none is. */
static bool
explain_by_zone(struct trust_fault *fault, const struct evidence *evidence,
    const struct answer *answer)
{
	const struct zone_evidence *zone = broken_zone(evidence, answer);

	if (zone == NULL)
		return false;
	fault->zone = zone;
	fault->at = zone->judged.at;
	fault->why = memory_string(zone->judged.why);
	fault->begins = zone->judged.begins;
	return true;
}

struct trust_fault
trust_fault_find(const struct evidence *evidence, const struct answer *answer)
{
	struct trust_fault fault = { 0 };

	if (answer == NULL || answer->dnssec == DNSSEC_SECURE ||
	    explain_by_zone(&fault, evidence, answer))
		return fault;
	fault.zone = zone_of(evidence, answer);
	if (fault.zone == NULL)
		return fault;
	if (answer->dnssec == DNSSEC_INSECURE)
		explain_insecure(&fault, evidence, answer);
	else
		trust_heard_answer(fault.zone, answer, &fault);
	if (fault.at == ZONE_UNBROKEN)
		fault.zone = NULL;
	return fault;
}

void
trust_fault_clear(struct trust_fault *fault)
{
	free(fault->why);
	*fault = (struct trust_fault){ 0 };
}
