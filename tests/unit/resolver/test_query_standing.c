/* What a server stands for: its own data, others' servers, or nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ldns/ldns.h>

#include "resolver/query.h"
#include "tests/unit/support/packet.h"
#include "tests/unit/support/table.h"

#define OWNER	"mx.example.org"

static const struct row {
	const char		*name;
	struct packet		 packet;
	bool			 authoritative;
	enum query_standing	 standing;
} rows[] = {
	{ "records", { OWNER, DNS_A, 0, {
		"mx.example.org. 300 IN A 192.0.2.1",
	}, {
		"example.org. 300 IN NS ns.example.org.",
	} }, true, QUERY_IS_AUTHORITATIVE },
	{ "no data", { OWNER, DNS_A, 0, { NULL }, {
		"example.org. 300 IN SOA ns. host. 1 2 3 4 5",
	} }, true, QUERY_IS_AUTHORITATIVE },
	{ "no name", { OWNER, DNS_A, LDNS_RCODE_NXDOMAIN, { NULL }, {
		"example.org. 300 IN SOA ns. host. 1 2 3 4 5",
	} }, true, QUERY_IS_AUTHORITATIVE },
	{ "a referral", { OWNER, DNS_A, 0, { NULL }, {
		"example.org. 300 IN NS ns.example.org.",
	} }, false, QUERY_REFERS },
	{ "with a DS record", { OWNER, DNS_A, 0, { NULL }, {
		"EXAMPLE.org. 300 IN NS ns.example.org.",
		"EXAMPLE.org. 300 IN DS 4711 13 2 "
		"60785A34615AAA2C60785A34615AAA2C"
		"60785A34615AAA2C60785A34615AAA2C",
	} }, false, QUERY_REFERS },
	{ "to the name itself", { OWNER, DNS_A, 0, { NULL }, {
		"mx.example.org. 300 IN NS ns.example.org.",
	} }, false, QUERY_REFERS },
	{ "to the root", { OWNER, DNS_A, 0, { NULL }, {
		". 300 IN NS a.root-servers.net.",
	} }, false, QUERY_REFERS },
	{ "to elsewhere", { OWNER, DNS_A, 0, { NULL }, {
		"a.mx.example.org. 300 IN NS ns.example.org.",
		"x.example.org. 300 IN NS ns.example.org.",
	} }, false, QUERY_STANDS_FOR_NOTHING },
	{ "in another class", { OWNER, DNS_A, 0, { NULL }, {
		"example.org. 300 CH NS ns.example.org.",
	} }, false, QUERY_STANDS_FOR_NOTHING },
	{ "records of a cache", { OWNER, DNS_A, 0, {
		"mx.example.org. 300 IN A 192.0.2.1",
	}, {
		"example.org. 300 IN NS ns.example.org.",
	} }, false, QUERY_STANDS_FOR_NOTHING },
	{ "no data of a cache", { OWNER, DNS_A, 0, { NULL }, {
		"example.org. 300 IN SOA ns. host. 1 2 3 4 5",
	} }, false, QUERY_STANDS_FOR_NOTHING },
	{ "no name of a cache", { OWNER, DNS_A, LDNS_RCODE_NXDOMAIN, { NULL }, {
		"example.org. 300 IN NS ns.example.org.",
	} }, false, QUERY_STANDS_FOR_NOTHING },
	{ "nothing", { OWNER, DNS_A, 0, { NULL }, { NULL } }, false,
	    QUERY_STANDS_FOR_NOTHING },
	{ "failure", { OWNER, DNS_A, LDNS_RCODE_SERVFAIL, { NULL }, {
		"example.org. 300 IN NS ns.example.org.",
	} }, true, QUERY_STANDS_FOR_NOTHING },
};

static void
test_standing(void **state)
{
	const struct row *row = *state;
	struct answer_source source = packet_source(&row->packet);
	ldns_pkt *made = packet_new(&row->packet);
	struct answer *answer;

	ldns_pkt_set_aa(made, row->authoritative);
	source.secure = false;
	source.keep = true;
	answer = packet_read(made, source);
	assert_int_equal(query_standing(answer), row->standing);
	answer_free(answer);
}

static void
test_without_packet(void **state)
{
	struct answer *answer = answer_failed(OWNER, DNS_A, "no answer");

	(void)state;
	assert_int_equal(query_standing(answer), QUERY_STANDS_FOR_NOTHING);
	answer_free(answer);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_standing, rows),
		TABLE_ALONE(test_without_packet),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
