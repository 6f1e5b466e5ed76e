/* What servers do, and what a query says of that. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "resolver/memory.h"
#include "resolver/query.h"
#include "resolver/shortage.h"
#include "tests/unit/support/listener.h"
#include "tests/unit/support/scripted_server.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/timeless.h"

#define NAME	"mx.example.org"
#define NOW	INT64_C(1769860800)

/*
 * Seconds: with so many there are two tries over UDP, three if there is no TCP
 * behind them. No test lasts for as long: timers fire when the test says so.
 */
#define LIMIT	6.0

enum { WAITS_MAX = 4, MOST = 2, CROWD = 5 };

struct row {
	const char		*name;
	struct script		 script;
	bool			 tcp_only, udp_only;
	/* When so many queries have come, a timer fires; 0: no more. */
	unsigned int		 waits[WAITS_MAX];
	/* What is expected. */
	const char		*why;	/* NULL: an answer */
	enum answer_fault	 fault;
	unsigned int		 rcode;
	enum answer_kind	 kind;
	unsigned int		 queries;
};

#define GOOD	NULL, ANSWER_FAULT_OTHER, 0, ANSWER_RECORDS
#define BAD(fault, why) \
	"A " NAME ": " why, ANSWER_FAULT_##fault, 0, ANSWER_UNUSABLE
#define RCODE(rcode, why) \
	"A " NAME ": " why, ANSWER_FAULT_RCODE, rcode, ANSWER_UNUSABLE

#define WITHIN		"no answer within 6 seconds"
#define CUT		"the answer over UDP is cut off, and over TCP: "
#define NO_UDP		"no answer over UDP, and over TCP: "
#define REFUSED		"Connection refused"
#define CLOSED		"the connection was closed before a whole answer"
#define NO_ANSWER	"what the server sends does not answer the question"
#define NO_ANSWER_TCP	"what the server sends over TCP does not answer the " \
			"question"
#define MALFORMED_TEXT	"the answer is malformed"

/* The right answer comes behind what does not count. */
#define BEHIND(act)	{ { ACT_##act | ACT_AND_THEN, ACT_ANSWER }, ACT_CLOSED }

static const struct row rows[] = {
	{ "answer", { { ACT_ANSWER }, ACT_CLOSED }, false, false, { 0 },
	    GOOD, 1 },
	{ "another case", { { ACT_ANSWER_CAPITALS }, ACT_CLOSED }, false,
	    false, { 0 }, GOOD, 1 },
	{ "no such name", { { ACT_NXDOMAIN }, ACT_CLOSED }, false, false,
	    { 0 }, NULL, ANSWER_FAULT_OTHER, 3, ANSWER_NO_NAME, 1 },
	{ "answer over TCP", { { ACT_CLOSED }, ACT_ANSWER }, true, false,
	    { 0 }, GOOD, 1 },

	{ "wrong id", BEHIND(WRONG_ID), false, false, { 0 }, GOOD, 1 },
	{ "wrong name", BEHIND(WRONG_NAME), false, false, { 0 }, GOOD, 1 },
	{ "wrong type", BEHIND(WRONG_TYPE), false, false, { 0 }, GOOD, 1 },
	{ "wrong class", BEHIND(WRONG_CLASS), false, false, { 0 }, GOOD, 1 },
	{ "wrong opcode", BEHIND(WRONG_OPCODE), false, false, { 0 }, GOOD, 1 },
	{ "a query", BEHIND(ECHO), false, false, { 0 }, GOOD, 1 },
	{ "two questions", BEHIND(TWO_QUESTIONS), false, false, { 0 }, GOOD,
	    1 },
	{ "no question", BEHIND(NO_QUESTION), false, false, { 0 }, GOOD, 1 },
	{ "end in the header", BEHIND(SHORT), false, false, { 0 }, GOOD, 1 },
	{ "end in the question", BEHIND(CUT_QUESTION), false, false, { 0 },
	    GOOD, 1 },
	{ "only wrong ids", { { ACT_WRONG_ID }, ACT_CLOSED }, false, false,
	    { 1, 2 }, BAD(SILENT, NO_UDP REFUSED), 2 },
	{ "only wrong names", { { ACT_WRONG_NAME }, ACT_CLOSED }, false, false,
	    { 1, 2 }, BAD(MALFORMED, NO_ANSWER), 2 },
	{ "only wrong names, no TCP", { { ACT_WRONG_NAME }, ACT_CLOSED }, false,
	    true, { 1, 2, 3 }, BAD(MALFORMED, NO_ANSWER), 3 },

	{ "second try", { { ACT_HUSH, ACT_ANSWER }, ACT_CLOSED }, false, false,
	    { 1 }, GOOD, 2 },
	{ "silence, TCP", { { ACT_HUSH }, ACT_ANSWER }, false, false, { 1, 2 },
	    GOOD, 3 },
	{ "silence, TCP refused", { { ACT_HUSH }, ACT_CLOSED }, false, false,
	    { 1, 2 }, BAD(SILENT, NO_UDP REFUSED), 2 },
	{ "silence, TCP closed", { { ACT_HUSH }, ACT_CLOSE }, false, false,
	    { 1, 2 }, BAD(SILENT, NO_UDP CLOSED), 3 },
	{ "silence everywhere", { { ACT_HUSH }, ACT_HUSH }, false, false,
	    { 1, 2, 3 }, BAD(SILENT, WITHIN), 3 },
	{ "silence, no TCP", { { ACT_HUSH }, ACT_ANSWER }, false, true,
	    { 1, 2, 3 }, BAD(SILENT, WITHIN), 3 },
	{ "silence over TCP alone", { { ACT_ANSWER }, ACT_HUSH }, true, false,
	    { 1 }, BAD(SILENT, WITHIN), 1 },

	{ "closed port", { { ACT_CLOSED }, ACT_CLOSED }, false, false, { 0 },
	    BAD(UNREACHABLE, REFUSED), 0 },
	{ "closed port, TCP alone", { { ACT_ANSWER }, ACT_CLOSED }, true,
	    false, { 0 }, BAD(UNREACHABLE, "over TCP: " REFUSED), 0 },

	{ "cut off", { { ACT_CUT_OFF }, ACT_ANSWER }, false, false, { 0 },
	    GOOD, 2 },
	{ "cut off, no TCP", { { ACT_CUT_OFF }, ACT_CLOSED }, false, false,
	    { 0 }, BAD(NO_TCP, CUT REFUSED), 1 },
	{ "cut off, silence", { { ACT_CUT_OFF }, ACT_HUSH }, false, false,
	    { 2 }, BAD(NO_TCP, CUT WITHIN), 2 },
	{ "cut off, closed", { { ACT_CUT_OFF }, ACT_CLOSE }, false, false,
	    { 0 }, BAD(NO_TCP, CUT CLOSED), 2 },
	{ "cut off, closed within", { { ACT_CUT_OFF }, ACT_CLOSE_WITHIN },
	    false, false, { 0 }, BAD(NO_TCP, CUT CLOSED), 2 },
	{ "cut off, reset", { { ACT_CUT_OFF }, ACT_RESET }, false, false,
	    { 0 }, BAD(NO_TCP, CUT "Connection reset by peer"), 2 },
	{ "cut off, drips", { { ACT_CUT_OFF }, ACT_DRIP }, false, false,
	    { 0 }, GOOD, 2 },
	{ "cut off, drips without end", { { ACT_CUT_OFF },
	    ACT_DRIP_WITHOUT_END }, false, false, { 2 },
	    BAD(NO_TCP, CUT WITHIN), 2 },
	{ "cut off, other answer", { { ACT_CUT_OFF }, ACT_WRONG_NAME }, false,
	    false, { 0 }, BAD(MALFORMED, NO_ANSWER_TCP), 2 },
	{ "cut off, few octets", { { ACT_CUT_OFF }, ACT_LESS_THAN_SAID },
	    false, false, { 0 }, BAD(MALFORMED, NO_ANSWER_TCP), 2 },
	{ "cut off, failure", { { ACT_CUT_OFF }, ACT_SERVFAIL }, false, false,
	    { 0 }, RCODE(2, "SERVFAIL"), 2 },
	{ "cut off, over TCP too", { { ACT_CUT_OFF }, ACT_CUT_OFF }, false,
	    false, { 0 }, BAD(MALFORMED, "the answer is cut off, over TCP as "
	    "well"), 2 },
	{ "cut off, stays so", { { ACT_CUT_OFF }, ACT_ANSWER }, false, true,
	    { 0 }, NULL, ANSWER_FAULT_OTHER, 0, ANSWER_NO_DATA, 1 },
	{ "closed over TCP", { { ACT_ANSWER }, ACT_CLOSE }, true, false,
	    { 0 }, BAD(SILENT, "over TCP: " CLOSED), 1 },

	{ "SERVFAIL", { { ACT_SERVFAIL }, ACT_CLOSED }, false, false, { 0 },
	    RCODE(2, "SERVFAIL"), 1 },
	{ "REFUSED", { { ACT_REFUSED }, ACT_CLOSED }, false, false, { 0 },
	    RCODE(5, "REFUSED"), 1 },
	{ "BADVERS", { { ACT_BADVERS }, ACT_CLOSED }, false, false, { 0 },
	    RCODE(16, "RCODE 16"), 1 },
	{ "FORMERR to EDNS", { { ACT_FORMERR }, ACT_CLOSED }, false, false,
	    { 0 }, GOOD, 2 },
	{ "NOTIMP to EDNS", { { ACT_NOTIMP }, ACT_CLOSED }, false, false,
	    { 0 }, GOOD, 2 },
	{ "FORMERR to EDNS over TCP", { { ACT_CLOSED }, ACT_FORMERR }, true,
	    false, { 0 }, GOOD, 2 },
	{ "FORMERR with EDNS", { { ACT_FORMERR_EDNS }, ACT_CLOSED }, false,
	    false, { 0 }, RCODE(1, "FORMERR"), 1 },
	{ "FORMERR to everything", { { ACT_FORMERR_ALWAYS }, ACT_CLOSED },
	    false, false, { 0 }, RCODE(1, "FORMERR"), 2 },

	{ "malformed", { { ACT_MALFORMED }, ACT_CLOSED }, false, false, { 0 },
	    BAD(MALFORMED, MALFORMED_TEXT), 1 },
	{ "malformed over TCP", { { ACT_CUT_OFF }, ACT_MALFORMED }, false,
	    false, { 0 }, BAD(MALFORMED, MALFORMED_TEXT), 2 },
};

struct test {
	const struct row	*row;		/* borrowed */
	struct event_base	*base;		/* owned */
	struct query_client	*client;	/* owned */
	struct scripted_server	*server;	/* owned */
	struct answer		*answer;	/* owned */
	struct query		*others[CROWD];	/* borrowed; what the callback
						 * cancels */
	struct query_question	 question;
	unsigned int		 called;
};

static void
start_server(struct test *test, const struct script *script)
{
	test->server = scripted_server_new(test->base, script);
	test->question = (struct query_question){
		.server = (const struct sockaddr *)
		    scripted_server_address(test->server),
		.server_size = sizeof(struct sockaddr_in),
		.name = NAME,
		.type = DNS_A,
		.limit = LIMIT,
	};
}

static int
set_up(void **state)
{
	struct test *test = memory_new(1, sizeof(*test));

	test->row = *state;
	test->base = event_base_new();
	test->client = query_client_new(test->base, NOW, MOST);
	*state = test;
	return 0;
}

static int
tear_down(void **state)
{
	struct test *test = *state;

	answer_free(test->answer);
	query_client_free(test->client);
	scripted_server_free(test->server);
	event_base_free(test->base);
	free(test);
	return 0;
}

static void
on_answer(struct answer *answer, void *argument)
{
	struct test *test = argument;
	size_t i;

	test->called++;
	assert_non_null(answer);
	answer_free(test->answer);
	test->answer = answer;
	for (i = 0; i < CROWD; i++) {
		query_cancel(test->others[i]);
		test->others[i] = NULL;
	}
}

/* Must not be called. */
static void
on_forbidden(struct answer *answer, void *argument)
{
	(void)answer;
	(void)argument;
	abort();
}

/* Lets its answer be called back from the loop only. */
static struct query *
start(struct test *test, query_answered *answered)
{
	const unsigned int before = test->called;
	struct query *query = query_start(test->client, &test->question,
	    answered, test);

	assert_int_equal(test->called, before);
	return query;
}

static void
run(struct test *test, const unsigned int *value, unsigned int wanted)
{
	listener_run(test->base, NULL, value, wanted);
}

/* Until so many queries have come, and all that follows at once. */
static void
run_queries(struct test *test, unsigned int wanted)
{
	run(test, scripted_server_count(test->server), wanted);
	timeless_run(test->base);
}

static void
run_row(struct test *test)
{
	const struct row *row = test->row;
	size_t i;

	for (i = 0; i < WAITS_MAX && row->waits[i] != 0; i++) {
		run_queries(test, row->waits[i]);
		assert_int_equal(test->called, 0);
		timeless_expire(test->base);
	}
	run(test, &test->called, 1);
	timeless_run(test->base);
	assert_int_equal(test->called, 1);
	assert_false(timeless_waits(test->base));
}

static void
check_address(const struct answer *answer)
{
	assert_int_equal(answer->count, 1);
	assert_memory_equal(answer->records[0].data, "\300\0\2\1", 4);
	assert_non_null(answer->origin);
	assert_int_equal(answer->origin->now, NOW);
	assert_int_equal(answer->dnssec, DNSSEC_INSECURE);
}

static void
test_row(void **state)
{
	struct test *test = *state;
	const struct row *row = test->row;
	const struct answer *answer;

	start_server(test, &row->script);
	test->question.tcp_only = row->tcp_only;
	test->question.udp_only = row->udp_only;
	start(test, on_answer);
	run_row(test);
	answer = test->answer;
	assert_string_equal(answer->owner, NAME);
	assert_int_equal(answer->type, DNS_A);
	if (row->why == NULL)
		assert_null(answer->why);
	else
		assert_string_equal(answer->why, row->why);
	assert_int_equal(answer->kind, row->kind);
	assert_int_equal(answer->fault, row->fault);
	assert_int_equal(answer->rcode, row->rcode);
	assert_int_equal(*scripted_server_count(test->server), row->queries);
	if (row->kind == ANSWER_RECORDS)
		check_address(answer);
}

/* The first query that came, with its OPT record. */
static void
check_query(const struct test *test, uint8_t flags, uint8_t more_flags)
{
	static const uint8_t behind[] = {
		2, 'm', 'x', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'o', 'r',
		'g', 0, 0, DNS_A, 0, 1,
		/* RFC 6891 6.1.2, with DO. */
		0, 0, 41, QUERY_UDP_SIZE >> 8, QUERY_UDP_SIZE & 0xff,
		0, 0, 0x80, 0, 0, 0 };
	const uint8_t header[] = { flags, more_flags, 0, 1, 0, 0, 0, 0, 0, 1 };
	const struct script_query *query =
	    scripted_server_query(test->server, 0);

	assert_int_equal(query->size, 12 + sizeof(behind));
	assert_memory_equal(query->octets + 2, header, sizeof(header));
	assert_memory_equal(query->octets + 12, behind, sizeof(behind));
}

static void
test_flags(void **state)
{
	static const struct script script = { { ACT_ANSWER }, ACT_ANSWER };
	struct test *test = *state;
	int i;

	for (i = 0; i < 4; i++) {
		start_server(test, &script);
		test->question.recursive = i & 1;
		test->question.unchecked = i & 2;
		test->question.tcp_only = i == 3;
		start(test, on_answer);
		run(test, &test->called, (unsigned int)i + 1);
		check_query(test, i & 1 ? 1 : 0, i & 2 ? 0x10 : 0);
		scripted_server_free(test->server);
		test->server = NULL;
	}
}

/* Without EDNS there is no OPT record, and no room for one. */
static void
test_without_edns(void **state)
{
	static const struct script script = { { ACT_FORMERR }, ACT_CLOSED };
	struct test *test = *state;
	const struct script_query *query;

	start_server(test, &script);
	start(test, on_answer);
	run(test, &test->called, 1);
	check_query(test, 0, 0);
	query = scripted_server_query(test->server, 1);
	assert_int_equal(query->size, 12 + 20);
	assert_int_equal(query->octets[11], 0);
}

/* Of several tries, each has a port and an id that cannot be guessed. */
static void
test_ports_and_ids(void **state)
{
	static const struct script script = { { ACT_HUSH }, ACT_ANSWER };
	struct test *test = *state;
	const struct script_query *queries[3];
	unsigned int i;

	start_server(test, &script);
	start(test, on_answer);
	run_queries(test, 1);
	timeless_expire(test->base);
	run_queries(test, 2);
	timeless_expire(test->base);
	run(test, &test->called, 1);
	for (i = 0; i < 3; i++)
		queries[i] = scripted_server_query(test->server, i);
	assert_int_not_equal(queries[0]->port, queries[1]->port);
	assert_true(queries[2]->tcp);
	/* Three times the same by chance: once in 2^32. */
	assert_false(memcmp(queries[0]->octets, queries[1]->octets, 2) == 0 &&
	    memcmp(queries[1]->octets, queries[2]->octets, 2) == 0);
}

static void
test_longest(void **state)
{
	static const struct script script = { { ACT_CUT_OFF }, ACT_LONGEST };
	struct test *test = *state;

	start_server(test, &script);
	start(test, on_answer);
	run(test, &test->called, 1);
	assert_null(test->answer->why);
	assert_int_equal(test->answer->kind, ANSWER_RECORDS);
	assert_int_equal(test->answer->count, ANSWER_RECORDS_MAX);
	assert_true(test->answer->truncated);
	assert_int_equal(test->answer->origin->size, 65535);
}

/* More octets than were asked for are read all the same. */
static void
test_long_datagram(void **state)
{
	static const struct script script = { { ACT_LONGEST }, ACT_ANSWER };
	struct test *test = *state;

	start_server(test, &script);
	start(test, on_answer);
	run_queries(test, 1);
	/* No datagram has as many: it cannot be sent. */
	assert_int_equal(test->called, 0);
	timeless_expire(test->base);
	run_queries(test, 2);
	timeless_expire(test->base);
	run(test, &test->called, 1);
	check_address(test->answer);
}

/* Nothing is sent: connect(2) fails at once. */
static void
test_no_route(void **state)
{
	static const struct script script = { { ACT_ANSWER }, ACT_ANSWER };
	struct sockaddr_in broadcast = { .sin_family = AF_INET };
	struct test *test = *state;
	unsigned int i;

	broadcast.sin_port = htons(53);
	broadcast.sin_addr.s_addr = htonl(INADDR_BROADCAST);
	for (i = 1; i <= 2; i++) {
		start_server(test, &script);
		test->question.server = (const struct sockaddr *)&broadcast;
		test->question.tcp_only = i == 2;
		start(test, on_answer);
		run(test, &test->called, i);
		assert_int_equal(test->answer->fault,
		    ANSWER_FAULT_UNREACHABLE);
		scripted_server_free(test->server);
		test->server = NULL;
	}
}

static void
test_invalid_name(void **state)
{
	static const struct script script = { { ACT_ANSWER }, ACT_ANSWER };
	struct test *test = *state;

	start_server(test, &script);
	test->question.name = "a..b";
	start(test, on_answer);
	run(test, &test->called, 1);
	assert_int_equal(test->answer->fault, ANSWER_FAULT_OTHER);
	assert_string_equal(test->answer->why,
	    "A a..b: the name is not valid");
	assert_int_equal(*scripted_server_count(test->server), 0);
}

/* Timers of its own, for once: what is over is over. */
static void
test_no_time(void **state)
{
	static const struct script script = { { ACT_HUSH }, ACT_HUSH };
	struct test *test = *state;

	start_server(test, &script);
	test->question.limit = -1;
	start(test, on_answer);
	run(test, &test->called, 1);
	assert_int_equal(test->answer->fault, ANSWER_FAULT_SILENT);
	assert_string_equal(test->answer->why,
	    "A " NAME ": no answer within 0 seconds");
}

static const struct cancel_row {
	const char	*name;
	struct script	 script;
	unsigned int	 queries;	/* that come before it is cancelled */
	bool		 tcp_only;
} cancel_rows[] = {
	{ "before it begins", { { ACT_ANSWER }, ACT_ANSWER }, 0, false },
	{ "over UDP", { { ACT_HUSH }, ACT_ANSWER }, 1, false },
	{ "cut off", { { ACT_CUT_OFF }, ACT_HUSH }, 2, false },
	{ "over TCP", { { ACT_HUSH }, ACT_HUSH }, 1, true },
	{ "within an answer", { { ACT_HUSH }, ACT_DRIP_WITHOUT_END }, 1, true },
};

static void
test_cancel(void **state)
{
	struct test *test = *state;
	const struct cancel_row *row = (const void *)test->row;
	struct query *query;

	query_cancel(NULL);
	start_server(test, &row->script);
	test->question.tcp_only = row->tcp_only;
	query = start(test, on_forbidden);
	if (row->queries > 0)
		run_queries(test, row->queries);
	query_cancel(query);
	timeless_run(test->base);
	assert_false(timeless_waits(test->base));
	assert_int_equal(*scripted_server_count(test->server), row->queries);
}

/* The client goes, and with it all that is asked. */
static void
test_free_client(void **state)
{
	static const struct script script = { { ACT_HUSH }, ACT_HUSH };
	struct test *test = *state;
	size_t i;

	start_server(test, &script);
	for (i = 0; i < CROWD; i++) {
		test->question.tcp_only = i & 1;
		start(test, on_forbidden);
	}
	run_queries(test, MOST);
	query_client_free(test->client);
	test->client = NULL;
	timeless_run(test->base);
	assert_false(timeless_waits(test->base));
	query_client_free(NULL);
}

/* Two at a time are asked, and none of the others before one has ended. */
static void
test_line(void **state)
{
	static const struct script script = { { ACT_HUSH, ACT_ANSWER },
		ACT_ANSWER };
	struct test *test = *state;
	struct query *first;
	size_t i;

	start_server(test, &script);
	first = start(test, on_forbidden);
	for (i = 1; i < CROWD; i++)
		start(test, on_answer);
	/* One of the two places is taken; the others go through the other. */
	run(test, &test->called, CROWD - 1);
	timeless_run(test->base);
	assert_int_equal(*scripted_server_count(test->server), CROWD);
	query_cancel(first);
	assert_false(timeless_waits(test->base));
}

static void
test_line_is_full(void **state)
{
	static const struct script script = { { ACT_HUSH, ACT_HUSH,
		ACT_ANSWER }, ACT_CLOSED };
	struct test *test = *state;
	struct query *queries[MOST], *third;
	size_t i;

	start_server(test, &script);
	for (i = 0; i < MOST; i++)
		queries[i] = start(test, on_forbidden);
	third = start(test, on_forbidden);
	start(test, on_answer);
	run_queries(test, MOST);
	assert_int_equal(*scripted_server_count(test->server), MOST);
	/* Out of the line: the one behind is the next. */
	query_cancel(third);
	timeless_run(test->base);
	assert_int_equal(*scripted_server_count(test->server), MOST);
	query_cancel(queries[0]);
	run(test, &test->called, 1);
	check_address(test->answer);
	query_cancel(queries[1]);
}

/* A callback may cancel any of the others. */
static void
test_cancel_others(void **state)
{
	static const struct script script = { { ACT_HUSH, ACT_ANSWER },
		ACT_ANSWER };
	struct test *test = *state;
	size_t i;

	start_server(test, &script);
	test->others[0] = start(test, on_forbidden);
	start(test, on_answer);
	for (i = 1; i < CROWD; i++)
		test->others[i] = start(test, on_forbidden);
	run(test, &test->called, 1);
	timeless_run(test->base);
	assert_false(timeless_waits(test->base));
	assert_int_equal(*scripted_server_count(test->server), MOST);
}

/* How an answer, or none, came about: a row of the table above, and that. */
static const struct manner_row {
	struct row		row;
	struct query_manner	manner;
} manner_rows[] = {
	{ { "at once", { { ACT_ANSWER }, ACT_CLOSED }, false, false, { 0 },
	    GOOD, 1 }, { .tries = 1 } },
	{ { "second try", { { ACT_HUSH, ACT_ANSWER }, ACT_CLOSED }, false,
	    false, { 1 }, GOOD, 2 }, { .tries = 2 } },
	{ { "silence, TCP", { { ACT_HUSH }, ACT_ANSWER }, false, false,
	    { 1, 2 }, GOOD, 3 },
	    { .tries = 3, .tcp = true, .udp_silent = true } },
	{ { "silence, no TCP", { { ACT_HUSH }, ACT_ANSWER }, false, true,
	    { 1, 2, 3 }, BAD(SILENT, WITHIN), 3 },
	    { .tries = 3, .udp_silent = true } },
	{ { "cut off", { { ACT_CUT_OFF }, ACT_ANSWER }, false, false, { 0 },
	    GOOD, 2 }, { .tries = 2, .tcp = true, .udp_cut = true } },
	{ { "cut off, closed", { { ACT_CUT_OFF }, ACT_CLOSE }, false, false,
	    { 0 }, BAD(NO_TCP, CUT CLOSED), 2 },
	    { .tries = 2, .tcp = true, .udp_cut = true } },
	{ { "cut off, stays so", { { ACT_CUT_OFF }, ACT_ANSWER }, false, true,
	    { 0 }, NULL, ANSWER_FAULT_OTHER, 0, ANSWER_NO_DATA, 1 },
	    { .tries = 1, .udp_cut = true } },
	{ { "TCP alone", { { ACT_CLOSED }, ACT_ANSWER }, true, false, { 0 },
	    GOOD, 1 }, { .tries = 1, .tcp = true } },
	{ { "without EDNS", { { ACT_FORMERR }, ACT_CLOSED }, false, false,
	    { 0 }, GOOD, 2 }, { .tries = 2, .plain = true } },
};

static void
test_manner(void **state)
{
	struct test *test = *state;
	const struct manner_row *row = (const struct manner_row *)test->row;
	struct query_manner manner = { 0 };

	start_server(test, &row->row.script);
	test->question.tcp_only = row->row.tcp_only;
	test->question.udp_only = row->row.udp_only;
	test->question.manner = &manner;
	start(test, on_answer);
	run_row(test);
	assert_int_equal(test->answer->kind, row->row.kind);
	assert_int_equal(test->answer->truncated, manner.udp_cut &&
	    !manner.tcp);
	assert_int_equal(manner.tries, row->manner.tries);
	assert_int_equal(manner.tcp, row->manner.tcp);
	assert_int_equal(manner.udp_silent, row->manner.udp_silent);
	assert_int_equal(manner.udp_cut, row->manner.udp_cut);
	assert_int_equal(manner.plain, row->manner.plain);
}

static void
on_abort(int number)
{
	(void)number;
	_exit(shortage_status(errno));
}

/* Without descriptors the process ends: no server is to blame. */
static void
test_shortage(void **state)
{
	static const struct script script = { { ACT_ANSWER }, ACT_ANSWER };
	const struct rlimit none = { 0, 0 };
	struct test *test = *state;
	pid_t child;
	int status, i;

	start_server(test, &script);
	for (i = 0; i < 2; i++) {
		child = fork();
		assert_int_not_equal(child, -1);
		if (child == 0) {
			signal(SIGABRT, on_abort);
			setrlimit(RLIMIT_NOFILE, &none);
			test->question.tcp_only = i == 1;
			start(test, on_forbidden);
			timeless_run(test->base);
			_exit(EXIT_SUCCESS);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status),
		    shortage_status(EMFILE));
	}
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_WITH(test_row, rows, set_up, tear_down),
		TABLE_ALONE_WITH(test_flags, set_up, tear_down),
		TABLE_ALONE_WITH(test_without_edns, set_up, tear_down),
		TABLE_ALONE_WITH(test_ports_and_ids, set_up, tear_down),
		TABLE_ALONE_WITH(test_longest, set_up, tear_down),
		TABLE_ALONE_WITH(test_long_datagram, set_up, tear_down),
		TABLE_ALONE_WITH(test_no_route, set_up, tear_down),
		TABLE_ALONE_WITH(test_invalid_name, set_up, tear_down),
		TABLE_ALONE_WITH(test_no_time, set_up, tear_down),
		TABLE_WITH(test_cancel, cancel_rows, set_up, tear_down),
		TABLE_ALONE_WITH(test_free_client, set_up, tear_down),
		TABLE_ALONE_WITH(test_line, set_up, tear_down),
		TABLE_ALONE_WITH(test_line_is_full, set_up, tear_down),
		TABLE_ALONE_WITH(test_cancel_others, set_up, tear_down),
		TABLE_ALONE_WITH(test_shortage, set_up, tear_down),
		TABLE_WITH(test_manner, manner_rows, set_up, tear_down),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
