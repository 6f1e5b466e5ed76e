/*
 * JSON: one line for each domain, an object. Every key is always there; what is
 * not known is null. It is written as the evidence is walked through.
 */
#include "checker/report/report_json.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/expiry.h"
#include "checker/evidence/host_dns.h"
#include "checker/evidence/tlsrpt.h"
#include "checker/report/json_put.h"
#include "checker/report/provenance.h"
#include "checker/report/report.h"
#include "checker/report/report_self_test.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* 0: not known. */
static void
put_time(struct json_put *json, const char *key, time_t when)
{
	json_put_owned(json, key, when == 0 ? NULL : text_time(when));
}

/* NULL: not asked. */
static void
put_status(struct json_put *json, const char *key,
    const struct answer *answer)
{
	json_put_text(json, key, answer == NULL ? NULL :
	    dnssec_status_name(answer->dnssec));
}

static void
put_verdict(struct json_put *json, enum verdict verdict)
{
	json_put_text(json, "verdict", verdict_name(verdict));
}

/* Family 0: none in particular, or not known. */
static void
put_address(struct json_put *json, const char *key,
    const struct address *address)
{
	json_put_owned(json, key, address->family == 0 ? NULL :
	    address_text(address));
}

static void
put_ttl(struct json_put *json, const struct answer *answer)
{
	if (answer == NULL || answer->kind == ANSWER_UNUSABLE)
		json_put_text(json, "ttl", NULL);
	else
		json_put_number(json, "ttl", answer->ttl);
}

static void
put_signer(struct json_put *json, const struct answer_signer *signer)
{
	json_put_object(json, NULL);
	json_put_text(json, "zone", signer->zone);
	json_put_number(json, "algorithm", signer->algorithm);
	json_put_number(json, "key_tag", signer->key_tag);
	json_put_object_end(json);
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
static void
put_signers(struct json_put *json, const struct answer *a,
    const struct answer *b)
{
	const size_t a_count = a != NULL ? a->signer_count : 0;
	const size_t b_count = b != NULL ? b->signer_count : 0;
	size_t i = 0, j = 0;
	int order;

	json_put_array(json, "signed_by");
	while (i < a_count || j < b_count) {
		order = i == a_count ? 1 : j == b_count ? -1 :
		    compare_signers(&a->signers[i], &b->signers[j]);
		put_signer(json, order <= 0 ? &a->signers[i] :
		    &b->signers[j]);
		i += order <= 0;
		j += order >= 0;
	}
	json_put_array_end(json);
}

/*
 * For how long COUNT answers (some may be NULL), and the chains of trust that
 * they depend on, are signed. Signatures of a part of an insecure answer
 * protect nothing.
 */
static void
put_life(struct json_put *json, const struct evidence *evidence,
    const struct answer *const *answers, size_t count)
{
	const struct expiry_life life = expiry_life_of(evidence, answers,
	    count, evidence_as_of(evidence));

	put_time(json, "signed_from", life.first != NULL ?
	    life.first->from : 0);
	put_time(json, "signed_until", life.first != NULL ?
	    life.first->until : 0);
	if (life.first != NULL)
		json_put_number(json, "life_left_percent",
		    (intmax_t)life.percent);
	else
		json_put_text(json, "life_left_percent", NULL);
}

/* The members that the MX and the TLSA object have in common. */
static void
put_answer(struct json_put *json, const struct evidence *evidence,
    const struct answer *answer)
{
	put_ttl(json, answer);
	put_life(json, evidence, &answer, 1);
	put_signers(json, answer, NULL);
	json_put_text(json, "why", answer != NULL ? answer->why : NULL);
}

static void
put_mx(struct json_put *json, const struct evidence *evidence)
{
	json_put_object(json, "mx");
	put_status(json, "dnssec", evidence->mx);
	json_put_flag(json, "null_mx", evidence_is_null_mx(evidence));
	json_put_flag(json, "implicit", evidence_is_implicit_mx(evidence));
	put_answer(json, evidence, evidence->mx);
	json_put_object_end(json);
}

/* Null where it was not asked, or nobody knows. */
static void
put_tlsrpt(struct json_put *json, const struct answer *answer)
{
	struct tlsrpt tlsrpt;
	size_t i;

	tlsrpt_init(&tlsrpt, answer);
	if (tlsrpt.state == TLSRPT_UNKNOWN) {
		json_put_text(json, "tlsrpt", NULL);
	} else {
		json_put_object(json, "tlsrpt");
		json_put_array(json, "rua");
		for (i = 0; i < tlsrpt.rua_count; i++)
			json_put_text(json, NULL, tlsrpt.rua[i]);
		json_put_array_end(json);
		json_put_object_end(json);
	}
	tlsrpt_clear(&tlsrpt);
}

/* The addresses of one family, as text. */
static void
put_family(struct json_put *json, const struct answer *answer)
{
	struct address address;
	size_t i;

	for (i = 0; answer != NULL && i < answer->count; i++) {
		if (address_from_octets(&address, answer->records[i].data,
		    answer->records[i].size, 0))
			put_address(json, NULL, &address);
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

static void
put_addresses(struct json_put *json, const struct evidence *evidence,
    const struct host_evidence *host)
{
	const struct answer *answers[3] = { host->a, host->aaaa, host->cname };
	const struct answer *alias = host->a != NULL && host->a->aliased ?
	    host->a : host->aaaa;

	json_put_object(json, "addresses");
	json_put_text(json, "dnssec", host->asked ?
	    dnssec_status_name(host_dns_address_status(host)) : NULL);
	json_put_text(json, "cname", alias != NULL && alias->aliased ?
	    alias->expanded : NULL);
	put_life(json, evidence, answers, 3);
	put_signers(json, host->a, host->aaaa);
	json_put_owned(json, "why", addresses_why(host));
	json_put_array(json, "list");
	put_family(json, host->a);
	put_family(json, host->aaaa);
	json_put_array_end(json);
	json_put_object_end(json);
}

void
report_json_records(struct json_put *json, const char *key,
    const struct tlsa_set *records)
{
	const struct tlsa *record;
	size_t i;

	json_put_array(json, key);
	for (i = 0; i < records->count; i++) {
		record = &records->records[i];
		json_put_object(json, NULL);
		json_put_number(json, "usage", record->usage);
		json_put_number(json, "selector", record->selector);
		json_put_number(json, "matching_type", record->matching_type);
		json_put_owned(json, "data",
		    text_hex(record->data, record->size));
		json_put_flag(json, "usable", record->usable);
		json_put_text(json, "why", record->why);
		json_put_object_end(json);
	}
	json_put_array_end(json);
}

static void
put_names(struct json_put *json, const char *key, char *const *names,
    size_t count)
{
	size_t i;

	json_put_array(json, key);
	for (i = 0; i < count; i++)
		json_put_text(json, NULL, names[i]);
	json_put_array_end(json);
}

static void
put_tlsa(struct json_put *json, const struct evidence *evidence,
    const struct host_evidence *host)
{
	const struct host_judgement *judged = &host->judged;
	const struct answer *answer = judged->tlsa;

	json_put_object(json, "tlsa");
	json_put_text(json, "owner", answer != NULL ? answer->owner : NULL);
	json_put_text(json, "base_domain", answer != NULL ?
	    judged->base_domain : NULL);
	put_status(json, "dnssec", answer);
	put_answer(json, evidence, answer);
	put_names(json, "reference_names", judged->reference_names,
	    judged->reference_name_count);
	report_json_records(json, "records", &judged->records);
	json_put_object_end(json);
}

static void
put_certificate(struct json_put *json, const struct certificate *certificate)
{
	json_put_object(json, NULL);
	json_put_text(json, "subject", certificate->subject);
	json_put_text(json, "issuer", certificate->issuer);
	put_names(json, "dns_names", certificate->dns_names,
	    certificate->dns_name_count);
	put_time(json, "not_before", certificate->not_before);
	put_time(json, "not_after", certificate->not_after);
	json_put_owned(json, "cert_sha256",
	    text_hex(certificate->cert_sha256, CHAIN_DIGEST));
	json_put_owned(json, "spki_sha256",
	    text_hex(certificate->spki_sha256, CHAIN_DIGEST));
	json_put_object_end(json);
}

void
report_json_matches(struct json_put *json, const char *key,
    const struct match_result *matches, size_t count)
{
	const struct match_result *match;
	size_t i;

	json_put_array(json, key);
	for (i = 0; i < count; i++) {
		match = &matches[i];
		json_put_object(json, NULL);
		json_put_number(json, "record", (intmax_t)match->record);
		json_put_text(json, "status",
		    match_status_name(match->status));
		if (match->depth == MATCH_NO_DEPTH)
			json_put_text(json, "depth", NULL);
		else
			json_put_number(json, "depth", match->depth);
		json_put_flag(json, "would_match", match->would_match);
		json_put_text(json, "why", match->why);
		json_put_object_end(json);
	}
	json_put_array_end(json);
}

/* A count of connections; null if NONE is 0: it is not known. */
static void
put_count(struct json_put *json, const char *key, unsigned int count,
    unsigned int none)
{
	if (none == 0)
		json_put_text(json, key, NULL);
	else
		json_put_number(json, key, count);
}

static void
put_handshake(struct json_put *json,
    const struct handshake_evidence *handshake)
{
	const struct handshake *seen = handshake->seen;
	const struct handshake_judgement *judged = &handshake->judged;
	size_t i;

	json_put_object(json, NULL);
	json_put_text(json, "key_type", key_type_name(seen->key_type));
	json_put_text(json, "protocol", seen->protocol);
	json_put_text(json, "cipher", seen->cipher);
	json_put_text(json, "group", seen->group);
	put_count(json, "shown_in", handshake->shown, handshake->asked);
	put_count(json, "asked_in", handshake->asked, handshake->asked);
	put_verdict(json, judged->verdict);
	json_put_array(json, "chain");
	for (i = 0; i < seen->chain->count; i++)
		put_certificate(json, &seen->chain->certificates[i]);
	json_put_array_end(json);
	report_json_matches(json, "tlsa", judged->matches,
	    judged->match_count);
	json_put_object_end(json);
}

static void
put_ending(struct json_put *json, const struct endpoint_ending *ending)
{
	json_put_object(json, NULL);
	json_put_text(json, "stage", session_stage_name(ending->stage));
	json_put_text(json, "error", ending->error);
	json_put_number(json, "connections", ending->connections);
	json_put_object_end(json);
}

static void
put_endpoint(struct json_put *json, const struct endpoint_evidence *endpoint)
{
	size_t i;

	json_put_object(json, NULL);
	put_address(json, "address", &endpoint->address);
	json_put_number(json, "port", endpoint->address.port);
	put_verdict(json, endpoint->judged.verdict);
	json_put_text(json, "stage", session_stage_name(endpoint->stage));
	json_put_text(json, "error", endpoint->error);
	put_count(json, "connections", endpoint->connections,
	    endpoint->connections);
	json_put_array(json, "failures");
	for (i = 0; i < endpoint->ending_count; i++)
		put_ending(json, &endpoint->endings[i]);
	json_put_array_end(json);
	json_put_array(json, "retried");
	for (i = 0; i < endpoint->retried_count; i++)
		put_ending(json, &endpoint->retried[i]);
	json_put_array_end(json);
	json_put_array(json, "handshakes");
	for (i = 0; i < endpoint->handshake_count; i++)
		put_handshake(json, &endpoint->handshakes[i]);
	json_put_array_end(json);
	json_put_object_end(json);
}

static void
put_host(struct json_put *json, const struct evidence *evidence,
    const struct host_evidence *host)
{
	size_t i;

	json_put_object(json, NULL);
	json_put_text(json, "name", host->name);
	/* Without an MX lookup there is no preference. */
	if (evidence->host_mode)
		json_put_text(json, "preference", NULL);
	else
		json_put_number(json, "preference", host->preference);
	put_verdict(json, host->judged.verdict);
	put_addresses(json, evidence, host);
	put_tlsa(json, evidence, host);
	json_put_array(json, "endpoints");
	for (i = 0; i < host->endpoint_count; i++)
		put_endpoint(json, &host->endpoints[i]);
	json_put_array_end(json);
	json_put_object_end(json);
}

/* The records to publish, or to remove, in presentation format. */
static void
put_advised(struct json_put *json, const char *key,
    const struct advice_list *list, enum advice_kind kind)
{
	const struct advice *advice;
	size_t i;

	json_put_array(json, key);
	for (i = 0; i < list->count; i++) {
		advice = &list->items[i];
		if (advice->kind != kind)
			continue;
		json_put_object(json, NULL);
		json_put_owned(json, "owner", advice_owner(advice));
		json_put_number(json, "ttl", advice->ttl);
		json_put_text(json, "type", dns_type_name(advice->type));
		json_put_owned(json, "data", advice_data(advice, true));
		json_put_object_end(json);
	}
	json_put_array_end(json);
}

/* A name server over one transport; null where the finding is about none. */
static void
put_server(struct json_put *json, const struct finding_server *server)
{
	if (server->name == NULL) {
		json_put_text(json, "server", NULL);
		return;
	}
	json_put_object(json, "server");
	json_put_text(json, "name", server->name);
	put_address(json, "address", &server->address);
	json_put_text(json, "transport", server->tcp ? "tcp" : "udp");
	json_put_object_end(json);
}

static void
put_finding(struct json_put *json, const struct finding *finding)
{
	const struct finding_place *place = &finding->place;

	json_put_object(json, NULL);
	json_put_text(json, "severity", severity_name(finding->severity));
	json_put_text(json, "code", finding_code_name(finding->code));
	json_put_text(json, "host", place->host);
	put_address(json, "address", &place->address);
	json_put_text(json, "key_type", key_type_name(place->key_type));
	if (place->record == FINDING_NO_RECORD)
		json_put_text(json, "record", NULL);
	else
		json_put_number(json, "record", place->record);
	json_put_text(json, "zone", place->zone);
	put_server(json, &place->server);
	json_put_text(json, "text", finding->text);
	json_put_owned(json, "advice", advice_list_text(&finding->advice));
	put_advised(json, "publish", &finding->advice, ADVICE_PUBLISH);
	put_advised(json, "remove", &finding->advice, ADVICE_REMOVE);
	json_put_text(json, "tlsrpt", finding_code_tlsrpt(finding->code));
	json_put_object_end(json);
}

void
report_json_findings(struct json_put *json, const char *key,
    const struct finding_list *findings)
{
	size_t i;

	json_put_array(json, key);
	for (i = 0; i < findings->count; i++)
		put_finding(json, &findings->items[i]);
	json_put_array_end(json);
}

void
report_json_tool(struct json_put *json, const struct evidence *evidence)
{
	const struct tool_evidence *tool = &evidence->tool;
	struct address *sources;
	size_t i, count = provenance_sources(evidence, &sources);

	json_put_object(json, "tool");
	json_put_text(json, "name", "mxdane");
	json_put_text(json, "version", tool->version);
	json_put_text(json, "openssl", tool->openssl);
	json_put_text(json, "unbound", tool->unbound);
	json_put_text(json, "dnssec", tool->dnssec);
	json_put_array(json, "source");
	for (i = 0; i < count; i++)
		put_address(json, NULL, &sources[i]);
	json_put_array_end(json);
	json_put_object_end(json);
	free(sources);
}

/* null: there was no earlier run to compare with. */
static void
put_changes(struct json_put *json, const struct comparison *comparison)
{
	const struct change *change;
	size_t i;

	if (!comparison->made) {
		json_put_text(json, "changes", NULL);
		return;
	}
	json_put_array(json, "changes");
	for (i = 0; i < comparison->count; i++) {
		change = &comparison->changes[i];
		json_put_object(json, NULL);
		json_put_text(json, "what", change_kind_name(change->what));
		json_put_text(json, "host", change->host);
		put_address(json, "address", &change->address);
		json_put_text(json, "before", change->before);
		json_put_text(json, "after", change->after);
		json_put_object_end(json);
	}
	json_put_array_end(json);
}

static void
json_domain(FILE *out, const struct report_options *options,
    const struct evidence *evidence, void *state)
{
	struct json_put json = { .out = out };
	size_t i;

	(void)options;
	(void)state;
	json_put_object(&json, NULL);
	json_put_text(&json, "domain", evidence->domain);
	put_verdict(&json, evidence->judged.verdict);
	put_time(&json, "checked_at", evidence->checked_at);
	json_put_number(&json, "elapsed_ms", evidence->elapsed_ms);
	report_json_tool(&json, evidence);
	put_mx(&json, evidence);
	put_tlsrpt(&json, evidence->tlsrpt);
	json_put_array(&json, "hosts");
	for (i = 0; i < evidence->host_count; i++)
		put_host(&json, evidence, &evidence->hosts[i]);
	json_put_array_end(&json);
	report_json_zones(&json, evidence);
	report_json_servers(&json, evidence);
	report_json_findings(&json, "findings", &evidence->judged.findings);
	put_changes(&json, &evidence->judged.comparison);
	json_put_object_end(&json);
	json_put_line_end(&json);
}

const struct report_format report_json = {
	.name = "json",
	.help = "one object a line, for programs",
	.domain = json_domain,
	.self_test = report_self_test_json,
};
