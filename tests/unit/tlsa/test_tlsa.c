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
#include "tests/unit/support/certificates.h"

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
	free(fields.data);
}

static void
test_usable(void **state)
{
	static const struct {
		const char	*kind;
		size_t		 size;
		const char	*why;	/* NULL: usable */
	} rows[] = {
		{ "3 1 1", 32, NULL },
		{ "3 0 1", 32, NULL },
		{ "3 1 2", 64, NULL },
		{ "2 0 1", 32, NULL },
		{ "2 1 2", 64, NULL },
		{ "0 1 1", 32,
		    "usage 0 (PKIX-TA) is not for SMTP (RFC 7672 3.1.3)" },
		{ "1 1 1", 32,
		    "usage 1 (PKIX-EE) is not for SMTP (RFC 7672 3.1.3)" },
		{ "4 1 1", 32, "usage 4 is unknown" },
		{ "255 1 1", 32, "usage 255 is unknown" },
		{ "3 2 1", 32, "selector 2 is unknown" },
		{ "2 255 1", 32, "selector 255 is unknown" },
		{ "3 1 3", 32, "matching type 3 is unknown" },
		{ "3 1 255", 32, "matching type 255 is unknown" },
		{ "3 1 1", 31,
		    "the data has 31 octets, but a SHA2-256 has 32" },
		{ "3 1 1", 33,
		    "the data has 33 octets, but a SHA2-256 has 32" },
		{ "2 1 1", 20,
		    "the data has 20 octets, but a SHA2-256 has 32" },
		{ "3 1 1", 64,
		    "the data has 64 octets, but a SHA2-256 has 32" },
		{ "3 1 2", 32,
		    "the data has 32 octets, but a SHA2-512 has 64" },
		{ "3 1 1", 0, "it has no data" },
		{ "3 1 2", 0, "it has no data" },
		{ "3 1 0", 0, "it has no data" },
		{ "2 0 0", 0, "it has no data" },
		{ "3 0 0", 32,
		    "the data is not a certificate in DER that can be "
		    "decoded" },
		{ "2 1 0", 32,
		    "the data is not a public key in DER that can be decoded" },
	};
	struct tlsa_set set = { NULL, 0 };
	const struct tlsa *record;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		add(&set, rows[i].kind, rows[i].size);
		assert_int_equal(set.count, i + 1);
		record = &set.records[i];
		assert_int_equal(record->usable, rows[i].why == NULL);
		if (rows[i].why == NULL)
			assert_null(record->why);
		else
			assert_string_equal(record->why, rows[i].why);
		assert_int_equal(record->size, rows[i].size);
		assert_memory_equal(record->data, octets, rows[i].size);
	}
	assert_int_equal(tlsa_set_usable(&set), 5);
	tlsa_set_clear(&set);
	assert_int_equal(set.count, 0);
	assert_int_equal(tlsa_set_usable(&set), 0);
	/* The libraries' own errors stay with those who caused them. */
	assert_int_equal(ERR_peek_error(), 0);
}

/* Whole certificates and keys, with too little or too much data. */
static void
test_full(void **state)
{
	static const struct {
		enum tlsa_selector selector;
		int		   change;	/* of the size */
		const char	  *why;
	} rows[] = {
		{ TLSA_CERT, 0, NULL },
		{ TLSA_SPKI, 0, NULL },
		{ TLSA_CERT, 1,
		    "the certificate in the data is followed by 1 octet" },
		{ TLSA_SPKI, 7,
		    "the public key in the data is followed by 7 octets" },
		{ TLSA_CERT, -1,
		    "the data is not a certificate in DER that can be "
		    "decoded" },
		{ TLSA_SPKI, -1,
		    "the data is not a public key in DER that can be decoded" },
	};
	const struct issued *issued = *state;
	struct chain *chain = certificates_chain(&issued, 1);
	struct tlsa_set set = { NULL, 0 };
	struct tlsa fields;
	size_t i, whole;

	for (i = 0; i < COUNT(rows); i++) {
		tlsa_of_certificate(&fields, chain->certificates,
		    TLSA_DANE_TA, rows[i].selector, TLSA_FULL);
		whole = fields.size;
		fields.data = realloc(fields.data, whole + 8);
		assert_non_null(fields.data);
		memset(fields.data + whole, 0, 8);
		fields.size = (size_t)((int)whole + rows[i].change);
		tlsa_set_add(&set, &fields);
		free(fields.data);
		assert_int_equal(set.records[i].usable, rows[i].why == NULL);
		if (rows[i].why != NULL)
			assert_string_equal(set.records[i].why, rows[i].why);
	}
	tlsa_set_clear(&set);
	chain_free(chain);
}

/* A certificate whose key nobody knows is no use, though it can be decoded. */
static void
test_unknown_key(void **state)
{
	/* id-ecPublicKey in a SubjectPublicKeyInfo: 1.2.840.10045.2.1 */
	static const uint8_t oid[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1 };
	const struct issued *issued = *state;
	struct chain *chain = certificates_chain(&issued, 1);
	struct tlsa_set set = { NULL, 0 };
	struct tlsa fields;
	size_t i, found = 0;

	tlsa_of_certificate(&fields, chain->certificates, TLSA_DANE_EE,
	    TLSA_CERT, TLSA_FULL);
	for (i = 0; i + sizeof(oid) < fields.size; i++) {
		if (memcmp(fields.data + i, oid, sizeof(oid)) != 0)
			continue;
		fields.data[i + sizeof(oid) - 1] = 0x7f;
		found++;
	}
	assert_int_equal(found, 1);
	tlsa_set_add(&set, &fields);
	assert_false(set.records[0].usable);
	assert_string_equal(set.records[0].why,
	    "the data is not a certificate in DER that can be decoded");
	free(fields.data);
	tlsa_set_clear(&set);
	chain_free(chain);
}

/* RFC 7671 9: what counts beside what. */
static void
test_agility(void **state)
{
	static const struct {
		const char	*kinds[6];
		const char	*ignored;	/* 'i' for each that is */
	} rows[] = {
		{ { "3 1 1" }, "-" },
		{ { "3 1 1", "3 1 2" }, "i-" },
		{ { "3 1 2", "3 1 1", "3 1 1" }, "-ii" },
		{ { "3 1 1", "3 0 2" }, "--" },
		{ { "3 1 1", "2 1 2" }, "--" },
		{ { "2 1 1", "2 1 2", "2 0 1", "3 1 1" }, "i---" },
		{ { "2 0 1", "2 0 2", "2 1 1", "2 1 2", "3 0 1", "3 0 2" },
		    "i-i-i-" },
		/* What cannot be used outdoes nothing. */
		{ { "3 1 1", "3 1 3" }, "--" },
		{ { "1 1 1", "1 1 2", "3 1 1" }, "---" },
	};
	struct tlsa_set set;
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		set = (struct tlsa_set){ NULL, 0 };
		for (j = 0; j < 6 && rows[i].kinds[j] != NULL; j++)
			add(&set, rows[i].kinds[j],
			    rows[i].kinds[j][4] == '2' ? 64 : 32);
		tlsa_set_settle(&set);
		assert_int_equal(set.count, strlen(rows[i].ignored));
		for (j = 0; j < set.count; j++)
			assert_int_equal(set.records[j].ignored,
			    rows[i].ignored[j] == 'i');
		tlsa_set_clear(&set);
	}

	/* Nor does a digest of the wrong length. */
	add(&set, "3 1 1", 32);
	add(&set, "3 1 2", 63);
	tlsa_set_settle(&set);
	assert_false(set.records[0].ignored);
	tlsa_set_clear(&set);
}

/* Full data always counts, and outdoes no digest. */
static void
test_agility_full(void **state)
{
	const struct issued *issued = *state;
	struct chain *chain = certificates_chain(&issued, 1);
	struct tlsa_set set = { NULL, 0 };
	struct tlsa fields;
	int type;

	for (type = TLSA_FULL; type <= TLSA_SHA2_512; type++) {
		tlsa_of_certificate(&fields, chain->certificates,
		    TLSA_DANE_EE, TLSA_SPKI, (enum tlsa_matching_type)type);
		tlsa_set_add(&set, &fields);
		free(fields.data);
		tlsa_set_settle(&set);
		assert_false(set.records[type].ignored);
	}
	assert_false(set.records[TLSA_FULL].ignored);
	assert_true(set.records[TLSA_SHA2_256].ignored);
	tlsa_set_clear(&set);
	chain_free(chain);
}

static void
test_duplicates(void **state)
{
	static const struct {
		const char	*kind;
		size_t		 size;
		size_t		 duplicate_of;
	} rows[] = {
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
	for (i = 0; i < COUNT(rows); i++)
		add(&set, rows[i].kind, rows[i].size);
	set.records[6].data[31] ^= 1;
	tlsa_set_settle(&set);
	for (i = 0; i < COUNT(rows); i++)
		assert_int_equal(set.records[i].duplicate_of,
		    i == 6 ? 6 : rows[i].duplicate_of);
	assert_true(tlsa_same_combination(&set.records[0], &set.records[4]));
	assert_false(tlsa_same_combination(&set.records[0], &set.records[1]));
	assert_false(tlsa_same_combination(&set.records[0], &set.records[2]));
	assert_false(tlsa_same_combination(&set.records[0], &set.records[5]));
	tlsa_set_clear(&set);
}

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

/* Two records in their order; the first is less than the second. */
static void
test_compare(void **state)
{
	static const char *const pairs[][2] = {
		{ "2 1 1 ff", "3 0 0 00" },
		{ "3 0 2 ff", "3 1 1 00" },
		{ "3 1 1 ff", "3 1 2 00" },
		{ "3 1 200 ff", "200 1 1 00" },
		{ "3 1 1 01ff", "3 1 1 0200" },
		{ "3 1 1 7f", "3 1 1 80" },
		{ "3 1 1 0102", "3 1 1 010200" },
		{ "3 1 1", "3 1 1 00" },
	};
	struct tlsa less, more, copy;
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(pairs); i++) {
		assert_true(tlsa_from_text(&less, pairs[i][0], &why));
		assert_true(tlsa_from_text(&more, pairs[i][1], &why));
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

static void
test_text(void **state)
{
	static const struct {
		const char	*kind;
		size_t		 size;
		bool		 whole;
		const char	*text;
	} rows[] = {
		{ "3 1 1", 32, false, "3 1 1 60785a34615aaa2c...0031" },
		{ "3 1 1", 32, true, "3 1 1 60785a34615aaa2c"
		    "010000000000000000000019000000000000000000000031" },
		{ "2 0 2", 64, false, "2 0 2 60785a34615aaa2c...0063" },
		{ "3 1 1", 12, false, "3 1 1 60785a34615aaa2c01000000" },
		{ "3 1 1", 13, false, "3 1 1 60785a34615aaa2c...0000" },
		{ "255 0 9", 1, false, "255 0 9 60" },
		{ "3 1 1", 0, false, "3 1 1" },
		{ "3 1 1", 0, true, "3 1 1" },
	};
	struct tlsa_set set = { NULL, 0 };
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		add(&set, rows[i].kind, rows[i].size);
		text = tlsa_text(&set.records[i], rows[i].whole);
		assert_string_equal(text, rows[i].text);
		free(text);
	}
	text = tlsa_line("_25._tcp.mx.example.org", &set.records[0]);
	assert_string_equal(text, "_25._tcp.mx.example.org. IN TLSA 3 1 1 "
	    "60785a34615aaa2c010000000000000000000019000000000000000000000031");
	free(text);
	tlsa_set_clear(&set);
}

static int
set_up(void **state)
{
	*state = certificates_issue(&(struct certificates_wish){
		.cn = "mx.example.org" });
	return 0;
}

static int
tear_down(void **state)
{
	certificates_free(*state);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usable),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_unknown_key),
		cmocka_unit_test(test_agility),
		cmocka_unit_test(test_agility_full),
		cmocka_unit_test(test_duplicates),
		cmocka_unit_test(test_from_answer),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_rotated_answer),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests_name("tlsa", tests, set_up, tear_down);
}
