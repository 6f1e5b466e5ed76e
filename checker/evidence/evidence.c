#include "checker/evidence/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/endpoint_ends.h"
#include "checker/evidence/history.h"
#include "checker/evidence/self_test_facts.h"
#include "checker/evidence/sightings.h"
#include "resolver/memory.h"
#include "resolver/name.h"

struct evidence *
evidence_new(const char *domain)
{
	struct evidence *evidence = memory_new(1, sizeof(*evidence));

	evidence->domain = memory_string(domain);
	return evidence;
}

struct tool_evidence
evidence_tool_copy(const struct tool_evidence *tool)
{
	struct source_evidence *sources = NULL;

	if (tool == NULL)
		return (struct tool_evidence){ 0 };
	if (tool->source_count > 0)
		sources = memory_copy(tool->sources,
		    tool->source_count * sizeof(*sources));
	return (struct tool_evidence){
		.version = memory_string(tool->version),
		.openssl = memory_string(tool->openssl),
		.unbound = memory_string(tool->unbound),
		.dnssec = memory_string(tool->dnssec),
		.sources = sources,
		.source_count = tool->source_count,
	};
}

void
evidence_tool_clear(struct tool_evidence *tool)
{
	free(tool->version);
	free(tool->openssl);
	free(tool->unbound);
	free(tool->dnssec);
	free(tool->sources);
	*tool = (struct tool_evidence){ 0 };
}

static void
handshake_unjudge(struct handshake_judgement *judged)
{
	match_free(judged->matches, judged->match_count);
	*judged = (struct handshake_judgement){ 0 };
}

static void
endpoint_unjudge(struct endpoint_evidence *endpoint)
{
	size_t i;

	for (i = 0; i < endpoint->handshake_count; i++)
		handshake_unjudge(&endpoint->handshakes[i].judged);
	endpoint->judged = (struct endpoint_judgement){ 0 };
}

static void
host_unjudge(struct host_evidence *host)
{
	struct host_judgement *judged = &host->judged;
	size_t i;

	for (i = 0; i < host->endpoint_count; i++)
		endpoint_unjudge(&host->endpoints[i]);
	for (i = 0; i < judged->reference_name_count; i++)
		free(judged->reference_names[i]);
	for (i = 0; i < EVIDENCE_BASES; i++)
		sightings_free(judged->seen[i]);
	tlsa_set_clear(&judged->records);
	free(judged->record_matches);
	free(judged->place);
	*judged = (struct host_judgement){ 0 };
}

static void
zone_unjudge(struct zone_evidence *zone)
{
	free(zone->judged.why);
	zone->judged = (struct zone_judgement){ 0 };
}

static void
comparison_clear(struct comparison *comparison)
{
	size_t i;

	for (i = 0; i < comparison->count; i++) {
		free(comparison->changes[i].host);
		free(comparison->changes[i].before);
		free(comparison->changes[i].after);
	}
	free(comparison->changes);
}

static void
server_unjudge(struct server_evidence *server)
{
	size_t i;

	for (i = 0; i < server->judged.flaw_count; i++)
		free(server->judged.flaws[i].why);
	free(server->judged.flaws);
	server->judged = (struct server_judgement){ 0 };
}

void
evidence_unjudge(struct evidence *evidence)
{
	size_t i;

	for (i = 0; i < evidence->host_count; i++)
		host_unjudge(&evidence->hosts[i]);
	for (i = 0; i < evidence->zone_count; i++)
		zone_unjudge(&evidence->zones[i]);
	for (i = 0; i < evidence->server_count; i++)
		server_unjudge(&evidence->servers[i]);
	self_test_facts_unjudge(evidence->self_test);
	finding_list_clear(&evidence->judged.findings);
	comparison_clear(&evidence->judged.comparison);
	evidence->judged = (struct domain_judgement){ 0 };
}

void
evidence_endpoint_copy(struct endpoint_evidence *copy,
    const struct endpoint_evidence *original)
{
	size_t i;

	*copy = *original;
	copy->judged = (struct endpoint_judgement){ 0 };
	copy->error = memory_string(original->error);
	copy->incomplete = memory_string(original->incomplete);
	copy->long_hello_error = memory_string(original->long_hello_error);
	copy->replies = session_replies_copy(original->replies,
	    original->reply_count);
	copy->endings = endpoint_ends_copy(original->endings,
	    original->ending_count);
	copy->retried = endpoint_ends_copy(original->retried,
	    original->retried_count);
	copy->handshakes = memory_new(original->handshake_count,
	    sizeof(*copy->handshakes));
	for (i = 0; i < original->handshake_count; i++) {
		copy->handshakes[i].asked = original->handshakes[i].asked;
		copy->handshakes[i].shown = original->handshakes[i].shown;
		copy->handshakes[i].seen =
		    handshake_copy(original->handshakes[i].seen);
		copy->handshakes[i].strict_outcome =
		    original->handshakes[i].strict_outcome;
		copy->handshakes[i].strict_error =
		    memory_string(original->handshakes[i].strict_error);
	}
}

size_t
evidence_endpoint_octets(const struct endpoint_evidence *endpoint)
{
	const struct chain *chain;
	size_t i, j, octets = 0;

	for (i = 0; i < endpoint->handshake_count; i++) {
		chain = endpoint->handshakes[i].seen->chain;
		for (j = 0; j < chain->count; j++)
			octets += chain->certificates[j].size +
			    EVIDENCE_CERTIFICATE_OCTETS;
	}
	for (i = 0; i < endpoint->reply_count; i++)
		octets += endpoint->replies[i].size;
	return octets;
}

void
evidence_endpoint_clear(struct endpoint_evidence *endpoint)
{
	size_t i;

	endpoint_unjudge(endpoint);
	for (i = 0; i < endpoint->handshake_count; i++) {
		handshake_free(endpoint->handshakes[i].seen);
		free(endpoint->handshakes[i].strict_error);
	}
	free(endpoint->handshakes);
	session_replies_free(endpoint->replies, endpoint->reply_count);
	endpoint_ends_free(endpoint->endings, endpoint->ending_count);
	endpoint_ends_free(endpoint->retried, endpoint->retried_count);
	free(endpoint->error);
	free(endpoint->incomplete);
	free(endpoint->long_hello_error);
}

static void
host_clear(struct host_evidence *host)
{
	size_t i;

	for (i = 0; i < host->endpoint_count; i++)
		evidence_endpoint_clear(&host->endpoints[i]);
	free(host->endpoints);
	for (i = 0; i < EVIDENCE_BASES; i++)
		answer_free(host->tlsa[i]);
	for (i = 0; i < EVIDENCE_BASES; i++)
		sightings_free(host->known[i]);
	for (i = 0; i < host->history_count; i++)
		history_clear(&host->histories[i]);
	free(host->histories);
	answer_free(host->a);
	answer_free(host->aaaa);
	answer_free(host->cname);
	answer_free(host->above_tlsa);
	answer_free(host->replaced);
	answer_free(host->soa);
	free(host->name);
}

static void
server_clear(struct server_evidence *server)
{
	size_t i;

	server_unjudge(server);
	for (i = 0; i < server->answer_count; i++)
		answer_free(server->answers[i]);
	free(server->answers);
	free(server->zone);
	free(server->name);
}

static void
zone_forget(struct zone_evidence *zone)
{
	answer_free(zone->ds);
	answer_free(zone->dnskey);
	answer_free(zone->cds);
	zone->ds = zone->dnskey = zone->cds = NULL;
}

void
evidence_forget_zones(struct evidence *evidence)
{
	size_t i;

	for (i = 0; i < evidence->zone_count; i++)
		zone_forget(&evidence->zones[i]);
}

static void
zone_clear(struct zone_evidence *zone)
{
	size_t i;

	for (i = 0; i < zone->server_count; i++)
		server_clear(&zone->servers[i]);
	free(zone->servers);
	zone_forget(zone);
	free(zone->name);
	free(zone->parent);
}

void
evidence_dispute_clear(struct dispute_evidence *dispute)
{
	size_t i;

	for (i = 0; i < dispute->resolver_count; i++)
		server_clear(&dispute->resolvers[i]);
	free(dispute->resolvers);
	answer_free(dispute->heard);
	answer_free(dispute->root);
}

bool
evidence_is_disputed(const struct evidence *evidence,
    const struct answer *answer)
{
	const struct dispute_evidence *dispute;
	size_t i;

	if (!answer_is_broken(answer))
		return false;
	for (i = 0; i < evidence->dispute_count; i++) {
		dispute = &evidence->disputes[i];
		if (dispute->root == NULL &&
		    dispute->heard->type == answer->type &&
		    name_equal(dispute->heard->owner, answer->owner))
			return true;
	}
	/* One of those that are not here may be about it. */
	return evidence->root_lost &&
	    evidence->dispute_total > evidence->dispute_count;
}

void
evidence_free(struct evidence *evidence)
{
	size_t i;

	if (evidence == NULL)
		return;
	evidence_unjudge(evidence);
	self_test_facts_free(evidence->self_test);
	for (i = 0; i < evidence->host_count; i++)
		host_clear(&evidence->hosts[i]);
	free(evidence->hosts);
	for (i = 0; i < evidence->server_count; i++)
		server_clear(&evidence->servers[i]);
	free(evidence->servers);
	for (i = 0; i < evidence->zone_count; i++)
		zone_clear(&evidence->zones[i]);
	free(evidence->zones);
	for (i = 0; i < evidence->dispute_count; i++)
		evidence_dispute_clear(&evidence->disputes[i]);
	free(evidence->disputes);
	answer_free(evidence->tlsrpt);
	answer_free(evidence->mx);
	answer_free(evidence->misplaced);
	evidence_tool_clear(&evidence->tool);
	free(evidence->crash);
	free(evidence->health_why);
	free(evidence->outstanding);
	free(evidence->domain);
	free(evidence);
}

struct finding_server
evidence_server_place(const struct server_evidence *server)
{
	return (struct finding_server){
		.name = server->name,
		.address = server->address,
		.tcp = server->tcp,
	};
}

static bool
names_server(const struct answer *ns, const char *name)
{
	size_t i;

	for (i = 0; i < ns->count; i++) {
		if (ns->records[i].name != NULL &&
		    name_equal(ns->records[i].name, name))
			return true;
	}
	return false;
}

enum server_mention
evidence_server_listed(const struct evidence *evidence,
    const struct server_evidence *server)
{
	enum server_mention listed = MENTION_UNKNOWN;
	const struct server_evidence *other;
	const struct answer *ns;
	size_t i, j;

	for (i = 0; i < evidence->server_count; i++) {
		other = &evidence->servers[i];
		for (j = 0; j < other->answer_count; j++) {
			ns = other->answers[j];
			if (ns->type != DNS_NS || !answer_has_records(ns) ||
			    !name_equal(other->zone, server->zone) ||
			    !name_equal(ns->owner, server->zone))
				continue;
			if (names_server(ns, server->name))
				return MENTION_YES;
			listed = MENTION_NO;
		}
	}
	return listed;
}

/*
 * Octets of an SOA record from its serial number to its end (RFC 1035 3.3.13).
 */
#define SOA_NUMBERS 20

/* One of the numbers at the end of an SOA record, so many octets behind it. */
static bool
soa_number(const struct answer *answer, size_t from_end, uint32_t *number)
{
	const struct answer_record *record = answer->records;
	const uint8_t *octets;

	if (answer->type != DNS_SOA || answer->count != 1 ||
	    record->size <= SOA_NUMBERS)
		return false;
	octets = record->data + record->size - from_end;
	*number = (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 |
	    (uint32_t)octets[2] << 8 | octets[3];
	return true;
}

bool
evidence_soa_serial(const struct answer *answer, uint32_t *serial)
{
	return soa_number(answer, SOA_NUMBERS, serial);
}

bool
evidence_soa_minimum(const struct answer *answer, uint32_t *minimum)
{
	return soa_number(answer, sizeof(*minimum), minimum);
}

const char *
server_mention_name(enum server_mention mention)
{
	static const char *const names[] = {
		[MENTION_UNKNOWN] = "unknown",
		[MENTION_NO] = "no",
		[MENTION_YES] = "yes",
	};

	return names[mention];
}

void
evidence_server_answer(struct server_evidence *server, struct answer *answer)
{
	server->answers = memory_grow(server->answers, server->answer_count,
	    sizeof(*server->answers));
	server->answers[server->answer_count++] = answer;
}

struct zone_evidence *
evidence_zone(const struct evidence *evidence, const char *name)
{
	size_t i;

	for (i = 0; i < evidence->zone_count; i++) {
		if (name_equal(evidence->zones[i].name, name))
			return &evidence->zones[i];
	}
	return NULL;
}

struct zone_evidence *
evidence_add_zone(struct evidence *evidence, const char *name)
{
	struct zone_evidence *zone;

	evidence->zone_total++;
	if (evidence->zone_count == EVIDENCE_ZONES_MAX)
		return NULL;
	evidence->zones = memory_grow(evidence->zones, evidence->zone_count,
	    sizeof(*zone));
	zone = &evidence->zones[evidence->zone_count++];
	zone->name = memory_string(name);
	return zone;
}

void
evidence_remove_zone(struct evidence *evidence, size_t i)
{
	zone_clear(&evidence->zones[i]);
	evidence->zone_total--;
	evidence->zone_count--;
	memmove(&evidence->zones[i], &evidence->zones[i + 1],
	    (evidence->zone_count - i) * sizeof(*evidence->zones));
}

/* By depth, and then by name, for qsort. */
static int
compare_zones(const void *a, const void *b)
{
	const struct zone_evidence *left = a, *right = b;
	const size_t labels = name_label_count(left->name);
	const size_t others = name_label_count(right->name);

	if (labels != others)
		return labels < others ? -1 : 1;
	return name_compare_natural(left->name, right->name);
}

void
evidence_sort_zones(struct evidence *evidence)
{
	if (evidence->zone_count > 1)
		qsort(evidence->zones, evidence->zone_count,
		    sizeof(*evidence->zones), compare_zones);
}

const struct handshake_evidence *
handshake_next(const struct host_evidence *host, struct handshake_walk *walk)
{
	while (walk->endpoint == NULL ||
	    walk->handshakes == walk->endpoint->handshake_count) {
		if (walk->endpoints == host->endpoint_count)
			return NULL;
		walk->endpoint = &host->endpoints[walk->endpoints++];
		walk->handshakes = 0;
	}
	return &walk->endpoint->handshakes[walk->handshakes++];
}

const char *
change_kind_name(enum change_kind kind)
{
	static const char *const names[] = {
		[CHANGE_NONE] = NULL,
		[CHANGE_NEW] = "new",
		[CHANGE_VERDICT] = "verdict",
		[CHANGE_MX] = "mx",
		[CHANGE_ADDRESS] = "address",
		[CHANGE_TLSA] = "tlsa",
		[CHANGE_KEY] = "key",
		[CHANGE_ISSUER] = "issuer",
		[CHANGE_KEY_TYPE] = "key-type",
		[CHANGE_TLS] = "tls",
		[CHANGE_DNSSEC] = "dnssec",
	};

	return names[kind];
}

/* How many MX records have the root as their target (RFC 7505 3). */
static size_t
count_null_mx(const struct answer *mx)
{
	size_t i, count = 0;

	for (i = 0; i < mx->count; i++)
		count += mx->records[i].name != NULL &&
		    strcmp(mx->records[i].name, ".") == 0;
	return count;
}

bool
evidence_is_null_mx(const struct evidence *evidence)
{
	const struct answer *mx = evidence->mx;

	/* Several say the same to every sender. */
	return answer_has_records(mx) && count_null_mx(mx) == mx->count;
}

bool
evidence_mixes_null_mx(const struct evidence *evidence)
{
	const struct answer *mx = evidence->mx;

	return answer_has_records(mx) && count_null_mx(mx) > 0 &&
	    count_null_mx(mx) < mx->count;
}

bool
evidence_is_implicit_mx(const struct evidence *evidence)
{
	/* RFC 5321 5.1: without MX records the domain is its own host. */
	return evidence->mx != NULL && evidence->mx->kind == ANSWER_NO_DATA;
}

static bool
answer_pins_ca(const struct answer *answer)
{
	size_t i;

	for (i = 0; answer != NULL && i < answer->count; i++) {
		if (answer->records[i].size > 0 &&
		    answer->records[i].data[0] == TLSA_DANE_TA)
			return true;
	}
	return false;
}

bool
evidence_pins_ca(const struct evidence *evidence)
{
	const struct host_evidence *host;
	size_t i, j;

	for (i = 0; i < evidence->host_count; i++) {
		host = &evidence->hosts[i];
		for (j = 0; j < EVIDENCE_BASES; j++) {
			if (answer_pins_ca(host->tlsa[j]))
				return true;
		}
	}
	return false;
}

time_t
evidence_as_of(const struct evidence *evidence)
{
	return evidence->checked_at +
	    (time_t)(evidence->judged.ahead_days * (24.0 * 60 * 60));
}

int
evidence_exit_status(const struct evidence *evidence)
{
	const struct domain_judgement *judged = &evidence->judged;

	if (judged->comparison.made && judged->comparison.count == 0)
		return verdict_exit_status(VERDICT_PASS);
	if (judged->verdict == VERDICT_PASS &&
	    finding_list_has(&judged->findings, FINDING_NEXT_TOO_EARLY))
		return verdict_exit_status(VERDICT_NONE);
	return verdict_exit_status(judged->verdict);
}
