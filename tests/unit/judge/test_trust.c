/*
 * What is said about the chain of trust: which finding, how severe, about which
 * zone and host, and once; and what that decides.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/follow.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/trust_tree.h"

#define ZONE	TRUST_TREE_ZONE
#define HOST	"mx." ZONE
#define OTHER	"example.net"
#define OTHER_HOST "mx." OTHER

/* A domain that passes, with a host. */
static struct evidence *
make_domain(const char *name)
{
	struct chain *chain = fixture_chain(name, KEY_ECDSA);
	struct evidence *evidence = fixture_domain(ZONE);
	struct host_evidence *host = fixture_host(evidence, name);

	fixture_tlsa_of(host, chain);
	fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chain);
	chain_free(chain);
	fixture_zone(evidence, ".", NULL, DNSSEC_SECURE);
	fixture_zone(evidence, "org", ".", DNSSEC_SECURE);
	fixture_zone(evidence, "net", ".", DNSSEC_SECURE);
	fixture_zone(evidence, ZONE, "org", DNSSEC_SECURE);
	fixture_zone(evidence, OTHER, "net", DNSSEC_SECURE);
	return evidence;
}

/* The only finding with the code; NULL: there is none. */
static const struct finding *
find(const struct evidence *evidence, enum finding_code code)
{
	const struct finding_list *list = &evidence->judged.findings;
	const struct finding *found = NULL;
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (list->items[i].code != code)
			continue;
		assert_null(found);
		found = &list->items[i];
	}
	return found;
}

/* --- Breaks --- */

/* The parent of the zone is ORG or NET. */
static struct zone_evidence *
parent_of(struct evidence *evidence, const struct zone_evidence *zone)
{
	return evidence_zone(evidence, zone->parent);
}

static void
lose_ds(struct evidence *evidence, struct zone_evidence *zone)
{
	(void)evidence;
	trust_tree_put(&zone->ds, fixture_answer(zone->name, DNS_DS,
	    ANSWER_NO_DATA, DNSSEC_SECURE));
	zone->dnskey->dnssec = DNSSEC_INSECURE;
}

static void
make_unsupported(struct evidence *evidence, struct zone_evidence *zone)
{
	(void)evidence;
	trust_tree_put(&zone->ds, fixture_answer(zone->name, DNS_DS,
	    ANSWER_RECORDS, DNSSEC_SECURE));
	fixture_ds(zone->ds, 4711, 17);
	zone->dnskey->dnssec = DNSSEC_INSECURE;
}

static void
unsign_parent(struct evidence *evidence, struct zone_evidence *zone)
{
	struct zone_evidence *parent = parent_of(evidence, zone);

	trust_tree_put(&parent->ds, fixture_answer(parent->name, DNS_DS,
	    ANSWER_NO_DATA, DNSSEC_SECURE));
	trust_tree_put(&parent->dnskey, NULL);
}

/* The keys that its server gives are others than those of the DS record. */
static void
change_keys(struct evidence *evidence, struct zone_evidence *zone)
{
	struct answer *keys = fixture_answer(zone->name, DNS_DNSKEY,
	    ANSWER_RECORDS, DNSSEC_INSECURE);

	(void)evidence;
	fixture_key(keys, 3);
	zone->dnskey->dnssec = DNSSEC_BOGUS;
	trust_tree_hear(zone, keys);
}

static void
hide_keys(struct evidence *evidence, struct zone_evidence *zone)
{
	(void)evidence;
	trust_tree_put(&zone->dnskey, fixture_answer(zone->name, DNS_DNSKEY,
	    ANSWER_UNUSABLE, DNSSEC_BOGUS));
	trust_tree_hear_fault(zone, zone->name, DNS_DNSKEY,
	    ANSWER_FAULT_SILENT, 0);
}

static void
hide_denial(struct evidence *evidence, struct zone_evidence *zone)
{
	const struct packet packet = { zone->name, DNS_DS, 0, { NULL },
		{ NULL } };
	const struct trust_tree_signature none = { 0 };

	(void)evidence;
	trust_tree_put(&zone->ds, fixture_answer(zone->name, DNS_DS,
	    ANSWER_UNUSABLE, DNSSEC_BOGUS));
	trust_tree_hear(zone, trust_tree_answer(&packet, &none));
}

/* The zone's addresses have such denials. */
static void
deny(struct evidence *evidence, const struct zone_evidence *zone,
    uint16_t iterations, bool opt_out)
{
	const bool own = strcmp(zone->name, ZONE) == 0;
	struct host_evidence *host = &evidence->hosts[0];

	if (own)
		fixture_deny(evidence->mx, zone->name, iterations, opt_out);
	fixture_deny(host->a, zone->name, iterations, opt_out);
}

static void
iterate(struct evidence *evidence, struct zone_evidence *zone)
{
	deny(evidence, zone, 151, false);
}

static void
opt_out(struct evidence *evidence, struct zone_evidence *zone)
{
	deny(evidence, zone, 0, true);
}

static const struct break_row {
	const char		 *name;
	void			(*spoil)(struct evidence *evidence,
				    struct zone_evidence *zone);
	enum dnssec_status	  status;	/* of what is in the zone */
	enum finding_code	  code;
	enum severity		  severity;
	const char		 *advice;	/* part of it */
} break_rows[] = {
	{ "DS missing", lose_ds, DNSSEC_INSECURE, FINDING_DS_MISSING,
	    SEVERITY_WARNING, "have the DS record of " },
	{ "DS unsupported", make_unsupported, DNSSEC_INSECURE,
	    FINDING_DS_UNSUPPORTED, SEVERITY_WARNING, "algorithm 13 or 8" },
	{ "parent unsigned", unsign_parent, DNSSEC_INSECURE,
	    FINDING_PARENT_UNSIGNED, SEVERITY_WARNING, "signed, or use a" },
	{ "iterations", iterate, DNSSEC_INSECURE, FINDING_NSEC3_ITERATIONS,
	    SEVERITY_WARNING, "with no NSEC3 iterations" },
	{ "opt-out", opt_out, DNSSEC_INSECURE, FINDING_OPT_OUT,
	    SEVERITY_WARNING, "without opt-out" },
	{ "DS mismatch", change_keys, DNSSEC_BOGUS, FINDING_DS_MISMATCH,
	    SEVERITY_ERROR, "DS records of the present keys of " },
	{ "keys unavailable", hide_keys, DNSSEC_BOGUS,
	    FINDING_DNSKEY_UNAVAILABLE, SEVERITY_ERROR, "over UDP and TCP" },
	{ "denial broken", hide_denial, DNSSEC_BOGUS, FINDING_DENIAL_BROKEN,
	    SEVERITY_ERROR, "with each denial" },
};

static void
set_status(struct answer **slot, enum dnssec_status status)
{
	if (status == DNSSEC_BOGUS)
		trust_tree_put(slot, fixture_answer((*slot)->owner,
		    (*slot)->type, ANSWER_UNUSABLE, status));
	else
		(*slot)->dnssec = status;
}

static void
set_host_status(struct host_evidence *host, enum dnssec_status status)
{
	set_status(&host->a, status);
	set_status(&host->aaaa, status);
	answer_free(host->tlsa[0]);
	host->tlsa[0] = NULL;
}

/* One finding for the domain, though MX and host share the break. */
static void
test_domain(void **state)
{
	const struct break_row *row = *state;
	struct evidence *evidence = make_domain(HOST);
	const struct finding *finding;

	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
	assert_null(find(evidence, row->code));
	row->spoil(evidence, evidence_zone(evidence, ZONE));
	set_status(&evidence->mx, row->status);
	set_host_status(&evidence->hosts[0], row->status);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, row->status ==
	    DNSSEC_BOGUS ? VERDICT_FAIL : VERDICT_NONE);
	finding = find(evidence, row->code);
	assert_non_null(finding);
	assert_int_equal(finding->severity, row->severity);
	assert_string_equal(finding->place.zone, ZONE);
	assert_null(finding->place.host);
	assert_true(advice_has(&finding->advice, row->advice));
	evidence_free(evidence);
}

/* The same in the zone of the host alone. */
static void
test_host(void **state)
{
	const struct break_row *row = *state;
	struct evidence *evidence = make_domain(OTHER_HOST);
	const struct finding *finding;

	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
	assert_null(find(evidence, row->code));
	row->spoil(evidence, evidence_zone(evidence, OTHER));
	set_host_status(&evidence->hosts[0], row->status);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, row->status ==
	    DNSSEC_BOGUS ? VERDICT_FAIL : VERDICT_NONE);
	finding = find(evidence, row->code);
	assert_non_null(finding);
	assert_int_equal(finding->severity, row->severity);
	assert_string_equal(finding->place.zone, OTHER);
	assert_string_equal(finding->place.host, OTHER_HOST);
	assert_true(advice_has(&finding->advice, row->advice));
	evidence_free(evidence);
}

/* A host whose zone is broken fails no domain that is not signed. */
static void
test_unsigned_domain(void **state)
{
	struct evidence *evidence = make_domain(OTHER_HOST);
	const struct finding *finding;

	(void)state;
	trust_tree_put(&evidence_zone(evidence, ZONE)->ds, fixture_answer(
	    ZONE, DNS_DS, ANSWER_NO_DATA, DNSSEC_SECURE));
	trust_tree_put(&evidence_zone(evidence, ZONE)->dnskey, NULL);
	evidence->mx->dnssec = DNSSEC_INSECURE;
	hide_keys(evidence, evidence_zone(evidence, OTHER));
	set_host_status(&evidence->hosts[0], DNSSEC_BOGUS);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_NONE);
	finding = find(evidence, FINDING_DNSKEY_UNAVAILABLE);
	assert_int_equal(finding->severity, SEVERITY_WARNING);
	assert_string_equal(finding->place.host, OTHER_HOST);
	evidence_free(evidence);
}

/* --- Signatures that have not begun --- */

#define MINUTE	60

static const struct clock_row {
	const char	*name;
	int32_t		 begins;	/* seconds from now: the zone's */
	int32_t		 top;		/* the top-level domain's */
	enum verdict	 verdict;
} clock_rows[] = {
	{ "soon, and the clock is right", 50 * MINUTE, -MINUTE,
	    VERDICT_FAIL },
	{ "soon, and the top-level domain's as well", 50 * MINUTE,
	    30, VERDICT_UNKNOWN },
	{ "within the hour", 60 * MINUTE, 30, VERDICT_UNKNOWN },
	{ "not within the hour", 60 * MINUTE + 1, 30, VERDICT_FAIL },
	{ "ended", -MINUTE, 30, VERDICT_FAIL },
};

static void
test_clock(void **state)
{
	const struct clock_row *row = *state;
	struct signing_time time = { row->begins, row->begins +
		SIGNING_DAY };
	struct zone_evidence *zone;
	struct trust_tree tree;

	if (row->begins < 0)
		time = (struct signing_time){ -SIGNING_DAY, row->begins };
	trust_tree_init(&tree);
	zone = trust_tree_zone(&tree);
	trust_tree_put(&zone->dnskey, fixture_answer(ZONE, DNS_DNSKEY,
	    ANSWER_UNUSABLE, DNSSEC_BOGUS));
	trust_tree_hear(zone, trust_tree_keys(ZONE, tree.key, tree.key,
	    time));
	set_status(&tree.evidence->mx, DNSSEC_BOGUS);
	trust_tree_parent(&tree)->dnskey->periods[0].from = PACKET_NOW +
	    row->top;
	fixture_judge(tree.evidence);
	assert_int_equal(tree.evidence->judged.verdict, row->verdict);
	assert_non_null(find(tree.evidence, FINDING_MX_BOGUS));
	trust_tree_clear(&tree);
}

/* The top-level domain itself does not validate yet. */
static void
test_clock_of_top(void **state)
{
	struct zone_evidence *top;
	struct trust_tree tree;

	(void)state;
	trust_tree_init(&tree);
	top = trust_tree_parent(&tree);
	trust_tree_put(&top->dnskey, fixture_answer(top->name, DNS_DNSKEY,
	    ANSWER_UNUSABLE, DNSSEC_BOGUS));
	trust_tree_hear(top, trust_tree_keys(top->name, tree.parent,
	    tree.parent, (struct signing_time){ 50 * MINUTE, SIGNING_DAY }));
	set_status(&tree.evidence->mx, DNSSEC_BOGUS);
	fixture_judge(tree.evidence);
	assert_int_equal(tree.evidence->judged.verdict, VERDICT_UNKNOWN);
	trust_tree_clear(&tree);
}

/* --- What is secure, but not to every sender --- */

#define DS_MAX	2

static const struct deprecated_row {
	const char	*name;
	struct {
		uint8_t	algorithm;	/* 0: no more */
		uint8_t	digest_type;
	} ds[DS_MAX];
	bool		 deprecated;
} deprecated_rows[] = {
	{ "algorithm 13", { { 13, 2 } }, false },
	{ "algorithm 5", { { 5, 2 } }, true },
	{ "algorithm 7", { { 7, 2 } }, true },
	{ "algorithms 7 and 13", { { 7, 2 }, { 13, 2 } }, false },
	{ "SHA-1 alone", { { 13, 1 } }, true },
	{ "SHA-1 and better", { { 13, 1 }, { 13, 4 } }, false },
	{ "SHA-1 in either", { { 5, 2 }, { 13, 1 } }, true },
	/* What nobody knows helps nobody. */
	{ "SHA-1, and unknown", { { 5, 2 }, { 17, 2 } }, true },
	{ "algorithm 8, and unknown", { { 8, 2 }, { 17, 2 } }, false },
};

static void
test_deprecated(void **state)
{
	const struct deprecated_row *row = *state;
	struct evidence *evidence = make_domain(HOST);
	struct zone_evidence *zone = evidence_zone(evidence, ZONE);
	const struct finding *finding;
	size_t i;

	trust_tree_put(&zone->ds, fixture_answer(ZONE, DNS_DS,
	    ANSWER_RECORDS, DNSSEC_SECURE));
	for (i = 0; i < DS_MAX && row->ds[i].algorithm != 0; i++)
		trust_tree_add_other_ds(zone->ds, 4711,
		    row->ds[i].algorithm, row->ds[i].digest_type);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
	finding = find(evidence, FINDING_ALGORITHM_DEPRECATED);
	assert_int_equal(finding != NULL, row->deprecated);
	if (finding != NULL) {
		assert_int_equal(finding->severity, SEVERITY_WARNING);
		assert_string_equal(finding->place.zone, ZONE);
	}
	evidence_free(evidence);
}

enum denier {
	DENIED_FAMILY,		/* there is no AAAA record */
	DENIED_ABOVE,		/* TLSA records are out of a wildcard */
};

static const struct iterations_row {
	const char	*name;
	enum denier	 by;
	uint16_t	 iterations;
	bool		 found;
	enum severity	 severity;
} iterations_rows[] = {
	{ "none", DENIED_ABOVE, 0, false, SEVERITY_INFO },
	{ "1", DENIED_ABOVE, 1, true, SEVERITY_INFO },
	{ "50", DENIED_ABOVE, 50, true, SEVERITY_INFO },
	{ "51", DENIED_ABOVE, 51, true, SEVERITY_WARNING },
	{ "150", DENIED_ABOVE, 150, true, SEVERITY_WARNING },
	/* DANE does not hang on it. */
	{ "150 at an address", DENIED_FAMILY, 150, true, SEVERITY_INFO },
	{ "none at an address", DENIED_FAMILY, 0, false, SEVERITY_INFO },
};

static void
test_iterations(void **state)
{
	const struct iterations_row *row = *state;
	struct evidence *evidence = make_domain(HOST);
	struct host_evidence *host = &evidence->hosts[0];
	const struct finding *finding;

	fixture_deny(row->by == DENIED_FAMILY ? host->aaaa : host->tlsa[0],
	    ZONE, row->iterations, false);
	/* Of a zone it is told once. */
	if (row->iterations > 0)
		fixture_deny(host->a, ZONE, 1, false);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
	finding = find(evidence, FINDING_NSEC3_ITERATIONS);
	assert_int_equal(finding != NULL, row->found);
	if (finding != NULL) {
		assert_int_equal(finding->severity, row->severity);
		assert_string_equal(finding->place.zone, ZONE);
		assert_true(advice_has(&finding->advice, "0 iterations"));
	}
	evidence_free(evidence);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_domain, break_rows),
		TABLE(test_host, break_rows),
		TABLE_ALONE(test_unsigned_domain),
		TABLE(test_clock, clock_rows),
		TABLE_ALONE(test_clock_of_top),
		TABLE(test_deprecated, deprecated_rows),
		TABLE(test_iterations, iterations_rows),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
