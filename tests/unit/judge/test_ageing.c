/*
 * Signatures that end soon: of the answers, of the zones that hold them, and of
 * those above.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/judge/judge.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define NOW	CERTIFICATES_NOW
#define HOUR	3600
#define DAY	CERTIFICATES_DAY

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* RRsets that the domain depends on. */
enum part {
	PART_NONE,
	PART_MX,
	PART_A,
	PART_TLSA,
	PART_KEYS,	/* of example.org, which holds these */
	PART_DS,	/* of example.org, in org */
	PART_KEYS_ABOVE, /* of org */
	PART_DS_ABOVE,	/* of org, in the root */
	PART_ROOT,	/* the root's keys */
	PART_DS_BELOW,	/* of a zone below example.org, in example.org */
	PART_KEYS_BESIDE, /* of a zone that nothing depends on */
	PART_COUNT
};

static struct answer *
find_part(struct evidence *evidence, enum part part)
{
	struct answer *const answers[PART_COUNT] = {
		[PART_MX] = evidence->mx,
		[PART_A] = evidence->hosts[0].a,
		[PART_TLSA] = evidence->hosts[0].tlsa[0],
		[PART_KEYS] = evidence_zone(evidence, "example.org")->dnskey,
		[PART_DS] = evidence_zone(evidence, "example.org")->ds,
		[PART_KEYS_ABOVE] = evidence_zone(evidence, "org")->dnskey,
		[PART_DS_ABOVE] = evidence_zone(evidence, "org")->ds,
		[PART_ROOT] = evidence_zone(evidence, ".")->dnskey,
		[PART_DS_BELOW] =
		    evidence_zone(evidence, "_tcp.mx.example.org")->ds,
		[PART_KEYS_BESIDE] = evidence_zone(evidence, "net")->dnskey,
	};

	return answers[part];
}

/* FROM and UNTIL: seconds from now. */
static void
set_life(struct answer *answer, long from, long until)
{
	size_t i;

	for (i = 0; i < answer->period_count; i++) {
		answer->periods[i].from = NOW + from;
		answer->periods[i].until = NOW + until;
	}
	answer->signed_since = NOW + from;
	answer->signed_until = NOW + until;
}

/* A domain that passes, signed for a year, half of which is over. */
static struct evidence *
make_domain(void)
{
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	struct answer *answer;
	enum part part;

	fixture_tlsa_of(host, chain);
	fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chain);
	chain_free(chain);
	fixture_zone(evidence, ".", NULL, DNSSEC_SECURE);
	fixture_zone(evidence, "net", ".", DNSSEC_SECURE);
	fixture_zone(evidence, "org", ".", DNSSEC_SECURE);
	fixture_zone(evidence, "example.org", "org", DNSSEC_SECURE);
	fixture_zone(evidence, "_tcp.mx.example.org", "example.org",
	    DNSSEC_SECURE);
	fixture_period(find_part(evidence, PART_ROOT), ".", DNS_DNSKEY);
	/* The TLSA records are in the zone below, with a CNAME above. */
	fixture_period(host->tlsa[0], "_tcp.mx.example.org", DNS_CNAME);
	for (part = PART_MX; part < PART_COUNT; part++) {
		answer = find_part(evidence, part);
		set_life(answer, -182 * DAY, 182 * DAY);
	}
	set_life(host->aaaa, -182 * DAY, 182 * DAY);
	set_life(evidence_zone(evidence, "_tcp.mx.example.org")->dnskey,
	    -182 * DAY, 182 * DAY);
	return evidence;
}

static const struct finding *
find_expiring(const struct evidence *evidence)
{
	const struct finding_list *list = &evidence->judged.findings;
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (list->items[i].code == FINDING_SIGNATURE_EXPIRING)
			return &list->items[i];
	}
	return NULL;
}

static size_t
count_expiring(const struct evidence *evidence)
{
	const struct finding_list *list = &evidence->judged.findings;
	size_t i, count = 0;

	for (i = 0; i < list->count; i++)
		count += list->items[i].code == FINDING_SIGNATURE_EXPIRING;
	return count;
}

/* --- Limits */

#define PERCENT(n) { EXPIRY_PERCENT, n }
#define DAYS(n) { EXPIRY_SECONDS, (n) * EXPIRY_DAY }
#define NO_LIMIT { EXPIRY_NOT_GIVEN, 0 }

/* What is said of an RRset that is the only one of a short life. */
enum said { SAID_NOTHING, SAID_WARNING, SAID_ERROR };

static const struct limit_row {
	const char		*name;
	enum part		 part;
	long			 from, until;	/* seconds from now */
	struct expiry_limit	 warning, critical;
	double			 warning_days, critical_days;
	double			 ahead;		/* days */
	enum said		 said;
	const char		*text;		/* in it; NULL: nothing */
} limit_rows[] = {
	{ "no limit", PART_MX, -99 * DAY, 1, NO_LIMIT, NO_LIMIT, 0, 0, 0,
	    SAID_NOTHING, NULL },
	{ "exactly 10%", PART_MX, -27 * DAY, 3 * DAY, PERCENT(10), NO_LIMIT, 0,
	    0, 0, SAID_NOTHING, NULL },
	{ "a second under 10%", PART_MX, -27 * DAY - 1, 3 * DAY - 1,
	    PERCENT(10), NO_LIMIT, 0, 0, 0, SAID_WARNING,
	    "the DNSSEC signature of MX example.org ends on 2026-01-03, in 3.0 "
	    "days (9% of its life is left)" },
	{ "exactly 0.1%", PART_MX, -999 * HOUR, HOUR, PERCENT(0.1), NO_LIMIT,
	    0, 0, 0, SAID_NOTHING, NULL },
	{ "a second under 0.1%", PART_MX, -999 * HOUR - 1, HOUR - 1,
	    PERCENT(0.1), NO_LIMIT, 0, 0, 0, SAID_WARNING, "in 1.0 hours" },
	{ "exactly 5% is a warning", PART_TLSA, -57 * DAY, 3 * DAY,
	    PERCENT(10), PERCENT(5), 0, 0, 0, SAID_WARNING, "(5% of" },
	{ "a second under 5%", PART_TLSA, -57 * DAY - 1, 3 * DAY - 1,
	    PERCENT(10), PERCENT(5), 0, 0, 0, SAID_ERROR, "(4% of" },
	{ "exactly so many days", PART_A, -9 * DAY, 3 * DAY, DAYS(3),
	    NO_LIMIT, 0, 0, 0, SAID_NOTHING, NULL },
	{ "a second under them", PART_A, -9 * DAY, 3 * DAY - 1, DAYS(3),
	    NO_LIMIT, 0, 0, 0, SAID_WARNING,
	    "of A mx.example.org in the zone example.org ends" },
	{ "exactly 0.1 days", PART_A, -9 * DAY, 8640, NO_LIMIT, DAYS(0.1), 0,
	    0, 0, SAID_NOTHING, NULL },
	{ "a second under 0.1 days", PART_A, -9 * DAY, 8639, NO_LIMIT,
	    DAYS(0.1), 0, 0, 0, SAID_ERROR, NULL },
	{ "0% is no limit", PART_MX, -99 * DAY, 1, PERCENT(0), PERCENT(0), 0,
	    0, 0, SAID_NOTHING, NULL },
	/* An online signer has 25 of 48 hours left for ever. */
	{ "an online signer", PART_TLSA, -23 * HOUR, 25 * HOUR, PERCENT(10),
	    PERCENT(5), 0, 0, 0, SAID_NOTHING, NULL },
	/* BIND signs again with 5 of 30 days left. */
	{ "BIND at its least", PART_TLSA, -25 * DAY, 5 * DAY, PERCENT(10),
	    PERCENT(5), 0, 0, 0, SAID_NOTHING, NULL },
	{ "an online signer, by days", PART_TLSA, -23 * HOUR, 25 * HOUR,
	    NO_LIMIT, NO_LIMIT, 2, 1, 0, SAID_WARNING, NULL },
	{ "a limit in place of days", PART_TLSA, -23 * HOUR, 25 * HOUR,
	    PERCENT(10), PERCENT(5), 9, 9, 0, SAID_NOTHING, NULL },
	{ "one limit in place of days", PART_TLSA, -23 * HOUR, 25 * HOUR,
	    NO_LIMIT, PERCENT(5), 9, 9, 0, SAID_WARNING, NULL },
	{ "days beside a limit", PART_TLSA, -23 * HOUR, 25 * HOUR, PERCENT(10),
	    NO_LIMIT, 9, 9, 0, SAID_ERROR, NULL },
	{ "days not given", PART_TLSA, -23 * HOUR, HOUR, NO_LIMIT, NO_LIMIT,
	    -1, -1, 0, SAID_NOTHING, NULL },
	{ "a share by --days", PART_MX, -9 * DAY, 21 * DAY, PERCENT(10),
	    NO_LIMIT, 0, 0, 18, SAID_NOTHING, NULL },
	{ "under it by --days", PART_MX, -9 * DAY, 21 * DAY, PERCENT(10),
	    NO_LIMIT, 0, 0, 18.5, SAID_WARNING, "in 2.5 days (8% of" },
	{ "ends now", PART_MX, -9 * DAY, 0, NO_LIMIT, NO_LIMIT, 0, 0, 0,
	    SAID_NOTHING, NULL },
	{ "ended", PART_MX, -9 * DAY, -1, NO_LIMIT, NO_LIMIT, 0, 0, 0,
	    SAID_ERROR, NULL },
	{ "ended by --days", PART_MX, -9 * DAY, 21 * DAY, NO_LIMIT, NO_LIMIT,
	    0, 0, 22, SAID_ERROR, "before the day that is judged" },

	/* The keys of a zone are what it ends with. */
	{ "keys, exactly 10%", PART_KEYS, -27 * DAY, 3 * DAY, PERCENT(10),
	    NO_LIMIT, 0, 0, 0, SAID_NOTHING, NULL },
	{ "keys under 10%", PART_KEYS, -27 * DAY - 1, 3 * DAY - 1, PERCENT(10),
	    NO_LIMIT, 0, 0, 0, SAID_WARNING,
	    "the DNSSEC signature of DNSKEY example.org ends on 2026-01-03, in "
	    "3.0 days (9% of its life is left)" },
	{ "keys under 5%", PART_KEYS, -99 * DAY, DAY, PERCENT(10), PERCENT(5),
	    0, 0, 0, SAID_ERROR, NULL },
	{ "keys by days", PART_KEYS, -99 * DAY, 5 * DAY, NO_LIMIT, NO_LIMIT, 7,
	    3, 0, SAID_WARNING, NULL },
	{ "keys ended", PART_KEYS, -99 * DAY, -1, NO_LIMIT, NO_LIMIT, 0, 0, 0,
	    SAID_ERROR, NULL },
	{ "DS records in a zone that holds records", PART_DS_BELOW, -99 * DAY,
	    5 * DAY, PERCENT(10), PERCENT(5), 0, 0, 0, SAID_ERROR,
	    "DS _tcp.mx.example.org in the zone example.org" },

	/* Nobody here can renew these. */
	{ "DS records under 10%", PART_DS, -99 * DAY, DAY, PERCENT(10),
	    PERCENT(5), 7, 7, 0, SAID_NOTHING, NULL },
	{ "DS records within a day", PART_DS, -99 * DAY, DAY - 1, PERCENT(10),
	    PERCENT(5), 7, 7, 0, SAID_WARNING,
	    "DS example.org in the zone org ends on" },
	{ "keys above under 10%", PART_KEYS_ABOVE, -99 * DAY, DAY, PERCENT(10),
	    PERCENT(5), 7, 7, 0, SAID_NOTHING, NULL },
	{ "keys above within a day", PART_KEYS_ABOVE, -99 * DAY, 12 * HOUR,
	    NO_LIMIT, NO_LIMIT, 0, 0, 0, SAID_WARNING,
	    "DNSKEY org ends on 2026-01-01, in 12.0 hours (0% of" },
	{ "DS records above within a day", PART_DS_ABOVE, -99 * DAY, HOUR,
	    NO_LIMIT, NO_LIMIT, 0, 0, 0, SAID_WARNING, NULL },
	{ "keys above ended", PART_KEYS_ABOVE, -99 * DAY, -1, NO_LIMIT,
	    NO_LIMIT, 0, 0, 0, SAID_ERROR, NULL },
	/* They are signed anew by then, as every few days. */
	{ "keys above ended by --days", PART_KEYS_ABOVE, -9 * DAY, 5 * DAY,
	    NO_LIMIT, PERCENT(5), 0, 3, 6, SAID_NOTHING, NULL },
	{ "keys above within a day, beside --days", PART_KEYS_ABOVE,
	    -9 * DAY, 12 * HOUR, NO_LIMIT, NO_LIMIT, 0, 0, 60, SAID_WARNING,
	    "in 12.0 hours (5% of" },
	{ "keys below them by --days", PART_KEYS, -9 * DAY, 5 * DAY, NO_LIMIT,
	    NO_LIMIT, 0, 0, 6, SAID_ERROR, "before the day that is judged" },
	{ "DS records ended by --days, as of com", PART_DS, -2 * DAY, 5 * DAY,
	    PERCENT(10), PERCENT(5), 0, 0, 14, SAID_NOTHING, NULL },
	{ "DS records of its own ended by --days", PART_DS_BELOW, -2 * DAY,
	    5 * DAY, NO_LIMIT, NO_LIMIT, 0, 0, 14, SAID_ERROR, NULL },

	{ "the root's keys", PART_ROOT, -9 * DAY, 1, PERCENT(10), PERCENT(5),
	    0, 0, 0, SAID_NOTHING, NULL },
	{ "keys of a zone beside", PART_KEYS_BESIDE, -9 * DAY, 1, PERCENT(10),
	    PERCENT(5), 0, 0, 0, SAID_NOTHING, NULL },
};

static void
test_limit(void **state)
{
	const struct limit_row *row = *state;
	const struct judge_options options = {
		.ahead_days = row->ahead,
		.warning_days = row->warning_days,
		.critical_days = row->critical_days,
		.signature_warning = row->warning,
		.signature_critical = row->critical,
	};
	struct evidence *evidence = make_domain();
	const struct finding *finding;

	set_life(find_part(evidence, row->part), row->from, row->until);
	judge(evidence, &options);
	finding = find_expiring(evidence);
	assert_int_equal(evidence->judged.verdict, row->said == SAID_ERROR ?
	    VERDICT_FAIL : VERDICT_PASS);
	assert_int_equal(count_expiring(evidence), row->said != SAID_NOTHING);
	if (finding != NULL) {
		assert_int_equal(finding->severity, row->said == SAID_ERROR ?
		    SEVERITY_ERROR : SEVERITY_WARNING);
		if (row->text != NULL &&
		    strstr(finding->text, row->text) == NULL)
			fail_msg("no \"%s\" in \"%s\"", row->text,
			    finding->text);
	}
	evidence_free(evidence);
}

/* --- Places */

static const struct place_row {
	const char	*name;
	enum part	 part;
	const char	*host;		/* NULL: the domain */
	const char	*zone;
	const char	*advice;	/* in it */
} place_rows[] = {
	{ "MX", PART_MX, NULL, "example.org", "have the zone signed again" },
	{ "TLSA", PART_TLSA, "mx.example.org", "example.org", "signed again" },
	{ "keys", PART_KEYS, NULL, "example.org", "signed again" },
	{ "DS records", PART_DS, NULL, "org", "those who run the zone org" },
	{ "keys above", PART_KEYS_ABOVE, NULL, "org",
	    "those who run the zone org" },
	{ "DS records above", PART_DS_ABOVE, NULL, ".",
	    "those who run the root zone" },
};

static void
test_place(void **state)
{
	const struct place_row *row = *state;
	const struct judge_options options = {
		.signature_warning = PERCENT(10),
	};
	struct evidence *evidence = make_domain();
	const struct finding *finding;
	char *advice;

	set_life(find_part(evidence, row->part), -9 * DAY, HOUR);
	judge(evidence, &options);
	assert_int_equal(count_expiring(evidence), 1);
	finding = find_expiring(evidence);
	if (row->host == NULL)
		assert_null(finding->place.host);
	else
		assert_string_equal(finding->place.host, row->host);
	/* As records keep it: by the zone that it is borrowed from. */
	assert_ptr_equal(finding->place.zone,
	    evidence_zone(evidence, row->zone)->name);
	advice = advice_list_text(&finding->advice);
	assert_non_null(strstr(advice, row->advice));
	free(advice);
	evidence_free(evidence);
}

/* What several hosts depend on is told once, what each has of its own at it. */
static void
test_two_hosts(void **state)
{
	const struct judge_options options = {
		.signature_critical = PERCENT(10),
	};
	struct evidence *evidence = make_domain();
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct host_evidence *host = fixture_host(evidence, "mx2.example.org");

	(void)state;
	fixture_tlsa_of(host, chain);
	fixture_endpoint(host, "192.0.2.2", OUTCOME_DONE, chain);
	chain_free(chain);
	set_life(find_part(evidence, PART_KEYS), -99 * DAY, DAY);
	judge(evidence, &options);
	assert_int_equal(count_expiring(evidence), 1);
	assert_int_equal(evidence->judged.verdict, VERDICT_FAIL);
	set_life(evidence->hosts[0].a, -99 * DAY, DAY);
	set_life(evidence->hosts[1].a, -99 * DAY, DAY);
	judge(evidence, &options);
	assert_int_equal(count_expiring(evidence), 3);
	assert_int_equal(evidence->hosts[0].judged.verdict, VERDICT_FAIL);
	assert_int_equal(evidence->hosts[1].judged.verdict, VERDICT_FAIL);
	evidence_free(evidence);
}

/*
 * Of a host's RRsets the worst is told, though another ends before it: one of a
 * signer that never signs for longer.
 */
static void
test_worst_of_host(void **state)
{
	const struct judge_options options = {
		.signature_warning = PERCENT(10),
	};
	struct evidence *evidence = make_domain();

	(void)state;
	set_life(evidence->hosts[0].a, -23 * HOUR, 25 * HOUR);
	set_life(evidence->hosts[0].tlsa[0], -98 * DAY, 2 * DAY);
	judge(evidence, &options);
	assert_int_equal(count_expiring(evidence), 1);
	assert_non_null(strstr(find_expiring(evidence)->text, "TLSA"));
	evidence_free(evidence);
}

/* Where DANE does not apply, nothing depends on signatures. */
static void
test_unsigned_domain(void **state)
{
	const struct judge_options options = {
		.signature_critical = PERCENT(10),
	};
	struct evidence *evidence = make_domain();

	(void)state;
	evidence->mx->dnssec = DNSSEC_INSECURE;
	set_life(find_part(evidence, PART_KEYS), -99 * DAY, DAY);
	judge(evidence, &options);
	assert_int_equal(evidence->judged.verdict, VERDICT_NONE);
	assert_int_equal(count_expiring(evidence), 1);
	assert_int_equal(find_expiring(evidence)->severity, SEVERITY_WARNING);
	evidence_free(evidence);
}

/* --- Beginnings */

static const struct early_row {
	const char	*name;
	enum part	 part;
	long		 from;		/* seconds from now */
	unsigned int	 elapsed;	/* milliseconds */
	const char	*text;		/* NULL: nothing is said */
} early_rows[] = {
	{ "now", PART_MX, 0, 400, NULL },
	{ "soon", PART_MX, 30, 400, "the DNSSEC signature of MX example.org "
	    "begins 30 seconds from now" },
	{ "as late as can be", PART_TLSA, 60, 400, "60 seconds from now" },
	/* It may have been made while others were waited for. */
	{ "during the audit", PART_TLSA, 20, 25000, NULL },
	{ "after it", PART_TLSA, 30, 25000, "30 seconds from now" },
	{ "keys", PART_KEYS, 5, 400, "DNSKEY example.org begins 5 seconds" },
	{ "keys above", PART_KEYS_ABOVE, 5, 400, "DNSKEY org begins 5" },
	{ "the root's", PART_ROOT, 5, 400, NULL },
};

static void
test_early(void **state)
{
	const struct early_row *row = *state;
	const struct judge_options options = {
		.signature_critical = PERCENT(10),
	};
	struct evidence *evidence = make_domain();
	const struct finding *finding;

	evidence->elapsed_ms = row->elapsed;
	set_life(find_part(evidence, row->part), row->from, 99 * DAY);
	judge(evidence, &options);
	assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
	assert_int_equal(count_expiring(evidence), row->text != NULL);
	finding = find_expiring(evidence);
	if (finding != NULL) {
		assert_int_equal(finding->severity, SEVERITY_WARNING);
		assert_non_null(strstr(finding->text, row->text));
	}
	evidence_free(evidence);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_limit, limit_rows),
		TABLE(test_place, place_rows),
		TABLE_ALONE(test_two_hosts),
		TABLE_ALONE(test_worst_of_host),
		TABLE_ALONE(test_unsigned_domain),
		TABLE(test_early, early_rows),
	};

	return table_run(tables, COUNT(tables));
}
