/* The plugin: thresholds, states, and what it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/report/plugin.h"
#include "resolver/memory.h"
#include "tests/unit/support/fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
test_ranges(void **state)
{
	static const struct {
		const char	*text;
		double		 value;
		bool		 alerts;
		const char	*canonical;
	} rows[] = {
		{ "5", 4.9, true, "5:" },	/* not 0:5 */
		{ "5", 5, false, "5:" },
		{ "5:", 4.9, true, "5:" },
		{ "5:", 100, false, "5:" },
		{ "~:10", 10.1, true, "~:10" },
		{ "~:10", -5, false, "~:10" },
		{ "2:10", 1, true, "2:10" },
		{ "2:10", 10, false, "2:10" },
		{ "@2:10", 10, true, "@2:10" },
		{ "@2:10", 11, false, "@2:10" },
		{ "@5", 3, true, "@0:5" },
		{ "@5", 6, false, "@0:5" },
		{ ":7", 7.5, true, "0:7" },
		{ "0.5:", 0.4, true, "0.5:" },
	};
	struct range range;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		assert_true(range_init(&range, rows[i].text));
		assert_int_equal(range_alerts(&range, rows[i].value),
		    rows[i].alerts);
		text = range_text(&range);
		assert_string_equal(text, rows[i].canonical);
		free(text);
	}
}

static void
test_no_ranges(void **state)
{
	static const char *const words[] = { "", "x", "5:x", "10:5", "1:2:3",
		"5 ", "@", "--5:", "1e3", "nan:", "~" };
	struct range range;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(words); i++)
		assert_false(range_init(&range, words[i]));
	memset(&range, 0, sizeof(range));
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

/* What it writes; owned by the caller. */
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
	    "1 of 1 addresses authenticated, signatures good for 20 days | "
	    "time=0.412s;;;0;60 mx=1;;;0 mx_ok=1;;;0 addresses=1;;;0 "
	    "addresses_ok=1;;;0 tlsa_records=1;;;0 tlsa_matched=1;;;0 "
	    "signatures_days=20.00;5:;2: certificates_days=U;5:;2:\n");
	free(text);
	options.verbosity = 1;
	text = write_report(evidence, &options, PLUGIN_OK);
	assert_non_null(strstr(text, "\n    192.0.2.1   pass"));
	free(text);
	evidence_free(evidence);
}

static void
test_thresholds(void **state)
{
	static const struct {
		const char		*warning, *critical;
		enum plugin_state	 expected;
	} rows[] = {
		{ NULL, NULL, PLUGIN_OK },
		{ "19:", NULL, PLUGIN_OK },
		{ "21:", NULL, PLUGIN_WARNING },
		{ "21:", "19:", PLUGIN_WARNING },
		{ "30:", "21:", PLUGIN_CRITICAL },
		{ NULL, "21", PLUGIN_CRITICAL },
	};
	struct evidence *evidence = make_domain(OUTCOME_DONE);
	struct plugin_options options;
	size_t i;

	(void)state;
	fixture_judge(evidence);
	for (i = 0; i < COUNT(rows); i++) {
		options = make_options(rows[i].warning, rows[i].critical);
		assert_int_equal(plugin_judge(evidence, &options),
		    rows[i].expected);
	}
	evidence_free(evidence);
}

static void
test_states(void **state)
{
	struct plugin_options options = make_options(NULL, NULL);
	struct evidence *evidence;

	(void)state;
	options.missing = PLUGIN_WARNING;
	options.unreachable = PLUGIN_OK;

	evidence = make_domain(OUTCOME_STARTTLS_NOT_OFFERED);
	fixture_judge(evidence);
	assert_int_equal(plugin_judge(evidence, &options), PLUGIN_CRITICAL);
	/* A fault is one, though the time ran out elsewhere. */
	evidence->out_of_time = true;
	assert_int_equal(plugin_judge(evidence, &options), PLUGIN_CRITICAL);
	evidence_free(evidence);

	evidence = make_domain(OUTCOME_CONNECT_FAILED);
	fixture_judge(evidence);
	assert_int_equal(plugin_judge(evidence, &options), PLUGIN_OK);
	evidence->out_of_time = true;
	assert_int_equal(plugin_judge(evidence, &options), PLUGIN_UNKNOWN);
	evidence_free(evidence);

	evidence = make_domain(OUTCOME_DONE);
	evidence->mx->dnssec = DNSSEC_INSECURE;
	fixture_judge(evidence);
	assert_int_equal(plugin_judge(evidence, &options), PLUGIN_WARNING);
	evidence_free(evidence);

	/* Our own DNS, and name servers that do not answer. */
	evidence = make_domain(OUTCOME_DONE);
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

/* A second host, of which FATE says what becomes of it. */
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

/* What is waved through at one host hides nothing else. */
static void
test_hosts_apart(void **state)
{
	static const struct {
		enum session_outcome	 first;
		enum fate		 second;
		enum plugin_state	 missing, unreachable;
		const char		*critical;
		enum plugin_state	 expected;
	} rows[] = {
		{ OUTCOME_DONE, FATE_REFUSES, PLUGIN_CRITICAL, PLUGIN_OK, NULL,
		    PLUGIN_OK },
		{ OUTCOME_DONE, FATE_REFUSES, PLUGIN_CRITICAL, PLUGIN_OK,
		    "99:", PLUGIN_CRITICAL },
		{ OUTCOME_DONE, FATE_REFUSES, PLUGIN_CRITICAL, PLUGIN_WARNING,
		    NULL, PLUGIN_WARNING },
		{ OUTCOME_DONE, FATE_WITHOUT_TLSA, PLUGIN_OK, PLUGIN_CRITICAL,
		    NULL, PLUGIN_OK },
		{ OUTCOME_DONE, FATE_WITHOUT_TLSA, PLUGIN_OK, PLUGIN_CRITICAL,
		    "99:", PLUGIN_CRITICAL },
		{ OUTCOME_CONNECT_FAILED, FATE_WITHOUT_TLSA, PLUGIN_CRITICAL,
		    PLUGIN_OK, NULL, PLUGIN_CRITICAL },
		{ OUTCOME_CONNECT_FAILED, FATE_LOST, PLUGIN_OK, PLUGIN_OK,
		    NULL, PLUGIN_UNKNOWN },
		{ OUTCOME_CONNECT_FAILED, FATE_LOST, PLUGIN_OK,
		    PLUGIN_CRITICAL, NULL, PLUGIN_CRITICAL },
	};
	struct plugin_options options;
	struct evidence *evidence;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		evidence = make_domain(rows[i].first);
		add_host(evidence, rows[i].second);
		fixture_judge(evidence);
		options = make_options(NULL, rows[i].critical);
		options.missing = rows[i].missing;
		options.unreachable = rows[i].unreachable;
		assert_int_equal(plugin_judge(evidence, &options),
		    rows[i].expected);
		evidence_free(evidence);
	}
}

/* "label=" is in the report, with this value. */
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
	assert_value(text, " mx=2;;;0 mx_ok=1;;;0 addresses=U;;;0 "
	    "addresses_ok=U;;;0 tlsa_records=U;;;0 tlsa_matched=U;;;0 ");
	free(text);

	answer_free(evidence->mx);
	evidence->mx = fixture_answer("example.org", DNS_MX, ANSWER_UNUSABLE,
	    DNSSEC_FAILED);
	fixture_judge(evidence);
	text = write_report(evidence, &options, PLUGIN_UNKNOWN);
	assert_value(text, " mx=U;;;0 mx_ok=U;;;0 addresses=U;;;0 ");
	free(text);
	evidence_free(evidence);
}

/*
 * Which number it is that alerts, and no value on the wrong side of its
 * threshold.
 */
static void
test_alert_is_told(void **state)
{
	struct plugin_options options = make_options("21:", NULL);
	struct evidence *evidence = make_domain(OUTCOME_DONE);
	char *text;

	(void)state;
	evidence->checked_at += 30;	/* seconds: 19.9996 days are left */
	fixture_judge(evidence);
	text = write_report(evidence, &options, PLUGIN_WARNING);
	assert_value(text, "signatures good for 19 days (warning: 21:) | ");
	assert_value(text, " signatures_days=19.99;21:; ");
	free(text);
	evidence_free(evidence);
}

/* Signatures run out though no mail is held up yet: a domain without DANE. */
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
	    "mx.example.org, signatures good for 20 days (critical: 21:) | ");
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

/* One '|' in all, and US-ASCII on the first line, whatever servers say. */
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
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_no_ranges),
		cmocka_unit_test(test_ok),
		cmocka_unit_test(test_thresholds),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_hosts_apart),
		cmocka_unit_test(test_unknown_counts),
		cmocka_unit_test(test_alert_is_told),
		cmocka_unit_test(test_alert_without_dane),
		cmocka_unit_test(test_outstanding),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
