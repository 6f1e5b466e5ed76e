/* Answers that can be used. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <ldns/ldns.h>

#include "resolver/answer.h"
#include "resolver/memory.h"
#include "tests/unit/support/packet.h"
#include "tests/unit/support/table.h"

#define OWNER "mx.example.org"

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
	struct answer *answer = packet_answer(&wanted);

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
	struct answer_source source = packet_source(&wanted);
	struct answer *answer;

	(void)state;
	source.secure = false;
	answer = packet_read(packet_new(&wanted), source);
	assert_int_equal(answer->dnssec, DNSSEC_INSECURE);
	assert_false(answer_is_secure(answer));
	assert_int_equal(answer->count, 3);
	assert_string_equal(answer->records[0].name, ".");
	assert_string_equal(answer->records[1].name, OWNER);
	assert_int_equal(answer->records[1].preference, 10);
	/* Compressed in the packet, but not in the record. */
	assert_int_equal(answer->records[1].size, 2 + 16);
	assert_string_equal(answer->records[2].name,
	    "a\\046b\\032\\059c.example");
	assert_int_equal(answer->records[2].preference, 513);
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
		/* the original TTL, of which a cache has 900 left */
		"_25._tcp.new.example.org. 900 IN RRSIG TLSA 13 4 1800 "
		    "20260210000000 20260130000000 1 org. AAAA",
	}, {
		RRSIG("example.org", "NS", "20260201000000", "20260131000000"),
	} };
	struct answer *answer = packet_answer(&wanted);

	(void)state;
	assert_int_equal(answer->kind, ANSWER_RECORDS);
	assert_true(answer->aliased);
	assert_string_equal(answer->owner, "_25._tcp.mx.example.org");
	assert_string_equal(answer->expanded, "_25._tcp.new.example.org");
	assert_int_equal(answer->count, 1);
	assert_int_equal(answer->records[0].size, 35);
	assert_memory_equal(answer->records[0].data, "\3\1\1\xe3\xb0", 5);
	assert_int_equal(answer->ttl, 300);
	assert_int_equal(answer->signed_ttl, 1800);
	assert_int_equal(answer->signed_until, INT64_C(1770249600));
	assert_int_equal(answer->signed_since, INT64_C(1769731200));
	answer_free(answer);
}

/* A DNAME record above the name itself, or above one that it leads to. */
static void
test_dname(void **state)
{
	static const struct packet above = { "mx.old.example.org", DNS_A, 0, {
		"Old.example.org. 300 IN DNAME new.example.net.",
		RRSIG("old.example.org", "DNAME",
		    "20260205000000", "20260101000000"),
		"mx.old.example.org. 0 IN CNAME mx.new.example.net.",
		"mx.new.example.net. 300 IN A 192.0.2.1",
	}, { NULL } };
	static const struct packet behind = { OWNER, DNS_A, 0, {
		"mx.example.org. 300 IN CNAME mx.old.example.org.",
		"old.example.org. 300 IN DNAME new.example.net.",
		"mx.old.example.org. 0 IN CNAME mx.new.example.net.",
		"mx.new.example.net. 300 IN A 192.0.2.1",
	}, { NULL } };
	struct answer *answer = packet_answer(&above);

	(void)state;
	assert_true(answer->aliased);
	assert_string_equal(answer->dname, "old.example.org");
	assert_string_equal(answer->expanded, "mx.new.example.net");
	answer_free(answer);
	answer = packet_answer(&behind);
	assert_true(answer->aliased);
	assert_null(answer->dname);
	answer_free(answer);
}

static void
test_cname_itself(void **state)
{
	static const struct packet wanted = { "a.example", DNS_CNAME, 0, {
		"a.example. 300 IN CNAME b.example.",
		"b.example. 300 IN CNAME c.example.",
	}, { NULL } };
	struct answer *answer = packet_answer(&wanted);

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
	answer = packet_answer(&loop);
	assert_int_equal(answer->kind, ANSWER_UNUSABLE);
	assert_int_equal(answer->dnssec, DNSSEC_FAILED);
	assert_true(answer->truncated);
	assert_string_equal(answer->why,
	    "A a.example: too many aliases, or a loop of aliases");
	answer_free(answer);
	answer = packet_answer(&self);
	assert_int_equal(answer->kind, ANSWER_UNUSABLE);
	answer_free(answer);
}

/* An alias chain of this length, and an address at its end. */
static struct answer *
read_chain(size_t aliases)
{
	static const struct packet wanted = { "n0.example", DNS_A, 0,
		{ NULL }, { NULL } };
	ldns_pkt *packet = packet_new(&wanted);
	char *text;
	size_t i;

	for (i = 0; i < aliases; i++) {
		text = memory_format("n%zu.example. 300 IN CNAME n%zu.example.",
		    i, i + 1);
		packet_push(packet, text);
		free(text);
	}
	text = memory_format("n%zu.example. 300 IN A 192.0.2.1", aliases);
	packet_push(packet, text);
	free(text);
	return packet_read(packet, packet_source(&wanted));
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

/* Records as they come, and in their canonical order (RFC 4034 6.3). */
static const struct order_row {
	const char	*name;
	enum dns_type	 type;
	const char	*answered[5];
	const char	*sorted[5];
} order_rows[] = {
	{ "one", DNS_A, { "192.0.2.1" }, { "192.0.2.1" } },
	{ "A by value", DNS_A, { "198.18.1.10", "198.18.1.9", "10.255.0.1" },
	    { "10.255.0.1", "198.18.1.9", "198.18.1.10" } },
	{ "AAAA by value", DNS_AAAA,
	    { "fd00::10", "2001:db8::1", "fd00::2" },
	    { "2001:db8::1", "fd00::2", "fd00::10" } },
	{ "MX by preference", DNS_MX,
	    { "256 a.example.", "9 c.example.", "10 b.example." },
	    { "9 c.example.", "10 b.example.", "256 a.example." } },
	{ "TLSA by its fields", DNS_TLSA,
	    { "3 1 1 00", "3 0 2 ff", "2 1 1 ffff", "2 1 1 ff" },
	    { "2 1 1 ff", "2 1 1 ffff", "3 0 2 ff", "3 1 1 00" } },
};

/* An answer of these records, up to MOST or NULL. */
static struct answer *
answer_of(enum dns_type type, const char *const *texts, size_t most)
{
	const struct packet wanted = { OWNER, type, 0, { NULL }, { NULL } };
	ldns_pkt *packet = packet_new(&wanted);
	char *record;
	size_t i;

	for (i = 0; i < most && texts[i] != NULL; i++) {
		record = memory_format("%s. 300 IN %s %s", OWNER,
		    dns_type_name(type), texts[i]);
		packet_push(packet, record);
		free(record);
	}
	return packet_read(packet, packet_source(&wanted));
}

static void
test_order(void **state)
{
	const struct order_row *row = *state;
	struct answer *answer = answer_of(row->type, row->answered, SIZE_MAX);
	struct answer *one;
	size_t i;

	for (i = 0; i < answer->count; i++) {
		one = answer_of(row->type, &row->sorted[i], 1);
		assert_int_equal(answer->records[i].size, one->records[0].size);
		assert_memory_equal(answer->records[i].data,
		    one->records[0].data, one->records[0].size);
		answer_free(one);
	}
	assert_null(row->sorted[i]);
	answer_free(answer);
}

/* The records come last to first; the last in order is the one too many. */
static void
test_record_limit(void **state)
{
	static const struct packet wanted = { OWNER, DNS_TLSA, 0,
		{ NULL }, { NULL } };
	struct answer *answer;
	ldns_pkt *packet;
	uint8_t rdata[5] = { 3, 1, 0, 0, 0 };
	size_t extra, i;

	(void)state;
	for (extra = 0; extra < 2; extra++) {
		packet = packet_new(&wanted);
		for (i = ANSWER_RECORDS_MAX + extra; i > 0; i--) {
			rdata[3] = (uint8_t)((i - 1) >> 8);
			rdata[4] = (uint8_t)(i - 1);
			packet_push_raw(packet, OWNER, DNS_TLSA, rdata,
			    sizeof(rdata));
		}
		answer = packet_read(packet, packet_source(&wanted));
		assert_int_equal(answer->kind, ANSWER_RECORDS);
		assert_int_equal(answer->count, ANSWER_RECORDS_MAX);
		assert_int_equal(answer->truncated, extra != 0);
		assert_memory_equal(answer->records[0].data, "\3\1\0\0\0", 5);
		assert_memory_equal(
		    answer->records[ANSWER_RECORDS_MAX - 1].data,
		    "\3\1\0\0\xff", 5);
		answer_free(answer);
	}
}

static void
test_truncated_flag(void **state)
{
	static const struct packet wanted = { OWNER, DNS_A, 0, {
		"mx.example.org. 300 IN A 192.0.2.1",
	}, { NULL } };
	ldns_pkt *packet = packet_new(&wanted);
	struct answer *answer;

	(void)state;
	ldns_pkt_set_tc(packet, true);
	answer = packet_read(packet, packet_source(&wanted));
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
	answer = packet_answer(&no_data);
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

	answer = packet_answer(&no_name);
	assert_int_equal(answer->kind, ANSWER_NO_NAME);
	assert_true(answer->aliased);
	assert_string_equal(answer->expanded, "gone.example");
	assert_int_equal(answer->ttl, 100);
	assert_int_equal(answer->signed_until, INT64_C(1769990400));
	assert_true(answer_is_absent(answer));
	answer_free(answer);

	answer = packet_answer(&nothing);
	assert_int_equal(answer->kind, ANSWER_NO_DATA);
	assert_int_equal(answer->ttl, 0);
	answer_free(answer);
}

/*
 * Records of a wildcard depend on the proof that there is no nearer name (RFC
 * 4035 5.3.4), others on nothing in the authority section.
 */
static void
test_wildcard(void **state)
{
	static const struct packet of_wildcard = { "_25._tcp." OWNER, DNS_TLSA,
		0, {
		"_25._tcp.mx.example.org. 300 IN TLSA 3 1 1 abcd",
		RRSIG("_25._tcp.mx.example.org", "TLSA", "20260210000000",
		    "20260101000000"),
	}, {
		"mx.example.org. 900 IN NSEC example.org. A RRSIG NSEC",
		RRSIG(OWNER, "NSEC", "20260203000000", "20260124000000"),
		RRSIG("example.org", "NS", "20260201000000", "20260130000000"),
	} };
	static const struct packet own = { OWNER, DNS_A, 0, {
		"mx.example.org. 300 IN A 192.0.2.1",
		RRSIG(OWNER, "A", "20260210000000", "20260101000000"),
	}, {
		"mx.example.org. 900 IN NSEC example.org. A RRSIG NSEC",
		RRSIG(OWNER, "NSEC", "20260203000000", "20260124000000"),
	} };
	struct answer *answer = packet_answer(&of_wildcard);
	char *wildcard;

	(void)state;
	wildcard = answer_wildcard(answer_period_of(answer,
	    "_25._tcp." OWNER, DNS_TLSA));
	assert_string_equal(wildcard, "\\042." OWNER);
	free(wildcard);
	assert_null(answer_period_of(answer, OWNER, DNS_TLSA));
	assert_int_equal(answer->signed_until, INT64_C(1770076800));
	assert_int_equal(answer->signed_since, INT64_C(1769212800));
	assert_int_equal(answer->ttl, 300);
	answer_free(answer);
	answer = packet_answer(&own);
	assert_int_equal(answer->signed_until, INT64_C(1770681600));
	assert_null(answer_wildcard(answer_period_of(answer, OWNER, DNS_A)));
	answer_free(answer);
}

/*
 * An absence has what denies it; records that are no wildcard's have nothing to
 * deny, whatever comes along.
 */
static const struct denial_row {
	const char		*name;
	struct packet		 packet;
	enum answer_kind	 kind;
	enum answer_denial	 denial;
	uint16_t		 iterations;
	bool			 opt_out;
} denial_rows[] = {
	{ "nothing", { OWNER, DNS_TLSA, 0, { NULL }, { NULL } },
	    ANSWER_NO_DATA, ANSWER_DENIES_NOTHING, 0, false },
	{ "NSEC", { OWNER, DNS_TLSA, 0, { NULL }, {
	    "mx.example.org. 900 IN NSEC example.org. A RRSIG NSEC" } },
	    ANSWER_NO_DATA, ANSWER_DENIES_BY_NSEC, 0, false },
	{ "NSEC3", { OWNER, DNS_TLSA, 3, { NULL }, {
	    "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example.org. 900 IN NSEC3 1 0 "
	    "12 aabb 2t7b4g4vsa5smi47k61mv5bv1a22bojr A",
	    "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example.org. 900 IN NSEC3 1 1 "
	    "10 aabb 2vptu5timamqttgl4luu9kg21e0aor3s A" } },
	    ANSWER_NO_NAME, ANSWER_DENIES_BY_NSEC3, 12, true },
	{ "compact", { OWNER, DNS_TLSA, 0, { NULL }, {
	    "MX.example.org. 900 IN NSEC \\000.mx.example.org. RRSIG NSEC "
	    "TYPE128" } }, ANSWER_NO_NAME, ANSWER_DENIES_BY_NSEC, 0, false },
	{ "compact, of another name", { OWNER, DNS_TLSA, 0, { NULL }, {
	    "a.example.org. 900 IN NSEC \\000.a.example.org. RRSIG NSEC "
	    "TYPE128" } }, ANSWER_NO_DATA, ANSWER_DENIES_BY_NSEC, 0, false },
	{ "compact, the name is there", { OWNER, DNS_TLSA, 0, { NULL }, {
	    "mx.example.org. 900 IN NSEC \\000.mx.example.org. RRSIG NSEC"
	    } }, ANSWER_NO_DATA, ANSWER_DENIES_BY_NSEC, 0, false },
	{ "records", { OWNER, DNS_A, 0, { "mx.example.org. 1 IN A 192.0.2.1",
	    RRSIG(OWNER, "A", "20260210000000", "20260101000000") }, {
	    "mx.example.org. 900 IN NSEC example.org. A RRSIG NSEC" } },
	    ANSWER_RECORDS, ANSWER_DENIES_NOTHING, 0, false },
	{ "records of a wildcard", { "a." OWNER, DNS_A, 0, {
	    "a.mx.example.org. 1 IN A 192.0.2.1",
	    RRSIG("a." OWNER, "A", "20260210000000", "20260101000000") }, {
	    "mx.example.org. 900 IN NSEC example.org. A RRSIG NSEC" } },
	    ANSWER_RECORDS, ANSWER_DENIES_BY_NSEC, 0, false },
};

static void
test_denials(void **state)
{
	const struct denial_row *row = *state;
	struct answer *answer = packet_answer(&row->packet);

	assert_int_equal(answer->kind, row->kind);
	assert_int_equal(answer->denial, row->denial);
	assert_int_equal(answer->iterations, row->iterations);
	assert_int_equal(answer->opt_out, row->opt_out);
	assert_int_equal(answer->rcode, row->packet.rcode);
	answer_free(answer);
}

/* One period for each RRset, also of aliases and proofs. */
static void
test_periods(void **state)
{
	static const struct packet wanted = { OWNER, DNS_A, 0, {
		"mx.example.org. 300 IN CNAME a.example.net.",
		RRSIG(OWNER, "CNAME", "20260210000000", "20260130000000"),
	}, {
		"example.net. 3600 IN SOA ns. h. 1 7200 3600 1209600 900",
		RRSIG("example.net", "SOA", "20260214000000",
		    "20260115000000"),
		"a.example.net. 900 IN NSEC b.example.net. TXT RRSIG NSEC",
		RRSIG("a.example.net", "NSEC", "20260203000000",
		    "20260124000000"),
	} };
	static const struct {
		const char	*owner;
		uint16_t	 type;
	} expected[] = { { OWNER, DNS_CNAME }, { "example.net", DNS_SOA },
		{ "a.example.net", DNS_NSEC } };
	struct answer *answer = packet_answer(&wanted);
	size_t i;

	(void)state;
	assert_int_equal(answer->period_count, 3);
	for (i = 0; i < 3; i++) {
		assert_string_equal(answer->periods[i].owner,
		    expected[i].owner);
		assert_int_equal(answer->periods[i].type, expected[i].type);
		assert_string_equal(answer->periods[i].zone, "org");
		assert_int_equal(answer->periods[i].algorithm, 13);
		assert_int_equal(answer->periods[i].key_tag, 1);
	}
	assert_int_equal(answer->periods[0].from, INT64_C(1769731200));
	assert_int_equal(answer->periods[0].until, INT64_C(1770681600));
	assert_int_equal(answer->signed_until, INT64_C(1770076800));
	assert_int_equal(answer->signed_since, INT64_C(1769731200));
	assert_false(answer->ambiguous);
	answer_free(answer);
}

/* As of 2026-01-31T12:00:00Z: which of two signatures counts, if one does. */
static const struct two_row {
	const char		*name;
	const char		*first;		/* algorithm, labels, TTL, end,
						 * beginning, key tag */
	const char		*second;
	enum dnssec_status	 dnssec;
	bool			 ambiguous;
	uint16_t		 key_tag;
	size_t			 signers;
} two_rows[] = {
	{ "old beside good", "13 3 300 20260121000000 20260101000000 1",
	    "13 3 300 20260210000000 20260130000000 2", DNSSEC_SECURE, false,
	    2, 1 },
	{ "good beside old", "13 3 300 20260210000000 20260130000000 1",
	    "13 3 300 20260131115959 20260101000000 2", DNSSEC_SECURE, false,
	    1, 1 },
	{ "good beside one to come", "13 3 300 20260210000000 20260130000000 "
	    "1", "13 3 300 20260310000000 20260131120101 2", DNSSEC_SECURE,
	    false, 1, 1 },
	{ "two good", "13 3 300 20260210000000 20260130000000 1",
	    "8 3 300 20260215000000 20260130000000 2", DNSSEC_SECURE, true, 2,
	    2 },
	{ "one begins within the minute", "13 3 300 20260210000000 "
	    "20260130000000 1", "13 3 300 20260215000000 20260131120100 2",
	    DNSSEC_SECURE, true, 2, 2 },
	{ "unknown algorithm beside good", "13 3 300 20260210000000 "
	    "20260130000000 1", "253 3 300 20260215000000 20260130000000 2",
	    DNSSEC_SECURE, false, 1, 2 },
	{ "two old", "13 3 300 20260121000000 20260101000000 1",
	    "13 3 300 20260131115959 20260101000000 2", DNSSEC_BOGUS, false,
	    0, 0 },
};

static void
test_two_signatures(void **state)
{
	const struct two_row *row = *state;
	struct packet wanted = { OWNER, DNS_A, 0, {
		"mx.example.org. 300 IN A 192.0.2.1",
	}, { NULL } };
	char *first = memory_format(OWNER ". 300 IN RRSIG A %s org. AAAA",
	    row->first);
	char *second = memory_format(OWNER ". 300 IN RRSIG A %s org. AAAA",
	    row->second);
	struct answer *answer;

	wanted.answer[1] = first;
	wanted.answer[2] = second;
	answer = packet_answer(&wanted);
	assert_int_equal(answer->dnssec, row->dnssec);
	assert_int_equal(answer->ambiguous, row->ambiguous);
	assert_int_equal(answer->origin != NULL, row->ambiguous);
	assert_int_equal(answer->signer_count, row->signers);
	if (row->dnssec == DNSSEC_SECURE)
		assert_int_equal(answer->periods[0].key_tag, row->key_tag);
	else
		assert_string_equal(answer->why, "A " OWNER ": the signature "
		    "of A " OWNER " by the key 2 of org ended on "
		    "2026-01-31T11:59:59Z");
	answer_free(answer);
	free(second);
	free(first);
}

/* Only class IN counts; a TTL with the highest bit set is 0 (RFC 2181 8). */
static void
test_class_and_ttl(void **state)
{
	static const struct packet wanted = { OWNER, DNS_A, 0, {
		"mx.example.org. 300 CH A 192.0.2.1",
		"mx.example.org. 2147483648 IN A 192.0.2.2",
	}, { NULL } };
	struct answer *answer = packet_answer(&wanted);

	(void)state;
	assert_int_equal(answer->count, 1);
	assert_int_equal(answer->ttl, 0);
	answer_free(answer);
}

/* RRSIG times are the instants nearest to now (RFC 4034 3.1.5). */
static const struct serial_row {
	const char	*name;
	int64_t		 now;
	const char	*end;
	const char	*begin;
	int64_t		 until;
	int64_t		 since;
} serial_rows[] = {
	{ "valid now", PACKET_NOW, "1770681600", "1768867200", 1770681600,
	    1768867200 },
	/* expired long ago, and not yet begun */
	{ "expired long ago", PACKET_NOW, "1000000000", "1800000000",
	    1000000000, 1800000000 },
	/* beyond 2038 */
	{ "beyond 2038", INT64_C(2147483600), "2147483700", "2147480000",
	    INT64_C(2147483700), INT64_C(2147480000) },
	/* across 2106 */
	{ "from before 2106 to after", INT64_C(4294967000), "1000",
	    "4294960000", INT64_C(4294968296), INT64_C(4294960000) },
	{ "just after 2106", INT64_C(4294968000), "2000", "4294960000",
	    INT64_C(4294969296), INT64_C(4294960000) },
};

static void
test_serial_times(void **state)
{
	const struct serial_row *row = *state;
	struct packet wanted = { OWNER, DNS_A, 0, {
		"mx.example.org. 300 IN A 192.0.2.1",
	}, { NULL } };
	struct answer_source source = packet_source(&wanted);
	struct answer *answer;
	char *signature;

	signature = memory_format(OWNER ". 300 IN RRSIG A 13 3 300 "
	    "%s %s 1 org. AAAA", row->end, row->begin);
	wanted.answer[1] = signature;
	source.now = (time_t)row->now;
	/* Nothing is secure by what has ended. */
	source.secure = row->until >= row->now;
	answer = packet_read(packet_new(&wanted), source);
	assert_int_equal(answer->signed_until, row->until);
	assert_int_equal(answer->signed_since, row->since);
	answer_free(answer);
	free(signature);
}

#define SIGNED_BY(owner, type, algorithm, key_tag, zone) \
	owner ". 300 IN RRSIG " type " " algorithm " 3 300 20260210000000 " \
	"20260120000000 " key_tag " " zone " AAAA"

static void
assert_signer(const struct answer *answer, size_t i, const char *zone,
    int algorithm, int key_tag)
{
	assert_true(i < answer->signer_count);
	assert_string_equal(answer->signers[i].zone, zone);
	assert_int_equal(answer->signers[i].algorithm, algorithm);
	assert_int_equal(answer->signers[i].key_tag, key_tag);
}

/* Those of the aliases, too; each once, in order. */
static void
test_signers(void **state)
{
	static const struct packet wanted = { OWNER, DNS_A, 0, {
		"mx.example.org. 300 IN CNAME mx.example.net.",
		SIGNED_BY(OWNER, "CNAME", "13", "65535", "Example.ORG."),
		"mx.example.net. 300 IN A 192.0.2.1",
		SIGNED_BY("mx.example.net", "A", "13", "7", "example.net."),
		SIGNED_BY("mx.example.net", "A", "8", "9", "example.net."),
		SIGNED_BY("mx.example.net", "A", "8", "9", "example.net."),
	}, {
		"example.net. 300 IN NS ns.example.net.",
		SIGNED_BY("example.net", "NS", "13", "8", "example.net."),
	} };
	struct answer *answer = packet_answer(&wanted);

	(void)state;
	assert_int_equal(answer->signer_count, 3);
	assert_signer(answer, 0, "example.net", 8, 9);
	assert_signer(answer, 1, "example.net", 13, 7);
	assert_signer(answer, 2, "example.org", 13, 65535);
	answer_free(answer);
}

static void
test_signers_of_absence(void **state)
{
	static const struct packet wanted = { OWNER, DNS_TLSA, 0, { NULL }, {
		"example.org. 300 IN SOA ns.example.org. x. 1 1 1 1 60",
		SIGNED_BY("example.org", "SOA", "13", "1", "example.org."),
		SIGNED_BY(OWNER, "NSEC", "13", "2", "example.org."),
	} };
	struct answer *answer = packet_answer(&wanted);

	(void)state;
	assert_int_equal(answer->signer_count, 2);
	assert_signer(answer, 1, "example.org", 13, 2);
	answer_free(answer);
}

static void
test_signer_limit(void **state)
{
	static const struct packet wanted = { OWNER, DNS_A, 0, {
		"mx.example.org. 300 IN A 192.0.2.1",
	}, { NULL } };
	struct ldns_struct_pkt *made = packet_new(&wanted);
	struct answer *answer;
	char *signature;
	int i;

	(void)state;
	for (i = ANSWER_SIGNERS_MAX + 1; i >= 0; i--) {
		signature = memory_format("mx.example.org. 300 IN RRSIG A 13 "
		    "3 300 20260210000000 20260120000000 %d org. AAAA", i);
		packet_push(made, signature);
		free(signature);
	}
	answer = packet_read(made, packet_source(&wanted));
	assert_int_equal(answer->signer_count, ANSWER_SIGNERS_MAX);
	assert_signer(answer, 0, "org", 13, 0);
	assert_signer(answer, ANSWER_SIGNERS_MAX - 1, "org", 13,
	    ANSWER_SIGNERS_MAX - 1);
	assert_false(answer->truncated);
	answer_free(answer);
}

static void
assert_kept(struct answer_source source)
{
	struct answer *answer, *again;
	struct answer_origin *origin;

	source.keep = true;
	answer = answer_from_packet(&source);
	origin = answer->origin;
	assert_non_null(origin);
	assert_int_equal(origin->size, source.size);
	assert_true((origin->packet == NULL) == (source.packet == NULL));
	answer->origin = NULL;
	again = answer_from_origin(source.owner, source.type, origin);
	assert_ptr_equal(again->origin, origin);
	assert_int_equal(again->kind, answer->kind);
	assert_int_equal(again->dnssec, answer->dnssec);
	assert_int_equal(again->count, answer->count);
	assert_int_equal(again->signed_until, answer->signed_until);
	assert_int_equal(again->signer_count, answer->signer_count);
	if (answer->why != NULL)
		assert_string_equal(again->why, answer->why);
	answer_free(again);
	answer_free(answer);
}

/* What the library returned is kept of answers of all kinds, or of none. */
static void
test_origin(void **state)
{
	static const struct packet wanted = { OWNER, DNS_A, 0, {
		"mx.example.org. 300 IN A 192.0.2.1",
		RRSIG(OWNER, "A", "20260210000000", "20260120000000"),
	}, { NULL } };
	static const uint8_t malformed[] = { 1, 2, 3 };
	struct answer *answer = packet_answer(&wanted);
	struct answer_source source = packet_source(&wanted);
	struct ldns_struct_pkt *made = packet_new(&wanted);
	uint8_t *wire = NULL;

	(void)state;
	assert_null(answer->origin);
	answer_free(answer);
	assert_int_equal(ldns_pkt2wire(&wire, made, &source.size),
	    LDNS_STATUS_OK);
	source.packet = wire;
	assert_kept(source);
	source.secure = false;
	source.bogus = true;
	source.why_bogus = "validation failure <mx.example.org. A IN>: no\t"
	    "signature";
	assert_kept(source);
	source.bogus = false;
	source.rcode = LDNS_RCODE_REFUSED;
	assert_kept(source);
	source.rcode = 0;
	source.packet = malformed;
	source.size = sizeof(malformed);
	assert_kept(source);
	source.packet = NULL;
	source.size = 0;
	assert_kept(source);
	free(wire);
	ldns_pkt_free(made);
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
	static const struct table tables[] = {
		TABLE_ALONE(test_addresses),
		TABLE_ALONE(test_mx),
		TABLE_ALONE(test_aliases),
		TABLE_ALONE(test_dname),
		TABLE_ALONE(test_cname_itself),
		TABLE_ALONE(test_loop),
		TABLE_ALONE(test_alias_limit),
		TABLE(test_order, order_rows),
		TABLE_ALONE(test_record_limit),
		TABLE_ALONE(test_truncated_flag),
		TABLE_ALONE(test_absence),
		TABLE_ALONE(test_wildcard),
		TABLE(test_denials, denial_rows),
		TABLE_ALONE(test_periods),
		TABLE(test_two_signatures, two_rows),
		TABLE_ALONE(test_class_and_ttl),
		TABLE(test_serial_times, serial_rows),
		TABLE_ALONE(test_signers),
		TABLE_ALONE(test_signers_of_absence),
		TABLE_ALONE(test_signer_limit),
		TABLE_ALONE(test_origin),
		TABLE_ALONE(test_words),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
