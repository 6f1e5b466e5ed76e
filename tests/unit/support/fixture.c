#include "tests/unit/support/fixture.h"

#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/name.h"
#include "tests/unit/support/certificates.h"

struct answer *
fixture_answer(const char *owner, enum dns_type type, enum answer_kind kind,
    enum dnssec_status status)
{
	struct answer *answer;

	if (status == DNSSEC_BOGUS || status == DNSSEC_FAILED) {
		answer = answer_unusable(owner, type, "something is wrong");
		answer->dnssec = status;
		return answer;
	}
	answer = memory_new(1, sizeof(*answer));
	answer->owner = memory_string(owner);
	answer->expanded = memory_string(owner);
	answer->type = type;
	answer->kind = kind;
	answer->dnssec = status;
	answer->ttl = 3600;
	if (status == DNSSEC_SECURE) {
		answer->signed_since = CERTIFICATES_NOW - CERTIFICATES_DAY;
		answer->signed_until = CERTIFICATES_NOW +
		    20 * CERTIFICATES_DAY;
	}
	return answer;
}

/* Signed by a zone for as long as the answer says. */
static struct answer *
sign(struct answer *answer, const char *zone)
{
	fixture_period(answer, zone, (uint16_t)answer->type);
	answer->periods[0].from = answer->signed_since;
	answer->periods[0].until = answer->signed_until;
	return answer;
}

/* The zone of a host: its domain, if it is not a domain itself. Borrowed. */
static const char *
zone_of(const char *host)
{
	const char *domain = strchr(host, '.');

	return domain == NULL || strchr(domain + 1, '.') == NULL ? host :
	    domain + 1;
}

void
fixture_add(struct answer *answer, const void *data, size_t size)
{
	struct answer_record *record;

	answer->records = memory_grow(answer->records, answer->count,
	    sizeof(*record));
	record = &answer->records[answer->count++];
	record->data = memory_copy(data, size);
	record->size = size;
}

struct evidence *
fixture_domain(const char *domain)
{
	struct evidence *evidence = evidence_new(domain);

	evidence->health = RESOLVER_HEALTHY;
	evidence->checked_at = CERTIFICATES_NOW;
	evidence->elapsed_ms = 412;
	evidence->deadline = 60;
	evidence->mx = sign(fixture_answer(domain, DNS_MX, ANSWER_RECORDS,
	    DNSSEC_SECURE), domain);
	return evidence;
}

struct host_evidence *
fixture_host(struct evidence *evidence, const char *name)
{
	static const uint8_t address[] = { 192, 0, 2, 1 };
	struct host_evidence *host;
	struct answer *mx = evidence->mx;

	evidence->hosts = memory_grow(evidence->hosts, evidence->host_count,
	    sizeof(*host));
	host = &evidence->hosts[evidence->host_count++];
	evidence->host_total++;
	host->name = memory_string(name);
	host->preference = (uint16_t)(10 * evidence->host_count);
	host->port = 25;
	host->asked = true;
	host->a = sign(fixture_answer(name, DNS_A, ANSWER_RECORDS,
	    DNSSEC_SECURE), zone_of(name));
	fixture_add(host->a, address, sizeof(address));
	host->aaaa = sign(fixture_answer(name, DNS_AAAA, ANSWER_NO_DATA,
	    DNSSEC_SECURE), zone_of(name));
	if (mx != NULL && mx->kind == ANSWER_RECORDS) {
		fixture_add(mx, "", 0);
		mx->records[mx->count - 1].name = memory_string(name);
	}
	return host;
}

void
fixture_tlsa(struct host_evidence *host, const struct tlsa *record)
{
	uint8_t *data = memory_new(record->size + 3, 1);
	char *owner = name_tlsa_owner(host->port, host->name);

	if (host->tlsa[0] == NULL)
		host->tlsa[0] = sign(fixture_answer(owner, DNS_TLSA,
		    ANSWER_RECORDS, DNSSEC_SECURE), zone_of(host->name));
	data[0] = record->usage;
	data[1] = record->selector;
	data[2] = record->matching_type;
	if (record->size > 0)
		memcpy(data + 3, record->data, record->size);
	fixture_add(host->tlsa[0], data, record->size + 3);
	free(owner);
	free(data);
}

void
fixture_tlsa_of(struct host_evidence *host, const struct chain *chain)
{
	const struct tlsa record = {
		.usage = TLSA_DANE_EE,
		.selector = TLSA_SPKI,
		.matching_type = TLSA_SHA2_256,
		.data = chain->certificates[0].spki_sha256,
		.size = CHAIN_DIGEST,
	};

	fixture_tlsa(host, &record);
}

void
fixture_handshake(struct endpoint_evidence *endpoint, const struct chain *chain)
{
	struct handshake *handshake = memory_new(1, sizeof(*handshake));

	handshake->chain = chain_copy(chain);
	handshake->key_type = chain->certificates[0].key_type;
	handshake->protocol = memory_string("TLSv1.3");
	handshake->cipher = memory_string("TLS_AES_256_GCM_SHA384");
	handshake->group = memory_string("x25519");
	endpoint->handshakes = memory_grow(endpoint->handshakes,
	    endpoint->handshake_count, sizeof(*endpoint->handshakes));
	endpoint->handshakes[endpoint->handshake_count++].seen = handshake;
}

struct endpoint_evidence *
fixture_endpoint(struct host_evidence *host, const char *address,
    enum session_outcome outcome, const struct chain *chain)
{
	struct endpoint_evidence *endpoint;

	host->endpoints = memory_grow(host->endpoints, host->endpoint_count,
	    sizeof(*endpoint));
	endpoint = &host->endpoints[host->endpoint_count++];
	host->address_total++;
	address_from_text(&endpoint->address, address, host->port);
	endpoint->outcome = outcome;
	endpoint->stage = outcome == OUTCOME_DONE ? STAGE_DONE :
	    STAGE_GREETING;
	if (outcome != OUTCOME_DONE)
		endpoint->error = memory_string("450 4.7.1 later");
	if (chain != NULL)
		fixture_handshake(endpoint, chain);
	return endpoint;
}

void
fixture_period(struct answer *answer, const char *zone, uint16_t type)
{
	struct answer_period *period;

	answer->periods = memory_grow(answer->periods, answer->period_count,
	    sizeof(*period));
	period = &answer->periods[answer->period_count++];
	period->owner = memory_string(answer->owner);
	period->zone = memory_string(zone);
	period->type = type;
	period->algorithm = 13;
	period->from = CERTIFICATES_NOW - 20 * CERTIFICATES_DAY;
	period->until = CERTIFICATES_NOW + 20 * CERTIFICATES_DAY;
}

void
fixture_deny(struct answer *answer, const char *zone, uint16_t iterations,
    bool opt_out)
{
	answer->denial = ANSWER_DENIES_BY_NSEC3;
	answer->iterations = iterations;
	answer->opt_out = opt_out;
	fixture_period(answer, zone, DNS_NSEC3);
}

void
fixture_ds(struct answer *answer, uint16_t key_tag, uint8_t algorithm)
{
	uint8_t data[4 + 32] = { (uint8_t)(key_tag >> 8), (uint8_t)key_tag,
		algorithm, 2 };

	memset(data + 4, 0x5a, sizeof(data) - 4);
	fixture_add(answer, data, sizeof(data));
}

void
fixture_key(struct answer *answer, uint8_t seed)
{
	uint8_t data[4 + 64] = { 1, 1, 3, 13 };

	memset(data + 4, seed, sizeof(data) - 4);
	fixture_add(answer, data, sizeof(data));
}

struct zone_evidence *
fixture_zone(struct evidence *evidence, const char *name, const char *parent,
    enum dnssec_status status)
{
	struct zone_evidence *zone = evidence_add_zone(evidence, name);

	if (parent == NULL) {
		zone->dnskey = fixture_answer(name, DNS_DNSKEY,
		    ANSWER_RECORDS, status);
		fixture_key(zone->dnskey, 1);
		return zone;
	}
	zone->parent = memory_string(parent);
	if (status == DNSSEC_INSECURE) {
		zone->ds = fixture_answer(name, DNS_DS, ANSWER_NO_DATA,
		    DNSSEC_SECURE);
		return zone;
	}
	zone->ds = fixture_answer(name, DNS_DS, ANSWER_RECORDS, DNSSEC_SECURE);
	fixture_ds(zone->ds, 4711, 13);
	fixture_period(zone->ds, parent, DNS_DS);
	zone->dnskey = fixture_answer(name, DNS_DNSKEY, ANSWER_RECORDS,
	    status);
	if (status == DNSSEC_SECURE) {
		fixture_key(zone->dnskey, 2);
		fixture_period(zone->dnskey, name, DNS_DNSKEY);
	}
	return zone;
}

struct chain *
fixture_chain(const char *cn, enum key_type key_type)
{
	const struct certificates_wish wish = { .cn = cn,
		.key_type = key_type };
	struct issued *issued = certificates_issue(&wish);
	struct chain *chain = certificates_chain(
	    (const struct issued *const *)&issued, 1);

	certificates_free(issued);
	return chain;
}

void
fixture_judge(struct evidence *evidence)
{
	const struct judge_options options = { 0 };

	judge(evidence, &options);
}
