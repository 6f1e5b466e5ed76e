#include "checker/judge/shared_rrset.h"

#include "checker/tlsa/match.h"
#include "resolver/name.h"

static bool
is_shared(const struct host_evidence *a, const struct host_evidence *b)
{
	if (a == b)
		return true;
	return a->judged.place != NULL && b->judged.place != NULL &&
	    name_equal(a->judged.place, b->judged.place);
}

const struct host_evidence *
shared_rrset_host(const struct evidence *evidence,
    const struct host_evidence *host, size_t i)
{
	size_t h;

	for (h = 0; h < evidence->host_count; h++) {
		if (is_shared(host, &evidence->hosts[h]) && i-- == 0)
			return &evidence->hosts[h];
	}
	return NULL;
}

/* Whether each address in the answer was talked with. */
static bool
are_seen(const struct host_evidence *host, const struct answer *answer)
{
	struct address address;
	size_t i, j;

	if (!answer_has_records(answer))
		return answer_is_absent(answer);
	for (i = 0; i < answer->count; i++) {
		if (!address_from_octets(&address, answer->records[i].data,
		    answer->records[i].size, host->port))
			return false;
		for (j = 0; j < host->endpoint_count; j++) {
			if (address_equal(&host->endpoints[j].address,
			    &address))
				break;
		}
		if (j == host->endpoint_count)
			return false;
	}
	return !answer->truncated;
}

static bool
is_host_seen(const struct host_evidence *host)
{
	const struct endpoint_evidence *endpoint;
	size_t i;

	for (i = 0; i < host->endpoint_count; i++) {
		endpoint = &host->endpoints[i];
		if (endpoint->outcome != OUTCOME_DONE ||
		    endpoint->incomplete != NULL)
			return false;
	}
	return host->endpoint_count > 0 && !host->judged.untried &&
	    are_seen(host, host->a) && are_seen(host, host->aaaa);
}

bool
shared_rrset_is_seen(const struct evidence *evidence,
    const struct host_evidence *host)
{
	const struct host_evidence *other;
	size_t i;

	/* A chain from a file is not what a server presents. */
	if (evidence->chain_given)
		return false;
	for (i = 0; (other = shared_rrset_host(evidence, host, i)) != NULL;
	    i++) {
		if (!is_host_seen(other))
			return false;
	}
	return true;
}

/*
 * Whether the record is of what the handshake presents, whatever else may be
 * wrong; that is taken for so where it was not tried.
 */
static bool
is_of_handshake(const struct host_evidence *host, size_t record,
    const struct handshake_evidence *handshake)
{
	const struct tlsa *tlsa = &host->judged.records.records[record];
	const struct match_result *match;

	if (record >= handshake->judged.match_count)
		return true;
	match = &handshake->judged.matches[record];
	if (match->would_match || match->status == MATCH_UNTRIED)
		return true;
	return tlsa->usable && ((match->faults & MATCH_FAULT_DATA) == 0 ||
	    match_is_of_chain(tlsa, handshake->seen->chain));
}

bool
shared_rrset_is_stale(const struct evidence *evidence,
    const struct host_evidence *host, size_t i)
{
	const struct handshake_evidence *handshake;
	const struct host_evidence *other;
	struct handshake_walk walk;
	size_t h;

	for (h = 0; (other = shared_rrset_host(evidence, host, h)) != NULL;
	    h++) {
		walk = (struct handshake_walk){ 0 };
		/* All have the same records, in the same order. */
		while ((handshake = handshake_next(other, &walk)) != NULL) {
			if (is_of_handshake(other, i, handshake))
				return false;
		}
	}
	return true;
}
