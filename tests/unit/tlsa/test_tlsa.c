#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/err.h>

#include "checker/tlsa/tlsa.h"
#include "resolver/answer.h"
#include "resolver/memory.h"
#include "smtp/chain.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static const uint8_t octets[96] = { 0x60, 0x78, 0x5a, 0x34, 0x61, 0x5a, 0xaa,
	0x2c, 0x01, [19] = 0x19, [31] = 0x31, [63] = 0x63 };

/* A record with the kind of "3 1 1" and the first octets of the above. */
static void
add(struct tlsa_set *set, const char *kind, size_t size)
{
	struct tlsa fields = { .size = size };
	char *next;

	fields.usage = (uint8_t)strtoul(kind, &next, 10);
	fields.selector = (uint8_t)strtoul(next, &next, 10);
	fields.matching_type = (uint8_t)strtoul(next, NULL, 10);
	fields.data = memory_copy(octets, size);
	tlsa_set_add(set, &fields);
	tlsa_clear(&fields);
}

/* --- what can be used */

static const struct usability {
	const char	*name;
	const char	*kind;
	size_t		 size;
	const char	*why;		/* NULL: usable */
} usabilities[] = {
	{ "3 1 1", "3 1 1", 32, NULL },
	{ "3 0 1", "3 0 1", 32, NULL },
	{ "3 1 2", "3 1 2", 64, NULL },
	{ "2 0 1", "2 0 1", 32, NULL },
	{ "2 1 2", "2 1 2", 64, NULL },
	{ "PKIX-TA", "0 1 1", 32,
	    "usage 0 (PKIX-TA) is not for SMTP (RFC 7672 3.1.3)" },
	{ "PKIX-EE", "1 1 1", 32,
	    "usage 1 (PKIX-EE) is not for SMTP (RFC 7672 3.1.3)" },
	{ "first unknown usage", "4 1 1", 32, "usage 4 is unknown" },
	{ "last unknown usage", "255 1 1", 32, "usage 255 is unknown" },
	{ "first unknown selector", "3 2 1", 32, "selector 2 is unknown" },
	{ "last unknown selector", "2 255 1", 32, "selector 255 is unknown" },
	{ "first unknown matching type", "3 1 3", 32,
	    "matching type 3 is unknown" },
	{ "last unknown matching type", "3 1 255", 32,
	    "matching type 255 is unknown" },
	{ "SHA2-256 less an octet", "3 1 1", 31,
	    "the data has 31 octets, but a SHA2-256 has 32" },
	{ "SHA2-256 and an octet", "3 1 1", 33,
	    "the data has 33 octets, but a SHA2-256 has 32" },
	{ "SHA-1 for SHA2-256", "2 1 1", 20,
	    "the data has 20 octets, but a SHA2-256 has 32" },
	{ "SHA2-512 for SHA2-256", "3 1 1", 64,
	    "the data has 64 octets, but a SHA2-256 has 32" },
	{ "SHA2-256 for SHA2-512", "3 1 2", 32,
	    "the data has 32 octets, but a SHA2-512 has 64" },
	{ "SHA2-256 without data", "3 1 1", 0, "it has no data" },
	{ "SHA2-512 without data", "3 1 2", 0, "it has no data" },
	{ "key without data", "3 1 0", 0, "it has no data" },
	{ "certificate without data", "2 0 0", 0, "it has no data" },
	{ "not a certificate", "3 0 0", 32,
	    "the data is not a certificate in DER that can be decoded" },
	{ "not a public key", "2 1 0", 32,
	    "the data is not a public key in DER that can be decoded" },
};

static void
test_usable(void **state)
{
	const struct usability *row = *state;
	struct tlsa_set set = { NULL, 0 };
	const struct tlsa *record;

	add(&set, row->kind, row->size);
	assert_int_equal(set.count, 1);
	record = &set.records[0];
	assert_int_equal(record->usable, row->why == NULL);
	assert_int_equal(tlsa_set_usable(&set), row->why == NULL);
	if (row->why == NULL)
		assert_null(record->why);
	else
		assert_string_equal(record->why, row->why);
	assert_int_equal(record->size, row->size);
	assert_memory_equal(record->data, octets, row->size);
	tlsa_set_clear(&set);
	assert_int_equal(set.count, 0);
	/* OpenSSL's errors are not left for others to find. */
	assert_int_equal(ERR_peek_error(), 0);
}

static void
test_usable_of_several(void **state)
{
	struct tlsa_set set = { NULL, 0 };

	(void)state;
	assert_int_equal(tlsa_set_usable(&set), 0);
	add(&set, "3 1 1", 32);
	add(&set, "1 1 1", 32);
	add(&set, "3 1 1", 32);
	assert_int_equal(tlsa_set_usable(&set), 2);
	tlsa_set_clear(&set);
	assert_int_equal(tlsa_set_usable(&set), 0);
}

/* Whole certificates and keys, with too little or too much data. */
static const struct full {
	const char	  *name;
	enum tlsa_selector selector;
	int		   change;	/* of the size */
	const char	  *why;
} fulls[] = {
	{ "certificate", TLSA_CERT, 0, NULL },
	{ "key", TLSA_SPKI, 0, NULL },
	{ "certificate and an octet", TLSA_CERT, 1,
	    "the certificate in the data is followed by 1 octet" },
	{ "key and seven octets", TLSA_SPKI, 7,
	    "the public key in the data is followed by 7 octets" },
	{ "certificate less an octet", TLSA_CERT, -1,
	    "the data is not a certificate in DER that can be decoded" },
	{ "key less an octet", TLSA_SPKI, -1,
	    "the data is not a public key in DER that can be decoded" },
};

static void
test_full(void **state)
{
	const struct full *row = *state;
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct tlsa_set set = { NULL, 0 };
	struct tlsa fields;
	size_t whole;

	tlsa_of_certificate(&fields, chain->certificates, TLSA_DANE_TA,
	    row->selector, TLSA_FULL);
	whole = fields.size;
	fields.data = realloc(fields.data, whole + 8);
	assert_non_null(fields.data);
	memset(fields.data + whole, 0, 8);
	fields.size = (size_t)((int)whole + row->change);
	tlsa_set_add(&set, &fields);
	tlsa_clear(&fields);
	assert_int_equal(set.records[0].usable, row->why == NULL);
	if (row->why != NULL)
		assert_string_equal(set.records[0].why, row->why);
	tlsa_set_clear(&set);
	chain_free(chain);
}

/*
 * A certificate or key of an algorithm that is not known here is no use to
 * OpenSSL, though there is nothing wrong with its encoding. There is with a
 * point that is not on its curve.
 */
static const struct unknown_row {
	const char		*name;
	enum tlsa_selector	 selector;
	size_t			 at;		/* from id-ecPublicKey */
	const char		*why;
} unknown_rows[] = {
	{ "certificate", TLSA_CERT, 6, "the certificate in the data is of an "
	    "algorithm that is not known to this build" },
	{ "key", TLSA_SPKI, 6, "the public key in the data is of an "
	    "algorithm that is not known to this build" },
	{ "point", TLSA_SPKI, 24, "the data is not a public key in DER that "
	    "can be decoded" },
};

static void
test_unknown_key(void **state)
{
	/* id-ecPublicKey in a SubjectPublicKeyInfo: 1.2.840.10045.2.1 */
	static const uint8_t oid[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1 };
	const struct unknown_row *row = *state;
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct tlsa_set set = { NULL, 0 };
	struct tlsa fields;
	size_t i, found = 0;

	tlsa_of_certificate(&fields, chain->certificates, TLSA_DANE_EE,
	    row->selector, TLSA_FULL);
	for (i = 0; i + sizeof(oid) < fields.size; i++) {
		if (memcmp(fields.data + i, oid, sizeof(oid)) != 0)
			continue;
		fields.data[i + row->at] ^= 0x7e;
		found++;
	}
	assert_int_equal(found, 1);
	tlsa_set_add(&set, &fields);
	assert_false(set.records[0].usable);
	assert_string_equal(set.records[0].why, row->why);
	assert_int_equal(ERR_peek_error(), 0);
	tlsa_clear(&fields);
	tlsa_set_clear(&set);
	chain_free(chain);
}

/* --- what counts beside what: RFC 7671 9 */

static const struct agility {
	const char	*name;
	const char	*kinds[6];
	const char	*ignored;	/* 'i' for each that is */
} agilities[] = {
	{ "alone", { "3 1 1" }, "-" },
	{ "weaker first", { "3 1 1", "3 1 2" }, "i-" },
	{ "stronger first", { "3 1 2", "3 1 1", "3 1 1" }, "-ii" },
	{ "another selector", { "3 1 1", "3 0 2" }, "--" },
	{ "another usage", { "3 1 1", "2 1 2" }, "--" },
	{ "one combination of three", { "2 1 1", "2 1 2", "2 0 1", "3 1 1" },
	    "i---" },
	{ "each usage and selector", { "2 0 1", "2 0 2", "2 1 1", "2 1 2",
	    "3 0 1", "3 0 2" }, "i-i-i-" },
	{ "stronger, but unknown", { "3 1 1", "3 1 3" }, "--" },
	{ "usages that are not for SMTP", { "1 1 1", "1 1 2", "3 1 1" },
	    "---" },
};

static void
test_agility(void **state)
{
	const struct agility *row = *state;
	struct tlsa_set set = { NULL, 0 };
	size_t i;

	for (i = 0; i < COUNT(row->kinds) && row->kinds[i] != NULL; i++)
		add(&set, row->kinds[i], row->kinds[i][4] == '2' ? 64 : 32);
	tlsa_set_settle(&set);
	assert_int_equal(set.count, strlen(row->ignored));
	for (i = 0; i < set.count; i++)
		assert_int_equal(set.records[i].ignored,
		    row->ignored[i] == 'i');
	tlsa_set_clear(&set);
}

/* A digest of the wrong length takes precedence over nothing. */
static void
test_agility_beside_unusable(void **state)
{
	struct tlsa_set set = { NULL, 0 };

	(void)state;
	add(&set, "3 1 1", 32);
	add(&set, "3 1 2", 63);
	tlsa_set_settle(&set);
	assert_false(set.records[0].ignored);
	tlsa_set_clear(&set);
}

/* Full data always counts, and so do digests beside it. */
static void
test_agility_full(void **state)
{
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct tlsa_set set = { NULL, 0 };
	struct tlsa fields;
	int type;

	(void)state;
	for (type = TLSA_FULL; type <= TLSA_SHA2_512; type++) {
		tlsa_of_certificate(&fields, chain->certificates,
		    TLSA_DANE_EE, TLSA_SPKI, (enum tlsa_matching_type)type);
		tlsa_set_add(&set, &fields);
		tlsa_clear(&fields);
		tlsa_set_settle(&set);
		assert_false(set.records[type].ignored);
	}
	assert_false(set.records[TLSA_FULL].ignored);
	assert_true(set.records[TLSA_SHA2_256].ignored);
	tlsa_set_clear(&set);
	chain_free(chain);
}

/* --- equality, order and duplicates */

static void
test_duplicates(void **state)
{
	static const struct {
		const char	*kind;
		size_t		 size;
		size_t		 duplicate_of;
	} records[] = {
		{ "3 1 1", 32, 0 },
		{ "3 0 1", 32, 1 },
		{ "2 1 1", 32, 2 },
		{ "3 1 1", 32, 0 },
		{ "3 1 1", 31, 4 },
		{ "3 1 2", 32, 5 },
		{ "3 1 1", 32, 0 },
		{ "3 1 1", 31, 4 },
		{ "3 1 1", 0, 8 },
		{ "3 1 1", 0, 8 },
	};
	struct tlsa_set set = { NULL, 0 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(records); i++)
		add(&set, records[i].kind, records[i].size);
	set.records[6].data[31] ^= 1;
	tlsa_set_settle(&set);
	for (i = 0; i < COUNT(records); i++)
		assert_int_equal(set.records[i].duplicate_of,
		    i == 6 ? 6 : records[i].duplicate_of);
	assert_true(tlsa_same_combination(&set.records[0], &set.records[4]));
	assert_false(tlsa_same_combination(&set.records[0], &set.records[1]));
	assert_false(tlsa_same_combination(&set.records[0], &set.records[2]));
	assert_false(tlsa_same_combination(&set.records[0], &set.records[5]));
	tlsa_set_clear(&set);
}

/* Two records in their order; the first is less than the second. */
static const struct order {
	const char	*name;
	const char	*less;
	const char	*more;
} orders[] = {
	{ "usage first", "2 1 1 ff", "3 0 0 00" },
	{ "selector second", "3 0 2 ff", "3 1 1 00" },
	{ "matching type third", "3 1 1 ff", "3 1 2 00" },
	{ "large numbers", "3 1 200 ff", "200 1 1 00" },
	{ "data by its first octet", "3 1 1 01ff", "3 1 1 0200" },
	{ "octets without a sign", "3 1 1 7f", "3 1 1 80" },
	{ "data before longer data", "3 1 1 0102", "3 1 1 010200" },
	{ "no data before some", "3 1 1", "3 1 1 00" },
};

static void
test_compare(void **state)
{
	const struct order *row = *state;
	struct tlsa less, more, copy;
	const char *why;

	assert_true(tlsa_from_text(&less, row->less, &why));
	assert_true(tlsa_from_text(&more, row->more, &why));
	assert_true(tlsa_compare(&less, &more) < 0);
	assert_true(tlsa_compare(&more, &less) > 0);
	assert_false(tlsa_equal(&less, &more));
	tlsa_copy(&copy, &more);
	assert_int_equal(tlsa_compare(&copy, &more), 0);
	assert_true(tlsa_equal(&copy, &more));
	tlsa_clear(&copy);
	tlsa_clear(&less);
	tlsa_clear(&more);
}

/* --- from an answer */

static void
test_from_answer(void **state)
{
	uint8_t good[35] = { 3, 1, 1 }, stronger[67] = { 3, 1, 2 };
	uint8_t bare[3] = { 3, 1, 1 };
	struct answer_record records[] = {
		{ .data = good, .size = sizeof(good) },
		{ .data = stronger, .size = sizeof(stronger) },
		{ .data = good, .size = sizeof(good) },
		{ .data = bare, .size = 3 },
		{ .data = bare, .size = 2 },
		{ .data = NULL, .size = 0 },
	};
	struct answer answer = { .type = DNS_TLSA, .kind = ANSWER_RECORDS,
		.records = records, .count = COUNT(records) };
	struct tlsa_set set;

	(void)state;
	tlsa_set_init(&set, NULL);
	assert_int_equal(set.count, 0);
	tlsa_set_init(&set, &answer);
	assert_int_equal(set.count, COUNT(records));
	assert_int_equal(tlsa_set_usable(&set), 3);
	/* Sorted: first those without fields. */
	assert_false(set.records[0].usable);
	assert_string_equal(set.records[0].why, "its RDATA has 0 octets, too "
	    "few for the three fields (RFC 6698 2.1)");
	assert_false(set.records[1].usable);
	assert_string_equal(set.records[1].why, "its RDATA has 2 octets, too "
	    "few for the three fields (RFC 6698 2.1)");
	assert_string_equal(set.records[2].why, "it has no data");
	assert_int_equal(set.records[3].usage, 3);
	assert_int_equal(set.records[3].selector, 1);
	assert_int_equal(set.records[3].matching_type, 1);
	assert_int_equal(set.records[3].size, 32);
	assert_true(set.records[3].ignored);
	assert_int_equal(set.records[4].duplicate_of, 3);
	assert_true(set.records[4].ignored);
	assert_false(set.records[5].ignored);
	tlsa_set_clear(&set);

	answer.kind = ANSWER_NO_DATA;
	answer.count = 0;
	tlsa_set_init(&set, &answer);
	assert_int_equal(set.count, 0);
}

/* Servers rotate the records of an answer: the set is the same each time. */
static void
test_rotated_answer(void **state)
{
	static uint8_t rdata[][TLSA_HEADER + 1] = {
		{ 2, 0, 1, 9 }, { 2, 1, 1, 1 }, { 3, 1, 1, 1 },
		{ 3, 1, 1, 1 }, { 3, 1, 1, 2 }, { 3, 1, 2, 0 },
	};
	struct answer_record records[COUNT(rdata)] = { { NULL, 0, NULL, 0 } };
	struct answer answer = { .type = DNS_TLSA, .kind = ANSWER_RECORDS,
		.records = records, .count = COUNT(records) };
	struct tlsa_set set;
	size_t i, turn;

	(void)state;
	for (turn = 0; turn < COUNT(records); turn++) {
		for (i = 0; i < COUNT(records); i++) {
			records[i].data = rdata[(i + turn) % COUNT(records)];
			records[i].size = sizeof(rdata[0]);
		}
		tlsa_set_init(&set, &answer);
		assert_int_equal(set.count, COUNT(records));
		for (i = 0; i < set.count; i++) {
			assert_int_equal(set.records[i].usage, rdata[i][0]);
			assert_int_equal(set.records[i].selector, rdata[i][1]);
			assert_int_equal(set.records[i].matching_type,
			    rdata[i][2]);
			assert_int_equal(set.records[i].data[0], rdata[i][3]);
			assert_int_equal(set.records[i].duplicate_of,
			    i == 3 ? 2 : i);
		}
		tlsa_set_clear(&set);
	}
}

/* --- as text */

static const struct text {
	const char	*name;
	const char	*kind;
	size_t		 size;
	bool		 whole;
	const char	*text;
} texts[] = {
	{ "SHA2-256", "3 1 1", 32, false, "3 1 1 60785a34615aaa2c...0031" },
	{ "whole SHA2-256", "3 1 1", 32, true, "3 1 1 60785a34615aaa2c"
	    "010000000000000000000019000000000000000000000031" },
	{ "SHA2-512", "2 0 2", 64, false, "2 0 2 60785a34615aaa2c...0063" },
	{ "just not shortened", "3 1 1", 12, false,
	    "3 1 1 60785a34615aaa2c01000000" },
	{ "just shortened", "3 1 1", 13, false,
	    "3 1 1 60785a34615aaa2c...0000" },
	{ "large numbers", "255 0 9", 1, false, "255 0 9 60" },
	{ "no data", "3 1 1", 0, false, "3 1 1" },
	{ "whole, no data", "3 1 1", 0, true, "3 1 1" },
};

static void
test_text(void **state)
{
	const struct text *row = *state;
	struct tlsa_set set = { NULL, 0 };
	char *text;

	add(&set, row->kind, row->size);
	text = tlsa_text(&set.records[0], row->whole);
	assert_string_equal(text, row->text);
	free(text);
	tlsa_set_clear(&set);
}

static void
test_line(void **state)
{
	struct tlsa_set set = { NULL, 0 };
	char *text;

	(void)state;
	add(&set, "3 1 1", 32);
	text = tlsa_line("_25._tcp.mx.example.org", &set.records[0]);
	assert_string_equal(text, "_25._tcp.mx.example.org. IN TLSA 3 1 1 "
	    "60785a34615aaa2c010000000000000000000019000000000000000000000031");
	free(text);
	text = tlsa_line(NULL, &set.records[0]);
	assert_memory_equal(text, "3 1 1 60785a34", 14);
	free(text);
	tlsa_set_clear(&set);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_usable, usabilities),
		TABLE_ALONE(test_usable_of_several),
		TABLE(test_full, fulls),
		TABLE(test_unknown_key, unknown_rows),
		TABLE(test_agility, agilities),
		TABLE_ALONE(test_agility_beside_unusable),
		TABLE_ALONE(test_agility_full),
		TABLE_ALONE(test_duplicates),
		TABLE(test_compare, orders),
		TABLE_ALONE(test_from_answer),
		TABLE_ALONE(test_rotated_answer),
		TABLE(test_text, texts),
		TABLE_ALONE(test_line),
	};

	return table_run(tables, COUNT(tables));
}
