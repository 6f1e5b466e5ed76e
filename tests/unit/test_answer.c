/*
 * Packets are made with ldns from records in text. The RRSIGs in them are not
 * valid: that is the validator's business, only their times matter here.
 */
#include <limits.h>
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
#include "resolver/name.h"

#define OWNER "mx.example.org"
#define NOW INT64_C(1769860800)		/* 2026-01-31T12:00:00Z */
#define RECORDS_MAX 8

/* An RRSIG of type %s by its end and beginning; its other fields do not matter. */
#define RRSIG(owner, type, end, begin) \
	owner ". 300 IN RRSIG " type " 13 3 300 " end " " begin " 1 org. AAAA"

struct packet {
	const char	*owner;
	enum dns_type	 type;
	int		 rcode;
	const char	*answer[RECORDS_MAX];
	const char	*authority[RECORDS_MAX];
};

static void
push(ldns_pkt *packet, ldns_pkt_section section, const char *text)
{
	ldns_rr *record = NULL;

	assert_int_equal(ldns_rr_new_frm_str(&record, text, 0, NULL, NULL),
	    LDNS_STATUS_OK);
	assert_true(ldns_pkt_push_rr(packet, section, record));
}

static ldns_pkt *
make_packet(const struct packet *wanted)
{
	ldns_rr *question = ldns_rr_new();
	ldns_pkt *packet = ldns_pkt_new();
	size_t i;

	ldns_rr_set_question(question, true);
	ldns_rr_set_owner(question, ldns_dname_new_frm_str(wanted->owner));
	ldns_rr_set_type(question, (ldns_rr_type)wanted->type);
	ldns_rr_set_class(question, LDNS_RR_CLASS_IN);
	ldns_pkt_set_qr(packet, true);
	ldns_pkt_set_rcode(packet, (uint8_t)wanted->rcode);
	ldns_pkt_push_rr(packet, LDNS_SECTION_QUESTION, question);
	for (i = 0; i < RECORDS_MAX && wanted->answer[i] != NULL; i++)
		push(packet, LDNS_SECTION_ANSWER, wanted->answer[i]);
	for (i = 0; i < RECORDS_MAX && wanted->authority[i] != NULL; i++)
		push(packet, LDNS_SECTION_AUTHORITY, wanted->authority[i]);
	return packet;
}

static struct answer_source
source_of(const struct packet *wanted)
{
	return (struct answer_source){
		.owner = wanted->owner,
		.type = wanted->type,
		.rcode = wanted->rcode,
		.secure = true,
		.now = NOW,
	};
}

/* Reads the packet, and releases it. */
static struct answer *
read_packet(ldns_pkt *packet, struct answer_source source)
{
	struct answer *answer;
	uint8_t *wire = NULL;

	assert_int_equal(ldns_pkt2wire(&wire, packet, &source.size),
	    LDNS_STATUS_OK);
	source.packet = wire;
	answer = answer_from_packet(&source);
	free(wire);
	ldns_pkt_free(packet);
	return answer;
}

static struct answer *
read_wanted(const struct packet *wanted)
{
	return read_packet(make_packet(wanted), source_of(wanted));
}

/* A record whose RDATA are these octets, however malformed. */
static void
push_raw(ldns_pkt *packet, const char *owner, enum dns_type type,
    const char *rdata, size_t size)
{
	ldns_rr *record = ldns_rr_new();

	ldns_rr_set_owner(record, ldns_dname_new_frm_str(owner));
	ldns_rr_set_type(record, (ldns_rr_type)type);
	ldns_rr_set_class(record, LDNS_RR_CLASS_IN);
	ldns_rr_set_ttl(record, 300);
	ldns_rr_push_rdf(record,
	    ldns_rdf_new_frm_data(LDNS_RDF_TYPE_HEX, size, rdata));
	assert_true(ldns_pkt_push_rr(packet, LDNS_SECTION_ANSWER, record));
}

static void
test_addresses(void **state)
{
	static const struct packet wanted = { OWNER, DNS_AAAA, 0, {
		"mx.example.org. 3600 IN AAAA 2001:db8::1",
		"MX.Example.ORG. 600 IN AAAA 2001:db8::2",
		"mx.example.org. 60 IN A 192.0.2.1",
		"www.example.org. 60 IN AAAA 2001:db8::3",
		RRSIG(OWNER, "AAAA", "20260210000000", "20260120000000"),
	}, { NULL } };
	struct answer *answer = read_wanted(&wanted);

	(void)state;
	assert_string_equal(answer->owner, OWNER);
	assert_string_equal(answer->expanded, OWNER);
	assert_int_equal(answer->type, DNS_AAAA);
	assert_int_equal(answer->kind, ANSWER_RECORDS);
	assert_int_equal(answer->dnssec, DNSSEC_SECURE);
	assert_int_equal(answer->count, 2);
	assert_int_equal(answer->records[1].size, 16);
	assert_memory_equal(answer->records[1].data,
	    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2", 16);
	assert_null(answer->records[1].name);
	assert_int_equal(answer->ttl, 600);
	assert_int_equal(answer->signed_until, INT64_C(1770681600));
	assert_int_equal(answer->signed_since, INT64_C(1768867200));
	assert_false(answer->aliased);
	assert_false(answer->truncated);
	assert_null(answer->why);
	assert_true(answer_has_records(answer));
	assert_true(answer_is_secure(answer));
	assert_false(answer_is_absent(answer));
	answer_free(answer);
}

static void
test_mx(void **state)
{
	static const struct packet wanted = { "example.org", DNS_MX, 0, {
		"example.org. 3600 IN MX 10 MX.Example.Org.",
		"example.org. 3600 IN MX 513 a\\.b\\032\\;c.example.",
		"example.org. 3600 IN MX 0 .",
	}, { NULL } };
	struct answer_source source = source_of(&wanted);
	struct answer *answer;

	(void)state;
	source.secure = false;
	answer = read_packet(make_packet(&wanted), source);
	assert_int_equal(answer->dnssec, DNSSEC_INSECURE);
	assert_false(answer_is_secure(answer));
	assert_int_equal(answer->count, 3);
	assert_string_equal(answer->records[0].name, OWNER);
	assert_int_equal(answer->records[0].preference, 10);
	/* Compressed in the packet, but not here. */
	assert_int_equal(answer->records[0].size, 2 + 16);
	assert_string_equal(answer->records[1].name,
	    "a\\046b\\032\\059c.example");
	assert_int_equal(answer->records[1].preference, 513);
	assert_string_equal(answer->records[2].name, ".");
	assert_int_equal(answer->signed_until, 0);
	assert_int_equal(answer->signed_since, 0);
	answer_free(answer);
}

static void
test_aliases(void **state)
{
	static const struct packet wanted = { "_25._tcp.mx.example.org",
		DNS_TLSA, 0, {
		/* in any order, as a server may send them */
		"_25._tcp.new.example.org. 900 IN TLSA 3 1 1 "
		    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b"
		    "7852b855",
		"dane.example.net. 300 IN CNAME _25._tcp.new.example.org.",
		"mx.example.org. 7200 IN DNAME new.example.org.",
		"_25._tcp.MX.example.org. 7200 IN CNAME dane.example.NET.",
		RRSIG("dane.example.net", "CNAME",
		    "20260205000000", "20260101000000"),
		RRSIG("_25._tcp.new.example.org", "TLSA",
		    "20260210000000", "20260130000000"),
	}, {
		RRSIG("example.org", "NS", "20260201000000", "20260131000000"),
	} };
	struct answer *answer = read_wanted(&wanted);

	(void)state;
	assert_int_equal(answer->kind, ANSWER_RECORDS);
	assert_true(answer->aliased);
	assert_string_equal(answer->owner, "_25._tcp.mx.example.org");
	assert_string_equal(answer->expanded, "_25._tcp.new.example.org");
	assert_int_equal(answer->count, 1);
	assert_int_equal(answer->records[0].size, 35);
	assert_memory_equal(answer->records[0].data, "\3\1\1\xe3\xb0", 5);
	assert_int_equal(answer->ttl, 300);
	assert_int_equal(answer->signed_until, INT64_C(1770249600));
	assert_int_equal(answer->signed_since, INT64_C(1769731200));
	answer_free(answer);
}

static void
test_cname_itself(void **state)
{
	static const struct packet wanted = { "a.example", DNS_CNAME, 0, {
		"a.example. 300 IN CNAME b.example.",
		"b.example. 300 IN CNAME c.example.",
	}, { NULL } };
	struct answer *answer = read_wanted(&wanted);

	(void)state;
	assert_int_equal(answer->kind, ANSWER_RECORDS);
	assert_int_equal(answer->count, 1);
	assert_string_equal(answer->records[0].name, "b.example");
	assert_string_equal(answer->expanded, "a.example");
	assert_false(answer->aliased);
	answer_free(answer);
}

static void
test_loop(void **state)
{
	static const struct packet loop = { "a.example", DNS_A, 0, {
		"a.example. 300 IN CNAME b.example.",
		"b.example. 300 IN CNAME a.example.",
	}, { NULL } };
	static const struct packet self = { "a.example", DNS_MX, 0, {
		"a.example. 300 IN CNAME a.example.",
	}, { NULL } };
	struct answer *answer;

	(void)state;
	answer = read_wanted(&loop);
	assert_int_equal(answer->kind, ANSWER_UNUSABLE);
	assert_int_equal(answer->dnssec, DNSSEC_FAILED);
	assert_true(answer->truncated);
	assert_string_equal(answer->why,
	    "A a.example: its aliases are too many, or a loop");
	answer_free(answer);
	answer = read_wanted(&self);
	assert_int_equal(answer->kind, ANSWER_UNUSABLE);
	answer_free(answer);
}

/* An alias chain of this length, and an address at its end. */
static struct answer *
read_chain(size_t aliases)
{
	static const struct packet wanted = { "n0.example", DNS_A, 0,
		{ NULL }, { NULL } };
	ldns_pkt *packet = make_packet(&wanted);
	char *text;
	size_t i;

	for (i = 0; i < aliases; i++) {
		text = memory_format("n%zu.example. 300 IN CNAME n%zu.example.",
		    i, i + 1);
		push(packet, LDNS_SECTION_ANSWER, text);
		free(text);
	}
	text = memory_format("n%zu.example. 300 IN A 192.0.2.1", aliases);
	push(packet, LDNS_SECTION_ANSWER, text);
	free(text);
	return read_packet(packet, source_of(&wanted));
}

static void
test_alias_limit(void **state)
{
	struct answer *answer;

	(void)state;
	answer = read_chain(ANSWER_ALIASES_MAX);
	assert_int_equal(answer->kind, ANSWER_RECORDS);
	assert_false(answer->truncated);
	assert_string_equal(answer->expanded, "n32.example");
	answer_free(answer);
	answer = read_chain(ANSWER_ALIASES_MAX + 1);
	assert_int_equal(answer->kind, ANSWER_UNUSABLE);
	assert_int_equal(answer->dnssec, DNSSEC_FAILED);
	assert_true(answer->truncated);
	answer_free(answer);
}

static void
test_record_limit(void **state)
{
	static const struct packet wanted = { OWNER, DNS_TLSA, 0,
		{ NULL }, { NULL } };
	struct answer *answer;
	ldns_pkt *packet;
	size_t extra, i;
	uint8_t rdata[4] = { 3, 1, 0, 0 };

	(void)state;
	for (extra = 0; extra < 2; extra++) {
		packet = make_packet(&wanted);
		for (i = 0; i < ANSWER_RECORDS_MAX + extra; i++) {
			rdata[3] = (uint8_t)i;
			push_raw(packet, OWNER, DNS_TLSA, (const char *)rdata,
			    sizeof(rdata));
		}
		answer = read_packet(packet, source_of(&wanted));
		assert_int_equal(answer->kind, ANSWER_RECORDS);
		assert_int_equal(answer->count, ANSWER_RECORDS_MAX);
		assert_int_equal(answer->truncated, extra != 0);
		answer_free(answer);
	}
}

static void
test_truncated_flag(void **state)
{
	static const struct packet wanted = { OWNER, DNS_A, 0, {
		"mx.example.org. 300 IN A 192.0.2.1",
	}, { NULL } };
	ldns_pkt *packet = make_packet(&wanted);
	struct answer *answer;

	(void)state;
	ldns_pkt_set_tc(packet, true);
	answer = read_packet(packet, source_of(&wanted));
	assert_int_equal(answer->kind, ANSWER_RECORDS);
	assert_true(answer->truncated);
	answer_free(answer);
}

static void
test_absence(void **state)
{
	static const struct packet no_data = { OWNER, DNS_TLSA, 0,
		{ NULL }, {
		"example.org. 3600 IN SOA ns. h. 1 7200 3600 1209600 900",
		RRSIG("example.org", "SOA", "20260214000000", "20260115000000"),
		"mx.example.org. 900 IN NSEC example.org. A RRSIG NSEC",
		RRSIG(OWNER, "NSEC", "20260203000000", "20260124000000"),
	} };
	static const struct packet no_name = { "a.example", DNS_A,
		LDNS_RCODE_NXDOMAIN, {
		"a.example. 200 IN CNAME gone.example.",
		RRSIG("a.example", "CNAME", "20260202000000", "20260101000000"),
	}, {
		"example. 100 IN SOA ns. h. 1 7200 3600 1209600 900",
	} };
	static const struct packet nothing = { OWNER, DNS_MX, 0,
		{ NULL }, { NULL } };
	struct answer *answer;

	(void)state;
	answer = read_wanted(&no_data);
	assert_int_equal(answer->kind, ANSWER_NO_DATA);
	assert_int_equal(answer->dnssec, DNSSEC_SECURE);
	assert_true(answer_is_absent(answer));
	assert_false(answer_has_records(answer));
	assert_false(answer_is_secure(answer));
	assert_int_equal(answer->ttl, 900);
	assert_int_equal(answer->signed_until, INT64_C(1770076800));
	assert_int_equal(answer->signed_since, INT64_C(1769212800));
	assert_null(answer->why);
	answer_free(answer);

	answer = read_wanted(&no_name);
	assert_int_equal(answer->kind, ANSWER_NO_NAME);
	assert_true(answer->aliased);
	assert_string_equal(answer->expanded, "gone.example");
	assert_int_equal(answer->ttl, 100);
	assert_int_equal(answer->signed_until, INT64_C(1769990400));
	assert_true(answer_is_absent(answer));
	answer_free(answer);

	answer = read_wanted(&nothing);
	assert_int_equal(answer->kind, ANSWER_NO_DATA);
	assert_int_equal(answer->ttl, 0);
	answer_free(answer);
}

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
		source = source_of(&wanted);
		source.rcode = rows[i].rcode;
		answer = read_packet(make_packet(&wanted), source);
		assert_int_equal(answer->kind, ANSWER_UNUSABLE);
		assert_int_equal(answer->dnssec, DNSSEC_FAILED);
		assert_int_equal(answer->count, 0);
		assert_string_equal(answer->why, rows[i].why);
		assert_string_equal(answer->expanded, "_25._tcp." OWNER);
		answer_free(answer);
	}

	source = source_of(&wanted);
	answer = answer_from_packet(&source);
	assert_int_equal(answer->kind, ANSWER_UNUSABLE);
	assert_int_equal(answer->dnssec, DNSSEC_FAILED);
	assert_string_equal(answer->why, "TLSA _25._tcp." OWNER ": no answer");
	answer_free(answer);

	wanted.rcode = LDNS_RCODE_NXDOMAIN;
	answer = read_wanted(&wanted);
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
	struct answer_source source = source_of(&wanted);
	struct answer *answer;
	size_t i;

	(void)state;
	source.bogus = true;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		source.why_bogus = rows[i].why_bogus;
		source.rcode = i % 2 == 0 ? LDNS_RCODE_SERVFAIL : 0;
		answer = read_packet(make_packet(&wanted), source);
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
		packet = make_packet(&wanted);
		push_raw(packet, OWNER, rows[i].type, rows[i].rdata,
		    rows[i].size);
		answer = read_packet(packet, source_of(&wanted));
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
			    "answer are malformed", dns_type_name(rows[i].type));
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
	ldns_pkt *packet = make_packet(&wanted);
	struct answer *answer;

	(void)state;
	push_raw(packet, OWNER, DNS_A, "\300\0\2", 3);
	push(packet, LDNS_SECTION_ANSWER, "mx.example.org. 60 IN A 192.0.2.2");
	answer = read_packet(packet, source_of(&wanted));
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
	ldns_pkt *packet = make_packet(&wanted);
	struct answer *answer;

	(void)state;
	push_raw(packet, OWNER, DNS_CNAME, "", 0);
	answer = read_packet(packet, source_of(&wanted));
	assert_int_equal(answer->kind, ANSWER_UNUSABLE);
	assert_string_equal(answer->why,
	    "A " OWNER ": an alias in it is malformed");
	answer_free(answer);
}

/* No class but IN, and a TTL with the highest bit set is 0 (RFC 2181 8). */
static void
test_class_and_ttl(void **state)
{
	static const struct packet wanted = { OWNER, DNS_A, 0, {
		"mx.example.org. 300 CH A 192.0.2.1",
		"mx.example.org. 2147483648 IN A 192.0.2.2",
	}, { NULL } };
	struct answer *answer = read_wanted(&wanted);

	(void)state;
	assert_int_equal(answer->count, 1);
	assert_int_equal(answer->ttl, 0);
	answer_free(answer);
}

/* RRSIG times are the instants nearest to now (RFC 4034 3.1.5). */
static void
test_serial_times(void **state)
{
	static const struct {
		int64_t		 now;
		const char	*end;
		const char	*begin;
		int64_t		 until;
		int64_t		 since;
	} rows[] = {
		{ NOW, "1770681600", "1768867200", 1770681600, 1768867200 },
		/* expired long ago, and not yet begun */
		{ NOW, "1000000000", "1800000000", 1000000000, 1800000000 },
		/* beyond 2038 */
		{ INT64_C(2147483600), "2147483700", "2147480000",
		    INT64_C(2147483700), INT64_C(2147480000) },
		/* across 2106 */
		{ INT64_C(4294967000), "1000", "4294960000",
		    INT64_C(4294968296), INT64_C(4294960000) },
		{ INT64_C(4294968000), "2000", "4294960000",
		    INT64_C(4294969296), INT64_C(4294960000) },
	};
	struct packet wanted = { OWNER, DNS_A, 0, {
		"mx.example.org. 300 IN A 192.0.2.1",
	}, { NULL } };
	struct answer_source source;
	struct answer *answer;
	char *signature;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		signature = memory_format(OWNER ". 300 IN RRSIG A 13 3 300 "
		    "%s %s 1 org. AAAA", rows[i].end, rows[i].begin);
		wanted.answer[1] = signature;
		source = source_of(&wanted);
		source.now = (time_t)rows[i].now;
		answer = read_packet(make_packet(&wanted), source);
		assert_int_equal(answer->signed_until, rows[i].until);
		assert_int_equal(answer->signed_since, rows[i].since);
		answer_free(answer);
		free(signature);
	}
}

/* Packets cut at each length, and with each octet changed: read without harm. */
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
	struct answer_source source = source_of(&wanted);
	ldns_pkt *packet = make_packet(&wanted);
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

static void
test_words(void **state)
{
	(void)state;
	assert_string_equal(dns_type_name(DNS_A), "A");
	assert_string_equal(dns_type_name(DNS_TLSA), "TLSA");
	assert_string_equal(dns_type_name(DNS_DNSKEY), "DNSKEY");
	assert_string_equal(dnssec_status_name(DNSSEC_FAILED), "failed");
	assert_string_equal(dnssec_status_name(DNSSEC_BOGUS), "bogus");
	assert_string_equal(dnssec_status_name(DNSSEC_INSECURE), "insecure");
	assert_string_equal(dnssec_status_name(DNSSEC_SECURE), "secure");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_mx),
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_cname_itself),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_alias_limit),
		cmocka_unit_test(test_record_limit),
		cmocka_unit_test(test_truncated_flag),
		cmocka_unit_test(test_absence),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_bogus),
		cmocka_unit_test(test_malformed_rdata),
		cmocka_unit_test(test_malformed_beside_good),
		cmocka_unit_test(test_malformed_alias),
		cmocka_unit_test(test_class_and_ttl),
		cmocka_unit_test(test_serial_times),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_unusable),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
