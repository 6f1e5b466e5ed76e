/*
 * A finding that many hosts share: people read it once, with the names of all
 * hosts; programs get one for each host. Both in an order that stays.
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

#include "checker/report/report.h"
#include "resolver/memory.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define HOSTS	66
#define COLUMNS	80

/* "mx1.example.org". Owned by the caller. */
static char *
host_name(size_t i)
{
	return memory_format("mx%zu.example.org", i + 1);
}

/* Hosts without TLSA records. */
static struct evidence *
make_evidence(void)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host;
	char *name, *owner;
	size_t i;

	for (i = 0; i < HOSTS; i++) {
		name = host_name(i);
		owner = memory_format("_25._tcp.%s", name);
		host = fixture_host(evidence, name);
		host->tlsa[0] = fixture_answer(owner, DNS_TLSA,
		    ANSWER_NO_DATA, DNSSEC_SECURE);
		free(owner);
		free(name);
	}
	fixture_judge(evidence);
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

/* The lines of the finding, from its code to its text, as one. Owned. */
static char *
places_of(const char *report)
{
	const char *start = strstr(report, "warning  tlsa-none  ");
	const char *end = strstr(report, "\n         no TLSA records\n");
	char *places, *from, *to;

	assert_non_null(start);
	assert_non_null(end);
	start += strlen("warning  tlsa-none  ");
	assert_true(start < end);
	places = memory_copy(start, (size_t)(end - start));
	/* Where the line was broken there is one space. */
	for (from = to = places; *from != '\0'; *to++ = ' ') {
		while (*from != '\0' && *from != ' ' && *from != '\n')
			*to++ = *from++;
		from += strspn(from, "\n ");
	}
	to[-1] = '\0';
	return places;
}

static void
test_text(void **state)
{
	char *report = write_report(&report_text);
	char *places = places_of(report);
	char *expected = NULL, *name, *line, *rest;
	size_t i;

	(void)state;
	for (i = 0; i < HOSTS; i++) {
		name = host_name(i);
		expected = memory_join(expected, " ", name);
		free(name);
	}
	assert_string_equal(places, expected);
	for (line = strtok_r(report, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest))
		assert_true(strlen(line) <= COLUMNS);
	free(expected);
	free(places);
	free(report);
}

static void
test_json(void **state)
{
	char *report = write_report(&report_json), *name;
	json_t *object = json_loads(report, 0, NULL);
	json_t *findings = json_object_get(object, "findings"), *finding;
	size_t i;

	(void)state;
	assert_int_equal(json_array_size(findings), HOSTS);
	for (i = 0; i < HOSTS; i++) {
		finding = json_array_get(findings, i);
		name = host_name(i);
		assert_string_equal(json_string_value(json_object_get(finding,
		    "code")), "tlsa-none");
		assert_string_equal(json_string_value(json_object_get(finding,
		    "host")), name);
		free(name);
	}
	json_decref(object);
	free(report);
}

/* GitHub's runners show a few annotations for each step only. */
static void
test_github(void **state)
{
	char *report = write_report(&report_github);
	const char *command = strstr(report, "::warning title=");

	(void)state;
	assert_non_null(command);
	assert_null(strstr(command + 1, "::warning title="));
	assert_non_null(strstr(command, " mx66.example.org: no TLSA"));
	free(report);
}

static void
test_same_again(void **state)
{
	const struct report_format *format;
	char *first, *second;
	size_t i;

	(void)state;
	for (i = 0; (format = report_format_at(i)) != NULL; i++) {
		first = write_report(format);
		second = write_report(format);
		assert_string_equal(first, second);
		free(first);
		free(second);
	}
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_ALONE(test_text),
		TABLE_ALONE(test_json),
		TABLE_ALONE(test_github),
		TABLE_ALONE(test_same_again),
	};

	return table_run(tables, COUNT(tables));
}
