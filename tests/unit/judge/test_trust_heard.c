/*
 * What name servers say themselves about zones that do not validate: each way
 * to give nothing out, and each fault of signatures and denials, with its twin
 * that has none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/judge/trust_heard.h"
#include "resolver/memory.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/trust_tree.h"

#define ZONE	TRUST_TREE_ZONE
#define HOUR	3600

/* What the validator says of its own answers. */
#define VALIDATOR "something is wrong"

#define NXDOMAIN	3
#define REFUSED		5

#define ENDED		((struct signing_time){ -10 * SIGNING_DAY, -HOUR })

static int
set_up(void **state)
{
	struct trust_tree *tree = memory_new(1, sizeof(*tree));

	trust_tree_init(tree);
	*state = tree;
	return 0;
}

static int
tear_down(void **state)
{
	trust_tree_clear(*state);
	free(*state);
	return 0;
}

static void
assert_fault(struct trust_fault *fault, enum zone_break at, const char *why,
    time_t begins)
{
	assert_int_equal(fault->at, at);
	assert_non_null(fault->why);
	if (strstr(fault->why, why) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", why, fault->why);
	assert_int_equal(fault->begins, begins);
	trust_fault_clear(fault);
}

/* --- Servers that give nothing out --- */

static const struct unusable_row {
	const char		*name;
	enum answer_fault	 fault;
	uint16_t		 rcode;
	const char		*says;
} unusable_rows[] = {
	{ "silent", ANSWER_FAULT_SILENT, 0, "does not answer" },
	{ "unreachable", ANSWER_FAULT_UNREACHABLE, 0, "cannot be reached" },
	{ "an RCODE", ANSWER_FAULT_RCODE, REFUSED, "says REFUSED" },
	{ "an RCODE without a name", ANSWER_FAULT_RCODE, 3000,
	    "says RCODE 3000" },
	{ "no TCP", ANSWER_FAULT_NO_TCP, 0, "cuts its answer off over UDP, "
	    "and gives none over TCP" },
	{ "malformed", ANSWER_FAULT_MALFORMED, 0, "gives a malformed answer" },
	{ "another fault", ANSWER_FAULT_OTHER, 0, "no use" },
};

/* The zone's servers do so with DNSKEY, and the parent's with DS. */
static void
test_unusable(void **state)
{
	const struct unusable_row *row = *state;
	struct trust_fault fault = { 0 };
	struct zone_evidence *zone;
	struct trust_tree tree;
	char *keys, *ds;

	trust_tree_init(&tree);
	zone = trust_tree_zone(&tree);
	trust_tree_hear_fault(zone, ZONE, DNS_DNSKEY, row->fault, row->rcode);
	trust_tree_hear_fault(zone, ZONE, DNS_DS, row->fault, row->rcode);
	keys = memory_format("DNSKEY " ZONE ": ns1." ZONE " [192.0.2.53] %s",
	    row->fault == ANSWER_FAULT_OTHER ? "" : row->says);
	ds = memory_format("DS " ZONE ": ns2." ZONE " [192.0.2.53] %s",
	    row->fault == ANSWER_FAULT_OTHER ? "" : row->says);
	trust_heard_keys(zone, &fault);
	assert_fault(&fault, ZONE_DNSKEY_UNAVAILABLE, keys, 0);
	trust_heard_ds(tree.evidence, zone, &fault);
	assert_fault(&fault, ZONE_DNSKEY_UNAVAILABLE, ds, 0);
	/* A question about a name in the zone breaks no zone. */
	trust_tree_put(&tree.evidence->mx, fixture_answer(ZONE, DNS_MX,
	    ANSWER_UNUSABLE, DNSSEC_FAILED));
	trust_tree_hear_fault(zone, ZONE, DNS_MX, row->fault, row->rcode);
	trust_heard_answer(zone, tree.evidence->mx, &fault);
	assert_fault(&fault, ZONE_UNBROKEN, row->says, 0);
	free(keys);
	free(ds);
	trust_tree_clear(&tree);
}

static void
test_referral(void **state)
{
	struct trust_tree *tree = *state;
	struct zone_evidence *zone = trust_tree_zone(tree);
	struct trust_fault fault = { 0 };

	trust_tree_hear_referral(zone, ZONE, DNS_DNSKEY);
	trust_heard_keys(zone, &fault);
	assert_fault(&fault, ZONE_DNSKEY_UNAVAILABLE,
	    "refers to other servers: it does not have the zone", 0);
	trust_tree_hear_referral(zone, ZONE, DNS_DS);
	trust_heard_ds(tree->evidence, zone, &fault);
	assert_fault(&fault, ZONE_DNSKEY_UNAVAILABLE, "refers to", 0);
}

/* A server that says that there are no keys. */
static void
test_no_keys(void **state)
{
	const struct packet packet = { ZONE, DNS_DNSKEY, 0, { NULL },
		{ NULL } };
	const struct trust_tree_signature none = { 0 };
	struct trust_tree *tree = *state;
	struct trust_fault fault = { 0 };

	trust_tree_hear(trust_tree_zone(tree), trust_tree_answer(&packet,
	    &none));
	trust_heard_keys(trust_tree_zone(tree), &fault);
	assert_fault(&fault, ZONE_DNSKEY_UNAVAILABLE, "has no such records",
	    0);
}

/* Each server that fails is named, and none that does not. */
static void
test_one_of_three(void **state)
{
	struct trust_tree *tree = *state;
	struct zone_evidence *zone = trust_tree_zone(tree);
	struct trust_fault fault = { 0 };

	trust_tree_hear_fault(zone, ZONE, DNS_DNSKEY, ANSWER_FAULT_SILENT, 0);
	trust_tree_hear(zone, trust_tree_keys(ZONE, tree->key, tree->key,
	    SIGNING_GOOD));
	trust_tree_hear_fault(zone, ZONE, DNS_DNSKEY, ANSWER_FAULT_RCODE,
	    REFUSED);
	trust_heard_keys(zone, &fault);
	assert_fault(&fault, ZONE_DNSKEY_UNAVAILABLE, "DNSKEY " ZONE ": ns1."
	    ZONE " [192.0.2.53] does not answer; ns3." ZONE
	    " [192.0.2.53] says REFUSED", 0);
}

/* Where no server was asked, the validator's own reason is all. */
static void
test_nobody_asked(void **state)
{
	struct trust_tree *tree = *state;
	struct zone_evidence *zone = trust_tree_zone(tree);
	struct answer *mx = fixture_answer(ZONE, DNS_MX, ANSWER_UNUSABLE,
	    DNSSEC_BOGUS);
	struct trust_fault fault = { 0 };

	trust_tree_put(&zone->ds, fixture_answer(ZONE, DNS_DS,
	    ANSWER_UNUSABLE, DNSSEC_BOGUS));
	trust_tree_put(&zone->dnskey, fixture_answer(ZONE, DNS_DNSKEY,
	    ANSWER_UNUSABLE, DNSSEC_BOGUS));
	trust_heard_keys(zone, &fault);
	assert_fault(&fault, ZONE_SIGNATURES_BROKEN, VALIDATOR, 0);
	trust_heard_ds(tree->evidence, zone, &fault);
	assert_fault(&fault, ZONE_SIGNATURES_BROKEN, VALIDATOR, 0);
	/* Of an answer it may be another zone's fault. */
	trust_heard_answer(zone, mx, &fault);
	assert_null(fault.why);
	assert_int_equal(fault.at, ZONE_UNBROKEN);
	mx->dnssec = DNSSEC_FAILED;
	trust_heard_answer(zone, mx, &fault);
	assert_null(fault.why);
	assert_int_equal(fault.at, ZONE_UNBROKEN);
	answer_free(mx);
}

/* --- Keys --- */

enum signer {
	NOBODY,
	THE_KEY,
	A_STRANGER,	/* that is in no DNSKEY RRset */
	A_FORGER,	/* with the tag of the key */
};

static const struct signing_row {
	const char		*name;
	enum signer		 signer;
	struct signing_time	 time;
	const char		*why;		/* NULL: they are good */
	time_t			 begins;
} signing_rows[] = {
	{ "good", THE_KEY, { -SIGNING_DAY, SIGNING_DAY }, NULL, 0 },
	{ "missing", NOBODY, { 0, 0 }, "has no signature", 0 },
	{ "by another key", A_STRANGER, { -SIGNING_DAY, SIGNING_DAY },
	    "is by a key that counts", 0 },
	{ "forged", A_FORGER, { -SIGNING_DAY, SIGNING_DAY },
	    "is wrong: it is not of these records", 0 },
	{ "ended", THE_KEY, { -SIGNING_DAY, -HOUR },
	    "ended at 2026-01-31T11:00:00Z", 0 },
	{ "not begun", THE_KEY, { HOUR, SIGNING_DAY },
	    "begins only at 2026-01-31T13:00:00Z", PACKET_NOW + HOUR },
};

/* As the row says, in place of the key. Borrowed; a forger is the caller's. */
static const struct signing_key *
pick_signer(const struct trust_tree *tree, enum signer signer,
    const struct signing_key *key, struct signing_key **forger)
{
	*forger = signer == A_FORGER ? signing_key_twin(key) : NULL;
	return signer == NOBODY ? NULL : signer == THE_KEY ? key :
	    signer == A_STRANGER ? tree->stranger : *forger;
}

static void
assert_signing(struct trust_fault *fault, const struct signing_row *row,
    const char *what)
{
	if (row->why != NULL)
		assert_non_null(strstr(fault->why, what));
	assert_fault(fault, ZONE_SIGNATURES_BROKEN, row->why != NULL ?
	    row->why : VALIDATOR, row->begins);
}

static void
test_keys(void **state)
{
	const struct signing_row *row = *state;
	struct trust_fault fault = { 0 };
	const struct signing_key *signer;
	struct zone_evidence *zone;
	struct signing_key *forger;
	struct trust_tree tree;

	trust_tree_init(&tree);
	zone = trust_tree_zone(&tree);
	signer = pick_signer(&tree, row->signer, tree.key, &forger);
	trust_tree_put(&zone->dnskey, fixture_answer(ZONE, DNS_DNSKEY,
	    ANSWER_UNUSABLE, DNSSEC_BOGUS));
	trust_tree_hear(zone, trust_tree_keys(ZONE, tree.key, signer,
	    row->time));
	trust_heard_keys(zone, &fault);
	assert_signing(&fault, row, "DNSKEY " ZONE);
	signing_key_free(forger);
	trust_tree_clear(&tree);
}

/* The zone has another key than its DS record. */
static void
test_other_key(void **state)
{
	struct trust_tree *tree = *state;
	struct trust_fault fault = { 0 };
	char *why = memory_format("no DS record of " ZONE " (for the keys %u) "
	    "fits one of its keys (%u)", signing_key_tag(tree->key),
	    signing_key_tag(tree->stranger));

	trust_tree_hear(trust_tree_zone(tree), trust_tree_keys(ZONE,
	    tree->stranger, tree->stranger, SIGNING_GOOD));
	trust_heard_keys(trust_tree_zone(tree), &fault);
	assert_fault(&fault, ZONE_DS_MISMATCH, why, 0);
	free(why);
}

/* The DS record names the key, but is not its digest. */
static void
test_other_digest(void **state)
{
	struct trust_tree *tree = *state;
	struct zone_evidence *zone = trust_tree_zone(tree);
	const uint16_t tag = signing_key_tag(tree->key);
	struct trust_fault fault = { 0 };
	char *why = memory_format("the DS record %u 13 2 of " ZONE " has "
	    "another digest than its key %u", tag, tag);

	trust_tree_put(&zone->ds, trust_tree_new_ds(DNS_DS));
	trust_tree_add_other_ds(zone->ds, tag, TRUST_TREE_ALGORITHM,
	    DS_SHA256);
	trust_tree_hear(zone, trust_tree_keys(ZONE, tree->key, tree->key,
	    SIGNING_GOOD));
	trust_heard_keys(zone, &fault);
	assert_fault(&fault, ZONE_DS_MISMATCH, why, 0);
	free(why);
}

/* --- DS records, and that there are none --- */

static void
test_ds(void **state)
{
	static const struct packet packet = { ZONE, DNS_DS, 0, { ZONE ". 300 "
	    "IN DS 4711 13 2 5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"
	    "5a5a5a5a5a5a5a5a" }, { NULL } };
	const struct signing_row *row = *state;
	struct trust_tree_signature signature = { NULL, DNS_DS, NULL,
		row->time, NULL };
	struct trust_fault fault = { 0 };
	struct zone_evidence *zone;
	struct signing_key *forger;
	struct trust_tree tree;

	trust_tree_init(&tree);
	zone = trust_tree_zone(&tree);
	signature.key = pick_signer(&tree, row->signer, tree.parent, &forger);
	signature.owner = signature.key != NULL ? ZONE : NULL;
	trust_tree_put(&zone->ds, fixture_answer(ZONE, DNS_DS,
	    ANSWER_UNUSABLE, DNSSEC_BOGUS));
	trust_tree_hear_fault(zone, ZONE, DNS_DS, ANSWER_FAULT_SILENT, 0);
	trust_tree_hear(zone, trust_tree_answer(&packet, &signature));
	trust_heard_ds(tree.evidence, zone, &fault);
	assert_signing(&fault, row, "DS " ZONE);
	signing_key_free(forger);
	trust_tree_clear(&tree);
}

static const struct no_ds_row {
	const char	*name;
	const char	*nsec;		/* NULL: none */
	bool		 ended;
	enum zone_break	 at;
	const char	*why;
} no_ds_rows[] = {
	{ "proved", ZONE ". 300 IN NSEC z.org. NS RRSIG NSEC", false,
	    ZONE_SIGNATURES_BROKEN, VALIDATOR },
	{ "no proof", NULL, false, ZONE_DENIAL_BROKEN,
	    "the answer to DS " ZONE ", \"no such record\", has no proof" },
	{ "of a zone that has one", ZONE ". 300 IN NSEC z.org. NS DS RRSIG "
	    "NSEC", false, ZONE_DENIAL_BROKEN, "is not proved by its NSEC" },
	{ "of another name", "a.org. 300 IN NSEC b.org. NS RRSIG NSEC", false,
	    ZONE_DENIAL_BROKEN, "is not proved by its NSEC" },
	{ "ended", ZONE ". 300 IN NSEC z.org. NS RRSIG NSEC", true,
	    ZONE_SIGNATURES_BROKEN, "the signature of NSEC " ZONE },
};

static void
test_no_ds(void **state)
{
	const struct no_ds_row *row = *state;
	const struct packet packet = { ZONE, DNS_DS, 0, { NULL },
		{ row->nsec } };
	struct trust_tree_signature signature = { NULL, DNS_NSEC, NULL,
		row->ended ? ENDED : SIGNING_GOOD, NULL };
	struct trust_fault fault = { 0 };
	struct zone_evidence *zone;
	struct trust_tree tree;

	trust_tree_init(&tree);
	zone = trust_tree_zone(&tree);
	signature.key = tree.parent;
	if (row->nsec != NULL)
		signature.owner = row->nsec[0] == 'a' ? "a.org" : ZONE;
	trust_tree_put(&zone->ds, fixture_answer(ZONE, DNS_DS,
	    ANSWER_UNUSABLE, DNSSEC_BOGUS));
	trust_tree_hear(zone, trust_tree_answer(&packet, &signature));
	trust_heard_ds(tree.evidence, zone, &fault);
	assert_fault(&fault, row->at, row->why, 0);
	trust_tree_clear(&tree);
}

/* --- Answers out of the zone --- */

#define WWW	"www." ZONE

static const struct answer_row {
	const char			*name;
	struct packet			 packet;
	struct trust_tree_signature	 signature;	/* without its key */
	enum zone_break			 at;
	const char			*why;
} answer_rows[] = {
	{ "records", { WWW, DNS_A, 0, { WWW ". 300 IN A 192.0.2.1" },
	    { NULL } }, { WWW, DNS_A, NULL, { -1, 1 }, NULL },
	    ZONE_SIGNATURES_BROKEN, VALIDATOR },
	{ "records without a signature", { WWW, DNS_A, 0, { WWW ". 300 IN A "
	    "192.0.2.1" }, { NULL } }, { NULL, DNS_A, NULL, { 0, 0 }, NULL },
	    ZONE_SIGNATURES_BROKEN, "A " WWW " has no signature" },
	{ "records, ended", { WWW, DNS_A, 0, { WWW ". 300 IN A 192.0.2.1" },
	    { NULL } }, { WWW, DNS_A, NULL, { -2, -1 }, NULL },
	    ZONE_SIGNATURES_BROKEN, "ended at 2026-01-31T11:59:59Z" },
	{ "a wildcard", { WWW, DNS_A, 0, { WWW ". 300 IN A 192.0.2.1" },
	    { "a." ZONE ". 300 IN NSEC z." ZONE ". A RRSIG NSEC" } },
	    { WWW, DNS_A, NULL, { -1, 1 }, "*." ZONE },
	    ZONE_SIGNATURES_BROKEN, VALIDATOR },
	{ "a wildcard without a proof", { WWW, DNS_A, 0, { WWW ". 300 IN A "
	    "192.0.2.1" }, { NULL } }, { WWW, DNS_A, NULL, { -1, 1 },
	    "*." ZONE }, ZONE_DENIAL_BROKEN, "has no proof" },
	{ "a wildcard below a nearer name", { WWW, DNS_A, 0, { WWW ". 300 IN "
	    "A 192.0.2.1" }, { "a." ZONE ". 300 IN NSEC b." ZONE ". A" } },
	    { WWW, DNS_A, NULL, { -1, 1 }, "*." ZONE }, ZONE_DENIAL_BROKEN,
	    "\"as a wildcard has it\", is not proved" },
	{ "no such name, without a proof", { WWW, DNS_A, NXDOMAIN, { NULL },
	    { NULL } }, { NULL, DNS_A, NULL, { 0, 0 }, NULL },
	    ZONE_DENIAL_BROKEN, "A " WWW ", \"no such name\", has no proof" },
	{ "no such record, wrongly", { WWW, DNS_A, 0, { NULL }, { WWW
	    ". 300 IN NSEC z." ZONE ". A RRSIG NSEC" } }, { WWW, DNS_NSEC,
	    NULL, { -1, 1 }, NULL }, ZONE_DENIAL_BROKEN,
	    "\"no such record\", is not proved" },
	{ "no such record", { WWW, DNS_A, 0, { NULL }, { WWW ". 300 IN NSEC "
	    "z." ZONE ". RRSIG NSEC" } }, { WWW, DNS_NSEC, NULL, { -1, 1 },
	    NULL }, ZONE_SIGNATURES_BROKEN, VALIDATOR },
	{ "an alias", { WWW, DNS_A, 0, { WWW ". 300 IN CNAME "
	    "www.example.net." }, { NULL } }, { WWW, DNS_CNAME, NULL,
	    { -1, 1 }, NULL }, ZONE_SIGNATURES_BROKEN, VALIDATOR },
	{ "an alias without a signature", { WWW, DNS_A, 0, { WWW ". 300 IN "
	    "CNAME www.example.net." }, { NULL } }, { NULL, DNS_CNAME, NULL,
	    { 0, 0 }, NULL }, ZONE_SIGNATURES_BROKEN, "CNAME " WWW " has no" },
	/* The CNAME record has no signature of its own. */
	{ "an alias by DNAME", { "mx." WWW, DNS_A, 0, { WWW ". 300 IN DNAME "
	    "example.net.", "mx." WWW ". 300 IN CNAME mx.example.net." },
	    { NULL } }, { WWW, DNS_DNAME, NULL, { -1, 1 }, NULL },
	    ZONE_SIGNATURES_BROKEN, VALIDATOR },
	{ "a DNAME without a signature", { "mx." WWW, DNS_A, 0, { WWW ". 300 "
	    "IN DNAME example.net.", "mx." WWW ". 300 IN CNAME "
	    "mx.example.net." }, { NULL } }, { NULL, DNS_A, NULL, { 0, 0 },
	    NULL }, ZONE_SIGNATURES_BROKEN, "DNAME " WWW " has no" },
};

static void
test_answer(void **state)
{
	const struct answer_row *row = *state;
	struct trust_tree_signature signature = row->signature;
	struct trust_fault fault = { 0 };
	struct zone_evidence *zone;
	struct trust_tree tree;
	struct answer *bogus;

	trust_tree_init(&tree);
	zone = trust_tree_zone(&tree);
	bogus = fixture_answer(row->packet.owner, row->packet.type,
	    ANSWER_UNUSABLE, DNSSEC_BOGUS);
	signature.key = tree.key;
	trust_tree_hear(zone, trust_tree_answer(&row->packet, &signature));
	trust_heard_answer(zone, bogus, &fault);
	assert_fault(&fault, row->at, row->why, 0);
	answer_free(bogus);
	trust_tree_clear(&tree);
}

/* --- What else servers tell --- */

static void
test_end(void **state)
{
	const struct packet packet = { WWW, DNS_A, 0, { WWW ". 300 IN CNAME "
	    "www.example.net." }, { NULL } };
	const struct trust_tree_signature none = { 0 };
	struct trust_tree *tree = *state;
	struct answer *bogus = fixture_answer(WWW, DNS_A, ANSWER_UNUSABLE,
	    DNSSEC_BOGUS);
	struct answer *alias = trust_tree_answer(&packet, &none);

	assert_string_equal(trust_heard_end(tree->evidence, bogus), WWW);
	assert_string_equal(trust_heard_end(tree->evidence, alias),
	    "www.example.net");
	trust_tree_hear(trust_tree_zone(tree), alias);
	assert_string_equal(trust_heard_end(tree->evidence, bogus),
	    "www.example.net");
	/* Of other questions that says nothing. */
	bogus->type = DNS_AAAA;
	assert_string_equal(trust_heard_end(tree->evidence, bogus), WWW);
	answer_free(bogus);
}

static void
test_records(void **state)
{
	struct trust_tree *tree = *state;
	struct zone_evidence *zone = trust_tree_zone(tree);

	assert_null(trust_heard_records(zone, ZONE, DNS_DNSKEY));
	trust_tree_hear_fault(zone, ZONE, DNS_DNSKEY, ANSWER_FAULT_SILENT, 0);
	assert_null(trust_heard_records(zone, ZONE, DNS_DNSKEY));
	trust_tree_hear(zone, trust_tree_keys(ZONE, tree->key, NULL,
	    SIGNING_GOOD));
	assert_ptr_equal(trust_heard_records(zone, ZONE, DNS_DNSKEY),
	    zone->servers[1].answers[0]);
	assert_null(trust_heard_records(zone, ZONE, DNS_DS));
	assert_null(trust_heard_records(zone, WWW, DNS_DNSKEY));
}

#define ALONE(function) TABLE_ALONE_WITH(function, set_up, tear_down)

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_unusable, unusable_rows),
		ALONE(test_referral),
		ALONE(test_no_keys),
		ALONE(test_one_of_three),
		ALONE(test_nobody_asked),
		TABLE(test_keys, signing_rows),
		ALONE(test_other_key),
		ALONE(test_other_digest),
		TABLE(test_ds, signing_rows),
		TABLE(test_no_ds, no_ds_rows),
		TABLE(test_answer, answer_rows),
		ALONE(test_end),
		ALONE(test_records),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
