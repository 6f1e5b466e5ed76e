/*
 * Which break is behind an answer that is not secure: that of a zone on its
 * way, or one in the answer itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/judge/trust_fault.h"
#include "checker/judge/zone_status.h"
#include "resolver/memory.h"
#include "resolver/nsec3.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/trust_tree.h"

#define ZONE	TRUST_TREE_ZONE
#define WWW	"www." ZONE

/* Takes ownership of the answer. */
static void
assert_fault(const struct evidence *evidence, struct answer *answer,
    const char *zone, enum zone_break at, const char *why)
{
	struct trust_fault fault = trust_fault_find(evidence, answer);

	assert_int_equal(fault.at, at);
	assert_int_equal(fault.zone != NULL, zone != NULL);
	if (fault.zone != NULL)
		assert_string_equal(fault.zone->name, zone);
	assert_int_equal(fault.why != NULL, why != NULL);
	if (why != NULL && strstr(fault.why, why) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", why, fault.why);
	trust_fault_clear(&fault);
	assert_null(fault.why);
	answer_free(answer);
}

/* --- NSEC3 in the answer --- */

static const struct nsec3_row {
	const char		*name;
	enum answer_kind	 kind;
	enum dnssec_status	 status;
	enum answer_denial	 denial;
	uint16_t		 iterations;
	bool			 opt_out;
	enum zone_break		 at;
	const char		*why;
} nsec3_rows[] = {
	{ "151 iterations", ANSWER_RECORDS, DNSSEC_INSECURE,
	    ANSWER_DENIES_BY_NSEC3, NSEC3_ITERATIONS_MAX + 1, false,
	    ZONE_NSEC3_ITERATIONS, "of " ZONE " have 151 iterations" },
	/* There is another reason then. */
	{ "150 iterations", ANSWER_RECORDS, DNSSEC_INSECURE,
	    ANSWER_DENIES_BY_NSEC3, NSEC3_ITERATIONS_MAX, false,
	    ZONE_UNBROKEN, NULL },
	{ "150 iterations, secure", ANSWER_RECORDS, DNSSEC_SECURE,
	    ANSWER_DENIES_BY_NSEC3, NSEC3_ITERATIONS_MAX, false,
	    ZONE_UNBROKEN, NULL },
	{ "151 iterations, no such name", ANSWER_NO_NAME, DNSSEC_INSECURE,
	    ANSWER_DENIES_BY_NSEC3, NSEC3_ITERATIONS_MAX + 1, false,
	    ZONE_NSEC3_ITERATIONS, "151" },
	{ "a wildcard under opt-out", ANSWER_RECORDS, DNSSEC_INSECURE,
	    ANSWER_DENIES_BY_NSEC3, 0, true, ZONE_OPT_OUT,
	    "under which a wildcard is never authentic" },
	{ "no such name under opt-out", ANSWER_NO_NAME, DNSSEC_INSECURE,
	    ANSWER_DENIES_BY_NSEC3, 0, true, ZONE_OPT_OUT,
	    "under which the absence of a name is never authentic" },
	/* RFC 5155 9.2: no data of a name that exists stays secure. */
	{ "no data under opt-out", ANSWER_NO_DATA, DNSSEC_SECURE,
	    ANSWER_DENIES_BY_NSEC3, 0, true, ZONE_UNBROKEN, NULL },
	{ "no opt-out", ANSWER_NO_NAME, DNSSEC_SECURE,
	    ANSWER_DENIES_BY_NSEC3, 0, false, ZONE_UNBROKEN, NULL },
	/* The iterations decide first: without them it is as insecure. */
	{ "151 iterations and opt-out", ANSWER_RECORDS, DNSSEC_INSECURE,
	    ANSWER_DENIES_BY_NSEC3, NSEC3_ITERATIONS_MAX + 1, true,
	    ZONE_NSEC3_ITERATIONS, "151" },
	{ "NSEC", ANSWER_NO_NAME, DNSSEC_INSECURE, ANSWER_DENIES_BY_NSEC, 0,
	    false, ZONE_UNBROKEN, NULL },
};

static void
test_nsec3(void **state)
{
	static const uint8_t address[] = { 192, 0, 2, 1 };
	const struct nsec3_row *row = *state;
	struct trust_tree tree;
	struct answer *answer;

	trust_tree_init(&tree);
	zone_status_judge(tree.evidence);
	answer = fixture_answer(WWW, DNS_A, row->kind, row->status);
	fixture_deny(answer, ZONE, row->iterations, row->opt_out);
	answer->denial = row->denial;
	if (row->kind == ANSWER_RECORDS)
		fixture_add(answer, address, sizeof(address));
	assert_fault(tree.evidence, answer, row->at == ZONE_UNBROKEN ? NULL :
	    ZONE, row->at, row->why);
	trust_tree_clear(&tree);
}

static void
set_end(struct answer *answer, const char *end)
{
	free(answer->expanded);
	answer->expanded = memory_string(end);
	answer->aliased = true;
}

/* The wildcard is that of the alias, not of its end in another zone. */
static void
test_nsec3_of_alias(void **state)
{
	struct trust_tree tree;
	struct answer *answer;

	(void)state;
	trust_tree_init(&tree);
	fixture_zone(tree.evidence, "example.net", ".", DNSSEC_SECURE);
	zone_status_judge(tree.evidence);
	answer = fixture_answer(WWW, DNS_A, ANSWER_RECORDS, DNSSEC_INSECURE);
	set_end(answer, "www.example.net");
	fixture_deny(answer, ZONE, NSEC3_ITERATIONS_MAX + 1, false);
	assert_ptr_equal(trust_fault_denier(tree.evidence, answer),
	    trust_tree_zone(&tree));
	assert_fault(tree.evidence, answer, ZONE, ZONE_NSEC3_ITERATIONS,
	    "of " ZONE);
	/* Whose they are is not known without their signatures. */
	answer = fixture_answer(WWW, DNS_A, ANSWER_RECORDS, DNSSEC_INSECURE);
	set_end(answer, "www.example.net");
	answer->denial = ANSWER_DENIES_BY_NSEC3;
	answer->opt_out = true;
	assert_null(trust_fault_denier(tree.evidence, answer));
	assert_fault(tree.evidence, answer, "example.net", ZONE_OPT_OUT,
	    "example.net is signed");
	trust_tree_clear(&tree);
}

/* --- Zones on the way --- */

/* How the zones above sub.example.org, and another, are broken. */
static const struct way_row {
	const char	*name;
	const char	*owner;
	const char	*end;		/* of an alias; NULL: there is none */
	enum zone_break	 zone;		/* of example.org */
	enum zone_break	 sub;		/* of sub.example.org */
	enum zone_break	 other;		/* of example.net */
	const char	*blamed;	/* NULL: none */
} way_rows[] = {
	{ "nothing is broken", "www.sub." ZONE, NULL, ZONE_UNBROKEN,
	    ZONE_UNBROKEN, ZONE_UNBROKEN, NULL },
	{ "the last zone", "www.sub." ZONE, NULL, ZONE_UNBROKEN,
	    ZONE_DS_MISSING, ZONE_UNBROKEN, "sub." ZONE },
	{ "a zone itself", "sub." ZONE, NULL, ZONE_UNBROKEN, ZONE_DS_MISSING,
	    ZONE_UNBROKEN, "sub." ZONE },
	{ "the first of two", "www.sub." ZONE, NULL, ZONE_DS_MISMATCH,
	    ZONE_DS_MISSING, ZONE_UNBROKEN, ZONE },
	{ "only zones above count", WWW, NULL, ZONE_UNBROKEN,
	    ZONE_DS_MISSING, ZONE_DS_MISMATCH, NULL },
	{ "names that end alike", "notsub." ZONE, NULL, ZONE_UNBROKEN,
	    ZONE_DS_MISSING, ZONE_UNBROKEN, NULL },
	{ "unsigned", "www.sub." ZONE, NULL, ZONE_UNSIGNED, ZONE_UNSIGNED,
	    ZONE_UNBROKEN, ZONE },
	/* What is signed there needs its parent. */
	{ "signed below unsigned", "www.sub." ZONE, NULL, ZONE_UNSIGNED,
	    ZONE_PARENT_UNSIGNED, ZONE_UNBROKEN, "sub." ZONE },
	{ "an alias's end", WWW, "www.example.net", ZONE_UNBROKEN,
	    ZONE_UNBROKEN, ZONE_DS_MISSING, "example.net" },
	{ "an alias", WWW, "www.example.net", ZONE_DS_MISSING, ZONE_UNBROKEN,
	    ZONE_UNBROKEN, ZONE },
};

static void
set_break(struct evidence *evidence, const char *name, enum zone_break at)
{
	struct zone_judgement *judged = &evidence_zone(evidence, name)->judged;

	judged->at = at;
	judged->dnssec = at == ZONE_UNBROKEN ? DNSSEC_SECURE :
	    DNSSEC_INSECURE;
	judged->why = at == ZONE_UNBROKEN ? NULL : memory_string(name);
	judged->begins = at == ZONE_UNBROKEN ? 0 : 42;
}

static void
test_way(void **state)
{
	const struct way_row *row = *state;
	struct evidence *evidence = fixture_domain(ZONE);
	struct trust_fault fault;
	struct answer *answer;

	fixture_zone(evidence, ".", NULL, DNSSEC_SECURE);
	fixture_zone(evidence, ZONE, ".", DNSSEC_SECURE);
	fixture_zone(evidence, "sub." ZONE, ZONE, DNSSEC_SECURE);
	fixture_zone(evidence, "example.net", ".", DNSSEC_SECURE);
	set_break(evidence, ZONE, row->zone);
	set_break(evidence, "sub." ZONE, row->sub);
	set_break(evidence, "example.net", row->other);
	answer = fixture_answer(row->owner, DNS_A, ANSWER_RECORDS,
	    DNSSEC_INSECURE);
	if (row->end != NULL)
		set_end(answer, row->end);
	fault = trust_fault_find(evidence, answer);
	assert_int_equal(fault.begins, row->blamed != NULL ? 42 : 0);
	trust_fault_clear(&fault);
	assert_fault(evidence, answer, row->blamed, row->blamed == NULL ?
	    ZONE_UNBROKEN : evidence_zone(evidence, row->blamed)->judged.at,
	    row->blamed);
	/* Of an answer that is secure, and of none, nothing is to be said. */
	answer = fixture_answer(row->owner, DNS_A, ANSWER_RECORDS,
	    DNSSEC_SECURE);
	assert_fault(evidence, answer, NULL, ZONE_UNBROKEN, NULL);
	assert_fault(evidence, NULL, NULL, ZONE_UNBROKEN, NULL);
	evidence_free(evidence);
}

/* --- Answers out of zones that validate --- */

static void
test_answer(void **state)
{
	static const struct packet packet = { WWW, DNS_A, 0, { WWW
	    ". 300 IN A 192.0.2.1" }, { NULL } };
	const struct trust_tree_signature none = { 0 };
	struct trust_tree tree;

	(void)state;
	trust_tree_init(&tree);
	zone_status_judge(tree.evidence);
	/* Unless a server was asked, it may be another zone's fault. */
	assert_fault(tree.evidence, fixture_answer(WWW, DNS_A,
	    ANSWER_UNUSABLE, DNSSEC_BOGUS), NULL, ZONE_UNBROKEN, NULL);
	trust_tree_hear(trust_tree_zone(&tree), trust_tree_answer(&packet,
	    &none));
	assert_fault(tree.evidence, fixture_answer(WWW, DNS_A,
	    ANSWER_UNUSABLE, DNSSEC_BOGUS), ZONE, ZONE_SIGNATURES_BROKEN,
	    "A " WWW " has no signature");
	/* No usable answer is no break, but is explained. */
	trust_tree_hear_fault(trust_tree_zone(&tree), WWW, DNS_TLSA,
	    ANSWER_FAULT_SILENT, 0);
	assert_fault(tree.evidence, fixture_answer(WWW, DNS_TLSA,
	    ANSWER_UNUSABLE, DNSSEC_FAILED), NULL, ZONE_UNBROKEN,
	    "does not answer");
	trust_tree_clear(&tree);
}

/* Zones are not always known. */
static void
test_no_zones(void **state)
{
	struct evidence *evidence = fixture_domain(ZONE);

	(void)state;
	assert_fault(evidence, fixture_answer(WWW, DNS_A, ANSWER_UNUSABLE,
	    DNSSEC_BOGUS), NULL, ZONE_UNBROKEN, NULL);
	assert_fault(evidence, fixture_answer(WWW, DNS_A, ANSWER_RECORDS,
	    DNSSEC_INSECURE), NULL, ZONE_UNBROKEN, NULL);
	evidence_free(evidence);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_nsec3, nsec3_rows),
		TABLE_ALONE(test_nsec3_of_alias),
		TABLE(test_way, way_rows),
		TABLE_ALONE(test_answer),
		TABLE_ALONE(test_no_zones),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
