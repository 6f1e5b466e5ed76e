/*
 * What senders may mind about the path of a usage 2 match, though it holds.
 */
#include "checker/judge/judge_parts.h"
#include "smtp/chain.h"

/* Whether a handshake shows a certificate with the key in the record. */
static bool
is_shown(const struct tlsa *record, const struct chain *chain)
{
	size_t i;

	for (i = 0; i < chain->count; i++) {
		if (match_is_of(record, &chain->certificates[i]))
			return true;
	}
	return false;
}

/*
 * RFC 7671 5.2.3: the server must send the CA's certificate, since not every
 * sender can verify with a bare key.
 */
static void
judge_bare_key(struct judge_state *state,
    const struct endpoint_evidence *endpoint,
    const struct handshake_evidence *handshake, size_t record)
{
	const struct chain *chain = handshake->seen->chain;
	const struct tlsa *tlsa = &state->host->judged.records.records[record];
	struct finding *finding;

	if (tlsa->usage != TLSA_DANE_TA || tlsa->selector != TLSA_SPKI ||
	    tlsa->matching_type != TLSA_FULL ||
	    handshake->judged.matches[record].status != MATCH_MATCH ||
	    chain->truncated || is_shown(tlsa, chain))
		return;
	finding = judging_add_at(state, endpoint,
	    (int)handshake->seen->key_type, FINDING_ANCHOR_NOT_SENT,
	    "record [%zu] matches by its key alone, and the certificate of "
	    "that CA is not sent; the server must send it (RFC 7671 5.2.3), "
	    "and many senders cannot do without", record + 1);
	finding->place.record = (int)record;
	advice_add_text(&finding->advice, "have the server send the "
	    "certificate of the CA with that key at the end of its chain");
}

void
judge_paths(struct judge_state *state)
{
	const struct handshake_evidence *handshake;
	struct handshake_walk walk = { 0 };
	size_t i;

	while ((handshake = handshake_next(state->host, &walk)) != NULL) {
		/* It counts for nothing. */
		if (handshake->judged.verdict == VERDICT_ABSENT ||
		    judging_is_repeated(walk.endpoint, handshake))
			continue;
		for (i = 0; i < handshake->judged.match_count; i++)
			judge_bare_key(state, walk.endpoint, handshake, i);
	}
}
