#include "checker/judge/judging.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/expiry.h"
#include "resolver/memory.h"

struct finding *
judging_place(const struct judge_state *state, struct finding *finding,
    const struct endpoint_evidence *endpoint, enum key_type key_type)
{
	if (state->host != NULL)
		finding->host = memory_string(state->host->name);
	/* A chain from a file has no address. */
	if (endpoint != NULL && endpoint->address.family != 0)
		finding->address = address_text(&endpoint->address);
	finding->key_type = key_type;
	if (finding->severity < state->max_severity)
		finding->severity = state->max_severity;
	return finding;
}

struct match_input
judging_match_input(const struct judge_state *state, const struct chain *chain)
{
	const struct host_evidence *host = state->host;

	return (struct match_input){
		.records = &host->records,
		.chain = chain,
		.reference_names =
		    (const char *const *)host->reference_names,
		.reference_name_count = host->reference_name_count,
		.when = state->when,
	};
}

/* Without a working DNS of our own nothing is said about the domain. */
static bool
judge_local_resolver(struct evidence *evidence)
{
	struct finding_list *findings = &evidence->findings;
	const char *why = evidence->health_why;

	switch (evidence->health) {
	case RESOLVER_HEALTHY:
		return true;
	case RESOLVER_BAD_ANCHOR:
		finding_advise(finding_add(findings,
		    FINDING_TRUST_ANCHOR_MISMATCH,
		    "nothing can be validated here: %s", why),
		    "check the trust anchor (--trust-anchor), the clock and "
		    "the resolver (--resolver) of this machine");
		break;
	case RESOLVER_UNTRIED:
	case RESOLVER_NO_ANSWER:
		finding_advise(finding_add(findings,
		    FINDING_RESOLVER_UNREACHABLE,
		    "no answer from the DNS: %s", why != NULL ? why :
		    "the root's keys did not arrive in time"),
		    "check this machine's network, or name a resolver that it "
		    "can reach (--resolver)");
		break;
	}
	evidence->verdict = VERDICT_UNKNOWN;
	return false;
}

/* What the hosts of an unsigned domain are worth to its administrator. */
static void
say_insecure(struct evidence *evidence)
{
	const struct answer *mx = evidence->mx;
	struct finding *finding;
	size_t i, ready = 0, total = 0;
	char *what;

	for (i = 0; i < evidence->host_count; i++) {
		if (!evidence->hosts[i].asked)
			continue;
		total++;
		ready += host_dns_state(&evidence->hosts[i]) == HOST_DNS_DANE;
	}
	/* Either end may be the unsigned one. */
	what = mx->aliased ? memory_format("%s is an alias of %s, and one of "
	    "them is not signed", evidence->domain, mx->expanded) :
	    memory_format("%s is not signed, or has no DS record",
	    evidence->domain);
	if (ready > 0)
		finding = finding_add(&evidence->findings, FINDING_MX_INSECURE,
		    "%s, so senders do not use DANE for it; its MX hosts are "
		    "ready: %zu of %zu with secure TLSA records", what, ready,
		    total);
	else
		finding = finding_add(&evidence->findings, FINDING_MX_INSECURE,
		    "%s, so senders do not use DANE for it", what);
	free(what);
	finding_advise(finding, "sign the zone of %s with DNSSEC and have its "
	    "DS record published", mx->aliased ? "each name in the alias" :
	    evidence->domain);
}

/*
 * The MX answer. True: the hosts decide. False: the verdict has
 * been set, and the hosts' faults are no more than worth telling.
 */
static bool
judge_mx(struct evidence *evidence)
{
	struct finding_list *findings = &evidence->findings;
	const struct answer *mx = evidence->mx;

	if (mx == NULL || mx->kind == ANSWER_UNUSABLE) {
		if (mx != NULL && mx->dnssec == DNSSEC_BOGUS) {
			finding_advise(finding_add(findings, FINDING_MX_BOGUS,
			    "DNSSEC is broken: %s", mx->why),
			    "mend the signatures or the DS record of the zone "
			    "of %s; until then senders that validate delay the "
			    "mail", evidence->domain);
			evidence->verdict = VERDICT_FAIL;
			return false;
		}
		finding_advise(finding_add(findings, FINDING_MX_LOOKUP_FAILED,
		    "no usable answer for the MX records: %s",
		    mx != NULL ? mx->why : "it did not arrive in time"),
		    "look at the name servers of %s (--authoritative asks each "
		    "of them), or try again with a larger --timeout",
		    evidence->domain);
		evidence->verdict = VERDICT_UNKNOWN;
		return false;
	}
	if (mx->kind == ANSWER_NO_NAME) {
		finding_advise(finding_add(findings, FINDING_DOMAIN_MISSING,
		    "there is no domain %s", mx->expanded),
		    "check how it is spelled, and that it is registered");
		evidence->verdict = VERDICT_FAIL;
		return false;
	}
	if (evidence_is_null_mx(evidence)) {
		finding_add(findings, FINDING_MX_NULL,
		    "%s says that it takes no mail (null MX, RFC 7505)",
		    evidence->domain);
		evidence->verdict = VERDICT_NONE;
		return false;
	}
	if (mx->dnssec != DNSSEC_SECURE) {
		say_insecure(evidence);
		evidence->verdict = VERDICT_NONE;
		return false;
	}
	return true;
}

/* The commonest misplacement: at the mail domain, not at its MX host. */
static void
judge_misplaced(struct evidence *evidence)
{
	const struct answer *misplaced = evidence->misplaced;
	const struct host_evidence *host;
	struct finding *finding;
	size_t i;

	if (!answer_has_records(misplaced))
		return;
	for (i = 0; i < evidence->host_count; i++) {
		host = &evidence->hosts[i];
		/* A name that is too long has no place for them. */
		if (host_dns_state(host) != HOST_DNS_TLSA_NONE ||
		    host->tlsa[0] == NULL ||
		    strcmp(host->name, evidence->domain) == 0)
			continue;
		finding = finding_add(&evidence->findings,
		    FINDING_TLSA_AT_MAIL_DOMAIN,
		    "TLSA records stand at %s, below the mail domain; senders "
		    "look for them below the MX host, at %s",
		    misplaced->owner, host->tlsa[0]->owner);
		finding->host = memory_string(host->name);
		finding_advise(finding, "publish them at %s",
		    host->tlsa[0]->owner);
	}
}

static void
judge_limits(struct evidence *evidence)
{
	struct finding_list *findings = &evidence->findings;
	const struct host_evidence *host;
	const struct answer *tlsa;
	size_t i;

	if (evidence->host_total > evidence->host_count)
		finding_add(findings, FINDING_LIMIT_REACHED,
		    "only the first %zu of %zu MX hosts were looked at",
		    evidence->host_count, evidence->host_total);
	if (evidence->server_total > evidence->server_count)
		finding_add(findings, FINDING_LIMIT_REACHED,
		    "not all of the %zu addresses and transports of name "
		    "servers were asked", evidence->server_total);
	for (i = 0; i < evidence->host_count; i++) {
		host = &evidence->hosts[i];
		if (host->address_total > EVIDENCE_ADDRESSES_MAX)
			finding_add(findings, FINDING_LIMIT_REACHED,
			    "only the first %d of %zu addresses were "
			    "connected to", EVIDENCE_ADDRESSES_MAX,
			    host->address_total)->host =
			    memory_string(host->name);
		tlsa = evidence_tlsa(host);
		if (tlsa != NULL && tlsa->truncated)
			finding_add(findings, FINDING_LIMIT_REACHED,
			    "only the first %d TLSA records were looked at",
			    ANSWER_RECORDS_MAX)->host =
			    memory_string(host->name);
	}
}

/*
 * Many networks do not let their machines connect to port 25. That there is no
 * way at all, by IPv6 for example, says nothing about it.
 */
static void
judge_egress(struct evidence *evidence, const struct judge_options *options)
{
	const struct endpoint_evidence *endpoint;
	size_t i, j, tried = 0;

	for (i = 0; i < evidence->host_count; i++) {
		for (j = 0; j < evidence->hosts[i].endpoint_count; j++) {
			endpoint = &evidence->hosts[i].endpoints[j];
			/* Nothing was sent there. */
			if (endpoint->outcome == OUTCOME_NO_ROUTE ||
			    endpoint->outcome == OUTCOME_UNTRIED ||
			    endpoint->outcome == OUTCOME_ADDRESS_RESERVED)
				continue;
			if (endpoint->stage != STAGE_CONNECT ||
			    endpoint->outcome != OUTCOME_TIMEOUT)
				return;
			tried++;
		}
	}
	if (tried > 0 && !options->connected)
		finding_advise(finding_add(&evidence->findings,
		    FINDING_EGRESS_BLOCKED, "not one connection came about "
		    "(%zu timed out): this machine's network probably does not "
		    "allow them", tried), "run mxdane elsewhere, or with "
		    "--dns-only");
}

/* A domain to which nobody can deliver fails, whatever DANE says. */
static void
raise_undeliverable(struct evidence *evidence)
{
	struct finding *finding;
	size_t i;

	for (i = 0; i < evidence->findings.count; i++) {
		finding = &evidence->findings.items[i];
		if (finding->code == FINDING_MX_TARGET_MISSING ||
		    finding->code == FINDING_MX_TARGET_IS_ADDRESS)
			finding->severity = SEVERITY_ERROR;
	}
}

static void
sum_up(const struct judge_state *state, const struct verdict_count *count)
{
	struct evidence *evidence = state->evidence;
	const struct answer *mx[1] = { evidence->mx };

	evidence->verdict = verdict_sum(count, VERDICT_ABSENT);
	if (evidence->verdict == VERDICT_ABSENT) {
		raise_undeliverable(evidence);
		evidence->verdict = VERDICT_FAIL;
	}
	if (judge_signatures(state, mx, 1))
		evidence->verdict = VERDICT_FAIL;
}

/*
 * A rule that stands beside the hosts: fail, or unknown where it was no fail.
 */
static void
lower(struct evidence *evidence, enum verdict verdict)
{
	if (verdict == VERDICT_FAIL || (verdict == VERDICT_UNKNOWN &&
	    evidence->verdict != VERDICT_FAIL))
		evidence->verdict = verdict;
}

struct judge_state
judge_begin(struct evidence *evidence, const struct judge_options *options)
{
	return (struct judge_state){
		.evidence = evidence,
		.options = options,
		.when = evidence->checked_at +
		    (time_t)(options->ahead_days * EXPIRY_DAY),
		.max_severity = SEVERITY_ERROR,
	};
}

void
judge(struct evidence *evidence, const struct judge_options *options)
{
	struct judge_state state = judge_begin(evidence, options);
	struct verdict_count count = { { 0 } };
	enum verdict authority;
	size_t i;

	evidence_unjudge(evidence);
	if (!judge_local_resolver(evidence))
		return;
	state.dane_applies = evidence->host_mode || judge_mx(evidence);
	if (!state.dane_applies)
		state.max_severity = SEVERITY_WARNING;
	for (i = 0; i < evidence->host_count; i++) {
		state.host = &evidence->hosts[i];
		judge_host(&state);
		verdict_add(&count, evidence->hosts[i].verdict);
	}
	for (i = 0; i < evidence->host_count; i++) {
		state.host = &evidence->hosts[i];
		judge_diagnoses(&state);
	}
	state.host = NULL;
	if (state.dane_applies)
		sum_up(&state, &count);
	authority = judge_nameservers(&state);
	if (state.dane_applies)
		lower(evidence, authority);
	if (judge_expected(&state))
		lower(evidence, VERDICT_FAIL);
	judge_misplaced(evidence);
	judge_limits(evidence);
	judge_egress(evidence, options);
	finding_sort(&evidence->findings);
}
