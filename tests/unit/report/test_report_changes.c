/*
 * The text report of what changed (--since), against the expected ones; see
 * test_report.c for how they are written anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/report/report.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define KEY_1 "60785a34615aaa2c0d5d9bc1f3dfd6d9b0e5a3c7a2c0fe4d1f1e2d3c4b5aed91"
#define KEY_2 "51955a5a0b1c2d3e4f5061728394a5b6c7d8e9f00112233445566778899aabbc"

/* One of each kind; the issuer is a hostile one, as it is printed. */
static const struct {
	enum change_kind	 what;
	const char		*host;		/* static */
	const char		*address;	/* static */
	const char		*before;	/* static */
	const char		*after;		/* static */
} changes[] = {
	{ CHANGE_VERDICT, NULL, NULL, "pass", "unknown" },
	{ CHANGE_DNSSEC, NULL, NULL, "example.org algorithm 8 key 1",
	    "example.org algorithm 13 key 2" },
	{ CHANGE_TLSA, "mx1.example.org", NULL, "3 1 1 " KEY_1, NULL },
	{ CHANGE_TLSA, "mx1.example.org", NULL, NULL, "3 1 1 " KEY_2 },
	{ CHANGE_ADDRESS, "mx1.example.org", "192.0.2.1", NULL, "192.0.2.1" },
	{ CHANGE_KEY, "mx1.example.org", "2001:db8::1", KEY_1, KEY_2 },
	{ CHANGE_ISSUER, "mx1.example.org", "2001:db8::1",
	    "CN=R11,O=Let's Encrypt,C=US", "CN=\"::error::title=x::y "
	    "\\x1b[31m ::error:: \\x0a::error::\",O=A long name of a CA" },
	{ CHANGE_KEY_TYPE, "mx1.example.org", "2001:db8::1", "RSA", NULL },
	{ CHANGE_TLS, "mx1.example.org", "2001:db8::1", "TLSv1.3", "TLSv1.2" },
	{ CHANGE_MX, "mx2.example.org", NULL, "mx2.example.org", NULL },
};

static struct evidence *
make_evidence(const char *domain)
{
	static const uint8_t data[CHAIN_DIGEST] = { 0x51, 0x95 };
	const struct tlsa record = { .usage = 3, .selector = 1,
		.matching_type = 1, .data = (uint8_t *)(uintptr_t)data,
		.size = sizeof(data) };
	struct evidence *evidence = fixture_domain(domain);
	struct host_evidence *host = fixture_host(evidence, "mx1.example.org");

	fixture_tlsa(host, &record);
	fixture_endpoint(host, "192.0.2.1", OUTCOME_REFUSED, NULL);
	fixture_judge(evidence);
	evidence->judged.comparison.made = true;
	evidence->judged.comparison.since = CERTIFICATES_NOW - 3600;
	return evidence;
}

static struct evidence *
make_changed(const char *domain)
{
	struct evidence *evidence = make_evidence(domain);
	struct comparison *comparison = &evidence->judged.comparison;
	struct change *change;
	size_t i;

	comparison->count = COUNT(changes);
	comparison->changes = memory_new(COUNT(changes), sizeof(*change));
	for (i = 0; i < COUNT(changes); i++) {
		change = &comparison->changes[i];
		change->what = changes[i].what;
		change->host = memory_string(changes[i].host);
		change->before = memory_string(changes[i].before);
		change->after = memory_string(changes[i].after);
		if (changes[i].address != NULL)
			address_from_text(&change->address,
			    changes[i].address, 25);
	}
	/* It is told once. */
	finding_add(&evidence->judged.findings, FINDING_CHANGED_KEY,
	    "the finding of a change");
	return evidence;
}

static struct evidence *
make_new(void)
{
	struct evidence *evidence = make_evidence("new.example");
	struct comparison *comparison = &evidence->judged.comparison;

	comparison->since = 0;
	comparison->count = 1;
	comparison->changes = memory_new(1, sizeof(*comparison->changes));
	comparison->changes[0].what = CHANGE_NEW;
	comparison->changes[0].after = memory_string("unknown");
	return evidence;
}

/* One domain in which much changed, one in which nothing did, a new one. */
static char *
write_report(int verbosity, bool colour)
{
	const struct report_options options = {
		.verbosity = verbosity,
		.colour = colour,
	};
	struct evidence *domains[] = { make_changed("example.org"),
		make_evidence("same.example"), make_new() };
	char *text;
	size_t i, size;
	FILE *out = open_memstream(&text, &size);
	void *state = report_text.begin(out, &options);

	for (i = 0; i < COUNT(domains); i++) {
		report_text.domain(out, &options, domains[i], state);
		evidence_free(domains[i]);
	}
	report_text.end(out, &options, state);
	fclose(out);
	return text;
}

/* TEXT (consumed) against the report that is kept. */
static void
assert_expected(char *text, const char *name)
{
	const char *folder = getenv("srcdir");
	char *path = memory_format("%s/tests/unit/report/expected/%s",
	    folder != NULL ? folder : ".", name);
	char *expected = memory_new(1 << 16, 1);
	FILE *file;

	if (getenv("MXDANE_WRITE_REPORTS") != NULL) {
		file = fopen(path, "w");
		assert_non_null(file);
		fputs(text, file);
		fclose(file);
	}
	file = fopen(path, "r");
	if (file == NULL)
		fail_msg("cannot read %s", path);
	assert_true(fread(expected, 1, (1 << 16) - 1, file) > 0);
	fclose(file);
	assert_string_equal(text, expected);
	free(expected);
	free(path);
	free(text);
}

static void
test_ordinary(void **state)
{
	(void)state;
	assert_expected(write_report(0, false), "changes.txt");
}

static void
test_quiet(void **state)
{
	(void)state;
	assert_expected(write_report(-1, false), "changes-quiet.txt");
}

static void
test_verbose(void **state)
{
	(void)state;
	assert_expected(write_report(1, false), "changes-verbose.txt");
}

/* Each line is by itself, or is one of the report's own. */
static void
test_beginnings(void **state)
{
	static const char *const beginnings[] = { "example.org ", "  ",
		"new.example ", "" };
	char *text, *line, *rest;
	size_t i;
	int verbosity;

	(void)state;
	for (verbosity = -1; verbosity <= 0; verbosity++) {
		text = write_report(verbosity, false);
		for (line = strtok_r(text, "\n", &rest); line != NULL;
		    line = strtok_r(NULL, "\n", &rest)) {
			for (i = 0; strncmp(line, beginnings[i],
			    strlen(beginnings[i])) != 0; i++)
				continue;
			if (beginnings[i][0] == '\0')
				fail_msg("a line begins with %s", line);
			if (strlen(line) > 80 && verbosity == 0 &&
			    strstr(line, " 3 1 1 ") == NULL)
				fail_msg("a long line: %s", line);
		}
		assert_null(strstr(text, "same.example"));
		free(text);
	}
}

static void
test_colour(void **state)
{
	char *plain = write_report(0, false), *coloured = write_report(0, true);
	char *end = coloured;
	const char *next;

	(void)state;
	assert_non_null(strchr(coloured, '\033'));
	for (next = coloured; *next != '\0'; next++) {
		if (*next == '\033')
			next = strchr(next, 'm');
		else
			*end++ = *next;
	}
	*end = '\0';
	assert_string_equal(plain, coloured);
	free(plain);
	free(coloured);
}

/* Other formats tell changes as findings, and leave no domain out. */
static void
test_other_formats(void **state)
{
	const struct report_options options = { 0 };
	const struct report_format *format;
	struct evidence *evidence;
	size_t i, size;
	void *begun;
	char *text;
	FILE *out;

	(void)state;
	for (i = 0; (format = report_format_at(i)) != NULL; i++) {
		if (format == &report_text)
			continue;
		evidence = make_evidence("same.example");
		out = open_memstream(&text, &size);
		begun = format->begin == NULL ? NULL :
		    format->begin(out, &options);
		format->domain(out, &options, evidence, begun);
		if (format->end != NULL)
			format->end(out, &options, begun);
		fclose(out);
		assert_non_null(strstr(text, "same.example"));
		free(text);
		evidence_free(evidence);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ordinary),
		cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_verbose),
		cmocka_unit_test(test_beginnings),
		cmocka_unit_test(test_colour),
		cmocka_unit_test(test_other_formats),
	};

	return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
