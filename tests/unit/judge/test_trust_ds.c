/*
 * DS records to publish and to remove: only such with which the zone validates.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checker/judge/trust_ds.h"
#include "resolver/memory.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/follow.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/trust_tree.h"

#define ZONE	TRUST_TREE_ZONE
#define COMPARE	"compare it with what your signer shows"
#define PUBLISH	"publish  " ZONE ". IN DS "
#define REMOVE	"remove  " ZONE ". IN DS "

#define KSK	SIGNING_KSK
#define ZSK	SIGNING_ZSK
#define REVOKED	(SIGNING_KSK | 0x80)

#define GOOD	{ -SIGNING_DAY, SIGNING_DAY }

enum cds {
	CDS_NONE,
	CDS_SHA384,	/* of the key */
	CDS_SHA1,
	CDS_OTHER,	/* fits nothing */
	CDS_DELETE,	/* RFC 8078 4 */
};

static const struct row {
	const char		*name;
	enum zone_break		 at;
	uint16_t		 flags;		/* of the key */
	uint8_t			 algorithm;
	struct signing_time	 time;
	bool			 secure;	/* the keys are */
	enum cds		 cds;
	int			 digest_type;	/* that is advised; 0: none */
} rows[] = {
	{ "missing", ZONE_DS_MISSING, KSK, 13, GOOD, false, CDS_NONE, 2 },
	{ "missing, with a CDS record", ZONE_DS_MISSING, KSK, 13, GOOD, false,
	    CDS_SHA384, 4 },
	{ "a CDS record that fits no key", ZONE_DS_MISSING, KSK, 13, GOOD,
	    false, CDS_OTHER, 2 },
	{ "a CDS record by SHA-1", ZONE_DS_MISSING, KSK, 13, GOOD, false,
	    CDS_SHA1, 2 },
	{ "a CDS record that asks for none", ZONE_DS_MISSING, KSK, 13, GOOD,
	    false, CDS_DELETE, 2 },
	{ "no key has the SEP flag", ZONE_DS_MISSING, ZSK, 13, GOOD, false,
	    CDS_NONE, 2 },
	{ "a revoked key", ZONE_DS_MISSING, REVOKED, 13, GOOD, false,
	    CDS_NONE, 0 },
	{ "no zone key", ZONE_DS_MISSING, 1, 13, GOOD, false, CDS_NONE, 0 },
	{ "it would not validate", ZONE_DS_MISSING, KSK, 13,
	    { -SIGNING_DAY, -1 }, false, CDS_NONE, 0 },
	{ "nor with its CDS record", ZONE_DS_MISSING, KSK, 13,
	    { -SIGNING_DAY, -1 }, false, CDS_SHA384, 0 },
	{ "the keys are secure", ZONE_DS_MISSING, KSK, 13, GOOD, true,
	    CDS_NONE, 2 },
	{ "unsupported", ZONE_DS_UNSUPPORTED, KSK, 8, GOOD, false, CDS_NONE,
	    2 },
	{ "mismatch", ZONE_DS_MISMATCH, KSK, 13, GOOD, false, CDS_NONE, 2 },
	{ "mismatch, would not validate", ZONE_DS_MISMATCH, KSK, 13,
	    { 2 * 3600, SIGNING_DAY }, false, CDS_NONE, 0 },
	/* A DS record is no cure of others. */
	{ "unsigned", ZONE_UNSIGNED, KSK, 13, GOOD, false, CDS_NONE, 0 },
	{ "below an unsigned zone", ZONE_PARENT_UNSIGNED, KSK, 13, GOOD,
	    false, CDS_NONE, 0 },
	{ "signatures", ZONE_SIGNATURES_BROKEN, KSK, 13, GOOD, false,
	    CDS_NONE, 0 },
};

/* The DS record of the key in the tree. Owned by the caller. */
static char *
text_of_key(const struct trust_tree *tree, int digest_type)
{
	struct answer *ds = trust_tree_new_ds(DNS_DS);
	char *text;

	trust_tree_add_ds(ds, tree, (enum ds_digest)digest_type);
	text = ds_text(&ds->records[0]);
	answer_free(ds);
	return text;
}

static struct answer *
make_cds(const struct trust_tree *tree, enum cds wish)
{
	static const uint8_t delete[] = { 0, 0, 0, 0, 0 };
	struct answer *cds = trust_tree_new_ds(DNS_CDS);

	if (wish == CDS_DELETE)
		fixture_add(cds, delete, sizeof(delete));
	else if (wish == CDS_OTHER)
		trust_tree_add_other_ds(cds, 4711, 13, DS_SHA256);
	else if (wish != CDS_NONE)
		trust_tree_add_ds(cds, tree, wish == CDS_SHA1 ? DS_SHA1 :
		    DS_SHA384);
	return cds;
}

static void
set_row(struct trust_tree *tree, const struct row *row)
{
	struct zone_evidence *zone = trust_tree_zone(tree);

	signing_key_free(tree->key);
	tree->key = signing_key_new(ZONE, row->algorithm, row->flags);
	trust_tree_put(&zone->ds, trust_tree_new_ds(DNS_DS));
	if (row->at == ZONE_DS_MISMATCH)
		trust_tree_add_other_ds(zone->ds, 4711, 13, DS_SHA256);
	trust_tree_put(&zone->cds, make_cds(tree, row->cds));
	trust_tree_put(&zone->dnskey, trust_tree_keys(ZONE, tree->key,
	    tree->key, row->time));
	if (row->secure)
		zone->dnskey->dnssec = DNSSEC_SECURE;
}

static void
test_advise(void **state)
{
	const struct row *row = *state;
	struct advice_list list = { 0 };
	struct trust_tree tree;
	char *data, *publish;

	trust_tree_init(&tree);
	set_row(&tree, row);
	trust_ds_advise(&list, trust_tree_zone(&tree), row->at);
	if (row->digest_type == 0) {
		assert_advice(&list, NULL);
	} else {
		data = text_of_key(&tree, row->digest_type);
		publish = memory_format(PUBLISH "%s", data);
		assert_true(advice_has(&list, publish));
		assert_int_equal(advice_has(&list, COMPARE), !row->secure);
		assert_int_equal(advice_has(&list, REMOVE "4711 13 2 5a5a"),
		    row->at == ZONE_DS_MISMATCH);
		free(publish);
		free(data);
	}
	advice_list_clear(&list);
	trust_tree_clear(&tree);
}

/* What is published already is no cure, if the validator cannot use it. */
static void
test_published(void **state)
{
	static const struct row row = { "", ZONE_DS_UNSUPPORTED, KSK, 13, GOOD,
		false, CDS_NONE, 0 };
	struct advice_list list = { 0 };
	struct zone_evidence *zone;
	struct trust_tree tree;

	(void)state;
	trust_tree_init(&tree);
	set_row(&tree, &row);
	zone = trust_tree_zone(&tree);
	trust_tree_add_ds(zone->ds, &tree, DS_SHA256);
	trust_ds_advise(&list, zone, ZONE_DS_UNSUPPORTED);
	assert_advice(&list, NULL);
	advice_list_clear(&list);
	trust_tree_clear(&tree);
}

/* Keys that only a server itself has shown do as well. */
static void
test_heard(void **state)
{
	struct advice_list list = { 0 };
	struct zone_evidence *zone;
	struct trust_tree tree;

	(void)state;
	trust_tree_init(&tree);
	trust_tree_remove_ds(&tree);
	zone = trust_tree_zone(&tree);
	trust_ds_advise(&list, zone, ZONE_DS_MISSING);
	assert_advice(&list, NULL);
	trust_tree_hear(zone, trust_tree_keys(ZONE, tree.key, tree.key,
	    SIGNING_GOOD));
	trust_ds_advise(&list, zone, ZONE_DS_MISSING);
	assert_true(advice_has(&list, PUBLISH));
	assert_true(advice_has(&list, COMPARE));
	advice_list_clear(&list);
	trust_tree_clear(&tree);
}

/* A record that fits stays, whatever is beside it. */
static void
test_removal(void **state)
{
	struct advice_list list = { 0 };
	struct zone_evidence *zone;
	struct trust_tree tree;
	char *data, *remove;

	(void)state;
	trust_tree_init(&tree);
	zone = trust_tree_zone(&tree);
	trust_tree_put(&zone->ds, trust_tree_new_ds(DNS_DS));
	trust_tree_add_other_ds(zone->ds, 4711, 13, DS_SHA256);
	trust_tree_add_ds(zone->ds, &tree, DS_SHA1);
	trust_ds_advise(&list, zone, ZONE_DS_MISMATCH);
	assert_true(advice_has(&list, REMOVE "4711"));
	data = text_of_key(&tree, DS_SHA1);
	remove = memory_format(REMOVE "%s", data);
	assert_false(advice_has(&list, remove));
	free(remove);
	free(data);
	advice_list_clear(&list);
	trust_tree_clear(&tree);
}

/* Where SHA-1 is the matter, none is advised that depends on it. */
static void
test_without_sha1(void **state)
{
	struct row row = { "", ZONE_DS_MISSING, KSK, 13, GOOD, true,
		CDS_NONE, 2 };
	struct advice_list list = { 0 };
	struct trust_tree tree;

	(void)state;
	trust_tree_init(&tree);
	set_row(&tree, &row);
	trust_ds_advise_without_sha1(&list, trust_tree_zone(&tree));
	assert_true(advice_has(&list, PUBLISH));
	advice_list_clear(&list);
	row.algorithm = 7;
	set_row(&tree, &row);
	trust_ds_advise_without_sha1(&list, trust_tree_zone(&tree));
	assert_advice(&list, NULL);
	advice_list_clear(&list);
	trust_tree_clear(&tree);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_advise, rows),
		TABLE_ALONE(test_published),
		TABLE_ALONE(test_heard),
		TABLE_ALONE(test_removal),
		TABLE_ALONE(test_without_sha1),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
