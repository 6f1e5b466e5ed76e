#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "resolver/text.h"
#include "smtp/reply.h"
#include "tests/unit/support/table.h"

#define BYTES(string)	string, sizeof(string) - 1

/* What reply_feed makes of the bytes, and reply_text of that. */
static const struct row {
	const char		*name;
	const char		*bytes;
	size_t			 size;
	size_t			 left;	/* octets that are not the reply's */
	enum reply_state	 state;
	const char		*text;	/* NULL while there is more to come */
} rows[] = {
	{ "one line", BYTES("220 mx.example.org ESMTP\r\n"), 0, REPLY_COMPLETE,
	    "220 mx.example.org ESMTP" },
	{ "three lines",
	    BYTES("250-mx.example.org\r\n250-PIPELINING\r\n250 STARTTLS\r\n"),
	    0, REPLY_COMPLETE, "250 mx.example.org PIPELINING STARTTLS" },
	{ "enhanced status code", BYTES("450 4.7.1 try again later\r\n"), 0,
	    REPLY_COMPLETE, "450 4.7.1 try again later" },
	{ "code and a blank", BYTES("599 \r\n"), 0, REPLY_COMPLETE, "599" },
	{ "empty lines", BYTES("200-\r\n200 \r\n"), 0, REPLY_COMPLETE, "200" },

	/* what real servers do */
	{ "bare LF", BYTES("220 bare line feed\n"), 0, REPLY_COMPLETE,
	    "220 bare line feed" },
	{ "code alone", BYTES("250\r\n"), 0, REPLY_COMPLETE, "250" },
	{ "code alone, bare LF", BYTES("250\n"), 0, REPLY_COMPLETE, "250" },
	{ "last line a code alone", BYTES("250-one\n250\r\n"), 0,
	    REPLY_COMPLETE, "250 one" },
	{ "trailing white space", BYTES("220 trailing \t \r\r\n"), 0,
	    REPLY_COMPLETE, "220 trailing" },
	{ "empty first line", BYTES("220-\r\n220 after an empty line\r\n"), 0,
	    REPLY_COMPLETE, "220 after an empty line" },
	{ "start of the next reply", BYTES("220 2\r\n250 next"), 8,
	    REPLY_COMPLETE, "220 2" },
	{ "UTF-8", BYTES("250 caf\xc3\xa9\r\n"), 0, REPLY_COMPLETE,
	    "250 caf\xc3\xa9" },

	/* what is made visible */
	{ "NUL", BYTES("220 a\0b\r\n"), 0, REPLY_COMPLETE, "220 a\\x00b" },
	{ "escape sequence", BYTES("220 \x1b[2J\xff\r\n"), 0, REPLY_COMPLETE,
	    "220 \\x1b[2J\\xff" },

	/* not complete */
	{ "nothing yet", BYTES(""), 0, REPLY_MORE, NULL },
	{ "one digit", BYTES("2"), 0, REPLY_MORE, NULL },
	{ "three digits", BYTES("220"), 0, REPLY_MORE, NULL },
	{ "CR after the code", BYTES("220\r"), 0, REPLY_MORE, NULL },
	{ "no LF yet", BYTES("220 mx.example.org\r"), 0, REPLY_MORE, NULL },
	{ "first line of more", BYTES("250-mx.example.org\r\n"), 0, REPLY_MORE,
	    NULL },
	{ "part of the last line", BYTES("250-mx.example.org\r\n25"), 0,
	    REPLY_MORE, NULL },

	/* not SMTP: known by the first octets, before the line has an end */
	{ "SSH", BYTES("SSH-2.0-OpenSSH_9.2\r\nrest"), 24, REPLY_BAD,
	    "not an SMTP reply: SSH-2.0-OpenSSH_9.2" },
	{ "HTTP", BYTES("HTTP/1.1 400 Bad Request"), 23, REPLY_BAD,
	    "not an SMTP reply: HTTP/1.1 400 Bad Request" },
	{ "letters in the code", BYTES("2xx"), 1, REPLY_BAD,
	    "not an SMTP reply: 2xx" },
	{ "code of two digits", BYTES("22\r\n"), 1, REPLY_BAD,
	    "not an SMTP reply: 22" },
	{ "code of four digits", BYTES("2200 "), 1, REPLY_BAD,
	    "not an SMTP reply: 2200" },
	{ "tab after the code", BYTES("220\tmx"), 2, REPLY_BAD,
	    "not an SMTP reply: 220\\x09mx" },
	{ "CR within the line", BYTES("220\rmx"), 1, REPLY_BAD,
	    "not an SMTP reply: 220\\x0dmx" },
	{ "code of 1xx", BYTES("100 continue"), 11, REPLY_BAD,
	    "not an SMTP reply: 100 continue" },
	{ "code of 6xx", BYTES("600 "), 3, REPLY_BAD,
	    "not an SMTP reply: 600" },
	{ "leading blank", BYTES(" 220 mx"), 6, REPLY_BAD,
	    "not an SMTP reply:  220 mx" },
	{ "empty line", BYTES("\r\n220 mx"), 7, REPLY_BAD,
	    "not an SMTP reply" },
	{ "bare LF alone", BYTES("\n"), 0, REPLY_BAD, "not an SMTP reply" },
	{ "NULs", BYTES("\0\0\0\0"), 3, REPLY_BAD,
	    "not an SMTP reply: \\x00\\x00\\x00\\x00" },
	{ "TLS record", BYTES("\x16\x03\x01\x02"), 3, REPLY_BAD,
	    "not an SMTP reply: \\x16\\x03\\x01\\x02" },
	{ "digits with the high bit", BYTES("\xb2\xb2\xb0 mx"), 5, REPLY_BAD,
	    "not an SMTP reply: \\xb2\\xb2\\xb0 mx" },
	{ "line without a code", BYTES("250-one\r\ntwo\r\n250 three\r\n"), 15,
	    REPLY_BAD, "not an SMTP reply: two" },

	{ "220, and a refusal", BYTES("220-wait\r\n521 5.7.1 go\r\n"), 0,
	    REPLY_COMPLETE, "521 wait 5.7.1 go" },
	{ "a refusal, and 220", BYTES("554-go\r\n220 wait\r\n"), 0, REPLY_BAD,
	    "the code changes within the reply: 220 wait" },
	{ "code changes", BYTES("250-one\r\n251 two\r\nrest"), 4, REPLY_BAD,
	    "the code changes within the reply: 251 two" },
	{ "code changes within a reply",
	    BYTES("250-one\r\n550-two\r\n550 three\r\n"), 11, REPLY_BAD,
	    "the code changes within the reply: 550-two" },
};

/* Whether a reply refuses this client, rather than what it asks for. */
static const struct refusal {
	const char	*name;		/* the reply */
	bool		 refuses;
} refusals[] = {
	{ "421 closing", true },
	{ "421 4.5.1 closing", true },
	{ "450 later", true },
	{ "450 4.7.1 who are you", true },
	{ "450 4.3.2 no system", true },
	{ "450 4.5.2 what", false },
	{ "451 4.7.1 greylisted", true },
	{ "454 4.7.0 TLS not available due to local problem", false },
	{ "454 TLS not available", false },
	{ "454 4.7.25 your address has no name", true },
	{ "452 4.4.5 congestion", true },
	{ "500 what", false },
	{ "501 5.5.4 no parameters", false },
	{ "502 5.5.1 not implemented", false },
	{ "504 5.5.2 fully qualified", false },
	{ "521 no mail here", true },
	{ "550 administrative prohibition", true },
	{ "550 5.0.0 no", true },
	{ "550 5.7.1 no", true },
	{ "550 4.5.1 of another class", true },
	{ "554 blocked", true },
	{ "554 5.7.1 blocked", true },
	{ "554 5.7.3 unable to initialize security subsystem", false },
	{ "554 5.5.1 TLS already active", false },
	{ "554 5.7.1000 no status", true },
	{ "220 2.7.1 ready", false },
	{ "250-5.7.1\r\n250 5.7.1", false },
};

static void
test_refusal(void **state)
{
	const struct refusal *row = *state;
	struct reply reply;
	size_t used;

	reply_init(&reply);
	assert_int_equal(reply_feed(&reply, row->name, strlen(row->name),
	    &used), REPLY_MORE);
	assert_int_equal(reply_feed(&reply, "\r\n", 2, &used),
	    REPLY_COMPLETE);
	assert_int_equal(reply_refuses_client(&reply), row->refuses);
	reply_clear(&reply);
}

static void
check_text(const struct reply *reply, const char *expected)
{
	char *text = reply_text(reply);

	assert_string_equal(text, expected);
	free(text);
}

static void
test_whole(void **state)
{
	const struct row *row = *state;
	struct reply reply;
	size_t used;

	reply_init(&reply);
	assert_int_equal(reply_feed(&reply, row->bytes, row->size, &used),
	    row->state);
	assert_int_equal(used, row->size - row->left);
	if (row->text != NULL)
		check_text(&reply, row->text);
	assert_int_equal(reply.why != NULL, row->state == REPLY_BAD);
	reply_clear(&reply);
}

/* One octet at a time, the outcome comes at the same octet. */
static void
test_dripped(void **state)
{
	const struct row *row = *state;
	const size_t end = row->size - row->left;
	struct reply reply;
	size_t i, used;

	reply_init(&reply);
	for (i = 0; i < end; i++) {
		assert_int_equal(reply_feed(&reply, row->bytes + i, 1, &used),
		    i == end - 1 ? row->state : REPLY_MORE);
		assert_int_equal(used, 1);
	}
	if (row->state == REPLY_COMPLETE)
		check_text(&reply, row->text);
	reply_clear(&reply);
}

static void
test_parts(void **state)
{
	static const char bytes[] = "250-mx.example.org\r\n250 8BITMIME \r\n";
	struct reply reply;
	size_t used;

	(void)state;
	reply_init(&reply);
	assert_int_equal(reply_feed(&reply, bytes, sizeof(bytes) - 1, &used),
	    REPLY_COMPLETE);
	assert_int_equal(reply.code, 250);
	assert_int_equal(reply.count, 2);
	assert_string_equal(reply.lines[0], "mx.example.org");
	assert_string_equal(reply.lines[1], "8BITMIME");

	reply_clear(&reply);
	assert_int_equal(reply.code, 0);
	assert_int_equal(reply.count, 0);
	assert_null(reply.lines);
}

static void
test_long_line(void **state)
{
	char line[REPLY_LINE_MAX + 2];
	struct reply reply;
	size_t used;

	(void)state;
	/* The longest, without its end. */
	memset(line, 'x', sizeof(line));
	memcpy(line, "220 ", 4);
	line[REPLY_LINE_MAX] = '\n';
	reply_init(&reply);
	assert_int_equal(reply_feed(&reply, line, REPLY_LINE_MAX + 1, &used),
	    REPLY_COMPLETE);
	assert_int_equal(used, REPLY_LINE_MAX + 1);
	assert_int_equal(strlen(reply.lines[0]), TEXT_LIMIT);
	reply_clear(&reply);

	/* One more, which is cut off. */
	line[REPLY_LINE_MAX] = 'y';
	line[REPLY_LINE_MAX + 1] = '\n';
	reply_init(&reply);
	assert_int_equal(reply_feed(&reply, line, sizeof(line), &used),
	    REPLY_COMPLETE);
	assert_int_equal(used, sizeof(line));
	assert_null(strchr(reply.lines[0], 'y'));
	reply_clear(&reply);
}

/* What is cut off is not kept, and not without an end either. */
static void
test_endless_line(void **state)
{
	char octets[4096];
	enum reply_state outcome = REPLY_MORE;
	struct reply reply;
	size_t fed = 0, used;

	(void)state;
	memset(octets, 'x', sizeof(octets));
	reply_init(&reply);
	assert_int_equal(reply_feed(&reply, BYTES("220-"), &used), REPLY_MORE);
	while (outcome == REPLY_MORE && fed <= REPLY_OCTETS_MAX) {
		outcome = reply_feed(&reply, octets, sizeof(octets), &used);
		fed += used;
	}
	assert_int_equal(outcome, REPLY_BAD);
	assert_int_equal(4 + fed, REPLY_OCTETS_MAX + 1);
	assert_string_equal(reply.why,
	    "the reply is longer than 262144 octets");
	reply_clear(&reply);
}

/* What devices leave of replies, and what only looks like it. */
static const struct mask_row {
	const char	*name;		/* the reply */
	bool		 masked, keyword, command;
} mask_rows[] = {
	{ "220 ********************0*2**0****", true, false, false },
	{ "220-****2***\r\n220 ** 0 ****", true, false, false },
	{ "220 ***", false, false, false },
	{ "220 mx **********", false, false, false },
	{ "220 20 0", false, false, false },
	{ "220", false, false, false },
	{ "250-mx\r\n250-XXXXXXXA\r\n250 SIZE", false, true, true },
	{ "250-mx\r\n250 XXXX", false, true, true },
	{ "250-XXXXXXXA\r\n250 SIZE", false, false, true },
	{ "250-mx\r\n250-XXX\r\n250 XXXXXXXAB", false, false, false },
	{ "250-mx\r\n250-X-XXXX\r\n250 XSTARTTLS", false, false, true },
	{ "500 5.5.1 Command unrecognized: \"XXXX mx.example.org\"", false,
	    false, true },
	{ "500 XXXX: what is that", false, false, true },
	{ "500 unknown command EHLO", false, false, false },
	{ "500 MAXXXXX", false, false, false },
};

static void
test_masks(void **state)
{
	const struct mask_row *row = *state;
	struct reply reply;
	size_t used;

	reply_init(&reply);
	reply_feed(&reply, row->name, strlen(row->name), &used);
	assert_int_equal(reply_feed(&reply, "\r\n", 2, &used),
	    REPLY_COMPLETE);
	assert_int_equal(reply_is_masked(&reply), row->masked);
	assert_int_equal(reply_has_masked_keyword(&reply), row->keyword);
	assert_int_equal(reply_quotes_masked_command(&reply), row->command);
	reply_clear(&reply);
}

static const struct authority_row {
	const char	*name;		/* the reply */
	bool		 lacks;
} authority_rows[] = {
	{ "421 4.7.1 Error: No client certificate presented", true },
	{ "550 5.7.1 no", true },
	{ "421 4.7.0 too many new TLS sessions", false },
	{ "421 4.3.2 busy", false },
	{ "421 no", false },
	{ "250 2.7.1 fine", false },
};

static void
test_authority(void **state)
{
	const struct authority_row *row = *state;
	struct reply reply;
	size_t used;

	reply_init(&reply);
	reply_feed(&reply, row->name, strlen(row->name), &used);
	assert_int_equal(reply_feed(&reply, "\r\n", 2, &used),
	    REPLY_COMPLETE);
	assert_int_equal(reply_lacks_authorisation(&reply), row->lacks);
	reply_clear(&reply);
}

static void
feed_lines(struct reply *reply, size_t count)
{
	size_t i, used;

	for (i = 0; i < count; i++)
		assert_int_equal(reply_feed(reply, BYTES("250-x\r\n"), &used),
		    REPLY_MORE);
}

static void
test_many_lines(void **state)
{
	struct reply reply;
	size_t used;

	(void)state;
	reply_init(&reply);
	feed_lines(&reply, REPLY_LINES_MAX - 1);
	assert_int_equal(reply_feed(&reply, BYTES("250 last\r\n"), &used),
	    REPLY_COMPLETE);
	assert_int_equal(reply.count, REPLY_LINES_MAX);
	reply_clear(&reply);

	reply_init(&reply);
	feed_lines(&reply, REPLY_LINES_MAX);
	assert_int_equal(reply_feed(&reply, BYTES("250 last\r\n"), &used),
	    REPLY_BAD);
	check_text(&reply,
	    "the reply has more than 128 lines: 250 last");
	reply_clear(&reply);
}

/* The text of a reply is bounded, however long the reply. */
static void
test_text_is_bounded(void **state)
{
	char line[1002];
	struct reply reply;
	size_t i, used;
	char *text;

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "250-", 4);
	line[sizeof(line) - 1] = '\n';
	reply_init(&reply);
	for (i = 0; i < 100; i++)
		assert_int_equal(reply_feed(&reply, line, sizeof(line), &used),
		    REPLY_MORE);
	text = reply_text(&reply);
	assert_int_equal(strlen(text), strlen("250 ") + 997 + strlen(" ..."));
	assert_string_equal(text + strlen(text) - 5, "x ...");
	free(text);
	reply_clear(&reply);
}

static void
test_announces(void **state)
{
	static const char bytes[] = "250-STARTTLS.example.org\r\n"
	    "250-SIZE 10240000\r\n250-AUTH=LOGIN\r\n250-StartTLS \r\n"
	    "250 XSTARTTLSX\r\n";
	static const char without[] = "250-STARTTLS\r\n250-XSTARTTLS\r\n"
	    "250-STARTTLSX\r\n250-START\r\n250 X STARTTLS\r\n";
	struct reply reply;
	size_t used;

	(void)state;
	reply_init(&reply);
	assert_int_equal(reply_feed(&reply, bytes, sizeof(bytes) - 1, &used),
	    REPLY_COMPLETE);
	assert_true(reply_announces(&reply, "STARTTLS"));
	assert_true(reply_announces(&reply, "size"));
	assert_false(reply_announces(&reply, "AUTH"));
	assert_false(reply_announces(&reply, "SIZE 1024"));
	assert_false(reply_announces(&reply, "PIPELINING"));
	reply_clear(&reply);

	/* Not in the first line, nor as a part of another word. */
	reply_init(&reply);
	assert_int_equal(reply_feed(&reply, without, sizeof(without) - 1,
	    &used), REPLY_COMPLETE);
	assert_false(reply_announces(&reply, "STARTTLS"));
	reply_clear(&reply);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_whole, rows),
		TABLE(test_dripped, rows),
		TABLE(test_refusal, refusals),
		TABLE_ALONE(test_parts),
		TABLE_ALONE(test_long_line),
		TABLE_ALONE(test_endless_line),
		TABLE(test_masks, mask_rows),
		TABLE(test_authority, authority_rows),
		TABLE_ALONE(test_many_lines),
		TABLE_ALONE(test_text_is_bounded),
		TABLE_ALONE(test_announces),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
