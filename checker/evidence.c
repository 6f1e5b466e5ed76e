#include "checker/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "checker/judge.h"
#include "resolver/memory.h"
#include "resolver/name.h"

struct evidence *
evidence_new(const char *domain)
{
	struct evidence *evidence = memory_new(1, sizeof(*evidence));

	evidence->domain = memory_string(domain);
	return evidence;
}

static void
shake_unjudge(struct shake_evidence *shake)
{
	match_free(shake->matches, shake->match_count);
	shake->matches = NULL;
	shake->match_count = 0;
	shake->verdict = VERDICT_UNKNOWN;
}

static void
endpoint_unjudge(struct endpoint_evidence *endpoint)
{
	size_t i;

	for (i = 0; i < endpoint->shake_count; i++)
		shake_unjudge(&endpoint->shakes[i]);
	endpoint->verdict = VERDICT_UNKNOWN;
}

static void
host_unjudge(struct host_evidence *host)
{
	size_t i;

	for (i = 0; i < host->endpoint_count; i++)
		endpoint_unjudge(&host->endpoints[i]);
	for (i = 0; i < host->reference_name_count; i++) {
		free(host->reference_names[i]);
		host->reference_names[i] = NULL;
	}
	host->reference_name_count = 0;
	tlsa_set_clear(&host->records);
	host->used = 0;
	host->verdict = VERDICT_UNKNOWN;
}

void
evidence_unjudge(struct evidence *evidence)
{
	size_t i;

	for (i = 0; i < evidence->host_count; i++)
		host_unjudge(&evidence->hosts[i]);
	finding_list_clear(&evidence->findings);
	evidence->verdict = VERDICT_UNKNOWN;
}

static void
endpoint_clear(struct endpoint_evidence *endpoint)
{
	size_t i;

	for (i = 0; i < endpoint->shake_count; i++)
		handshake_free(endpoint->shakes[i].handshake);
	free(endpoint->shakes);
	free(endpoint->error);
	free(endpoint->incomplete);
}

static void
host_clear(struct host_evidence *host)
{
	size_t i;

	for (i = 0; i < host->endpoint_count; i++)
		endpoint_clear(&host->endpoints[i]);
	free(host->endpoints);
	for (i = 0; i < 2; i++) {
		answer_free(host->tlsa[i]);
		free(host->base_domains[i]);
	}
	answer_free(host->a);
	answer_free(host->aaaa);
	answer_free(host->cname);
	free(host->name);
}

static void
server_clear(struct server_evidence *server)
{
	size_t i;

	for (i = 0; i < server->answer_count; i++)
		answer_free(server->answers[i]);
	free(server->answers);
	free(server->zone);
	free(server->name);
}

void
evidence_free(struct evidence *evidence)
{
	size_t i;

	if (evidence == NULL)
		return;
	evidence_unjudge(evidence);
	for (i = 0; i < evidence->host_count; i++)
		host_clear(&evidence->hosts[i]);
	free(evidence->hosts);
	for (i = 0; i < evidence->server_count; i++)
		server_clear(&evidence->servers[i]);
	free(evidence->servers);
	answer_free(evidence->mx);
	answer_free(evidence->misplaced);
	free(evidence->health_why);
	free(evidence->outstanding);
	free(evidence->domain);
	free(evidence);
}

int
evidence_exit_status(const struct evidence *evidence)
{
	if (evidence->verdict == VERDICT_PASS && finding_list_has(
	    &evidence->findings, FINDING_NEXT_TOO_EARLY))
		return verdict_exit_status(VERDICT_NONE);
	return verdict_exit_status(evidence->verdict);
}

bool
evidence_is_null_mx(const struct evidence *evidence)
{
	const struct answer *mx = evidence->mx;

	/* RFC 7505 3: the only MX record, and its target is the root. */
	return mx != NULL && mx->kind == ANSWER_RECORDS && mx->count == 1 &&
	    mx->records[0].name != NULL &&
	    strcmp(mx->records[0].name, ".") == 0;
}

bool
evidence_is_implicit_mx(const struct evidence *evidence)
{
	/* RFC 5321 5.1: without MX records the domain is its own host. */
	return evidence->mx != NULL && evidence->mx->kind == ANSWER_NO_DATA;
}

enum dnssec_status
host_address_status(const struct host_evidence *host)
{
	switch (judge_host_dns(host)) {
	case HOST_DNS_PENDING:
	case HOST_DNS_NOT_ASKED:
	case HOST_DNS_ADDRESS_FAILED:
		return DNSSEC_FAILED;
	case HOST_DNS_ADDRESS_BOGUS:
		return DNSSEC_BOGUS;
	case HOST_DNS_MISSING_INSECURE:
	case HOST_DNS_ALIAS_UNKNOWN:
	case HOST_DNS_ADDRESS_INSECURE:
		return DNSSEC_INSECURE;
	case HOST_DNS_MISSING:
		return DNSSEC_SECURE;
	default:
		/* TLSA was asked: by a secure address, or by a secure alias. */
		return answer_is_secure(host->a) ||
		    answer_is_secure(host->aaaa) ?
		    DNSSEC_SECURE : DNSSEC_INSECURE;
	}
}

const struct answer *
host_tlsa(const struct host_evidence *host)
{
	return host->tlsa[host->used];
}

size_t
host_answers(const struct host_evidence *host,
    const struct answer *answers[HOST_ANSWERS])
{
	answers[0] = host->a;
	answers[1] = host->aaaa;
	answers[2] = host->cname;
	answers[3] = host->tlsa[0];
	answers[4] = host->tlsa[1];
	return HOST_ANSWERS;
}

const struct answer *
evidence_first_to_end(const struct answer *const *answers, size_t count)
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

/* The earlier of two moments, of which 0 is none. */
static time_t
earlier(time_t a, time_t b)
{
	if (a == 0 || b == 0)
		return a == 0 ? b : a;
	return a < b ? a : b;
}

time_t
evidence_signatures_end(const struct evidence *evidence)
{
	const struct answer *answers[HOST_ANSWERS], *first;
	const struct answer *mx[1] = { evidence->mx };
	const struct host_evidence *host;
	time_t end = 0;
	size_t i;

	first = evidence_first_to_end(mx, 1);
	if (first != NULL)
		end = first->signed_until;
	for (i = 0; i < evidence->host_count; i++) {
		host = &evidence->hosts[i];
		if (judge_host_dns(host) != HOST_DNS_DANE)
			continue;
		first = evidence_first_to_end(answers,
		    host_answers(host, answers));
		if (first != NULL)
			end = earlier(end, first->signed_until);
	}
	return end;
}

/* The certificate that issued number I, by its name; the anchor if it fits. */
static size_t
issuer_of(const struct chain *chain, size_t i, size_t anchor)
{
	const char *issuer = chain->certificates[i].issuer;
	size_t j;

	if (anchor < chain->count &&
	    strcmp(chain->certificates[anchor].subject, issuer) == 0)
		return anchor;
	for (j = i + 1; j < chain->count; j++) {
		if (strcmp(chain->certificates[j].subject, issuer) == 0)
			return j;
	}
	return chain->count;
}

/*
 * The first end in the path from the server's certificate up to the anchor, whose
 * own dates OpenSSL looks at only where it has signed itself.
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
shake_certificates_end(const struct host_evidence *host,
    const struct shake_evidence *shake)
{
	const struct match_result *match;
	time_t end, best = 0;
	size_t i;

	for (i = 0; i < shake->match_count; i++) {
		match = &shake->matches[i];
		if (match->status != MATCH_MATCH)
			continue;
		if (host->records.records[i].usage == TLSA_DANE_EE)
			return 0;
		/* Any path will do, so the one that lasts longest counts. */
		end = path_end(shake->handshake->chain,
		    (size_t)match->depth);
		if (end > best)
			best = end;
	}
	return best;
}

time_t
evidence_certificates_end(const struct evidence *evidence)
{
	const struct host_evidence *host;
	time_t end = 0;
	size_t i, j, k;

	for (i = 0; i < evidence->host_count; i++) {
		host = &evidence->hosts[i];
		for (j = 0; j < host->endpoint_count; j++) {
			for (k = 0; k < host->endpoints[j].shake_count; k++)
				end = earlier(end, shake_certificates_end(host,
				    &host->endpoints[j].shakes[k]));
		}
	}
	return end;
}

bool
host_record_matches(const struct host_evidence *host, size_t record)
{
	const struct endpoint_evidence *endpoint;
	size_t i, j;

	for (i = 0; i < host->endpoint_count; i++) {
		endpoint = &host->endpoints[i];
		for (j = 0; j < endpoint->shake_count; j++) {
			if (endpoint->shakes[j].match_count > record &&
			    endpoint->shakes[j].matches[record].would_match)
				return true;
		}
	}
	return false;
}
