/*
 * The judge is a pure function of evidence and options: the same evidence gives
 * the same findings and verdicts, however often and in whatever order domains
 * are judged, and nothing but the `judged` members of the tree is written to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/tlsa/expectation.h"
#include "checker/tlsa/keyfile.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Certificates that servers present, and one to come. */
static struct chain *ecdsa, *rsa, *next_chain;

/* --- the evidence */

static struct evidence *
passing(void)
{
	struct evidence *evidence = fixture_domain("pass.example");
	struct host_evidence *host = fixture_host(evidence, "mx.pass.example");

	fixture_tlsa_of(host, ecdsa);
	fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, ecdsa);
	fixture_endpoint(host, "2001:db8::1", OUTCOME_DONE, ecdsa);
	return evidence;
}

/* Mismatches of several kinds, for each of which there is advice. */
static struct evidence *
failing(void)
{
	struct evidence *evidence = fixture_domain("fail.example");
	struct host_evidence *host = fixture_host(evidence, "mx1.fail.example");
	struct tlsa record = { .usage = TLSA_DANE_TA, .selector = TLSA_SPKI,
		.matching_type = TLSA_SHA2_256, .size = CHAIN_DIGEST,
		.data = ecdsa->certificates[0].spki_sha256 };

	fixture_tlsa(host, &record);
	fixture_tlsa(host, &record);
	record.usage = TLSA_DANE_EE;
	record.data = ecdsa->certificates[0].cert_sha256;
	fixture_tlsa(host, &record);
	record.size = 5;
	fixture_tlsa(host, &record);
	fixture_handshake(fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE,
	    ecdsa), rsa);
	fixture_endpoint(host, "192.0.2.2", OUTCOME_REFUSED, NULL);

	host = fixture_host(evidence, "mx2.fail.example");
	fixture_tlsa_of(host, rsa);
	host->a->aliased = true;
	fixture_endpoint(host, "192.0.2.3", OUTCOME_STARTTLS_REFUSED, NULL);
	return evidence;
}

/* Hosts that share a finding, and one with another. */
static struct evidence *
unsigned_hosts(void)
{
	static const char *const names[] = { "mx1.none.example",
		"mx2.none.example", "mx3.none.example" };
	struct evidence *evidence = fixture_domain("none.example");
	struct host_evidence *host;
	size_t i;

	for (i = 0; i < COUNT(names); i++) {
		host = fixture_host(evidence, names[i]);
		host->tlsa[0] = fixture_answer("_25._tcp.mx.none.example",
		    DNS_TLSA, ANSWER_NO_DATA, DNSSEC_SECURE);
	}
	host->a->dnssec = DNSSEC_INSECURE;
	evidence->mx->dnssec = DNSSEC_INSECURE;
	evidence->misplaced = fixture_answer("_25._tcp.none.example",
	    DNS_TLSA, ANSWER_RECORDS, DNSSEC_SECURE);
	fixture_add(evidence->misplaced, "\3\1\1", 3);
	return evidence;
}

static void
add_server(struct evidence *evidence, const char *name, const char *address,
    bool tcp, const char *serial)
{
	struct server_evidence *server;

	evidence->servers = memory_grow(evidence->servers,
	    evidence->server_count, sizeof(*server));
	server = &evidence->servers[evidence->server_count++];
	server->zone = memory_string("ns.example");
	server->name = memory_string(name);
	server->tcp = tcp;
	address_from_text(&server->address, address, 53);
	server->answers = memory_new(1, sizeof(*server->answers));
	server->answers[server->answer_count++] = fixture_answer("ns.example",
	    DNS_SOA, ANSWER_RECORDS, DNSSEC_SECURE);
	fixture_add(server->answers[0], serial, strlen(serial));
}

static struct evidence *
name_servers(void)
{
	struct evidence *evidence = fixture_domain("ns.example");
	struct host_evidence *host = fixture_host(evidence, "mx.ns.example");

	fixture_tlsa_of(host, ecdsa);
	fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, ecdsa);
	add_server(evidence, "ns1", "192.0.2.53", false, "1");
	add_server(evidence, "ns2", "192.0.2.54", false, "2");
	add_server(evidence, "ns2", "192.0.2.54", true, "2");
	evidence->servers_unasked = true;
	return evidence;
}

static struct evidence *
no_dns(void)
{
	struct evidence *evidence = passing();

	evidence->health = RESOLVER_BAD_ANCHOR;
	evidence->health_why = memory_string("no key fits");
	return evidence;
}

static const struct row {
	const char	 *name;
	struct evidence	*(*make)(void);
} rows[] = {
	{ "passing", passing },
	{ "failing", failing },
	{ "unsigned hosts", unsigned_hosts },
	{ "name servers", name_servers },
	{ "no DNS", no_dns },
};

/* Judges with every option. */
static void
judge_all(struct evidence *evidence)
{
	const struct keyfile next = {
		.file = (char *)(uintptr_t)"next.pem",
		.chain = next_chain,
		.key_type = KEY_ECDSA,
	};
	const struct expectation expectation = {
		.text = (char *)(uintptr_t)"3 1 2",
		.record = { .usage = TLSA_DANE_EE, .selector = TLSA_SPKI,
		    .matching_type = TLSA_SHA2_512 },
		.any_data = true,
	};
	const struct judge_options options = {
		.ahead_days = 7,
		.warning_days = 14,
		.critical_days = 2,
		.expectations = &expectation,
		.expectation_count = 1,
		.next = &next,
		.next_count = 1,
	};

	judge(evidence, &options);
}

/* --- what was seen, octet for octet */

static void
dump_octets(FILE *out, const char *what, const void *data, size_t size)
{
	const uint8_t *octets = data;
	size_t i;

	fprintf(out, "%s ", what);
	for (i = 0; i < size; i++)
		fprintf(out, "%02x", octets[i]);
	fputc('\n', out);
}

/* A struct with all of its members but `judged`: pointers as they are, too. */
#define DUMP_SEEN(out, object)						\
	dump_without(out, #object, object, sizeof(*(object)),		\
	    (size_t)((const char *)&(object)->judged -			\
	    (const char *)(object)), sizeof((object)->judged))

static void
dump_without(FILE *out, const char *what, const void *data, size_t size,
    size_t hole, size_t hole_size)
{
	const char *octets = data;

	dump_octets(out, what, octets, hole);
	dump_octets(out, what, octets + hole + hole_size,
	    size - hole - hole_size);
}

static void
dump_text(FILE *out, const char *what, const char *text)
{
	fprintf(out, "%s %s\n", what, text != NULL ? text : "(none)");
}

static void
dump_answer(FILE *out, const struct answer *answer)
{
	size_t i;

	if (answer == NULL)
		return;
	dump_octets(out, "answer", answer, sizeof(*answer));
	dump_text(out, "owner", answer->owner);
	dump_text(out, "expanded", answer->expanded);
	dump_text(out, "why", answer->why);
	for (i = 0; i < answer->count; i++) {
		dump_octets(out, "record", &answer->records[i],
		    sizeof(answer->records[i]));
		dump_octets(out, "data", answer->records[i].data,
		    answer->records[i].size);
		dump_text(out, "name", answer->records[i].name);
	}
}

static void
dump_handshake(FILE *out, const struct handshake *seen)
{
	const struct certificate *certificate;
	size_t i;

	dump_octets(out, "handshake", seen, sizeof(*seen));
	dump_text(out, "protocol", seen->protocol);
	dump_text(out, "cipher", seen->cipher);
	dump_text(out, "group", seen->group);
	dump_octets(out, "chain", seen->chain, sizeof(*seen->chain));
	for (i = 0; i < seen->chain->count; i++) {
		certificate = &seen->chain->certificates[i];
		dump_octets(out, "certificate", certificate,
		    sizeof(*certificate));
		dump_octets(out, "DER", certificate->der, certificate->size);
		dump_text(out, "subject", certificate->subject);
		dump_text(out, "issuer", certificate->issuer);
	}
}

static void
dump_host(FILE *out, const struct host_evidence *host)
{
	const struct endpoint_evidence *endpoint;
	size_t i, j;

	DUMP_SEEN(out, host);
	dump_text(out, "name", host->name);
	dump_answer(out, host->a);
	dump_answer(out, host->aaaa);
	dump_answer(out, host->cname);
	for (i = 0; i < EVIDENCE_BASES; i++)
		dump_answer(out, host->tlsa[i]);
	for (i = 0; i < host->endpoint_count; i++) {
		endpoint = &host->endpoints[i];
		DUMP_SEEN(out, endpoint);
		dump_text(out, "error", endpoint->error);
		dump_text(out, "incomplete", endpoint->incomplete);
		for (j = 0; j < endpoint->handshake_count; j++) {
			DUMP_SEEN(out, &endpoint->handshakes[j]);
			dump_handshake(out, endpoint->handshakes[j].seen);
		}
	}
}

/* Everything but what the judge writes. Owned by the caller. */
static char *
seen_text(const struct evidence *evidence)
{
	const struct server_evidence *server;
	size_t i, j, size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	DUMP_SEEN(out, evidence);
	dump_text(out, "domain", evidence->domain);
	dump_text(out, "health", evidence->health_why);
	dump_text(out, "outstanding", evidence->outstanding);
	dump_answer(out, evidence->mx);
	dump_answer(out, evidence->misplaced);
	for (i = 0; i < evidence->host_count; i++)
		dump_host(out, &evidence->hosts[i]);
	for (i = 0; i < evidence->server_count; i++) {
		server = &evidence->servers[i];
		dump_octets(out, "server", server, sizeof(*server));
		dump_text(out, "zone", server->zone);
		dump_text(out, "name", server->name);
		for (j = 0; j < server->answer_count; j++)
			dump_answer(out, server->answers[j]);
	}
	fclose(out);
	return text;
}

/* --- what the judge makes of it */

static void
dump_finding(FILE *out, const struct finding *finding)
{
	const struct finding_place *place = &finding->place;
	char *address = place->address.family != 0 ?
	    address_text(&place->address) : NULL;
	char *server = place->server.name != NULL ?
	    finding_server_text(&place->server) : NULL;
	char *advice = advice_list_text(&finding->advice);

	fprintf(out, "%s %s: key type %d, record %d\n",
	    severity_name(finding->severity),
	    finding_code_name(finding->code), place->key_type,
	    place->record);
	dump_text(out, "host", place->host);
	dump_text(out, "address", address);
	dump_text(out, "zone", place->zone);
	dump_text(out, "server", server);
	dump_text(out, "text", finding->text);
	dump_text(out, "advice", advice);
	free(address);
	free(server);
	free(advice);
}

static void
dump_matches(FILE *out, const struct handshake_judgement *judged)
{
	const struct match_result *match;
	size_t i;

	fprintf(out, "handshake: verdict %d\n", judged->verdict);
	for (i = 0; i < judged->match_count; i++) {
		match = &judged->matches[i];
		fprintf(out, "record %zu: status %d, depth %d, faults %#x, "
		    "%s\n", match->record, match->status, match->depth,
		    match->faults, match->why != NULL ? match->why : "match");
	}
}

static void
dump_host_judgement(FILE *out, const struct host_evidence *host)
{
	const struct host_judgement *judged = &host->judged;
	const struct endpoint_evidence *endpoint;
	size_t i, j;

	fprintf(out, "%s: verdict %d, DNS %d, base domain %s, %zu records, "
	    "answer %d\n", host->name, judged->verdict, judged->dns,
	    judged->base_domain != NULL ? judged->base_domain : "(none)",
	    judged->records.count, judged->tlsa != NULL);
	dump_text(out, "owner", judged->rrset.owner);
	fprintf(out, "TTL %lu\n", (unsigned long)judged->rrset.ttl);
	for (i = 0; i < judged->reference_name_count; i++)
		dump_text(out, "reference name", judged->reference_names[i]);
	for (i = 0; judged->record_matches != NULL &&
	    i < judged->records.count; i++)
		fprintf(out, "record %zu: %d\n", i, judged->record_matches[i]);
	for (i = 0; i < host->endpoint_count; i++) {
		endpoint = &host->endpoints[i];
		fprintf(out, "endpoint: verdict %d\n",
		    endpoint->judged.verdict);
		for (j = 0; j < endpoint->handshake_count; j++)
			dump_matches(out, &endpoint->handshakes[j].judged);
	}
}

/* All that the judge writes. Owned by the caller. */
static char *
judged_text(const struct evidence *evidence)
{
	const struct domain_judgement *judged = &evidence->judged;
	size_t i, size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	fprintf(out, "%s: verdict %d, %g days ahead\n", evidence->domain,
	    judged->verdict, judged->ahead_days);
	for (i = 0; i < judged->findings.count; i++)
		dump_finding(out, &judged->findings.items[i]);
	for (i = 0; i < evidence->host_count; i++)
		dump_host_judgement(out, &evidence->hosts[i]);
	fclose(out);
	return text;
}

/* --- the tests */

static void
assert_judged(const struct evidence *evidence, const char *expected)
{
	char *text = judged_text(evidence);

	assert_string_equal(text, expected);
	free(text);
}

static void
test_again(void **state)
{
	const struct row *row = *state;
	struct evidence *evidence = row->make();
	char *unjudged = judged_text(evidence), *first;

	judge_all(evidence);
	first = judged_text(evidence);
	assert_string_not_equal(first, unjudged);
	judge_all(evidence);
	assert_judged(evidence, first);
	evidence_unjudge(evidence);
	assert_judged(evidence, unjudged);
	judge_all(evidence);
	assert_judged(evidence, first);
	free(unjudged);
	free(first);
	evidence_free(evidence);
}

/* The options of a run before leave nothing behind. */
static void
test_other_options_between(void **state)
{
	const struct row *row = *state;
	struct evidence *evidence = row->make();
	char *first;

	fixture_judge(evidence);
	first = judged_text(evidence);
	judge_all(evidence);
	fixture_judge(evidence);
	assert_judged(evidence, first);
	free(first);
	evidence_free(evidence);
}

static void
test_seen_unchanged(void **state)
{
	const struct row *row = *state;
	struct evidence *evidence = row->make();
	char *before = seen_text(evidence), *after;

	judge_all(evidence);
	after = seen_text(evidence);
	assert_string_equal(after, before);
	free(after);
	evidence_unjudge(evidence);
	after = seen_text(evidence);
	assert_string_equal(after, before);
	free(after);
	free(before);
	evidence_free(evidence);
}

/* Judges new evidence of each domain, from FIRST on by STRIDE. */
static void
judge_in_order(char *judged[COUNT(rows)], size_t first, size_t stride)
{
	struct evidence *evidence[COUNT(rows)];
	size_t i, which;

	for (i = 0; i < COUNT(rows); i++)
		evidence[i] = rows[i].make();
	for (i = 0; i < COUNT(rows); i++) {
		which = (first + i * stride) % COUNT(rows);
		judge_all(evidence[which]);
	}
	for (i = 0; i < COUNT(rows); i++) {
		judged[i] = judged_text(evidence[i]);
		evidence_free(evidence[i]);
	}
}

static const struct order_row {
	const char	*name;
	size_t		 first, stride;
} order_rows[] = {
	{ "same order", 0, 1 },
	{ "reversed", COUNT(rows) - 1, COUNT(rows) - 1 },
	{ "from the middle", COUNT(rows) / 2, 1 },
	{ "every other", 1, 2 },
};

static void
test_order(void **state)
{
	const struct order_row *row = *state;
	char *expected[COUNT(rows)], *judged[COUNT(rows)];
	size_t i;

	judge_in_order(expected, 0, 1);
	judge_in_order(judged, row->first, row->stride);
	for (i = 0; i < COUNT(rows); i++) {
		assert_string_equal(judged[i], expected[i]);
		free(judged[i]);
		free(expected[i]);
	}
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_again, rows),
		TABLE(test_other_options_between, rows),
		TABLE(test_seen_unchanged, rows),
		TABLE(test_order, order_rows),
	};
	int failed;

	ecdsa = fixture_chain("mx.pass.example", KEY_ECDSA);
	rsa = fixture_chain("mx.fail.example", KEY_RSA);
	next_chain = fixture_chain("mx.pass.example", KEY_ECDSA);
	failed = table_run(tables, COUNT(tables));
	chain_free(ecdsa);
	chain_free(rsa);
	chain_free(next_chain);
	return failed;
}
