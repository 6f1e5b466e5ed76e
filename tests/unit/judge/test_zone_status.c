/*
 * Where the chain of trust breaks: each way in which a zone is not secure, and
 * its twin that is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "checker/evidence/zone_facts.h"
#include "checker/judge/zone_status.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/trust_tree.h"

/* What judge() does first. */
static void
judge_zones(struct trust_tree *tree)
{
	zone_facts_settle(tree->evidence);
	zone_status_judge(tree->evidence);
}

static void
assert_judged(const struct zone_evidence *zone, enum dnssec_status dnssec,
    enum zone_break at, const char *why)
{
	assert_int_equal(zone->judged.dnssec, dnssec);
	assert_int_equal(zone->judged.at, at);
	if (why == NULL) {
		assert_null(zone->judged.why);
		return;
	}
	assert_non_null(zone->judged.why);
	if (strstr(zone->judged.why, why) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", why, zone->judged.why);
}

/* --- By its DS records */

#define DS_MAX	3

/* Algorithm and digest type; whether it fits the zone's key. */
struct ds_wish {
	uint8_t	algorithm;	/* 0: no more */
	uint8_t	digest_type;
	bool	fits;
};

static const struct ds_row {
	const char		*name;
	struct ds_wish		 ds[DS_MAX];
	bool			 unvalidated;	/* by what is in use here */
	enum dnssec_status	 dnssec;
	enum zone_break		 at;
	const char		*why;		/* part of it */
} ds_rows[] = {
	{ "one that fits", { { 13, 2, true } }, false, DNSSEC_SECURE,
	    ZONE_UNBROKEN, NULL },
	{ "an unknown algorithm beside it", { { 17, 2, false },
	    { 13, 2, true } }, false, DNSSEC_SECURE, ZONE_UNBROKEN, NULL },
	{ "an algorithm that nobody knows", { { 17, 2, false } }, true,
	    DNSSEC_INSECURE, ZONE_DS_UNSUPPORTED,
	    "have only algorithm 17 (SM2SM3), which no validator knows" },
	{ "an algorithm without a name", { { 200, 2, false } }, true,
	    DNSSEC_INSECURE, ZONE_DS_UNSUPPORTED,
	    "have only algorithm 200, which no validator knows" },
	{ "a digest that nobody knows", { { 13, 9, false } }, true,
	    DNSSEC_INSECURE, ZONE_DS_UNSUPPORTED,
	    "have only digest type 9, which no validator knows" },
	{ "an algorithm that others know", { { 16, 2, false } }, true,
	    DNSSEC_INSECURE, ZONE_DS_UNSUPPORTED,
	    "have only algorithm 16 (Ed448), which other validators know" },
	{ "one that others know, and another", { { 17, 2, false },
	    { 5, 2, false } }, true, DNSSEC_INSECURE, ZONE_DS_UNSUPPORTED,
	    "other validators know" },
	{ "the same twice", { { 200, 2, false }, { 200, 4, false } }, true,
	    DNSSEC_INSECURE, ZONE_DS_UNSUPPORTED,
	    "have only algorithm 200, which" },
	/* "algorithm 20" is in "algorithm 200". */
	{ "numbers that begin alike", { { 200, 2, false }, { 20, 2, false } },
	    true, DNSSEC_INSECURE, ZONE_DS_UNSUPPORTED,
	    "algorithm 200 and algorithm 20, which no validator knows" },
	{ "SHA-1 alone", { { 13, 1, true } }, false, DNSSEC_SECURE,
	    ZONE_UNBROKEN, NULL },
	{ "SHA-1 and better, both fit", { { 13, 1, true }, { 13, 2, true } },
	    false, DNSSEC_SECURE, ZONE_UNBROKEN, NULL },
	{ "SHA-1 fits, and better does not", { { 13, 1, true },
	    { 13, 2, false } }, false, DNSSEC_BOGUS, ZONE_DS_MISMATCH,
	    "a digest stronger than SHA-1 fits any of its keys" },
	{ "SHA-384 does not fit either", { { 13, 4, false },
	    { 13, 1, true } }, false, DNSSEC_BOGUS, ZONE_DS_MISMATCH,
	    "RFC 4509" },
	/* What is not supported does not count, nor keep SHA-1 from it. */
	{ "better by an unknown algorithm", { { 13, 1, true },
	    { 17, 2, false } }, false, DNSSEC_SECURE, ZONE_UNBROKEN, NULL },
	{ "better by an unknown digest", { { 13, 1, true },
	    { 13, 9, false } }, false, DNSSEC_SECURE, ZONE_UNBROKEN, NULL },
	/* A spare one beside one that fits is a rollover. */
	{ "better that fits, and a spare", { { 13, 2, false },
	    { 13, 2, true }, { 13, 1, true } }, false, DNSSEC_SECURE,
	    ZONE_UNBROKEN, NULL },
};

static void
set_ds(struct trust_tree *tree, const struct ds_wish wishes[DS_MAX])
{
	struct answer *ds = trust_tree_new_ds(DNS_DS);
	size_t i;

	for (i = 0; i < DS_MAX && wishes[i].algorithm != 0; i++) {
		if (wishes[i].fits)
			trust_tree_add_ds(ds, tree,
			    (enum ds_digest)wishes[i].digest_type);
		else
			trust_tree_add_other_ds(ds, 4711,
			    wishes[i].algorithm, wishes[i].digest_type);
	}
	trust_tree_put(&trust_tree_zone(tree)->ds, ds);
}

static void
test_ds(void **state)
{
	const struct ds_row *row = *state;
	struct trust_tree tree;

	trust_tree_init(&tree);
	set_ds(&tree, row->ds);
	if (row->unvalidated)
		trust_tree_zone(&tree)->dnskey->dnssec = DNSSEC_INSECURE;
	judge_zones(&tree);
	assert_judged(trust_tree_zone(&tree), row->dnssec, row->at, row->why);
	trust_tree_clear(&tree);
}

/* Answers out of such a zone are bogus, and others are not. */
static void
test_sha1_settled(void **state)
{
	static const struct ds_wish bad[DS_MAX] = { { 13, 1, true },
		{ 13, 2, false } };
	static const struct ds_wish good[DS_MAX] = { { 13, 1, true },
		{ 13, 2, true } };
	struct trust_tree tree;

	(void)state;
	trust_tree_init(&tree);
	fixture_host(tree.evidence, "mx.example.net");
	set_ds(&tree, good);
	judge_zones(&tree);
	assert_int_equal(tree.evidence->mx->dnssec, DNSSEC_SECURE);
	set_ds(&tree, bad);
	zone_facts_settle(tree.evidence);
	assert_int_equal(tree.evidence->mx->dnssec, DNSSEC_BOGUS);
	assert_int_equal(tree.evidence->mx->kind, ANSWER_UNUSABLE);
	assert_non_null(strstr(tree.evidence->mx->why, "RFC 4509"));
	assert_int_equal(tree.evidence->hosts[0].a->dnssec, DNSSEC_SECURE);
	trust_tree_clear(&tree);
}

/* --- By its parent, and what was asked */

static void
change_nothing(struct trust_tree *tree)
{
	(void)tree;
}

static void
remove_ds(struct trust_tree *tree)
{
	trust_tree_remove_ds(tree);
	trust_tree_put(&trust_tree_zone(tree)->dnskey,
	    fixture_answer(TRUST_TREE_ZONE, DNS_DNSKEY, ANSWER_NO_DATA,
	    DNSSEC_INSECURE));
}

/* The zone is signed all the same. */
static void
lose_ds(struct trust_tree *tree)
{
	trust_tree_put(&trust_tree_zone(tree)->ds, fixture_answer(
	    TRUST_TREE_ZONE, DNS_DS, ANSWER_NO_DATA, DNSSEC_SECURE));
	trust_tree_zone(tree)->dnskey->dnssec = DNSSEC_INSECURE;
}

static void
unsign_parent(struct trust_tree *tree)
{
	struct zone_evidence *parent = trust_tree_parent(tree);

	trust_tree_put(&parent->ds, fixture_answer(parent->name, DNS_DS,
	    ANSWER_NO_DATA, DNSSEC_SECURE));
	trust_tree_put(&parent->dnskey, NULL);
}

static void
unsign_both(struct trust_tree *tree)
{
	unsign_parent(tree);
	remove_ds(tree);
}

/* The parent is signed, but its own parent has no DS record of it. */
static void
lose_parents_ds(struct trust_tree *tree)
{
	struct zone_evidence *parent = trust_tree_parent(tree);

	trust_tree_put(&parent->ds, fixture_answer(parent->name, DNS_DS,
	    ANSWER_NO_DATA, DNSSEC_SECURE));
}

static void
break_parent(struct trust_tree *tree)
{
	struct zone_evidence *parent = trust_tree_parent(tree);

	trust_tree_put(&parent->dnskey, fixture_answer(parent->name,
	    DNS_DNSKEY, ANSWER_UNUSABLE, DNSSEC_BOGUS));
}

static void
forget_ds(struct trust_tree *tree)
{
	trust_tree_put(&trust_tree_zone(tree)->ds, NULL);
}

static void
forget_keys(struct trust_tree *tree)
{
	trust_tree_put(&trust_tree_zone(tree)->dnskey, NULL);
}

static void
break_ds(struct trust_tree *tree)
{
	trust_tree_put(&trust_tree_zone(tree)->ds, fixture_answer(
	    TRUST_TREE_ZONE, DNS_DS, ANSWER_UNUSABLE, DNSSEC_FAILED));
	trust_tree_hear_fault(trust_tree_zone(tree), TRUST_TREE_ZONE, DNS_DS,
	    ANSWER_FAULT_SILENT, 0);
}

static void
break_keys(struct trust_tree *tree)
{
	trust_tree_put(&trust_tree_zone(tree)->dnskey, fixture_answer(
	    TRUST_TREE_ZONE, DNS_DNSKEY, ANSWER_UNUSABLE, DNSSEC_BOGUS));
	trust_tree_hear(trust_tree_zone(tree), trust_tree_keys(
	    TRUST_TREE_ZONE, tree->key, NULL, SIGNING_GOOD));
}

static void
break_root(struct trust_tree *tree)
{
	trust_tree_put(&tree->evidence->zones[0].dnskey, fixture_answer(".",
	    DNS_DNSKEY, ANSWER_UNUSABLE, DNSSEC_BOGUS));
}

static const struct state_row {
	const char		 *name;
	void			(*change)(struct trust_tree *tree);
	enum dnssec_status	  dnssec;
	enum zone_break		  at;
	const char		 *why;		/* part of it */
} state_rows[] = {
	{ "secure", change_nothing, DNSSEC_SECURE, ZONE_UNBROKEN, NULL },
	{ "unsigned", remove_ds, DNSSEC_INSECURE, ZONE_UNSIGNED,
	    "example.org is not signed" },
	{ "signed, without a DS record", lose_ds, DNSSEC_INSECURE,
	    ZONE_DS_MISSING, "example.org is signed, but org has no DS" },
	{ "signed, below an unsigned zone", unsign_parent, DNSSEC_INSECURE,
	    ZONE_PARENT_UNSIGNED, "signed, but org, above it, is not" },
	{ "unsigned, below an unsigned zone", unsign_both, DNSSEC_INSECURE,
	    ZONE_UNSIGNED, "example.org is not signed" },
	/* The break is told of the zone that has it. */
	{ "below a zone without a DS record", lose_parents_ds,
	    DNSSEC_INSECURE, ZONE_UNBROKEN, "above it, at org" },
	{ "below a bogus zone", break_parent, DNSSEC_BOGUS, ZONE_UNBROKEN,
	    "above it, at org" },
	{ "below a bogus root", break_root, DNSSEC_BOGUS, ZONE_UNBROKEN,
	    "above it, at org" },
	{ "DS not asked for in time", forget_ds, DNSSEC_FAILED, ZONE_UNBROKEN,
	    "DS records of example.org were not asked for" },
	{ "keys not asked for in time", forget_keys, DNSSEC_FAILED,
	    ZONE_UNBROKEN, "keys of example.org were not asked for" },
	{ "the parent's servers are silent", break_ds, DNSSEC_FAILED,
	    ZONE_DNSKEY_UNAVAILABLE, "DS example.org: ns1.example.org" },
	{ "keys without a signature", break_keys, DNSSEC_BOGUS,
	    ZONE_SIGNATURES_BROKEN, "DNSKEY example.org has no signature" },
};

static void
test_state(void **state)
{
	const struct state_row *row = *state;
	struct trust_tree tree;

	trust_tree_init(&tree);
	row->change(&tree);
	judge_zones(&tree);
	assert_judged(trust_tree_zone(&tree), row->dnssec, row->at, row->why);
	trust_tree_clear(&tree);
}

/* Of a zone whose parent is not known, its own DS records tell. */
static void
test_no_parent(void **state)
{
	struct trust_tree tree;
	struct zone_evidence *zone;

	(void)state;
	trust_tree_init(&tree);
	zone = fixture_zone(tree.evidence, "example.net", NULL,
	    DNSSEC_SECURE);
	zone->ds = fixture_answer("example.net", DNS_DS, ANSWER_NO_DATA,
	    DNSSEC_SECURE);
	judge_zones(&tree);
	assert_judged(evidence_zone(tree.evidence, "example.net"),
	    DNSSEC_INSECURE, ZONE_DS_MISSING, "but its parent has no DS");
	trust_tree_clear(&tree);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_ds, ds_rows),
		TABLE_ALONE(test_sha1_settled),
		TABLE(test_state, state_rows),
		TABLE_ALONE(test_no_parent),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
