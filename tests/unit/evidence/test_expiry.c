/*
 * For how long answers are signed, with the chains of trust that they hang on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checker/evidence/expiry.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define NOW	CERTIFICATES_NOW
#define DAY	CERTIFICATES_DAY

/* --- Shares of life */

static const struct share_row {
	const char	*name;
	long		 from, until;	/* seconds from now */
	double		 percent;
} share_rows[] = {
	{ "half of it", -50, 50, 50 },
	{ "a tenth", -90, 10, 10 },
	{ "less than one in a hundred", -999, 1, 0.1 },
	{ "all of it", 0, 100, 100 },
	{ "not begun", 10, 100, 100 },
	{ "ends now", -100, 0, 0 },
	{ "ended", -100, -1, 0 },
	{ "ends as it begins", 50, 50, 0 },
	{ "ends before it begins", 50, 40, 0 },
};

static void
test_share(void **state)
{
	const struct share_row *row = *state;
	const struct answer_period period = { .from = NOW + row->from,
		.until = NOW + row->until };

	assert_float_equal(expiry_percent_left(&period, NOW), row->percent,
	    1e-9);
}

/* --- Chains of trust */

static const struct chain_row {
	const char	*name;
	const char	*zone;		/* of which an RRset is short-lived; */
	bool		 ds;		/* its DS records or its keys; NULL: */
					/* the answer itself */
	int		 from, until;	/* days from now */
	bool		 counts;
} chain_rows[] = {
	{ "the answer", NULL, false, -6, 4, true },
	{ "keys", "example.org", false, -6, 4, true },
	{ "DS records", "example.org", true, -6, 4, true },
	{ "keys above", "org", false, -6, 4, true },
	{ "DS records above", "org", true, -6, 4, true },
	{ "the root's keys", ".", false, -6, 4, false },
	{ "keys of a zone beside", "net", false, -6, 4, false },
	{ "keys of a zone below", "sub.example.org", false, -6, 4, false },
};

static struct evidence *
make_zones(void)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct zone_evidence *root = fixture_zone(evidence, ".", NULL,
	    DNSSEC_SECURE);

	fixture_period(root->dnskey, ".", DNS_DNSKEY);
	fixture_zone(evidence, "net", ".", DNSSEC_SECURE);
	fixture_zone(evidence, "org", ".", DNSSEC_SECURE);
	fixture_zone(evidence, "example.org", "org", DNSSEC_SECURE);
	fixture_zone(evidence, "sub.example.org", "example.org",
	    DNSSEC_SECURE);
	/* As the zones. */
	evidence->mx->periods[0].from = NOW - 20 * DAY;
	return evidence;
}

static struct expiry_life
life_of_mx(const struct evidence *evidence)
{
	const struct answer *answers[] = { NULL, evidence->mx };

	return expiry_life_of(evidence, answers, 2, NOW);
}

static void
test_chain(void **state)
{
	const struct chain_row *row = *state;
	struct evidence *evidence = make_zones();
	struct zone_evidence *zone = row->zone == NULL ? NULL :
	    evidence_zone(evidence, row->zone);
	struct answer *answer = zone == NULL ? evidence->mx : row->ds ?
	    zone->ds : zone->dnskey;
	struct expiry_life life;

	answer->periods[0].from = NOW + row->from * DAY;
	answer->periods[0].until = NOW + row->until * DAY;
	life = life_of_mx(evidence);
	assert_non_null(life.first);
	if (row->counts)
		assert_ptr_equal(life.first, answer->periods);
	else
		assert_int_equal(life.first->until, NOW + 20 * DAY);
	assert_float_equal(life.percent, row->counts ? 40 : 50, 1e-9);
	/* The domain's, which has no host yet, is the same. */
	assert_ptr_equal(expiry_life_of_all(evidence, NOW).first, life.first);
	evidence_free(evidence);
}

/* The share may be of another than that which ends first. */
static void
test_two_shares(void **state)
{
	struct evidence *evidence = make_zones();
	struct answer *keys = evidence_zone(evidence, "example.org")->dnskey;
	struct expiry_life life;

	(void)state;
	evidence->mx->periods[0].from = NOW - DAY;
	evidence->mx->periods[0].until = NOW + DAY;
	keys->periods[0].from = NOW - 90 * DAY;
	keys->periods[0].until = NOW + 10 * DAY;
	life = life_of_mx(evidence);
	assert_ptr_equal(life.first, evidence->mx->periods);
	assert_float_equal(life.percent, 10, 1e-9);
	evidence_free(evidence);
}

/* What is not secure protects nothing, however it is signed. */
static void
test_not_secure(void **state)
{
	struct evidence *evidence = make_zones();

	(void)state;
	evidence->mx->dnssec = DNSSEC_INSECURE;
	assert_null(life_of_mx(evidence).first);
	assert_null(expiry_life_of_all(evidence, NOW).first);
	assert_int_equal(expiry_held_end(evidence), 0);
	evidence_free(evidence);
}

/* A zone that is not known, and zones that go in circles. */
static void
test_odd_zones(void **state)
{
	struct evidence *evidence = make_zones();
	struct zone_evidence *zone;

	(void)state;
	evidence_remove_zone(evidence, 2);
	zone = evidence_zone(evidence, "example.org");
	zone->ds->periods[0].until = NOW + DAY;
	assert_ptr_equal(life_of_mx(evidence).first, zone->ds->periods);
	free(zone->parent);
	zone->parent = memory_string("sub.example.org");
	assert_ptr_equal(life_of_mx(evidence).first, zone->ds->periods);
	evidence_free(evidence);
}

/* What the operators of the records' zones can renew. */
static void
test_held(void **state)
{
	struct evidence *evidence = make_zones();
	struct zone_evidence *org = evidence_zone(evidence, "org");
	struct zone_evidence *own = evidence_zone(evidence, "example.org");

	(void)state;
	org->dnskey->periods[0].until = NOW + DAY;
	own->ds->periods[0].until = NOW + 2 * DAY;
	own->dnskey->periods[0].until = NOW + 3 * DAY;
	assert_int_equal(expiry_life_of_all(evidence, NOW).first->until,
	    NOW + DAY);
	assert_int_equal(expiry_held_end(evidence), NOW + 3 * DAY);
	evidence_free(evidence);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_share, share_rows),
		TABLE(test_chain, chain_rows),
		TABLE_ALONE(test_two_shares),
		TABLE_ALONE(test_not_secure),
		TABLE_ALONE(test_odd_zones),
		TABLE_ALONE(test_held),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
