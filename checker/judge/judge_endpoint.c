/*
 * One address: how far the conversation got, and whether what was presented is
 * what the records say.
 */
#include <stdlib.h>

#include "checker/evidence/endpoint_ends.h"
#include "checker/evidence/host_dns.h"
#include "checker/judge/alert_meaning.h"
#include "checker/judge/judge_parts.h"
#include "checker/tlsa/verifier.h"
#include "resolver/memory.h"
#include "resolver/text.h"
#include "smtp/chain.h"
#include "smtp/tls_alert.h"

/* The verdict on an address with which no TLS was negotiated. */
static const struct outcome_row {
	enum verdict		 verdict;
	enum finding_code	 code;
	const char		*what;
	const char		*advice;
} outcomes[] = {
	[OUTCOME_UNTRIED] = { VERDICT_UNKNOWN, FINDING_TIMEOUT,
	    "the address was not tried",
	    "try again with a larger --timeout" },
	[OUTCOME_ADDRESS_RESERVED] = { VERDICT_UNKNOWN,
	    FINDING_ADDRESS_RESERVED,
	    "not connected to: not a public address",
	    "publish the server's public address, or use --allow-reserved "
	    "where this one is meant" },
	[OUTCOME_CONNECT_FAILED] = { VERDICT_UNKNOWN, FINDING_CONNECT_FAILED,
	    "no connection",
	    "see that the server is up, and that this machine may connect to "
	    "the port" },
	[OUTCOME_NO_ROUTE] = { VERDICT_UNKNOWN, FINDING_CONNECT_FAILED,
	    "no route to host",
	    "run mxdane on a machine that has one, or leave the family out "
	    "(-4, -6)" },
	[OUTCOME_REFUSED] = { VERDICT_UNKNOWN, FINDING_SMTP_REFUSED,
	    "the server refuses this client",
	    "try again later, or from a machine that it accepts mail from" },
	[OUTCOME_PROTOCOL] = { VERDICT_UNKNOWN, FINDING_SMTP_PROTOCOL,
	    "not an SMTP server",
	    "look at what listens on that port" },
	[OUTCOME_TIMEOUT] = { VERDICT_UNKNOWN, FINDING_TIMEOUT,
	    "a time limit passed",
	    "try again with a larger --timeout, or look at why the server is "
	    "slow" },
	[OUTCOME_STARTTLS_NOT_OFFERED] = { VERDICT_FAIL,
	    FINDING_STARTTLS_NOT_OFFERED,
	    "STARTTLS is not offered, although the TLSA records promise it",
	    "enable STARTTLS, and look for a device in front of the server "
	    "that hides it" },
	[OUTCOME_STARTTLS_REFUSED] = { VERDICT_FAIL, FINDING_STARTTLS_REFUSED,
	    "STARTTLS is offered and then refused",
	    "look at the server's TLS configuration and its log" },
	[OUTCOME_HANDSHAKE_FAILED] = { VERDICT_FAIL,
	    FINDING_TLS_HANDSHAKE_FAILED, "the TLS handshake failed",
	    "look at the server's TLS configuration and its log" },
	[OUTCOME_CLIENT_CERTIFICATE] = { VERDICT_FAIL,
	    FINDING_CLIENT_CERTIFICATE_REQUIRED,
	    "the server demands a certificate of its clients, and mail servers "
	    "have none to show",
	    "have it accept clients without one: ask for it at most (Postfix: "
	    "smtpd_tls_ask_ccert, not smtpd_tls_req_ccert; Exim: "
	    "tls_try_verify_hosts, not tls_verify_hosts)" },
	[OUTCOME_LIMIT] = { VERDICT_UNKNOWN, FINDING_LIMIT_REACHED,
	    "not looked at to the end",
	    "look at it by itself (--host, --connect); fewer addresses, key "
	    "types and certificates leave room for all" },
};

/* What is said beside, where a device has rewritten SMTP on the way. */
static const char *const rewrites[] = {
	[REWRITE_NONE] = "",
	[REWRITE_COMMAND] = "; a device that rewrites SMTP is on the way: EHLO "
	    "does not come to the server as EHLO",
	[REWRITE_KEYWORD] = "; a device that rewrites SMTP is on the way: it "
	    "puts X in place of keywords, STARTTLS among them as it seems",
};
static const char rewrite_advice[] =
    "turn off the inspection of SMTP in the firewall (Cisco PIX and ASA: \"no "
    "fixup protocol smtp 25\", \"no inspect esmtp\"), or have it let TLS pass "
    "(\"allow-tls\"); it stands before the server, unless other networks do "
    "not see this";

/*
 * Whether the server rejected EHLO, rather than leave STARTTLS out of its
 * reply.
 */
static bool
has_rejected_ehlo(const struct endpoint_ending *end)
{
	return end->outcome == OUTCOME_STARTTLS_NOT_OFFERED &&
	    end->reply_code / 100 >= 4;
}

/*
 * A handshake of the host, before this one, with the same chain, as at other
 * addresses: it is matched once.
 */
static const struct handshake_evidence *
find_same_chain(const struct host_evidence *host,
    const struct handshake_evidence *handshake)
{
	const struct handshake_evidence *other;
	struct handshake_walk walk = { 0 };

	while ((other = handshake_next(host, &walk)) != handshake) {
		if (other->judged.matches != NULL && chain_equal(
		    other->seen->chain, handshake->seen->chain))
			return other;
	}
	return NULL;
}

static enum verdict
match_verdict(const struct handshake_judgement *judged)
{
	if (match_any(judged->matches, judged->match_count, MATCH_MATCH))
		return VERDICT_PASS;
	return match_any(judged->matches, judged->match_count,
	    MATCH_UNTRIED) ? VERDICT_UNKNOWN : VERDICT_FAIL;
}

static void
match_handshake(struct judge_state *state,
    struct handshake_evidence *handshake, const struct host_evidence *host)
{
	const struct tlsa_set *records = &host->judged.records;
	const struct match_input input = judging_match_input(state, host,
	    handshake->seen->chain);
	const struct handshake_evidence *same_chain = find_same_chain(host,
	    handshake);
	struct handshake_judgement *judged = &handshake->judged;

	if (records->count > JUDGE_RESULTS_MAX - state->results) {
		judged->verdict = VERDICT_UNKNOWN;
		return;
	}
	state->results += records->count;
	judged->matches = same_chain != NULL ?
	    match_copy(same_chain->judged.matches,
	    same_chain->judged.match_count) : match_chain(&input);
	judged->match_count = records->count;
	if (tlsa_set_usable(records) == 0)
		judged->verdict = VERDICT_NONE;
	else
		judged->verdict = match_verdict(judged);
	judged->verdict = judge_limited_handshake(host, handshake->seen,
	    judged->verdict);
	judged->end = same_chain != NULL ? same_chain->judged.end :
	    match_end(&input, judged->matches);
}

void
judge_endpoint_facts(struct judge_state *state,
    struct endpoint_evidence *endpoint, const struct host_evidence *host)
{
	const bool dane = host->judged.dns == HOST_DNS_DANE;
	struct verdict_count count = { { 0 } };
	struct handshake_evidence *handshake;
	size_t i;

	for (i = 0; i < endpoint->handshake_count; i++) {
		handshake = &endpoint->handshakes[i];
		handshake->judged.verdict = VERDICT_NONE;
		if (dane)
			match_handshake(state, handshake, host);
	}
	judge_outdated_facts(endpoint);
	for (i = 0; i < endpoint->handshake_count; i++)
		verdict_add(&count, endpoint->handshakes[i].judged.verdict);
	for (i = 0; i < endpoint->ending_count; i++)
		verdict_add(&count,
		    outcomes[endpoint->endings[i].outcome].verdict);
	/* Connected to for information only (--all). */
	if (!dane)
		endpoint->judged.verdict = VERDICT_NONE;
	/* Other senders fail, whatever was seen here. */
	else if (endpoint->long_hello_error != NULL)
		endpoint->judged.verdict = VERDICT_FAIL;
	else if (endpoint->outcome == OUTCOME_DONE)
		endpoint->judged.verdict = verdict_sum(&count, VERDICT_UNKNOWN);
	/* Some key types were not tried; what the others showed counts. */
	else if (endpoint->outcome == OUTCOME_LIMIT)
		endpoint->judged.verdict = verdict_cap(verdict_sum(&count,
		    VERDICT_UNKNOWN), VERDICT_UNKNOWN);
	else
		endpoint->judged.verdict = verdict_cap(verdict_sum(&count,
		    VERDICT_UNKNOWN), outcomes[endpoint->outcome].verdict);
}

/*
 * What is refused may be this machine, which is for it to find out: the domain
 * may be at no fault.
 */
static void
advise_welcome(struct judge_state *state, const struct endpoint_ending *end,
    struct finding *finding)
{
	const struct evidence *evidence = state->evidence;

	advice_add_text(&finding->advice, "see what it may dislike of this "
	    "machine, its address%s: \"mxdane --self-test%s %s\"",
	    end->stage == STAGE_EHLO ? " or the name that it gives "
	    "(--helo)" : "", evidence->host_mode ? " --host" : "",
	    evidence->domain);
}

/* What the alert means that ended a handshake; NULL: there was none. */
static const struct alert_meaning *
alert_of(const struct endpoint_ending *end)
{
	return end->outcome == OUTCOME_HANDSHAKE_FAILED ?
	    alert_meaning_find(end->alert) : NULL;
}

/* Whether a handshake failed in which a certificate had been asked for. */
static bool
may_want_certificate(const struct endpoint_ending *end)
{
	return end->outcome == OUTCOME_HANDSHAKE_FAILED &&
	    end->alert == ALERT_NONE && end->asks_certificate;
}

/* What is known beside the error, which says what was seen. Owned. */
static char *
explain_outcome(const struct judge_state *state,
    const struct endpoint_ending *end)
{
	const struct alert_meaning *alert = alert_of(end);

	if (alert != NULL)
		return memory_format("; %s%s%s", alert->meaning,
		    alert->names_server ? ", " : "", alert->names_server ?
		    host_dns_server_name(state->host) : "");
	if (may_want_certificate(end))
		return memory_string("; it had asked for a certificate of the "
		    "client");
	return memory_string(rewrites[end->rewrite]);
}

static void
advise_alert(const struct judge_state *state,
    const struct alert_meaning *alert, struct advice_list *advice)
{
	if (alert->names_server)
		advice_add_text(advice, "%s %s", alert->advice,
		    host_dns_server_name(state->host));
	else
		advice_add_text(advice, "%s", alert->advice);
}

static void
advise_outcome(struct judge_state *state, const struct endpoint_ending *end,
    struct finding *finding)
{
	const struct alert_meaning *alert = alert_of(end);
	const char *advice = outcomes[end->outcome].advice;

	if (alert != NULL) {
		advise_alert(state, alert, &finding->advice);
		return;
	}
	if (end->outcome == OUTCOME_REFUSED)
		advise_welcome(state, end, finding);
	if (end->rewrite != REWRITE_NONE)
		advice = rewrite_advice;
	else if (has_rejected_ehlo(end))
		advice = "look at why the server rejects EHLO, which senders "
		    "must have for STARTTLS";
	else if (may_want_certificate(end))
		advice = outcomes[OUTCOME_CLIENT_CERTIFICATE].advice;
	else if (end->outcome == OUTCOME_TIMEOUT &&
	    end->stage == STAGE_CONNECT)
		advice = outcomes[OUTCOME_CONNECT_FAILED].advice;
	advice_add_text(&finding->advice, "%s", advice);
}

/*
 * That the handshake failed may be for want of a key type that the OpenSSL here
 * does not know, and that is all that the server has.
 */
static void
advise_library(struct judge_state *state,
    const struct endpoint_evidence *endpoint, struct finding *finding)
{
	const char *openssl = state->evidence->tool.openssl;
	char *types = NULL;
	int i;

	for (i = 0; i < KEY_TYPES; i++) {
		if (endpoint->unoffered & KEY_SET(i))
			types = memory_join(types, ", ",
			    key_type_name((enum key_type)i));
	}
	if (types == NULL)
		return;
	advice_add_text(&finding->advice, "if it has only keys of types that "
	    "%s here does not know (%s), run mxdane with OpenSSL 3.5 or later",
	    openssl != NULL ? openssl : "the OpenSSL", types);
	free(types);
}

/* "in 2 of 5 connections: ", or nothing. Owned by the caller. */
static char *
share_text(unsigned int shown, unsigned int asked)
{
	char *share = endpoint_ends_share(shown, asked);

	return share != NULL ? memory_join(share, ": ", "") :
	    memory_string("");
}

/* "; it was tried 2 times", where a retry was no better. Owned. */
static char *
tries_text(const struct endpoint_evidence *endpoint)
{
	const unsigned int retries = endpoint_ends_retries(endpoint);

	return retries == 0 || endpoint->outcome == OUTCOME_DONE ?
	    memory_string("") :
	    memory_format("; it was tried %u times", retries + 1);
}

/* What a retry cured: it counts for nothing, but may come again. */
static void
judge_retries(struct judge_state *state,
    const struct endpoint_evidence *endpoint)
{
	const struct endpoint_ending *end;
	struct finding *finding;
	size_t i;

	for (i = 0; endpoint->outcome == OUTCOME_DONE &&
	    i < endpoint->retried_count; i++) {
		end = &endpoint->retried[i];
		finding = judging_add_at(state, endpoint,
		    FINDING_ALL_KEY_TYPES, FINDING_TRIED_AGAIN,
		    "it could be tried only after %u attempt%s that failed "
		    "(%s%s%s)", end->connections, end->connections == 1 ? "" :
		    "s", outcomes[end->outcome].what, end->error != NULL ?
		    ": " : "", end->error != NULL ? end->error : "");
		advice_add_text(&finding->advice, "if that happens often, find "
		    "out from the server's log why: senders wait longer before "
		    "they try again");
	}
}

/* What is said of an end that is no handshake. */
static void
judge_ending(struct judge_state *state,
    const struct endpoint_evidence *endpoint,
    const struct endpoint_ending *end)
{
	const struct outcome_row *row = &outcomes[end->outcome];
	char *share = share_text(end->connections, endpoint->connections);
	char *more = explain_outcome(state, end);
	char *tries = tries_text(endpoint);
	struct finding *finding;

	finding = judging_add_at(state, endpoint, FINDING_ALL_KEY_TYPES,
	    row->code, "%s%s%s%s%s%s", share, row->what, end->error != NULL ?
	    ": " : "", end->error != NULL ? end->error : "", more, tries);
	free(share);
	free(more);
	free(tries);
	if (end->outcome == OUTCOME_LIMIT &&
	    endpoint->judged.verdict == VERDICT_UNKNOWN)
		judging_set_severity(state, finding, SEVERITY_ERROR);
	advise_outcome(state, end, finding);
	if (end->outcome == OUTCOME_HANDSHAKE_FAILED &&
	    (end->alert == ALERT_NONE || end->alert == ALERT_HANDSHAKE_FAILURE))
		advise_library(state, endpoint, finding);
}

/* Of all its connections: those that came to no handshake. */
static void
judge_endings(struct judge_state *state,
    const struct endpoint_evidence *endpoint)
{
	const struct endpoint_ending own = endpoint_ends_own(endpoint);
	size_t i;

	if (own.outcome != OUTCOME_DONE)
		judge_ending(state, endpoint, &own);
	for (i = 0; i < endpoint->ending_count; i++)
		judge_ending(state, endpoint, &endpoint->endings[i]);
}

/* What is odd about a conversation and changes no verdict. */
static void
add_oddities(struct judge_state *state,
    const struct endpoint_evidence *endpoint)
{
	struct finding *finding;

	if (endpoint->plaintext_injected) {
		finding = judging_add_at(state, endpoint,
		    FINDING_ALL_KEY_TYPES, FINDING_STARTTLS_PLAINTEXT_INJECTED,
		    "clear text followed the server's reply to STARTTLS; it "
		    "was discarded");
		advice_add_text(&finding->advice, "update the server "
		    "(CVE-2011-0411 and the like), and look for a device that "
		    "changes what is sent");
	}
	if (endpoint->long_hello_error != NULL) {
		finding = judging_add_at(state, endpoint,
		    FINDING_ALL_KEY_TYPES, FINDING_TLS_LONG_HELLO_FAILS,
		    "no handshake comes about where the ClientHello is longer "
		    "than a TCP segment, and each does where it is short: %s; "
		    "senders with OpenSSL 3.5, Go 1.24 or later, which begin "
		    "with the key exchange X25519MLKEM768, cannot deliver",
		    endpoint->long_hello_error);
		advice_add_text(&finding->advice, "update the firewall, load "
		    "balancer or TLS proxy before the server, or the server: "
		    "it has to take a ClientHello that comes in several "
		    "segments");
	}
	if (endpoint->incomplete != NULL)
		judging_add_at(state, endpoint, FINDING_ALL_KEY_TYPES,
		    FINDING_KEY_TYPES_UNTRIED, "whether it holds a certificate "
		    "of another key type could not be seen: %s",
		    endpoint->incomplete);
}

/*
 * "in 2 of 5 connections", of those that had the chain, whatever else differed
 * in them. Owned by the caller; NULL: all had it.
 */
static char *
share_of_chain(const struct endpoint_evidence *endpoint,
    const struct handshake_evidence *handshake)
{
	const struct handshake_evidence *other;
	unsigned int shown = 0, asked = 0;
	size_t i;

	for (i = 0; i < endpoint->handshake_count; i++) {
		other = &endpoint->handshakes[i];
		if (!judging_is_alike(other, handshake))
			continue;
		shown += other->shown;
		if (other->asked > asked)
			asked = other->asked;
	}
	return endpoint_ends_share(shown, asked);
}

/* How many of a certificate's names are shown; the server chooses how many. */
#define NAMES_SHOWN 3

/* "; its names are a.example, b.example and 2 more". Owned by the caller. */
static char *
names_of(const struct certificate *leaf)
{
	char *text, *more;
	size_t i;

	if (leaf->dns_name_count == 0)
		return memory_string("");
	text = memory_format("; its name%s %s", leaf->dns_name_count == 1 ?
	    " is" : "s are", leaf->dns_names[0]);
	for (i = 1; i < leaf->dns_name_count && i < NAMES_SHOWN; i++)
		text = memory_join(text, ", ", leaf->dns_names[i]);
	if (i == leaf->dns_name_count)
		return text;
	more = memory_format("%zu more", leaf->dns_name_count - i);
	text = memory_join(text, " and ", more);
	free(more);
	return text;
}

/* Why a usage 2 verification failed (RFC 7672 3.2.2, RFC 7671 5.2). */
static const struct fault_row {
	enum match_fault	 fault;
	enum finding_code	 code;
	const char		*advice;
} faults[] = {
	{ MATCH_FAULT_NAME, FINDING_NAME_MISMATCH,
	    "reissue the certificate with the host's name, or publish usage 3, "
	    "which needs no name" },
	{ MATCH_FAULT_EXPIRED, FINDING_CERTIFICATE_EXPIRED,
	    "renew the one that has expired, or publish usage 3, which ignores "
	    "dates" },
	{ MATCH_FAULT_NOT_YET, FINDING_CERTIFICATE_NOT_YET_VALID,
	    "wait until then, or publish usage 3, which ignores dates; look at "
	    "the issuer's clock" },
	{ MATCH_FAULT_CHAIN, FINDING_CHAIN_INVALID,
	    "have the server send a chain that leads up to the CA in the "
	    "record, or publish usage 3, which needs none" },
	{ MATCH_FAULT_HIDDEN, FINDING_CHAIN_INVALID,
	    "have the server leave out what is taken in its place, or publish "
	    "usage 3, which needs no chain" },
	{ MATCH_FAULT_ORDER, FINDING_CHAIN_INVALID,
	    "have the server leave out what is taken in its place, or send it "
	    "behind all others; or publish usage 3, which needs no chain" },
	{ MATCH_FAULT_DEEP, FINDING_CHAIN_DEEP,
	    "publish a record of a CA that is nearer to the server's "
	    "certificate, or usage 3, which needs no chain" },
};

static void
add_fault(struct judge_state *state, const struct endpoint_evidence *endpoint,
    const struct handshake_evidence *handshake, size_t record,
    const struct fault_row *row)
{
	const struct match_result *match = &handshake->judged.matches[record];
	char *names = row->fault == MATCH_FAULT_NAME ?
	    names_of(handshake->seen->chain->certificates) : memory_string("");
	char *times = share_of_chain(endpoint, handshake);
	char *share = times != NULL ? memory_join(times, ": ", "") :
	    memory_string("");
	struct finding *finding;

	finding = judging_add_at(state, endpoint,
	    (int)handshake->seen->key_type, row->code, "%srecord [%zu] %s%s",
	    share, record + 1, match->why, names);
	finding->place.record = (int)record;
	advice_add_text(&finding->advice, "%s", row->advice);
	free(share);
	free(names);
}

static void
add_faults(struct judge_state *state, const struct endpoint_evidence *endpoint,
    const struct handshake_evidence *handshake)
{
	const struct match_result *match;
	size_t i, f;

	for (i = 0; i < handshake->judged.match_count; i++) {
		match = &handshake->judged.matches[i];
		if (match->status != MATCH_MISMATCH ||
		    (match->faults & MATCH_FAULT_DATA) != 0)
			continue;
		for (f = 0; f < sizeof(faults) / sizeof(faults[0]); f++) {
			if ((match->faults & faults[f].fault) != 0)
				add_fault(state, endpoint, handshake, i,
				    &faults[f]);
		}
	}
}

/* Whether a server presents it; else it is from a file (--chain). */
static bool
is_deployed(const struct handshake *seen)
{
	return seen->protocol != NULL;
}

/* Advises what would make a handshake match that nothing does. */
static void
advise_match(struct judge_state *state, struct advice_list *advice,
    const struct handshake *seen)
{
	const struct match_input rules = judging_match_input(state,
	    state->host, seen->chain);
	const struct host_judgement *judged = &state->host->judged;
	const size_t issued = verifier_issued_by_leaf(state->verifier,
	    seen->chain);
	char *wait;

	/* A record of a CA's own key would stop all mail. */
	if (issued != 0) {
		advice_add_text(advice, "put the server's own certificate "
		    "first: the first one is the issuer of %s",
		    seen->chain->certificates[issued].subject);
		return;
	}
	if (issued == 0 && verifier_exhausted(state->verifier) != NULL)
		return;
	if (!advice_add_own_key(advice, &judged->rrset, &rules) ||
	    is_deployed(seen) || judging_wait(state) == 0)
		return;
	wait = text_duration(judging_wait(state));
	advice_add_text(advice, "beside the present records, and wait for 2 "
	    "TTLs (%s) before it is deployed", wait);
	free(wait);
}

/* ", valid since 2026-01-31", if it has a date. Owned by the caller. */
static char *
valid_since(const struct certificate *leaf)
{
	char *date, *text;

	if (leaf->not_before == 0)
		return memory_string("");
	date = text_date(leaf->not_before);
	text = memory_format(", valid since %s", date);
	free(date);
	return text;
}

/* Whether every connection that asks for the key type gets what passes. */
static bool
type_passes(const struct endpoint_evidence *endpoint, enum key_type type)
{
	const struct handshake_evidence *handshake;
	unsigned int shown = 0, asked = 0;
	bool any = false;
	size_t i;

	for (i = 0; i < endpoint->handshake_count; i++) {
		handshake = &endpoint->handshakes[i];
		if (handshake->seen->key_type != type ||
		    handshake->judged.verdict == VERDICT_ABSENT)
			continue;
		if (handshake->judged.verdict != VERDICT_PASS)
			return false;
		any = true;
		shown += handshake->shown;
		if (handshake->asked > asked)
			asked = handshake->asked;
	}
	return any && shown >= asked;
}

/* Whether another key type of the address passes. */
static bool
other_type_passes(const struct endpoint_evidence *endpoint, enum key_type type)
{
	enum key_type other;
	size_t i;

	for (i = 0; i < endpoint->handshake_count; i++) {
		other = endpoint->handshakes[i].seen->key_type;
		if (other != type && type_passes(endpoint, other))
			return true;
	}
	return false;
}

/* Whether another machine behind the address passes with the key type. */
static bool
other_machine_passes(const struct endpoint_evidence *endpoint,
    enum key_type type)
{
	const struct handshake_evidence *other;
	size_t i;

	for (i = 0; i < endpoint->handshake_count; i++) {
		other = &endpoint->handshakes[i];
		if (other->seen->key_type == type &&
		    other->judged.verdict == VERDICT_PASS)
			return true;
	}
	return false;
}

static void
add_no_match(struct judge_state *state,
    const struct endpoint_evidence *endpoint,
    const struct handshake_evidence *handshake)
{
	const struct handshake *seen = handshake->seen;
	const struct certificate *leaf = seen->chain->certificates;
	const char *type = key_type_name(seen->key_type);
	char *since = valid_since(leaf);
	char *share = share_of_chain(endpoint, handshake);
	const char *times = share != NULL ? share : "";
	const char *blank = share != NULL ? " " : "";
	struct advice_list own = { NULL, 0 };
	struct finding *finding;

	if (other_type_passes(endpoint, seen->key_type))
		finding = judging_add_at(state, endpoint, (int)seen->key_type,
		    FINDING_KEY_TYPE_UNCOVERED, "a sender that prefers %s gets "
		    "%s (%s)%s%s, which no TLSA record matches, although "
		    "another key type of this server passes", type,
		    leaf->subject, type, blank, times);
	else
		finding = judging_add_at(state, endpoint, (int)seen->key_type,
		    FINDING_NO_RECORD_MATCHES, "%s%sno TLSA record matches %s: "
		    "%s (%s), issued by %s%s", times, blank,
		    is_deployed(seen) ? "what the server presents" :
		    "the chain", leaf->subject, type, leaf->issuer, since);
	free(since);
	free(share);
	advise_match(state, &own, seen);
	if (other_machine_passes(endpoint, seen->key_type))
		advice_add_text(&finding->advice, "have every machine behind "
		    "the address present what passes%s", own.count > 0 ?
		    ", or" : "");
	advice_list_append(&finding->advice, &own);
}

void
judge_endpoint(struct judge_state *state,
    const struct endpoint_evidence *endpoint)
{
	const enum severity max_severity = state->max_severity;
	const struct handshake_evidence *handshake;
	size_t i;

	/* Connected to for information only (--all). */
	if (state->host->judged.dns != HOST_DNS_DANE)
		state->max_severity = SEVERITY_INFO;
	for (i = 0; i < endpoint->handshake_count; i++) {
		handshake = &endpoint->handshakes[i];
		if (!judging_is_unmatched(handshake) ||
		    judging_is_repeated(endpoint, handshake))
			continue;
		add_no_match(state, endpoint, handshake);
		add_faults(state, endpoint, handshake);
	}
	judge_outdated(state, endpoint);
	add_oddities(state, endpoint);
	judge_retries(state, endpoint);
	judge_endings(state, endpoint);
	state->max_severity = max_severity;
}
