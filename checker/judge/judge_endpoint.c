#include "checker/judge/judging.h"

#include <stdlib.h>

#include "checker/tlsa/advice.h"
#include "resolver/memory.h"
#include "resolver/text.h"
#include "smtp/chain.h"

/* What an address is worth when no TLS came about. */
static const struct outcome_row {
	enum verdict		 verdict;
	enum finding_code	 code;
	const char		*what;
	const char		*advice;
} outcomes[] = {
	[OUTCOME_UNTRIED] = { VERDICT_UNKNOWN, FINDING_TIMEOUT,
	    "it was not connected to",
	    "try again with a larger --timeout" },
	[OUTCOME_ADDRESS_RESERVED] = { VERDICT_UNKNOWN,
	    FINDING_ADDRESS_RESERVED,
	    "not connected to, since it is no public address",
	    "publish the server's public address, or use --allow-reserved "
	    "where this one is meant" },
	[OUTCOME_CONNECT_FAILED] = { VERDICT_UNKNOWN, FINDING_CONNECT_FAILED,
	    "no connection",
	    "see that the server is up, and that this machine may connect to "
	    "the port" },
	[OUTCOME_NO_ROUTE] = { VERDICT_UNKNOWN, FINDING_CONNECT_FAILED,
	    "there is no way to it from this machine",
	    "run mxdane on a machine that has one, or leave the family out "
	    "(-4, -6)" },
	[OUTCOME_REFUSED] = { VERDICT_UNKNOWN, FINDING_SMTP_REFUSED,
	    "the server does not talk to this machine",
	    "try again later, or from a machine that it accepts mail from" },
	[OUTCOME_PROTOCOL] = { VERDICT_UNKNOWN, FINDING_SMTP_PROTOCOL,
	    "what answers there is no SMTP server",
	    "look at what listens on that port" },
	[OUTCOME_TIMEOUT] = { VERDICT_UNKNOWN, FINDING_TIMEOUT,
	    "a time limit passed",
	    "try again with a larger --timeout, or look at why the server is "
	    "slow" },
	[OUTCOME_STARTTLS_NOT_OFFERED] = { VERDICT_FAIL,
	    FINDING_STARTTLS_NOT_OFFERED,
	    "STARTTLS is not offered, although the TLSA records promise it",
	    "switch STARTTLS on, and look for a device before the server that "
	    "hides it" },
	[OUTCOME_STARTTLS_REFUSED] = { VERDICT_FAIL, FINDING_STARTTLS_REFUSED,
	    "STARTTLS is offered and then refused",
	    "look at the server's TLS configuration and its log" },
	[OUTCOME_HANDSHAKE_FAILED] = { VERDICT_FAIL,
	    FINDING_TLS_HANDSHAKE_FAILED, "the TLS handshake failed",
	    "look at the server's TLS configuration and its log" },
};

/*
 * Whether the server said no to EHLO, rather than leave STARTTLS out of its
 * reply.
 */
static bool
has_rejected_ehlo(const struct endpoint_evidence *endpoint)
{
	return endpoint->outcome == OUTCOME_STARTTLS_NOT_OFFERED &&
	    endpoint->error != NULL && endpoint->error[0] >= '4' &&
	    endpoint->error[0] <= '5';
}

static enum verdict
judge_outcome(const struct judge_state *state,
    const struct endpoint_evidence *endpoint)
{
	const struct outcome_row *row = &outcomes[endpoint->outcome];
	struct finding *finding;

	finding = finding_add(&state->evidence->findings, row->code,
	    "%s%s%s", row->what, endpoint->error != NULL ? ": " : "",
	    endpoint->error != NULL ? endpoint->error : "");
	if (has_rejected_ehlo(endpoint))
		finding_advise(finding, "look at why the server rejects EHLO; "
		    "it may dislike the name (--helo)");
	else if (endpoint->outcome == OUTCOME_TIMEOUT &&
	    endpoint->stage == STAGE_CONNECT)
		finding_advise(finding, "%s",
		    outcomes[OUTCOME_CONNECT_FAILED].advice);
	else
		finding_advise(finding, "%s", row->advice);
	judging_place(state, finding, endpoint, KEY_UNKNOWN);
	return row->verdict;
}

/* What is odd about a conversation and changes no verdict. */
static void
say_oddities(const struct judge_state *state,
    const struct endpoint_evidence *endpoint)
{
	struct finding_list *findings = &state->evidence->findings;
	const struct handshake *handshake;
	struct finding *finding;
	size_t i;

	if (endpoint->plaintext_injected) {
		finding = finding_add(findings,
		    FINDING_STARTTLS_PLAINTEXT_INJECTED, "clear text followed "
		    "the server's reply to STARTTLS; it was thrown away");
		finding_advise(finding, "update the server (CVE-2011-0411 and "
		    "its kin), and look for a device that changes what is "
		    "sent");
		judging_place(state, finding, endpoint, KEY_UNKNOWN);
	}
	for (i = 0; i < endpoint->handshake_count; i++) {
		handshake = endpoint->handshakes[i].handshake;
		if (!handshake->outdated)
			continue;
		finding = finding_add(findings, FINDING_TLS_OUTDATED,
		    "the server negotiates %s (RFC 8996 has done away with "
		    "versions below 1.2)", handshake->protocol);
		finding_advise(finding, "update the server or its settings");
		judging_place(state, finding, endpoint, handshake->key_type);
	}
	if (endpoint->incomplete != NULL) {
		finding = finding_add(findings, FINDING_KEY_TYPES_UNTRIED,
		    "whether it holds a certificate of another key type could "
		    "not be seen: %s", endpoint->incomplete);
		judging_place(state, finding, endpoint, KEY_UNKNOWN);
	}
}

/*
 * How many of a certificate's names are told; others choose how many there are.
 */
#define NAMES_TOLD 3

/* "; it bears a.example, b.example and 2 more". Owned by the caller. */
static char *
names_of(const struct certificate *own)
{
	char *text, *more;
	size_t i;

	if (own->dns_name_count == 0)
		return memory_string("");
	text = memory_format("; it bears %s", own->dns_names[0]);
	for (i = 1; i < own->dns_name_count && i < NAMES_TOLD; i++)
		text = memory_join(text, ", ", own->dns_names[i]);
	if (i == own->dns_name_count)
		return text;
	more = memory_format("%zu more", own->dns_name_count - i);
	text = memory_join(text, " and ", more);
	free(more);
	return text;
}

/*
 * Which part of a usage 2 verification failed (RFC 7672 3.2.2, RFC 7671 5.2).
 */
static void
say_faults(const struct judge_state *state,
    const struct endpoint_evidence *endpoint,
    const struct handshake_evidence *shake)
{
	static const struct {
		enum match_fault	 fault;
		enum finding_code	 code;
		const char		*advice;
	} faults[] = {
		{ MATCH_FAULT_NAME, FINDING_NAME_MISMATCH,
		    "reissue the certificate with the host's name, or publish "
		    "usage 3, which asks for no name" },
		{ MATCH_FAULT_EXPIRED, FINDING_CERTIFICATE_EXPIRED,
		    "renew the one that has expired, or publish usage 3, which "
		    "asks for no date" },
		{ MATCH_FAULT_NOT_YET, FINDING_CERTIFICATE_NOT_YET_VALID,
		    "wait until then, or publish usage 3, which asks for no "
		    "date; look at the clock of who issued it" },
		{ MATCH_FAULT_CHAIN, FINDING_CHAIN_INVALID,
		    "have the server send a chain that leads up to the "
		    "authority in the record, or publish usage 3, which needs "
		    "none" },
	};
	const struct match_result *match;
	struct finding *finding;
	char *names;
	size_t i, f;

	for (i = 0; i < shake->match_count; i++) {
		match = &shake->matches[i];
		if (match->status != MATCH_MISMATCH ||
		    (match->faults & MATCH_FAULT_DATA) != 0)
			continue;
		for (f = 0; f < sizeof(faults) / sizeof(faults[0]); f++) {
			if ((match->faults & faults[f].fault) == 0)
				continue;
			names = faults[f].fault == MATCH_FAULT_NAME ?
			    names_of(shake->handshake->chain->certificates) :
			    memory_string("");
			finding = finding_add(&state->evidence->findings,
			    faults[f].code, "record [%zu] %s%s", i + 1,
			    match->why, names);
			free(names);
			finding->record = (int)i;
			finding_advise(finding, "%s", faults[f].advice);
			judging_place(state, finding, endpoint,
			    shake->handshake->key_type);
		}
	}
}

/* Names what the server presents: "CN=mx.example.org (ECDSA)". Owned. */
static char *
presented(const struct handshake *handshake)
{
	return memory_format("%s (%s)",
	    handshake->chain->certificates[0].subject,
	    key_type_name(handshake->key_type));
}

/*
 * Whether a server presents it; else it is from a file, and nobody was asked.
 */
static bool
is_deployed(const struct handshake *handshake)
{
	return handshake->protocol != NULL;
}

/* What would make a handshake match that nothing does. */
static void
advise_match(struct finding *finding, const struct judge_state *state,
    const struct handshake *handshake)
{
	const struct match_input rules = judging_match_input(state,
	    handshake->chain);
	const size_t issued = chain_issued_by_leaf(handshake->chain);
	char *line, *wait;

	/* A record of an authority's own key would stop all mail. */
	if (issued != 0) {
		finding_advise(finding, "put the server's own certificate "
		    "first: the first one is the issuer of %s",
		    handshake->chain->certificates[issued].subject);
		return;
	}
	line = advice_own_key(&rules, judging_tlsa_owner(state));
	if (line != NULL && !is_deployed(handshake) &&
	    evidence_tlsa(state->host) != NULL) {
		wait = text_duration(judging_wait(state));
		finding_advise(finding, "publish  %s\nbeside the present "
		    "records, and wait for 2 TTLs (%s) before it is deployed",
		    line, wait);
		free(wait);
	} else if (line != NULL) {
		finding_advise(finding, "publish  %s", line);
	}
	free(line);
}

static void
say_no_match(const struct judge_state *state,
    const struct endpoint_evidence *endpoint,
    const struct handshake_evidence *shake, bool other_passes)
{
	struct finding_list *findings = &state->evidence->findings;
	const struct handshake *handshake = shake->handshake;
	struct finding *finding;
	char *what, *since;

	what = presented(handshake);
	since = text_date(handshake->chain->certificates[0].not_before);
	if (other_passes)
		finding = finding_add(findings, FINDING_KEY_TYPE_UNCOVERED,
		    "a sender that prefers %s gets %s, which no TLSA record "
		    "matches, although another key type of this server passes",
		    key_type_name(handshake->key_type), what);
	else
		finding = finding_add(findings, FINDING_NO_RECORD_MATCHES,
		    "no TLSA record matches %s: %s, issued by %s, valid since "
		    "%s", is_deployed(handshake) ? "what the server presents" :
		    "the chain", what,
		    handshake->chain->certificates[0].issuer, since);
	free(since);
	free(what);
	advise_match(finding, state, handshake);
	judging_place(state, finding, endpoint, handshake->key_type);
}

/*
 * A judged handshake of the host with the same chain, as at its other
 * addresses.
 */
static const struct handshake_evidence *
find_same_chain(const struct judge_state *state, const struct handshake_evidence *shake)
{
	const struct host_evidence *host = state->host;
	const struct handshake_evidence *other;
	size_t i, j;

	for (i = 0; i < host->endpoint_count; i++) {
		for (j = 0; j < host->endpoints[i].handshake_count; j++) {
			other = &host->endpoints[i].handshakes[j];
			if (other == shake)
				return NULL;
			if (other->matches != NULL && chain_equal(
			    other->handshake->chain, shake->handshake->chain))
				return other;
		}
	}
	return NULL;
}

static void
judge_shake(const struct judge_state *state, struct handshake_evidence *shake)
{
	const struct tlsa_set *records = &state->host->records;
	const struct match_input input = judging_match_input(state,
	    shake->handshake->chain);
	const struct handshake_evidence *same_chain = find_same_chain(state, shake);

	shake->matches = same_chain != NULL ?
	    match_copy(same_chain->matches, same_chain->match_count) : match_chain(&input);
	shake->match_count = records->count;
	if (tlsa_set_usable(records) == 0)
		shake->verdict = VERDICT_NONE;
	else
		shake->verdict = match_any(shake->matches,
		    shake->match_count) ? VERDICT_PASS : VERDICT_FAIL;
}

void
judge_endpoint(const struct judge_state *state,
    struct endpoint_evidence *endpoint, enum host_dns dns)
{
	struct verdict_count count = { { 0 } };
	struct judge_state quiet = *state;
	struct handshake_evidence *shake;
	size_t i;

	/* Connected to for information only (--all). */
	if (dns != HOST_DNS_DANE) {
		quiet.max_severity = SEVERITY_INFO;
		state = &quiet;
	}
	for (i = 0; i < endpoint->handshake_count; i++) {
		shake = &endpoint->handshakes[i];
		shake->verdict = VERDICT_NONE;
		if (dns == HOST_DNS_DANE)
			judge_shake(state, shake);
		verdict_add(&count, shake->verdict);
	}
	for (i = 0; i < endpoint->handshake_count; i++) {
		shake = &endpoint->handshakes[i];
		if (shake->verdict != VERDICT_FAIL)
			continue;
		say_no_match(state, endpoint, shake,
		    count.of[VERDICT_PASS] > 0);
		say_faults(state, endpoint, shake);
	}
	say_oddities(state, endpoint);
	endpoint->verdict = endpoint->outcome == OUTCOME_DONE ?
	    verdict_sum(&count, VERDICT_UNKNOWN) :
	    judge_outcome(state, endpoint);
	if (dns != HOST_DNS_DANE)
		endpoint->verdict = VERDICT_NONE;
}

/* Whether a record of the combination matches, stronger digests set aside. */
static bool
covers(const struct judge_state *state, const struct handshake_evidence *shake,
    const struct tlsa *combination)
{
	const struct tlsa_set *set = &state->host->records;
	size_t i;

	for (i = 0; i < shake->match_count; i++) {
		if (shake->matches[i].would_match &&
		    tlsa_same_combination(&set->records[i], combination))
			return true;
	}
	return false;
}

/*
 * The record of the combination to publish, of the nearest certificate that
 * would do. Owned; NULL: none does, since names, dates or the chain are wrong.
 */
static char *
line_of_combination(const struct judge_state *state, const struct chain *chain,
    const struct tlsa *combination)
{
	const struct match_input rules = judging_match_input(state, chain);
	const bool own = combination->usage == TLSA_DANE_EE;
	size_t depth = own ? 0 : 1, end = own ? 1 : chain->count;
	char *line = NULL;

	for (; depth < end && line == NULL; depth++) {
		if (own || !chain_repeats_own(chain, depth))
			line = advice_line(&rules, judging_tlsa_owner(state),
			    depth, (enum tlsa_selector)combination->selector,
			    (enum tlsa_matching_type)
			    combination->matching_type);
	}
	return line;
}

static void
say_uncovered(const struct judge_state *state,
    const struct endpoint_evidence *endpoint,
    const struct handshake_evidence *shake, const struct tlsa *combination)
{
	char *line = line_of_combination(state, shake->handshake->chain,
	    combination);
	struct finding *finding;

	finding = finding_add(&state->evidence->findings,
	    FINDING_COMBINATION_UNCOVERED, "no \"%d %d %d\" record matches "
	    "what the server presents now: a sender that knows only this "
	    "combination delays the mail (RFC 7671 8)", combination->usage,
	    combination->selector, combination->matching_type);
	finding_advise(finding, "%s%s%sremove the stale \"%d %d %d\" records",
	    line != NULL ? "publish  " : "", line != NULL ? line : "",
	    line != NULL ? "\nor " : "", combination->usage,
	    combination->selector, combination->matching_type);
	free(line);
	judging_place(state, finding, endpoint,
	    endpoint != NULL ? shake->handshake->key_type : KEY_UNKNOWN);
}

/*
 * How many of the host's authenticated handshakes COMBINATION covers, or not.
 */
struct coverage {
	size_t				 covered;
	size_t				 uncovered;
	const struct handshake_evidence	*example;	/* one that is not */
};

static struct coverage
count_coverage(const struct judge_state *state, const struct tlsa *combination)
{
	const struct host_evidence *host = state->host;
	const struct handshake_evidence *shake;
	struct coverage coverage = { 0, 0, NULL };
	size_t i, j;

	for (i = 0; i < host->endpoint_count; i++) {
		for (j = 0; j < host->endpoints[i].handshake_count; j++) {
			shake = &host->endpoints[i].handshakes[j];
			if (shake->verdict != VERDICT_PASS)
				continue;
			if (covers(state, shake, combination)) {
				coverage.covered++;
				continue;
			}
			coverage.uncovered++;
			coverage.example = shake;
		}
	}
	return coverage;
}

/* Said once for the host where nothing is covered, else for each place. */
static void
judge_combination(const struct judge_state *state,
    const struct tlsa *combination)
{
	const struct coverage coverage = count_coverage(state, combination);
	const struct endpoint_evidence *endpoint;
	const struct handshake_evidence *shake;
	size_t i, j;

	if (coverage.uncovered > 0 && coverage.covered == 0) {
		say_uncovered(state, NULL, coverage.example, combination);
		return;
	}
	for (i = 0; coverage.uncovered > 0 &&
	    i < state->host->endpoint_count; i++) {
		endpoint = &state->host->endpoints[i];
		for (j = 0; j < endpoint->handshake_count; j++) {
			shake = &endpoint->handshakes[j];
			if (shake->verdict == VERDICT_PASS &&
			    !covers(state, shake, combination))
				say_uncovered(state, endpoint, shake,
				    combination);
		}
	}
}

void
judge_coverage(const struct judge_state *state)
{
	const struct tlsa_set *set = &state->host->records;
	size_t i, j;

	for (i = 0; i < set->count; i++) {
		if (!set->records[i].usable)
			continue;
		for (j = 0; j < i; j++) {
			if (set->records[j].usable && tlsa_same_combination(
			    &set->records[j], &set->records[i]))
				break;
		}
		if (j == i)
			judge_combination(state, &set->records[i]);
	}
}
