#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "checker/report/json_take.h"
#include "checker/report/report_json_read_parts.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/* Limits beside those of the evidence: of both families. */
#define ADDRESSES_MAX	(2 * ANSWER_RECORDS_MAX)
/* Octets of a TLSA record's data: those of RDATA less its three numbers. */
#define DATA_MAX	(UINT16_MAX - TLSA_HEADER)

/* --- the addresses of a host */

/* As they are listed, in one answer of each family. */
static bool
read_address_list(const json_t *object, struct answer *a, struct answer *aaaa,
    char **why)
{
	struct address address;
	const json_t *array;
	const char *text;
	size_t i, count;

	if (!json_take_array(object, "list", ADDRESSES_MAX, &array, &count,
	    why))
		return false;
	for (i = 0; i < count; i++) {
		text = json_string_value(json_array_get(array, i));
		if (text == NULL || !address_from_text(&address, text, 0)) {
			*why = memory_format("list[%zu]: not an address", i);
			return false;
		}
		if (address.family == AF_INET)
			report_json_answer_add(a, address.octets, 4);
		else
			report_json_answer_add(aaaa, address.octets, 16);
	}
	return true;
}

/*
 * A family without addresses has no usable answer; if the status of both is
 * failed, the answer did not come in time.
 */
static void
lose_family(struct answer **answer, enum dnssec_status status)
{
	struct answer *lost = NULL;

	if ((*answer)->kind == ANSWER_RECORDS)
		return;
	if (status != DNSSEC_FAILED)
		lost = report_json_answer((*answer)->owner, (*answer)->type,
		    status == DNSSEC_BOGUS ? DNSSEC_BOGUS : DNSSEC_FAILED);
	answer_free(*answer);
	*answer = lost;
}

/*
 * Makes the answers of a host such that they have the status that was reported,
 * one for both families and for an alias. FAULTY: something was wrong with one
 * of them, but not which.
 */
static void
settle_families(struct host_evidence *host, enum dnssec_status status,
    bool faulty)
{
	const bool unusable = status == DNSSEC_FAILED ||
	    status == DNSSEC_BOGUS;

	if (!unusable && !faulty)
		return;
	if (host->a->kind == ANSWER_RECORDS &&
	    host->aaaa->kind == ANSWER_RECORDS) {
		/* Then it was the alias. */
		if (!unusable)
			return;
		host->a->dnssec = host->aaaa->dnssec = DNSSEC_INSECURE;
		host->a->aliased = true;
		host->cname = report_json_answer(host->name, DNS_CNAME, status);
		return;
	}
	lose_family(&host->a, status);
	lose_family(&host->aaaa, status);
}

static bool
read_addresses(const json_t *object, struct host_evidence *host, char **why)
{
	enum dnssec_status status;
	char *fault;
	bool asked;

	if (!report_json_read_status(object, &status, &asked, why) ||
	    !json_take_text(object, "why", &fault, why))
		return false;
	host->asked = asked;
	host->a = report_json_answer_usable(host->name, DNS_A, status);
	host->aaaa = report_json_answer_usable(host->name, DNS_AAAA, status);
	if (!read_address_list(object, host->a, host->aaaa, why) ||
	    !report_json_read_signers(object, host->a, why)) {
		free(fault);
		return false;
	}
	settle_families(host, asked ? status : DNSSEC_FAILED, fault != NULL);
	free(fault);
	return true;
}

/* --- its TLSA records */

static bool
read_record(const json_t *object, struct tlsa *record, char **why)
{
	unsigned int usage, selector, matching_type;

	if (!json_take_number(object, "usage", UINT8_MAX, &usage, why) ||
	    !json_take_number(object, "selector", UINT8_MAX, &selector, why) ||
	    !json_take_number(object, "matching_type", UINT8_MAX,
	    &matching_type, why) ||
	    !json_take_flag(object, "usable", &record->usable, why) ||
	    !json_take_text(object, "why", &record->why, why))
		return false;
	record->usage = (uint8_t)usage;
	record->selector = (uint8_t)selector;
	record->matching_type = (uint8_t)matching_type;
	return json_take_present(object, "data", why) &&
	    json_take_octets(object, "data", DATA_MAX, &record->data,
	    &record->size, why);
}

/* Whether they can be used is taken from the report: nothing is decoded. */
static bool
read_records(const json_t *object, struct tlsa_set *set, char **why)
{
	const json_t *array, *item;
	struct tlsa *record;
	size_t i, count;

	if (!json_take_array(object, "records", ANSWER_RECORDS_MAX, &array,
	    &count, why))
		return false;
	for (i = 0; i < count; i++) {
		if (!json_take_item(array, "records", i, &item, why))
			return false;
		set->records = memory_grow(set->records, set->count,
		    sizeof(*record));
		record = &set->records[set->count++];
		record->duplicate_of = i;
		if (!json_take_inside_item(read_record(item, record, why),
		    "records", i, why))
			return false;
	}
	return true;
}

static bool
read_tlsa(const json_t *object, struct host_evidence *host, char **why)
{
	struct tlsa_set *records = &host->judged.records;
	enum dnssec_status status;
	struct answer *answer;
	char *owner;
	bool asked;

	if (!report_json_read_status(object, &status, &asked, why) ||
	    !json_take_text(object, "owner", &owner, why))
		return false;
	if (asked) {
		answer = report_json_answer(owner != NULL ? owner : host->name,
		    DNS_TLSA, status);
		host->tlsa[0] = answer;
		host->judged.tlsa = answer;
	}
	free(owner);
	if (!read_records(object, records, why) ||
	    !report_json_read_signers(object, host->tlsa[0], why))
		return false;
	if (records->count > 0 && asked &&
	    host->tlsa[0]->kind != ANSWER_UNUSABLE) {
		host->tlsa[0]->kind = ANSWER_RECORDS;
		host->tlsa[0]->truncated =
		    records->count == ANSWER_RECORDS_MAX;
	}
	return true;
}

/* --- what its servers presented */

static const char *
stage_word(unsigned int i)
{
	return session_stage_name((enum session_stage)i);
}

static const char *
key_type_word(unsigned int i)
{
	return key_type_name((enum key_type)i);
}

static const struct json_words stage_words = { stage_word, STAGE_DONE + 1 };
static const struct json_words key_type_words = { key_type_word, KEY_TYPES };

static bool
read_certificate(const json_t *object, struct certificate *certificate,
    char **why)
{
	return json_take_text(object, "subject", &certificate->subject, why) &&
	    json_take_text(object, "issuer", &certificate->issuer, why) &&
	    json_take_time(object, "not_before", &certificate->not_before,
	    why) &&
	    json_take_time(object, "not_after", &certificate->not_after, why) &&
	    json_take_digest(object, "cert_sha256", certificate->cert_sha256,
	    why) &&
	    json_take_digest(object, "spki_sha256", certificate->spki_sha256,
	    why);
}

/* Of the certificates, only the server's own is compared. */
static bool
read_chain(const json_t *object, struct chain *chain, char **why)
{
	const json_t *array, *item;
	size_t count;

	if (!json_take_array(object, "chain", CHAIN_MAX, &array, &count, why))
		return false;
	if (count == 0)
		return json_take_wrong(why, "chain", "empty or missing");
	if (!json_take_item(array, "chain", 0, &item, why))
		return false;
	chain->certificates = memory_new(1, sizeof(*chain->certificates));
	chain->count = 1;
	return json_take_inside_item(read_certificate(item,
	    chain->certificates, why), "chain", 0, why);
}

/* 0: not known. */
static uint16_t
version_of(const char *protocol)
{
	static const struct {
		const char	*name;		/* static */
		uint16_t	 version;
	} versions[] = {
		{ "TLSv1", 0x0301 },
		{ "TLSv1.1", 0x0302 },
		{ "TLSv1.2", TLS_1_2 },
		{ "TLSv1.3", TLS_1_3 },
	};
	size_t i;

	for (i = 0; protocol != NULL &&
	    i < sizeof(versions) / sizeof(versions[0]); i++) {
		if (strcmp(versions[i].name, protocol) == 0)
			return versions[i].version;
	}
	return 0;
}

static bool
read_handshake(const json_t *object, struct handshake_evidence *handshake,
    char **why)
{
	struct handshake *seen = memory_new(1, sizeof(*seen));
	unsigned int key_type;

	handshake->seen = seen;
	seen->chain = memory_new(1, sizeof(*seen->chain));
	if (!json_take_word(object, "key_type", &key_type_words, &key_type,
	    why) ||
	    !json_take_text(object, "protocol", &seen->protocol, why) ||
	    !json_take_text(object, "cipher", &seen->cipher, why) ||
	    !json_take_text(object, "group", &seen->group, why) ||
	    !report_json_read_verdict(object, &handshake->judged.verdict,
	    why) ||
	    !read_chain(object, seen->chain, why))
		return false;
	if (key_type == key_type_words.count)
		return json_take_wrong(why, "key_type", "missing");
	seen->key_type = (enum key_type)key_type;
	seen->chain->certificates[0].key_type = seen->key_type;
	seen->version = version_of(seen->protocol);
	return true;
}

static bool
read_handshakes(const json_t *object, struct endpoint_evidence *endpoint,
    char **why)
{
	const json_t *array, *item;
	size_t i, count;

	if (!json_take_array(object, "handshakes", EVIDENCE_HANDSHAKES_MAX,
	    &array, &count, why))
		return false;
	for (i = 0; i < count; i++) {
		if (!json_take_item(array, "handshakes", i, &item, why))
			return false;
		endpoint->handshakes = memory_grow(endpoint->handshakes,
		    endpoint->handshake_count, sizeof(*endpoint->handshakes));
		endpoint->handshake_count++;
		if (!json_take_inside_item(read_handshake(item,
		    &endpoint->handshakes[i], why), "handshakes", i, why))
			return false;
	}
	return true;
}

static bool
read_endpoint(const json_t *object, struct endpoint_evidence *endpoint,
    char **why)
{
	unsigned int port, stage;
	const char *address;

	if (!json_take_present(object, "address", why) ||
	    !json_take_string(object, "address", &address, why) ||
	    !json_take_number(object, "port", UINT16_MAX, &port, why) ||
	    !report_json_read_verdict(object, &endpoint->judged.verdict, why) ||
	    !json_take_word(object, "stage", &stage_words, &stage, why) ||
	    !json_take_text(object, "error", &endpoint->error, why))
		return false;
	if (!address_from_text(&endpoint->address, address, (uint16_t)port))
		return json_take_wrong(why, "address", "not an address");
	endpoint->stage = stage < stage_words.count ?
	    (enum session_stage)stage : STAGE_CONNECT;
	endpoint->outcome = endpoint->stage == STAGE_DONE ? OUTCOME_DONE :
	    OUTCOME_UNTRIED;
	return read_handshakes(object, endpoint, why);
}

static bool
read_endpoints(const json_t *object, struct host_evidence *host, char **why)
{
	const json_t *array, *item;
	size_t i, count;

	if (!json_take_array(object, "endpoints", ADDRESSES_MAX, &array, &count,
	    why))
		return false;
	host->endpoints = memory_new(count, sizeof(*host->endpoints));
	for (i = 0; i < count; i++) {
		if (!json_take_item(array, "endpoints", i, &item, why))
			return false;
		host->endpoint_count++;
		if (!json_take_inside_item(read_endpoint(item,
		    &host->endpoints[i], why), "endpoints", i, why))
			return false;
	}
	host->address_total = count;
	if (count > 0)
		host->port = host->endpoints[0].address.port;
	return true;
}

/* --- hosts */

static bool
read_host_parts(const json_t *object, struct host_evidence *host, char **why)
{
	const json_t *addresses, *tlsa;

	return json_take_object(object, "addresses", &addresses, why) &&
	    json_take_inside(read_addresses(addresses, host, why), "addresses",
	    why) &&
	    json_take_object(object, "tlsa", &tlsa, why) &&
	    json_take_inside(read_tlsa(tlsa, host, why), "tlsa", why) &&
	    read_endpoints(object, host, why);
}

static bool
read_host(const json_t *object, struct host_evidence *host, char **why)
{
	unsigned int preference;

	if (!json_take_present(object, "name", why) ||
	    !json_take_text(object, "name", &host->name, why) ||
	    !json_take_number(object, "preference", UINT16_MAX, &preference,
	    why) ||
	    !report_json_read_verdict(object, &host->judged.verdict, why))
		return false;
	host->preference = (uint16_t)preference;
	host->port = 25;
	return read_host_parts(object, host, why);
}

/* There are no two of one name: each has its place in a comparison. */
static bool
is_repeated(const struct evidence *evidence, const struct host_evidence *host)
{
	const struct host_evidence *other;

	for (other = evidence->hosts; other < host; other++) {
		if (name_equal(other->name, host->name))
			return true;
	}
	return false;
}

bool
report_json_read_hosts(const json_t *object, struct evidence *evidence,
    char **why)
{
	const json_t *array, *item;
	struct host_evidence *host;
	size_t i, count;
	bool ok;

	if (!json_take_array(object, "hosts", EVIDENCE_HOSTS_MAX, &array,
	    &count, why))
		return false;
	evidence->hosts = memory_new(count, sizeof(*evidence->hosts));
	for (i = 0; i < count; i++) {
		if (!json_take_item(array, "hosts", i, &item, why))
			return false;
		host = &evidence->hosts[i];
		evidence->host_count++;
		ok = read_host(item, host, why);
		if (ok && is_repeated(evidence, host))
			ok = json_take_wrong(why, "name",
			    "of another host as well");
		if (!json_take_inside_item(ok, "hosts", i, why))
			return false;
	}
	/* As many as are looked at: there may have been more. */
	evidence->host_total = count + (count == EVIDENCE_HOSTS_MAX);
	return true;
}
