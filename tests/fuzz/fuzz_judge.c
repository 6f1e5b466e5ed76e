/*
 * A domain built by the octets of the input, one choice after the other: its
 * answers, hosts, addresses, name servers, zones, what went wrong and what
 * strangers said. It is judged, compared with an earlier run, written in every
 * format, and is the same when it comes from a record or from a worker.
 */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/host_dns.h"
#include "checker/judge/compare.h"
#include "checker/tlsa/expectation.h"
#include "checker/tlsa/keyfile.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"
#include "tests/fuzz/forge.h"
#include "tests/fuzz/travel.h"
#include "tests/fuzz/written.h"
#include "tests/unit/support/fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Chains that servers present. */
#define CHAINS 4

int	LLVMFuzzerInitialize(int *argc, char ***argv);
int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is left of the input. */
struct octets {
	const uint8_t	*next;	/* borrowed */
	size_t		 left;
};

static struct chain *chains[CHAINS];

/* A leaf alone, one below a CA, an expired one, one that is not a name's. */
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const uint8_t orders[CHAINS][2][FORGE_ORDER] = {
		{ { 0x0c, 0, 0, 0 }, { 0x0c, 0, 1, 0 } },
		{ { 0x00, 1, 7, 0 }, { 0x01, 0, 1, 0 } },
		{ { 0x00, 1, 7, 0 }, { 0x02, 0, 0x11, 0 } },
		{ { 0x03, 1, 7, 0 }, { 0x00, 0, 3, 0 } },
	};
	struct forge forge;
	size_t i;

	(void)argc;
	(void)argv;
	forge_init(&forge);
	for (i = 0; i < CHAINS; i++) {
		forge_make(&forge, orders[i][0]);
		forge_make(&forge, orders[i][1]);
		chains[i] = forge_chain(&forge, i == 0, 0);
		forge_reset(&forge);
	}
	forge_clear(&forge);
	return 0;
}

/* The next octet; 0 past the end. */
static uint8_t
take(struct octets *octets)
{
	if (octets->left == 0)
		return 0;
	octets->left--;
	return *octets->next++;
}

/* Whether the next octet says so: one in four. */
static bool
take_chance(struct octets *octets)
{
	return take(octets) % 4 == 3;
}

/* Text from outside, made printable. Owned by the caller. */
static char *
take_text(struct octets *octets)
{
	size_t size = take(octets) % 64u;
	char *text;

	if (size > octets->left)
		size = octets->left;
	text = text_printable(octets->next, size);
	octets->next += size;
	octets->left -= size;
	return text;
}

/* Names as they may be in the DNS. Owned by the caller. */
static char *
take_name(struct octets *octets)
{
	static const char *const names[] = { FORGE_NAME, "mx2.example.org",
		"example.org", ".", "192.0.2.1", "a.example.net",
		"x\\032\\035\\035\\091x.example", "\\058\\058error\\058\\058x",
		"mx10.example.org", "_25._tcp.mx.example.org" };
	const uint8_t choice = take(octets);

	return memory_string(names[choice % COUNT(names)]);
}

static void
take_records(struct octets *octets, struct answer *answer)
{
	size_t count = take(octets) % 4u + 1, size;
	struct answer_record *record;

	for (; count > 0; count--) {
		size = answer->type == DNS_A ? 4 : answer->type == DNS_AAAA ?
		    16 : take(octets) % 40u;
		record = memory_grow(answer->records, answer->count,
		    sizeof(*record));
		answer->records = record;
		record += answer->count++;
		record->size = size;
		record->data = memory_new(size + 1, 1);
		while (size > 0)
			record->data[--size] = take(octets);
		if (answer->type == DNS_MX || answer->type == DNS_NS ||
		    answer->type == DNS_CNAME)
			record->name = take_name(octets);
	}
}

/* The keys, and for how long they sign. */
static void
take_signatures(struct octets *octets, struct answer *answer)
{
	struct answer_signer *signer;

	answer->signed_until = FORGE_NOW + 86400 * (take(octets) - 8);
	answer->signed_since = FORGE_NOW - 3600 * take(octets);
	answer->ttl = 1u << take(octets) % 32;
	answer->signed_ttl = answer->ttl;
	answer->signers = memory_new(1, sizeof(*signer));
	answer->signer_count = 1;
	signer = answer->signers;
	signer->zone = memory_string("example.org");
	signer->algorithm = take(octets);
	signer->key_tag = take(octets);
}

/* Any answer to a question; one in four is not there. Owned by the caller. */
static struct answer *
take_answer(struct octets *octets, const char *owner, enum dns_type type)
{
	static const struct {
		enum answer_kind	kind;
		enum dnssec_status	status;
	} states[] = {
		{ ANSWER_RECORDS, DNSSEC_SECURE },
		{ ANSWER_RECORDS, DNSSEC_INSECURE },
		{ ANSWER_NO_DATA, DNSSEC_SECURE },
		{ ANSWER_NO_DATA, DNSSEC_INSECURE },
		{ ANSWER_NO_NAME, DNSSEC_SECURE },
		{ ANSWER_NO_NAME, DNSSEC_INSECURE },
		{ ANSWER_UNUSABLE, DNSSEC_BOGUS },
		{ ANSWER_UNUSABLE, DNSSEC_FAILED },
	};
	const uint8_t choice = take(octets);
	struct answer *answer;
	char *why;

	if (choice % 32 >= 24)
		return NULL;
	answer = fixture_answer(owner, type,
	    states[choice % COUNT(states)].kind,
	    states[choice % COUNT(states)].status);
	if (answer->kind == ANSWER_UNUSABLE) {
		why = take_text(octets);
		free(answer->why);
		answer->why = memory_format("question: %s", why);
		free(why);
		return answer;
	}
	if (answer->kind == ANSWER_RECORDS)
		take_records(octets, answer);
	if (answer->dnssec == DNSSEC_SECURE && take_chance(octets))
		take_signatures(octets, answer);
	answer->aliased = take_chance(octets);
	if (answer->aliased) {
		free(answer->expanded);
		answer->expanded = take_name(octets);
	}
	answer->truncated = take_chance(octets);
	return answer;
}

/* Of a chain: RDATA in the answer, that matches it or nearly so. */
static void
add_record(struct octets *octets, struct answer *answer)
{
	const struct chain *chain = chains[take(octets) % CHAINS];
	const uint8_t choice = take(octets);
	const size_t at = choice % chain->count;
	struct tlsa tlsa;
	uint8_t *data;

	tlsa_of_certificate(&tlsa, &chain->certificates[at],
	    at == 0 ? TLSA_DANE_EE : TLSA_DANE_TA,
	    (enum tlsa_selector)(choice >> 2 & 1),
	    (enum tlsa_matching_type)((choice >> 3 & 3) % 3));
	data = memory_new(tlsa.size + TLSA_HEADER, 1);
	data[0] = tlsa.usage ^ (choice >> 7);
	data[1] = tlsa.selector;
	data[2] = tlsa.matching_type;
	memcpy(data + TLSA_HEADER, tlsa.data, tlsa.size);
	data[TLSA_HEADER] ^= (choice >> 6) & 1;
	fixture_add(answer, data, tlsa.size + TLSA_HEADER);
	free(data);
	free(tlsa.data);
}

static void
take_handshakes(struct octets *octets, struct endpoint_evidence *endpoint)
{
	static const char *const protocols[] = { "TLSv1.3", "TLSv1.2",
		"TLSv1", "SSLv3" };
	static const uint16_t versions[] = { 0x304, 0x303, 0x301, 0x300 };
	size_t count = take(octets) % 3u + 1, which;
	struct handshake *seen;

	for (; count > 0; count--) {
		fixture_handshake(endpoint, chains[take(octets) % CHAINS]);
		seen = endpoint->handshakes[endpoint->handshake_count - 1].seen;
		which = take(octets) % COUNT(protocols);
		free(seen->protocol);
		seen->protocol = memory_string(protocols[which]);
		seen->version = versions[which];
	}
	if (take_chance(octets))
		endpoint->incomplete = take_text(octets);
}

static void
take_endpoint(struct octets *octets, struct host_evidence *host)
{
	static const char *const addresses[] = { "192.0.2.1", "192.0.2.2",
		"2001:db8::1", "2001:db8::2", "127.0.0.1" };
	const char *address = addresses[take(octets) % COUNT(addresses)];
	const enum session_outcome outcome = (enum session_outcome)
	    (take(octets) % ((unsigned int)OUTCOME_LIMIT + 1));
	struct endpoint_evidence *endpoint = fixture_endpoint(host, address,
	    outcome, NULL);

	endpoint->plaintext_injected = take_chance(octets);
	endpoint->asks_certificate = take_chance(octets);
	if (outcome == OUTCOME_DONE) {
		take_handshakes(octets, endpoint);
		return;
	}
	endpoint->stage = (enum session_stage)(take(octets) %
	    (unsigned int)STAGE_DONE);
	free(endpoint->error);
	endpoint->error = take_text(octets);
	endpoint->reply_code = take_chance(octets) ? 400 + take(octets) : 0;
	endpoint->alert = take(octets);
	endpoint->rewrite = (enum session_rewrite)(take(octets) %
	    ((unsigned int)REWRITE_KEYWORD + 1));
}

static void
take_host(struct octets *octets, struct evidence *evidence)
{
	char *name = take_name(octets), *owner;
	struct host_evidence *host = fixture_host(evidence, name);
	size_t count, i;

	answer_free(host->a);
	answer_free(host->aaaa);
	host->asked = host_dns_can_ask(name,
	    answer_has_records(evidence->mx));
	host->a = take_answer(octets, name, DNS_A);
	host->aaaa = take_answer(octets, name, DNS_AAAA);
	host->cname = take_chance(octets) ?
	    take_answer(octets, name, DNS_CNAME) : NULL;
	owner = name_tlsa_owner(host->port, name);
	/* An answer to what was not asked is refused by recording_checks.c. */
	for (i = 0; i < EVIDENCE_BASES &&
	    host_dns_base_domain(host, i) != NULL; i++) {
		host->tlsa[i] = take_answer(octets, owner, DNS_TLSA);
		if (!answer_has_records(host->tlsa[i]))
			continue;
		for (count = take(octets) % 4u; count > 0; count--)
			add_record(octets, host->tlsa[i]);
	}
	/* Nobody is called where the DNS has no address. */
	count = answer_has_records(host->a) || answer_has_records(host->aaaa) ?
	    take(octets) % 4u : 0;
	for (; count > 0; count--)
		take_endpoint(octets, host);
	host->address_total += take_chance(octets);
	free(owner);
	free(name);
}

static void
take_server(struct octets *octets, struct evidence *evidence)
{
	struct server_evidence *server;
	struct answer *answer;
	char *name;
	size_t count;

	evidence->servers = memory_grow(evidence->servers,
	    evidence->server_count, sizeof(*server));
	server = &evidence->servers[evidence->server_count++];
	evidence->server_total++;
	server->zone = take_name(octets);
	server->name = take_name(octets);
	if (!take_chance(octets))
		address_from_text(&server->address, "192.0.2.53", 0);
	server->tcp = take_chance(octets);
	server->no_route = take_chance(octets);
	for (count = take(octets) % 3u; count > 0; count--) {
		name = take_name(octets);
		answer = take_answer(octets, name, take_chance(octets) ?
		    DNS_SOA : DNS_MX);
		if (answer != NULL)
			evidence_server_answer(server, answer);
		free(name);
	}
}

/* Who has signed it, or proves that it is not there. */
static void
take_periods(struct octets *octets, struct answer *answer)
{
	static const uint16_t types[] = { DNS_DS, DNS_DNSKEY, DNS_NSEC,
		DNS_NSEC3 };
	char *name;
	size_t count;

	if (answer == NULL || answer->kind == ANSWER_UNUSABLE)
		return;
	for (count = take(octets) % 3u; count > 0; count--) {
		name = take_name(octets);
		fixture_period(answer, name,
		    types[take(octets) % COUNT(types)]);
		free(name);
	}
	answer->denial = (enum answer_denial)(take(octets) % 3);
	answer->iterations = take(octets);
	answer->opt_out = take_chance(octets);
}

static void
take_zone(struct octets *octets, struct evidence *evidence)
{
	char *name = take_name(octets);
	struct zone_evidence *zone = evidence_zone(evidence, name) != NULL ?
	    NULL : evidence_add_zone(evidence, name);

	if (zone != NULL) {
		zone->parent = take_chance(octets) ? NULL : take_name(octets);
		zone->ds = take_answer(octets, name, DNS_DS);
		zone->dnskey = take_answer(octets, name, DNS_DNSKEY);
		take_periods(octets, zone->ds);
		take_periods(octets, zone->dnskey);
	}
	free(name);
}

static void
take_zones(struct octets *octets, struct evidence *evidence)
{
	size_t count;

	for (count = take(octets) % 8u; count > 0; count--)
		take_zone(octets, evidence);
	evidence_sort_zones(evidence);
	take_periods(octets, evidence->mx);
}

static bool
has_addresses(const struct evidence *evidence)
{
	size_t i;

	for (i = 0; i < evidence->host_count; i++) {
		if (evidence->hosts[i].endpoint_count > 0)
			return true;
	}
	return false;
}

static void
take_circumstances(struct octets *octets, struct evidence *evidence)
{
	evidence->elapsed_ms = take(octets);
	evidence->dns_only = take_chance(octets) && !has_addresses(evidence);
	evidence->chain_given = take_chance(octets);
	evidence->connected = !take_chance(octets);
	evidence->servers_unasked = take_chance(octets);
	if (take_chance(octets)) {
		evidence->health = (enum resolver_health)(take(octets) % 4);
		evidence->health_why = take_text(octets);
	}
	evidence->out_of_time = take_chance(octets);
	if (evidence->out_of_time)
		evidence->outstanding = take_text(octets);
	if (take_chance(octets))
		evidence->crash = take_text(octets);
	evidence->host_total += take_chance(octets);
}

static struct evidence *
take_evidence(struct octets *octets)
{
	struct evidence *evidence = fixture_domain("example.org");
	const uint8_t choice = take(octets);
	size_t count;

	if (choice % 8 == 7) {
		answer_free(evidence->mx);
		evidence->mx = NULL;
		evidence->host_mode = true;
	}
	for (count = take(octets) % 4u; count > 0; count--)
		take_host(octets, evidence);
	if (choice % 8 == 6 && evidence->host_count == 0) {
		answer_free(evidence->mx);
		evidence->mx = take_answer(octets, "example.org", DNS_MX);
	}
	for (count = take(octets) % 4u; count > 0; count--)
		take_server(octets, evidence);
	if (take_chance(octets))
		evidence->misplaced = take_answer(octets,
		    "_25._tcp.example.org", DNS_TLSA);
	take_circumstances(octets, evidence);
	take_zones(octets, evidence);
	return evidence;
}

/* --next: one of the chains. EXPECTATION, KEYFILE: what options borrow. */
static struct judge_options
take_options(struct octets *octets, struct expectation *expectation,
    struct keyfile *keyfile)
{
	struct judge_options options = {
		.warning_days = take(octets),
		.critical_days = take(octets) % 16,
		.ahead_days = take(octets) % 8,
		.next = keyfile,
		.expectations = expectation,
		.next_count = take_chance(octets),
		.expectation_count = take_chance(octets),
	};
	const struct certificate *leaf;
	const char *why;

	keyfile->chain = chains[take(octets) % CHAINS];
	leaf = keyfile->chain->certificates;
	keyfile->key_type = leaf->key_type;
	keyfile->spki = leaf->spki;
	keyfile->spki_size = leaf->spki_size;
	if (!expectation_init(expectation, "3 1 1", take_chance(octets), &why))
		abort();
	if (take_chance(octets))
		options.signature_warning = (struct expiry_limit){
			EXPIRY_PERCENT, take(octets) % 101 };
	if (take_chance(octets))
		options.signature_critical = (struct expiry_limit){
			EXPIRY_SECONDS, 3600.0 * take(octets) };
	return options;
}

static char *
write_reports(const struct evidence *evidence)
{
	return written_reports(evidence, (int)(evidence->elapsed_ms % 4) - 1);
}

static void
check(struct evidence *after, struct evidence *before,
    const struct judge_options *options)
{
	judge(after, options);
	judge(before, options);
	written_check_verdict(after);
	travel_check(after, options, write_reports);
	compare(after, before);
	free(write_reports(after));
	evidence_free(travel(after, RECORDING_REPORTED));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct octets octets = { data, size };
	struct keyfile keyfile = { .file = (char *)(uintptr_t)"next.pem" };
	struct expectation expectation;
	const struct judge_options options = take_options(&octets,
	    &expectation, &keyfile);
	struct evidence *after = take_evidence(&octets);
	struct evidence *before = take_evidence(&octets);

	check(after, before, &options);
	evidence_free(after);
	evidence_free(before);
	expectation_clear(&expectation);
	return 0;
}
