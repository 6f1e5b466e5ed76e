/* What smtp/session.h promises to its callers. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
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
#include "tests/unit/support/within.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The end is reported from the loop, though all input is there already. */
static void
test_start(void **state)
{
	static const char *const before[] = {
		"S: 220 mx\r\n502 no\r\n250 mx\r\n221 bye", NULL };
	static const char *const script[] = { EHLO, HELO, QUIT, NULL };
	static const struct conversation_end end = { STAGE_EHLO,
		OUTCOME_STARTTLS_NOT_OFFERED, "502 no", 502 };
	const struct conversation_wish wish = { .before = before };
	struct conversation *one = conversation_new(&wish);

	(void)state;
	assert_int_equal(one->ends, 0);
	assert_int_equal(session_stage(one->session), STAGE_GREETING);
	assert_null(peer_fault(one->peer));
	conversation_play(one, script);
	conversation_check_end("start", one, &end);
	conversation_free(one);
}

#define WHY "the time for the domain is over"

/* Where a conversation may be when it is cancelled, and what is known then. */
static const struct point {
	const char		*name;
	const char		*script[CONVERSATION_TURNS];
	enum session_stage	 stage;
	bool			 injected;
	struct conversation_end	 so_far;
} points[] = {
	{ "connected", { NULL }, STAGE_GREETING, false,
	    { STAGE_GREETING, OUTCOME_TIMEOUT, WHY, 0 } },
	{ "half a greeting", { "S= 220-mx\r\n2" }, STAGE_GREETING, false,
	    { STAGE_GREETING, OUTCOME_TIMEOUT, WHY, 0 } },
	{ "EHLO sent", { TO_EHLO }, STAGE_EHLO, false,
	    { STAGE_EHLO, OUTCOME_TIMEOUT, WHY, 0 } },
	{ "STARTTLS sent", { TO_STARTTLS }, STAGE_STARTTLS, false,
	    { STAGE_STARTTLS, OUTCOME_TIMEOUT, WHY, 0 } },
	{ "TLS begun", { TO_HELLO }, STAGE_HANDSHAKE, false,
	    { STAGE_HANDSHAKE, OUTCOME_TIMEOUT, WHY, 0 } },
	{ "clear text after 220",
	    { TO_STARTTLS, "S: 220 go\r\n250 injected", "hello" },
	    STAGE_HANDSHAKE, true,
	    { STAGE_HANDSHAKE, OUTCOME_TIMEOUT, WHY, 0 } },
	{ "greeting rejected", { "S: 554 no", QUIT }, STAGE_DONE, false,
	    { STAGE_GREETING, OUTCOME_REFUSED, "554 no", 554 } },
	{ "STARTTLS rejected", { TO_STARTTLS, "S: 454 no", QUIT }, STAGE_DONE,
	    false,
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED, "454 no", 454 } },
};

static void
check_so_far(const struct conversation *one, const struct conversation_end *end,
    bool injected)
{
	struct session_result result;

	session_so_far(one->session, WHY, &result);
	conversation_check("so far", &result, end);
	assert_int_equal(result.plaintext_injected, injected);
	session_result_clear(&result);
	assert_null(result.error);
}

/* Cancels the session: whatever the server does then, no callback comes. */
static void
cancel(struct conversation *one)
{
	static const char *const more[] = { "S: 220 more", "close", NULL };

	session_cancel(one->session);
	one->session = NULL;
	conversation_play(one, more);
	assert_int_equal(one->ends, 0);
	assert_false(timeless_waits(one->base));
}

static void
test_cancel(void **state)
{
	static const struct conversation_wish wish = { .drips = false };
	const struct point *point = *state;
	struct conversation *one = conversation_new(&wish);

	conversation_play(one, point->script);
	assert_null(peer_fault(one->peer));
	assert_non_null(one->session);
	assert_int_equal(session_stage(one->session), point->stage);
	check_so_far(one, &point->so_far, point->injected);
	cancel(one);
	conversation_free(one);
}

static void
test_cancel_nothing(void **state)
{
	(void)state;
	session_cancel(NULL);
}

static void
test_cancel_at_once(void **state)
{
	static const struct conversation_wish wish = { .drips = false };
	struct conversation *one = conversation_new(&wish);

	(void)state;
	check_so_far(one, &points[0].so_far, false);
	cancel(one);
	conversation_free(one);
}

/* Between the end and the callback. */
static void
test_cancel_at_the_end(void **state)
{
	static const char *const before[] = { "S: what?", NULL };
	static const struct conversation_end end = { STAGE_GREETING,
		OUTCOME_PROTOCOL, "not an SMTP reply: what?", 0 };
	const struct conversation_wish wish = { .before = before,
		.trace_level = TRACE_STEPS,
		.breaks = true };
	struct conversation *one = conversation_new(&wish);

	(void)state;
	event_base_loop(one->base, EVLOOP_NONBLOCK);
	assert_int_equal(one->ends, 0);
	assert_int_equal(session_stage(one->session), STAGE_DONE);
	check_so_far(one, &end, false);
	cancel(one);
	conversation_free(one);
}

/* There is one callback, though the stream lives on after it. */
static void
test_once(void **state)
{
	static const char *const script[] = { "S: 554 no", BYE, NULL };
	static const char *const more[] = { "S: 220 more", "close", NULL };
	static const struct conversation_wish wish = { .leaves = true };
	struct conversation *one = conversation_new(&wish);

	(void)state;
	conversation_play(one, script);
	assert_int_equal(one->ends, 1);
	assert_false(timeless_waits(one->base));
	conversation_play(one, more);
	assert_int_equal(one->ends, 1);
	conversation_free(one);
}

/* A flood is read up to a limit; the rest is never read. */
static void
test_flood(void **state)
{
	static const char *const script[] = { "S*9999 220-welcome\r\n", NULL };
	static const struct conversation_wish wish = { .leaves = true };
	struct conversation *one = conversation_new(&wish);
	size_t kept;

	(void)state;
	conversation_play(one, script);
	assert_int_equal(one->ends, 1);
	kept = evbuffer_get_length(bufferevent_get_input(one->stream));
	within_range(kept, 0, 16384);
	conversation_free(one);
}

/* How long each step may take, in seconds. */
static const struct limit {
	const char	*name;
	const char	*script[CONVERSATION_TURNS];
	int		 seconds;
} limits[] = {
	{ "greeting", { NULL }, 40 },
	{ "EHLO", { TO_EHLO }, 30 },
	{ "STARTTLS", { TO_STARTTLS }, 30 },
	{ "TLS handshake", { TO_HELLO }, 30 },
	{ "QUIT", { "S: 554 no", QUIT }, 2 },
};

static void
test_limit(void **state)
{
	static const struct conversation_wish wish = { .drips = false };
	const struct limit *limit = *state;
	struct conversation *one = conversation_new(&wish);

	conversation_play(one, limit->script);
	/* The machine may be slow, but not that slow. */
	within_range(timeless_left(one->base), limit->seconds / 2,
	    limit->seconds);
	conversation_free(one);
}

/* A server that drips octets gains no time; each step has its own limit. */
static void
test_limits_are_total(void **state)
{
	static const char *const on_and_on[] = { "S*9 220-mx\r\n", NULL };
	static const char *const at_last[] = { "S: 220 mx", EHLO, NULL };
	static const struct conversation_wish wish = { .drips = true };
	struct conversation *one = conversation_new(&wish);

	(void)state;
	timeless_run(one->base);
	/* A limit that no step has. */
	timeless_postpone(one->base, 1000);
	conversation_play(one, on_and_on);
	within_range(timeless_left(one->base), 900, 1000);
	conversation_play(one, at_last);
	within_range(timeless_left(one->base), 20, 30);
	conversation_free(one);
}

#define ESCAPES "\x1b]0;owned\x07 \\0 \xff \xe2\x80\xae"
#define ESCAPED "\\x1b]0;owned\\x07 \\x00 \\xff \\u{202e}"

static void
test_trace(void **state)
{
	static const char *const script[] = { "S: 220 mx " ESCAPES, EHLO,
		"S: 250-mx " ESCAPES "\r\n250-\r\n250 STARTTLS", STARTTLS,
		"S: 454 no " ESCAPES, QUIT, "S: 221-" ESCAPES "\r\n221",
		NULL };
	static const char *const heard[] = { "",
		"1 connected -> greeting\n"
		"1 greeting -> EHLO\n"
		"1 EHLO -> STARTTLS\n"
		"1 STARTTLS: 454 no " ESCAPED "\n"
		"1 STARTTLS -> QUIT\n"
		"1 QUIT -> end\n",
		"1 connected -> greeting\n"
		"2 S: 220 mx " ESCAPED "\n"
		"1 greeting -> EHLO\n"
		"2 C: EHLO " CONVERSATION_HELO "\n"
		"2 S: 250-mx " ESCAPED "\n"
		"2 S: 250-\n"
		"2 S: 250 STARTTLS\n"
		"1 EHLO -> STARTTLS\n"
		"2 C: STARTTLS\n"
		"2 S: 454 no " ESCAPED "\n"
		"1 STARTTLS: 454 no " ESCAPED "\n"
		"1 STARTTLS -> QUIT\n"
		"2 C: QUIT\n"
		"2 S: 221-" ESCAPED "\n"
		"2 S: 221\n"
		"1 QUIT -> end\n" };
	static const struct conversation_end end = { STAGE_STARTTLS,
		OUTCOME_STARTTLS_REFUSED, "454 no " ESCAPED, 454 };
	struct conversation_wish wish = { .trace_level = 0 };
	struct conversation *one;

	(void)state;
	for (; wish.trace_level <= TRACE_CONVERSATION; wish.trace_level++) {
		one = conversation_new(&wish);
		conversation_play(one, script);
		conversation_check_end("trace", one, &end);
		assert_string_equal(one->heard, heard[wish.trace_level]);
		conversation_free(one);
	}
}

/* Lines are traced as they come, whatever becomes of the reply. */
static void
test_trace_of_half_a_reply(void **state)
{
	static const char *const script[] = { "S: 220-mx\r\n220-no hurry",
		NULL };
	static const struct conversation_wish wish = {
		.trace_level = TRACE_CONVERSATION };
	struct conversation *one = conversation_new(&wish);

	(void)state;
	conversation_play(one, script);
	assert_string_equal(one->heard, "1 connected -> greeting\n"
	    "2 S: 220-mx\n2 S: 220-no hurry\n");
	conversation_free(one);
}

/* A line of a welcome that ends in a refusal has the code that came with it. */
static void
test_trace_of_a_refusal(void **state)
{
	static const char *const script[] = { "S: 220-mx\r\n220-wait\r\n"
	    "554-no\r\n554 never", QUIT, NULL };
	static const struct conversation_wish wish = {
		.trace_level = TRACE_CONVERSATION };
	struct conversation *one = conversation_new(&wish);

	(void)state;
	conversation_play(one, script);
	assert_non_null(strstr(one->heard, "2 S: 220-mx\n2 S: 220-wait\n"
	    "2 S: 554-no\n2 S: 554 never\n"));
	conversation_free(one);
}

static void
test_stage_names(void **state)
{
	static const char *const names[] = { "connect", "greeting", "ehlo",
		"starttls", "handshake", "done" };
	size_t i;

	(void)state;
	assert_int_equal(COUNT(names), STAGE_DONE + 1);
	for (i = 0; i < COUNT(names); i++)
		assert_string_equal(session_stage_name((enum session_stage)i),
		    names[i]);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_ALONE(test_start),
		TABLE(test_cancel, points),
		TABLE_ALONE(test_cancel_nothing),
		TABLE_ALONE(test_cancel_at_once),
		TABLE_ALONE(test_cancel_at_the_end),
		TABLE_ALONE(test_once),
		TABLE_ALONE(test_flood),
		TABLE(test_limit, limits),
		TABLE_ALONE(test_limits_are_total),
		TABLE_ALONE(test_trace),
		TABLE_ALONE(test_trace_of_half_a_reply),
		TABLE_ALONE(test_trace_of_a_refusal),
		TABLE_ALONE(test_stage_names),
	};

	return table_run(tables, COUNT(tables));
}
