/*
 * What limits left out, and which verdicts that leaves open: what has not been
 * looked at may be wrong where all else is right, and a record that has not
 * been looked at may match where no other does. A fault that was seen stays
 * one.
 */
#include "checker/judge/judge_parts.h"

/* An answer that is cut off can name any host. */
static bool
lacks_hosts(const struct evidence *evidence)
{
	return evidence->host_total > evidence->host_count ||
	    (evidence->mx != NULL && evidence->mx->truncated);
}

static bool
lacks_addresses(const struct host_evidence *host)
{
	return host->address_total > host->endpoint_count;
}

static bool
lacks_records(const struct host_evidence *host)
{
	return host->judged.tlsa != NULL && host->judged.tlsa->truncated;
}

/* Whether a certificate further up in a chain could match. */
static bool
looks_up_chains(const struct host_evidence *host)
{
	const struct tlsa_set *set = &host->judged.records;
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (set->records[i].usage == TLSA_DANE_TA &&
		    set->records[i].usable && !set->records[i].ignored)
			return true;
	}
	return false;
}

enum verdict
judge_limited_handshake(const struct host_evidence *host,
    const struct handshake *seen, enum verdict verdict)
{
	/* A stronger digest can also take the matching ones out of account. */
	if (lacks_records(host) || (verdict == VERDICT_FAIL &&
	    seen->chain->truncated && looks_up_chains(host)))
		return VERDICT_UNKNOWN;
	return verdict;
}

enum verdict
judge_limited_records(const struct host_evidence *host)
{
	return lacks_records(host) ? VERDICT_UNKNOWN : VERDICT_FAIL;
}

/* An error where the verdict is open for it. */
static void
set_severity(struct judge_state *state, struct finding *finding,
    enum verdict verdict)
{
	if (verdict == VERDICT_UNKNOWN)
		judging_set_severity(state, finding, SEVERITY_ERROR);
}

static void
add_addresses(struct judge_state *state, enum verdict verdict)
{
	const struct host_evidence *host = state->host;
	struct finding *finding;

	finding = judging_add(state, FINDING_LIMIT_REACHED,
	    "only %zu of its %zu addresses were looked at",
	    host->endpoint_count, host->address_total);
	set_severity(state, finding, verdict);
	if (host->endpoint_count < EVIDENCE_ADDRESSES_MAX)
		advice_add_text(&finding->advice, "look at more of them with a "
		    "larger --max-endpoints, or");
	advice_add_text(&finding->advice, "look at the others one by one "
	    "(--host %s --connect ADDRESS)", host->name);
}

static void
add_records(struct judge_state *state, enum verdict verdict)
{
	struct finding *finding;

	finding = judging_add(state, FINDING_LIMIT_REACHED,
	    "only the first %d TLSA records were looked at",
	    ANSWER_RECORDS_MAX);
	set_severity(state, finding, verdict);
	advice_add_text(&finding->advice, "remove the records that are not "
	    "needed");
}

/* A chain that was cut off, where it could matter. */
static void
add_chains(struct judge_state *state)
{
	const struct handshake_evidence *handshake;
	struct handshake_walk walk = { 0 };
	struct finding *finding;

	while ((handshake = handshake_next(state->host, &walk)) != NULL) {
		if (!handshake->seen->chain->truncated ||
		    !looks_up_chains(state->host))
			continue;
		finding = judging_add_at(state, walk.endpoint,
		    (int)handshake->seen->key_type, FINDING_LIMIT_REACHED,
		    "only the first %d certificates of what the server sends "
		    "were looked at", CHAIN_MAX);
		set_severity(state, finding, handshake->judged.verdict);
		advice_add_text(&finding->advice, "have the server send its "
		    "own certificate and those that lead up to the CA in the "
		    "record, and no others");
	}
}

enum verdict
judge_host_limits(struct judge_state *state, enum verdict verdict)
{
	const struct host_evidence *host = state->host;
	const bool dane = state->dane_applies &&
	    host->judged.dns == HOST_DNS_DANE;
	/* Of the DNS alone, one record that can be used is enough. */
	const bool records_suffice = state->evidence->dns_only &&
	    tlsa_set_usable(&host->judged.records) > 0;

	if (dane && (lacks_addresses(host) ||
	    (lacks_records(host) && !records_suffice)))
		verdict = verdict_cap(verdict, VERDICT_UNKNOWN);
	if (lacks_addresses(host))
		add_addresses(state, dane ? verdict : VERDICT_NONE);
	if (lacks_records(host))
		add_records(state, dane ? verdict : VERDICT_NONE);
	if (dane)
		add_chains(state);
	return verdict;
}

enum verdict
judge_domain_limits(struct judge_state *state, enum verdict verdict)
{
	const struct evidence *evidence = state->evidence;
	struct finding *finding;

	if (evidence->server_total > evidence->server_count)
		judging_add(state, FINDING_LIMIT_REACHED,
		    "not all of the %zu addresses and transports of name "
		    "servers were asked", evidence->server_total);
	if (!lacks_hosts(evidence))
		return verdict;
	/* That no host can be delivered to is a fault of all of them. */
	if (state->dane_applies)
		verdict = verdict == VERDICT_ABSENT ? VERDICT_UNKNOWN :
		    verdict_cap(verdict, VERDICT_UNKNOWN);
	if (evidence->mx != NULL && evidence->mx->truncated)
		finding = judging_add(state, FINDING_LIMIT_REACHED,
		    "only %zu MX hosts, those of the first %d MX records, were "
		    "looked at", evidence->host_count, ANSWER_RECORDS_MAX);
	else
		finding = judging_add(state, FINDING_LIMIT_REACHED,
		    "only the first %zu of %zu MX hosts were looked at",
		    evidence->host_count, evidence->host_total);
	set_severity(state, finding, verdict);
	advice_add_text(&finding->advice, "look at the others by themselves "
	    "(--host), or remove MX records: large senders try a few only");
	return verdict;
}
