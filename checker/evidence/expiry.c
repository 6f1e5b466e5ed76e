#include "checker/evidence/expiry.h"

size_t
expiry_answers(const struct host_evidence *host,
    const struct answer *answers[EXPIRY_ANSWERS])
{
	answers[0] = host->a;
	answers[1] = host->aaaa;
	answers[2] = host->cname;
	answers[3] = host->tlsa[0];
	answers[4] = host->tlsa[1];
	return EXPIRY_ANSWERS;
}

const struct answer *
expiry_first_to_end(const struct answer *const *answers, size_t count)
{
	const struct answer *first = NULL;
	size_t i;

	for (i = 0; i < count; i++) {
		if (answers[i] == NULL ||
		    answers[i]->dnssec != DNSSEC_SECURE ||
		    answers[i]->signed_until == 0)
			continue;
		if (first == NULL ||
		    answers[i]->signed_until < first->signed_until)
			first = answers[i];
	}
	return first;
}

/* The earlier of two times, where 0 is none. */
static time_t
earlier(time_t a, time_t b)
{
	if (a == 0 || b == 0)
		return a == 0 ? b : a;
	return a < b ? a : b;
}

time_t
expiry_signatures_end(const struct evidence *evidence)
{
	const struct answer *answers[EXPIRY_ANSWERS], *first;
	const struct answer *mx[1] = { evidence->mx };
	const struct host_evidence *host;
	time_t end = 0;
	size_t i;

	/* A null MX or an unsigned domain depends on no signature. */
	if (evidence_is_null_mx(evidence) || (evidence->mx != NULL &&
	    evidence->mx->dnssec == DNSSEC_INSECURE))
		return 0;
	first = expiry_first_to_end(mx, 1);
	if (first != NULL)
		end = first->signed_until;
	for (i = 0; i < evidence->host_count; i++) {
		host = &evidence->hosts[i];
		if (host->judged.dns != HOST_DNS_DANE)
			continue;
		first = expiry_first_to_end(answers,
		    expiry_answers(host, answers));
		if (first != NULL)
			end = earlier(end, first->signed_until);
	}
	return end;
}

/* Whether certificate ABOVE has the name of the issuer of number I. */
static bool
may_issue(const struct chain *chain, size_t above, size_t i)
{
	return chain_name_equal(&chain->certificates[above].subject_name,
	    &chain->certificates[i].issuer_name);
}

/* The certificate that issued number I, by its name; the anchor if it fits. */
static size_t
issuer_of(const struct chain *chain, size_t i, size_t anchor)
{
	size_t j;

	if (anchor < chain->count && may_issue(chain, anchor, i))
		return anchor;
	for (j = i + 1; j < chain->count; j++) {
		if (may_issue(chain, j, i))
			return j;
	}
	return chain->count;
}

/*
 * The first end in the path from the leaf up to the anchor, whose own dates
 * OpenSSL checks only where it is self-signed.
 */
static time_t
path_end(const struct chain *chain, size_t anchor)
{
	const struct certificate *certificate;
	time_t end = 0;
	size_t i, steps;

	for (i = 0, steps = 0; i < chain->count && steps < chain->count;
	    i = issuer_of(chain, i, anchor), steps++) {
		certificate = &chain->certificates[i];
		if (i != anchor || certificate->self_signed)
			end = earlier(end, certificate->not_after);
		if (i == anchor)
			break;
	}
	return end;
}

time_t
expiry_handshake_end(const struct host_evidence *host,
    const struct handshake_evidence *handshake)
{
	const struct handshake_judgement *judged = &handshake->judged;
	const struct match_result *match;
	time_t end, best = 0;
	size_t i;

	for (i = 0; i < judged->match_count; i++) {
		match = &judged->matches[i];
		if (match->status != MATCH_MATCH)
			continue;
		if (host->judged.records.records[i].usage == TLSA_DANE_EE)
			return 0;
		/* One match is enough: that which lasts longest counts. */
		end = path_end(handshake->seen->chain, (size_t)match->depth);
		if (end > best)
			best = end;
	}
	return best;
}

time_t
expiry_certificates_end(const struct evidence *evidence)
{
	const struct handshake_evidence *handshake;
	const struct host_evidence *host;
	struct handshake_walk walk;
	time_t end = 0;
	size_t i;

	for (i = 0; i < evidence->host_count; i++) {
		host = &evidence->hosts[i];
		walk = (struct handshake_walk){ 0 };
		while ((handshake = handshake_next(host, &walk)) != NULL)
			end = earlier(end, handshake->judged.end);
	}
	return end;
}
