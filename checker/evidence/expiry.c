#include "checker/evidence/expiry.h"

#include <string.h>

size_t
expiry_answers(const struct host_evidence *host,
    const struct answer *answers[EXPIRY_ANSWERS])
{
	answers[0] = host->a;
	answers[1] = host->aaaa;
	answers[2] = host->cname;
	answers[3] = host->tlsa[0];
	answers[4] = host->tlsa[1];
	return EXPIRY_ANSWERS;
}

/* Seconds by which a limit that is no whole number is not exact. */
#define ROUNDING 0.001

bool
expiry_is_under(const struct expiry_limit *limit,
    const struct answer_period *period, time_t when)
{
	const double whole = difftime(period->until, period->from);
	const double left = difftime(period->until, when);

	switch (limit->unit) {
	case EXPIRY_NOT_GIVEN:
		break;
	case EXPIRY_PERCENT:
		return left < limit->value / 100 * whole - ROUNDING;
	case EXPIRY_SECONDS:
		return left < limit->value - ROUNDING;
	}
	return false;
}

double
expiry_percent_left(const struct answer_period *period, time_t when)
{
	const double whole = difftime(period->until, period->from);
	const double left = difftime(period->until, when);

	if (left <= 0 || whole <= 0)
		return 0;
	return left >= whole ? 100 : 100 * left / whole;
}

/* --- Zones --- */

/* Its index in the evidence; zone_count: it is not there. */
static size_t
find_zone(const struct evidence *evidence, const char *name)
{
	const struct zone_evidence *zone = name == NULL ? NULL :
	    evidence_zone(evidence, name);

	return zone == NULL ? evidence->zone_count :
	    (size_t)(zone - evidence->zones);
}

static bool
is_secure(const struct answer *answer)
{
	return answer != NULL && answer->dnssec == DNSSEC_SECURE;
}

/* The zone and those above it; hostile evidence may go in circles. */
static void
count_chain(struct expiry_zones *zones, const struct evidence *evidence,
    size_t zone)
{
	while (zone < evidence->zone_count && !zones->counts[zone]) {
		zones->counts[zone] = true;
		zone = find_zone(evidence, evidence->zones[zone].parent);
	}
}

static void
add_zones(struct expiry_zones *zones, const struct evidence *evidence,
    const struct answer *answer)
{
	const struct answer_period *periods;
	size_t i, zone;

	if (!is_secure(answer))
		return;
	periods = answer->periods;
	for (i = 0; i < answer->period_count; i++) {
		if (i > 0 && strcmp(periods[i].zone, periods[i - 1].zone) == 0)
			continue;
		zone = find_zone(evidence, periods[i].zone);
		count_chain(zones, evidence, zone);
		if (zone < evidence->zone_count)
			zones->holds[zone] = true;
	}
}

/* Its keys are the trust anchor, and everybody's business. */
static void
leave_out_root(struct expiry_zones *zones, const struct evidence *evidence)
{
	const size_t root = find_zone(evidence, ".");

	if (root < evidence->zone_count)
		zones->counts[root] = false;
}

void
expiry_find_zones(const struct evidence *evidence, struct expiry_zones *zones)
{
	const struct answer *answers[EXPIRY_ANSWERS];
	size_t i, j, count;

	*zones = (struct expiry_zones){ .counts = { false } };
	if (evidence_is_null_mx(evidence))
		return;
	add_zones(zones, evidence, evidence->mx);
	for (i = 0; i < evidence->host_count; i++) {
		if (evidence->hosts[i].judged.dns != HOST_DNS_DANE)
			continue;
		count = expiry_answers(&evidence->hosts[i], answers);
		for (j = 0; j < count; j++)
			add_zones(zones, evidence, answers[j]);
	}
	leave_out_root(zones, evidence);
}

bool
expiry_is_held(const struct evidence *evidence,
    const struct expiry_zones *zones, const struct answer_period *period)
{
	const size_t zone = find_zone(evidence, period->zone);

	return zone < evidence->zone_count && zones->holds[zone];
}

/* --- Lives --- */

static void
add_period(struct expiry_life *life, const struct answer_period *period,
    time_t when)
{
	const double percent = expiry_percent_left(period, when);

	if (life->first == NULL || percent < life->percent)
		life->percent = percent;
	if (life->first == NULL || period->until < life->first->until)
		life->first = period;
}

static void
add_answers(struct expiry_life *life, const struct answer *const *answers,
    size_t count, time_t when)
{
	size_t i, j;

	for (i = 0; i < count; i++) {
		for (j = 0; is_secure(answers[i]) &&
		    j < answers[i]->period_count; j++)
			add_period(life, &answers[i]->periods[j], when);
	}
}

/* The DS and DNSKEY RRsets of the zones that count. HELD: as expiry_is_held. */
static void
add_keys(struct expiry_life *life, const struct evidence *evidence,
    const struct expiry_zones *zones, time_t when, bool held)
{
	const struct answer *answers[2];
	size_t i, j;

	for (i = 0; i < evidence->zone_count; i++) {
		if (!zones->counts[i])
			continue;
		answers[0] = evidence->zones[i].ds;
		answers[1] = evidence->zones[i].dnskey;
		for (j = 0; j < 2; j++) {
			if (!answer_has_records(answers[j]) || (held &&
			    answers[j]->period_count > 0 &&
			    !expiry_is_held(evidence, zones,
			    &answers[j]->periods[0])))
				continue;
			add_answers(life, &answers[j], 1, when);
		}
	}
}

struct expiry_life
expiry_life_of(const struct evidence *evidence,
    const struct answer *const *answers, size_t count, time_t when)
{
	struct expiry_zones zones = { .counts = { false } };
	struct expiry_life life = { NULL, 0 };
	size_t i;

	add_answers(&life, answers, count, when);
	for (i = 0; i < count; i++)
		add_zones(&zones, evidence, answers[i]);
	leave_out_root(&zones, evidence);
	add_keys(&life, evidence, &zones, when, false);
	return life;
}

static struct expiry_life
life_of_domain(const struct evidence *evidence, time_t when, bool held)
{
	const struct answer *answers[EXPIRY_ANSWERS];
	const struct answer *mx[1] = { evidence->mx };
	struct expiry_life life = { NULL, 0 };
	struct expiry_zones zones;
	size_t i, count;

	/* A null MX or an unsigned domain depends on no signature. */
	if (evidence_is_null_mx(evidence) || (evidence->mx != NULL &&
	    evidence->mx->dnssec == DNSSEC_INSECURE))
		return life;
	add_answers(&life, mx, 1, when);
	for (i = 0; i < evidence->host_count; i++) {
		if (evidence->hosts[i].judged.dns != HOST_DNS_DANE)
			continue;
		count = expiry_answers(&evidence->hosts[i], answers);
		add_answers(&life, answers, count, when);
	}
	expiry_find_zones(evidence, &zones);
	add_keys(&life, evidence, &zones, when, held);
	return life;
}

struct expiry_life
expiry_life_of_all(const struct evidence *evidence, time_t when)
{
	return life_of_domain(evidence, when, false);
}

time_t
expiry_held_end(const struct evidence *evidence)
{
	const struct expiry_life life = life_of_domain(evidence,
	    evidence->checked_at, true);

	return life.first != NULL ? life.first->until : 0;
}

/* --- Certificates --- */

/* The earlier of two times, where 0 is none. */
static time_t
earlier(time_t a, time_t b)
{
	if (a == 0 || b == 0)
		return a == 0 ? b : a;
	return a < b ? a : b;
}

time_t
expiry_certificates_end(const struct evidence *evidence)
{
	const struct handshake_evidence *handshake;
	const struct host_evidence *host;
	struct handshake_walk walk;
	time_t end = 0;
	size_t i;

	for (i = 0; i < evidence->host_count; i++) {
		host = &evidence->hosts[i];
		walk = (struct handshake_walk){ 0 };
		while ((handshake = handshake_next(host, &walk)) != NULL)
			end = earlier(end, handshake->judged.end.when);
	}
	return end;
}
