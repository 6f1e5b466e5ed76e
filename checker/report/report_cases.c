#include "checker/report/report_cases.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/host_dns.h"
#include "resolver/memory.h"

/* Which part of the tree a case is about; members that are NULL are open. */
struct place {
	const char	*host;
	const char	*address;
	enum key_type	 key_type;
};

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* A finding without key type is told at each of the address's cases. */
static bool
is_at(const struct finding *finding, const struct place *place)
{
	return same(finding->host, place->host) &&
	    same(finding->address, place->address) &&
	    (finding->key_type == place->key_type ||
	    (finding->address != NULL && finding->key_type == KEY_UNKNOWN) ||
	    finding->address == NULL);
}

static void
add_case(struct report_cases *cases, const struct evidence *evidence,
    const struct place *place, enum verdict verdict, char *name)
{
	const struct finding *finding;
	struct report_case *item;
	char *line;
	size_t i;

	cases->items = memory_grow(cases->items, cases->count, sizeof(*item));
	item = &cases->items[cases->count++];
	item->name = name;
	item->verdict = verdict;
	/* The findings are sorted: the gravest comes first. */
	for (i = 0; i < evidence->findings.count; i++) {
		finding = &evidence->findings.items[i];
		if (!is_at(finding, place))
			continue;
		if (item->summary == NULL)
			item->summary = memory_string(finding->text);
		if (finding->severity == SEVERITY_ERROR &&
		    item->verdict != VERDICT_UNKNOWN)
			item->verdict = VERDICT_FAIL;
		line = memory_format("%s %s: %s",
		    severity_name(finding->severity),
		    finding_code_name(finding->code), finding->text);
		item->details = memory_join(item->details, "\n", line);
		free(line);
		if (finding->advice == NULL)
			continue;
		line = memory_format("-> %s", finding->advice);
		item->details = memory_join(item->details, "\n", line);
		free(line);
	}
}

/* What the MX answer alone says. */
static enum verdict
domain_verdict(const struct evidence *evidence)
{
	const struct answer *mx = evidence->mx;

	if (evidence->health != RESOLVER_HEALTHY)
		return VERDICT_UNKNOWN;
	if (evidence->host_mode)
		return VERDICT_PASS;
	if (mx == NULL)
		return VERDICT_UNKNOWN;
	switch (mx->dnssec) {
	case DNSSEC_FAILED:
		return VERDICT_UNKNOWN;
	case DNSSEC_BOGUS:
		return VERDICT_FAIL;
	case DNSSEC_INSECURE:
		return VERDICT_NONE;
	case DNSSEC_SECURE:
		break;
	}
	return evidence_is_null_mx(evidence) ? VERDICT_NONE : VERDICT_PASS;
}

static void
add_endpoint(struct report_cases *cases, const struct evidence *evidence,
    const struct host_evidence *host,
    const struct endpoint_evidence *endpoint)
{
	char *address = address_text(&endpoint->address);
	struct place place = { host->name, address, KEY_UNKNOWN };
	size_t i;

	for (i = 0; i < endpoint->handshake_count; i++) {
		place.key_type = endpoint->handshakes[i].handshake->key_type;
		add_case(cases, evidence, &place, endpoint->handshakes[i].verdict,
		    memory_format("%s [%s] %s", host->name, address,
		    key_type_name(place.key_type)));
	}
	if (endpoint->handshake_count == 0)
		add_case(cases, evidence, &place, endpoint->verdict,
		    memory_format("%s [%s]", host->name, address));
	free(address);
}

void
report_cases_init(struct report_cases *cases, const struct evidence *evidence)
{
	const struct host_evidence *host;
	struct place place = { 0 };
	size_t i, j;

	cases->items = NULL;
	cases->count = 0;
	add_case(cases, evidence, &place, domain_verdict(evidence),
	    memory_format("DNSSEC of %s", evidence->domain));
	for (i = 0; i < evidence->host_count; i++) {
		host = &evidence->hosts[i];
		place.host = host->name;
		add_case(cases, evidence, &place, host_dns_verdict(
		    host_dns_state(host)),
		    memory_format("TLSA of %s", host->name));
		for (j = 0; j < host->endpoint_count; j++)
			add_endpoint(cases, evidence, host,
			    &host->endpoints[j]);
	}
}

void
report_cases_clear(struct report_cases *cases)
{
	size_t i;

	for (i = 0; i < cases->count; i++) {
		free(cases->items[i].name);
		free(cases->items[i].summary);
		free(cases->items[i].details);
	}
	free(cases->items);
	cases->items = NULL;
	cases->count = 0;
}
