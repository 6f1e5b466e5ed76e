#include "checker/evidence/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"

struct evidence *
evidence_new(const char *domain)
{
	struct evidence *evidence = memory_new(1, sizeof(*evidence));

	evidence->domain = memory_string(domain);
	return evidence;
}

static void
shake_unjudge(struct handshake_evidence *shake)
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

	for (i = 0; i < endpoint->handshake_count; i++)
		shake_unjudge(&endpoint->handshakes[i]);
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

void
evidence_endpoint_copy(struct endpoint_evidence *copy,
    const struct endpoint_evidence *original)
{
	size_t i;

	*copy = *original;
	copy->verdict = VERDICT_UNKNOWN;
	copy->error = memory_string(original->error);
	copy->incomplete = memory_string(original->incomplete);
	copy->handshakes = memory_new(original->handshake_count,
	    sizeof(*copy->handshakes));
	for (i = 0; i < original->handshake_count; i++)
		copy->handshakes[i].handshake =
		    handshake_copy(original->handshakes[i].handshake);
}

void
evidence_endpoint_clear(struct endpoint_evidence *endpoint)
{
	size_t i;

	endpoint_unjudge(endpoint);
	for (i = 0; i < endpoint->handshake_count; i++)
		handshake_free(endpoint->handshakes[i].handshake);
	free(endpoint->handshakes);
	free(endpoint->error);
	free(endpoint->incomplete);
}

static void
host_clear(struct host_evidence *host)
{
	size_t i;

	for (i = 0; i < host->endpoint_count; i++)
		evidence_endpoint_clear(&host->endpoints[i]);
	free(host->endpoints);
	for (i = 0; i < EVIDENCE_BASES; i++) {
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

const struct answer *
evidence_tlsa(const struct host_evidence *host)
{
	return host->tlsa[host->used];
}

bool
evidence_record_matches(const struct host_evidence *host, size_t record)
{
	const struct endpoint_evidence *endpoint;
	size_t i, j;

	for (i = 0; i < host->endpoint_count; i++) {
		endpoint = &host->endpoints[i];
		for (j = 0; j < endpoint->handshake_count; j++) {
			if (endpoint->handshakes[j].match_count > record &&
			    endpoint->handshakes[j].matches[record].would_match)
				return true;
		}
	}
	return false;
}

/* Whether a finding is about what the verdict comes from. */
static bool
explains(const struct evidence *evidence, const struct finding *finding)
{
	enum verdict verdict = evidence->verdict == VERDICT_PARTIAL ?
	    VERDICT_NONE : evidence->verdict;
	size_t i;

	if (finding->host == NULL)
		return true;
	for (i = 0; i < evidence->host_count; i++) {
		if (strcmp(evidence->hosts[i].name, finding->host) == 0)
			return evidence->hosts[i].verdict == verdict;
	}
	return false;
}

const struct finding *
evidence_main_finding(const struct evidence *evidence)
{
	const struct finding_list *findings = &evidence->findings;
	size_t i;

	for (i = 0; i < findings->count; i++) {
		if (explains(evidence, &findings->items[i]))
			return &findings->items[i];
	}
	return findings->count > 0 ? findings->items : NULL;
}
