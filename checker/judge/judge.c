#include "checker/judge/judge.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/host_dns.h"
#include "checker/judge/judge_parts.h"
#include "checker/judge/placement.h"
#include "checker/judge/server_status.h"
#include "checker/judge/zone_status.h"
#include "resolver/memory.h"

/*
 * Without a working DNS of our own nothing is said about the domain. True: it
 * works. EXPLAINED: what is wrong with it has been said of the resolver.
 */
static bool
judge_local_resolver(struct judge_state *state, bool explained)
{
	const struct evidence *evidence = state->evidence;
	const char *why = evidence->health_why;
	struct finding *finding;

	if (evidence->health == RESOLVER_HEALTHY || explained)
		return evidence->health == RESOLVER_HEALTHY;
	switch (evidence->health) {
	case RESOLVER_HEALTHY:
		break;
	case RESOLVER_BAD_ANCHOR:
		finding = judging_add(state, FINDING_TRUST_ANCHOR_MISMATCH,
		    "nothing can be validated here: %s", why);
		advice_add_text(&finding->advice, "check the trust anchor "
		    "(--trust-anchor), the clock and the resolver (--resolver) "
		    "of this machine");
		break;
	case RESOLVER_UNTRIED:
	case RESOLVER_NO_ANSWER:
		finding = judging_add(state, FINDING_RESOLVER_UNREACHABLE,
		    "no answer from the DNS: %s", why != NULL ? why :
		    "the root's keys did not arrive in time");
		advice_add_text(&finding->advice, "check this machine's "
		    "network, or name a resolver that it can reach "
		    "(--resolver)");
		break;
	}
	return false;
}

/* "; its MX hosts are ready: 2 of 3 with secure TLSA records". Owned. */
static char *
readiness_text(const struct evidence *evidence)
{
	size_t i, ready = 0, total = 0;

	for (i = 0; i < evidence->host_count; i++) {
		if (!evidence->hosts[i].asked)
			continue;
		total++;
		ready += evidence->hosts[i].judged.dns == HOST_DNS_DANE;
	}
	if (ready == 0)
		return memory_string("");
	return memory_format("; its MX hosts are ready: %zu of %zu with secure "
	    "TLSA records", ready, total);
}

static void
add_mx_insecure(struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	const struct answer *mx = evidence->mx;
	struct trust_fault fault = trust_fault_find(evidence, mx);
	char *ready = readiness_text(evidence), *what;
	struct finding *finding;
	char *cure;

	/* Either end of an alias may be the unsigned one. */
	what = fault.why != NULL && mx->aliased ?
	    memory_format("%s is an alias of %s, and %s", evidence->domain,
	    mx->expanded, fault.why) : fault.why != NULL ?
	    memory_string(fault.why) : mx->aliased ?
	    memory_format("%s is an alias of %s, and one of them is not signed",
	    evidence->domain, mx->expanded) :
	    memory_format("%s is not signed, or has no DS record",
	    evidence->domain);
	finding = judging_add(state, FINDING_MX_INSECURE,
	    "%s, so senders do not use DANE for %s%s", what, evidence->domain,
	    ready);
	cure = memory_format("sign the zone of %s with DNSSEC and have its DS "
	    "record published", mx->aliased ? "each name in the alias" :
	    evidence->domain);
	judge_trust_advise(finding, &fault, cure, "");
	trust_fault_clear(&fault);
	free(cure);
	free(what);
	free(ready);
}

/* Broken DNSSEC, which is the domain's, unless our own clock is wrong. */
static enum verdict
add_mx_bogus(struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	struct trust_fault fault = trust_fault_find(evidence, evidence->mx);
	const enum verdict verdict = judge_trust_verdict(state, &fault);
	struct finding *finding;
	char *cure;

	finding = judging_add(state, FINDING_MX_BOGUS, "DNSSEC is broken: %s",
	    fault.why != NULL ? fault.why : evidence->mx->why);
	cure = memory_format("fix the signatures or the DS record of the zone "
	    "of %s", evidence->domain);
	judge_trust_advise(finding, &fault, cure, JUDGE_UNTIL_THEN);
	free(cure);
	trust_fault_clear(&fault);
	return verdict;
}

/* What the MX answer decides alone; VERDICT_PASS: the hosts decide. */
static enum verdict
judge_unusable_mx(struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	const struct answer *mx = evidence->mx;
	struct trust_fault fault;
	struct finding *finding;

	if (evidence_is_disputed(evidence, mx))
		return VERDICT_UNKNOWN;
	if (mx != NULL && mx->dnssec == DNSSEC_BOGUS)
		return add_mx_bogus(state);
	fault = trust_fault_find(evidence, mx);
	finding = judging_add(state, FINDING_MX_LOOKUP_FAILED,
	    "no usable answer for the MX records: %s", fault.why != NULL ?
	    fault.why : mx != NULL ? mx->why : "it did not arrive in time");
	trust_fault_clear(&fault);
	advice_add_text(&finding->advice, "look at the name servers of %s "
	    "(--authoritative asks each of them), or try again with a larger "
	    "--timeout", evidence->domain);
	judging_advise_reserved(state, finding);
	return VERDICT_UNKNOWN;
}

/*
 * RFC 7505 3: a null MX must be the only MX record. Large senders go by it, and
 * return all mail, whatever the others say and whether they are signed.
 */
static enum verdict
judge_null_among_others(struct judge_state *state)
{
	const struct answer *mx = state->evidence->mx;
	struct advice_rrset rrset;
	struct placement place;
	struct finding *finding;
	char *data;
	size_t i;

	if (!evidence_mixes_null_mx(state->evidence))
		return VERDICT_PASS;
	finding = judging_add(state, FINDING_MX_NULL_AMONG_OTHERS,
	    "an MX record that names no host (\".\") stands beside others: "
	    "large senders take it that there is no mail service, and return "
	    "all mail (RFC 7505 3)");
	place = placement_find(state->evidence, mx);
	rrset = (struct advice_rrset){ place.owner, answer_source_ttl(mx) };
	for (i = 0; i < mx->count; i++) {
		if (mx->records[i].name == NULL ||
		    strcmp(mx->records[i].name, ".") != 0)
			continue;
		data = memory_format("%u .",
		    (unsigned int)mx->records[i].preference);
		advice_add_remove_data(&finding->advice, &rrset, DNS_MX, data);
		free(data);
	}
	placement_clear(&place);
	advice_add_text(&finding->advice, "or, if the domain takes no mail, "
	    "remove the others");
	return VERDICT_FAIL;
}

/* As above. */
static enum verdict
judge_mx(struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	const struct answer *mx = evidence->mx;
	struct finding *finding;

	if (evidence->host_mode)
		return VERDICT_PASS;
	if (mx == NULL || mx->kind == ANSWER_UNUSABLE)
		return judge_unusable_mx(state);
	if (mx->kind == ANSWER_NO_NAME) {
		finding = judging_add(state, FINDING_DOMAIN_MISSING,
		    "there is no domain %s", mx->expanded);
		advice_add_text(&finding->advice, "check how it is spelled, "
		    "and that it is registered");
		return VERDICT_FAIL;
	}
	if (evidence_is_null_mx(evidence)) {
		judging_add(state, FINDING_MX_NULL, "%s says that it takes no "
		    "mail (null MX, RFC 7505)", evidence->domain);
		return VERDICT_NONE;
	}
	if (mx->dnssec != DNSSEC_SECURE) {
		add_mx_insecure(state);
		return VERDICT_NONE;
	}
	return VERDICT_PASS;
}

/* The commonest misplacement: at the mail domain, not at its MX host. */
static void
judge_misplaced(struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	const struct answer *misplaced = evidence->misplaced;
	const struct host_evidence *host;
	struct finding *finding;
	size_t i;

	if (!answer_has_records(misplaced))
		return;
	for (i = 0; i < evidence->host_count; i++) {
		host = state->host = &evidence->hosts[i];
		/* A name that is too long has no room for TLSA records. */
		if (host->judged.dns != HOST_DNS_TLSA_NONE ||
		    host->tlsa[0] == NULL ||
		    strcmp(host->name, evidence->domain) == 0)
			continue;
		finding = judging_add(state, FINDING_TLSA_AT_MAIL_DOMAIN,
		    "there are TLSA records at %s, below the mail domain, "
		    "where senders do not look for them", misplaced->owner);
		advice_add_text(&finding->advice, "publish those that match "
		    "the MX host's server below its name, at _%u._tcp (--all "
		    "prints what does)", (unsigned int)host->port);
	}
	state->host = NULL;
}

/*
 * Addresses that timed out without a word; 0 if there was an answer from
 * anywhere. That there is no route, for IPv6 for example, says nothing.
 */
static size_t
count_silent_addresses(const struct evidence *evidence)
{
	const struct endpoint_evidence *endpoint;
	const struct host_evidence *host;
	size_t i, j, count = 0;

	for (i = 0; i < evidence->host_count; i++) {
		host = &evidence->hosts[i];
		for (j = 0; j < host->endpoint_count; j++) {
			endpoint = &host->endpoints[j];
			/* Nothing was sent there. */
			if (endpoint->outcome == OUTCOME_NO_ROUTE ||
			    endpoint->outcome == OUTCOME_UNTRIED ||
			    endpoint->outcome == OUTCOME_LIMIT ||
			    endpoint->outcome == OUTCOME_ADDRESS_RESERVED)
				continue;
			if (endpoint->stage != STAGE_CONNECT ||
			    endpoint->outcome != OUTCOME_TIMEOUT)
				return 0;
			count++;
		}
	}
	return count;
}

/* Many networks do not let their machines connect to port 25. */
static void
judge_egress(struct judge_state *state)
{
	const size_t silent = count_silent_addresses(state->evidence);
	struct finding *finding;

	if (silent == 0 || state->evidence->connected)
		return;
	finding = judging_add(state, FINDING_EGRESS_BLOCKED, "no connection "
	    "succeeded (%zu timed out): this machine's network probably does "
	    "not allow them", silent);
	advice_add_text(&finding->advice, "run mxdane elsewhere, or with "
	    "--dns-only; \"mxdane --self-test DOMAIN\" with a domain that is "
	    "well tells of this machine alone");
}

/* A domain to which nobody can deliver fails, whatever DANE says. */
static void
raise_undeliverable(struct finding_list *findings)
{
	struct finding *finding;
	size_t i;

	for (i = 0; i < findings->count; i++) {
		finding = &findings->items[i];
		if (finding->code == FINDING_MX_TARGET_MISSING ||
		    finding->code == FINDING_MX_TARGET_IS_ADDRESS)
			finding->severity = SEVERITY_ERROR;
	}
}

/* The domain's verdict where its hosts decide. */
static enum verdict
add_up_hosts(struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	const struct answer *mx[1] = { evidence->mx };
	struct verdict_count count = { { 0 } };
	enum verdict verdict;
	size_t i;

	for (i = 0; i < evidence->host_count; i++)
		verdict_add(&count, evidence->hosts[i].judged.verdict);
	verdict = judge_domain_limits(state,
	    verdict_sum(&count, VERDICT_ABSENT));
	if (verdict == VERDICT_ABSENT) {
		raise_undeliverable(state->findings);
		verdict = VERDICT_FAIL;
	}
	return verdict_cap(verdict, judge_signatures(state, mx, 1));
}

static void
judge_hosts(struct judge_state *state, struct evidence *evidence)
{
	size_t i;

	for (i = 0; i < evidence->host_count; i++) {
		state->host = &evidence->hosts[i];
		evidence->hosts[i].judged.verdict = judge_host_limits(state,
		    judge_host(state));
	}
	/* After all others: explanations are limited for the whole domain. */
	for (i = 0; i < evidence->host_count; i++) {
		state->host = &evidence->hosts[i];
		judge_diagnosis(state);
	}
	state->host = NULL;
}

/* Findings and verdicts, on facts that are complete. */
static enum verdict
judge_domain(struct judge_state *state, struct evidence *evidence)
{
	const enum verdict null_mx = judge_null_among_others(state);
	enum verdict verdict = judge_mx(state), cap;

	state->dane_applies = verdict == VERDICT_PASS;
	if (!state->dane_applies)
		state->max_severity = SEVERITY_WARNING;
	judge_hosts(state, evidence);
	judge_trust(state);
	if (state->dane_applies)
		verdict = add_up_hosts(state);
	else
		judge_domain_limits(state, verdict);
	verdict = verdict_cap(verdict, judge_zone_signatures(state));
	cap = judge_nameservers(state);
	if (state->dane_applies)
		verdict = verdict_cap(verdict, cap);
	if (state->dane_applies)
		judge_tlsrpt(state);
	verdict = verdict_cap(verdict, judge_expected(state));
	verdict = verdict_cap(verdict, null_mx);
	judge_misplaced(state);
	judge_egress(state);
	return verdict;
}

void
judge(struct evidence *evidence, const struct judge_options *options)
{
	struct domain_judgement *judged = &evidence->judged;
	struct judge_state state;
	bool explained;
	size_t i;

	evidence_unjudge(evidence);
	if (evidence->self_test != NULL && evidence->crash == NULL) {
		judge_self_test(evidence);
		return;
	}
	judged->ahead_days = options->ahead_days;
	state = judging_begin(evidence, options, &judged->findings);
	zone_status_judge(evidence);
	server_status_judge(evidence);
	for (i = 0; i < evidence->host_count; i++)
		judge_host_dns(evidence, &evidence->hosts[i]);
	for (i = 0; i < evidence->host_count; i++)
		judge_disputed_host(evidence, &evidence->hosts[i]);
	explained = judge_resolver(&state);
	if (evidence->crash == NULL &&
	    !judge_local_resolver(&state, explained)) {
		finding_list_settle(&judged->findings);
		judging_end(&state);
		return;
	}
	for (i = 0; i < evidence->host_count; i++)
		judge_host_facts(&state, &evidence->hosts[i]);
	for (i = 0; i < evidence->host_count; i++)
		judge_sightings(evidence, &evidence->hosts[i]);
	judge_budget_match(&state);
	judged->verdict = judge_domain(&state, evidence);
	if (judge_crash(&state) == VERDICT_UNKNOWN)
		judged->verdict = VERDICT_UNKNOWN;
	judge_placement(&state);
	finding_list_settle(&judged->findings);
	judge_budget_report(&state);
	judging_end(&state);
}

/* Facts that come from elsewhere than the DNS. */
static void
take_given(struct host_judgement *judged, const struct judge_given *given)
{
	size_t i;

	judged->dns = HOST_DNS_DANE;
	judged->rrset.owner = given->owner;
	judged->rrset.ttl = given->ttl > 0 ? given->ttl : ADVICE_TTL;
	for (i = 0; i < given->records->count; i++)
		tlsa_set_add(&judged->records, &given->records->records[i]);
	tlsa_set_settle(&judged->records);
	for (i = 0; i < given->reference_name_count &&
	    i < EVIDENCE_NAMES_MAX; i++)
		judged->reference_names[judged->reference_name_count++] =
		    memory_string(given->reference_names[i]);
}

void
judge_records(struct evidence *evidence, const struct judge_options *options,
    const struct judge_given *given)
{
	struct host_evidence *host = &evidence->hosts[0];
	struct judge_state state;

	evidence_unjudge(evidence);
	state = judging_begin(evidence, options, &evidence->judged.findings);
	state.given_ttl = given->ttl;
	take_given(&host->judged, given);
	judge_endpoint_facts(&state, &host->endpoints[0], host);
	judge_host_matches(host);
	state.dane_applies = true;
	judge_budget_match(&state);
	state.host = host;
	judge_host_records(&state);
	host->judged.verdict = judge_host_limits(&state,
	    judge_host_endpoints(&state));
	judge_coverage(&state);
	judge_rotation(&state);
	judge_diagnosis(&state);
	evidence->judged.verdict = host->judged.verdict;
	finding_list_settle(&evidence->judged.findings);
	state.host = NULL;
	judge_budget_report(&state);
	judging_end(&state);
}
