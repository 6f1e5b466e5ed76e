/*
 * What ends soon: signatures, and the certificates that a usage 2 match depends
 * on.
 */
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/expiry.h"
#include "checker/judge/judge_parts.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

enum expiry {
	EXPIRY_CRITICAL,
	EXPIRY_WARNING,
	EXPIRY_OK,
};

/* A zone above those that hold the records: nobody here can renew it. */
static const struct expiry_limit above_limit = { EXPIRY_SECONDS, EXPIRY_DAY };

/*
 * The moment that a signature is judged for: HELD is of a zone that holds the
 * records, which the thresholds are about. Those above sign again every few
 * days (com its DS records for a week), and by --days will have done so.
 */
static time_t
moment(const struct judge_state *state, bool held)
{
	return held ? state->when : state->evidence->checked_at;
}

/* What ends exactly at a threshold is not under it. */
static enum expiry
expiry_of_certificate(const struct judge_state *state, time_t end)
{
	const struct judge_options *options = state->options;
	const double days = difftime(end, state->when) / EXPIRY_DAY;

	if (days < 0 ||
	    (options->critical_days > 0 && days < options->critical_days))
		return EXPIRY_CRITICAL;
	if (options->warning_days > 0 && days < options->warning_days)
		return EXPIRY_WARNING;
	return EXPIRY_OK;
}

/* LIMIT takes the place of DAYS. */
static bool
is_under(const struct expiry_limit *limit, double days,
    const struct answer_period *period, time_t when)
{
	const struct expiry_limit otherwise = { EXPIRY_SECONDS,
		days * EXPIRY_DAY };

	if (limit->unit != EXPIRY_NOT_GIVEN)
		return expiry_is_under(limit, period, when);
	return days > 0 && expiry_is_under(&otherwise, period, when);
}

static enum expiry
expiry_of(const struct judge_state *state, const struct answer_period *period,
    bool held)
{
	const struct judge_options *options = state->options;
	const time_t when = moment(state, held);

	if (period->until < when || (held && is_under(
	    &options->signature_critical, options->critical_days, period,
	    when)))
		return EXPIRY_CRITICAL;
	if (held ? is_under(&options->signature_warning,
	    options->warning_days, period, when) :
	    expiry_is_under(&above_limit, period, when))
		return EXPIRY_WARNING;
	return EXPIRY_OK;
}

/* Sets the severity. Returns what the expiry makes of the verdict. */
static enum verdict
weigh(const struct judge_state *state, struct finding *finding,
    enum expiry expiry)
{
	judging_set_severity(state, finding, expiry == EXPIRY_CRITICAL ?
	    SEVERITY_ERROR : SEVERITY_WARNING);
	return expiry == EXPIRY_CRITICAL && state->dane_applies ?
	    VERDICT_FAIL : VERDICT_PASS;
}

/* "on 2026-01-31, in 12.3 days". Owned by the caller. */
static char *
end_text(time_t end, time_t when)
{
	const double days = difftime(end, when) / EXPIRY_DAY;
	char *date = text_date(end), *text;

	text = days < 0 ? memory_format("on %s, before the day that is judged",
	    date) : days < 1 ? memory_format("on %s, in %.1f hours", date,
	    24 * days) : memory_format("on %s, in %.1f days", date, days);
	free(date);
	return text;
}

/* The same of a signature, with how much is left. */
static char *
life_text(const struct answer_period *period, time_t when)
{
	char *end = end_text(period->until, when), *text;

	if (period->until < when)
		return end;
	text = memory_format("%s (%d%% of its life is left)", end,
	    (int)expiry_percent_left(period, when));
	free(end);
	return text;
}

/* --- Signatures --- */

/* The signature of several that a finding is about. */
struct choice {
	const struct answer_period	*period;	/* borrowed */
	enum expiry			 expiry;
};

/* What is under a threshold: the worst, and of these what ends first. */
static void
choose_ending(struct choice *choice, const struct judge_state *state,
    const struct answer *answer, bool held)
{
	const struct answer_period *period;
	enum expiry expiry;
	size_t i;

	if (answer == NULL || answer->dnssec != DNSSEC_SECURE)
		return;
	for (i = 0; i < answer->period_count; i++) {
		period = &answer->periods[i];
		expiry = expiry_of(state, period, held);
		if (expiry < choice->expiry || (expiry == choice->expiry &&
		    expiry != EXPIRY_OK &&
		    period->until < choice->period->until))
			*choice = (struct choice){ period, expiry };
	}
}

/* What has not begun when all answers were there: that which begins last. */
static void
choose_early(struct choice *choice, const struct judge_state *state,
    const struct answer *answer)
{
	const time_t now = state->evidence->checked_at +
	    (time_t)(state->evidence->elapsed_ms / 1000);
	const struct answer_period *period;
	size_t i;

	if (answer == NULL || answer->dnssec != DNSSEC_SECURE)
		return;
	for (i = 0; i < answer->period_count; i++) {
		period = &answer->periods[i];
		if (period->from > now && (choice->period == NULL ||
		    period->from > choice->period->from))
			*choice = (struct choice){ period, EXPIRY_WARNING };
	}
}

/* "the zone org". Owned by the caller. */
static char *
zone_text(const char *zone)
{
	return strcmp(zone, ".") == 0 ? memory_string("the root zone") :
	    memory_format("the zone %s", zone);
}

/* "DS example.org in the zone org". Owned by the caller. */
static char *
rrset_text(const struct answer_period *period)
{
	const char *type = dns_type_name((enum dns_type)period->type);
	char *zone, *text;

	if (name_equal(period->owner, period->zone))
		return memory_format("%s %s", type, period->owner);
	zone = zone_text(period->zone);
	text = memory_format("%s %s in %s", type, period->owner, zone);
	free(zone);
	return text;
}

static void
set_zone(const struct judge_state *state, struct finding *finding,
    const struct answer_period *period)
{
	const struct zone_evidence *zone = evidence_zone(state->evidence,
	    period->zone);

	if (zone != NULL)
		finding->place.zone = zone->name;
}

static void
advise_renewal(struct finding *finding, const struct answer_period *period,
    bool held)
{
	char *zone;

	if (held) {
		advice_add_text(&finding->advice, "%s",
		    finding_code_meaning(finding->code));
		return;
	}
	zone = zone_text(period->zone);
	advice_add_text(&finding->advice, "only those who run %s can renew it: "
	    "tell them", zone);
	free(zone);
}

static enum verdict
add_ending(struct judge_state *state, const struct choice *choice, bool held)
{
	struct finding *finding;
	char *rrset, *life;

	if (choice->expiry == EXPIRY_OK)
		return VERDICT_PASS;
	rrset = rrset_text(choice->period);
	life = life_text(choice->period, moment(state, held));
	finding = judging_add(state, FINDING_SIGNATURE_EXPIRING,
	    "the DNSSEC signature of %s ends %s", rrset, life);
	set_zone(state, finding, choice->period);
	advise_renewal(finding, choice->period, held);
	free(life);
	free(rrset);
	return weigh(state, finding, choice->expiry);
}

/*
 * RFC 4035 5.3.1: validators without a leeway for clocks take it for bogus
 * until then.
 */
static void
add_early(struct judge_state *state, const struct choice *choice)
{
	struct finding *finding;
	char *rrset, *wait;

	if (choice->period == NULL)
		return;
	rrset = rrset_text(choice->period);
	wait = text_seconds(difftime(choice->period->from,
	    state->evidence->checked_at));
	finding = judging_add(state, FINDING_SIGNATURE_EXPIRING,
	    "the DNSSEC signature of %s begins %s from now: the signer's clock "
	    "is ahead, or this one behind", rrset, wait);
	free(wait);
	set_zone(state, finding, choice->period);
	advice_add_text(&finding->advice, "set the signer's clock, or have it "
	    "sign as of an hour ago: until then some validators refuse what "
	    "it signed");
	free(rrset);
}

enum verdict
judge_signatures(struct judge_state *state,
    const struct answer *const *answers, size_t count)
{
	struct choice ending = { NULL, EXPIRY_OK }, early = ending;
	size_t i;

	for (i = 0; i < count; i++) {
		choose_ending(&ending, state, answers[i], true);
		choose_early(&early, state, answers[i]);
	}
	add_early(state, &early);
	return add_ending(state, &ending, true);
}

/* Of the DS or the DNSKEY RRset of a zone. */
static enum verdict
judge_keys(struct judge_state *state, const struct expiry_zones *zones,
    const struct answer *answer)
{
	struct choice ending = { NULL, EXPIRY_OK }, early = ending;
	bool held;

	if (!answer_has_records(answer) || answer->period_count == 0)
		return VERDICT_PASS;
	held = expiry_is_held(state->evidence, zones, &answer->periods[0]);
	choose_ending(&ending, state, answer, held);
	choose_early(&early, state, answer);
	add_early(state, &early);
	return add_ending(state, &ending, held);
}

enum verdict
judge_zone_signatures(struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	enum verdict verdict = VERDICT_PASS;
	struct expiry_zones zones;
	size_t i;

	expiry_find_zones(evidence, &zones);
	for (i = 0; i < evidence->zone_count; i++) {
		if (!zones.counts[i])
			continue;
		verdict = verdict_cap(verdict, judge_keys(state, &zones,
		    evidence->zones[i].ds));
		verdict = verdict_cap(verdict, judge_keys(state, &zones,
		    evidence->zones[i].dnskey));
	}
	return verdict;
}

/* --- Certificates --- */

/* What ends, and with it the match. Owned by the caller. */
static char *
what_ends(const struct chain *chain, int depth)
{
	if (depth == MATCH_NO_DEPTH)
		return memory_string("the usage 2 match (another certificate "
		    "will be taken in place of one that it depends on)");
	if ((size_t)depth >= chain->count)
		return memory_string("the certificate in the usage 2 record");
	return memory_format("the certificate %s, which the usage 2 match "
	    "depends on,", chain->certificates[depth].subject);
}

static const char *
advice_on_end(const struct chain *chain, int depth)
{
	if (depth == MATCH_NO_DEPTH)
		return "have the server leave out the certificates that the "
		    "match does not depend on";
	if ((size_t)depth >= chain->count)
		return "publish a record of the certificate that follows it, "
		    "too";
	return finding_code_meaning(FINDING_CERTIFICATE_EXPIRING);
}

static enum verdict
add_certificate(struct judge_state *state,
    const struct endpoint_evidence *endpoint, const struct handshake *seen,
    const struct match_end *end, enum expiry expiry)
{
	char *what = what_ends(seen->chain, end->depth);
	char *text = end_text(end->when, state->when);
	struct finding *finding;

	finding = judging_add_at(state, endpoint, (int)seen->key_type,
	    FINDING_CERTIFICATE_EXPIRING, "%s ends %s", what, text);
	free(what);
	free(text);
	advice_add_text(&finding->advice, "%s",
	    advice_on_end(seen->chain, end->depth));
	return weigh(state, finding, expiry);
}

enum verdict
judge_certificates(struct judge_state *state)
{
	const struct handshake_evidence *handshake;
	struct handshake_walk walk = { 0 };
	enum verdict verdict = VERDICT_PASS;
	const struct match_end *end;
	enum expiry expiry;

	while ((handshake = handshake_next(state->host, &walk)) != NULL) {
		end = &handshake->judged.end;
		if (end->when == 0 ||
		    judging_is_repeated(walk.endpoint, handshake))
			continue;
		expiry = expiry_of_certificate(state, end->when);
		if (expiry != EXPIRY_OK)
			verdict = verdict_cap(verdict, add_certificate(state,
			    walk.endpoint, handshake->seen, end, expiry));
	}
	/* Another record may match, and depend on no certificate's dates. */
	return verdict == VERDICT_FAIL ? judge_limited_records(state->host) :
	    verdict;
}
