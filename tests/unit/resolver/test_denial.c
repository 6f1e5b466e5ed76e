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
#include "resolver/denial.h"
#include "resolver/memory.h"
#include "resolver/nsec3.h"
#include "tests/unit/support/packet.h"
#include "tests/unit/support/table.h"

#define NXDOMAIN	LDNS_RCODE_NXDOMAIN
#define SOA "example.org. 300 IN SOA ns.example.org. x. 1 1 1 1 60"

/* The fault of a packet, which is released. */
static enum denial_fault
fault_of(ldns_pkt *packet, const struct packet *wanted)
{
	struct answer_source source = packet_source(wanted);
	struct answer *answer;
	enum denial_fault fault;

	source.secure = false;
	source.keep = true;
	answer = packet_read(packet, source);
	fault = denial_check(answer);
	answer_free(answer);
	return fault;
}

/* --- NSEC --- */

static const struct nsec_row {
	const char		*name;
	struct packet		 packet;
	enum denial_fault	 fault;
} nsec_rows[] = {
	{ "no data", { "mx.example.org", DNS_TLSA, 0, { NULL }, { SOA,
	    "mx.example.org. 60 IN NSEC z.example.org. A RRSIG NSEC" } },
	    DENIAL_GOOD },
	{ "no data, other case", { "mx.example.org", DNS_TLSA, 0, { NULL },
	    { "MX.Example.org. 60 IN NSEC Z.example.org. A RRSIG NSEC" } },
	    DENIAL_GOOD },
	{ "nothing that denies", { "mx.example.org", DNS_TLSA, 0, { NULL },
	    { SOA } }, DENIAL_MISSING },
	{ "nothing at all", { "mx.example.org", DNS_TLSA, NXDOMAIN, { NULL },
	    { NULL } }, DENIAL_MISSING },
	{ "the type is there", { "mx.example.org", DNS_TLSA, 0, { NULL }, {
	    "mx.example.org. 60 IN NSEC z.example.org. A TLSA RRSIG NSEC" } },
	    DENIAL_WRONG },
	{ "an alias is there", { "mx.example.org", DNS_TLSA, 0, { NULL }, {
	    "mx.example.org. 60 IN NSEC z.example.org. CNAME RRSIG NSEC" } },
	    DENIAL_WRONG },
	{ "of another name", { "mx.example.org", DNS_TLSA, 0, { NULL }, {
	    "a.example.org. 60 IN NSEC b.example.org. A RRSIG NSEC" } },
	    DENIAL_WRONG },
	{ "empty non-terminal", { "_tcp.mx.example.org", DNS_A, 0, { NULL }, {
	    "mx.example.org. 60 IN NSEC _25._tcp.mx.example.org. A" } },
	    DENIAL_GOOD },
	{ "empty non-terminal said not to exist", { "_tcp.mx.example.org",
	    DNS_A, NXDOMAIN, { NULL }, { "example.org. 60 IN NSEC "
	    "_25._tcp.mx.example.org. A" } }, DENIAL_WRONG },
	{ "no name", { "gone.example.org", DNS_A, NXDOMAIN, { NULL }, {
	    "example.org. 60 IN NSEC mx.example.org. SOA NS" } },
	    DENIAL_GOOD },
	{ "the wildcard is not denied", { "gone.example.org", DNS_A, NXDOMAIN,
	    { NULL }, { "a.example.org. 60 IN NSEC mx.example.org. A" } },
	    DENIAL_WRONG },
	{ "the wildcard is denied apart", { "gone.example.org", DNS_A,
	    NXDOMAIN, { NULL }, { "a.example.org. 60 IN NSEC "
	    "mx.example.org. A", "example.org. 60 IN NSEC a.example.org. NS "
	    "SOA" } }, DENIAL_GOOD },
	{ "the wildcard is there", { "gone.example.org", DNS_A, NXDOMAIN,
	    { NULL }, { "*.example.org. 60 IN NSEC mx.example.org. A" } },
	    DENIAL_WRONG },
	{ "behind the last", { "zz.example.org", DNS_A, NXDOMAIN, { NULL }, {
	    "z.example.org. 60 IN NSEC example.org. A",
	    "example.org. 60 IN NSEC a.example.org. NS SOA" } },
	    DENIAL_GOOD },
	{ "behind the last, of another zone", { "zz.example.net", DNS_A,
	    NXDOMAIN, { NULL }, { "z.example.com. 60 IN NSEC example.com. A",
	    "example.com. 60 IN NSEC a.example.com. NS SOA" } },
	    DENIAL_WRONG },
	{ "alone in its zone", { "gone.example.org", DNS_A, NXDOMAIN,
	    { NULL }, { "example.org. 60 IN NSEC example.org. NS SOA" } },
	    DENIAL_GOOD },
	{ "no data of a wildcard", { "gone.example.org", DNS_TLSA, 0,
	    { NULL }, { "*.example.org. 60 IN NSEC mx.example.org. A" } },
	    DENIAL_GOOD },
	{ "the wildcard has the type", { "gone.example.org", DNS_TLSA, 0,
	    { NULL }, { "*.example.org. 60 IN NSEC mx.example.org. TLSA" } },
	    DENIAL_WRONG },
	{ "a wildcard that is not the nearest", { "a.b.example.org", DNS_TLSA,
	    0, { NULL }, { "b.example.org. 60 IN NSEC c.example.org. A",
	    "*.example.org. 60 IN NSEC b.example.org. A" } }, DENIAL_WRONG },
	{ "no name, though data was meant", { "gone.example.org", DNS_A, 0,
	    { NULL }, { "example.org. 60 IN NSEC mx.example.org. SOA NS" } },
	    DENIAL_WRONG },
	/* RFC 6840 4.1 */
	{ "by the zone above a delegation", { "mx.sub.example.org", DNS_A,
	    NXDOMAIN, { NULL }, { "sub.example.org. 60 IN NSEC "
	    "t.example.org. NS" } }, DENIAL_WRONG },
	{ "below a DNAME", { "mx.sub.example.org", DNS_A, NXDOMAIN, { NULL },
	    { "sub.example.org. 60 IN NSEC t.example.org. DNAME" } },
	    DENIAL_WRONG },
	/* RFC 4035 5.2, RFC 6840 4.4 */
	{ "DS at a delegation", { "sub.example.org", DNS_DS, 0, { NULL }, {
	    "sub.example.org. 60 IN NSEC t.example.org. NS RRSIG NSEC" } },
	    DENIAL_GOOD },
	{ "DS by the child", { "sub.example.org", DNS_DS, 0, { NULL }, {
	    "sub.example.org. 60 IN NSEC a.sub.example.org. NS SOA" } },
	    DENIAL_WRONG },
	{ "MX by the parent", { "sub.example.org", DNS_MX, 0, { NULL }, {
	    "sub.example.org. 60 IN NSEC t.example.org. NS RRSIG NSEC" } },
	    DENIAL_WRONG },
	{ "MX at an apex", { "sub.example.org", DNS_MX, 0, { NULL }, {
	    "sub.example.org. 60 IN NSEC a.sub.example.org. NS SOA" } },
	    DENIAL_GOOD },
	/* RFC 9824 */
	{ "compact denial", { "gone.example.org", DNS_A, 0, { NULL }, {
	    "gone.example.org. 60 IN NSEC \\000.gone.example.org. RRSIG NSEC "
	    "TYPE128" } }, DENIAL_GOOD },
	{ "compact denial with NXDOMAIN", { "gone.example.org", DNS_A,
	    NXDOMAIN, { NULL }, { "gone.example.org. 60 IN NSEC "
	    "\\000.gone.example.org. RRSIG NSEC TYPE128" } }, DENIAL_GOOD },
	{ "the like without NXNAME", { "gone.example.org", DNS_A, 0,
	    { NULL }, { "gone.example.org. 60 IN NSEC "
	    "\\000.gone.example.org. RRSIG NSEC" } }, DENIAL_GOOD },
	{ "NXDOMAIN, and NSEC without NXNAME", { "gone.example.org", DNS_A,
	    NXDOMAIN, { NULL }, { "gone.example.org. 60 IN NSEC "
	    "\\000.gone.example.org. RRSIG NSEC" } }, DENIAL_WRONG },
	{ "behind an alias", { "a.example.org", DNS_A, 0, {
	    "a.example.org. 60 IN CNAME mx.example.org." }, {
	    "mx.example.org. 60 IN NSEC z.example.org. TLSA" } },
	    DENIAL_GOOD },
	{ "of the alias, not of its end", { "a.example.org", DNS_A, 0, {
	    "a.example.org. 60 IN CNAME mx.example.org." }, {
	    "a.example.org. 60 IN NSEC b.example.org. TLSA" } },
	    DENIAL_WRONG },
	/* Records of a wildcard (RFC 4035 5.3.4). */
	{ "records", { "gone.example.org", DNS_A, 0, {
	    "gone.example.org. 60 IN A 192.0.2.1",
	    RRSIG("gone.example.org", "A", "20260210000000",
	    "20260120000000") }, { NULL } }, DENIAL_UNCHECKED },
	{ "records of a wildcard", { "a.b.example.org", DNS_A, 0, {
	    "a.b.example.org. 60 IN A 192.0.2.1",
	    RRSIG("a.b.example.org", "A", "20260210000000",
	    "20260120000000") }, { "b.example.org. 60 IN NSEC c.example.org. "
	    "A" } }, DENIAL_GOOD },
	{ "records of a wildcard, no proof", { "a.b.example.org", DNS_A, 0, {
	    "a.b.example.org. 60 IN A 192.0.2.1",
	    RRSIG("a.b.example.org", "A", "20260210000000",
	    "20260120000000") }, { NULL } }, DENIAL_MISSING },
	{ "records of a wildcard, a nearer name", { "a.b.c.example.org",
	    DNS_A, 0, { "a.b.c.example.org. 60 IN A 192.0.2.1",
	    RRSIG("a.b.c.example.org", "A", "20260210000000",
	    "20260120000000") }, { "b.c.example.org. 60 IN NSEC "
	    "d.example.org. A" } }, DENIAL_WRONG },
};

static void
test_nsec(void **state)
{
	const struct nsec_row *row = *state;

	assert_int_equal(fault_of(packet_new(&row->packet), &row->packet),
	    row->fault);
}

/* --- NSEC3 --- */

#define HASHES_MAX 5

static const struct nsec3_row {
	const char		*name;
	const char		*owner;
	enum dns_type		 type;
	int			 rcode;
	/*
	 * A record each: "=" (whose hash is that of) or "-" (that covers), a
	 * name, and types. After an "o" it has the opt-out flag.
	 */
	const char		*hashes[HASHES_MAX];
	unsigned int		 iterations;
	enum denial_fault	 fault;
} nsec3_rows[] = {
	{ "no data", "mx.example.org", DNS_TLSA, 0,
	    { "=mx.example.org A RRSIG" }, 0, DENIAL_GOOD },
	{ "no data, 150 iterations", "mx.example.org", DNS_TLSA, 0,
	    { "=mx.example.org A RRSIG" }, 150, DENIAL_GOOD },
	{ "no data, 151 iterations", "mx.example.org", DNS_TLSA, 0,
	    { "=mx.example.org A RRSIG" }, 151, DENIAL_UNCHECKED },
	{ "no data, upper case", "mx.example.org", DNS_TLSA, 0,
	    { "=MX.EXAMPLE.org A RRSIG" }, 1, DENIAL_GOOD },
	{ "the type is there", "mx.example.org", DNS_TLSA, 0,
	    { "=mx.example.org A TLSA RRSIG" }, 0, DENIAL_WRONG },
	{ "an alias is there", "mx.example.org", DNS_TLSA, 0,
	    { "=mx.example.org CNAME RRSIG" }, 0, DENIAL_WRONG },
	{ "empty non-terminal", "_tcp.mx.example.org", DNS_A, 0,
	    { "=_tcp.mx.example.org" }, 0, DENIAL_GOOD },
	{ "no name", "gone.example.org", DNS_A, NXDOMAIN,
	    { "=example.org NS SOA", "-gone.example.org", "-*.example.org" },
	    1, DENIAL_GOOD },
	{ "no name, several labels", "a.b.gone.example.org", DNS_A, NXDOMAIN,
	    { "=example.org NS SOA", "-gone.example.org", "-*.example.org" },
	    1, DENIAL_GOOD },
	{ "no wildcard record", "gone.example.org", DNS_A, NXDOMAIN,
	    { "=example.org NS SOA", "-gone.example.org" }, 0,
	    DENIAL_WRONG },
	{ "no closest encloser", "gone.example.org", DNS_A, NXDOMAIN,
	    { "-gone.example.org", "-*.example.org" }, 0, DENIAL_WRONG },
	{ "the next closer name is not covered", "gone.example.org", DNS_A,
	    NXDOMAIN, { "=example.org NS SOA", "-*.example.org" }, 0,
	    DENIAL_WRONG },
	{ "the name is there", "gone.example.org", DNS_A, NXDOMAIN,
	    { "=gone.example.org TXT", "-*.example.org" }, 0, DENIAL_WRONG },
	{ "below a delegation", "mx.sub.example.org", DNS_A, NXDOMAIN,
	    { "=sub.example.org NS", "-mx.sub.example.org",
	    "-*.sub.example.org" }, 0, DENIAL_WRONG },
	{ "below a DNAME", "mx.sub.example.org", DNS_A, NXDOMAIN,
	    { "=sub.example.org DNAME", "-mx.sub.example.org",
	    "-*.sub.example.org" }, 0, DENIAL_WRONG },
	{ "DS under opt-out", "sub.example.org", DNS_DS, 0,
	    { "=example.org NS SOA", "o-sub.example.org" }, 0, DENIAL_GOOD },
	{ "DS without opt-out", "sub.example.org", DNS_DS, 0,
	    { "=example.org NS SOA", "-sub.example.org" }, 0, DENIAL_WRONG },
	{ "DS at a delegation", "sub.example.org", DNS_DS, 0,
	    { "=sub.example.org NS" }, 0, DENIAL_GOOD },
	{ "DS by the child", "sub.example.org", DNS_DS, 0,
	    { "=sub.example.org NS SOA" }, 0, DENIAL_WRONG },
	{ "MX by the parent", "sub.example.org", DNS_MX, 0,
	    { "=sub.example.org NS" }, 0, DENIAL_WRONG },
	{ "no data of a wildcard", "gone.example.org", DNS_TLSA, 0,
	    { "=example.org NS SOA", "-gone.example.org",
	    "=*.example.org A" }, 0, DENIAL_GOOD },
	{ "the wildcard has the type", "gone.example.org", DNS_TLSA, 0,
	    { "=example.org NS SOA", "-gone.example.org",
	    "=*.example.org TLSA" }, 0, DENIAL_WRONG },
	{ "of another zone", "gone.example.net", DNS_A, NXDOMAIN,
	    { "=example.net NS SOA", "-gone.example.net", "-*.example.net" },
	    0, DENIAL_WRONG },
};

/* The hash of a name, one lower or one higher than it is. */
static char *
hash_of(const char *name, unsigned int iterations, int beside)
{
	static const uint8_t salt[] = { 0xaa, 0xbb };
	ldns_rdf *dname = ldns_dname_new_frm_str(name);
	ldns_rdf *hashed;
	uint8_t hash[NSEC3_HASH_SIZE];
	char *text = memory_new(64, 1);

	ldns_dname2canonical(dname);
	hashed = ldns_nsec3_hash_name(dname, 1, (uint16_t)iterations,
	    sizeof(salt), salt);
	assert_int_equal(ldns_b32_pton_extended_hex(
	    (const char *)ldns_rdf_data(hashed) + 1, 32, hash, sizeof(hash)),
	    NSEC3_HASH_SIZE);
	/* No hash here ends in 0 or 255 at all of its last two octets. */
	hash[NSEC3_HASH_SIZE - 2] = (uint8_t)(hash[NSEC3_HASH_SIZE - 2] +
	    beside);
	ldns_b32_ntop_extended_hex(hash, sizeof(hash), text, 64);
	ldns_rdf_deep_free(hashed);
	ldns_rdf_deep_free(dname);
	return text;
}

static void
push_nsec3(ldns_pkt *packet, const char *spec, unsigned int iterations)
{
	const bool opt_out = spec[0] == 'o';
	const bool covers = spec[opt_out] == '-';
	char *name = memory_string(spec + opt_out + 1), *types, *owner, *next;
	char *text;
	ldns_rr *record = NULL;

	types = strchr(name, ' ');
	if (types != NULL)
		*types++ = '\0';
	owner = hash_of(name, iterations, covers ? -1 : 0);
	next = hash_of(name, iterations, 1);
	text = memory_format("%s.example.org. 60 IN NSEC3 1 %d %u aabb %s %s",
	    owner, opt_out, iterations, next, types != NULL ? types : "");
	assert_int_equal(ldns_rr_new_frm_str(&record, text, 0, NULL, NULL),
	    LDNS_STATUS_OK);
	ldns_pkt_push_rr(packet, LDNS_SECTION_AUTHORITY, record);
	free(text);
	free(next);
	free(owner);
	free(name);
}

static ldns_pkt *
packet_with(const struct packet *wanted, const char *const *hashes,
    unsigned int iterations)
{
	ldns_pkt *packet = packet_new(wanted);
	size_t i;

	for (i = 0; i < HASHES_MAX && hashes[i] != NULL; i++)
		push_nsec3(packet, hashes[i], iterations);
	return packet;
}

static void
test_nsec3(void **state)
{
	const struct nsec3_row *row = *state;
	const struct packet wanted = { row->owner, row->type, row->rcode,
		{ NULL }, { SOA } };

	assert_int_equal(fault_of(packet_with(&wanted, row->hashes,
	    row->iterations), &wanted), row->fault);
}

static void
test_nsec3_wildcard(void **state)
{
	static const struct packet wanted = { "a.b.example.org", DNS_A, 0, {
		"a.b.example.org. 60 IN A 192.0.2.1",
		RRSIG("a.b.example.org", "A", "20260210000000",
		    "20260120000000") }, { NULL } };
	static const char *const good[HASHES_MAX] = { "-a.b.example.org" };
	static const char *const bad[HASHES_MAX] = { "-b.example.org" };

	(void)state;
	assert_int_equal(fault_of(packet_with(&wanted, good, 0), &wanted),
	    DENIAL_GOOD);
	assert_int_equal(fault_of(packet_with(&wanted, bad, 0), &wanted),
	    DENIAL_WRONG);
}

/* What cannot be read is no proof, nor is it wrong. */
static void
test_unusable(void **state)
{
	static const struct packet wanted = { "mx.example.org", DNS_TLSA, 0,
		{ NULL }, { SOA, "mx.example.org. 60 IN NSEC z.example.org. "
		"A" } };
	static const struct packet odd = { "mx.example.org", DNS_TLSA, 0,
		{ NULL }, { SOA,
		"0123456789abcdefghijklmnopqrstuv.example.org. "
		"60 IN NSEC3 2 0 0 - 0123456789abcdefghijklmnopqrstuv A" } };
	struct answer *answer = packet_answer(&wanted);

	(void)state;
	assert_int_equal(denial_check(answer), DENIAL_UNCHECKED);
	answer_free(answer);
	answer = answer_failed("mx.example.org", DNS_TLSA, "SERVFAIL");
	assert_int_equal(denial_check(answer), DENIAL_UNCHECKED);
	answer_free(answer);
	/* hash algorithm 2 */
	assert_int_equal(fault_of(packet_new(&odd), &odd), DENIAL_UNCHECKED);
}

/* A packet with each octet changed, and cut at each length. */
static void
test_damage(void **state)
{
	static const struct packet wanted = { "gone.example.org", DNS_A,
		NXDOMAIN, { NULL }, { SOA,
		"example.org. 60 IN NSEC mx.example.org. SOA NS" } };
	static const char *const hashes[HASHES_MAX] = {
		"=example.org NS SOA", "-gone.example.org",
		"-*.example.org" };
	struct answer_source source = packet_source(&wanted);
	struct answer *answer;
	size_t at, size;

	(void)state;
	source.keep = true;
	answer = packet_read(packet_with(&wanted, hashes, 2), source);
	size = answer->origin->size;
	for (at = 0; at < size; at++) {
		answer->origin->packet[at] ^= 0xff;
		denial_check(answer);
		answer->origin->packet[at] ^= 0xfe;
		denial_check(answer);
		answer->origin->packet[at] ^= 0x01;
	}
	assert_int_equal(denial_check(answer), DENIAL_GOOD);
	for (at = 0; at < size; at++) {
		answer->origin->size = at;
		assert_int_equal(denial_check(answer), DENIAL_UNCHECKED);
	}
	answer_free(answer);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_nsec, nsec_rows),
		TABLE(test_nsec3, nsec3_rows),
		TABLE_ALONE(test_nsec3_wildcard),
		TABLE_ALONE(test_unusable),
		TABLE_ALONE(test_damage),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
