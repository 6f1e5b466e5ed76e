/*
 * The chain of trust: what breaks it, what weakens it, and what to publish.
 */
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/host_dns.h"
#include "checker/judge/judge_parts.h"
#include "checker/judge/trust_ds.h"
#include "checker/judge/trust_fault.h"
#include "resolver/algorithm.h"
#include "resolver/ds.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

/* FINDING_CODE_COUNT: the finding about the answer says it all. */
static const struct break_row {
	enum finding_code	 code;
	const char		*cure;	/* static; {zone} and {parent} are
					 * replaced by their names */
} breaks[] = {
	[ZONE_UNBROKEN] = { FINDING_CODE_COUNT, NULL },
	[ZONE_UNSIGNED] = { FINDING_CODE_COUNT,
	    "sign {zone} with DNSSEC and have its DS record published in "
	    "{parent}" },
	[ZONE_DS_MISSING] = { FINDING_DS_MISSING,
	    "have the DS record of {zone} published in {parent}" },
	[ZONE_DS_UNSUPPORTED] = { FINDING_DS_UNSUPPORTED,
	    "sign {zone} with algorithm 13 or 8, and have a DS record with "
	    "digest type 2 published in {parent}" },
	[ZONE_DS_MISMATCH] = { FINDING_DS_MISMATCH,
	    "have DS records of the present keys of {zone} published in "
	    "{parent}, with digest type 2" },
	[ZONE_PARENT_UNSIGNED] = { FINDING_PARENT_UNSIGNED,
	    "have {parent} signed, or use a name in another zone" },
	[ZONE_NSEC3_ITERATIONS] = { FINDING_NSEC3_ITERATIONS,
	    "sign {zone} with no NSEC3 iterations (RFC 9276 3.1)" },
	[ZONE_OPT_OUT] = { FINDING_OPT_OUT,
	    "sign {zone} without opt-out, or publish the records at the name "
	    "itself" },
	[ZONE_DNSKEY_UNAVAILABLE] = { FINDING_DNSKEY_UNAVAILABLE,
	    "have these name servers, or the device in front of them, answer "
	    "questions of every type over UDP and TCP" },
	[ZONE_DENIAL_BROKEN] = { FINDING_DENIAL_BROKEN,
	    "sign {zone} anew, and have its name servers return the NSEC or "
	    "NSEC3 records with each denial" },
	[ZONE_SIGNATURES_BROKEN] = { FINDING_CODE_COUNT,
	    "sign {zone} again, and see that all of its name servers get the "
	    "new signatures" },
};

/* A copy of TEMPLATE with the names of the zone in it. */
static char *
expand(const char *template, const struct zone_evidence *zone)
{
	const char *parent = zone->parent != NULL ? zone->parent :
	    "the zone above";
	char *text = memory_string("");
	const char *brace, *name;
	char *piece;

	while ((brace = strchr(template, '{')) != NULL) {
		name = strncmp(brace, "{zone}", 6) == 0 ? zone->name : parent;
		piece = memory_format("%.*s%s", (int)(brace - template),
		    template, name);
		text = memory_join(text, "", piece);
		free(piece);
		template = strchr(brace, '}') + 1;
	}
	return memory_join(text, "", template);
}

void
judge_trust_advise(struct finding *finding, const struct trust_fault *fault,
    const char *otherwise, const char *end)
{
	char *text;

	if (fault->zone != NULL && breaks[fault->at].cure != NULL)
		text = expand(breaks[fault->at].cure, fault->zone);
	else
		text = memory_string(otherwise);
	/* Without a finding of its own, the zone is the place of this one. */
	if (fault->zone != NULL && fault->at != ZONE_UNBROKEN &&
	    breaks[fault->at].code == FINDING_CODE_COUNT)
		finding->place.zone = fault->zone->name;
	advice_add_text(&finding->advice, "%s%s", text, end);
	free(text);
}

static bool
is_ahead(const struct answer *answer, time_t now)
{
	size_t i;

	for (i = 0; answer != NULL && i < answer->period_count; i++) {
		if (answer->periods[i].from > now)
			return true;
	}
	return false;
}

/*
 * Whether signatures of the root or of a top-level domain begin later than now,
 * be it that they do not validate for that reason: their clocks are right.
 */
static bool
clock_is_behind(const struct evidence *evidence)
{
	const time_t now = evidence->checked_at;
	const struct zone_evidence *zone;
	size_t i;

	for (i = 0; i < evidence->zone_count; i++) {
		zone = &evidence->zones[i];
		if (name_label_count(zone->name) <= 1 &&
		    (is_ahead(zone->ds, now) || is_ahead(zone->dnskey, now) ||
		    zone->judged.begins > now))
			return true;
	}
	return false;
}

#define HOUR (60 * 60)

enum verdict
judge_trust_verdict(const struct judge_state *state,
    const struct trust_fault *fault)
{
	const struct evidence *evidence = state->evidence;

	if (fault->begins > evidence->checked_at &&
	    fault->begins <= evidence->checked_at + HOUR &&
	    clock_is_behind(evidence))
		return VERDICT_UNKNOWN;
	return VERDICT_FAIL;
}

/*
 * The finding that explains what is wrong with an answer, if there is one. A
 * name that does not exist is explained by that.
 */
static void
add_break(struct judge_state *state, const struct answer *answer,
    const struct trust_fault *fault)
{
	struct finding *finding;

	if (fault->zone == NULL || (answer->kind == ANSWER_NO_NAME &&
	    state->host == NULL) ||
	    breaks[fault->at].code == FINDING_CODE_COUNT)
		return;
	finding = judging_add(state, breaks[fault->at].code, "%s", fault->why);
	finding->place.zone = fault->zone->name;
	/* It explains a failure, where DANE can apply to nothing any more. */
	if (answer->dnssec <= DNSSEC_BOGUS && state->host == NULL)
		finding->severity = finding_code_severity(finding->code);
	judge_trust_advise(finding, fault, "", "");
	trust_ds_advise(&finding->advice, fault->zone, fault->at);
}

/* Whether the break is reported of the MX records already. */
static bool
is_of_domain(const struct judge_state *state, const struct trust_fault *fault)
{
	struct trust_fault domain = trust_fault_find(state->evidence,
	    state->evidence->mx);
	const bool same = domain.zone == fault->zone && domain.at == fault->at;

	trust_fault_clear(&domain);
	return same;
}

/*
 * Of the answers that decide about a host, the one to blame: what is bogus
 * first. One secure family is enough, and what is not published need not be.
 */
static const struct answer *
insecure_answer(const struct host_evidence *host)
{
	const struct answer *answers[] = { host->a, host->aaaa, host->cname,
		host->judged.tlsa };
	const bool good = host_dns_address_status(host) == DNSSEC_SECURE;
	const struct answer *answer, *worst = NULL;
	size_t i;

	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		answer = answers[i];
		if (answer == NULL || answer->dnssec == DNSSEC_SECURE ||
		    (answer->dnssec == DNSSEC_INSECURE && (i < 3 ? good :
		    !answer_has_records(answer))))
			continue;
		if (answer->dnssec == DNSSEC_BOGUS)
			return answer;
		if (worst == NULL)
			worst = answer;
	}
	return worst;
}

struct trust_fault
judge_trust_of_host(const struct judge_state *state)
{
	return trust_fault_find(state->evidence,
	    insecure_answer(state->host));
}

static void
add_breaks(struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	struct trust_fault fault = trust_fault_find(evidence, evidence->mx);
	size_t i;

	add_break(state, evidence->mx, &fault);
	trust_fault_clear(&fault);
	for (i = 0; i < evidence->host_count; i++) {
		state->host = &evidence->hosts[i];
		fault = judge_trust_of_host(state);
		if (!is_of_domain(state, &fault))
			add_break(state, insecure_answer(state->host), &fault);
		trust_fault_clear(&fault);
	}
	state->host = NULL;
}

/* --- What is secure today, but not to every sender --- */

/* RFC 9905: neither signatures nor DS records by SHA-1 count. */
static bool
is_deprecated(const struct zone_evidence *zone)
{
	struct dns_ds ds;
	size_t i;

	for (i = 0; i < zone->ds->count; i++) {
		if (ds_read(&zone->ds->records[i], &ds) &&
		    algorithm_is_known(ds.algorithm) &&
		    ds_digest_is_known(ds.digest_type) &&
		    !algorithm_is_sha1(ds.algorithm) &&
		    ds.digest_type != DS_SHA1)
			return false;
	}
	return true;
}

static void
add_deprecated(struct judge_state *state, const struct zone_evidence *zone)
{
	struct finding *finding;

	if (zone->judged.dnssec != DNSSEC_SECURE ||
	    !answer_has_records(zone->ds) || !is_deprecated(zone))
		return;
	finding = judging_add(state, FINDING_ALGORITHM_DEPRECATED,
	    "%s depends on SHA-1, by its keys' algorithm or its DS records: "
	    "senders that follow RFC 9905 take it for unsigned and do not use "
	    "DANE", zone->name);
	finding->place.zone = zone->name;
	advice_add_text(&finding->advice, "sign it with algorithm 13 or 8, "
	    "and have DS records with digest type 2 published in %s",
	    zone->parent != NULL ? zone->parent : "its parent");
	trust_ds_advise_without_sha1(&finding->advice, zone);
}

/*
 * Many iterations (RFC 9276 3.2): of the answer with the most in a zone it is
 * told once, and more severely where DANE depends on such an answer: records
 * out of a wildcard, or the absence of MX records.
 */
struct iterations {
	const struct zone_evidence	*zone;	/* borrowed */
	uint16_t			 most;
	uint16_t			 most_that_matters;
};

static void
count_iterations(struct iterations *iterations, const struct evidence *evidence,
    const struct answer *answer)
{
	if (answer == NULL || answer->dnssec != DNSSEC_SECURE ||
	    trust_fault_denier(evidence, answer) != iterations->zone)
		return;
	if (answer->iterations > iterations->most)
		iterations->most = answer->iterations;
	if ((answer_has_records(answer) || answer->type == DNS_MX) &&
	    answer->iterations > iterations->most_that_matters)
		iterations->most_that_matters = answer->iterations;
}

static void
add_iterations(struct judge_state *state, const struct zone_evidence *zone)
{
	const struct evidence *evidence = state->evidence;
	struct iterations iterations = { zone, 0, 0 };
	const struct host_evidence *host;
	struct finding *finding;
	bool severe;
	size_t i, j;

	count_iterations(&iterations, evidence, evidence->mx);
	for (i = 0; i < evidence->host_count; i++) {
		host = &evidence->hosts[i];
		count_iterations(&iterations, evidence, host->a);
		count_iterations(&iterations, evidence, host->aaaa);
		count_iterations(&iterations, evidence, host->cname);
		for (j = 0; j < EVIDENCE_BASES; j++)
			count_iterations(&iterations, evidence, host->tlsa[j]);
	}
	if (iterations.most == 0)
		return;
	severe = iterations.most_that_matters > TRUST_ITERATIONS_SAFE;
	finding = judging_add(state, FINDING_NSEC3_ITERATIONS,
	    "the NSEC3 records of %s have %u iteration%s%s", zone->name,
	    iterations.most, text_plural(iterations.most),
	    severe ? ": some senders' validators take what they prove for "
	    "unsigned" : ", which protect nothing");
	judging_set_severity(state, finding, severe ? SEVERITY_WARNING :
	    SEVERITY_INFO);
	finding->place.zone = zone->name;
	advice_add_text(&finding->advice, "sign the zone with 0 iterations "
	    "(RFC 9276 3.1)");
}

void
judge_trust(struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	size_t i;

	add_breaks(state);
	for (i = 0; i < evidence->zone_count; i++) {
		add_deprecated(state, &evidence->zones[i]);
		add_iterations(state, &evidence->zones[i]);
	}
}
