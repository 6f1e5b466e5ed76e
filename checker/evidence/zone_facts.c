#include "checker/evidence/zone_facts.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/expiry.h"
#include "checker/evidence/host_dns.h"
#include "resolver/algorithm.h"
#include "resolver/ds.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/rrsig.h"

static void
shorten_life(struct zone_life *life, const struct answer *answer, time_t when)
{
	const struct answer_period *period;
	size_t i;
	int percent;

	for (i = 0; answer != NULL && answer->dnssec == DNSSEC_SECURE &&
	    i < answer->period_count; i++) {
		period = &answer->periods[i];
		percent = (int)expiry_percent_left(period, when);
		if (life->until == 0 || percent < life->percent)
			life->percent = percent;
		if (life->until == 0 || period->until < life->until) {
			life->from = period->from;
			life->until = period->until;
		}
	}
}

bool
zone_facts_life(const struct zone_evidence *zone, time_t when,
    struct zone_life *life)
{
	*life = (struct zone_life){ 0, 0, 0 };
	if (strcmp(zone->name, ".") == 0)
		return false;
	shorten_life(life, zone->ds, when);
	shorten_life(life, zone->dnskey, when);
	return life->until != 0;
}

/* The records by which an answer denies something. */
static uint16_t
denial_type(const struct answer *answer)
{
	return answer->denial == ANSWER_DENIES_BY_NSEC3 ? DNS_NSEC3 : DNS_NSEC;
}

/* Whether the zone has signed any of them (ITS), or another one has. */
static bool
has_signed_denial(const struct answer *answer,
    const struct zone_evidence *zone, bool its)
{
	const struct answer_period *period;
	size_t i;

	for (i = 0; i < answer->period_count; i++) {
		period = &answer->periods[i];
		if (period->type == denial_type(answer) &&
		    name_equal(period->zone, zone->name) == its)
			return true;
	}
	return false;
}

static void
add_denial(struct zone_denial *denial, const struct answer *answer,
    const struct zone_evidence *zone)
{
	if (answer == NULL || answer->denial == ANSWER_DENIES_NOTHING ||
	    !has_signed_denial(answer, zone, true))
		return;
	if (answer->denial > denial->by)
		denial->by = answer->denial;
	/* Of an alias from zone to zone it is not known whose they are. */
	if (has_signed_denial(answer, zone, false))
		return;
	if (answer->iterations > denial->iterations)
		denial->iterations = answer->iterations;
	denial->opt_out |= answer->opt_out;
}

static void
add_host_denials(struct zone_denial *denial, const struct host_evidence *host,
    const struct zone_evidence *zone)
{
	size_t i;

	add_denial(denial, host->a, zone);
	add_denial(denial, host->aaaa, zone);
	add_denial(denial, host->cname, zone);
	add_denial(denial, host->above_tlsa, zone);
	for (i = 0; i < EVIDENCE_BASES; i++)
		add_denial(denial, host->tlsa[i], zone);
}

bool
zone_facts_denial(const struct evidence *evidence,
    const struct zone_evidence *zone, struct zone_denial *denial)
{
	size_t i;

	*denial = (struct zone_denial){ ANSWER_DENIES_NOTHING, 0, false };
	add_denial(denial, evidence->mx, zone);
	add_denial(denial, evidence->misplaced, zone);
	add_denial(denial, evidence->tlsrpt, zone);
	for (i = 0; i < evidence->zone_count; i++)
		add_denial(denial, evidence->zones[i].ds, zone);
	for (i = 0; i < evidence->host_count; i++)
		add_host_denials(denial, &evidence->hosts[i], zone);
	return denial->by != ANSWER_DENIES_NOTHING;
}

/* Whether a DS record by SHA-1, or by a stronger digest, fits a key. */
static bool
fits_any_key(const struct zone_evidence *zone, bool sha1)
{
	struct dns_ds ds;
	size_t i, j;

	for (i = 0; i < zone->ds->count; i++) {
		if (!ds_read(&zone->ds->records[i], &ds) ||
		    (ds.digest_type == DS_SHA1) != sha1)
			continue;
		for (j = 0; j < zone->dnskey->count; j++) {
			if (ds_fits_key(&zone->ds->records[i], zone->name,
			    &zone->dnskey->records[j]))
				return true;
		}
	}
	return false;
}

bool
zone_facts_sha1_beside_better(const struct zone_evidence *zone)
{
	bool sha1 = false, better = false;
	struct dns_ds ds;
	size_t i;

	if (!answer_has_records(zone->ds) || !answer_has_records(zone->dnskey))
		return false;
	for (i = 0; i < zone->ds->count; i++) {
		if (!ds_read(&zone->ds->records[i], &ds) ||
		    !algorithm_is_known(ds.algorithm) ||
		    !ds_digest_is_known(ds.digest_type))
			continue;
		sha1 |= ds.digest_type == DS_SHA1;
		better |= ds.digest_type != DS_SHA1;
	}
	return sha1 && better && !fits_any_key(zone, false) &&
	    fits_any_key(zone, true);
}

/* All that an answer can be signed with. */
struct settling {
	struct evidence		*evidence;	/* borrowed */
	struct rrsig_keys	*keys;		/* owned, one for each zone */
	size_t			 checks;	/* of signatures, left */
};

/* The zone, on the answer's chain of trust, that is as above; or NULL. */
static const struct zone_evidence *
zone_by_sha1(const struct evidence *evidence, const struct answer *answer)
{
	const struct zone_evidence *zone;
	size_t i, j;

	for (i = 0; i < evidence->zone_count; i++) {
		zone = &evidence->zones[i];
		for (j = 0; j < answer->period_count; j++) {
			if (name_is_at_or_below(answer->periods[j].zone,
			    zone->name) && zone_facts_sha1_beside_better(zone))
				return zone;
		}
	}
	return NULL;
}

static void
settle_answer(struct settling *settling, struct answer **slot)
{
	struct answer *answer = *slot, *bogus;
	const struct zone_evidence *zone;
	char *why;

	if (answer == NULL || answer->dnssec != DNSSEC_SECURE)
		return;
	if (answer->ambiguous && answer->origin != NULL)
		rrsig_settle(answer, settling->keys,
		    settling->evidence->zone_count, answer->origin->now,
		    &settling->checks);
	zone = zone_by_sha1(settling->evidence, answer);
	if (zone == NULL)
		return;
	why = memory_format("of the DS records of %s only one by SHA-1 fits, "
	    "beside stronger ones (RFC 4509 3)", zone->name);
	bogus = answer_failed(answer->owner, answer->type, why);
	bogus->dnssec = DNSSEC_BOGUS;
	bogus->origin = answer->origin;
	answer->origin = NULL;
	answer_free(answer);
	free(why);
	*slot = bogus;
}

static void
settle_host(struct settling *settling, struct host_evidence *host)
{
	size_t i;

	settle_answer(settling, &host->a);
	settle_answer(settling, &host->aaaa);
	settle_answer(settling, &host->cname);
	for (i = 0; i < EVIDENCE_BASES; i++) {
		settle_answer(settling, &host->tlsa[i]);
		/* An alias that is not secure any more leads to none. */
		if (host_dns_base_domain(host, i) != NULL)
			continue;
		answer_free(host->tlsa[i]);
		host->tlsa[i] = NULL;
	}
}

static void
settle_zone(struct evidence *evidence, struct zone_evidence *zone,
    size_t *checks)
{
	const struct zone_evidence *parent = zone->parent != NULL ?
	    evidence_zone(evidence, zone->parent) : NULL;
	struct rrsig_keys keys = { zone->dnskey, zone->ds };

	if (zone->dnskey != NULL && zone->dnskey->origin != NULL)
		rrsig_settle(zone->dnskey, &keys, 1,
		    zone->dnskey->origin->now, checks);
	if (zone->ds == NULL || zone->ds->origin == NULL || parent == NULL)
		return;
	keys = (struct rrsig_keys){ parent->dnskey, NULL };
	rrsig_settle(zone->ds, &keys, 1, zone->ds->origin->now, checks);
}

void
zone_facts_settle(struct evidence *evidence)
{
	struct settling settling = { evidence, NULL, ZONE_FACTS_CHECKS };
	size_t i;

	settling.keys = memory_new(evidence->zone_count,
	    sizeof(*settling.keys));
	for (i = 0; i < evidence->zone_count; i++) {
		settle_zone(evidence, &evidence->zones[i],
		    &settling.checks);
		settling.keys[i].dnskey = evidence->zones[i].dnskey;
	}
	settle_answer(&settling, &evidence->mx);
	for (i = 0; i < evidence->host_count; i++)
		settle_host(&settling, &evidence->hosts[i]);
	free(settling.keys);
}
