/*
 * Each writer against its report in tests/unit/report/expected/, of a domain
 * whose server is hostile: its banner and its certificate hold what terminals,
 * CI systems and parsers would obey. MXDANE_WRITE_REPORTS=1 writes the reports
 * anew; look at the difference before it is committed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "checker/report/report.h"
#include "resolver/memory.h"
#include "resolver/text.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"

/* CN=mx.example.org, for a hundred years. */
static const char ordinary[] =
	    "-----BEGIN CERTIFICATE-----\n"
	    "MIIBpDCCAUqgAwIBAgIUVNtVBSmyaUwwhmrGUkfpCFxcGvcwCgYIKoZIzj0EAwIw\n"
	    "GTEXMBUGA1UEAwwObXguZXhhbXBsZS5vcmcwIBcNMjYxMTI0MTUxNjIzWhgPMjEy\n"
	    "NjEwMzExNTE2MjNaMBkxFzAVBgNVBAMMDm14LmV4YW1wbGUub3JnMFkwEwYHKoZI\n"
	    "zj0CAQYIKoZIzj0DAQcDQgAECaVp60qQlvXXPITotWYhFHgtjS3htO11xZIrOGyz\n"
	    "Df4lBJAr0p/3CjBAPe1a3D0R6Ap3yqp6I76eJsn0x5kCMKNuMGwwHQYDVR0OBBYE\n"
	    "FGkTtGVHVvLjcPG7aEH1DUVKP+DsMB8GA1UdIwQYMBaAFGkTtGVHVvLjcPG7aEH1\n"
	    "DUVKP+DsMA8GA1UdEwEB/wQFMAMBAf8wGQYDVR0RBBIwEIIObXguZXhhbXBsZS5v\n"
	    "cmcwCgYIKoZIzj0EAwIDSAAwRQIgRU+57KNlic43RLlLE4KvG6fQuC10CMsuSUU4\n"
	    "s8uIYRcCIQDltKN/KLaNY/RfbKrfx2HKaNHvqz10dgNkbVj9rgFeEA==\n"
	    "-----END CERTIFICATE-----\n";

/* Its CN is: ESC "[31mred | ::error::x ]]> <b>&\"'" U+202E "txt". */
static const char hostile[] =
	    "-----BEGIN CERTIFICATE-----\n"
	    "MIIBnTCCAUOgAwIBAgIUWG2xAp1r9Prrbt+wz4/kN7uBo90wCgYIKoZIzj0EAwIw\n"
	    "MTEvMC0GA1UEAwwmG1szMW1yZWQgfCA6OmVycm9yOjp4IF1dPiA8Yj4mIifigK50\n"
	    "eHQwIBcNMjYxMTI0MTUxNjI0WhgPMjEyNjEwMzExNTE2MjRaMDExLzAtBgNVBAMM\n"
	    "JhtbMzFtcmVkIHwgOjplcnJvcjo6eCBdXT4gPGI+JiIn4oCudHh0MFkwEwYHKoZI\n"
	    "zj0CAQYIKoZIzj0DAQcDQgAESr8ikcUw6XcxGRPJ1KZOvbeIrhBvcjc7ZA5vqdro\n"
	    "uElr/SxTuVxhreNzyzP0p7m4EGDGGV/+ERz6mSkSfyY7GqM3MDUwFAYDVR0RBA0w\n"
	    "C4IJYS5leGFtcGxlMB0GA1UdDgQWBBRaDhFvS9Qzilst1fyEPJEQ3JMTuzAKBggq\n"
	    "hkjOPQQDAgNIADBFAiEA5pjqky1qh2DNY44b2fnb5aKNI+pf3ogICamFFk9X7cgC\n"
	    "IG+P7dIVCIRnqfEPEWwbuIEM/1B2nXQwnL5y2DH14314\n"
	    "-----END CERTIFICATE-----\n";

/* A reply to STARTTLS, as the session hands it on. */
static const char banner[] = "454 \033[2J|::error::no\0]]>\xff%0A\n::warning::";

static void
add_signer(struct answer *answer, const char *zone, uint16_t key_tag)
{
	struct answer_signer *signer;

	answer->signers = memory_grow(answer->signers, answer->signer_count,
	    sizeof(*signer));
	signer = &answer->signers[answer->signer_count++];
	signer->zone = memory_string(zone);
	signer->algorithm = 13;
	signer->key_tag = key_tag;
}

/* By what it was gathered, and how it is signed. */
static void
add_provenance(struct evidence *evidence)
{
	struct host_evidence *host = evidence->hosts;
	size_t i;

	evidence->tool = (struct tool_evidence){
		.version = memory_string("0.1.0"),
		.openssl = memory_string("OpenSSL 3.0.17 1 Jul 2025"),
		.unbound = memory_string("1.17.1"),
		.dnssec = memory_string(TOOL_DNSSEC_ROOT),
	};
	for (i = 0; i < host->endpoint_count; i++)
		address_from_text(&host->endpoints[i].source,
		    host->endpoints[i].address.family == AF_INET ?
		    "198.51.100.7" : "2001:db8::7", 0);
	add_signer(evidence->mx, "example.org", 4711);
	add_signer(host->a, "example.org", 4711);
	add_signer(host->a, "example.org", 4713);
	add_signer(host->aaaa, "example.org", 4712);
	add_signer(host->aaaa, "example.org", 4713);
	add_signer(host->tlsa[0], "example.org", 4711);
}

/* A chain of trust, and a zone beside it that is not signed. */
static void
add_zones(struct evidence *evidence)
{
	fixture_zone(evidence, ".", NULL, DNSSEC_SECURE);
	fixture_zone(evidence, "net", ".", DNSSEC_SECURE);
	fixture_zone(evidence, "org", ".", DNSSEC_SECURE);
	fixture_zone(evidence, "example.net", "net", DNSSEC_INSECURE);
	fixture_zone(evidence, "example.org", "org", DNSSEC_SECURE);
	fixture_deny(evidence->zones[3].ds, "net", 0, true);
	fixture_deny(evidence->hosts->aaaa, "example.org", 5, false);
}

/* One address passes, one presents the wrong key, one refuses. */
static struct evidence *
make_evidence(void)
{
	static const struct tlsa unusable = { .usage = 1, .selector = 0,
		.matching_type = 1, .data = (uint8_t *)"x", .size = 1 };
	struct chain *good = certificates_parse(ordinary);
	struct chain *bad = certificates_parse(hostile);
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	struct endpoint_evidence *endpoint;

	fixture_tlsa_of(host, good);
	fixture_tlsa(host, &unusable);
	fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, good);
	fixture_endpoint(host, "2001:db8::1", OUTCOME_DONE, bad);
	endpoint = fixture_endpoint(host, "192.0.2.3",
	    OUTCOME_STARTTLS_REFUSED, NULL);
	endpoint->stage = STAGE_STARTTLS;
	free(endpoint->error);
	endpoint->error = text_printable(banner, sizeof(banner) - 1);
	add_provenance(evidence);
	add_zones(evidence);
	fixture_judge(evidence);
	chain_free(good);
	chain_free(bad);
	return evidence;
}

/* What the format writes of EVIDENCE (consumed). Owned by the caller. */
static char *
write_evidence(const char *name, const struct report_options *options,
    struct evidence *evidence)
{
	const struct report_format *format = report_format_find(name);
	void *state = NULL;
	char *text;
	size_t size;
	FILE *out;

	assert_non_null(format);
	out = open_memstream(&text, &size);
	assert_non_null(out);
	if (format->begin != NULL)
		state = format->begin(out, options);
	format->domain(out, options, evidence, state);
	if (format->end != NULL)
		format->end(out, options, state);
	fclose(out);
	evidence_free(evidence);
	return text;
}

/* What it writes of the domain, but for SUMMARY. Owned by the caller. */
static char *
write_with_summary(const char *name, bool colour, FILE *summary)
{
	const struct report_options options = {
		.colour = colour,
		.summary = summary,
	};

	return write_evidence(name, &options, make_evidence());
}

static char *
write_report(const char *name, bool colour)
{
	return write_with_summary(name, colour, NULL);
}

static char *
report_path(const char *name)
{
	const char *folder = getenv("srcdir");

	return memory_format("%s/tests/unit/report/expected/%s",
	    folder != NULL ? folder : ".", name);
}

static char *
read_file(const char *path)
{
	char *text = memory_new(1 << 20, 1);
	FILE *file = fopen(path, "r");

	if (file == NULL)
		fail_msg("cannot read %s", path);
	if (fread(text, 1, (1 << 20) - 1, file) == 0)
		fail_msg("nothing in %s", path);
	fclose(file);
	return text;
}

/* TEXT (consumed) against the report that is kept. */
static void
compare(char *text, const char *file)
{
	char *path = report_path(file), *expected;
	FILE *out;

	if (getenv("MXDANE_WRITE_REPORTS") != NULL) {
		out = fopen(path, "w");
		assert_non_null(out);
		fputs(text, out);
		fclose(out);
	}
	expected = read_file(path);
	assert_string_equal(text, expected);
	free(expected);
	free(text);
	free(path);
}

static void
test_text(void **state)
{
	(void)state;
	compare(write_report("text", false), "text.txt");
}

/* Digests in full, and at the end by what it was checked. */
static void
test_text_verbose(void **state)
{
	const struct report_options options = { .verbosity = 1 };

	(void)state;
	compare(write_evidence("text", &options, make_evidence()),
	    "text-verbose.txt");
}

static void
test_json(void **state)
{
	(void)state;
	compare(write_report("json", false), "json.json");
}

static void
add_change(struct evidence *evidence, struct change change)
{
	struct comparison *comparison = &evidence->judged.comparison;

	comparison->made = true;
	comparison->changes = memory_grow(comparison->changes,
	    comparison->count, sizeof(*comparison->changes));
	change.host = memory_string(change.host);
	change.before = memory_string(change.before);
	change.after = memory_string(change.after);
	comparison->changes[comparison->count++] = change;
}

/* A domain that was compared with an earlier run: one change of each kind. */
static void
test_json_changes(void **state)
{
	static const struct report_options options = { .verbosity = 0 };
	struct evidence *evidence = make_evidence();
	const struct address address =
	    evidence->hosts[0].endpoints[1].address;
	enum change_kind kind;

	(void)state;
	for (kind = CHANGE_NEW; kind <= CHANGE_VERDICT; kind++)
		add_change(evidence, (struct change){ .what = kind,
			.after = (char *)(uintptr_t)"fail" });
	for (; kind <= CHANGE_DNSSEC; kind++)
		add_change(evidence, (struct change){ .what = kind,
			.host = (char *)(uintptr_t)"mx.example.org",
			.address = address,
			.before = (char *)(uintptr_t)"this" });
	compare(write_evidence("json", &options, evidence),
	    "json-changes.json");
}

static void
test_junit(void **state)
{
	(void)state;
	compare(write_report("junit", false), "junit.xml");
}

static void
test_tap(void **state)
{
	(void)state;
	compare(write_report("tap", false), "tap.tap");
}

/* Where no record can be used, the host's case is none, too; no address is. */
static void
test_tap_unusable(void **state)
{
	static const struct tlsa record = { .usage = 0 };
	const struct report_options options = { .verbosity = 0 };
	struct evidence *evidence = fixture_domain("example.org");
	char *text;

	(void)state;
	evidence->dns_only = true;
	fixture_tlsa(fixture_host(evidence, "mx.example.org"), &record);
	fixture_judge(evidence);
	text = write_evidence("tap", &options, evidence);
	assert_non_null(strstr(text, "ok 1 - "));
	assert_non_null(strstr(text, "\nnot ok 2 - "));
	free(text);
}

static void
test_github(void **state)
{
	char *text;
	size_t size;
	FILE *summary = open_memstream(&text, &size);

	(void)state;
	assert_non_null(summary);
	compare(write_with_summary("github", false, summary), "github.txt");
	fclose(summary);
	compare(text, "github.md");
}

static void
test_prometheus(void **state)
{
	(void)state;
	compare(write_report("prometheus", false), "prometheus.prom");
}

/* Whatever the format, nothing that a terminal obeys or that hides text. */
static void
test_nothing_obeys(void **state)
{
	const struct report_format *format;
	const unsigned char *next;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; (format = report_format_at(i)) != NULL; i++) {
		text = write_report(format->name, false);
		for (next = (const unsigned char *)text; *next != '\0'; next++)
			assert_true(*next == '\n' || (*next >= ' ' &&
			    *next != 0x7f));
		assert_null(strstr(text, "\xe2\x80\xae"));	/* U+202E */
		assert_non_null(strstr(text, "example.org"));
		free(text);
	}
}

/* No line of a server's begins a workflow command. */
static void
test_github_commands(void **state)
{
	static const char *const beginnings[] = { "DANE for example.org: fail",
		"::error title=", "::warning title=", "::notice title=" };
	char *text = write_report("github", false), *line, *rest;
	size_t i, known;

	(void)state;
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest)) {
		known = 0;
		for (i = 0; i < sizeof(beginnings) / sizeof(*beginnings); i++)
			known += strncmp(line, beginnings[i],
			    strlen(beginnings[i])) == 0;
		assert_int_equal(known, 1);
	}
	free(text);
}

/* Wherever a line is broken, it does not begin a workflow command. */
static void
test_wrapped_commands(void **state)
{
	const struct report_options options = { 0 };
	struct evidence *evidence = fixture_domain("example.org");
	char *text, *line, *rest;
	int i;

	(void)state;
	fixture_judge(evidence);
	finding_list_clear(&evidence->judged.findings);
	for (i = 0; i < 80; i++)
		finding_add(&evidence->judged.findings, FINDING_MX_NULL,
		    "%.*s ::error::%d", i, "The server says that this is not "
		    "to be done: it refuses everything, and says ", i);
	text = write_evidence("text", &options, evidence);
	assert_non_null(strstr(text, "\\x3a:error::0"));
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest))
		assert_int_not_equal(strncmp(line + strspn(line, " "), "::",
		    2), 0);
	free(text);
}

static void
test_colour(void **state)
{
	char *plain = write_report("text", false);
	char *coloured = write_report("text", true);
	const char *next;
	char *end = coloured;

	(void)state;
	assert_string_not_equal(plain, coloured);
	/* Without its colours it is the same. */
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_verbose),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_changes),
		cmocka_unit_test(test_junit),
		cmocka_unit_test(test_tap),
		cmocka_unit_test(test_tap_unusable),
		cmocka_unit_test(test_github),
		cmocka_unit_test(test_prometheus),
		cmocka_unit_test(test_nothing_obeys),
		cmocka_unit_test(test_github_commands),
		cmocka_unit_test(test_wrapped_commands),
		cmocka_unit_test(test_colour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
