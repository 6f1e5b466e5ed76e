#include "checker/judge/judging.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/expiry.h"
#include "checker/tlsa/tlsa.h"
#include "resolver/memory.h"
#include "resolver/name.h"

const char *
judging_tlsa_owner(const struct judge_state *state)
{
	const struct answer *tlsa = evidence_tlsa(state->host);

	return tlsa != NULL ? tlsa->owner : NULL;
}

unsigned long
judging_wait(const struct judge_state *state)
{
	return 2 * (unsigned long)answer_source_ttl(
	    evidence_tlsa(state->host));
}

/* Reference identifiers, the TLSA base domain first (RFC 7672 3.2.2). */
static void
add_reference_name(struct host_evidence *host, const char *name)
{
	size_t i;

	if (name == NULL || host->reference_name_count == EVIDENCE_NAMES_MAX)
		return;
	for (i = 0; i < host->reference_name_count; i++) {
		if (name_equal(host->reference_names[i], name))
			return;
	}
	host->reference_names[host->reference_name_count++] =
	    memory_string(name);
}

static void
find_reference_names(const struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	struct host_evidence *host = state->host;

	add_reference_name(host, host_dns_base_domain(host, host->used));
	if (evidence->host_mode) {
		add_reference_name(host, host->name);
	} else if (evidence->mx->dnssec == DNSSEC_SECURE) {
		add_reference_name(host, evidence->domain);
		add_reference_name(host, evidence->mx->expanded);
	}
}

/* A "3 1 1" for each key that was seen, one on a line. */
static void
advise_records(struct finding *finding, const struct judge_state *state)
{
	const struct host_evidence *host = state->host;
	const char *owner = judging_tlsa_owner(state);
	const struct endpoint_evidence *endpoint;
	struct tlsa record;
	char *line, *more;
	size_t i, j;

	for (i = 0; i < host->endpoint_count; i++) {
		endpoint = &host->endpoints[i];
		for (j = 0; j < endpoint->handshake_count; j++) {
			tlsa_of_certificate(&record, endpoint->handshakes[j].
			    handshake->chain->certificates, TLSA_DANE_EE,
			    TLSA_SPKI, TLSA_SHA2_256);
			line = tlsa_line(owner, &record);
			free(record.data);
			if (finding->advice == NULL ||
			    strstr(finding->advice, line) == NULL) {
				more = memory_format("publish  %s", line);
				finding->advice = memory_join(finding->advice,
				    "\n", more);
				free(more);
			}
			free(line);
		}
	}
}

/* The records themselves, before anything is held against them. */
static void
say_records(const struct judge_state *state)
{
	struct finding_list *findings = &state->evidence->findings;
	const struct tlsa_set *set = &state->host->records;
	struct finding *finding;
	size_t i;

	if (set->count > 0 && tlsa_set_usable(set) == 0) {
		finding = finding_add(findings, FINDING_TLSA_ALL_UNUSABLE,
		    "none of the TLSA records can be used, so senders require "
		    "TLS but authenticate nobody (RFC 7672 2.2)");
		advise_records(finding, state);
		if (finding->advice == NULL)
			finding_advise(finding, "publish a \"3 1 1\" record of "
			    "the server's key");
		judging_place(state, finding, NULL, KEY_UNKNOWN);
	}
	for (i = 0; i < set->count; i++) {
		if (set->records[i].duplicate_of != i) {
			finding = finding_add(findings, FINDING_TLSA_DUPLICATE,
			    "record [%zu] is the same as record [%zu]", i + 1,
			    set->records[i].duplicate_of + 1);
			finding_advise(finding, "remove one of them");
		} else if (!set->records[i].usable) {
			finding = finding_add(findings,
			    FINDING_TLSA_RECORD_UNUSABLE,
			    "record [%zu] cannot be used: %s", i + 1,
			    set->records[i].why);
			finding_advise(finding, "correct or remove it");
		} else {
			continue;
		}
		finding->record = (int)i;
		judging_place(state, finding, NULL, KEY_UNKNOWN);
	}
	if (set->count > TLSA_MANY) {
		finding = finding_add(findings, FINDING_TLSA_MANY,
		    "%s%zu TLSA records: a large sender gives up if there are "
		    "more than %d",
		    evidence_tlsa(state->host) != NULL &&
		    evidence_tlsa(state->host)->truncated ? "more than " : "",
		    set->count, TLSA_MANY);
		finding_advise(finding, "remove the records that are not "
		    "needed");
		judging_place(state, finding, NULL, KEY_UNKNOWN);
	}
}

/* Why the addresses are bogus: of the first answer that is. */
static const char *
bogus_why(const struct host_evidence *host)
{
	const struct answer *answers[3] = { host->a, host->aaaa, host->cname };
	size_t i;

	for (i = 0; i < 3; i++) {
		if (answers[i] != NULL && answers[i]->dnssec == DNSSEC_BOGUS)
			return answers[i]->why;
	}
	return "no usable answer";
}

/* Whether there are MX records that name the hosts. */
static bool
names_hosts(const struct evidence *evidence)
{
	return !evidence->host_mode && !evidence_is_implicit_mx(evidence);
}

/* Why the host is out of the question for DANE, or cannot be asked. */
static void
say_addresses(const struct judge_state *state, enum host_dns dns)
{
	struct finding_list *findings = &state->evidence->findings;
	const struct host_evidence *host = state->host;
	struct finding *finding;

	switch (dns) {
	case HOST_DNS_PENDING:
	case HOST_DNS_ALIAS_UNKNOWN:
	case HOST_DNS_TLSA_UNKNOWN:
		finding = finding_add(findings, FINDING_TIMEOUT,
		    "there was no time left to look the host up");
		finding_advise(finding, "try again with a larger --timeout");
		break;
	case HOST_DNS_NOT_ASKED:
		if (strcmp(host->name, ".") == 0) {
			finding = finding_add(findings,
			    FINDING_MX_TARGET_MISSING, "an MX record names no "
			    "host (\".\") beside others (RFC 7505 3)");
			finding_advise(finding, "remove it");
			break;
		}
		finding = finding_add(findings, FINDING_MX_TARGET_IS_ADDRESS,
		    "the MX record names the address %s; it must name a host "
		    "(RFC 5321 5.1), so senders pass it over", host->name);
		finding_advise(finding, "give the server a name, and name "
		    "that");
		break;
	case HOST_DNS_ADDRESS_BOGUS:
		finding = finding_add(findings, FINDING_ADDRESS_BOGUS,
		    "DNSSEC of the addresses is broken: %s",
		    bogus_why(host));
		finding_advise(finding, "mend the signatures or the DS record "
		    "of the zone of %s; until then senders that validate delay "
		    "the mail", host->name);
		break;
	case HOST_DNS_MISSING:
	case HOST_DNS_MISSING_INSECURE:
		finding = finding_add(findings, FINDING_MX_TARGET_MISSING,
		    names_hosts(state->evidence) ||
		    state->evidence->host_mode ? "%s has no address" :
		    "%s has neither MX records nor an address", host->name);
		finding_advise(finding, "%s", state->evidence->host_mode ?
		    "check how it is spelled, or give it an address" :
		    names_hosts(state->evidence) ?
		    "give it an address, or remove the MX record" :
		    "publish an MX record that names the mail server, or "
		    "\"0 .\" if the domain takes no mail");
		break;
	default:
		return;
	}
	judging_place(state, finding, NULL, KEY_UNKNOWN);
}

static void
say_insecure_addresses(const struct judge_state *state, enum host_dns dns)
{
	const struct host_evidence *host = state->host;
	struct finding *finding;

	if (dns != HOST_DNS_ADDRESS_INSECURE &&
	    dns != HOST_DNS_MISSING_INSECURE)
		return;
	if (dns == HOST_DNS_MISSING_INSECURE)
		finding = finding_add(&state->evidence->findings,
		    FINDING_ADDRESS_INSECURE, "that %s has no address is not "
		    "signed: senders could be led to a server of somebody "
		    "else's", host->name);
	else
		finding = finding_add(&state->evidence->findings,
		    FINDING_ADDRESS_INSECURE, "the addresses of %s are not "
		    "signed, so senders do not ask for its TLSA records",
		    host->name);
	finding_advise(finding, "sign the zone with DNSSEC and have its DS "
	    "record published%s", names_hosts(state->evidence) ?
	    ", or have the MX record name a host in a signed zone" : "");
	judging_place(state, finding, NULL, KEY_UNKNOWN);
}

/* One family without an answer: no better than unknown. */
static bool
judge_address_failures(const struct judge_state *state)
{
	const struct host_evidence *host = state->host;
	const struct answer *lost[3] = { host->a, host->aaaa, host->cname };
	struct finding *finding;
	char *why = NULL;
	size_t i;

	for (i = 0; i < 3; i++) {
		if (lost[i] != NULL && lost[i]->dnssec == DNSSEC_FAILED)
			why = memory_join(why, "; ", lost[i]->why);
	}
	if (why == NULL)
		return false;
	finding = finding_add(&state->evidence->findings,
	    FINDING_ADDRESS_LOOKUP_FAILED,
	    "no usable answer for the addresses: %s", why);
	finding_advise(finding, "look at the name servers of the zone of %s "
	    "(--authoritative asks each of them), or try again with a larger "
	    "--timeout", host->name);
	judging_place(state, finding, NULL, KEY_UNKNOWN);
	free(why);
	return true;
}

static void
judge_alias(const struct judge_state *state, enum host_dns dns)
{
	const struct host_evidence *host = state->host;
	const struct answer *answer = host->a;
	struct finding *finding;

	/* RFC 2181 10.3 is about the target of an MX record. */
	if (!names_hosts(state->evidence) || !host->asked)
		return;
	if (answer == NULL || !answer->aliased)
		answer = host->aaaa;
	if (answer == NULL || !answer->aliased)
		return;
	finding = finding_add(&state->evidence->findings,
	    FINDING_MX_TARGET_CNAME, "the MX record names an alias: %s is an "
	    "alias of %s (RFC 2181 10.3)", host->name, answer->expanded);
	if (dns == HOST_DNS_MISSING || dns == HOST_DNS_MISSING_INSECURE)
		finding_advise(finding, "have the MX record name a host that "
		    "has an address, or remove it");
	/* What protects the alias is not at its target (RFC 7672 2.2.2). */
	else if (judging_tlsa_owner(state) != NULL &&
	    strcmp(host->base_domains[host->used], host->name) == 0)
		finding_advise(finding, "give %s addresses of its own in place "
		    "of the alias: its TLSA records stand below that name",
		    host->name);
	else
		finding_advise(finding, "have the MX record name %s",
		    answer->expanded);
	judging_place(state, finding, NULL, KEY_UNKNOWN);
}

static void
say_tlsa(const struct judge_state *state, enum host_dns dns)
{
	struct finding_list *findings = &state->evidence->findings;
	const struct answer *tlsa = evidence_tlsa(state->host);
	struct finding *finding;

	switch (dns) {
	case HOST_DNS_TLSA_BOGUS:
		finding = finding_add(findings, FINDING_TLSA_BOGUS,
		    "DNSSEC of the TLSA records is broken: %s", tlsa->why);
		finding_advise(finding, "mend the signatures or the DS record "
		    "of the zone that holds them; until then senders that "
		    "validate delay the mail");
		break;
	case HOST_DNS_TLSA_FAILED:
		finding = finding_add(findings, FINDING_TLSA_LOOKUP_FAILED,
		    "no usable answer for the TLSA records: %s", tlsa->why);
		finding_advise(finding, "have the name servers answer TLSA "
		    "questions, with a proof if there are no records "
		    "(--authoritative asks each of them); until then senders "
		    "delay the mail");
		break;
	case HOST_DNS_TLSA_INSECURE:
		finding = finding_add(findings, FINDING_TLSA_INSECURE,
		    "the TLSA records at %s are not signed, so senders do not "
		    "use them", tlsa->owner);
		finding_advise(finding, "sign the zone that holds them");
		break;
	case HOST_DNS_TLSA_NONE:
		if (tlsa == NULL) {
			finding = finding_add(findings, FINDING_TLSA_NONE,
			    "the name is too long to have TLSA records below "
			    "it");
			finding_advise(finding, "give the server a shorter "
			    "name");
			break;
		}
		finding = finding_add(findings, FINDING_TLSA_NONE,
		    "there are no TLSA records at %s", tlsa->owner);
		advise_records(finding, state);
		if (finding->advice == NULL)
			finding_advise(finding, "publish a \"3 1 1\" record "
			    "there (--all prints the one that fits)");
		break;
	default:
		return;
	}
	judging_place(state, finding, NULL, KEY_UNKNOWN);
}

static enum verdict
judge_endpoints(const struct judge_state *state, enum host_dns dns)
{
	struct host_evidence *host = state->host;
	struct verdict_count count = { { 0 } };
	size_t i;

	for (i = 0; i < host->endpoint_count; i++) {
		judge_endpoint(state, &host->endpoints[i], dns);
		verdict_add(&count, host->endpoints[i].verdict);
	}
	if (!state->dane_applies)
		return verdict_sum(&count, VERDICT_NONE);
	/* Of the DNS alone no more can be said than that DANE is in place. */
	if (state->evidence->dns_only)
		return tlsa_set_usable(&host->records) > 0 ?
		    VERDICT_PASS : VERDICT_NONE;
	if (host->endpoint_count == 0 && dns == HOST_DNS_DANE)
		finding_advise(judging_place(state,
		    finding_add(&state->evidence->findings,
		    FINDING_CONNECT_FAILED, "it has no address of the family "
		    "that was asked for"), NULL, KEY_UNKNOWN),
		    "leave out -4 or -6");
	return verdict_sum(&count, VERDICT_UNKNOWN);
}

static void
judge_age(const struct judge_state *state)
{
	const struct answer *answers[EXPIRY_ANSWERS];
	bool critical;

	critical = judge_signatures(state, answers,
	    expiry_answers(state->host, answers));
	critical |= judge_certificates(state);
	if (critical && state->dane_applies)
		state->host->verdict = VERDICT_FAIL;
}

void
judge_host(struct judge_state *state)
{
	struct host_evidence *host = state->host;
	enum host_dns dns = host_dns_find(host, &host->used);
	enum verdict connected;
	bool lost;

	if (dns == HOST_DNS_DANE || dns == HOST_DNS_TLSA_INSECURE) {
		tlsa_set_init(&host->records, evidence_tlsa(host));
		find_reference_names(state);
	}
	say_addresses(state, dns);
	say_insecure_addresses(state, dns);
	lost = judge_address_failures(state);
	judge_alias(state, dns);
	say_tlsa(state, dns);
	if (dns == HOST_DNS_DANE)
		say_records(state);

	connected = judge_endpoints(state, dns);
	host->verdict = host_dns_verdict(dns);
	if (dns == HOST_DNS_DANE) {
		judge_coverage(state);
		judge_rotation(state);
		host->verdict = connected;
		judge_age(state);
		judge_rollover(state);
		if (judge_next(state) && state->dane_applies)
			host->verdict = VERDICT_FAIL;
	}
	if (lost && host->verdict != VERDICT_FAIL)
		host->verdict = VERDICT_UNKNOWN;
	if (host->verdict != VERDICT_ABSENT)
		judge_expectations(state);
}

void
judge_records(struct evidence *evidence, const struct judge_options *options)
{
	struct host_evidence *host = &evidence->hosts[0];
	struct judge_state state = judge_begin(evidence, options);

	state.host = host;
	state.dane_applies = true;
	say_records(&state);
	evidence->verdict = host->verdict =
	    judge_endpoints(&state, HOST_DNS_DANE);
	judge_coverage(&state);
	judge_rotation(&state);
	judge_diagnoses(&state);
	finding_sort(&evidence->findings);
}
