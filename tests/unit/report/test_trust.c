/*
 * How the chains of trust are told: in the text report, in JSON, as cases, and
 * in the plugin's first line. The trees have DS and DNSKEY records as answers;
 * what they mean is for the judge.
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

#include "checker/report/plugin.h"
#include "checker/report/report.h"
#include "checker/report/report_json_read.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define COLUMNS	80

/* The zones of a domain that is secure, by NSEC3. */
static struct evidence *
make_domain(void)
{
	struct evidence *evidence = fixture_domain("example.org");

	fixture_zone(evidence, ".", NULL, DNSSEC_SECURE);
	fixture_zone(evidence, "org", ".", DNSSEC_SECURE);
	fixture_zone(evidence, "example.org", "org", DNSSEC_SECURE);
	return evidence;
}

static struct host_evidence *
add_host(struct evidence *evidence, const char *name)
{
	static const struct tlsa record = { .usage = 3, .selector = 1,
		.matching_type = 1, .data = (uint8_t *)"01234567890123456789"
		    "012345678901", .size = 32 };
	struct host_evidence *host = fixture_host(evidence, name);

	fixture_tlsa(host, &record);
	fixture_deny(host->aaaa, "example.org", 0, false);
	return host;
}

/* What the format writes of EVIDENCE (consumed), judged. Owned. */
static char *
write_report(const struct report_format *format, int verbosity,
    struct evidence *evidence)
{
	const struct report_options options = { .verbosity = verbosity };
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

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("no \"%s\" in:\n%s", part, text);
}

static void
assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("there is \"%s\" in:\n%s", part, text);
}

/* Records to publish are not wrapped; all else fits. */
static void
assert_fits(const char *text)
{
	char *copy = memory_string(text), *line, *rest;

	for (line = strtok_r(copy, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest)) {
		if (strlen(line) > COLUMNS && strstr(line, " IN ") == NULL)
			fail_msg("too long: %s", line);
	}
	free(copy);
}

/* --- Text */

/*
 * Every kind of break at once: a child without DS, hosts in zones that are not
 * signed, one with a DS record that fits nothing, one below an unsigned zone,
 * and one of which nothing was heard in time.
 */
static struct evidence *
make_breaks(void)
{
	struct evidence *evidence = make_domain();
	struct zone_evidence *zone;

	add_host(evidence, "mx.example.org");
	fixture_zone(evidence, "com", ".", DNSSEC_SECURE);
	fixture_zone(evidence, "a.com", "com", DNSSEC_INSECURE);
	fixture_zone(evidence, "b.com", "com", DNSSEC_INSECURE);
	fixture_zone(evidence, "bogus.org", "org", DNSSEC_BOGUS);
	zone = fixture_zone(evidence, "late.org", "org", DNSSEC_SECURE);
	answer_free(zone->dnskey);
	zone->dnskey = NULL;
	zone = fixture_zone(evidence, "_tcp.mx.example.org", "example.org",
	    DNSSEC_INSECURE);
	zone->dnskey = fixture_answer(zone->name, DNS_DNSKEY, ANSWER_RECORDS,
	    DNSSEC_INSECURE);
	fixture_key(zone->dnskey, 7);
	zone = fixture_zone(evidence, "signed.a.com", "a.com",
	    DNSSEC_INSECURE);
	zone->dnskey = fixture_answer(zone->name, DNS_DNSKEY, ANSWER_RECORDS,
	    DNSSEC_INSECURE);
	fixture_key(zone->dnskey, 8);
	fixture_zone(evidence, "a.a.com", "a.com", DNSSEC_INSECURE);
	fixture_zone(evidence, "a.bogus.org", "bogus.org", DNSSEC_SECURE);
	evidence_sort_zones(evidence);
	fixture_judge(evidence);
	return evidence;
}

/* The advice that a rule gives: one record is tried, it would validate. */
static void
advise_ds(struct evidence *evidence)
{
	struct zone_evidence *zone = evidence_zone(evidence,
	    "_tcp.mx.example.org");
	const struct advice_rrset rrset = { zone->name, 3600 };
	struct finding *finding = finding_add(&evidence->judged.findings,
	    FINDING_DS_MISSING, "_tcp.mx.example.org is signed, but "
	    "example.org has no DS record for it");

	finding->place.host = evidence->hosts[0].name;
	finding->place.zone = zone->name;
	advice_add_text(&finding->advice, "have the DS record of "
	    "_tcp.mx.example.org published in example.org");
	advice_add_publish_data(&finding->advice, &rrset, DNS_DS,
	    "4711 13 2 60785a34aa9ff9bbcd2a2b7bd3ed8f2a1e30a5bcf0a3b1b7c7fa"
	    "9a0a5c1b9f6d");
}

/* TEXT (consumed) against what is kept. */
static void
compare(char *text, const char *name)
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
	assert_fits(text);
	free(expected);
	free(path);
	free(text);
}

static void
test_text(void **state)
{
	struct evidence *evidence = make_breaks();

	(void)state;
	advise_ds(evidence);
	compare(write_report(&report_text, 0, evidence), "trust.txt");
}

static void
test_text_verbose(void **state)
{
	struct evidence *evidence = make_breaks();

	(void)state;
	advise_ds(evidence);
	compare(write_report(&report_text, 1, evidence), "trust-verbose.txt");
}

/* Where all is well, nothing is told of it but with -v. */
static void
test_healthy(void **state)
{
	struct evidence *evidence;
	char *text;
	int verbosity;

	(void)state;
	for (verbosity = 0; verbosity <= 1; verbosity++) {
		evidence = make_domain();
		add_host(evidence, "mx.example.org");
		fixture_judge(evidence);
		text = write_report(&report_text, verbosity, evidence);
		if (verbosity == 0)
			assert_lacks(text, "trust ");
		else
			assert_has(text, "\ntrust    . -> org (13, DS 4711) "
			    "-> example.org (13, NSEC3, until 2026-01-21,\n"
			    "         50% left)\n");
		assert_lacks(text, "BROKEN");
		assert_lacks(text, "UNSIGNED");
		free(text);
	}
}

#define HOSTS	64

/* Hosts in as many zones with one parent; all are not signed, or broken. */
static struct evidence *
make_many(enum dnssec_status status)
{
	struct evidence *evidence = make_domain();
	char *name;
	size_t i;

	for (i = 0; i < HOSTS; i++) {
		name = memory_format("mx%zu.org", i + 1);
		add_host(evidence, name);
		fixture_zone(evidence, name, "org", status);
		free(name);
	}
	evidence_sort_zones(evidence);
	fixture_judge(evidence);
	return evidence;
}

/* How many lines begin with WORD. */
static size_t
count_lines(const char *text, const char *word)
{
	size_t count = 0;

	for (; text != NULL; text = strchr(text, '\n')) {
		text += *text == '\n';
		count += strncmp(text, word, strlen(word)) == 0;
	}
	return count;
}

static void
test_many_unsigned(void **state)
{
	char *text = write_report(&report_text, 0,
	    make_many(DNSSEC_INSECURE));

	(void)state;
	assert_int_equal(count_lines(text, "trust "), 1);
	assert_int_equal(count_lines(text, "UNSIGNED "), 1);
	assert_has(text, "\nUNSIGNED org -> mx1.org, mx2.org, mx3.org, "
	    "mx4.org and 60 more: not signed\n");
	free(text);
	text = write_report(&report_text, 1, make_many(DNSSEC_INSECURE));
	assert_int_equal(count_lines(text, "UNSIGNED "), 1);
	assert_has(text, "mx64.org: not signed\n");
	free(text);
}

static void
test_many_broken(void **state)
{
	char *text = write_report(&report_text, 0, make_many(DNSSEC_BOGUS));

	(void)state;
	assert_int_equal(count_lines(text, "trust "), 1);
	assert_int_equal(count_lines(text, "BROKEN "), 12 + 1);
	assert_has(text, "\nBROKEN   and at 52 more zones, which -v lists\n");
	free(text);
	text = write_report(&report_text, 1, make_many(DNSSEC_BOGUS));
	assert_int_equal(count_lines(text, "BROKEN "), HOSTS);
	free(text);
}

/* A zone chooses how many DS records it has. */
static void
test_many_ds(void **state)
{
	struct evidence *evidence = make_domain();
	struct answer *ds = evidence->zones[1].ds;
	char *text;
	uint16_t i;

	(void)state;
	for (i = 0; i < 200; i++)
		fixture_ds(ds, (uint16_t)(i + 1), (uint8_t)(i % 20));
	fixture_judge(evidence);
	text = write_report(&report_text, 1, evidence);
	assert_has(text, " org (13, 0, 1, 2, ..., DS 4711, 1, 2, 3, ...) ->");
	free(text);
}

/* Trees from elsewhere: parents that are missing, or not before it. */
static void
test_orphans(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct zone_evidence *zone;
	char *text;

	(void)state;
	fixture_zone(evidence, "a", "b", DNSSEC_INSECURE);
	fixture_zone(evidence, "b", "a", DNSSEC_INSECURE);
	zone = fixture_zone(evidence, "c", "c", DNSSEC_INSECURE);
	free(zone->parent);
	zone->parent = NULL;
	fixture_judge(evidence);
	text = write_report(&report_text, 1, evidence);
	assert_has(text, "\nUNKNOWN  b -> a: the chain of trust breaks ");
	assert_has(text, "\nbelow    a -> b: the chain of trust breaks ");
	assert_has(text, "\nUNSIGNED c: not signed\n");
	free(text);
}

/* --- JSON */

/* The zones of a report. The object is the caller's. */
static json_t *
zones_of(json_t **object, struct evidence *evidence)
{
	char *text = write_report(&report_json, 0, evidence);
	struct evidence *read;
	char *why;

	/* As an earlier report it can be compared with. */
	read = report_json_read(text, strlen(text), &why);
	assert_non_null(read);
	evidence_free(read);
	*object = json_loads(text, 0, NULL);
	free(text);
	assert_non_null(*object);
	return json_object_get(*object, "zones");
}

static void
assert_json(json_t *value, const char *expected)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

static void
test_json(void **state)
{
	struct evidence *evidence = make_domain();
	json_t *object, *zones;

	(void)state;
	add_host(evidence, "mx.example.org");
	fixture_zone(evidence, "unsigned.org", "org", DNSSEC_INSECURE);
	fixture_judge(evidence);
	zones = zones_of(&object, evidence);
	assert_int_equal(json_array_size(zones), 4);
	assert_json(json_array_get(zones, 0), "{\"name\":\".\","
	    "\"parent\":null,\"dnssec\":\"secure\",\"why\":null,\"ds\":[],"
	    "\"dnskeys\":[{\"key_tag\":9262,\"algorithm\":13,\"flags\":257}],"
	    "\"denial\":null,\"signed_from\":null,\"signed_until\":null,"
	    "\"life_left_percent\":null}");
	assert_json(json_array_get(zones, 2), "{\"name\":\"example.org\","
	    "\"parent\":\"org\",\"dnssec\":\"secure\",\"why\":null,"
	    "\"ds\":[{\"key_tag\":4711,\"algorithm\":13,\"digest_type\":2,"
	    "\"digest\":\"5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"
	    "5a5a5a5a5a5a5a5a\"}],"
	    "\"dnskeys\":[{\"key_tag\":17486,\"algorithm\":13,"
	    "\"flags\":257}],\"denial\":{\"type\":\"nsec3\",\"iterations\":0,"
	    "\"opt_out\":false},\"signed_from\":\"2025-12-12T00:00:00Z\","
	    "\"signed_until\":\"2026-01-21T00:00:00Z\","
	    "\"life_left_percent\":50}");
	assert_json(json_array_get(zones, 3), "{\"name\":\"unsigned.org\","
	    "\"parent\":\"org\",\"dnssec\":\"insecure\",\"why\":"
	    "\"unsigned.org is not signed\",\"ds\":[],\"dnskeys\":[],"
	    "\"denial\":null,\"signed_from\":null,\"signed_until\":null,"
	    "\"life_left_percent\":null}");
	json_decref(object);
}

/* RDATA that is too short is left out; empty digests are not. */
static void
test_json_hostile(void **state)
{
	struct evidence *evidence = make_domain();
	struct zone_evidence *zone = &evidence->zones[2];
	json_t *object, *zones;
	size_t size;

	(void)state;
	for (size = 0; size <= 4; size++) {
		fixture_add(zone->ds, "\x00\x07\x0d\x02", size);
		fixture_add(zone->dnskey, "\x01\x00\x03\x0d", size);
	}
	fixture_judge(evidence);
	zones = zones_of(&object, evidence);
	zones = json_array_get(zones, 2);
	assert_int_equal(json_array_size(json_object_get(zones, "ds")), 2);
	assert_json(json_array_get(json_object_get(zones, "ds"), 1),
	    "{\"key_tag\":7,\"algorithm\":13,\"digest_type\":2,"
	    "\"digest\":\"\"}");
	assert_int_equal(json_array_size(json_object_get(zones, "dnskeys")),
	    2);
	json_decref(object);
}

/* As of a day to come, less of the life is left. */
static void
test_json_days(void **state)
{
	const struct judge_options options = { .ahead_days = 10 };
	struct evidence *evidence = make_domain();
	json_t *object, *zones;

	(void)state;
	judge(evidence, &options);
	zones = zones_of(&object, evidence);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(
	    zones, 2), "life_left_percent")), 25);
	json_decref(object);
}

/* --- Cases */

static void
test_cases(void **state)
{
	struct evidence *evidence = make_breaks();
	char *text;

	(void)state;
	advise_ds(evidence);
	text = write_report(&report_tap, 0, evidence);
	assert_has(text, "\nok 2 - example.org: zone .\n");
	assert_has(text, "- example.org: zone example.org\n");
	assert_has(text, "\nnot ok 7 - example.org: zone bogus.org\n# ");
	/* No answer leads through these. */
	assert_has(text, "- example.org: zone a.com # SKIP not applicable\n"
	    "# a.com is not signed\n");
	assert_has(text, "- example.org: zone late.org # SKIP not applicable\n"
	    "# the keys of late.org were not asked for in time\n");
	free(text);
}

/*
 * What DANE lacks is a failure; an unsigned alias of a host that passes is not.
 */
static void
test_cases_depend(void **state)
{
	struct evidence *evidence;
	struct host_evidence *host;
	char *text;
	int passes;

	(void)state;
	for (passes = 0; passes <= 1; passes++) {
		evidence = make_domain();
		fixture_zone(evidence, "example.net", ".", DNSSEC_INSECURE);
		host = add_host(evidence, "mx.example.org");
		free(host->a->expanded);
		host->a->expanded = memory_string("a.example.net");
		host->a->aliased = true;
		fixture_judge(evidence);
		host->judged.verdict = passes ? VERDICT_PASS : VERDICT_NONE;
		text = write_report(&report_tap, 0, evidence);
		assert_has(text, passes ? "\nok 5 - example.org: zone "
		    "example.net # SKIP not applicable\n# example.net is not "
		    "signed\n" : "\nnot ok 5 - example.org: zone example.net\n"
		    "# example.net is not signed\n");
		free(text);
	}
}

static void
test_junit(void **state)
{
	struct evidence *evidence = make_breaks();
	char *text;

	(void)state;
	advise_ds(evidence);
	text = write_report(&report_junit, 0, evidence);
	assert_has(text, "name=\"zone org\"/>");
	assert_has(text, "name=\"zone _tcp.mx.example.org\">\n"
	    "      <failure message=\"_tcp.mx.example.org is signed, but "
	    "example.org has no DS record for it\" type=");
	/* The finding says why, and why is not told twice. */
	assert_has(text, "type=\"none\">warning ds-missing: zone "
	    "_tcp.mx.example.org: ");
	assert_has(text, "&#10;publish  _tcp.mx.example.org. IN DS 4711 13 2 ");
	assert_has(text, "name=\"zone a.com\">\n      <skipped message=\""
	    "a.com is not signed\">a.com is not signed</skipped>");
	free(text);
}

/* --- The plugin */

static void
test_plugin(void **state)
{
	const struct plugin_options options = {
		.missing = PLUGIN_CRITICAL,
		.unreachable = PLUGIN_CRITICAL,
	};
	struct evidence *evidence = make_domain();
	struct zone_evidence *zone = &evidence->zones[2];
	char *text;
	size_t size;
	FILE *out;

	(void)state;
	answer_free(zone->ds);
	zone->ds = fixture_answer(zone->name, DNS_DS, ANSWER_NO_DATA,
	    DNSSEC_SECURE);
	evidence->mx->dnssec = DNSSEC_INSECURE;
	zone->dnskey->dnssec = DNSSEC_INSECURE;
	add_host(evidence, "mx.example.org");
	fixture_judge(evidence);
	out = open_memstream(&text, &size);
	assert_non_null(out);
	plugin_report(out, evidence, &options);
	fclose(out);
	assert_has(text, "MXDANE CRITICAL: example.org: mx-insecure: "
	    "ds-missing, zone example.org | time=");
	assert_has(text, "\nBROKEN   org -> example.org: signed, but org has "
	    "no DS for it\n");
	assert_has(text, "\nwarning  ds-missing  zone example.org\n");
	free(text);
	text = write_report(&report_text, -1, evidence);
	assert_has(text, "DNSSEC insecure  mx-insecure: ds-missing, zone "
	    "example.org\n");
	free(text);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_ALONE(test_text),
		TABLE_ALONE(test_text_verbose),
		TABLE_ALONE(test_healthy),
		TABLE_ALONE(test_many_unsigned),
		TABLE_ALONE(test_many_broken),
		TABLE_ALONE(test_many_ds),
		TABLE_ALONE(test_orphans),
		TABLE_ALONE(test_json),
		TABLE_ALONE(test_json_hostile),
		TABLE_ALONE(test_json_days),
		TABLE_ALONE(test_cases),
		TABLE_ALONE(test_cases_depend),
		TABLE_ALONE(test_junit),
		TABLE_ALONE(test_plugin),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
