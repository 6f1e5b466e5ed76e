/*
 * What the server negotiates only with senders that do not authenticate: those
 * that do ask for more (smtp/tls.h), and servers choose by what is asked for.
 * So what is weak counts only where nothing better came about.
 */
#include <stdlib.h>

#include "checker/evidence/endpoint_ends.h"
#include "checker/judge/judge_parts.h"
#include "resolver/memory.h"

/* In the order in which they are told. */
static const struct weakness_row {
	enum tls_weakness	 weakness;
	const char		*what;
	const char		*advice;
	/* OpenSSL refuses it as of 3.0, without authentication as well. */
	bool			 refused_by_all;
} weaknesses[] = {
	{ TLS_WEAK_VERSION, "a version of TLS below 1.2 (RFC 8996)",
	    "enable TLS 1.2 and 1.3 on the server, or update it", false },
	{ TLS_WEAK_RENEGOTIATION, "TLS without secure renegotiation (RFC 5746)",
	    "update the server's TLS library, or do not turn RFC 5746 off",
	    true },
	{ TLS_WEAK_SIGNATURE, "a signature by SHA-1 or MD5 (RFC 9155)",
	    "have the server sign by SHA-256: update it, or correct its "
	    "signature algorithms", false },
	{ TLS_WEAK_EXCHANGE, "a key exchange in a group of too few bits",
	    "have the server use ECDHE, or a group of 2048 bits (RFC 7919)",
	    true },
	{ TLS_WEAK_CIPHER, "a cipher of too few bits",
	    "remove old suites from the server's list of ciphers", false },
	{ TLS_WEAK_KEY, "a key of too few bits",
	    "make a new key for the server: RSA of 2048 bits or more, or "
	    "ECDSA; and publish its record before it is used", false },
};

#define WEAKNESS_COUNT (sizeof(weaknesses) / sizeof(weaknesses[0]))

static bool
is_weak(const struct handshake_evidence *handshake)
{
	return handshake_weaknesses(handshake->seen) != 0;
}

/*
 * Whether senders that ask for the key type get it, and not weak: from each of
 * the machines that share the address (--repeat).
 */
static bool
is_accepted(const struct endpoint_evidence *endpoint, enum key_type type)
{
	const struct handshake_evidence *handshake;
	unsigned int shown = 0, asked = 0;
	size_t i;

	for (i = 0; i < endpoint->handshake_count; i++) {
		handshake = &endpoint->handshakes[i];
		if (handshake->seen->key_type != type || is_weak(handshake))
			continue;
		shown += handshake->shown;
		if (handshake->asked > asked)
			asked = handshake->asked;
	}
	return shown >= asked;
}

/*
 * The first handshake of an address that is not weak, and is had from all its
 * machines. NULL: there is none.
 */
static const struct handshake_evidence *
find_accepted(const struct endpoint_evidence *endpoint)
{
	const struct handshake_evidence *handshake;
	size_t i;

	for (i = 0; i < endpoint->handshake_count; i++) {
		handshake = &endpoint->handshakes[i];
		if (!is_weak(handshake) &&
		    is_accepted(endpoint, handshake->seen->key_type))
			return handshake;
	}
	return NULL;
}

/* Whether the server was asked for more, with every key type that it has. */
static bool
is_established(const struct endpoint_evidence *endpoint,
    const struct handshake_evidence *handshake)
{
	return handshake->strict_outcome == OUTCOME_HANDSHAKE_FAILED &&
	    endpoint->incomplete == NULL && endpoint->outcome == OUTCOME_DONE;
}

void
judge_outdated_facts(struct endpoint_evidence *endpoint)
{
	const bool accepted = find_accepted(endpoint) != NULL;
	struct handshake_evidence *handshake;
	enum verdict *verdict;
	size_t i;

	for (i = 0; i < endpoint->handshake_count; i++) {
		handshake = &endpoint->handshakes[i];
		verdict = &handshake->judged.verdict;
		/* Nobody authenticates. */
		if (!is_weak(handshake) || *verdict == VERDICT_NONE)
			continue;
		handshake->judged.end = (struct match_end){ 0 };
		*verdict = accepted ? VERDICT_ABSENT : verdict_cap(*verdict,
		    is_established(endpoint, handshake) ? VERDICT_FAIL :
		    VERDICT_UNKNOWN);
	}
}

/* "TLSv1: a version of TLS below 1.2 (RFC 8996)". Owned by the caller. */
static char *
weaknesses_text(const struct handshake *seen)
{
	const unsigned int found = handshake_weaknesses(seen);
	const char *separator = ": ";
	char *text = memory_string(seen->protocol);
	size_t i;

	for (i = 0; i < WEAKNESS_COUNT; i++) {
		if ((found & weaknesses[i].weakness) == 0)
			continue;
		text = memory_join(text, separator, weaknesses[i].what);
		separator = ", ";
	}
	return text;
}

/* Who takes it nevertheless, as tried with Postfix. */
static const char *
who_accepts(const struct handshake *seen)
{
	const unsigned int found = handshake_weaknesses(seen);
	size_t i;

	for (i = 0; i < WEAKNESS_COUNT; i++) {
		if ((found & weaknesses[i].weakness) != 0 &&
		    weaknesses[i].refused_by_all)
			return "senders with OpenSSL 3 refuse it though they "
			    "do not authenticate, those with older or other "
			    "libraries may take it";
	}
	return "senders that encrypt and do not authenticate (Postfix at "
	    "\"may\" and \"encrypt\") still take it";
}

/* What became of the strict offer. Owned by the caller. */
static char *
outcome_text(const struct endpoint_evidence *endpoint,
    const struct handshake_evidence *handshake)
{
	const struct handshake_evidence *accepted = find_accepted(endpoint);
	const char *why = handshake->strict_error;

	if (accepted != NULL)
		return memory_format("they get its %s key, so this one counts "
		    "for nothing", key_type_name(accepted->seen->key_type));
	if (handshake->judged.verdict == VERDICT_NONE)
		return memory_string("here nobody authenticates");
	if (handshake->strict_outcome != OUTCOME_HANDSHAKE_FAILED)
		return memory_format("whether it does better where it is asked "
		    "to could not be seen%s%s", why != NULL ? ": " : "",
		    why != NULL ? why : "");
	/* It came about, but not without this. */
	if (why == NULL)
		return memory_string("whatever is offered, it does no better");
	return memory_format("where no less is offered, it fails (%s)", why);
}

static void
add_outdated(struct judge_state *state,
    const struct endpoint_evidence *endpoint,
    const struct handshake_evidence *handshake)
{
	const struct handshake *seen = handshake->seen;
	const enum verdict verdict = handshake->judged.verdict;
	char *what = weaknesses_text(seen);
	char *outcome = outcome_text(endpoint, handshake);
	char *share = endpoint_ends_share(handshake->shown, handshake->asked);
	struct finding *finding;
	size_t i;

	finding = judging_add_at(state, endpoint, (int)seen->key_type,
	    FINDING_TLS_OUTDATED, "%s%ssenders that authenticate do not "
	    "accept what the server negotiates with its %s key, %s; %s; %s",
	    share != NULL ? share : "", share != NULL ? " " : "",
	    key_type_name(seen->key_type), what, outcome, who_accepts(seen));
	free(what);
	free(outcome);
	free(share);
	if (find_accepted(endpoint) != NULL)
		judging_set_severity(state, finding, SEVERITY_INFO);
	else if (verdict == VERDICT_NONE)
		judging_set_severity(state, finding, SEVERITY_WARNING);
	for (i = 0; i < WEAKNESS_COUNT; i++) {
		if (handshake_weaknesses(seen) & weaknesses[i].weakness)
			advice_add_text(&finding->advice, "%s",
			    weaknesses[i].advice);
	}
}

void
judge_outdated(struct judge_state *state,
    const struct endpoint_evidence *endpoint)
{
	size_t i;

	for (i = 0; i < endpoint->handshake_count; i++) {
		if (is_weak(&endpoint->handshakes[i]))
			add_outdated(state, endpoint, &endpoint->handshakes[i]);
	}
}
