/* Answers that are none: failures, forgeries, damaged packets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ldns/ldns.h>

#include "resolver/answer.h"
#include "resolver/memory.h"
#include "tests/unit/support/packet.h"

#define OWNER "mx.example.org"

static void
test_failures(void **state)
{
	static const struct {
		int		 rcode;
		const char	*why;
	} rows[] = {
		{ LDNS_RCODE_SERVFAIL, "TLSA _25._tcp." OWNER ": SERVFAIL" },
		{ LDNS_RCODE_REFUSED, "TLSA _25._tcp." OWNER ": REFUSED" },
		{ LDNS_RCODE_FORMERR, "TLSA _25._tcp." OWNER ": FORMERR" },
		{ LDNS_RCODE_NOTIMPL, "TLSA _25._tcp." OWNER ": NOTIMP" },
		{ 23, "TLSA _25._tcp." OWNER ": RCODE 23" },
		{ -1, "TLSA _25._tcp." OWNER ": RCODE -1" },
	};
	struct packet wanted = { "_25._tcp." OWNER, DNS_TLSA, 0, {
		"_25._tcp.mx.example.org. 300 IN TLSA 3 1 0 00",
	}, { NULL } };
	struct answer_source source;
	struct answer *answer;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		source = packet_source(&wanted);
		source.rcode = rows[i].rcode;
		answer = packet_read(packet_new(&wanted), source);
		assert_int_equal(answer->kind, ANSWER_UNUSABLE);
		assert_int_equal(answer->dnssec, DNSSEC_FAILED);
		assert_int_equal(answer->count, 0);
		assert_string_equal(answer->why, rows[i].why);
		assert_string_equal(answer->expanded, "_25._tcp." OWNER);
		answer_free(answer);
	}

	source = packet_source(&wanted);
	answer = answer_from_packet(&source);
	assert_int_equal(answer->kind, ANSWER_UNUSABLE);
	assert_int_equal(answer->dnssec, DNSSEC_FAILED);
	assert_string_equal(answer->why, "TLSA _25._tcp." OWNER ": no answer");
	answer_free(answer);

	wanted.rcode = LDNS_RCODE_NXDOMAIN;
	answer = packet_answer(&wanted);
	assert_int_equal(answer->kind, ANSWER_UNUSABLE);
	assert_int_equal(answer->dnssec, DNSSEC_FAILED);
	assert_string_equal(answer->why,
	    "TLSA _25._tcp." OWNER ": the answer contradicts itself");
	answer_free(answer);
}

static void
test_bogus(void **state)
{
	static const struct {
		const char	*why_bogus;
		const char	*why;
	} rows[] = {
		{ "validation failure <MX.example.org. A IN>: signature "
		    "expired from 192.0.2.53 for key example.org.",
		    "A mx.example.org: signature expired from 192.0.2.53 for "
		    "key example.org." },
		{ "validation failure <www.example.net. A IN>: no signatures",
		    "A mx.example.org: validation failure <www.example.net. A "
		    "IN>: no signatures" },
		{ "validation failure <mx.example.org. AAAA IN>: no signatures",
		    "A mx.example.org: validation failure <mx.example.org. "
		    "AAAA IN>: no signatures" },
		{ " two\r\n\tlines \n", "A mx.example.org: two lines" },
		{ "\x1b[2J\x80", "A mx.example.org: \\x1b[2J\\x80" },
		{ "<mx.example.org. A IN>: ",
		    "A mx.example.org: <mx.example.org. A IN>:" },
		{ "<", "A mx.example.org: <" },
		{ "< >: ", "A mx.example.org: < >:" },
		{ "", "A mx.example.org: DNSSEC validation failed" },
		{ NULL, "A mx.example.org: DNSSEC validation failed" },
	};
	static const struct packet wanted = { OWNER, DNS_A, 0, {
		"mx.example.org. 300 IN A 192.0.2.66",
	}, { NULL } };
	struct answer_source source = packet_source(&wanted);
	struct answer *answer;
	size_t i;

	(void)state;
	source.bogus = true;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		source.why_bogus = rows[i].why_bogus;
		source.rcode = i % 2 == 0 ? LDNS_RCODE_SERVFAIL : 0;
		answer = packet_read(packet_new(&wanted), source);
		assert_int_equal(answer->dnssec, DNSSEC_BOGUS);
		assert_int_equal(answer->kind, ANSWER_UNUSABLE);
		assert_int_equal(answer->count, 0);
		assert_string_equal(answer->why, rows[i].why);
		answer_free(answer);
	}
}

static void
test_malformed_rdata(void **state)
{
	static const struct {
		enum dns_type	 type;
		const char	*rdata;
		size_t		 size;
		bool		 kept;
	} rows[] = {
		{ DNS_A, "\300\0\2\1", 4, true },
		{ DNS_A, "\300\0\2", 3, false },
		{ DNS_A, "\300\0\2\1\1", 5, false },
		{ DNS_A, "", 0, false },
		{ DNS_AAAA, "0123456789abcdef", 16, true },
		{ DNS_AAAA, "0123456789abcde", 15, false },
		{ DNS_AAAA, "\300\0\2\1", 4, false },
		{ DNS_MX, "\0\012\2mx\0", 6, true },
		{ DNS_MX, "\0\012", 2, false },
		{ DNS_MX, "\0", 1, false },
		{ DNS_MX, "", 0, false },
		{ DNS_MX, "\0\012\2mx", 5, false },
		{ DNS_MX, "\0\012\2mx\0x", 7, false },
		{ DNS_MX, "\0\012\300\300", 4, false },
		{ DNS_CNAME, "", 0, false },
		{ DNS_TLSA, "\3\1\1\252", 4, true },
		{ DNS_TLSA, "\3\1\1", 3, true },
		{ DNS_TLSA, "\3", 1, true },
		{ DNS_TLSA, "", 0, true },
	};
	struct packet wanted = { OWNER, DNS_A, 0, { NULL }, { NULL } };
	struct answer *answer;
	ldns_pkt *packet;
	char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		wanted.type = rows[i].type;
		packet = packet_new(&wanted);
		packet_push_raw(packet, OWNER, rows[i].type, rows[i].rdata,
		    rows[i].size);
		answer = packet_read(packet, packet_source(&wanted));
		if (rows[i].kept) {
			assert_int_equal(answer->kind, ANSWER_RECORDS);
			assert_int_equal(answer->count, 1);
			assert_int_equal(answer->records[0].size, rows[i].size);
			assert_memory_equal(answer->records[0].data,
			    rows[i].rdata, rows[i].size);
		} else {
			/* Nothing to read is not a proof that nothing is. */
			assert_int_equal(answer->kind, ANSWER_UNUSABLE);
			assert_int_equal(answer->dnssec, DNSSEC_FAILED);
			why = memory_format("%s " OWNER ": the records in the "
			    "answer are malformed",
			    dns_type_name(rows[i].type));
			assert_string_equal(answer->why, why);
			free(why);
		}
		answer_free(answer);
	}
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
	    "A " OWNER ": an alias in it is malformed");
	answer_free(answer);
}

/*
 * Packets cut at each length, and with each octet changed: read without harm.
 */
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
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_bogus),
		cmocka_unit_test(test_malformed_rdata),
		cmocka_unit_test(test_malformed_beside_good),
		cmocka_unit_test(test_malformed_alias),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_unusable),
	};

	return cmocka_run_group_tests_name("answer_faults", tests, NULL, NULL);
}
