/*
 * report_json_read(): what --format json wrote of an earlier run is compared
 * like the run itself; and a stranger's file is bounded, and what is wrong with
 * it is named.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/evidence/host_dns.h"
#include "checker/judge/compare.h"
#include "checker/report/report.h"
#include "checker/report/report_json_read.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/compare_cases.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct compare_chains chains;

/* The JSON report of it, owned by the caller. */
static char *
write_json(const struct evidence *evidence)
{
	const struct report_options options = { 0 };
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	report_json.domain(out, &options, evidence, NULL);
	fclose(out);
	return text;
}

static struct evidence *
read_json(const char *text)
{
	struct evidence *evidence;
	char *why;

	evidence = report_json_read(text, strlen(text), &why);
	if (evidence == NULL)
		fail_msg("%s\n%s", why, text);
	return evidence;
}

/* The run as its report tells of it. */
static struct evidence *
reported(compare_plant *plant)
{
	struct evidence *evidence = compare_cases_make(&chains, plant), *again;
	char *text = write_json(evidence);

	again = read_json(text);
	free(text);
	evidence_free(evidence);
	return again;
}

static void
assert_changes(struct evidence *after, const struct evidence *before,
    const char *expected)
{
	char *text;

	compare(after, before);
	text = compare_cases_text(after, &chains);
	assert_string_equal(text, expected);
	free(text);
}

/* The same run differs in nothing from its report, nor that from the run. */
static void
test_same(void **state)
{
	const struct compare_case *row = *state;
	compare_plant *plants[2] = { row->before, row->after };
	struct evidence *seen, *report;
	size_t i, j;

	for (i = 0; i < 2; i++) {
		seen = compare_cases_make(&chains, plants[i]);
		report = reported(plants[i]);
		assert_string_equal(report->domain, seen->domain);
		assert_int_equal(report->checked_at, seen->checked_at);
		assert_int_equal(report->judged.verdict,
		    seen->judged.verdict);
		assert_changes(seen, report, "");
		fixture_judge(seen);
		assert_changes(report, seen, "");
		for (j = 0; j < seen->host_count; j++)
			assert_int_equal(
			    host_dns_address_status(&report->hosts[j]),
			    host_dns_address_status(&seen->hosts[j]));
		evidence_free(seen);
		evidence_free(report);
	}
}

/* Two runs differ in the same, whichever of them is known by its report. */
static void
test_change(void **state)
{
	const struct compare_case *row = *state;
	struct evidence *before = reported(row->before);
	struct evidence *after = compare_cases_make(&chains, row->after);

	if (!row->unreported)
		assert_changes(after, before, row->changes);
	evidence_free(before);
	evidence_free(after);
}

/* A report as it was, with PART in place of what is there. */
static char *
with_part(const char *old, const char *new)
{
	struct evidence *evidence = compare_cases_make(&chains, NULL);
	char *text = write_json(evidence), *found = strstr(text, old), *changed;

	if (found == NULL)
		fail_msg("there is no %s in %s", old, text);
	changed = memory_format("%.*s%s%s", (int)(found - text), text, new,
	    found + strlen(old));
	free(text);
	evidence_free(evidence);
	return changed;
}

/* --- newer keys */

#define UNSIGNED "\"signed_by\":[]"
#define SIGNED(tag) "\"signed_by\":[{\"zone\":\"example.org\"," \
	"\"algorithm\":13,\"key_tag\":" tag "}]"

static void
test_signers(void **state)
{
	/* Of MX, addresses and TLSA: as it is, and signed by either key. */
	static const char *const places[][3] = {
		{ UNSIGNED ",\"why\":null},\"tlsrpt\"",
		  SIGNED("1") ",\"why\":null},\"tlsrpt\"",
		  SIGNED("2") ",\"why\":null},\"tlsrpt\"" },
		{ UNSIGNED ",\"why\":null,\"list\"",
		  SIGNED("1") ",\"why\":null,\"list\"",
		  SIGNED("2") ",\"why\":null,\"list\"" },
		{ UNSIGNED ",\"why\":null,\"reference_names\"",
		  SIGNED("1") ",\"why\":null,\"reference_names\"",
		  SIGNED("2") ",\"why\":null,\"reference_names\"" },
	};
	struct evidence *before, *after;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(places); i++) {
		text = with_part(places[i][0], places[i][1]);
		before = read_json(text);
		after = read_json(text);
		assert_changes(after, before, "");
		evidence_free(after);
		free(text);

		text = with_part(places[i][0], places[i][2]);
		after = read_json(text);
		assert_changes(after, before, "dnssec "
		    "example.org algorithm 13 key 1 -> "
		    "example.org algorithm 13 key 2\n");
		evidence_free(after);
		evidence_free(before);
		free(text);
	}
}

/* --- what a stranger wrote */

#define MINIMAL "{\"domain\":\"example.org\",\"verdict\":\"pass\"," \
	"\"mx\":{},\"hosts\":[],"

static void
test_minimal(void **state)
{
	struct evidence *evidence = read_json(MINIMAL "\"findings\":null}");
	struct evidence *after = compare_cases_make(&chains, NULL);

	(void)state;
	assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
	assert_int_equal(evidence->checked_at, 0);
	assert_null(evidence->mx);
	/* Nothing is known, so nothing is new. */
	assert_changes(after, evidence, "");
	evidence_free(after);
	evidence_free(evidence);
}

/* Text is as it was printed once; what was not printed is printed now. */
static void
test_text(void **state)
{
	static const struct {
		const char	*json;		/* static */
		const char	*text;		/* static */
	} rows[] = {
		{ "CN=mx, O=\\u00e9", "CN=mx, O=\xc3\xa9" },
		{ "CN=\\\\x1b[31m", "CN=\\x1b[31m" },
		{ "CN=\\u001b[31m\\n", "CN=\\x1b[31m\\x0a" },
		{ "CN=\\u202e\\\\", "CN=\\u{202e}\\\\" },
	};
	const struct certificate *certificate;
	struct evidence *evidence;
	char *text, *part;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		part = memory_format("\"issuer\":\"%s\"", rows[i].json);
		text = with_part("\"issuer\":\"CN=One\"", part);
		evidence = read_json(text);
		certificate = evidence->hosts[0].endpoints[0].handshakes[0]
		    .seen->chain->certificates;
		assert_string_equal(certificate->issuer, rows[i].text);
		evidence_free(evidence);
		free(text);
		free(part);
	}
}

/* OLD in the report becomes NEW, and that is WHY it cannot be read. */
static const struct fault {
	const char	*name;
	const char	*old;
	const char	*new;
	const char	*why;
} faults[] = {
	{ "no domain", "\"domain\":\"example.org\"", "\"x\":1",
	    "domain: missing" },
	{ "domain a number", "\"domain\":\"example.org\"", "\"domain\":1",
	    "domain: not a string" },
	{ "no verdict", "\"verdict\":\"pass\",\"checked_at\"",
	    "\"checked_at\"", "verdict: missing" },
	{ "another verdict", "\"verdict\":\"pass\",\"checked_at\"",
	    "\"verdict\":\"\\u001b\",\"checked_at\"",
	    "verdict: \"\\x1b\" is not known here" },
	{ "no time", "T00:00:00Z\",\"elapsed", "T00:60:00Z\",\"elapsed",
	    "checked_at: not a time as in 2026-01-31T12:00:00Z" },
	{ "elapsed before it began", "\"elapsed_ms\":412",
	    "\"elapsed_ms\":-1", "elapsed_ms: out of range" },
	{ "hosts an object", "\"hosts\":[", "\"hosts\":{\"x\":[]},\"y\":[",
	    "hosts: not an array" },
	{ "a host a number", "\"hosts\":[", "\"hosts\":[1,",
	    "hosts[0]: not an object" },
	{ "one host twice", "\"name\":\"mx1.example.org\"",
	    "\"name\":\"mx2.example.org\"",
	    "hosts[1].name: of another host as well" },
	{ "a host without a name", "\"name\":\"mx2.example.org\"",
	    "\"name\":null", "hosts[1].name: missing" },
	{ "another status", "\"addresses\":{\"dnssec\":\"secure\"",
	    "\"addresses\":{\"dnssec\":\"safe\"",
	    "hosts[0].addresses.dnssec: \"safe\" is not known here" },
	{ "an address list", "\"list\":[", "\"list\":[\"192.0.2\",",
	    "hosts[0].addresses.list[0]: not an address" },
	{ "records a string", "\"records\":[", "\"records\":\"\",\"x\":[",
	    "hosts[0].tlsa.records: not an array" },
	{ "a usage that is too high", "\"usage\":3", "\"usage\":256",
	    "hosts[0].tlsa.records[0].usage: out of range" },
	{ "a usage that is text", "\"usage\":3", "\"usage\":\"3\"",
	    "hosts[0].tlsa.records[0].usage: not a whole number" },
	{ "usable in words", "\"usable\":true", "\"usable\":\"yes\"",
	    "hosts[0].tlsa.records[0].usable: neither true nor false" },
	{ "data that is not hexadecimal", "\"data\":\"",
	    "\"data\":\"zz",
	    "hosts[0].tlsa.records[0].data: not hexadecimal digits of "
	    "octets" },
	{ "half an octet", "\"data\":\"", "\"data\":\"1",
	    "hosts[0].tlsa.records[0].data: not hexadecimal digits of "
	    "octets" },
	{ "an endpoint without address", "\"address\":\"192.0.2.1\"",
	    "\"address\":\"mx\"",
	    "hosts[0].endpoints[0].address: not an address" },
	{ "a port that is too high", "\"port\":25", "\"port\":65536",
	    "hosts[0].endpoints[0].port: out of range" },
	{ "another stage", "\"stage\":\"done\"", "\"stage\":\"won\"",
	    "hosts[0].endpoints[0].stage: \"won\" is not known here" },
	{ "another key type", "\"key_type\":\"ECDSA\",\"protocol\"",
	    "\"key_type\":\"EC\",\"protocol\"",
	    "hosts[0].endpoints[0].handshakes[0].key_type: \"EC\" is not "
	    "known here" },
	{ "no chain", "\"chain\":[", "\"chain\":[],\"x\":[",
	    "hosts[0].endpoints[0].handshakes[0].chain: empty or missing" },
	{ "a short digest", "\"spki_sha256\":\"", "\"spki_sha256\":\"00",
	    "hosts[0].endpoints[0].handshakes[0].chain[0].spki_sha256: not "
	    "the digits of a SHA2-256" },
	{ "MX a list", "\"mx\":{", "\"mx\":[],\"x\":{", "mx: not an object" },
	{ "signed by a number", "\"signed_by\":[]",
	    "\"signed_by\":[{\"zone\":1}]",
	    "mx.signed_by[0].zone: not a string" },
	{ "a key tag that is too high", "\"signed_by\":[]",
	    "\"signed_by\":[{\"zone\":\"a\",\"key_tag\":70000}]",
	    "mx.signed_by[0].key_tag: out of range" },
	{ "a finding without code", "\"findings\":[",
	    "\"findings\":[{\"host\":null}],\"x\":[",
	    "findings[0].code: missing" },
};

static void
test_fault(void **state)
{
	const struct fault *row = *state;
	char *text = with_part(row->old, row->new), *why;

	assert_null(report_json_read(text, strlen(text), &why));
	assert_string_equal(why, row->why);
	free(why);
	free(text);
}

static void
assert_unreadable(const char *text, size_t size, const char *reason)
{
	char *why;

	assert_null(report_json_read(text, size, &why));
	if (strncmp(why, reason, strlen(reason)) != 0)
		fail_msg("%s", why);
	assert_null(strpbrk(why, "\033\n"));
	free(why);
}

static void
test_not_json(void **state)
{
	static const struct {
		const char	*text;		/* static */
		const char	*why;		/* static */
	} rows[] = {
		{ "", "not JSON" },
		{ "[]", "not an object" },
		{ "{\"domain\":\"a\"", "not JSON" },
		{ MINIMAL "\"x\":1} {}", "not JSON" },
		{ "{\"domain\":\"a\",\"domain\":\"b\"}", "not JSON" },
		{ "{\"domain\":\"a\\u0000b\"}", "not JSON" },
		{ "{\"domain\":\"\xff\"}", "not JSON" },
		{ "\033[31m", "not JSON" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		assert_unreadable(rows[i].text, strlen(rows[i].text),
		    rows[i].why);
}

/* "[[[[": deeper than any report. */
static void
test_deep(void **state)
{
	const size_t size = 1 << 20;
	char *text = memory_new(size, 1);

	(void)state;
	memset(text, '[', size);
	assert_unreadable(text, size, "not JSON");
	memset(text, ' ', size);
	assert_unreadable(text, REPORT_JSON_READ_MAX + 1, "longer than ");
	free(text);
}

/* An array with one element more than there can be. */
static void
assert_bounded(const char *key, const char *element, size_t most,
    const char *why)
{
	char *list = NULL, *part, *old, *text;
	size_t i;

	for (i = 0; i <= most; i++)
		list = memory_join(list, ",", element);
	old = memory_format("\"%s\":[", key);
	part = memory_format("\"%s\":[%s],\"x\":[", key, list);
	text = with_part(old, part);
	assert_unreadable(text, strlen(text), why);
	free(text);
	free(part);
	free(old);
	free(list);
}

static void
test_bounds(void **state)
{
	(void)state;
	assert_bounded("hosts", "{}", EVIDENCE_HOSTS_MAX,
	    "hosts: too many elements");
	assert_bounded("list", "\"192.0.2.1\"", 2 * ANSWER_RECORDS_MAX,
	    "hosts[0].addresses.list: too many elements");
	assert_bounded("records", "{}", ANSWER_RECORDS_MAX,
	    "hosts[0].tlsa.records: too many elements");
	assert_bounded("endpoints", "{}", 2 * ANSWER_RECORDS_MAX,
	    "hosts[0].endpoints: too many elements");
	assert_bounded("handshakes", "{}", EVIDENCE_HANDSHAKES_MAX,
	    "hosts[0].endpoints[0].handshakes: too many elements");
	assert_bounded("chain", "{}", CHAIN_MAX,
	    "hosts[0].endpoints[0].handshakes[0].chain: too many elements");
}

int
main(void)
{
	const struct table tables[] = {
		TABLE_PART(test_same, compare_cases, compare_case_count),
		TABLE_PART(test_change, compare_cases, compare_case_count),
		TABLE_ALONE(test_signers),
		TABLE_ALONE(test_minimal),
		TABLE_ALONE(test_text),
		TABLE(test_fault, faults),
		TABLE_ALONE(test_not_json),
		TABLE_ALONE(test_deep),
		TABLE_ALONE(test_bounds),
	};
	int failed;

	compare_chains_init(&chains);
	failed = table_run(tables, COUNT(tables));
	compare_chains_clear(&chains);
	return failed;
}
