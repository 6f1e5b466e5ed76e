/* The replies that a session keeps, octet for octet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/session.h"
#include "tests/unit/support/conversation.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/timeless.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define WHY "the time for the domain is over"

/* What is kept of the turns of GREETING, OFFER and AGREED. */
#define OF_GREETING { STAGE_GREETING, "220 mx.example.org ESMTP\r\n" }
#define OF_OFFER { STAGE_EHLO, "250-mx.example.org\r\n250 STARTTLS\r\n" }
#define OF_AGREED { STAGE_STARTTLS, "220 2.0.0 go ahead\r\n" }

static const struct row {
	const char	*name;
	const char	*script[CONVERSATION_TURNS];
	struct {
		enum session_stage	 stage;
		const char		*octets;	/* NULL: no more */
	} kept[SESSION_REPLIES_MAX + 1];
} rows[] = {
	{ "nothing said", { "late" }, { { STAGE_CONNECT, NULL } } },
	{ "all of them", { TO_TLS, "hello", "close" },
	    { OF_GREETING, OF_OFFER, OF_AGREED } },
	{ "not that to QUIT", { "S: 554 no", BYE },
	    { { STAGE_GREETING, "554 no\r\n" } } },
	{ "control characters and bare LF",
	    { "S= 554-\x1b[31m\xff\t\n554 no\n", BYE },
	    { { STAGE_GREETING, "554-\x1b[31m\xff\t\n554 no\n" } } },
	{ "closed within the line", { "S= 220 mx", "close" },
	    { { STAGE_GREETING, "220 mx" } } },
	{ "reset between lines", { TO_EHLO, "S: 250-mx", "reset" },
	    { OF_GREETING, { STAGE_EHLO, "250-mx\r\n" } } },
	{ "timeout within the line", { "S= 220-mx\r\n22", "late" },
	    { { STAGE_GREETING, "220-mx\r\n22" } } },
};

/* Those in one piece: what is dripped ends with the octet that is wrong. */
static const struct row whole_rows[] = {
	{ "SSH", { "S: SSH-2.0-OpenSSH_9.2p1" },
	    { { STAGE_GREETING, "SSH-2.0-OpenSSH_9.2p1\r\n" } } },
	{ "HTTP", { "S: HTTP/1.1 400 Bad Request\r\n\r\n" },
	    { { STAGE_GREETING,
		"HTTP/1.1 400 Bad Request\r\n\r\n\r\n" } } },
	{ "garbage after the greeting", { TO_EHLO, "S: what?" },
	    { OF_GREETING, { STAGE_EHLO, "what?\r\n" } } },
	{ "the code changes", { "S: 220-mx\r\n250 mx" },
	    { { STAGE_GREETING, "220-mx\r\n250 mx\r\n" } } },
	{ "clear text after 220",
	    { TO_STARTTLS, "S: 220 go\r\n250 injected", "hello", "close" },
	    { OF_GREETING, OF_OFFER,
		{ STAGE_STARTTLS, "220 go\r\n250 injected\r\n" } } },
	{ "all at once",
	    { "S: 220 mx\r\n250-mx\r\n250 STARTTLS\r\n454 no\r\n221 bye", EHLO,
		STARTTLS, QUIT },
	    { { STAGE_GREETING, "220 mx\r\n" },
		{ STAGE_EHLO, "250-mx\r\n250 STARTTLS\r\n" },
		{ STAGE_STARTTLS, "454 no\r\n" } } },
};

static void
check_kept(const struct row *row, const struct session_result *result)
{
	size_t i;

	for (i = 0; row->kept[i].octets != NULL; i++) {
		assert_true(i < result->reply_count);
		assert_int_equal(result->replies[i].stage, row->kept[i].stage);
		assert_int_equal(result->replies[i].size,
		    strlen(row->kept[i].octets));
		assert_memory_equal(result->replies[i].octets,
		    row->kept[i].octets, result->replies[i].size);
	}
	assert_int_equal(result->reply_count, i);
	assert_int_equal(result->replies == NULL, i == 0);
}

static void
try_row(const struct row *row, bool drips)
{
	const struct conversation_wish wish = { .drips = drips,
		.keeps = true };
	struct conversation *one = conversation_new(&wish);

	conversation_play(one, row->script);
	assert_null(peer_fault(one->peer));
	assert_int_equal(one->ends, 1);
	check_kept(row, &one->result);
	conversation_free(one);
}

/* However the octets are divided. */
static void
test_kept(void **state)
{
	try_row(*state, false);
	try_row(*state, true);
}

static void
test_kept_whole(void **state)
{
	try_row(*state, false);
}

/* Another protocol, octet by octet: as far as it came. */
static void
test_dripped_garbage(void **state)
{
	static const struct row row = { "SSH", { "S: SSH-2.0" },
	    { { STAGE_GREETING, "S" } } };

	(void)state;
	try_row(&row, true);
}

static void
test_not_wanted(void **state)
{
	static const char *const script[] = { TO_STARTTLS, "S: 454 no", BYE,
		NULL };
	static const struct conversation_wish wish = { .keeps = false };
	struct conversation *one = conversation_new(&wish);

	(void)state;
	conversation_play(one, script);
	assert_int_equal(one->ends, 1);
	assert_null(one->result.replies);
	assert_int_equal(one->result.reply_count, 0);
	conversation_free(one);
}

/* Of a reply that is too long the beginning is kept, and those after it. */
static void
test_limit(void **state)
{
	static const char *const script[] = { "S*120 220-" "welcome, everybody "
		"who is anybody, to our mail server\r\n", "S: 220 mx", EHLO,
		"S: 250 mx", BYE, NULL };
	const struct conversation_wish wishes[] = { { .keeps = true },
		{ .keeps = true, .drips = true } };
	struct conversation *one;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(wishes); i++) {
		one = conversation_new(&wishes[i]);
		conversation_play(one, script);
		assert_int_equal(one->ends, 1);
		assert_int_equal(one->result.reply_count, 2);
		assert_int_equal(one->result.replies[0].size,
		    SESSION_REPLY_MAX);
		assert_memory_equal(one->result.replies[0].octets,
		    "220-welcome", 11);
		assert_int_equal(one->result.replies[1].size, 8);
		conversation_free(one);
	}
}

/* What is known so far is a copy; the session goes on, and keeps its own. */
static void
test_so_far(void **state)
{
	static const char *const half[] = { TO_EHLO, "S= 250-m", NULL };
	static const char *const rest[] = { "S= x\r\n250 8BITMIME\r\n", BYE,
		NULL };
	static const struct row row_half = { "half", { NULL },
	    { OF_GREETING, { STAGE_EHLO, "250-m" } } };
	static const struct row row_rest = { "rest", { NULL },
	    { OF_GREETING, { STAGE_EHLO, "250-mx\r\n250 8BITMIME\r\n" } } };
	static const struct conversation_wish wish = { .keeps = true };
	struct conversation *one = conversation_new(&wish);
	struct session_result result;

	(void)state;
	conversation_play(one, half);
	session_so_far(one->session, WHY, &result);
	check_kept(&row_half, &result);
	session_result_clear(&result);
	assert_null(result.replies);
	conversation_play(one, rest);
	assert_int_equal(one->ends, 1);
	check_kept(&row_rest, &one->result);
	conversation_free(one);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_kept, rows),
		TABLE(test_kept_whole, whole_rows),
		TABLE_ALONE(test_dripped_garbage),
		TABLE_ALONE(test_not_wanted),
		TABLE_ALONE(test_limit),
		TABLE_ALONE(test_so_far),
	};

	return table_run(tables, COUNT(tables));
}
