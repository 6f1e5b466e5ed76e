/*
 * Machines that share an address (--repeat), as each format tells of them:
 * people see each, and a program gets nothing twice under one name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "checker/evidence/endpoint_ends.h"
#include "checker/report/report.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"

/* Adds what COUNT of 5 connections showed. */
static void
add_machine(struct endpoint_evidence *endpoint, const struct chain *chain,
    unsigned int count)
{
	struct handshake_evidence *added;

	fixture_handshake(endpoint, chain);
	added = &endpoint->handshakes[endpoint->handshake_count - 1];
	added->shown = count;
	added->asked = 5;
}

/* Two machines with keys of one type, one of which matches; one refuses. */
static struct evidence *
make_evidence(void)
{
	static const struct endpoint_ending refused = { STAGE_GREETING,
		OUTCOME_REFUSED, "421 busy", 421, .connections = 1 };
	struct chain *good = fixture_chain("mx.example.org", KEY_ECDSA);
	struct chain *bad = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	struct endpoint_evidence *endpoint;

	fixture_tlsa_of(host, good);
	endpoint = fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, NULL);
	add_machine(endpoint, good, 3);
	add_machine(endpoint, bad, 1);
	endpoint->connections = 5;
	endpoint->endings = endpoint_ends_copy(&refused, 1);
	endpoint->ending_count = 1;
	fixture_judge(evidence);
	chain_free(good);
	chain_free(bad);
	return evidence;
}

/* Owned by the caller. */
static char *
write_report(const struct report_format *format)
{
	const struct report_options options = { 0 };
	struct evidence *evidence = make_evidence();
	void *state = NULL;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	if (format->begin != NULL)
		state = format->begin(out, &options);
	format->domain(out, &options, evidence, state);
	if (format->end != NULL)
		format->end(out, &options, state);
	fclose(out);
	evidence_free(evidence);
	return text;
}

/* How often a report has WORDS. */
static size_t
count(const struct report_format *format, const char *words)
{
	char *report = write_report(format);
	const char *found = report;
	size_t times = 0;

	while ((found = strstr(found, words)) != NULL) {
		times++;
		found++;
	}
	free(report);
	return times;
}

static void
test_text(void **state)
{
	(void)state;
	assert_int_equal(count(&report_text, "FAIL     5 connections\n"), 1);
	assert_int_equal(count(&report_text,
	    "CN=mx.example.org, in 3 of 5 connections\n"), 1);
	assert_int_equal(count(&report_text,
	    "CN=mx.example.org, in 1 of 5 connections\n"), 1);
	assert_int_equal(count(&report_text,
	    " greeting: 421 busy, in 1 of 5 connections\n"), 1);
}

static void
test_json(void **state)
{
	char *report = write_report(&report_json);
	json_t *object = json_loads(report, 0, NULL), *endpoint;
	const char *stage, *error;
	int connections, failures, shown[2], asked[2];

	(void)state;
	endpoint = json_array_get(json_object_get(json_array_get(
	    json_object_get(object, "hosts"), 0), "endpoints"), 0);
	assert_int_equal(json_unpack(endpoint,
	    "{s:i, s:[{s:s, s:s, s:i}], s:[{s:i, s:i}, {s:i, s:i}]}",
	    "connections", &connections, "failures", "stage", &stage,
	    "error", &error, "connections", &failures, "handshakes",
	    "shown_in", &shown[0], "asked_in", &asked[0],
	    "shown_in", &shown[1], "asked_in", &asked[1]), 0);
	assert_int_equal(connections, 5);
	assert_string_equal(stage, "greeting");
	assert_string_equal(error, "421 busy");
	assert_int_equal(failures, 1);
	assert_int_equal(shown[0], 3);
	assert_int_equal(asked[0], 5);
	assert_int_equal(shown[1], 1);
	assert_int_equal(asked[1], 5);
	json_decref(object);
	free(report);
}

/* A key type of an address is one case, which fails with any of them. */
static void
test_cases(void **state)
{
	(void)state;
	assert_int_equal(count(&report_junit,
	    "name=\"mx.example.org [192.0.2.1] ECDSA\""), 1);
	assert_int_equal(count(&report_tap,
	    "mx.example.org [192.0.2.1] ECDSA\n"), 1);
	assert_int_equal(count(&report_tap,
	    "not ok 3 - example.org: mx.example.org [192.0.2.1] ECDSA\n"), 1);
}

/* A series has one sample, or the file is not taken. */
static void
test_prometheus(void **state)
{
	(void)state;
	assert_int_equal(count(&report_prometheus,
	    "\nmxdane_tlsa_record_matched{"), 1);
	assert_int_equal(count(&report_prometheus,
	    "\nmxdane_certificate_expiry_timestamp_seconds{"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_prometheus),
	};

	return cmocka_run_group_tests_name("repeated", tests, NULL, NULL);
}
