#include "checker/report/report_cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/host_dns.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/* The part of the tree that a case is about. */
struct spot {
	const char	*host;		/* borrowed; NULL: the domain */
	struct address	 address;	/* family 0: the host's TLSA */
	enum key_type	 key_type;	/* or KEY_ALL */
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

void
report_cases_init(struct report_cases *cases, const struct evidence *evidence)
{
	const struct finding_list *list = &evidence->judged.findings;
	size_t i;

	*cases = (struct report_cases){
		.evidence = evidence,
		.findings = memory_new(list->count, sizeof(*cases->findings)),
		.count = list->count,
	};
	for (i = 0; i < list->count; i++)
		cases->findings[i] = &list->items[i];
	qsort(cases->findings, list->count, sizeof(*cases->findings), by_spot);
}

void
report_cases_clear(struct report_cases *cases)
{
	free(cases->findings);
	*cases = (struct report_cases){ .findings = NULL };
}

void
report_case_clear(struct report_case *item)
{
	free(item->name);
	free(item->details);
	*item = (struct report_case){ .name = NULL };
}

/* The index of the first finding at the spot's host and address or behind. */
static size_t
first_at(const struct report_cases *cases, const struct spot *spot)
{
	size_t first = 0, end = cases->count, middle;
	const struct finding_place *place;

	while (first < end) {
		middle = first + (end - first) / 2;
		place = &cases->findings[middle]->place;
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
	const enum key_type key_type = finding->place.key_type;

	return spot->address.family == 0 ||
	    key_type == FINDING_ALL_KEY_TYPES || key_type == spot->key_type;
}

/*
 * What a finding is about beside the host and address of its case: a name
 * server, or a zone. Owned by the caller.
 */
static char *
place_text(const struct finding_place *place)
{
	if (place->server.name != NULL)
		return finding_server_text(&place->server);
	return place->zone != NULL ? memory_format("zone %s", place->zone) :
	    memory_string("");
}

/* "error ns-lame: ns1.example.org [192.0.2.53]: ...", then what to do. */
static void
put_details(FILE *out, const struct finding *finding)
{
	char *place = place_text(&finding->place);
	char *advice = advice_list_text(&finding->advice);

	fprintf(out, "%s %s: %s%s%s\n", severity_name(finding->severity),
	    finding_code_name(finding->code), place,
	    *place != '\0' ? ": " : "", finding->text);
	if (advice != NULL)
		fprintf(out, "-> %s\n", advice);
	free(advice);
	free(place);
}

static void
add_finding(struct report_case *item, const struct finding *finding, FILE *out)
{
	/* The findings are settled: the most severe comes first. */
	if (item->summary == NULL)
		item->summary = finding->text;
	/* What is beyond a limit is not known; it has not failed. */
	if (finding->severity == SEVERITY_ERROR &&
	    finding->code != FINDING_LIMIT_REACHED &&
	    item->verdict != VERDICT_UNKNOWN)
		item->verdict = VERDICT_FAIL;
	put_details(out, finding);
}

static bool
is_beyond_limit(const struct finding *finding)
{
	return finding->code == FINDING_LIMIT_REACHED &&
	    finding->severity == SEVERITY_ERROR;
}

/*
 * Ends lines that were written into memory, to *DETAILS and *SIZE. They are
 * returned without the final newline, owned by the caller; NULL: there is none.
 */
static char *
close_details(FILE *out, char **details, const size_t *size)
{
	if (fclose(out) == EOF)
		abort();
	if (*size == 0) {
		free(*details);
		return NULL;
	}
	(*details)[*size - 1] = '\0';
	return *details;
}

/* Takes ownership of NAME. */
static void
make_case(const struct report_cases *cases, struct report_case *item,
    const struct spot *spot, enum verdict verdict, char *name)
{
	const struct finding *finding;
	bool limited = false;
	char *details = NULL;
	size_t i, size;
	FILE *out = open_memstream(&details, &size);

	if (out == NULL)
		abort();
	*item = (struct report_case){ .name = name, .verdict = verdict };
	for (i = first_at(cases, spot); i < cases->count; i++) {
		finding = cases->findings[i];
		if (compare_spots(finding->place.host, &finding->place.address,
		    spot->host, &spot->address) != 0)
			break;
		if (!is_at(finding, spot))
			continue;
		limited |= is_beyond_limit(finding);
		add_finding(item, finding, out);
	}
	if (limited && item->verdict != VERDICT_FAIL)
		item->verdict = VERDICT_UNKNOWN;
	item->details = close_details(out, &details, &size);
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
	if (evidence_mixes_null_mx(evidence))
		return VERDICT_FAIL;
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

/* The verdict of the host's DNS alone; with no usable record it is none. */
static enum verdict
host_verdict(const struct host_evidence *host)
{
	const struct host_judgement *judged = &host->judged;

	return judged->dns == HOST_DNS_DANE &&
	    tlsa_set_usable(&judged->records) == 0 ? VERDICT_NONE :
	    host_dns_verdict(judged->dns);
}

/* Whether an earlier handshake of the address has its key type (--repeat). */
static bool
is_further(const struct endpoint_evidence *endpoint, size_t handshake)
{
	size_t i;

	for (i = 0; i < handshake; i++) {
		if (endpoint->handshakes[i].seen->key_type ==
		    endpoint->handshakes[handshake].seen->key_type)
			return true;
	}
	return false;
}

/* Of all handshakes with a key type. */
static enum verdict
key_type_verdict(const struct endpoint_evidence *endpoint, enum key_type type)
{
	struct verdict_count count = { { 0 } };
	size_t i;

	for (i = 0; i < endpoint->handshake_count; i++) {
		if (endpoint->handshakes[i].seen->key_type == type)
			verdict_add(&count,
			    endpoint->handshakes[i].judged.verdict);
	}
	return verdict_sum(&count, VERDICT_ABSENT);
}

/* The next key type of the next address; or that address alone. */
static void
next_endpoint(struct report_cases *cases, const struct host_evidence *host,
    struct report_case *item)
{
	const struct endpoint_evidence *endpoint =
	    &host->endpoints[cases->endpoint];
	char *address = address_text(&endpoint->address);
	enum key_type type;
	struct spot spot = { host->name, endpoint->address,
		FINDING_ALL_KEY_TYPES };

	if (endpoint->handshake_count == 0) {
		make_case(cases, item, &spot, endpoint->judged.verdict,
		    memory_format("%s [%s]", host->name, address));
	} else {
		type = endpoint->handshakes[cases->handshake++].seen->key_type;
		spot.key_type = type;
		make_case(cases, item, &spot, key_type_verdict(endpoint, type),
		    memory_format("%s [%s] %s", host->name, address,
		    key_type_name(type)));
	}
	while (cases->handshake < endpoint->handshake_count &&
	    is_further(endpoint, cases->handshake))
		cases->handshake++;
	if (cases->handshake == endpoint->handshake_count) {
		cases->endpoint++;
		cases->handshake = 0;
	}
	free(address);
}

/* Whether the way to the answer leads through the zone. */
static bool
is_on_way(const struct answer *answer, const struct zone_evidence *zone)
{
	return answer != NULL &&
	    (name_is_at_or_below(answer->owner, zone->name) ||
	    name_is_at_or_below(answer->expanded, zone->name));
}

static bool
host_depends(const struct host_evidence *host, const struct zone_evidence *zone)
{
	const struct answer *const answers[] = { host->a, host->aaaa,
		host->cname, host->tlsa[0], host->tlsa[1] };
	size_t i;

	if (host->judged.verdict == VERDICT_PASS ||
	    host->judged.verdict == VERDICT_ABSENT)
		return false;
	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (is_on_way(answers[i], zone))
			return true;
	}
	return false;
}

/*
 * Whether a zone that is not secure can have to do with what DANE lacks: not
 * what aliases lead to of hosts that pass by their own names (RFC 7672 2.2.2).
 */
static bool
depends(const struct evidence *evidence, const struct zone_evidence *zone)
{
	size_t i;

	if (evidence->mx != NULL && evidence->mx->dnssec != DNSSEC_SECURE &&
	    is_on_way(evidence->mx, zone))
		return true;
	for (i = 0; i < evidence->host_count; i++) {
		if (host_depends(&evidence->hosts[i], zone))
			return true;
	}
	return false;
}

static enum verdict
zone_verdict(const struct evidence *evidence, const struct zone_evidence *zone)
{
	static const enum verdict verdicts[] = {
		[DNSSEC_FAILED] = VERDICT_UNKNOWN,
		[DNSSEC_BOGUS] = VERDICT_FAIL,
		[DNSSEC_INSECURE] = VERDICT_NONE,
		[DNSSEC_SECURE] = VERDICT_PASS,
	};
	const enum verdict verdict = verdicts[zone->judged.dnssec];

	/* What passes depends on no zone that does not. */
	if (verdict != VERDICT_PASS &&
	    evidence->judged.verdict == VERDICT_PASS)
		return VERDICT_ABSENT;
	return verdict == VERDICT_PASS || verdict == VERDICT_FAIL ||
	    depends(evidence, zone) ? verdict : VERDICT_ABSENT;
}

static bool
is_about_zone(const struct finding *finding, const struct zone_evidence *zone)
{
	return finding_code_is_trust(finding->code) &&
	    finding->place.zone != NULL &&
	    strcmp(finding->place.zone, zone->name) == 0;
}

/* Whether a finding says why the zone is not secure. */
static bool
is_explained(const struct finding_list *list, const struct zone_evidence *zone)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (is_about_zone(&list->items[i], zone) &&
		    strcmp(list->items[i].text, zone->judged.why) == 0)
			return true;
	}
	return false;
}

/*
 * Why the zone cannot be relied on; and what was found about it, each code
 * once, with what to do. The verdict is that of the zone alone: findings are in
 * the cases of what depends on it, too.
 */
static char *
zone_details(const struct evidence *evidence, const struct zone_evidence *zone)
{
	const struct finding_list *list = &evidence->judged.findings;
	bool told[FINDING_CODE_COUNT] = { false };
	const struct finding *finding;
	char *details;
	size_t i, size;
	FILE *out = open_memstream(&details, &size);

	if (out == NULL)
		abort();
	if (zone->judged.why != NULL && !is_explained(list, zone))
		fprintf(out, "%s\n", zone->judged.why);
	for (i = 0; i < list->count; i++) {
		finding = &list->items[i];
		if (!is_about_zone(finding, zone) || told[finding->code])
			continue;
		told[finding->code] = true;
		put_details(out, finding);
	}
	return close_details(out, &details, &size);
}

static void
make_zone_case(struct report_case *item, const struct evidence *evidence,
    const struct zone_evidence *zone)
{
	*item = (struct report_case){
		.name = memory_format("zone %s", zone->name),
		.verdict = zone_verdict(evidence, zone),
		.summary = zone->judged.why,
		.details = zone_details(evidence, zone),
	};
}

bool
report_cases_next(struct report_cases *cases, struct report_case *item)
{
	const struct evidence *evidence = cases->evidence;
	struct spot spot = { .key_type = FINDING_ALL_KEY_TYPES };
	const struct host_evidence *host;

	if (!cases->in_zones) {
		cases->in_zones = true;
		make_case(cases, item, &spot, domain_verdict(evidence),
		    memory_format("DNSSEC of %s", evidence->domain));
		return true;
	}
	if (cases->zone < evidence->zone_count) {
		make_zone_case(item, evidence,
		    &evidence->zones[cases->zone++]);
		return true;
	}
	if (cases->host == evidence->host_count)
		return false;
	host = &evidence->hosts[cases->host];
	if (!cases->in_host) {
		cases->in_host = true;
		spot.host = host->name;
		make_case(cases, item, &spot, host_verdict(host),
		    memory_format("TLSA of %s", host->name));
	} else {
		next_endpoint(cases, host, item);
	}
	if (cases->endpoint == host->endpoint_count) {
		cases->host++;
		cases->in_host = false;
		cases->endpoint = 0;
	}
	return true;
}
