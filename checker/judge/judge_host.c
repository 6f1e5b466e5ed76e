#include "checker/judge/judge_parts.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/expiry.h"
#include "checker/evidence/host_dns.h"
#include "checker/judge/placement.h"
#include "checker/judge/shared_rrset.h"
#include "checker/tlsa/verifier.h"
#include "resolver/memory.h"
#include "resolver/name.h"

void
judge_host_dns(const struct evidence *evidence, struct host_evidence *host)
{
	struct host_judgement *judged = &host->judged;
	struct placement placement;
	size_t deciding;

	judged->dns = host_dns_state(host, &deciding);
	judged->tlsa = host->tlsa[deciding];
	judged->rrset.ttl = ADVICE_TTL;
	if (judged->tlsa == NULL)
		return;
	judged->base_domain = host_dns_base_domain(host, deciding);
	placement = placement_find(evidence, judged->tlsa);
	judged->place = placement.owner;
	judged->rrset.owner = judged->place;
	if (answer_has_records(judged->tlsa))
		judged->rrset.ttl = answer_source_ttl(judged->tlsa);
}

static void
add_reference_name(struct host_judgement *judged, const char *name)
{
	size_t i;

	if (name == NULL ||
	    judged->reference_name_count == EVIDENCE_NAMES_MAX)
		return;
	for (i = 0; i < judged->reference_name_count; i++) {
		if (name_equal(judged->reference_names[i], name))
			return;
	}
	judged->reference_names[judged->reference_name_count++] =
	    memory_string(name);
}

/* Reference identifiers, the TLSA base domain first (RFC 7672 3.2.2). */
static void
find_reference_names(struct host_evidence *host,
    const struct evidence *evidence)
{
	struct host_judgement *judged = &host->judged;

	add_reference_name(judged, judged->base_domain);
	if (evidence->host_mode) {
		add_reference_name(judged, host->name);
	} else if (evidence->mx->dnssec == DNSSEC_SECURE) {
		add_reference_name(judged, evidence->domain);
		add_reference_name(judged, evidence->mx->expanded);
	}
}

void
judge_host_matches(struct host_evidence *host)
{
	struct host_judgement *judged = &host->judged;
	const struct handshake_evidence *handshake;
	struct handshake_walk walk = { 0 };
	size_t i;

	judged->record_matches = memory_new(judged->records.count,
	    sizeof(*judged->record_matches));
	while ((handshake = handshake_next(host, &walk)) != NULL) {
		for (i = 0; i < handshake->judged.match_count; i++)
			judged->record_matches[i] |=
			    handshake->judged.matches[i].would_match;
		judged->untried |= judging_is_untried(host, handshake);
	}
}

void
judge_host_facts(struct judge_state *state, struct host_evidence *host)
{
	struct host_judgement *judged = &host->judged;
	size_t i;

	if (judged->dns == HOST_DNS_DANE ||
	    judged->dns == HOST_DNS_TLSA_INSECURE) {
		tlsa_set_init(&judged->records, judged->tlsa);
		find_reference_names(host, state->evidence);
	}
	for (i = 0; i < host->endpoint_count; i++)
		judge_endpoint_facts(state, &host->endpoints[i], host);
	judge_host_matches(host);
}

/* What came of looking for keys to publish records of. */
enum seen_keys {
	KEYS_UNSEEN,		/* no server was asked */
	KEYS_NOT_READY,		/* with records, something would fail */
	KEYS_ADVISED,
};

bool
judge_host_is_ready(const struct host_evidence *host,
    const struct endpoint_evidence *endpoint)
{
	const struct handshake *seen;
	size_t i;

	for (i = 0; i < endpoint->handshake_count; i++) {
		seen = endpoint->handshakes[i].seen;
		if (seen->version != 0 && handshake_weaknesses(seen) != 0)
			return false;
	}
	return host->judged.dns == HOST_DNS_DANE ||
	    (endpoint->outcome == OUTCOME_DONE &&
	    endpoint->handshake_count > 0);
}

/* Adds a "3 1 1" for each key of the host. */
static enum seen_keys
advise_keys_of(struct judge_state *state, struct advice_list *advice,
    const struct host_evidence *host)
{
	const struct advice_rrset *rrset = &state->host->judged.rrset;
	const struct handshake_evidence *handshake;
	struct handshake_walk walk = { 0 };
	struct match_input rules;
	size_t i;

	for (i = 0; i < host->endpoint_count; i++) {
		if (!judge_host_is_ready(host, &host->endpoints[i]))
			return KEYS_NOT_READY;
	}
	while ((handshake = handshake_next(host, &walk)) != NULL) {
		if (!verifier_charge(state->verifier, JUDGE_TRY_COST))
			return KEYS_UNSEEN;
		rules = judging_match_input(state, host,
		    handshake->seen->chain);
		if (!advice_add_own_key(advice, rrset, &rules))
			return KEYS_NOT_READY;
	}
	return advice->count > 0 ? KEYS_ADVISED : KEYS_UNSEEN;
}

/* The same of all hosts that would share the records. */
static enum seen_keys
advise_seen_keys(struct judge_state *state, struct advice_list *advice)
{
	struct advice_list records = { NULL, 0 };
	const struct host_evidence *host;
	enum seen_keys keys = KEYS_UNSEEN;
	size_t i;

	for (i = 0; (host = shared_rrset_host(state->evidence, state->host,
	    i)) != NULL; i++) {
		keys = advise_keys_of(state, &records, host);
		if (keys != KEYS_ADVISED)
			break;
	}
	if (keys == KEYS_ADVISED)
		advice_list_append(advice, &records);
	advice_list_clear(&records);
	return keys;
}

/*
 * What to do about a record that nobody can use. Where it is one of others that
 * can be used it can go; else one must come in its place, since nobody knows
 * what would be found without it: at another base domain, or by a wildcard.
 */
static void
advise_unusable(struct judge_state *state, struct advice_list *advice,
    const struct tlsa *record)
{
	const struct host_judgement *judged = &state->host->judged;
	const bool alone = tlsa_set_usable(&judged->records) == 0;
	struct advice_list keys = { NULL, 0 };

	/* Without data it cannot be written down. */
	if (record->size == 0) {
		advice_add_text(advice, alone ? "correct it" :
		    "correct or remove it");
		return;
	}
	advice_add_text(advice, "correct it%s", !alone ? ", or" :
	    advise_seen_keys(state, &keys) == KEYS_ADVISED ?
	    ", or replace it" : "");
	if (alone && keys.count == 0)
		return;
	advice_list_append(advice, &keys);
	advice_add_remove(advice, &judged->rrset, record);
}

/* One record by itself: a duplicate, or one that nobody can use. */
static void
judge_record(struct judge_state *state, size_t i)
{
	const struct host_judgement *judged = &state->host->judged;
	const struct tlsa *record = &judged->records.records[i];
	struct finding *finding;

	if (record->duplicate_of != i) {
		finding = judging_add(state, FINDING_TLSA_DUPLICATE,
		    "record [%zu] is the same as record [%zu]", i + 1,
		    record->duplicate_of + 1);
		advice_add_text(&finding->advice, "remove one of them");
	} else if (!record->usable) {
		finding = judging_add(state, FINDING_TLSA_RECORD_UNUSABLE,
		    "record [%zu] cannot be used: %s", i + 1, record->why);
		advise_unusable(state, &finding->advice, record);
	} else {
		return;
	}
	finding->place.record = (int)i;
}

/* Advises what senders could authenticate. */
static void
advise_usable(struct judge_state *state, struct advice_list *advice)
{
	switch (advise_seen_keys(state, advice)) {
	case KEYS_UNSEEN:
		advice_add_text(advice, "publish a \"3 1 1\" record of the "
		    "server's key");
		break;
	case KEYS_NOT_READY:
		advice_add_text(advice, "see to the server's TLS first, which "
		    "senders that authenticate would not accept, and then "
		    "publish a \"3 1 1\" record of its key");
		break;
	case KEYS_ADVISED:
		break;
	}
}

void
judge_host_records(struct judge_state *state)
{
	const struct host_judgement *judged = &state->host->judged;
	const struct tlsa_set *set = &judged->records;
	struct finding *finding;
	size_t i;

	if (set->count > 0 && tlsa_set_usable(set) == 0) {
		finding = judging_add(state, FINDING_TLSA_ALL_UNUSABLE,
		    "none of the TLSA records can be used, so senders require "
		    "TLS but authenticate nobody (RFC 7672 2.2)");
		advise_usable(state, &finding->advice);
	}
	for (i = 0; i < set->count; i++)
		judge_record(state, i);
	if (set->count > TLSA_MANY) {
		finding = judging_add(state, FINDING_TLSA_MANY,
		    "%s%zu TLSA records: a large sender gives up if there are "
		    "more than %d", judged->tlsa != NULL &&
		    judged->tlsa->truncated ? "more than " : "", set->count,
		    TLSA_MANY);
		advice_add_text(&finding->advice, "remove the records that are "
		    "not needed");
	}
}

/* Why the addresses are bogus: the reason of the first answer that is. */
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
has_mx_records(const struct evidence *evidence)
{
	return !evidence->host_mode && !evidence_is_implicit_mx(evidence);
}

/* RFC 6761 6.3: "localhost" is another machine to each sender. */
static void
add_localhost(struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	const char *domain = evidence->mx != NULL ? evidence->mx->expanded :
	    evidence->domain;
	struct finding *finding;
	bool alone = true;
	size_t i;

	finding = judging_add(state, FINDING_MX_TARGET_MISSING,
	    "the MX record names each sender's own machine (RFC 6761 6.3), "
	    "where mail goes round in a loop or is lost");
	for (i = 0; i < evidence->host_count; i++)
		alone &= !evidence->hosts[i].asked;
	if (alone)
		advice_add_text(&finding->advice, "have it name the mail "
		    "server; if %s takes no mail, publish \"%s. IN MX 0 .\" as "
		    "its only MX record (RFC 7505)", domain, domain);
	else
		advice_add_text(&finding->advice, "remove it");
}

/* An MX record whose target is not a host's name. */
static void
add_not_a_host(struct judge_state *state)
{
	const char *name = state->host->name;
	struct finding *finding;

	/* What is wrong with that is said of the domain. */
	if (strcmp(name, ".") == 0)
		return;
	if (name_is_localhost(name)) {
		add_localhost(state);
		return;
	}
	finding = judging_add(state, FINDING_MX_TARGET_IS_ADDRESS,
	    "the MX record names an address, not a host (RFC 5321 5.1), so "
	    "senders skip it");
	advice_add_text(&finding->advice, "give the server a name, and have "
	    "the MX record name that");
}

static void
add_missing(struct judge_state *state)
{
	const bool named = has_mx_records(state->evidence);
	const bool host_mode = state->evidence->host_mode;
	struct finding *finding;

	finding = judging_add(state, FINDING_MX_TARGET_MISSING, "%s",
	    named || host_mode ? "no A or AAAA record" :
	    "the domain has neither MX records nor an address");
	advice_add_text(&finding->advice, "%s", host_mode ?
	    "check how it is spelled, or give it an address" : named ?
	    "give it an address, or remove the MX record" :
	    "publish an MX record that names the mail server, or \"0 .\" if "
	    "the domain takes no mail");
}

/* Broken DNSSEC of WHAT; WHY is the validator's reason. */
static void
add_bogus(struct judge_state *state, enum finding_code code, const char *what,
    const char *why)
{
	struct trust_fault fault = judge_trust_of_host(state);
	struct finding *finding;

	finding = judging_add(state, code, "DNSSEC of the %s is broken: %s",
	    what, fault.why != NULL ? fault.why : why);
	judge_trust_advise(finding, &fault, "fix the signatures or the DS "
	    "record of the zone that holds them", JUDGE_UNTIL_THEN);
	trust_fault_clear(&fault);
}

/* Why DANE is out of the question for the host, or cannot be asked for. */
static void
judge_addresses(struct judge_state *state)
{
	struct finding *finding;

	switch (state->host->judged.dns) {
	case HOST_DNS_PENDING:
	case HOST_DNS_ALIAS_UNKNOWN:
	case HOST_DNS_TLSA_UNKNOWN:
		finding = judging_add(state, FINDING_TIMEOUT,
		    "lookup not finished before the deadline");
		advice_add_text(&finding->advice, "try again with a larger "
		    "--timeout");
		break;
	case HOST_DNS_NOT_ASKED:
		add_not_a_host(state);
		break;
	case HOST_DNS_ADDRESS_BOGUS:
		add_bogus(state, FINDING_ADDRESS_BOGUS, "addresses",
		    bogus_why(state->host));
		break;
	case HOST_DNS_MISSING:
	case HOST_DNS_MISSING_INSECURE:
		add_missing(state);
		break;
	default:
		break;
	}
}

static void
judge_insecure_addresses(struct judge_state *state)
{
	const enum host_dns dns = state->host->judged.dns;
	struct trust_fault fault;
	struct finding *finding;

	if (dns != HOST_DNS_MISSING_INSECURE &&
	    dns != HOST_DNS_ADDRESS_INSECURE)
		return;
	fault = judge_trust_of_host(state);
	if (dns == HOST_DNS_MISSING_INSECURE)
		finding = judging_add(state, FINDING_ADDRESS_INSECURE,
		    "the denial of A and AAAA records is not signed: a forged "
		    "answer could lead senders to another server");
	else
		finding = judging_add(state, FINDING_ADDRESS_INSECURE,
		    "the addresses are not %s, so senders do not ask for "
		    "TLSA records%s%s", fault.why != NULL ? "secure" : "signed",
		    fault.why != NULL ? ": " : "",
		    fault.why != NULL ? fault.why : "");
	judge_trust_advise(finding, &fault, "sign the zone with DNSSEC and "
	    "have its DS record published", has_mx_records(state->evidence) ?
	    ", or have the MX record name a host in a signed zone" : "");
	trust_fault_clear(&fault);
}

/* With one family unanswered a host can be no better than unknown. */
static enum verdict
judge_address_failures(struct judge_state *state)
{
	const struct host_evidence *host = state->host;
	const struct answer *answers[3] = { host->a, host->aaaa, host->cname };
	struct finding *finding;
	bool disputed = false;
	char *why = NULL;
	size_t i;

	for (i = 0; i < 3; i++) {
		if (evidence_is_disputed(state->evidence, answers[i]))
			disputed = true;
		else if (answers[i] != NULL &&
		    answers[i]->dnssec == DNSSEC_FAILED)
			why = memory_join(why, "; ", answers[i]->why);
	}
	if (why == NULL)
		return disputed ? VERDICT_UNKNOWN : VERDICT_PASS;
	finding = judging_add(state, FINDING_ADDRESS_LOOKUP_FAILED,
	    "no usable answer for the addresses: %s", why);
	advice_add_text(&finding->advice, "look at the name servers of the "
	    "host's zone (--authoritative asks each of them), or try again "
	    "with a larger --timeout");
	judging_advise_reserved(state, finding);
	free(why);
	return VERDICT_UNKNOWN;
}

/* RFC 2181 10.3: the target of an MX record must not be an alias. */
static void
judge_alias(struct judge_state *state)
{
	const struct host_evidence *host = state->host;
	const struct host_judgement *judged = &host->judged;
	const struct answer *answer = host->a;
	struct finding *finding;

	if (!has_mx_records(state->evidence) || !host->asked)
		return;
	if (answer == NULL || !answer->aliased)
		answer = host->aaaa;
	if (answer == NULL || !answer->aliased)
		return;
	finding = judging_add(state, FINDING_MX_TARGET_CNAME,
	    "the MX record names an alias of %s (RFC 2181 10.3)",
	    answer->expanded);
	if (judged->dns == HOST_DNS_MISSING ||
	    judged->dns == HOST_DNS_MISSING_INSECURE)
		advice_add_text(&finding->advice, "have the MX record name a "
		    "host that has an address, or remove it");
	/*
	 * What protects the alias is not at its target (RFC 7672 2.2.2); but
	 * beside what a DNAME record makes nothing can be (RFC 6672 2.4).
	 */
	else if (judged->tlsa != NULL && answer->dname == NULL &&
	    strcmp(judged->base_domain, host->name) == 0)
		advice_add_text(&finding->advice, "give %s its own addresses "
		    "in place of the alias: its TLSA records are below that "
		    "name", host->name);
	else
		advice_add_text(&finding->advice, "have the MX record name "
		    "%s%s", answer->expanded,
		    judged->dns == HOST_DNS_ADDRESS_INSECURE ?
		    ", once the TLSA records match that it may have: there "
		    "senders may look for them" : "");
}

/* Records would not be secure, wherever they were published. */
static void
advise_signing(struct judge_state *state, struct finding *finding)
{
	const struct answer *tlsa = state->host->judged.tlsa;
	struct trust_fault fault = trust_fault_find(state->evidence, tlsa);
	char *otherwise = memory_format("sign the zone of %s with DNSSEC and "
	    "have its DS record published", tlsa->expanded);

	judge_trust_advise(finding, &fault, otherwise, tlsa->aliased ?
	    ", or have the MX record name a host in a signed zone" :
	    "; then publish a \"3 1 1\" record there");
	trust_fault_clear(&fault);
	free(otherwise);
}

static void
add_tlsa_none(struct judge_state *state)
{
	const struct host_evidence *host = state->host;
	const struct host_judgement *judged = &host->judged;
	struct finding *finding;
	enum seen_keys keys;

	if (judged->tlsa == NULL) {
		finding = judging_add(state, FINDING_TLSA_NONE,
		    "the name is too long to have TLSA records below it");
		advice_add_text(&finding->advice, "give the server a shorter "
		    "name");
		return;
	}
	finding = judging_add(state, FINDING_TLSA_NONE, "no TLSA records");
	if (judged->place == NULL) {
		advise_signing(state, finding);
		return;
	}
	keys = advise_seen_keys(state, &finding->advice);
	if (keys == KEYS_NOT_READY)
		advice_add_text(&finding->advice, "see first that each "
		    "address of the host offers TLS that senders accept: with "
		    "TLSA records they insist on it");
	if (keys == KEYS_ADVISED)
		return;
	/* Alike for all hosts, so that it is reported once. */
	if (strcmp(judged->base_domain, host->name) == 0 &&
	    name_equal(judged->place, judged->tlsa->owner))
		advice_add_text(&finding->advice, "publish a \"3 1 1\" record "
		    "at _%u._tcp.HOST (--all prints it)",
		    (unsigned int)host->port);
	else
		advice_add_text(&finding->advice, "publish a \"3 1 1\" record "
		    "at %s (--all prints it)", judged->place);
}

static void
judge_tlsa(struct judge_state *state)
{
	const struct answer *tlsa = state->host->judged.tlsa;
	struct trust_fault fault = { 0 };
	struct finding *finding;

	if (state->host->judged.dns == HOST_DNS_TLSA_INSECURE)
		fault = judge_trust_of_host(state);
	switch (state->host->judged.dns) {
	case HOST_DNS_TLSA_BOGUS:
		add_bogus(state, FINDING_TLSA_BOGUS, "TLSA records",
		    tlsa->why);
		break;
	case HOST_DNS_TLSA_FAILED:
		finding = judging_add(state, FINDING_TLSA_LOOKUP_FAILED,
		    "no usable answer for the TLSA records: %s", tlsa->why);
		advice_add_text(&finding->advice, "have the name servers "
		    "answer TLSA questions, with a proof if there are no "
		    "records (--authoritative asks each of them); until then "
		    "senders delay the mail");
		break;
	case HOST_DNS_TLSA_INSECURE:
		finding = judging_add(state, FINDING_TLSA_INSECURE,
		    "the TLSA records are not %s, so senders do not use "
		    "them%s%s", fault.why != NULL ? "secure" : "signed",
		    fault.why != NULL ? ": " : "",
		    fault.why != NULL ? fault.why : "");
		judge_trust_advise(finding, &fault, "sign the zone that holds "
		    "them", "");
		break;
	case HOST_DNS_TLSA_NONE:
		add_tlsa_none(state);
		break;
	default:
		break;
	}
	trust_fault_clear(&fault);
}

/*
 * Whether _tcp.HOST is said not to exist, though the TLSA records are below it
 * (RFC 8020 2). Where it is an alias, that is said of the alias's end, below
 * which the records must be then.
 */
static bool
is_denied(const struct answer *above, const struct answer *tlsa)
{
	return above != NULL && above->kind == ANSWER_NO_NAME &&
	    name_is_at_or_below(above->aliased ? tlsa->expanded : tlsa->owner,
	    above->expanded);
}

/*
 * It does not validate. Resolvers that minimise names ask for it on their way,
 * but go on: what they make of it matters only where it is proved.
 */
static void
add_bogus_above(struct judge_state *state, const struct answer *above)
{
	struct finding *finding;

	finding = judging_add(state, FINDING_DENIAL_BROKEN,
	    "the answer for %s, above the TLSA records, does not validate "
	    "(%s): a resolver that does not go on from there finds no TLSA "
	    "records",
	    above->owner, above->why);
	judging_set_severity(state, finding, SEVERITY_WARNING);
	advice_add_text(&finding->advice, "have the name servers answer, with "
	    "a proof, that there is no data at that name (RFC 8020 2)");
}

static enum verdict
judge_above_tlsa(struct judge_state *state)
{
	const struct answer *above = state->host->above_tlsa;
	const struct answer *tlsa = state->host->judged.tlsa;
	/* Of an alias, there are signers of several zones. */
	const char *zone = !tlsa->aliased && tlsa->signer_count > 0 ?
	    tlsa->signers[0].zone : NULL;
	struct finding *finding;

	if (evidence_is_disputed(state->evidence, above))
		return VERDICT_PASS;
	if (above != NULL && above->dnssec == DNSSEC_BOGUS) {
		add_bogus_above(state, above);
		return VERDICT_PASS;
	}
	if (!is_denied(above, tlsa))
		return VERDICT_PASS;
	finding = judging_add(state, FINDING_DENIAL_BROKEN,
	    "%s is denied, though there are records at %s below it: resolvers "
	    "that minimise names (RFC 9156) stop there and find no TLSA "
	    "records", above->expanded, above->aliased ? tlsa->expanded :
	    tlsa->owner);
	advice_add_text(&finding->advice, "have the name servers%s%s answer "
	    "that there is no data, not that there is no name, where only "
	    "names below it have records (RFC 8020 2)",
	    zone != NULL ? " of " : "", zone != NULL ? zone : "");
	return finding->severity == SEVERITY_ERROR ? VERDICT_FAIL :
	    VERDICT_PASS;
}

enum verdict
judge_host_endpoints(struct judge_state *state)
{
	const struct host_evidence *host = state->host;
	struct verdict_count count = { { 0 } };
	struct finding *finding;
	size_t i;

	for (i = 0; i < host->endpoint_count; i++) {
		judge_endpoint(state, &host->endpoints[i]);
		verdict_add(&count, host->endpoints[i].judged.verdict);
	}
	if (!state->dane_applies)
		return verdict_sum(&count, VERDICT_NONE);
	/* Of the DNS alone no more can be said than that DANE is in place. */
	if (state->evidence->dns_only)
		return tlsa_set_usable(&host->judged.records) > 0 ?
		    VERDICT_PASS : VERDICT_NONE;
	if (host->endpoint_count == 0 && host->address_total == 0 &&
	    host->judged.dns == HOST_DNS_DANE) {
		finding = judging_add(state, FINDING_CONNECT_FAILED,
		    "no address of the requested family");
		advice_add_text(&finding->advice, "leave out -4 or -6");
	}
	return verdict_sum(&count, VERDICT_UNKNOWN);
}

static enum verdict
judge_host_expiry(struct judge_state *state)
{
	const struct answer *answers[EXPIRY_ANSWERS];
	const size_t count = expiry_answers(state->host, answers);
	enum verdict verdict = judge_signatures(state, answers, count);

	return verdict_cap(verdict, judge_certificates(state));
}

/* A host at which DANE applies. */
static enum verdict
judge_dane_host(struct judge_state *state, enum verdict endpoints)
{
	enum verdict verdict;
	bool rotates;

	judge_coverage(state);
	judge_paths(state);
	judge_rotation(state);
	rotates = judge_renewals(state);
	verdict = verdict_cap(endpoints, judge_host_expiry(state));
	judge_rollover(state, verdict, rotates);
	return verdict_cap(verdict, judge_next(state));
}

/* Whether what is bogus may be so by our own clock alone. */
static bool
undecided_by_clock(const struct judge_state *state)
{
	struct trust_fault fault = judge_trust_of_host(state);
	const bool undecided = judge_trust_verdict(state, &fault) ==
	    VERDICT_UNKNOWN;

	trust_fault_clear(&fault);
	return undecided;
}

enum verdict
judge_host(struct judge_state *state)
{
	const enum host_dns dns = state->host->judged.dns;
	enum verdict verdict, failures, endpoints;

	judge_addresses(state);
	judge_insecure_addresses(state);
	failures = judge_address_failures(state);
	judge_alias(state);
	judge_tlsa(state);
	if (dns == HOST_DNS_DANE)
		judge_host_records(state);
	endpoints = judge_host_endpoints(state);
	verdict = dns == HOST_DNS_DANE ? judge_dane_host(state, endpoints) :
	    undecided_by_clock(state) ? VERDICT_UNKNOWN :
	    host_dns_verdict(dns);
	verdict = verdict_cap(verdict, failures);
	if (dns == HOST_DNS_DANE)
		verdict = verdict_cap(verdict, judge_above_tlsa(state));
	if (verdict == VERDICT_ABSENT)
		return verdict;
	return verdict_cap(verdict, judge_expectations(state));
}
