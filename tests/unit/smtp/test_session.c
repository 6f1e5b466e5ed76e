#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp/session.h"
#include "tests/unit/support/conversation.h"
#include "tests/unit/support/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* How a conversation ends after the reply that the row is about. */
#define NO_OFFER    EHLO, "S: 250 mx.example.org", BYE
#define NO_STARTTLS STARTTLS, "S: 454 no", BYE
#define NO_TLS	    "hello", "close"

#define NOT_OFFERED "the reply to EHLO does not announce STARTTLS"
#define ENDED(how, when) \
	"the server " how " the connection instead of answering (" when ")"
#define LATE(seconds, when) "no answer within " seconds " seconds (" when ")"
#define NOT_TLS \
	"the server answered in clear text or in another protocol, not in TLS"
#define TLS_CLOSED "the server closed the connection in the TLS handshake"
#define TLS_LOST   "the connection was lost in the TLS handshake"

struct row {
	const char		*name;
	const char		*script[CONVERSATION_TURNS];
	struct conversation_end	 end;
};

static const struct row greetings[] = {
	{ "450", { "S: 450 4.3.2 try again later", BYE },
	    { STAGE_GREETING, OUTCOME_REFUSED, "450 4.3.2 try again later",
		450 } },
	{ "421, then closed", { "S: 421 4.3.2 closing", "close", QUIT },
	    { STAGE_GREETING, OUTCOME_REFUSED, "421 4.3.2 closing", 421 } },
	{ "554 in two lines", { "S: 554-No.\r\n554 5.7.1 Never.", BYE },
	    { STAGE_GREETING, OUTCOME_REFUSED, "554 No. 5.7.1 Never.", 554 } },
	{ "354", { "S: 354 go ahead", BYE },
	    { STAGE_GREETING, OUTCOME_PROTOCOL, "354 go ahead", 354 } },
	{ "554, then no answer to QUIT", { "S: 554 no", QUIT, "late" },
	    { STAGE_GREETING, OUTCOME_REFUSED, "554 no", 554 } },
	{ "554, then garbage", { "S: 554 no", QUIT, "S: eh" },
	    { STAGE_GREETING, OUTCOME_REFUSED, "554 no", 554 } },

	{ "many lines", { "S*127 220-welcome\r\n", "S: 220 mx", NO_OFFER },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, NOT_OFFERED, 250 } },
	{ "bare LF", { "S= 220-mx\n220 ESMTP\n", NO_OFFER },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, NOT_OFFERED, 250 } },
	{ "no text", { "S: 220", NO_OFFER },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, NOT_OFFERED, 250 } },
	{ "another 2xx", { "S: 250 mx", NO_OFFER },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, NOT_OFFERED, 250 } },

	{ "SSH", { "S: SSH-2.0-OpenSSH_9.2p1" },
	    { STAGE_GREETING, OUTCOME_PROTOCOL, "not an SMTP reply: S*", 0 } },
	{ "HTTP", { "S: HTTP/1.1 400 Bad Request\r\n\r\n" },
	    { STAGE_GREETING, OUTCOME_PROTOCOL, "not an SMTP reply: H*", 0 } },
	{ "TLS alert", { "S= \x15\x03\x03\\0\x02\x02\x28" },
	    { STAGE_GREETING, OUTCOME_PROTOCOL, "not an SMTP reply: \\x15*",
		0 } },
	{ "binary garbage", { "S*99 \\0\xff\x80" },
	    { STAGE_GREETING, OUTCOME_PROTOCOL, "not an SMTP reply: \\x00*",
		0 } },
	{ "empty line", { "S: " },
	    { STAGE_GREETING, OUTCOME_PROTOCOL, "not an SMTP reply", 0 } },
	{ "220, then 554", { "S: 220-wait\r\n554 5.7.1 your address", BYE },
	    { STAGE_GREETING, OUTCOME_REFUSED, "554 wait 5.7.1 your address",
		554 } },
	{ "code changes", { "S: 220-mx\r\n250 mx" },
	    { STAGE_GREETING, OUTCOME_PROTOCOL,
		"the code changes within the reply: 250 mx", 0 } },
	{ "long line", { "S= 220 ", "S*2045 x", "S: x", NO_OFFER },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, NOT_OFFERED, 250 } },
	{ "line too long", { "S= 220 ", "S*262144 x" },
	    { STAGE_GREETING, OUTCOME_PROTOCOL,
		"the reply is longer than 262144 octets: 220 x*", 0 } },
	{ "too many lines", { "S*129 220-welcome\r\n" },
	    { STAGE_GREETING, OUTCOME_PROTOCOL,
		"the reply has more than 128 lines: 220-welcome", 0 } },
	{ "flood of lines", { "S*2000 220-welcome\r\n" },
	    { STAGE_GREETING, OUTCOME_PROTOCOL,
		"the reply has more than 128 lines*", 0 } },

	{ "closed", { "close" },
	    { STAGE_GREETING, OUTCOME_REFUSED, ENDED("closed", "greeting"),
		0 } },
	{ "closed within the line", { "S= 220 mx", "close" },
	    { STAGE_GREETING, OUTCOME_REFUSED, ENDED("closed", "greeting"),
		0 } },
	{ "closed between lines", { "S: 220-mx", "close" },
	    { STAGE_GREETING, OUTCOME_REFUSED, ENDED("closed", "greeting"),
		0 } },
	{ "reset", { "reset" },
	    { STAGE_GREETING, OUTCOME_CONNECT_FAILED,
		ENDED("reset", "greeting"), 0 } },
	{ "reset within the line", { "S= 220 mx", "reset" },
	    { STAGE_GREETING, OUTCOME_CONNECT_FAILED,
		ENDED("reset", "greeting"), 0 } },
	{ "timeout", { "late" },
	    { STAGE_GREETING, OUTCOME_TIMEOUT, LATE("40", "greeting"), 0 } },
	{ "timeout between lines", { "S: 220-mx", "late" },
	    { STAGE_GREETING, OUTCOME_TIMEOUT, LATE("40", "greeting"), 0 } },
};

static const struct row ehlo_replies[] = {
	{ "502, HELO accepted",
	    { TO_EHLO, "S: 502 5.5.1 what is that?", HELO, "S: 250 mx", BYE },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED,
		"502 5.5.1 what is that?", 502 } },
	{ "504 of a name, HELO accepted",
	    { TO_EHLO, "S: 504 5.5.2 no", HELO, "S: 250 mx", BYE },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, "504 5.5.2 no", 504 } },
	{ "354, HELO accepted",
	    { TO_EHLO, "S: 354 go ahead", HELO, "S: 250 mx", BYE },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, "354 go ahead", 354 } },
	{ "502, HELO rejected",
	    { TO_EHLO, "S: 502 5.5.1 no", HELO, "S: 550 5.7.1 go", BYE },
	    { STAGE_EHLO, OUTCOME_REFUSED, "502 5.5.1 no", 502 } },
	{ "504 of a name, HELO rejected",
	    { TO_EHLO, "S: 504 5.5.2 no", HELO, "S: 504 5.5.2 no", BYE },
	    { STAGE_EHLO, OUTCOME_REFUSED, "504 5.5.2 no", 504 } },
	{ "502, then closed", { TO_EHLO, "S: 502 no", HELO, "close" },
	    { STAGE_EHLO, OUTCOME_REFUSED, "502 no", 502 } },
	{ "502, HELO answered with 421",
	    { TO_EHLO, "S: 502 no", HELO, "S: 421 closing", "close", QUIT },
	    { STAGE_EHLO, OUTCOME_REFUSED, "502 no", 502 } },
	{ "502, no answer to HELO", { TO_EHLO, "S: 502 no", HELO, "late" },
	    { STAGE_EHLO, OUTCOME_TIMEOUT, LATE("30", "HELO"), 0 } },
	{ "450 of a name, HELO accepted",
	    { TO_EHLO, "S: 450 4.7.1 who are you?", HELO, "S: 250 mx", BYE },
	    { STAGE_EHLO, OUTCOME_REFUSED, "450 4.7.1 who are you?", 450 } },
	{ "550, HELO accepted",
	    { TO_EHLO, "S: 550 not from you", HELO, "S: 250 mx", BYE },
	    { STAGE_EHLO, OUTCOME_REFUSED, "550 not from you", 550 } },
	{ "421", { TO_EHLO, "S: 421 4.3.2 closing", BYE },
	    { STAGE_EHLO, OUTCOME_REFUSED, "421 4.3.2 closing", 421 } },
	{ "421, then closed", { TO_EHLO, "S: 421 closing", "close", QUIT },
	    { STAGE_EHLO, OUTCOME_REFUSED, "421 closing", 421 } },

	{ "no STARTTLS", { TO_EHLO, "S: 250-mx\r\n250 8BITMIME", BYE },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, NOT_OFFERED, 250 } },
	{ "STARTTLS as the server's name", { TO_EHLO, "S: 250 STARTTLS", BYE },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, NOT_OFFERED, 250 } },
	{ "keyword that begins with STARTTLS",
	    { TO_EHLO, "S: 250-mx\r\n250 STARTTLSX", BYE },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, NOT_OFFERED, 250 } },
	{ "STARTTLS in mixed case",
	    { TO_EHLO, "S: 250-mx\r\n250 StartTls", NO_STARTTLS },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED, "454 no", 454 } },
	{ "STARTTLS with a parameter",
	    { TO_EHLO, "S: 250-mx\r\n250 STARTTLS x", NO_STARTTLS },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED, "454 no", 454 } },
	{ "bare LF", { TO_EHLO, "S= 250-mx\n250 STARTTLS\n", NO_STARTTLS },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED, "454 no", 454 } },

	{ "garbage", { TO_EHLO, "S: what?" },
	    { STAGE_EHLO, OUTCOME_PROTOCOL, "not an SMTP reply: w*", 0 } },
	{ "too many lines", { TO_EHLO, "S*129 250-STARTTLS\r\n" },
	    { STAGE_EHLO, OUTCOME_PROTOCOL,
		"the reply has more than 128 lines*", 0 } },
	{ "closed before the command", { GREETING, "close", EHLO },
	    { STAGE_EHLO, OUTCOME_REFUSED, ENDED("closed", "EHLO"), 0 } },
	{ "closed after EHLO", { TO_EHLO, "close" },
	    { STAGE_EHLO, OUTCOME_REFUSED, ENDED("closed", "EHLO"), 0 } },
	{ "closed within the reply", { TO_EHLO, "S: 250-STARTTLS", "close" },
	    { STAGE_EHLO, OUTCOME_REFUSED, ENDED("closed", "EHLO"), 0 } },
	{ "reset", { TO_EHLO, "reset" },
	    { STAGE_EHLO, OUTCOME_REFUSED, ENDED("reset", "EHLO"), 0 } },
	{ "timeout", { TO_EHLO, "late" },
	    { STAGE_EHLO, OUTCOME_TIMEOUT, LATE("30", "EHLO"), 0 } },
};

static const struct row starttls_replies[] = {
	{ "454", { TO_STARTTLS, "S: 454 4.7.0 not now", BYE },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED, "454 4.7.0 not now",
		454 } },
	{ "501", { TO_STARTTLS, "S: 501 5.5.4 not so", BYE },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED, "501 5.5.4 not so",
		501 } },
	{ "454 of an address", { TO_STARTTLS, "S: 454 4.7.25 no name", BYE },
	    { STAGE_STARTTLS, OUTCOME_REFUSED, "454 4.7.25 no name", 454 } },
	{ "554", { TO_STARTTLS, "S: 554 5.7.1 you are blocked", BYE },
	    { STAGE_STARTTLS, OUTCOME_REFUSED, "554 5.7.1 you are blocked",
		554 } },
	{ "554 of TLS", { TO_STARTTLS, "S: 554 5.7.3 no subsystem", BYE },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED,
		"554 5.7.3 no subsystem", 554 } },
	{ "354", { TO_STARTTLS, "S: 354 go ahead", BYE },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED, "354 go ahead", 354 } },
	{ "421, then closed", { TO_STARTTLS, "S: 421 no", "close", QUIT },
	    { STAGE_STARTTLS, OUTCOME_REFUSED, "421 no", 421 } },
	{ "454 and more at once", { TO_STARTTLS, "S: 454 no\r\n221 bye", QUIT },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED, "454 no", 454 } },
	{ "another 2xx", { TO_STARTTLS, "S: 250 go ahead", NO_TLS },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, TLS_CLOSED, 0 } },
	{ "two lines", { TO_STARTTLS, "S: 220-go\r\n220 ahead", NO_TLS },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, TLS_CLOSED, 0 } },

	{ "garbage", { TO_STARTTLS, "S: what?" },
	    { STAGE_STARTTLS, OUTCOME_PROTOCOL, "not an SMTP reply: w*", 0 } },
	{ "closed before the command", { TO_EHLO, OFFER, "close", STARTTLS },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED,
		ENDED("closed", "STARTTLS"), 0 } },
	{ "closed after STARTTLS", { TO_STARTTLS, "close" },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED,
		ENDED("closed", "STARTTLS"), 0 } },
	{ "reset", { TO_STARTTLS, "reset" },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED,
		ENDED("reset", "STARTTLS"), 0 } },
	{ "timeout", { TO_STARTTLS, "late" },
	    { STAGE_STARTTLS, OUTCOME_TIMEOUT, LATE("30", "STARTTLS"), 0 } },
};

/* A server that agrees to STARTTLS and then does not speak TLS. */
static const struct row no_handshakes[] = {
	{ "closed at once", { TO_STARTTLS, AGREED, "close", "hello" },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, TLS_CLOSED, 0 } },
	{ "closed", { TO_HELLO, "close" },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, TLS_CLOSED, 0 } },
	{ "closed within a record",
	    { TO_HELLO, "S= \x16\x03\x03\x02", "close" },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, TLS_CLOSED, 0 } },
	{ "reset", { TO_HELLO, "reset" },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, TLS_LOST, 0 } },
	{ "SMTP", { TO_HELLO, "S: 500 5.5.1 what is that?" },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, NOT_TLS, 0 } },
	{ "HTTP", { TO_HELLO, "S: HTTP/1.1 400 Bad Request" },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, NOT_TLS, 0 } },
	{ "binary garbage", { TO_HELLO, "S*64 \\0\xff\x16" },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, "*", 0 } },
	{ "TLS alert", { TO_HELLO, "S= \x15\x03\x03\\0\x02\x02\x28" },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED,
		"TLS: the server sent the alert \"handshake_failure\"", 0 } },
	{ "timeout", { TO_HELLO, "late" },
	    { STAGE_HANDSHAKE, OUTCOME_TIMEOUT, LATE("30", "TLS handshake"),
		0 } },
};

/* A server that sends its replies before the commands. */
#define ALL "S: 220 mx\r\n250-mx\r\n250 STARTTLS\r\n"

static const struct row ahead[] = {
	{ "everything up to a rejection",
	    { ALL "454 no\r\n221 bye", EHLO, STARTTLS, QUIT },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED, "454 no", 454 } },
	{ "the same, then closed",
	    { ALL "454 no", "close", EHLO, STARTTLS, QUIT },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED, "454 no", 454 } },
	{ "everything up to 220", { ALL "220 go", EHLO, STARTTLS, NO_TLS },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, TLS_CLOSED, 0 } },
};

/* A device on the way rewrites what is said, or does not. */
#define STARS	"S: 220 *****************0*2**0*****"
#define BEHIND	STARS, EHLO

static const struct rewrite_row {
	const char		*name;
	const char		*script[CONVERSATION_TURNS];
	struct conversation_end	 end;
	enum session_rewrite	 rewrite;
} rewrites[] = {
	{ "EHLO, quoted", { BEHIND, "S: 500 what is \"XXXX probe\"?", HELO,
	    "S: 250 mx", BYE }, { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED,
	    "500 what is \"XXXX probe\"?", 500 }, REWRITE_COMMAND },
	{ "EHLO, quoted, without a mask", { TO_EHLO, "S: 500 XXXX", HELO,
	    "S: 250 mx", BYE }, { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED,
	    "500 XXXX", 500 }, REWRITE_COMMAND },
	{ "EHLO, not quoted", { BEHIND, "S: 502 no", HELO, "S: 250 mx", BYE },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, "502 no", 502 },
	    REWRITE_COMMAND },
	{ "EHLO and HELO", { BEHIND, "S: 500 XXXX", HELO, "S: 500 XXXX", BYE },
	    { STAGE_EHLO, OUTCOME_REFUSED, "500 XXXX", 500 },
	    REWRITE_COMMAND },
	{ "not EHLO, but the client refused", { BEHIND, "S: 550 5.7.1 no",
	    HELO, "S: 550 5.7.1 no", BYE },
	    { STAGE_EHLO, OUTCOME_REFUSED, "550 5.7.1 no", 550 },
	    REWRITE_NONE },
	{ "not EHLO, but not for long", { BEHIND, "S: 451 no", HELO,
	    "S: 250 mx", BYE }, { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED,
	    "451 no", 451 }, REWRITE_NONE },
	{ "nothing", { TO_EHLO, "S: 502 no", HELO, "S: 250 mx", BYE },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, "502 no", 502 },
	    REWRITE_NONE },
	{ "keyword", { BEHIND, "S: 250-mx\r\n250-SIZE\r\n250 XXXXXXXA", BYE },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, NOT_OFFERED, 250 },
	    REWRITE_KEYWORD },
	{ "keyword of another extension", { BEHIND,
	    "S: 250-mx\r\n250-XXXXXXXA\r\n250 STARTTLS", NO_STARTTLS },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED, "454 no", 454 },
	    REWRITE_NONE },
	{ "greeting alone", { BEHIND, "S: 250-mx\r\n250 SIZE", BYE },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, NOT_OFFERED, 250 },
	    REWRITE_NONE },
};

static void
test_rewrite(void **state)
{
	static const struct conversation_wish wish = { .drips = false };
	const struct rewrite_row *row = *state;
	struct conversation *one = conversation_new(&wish);

	conversation_play(one, row->script);
	conversation_check_end(row->name, one, &row->end);
	assert_int_equal(one->result.rewrite, row->rewrite);
	conversation_free(one);
}

/* Who has no name says its address; this end of a pair has not even that. */
static void
test_nameless(void **state)
{
	static const char *const script[] = { GREETING,
		"C: EHLO " SESSION_HELO_UNKNOWN, "S: 502 no",
		"C: HELO " SESSION_HELO_UNKNOWN, "S: 502 no", BYE, NULL };
	static const struct conversation_end end = { STAGE_EHLO,
		OUTCOME_REFUSED, "502 no", 502 };
	static const struct conversation_wish wish = { .nameless = true };
	struct conversation *one = conversation_new(&wish);

	(void)state;
	conversation_play(one, script);
	conversation_check_end("nameless", one, &end);
	conversation_free(one);
}

/* Clear text in the same read as the 220, hence never dripped. */
static const struct row injections[] = {
	{ "a reply", { TO_STARTTLS, "S: 220 go\r\n250 injected", NO_TLS },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, TLS_CLOSED, 0 } },
	{ "one octet", { TO_STARTTLS, "S= 220 go\r\n ", NO_TLS },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, TLS_CLOSED, 0 } },
	{ "garbage", { TO_STARTTLS, "S: 220 go\r\n\xff", NO_TLS },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, TLS_CLOSED, 0 } },
	{ "before STARTTLS",
	    { ALL "220 go\r\n250 injected", EHLO, STARTTLS, NO_TLS },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, TLS_CLOSED, 0 } },
};

static void
try_row(const struct row *row, bool drips, bool injected)
{
	const struct conversation_wish wish = { .drips = drips };
	struct conversation *one = conversation_new(&wish);

	conversation_play(one, row->script);
	conversation_check_end(row->name, one, &row->end);
	assert_int_equal(one->result.plaintext_injected, injected);
	conversation_free(one);
}

/* The outcome does not depend on how the octets are divided. */
static void
test_script(void **state)
{
	const struct row *row = *state;

	try_row(row, false, false);
	try_row(row, true, false);
}

static void
test_injection(void **state)
{
	const struct row *row = *state;

	try_row(row, false, true);
}

#define ROWS(name, function, rows) \
	{ name, function, rows, sizeof((rows)[0]), COUNT(rows), NULL, NULL }

int
main(void)
{
	static const struct table tables[] = {
		ROWS("greeting", test_script, greetings),
		ROWS("reply to EHLO", test_script, ehlo_replies),
		ROWS("reply to STARTTLS", test_script, starttls_replies),
		ROWS("instead of TLS", test_script, no_handshakes),
		ROWS("pipelined by the server", test_script, ahead),
		ROWS("clear text after 220", test_injection, injections),
		ROWS("rewritten", test_rewrite, rewrites),
		TABLE_ALONE(test_nameless),
	};

	return table_run(tables, COUNT(tables));
}
