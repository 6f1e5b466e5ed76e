/* DS and DNSKEY records, and the algorithms in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ldns/ldns.h>

#include "resolver/algorithm.h"
#include "resolver/answer.h"
#include "resolver/dnskey.h"
#include "resolver/ds.h"
#include "resolver/memory.h"
#include "tests/unit/support/packet.h"
#include "tests/unit/support/table.h"

/* The examples of RFC 4034 5.4, RFC 4509 2.3 and RFC 6605 6.2. */
#define RSA_KEY "256 3 5 AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm" \
	"822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLU" \
	"Uh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw=="
#define P384_KEY "257 3 14 xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egs" \
	"XvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/uX45NBwY8rp65F6Glur8I/mlVNg" \
	"F6W/qTI37m40"

static const struct digest_row {
	const char	*name;
	const char	*zone;
	const char	*key;
	const char	*ds;
	enum ds_digest	 digest;
} digest_rows[] = {
	{ "SHA-1", "dskey.example.com", RSA_KEY, "60485 5 1 "
	    "2bb183af5f22588179a53b0a98631fad1a292118", DS_SHA1 },
	{ "SHA-256", "dskey.example.com", RSA_KEY, "60485 5 2 "
	    "d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a",
	    DS_SHA256 },
	{ "SHA-384", "example.net", P384_KEY, "10771 14 4 "
	    "72d7b62976ce06438e9c0bf319013cf801f09ecc84b8d7e9495f27e305c6a9b0"
	    "563a9b5f4d288405c3008a946df983d6", DS_SHA384 },
};

/* An answer of one record in presentation format. */
static struct answer *
one_record(const char *owner, enum dns_type type, const char *data)
{
	char *text = memory_format("%s. 300 IN %s %s", owner,
	    dns_type_name(type), data);
	const struct packet wanted = { owner, type, 0, { text }, { NULL } };
	struct answer *answer = packet_answer(&wanted);

	assert_int_equal(answer->count, 1);
	free(text);
	return answer;
}

static void
test_digests(void **state)
{
	const struct digest_row *row = *state;
	struct answer *key = one_record(row->zone, DNS_DNSKEY, row->key);
	struct answer *ds = one_record(row->zone, DNS_DS, row->ds);
	struct answer_record made;
	char *text;

	assert_true(ds_fits_key(&ds->records[0], row->zone,
	    &key->records[0]));
	assert_true(ds_any_fits_key(ds, row->zone, &key->records[0]));
	assert_false(ds_fits_key(&ds->records[0], "example.org",
	    &key->records[0]));
	assert_true(ds_make(&made, row->zone, &key->records[0],
	    row->digest));
	text = ds_text(&made);
	assert_string_equal(text, row->ds);
	free(text);
	free(made.data);
	/* Any other octet of either. */
	ds->records[0].data[ds->records[0].size - 1] ^= 1;
	assert_false(ds_fits_key(&ds->records[0], row->zone,
	    &key->records[0]));
	ds->records[0].data[ds->records[0].size - 1] ^= 1;
	key->records[0].data[key->records[0].size - 1] ^= 1;
	assert_false(ds_fits_key(&ds->records[0], row->zone,
	    &key->records[0]));
	answer_free(ds);
	answer_free(key);
}

static const struct fit_row {
	const char	*name;
	const char	*ds;
} misfit_rows[] = {
	{ "other tag", "60486 5 1 2bb183af5f22588179a53b0a98631fad1a292118" },
	{ "other algorithm",
	    "60485 7 1 2bb183af5f22588179a53b0a98631fad1a292118" },
	{ "other digest type",
	    "60485 5 2 2bb183af5f22588179a53b0a98631fad1a292118" },
	{ "unknown digest type",
	    "60485 5 3 2bb183af5f22588179a53b0a98631fad1a292118" },
	{ "digest cut short", "60485 5 1 2bb183af" },
	{ "deletion (RFC 8078 4)", "0 0 0 00" },
};

static void
test_misfits(void **state)
{
	static const char zone[] = "dskey.example.com";
	const struct fit_row *row = *state;
	struct answer *key = one_record(zone, DNS_DNSKEY, RSA_KEY);
	struct answer *ds = one_record(zone, DNS_DS, row->ds);

	assert_false(ds_fits_key(&ds->records[0], zone, &key->records[0]));
	assert_false(ds_any_fits_key(ds, zone, &key->records[0]));
	answer_free(ds);
	answer_free(key);
}

/* RDATA of any size, of which the octets are zero. */
static void
test_sizes(void **state)
{
	struct answer_record record = { NULL, 0, NULL, 0 }, made;
	struct dns_key key;
	struct dns_ds ds;

	(void)state;
	for (record.size = 0; record.size < 8; record.size++) {
		/* So that a sanitizer sees the end. */
		record.data = memory_new(record.size > 0 ? record.size : 1, 1);
		assert_int_equal(ds_read(&record, &ds), record.size >= 4);
		assert_int_equal(dnskey_read(&record, &key),
		    record.size >= 4);
		assert_false(ds_fits_key(&record, ".", &record));
		assert_false(dnskey_is_slow(&record));
		assert_int_equal(ds_make(&made, ".", &record, DS_SHA256),
		    record.size >= 4);
		if (record.size >= 4)
			free(made.data);
		else
			assert_null(ds_text(&record));
		free(record.data);
	}
}

static void
test_key(void **state)
{
	struct answer *answer = one_record("dskey.example.com", DNS_DNSKEY,
	    RSA_KEY);
	struct dns_key key;

	(void)state;
	assert_true(dnskey_read(&answer->records[0], &key));
	assert_int_equal(key.flags, DNSKEY_ZONE);
	assert_int_equal(key.protocol, DNSKEY_PROTOCOL);
	assert_int_equal(key.algorithm, 5);
	assert_int_equal(key.key_tag, 60485);
	answer_free(answer);
}

/* RFC 3110 2: the size of the exponent, the exponent, the modulus. */
static const struct slow_row {
	const char	*name;
	uint8_t		 algorithm;
	uint8_t		 head[3];	/* of the key */
	size_t		 size;		/* octets of the key */
	bool		 slow;
} slow_rows[] = {
	{ "65537, 2048 bits", 8, { 3, 1, 0 }, 4 + 256, false },
	{ "65537, 4096 bits", 8, { 3, 1, 0 }, 4 + 512, false },
	{ "65537, 4104 bits", 8, { 3, 1, 0 }, 4 + 513, true },
	{ "exponent of 4 octets", 10, { 4, 1, 0 }, 5 + 256, false },
	{ "exponent of 5 octets", 10, { 5, 1, 0 }, 6 + 256, true },
	{ "exponent of 256 octets", 5, { 0, 1, 0 }, 3 + 256 + 256, true },
	{ "exponent beyond the end", 7, { 200, 1, 0 }, 3, true },
	{ "size of the exponent cut", 8, { 0, 1 }, 2, false },
	{ "ECDSA", 13, { 200, 1, 0 }, 64, false },
};

static void
test_slow(void **state)
{
	const struct slow_row *row = *state;
	struct answer_record record = { NULL, 4 + row->size, NULL, 0 };

	record.data = memory_new(record.size, 1);
	record.data[3] = row->algorithm;
	memcpy(record.data + 4, row->head, row->size < 3 ? row->size : 3);
	assert_int_equal(dnskey_is_slow(&record), row->slow);
	free(record.data);
}

static void
test_algorithms(void **state)
{
	static const uint8_t known[] = { 5, 7, 8, 10, 13, 14, 15, 16 };
	unsigned int number;

	(void)state;
	for (number = 0; number < 256; number++)
		assert_int_equal(algorithm_is_known((uint8_t)number),
		    memchr(known, (int)number, sizeof(known)) != NULL);
	assert_true(algorithm_is_sha1(5));
	assert_true(algorithm_is_sha1(7));
	assert_false(algorithm_is_sha1(8));
	assert_string_equal(algorithm_name(13), "ECDSAP256SHA256");
	assert_null(algorithm_name(253));
	for (number = 0; number < 256; number++)
		assert_int_equal(ds_digest_is_known((uint8_t)number),
		    number == 1 || number == 2 || number == 4);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_digests, digest_rows),
		TABLE(test_misfits, misfit_rows),
		TABLE_ALONE(test_sizes),
		TABLE_ALONE(test_key),
		TABLE(test_slow, slow_rows),
		TABLE_ALONE(test_algorithms),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
