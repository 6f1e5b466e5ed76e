#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ldns/ldns.h>

#include "resolver/answer.h"
#include "resolver/memory.h"
#include "resolver/rrsig.h"
#include "resolver/validity.h"
#include "tests/unit/support/packet.h"
#include "tests/unit/support/signing.h"
#include "tests/unit/support/table.h"

#define OWNER "mx.example.org"
#define ZONE "example.org"

static const struct packet a_packet = { OWNER, DNS_A, 0, {
	"mx.example.org. 300 IN A 192.0.2.1",
	"MX.Example.org. 300 IN A 192.0.2.2",
}, { NULL } };

static struct signing_key *
new_key(void)
{
	return signing_key_new(ZONE, LDNS_ECDSAP256SHA256, SIGNING_ZSK);
}

/* Checks the address records of the answer with the key alone; frees both. */
static enum rrsig_fault
fault_with(struct answer *answer, const struct signing_key *key)
{
	const struct signing_key *const list[] = { key, NULL };
	struct answer *dnskey = signing_keys(ZONE, list);
	const struct rrsig_keys keys = { dnskey, NULL };
	struct rrsig_result result = rrsig_check(answer, OWNER, DNS_A, &keys,
	    PACKET_NOW);
	const enum rrsig_fault fault = result.fault;

	assert_int_equal(result.period.zone == NULL,
	    fault == RRSIG_UNCHECKED || fault == RRSIG_MISSING);
	rrsig_result_clear(&result);
	answer_free(dnskey);
	answer_free(answer);
	return fault;
}

static const struct time_row {
	const char		*name;
	struct signing_time	 time;
	enum rrsig_fault	 fault;
} time_rows[] = {
	{ "in time", { -SIGNING_DAY, SIGNING_DAY }, RRSIG_GOOD },
	{ "ends now", { -SIGNING_DAY, 0 }, RRSIG_GOOD },
	{ "ended a second ago", { -SIGNING_DAY, -1 }, RRSIG_ENDED },
	{ "begins now", { 0, SIGNING_DAY }, RRSIG_GOOD },
	{ "begins within the skew", { VALIDITY_SKEW, SIGNING_DAY },
	    RRSIG_GOOD },
	{ "begins later", { VALIDITY_SKEW + 1, SIGNING_DAY },
	    RRSIG_NOT_BEGUN },
};

static void
test_times(void **state)
{
	const struct time_row *row = *state;
	struct signing_key *key = new_key();
	ldns_pkt *packet = packet_new(&a_packet);

	signing_sign(packet, OWNER, DNS_A, key, row->time, NULL);
	assert_int_equal(fault_with(signing_answer(packet, &a_packet), key),
	    row->fault);
	signing_key_free(key);
}

static const struct algorithm_row {
	const char	*name;
	uint8_t		 algorithm;
} algorithm_rows[] = {
	{ "RSASHA1", 5 },
	{ "RSASHA1-NSEC3-SHA1", 7 },
	{ "RSASHA256", 8 },
	{ "RSASHA512", 10 },
	{ "ECDSAP256SHA256", 13 },
	{ "ECDSAP384SHA384", 14 },
	{ "Ed25519", 15 },
	{ "Ed448", 16 },
};

/* By each algorithm that ldns has here, and with a key that is another's. */
static void
test_algorithms(void **state)
{
	const struct algorithm_row *row = *state;
	struct signing_key *key = signing_key_new(ZONE, row->algorithm,
	    SIGNING_ZSK);
	ldns_pkt *packet = packet_new(&a_packet);
	struct answer *answer;

	if (key == NULL) {
		ldns_pkt_free(packet);
		return;
	}
	signing_sign(packet, OWNER, DNS_A, key, SIGNING_GOOD, NULL);
	answer = signing_answer(packet, &a_packet);
	assert_int_equal(fault_with(answer, key), RRSIG_GOOD);
	signing_key_free(key);
}

/* The records are not those that were signed; or one of them comes twice. */
static void
test_changed(void **state)
{
	struct signing_key *key = new_key();
	ldns_pkt *packet = packet_new(&a_packet);

	(void)state;
	signing_sign(packet, OWNER, DNS_A, key, SIGNING_GOOD, NULL);
	packet_push(packet, "mx.example.org. 300 IN A 192.0.2.3");
	assert_int_equal(fault_with(signing_answer(packet, &a_packet), key),
	    RRSIG_WRONG);
	packet = packet_new(&a_packet);
	signing_sign(packet, OWNER, DNS_A, key, SIGNING_GOOD, NULL);
	packet_push(packet, "mx.example.org. 300 IN A 192.0.2.1");
	assert_int_equal(fault_with(signing_answer(packet, &a_packet), key),
	    RRSIG_GOOD);
	signing_key_free(key);
}

/* No signature, no packet, no such records. */
static void
test_nothing(void **state)
{
	struct signing_key *key = new_key();

	(void)state;
	assert_int_equal(fault_with(signing_answer(packet_new(&a_packet),
	    &a_packet), key), RRSIG_MISSING);
	assert_int_equal(fault_with(packet_answer(&a_packet), key),
	    RRSIG_UNCHECKED);
	assert_int_equal(fault_with(answer_failed(OWNER, DNS_A, "SERVFAIL"),
	    key), RRSIG_UNCHECKED);
	signing_key_free(key);
}

/* The signature names a key that is not there; or one with an equal tag is. */
static void
test_key_tags(void **state)
{
	struct signing_key *key = new_key(), *other = new_key();
	struct signing_key *twin = signing_key_twin(key);
	const struct signing_key *const both[] = { twin, key, NULL };
	struct answer *dnskey = signing_keys(ZONE, both), *answer;
	const struct rrsig_keys keys = { dnskey, NULL };
	ldns_pkt *packet = packet_new(&a_packet);
	struct rrsig_result result;

	(void)state;
	signing_sign(packet, OWNER, DNS_A, key, SIGNING_GOOD, NULL);
	answer = signing_answer(ldns_pkt_clone(packet), &a_packet);
	assert_int_equal(fault_with(answer, other), RRSIG_NO_KEY);
	answer = signing_answer(ldns_pkt_clone(packet), &a_packet);
	assert_int_equal(fault_with(answer, twin), RRSIG_WRONG);
	answer = signing_answer(packet, &a_packet);
	result = rrsig_check(answer, OWNER, DNS_A, &keys, PACKET_NOW);
	assert_int_equal(result.fault, RRSIG_GOOD);
	assert_string_equal(result.period.zone, ZONE);
	assert_string_equal(result.period.owner, OWNER);
	assert_int_equal(result.period.type, DNS_A);
	assert_int_equal(result.period.algorithm, 13);
	assert_int_equal(result.period.key_tag, signing_key_tag(key));
	assert_int_equal(result.period.from,
	    PACKET_NOW + SIGNING_GOOD.from);
	assert_int_equal(result.period.until,
	    PACKET_NOW + SIGNING_GOOD.until);
	rrsig_result_clear(&result);
	answer_free(answer);
	answer_free(dnskey);
	signing_key_free(twin);
	signing_key_free(other);
	signing_key_free(key);
}

/* RFC 4034 2.1.1, RFC 5011 2.1. */
static const struct flags_row {
	const char		*name;
	uint16_t		 flags;
	enum rrsig_fault	 fault;
} flags_rows[] = {
	{ "zone key", 256, RRSIG_GOOD },
	{ "key-signing key", 257, RRSIG_GOOD },
	{ "no zone key", 0, RRSIG_NO_KEY },
	{ "revoked", 385, RRSIG_NO_KEY },
};

static void
test_flags(void **state)
{
	const struct flags_row *row = *state;
	struct signing_key *key = signing_key_new(ZONE, LDNS_ECDSAP256SHA256,
	    row->flags);
	ldns_pkt *packet = packet_new(&a_packet);

	signing_sign(packet, OWNER, DNS_A, key, SIGNING_GOOD, NULL);
	assert_int_equal(fault_with(signing_answer(packet, &a_packet), key),
	    row->fault);
	signing_key_free(key);
}

static void
test_unsupported(void **state)
{
	static const struct packet keys_packet = { ZONE, DNS_DNSKEY, 0, {
		"example.org. 300 IN DNSKEY 256 3 253 AAAA",
	}, { NULL } };
	struct answer *dnskey = signing_answer(packet_new(&keys_packet),
	    &keys_packet), *answer;
	const struct rrsig_keys keys = { dnskey, NULL };
	ldns_pkt *packet = packet_new(&a_packet);
	struct rrsig_result result;
	char *signature;

	(void)state;
	signature = memory_format(OWNER ". 300 IN RRSIG A 253 3 300 "
	    "20260210000000 20260120000000 %u " ZONE ". AAAA",
	    ldns_calc_keytag_raw(dnskey->records[0].data,
	    dnskey->records[0].size));
	packet_push(packet, signature);
	answer = signing_answer(packet, &a_packet);
	result = rrsig_check(answer, OWNER, DNS_A, &keys, PACKET_NOW);
	assert_int_equal(result.fault, RRSIG_UNSUPPORTED);
	rrsig_result_clear(&result);
	free(signature);
	answer_free(answer);
	answer_free(dnskey);
}

/* By whom a record may be signed (RFC 4035 5.3.1, 5.2). */
static const struct signer_row {
	const char		*name;
	const char		*owner;
	enum dns_type		 type;
	const char		*record;
	const char		*signer;
	enum rrsig_fault	 fault;
} signer_rows[] = {
	{ "zone of the name", "a.example.org", DNS_TXT,
	    "a.example.org. 300 IN TXT x", "example.org", RRSIG_GOOD },
	{ "the name itself", "a.example.org", DNS_TXT,
	    "a.example.org. 300 IN TXT x", "a.example.org", RRSIG_GOOD },
	{ "the root", "a.example.org", DNS_TXT,
	    "a.example.org. 300 IN TXT x", ".", RRSIG_GOOD },
	{ "a zone beside", "a.example.org", DNS_TXT,
	    "a.example.org. 300 IN TXT x", "example.net", RRSIG_WRONG },
	{ "a zone below", "a.example.org", DNS_TXT,
	    "a.example.org. 300 IN TXT x", "b.a.example.org", RRSIG_WRONG },
	{ "DS by the parent", "example.org", DNS_DS,
	    "example.org. 300 IN DS 1 13 2 aa", "org", RRSIG_GOOD },
	{ "DS by the child", "example.org", DNS_DS,
	    "example.org. 300 IN DS 1 13 2 aa", "example.org", RRSIG_WRONG },
	{ "DNSKEY by the parent", "example.org", DNS_DNSKEY,
	    "example.org. 300 IN DNSKEY 256 3 13 AAAA", "org", RRSIG_WRONG },
};

static void
test_signers(void **state)
{
	const struct signer_row *row = *state;
	const struct packet wanted = { row->owner, row->type, 0,
		{ row->record }, { NULL } };
	struct signing_key *key = signing_key_new(row->signer,
	    LDNS_ECDSAP256SHA256, SIGNING_ZSK);
	const struct signing_key *const list[] = { key, NULL };
	struct answer *dnskey = signing_keys(row->signer, list), *answer;
	const struct rrsig_keys keys = { dnskey, NULL };
	ldns_pkt *packet = packet_new(&wanted);
	struct rrsig_result result;

	signing_sign(packet, row->owner, row->type, key, SIGNING_GOOD, NULL);
	answer = signing_answer(packet, &wanted);
	result = rrsig_check(answer, row->owner, (uint16_t)row->type, &keys,
	    PACKET_NOW);
	assert_int_equal(result.fault, row->fault);
	rrsig_result_clear(&result);
	answer_free(answer);
	answer_free(dnskey);
	signing_key_free(key);
}

static void
test_wildcard(void **state)
{
	struct signing_key *key = new_key();
	ldns_pkt *packet = packet_new(&a_packet);

	(void)state;
	signing_sign(packet, OWNER, DNS_A, key, SIGNING_GOOD,
	    "*.example.org");
	assert_int_equal(fault_with(signing_answer(packet, &a_packet), key),
	    RRSIG_GOOD);
	signing_key_free(key);
}

/* The one nearest to good, whatever is beside it and in which order. */
static const struct beside_row {
	const char		*name;
	struct signing_time	 times[3];	/* up to one of zeroes */
	bool			 by_other[3];	/* key, which is not there */
	enum rrsig_fault	 fault;
	int32_t			 until;
} beside_rows[] = {
	{ "old beside good", { { -20, -10 }, { -5, 10 } }, { false, false },
	    RRSIG_GOOD, 10 },
	{ "good beside old", { { -5, 10 }, { -20, -10 } }, { false, false },
	    RRSIG_GOOD, 10 },
	{ "old of a removed key", { { -5, 10 }, { -20, -10 } },
	    { false, true }, RRSIG_GOOD, 10 },
	{ "later of a removed key", { { -5, 10 }, { -5, 20 } },
	    { false, true }, RRSIG_GOOD, 10 },
	{ "two good", { { -5, 10 }, { -6, 30 } }, { false, false },
	    RRSIG_GOOD, 30 },
	{ "ended beside a removed key's", { { -20, -10 }, { -5, 20 } },
	    { false, true }, RRSIG_ENDED, -10 },
	{ "two ended", { { -20, -10 }, { -20, -9 } }, { false, false },
	    RRSIG_ENDED, -9 },
	{ "ended and not begun", { { 10, 20 }, { -20, -9 } },
	    { false, false }, RRSIG_ENDED, -9 },
	{ "two of removed keys", { { -5, 10 }, { -5, 20 } }, { true, true },
	    RRSIG_NO_KEY, 20 },
};

static void
test_beside(void **state)
{
	const struct beside_row *row = *state;
	struct signing_key *key = new_key(), *other = new_key();
	const struct signing_key *const list[] = { key, NULL };
	struct answer *dnskey = signing_keys(ZONE, list), *answer;
	const struct rrsig_keys keys = { dnskey, NULL };
	ldns_pkt *packet = packet_new(&a_packet);
	struct rrsig_result result;
	size_t i;

	for (i = 0; row->times[i].until != 0; i++)
		signing_sign(packet, OWNER, DNS_A, row->by_other[i] ? other :
		    key, (struct signing_time){
		    row->times[i].from * SIGNING_DAY,
		    row->times[i].until * SIGNING_DAY }, NULL);
	answer = signing_answer(packet, &a_packet);
	result = rrsig_check(answer, OWNER, DNS_A, &keys, PACKET_NOW);
	assert_int_equal(result.fault, row->fault);
	assert_int_equal(result.period.until,
	    PACKET_NOW + row->until * SIGNING_DAY);
	rrsig_result_clear(&result);
	answer_free(answer);
	answer_free(dnskey);
	signing_key_free(other);
	signing_key_free(key);
}

/* The DNSKEY RRset itself, with a DS record of the parent. */
static const struct ds_row {
	const char		*name;
	int			 digests[4];	/* of the key that signs */
	int			 others[4];	/* of the one that does not */
	enum rrsig_fault	 fault;
} ds_rows[] = {
	{ "SHA-1", { 1 }, { 0 }, RRSIG_GOOD },
	{ "SHA-256", { 2 }, { 0 }, RRSIG_GOOD },
	{ "SHA-384", { 4 }, { 0 }, RRSIG_GOOD },
	{ "all of them", { 1, 2, 4 }, { 0 }, RRSIG_GOOD },
	{ "of the other key", { 0 }, { 2 }, RRSIG_NO_KEY },
	{ "of both", { 2 }, { 2 }, RRSIG_GOOD },
	{ "SHA-1 beside a stronger one of the other", { 1 }, { 2 },
	    RRSIG_NO_KEY },
	{ "a stronger one beside SHA-1 of the other", { 2 }, { 1 },
	    RRSIG_GOOD },
	{ "none", { 0 }, { 0 }, RRSIG_NO_KEY },
};

static void
test_ds(void **state)
{
	static const struct packet ds_packet = { ZONE, DNS_DS, 0, { NULL },
		{ NULL } };
	static const struct packet wanted = { ZONE, DNS_DNSKEY, 0, { NULL },
		{ NULL } };
	const struct ds_row *row = *state;
	struct signing_key *key = new_key(), *other = new_key();
	ldns_pkt *packet = packet_new(&ds_packet);
	struct answer *ds, *dnskey;
	struct rrsig_result result;
	struct rrsig_keys keys;
	size_t i;

	for (i = 0; row->digests[i] != 0; i++)
		signing_push_ds(packet, key, row->digests[i]);
	for (i = 0; row->others[i] != 0; i++)
		signing_push_ds(packet, other, row->others[i]);
	ds = signing_answer(packet, &ds_packet);
	packet = packet_new(&wanted);
	signing_push_key(packet, other);
	signing_push_key(packet, key);
	signing_sign(packet, ZONE, DNS_DNSKEY, key, SIGNING_GOOD, NULL);
	dnskey = signing_answer(packet, &wanted);
	keys = (struct rrsig_keys){ dnskey, ds };
	result = rrsig_check(dnskey, ZONE, DNS_DNSKEY, &keys, PACKET_NOW);
	assert_int_equal(result.fault, row->fault);
	rrsig_result_clear(&result);
	answer_free(dnskey);
	answer_free(ds);
	signing_key_free(other);
	signing_key_free(key);
}

/*
 * More signatures than are looked at: those in time come first, and what is not
 * looked at is not said to be wrong.
 */
static void
test_many(void **state)
{
	struct signing_key *key = new_key(), *other = new_key();
	ldns_pkt *packet = packet_new(&a_packet);
	struct answer *answer;
	int32_t i;

	(void)state;
	for (i = 1; i <= RRSIG_SIGNATURES_MAX; i++)
		signing_sign(packet, OWNER, DNS_A, other,
		    (struct signing_time){ -100, -i }, NULL);
	signing_sign(packet, OWNER, DNS_A, key, SIGNING_GOOD, NULL);
	answer = signing_answer(ldns_pkt_clone(packet), &a_packet);
	assert_int_equal(fault_with(answer, key), RRSIG_GOOD);
	for (i = 0; i < RRSIG_SIGNATURES_MAX; i++)
		signing_sign(packet, OWNER, DNS_A, other,
		    (struct signing_time){ -100, SIGNING_GOOD.until + 1 + i },
		    NULL);
	answer = signing_answer(packet, &a_packet);
	/* It has a signer, though none of those that were looked at. */
	assert_int_equal(answer->signed_until,
	    PACKET_NOW + SIGNING_GOOD.until + RRSIG_SIGNATURES_MAX);
	answer_free(answer);
	signing_key_free(other);
	signing_key_free(key);
}

/*
 * Keys of one tag (CVE-2023-50387): the words of a key may be exchanged without
 * changing it (RFC 4034 appendix B).
 */
static void
test_key_trap(void **state)
{
	static const struct packet wanted = { ZONE, DNS_DNSKEY, 0, { NULL },
		{ NULL } };
	struct signing_key *key = new_key();
	const struct signing_key *const list[] = { key, NULL };
	struct answer *one = signing_keys(ZONE, list), *dnskey, *answer;
	const struct answer_record *record = &one->records[0];
	ldns_pkt *packet = packet_new(&wanted);
	struct rrsig_result result;
	struct rrsig_keys keys;
	uint8_t rdata[68], kept[2];
	size_t i, j;

	(void)state;
	assert_int_equal(record->size, sizeof(rdata));
	for (i = 4; i < sizeof(rdata); i += 2) {
		for (j = 4; j < i; j += 2) {
			memcpy(rdata, record->data, sizeof(rdata));
			memcpy(kept, rdata + i, 2);
			memcpy(rdata + i, rdata + j, 2);
			memcpy(rdata + j, kept, 2);
			packet_push_raw(packet, ZONE, DNS_DNSKEY, rdata,
			    sizeof(rdata));
		}
	}
	dnskey = signing_answer(packet, &wanted);
	keys = (struct rrsig_keys){ dnskey, NULL };
	assert_int_equal(dnskey->count, ANSWER_RECORDS_MAX);
	packet = packet_new(&a_packet);
	for (i = 0; i < RRSIG_SIGNATURES_MAX; i++)
		signing_sign(packet, OWNER, DNS_A, key, SIGNING_GOOD, NULL);
	answer = signing_answer(packet, &a_packet);
	result = rrsig_check(answer, OWNER, DNS_A, &keys, PACKET_NOW);
	assert_int_equal(result.fault, RRSIG_UNCHECKED);
	rrsig_result_clear(&result);
	answer_free(answer);
	answer_free(dnskey);
	answer_free(one);
	signing_key_free(key);
}

/* --- Answers that are ambiguous --- */

static const struct settle_row {
	const char	*name;
	bool		 secure;	/* the answer with the keys is */
	bool		 by_other;	/* the later signature: by a key that
					 * is not the zone's */
	size_t		 checks;	/* that may be made */
	int32_t		 until;		/* in days from now */
	size_t		 signers;
} settle_rows[] = {
	{ "both keys are the zone's", true, false, 99, 30, 2 },
	{ "the later one is not", true, true, 99, 10, 1 },
	{ "keys that are not secure", false, true, 99, 30, 2 },
	{ "no check is left", true, true, 0, 30, 2 },
};

static void
test_settle(void **state)
{
	const struct settle_row *row = *state;
	struct signing_key *key = new_key(), *other = new_key();
	const struct signing_key *const list[] = { key,
		row->by_other ? NULL : other, NULL };
	struct answer *dnskey = signing_keys(ZONE, list), *answer;
	const struct rrsig_keys keys[] = { { NULL, NULL }, { dnskey, NULL } };
	ldns_pkt *packet = packet_new(&a_packet);
	size_t checks = row->checks;

	if (!row->secure)
		dnskey->dnssec = DNSSEC_INSECURE;
	signing_sign(packet, OWNER, DNS_A, other, (struct signing_time){
	    -SIGNING_DAY, 30 * SIGNING_DAY }, NULL);
	signing_sign(packet, OWNER, DNS_A, key, (struct signing_time){
	    -2 * SIGNING_DAY, 10 * SIGNING_DAY }, NULL);
	answer = packet_read(packet, packet_source(&a_packet));
	assert_true(answer->ambiguous);
	assert_non_null(answer->origin);
	assert_int_equal(answer->signed_until, PACKET_NOW + 30 * SIGNING_DAY);
	assert_int_equal(answer->signer_count, 2);
	rrsig_settle(answer, keys, 2, PACKET_NOW, &checks);
	assert_true(row->signers == 1 ? checks < row->checks :
	    checks <= row->checks);
	assert_int_equal(answer->period_count, 1);
	assert_string_equal(answer->periods[0].owner, OWNER);
	assert_string_equal(answer->periods[0].zone, ZONE);
	assert_int_equal(answer->signed_until,
	    PACKET_NOW + row->until * SIGNING_DAY);
	assert_int_equal(answer->signed_since, PACKET_NOW -
	    (row->until == 30 ? 1 : 2) * SIGNING_DAY);
	assert_int_equal(answer->signer_count, row->signers);
	if (row->signers == 1)
		assert_int_equal(answer->signers[0].key_tag,
		    signing_key_tag(key));
	answer_free(answer);
	answer_free(dnskey);
	signing_key_free(other);
	signing_key_free(key);
}

/* Without a second signature in time, nothing is kept, nor checked. */
static void
test_unambiguous(void **state)
{
	struct signing_key *key = new_key(), *other = new_key();
	ldns_pkt *packet = packet_new(&a_packet);
	struct answer *answer;
	size_t checks = 1;

	(void)state;
	signing_sign(packet, OWNER, DNS_A, other, (struct signing_time){
	    -20 * SIGNING_DAY, -10 * SIGNING_DAY }, NULL);
	signing_sign(packet, OWNER, DNS_A, key, SIGNING_GOOD, NULL);
	signing_sign(packet, OWNER, DNS_A, other, (struct signing_time){
	    10 * SIGNING_DAY, 40 * SIGNING_DAY }, NULL);
	answer = packet_read(packet, packet_source(&a_packet));
	assert_false(answer->ambiguous);
	assert_null(answer->origin);
	assert_int_equal(answer->dnssec, DNSSEC_SECURE);
	assert_int_equal(answer->signed_until,
	    PACKET_NOW + SIGNING_GOOD.until);
	assert_int_equal(answer->signed_since, PACKET_NOW + SIGNING_GOOD.from);
	assert_int_equal(answer->signer_count, 1);
	assert_int_equal(answer->signers[0].key_tag, signing_key_tag(key));
	rrsig_settle(answer, NULL, 0, PACKET_NOW, &checks);
	assert_int_equal(answer->signer_count, 1);
	answer_free(answer);
	signing_key_free(other);
	signing_key_free(key);
}

/* A packet cut at each length, and with each octet changed. */
static void
test_damage(void **state)
{
	struct signing_key *key = new_key();
	const struct signing_key *const list[] = { key, NULL };
	struct answer *dnskey = signing_keys(ZONE, list), *answer;
	const struct rrsig_keys keys = { dnskey, NULL };
	ldns_pkt *packet = packet_new(&a_packet);
	struct answer_origin *origin;
	struct rrsig_result result;
	size_t at, size;

	(void)state;
	signing_sign(packet, OWNER, DNS_A, key, SIGNING_GOOD, NULL);
	answer = signing_answer(packet, &a_packet);
	origin = answer->origin;
	size = origin->size;
	for (at = 0; at < size; at++) {
		origin->packet[at] ^= 0x55;
		result = rrsig_check(answer, OWNER, DNS_A, &keys, PACKET_NOW);
		rrsig_result_clear(&result);
		origin->packet[at] ^= 0x55;
	}
	for (at = 0; at < size; at++) {
		origin->size = at;
		result = rrsig_check(answer, OWNER, DNS_A, &keys, PACKET_NOW);
		assert_int_equal(result.fault, RRSIG_UNCHECKED);
		rrsig_result_clear(&result);
	}
	answer_free(answer);
	answer_free(dnskey);
	signing_key_free(key);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_times, time_rows),
		TABLE(test_algorithms, algorithm_rows),
		TABLE_ALONE(test_changed),
		TABLE_ALONE(test_nothing),
		TABLE_ALONE(test_key_tags),
		TABLE(test_flags, flags_rows),
		TABLE_ALONE(test_unsupported),
		TABLE(test_signers, signer_rows),
		TABLE_ALONE(test_wildcard),
		TABLE(test_beside, beside_rows),
		TABLE(test_ds, ds_rows),
		TABLE_ALONE(test_many),
		TABLE_ALONE(test_key_trap),
		TABLE(test_settle, settle_rows),
		TABLE_ALONE(test_unambiguous),
		TABLE_ALONE(test_damage),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
