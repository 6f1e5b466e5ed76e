/* Answers that cannot be used: failures, forgeries, damaged packets. */
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
#include "tests/unit/support/packet.h"
#include "tests/unit/support/table.h"

#define OWNER "mx.example.org"

static const struct rcode_row {
	const char	*name;
	int		 rcode;
	const char	*why;
} rcode_rows[] = {
	{ "SERVFAIL", LDNS_RCODE_SERVFAIL,
	    "TLSA _25._tcp." OWNER ": SERVFAIL" },
	{ "REFUSED", LDNS_RCODE_REFUSED, "TLSA _25._tcp." OWNER ": REFUSED" },
	{ "FORMERR", LDNS_RCODE_FORMERR, "TLSA _25._tcp." OWNER ": FORMERR" },
	{ "NOTIMP", LDNS_RCODE_NOTIMPL, "TLSA _25._tcp." OWNER ": NOTIMP" },
	{ "unassigned", 23, "TLSA _25._tcp." OWNER ": RCODE 23" },
	{ "negative", -1, "TLSA _25._tcp." OWNER ": RCODE -1" },
};

static const struct packet tlsa_packet = { "_25._tcp." OWNER, DNS_TLSA, 0, {
	"_25._tcp.mx.example.org. 300 IN TLSA 3 1 0 00",
}, { NULL } };

static void
test_rcode(void **state)
{
	const struct rcode_row *row = *state;
	struct answer_source source = packet_source(&tlsa_packet);
	struct answer *answer;

	source.rcode = row->rcode;
	answer = packet_read(packet_new(&tlsa_packet), source);
	assert_int_equal(answer->kind, ANSWER_UNUSABLE);
	assert_int_equal(answer->dnssec, DNSSEC_FAILED);
	assert_int_equal(answer->count, 0);
	assert_string_equal(answer->why, row->why);
	assert_string_equal(answer->expanded, "_25._tcp." OWNER);
	assert_int_equal(answer->fault, ANSWER_FAULT_RCODE);
	assert_int_equal(answer->rcode, row->rcode > 0 ? row->rcode : 0);
	answer_free(answer);
}

static void
test_no_packet(void **state)
{
	const struct answer_source source = packet_source(&tlsa_packet);
	struct answer *answer = answer_from_packet(&source);

	(void)state;
	assert_int_equal(answer->kind, ANSWER_UNUSABLE);
	assert_int_equal(answer->dnssec, DNSSEC_FAILED);
	assert_string_equal(answer->why, "TLSA _25._tcp." OWNER ": no answer");
	answer_free(answer);
}

/* NXDOMAIN, and records. */
static void
test_contradiction(void **state)
{
	struct packet wanted = tlsa_packet;
	struct answer *answer;

	(void)state;
	wanted.rcode = LDNS_RCODE_NXDOMAIN;
	answer = packet_answer(&wanted);
	assert_int_equal(answer->kind, ANSWER_UNUSABLE);
	assert_int_equal(answer->dnssec, DNSSEC_FAILED);
	assert_string_equal(answer->why,
	    "TLSA _25._tcp." OWNER ": the answer contradicts itself");
	assert_int_equal(answer->fault, ANSWER_FAULT_MALFORMED);
	answer_free(answer);
}

static const struct bogus_row {
	const char	*name;
	const char	*why_bogus;
	const char	*why;
} bogus_rows[] = {
	{ "own question",
	    "validation failure <MX.example.org. A IN>: signature "
	    "expired from 192.0.2.53 for key example.org.",
	    "A mx.example.org: signature expired from 192.0.2.53 for "
	    "key example.org." },
	{ "another's", "validation failure <mx.example.org. A IN>: key for "
	    "validation org. is marked as invalid because of a previous "
	    "validation failure <d1.org. MX IN>: no signatures for d1.org.",
	    "A mx.example.org: key for validation org. is marked as invalid" },
	{ "of the alias", "validation failure <mx.example.org. A IN>: key for "
	    "validation other.net. is marked as invalid because of a previous "
	    "validation failure <d1.org. MX IN>: no keys have a DS with "
	    "algorithm ECDSAP256SHA256 from 192.0.2.1 for key other.net.",
	    "A mx.example.org: no keys have a DS with algorithm "
	    "ECDSAP256SHA256 from 192.0.2.1 for key other.net." },
	{ "several lines", " two\r\n\tlines \n",
	    "A mx.example.org: two lines" },
	{ "control characters", "\x1b[2J\x80",
	    "A mx.example.org: \\x1b[2J\\x80" },
	{ "empty", "", "A mx.example.org: DNSSEC validation failed" },
	{ "none", NULL, "A mx.example.org: DNSSEC validation failed" },
};

static void
test_bogus(void **state)
{
	static const struct packet wanted = { OWNER, DNS_A, 0, {
		"mx.example.org. 300 IN CNAME mx.other.net.",
		"mx.other.net. 300 IN A 192.0.2.66",
	}, { NULL } };
	static const int rcodes[] = { LDNS_RCODE_SERVFAIL, LDNS_RCODE_NOERROR };
	const struct bogus_row *row = *state;
	struct answer_source source = packet_source(&wanted);
	struct answer *answer;
	size_t i;

	source.bogus = true;
	source.why_bogus = row->why_bogus;
	for (i = 0; i < 2; i++) {
		source.rcode = rcodes[i];
		answer = packet_read(packet_new(&wanted), source);
		assert_int_equal(answer->dnssec, DNSSEC_BOGUS);
		assert_int_equal(answer->kind, ANSWER_UNUSABLE);
		assert_int_equal(answer->count, 0);
		assert_string_equal(answer->why, row->why);
		answer_free(answer);
	}
}

static const struct rdata_row {
	const char	*name;
	enum dns_type	 type;
	const char	*rdata;
	size_t		 size;
	bool		 kept;
} rdata_rows[] = {
	{ "A", DNS_A, "\300\0\2\1", 4, true },
	{ "A of 3 octets", DNS_A, "\300\0\2", 3, false },
	{ "A of 5 octets", DNS_A, "\300\0\2\1\1", 5, false },
	{ "A of none", DNS_A, "", 0, false },
	{ "AAAA", DNS_AAAA, "0123456789abcdef", 16, true },
	{ "AAAA of 15 octets", DNS_AAAA, "0123456789abcde", 15, false },
	{ "AAAA of 4 octets", DNS_AAAA, "\300\0\2\1", 4, false },
	{ "MX", DNS_MX, "\0\012\2mx\0", 6, true },
	{ "MX without a name", DNS_MX, "\0\012", 2, false },
	{ "MX of 1 octet", DNS_MX, "\0", 1, false },
	{ "MX of none", DNS_MX, "", 0, false },
	{ "MX cut in its name", DNS_MX, "\0\012\2mx", 5, false },
	{ "MX and more", DNS_MX, "\0\012\2mx\0x", 7, false },
	{ "MX with a bad pointer", DNS_MX, "\0\012\300\300", 4, false },
	{ "CNAME of none", DNS_CNAME, "", 0, false },
	{ "TLSA", DNS_TLSA, "\3\1\1\252", 4, true },
	{ "TLSA without data", DNS_TLSA, "\3\1\1", 3, true },
	{ "TLSA of 1 octet", DNS_TLSA, "\3", 1, true },
	{ "TLSA of none", DNS_TLSA, "", 0, true },
};

static void
test_rdata(void **state)
{
	const struct rdata_row *row = *state;
	const struct packet wanted = { OWNER, row->type, 0, { NULL },
		{ NULL } };
	ldns_pkt *packet = packet_new(&wanted);
	struct answer *answer;
	char *why;

	packet_push_raw(packet, OWNER, row->type, row->rdata, row->size);
	answer = packet_read(packet, packet_source(&wanted));
	if (row->kept) {
		assert_int_equal(answer->kind, ANSWER_RECORDS);
		assert_int_equal(answer->count, 1);
		assert_int_equal(answer->records[0].size, row->size);
		assert_memory_equal(answer->records[0].data, row->rdata,
		    row->size);
	} else {
		/* Unreadable records are not a proof that there are none. */
		assert_int_equal(answer->kind, ANSWER_UNUSABLE);
		assert_int_equal(answer->dnssec, DNSSEC_FAILED);
		why = memory_format("%s " OWNER ": the records in the answer "
		    "are malformed", dns_type_name(row->type));
		assert_string_equal(answer->why, why);
		free(why);
	}
	answer_free(answer);
}

static void
test_malformed_beside_good(void **state)
{
	static const struct packet wanted = { OWNER, DNS_A, 0, {
		"mx.example.org. 300 IN A 192.0.2.1",
	}, { NULL } };
	ldns_pkt *packet = packet_new(&wanted);
	struct answer *answer;

	(void)state;
	packet_push_raw(packet, OWNER, DNS_A, "\300\0\2", 3);
	packet_push(packet, "mx.example.org. 60 IN A 192.0.2.2");
	answer = packet_read(packet, packet_source(&wanted));
	assert_int_equal(answer->kind, ANSWER_RECORDS);
	assert_int_equal(answer->count, 2);
	assert_int_equal(answer->ttl, 60);
	answer_free(answer);
}

static void
test_malformed_alias(void **state)
{
	static const struct packet wanted = { OWNER, DNS_A, 0,
		{ NULL }, { NULL } };
	ldns_pkt *packet = packet_new(&wanted);
	struct answer *answer;

	(void)state;
	packet_push_raw(packet, OWNER, DNS_CNAME, "", 0);
	answer = packet_read(packet, packet_source(&wanted));
	assert_int_equal(answer->kind, ANSWER_UNUSABLE);
	assert_string_equal(answer->why,
	    "A " OWNER ": an alias is malformed");
	answer_free(answer);
}

/* A packet cut at each length, and with each octet changed. */
static void
test_damage(void **state)
{
	static const struct packet wanted = { "_25._tcp.mx.example.org",
		DNS_TLSA, 0, {
		"_25._tcp.mx.example.org. 300 IN CNAME dane.example.org.",
		"dane.example.org. 300 IN TLSA 3 1 1 e3b0c44298fc1c14",
		RRSIG("dane.example.org", "TLSA",
		    "20260210000000", "20260120000000"),
	}, {
		"example.org. 3600 IN SOA ns. h. 1 7200 3600 1209600 900",
	} };
	struct answer_source source = packet_source(&wanted);
	ldns_pkt *packet = packet_new(&wanted);
	struct answer *answer;
	uint8_t *wire = NULL, *copy;
	size_t size, at;
	unsigned int value;

	(void)state;
	assert_int_equal(ldns_pkt2wire(&wire, packet, &size), LDNS_STATUS_OK);
	ldns_pkt_free(packet);
	for (at = 0; at < size; at++) {
		/* A copy of that size, so that a sanitizer sees the end. */
		copy = memory_new(at > 0 ? at : 1, 1);
		memcpy(copy, wire, at);
		source.packet = copy;
		source.size = at;
		answer = answer_from_packet(&source);
		assert_int_equal(answer->kind, ANSWER_UNUSABLE);
		assert_int_equal(answer->dnssec, DNSSEC_FAILED);
		assert_string_equal(answer->why, "TLSA _25._tcp." OWNER
		    ": the answer is malformed");
		answer_free(answer);
		free(copy);
	}
	for (at = 0; at < size; at++) {
		for (value = 1; value < 256; value++) {
			wire[at] ^= (uint8_t)value;
			source.packet = wire;
			source.size = size;
			answer = answer_from_packet(&source);
			assert_non_null(answer);
			assert_int_equal(answer->kind == ANSWER_UNUSABLE,
			    answer->why != NULL);
			assert_int_equal(answer->kind == ANSWER_RECORDS,
			    answer->count > 0);
			answer_free(answer);
			wire[at] ^= (uint8_t)value;
		}
	}
	free(wire);
}

static void
test_unusable(void **state)
{
	struct answer *answer;

	(void)state;
	answer = answer_unusable(OWNER, DNS_MX, "MX " OWNER ": time is up");
	assert_int_equal(answer->kind, ANSWER_UNUSABLE);
	assert_int_equal(answer->dnssec, DNSSEC_FAILED);
	assert_string_equal(answer->owner, OWNER);
	assert_string_equal(answer->expanded, OWNER);
	assert_string_equal(answer->why, "MX " OWNER ": time is up");
	assert_false(answer_has_records(answer));
	assert_false(answer_is_secure(answer));
	assert_false(answer_is_absent(answer));
	answer_free(answer);

	answer_free(NULL);
	assert_false(answer_has_records(NULL));
	assert_false(answer_is_secure(NULL));
	assert_false(answer_is_absent(NULL));
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_rcode, rcode_rows),
		TABLE_ALONE(test_no_packet),
		TABLE_ALONE(test_contradiction),
		TABLE(test_bogus, bogus_rows),
		TABLE(test_rdata, rdata_rows),
		TABLE_ALONE(test_malformed_beside_good),
		TABLE_ALONE(test_malformed_alias),
		TABLE_ALONE(test_damage),
		TABLE_ALONE(test_unusable),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
