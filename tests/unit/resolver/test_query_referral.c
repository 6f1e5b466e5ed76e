/* Name servers, glue and aliases, as packets have them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ldns/ldns.h>

#include "resolver/memory.h"
#include "resolver/query.h"
#include "tests/unit/support/packet.h"
#include "tests/unit/support/table.h"

#define ZONE	"example.org"

enum { GLUE = 6 };

/* A referral, and what is read of it. */
static const struct row {
	const char	*name;
	struct packet	 packet;
	const char	*glue[GLUE];
	const char	*read;		/* NULL: it is none */
} rows[] = {
	{ "with glue", { ZONE, DNS_NS, 0, { NULL }, {
		"example.org. 300 IN NS ns1.example.org.",
		"example.org. 300 IN NS ns2.example.org.",
	} }, {
		"ns1.example.org. 300 IN A 192.0.2.1",
		"ns1.example.org. 300 IN AAAA 2001:db8::1",
		"ns2.example.org. 300 IN A 192.0.2.2",
	}, "ns1.example.org c0000201 20010db8000000000000000000000001; "
	    "ns2.example.org c0000202; " },
	{ "without glue", { ZONE, DNS_NS, 0, { NULL }, {
		"example.org. 300 IN NS ns.example.net.",
	} }, { NULL }, "ns.example.net; " },
	{ "with some", { ZONE, DNS_NS, 0, { NULL }, {
		"example.org. 300 IN NS ns.example.net.",
		"example.org. 300 IN NS ns.example.org.",
	} }, {
		"ns.example.org. 300 IN A 192.0.2.1",
	}, "ns.example.net; ns.example.org c0000201; " },
	{ "in capitals", { ZONE, DNS_NS, 0, { NULL }, {
		"EXAMPLE.org. 300 IN NS NS1.example.org.",
	} }, {
		"ns1.EXAMPLE.org. 300 IN A 192.0.2.1",
	}, "ns1.example.org c0000201; " },
	{ "by a server of the zone", { ZONE, DNS_NS, 0, {
		"example.org. 300 IN NS ns.example.org.",
	}, {
		"example.org. 300 IN NS other.example.org.",
	} }, { NULL }, "ns.example.org; " },
	{ "twice", { ZONE, DNS_NS, 0, { NULL }, {
		"example.org. 300 IN NS ns.example.org.",
		"example.org. 300 IN NS ns.example.ORG.",
	} }, {
		"ns.example.org. 300 IN A 192.0.2.1",
		"NS.example.org. 300 IN A 192.0.2.1",
	}, "ns.example.org c0000201; " },
	{ "of other zones", { ZONE, DNS_NS, 0, { NULL }, {
		"org. 300 IN NS ns.org.",
		"www.example.org. 300 IN NS ns.org.",
	} }, { NULL }, NULL },
	{ "foreign glue", { ZONE, DNS_NS, 0, { NULL }, {
		"example.org. 300 IN NS ns.example.org.",
		"example.net. 300 IN NS ns.example.net.",
	} }, {
		"ns.example.net. 300 IN A 192.0.2.1",
		"ns.example.org. 300 IN TXT \"1234\"",
		"ns.example.org. 300 CH A 192.0.2.1",
	}, "ns.example.org; " },
	{ "another class", { ZONE, DNS_NS, 0, { NULL }, {
		"example.org. 300 CH NS ns.example.org.",
	} }, { NULL }, NULL },
	{ "no data", { ZONE, DNS_NS, 0, { NULL }, {
		"example.org. 300 IN SOA ns. host. 1 2 3 4 5",
	} }, { NULL }, NULL },
	{ "no name", { ZONE, DNS_NS, LDNS_RCODE_NXDOMAIN, { NULL }, {
		"example.org. 300 IN NS ns.example.org.",
	} }, { NULL }, NULL },
	{ "failure", { ZONE, DNS_NS, LDNS_RCODE_REFUSED, { NULL }, {
		"example.org. 300 IN NS ns.example.org.",
	} }, { NULL }, NULL },
	{ "nothing", { ZONE, DNS_NS, 0, { NULL }, { NULL } }, { NULL }, NULL },
};

static void
push_glue(ldns_pkt *made, const char *text)
{
	ldns_rr *record = NULL;

	if (ldns_rr_new_frm_str(&record, text, 0, NULL, NULL) !=
	    LDNS_STATUS_OK ||
	    !ldns_pkt_push_rr(made, LDNS_SECTION_ADDITIONAL, record))
		abort();
}

/* The answer of which MADE (owned) is the origin. */
static struct answer *
answer_of(ldns_pkt *made, const struct packet *packet)
{
	struct answer_source source = packet_source(packet);

	source.secure = false;
	source.keep = true;
	return packet_read(made, source);
}

/* "ns1.example c0000201; ns2.example; ". Owned by the caller. */
static char *
text_of(const struct query_referral *referral)
{
	const struct query_server *server;
	char octets[2 * 16 + 1];
	char *text = memory_string("");
	size_t i, j, k;

	for (i = 0; i < referral->count; i++) {
		server = &referral->servers[i];
		text = memory_join(text, "", server->name);
		for (j = 0; j < server->glue_count; j++) {
			for (k = 0; k < server->glue[j].size; k++)
				snprintf(octets + 2 * k, 3, "%02x",
				    server->glue[j].data[k]);
			text = memory_join(text, " ", octets);
		}
		text = memory_join(text, "; ", "");
	}
	return text;
}

static void
test_referral(void **state)
{
	const struct row *row = *state;
	ldns_pkt *made = packet_new(&row->packet);
	struct query_referral referral;
	struct answer *answer;
	char *text;
	size_t i;
	bool read;

	for (i = 0; i < GLUE && row->glue[i] != NULL; i++)
		push_glue(made, row->glue[i]);
	answer = answer_of(made, &row->packet);
	read = query_referral_init(&referral, answer, ZONE);
	assert_int_equal(read, row->read != NULL);
	text = text_of(&referral);
	assert_string_equal(text, row->read != NULL ? row->read : "");
	assert_false(referral.truncated);
	free(text);
	query_referral_clear(&referral);
	answer_free(answer);
}

static const struct packet empty = { ZONE, DNS_NS, 0, { NULL }, { NULL } };

/* Of more than there may be, some. */
static void
test_limits(void **state)
{
	ldns_pkt *made = packet_new(&empty);
	struct query_referral referral;
	struct answer *answer;
	unsigned int i;
	char *text;

	(void)state;
	for (i = 0; i < QUERY_SERVERS_MAX + 1; i++) {
		text = memory_format("example.org. 300 IN NS ns%u.org.", i);
		packet_push(made, text);
		free(text);
	}
	for (i = 0; i < QUERY_GLUE_MAX + 1; i++) {
		text = memory_format("ns%u.org. 300 IN A 192.0.2.%u", i % 3,
		    i);
		push_glue(made, text);
		free(text);
	}
	answer = answer_of(made, &empty);
	assert_true(query_referral_init(&referral, answer, ZONE));
	assert_true(referral.truncated);
	assert_int_equal(referral.count, QUERY_SERVERS_MAX);
	assert_int_equal(referral.servers[0].glue_count +
	    referral.servers[1].glue_count + referral.servers[2].glue_count,
	    QUERY_GLUE_MAX);
	query_referral_clear(&referral);
	answer_free(answer);
}

static void
test_no_origin(void **state)
{
	struct answer *answer = answer_failed(ZONE, DNS_NS, "no answer");
	struct query_referral referral;

	(void)state;
	assert_false(query_referral_init(&referral, answer, ZONE));
	assert_false(query_is_alias(answer));
	query_referral_clear(&referral);
	answer_free(answer);
}

static const struct alias_row {
	const char	*name;
	struct packet	 packet;
	bool		 alias;
} alias_rows[] = {
	{ "alias", { ZONE, DNS_A, 0, {
		"Example.org. 300 IN CNAME www.example.org.",
	}, { NULL } }, true },
	{ "alias and records", { ZONE, DNS_A, 0, {
		"www.example.org. 300 IN A 192.0.2.1",
		"example.org. 300 IN CNAME www.example.org.",
	}, { NULL } }, true },
	{ "alias to nowhere", { ZONE, DNS_A, LDNS_RCODE_NXDOMAIN, {
		"example.org. 300 IN CNAME www.example.org.",
	}, { NULL } }, true },
	{ "of another name", { ZONE, DNS_A, 0, {
		"www.example.org. 300 IN CNAME example.org.",
	}, { NULL } }, false },
	{ "another type", { ZONE, DNS_A, 0, {
		"example.org. 300 IN A 192.0.2.1",
	}, { NULL } }, false },
	{ "another section", { ZONE, DNS_A, 0, { NULL }, {
		"example.org. 300 IN CNAME www.example.org.",
	} }, false },
	{ "another class", { ZONE, DNS_A, 0, {
		"example.org. 300 CH CNAME www.example.org.",
	}, { NULL } }, false },
};

static void
test_alias(void **state)
{
	const struct alias_row *row = *state;
	struct answer *answer = answer_of(packet_new(&row->packet),
	    &row->packet);

	assert_int_equal(query_is_alias(answer), row->alias);
	answer_free(answer);
}

#define HEAD	"\0\0\x80\0"
#define ASKED	"\7example\3org\0\0\2\0\1"
#define NS	"\300\14\0\2\0\1\0\0\1\54"
/* After header and question. */
#define HERE	"\300\35"

/* Packets as somebody may have made them, each with one authority record. */
static const struct raw_row {
	const char	*name;
	const char	*octets;
	size_t		 size;
	const char	*read;		/* NULL: it is none */
} raw_rows[] = {
#define RAW(text) HEAD "\0\1\0\0\0\1\0\0" ASKED text, 12 + 17 + sizeof(text) - 1
	{ "as it should be", RAW(NS "\0\5\2ns\300\14"), "ns.example.org; " },
	{ "the root as a server", RAW(NS "\0\1\0"), ".; " },
	{ "no RDATA", RAW(NS "\0\0"), NULL },
	{ "RDATA that is too short", RAW(NS "\0\4\2ns\300\14"), NULL },
	{ "RDATA that is too long", RAW(NS "\0\6\2ns\300\14\0"), NULL },
	{ "an end in the RDATA", RAW(NS "\0\5\2ns\300"), NULL },
	{ "an end in the record", RAW("\300\14\0\2\0\1\0\0\1"), NULL },
	{ "an end in its name", RAW("\300"), NULL },
	{ "no record", RAW(""), NULL },
	{ "a pointer to itself", RAW(HERE "\0\2\0\1\0\0\1\54\0\5\2ns\300\14"),
	    NULL },
	{ "a server's pointer to itself", RAW(NS "\0\2\300\51"), NULL },
	{ "a loop of pointers", RAW(NS "\0\5\2ns\300\51"), NULL },
	{ "a pointer beyond the end", RAW(NS "\0\2\377\377"), NULL },
	{ "a pointer forwards", RAW(NS "\0\2\300\53" "\0"), NULL },
	{ "a label of another kind", RAW(NS "\0\3\100a\0"), NULL },
	{ "control characters", RAW(NS "\0\4\2\n\33\0"),
	    "\\010\\027; " },
#undef RAW
	{ "two questions, one there",
	    HEAD "\0\2\0\0\0\1\0\0" ASKED, 12 + 17, NULL },
	{ "an end in the question", HEAD "\0\1\0\0\0\1\0\0" "\7exam", 17,
	    NULL },
	{ "a header", HEAD "\0\1\0\0\0\1\0\0", 12, NULL },
	{ "half a header", HEAD "\0\1", 6, NULL },
	{ "nothing", "", 0, NULL },
	{ "no question", HEAD "\0\0\0\0\0\1\0\0"
	    "\7example\3org\0\0\2\0\1\0\0\1\54\0\4\2ns\0", 12 + 27,
	    "ns; " },
};

static void
test_raw(void **state)
{
	const struct raw_row *row = *state;
	struct answer_source source = packet_source(&empty);
	struct query_referral referral;
	struct answer *answer;
	char *text;

	/* On the heap, so that sanitizers see what is read beyond. */
	uint8_t *packet = malloc(row->size > 0 ? row->size : 1);

	memcpy(packet, row->octets, row->size);
	source.packet = packet;
	source.size = row->size;
	source.secure = false;
	source.keep = true;
	answer = answer_from_packet(&source);
	assert_int_equal(query_referral_init(&referral, answer, ZONE),
	    row->read != NULL);
	text = text_of(&referral);
	assert_string_equal(text, row->read != NULL ? row->read : "");
	free(text);
	query_referral_clear(&referral);
	answer_free(answer);
	free(packet);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_referral, rows),
		TABLE(test_raw, raw_rows),
		TABLE(test_alias, alias_rows),
		TABLE_ALONE(test_limits),
		TABLE_ALONE(test_no_origin),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
