/*
 * Findings about the servers on the way: name servers asked one by one
 * (--authoritative), and connections of which none succeeded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define MX	"mx.example.org"
#define TLSA	"_25._tcp." MX

static const struct finding *
find(const struct evidence *evidence, enum finding_code code)
{
	size_t i;

	for (i = 0; i < evidence->judged.findings.count; i++) {
		if (evidence->judged.findings.items[i].code == code)
			return &evidence->judged.findings.items[i];
	}
	return NULL;
}

/* --- name servers */

/* A server's answer to one question: a record for each letter, or: */
#define NO_DATA	"-"
#define NO_NAME	"!"
#define LAME	"?"

struct statement {
	const char	*owner;		/* NULL: the end */
	enum dns_type	 type;
	const char	*answer;
};

#define STATEMENTS_MAX 3

struct server {
	const char	*name;		/* NULL: the end */
	const char	*zone;
	const char	*address;	/* NULL: it has none */
	bool		 tcp;
	struct statement statements[STATEMENTS_MAX];
};

#define SERVERS_MAX 4

#define NS1	"ns1", "example.org", "192.0.2.53", false
#define NS1_TCP	"ns1", "example.org", "192.0.2.53", true
#define NS2	"ns2", "example.org", "2001:db8::53", false
#define NS2_TCP	"ns2", "example.org", "2001:db8::53", true
#define NS3	"ns3", "example.org", "192.0.2.54", false
#define OTHER	"ns1", "example.net", "192.0.2.53", false

#define NS1_LAME	"ns-lame ns1 [192.0.2.53]: "
#define NS2_DIFFERS	"ns-inconsistent ns2 [2001:db8::53]: differs from " \
	"ns1 [192.0.2.53] about "
#define NS3_DIFFERS	"ns-inconsistent ns3 [192.0.2.54]: differs from " \
	"ns1 [192.0.2.53] about "
#define NS1_HAS		"; ns1 [192.0.2.53] has "
#define NS2_HAS		"; ns2 [2001:db8::53] has "

/* Another address may balance load: information. */
#define NS2_BALANCES	"ns-addresses-differ ns2 [2001:db8::53]: differs " \
	"from ns1 [192.0.2.53] about "
#define NS3_BALANCES	"ns-addresses-differ ns3 [192.0.2.54]: differs " \
	"from ns1 [192.0.2.53] about "

static const struct server_row {
	const char	*name;
	struct server	 servers[SERVERS_MAX];
	const char	*expected;	/* "CODE SERVER: TEXT", a line each */
} server_rows[] = {
	/* no difference */
	{ "same record", { { NS1, { { MX, DNS_A, "a" } } },
	    { NS2, { { MX, DNS_A, "a" } } } }, "" },
	{ "same records in another order",
	    { { NS1, { { TLSA, DNS_TLSA, "ab" } } },
	    { NS2, { { TLSA, DNS_TLSA, "ba" } } } }, "" },
	{ "a record twice", { { NS1, { { TLSA, DNS_TLSA, "aab" } } },
	    { NS2, { { TLSA, DNS_TLSA, "ab" } } } }, "" },
	{ "no data from either", { { NS1, { { MX, DNS_AAAA, NO_DATA } } },
	    { NS2, { { MX, DNS_AAAA, NO_DATA } } } }, "" },
	{ "one server", { { NS1, { { MX, DNS_A, "a" } } } }, "" },
	{ "different questions", { { NS1, { { MX, DNS_A, "a" } } },
	    { NS2, { { MX, DNS_AAAA, "b" } } } }, "" },
	{ "different zones", { { NS1, { { MX, DNS_A, "a" } } },
	    { OTHER, { { MX, DNS_A, "b" } } } }, "" },

	/* a difference */
	{ "another record", { { NS1, { { TLSA, DNS_TLSA, "a" } } },
	    { NS2, { { TLSA, DNS_TLSA, "b" } } } },
	    NS2_DIFFERS "TLSA " TLSA "\n" },
	{ "fewer records", { { NS1, { { TLSA, DNS_TLSA, "ab" } } },
	    { NS2, { { TLSA, DNS_TLSA, "a" } } } },
	    NS2_DIFFERS "TLSA " TLSA " (1 record and 2 records)\n" },
	{ "another record for one that is there twice",
	    { { NS1, { { TLSA, DNS_TLSA, "aa" } } },
	    { NS2, { { TLSA, DNS_TLSA, "ab" } } } },
	    NS2_DIFFERS "TLSA " TLSA "\n" },
	{ "record and no data", { { NS1, { { TLSA, DNS_TLSA, "a" } } },
	    { NS2, { { TLSA, DNS_TLSA, NO_DATA } } } },
	    NS2_DIFFERS "TLSA " TLSA " (no record and 1 record)\n" },
	{ "no name and no data", { { NS1, { { TLSA, DNS_TLSA, NO_NAME } } },
	    { NS2, { { TLSA, DNS_TLSA, NO_DATA } } } },
	    NS2_DIFFERS "TLSA " TLSA " (no record and no such name)\n" },
	{ "NS records", { { NS1, { { "example.org", DNS_NS, "1" } } },
	    { NS2, { { "example.org", DNS_NS, "2" } } } }, "" },
	{ "keys (RFC 8901)", { { NS1, { { "example.org", DNS_DNSKEY, "1" } } },
	    { NS2, { { "example.org", DNS_DNSKEY, "2" } } } }, "" },
	{ "same server over TCP", { { NS1, { { MX, DNS_A, "a" } } },
	    { NS1_TCP, { { MX, DNS_A, "b" } } } },
	    "ns-addresses-differ ns1 [192.0.2.53] over TCP: differs "
	    "from ns1 [192.0.2.53] about A " MX "\n" },
	{ "two that differ from the first",
	    { { NS1, { { MX, DNS_A, "a" } } }, { NS2, { { MX, DNS_A, "b" } } },
	    { NS3, { { MX, DNS_A, "b" } } } },
	    NS2_BALANCES "A " MX "\n" NS3_BALANCES "A " MX "\n" },
	{ "one of three", { { NS1, { { MX, DNS_A, "a" } } },
	    { NS2, { { MX, DNS_A, "a" } } }, { NS3, { { MX, DNS_A, "b" } } } },
	    NS3_BALANCES "A " MX "\n" },
	{ "one of two questions",
	    { { NS1, { { MX, DNS_A, "a" }, { TLSA, DNS_TLSA, "a" } } },
	    { NS2, { { MX, DNS_A, "b" }, { TLSA, DNS_TLSA, "a" } } } },
	    NS2_BALANCES "A " MX "\n" },

	/* no answer is not a different answer */
	{ "second is lame", { { NS1, { { TLSA, DNS_TLSA, "a" } } },
	    { NS2, { { TLSA, DNS_TLSA, LAME } } } },
	    "ns-lame ns2 [2001:db8::53]: no usable answer: it refuses"
	    NS1_HAS "1 record\n" },
	{ "first is lame, others differ",
	    { { NS1, { { TLSA, DNS_TLSA, LAME } } },
	    { NS2, { { TLSA, DNS_TLSA, "a" } } },
	    { NS3, { { TLSA, DNS_TLSA, "b" } } } },
	    NS1_LAME "no usable answer: it refuses" NS2_HAS "1 record\n"
	    "ns-inconsistent ns3 [192.0.2.54]: differs from ns2 "
	    "[2001:db8::53] about TLSA " TLSA "\n" },
	{ "lame over TCP alone", { { NS1, { { TLSA, DNS_TLSA, "a" } } },
	    { NS1_TCP, { { TLSA, DNS_TLSA, LAME } } } },
	    "ns-lame ns1 [192.0.2.53] over TCP: no usable answer: it "
	    "refuses" NS1_HAS "1 record\n" },
	{ "lame over both transports",
	    { { NS1, { { MX, DNS_A, "a" }, { TLSA, DNS_TLSA, LAME } } },
	    { NS1_TCP, { { MX, DNS_A, "a" }, { TLSA, DNS_TLSA, LAME } } } },
	    NS1_LAME "no usable answer: it refuses\n" },
	{ "different over both transports",
	    { { NS1, { { MX, DNS_A, "a" } } }, { NS2, { { MX, DNS_A, "b" } } },
	    { NS2_TCP, { { MX, DNS_A, "b" } } } },
	    NS2_BALANCES "A " MX "\n" },
	{ "lame twice of three questions",
	    { { NS1, { { MX, DNS_A, LAME }, { MX, DNS_AAAA, NO_DATA },
	    { TLSA, DNS_TLSA, LAME } } } },
	    NS1_LAME "no usable answer to 2 questions, the first: it "
	    "refuses\n" },
	{ "no address", { { "ns4", "example.org", NULL, false,
	    { { "ns4", DNS_A, LAME } } } },
	    "ns-lame ns4: no usable answer: it refuses\n" },

	/* NXDOMAIN above the records (RFC 8020) */
	{ "denies the name's parent", { { NS1, { { TLSA, DNS_TLSA, "a" },
	    { "_tcp." MX, DNS_A, NO_NAME } } } },
	    NS1_LAME "denies that _tcp." MX " exists, although there are "
	    "TLSA records at or below it\n" },
	{ "denies the name itself",
	    { { NS1, { { TLSA, DNS_TLSA, "a" }, { TLSA, DNS_A, NO_NAME } } } },
	    NS1_LAME "denies that " TLSA " exists, although there are TLSA "
	    "records at or below it\n" },
	{ "denies both", { { NS1, { { TLSA, DNS_TLSA, NO_NAME },
	    { "_tcp." MX, DNS_A, NO_NAME } } } }, "" },
	{ "denies nothing", { { NS1, { { TLSA, DNS_TLSA, "a" },
	    { "_tcp." MX, DNS_A, NO_DATA } } } }, "" },
	{ "denies a name elsewhere", { { NS1, { { TLSA, DNS_TLSA, "a" },
	    { "x.example.org", DNS_A, NO_NAME } } } }, "" },
	{ "denies a name below", { { NS1, { { TLSA, DNS_TLSA, "a" },
	    { "very.long.name." TLSA, DNS_A, NO_NAME } } } }, "" },
};

static struct answer *
answer_of(const struct statement *statement)
{
	struct answer *answer;
	const char *next;

	if (strcmp(statement->answer, LAME) == 0)
		return answer_unusable(statement->owner, statement->type,
		    "it refuses");
	answer = fixture_answer(statement->owner, statement->type,
	    strcmp(statement->answer, NO_DATA) == 0 ? ANSWER_NO_DATA :
	    strcmp(statement->answer, NO_NAME) == 0 ? ANSWER_NO_NAME :
	    ANSWER_RECORDS, DNSSEC_SECURE);
	if (answer->kind == ANSWER_RECORDS) {
		for (next = statement->answer; *next != '\0'; next++)
			fixture_add(answer, next, 1);
	}
	return answer;
}

static void
add_server(struct evidence *evidence, const struct server *from)
{
	struct server_evidence *server;
	size_t i;

	evidence->servers = memory_grow(evidence->servers,
	    evidence->server_count, sizeof(*server));
	server = &evidence->servers[evidence->server_count++];
	server->name = memory_string(from->name);
	server->zone = memory_string(from->zone);
	server->tcp = from->tcp;
	if (from->address != NULL)
		assert_true(address_from_text(&server->address, from->address,
		    53));
	server->answers = memory_new(STATEMENTS_MAX, sizeof(*server->answers));
	for (i = 0; i < STATEMENTS_MAX && from->statements[i].owner != NULL;
	    i++)
		server->answers[server->answer_count++] =
		    answer_of(&from->statements[i]);
}

/* The findings about name servers, in the form of the rows. Owned. */
static char *
findings_text(const struct evidence *evidence)
{
	const struct finding *finding;
	char *text = memory_string(""), *longer, *server;
	size_t i;

	for (i = 0; i < evidence->judged.findings.count; i++) {
		finding = &evidence->judged.findings.items[i];
		if (finding->code < FINDING_NS_INCONSISTENT ||
		    finding->code > FINDING_NS_SERIALS_DIFFER)
			continue;
		assert_null(finding->place.host);
		if (finding->severity == SEVERITY_ERROR)
			assert_int_equal(finding->advice.count, 1);
		server = finding_server_text(&finding->place.server);
		longer = memory_format("%s%s %s: %s\n", text,
		    finding_code_name(finding->code), server, finding->text);
		free(server);
		free(text);
		text = longer;
	}
	return text;
}

/* A domain whose only host passes. */
static struct evidence *
passing_domain(void)
{
	struct chain *chain = fixture_chain(MX, KEY_ECDSA);
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, MX);

	fixture_tlsa_of(host, chain);
	fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chain);
	chain_free(chain);
	return evidence;
}

static void
test_name_servers(void **state)
{
	const struct server_row *row = *state;
	struct evidence *evidence = passing_domain();
	char *text;
	size_t i;

	for (i = 0; i < SERVERS_MAX && row->servers[i].name != NULL; i++)
		add_server(evidence, &row->servers[i]);
	fixture_judge(evidence);
	text = findings_text(evidence);
	assert_string_equal(text, row->expected);
	/* The host passes all the same. */
	assert_int_equal(evidence->hosts[0].judged.verdict, VERDICT_PASS);
	assert_int_equal(evidence->judged.verdict,
	    strstr(text, "ns-lame") != NULL ||
	    strstr(text, "ns-inconsistent") != NULL ? VERDICT_FAIL :
	    VERDICT_PASS);
	free(text);
	evidence_free(evidence);
}

/* Where DANE does not apply, faults of name servers delay no mail. */
static void
test_name_servers_of_unsigned(void **state)
{
	static const struct server lame = { NS1,
		{ { TLSA, DNS_TLSA, LAME } } };
	struct evidence *evidence = fixture_domain("example.org");

	(void)state;
	evidence->mx->dnssec = DNSSEC_INSECURE;
	add_server(evidence, &lame);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_NONE);
	assert_int_equal(find(evidence, FINDING_NS_LAME)->severity,
	    SEVERITY_WARNING);
	evidence_free(evidence);
}

/*
 * None answers, though the resolver has found the zone: the fault is this
 * machine's network.
 */
static void
test_name_servers_out_of_reach(void **state)
{
	static const struct server silent[] = {
		{ NS1, { { TLSA, DNS_TLSA, LAME } } },
		{ NS1_TCP, { { TLSA, DNS_TLSA, LAME } } },
		{ NS2, { { TLSA, DNS_TLSA, LAME } } },
	};
	struct evidence *evidence = passing_domain();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(silent); i++)
		add_server(evidence, &silent[i]);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_UNKNOWN);
	assert_null(find(evidence, FINDING_NS_LAME));
	assert_string_equal(find(evidence, FINDING_EGRESS_BLOCKED)->text,
	    "none of the name servers answers this machine: its network "
	    "probably does not allow asking them");
	evidence_free(evidence);
}

static const struct unasked_row {
	const char		*name;
	enum session_outcome	 outcome;	/* of the only host */
	bool			 silent;	/* asked, but none answers */
	bool			 unasked;	/* not all were asked */
	enum verdict		 expected;
} unasked_rows[] = {
	{ "pass, all asked", OUTCOME_DONE, false, false, VERDICT_PASS },
	{ "pass, not all asked", OUTCOME_DONE, false, true, VERDICT_UNKNOWN },
	{ "pass, none answers", OUTCOME_DONE, true, false, VERDICT_UNKNOWN },
	{ "fail, not all asked", OUTCOME_STARTTLS_NOT_OFFERED, false, true,
	    VERDICT_FAIL },
	{ "fail, none answers", OUTCOME_STARTTLS_NOT_OFFERED, true, false,
	    VERDICT_FAIL },
	{ "unknown, not all asked", OUTCOME_TIMEOUT, false, true,
	    VERDICT_UNKNOWN },
};

/* Name servers that were not asked do not undo a fault that was seen. */
static void
test_unasked(void **state)
{
	static const struct server silent[] = {
		{ NS1, { { TLSA, DNS_TLSA, LAME } } },
		{ NS2, { { TLSA, DNS_TLSA, LAME } } },
	};
	const struct unasked_row *row = *state;
	struct chain *chain = fixture_chain(MX, KEY_ECDSA);
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, MX);
	size_t i;

	fixture_tlsa_of(host, chain);
	fixture_endpoint(host, "192.0.2.1", row->outcome,
	    row->outcome == OUTCOME_DONE ? chain : NULL);
	for (i = 0; row->silent && i < COUNT(silent); i++)
		add_server(evidence, &silent[i]);
	evidence->servers_unasked = row->unasked;
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, row->expected);
	assert_int_equal(find(evidence, FINDING_EGRESS_BLOCKED) != NULL,
	    row->silent);
	if (row->unasked)
		assert_non_null(find(evidence, FINDING_TIMEOUT));
	evidence_free(evidence);
	chain_free(chain);
}

/* --- connections */

#define ENDS_MAX 3

/* How a connection to an address ended. */
struct end {
	const char		*address;	/* NULL: there are no more */
	enum session_stage	 stage;
	enum session_outcome	 outcome;
};

#define BLOCKED(n) "no connection succeeded (" n " timed out): this " \
	"machine's network probably does not allow them"

#define SILENT(address)	{ address, STAGE_CONNECT, OUTCOME_TIMEOUT }
#define NO_ROUTE(address) { address, STAGE_CONNECT, OUTCOME_NO_ROUTE }
#define FAILED(address)	{ address, STAGE_CONNECT, OUTCOME_CONNECT_FAILED }
#define RESERVED	{ "10.0.0.1", STAGE_CONNECT, OUTCOME_ADDRESS_RESERVED }
#define UNTRIED		{ "192.0.2.9", STAGE_CONNECT, OUTCOME_UNTRIED }

static const struct egress_row {
	const char	*name;
	struct end	 hosts[2][ENDS_MAX];
	const char	*text;		/* NULL: no finding */
} egress_rows[] = {
	{ "one address", { { SILENT("192.0.2.1") } }, BLOCKED("1") },
	{ "two addresses", { { SILENT("192.0.2.1"), SILENT("192.0.2.2") } },
	    BLOCKED("2") },
	{ "two hosts", { { SILENT("192.0.2.1"), SILENT("2001:db8::1") },
	    { SILENT("192.0.2.2") } }, BLOCKED("3") },
	{ "no route for IPv6",
	    { { SILENT("192.0.2.1"), NO_ROUTE("2001:db8::1") },
	    { SILENT("192.0.2.2"), NO_ROUTE("2001:db8::2") } }, BLOCKED("2") },
	{ "no route at all",
	    { { NO_ROUTE("192.0.2.1"), NO_ROUTE("2001:db8::1") } }, NULL },
	{ "some not tried", { { RESERVED, SILENT("192.0.2.1"), UNTRIED } },
	    BLOCKED("1") },
	{ "reserved", { { RESERVED } }, NULL },
	{ "not tried", { { UNTRIED } }, NULL },
	{ "no address", { { { NULL, STAGE_CONNECT, OUTCOME_UNTRIED } } },
	    NULL },
	{ "one connected, then silent", { { SILENT("192.0.2.1"),
	    { "192.0.2.2", STAGE_GREETING, OUTCOME_TIMEOUT } } }, NULL },
	{ "another host answers", { { SILENT("192.0.2.1") },
	    { { "2001:db8::2", STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED } } },
	    NULL },
	{ "one refused", { { SILENT("192.0.2.1") },
	    { FAILED("192.0.2.2") } }, NULL },
	{ "all refused", { { FAILED("192.0.2.1"), FAILED("2001:db8::1") } },
	    NULL },
};

static void
add_host(struct evidence *evidence, const char *name, const struct end *ends,
    const struct chain *chain)
{
	struct host_evidence *host = fixture_host(evidence, name);
	size_t i;

	fixture_tlsa_of(host, chain);
	for (i = 0; i < ENDS_MAX && ends[i].address != NULL; i++)
		fixture_endpoint(host, ends[i].address, ends[i].outcome,
		    NULL)->stage = ends[i].stage;
}

static void
test_egress(void **state)
{
	const struct egress_row *row = *state;
	struct chain *chain = fixture_chain(MX, KEY_ECDSA);
	struct evidence *evidence = fixture_domain("example.org");
	const struct finding *finding;

	add_host(evidence, "mx1.example.org", row->hosts[0], chain);
	if (row->hosts[1][0].address != NULL)
		add_host(evidence, "mx2.example.org", row->hosts[1], chain);
	fixture_judge(evidence);
	finding = find(evidence, FINDING_EGRESS_BLOCKED);
	assert_int_equal(finding != NULL, row->text != NULL);
	if (finding != NULL) {
		assert_string_equal(finding->text, row->text);
		assert_int_equal(finding->severity, SEVERITY_WARNING);
		assert_null(finding->place.host);
		assert_int_equal(evidence->judged.verdict, VERDICT_UNKNOWN);
	}
	evidence_free(evidence);
	chain_free(chain);
}

/* Any connection in the run shows that this machine may connect. */
static void
test_egress_open(void **state)
{
	static const struct end silent[ENDS_MAX] = { SILENT("192.0.2.1") };
	struct chain *chain = fixture_chain(MX, KEY_ECDSA);
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host;

	(void)state;
	add_host(evidence, "mx1.example.org", silent, chain);
	host = fixture_host(evidence, "mx2.example.org");
	fixture_tlsa_of(host, chain);
	fixture_endpoint(host, "192.0.2.2", OUTCOME_DONE, chain);
	fixture_judge(evidence);
	assert_null(find(evidence, FINDING_EGRESS_BLOCKED));
	evidence_free(evidence);

	evidence = fixture_domain("example.org");
	add_host(evidence, "mx1.example.org", silent, chain);
	evidence->connected = true;
	fixture_judge(evidence);
	assert_null(find(evidence, FINDING_EGRESS_BLOCKED));
	evidence_free(evidence);
	chain_free(chain);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_name_servers, server_rows),
		TABLE_ALONE(test_name_servers_of_unsigned),
		TABLE_ALONE(test_name_servers_out_of_reach),
		TABLE(test_unasked, unasked_rows),
		TABLE(test_egress, egress_rows),
		TABLE_ALONE(test_egress_open),
	};

	return table_run(tables, COUNT(tables));
}
