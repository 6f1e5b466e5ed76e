/*
 * What is told of the servers on the way: name servers that were asked
 * themselves (--authoritative), and connections of which none came about.
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

/* What one server says about one question: records by their letters, or: */
#define NO_DATA	"-"
#define NO_NAME	"!"
#define LAME	"?"

struct statement {
	const char	*owner;		/* NULL: the end */
	enum dns_type	 type;
	const char	*says;
};

#define STATEMENTS_MAX 3

struct speaker {
	const char	*name;		/* NULL: the end */
	const char	*zone;
	const char	*address;	/* NULL: it has none */
	bool		 tcp;
	struct statement statements[STATEMENTS_MAX];
};

#define SPEAKERS_MAX 4

struct scene {
	struct speaker	 speakers[SPEAKERS_MAX];
	const char	*said;		/* "CODE TEXT", a line each */
};

#define NS1	"ns1", "example.org", "192.0.2.53", false
#define NS1_TCP	"ns1", "example.org", "192.0.2.53", true
#define NS2	"ns2", "example.org", "2001:db8::53", false
#define NS3	"ns3", "example.org", "192.0.2.54", false
#define OTHER	"ns1", "example.net", "192.0.2.53", false

#define DIFFER	"differs from "

static const struct scene scenes[] = {
	/* the same, in whatever order and however often */
	{ { { NS1, { { MX, DNS_A, "a" } } }, { NS2, { { MX, DNS_A, "a" } } } },
	    "" },
	{ { { NS1, { { TLSA, DNS_TLSA, "ab" } } },
	    { NS2, { { TLSA, DNS_TLSA, "ba" } } } }, "" },
	{ { { NS1, { { TLSA, DNS_TLSA, "aab" } } },
	    { NS2, { { TLSA, DNS_TLSA, "ab" } } } }, "" },
	{ { { NS1, { { MX, DNS_AAAA, NO_DATA } } },
	    { NS2, { { MX, DNS_AAAA, NO_DATA } } } }, "" },
	{ { { NS1, { { MX, DNS_A, "a" } } } }, "" },

	/* not the same */
	{ { { NS1, { { TLSA, DNS_TLSA, "a" } } },
	    { NS2, { { TLSA, DNS_TLSA, "b" } } } },
	    "ns-inconsistent ns2 [2001:db8::53]: " DIFFER "ns1 [192.0.2.53] about " 
	    "TLSA " TLSA "\n" },
	{ { { NS1, { { TLSA, DNS_TLSA, "ab" } } },
	    { NS2, { { TLSA, DNS_TLSA, "a" } } } },
	    "ns-inconsistent ns2 [2001:db8::53]: " DIFFER "ns1 [192.0.2.53] about " 
	    "TLSA " TLSA " (1 record and 2 records)\n" },
	{ { { NS1, { { TLSA, DNS_TLSA, "aa" } } },
	    { NS2, { { TLSA, DNS_TLSA, "ab" } } } },
	    "ns-inconsistent ns2 [2001:db8::53]: " DIFFER "ns1 [192.0.2.53] about " 
	    "TLSA " TLSA "\n" },
	{ { { NS1, { { TLSA, DNS_TLSA, "a" } } },
	    { NS2, { { TLSA, DNS_TLSA, NO_DATA } } } },
	    "ns-inconsistent ns2 [2001:db8::53]: " DIFFER "ns1 [192.0.2.53] about " 
	    "TLSA " TLSA " (no record and 1 record)\n" },
	{ { { NS1, { { TLSA, DNS_TLSA, NO_NAME } } },
	    { NS2, { { TLSA, DNS_TLSA, NO_DATA } } } },
	    "ns-inconsistent ns2 [2001:db8::53]: " DIFFER "ns1 [192.0.2.53] about " 
	    "TLSA " TLSA " (no record and no such name)\n" },
	/* the serial number is in it */
	{ { { NS1, { { "example.org", DNS_SOA, "1" } } },
	    { NS2, { { "example.org", DNS_SOA, "2" } } } },
	    "ns-inconsistent ns2 [2001:db8::53]: " DIFFER "ns1 [192.0.2.53] about " 
	    "SOA example.org\n" },
	/* by itself, over another transport */
	{ { { NS1, { { MX, DNS_A, "a" } } },
	    { NS1_TCP, { { MX, DNS_A, "b" } } } },
	    "ns-inconsistent ns1 [192.0.2.53] over TCP: " DIFFER "ns1 [192.0.2.53] about "
	     "A " MX "\n" },
	/* each against the first */
	{ { { NS1, { { MX, DNS_A, "a" } } }, { NS2, { { MX, DNS_A, "b" } } },
	    { NS3, { { MX, DNS_A, "b" } } } },
	    "ns-inconsistent ns2 [2001:db8::53]: " DIFFER "ns1 [192.0.2.53] about " 
	    "A " MX "\n"
	    "ns-inconsistent ns3 [192.0.2.54]: " DIFFER "ns1 [192.0.2.53] about " 
	    "A " MX "\n" },
	{ { { NS1, { { MX, DNS_A, "a" } } }, { NS2, { { MX, DNS_A, "a" } } },
	    { NS3, { { MX, DNS_A, "b" } } } },
	    "ns-inconsistent ns3 [192.0.2.54]: " DIFFER "ns1 [192.0.2.53] about " 
	    "A " MX "\n" },
	/* each question by itself */
	{ { { NS1, { { MX, DNS_A, "a" }, { TLSA, DNS_TLSA, "a" } } },
	    { NS2, { { MX, DNS_A, "b" }, { TLSA, DNS_TLSA, "a" } } } },
	    "ns-inconsistent ns2 [2001:db8::53]: " DIFFER "ns1 [192.0.2.53] about " 
	    "A " MX "\n" },
	{ { { NS1, { { MX, DNS_A, "a" } } },
	    { NS2, { { MX, DNS_AAAA, "b" } } } },
	    "" },
	/* other zones have other servers */
	{ { { NS1, { { MX, DNS_A, "a" } } },
	    { OTHER, { { MX, DNS_A, "b" } } } },
	    "" },

	/* no answer is not another answer */
	{ { { NS1, { { TLSA, DNS_TLSA, "a" } } },
	    { NS2, { { TLSA, DNS_TLSA, LAME } } } },
	    "ns-lame ns2 [2001:db8::53]: no usable answer: it refuses\n" },
	{ { { NS1, { { TLSA, DNS_TLSA, LAME } } },
	    { NS2, { { TLSA, DNS_TLSA, "a" } } },
	    { NS3, { { TLSA, DNS_TLSA, "b" } } } },
	    "ns-lame ns1 [192.0.2.53]: no usable answer: it refuses\n"
	    "ns-inconsistent ns3 [192.0.2.54]: " DIFFER "ns2 [2001:db8::53] about " 
	    "TLSA " TLSA "\n" },
	{ { { NS1, { { TLSA, DNS_TLSA, "a" } } },
	    { NS1_TCP, { { TLSA, DNS_TLSA, LAME } } } },
	    "ns-lame ns1 [192.0.2.53] over TCP: no usable answer: it "
	    "refuses\n" },
	/* what is so without it is not told once more over TCP */
	{ { { NS1, { { MX, DNS_A, "a" }, { TLSA, DNS_TLSA, LAME } } },
	    { NS1_TCP, { { MX, DNS_A, "a" }, { TLSA, DNS_TLSA, LAME } } } },
	    "ns-lame ns1 [192.0.2.53]: no usable answer: it refuses\n" },
	{ { { NS1, { { MX, DNS_A, "a" } } }, { NS2, { { MX, DNS_A, "b" } } },
	    { "ns2", "example.org", "2001:db8::53", true,
	    { { MX, DNS_A, "b" } } } },
	    "ns-inconsistent ns2 [2001:db8::53]: " DIFFER "ns1 [192.0.2.53] about " 
	    "A " MX "\n" },
	{ { { NS1, { { MX, DNS_A, LAME }, { MX, DNS_AAAA, NO_DATA },
	    { TLSA, DNS_TLSA, LAME } } } }, "ns-lame ns1 [192.0.2.53]: no "
	    "usable answer to 2 questions, the first: it refuses\n" },
	{ { { "ns4", "example.org", NULL, false, { { "ns4", DNS_A, LAME } } } },
	    "ns-lame ns4: no usable answer: it refuses\n" },

	/* a name above the records is denied (RFC 8020) */
	{ { { NS1, { { TLSA, DNS_TLSA, "a" },
	    { "_tcp." MX, DNS_A, NO_NAME } } } },
	    "ns-lame ns1 [192.0.2.53]: denies that _tcp." MX " exists, although "
	    "there are TLSA records at or below it\n" },
	{ { { NS1, { { TLSA, DNS_TLSA, "a" }, { TLSA, DNS_A, NO_NAME } } } },
	    "ns-lame ns1 [192.0.2.53]: denies that " TLSA " exists, although "
	    "there are TLSA records at or below it\n" },
	/* rightly, or not at all, or it is not above them */
	{ { { NS1, { { TLSA, DNS_TLSA, NO_NAME },
	    { "_tcp." MX, DNS_A, NO_NAME } } } }, "" },
	{ { { NS1, { { TLSA, DNS_TLSA, "a" },
	    { "_tcp." MX, DNS_A, NO_DATA } } } }, "" },
	{ { { NS1, { { TLSA, DNS_TLSA, "a" },
	    { "x.example.org", DNS_A, NO_NAME } } } }, "" },
	{ { { NS1, { { TLSA, DNS_TLSA, "a" },
	    { "very.long.name." TLSA, DNS_A, NO_NAME } } } }, "" },
};

static struct answer *
answer_of(const struct statement *statement)
{
	struct answer *answer;
	const char *next;

	if (strcmp(statement->says, LAME) == 0)
		return answer_unusable(statement->owner, statement->type,
		    "it refuses");
	answer = fixture_answer(statement->owner, statement->type,
	    strcmp(statement->says, NO_DATA) == 0 ? ANSWER_NO_DATA :
	    strcmp(statement->says, NO_NAME) == 0 ? ANSWER_NO_NAME :
	    ANSWER_RECORDS, DNSSEC_SECURE);
	if (answer->kind == ANSWER_RECORDS) {
		for (next = statement->says; *next != '\0'; next++)
			fixture_add(answer, next, 1);
	}
	return answer;
}

static void
add_server(struct evidence *evidence, const struct speaker *speaker)
{
	struct server_evidence *server;
	size_t i;

	evidence->servers = memory_grow(evidence->servers,
	    evidence->server_count, sizeof(*server));
	server = &evidence->servers[evidence->server_count++];
	server->name = memory_string(speaker->name);
	server->zone = memory_string(speaker->zone);
	server->tcp = speaker->tcp;
	if (speaker->address != NULL)
		assert_true(address_from_text(&server->address,
		    speaker->address, 53));
	server->answers = memory_new(STATEMENTS_MAX, sizeof(*server->answers));
	for (i = 0; i < STATEMENTS_MAX && speaker->statements[i].owner != NULL;
	    i++)
		server->answers[server->answer_count++] =
		    answer_of(&speaker->statements[i]);
}

/* What is said of the name servers, in the form of the scenes. Owned. */
static char *
said_of(const struct evidence *evidence)
{
	const struct finding *finding;
	char *text = memory_string(""), *longer, *server;
	size_t i;

	for (i = 0; i < evidence->judged.findings.count; i++) {
		finding = &evidence->judged.findings.items[i];
		if (finding->code != FINDING_NS_LAME &&
		    finding->code != FINDING_NS_INCONSISTENT)
			continue;
		assert_int_equal(finding->severity, SEVERITY_ERROR);
		assert_null(finding->place.host);
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

static void
test_name_servers(void **state)
{
	struct chain *chain = fixture_chain(MX, KEY_ECDSA);
	struct host_evidence *host;
	struct evidence *evidence;
	char *said;
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(scenes); i++) {
		evidence = fixture_domain("example.org");
		host = fixture_host(evidence, MX);
		fixture_tlsa_of(host, chain);
		fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chain);
		for (j = 0; j < SPEAKERS_MAX &&
		    scenes[i].speakers[j].name != NULL; j++)
			add_server(evidence, &scenes[i].speakers[j]);
		fixture_judge(evidence);
		said = said_of(evidence);
		assert_string_equal(said, scenes[i].said);
		/* The hosts pass all the same. */
		assert_int_equal(host->judged.verdict, VERDICT_PASS);
		assert_int_equal(evidence->judged.verdict,
		    *said != '\0' ? VERDICT_FAIL : VERDICT_PASS);
		free(said);
		evidence_free(evidence);
	}
	chain_free(chain);
}

/* Where DANE does not apply the name servers' faults delay no mail. */
static void
test_name_servers_of_unsigned(void **state)
{
	static const struct speaker lame = { NS1,
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

/* None of them answers, though somebody has found them: it is this machine. */
static void
test_name_servers_out_of_reach(void **state)
{
	static const struct speaker silent[] = {
		{ NS1, { { TLSA, DNS_TLSA, LAME } } },
		{ NS1_TCP, { { TLSA, DNS_TLSA, LAME } } },
		{ NS2, { { TLSA, DNS_TLSA, LAME } } },
	};
	struct chain *chain = fixture_chain(MX, KEY_ECDSA);
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, MX);
	size_t i;

	(void)state;
	fixture_tlsa_of(host, chain);
	fixture_endpoint(host, "192.0.2.1", OUTCOME_DONE, chain);
	for (i = 0; i < COUNT(silent); i++)
		add_server(evidence, &silent[i]);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_UNKNOWN);
	assert_null(find(evidence, FINDING_NS_LAME));
	assert_string_equal(find(evidence, FINDING_EGRESS_BLOCKED)->text,
	    "none of the name servers answers this machine: its network "
	    "probably does not allow asking them");
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

static const struct {
	struct end	 hosts[2][ENDS_MAX];
	const char	*text;		/* NULL: nothing is said */
} egress[] = {
	{ { { SILENT("192.0.2.1") } }, BLOCKED("1") },
	{ { { SILENT("192.0.2.1"), SILENT("192.0.2.2") } }, BLOCKED("2") },
	{ { { SILENT("192.0.2.1"), SILENT("2001:db8::1") },
	    { SILENT("192.0.2.2") } }, BLOCKED("3") },
	/* without IPv6 it fails at once, and says nothing of IPv4 */
	{ { { SILENT("192.0.2.1"), NO_ROUTE("2001:db8::1") },
	    { SILENT("192.0.2.2"), NO_ROUTE("2001:db8::2") } }, BLOCKED("2") },
	{ { { NO_ROUTE("192.0.2.1"), NO_ROUTE("2001:db8::1") } }, NULL },
	/* what was not tried tells nothing */
	{ { { RESERVED, SILENT("192.0.2.1"), UNTRIED } },
	    BLOCKED("1") },
	{ { { RESERVED } }, NULL },
	{ { { UNTRIED } }, NULL },
	{ { { { NULL, STAGE_CONNECT, OUTCOME_UNTRIED } } }, NULL },
	/* one came about, whatever came of it */
	{ { { SILENT("192.0.2.1"),
	    { "192.0.2.2", STAGE_GREETING, OUTCOME_TIMEOUT } } }, NULL },
	{ { { SILENT("192.0.2.1") },
	    { { "2001:db8::2", STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED } } },
	    NULL },
	/* one met with a refusal; all did */
	{ { { SILENT("192.0.2.1") }, { FAILED("192.0.2.2") } }, NULL },
	{ { { FAILED("192.0.2.1"), FAILED("2001:db8::1") } }, NULL },
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
	struct chain *chain = fixture_chain(MX, KEY_ECDSA);
	const struct finding *finding;
	struct evidence *evidence;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(egress); i++) {
		evidence = fixture_domain("example.org");
		add_host(evidence, "mx1.example.org", egress[i].hosts[0],
		    chain);
		if (egress[i].hosts[1][0].address != NULL)
			add_host(evidence, "mx2.example.org",
			    egress[i].hosts[1], chain);
		fixture_judge(evidence);
		finding = find(evidence, FINDING_EGRESS_BLOCKED);
		assert_int_equal(finding != NULL, egress[i].text != NULL);
		if (finding != NULL) {
			assert_string_equal(finding->text, egress[i].text);
			assert_int_equal(finding->severity, SEVERITY_WARNING);
			assert_null(finding->place.host);
			assert_int_equal(evidence->judged.verdict, VERDICT_UNKNOWN);
		}
		evidence_free(evidence);
	}
	chain_free(chain);
}

/* A connection to anybody in the run shows that this machine may. */
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
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name_servers),
		cmocka_unit_test(test_name_servers_of_unsigned),
		cmocka_unit_test(test_name_servers_out_of_reach),
		cmocka_unit_test(test_egress),
		cmocka_unit_test(test_egress_open),
	};

	return cmocka_run_group_tests_name("servers", tests, NULL, NULL);
}
