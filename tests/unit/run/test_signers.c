/*
 * The thresholds that hold without any option, in both programs, against
 * signers as they are: no alarm from one that works, at any time, and one
 * before it breaks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checker/report/plugin.h"
#include "checker/run/plugin_settings.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOW	CERTIFICATES_NOW
#define HOUR	3600.0
#define STEP	(10 * 60)	/* seconds: a check every ten minutes */

/* All in hours. */
static const struct signer_row {
	const char	*name;
	double		 back;		/* it dates its signatures back */
	double		 ahead;		/* until they end, when it signs */
	double		 left;		/* when it signs again, at the latest */
	double		 lag;		/* until that is seen everywhere */
} rows[] = {
	/* Each answer is signed anew: it is never older than a cache's. */
	{ "an online signer", 25, 25, 25, 1 },
	{ "an online signer for hours", 1, 1.2, 1.2, 0.1 },
	/* rrsig-lifetime 14 d, rrsig-refresh a tenth, an hour and the TTL. */
	{ "Knot", 1.5, 14 * 24, 33.6 + 1 + 1, 1 },
	{ "Knot with a short TTL", 1.5, 14 * 24, 33.6 + 1 + 5 / 60.0,
	    5 / 60.0 },
	/* signatures-validity P2W, -jitter PT12H, -refresh P5D. */
	{ "BIND's default policy", 1, 14 * 24 - 12, 5 * 24, 3 },
	{ "BIND's sig-validity-interval", 1, 30 * 24, 7.5 * 24, 3 },
	/* From a week before last Thursday to two weeks after it. */
	{ "PowerDNS", 7 * 24, 14 * 24, 7 * 24, 1 },
	/* Validity P14D, Jitter PT12H, Refresh P3D, Resign PT2H. */
	{ "OpenDNSSEC", 1, 14 * 24 - 12, 3 * 24 - 2, 3 },
	{ "ldns-signzone by cron, every week", 0, 30 * 24, 23 * 24, 24 },
	{ "dnssec-signzone by cron, twice a month", 1, 30 * 24, 14 * 24, 24 },
};

/* A domain that passes, all of which is signed alike. */
static struct evidence *
make_domain(void)
{
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");

	fixture_tlsa_of(host, chain);
	fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chain);
	chain_free(chain);
	fixture_zone(evidence, ".", NULL, DNSSEC_SECURE);
	fixture_zone(evidence, "org", ".", DNSSEC_SECURE);
	fixture_zone(evidence, "example.org", "org", DNSSEC_SECURE);
	return evidence;
}

static void
set_life(struct answer *answer, const struct signer_row *row, double age)
{
	answer->periods[0].from = NOW - (time_t)(age + row->back * HOUR);
	answer->periods[0].until = NOW + (time_t)(row->ahead * HOUR - age);
}

/*
 * All signatures of the domain are AGE seconds old. Those of the zones above it
 * are others', and good for long.
 */
static void
sign(struct evidence *evidence, const struct signer_row *row, double age)
{
	struct host_evidence *host = &evidence->hosts[0];

	set_life(evidence->mx, row, age);
	set_life(host->a, row, age);
	set_life(host->aaaa, row, age);
	set_life(host->tlsa[0], row, age);
	set_life(evidence->zones[evidence->zone_count - 1].dnskey, row, age);
}

/* Both programs, without any option. */
struct programs {
	struct settings		mxdane;
	struct plugin_settings	plugin;
};

static void
set_defaults(struct programs *programs)
{
	settings_init(&programs->mxdane);
	settings_set_limits(&programs->mxdane);
	plugin_settings_init(&programs->plugin);
	plugin_settings_set_limits(&programs->plugin);
}

static void
clear(struct programs *programs)
{
	settings_clear(&programs->mxdane);
	settings_clear(&programs->plugin.common);
}

/* What mxdane says: a warning, at least. */
static bool
warns(struct evidence *evidence, const struct programs *programs)
{
	judge(evidence, &programs->mxdane.judge);
	return finding_list_has(&evidence->judged.findings,
	    FINDING_SIGNATURE_EXPIRING);
}

static enum plugin_state
check(struct evidence *evidence, const struct programs *programs)
{
	const struct judge_options *judged = &programs->plugin.common.judge;
	struct plugin_options options = programs->plugin.plugin;

	options.signature_warning = judged->signature_warning;
	options.signature_critical = judged->signature_critical;
	judge(evidence, judged);
	return plugin_judge(evidence, &options);
}

static void
test_works(void **state)
{
	const struct signer_row *row = *state;
	const double oldest = (row->ahead - row->left + row->lag) * HOUR;
	struct evidence *evidence = make_domain();
	struct programs programs;
	double age;

	set_defaults(&programs);
	for (age = 0; age < oldest + STEP; age += STEP) {
		sign(evidence, row, age < oldest ? age : oldest);
		assert_false(warns(evidence, &programs));
		assert_int_equal(check(evidence, &programs), PLUGIN_OK);
	}
	clear(&programs);
	evidence_free(evidence);
}

/* It signs no more: there is a warning, and then CRITICAL, and in good time. */
static void
test_breaks(void **state)
{
	const struct signer_row *row = *state;
	const double life = (row->back + row->ahead) * HOUR;
	struct evidence *evidence = make_domain();
	enum plugin_state now = PLUGIN_OK, before = PLUGIN_OK;
	double left, warned = 0, alerted = 0;
	struct programs programs;

	set_defaults(&programs);
	for (left = row->left * HOUR; left > 0; left -= life / 1000) {
		sign(evidence, row, row->ahead * HOUR - left);
		now = check(evidence, &programs);
		assert_true(now >= before);
		if (now != PLUGIN_OK && before == PLUGIN_OK)
			warned = left;
		if (now == PLUGIN_CRITICAL && before != PLUGIN_CRITICAL)
			alerted = left;
		assert_int_equal(warns(evidence, &programs), now != PLUGIN_OK);
		before = now;
	}
	assert_int_equal(now, PLUGIN_CRITICAL);
	assert_true(warned > 0.095 * life);
	assert_true(alerted > 0.045 * life);
	clear(&programs);
	evidence_free(evidence);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_works, rows),
		TABLE(test_breaks, rows),
	};

	return table_run(tables, COUNT(tables));
}
