#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp/session.h"
#include "tests/unit/support/conversation.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* How it goes on to an end after what is to be accepted. */
#define NO_OFFER    EHLO, "S: 250 mx.example.org", BYE
#define NO_STARTTLS STARTTLS, "S: 454 no", BYE
#define NO_TLS	    "hello", "close"

#define NOT_OFFERED "the reply to EHLO does not announce STARTTLS"
#define ENDED(how, when) \
	"the server " how " the connection instead of answering (" when ")"
#define LATE(seconds, when) "no answer within " seconds " seconds (" when ")"
#define NOT_TLS \
	"the server went on in clear text, or in something else that is not TLS"
#define TLS_CLOSED "the server closed the connection in the TLS handshake"
#define TLS_LOST   "the connection was lost in the TLS handshake"

struct row {
	const char		*what;
	const char		*script[CONVERSATION_TURNS];
	struct conversation_end	 end;
};

static const struct row greetings[] = {
	{ "450", { "S: 450 4.3.2 try again later", BYE },
	    { STAGE_GREETING, OUTCOME_REFUSED, "450 4.3.2 try again later" } },
	{ "421 and the end", { "S: 421 4.3.2 closing", "close", QUIT },
	    { STAGE_GREETING, OUTCOME_REFUSED, "421 4.3.2 closing" } },
	{ "554 in two lines", { "S: 554-No.\r\n554 5.7.1 Never.", BYE },
	    { STAGE_GREETING, OUTCOME_REFUSED, "554 No. 5.7.1 Never." } },
	{ "354, which greets nobody", { "S: 354 go ahead", BYE },
	    { STAGE_GREETING, OUTCOME_PROTOCOL, "354 go ahead" } },
	{ "a refusal, and no answer to QUIT", { "S: 554 no", QUIT, "late" },
	    { STAGE_GREETING, OUTCOME_REFUSED, "554 no" } },
	{ "a refusal, and nonsense after it", { "S: 554 no", QUIT, "S: eh" },
	    { STAGE_GREETING, OUTCOME_REFUSED, "554 no" } },

	{ "many lines", { "S*127 220-welcome\r\n", "S: 220 mx", NO_OFFER },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, NOT_OFFERED } },
	{ "bare LF", { "S= 220-mx\n220 ESMTP\n", NO_OFFER },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, NOT_OFFERED } },
	{ "no text", { "S: 220", NO_OFFER },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, NOT_OFFERED } },
	{ "another 2xx", { "S: 250 mx", NO_OFFER },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, NOT_OFFERED } },

	{ "SSH", { "S: SSH-2.0-OpenSSH_9.2p1" },
	    { STAGE_GREETING, OUTCOME_PROTOCOL, "not an SMTP reply: S*" } },
	{ "HTTP", { "S: HTTP/1.1 400 Bad Request\r\n\r\n" },
	    { STAGE_GREETING, OUTCOME_PROTOCOL, "not an SMTP reply: H*" } },
	{ "a TLS alert", { "S= \x15\x03\x03\\0\x02\x02\x28" },
	    { STAGE_GREETING, OUTCOME_PROTOCOL, "not an SMTP reply: \\x15*" } },
	{ "no text at all", { "S*99 \\0\xff\x80" },
	    { STAGE_GREETING, OUTCOME_PROTOCOL, "not an SMTP reply: \\x00*" } },
	{ "an empty line", { "S: " },
	    { STAGE_GREETING, OUTCOME_PROTOCOL, "not an SMTP reply" } },
	{ "another code in it", { "S: 220-mx\r\n250 mx" },
	    { STAGE_GREETING, OUTCOME_PROTOCOL,
		"the code changes within the reply: 250 mx" } },
	{ "a line too long", { "S= 220 ", "S*2045 x" },
	    { STAGE_GREETING, OUTCOME_PROTOCOL,
		"the line is longer than 2048 octets: 220 x*" } },
	{ "a line too many", { "S*129 220-welcome\r\n" },
	    { STAGE_GREETING, OUTCOME_PROTOCOL,
		"the reply has more than 128 lines: 220-welcome" } },
	{ "more than is read at a time", { "S*2000 220-welcome\r\n" },
	    { STAGE_GREETING, OUTCOME_PROTOCOL,
		"the reply has more than 128 lines*" } },

	{ "the end", { "close" },
	    { STAGE_GREETING, OUTCOME_REFUSED, ENDED("closed", "greeting") } },
	{ "the end of it too soon", { "S= 220 mx", "close" },
	    { STAGE_GREETING, OUTCOME_REFUSED, ENDED("closed", "greeting") } },
	{ "the end between its lines", { "S: 220-mx", "close" },
	    { STAGE_GREETING, OUTCOME_REFUSED, ENDED("closed", "greeting") } },
	{ "a reset", { "reset" },
	    { STAGE_GREETING, OUTCOME_CONNECT_FAILED,
		ENDED("reset", "greeting") } },
	{ "a reset within it", { "S= 220 mx", "reset" },
	    { STAGE_GREETING, OUTCOME_CONNECT_FAILED,
		ENDED("reset", "greeting") } },
	{ "none in time", { "late" },
	    { STAGE_GREETING, OUTCOME_TIMEOUT, LATE("40", "greeting") } },
	{ "not all of it in time", { "S: 220-mx", "late" },
	    { STAGE_GREETING, OUTCOME_TIMEOUT, LATE("40", "greeting") } },
};

static const struct row ehlo_replies[] = {
	{ "502", { TO_EHLO, "S: 502 5.5.1 what is that?", BYE },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED,
		"502 5.5.1 what is that?" } },
	{ "450", { TO_EHLO, "S: 450 4.7.1 who are you?", BYE },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED,
		"450 4.7.1 who are you?" } },
	{ "354", { TO_EHLO, "S: 354 go ahead", BYE },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, "354 go ahead" } },
	{ "421", { TO_EHLO, "S: 421 4.3.2 closing", BYE },
	    { STAGE_EHLO, OUTCOME_REFUSED, "421 4.3.2 closing" } },
	{ "421 and the end", { TO_EHLO, "S: 421 closing", "close", QUIT },
	    { STAGE_EHLO, OUTCOME_REFUSED, "421 closing" } },

	{ "no STARTTLS", { TO_EHLO, "S: 250-mx\r\n250 8BITMIME", BYE },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, NOT_OFFERED } },
	{ "STARTTLS as a name", { TO_EHLO, "S: 250 STARTTLS", BYE },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, NOT_OFFERED } },
	{ "only the like", { TO_EHLO, "S: 250-mx\r\n250 STARTTLSX", BYE },
	    { STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, NOT_OFFERED } },
	{ "any case", { TO_EHLO, "S: 250-mx\r\n250 StartTls", NO_STARTTLS },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED, "454 no" } },
	{ "a word on", { TO_EHLO, "S: 250-mx\r\n250 STARTTLS x", NO_STARTTLS },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED, "454 no" } },
	{ "bare LF", { TO_EHLO, "S= 250-mx\n250 STARTTLS\n", NO_STARTTLS },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED, "454 no" } },

	{ "nonsense", { TO_EHLO, "S: what?" },
	    { STAGE_EHLO, OUTCOME_PROTOCOL, "not an SMTP reply: w*" } },
	{ "endless", { TO_EHLO, "S*129 250-STARTTLS\r\n" },
	    { STAGE_EHLO, OUTCOME_PROTOCOL,
		"the reply has more than 128 lines*" } },
	{ "the end in its place", { GREETING, "close", EHLO },
	    { STAGE_EHLO, OUTCOME_REFUSED, ENDED("closed", "EHLO") } },
	{ "the end after EHLO", { TO_EHLO, "close" },
	    { STAGE_EHLO, OUTCOME_REFUSED, ENDED("closed", "EHLO") } },
	{ "the end within it", { TO_EHLO, "S: 250-STARTTLS", "close" },
	    { STAGE_EHLO, OUTCOME_REFUSED, ENDED("closed", "EHLO") } },
	{ "a reset", { TO_EHLO, "reset" },
	    { STAGE_EHLO, OUTCOME_REFUSED, ENDED("reset", "EHLO") } },
	{ "none in time", { TO_EHLO, "late" },
	    { STAGE_EHLO, OUTCOME_TIMEOUT, LATE("30", "EHLO") } },
};

static const struct row starttls_replies[] = {
	{ "454", { TO_STARTTLS, "S: 454 4.7.0 not now", BYE },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED, "454 4.7.0 not now" } },
	{ "501", { TO_STARTTLS, "S: 501 5.5.4 not so", BYE },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED, "501 5.5.4 not so" } },
	{ "354", { TO_STARTTLS, "S: 354 go ahead", BYE },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED, "354 go ahead" } },
	{ "421 and the end", { TO_STARTTLS, "S: 421 no", "close", QUIT },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED, "421 no" } },
	{ "454 and more", { TO_STARTTLS, "S: 454 no\r\n221 bye", QUIT },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED, "454 no" } },
	{ "another 2xx", { TO_STARTTLS, "S: 250 go ahead", NO_TLS },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, TLS_CLOSED } },
	{ "two lines", { TO_STARTTLS, "S: 220-go\r\n220 ahead", NO_TLS },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, TLS_CLOSED } },

	{ "nonsense", { TO_STARTTLS, "S: what?" },
	    { STAGE_STARTTLS, OUTCOME_PROTOCOL, "not an SMTP reply: w*" } },
	{ "the end in its place", { TO_EHLO, OFFER, "close", STARTTLS },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED,
		ENDED("closed", "STARTTLS") } },
	{ "the end after STARTTLS", { TO_STARTTLS, "close" },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED,
		ENDED("closed", "STARTTLS") } },
	{ "a reset", { TO_STARTTLS, "reset" },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED,
		ENDED("reset", "STARTTLS") } },
	{ "none in time", { TO_STARTTLS, "late" },
	    { STAGE_STARTTLS, OUTCOME_TIMEOUT, LATE("30", "STARTTLS") } },
};

/* What a server does that has agreed to TLS and then does not speak it. */
static const struct row no_handshakes[] = {
	{ "the end at once", { TO_STARTTLS, AGREED, "close", "hello" },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, TLS_CLOSED } },
	{ "the end", { TO_HELLO, "close" },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, TLS_CLOSED } },
	{ "the end within it", { TO_HELLO, "S= \x16\x03\x03\x02", "close" },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, TLS_CLOSED } },
	{ "a reset", { TO_HELLO, "reset" },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, TLS_LOST } },
	{ "SMTP", { TO_HELLO, "S: 500 5.5.1 what is that?" },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, NOT_TLS } },
	{ "HTTP", { TO_HELLO, "S: HTTP/1.1 400 Bad Request" },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, NOT_TLS } },
	{ "garbage", { TO_HELLO, "S*64 \\0\xff\x16" },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, "*" } },
	{ "an alert", { TO_HELLO, "S= \x15\x03\x03\\0\x02\x02\x28" },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED,
		"TLS: the server sent the alert \"handshake failure\"" } },
	{ "none in time", { TO_HELLO, "late" },
	    { STAGE_HANDSHAKE, OUTCOME_TIMEOUT, LATE("30", "TLS handshake") } },
};

/* A server that says everything before it is asked. */
#define ALL "S: 220 mx\r\n250-mx\r\n250 STARTTLS\r\n"

static const struct row ahead[] = {
	{ "up to a refusal", { ALL "454 no\r\n221 bye", EHLO, STARTTLS, QUIT },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED, "454 no" } },
	{ "and gone", { ALL "454 no", "close", EHLO, STARTTLS, QUIT },
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED, "454 no" } },
	{ "up to 220", { ALL "220 go", EHLO, STARTTLS, NO_TLS },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, TLS_CLOSED } },
};

/* Clear text that comes with the 220, which it does not when it drips. */
static const struct row injections[] = {
	{ "a reply", { TO_STARTTLS, "S: 220 go\r\n250 injected", NO_TLS },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, TLS_CLOSED } },
	{ "an octet", { TO_STARTTLS, "S= 220 go\r\n ", NO_TLS },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, TLS_CLOSED } },
	{ "nonsense", { TO_STARTTLS, "S: 220 go\r\n\xff", NO_TLS },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, TLS_CLOSED } },
	{ "ahead", { ALL "220 go\r\n250 injected", EHLO, STARTTLS, NO_TLS },
	    { STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, TLS_CLOSED } },
};

static void
try_row(const struct row *row, bool drips, bool injected)
{
	const struct conversation_wish wish = { .drips = drips };
	struct conversation *one = conversation_new(&wish);

	conversation_play(one, row->script);
	conversation_check_end(row->what, one, &row->end);
	if (one->result.plaintext_injected != injected)
		fail_msg("%s: it is wrong about an injection", row->what);
	conversation_free(one);
}

/* However the octets come, what is said is the same. */
static void
try_rows(const struct row *rows, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		try_row(&rows[i], false, false);
		try_row(&rows[i], true, false);
	}
}

static void
test_greetings(void **state)
{
	(void)state;
	try_rows(greetings, COUNT(greetings));
}

static void
test_ehlo_replies(void **state)
{
	(void)state;
	try_rows(ehlo_replies, COUNT(ehlo_replies));
}

static void
test_starttls_replies(void **state)
{
	(void)state;
	try_rows(starttls_replies, COUNT(starttls_replies));
}

static void
test_no_handshakes(void **state)
{
	(void)state;
	try_rows(no_handshakes, COUNT(no_handshakes));
}

static void
test_ahead(void **state)
{
	(void)state;
	try_rows(ahead, COUNT(ahead));
}

static void
test_injections(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(injections); i++)
		try_row(&injections[i], false, true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_greetings),
		cmocka_unit_test(test_ehlo_replies),
		cmocka_unit_test(test_starttls_replies),
		cmocka_unit_test(test_no_handshakes),
		cmocka_unit_test(test_ahead),
		cmocka_unit_test(test_injections),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
