/* The plugin: thresholds, states, and its output. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/report/plugin.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct range_row {
	const char	*name;
	const char	*text;
	double		 value;
	bool		 alerts;
	const char	*canonical;
} range_rows[] = {
	{ "number alone, below", "5", 4.9, true, "5:" },	/* not 0:5 */
	{ "number alone, at", "5", 5, false, "5:" },
	{ "minimum, below", "5:", 4.9, true, "5:" },
	{ "minimum, above", "5:", 100, false, "5:" },
	{ "maximum, above", "~:10", 10.1, true, "~:10" },
	{ "maximum, negative", "~:10", -5, false, "~:10" },
	{ "both, below", "2:10", 1, true, "2:10" },
	{ "both, at the end", "2:10", 10, false, "2:10" },
	{ "inverted, at the end", "@2:10", 10, true, "@2:10" },
	{ "inverted, above", "@2:10", 11, false, "@2:10" },
	{ "inverted number alone, below", "@5", 3, true, "@0:5" },
	{ "inverted number alone, above", "@5", 6, false, "@0:5" },
	{ "no minimum, above", ":7", 7.5, true, "0:7" },
	{ "fraction, below", "0.5:", 0.4, true, "0.5:" },
};

static void
test_range(void **state)
{
	const struct range_row *row = *state;
	struct range range;
	char *text;

	assert_true(range_init(&range, row->text));
	assert_int_equal(range_alerts(&range, row->value), row->alerts);
	text = range_text(&range);
	assert_string_equal(text, row->canonical);
	free(text);
}

static const struct bad_range_row {
	const char	*name;
	const char	*text;
} bad_range_rows[] = {
	{ "empty", "" },
	{ "word", "x" },
	{ "word as the maximum", "5:x" },
	{ "minimum above the maximum", "10:5" },
	{ "three numbers", "1:2:3" },
	{ "space", "5 " },
	{ "inverted nothing", "@" },
	{ "two signs", "--5:" },
	{ "exponent", "1e3" },
	{ "nan", "nan:" },
	{ "tilde alone", "~" },
};

static void
test_bad_range(void **state)
{
	const struct bad_range_row *row = *state;
	struct range range;

	assert_false(range_init(&range, row->text));
}

static void
test_no_range(void **state)
{
	struct range range = { 0 };

	(void)state;
	assert_false(range_alerts(&range, -1));
}

/* A domain with one host, whose only address has the outcome. */
static struct evidence *
make_domain(enum session_outcome outcome)
{
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");

	fixture_tlsa_of(host, chain);
	fixture_endpoint(host, "192.0.2.1", outcome,
	    outcome == OUTCOME_DONE ? chain : NULL);
	chain_free(chain);
	return evidence;
}

static struct plugin_options
make_options(const char *warning, const char *critical)
{
	struct plugin_options options = {
		.missing = PLUGIN_CRITICAL,
		.unreachable = PLUGIN_CRITICAL,
	};

	if (warning != NULL)
		assert_true(range_init(&options.warning, warning));
	if (critical != NULL)
		assert_true(range_init(&options.critical, critical));
	return options;
}

/* The output. Owned by the caller. */
static char *
write_report(const struct evidence *evidence,
    const struct plugin_options *options, enum plugin_state expected)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(plugin_report(out, evidence, options), expected);
	fclose(out);
	return text;
}

static void
test_ok(void **state)
{
	struct plugin_options options = make_options("5:", "2:");
	struct evidence *evidence = make_domain(OUTCOME_DONE);
	char *text;

	(void)state;
	fixture_judge(evidence);
	text = write_report(evidence, &options, PLUGIN_OK);
	assert_string_equal(text, "MXDANE OK: example.org: 1 of 1 MX hosts, "
	    "1 of 1 addresses authenticated, signatures valid for 20 days | "
	    "time=0.412s;;;0;60 mx=1;;;0 mx_ok=1;;;0 addresses=1;;;0 "
	    "addresses_ok=1;;;0 tlsa_records=1;;;0 tlsa_matched=1;;;0 "
	    "signatures_days=20.00;5:;2: signatures_percent=95.23%;;\n");
	free(text);
	options.verbosity = 1;
	text = write_report(evidence, &options, PLUGIN_OK);
	assert_non_null(strstr(text, "\n    192.0.2.1   pass"));
	free(text);
	evidence_free(evidence);
}

static const struct threshold_row {
	const char		*name;
	const char		*warning, *critical;
	enum plugin_state	 expected;
} threshold_rows[] = {
	{ "none", NULL, NULL, PLUGIN_OK },
	{ "above the warning", "19:", NULL, PLUGIN_OK },
	{ "below the warning", "21:", NULL, PLUGIN_WARNING },
	{ "between the two", "21:", "19:", PLUGIN_WARNING },
	{ "below both", "30:", "21:", PLUGIN_CRITICAL },
	{ "below the critical alone", NULL, "21", PLUGIN_CRITICAL },
};

/* The fixture's signatures end in 20 days. */
static void
test_threshold(void **state)
{
	const struct threshold_row *row = *state;
	const struct plugin_options options = make_options(row->warning,
	    row->critical);
	struct evidence *evidence = make_domain(OUTCOME_DONE);

	fixture_judge(evidence);
	assert_int_equal(plugin_judge(evidence, &options), row->expected);
	evidence_free(evidence);
}

static const struct state_row {
	const char		*name;
	enum session_outcome	 outcome;
	bool			 out_of_time;
	enum plugin_state	 expected;
} state_rows[] = {
	{ "pass", OUTCOME_DONE, false, PLUGIN_OK },
	{ "fault", OUTCOME_STARTTLS_NOT_OFFERED, false, PLUGIN_CRITICAL },
	/* A fault is one, though the time ran out elsewhere. */
	{ "fault and deadline", OUTCOME_STARTTLS_NOT_OFFERED, true,
	    PLUGIN_CRITICAL },
	{ "unreachable", OUTCOME_CONNECT_FAILED, false, PLUGIN_OK },
	{ "unreachable and deadline", OUTCOME_CONNECT_FAILED, true,
	    PLUGIN_UNKNOWN },
	{ "limit", OUTCOME_LIMIT, false, PLUGIN_UNKNOWN },
};

/* --missing warning, --unreachable ok. */
static struct plugin_options
lenient_options(void)
{
	struct plugin_options options = make_options(NULL, NULL);

	options.missing = PLUGIN_WARNING;
	options.unreachable = PLUGIN_OK;
	return options;
}

static void
test_state(void **state)
{
	const struct state_row *row = *state;
	const struct plugin_options options = lenient_options();
	struct evidence *evidence = make_domain(row->outcome);

	evidence->out_of_time = row->out_of_time;
	fixture_judge(evidence);
	assert_int_equal(plugin_judge(evidence, &options), row->expected);
	evidence_free(evidence);
}

static void
test_unsigned_domain(void **state)
{
	const struct plugin_options options = lenient_options();
	struct evidence *evidence = make_domain(OUTCOME_DONE);

	(void)state;
	evidence->mx->dnssec = DNSSEC_INSECURE;
	fixture_judge(evidence);
	assert_int_equal(plugin_judge(evidence, &options), PLUGIN_WARNING);
	evidence_free(evidence);
}

/* What was not looked at is not known, whatever is tolerated beside it. */
static void
test_limits(void **state)
{
	const struct plugin_options options = lenient_options();
	struct evidence *evidence = make_domain(OUTCOME_DONE);

	(void)state;
	evidence->host_total++;
	fixture_judge(evidence);
	assert_int_equal(plugin_judge(evidence, &options), PLUGIN_UNKNOWN);
	evidence->host_total--;
	evidence->hosts[0].address_total++;
	fixture_judge(evidence);
	assert_int_equal(plugin_judge(evidence, &options), PLUGIN_UNKNOWN);
	fixture_endpoint(&evidence->hosts[0], "192.0.2.2",
	    OUTCOME_CONNECT_FAILED, NULL);
	fixture_judge(evidence);
	assert_int_equal(plugin_judge(evidence, &options), PLUGIN_UNKNOWN);
	evidence_free(evidence);
}

/* --unreachable is about mail servers, not about our DNS or theirs. */
static void
test_no_dns(void **state)
{
	const struct plugin_options options = lenient_options();
	struct evidence *evidence = make_domain(OUTCOME_DONE);

	(void)state;
	evidence->health = RESOLVER_BAD_ANCHOR;
	fixture_judge(evidence);
	assert_int_equal(plugin_judge(evidence, &options), PLUGIN_UNKNOWN);
	evidence->health = RESOLVER_HEALTHY;
	answer_free(evidence->mx);
	evidence->mx = fixture_answer("example.org", DNS_MX, ANSWER_UNUSABLE,
	    DNSSEC_FAILED);
	fixture_judge(evidence);
	assert_int_equal(plugin_judge(evidence, &options), PLUGIN_UNKNOWN);
	evidence_free(evidence);
}

/* What is wrong with a second host. */
enum fate {
	FATE_REFUSES,
	FATE_WITHOUT_TLSA,
	FATE_LOST,
};

static void
add_host(struct evidence *evidence, enum fate fate)
{
	struct chain *chain = fixture_chain("mx2.example.org", KEY_ECDSA);
	struct host_evidence *host = fixture_host(evidence,
	    "mx2.example.org");

	switch (fate) {
	case FATE_REFUSES:
		fixture_tlsa_of(host, chain);
		fixture_endpoint(host, "192.0.2.2", OUTCOME_CONNECT_FAILED,
		    NULL);
		break;
	case FATE_WITHOUT_TLSA:
		answer_free(host->tlsa[0]);
		host->tlsa[0] = fixture_answer("_25._tcp.mx2.example.org",
		    DNS_TLSA, ANSWER_NO_DATA, DNSSEC_SECURE);
		break;
	case FATE_LOST:
		answer_free(host->a);
		answer_free(host->aaaa);
		host->a = fixture_answer("mx2.example.org", DNS_A,
		    ANSWER_UNUSABLE, DNSSEC_FAILED);
		host->aaaa = fixture_answer("mx2.example.org", DNS_AAAA,
		    ANSWER_UNUSABLE, DNSSEC_FAILED);
		break;
	}
	chain_free(chain);
}

static const struct hosts_row {
	const char		*name;
	enum session_outcome	 first;
	enum fate		 second;
	enum plugin_state	 missing, unreachable;
	const char		*critical;
	enum plugin_state	 expected;
} hosts_rows[] = {
	{ "unreachable ok", OUTCOME_DONE, FATE_REFUSES, PLUGIN_CRITICAL,
	    PLUGIN_OK, NULL, PLUGIN_OK },
	{ "unreachable ok, signatures end", OUTCOME_DONE, FATE_REFUSES,
	    PLUGIN_CRITICAL, PLUGIN_OK, "99:", PLUGIN_CRITICAL },
	{ "unreachable warning", OUTCOME_DONE, FATE_REFUSES, PLUGIN_CRITICAL,
	    PLUGIN_WARNING, NULL, PLUGIN_WARNING },
	{ "missing ok", OUTCOME_DONE, FATE_WITHOUT_TLSA, PLUGIN_OK,
	    PLUGIN_CRITICAL, NULL, PLUGIN_OK },
	{ "missing ok, signatures end", OUTCOME_DONE, FATE_WITHOUT_TLSA,
	    PLUGIN_OK, PLUGIN_CRITICAL, "99:", PLUGIN_CRITICAL },
	{ "unreachable ok, missing critical", OUTCOME_CONNECT_FAILED,
	    FATE_WITHOUT_TLSA, PLUGIN_CRITICAL, PLUGIN_OK, NULL,
	    PLUGIN_CRITICAL },
	{ "unreachable ok, lookup failed", OUTCOME_CONNECT_FAILED, FATE_LOST,
	    PLUGIN_OK, PLUGIN_OK, NULL, PLUGIN_UNKNOWN },
	{ "unreachable critical, lookup failed", OUTCOME_CONNECT_FAILED,
	    FATE_LOST, PLUGIN_OK, PLUGIN_CRITICAL, NULL, PLUGIN_CRITICAL },
};

/* What is excused at one host hides nothing else. */
static void
test_two_hosts(void **state)
{
	const struct hosts_row *row = *state;
	struct plugin_options options = make_options(NULL, row->critical);
	struct evidence *evidence = make_domain(row->first);

	add_host(evidence, row->second);
	fixture_judge(evidence);
	options.missing = row->missing;
	options.unreachable = row->unreachable;
	assert_int_equal(plugin_judge(evidence, &options), row->expected);
	evidence_free(evidence);
}

/* VALUE, "label=...", is in the report. */
static void
assert_value(const char *report, const char *value)
{
	if (strstr(report, value) == NULL)
		fail_msg("no %s in %s", value, report);
}

static void
test_unknown_counts(void **state)
{
	struct plugin_options options = make_options(NULL, NULL);
	struct evidence *evidence = make_domain(OUTCOME_DONE);
	char *text;

	(void)state;
	add_host(evidence, FATE_LOST);
	fixture_judge(evidence);
	text = write_report(evidence, &options, PLUGIN_UNKNOWN);
	assert_value(text, ";;;0;60 mx=2;;;0 mx_ok=1;;;0 signatures_days=");
	free(text);

	answer_free(evidence->mx);
	evidence->mx = fixture_answer("example.org", DNS_MX, ANSWER_UNUSABLE,
	    DNSSEC_FAILED);
	fixture_judge(evidence);
	text = write_report(evidence, &options, PLUGIN_UNKNOWN);
	assert_value(text, "=0.412s;;;0;60 signatures_days=");
	free(text);
	evidence_free(evidence);
}

/*
 * The number that alerts is named, and no value is rounded over its threshold.
 */
static void
test_alert_is_named(void **state)
{
	struct plugin_options options = make_options("21:", NULL);
	struct evidence *evidence = make_domain(OUTCOME_DONE);
	char *text;

	(void)state;
	evidence->checked_at += 30;	/* seconds: 19.9996 days are left */
	fixture_judge(evidence);
	text = write_report(evidence, &options, PLUGIN_WARNING);
	assert_value(text, "signatures valid for 19 days (warning: 21:) | ");
	assert_value(text, " signatures_days=19.99;21:; ");
	free(text);
	evidence_free(evidence);
}

static const struct share_row {
	const char		*name;
	int			 days;		/* that the keys have left */
	struct expiry_limit	 warning, critical;
	enum plugin_state	 expected;
	const char		*first;		/* in the first line, and in */
	const char		*values;	/* the performance data */
} share_rows[] = {
	{ "enough", 15, { EXPIRY_PERCENT, 10 }, { EXPIRY_PERCENT, 5 },
	    PLUGIN_OK, "signatures valid for 15 days | ",
	    " signatures_days=15.00;; signatures_percent=15.00%;10:;5:\n" },
	{ "a warning", 9, { EXPIRY_PERCENT, 10 }, { EXPIRY_PERCENT, 5 },
	    PLUGIN_WARNING, "signatures valid for 9 days (signature-expiring)",
	    " signatures_days=9.00;; signatures_percent=9.00%;10:;5:\n" },
	{ "a failure", 4, { EXPIRY_PERCENT, 10 }, { EXPIRY_PERCENT, 5 },
	    PLUGIN_CRITICAL, "signature-expiring",
	    " signatures_days=4.00;; signatures_percent=4.00%;10:;5:\n" },
	{ "by days and by share", 4, { EXPIRY_SECONDS, 4.5 * 86400 },
	    { EXPIRY_PERCENT, 1.5 }, PLUGIN_WARNING, "(signature-expiring)",
	    " signatures_days=4.00;4.5:; signatures_percent=4.00%;;1.5:\n" },
};

/* What it was judged by is in the performance data. */
static void
test_share(void **state)
{
	const struct share_row *row = *state;
	const struct judge_options judge_options = {
		.signature_warning = row->warning,
		.signature_critical = row->critical,
	};
	struct plugin_options options = make_options(NULL, NULL);
	struct evidence *evidence = make_domain(OUTCOME_DONE);
	struct answer_period *period;
	char *text, *line;

	options.signature_warning = row->warning;
	options.signature_critical = row->critical;
	fixture_zone(evidence, "org", ".", DNSSEC_SECURE);
	fixture_zone(evidence, "example.org", "org", DNSSEC_SECURE);
	period = evidence_zone(evidence, "example.org")->dnskey->periods;
	period->until = evidence->checked_at + row->days * CERTIFICATES_DAY;
	period->from = period->until - 100 * CERTIFICATES_DAY;
	judge(evidence, &judge_options);
	text = write_report(evidence, &options, row->expected);
	line = text + strcspn(text, "\n") + 1;
	if (*line != '\0')
		*line = '\0';
	assert_value(text, row->first);
	assert_value(text, row->values);
	free(text);
	evidence_free(evidence);
}

/* A range in days is about what the operators of the zones can renew. */
static void
test_range_of_others(void **state)
{
	struct plugin_options options = make_options("5:", NULL);
	struct evidence *evidence = make_domain(OUTCOME_DONE);
	struct zone_evidence *zone;
	char *text;

	(void)state;
	fixture_zone(evidence, "org", ".", DNSSEC_SECURE);
	zone = fixture_zone(evidence, "example.org", "org", DNSSEC_SECURE);
	zone->ds->periods[0].until = evidence->checked_at +
	    3 * CERTIFICATES_DAY;
	fixture_judge(evidence);
	text = write_report(evidence, &options, PLUGIN_OK);
	assert_value(text, "signatures valid for 3 days | ");
	assert_value(text, " signatures_days=3.00;5:; ");
	free(text);
	zone->ds->periods[0].until = evidence->checked_at + 3600;
	fixture_judge(evidence);
	text = write_report(evidence, &options, PLUGIN_WARNING);
	assert_value(text, "valid for 0 days (signature-expiring) | ");
	free(text);
	zone->dnskey->periods[0].until = evidence->checked_at +
	    4 * CERTIFICATES_DAY;
	fixture_judge(evidence);
	text = write_report(evidence, &options, PLUGIN_WARNING);
	assert_value(text, "signatures valid for 4 days (warning: 5:) | ");
	free(text);
	evidence_free(evidence);
}

/* Signatures are watched at a domain without DANE, too. */
static void
test_alert_without_dane(void **state)
{
	struct plugin_options options = make_options("30:", "21:");
	struct evidence *evidence = make_domain(OUTCOME_DONE);
	char *text;

	(void)state;
	options.missing = PLUGIN_OK;
	answer_free(evidence->hosts[0].tlsa[0]);
	evidence->hosts[0].tlsa[0] = fixture_answer("_25._tcp.mx.example.org",
	    DNS_TLSA, ANSWER_NO_DATA, DNSSEC_SECURE);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_NONE);
	text = write_report(evidence, &options, PLUGIN_CRITICAL);
	assert_value(text, "MXDANE CRITICAL: example.org: tlsa-none, "
	    "mx.example.org, signatures valid for 20 days (critical: 21:) | ");
	free(text);
	evidence_free(evidence);
}

static void
test_outstanding(void **state)
{
	struct plugin_options options = make_options(NULL, NULL);
	struct evidence *evidence = make_domain(OUTCOME_TIMEOUT);
	char *text;

	(void)state;
	evidence->out_of_time = true;
	evidence->deadline = 50;
	evidence->outstanding = memory_string("mx.example.org (greeting)");
	fixture_judge(evidence);
	text = write_report(evidence, &options, PLUGIN_UNKNOWN);
	assert_int_equal(strncmp(text, "MXDANE UNKNOWN: example.org: no result "
	    "within 50 seconds, still waiting for mx.example.org (greeting) | ",
	    strlen("MXDANE UNKNOWN: example.org: no result within 50 seconds, "
	    "still waiting for mx.example.org (greeting) | ")), 0);
	free(text);
	evidence_free(evidence);
}

/* What it is OK about but for. */
static void
test_warnings(void **state)
{
	static const enum finding_code codes[] = { FINDING_TLSA_MANY,
		FINDING_TLSA_MANY, FINDING_COMBINATION_UNCOVERED,
		FINDING_NS_ALIAS, FINDING_TLSA_TTL_LONG };
	struct plugin_options options = make_options(NULL, NULL);
	struct evidence *evidence = make_domain(OUTCOME_DONE);
	struct finding_list *findings = &evidence->judged.findings;
	char *text;
	size_t i;

	(void)state;
	fixture_judge(evidence);
	finding_add(findings, FINDING_TLSRPT_NONE, "x");
	finding_add(findings, codes[0], "x");
	text = write_report(evidence, &options, PLUGIN_OK);
	assert_value(text, " valid for 20 days, 1 warning: tlsa-many | ");
	free(text);
	for (i = 1; i < COUNT(codes); i++)
		finding_add(findings, codes[i], "x");
	text = write_report(evidence, &options, PLUGIN_OK);
	assert_value(text, ", 4 warnings: tlsa-many, combination-uncovered, "
	    "ns-alias and 1 more | ");
	free(text);
	evidence_free(evidence);
}

/* The host that is named is one that is not tolerated. */
static void
test_cause_of_state(void **state)
{
	struct plugin_options options = make_options(NULL, NULL);
	struct evidence *evidence = make_domain(OUTCOME_CONNECT_FAILED);
	char *text;

	(void)state;
	add_host(evidence, FATE_WITHOUT_TLSA);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_UNKNOWN);
	options.unreachable = PLUGIN_OK;
	text = write_report(evidence, &options, PLUGIN_CRITICAL);
	assert_value(text, "example.org: tlsa-none, mx2.example.org | ");
	free(text);
	options.unreachable = PLUGIN_CRITICAL;
	options.missing = PLUGIN_WARNING;
	text = write_report(evidence, &options, PLUGIN_CRITICAL);
	assert_value(text, "example.org: connect-failed, mx.example.org "
	    "[192.0.2.1], 1 warning: tlsa-none | ");
	free(text);
	evidence_free(evidence);
}

/* Nothing is said of servers, and none are counted. */
static void
test_dns_only(void **state)
{
	struct plugin_options options = make_options(NULL, NULL);
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	char *text;

	(void)state;
	fixture_tlsa_of(host, chain);
	evidence->dns_only = true;
	fixture_judge(evidence);
	text = write_report(evidence, &options, PLUGIN_OK);
	assert_value(text, "MXDANE OK: example.org: 1 of 1 MX hosts with "
	    "usable TLSA records, signatures valid for 20 days | ");
	assert_value(text, " mx=1;;;0 mx_ok=1;;;0 tlsa_records=1;;;0 "
	    "signatures_days=");
	free(text);
	chain_free(chain);
	evidence_free(evidence);
}

static const struct size_row {
	const char	*name;
	size_t		 hosts;
	size_t		 text;		/* octets of each finding */
	int		 verbosity;
	bool		 hosts_told, cut;
} size_rows[] = {
	{ "little", 1, 100, 0, true, false },
	{ "many hosts", 60, 1, 0, false, true },
	{ "long findings", 20, 600, 0, false, true },
	{ "one that is too long", 1, 9000, 0, false, true },
	{ "all of it is wanted", 60, 600, 1, true, false },
};

/* It ends with a line, and says where that is not all. */
static void
test_size(void **state)
{
	static const char more[] =
	    "\nMore was left out: with -v it is all there.\n";
	const struct size_row *row = *state;
	struct plugin_options options = make_options(NULL, NULL);
	struct evidence *evidence = make_domain(OUTCOME_STARTTLS_NOT_OFFERED);
	char *text, *filling = memory_new(row->text + 1, 1);
	size_t i;

	memset(filling, 'x', row->text);
	options.verbosity = row->verbosity;
	for (i = 1; i < row->hosts; i++)
		add_host(evidence, FATE_REFUSES);
	fixture_judge(evidence);
	for (i = 0; i < row->hosts; i++)
		finding_add(&evidence->judged.findings,
		    FINDING_NO_RECORD_MATCHES, "%zu %s", i, filling);
	text = write_report(evidence, &options, PLUGIN_CRITICAL);
	assert_int_equal(text[strlen(text) - 1], '\n');
	assert_int_equal(strstr(text, "\n    192.0.2.1 ") != NULL,
	    row->hosts_told);
	if (row->verbosity == 0)
		assert_true(strlen(text) <= PLUGIN_OUTPUT_MAX);
	assert_int_equal(strlen(text) > strlen(more) && strcmp(text +
	    strlen(text) - strlen(more), more) == 0, row->cut);
	free(filling);
	free(text);
	evidence_free(evidence);
}

/* One '|' in all, and ASCII on the first line, whatever servers say. */
static void
test_hostile(void **state)
{
	struct plugin_options options = make_options(NULL, NULL);
	struct evidence *evidence = make_domain(OUTCOME_REFUSED);
	char *text, *next, *end;

	(void)state;
	free(evidence->hosts[0].endpoints[0].error);
	evidence->hosts[0].endpoints[0].error =
	    memory_string("550 | rta=9;; \xc3\xa9 'x'=1");
	free(evidence->hosts[0].name);
	evidence->hosts[0].name = memory_string("mx|\xc3\xa9.example.org");
	fixture_judge(evidence);
	text = write_report(evidence, &options, PLUGIN_CRITICAL);
	next = strchr(text, '|');
	assert_non_null(next);
	assert_null(strchr(next + 1, '|'));
	end = strchr(text, '\n');
	assert_true(next < end);
	for (next = text; next < end; next++)
		assert_true(*next >= ' ' && *next < 0x7f);
	free(text);
	evidence_free(evidence);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_range, range_rows),
		TABLE(test_bad_range, bad_range_rows),
		TABLE_ALONE(test_no_range),
		TABLE_ALONE(test_ok),
		TABLE(test_threshold, threshold_rows),
		TABLE(test_state, state_rows),
		TABLE_ALONE(test_unsigned_domain),
		TABLE_ALONE(test_no_dns),
		TABLE_ALONE(test_limits),
		TABLE(test_two_hosts, hosts_rows),
		TABLE_ALONE(test_unknown_counts),
		TABLE_ALONE(test_alert_is_named),
		TABLE(test_share, share_rows),
		TABLE_ALONE(test_range_of_others),
		TABLE_ALONE(test_alert_without_dane),
		TABLE_ALONE(test_outstanding),
		TABLE_ALONE(test_warnings),
		TABLE_ALONE(test_cause_of_state),
		TABLE_ALONE(test_dns_only),
		TABLE(test_size, size_rows),
		TABLE_ALONE(test_hostile),
	};

	return table_run(tables, COUNT(tables));
}
