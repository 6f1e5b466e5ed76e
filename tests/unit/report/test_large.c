/*
 * A domain as large as a hostile one can be: 256 addresses that match none of
 * 256 records, and thousands of findings. Writers tell it as they walk through
 * the evidence, and keep next to nothing of what they have written.
 */
#define _GNU_SOURCE	/* fopencookie */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "checker/report/plugin.h"
#include "checker/report/report.h"
#include "resolver/memory.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define HOSTS		8
#define ADDRESSES	32	/* of each */
#define RECORDS		256	/* of each */
#define ZONES		EVIDENCE_ZONES_MAX
#define DS_RECORDS	64	/* of each */
#define FINDINGS	4096

/* Octets that a writer may have allocated at once, beside the evidence. */
#define MEMORY_MAX	((size_t)1 << 20)

/* What is written goes nowhere, but is counted. */
struct sink {
	size_t	before;		/* octets that were allocated */
	size_t	most;		/* and at most later */
	size_t	size;		/* octets that were written */
};

static size_t
allocated(void)
{
	const struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static ssize_t
swallow(void *cookie, const char *bytes, size_t size)
{
	struct sink *sink = cookie;
	const size_t now = allocated();

	(void)bytes;
	sink->size += size;
	if (now > sink->most)
		sink->most = now;
	return (ssize_t)size;
}

static FILE *
sink_open(struct sink *sink)
{
	FILE *out;

	*sink = (struct sink){ .before = allocated() };
	out = fopencookie(sink, "w", (cookie_io_functions_t){
		.write = swallow });
	assert_non_null(out);
	return out;
}

static void
add_records(struct host_evidence *host)
{
	uint8_t data[32] = { 0 };
	const struct tlsa record = { .usage = 2, .selector = 1,
		.matching_type = 1, .data = data, .size = sizeof(data) };
	size_t i;

	for (i = 0; i < RECORDS; i++) {
		data[0] = (uint8_t)i;
		data[31] = (uint8_t)~i;
		tlsa_set_add(&host->judged.records, &record);
		host->judged.records.records[i].usable = true;
		host->judged.records.records[i].duplicate_of = i;
	}
	host->judged.tlsa = host->tlsa[0];
	host->judged.record_matches = memory_new(RECORDS, sizeof(bool));
	host->judged.verdict = VERDICT_FAIL;
	host->judged.dns = HOST_DNS_DANE;
}

static void
add_matches(struct handshake_judgement *judged)
{
	size_t i;

	judged->verdict = VERDICT_FAIL;
	judged->matches = memory_new(RECORDS, sizeof(*judged->matches));
	judged->match_count = RECORDS;
	for (i = 0; i < RECORDS; i++) {
		judged->matches[i].record = i;
		judged->matches[i].status = MATCH_MISMATCH;
		judged->matches[i].depth = MATCH_NO_DEPTH;
		judged->matches[i].why = memory_string("not the SHA2-256 of "
		    "any public key in the chain, however long it is");
	}
}

static void
add_host(struct evidence *evidence, size_t number, const struct chain *chain)
{
	static const struct tlsa first = { .usage = 2, .selector = 1,
		.matching_type = 1, .data = (uint8_t *)"x", .size = 1 };
	char *name = memory_format("mx%zu.example.org", number), *address;
	struct host_evidence *host = fixture_host(evidence, name);
	struct endpoint_evidence *endpoint;
	size_t i;

	fixture_tlsa(host, &first);
	for (i = 0; i < ADDRESSES; i++) {
		address = memory_format("2001:db8:%zu::%zu", number, i + 1);
		endpoint = fixture_endpoint(host, address, OUTCOME_DONE,
		    chain);
		address_from_text(&endpoint->source, address, 0);
		endpoint->judged.verdict = VERDICT_FAIL;
		add_matches(&endpoint->handshakes[0].judged);
		free(address);
	}
	add_records(host);
	free(name);
}

/* Findings of many places, all with a record to publish; some are shared. */
static void
add_finding(struct evidence *evidence, size_t i)
{
	const struct host_evidence *host = &evidence->hosts[i % HOSTS];
	const struct advice_rrset rrset = { .owner = host->tlsa[0]->owner,
		.ttl = 3600 };
	uint8_t data[32] = { (uint8_t)i, (uint8_t)(i >> 8) };
	const struct tlsa record = { .usage = 3, .selector = 1,
		.matching_type = 1, .data = data, .size = sizeof(data) };
	struct finding *finding = finding_add(&evidence->judged.findings,
	    FINDING_NO_RECORD_MATCHES, "no TLSA record matches what the "
	    "server presents: CN=mx%zu.example.org (%zu), issued by itself",
	    i % HOSTS, i / 4);

	finding->place.host = host->name;
	finding->place.address = host->endpoints[i % ADDRESSES].address;
	finding->place.key_type = KEY_ECDSA;
	advice_add_publish(&finding->advice, &rrset, &record);
	advice_add_text(&finding->advice, "beside the present records, and "
	    "wait for 2 TTLs (%zu hours) before it is deployed", i / 4);
}

/* Zones in a row, of which the last ones are broken. */
static void
add_zones(struct evidence *evidence)
{
	const char *above = NULL;
	struct zone_evidence *zone;
	char *name;
	size_t i;
	uint16_t j;

	for (i = 0; i < ZONES; i++) {
		name = above == NULL ? memory_string(".") :
		    memory_format("zone-%zu.example", i);
		zone = fixture_zone(evidence, name, above, i < ZONES / 2 ?
		    DNSSEC_SECURE : DNSSEC_BOGUS);
		above = evidence->zones[i < ZONES / 2 ? i :
		    ZONES / 2 - 1].name;
		zone->judged.dnssec = zone->dnskey->dnssec;
		zone->judged.at = i < ZONES / 2 ? ZONE_UNBROKEN :
		    ZONE_SIGNATURES_BROKEN;
		zone->judged.why = i < ZONES / 2 ? NULL : memory_string(
		    "no signature of DNSKEY is by a key that counts");
		for (j = 0; zone->ds != NULL && j < DS_RECORDS; j++)
			fixture_ds(zone->ds, j, 13);
		free(name);
	}
}

static struct evidence *
make_large(void)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	size_t i;

	for (i = 0; i < HOSTS; i++)
		add_host(evidence, i, chain);
	add_zones(evidence);
	for (i = 0; i < FINDINGS; i++)
		add_finding(evidence, i);
	finding_list_settle(&evidence->judged.findings);
	evidence->judged.verdict = VERDICT_FAIL;
	chain_free(chain);
	return evidence;
}

static const struct format_row {
	const char	*name;
	size_t		 least;		/* octets that it writes */
	bool		 keeps;		/* until the end: the samples of a
					 * metric are to be in one place */
} format_rows[] = {
	{ "text", 5 << 20, false },
	{ "json", 9 << 20, false },
	{ "junit", 1 << 20, false },
	{ "tap", 1 << 20, false },
	{ "github", 1 << 20, false },
	{ "prometheus", 10 << 20, true },
};

/* Each format, or the one that MXDANE_FORMAT names, for a profiler. */
static void
test_format(void **state)
{
	const struct format_row *row = *state;
	const struct report_format *format = report_format_find(row->name);
	const struct report_options options = { .verbosity = 1 };
	const char *only = getenv("MXDANE_FORMAT");
	struct evidence *evidence = make_large();
	struct sink sink;
	void *written = NULL;
	FILE *out;

	if (only != NULL && strcmp(only, row->name) != 0) {
		evidence_free(evidence);
		return;
	}
	out = sink_open(&sink);
	if (format->begin != NULL)
		written = format->begin(out, &options);
	format->domain(out, &options, evidence, written);
	if (format->end != NULL)
		format->end(out, &options, written);
	assert_int_equal(fclose(out), 0);
	assert_true(sink.size > row->least);
	if (!row->keeps)
		assert_true(sink.most < sink.before + MEMORY_MAX);
	evidence_free(evidence);
}

/* GitHub's summary goes to a stream of its own. */
static void
test_summary(void **state)
{
	struct evidence *evidence = make_large();
	struct sink sink, summary;
	const struct report_options options = {
		.summary = sink_open(&summary),
	};
	FILE *out = sink_open(&sink);

	(void)state;
	report_github.domain(out, &options, evidence, NULL);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(fclose(options.summary), 0);
	assert_true(summary.size > 1 << 20);
	assert_true(summary.most < summary.before + MEMORY_MAX);
	evidence_free(evidence);
}

/* The plugin holds the text, of which it has to replace each '|'. */
static void
test_plugin(void **state)
{
	const struct plugin_options options = { .verbosity = 2 };
	struct evidence *evidence = make_large();
	struct sink sink;
	FILE *out = sink_open(&sink);

	(void)state;
	plugin_report(out, evidence, &options);
	assert_int_equal(fclose(out), 0);
	assert_true(sink.size > 5 << 20);
	assert_true(sink.most < sink.before + 2 * sink.size + MEMORY_MAX);
	evidence_free(evidence);
}

int
main(void)
{
	const struct table tables[] = {
		TABLE(test_format, format_rows),
		TABLE_ALONE(test_summary),
		TABLE_ALONE(test_plugin),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
