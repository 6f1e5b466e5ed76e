/*
 * JSON: one line for each domain, an object. Every key is always there; what is
 * not known is null.
 */
#include "checker/report/report_json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/host_dns.h"
#include "checker/report/provenance.h"
#include "checker/report/report.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* Adds a member, taking ownership of VALUE. */
static void
set(json_t *object, const char *key, json_t *value)
{
	if (value == NULL || json_object_set_new(object, key, value) == -1)
		abort();
}

static void
append(json_t *array, json_t *value)
{
	if (value == NULL || json_array_append_new(array, value) == -1)
		abort();
}

json_t *
report_json_text(const char *text)
{
	json_t *value;
	char *safe;

	if (text == NULL)
		return json_null();
	value = json_string(text);
	if (value != NULL)
		return value;
	/* Not UTF-8: made visible, so that nothing is lost. */
	safe = text_printable(text, strlen(text));
	value = json_string(safe);
	free(safe);
	return value;
}

/* Takes ownership of TEXT. */
static json_t *
json_owned(char *text)
{
	json_t *value = report_json_text(text);

	free(text);
	return value;
}

/* 0: not known. */
static json_t *
json_time(time_t when)
{
	return when == 0 ? json_null() : json_owned(text_time(when));
}

/* NULL: not asked. */
static json_t *
json_status(const struct answer *answer)
{
	return answer == NULL ? json_null() :
	    json_string(dnssec_status_name(answer->dnssec));
}

static json_t *
json_ttl(const struct answer *answer)
{
	return answer == NULL || answer->kind == ANSWER_UNUSABLE ?
	    json_null() : json_integer(answer->ttl);
}

static json_t *
json_signer(const struct answer_signer *signer)
{
	json_t *object = json_object();

	set(object, "zone", report_json_text(signer->zone));
	set(object, "algorithm", json_integer(signer->algorithm));
	set(object, "key_tag", json_integer(signer->key_tag));
	return object;
}

static int
compare_signers(const struct answer_signer *a, const struct answer_signer *b)
{
	const int zones = strcmp(a->zone, b->zone);

	if (zones != 0)
		return zones;
	if (a->algorithm != b->algorithm)
		return a->algorithm < b->algorithm ? -1 : 1;
	return (int)a->key_tag - (int)b->key_tag;
}

/* The keys that sign two answers (sorted; NULL: none), each key once. */
static json_t *
json_signers(const struct answer *a, const struct answer *b)
{
	const size_t a_count = a != NULL ? a->signer_count : 0;
	const size_t b_count = b != NULL ? b->signer_count : 0;
	json_t *array = json_array();
	size_t i = 0, j = 0;
	int order;

	while (i < a_count || j < b_count) {
		order = i == a_count ? 1 : j == b_count ? -1 :
		    compare_signers(&a->signers[i], &b->signers[j]);
		append(array, json_signer(order <= 0 ? &a->signers[i] :
		    &b->signers[j]));
		i += order <= 0;
		j += order >= 0;
	}
	return array;
}

/* Adds the members that the MX and the TLSA object have in common. */
static void
set_answer(json_t *object, const struct answer *answer)
{
	set(object, "ttl", json_ttl(answer));
	/* Signatures of a part of an insecure answer protect nothing. */
	set(object, "signed_until", json_time(answer != NULL &&
	    answer->dnssec == DNSSEC_SECURE ? answer->signed_until : 0));
	set(object, "signed_by", json_signers(answer, NULL));
	set(object, "why", report_json_text(answer != NULL ?
	    answer->why : NULL));
}

static json_t *
json_mx(const struct evidence *evidence)
{
	json_t *mx = json_object();

	set(mx, "dnssec", json_status(evidence->mx));
	set(mx, "null_mx", json_boolean(evidence_is_null_mx(evidence)));
	set(mx, "implicit", json_boolean(evidence_is_implicit_mx(evidence)));
	set_answer(mx, evidence->mx);
	return mx;
}

/* The addresses of one family, as text. */
static void
append_addresses(json_t *array, const struct answer *answer)
{
	struct address address;
	size_t i;

	for (i = 0; answer != NULL && i < answer->count; i++) {
		if (address_from_octets(&address, answer->records[i].data,
		    answer->records[i].size, 0))
			append(array, json_owned(address_text(&address)));
	}
}

/*
 * Why the addresses, or the alias that they depend on, are not known. Owned by
 * the caller; NULL: they are known.
 */
static char *
addresses_why(const struct host_evidence *host)
{
	const struct answer *answers[3] = { host->a, host->aaaa, host->cname };
	char *why = NULL;
	size_t i;

	for (i = 0; i < 3; i++) {
		if (answers[i] != NULL && answers[i]->why != NULL)
			why = memory_join(why, "; ", answers[i]->why);
	}
	return why;
}

static json_t *
json_addresses(const struct host_evidence *host)
{
	json_t *addresses = json_object(), *list = json_array();
	const struct answer *alias = host->a != NULL && host->a->aliased ?
	    host->a : host->aaaa;

	append_addresses(list, host->a);
	append_addresses(list, host->aaaa);
	set(addresses, "dnssec", host->asked ? json_string(dnssec_status_name(
	    host_dns_address_status(host))) : json_null());
	set(addresses, "cname", report_json_text(alias != NULL &&
	    alias->aliased ? alias->expanded : NULL));
	set(addresses, "signed_by", json_signers(host->a, host->aaaa));
	set(addresses, "why", json_owned(addresses_why(host)));
	set(addresses, "list", list);
	return addresses;
}

json_t *
report_json_records(const struct tlsa_set *records)
{
	json_t *array = json_array(), *object;
	const struct tlsa *record;
	size_t i;

	for (i = 0; i < records->count; i++) {
		record = &records->records[i];
		object = json_object();
		set(object, "usage", json_integer(record->usage));
		set(object, "selector", json_integer(record->selector));
		set(object, "matching_type",
		    json_integer(record->matching_type));
		set(object, "data",
		    json_owned(text_hex(record->data, record->size)));
		set(object, "usable", json_boolean(record->usable));
		set(object, "why", report_json_text(record->why));
		append(array, object);
	}
	return array;
}

static json_t *
json_tlsa(const struct host_evidence *host)
{
	const struct host_judgement *judged = &host->judged;
	const struct answer *answer = judged->tlsa;
	json_t *tlsa = json_object(), *names = json_array();
	size_t i;

	for (i = 0; i < judged->reference_name_count; i++)
		append(names, report_json_text(judged->reference_names[i]));
	set(tlsa, "owner", report_json_text(answer != NULL ?
	    answer->owner : NULL));
	set(tlsa, "base_domain", report_json_text(answer != NULL ?
	    judged->base_domain : NULL));
	set(tlsa, "dnssec", json_status(answer));
	set_answer(tlsa, answer);
	set(tlsa, "reference_names", names);
	set(tlsa, "records", report_json_records(&judged->records));
	return tlsa;
}

static json_t *
json_certificate(const struct certificate *certificate)
{
	json_t *object = json_object(), *names = json_array();
	size_t i;

	for (i = 0; i < certificate->dns_name_count; i++)
		append(names, report_json_text(certificate->dns_names[i]));
	set(object, "subject", report_json_text(certificate->subject));
	set(object, "issuer", report_json_text(certificate->issuer));
	set(object, "dns_names", names);
	set(object, "not_before", json_time(certificate->not_before));
	set(object, "not_after", json_time(certificate->not_after));
	set(object, "cert_sha256", json_owned(text_hex(
	    certificate->cert_sha256, CHAIN_DIGEST)));
	set(object, "spki_sha256", json_owned(text_hex(
	    certificate->spki_sha256, CHAIN_DIGEST)));
	return object;
}

json_t *
report_json_matches(const struct match_result *matches, size_t count)
{
	json_t *array = json_array(), *object;
	const struct match_result *match;
	size_t i;

	for (i = 0; i < count; i++) {
		match = &matches[i];
		object = json_object();
		set(object, "record", json_integer((json_int_t)match->record));
		set(object, "status",
		    json_string(match_status_name(match->status)));
		set(object, "depth", match->depth == MATCH_NO_DEPTH ?
		    json_null() : json_integer(match->depth));
		set(object, "would_match", json_boolean(match->would_match));
		set(object, "why", report_json_text(match->why));
		append(array, object);
	}
	return array;
}

static json_t *
json_handshake(const struct handshake_evidence *handshake)
{
	const struct handshake *seen = handshake->seen;
	const struct handshake_judgement *judged = &handshake->judged;
	json_t *object = json_object(), *chain = json_array();
	size_t i;

	for (i = 0; i < seen->chain->count; i++)
		append(chain, json_certificate(&seen->chain->certificates[i]));
	set(object, "key_type", json_string(key_type_name(seen->key_type)));
	set(object, "protocol", report_json_text(seen->protocol));
	set(object, "cipher", report_json_text(seen->cipher));
	set(object, "verdict", report_json_text(verdict_name(judged->verdict)));
	set(object, "chain", chain);
	set(object, "tlsa",
	    report_json_matches(judged->matches, judged->match_count));
	return object;
}

static json_t *
json_endpoint(const struct endpoint_evidence *endpoint)
{
	json_t *object = json_object(), *handshakes = json_array();
	size_t i;

	for (i = 0; i < endpoint->handshake_count; i++)
		append(handshakes, json_handshake(&endpoint->handshakes[i]));
	set(object, "address", json_owned(address_text(&endpoint->address)));
	set(object, "port", json_integer(endpoint->address.port));
	set(object, "verdict",
	    report_json_text(verdict_name(endpoint->judged.verdict)));
	set(object, "stage",
	    json_string(session_stage_name(endpoint->stage)));
	set(object, "error", report_json_text(endpoint->error));
	set(object, "handshakes", handshakes);
	return object;
}

static json_t *
json_host(const struct evidence *evidence, const struct host_evidence *host)
{
	json_t *object = json_object(), *endpoints = json_array();
	size_t i;

	for (i = 0; i < host->endpoint_count; i++)
		append(endpoints, json_endpoint(&host->endpoints[i]));
	set(object, "name", report_json_text(host->name));
	/* Without an MX lookup there is no preference. */
	set(object, "preference", evidence->host_mode ? json_null() :
	    json_integer(host->preference));
	set(object, "verdict",
	    report_json_text(verdict_name(host->judged.verdict)));
	set(object, "addresses", json_addresses(host));
	set(object, "tlsa", json_tlsa(host));
	set(object, "endpoints", endpoints);
	return object;
}

/* The records to publish, or to remove, in presentation format. */
static json_t *
json_advised(const struct advice_list *list, enum advice_kind kind)
{
	json_t *array = json_array(), *object;
	const struct advice *advice;
	size_t i;

	for (i = 0; i < list->count; i++) {
		advice = &list->items[i];
		if (advice->kind != kind)
			continue;
		object = json_object();
		set(object, "owner", advice->owner == NULL ? json_null() :
		    json_owned(memory_format("%s.", advice->owner)));
		set(object, "ttl", json_integer(advice->ttl));
		set(object, "type", json_string(dns_type_name(DNS_TLSA)));
		set(object, "data",
		    json_owned(tlsa_text(&advice->record, true)));
		append(array, object);
	}
	return array;
}

/* A name server over one transport; null where the finding is about none. */
static json_t *
json_server(const struct finding_server *server)
{
	json_t *object;

	if (server->name == NULL)
		return json_null();
	object = json_object();
	set(object, "name", report_json_text(server->name));
	set(object, "address", server->address.family == 0 ? json_null() :
	    json_owned(address_text(&server->address)));
	set(object, "transport", json_string(server->tcp ? "tcp" : "udp"));
	return object;
}

static json_t *
json_finding(const struct finding *finding)
{
	const struct finding_place *place = &finding->place;
	json_t *object = json_object();

	set(object, "severity", json_string(severity_name(finding->severity)));
	set(object, "code", json_string(finding_code_name(finding->code)));
	set(object, "host", report_json_text(place->host));
	set(object, "address", place->address.family == 0 ? json_null() :
	    json_owned(address_text(&place->address)));
	set(object, "key_type", place->key_type == FINDING_ALL_KEY_TYPES ?
	    json_null() :
	    json_string(key_type_name((enum key_type)place->key_type)));
	set(object, "record", place->record == FINDING_NO_RECORD ?
	    json_null() : json_integer(place->record));
	set(object, "zone", report_json_text(place->zone));
	set(object, "server", json_server(&place->server));
	set(object, "text", report_json_text(finding->text));
	set(object, "advice", json_owned(advice_list_text(&finding->advice)));
	set(object, "publish", json_advised(&finding->advice, ADVICE_PUBLISH));
	set(object, "remove", json_advised(&finding->advice, ADVICE_REMOVE));
	set(object, "tlsrpt",
	    report_json_text(finding_code_tlsrpt(finding->code)));
	return object;
}

json_t *
report_json_findings(const struct finding_list *findings)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < findings->count; i++)
		append(array, json_finding(&findings->items[i]));
	return array;
}

void
report_json_print(FILE *out, json_t *value)
{
	if (json_dumpf(value, out, JSON_COMPACT | JSON_ENSURE_ASCII) == 0)
		fputc('\n', out);
	json_decref(value);
}

static json_t *
json_tool(const struct evidence *evidence)
{
	const struct tool_evidence *tool = &evidence->tool;
	json_t *object = json_object(), *array = json_array();
	struct address *sources;
	size_t i, count = provenance_sources(evidence, &sources);

	for (i = 0; i < count; i++)
		append(array, json_owned(address_text(&sources[i])));
	free(sources);
	set(object, "name", json_string("mxdane"));
	set(object, "version", report_json_text(tool->version));
	set(object, "openssl", report_json_text(tool->openssl));
	set(object, "unbound", report_json_text(tool->unbound));
	set(object, "dnssec", report_json_text(tool->dnssec));
	set(object, "source", array);
	return object;
}

/* null: there was no earlier run to compare with. */
static json_t *
json_changes(const struct comparison *comparison)
{
	json_t *array, *object;
	const struct change *change;
	size_t i;

	if (!comparison->made)
		return json_null();
	array = json_array();
	for (i = 0; i < comparison->count; i++) {
		change = &comparison->changes[i];
		object = json_object();
		set(object, "what",
		    report_json_text(change_kind_name(change->what)));
		set(object, "host", report_json_text(change->host));
		set(object, "address", change->address.family == 0 ?
		    json_null() : json_owned(address_text(&change->address)));
		set(object, "before", report_json_text(change->before));
		set(object, "after", report_json_text(change->after));
		append(array, object);
	}
	return array;
}

static void
json_domain(FILE *out, const struct report_options *options,
    const struct evidence *evidence, void *state)
{
	json_t *object = json_object(), *hosts = json_array();
	size_t i;

	(void)options;
	(void)state;
	for (i = 0; i < evidence->host_count; i++)
		append(hosts, json_host(evidence, &evidence->hosts[i]));
	set(object, "domain", report_json_text(evidence->domain));
	set(object, "verdict",
	    report_json_text(verdict_name(evidence->judged.verdict)));
	set(object, "checked_at", json_time(evidence->checked_at));
	set(object, "elapsed_ms", json_integer(evidence->elapsed_ms));
	set(object, "tool", json_tool(evidence));
	set(object, "mx", json_mx(evidence));
	set(object, "hosts", hosts);
	set(object, "findings",
	    report_json_findings(&evidence->judged.findings));
	set(object, "changes", json_changes(&evidence->judged.comparison));
	report_json_print(out, object);
}

const struct report_format report_json = {
	.name = "json",
	.help = "one object a line, for programs",
	.domain = json_domain,
};
