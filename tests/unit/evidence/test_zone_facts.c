/*
 * What is read off the zones of the chains of trust: for how long their keys
 * are signed, and how they deny.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "checker/evidence/zone_facts.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define DAY	CERTIFICATES_DAY
#define NOW	CERTIFICATES_NOW

/* --- For how long */

static const struct life_row {
	const char	*name;
	const char	*parent;	/* NULL: the zone is the root */
	int		 ds[2];		/* days from now: beginning and end */
	int		 dnskey[2];
	bool		 bogus;		/* the keys */
	bool		 known;
	int		 from, until;	/* days from now */
	int		 percent;
} life_rows[] = {
	{ "keys end first", "org", { -10, 30 }, { -5, 15 }, false, true, -5,
	    15, 75 },
	{ "DS records end first", "org", { -3, 1 }, { -20, 20 }, false, true,
	    -3, 1, 25 },
	/* What ends last can have the least of its life left. */
	{ "the least share is of another", "org", { -4, 6 }, { -93, 7 }, false,
	    true, -4, 6, 7 },
	{ "over", "org", { -30, -1 }, { -20, 20 }, false, true, -30, -1, 0 },
	{ "not begun", "org", { 1, 11 }, { 1, 12 }, false, true, 1, 11, 100 },
	{ "no life at all", "org", { 5, 5 }, { -20, 20 }, false, true, 5, 5,
	    0 },
	{ "only what is secure counts", "org", { -10, 30 }, { -39, 1 }, true,
	    true, -10, 30, 75 },
	{ "nobody renews the root's", NULL, { 0, 0 }, { -20, 20 }, false,
	    false, 0, 0, 0 },
};

static void
set_period(struct answer *answer, const char *zone, enum dns_type type,
    const int days[2])
{
	size_t i;

	if (answer == NULL)
		return;
	for (i = 0; i < answer->period_count; i++) {
		answer->periods[i].from = NOW + days[0] * DAY;
		answer->periods[i].until = NOW + days[1] * DAY;
	}
	if (i > 0)
		return;
	fixture_period(answer, zone, type);
	set_period(answer, zone, type, days);
}

static void
test_life(void **state)
{
	const struct life_row *row = *state;
	struct evidence *evidence = fixture_domain("example.org");
	struct zone_evidence *zone = fixture_zone(evidence,
	    row->parent != NULL ? "example.org" : ".", row->parent,
	    DNSSEC_SECURE);
	struct zone_life life;

	set_period(zone->ds, "org", DNS_DS, row->ds);
	set_period(zone->dnskey, zone->name, DNS_DNSKEY, row->dnskey);
	if (row->bogus)
		zone->dnskey->dnssec = DNSSEC_BOGUS;
	assert_int_equal(zone_facts_life(zone, NOW, &life), row->known);
	if (row->known) {
		assert_int_equal(life.from, NOW + row->from * DAY);
		assert_int_equal(life.until, NOW + row->until * DAY);
	}
	assert_int_equal(life.percent, row->percent);
	evidence_free(evidence);
}

/* Of a zone that is not signed, or was not asked for, nothing is known. */
static void
test_no_life(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct zone_evidence *zone = fixture_zone(evidence, "example.org",
	    "org", DNSSEC_INSECURE);
	struct zone_life life;

	(void)state;
	assert_false(zone_facts_life(zone, NOW, &life));
	answer_free(zone->ds);
	zone->ds = NULL;
	assert_false(zone_facts_life(zone, NOW, &life));
	evidence_free(evidence);
}

/* --- How it denies */

/* A domain with a host, and two zones. */
static struct evidence *
make_domain(void)
{
	struct evidence *evidence = fixture_domain("example.org");

	fixture_host(evidence, "mx.example.net");
	fixture_zone(evidence, "example.net", "net", DNSSEC_SECURE);
	fixture_zone(evidence, "example.org", "org", DNSSEC_SECURE);
	return evidence;
}

static void
test_no_denial(void **state)
{
	struct evidence *evidence = make_domain();
	struct zone_denial denial;

	(void)state;
	assert_false(zone_facts_denial(evidence, &evidence->zones[0],
	    &denial));
	/* Records that are signed deny nothing. */
	fixture_period(evidence->hosts[0].a, "example.net", DNS_A);
	evidence->hosts[0].a->denial = ANSWER_DENIES_BY_NSEC;
	assert_false(zone_facts_denial(evidence, &evidence->zones[0],
	    &denial));
	assert_int_equal(denial.by, ANSWER_DENIES_NOTHING);
	evidence_free(evidence);
}

static void
test_nsec(void **state)
{
	struct evidence *evidence = make_domain();
	struct zone_denial denial;

	(void)state;
	evidence->hosts[0].aaaa->denial = ANSWER_DENIES_BY_NSEC;
	fixture_period(evidence->hosts[0].aaaa, "example.net", DNS_NSEC);
	assert_true(zone_facts_denial(evidence, &evidence->zones[0],
	    &denial));
	assert_int_equal(denial.by, ANSWER_DENIES_BY_NSEC);
	assert_int_equal(denial.iterations, 0);
	assert_false(denial.opt_out);
	/* Of the other zone nothing was seen. */
	assert_false(zone_facts_denial(evidence, &evidence->zones[1],
	    &denial));
	evidence_free(evidence);
}

/* The most iterations of any answer, and opt-out if one has it. */
static void
test_nsec3(void **state)
{
	struct evidence *evidence = make_domain();
	struct zone_evidence *child = fixture_zone(evidence,
	    "mx.example.net", "example.net", DNSSEC_INSECURE);
	struct zone_denial denial;

	(void)state;
	fixture_deny(evidence->hosts[0].a, "example.net", 3, false);
	fixture_deny(evidence->hosts[0].aaaa, "example.net", 10, false);
	fixture_deny(child->ds, "example.net", 0, true);
	fixture_deny(evidence->mx, "example.org", 100, false);
	assert_true(zone_facts_denial(evidence, &evidence->zones[0],
	    &denial));
	assert_int_equal(denial.by, ANSWER_DENIES_BY_NSEC3);
	assert_int_equal(denial.iterations, 10);
	assert_true(denial.opt_out);
	evidence_free(evidence);
}

/* Which of two zones in one answer has the iterations is not known. */
static void
test_alias(void **state)
{
	struct evidence *evidence = make_domain();
	struct zone_denial denial;

	(void)state;
	fixture_deny(evidence->hosts[0].a, "example.net", 50, true);
	fixture_period(evidence->hosts[0].a, "example.org", DNS_NSEC3);
	assert_true(zone_facts_denial(evidence, &evidence->zones[0],
	    &denial));
	assert_int_equal(denial.by, ANSWER_DENIES_BY_NSEC3);
	assert_int_equal(denial.iterations, 0);
	assert_false(denial.opt_out);
	/* Until another answer says so. */
	fixture_deny(evidence->hosts[0].aaaa, "example.org", 50, true);
	assert_true(zone_facts_denial(evidence, &evidence->zones[1],
	    &denial));
	assert_int_equal(denial.iterations, 50);
	assert_true(denial.opt_out);
	evidence_free(evidence);
}

/* --- Which break is behind an answer that is not secure */

static void
add(struct evidence *evidence, enum finding_code code, const char *host,
    const char *zone)
{
	struct finding *finding = finding_add(&evidence->judged.findings,
	    code, "text");

	finding->place.host = host;
	finding->place.zone = zone;
}

/* The code behind the first finding; FINDING_CODE_COUNT: there is none. */
static enum finding_code
break_of_first(const struct evidence *evidence)
{
	const struct finding *finding = evidence_break_finding(evidence,
	    &evidence->judged.findings.items[0]);

	return finding == NULL ? FINDING_CODE_COUNT : finding->code;
}

static void
test_break_of_domain(void **state)
{
	struct evidence *evidence = make_domain();

	(void)state;
	add(evidence, FINDING_MX_INSECURE, NULL, NULL);
	evidence->zones[0].judged.dnssec = DNSSEC_SECURE;
	/* Weak, secure, or of somebody else. */
	add(evidence, FINDING_ALGORITHM_DEPRECATED, NULL,
	    evidence->zones[0].name);
	add(evidence, FINDING_NSEC3_ITERATIONS, NULL,
	    evidence->zones[0].name);
	add(evidence, FINDING_DS_MISMATCH, "mx.example.net",
	    evidence->zones[1].name);
	add(evidence, FINDING_NS_LAME, NULL, evidence->zones[1].name);
	assert_int_equal(break_of_first(evidence), FINDING_CODE_COUNT);
	add(evidence, FINDING_DS_MISSING, NULL, evidence->zones[1].name);
	assert_int_equal(break_of_first(evidence), FINDING_DS_MISSING);
	/* The iterations are of the MX answer's denial. */
	evidence->mx->iterations = 151;
	assert_int_equal(break_of_first(evidence), FINDING_NSEC3_ITERATIONS);
	evidence_free(evidence);
}

static void
test_break_of_host(void **state)
{
	struct evidence *evidence = make_domain();

	(void)state;
	add(evidence, FINDING_TLSA_BOGUS, "mx.example.net", NULL);
	add(evidence, FINDING_DS_MISSING, NULL, evidence->zones[1].name);
	add(evidence, FINDING_DS_MISSING, "mx2.example.net",
	    evidence->zones[1].name);
	assert_int_equal(break_of_first(evidence), FINDING_CODE_COUNT);
	add(evidence, FINDING_DENIAL_BROKEN, "mx.example.net",
	    evidence->zones[0].name);
	assert_int_equal(break_of_first(evidence), FINDING_DENIAL_BROKEN);
	/* What has nothing to do with DNSSEC has no break behind it. */
	evidence->judged.findings.items[0].code = FINDING_NO_RECORD_MATCHES;
	assert_int_equal(break_of_first(evidence), FINDING_CODE_COUNT);
	evidence_free(evidence);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_life, life_rows),
		TABLE_ALONE(test_no_life),
		TABLE_ALONE(test_no_denial),
		TABLE_ALONE(test_nsec),
		TABLE_ALONE(test_nsec3),
		TABLE_ALONE(test_alias),
		TABLE_ALONE(test_break_of_domain),
		TABLE_ALONE(test_break_of_host),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
