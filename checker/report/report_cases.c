#include "checker/report/report_cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/host_dns.h"
#include "resolver/memory.h"

/* Cases in the making. */
struct builder {
	struct report_cases	 *cases;	/* borrowed */
	const struct evidence	 *evidence;	/* borrowed */
	/* All findings by host and address, then as settled (owned). */
	const struct finding	**findings;
	size_t			  count;
};

/* The part of the tree that a case is about. */
struct spot {
	const char	*host;		/* borrowed; NULL: the domain */
	struct address	 address;	/* family 0: the host's TLSA */
	int		 key_type;	/* or FINDING_ALL_KEY_TYPES */
};

static int
compare_spots(const char *host_a, const struct address *a, const char *host_b,
    const struct address *b)
{
	int order;

	if (host_a == NULL || host_b == NULL)
		order = (host_a != NULL) - (host_b != NULL);
	else
		order = strcmp(host_a, host_b);
	if (order != 0)
		return order;
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->octets, b->octets, sizeof(a->octets));
}

static int
by_spot(const void *left, const void *right)
{
	const struct finding *a = *(const struct finding *const *)left;
	const struct finding *b = *(const struct finding *const *)right;
	int order = compare_spots(a->place.host, &a->place.address,
	    b->place.host, &b->place.address);

	/* They are in one array: their addresses are in its order. */
	return order != 0 ? order : (a > b) - (a < b);
}

static void
builder_init(struct builder *builder, struct report_cases *cases,
    const struct evidence *evidence)
{
	const struct finding_list *list = &evidence->judged.findings;
	size_t i;

	builder->cases = cases;
	builder->evidence = evidence;
	builder->count = list->count;
	builder->findings = memory_new(list->count,
	    sizeof(*builder->findings));
	for (i = 0; i < list->count; i++)
		builder->findings[i] = &list->items[i];
	qsort(builder->findings, list->count, sizeof(*builder->findings),
	    by_spot);
}

/* The index of the first finding at the spot's host and address or behind. */
static size_t
first_at(const struct builder *builder, const struct spot *spot)
{
	size_t first = 0, end = builder->count, middle;
	const struct finding_place *place;

	while (first < end) {
		middle = first + (end - first) / 2;
		place = &builder->findings[middle]->place;
		if (compare_spots(place->host, &place->address, spot->host,
		    &spot->address) < 0)
			first = middle + 1;
		else
			end = middle;
	}
	return first;
}

/* A finding without a key type belongs to each case of its address. */
static bool
is_at(const struct finding *finding, const struct spot *spot)
{
	const int key_type = finding->place.key_type;

	return spot->address.family == 0 ||
	    key_type == FINDING_ALL_KEY_TYPES || key_type == spot->key_type;
}

/* "error ns-lame: ns1.example.org [192.0.2.53]: ...", then what to do. */
static void
put_details(FILE *out, const struct finding *finding)
{
	char *server = finding->place.server.name == NULL ?
	    memory_string("") : finding_server_text(&finding->place.server);
	char *advice = advice_list_text(&finding->advice);

	fprintf(out, "%s %s: %s%s%s\n", severity_name(finding->severity),
	    finding_code_name(finding->code), server,
	    *server != '\0' ? ": " : "", finding->text);
	if (advice != NULL)
		fprintf(out, "-> %s\n", advice);
	free(advice);
	free(server);
}

static void
add_finding(struct report_case *item, const struct finding *finding, FILE *out)
{
	/* The findings are settled: the most severe comes first. */
	if (item->summary == NULL)
		item->summary = memory_string(finding->text);
	if (finding->severity == SEVERITY_ERROR &&
	    item->verdict != VERDICT_UNKNOWN)
		item->verdict = VERDICT_FAIL;
	put_details(out, finding);
}

/* Takes ownership of NAME. */
static void
add_case(struct builder *builder, const struct spot *spot,
    enum verdict verdict, char *name)
{
	struct report_cases *cases = builder->cases;
	const struct finding *finding;
	struct report_case *item;
	char *details = NULL;
	size_t i, size;
	FILE *out = open_memstream(&details, &size);

	if (out == NULL)
		abort();
	cases->items = memory_grow(cases->items, cases->count, sizeof(*item));
	item = &cases->items[cases->count++];
	item->name = name;
	item->verdict = verdict;
	for (i = first_at(builder, spot); i < builder->count; i++) {
		finding = builder->findings[i];
		if (compare_spots(finding->place.host, &finding->place.address,
		    spot->host, &spot->address) != 0)
			break;
		if (is_at(finding, spot))
			add_finding(item, finding, out);
	}
	if (fclose(out) == EOF)
		abort();
	/* Without the final newline. */
	item->details = size > 0 ? memory_copy(details, size - 1) : NULL;
	free(details);
}

/* The verdict of the MX answer alone. */
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
add_endpoint(struct builder *builder, const struct host_evidence *host,
    const struct endpoint_evidence *endpoint)
{
	const struct handshake_evidence *handshake;
	char *address = address_text(&endpoint->address);
	struct spot spot = { host->name, endpoint->address,
		FINDING_ALL_KEY_TYPES };
	size_t i;

	for (i = 0; i < endpoint->handshake_count; i++) {
		handshake = &endpoint->handshakes[i];
		spot.key_type = (int)handshake->seen->key_type;
		add_case(builder, &spot, handshake->judged.verdict,
		    memory_format("%s [%s] %s", host->name, address,
		    key_type_name(handshake->seen->key_type)));
	}
	if (endpoint->handshake_count == 0)
		add_case(builder, &spot, endpoint->judged.verdict,
		    memory_format("%s [%s]", host->name, address));
	free(address);
}

void
report_cases_init(struct report_cases *cases, const struct evidence *evidence)
{
	struct spot spot = { .key_type = FINDING_ALL_KEY_TYPES };
	const struct host_evidence *host;
	struct builder builder;
	size_t i, j;

	*cases = (struct report_cases){ NULL, 0 };
	builder_init(&builder, cases, evidence);
	add_case(&builder, &spot, domain_verdict(evidence),
	    memory_format("DNSSEC of %s", evidence->domain));
	for (i = 0; i < evidence->host_count; i++) {
		host = &evidence->hosts[i];
		spot.host = host->name;
		add_case(&builder, &spot, host_dns_verdict(host->judged.dns),
		    memory_format("TLSA of %s", host->name));
		for (j = 0; j < host->endpoint_count; j++)
			add_endpoint(&builder, host, &host->endpoints[j]);
	}
	free(builder.findings);
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
	*cases = (struct report_cases){ NULL, 0 };
}
