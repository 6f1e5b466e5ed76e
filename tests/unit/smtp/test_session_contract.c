/* What smtp/session.h promises to who starts a session. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp/session.h"
#include "tests/unit/support/conversation.h"
#include "tests/unit/support/timeless.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The end is told from the loop, though all of it is there before the start. */
static void
test_start(void **state)
{
	static const char *const before[] = { "S: 220 mx\r\n502 no\r\n221 bye",
		NULL };
	static const char *const script[] = { EHLO, QUIT, NULL };
	static const struct conversation_end end = { STAGE_EHLO,
		OUTCOME_STARTTLS_NOT_OFFERED, "502 no" };
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

/* Where a conversation may be when it is stopped, and what is known then. */
static const struct point {
	const char		*script[CONVERSATION_TURNS];
	enum session_stage	 stage;
	bool			 injected;
	struct conversation_end	 so_far;
} points[] = {
	{ { NULL }, STAGE_GREETING, false,
	    { STAGE_GREETING, OUTCOME_TIMEOUT, WHY } },
	{ { "S= 220-mx\r\n2" }, STAGE_GREETING, false,
	    { STAGE_GREETING, OUTCOME_TIMEOUT, WHY } },
	{ { TO_EHLO }, STAGE_EHLO, false,
	    { STAGE_EHLO, OUTCOME_TIMEOUT, WHY } },
	{ { TO_STARTTLS }, STAGE_STARTTLS, false,
	    { STAGE_STARTTLS, OUTCOME_TIMEOUT, WHY } },
	{ { TO_HELLO }, STAGE_HANDSHAKE, false,
	    { STAGE_HANDSHAKE, OUTCOME_TIMEOUT, WHY } },
	{ { TO_STARTTLS, "S: 220 go\r\n250 injected", "hello" },
	    STAGE_HANDSHAKE, true, { STAGE_HANDSHAKE, OUTCOME_TIMEOUT, WHY } },
	{ { "S: 554 no", QUIT }, STAGE_DONE, false,
	    { STAGE_GREETING, OUTCOME_REFUSED, "554 no" } },
	{ { TO_STARTTLS, "S: 454 no", QUIT }, STAGE_DONE, false,
	    { STAGE_STARTTLS, OUTCOME_STARTTLS_REFUSED, "454 no" } },
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

/* Stops it: whatever the server does then, nobody hears of it. */
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
test_points(void **state)
{
	static const struct conversation_wish wish = { .drips = false };
	const struct point *point;
	struct conversation *one;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(points); i++) {
		point = &points[i];
		one = conversation_new(&wish);
		conversation_play(one, point->script);
		assert_null(peer_fault(one->peer));
		assert_non_null(one->session);
		assert_int_equal(session_stage(one->session), point->stage);
		check_so_far(one, &point->so_far, point->injected);
		cancel(one);
		conversation_free(one);
	}
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

/* Between the end and its being told. */
static void
test_cancel_at_the_end(void **state)
{
	static const char *const before[] = { "S: what?", NULL };
	static const struct conversation_end end = { STAGE_GREETING,
		OUTCOME_PROTOCOL, "not an SMTP reply: what?" };
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

/* After its end nobody hears of it again, though the stream is still there. */
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

/* Of a flood only so much is kept in memory; the rest is never read. */
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
	assert_in_range(kept, 0, 16384);
	conversation_free(one);
}

/* How long each step may take, in seconds. */
static void
test_limits(void **state)
{
	static const struct {
		const char	*script[CONVERSATION_TURNS];
		int		 limit;
	} rows[] = {
		{ { NULL }, 40 },
		{ { TO_EHLO }, 30 },
		{ { TO_STARTTLS }, 30 },
		{ { TO_HELLO }, 30 },
		{ { "S: 554 no", QUIT }, 2 },
	};
	static const struct conversation_wish wish = { .drips = false };
	struct conversation *one;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		one = conversation_new(&wish);
		conversation_play(one, rows[i].script);
		/* The machine may be slow, but not that slow. */
		assert_in_range(timeless_left(one->base), rows[i].limit / 2,
		    rows[i].limit);
		conversation_free(one);
	}
}

/* To go on and on gains a server no time, but each step has its own. */
static void
test_limits_are_total(void **state)
{
	static const char *const on_and_on[] = { "S*9 220-mx\r\n", NULL };
	static const char *const at_last[] = { "S: 220 mx", EHLO, NULL };
	static const struct conversation_wish wish = { .drips = true };
	struct conversation *one = conversation_new(&wish);

	(void)state;
	timeless_run(one->base);
	/* A time that no step has, to be known again. */
	timeless_postpone(one->base, 1000);
	conversation_play(one, on_and_on);
	assert_in_range(timeless_left(one->base), 900, 1000);
	conversation_play(one, at_last);
	assert_in_range(timeless_left(one->base), 20, 30);
	conversation_free(one);
}

#define ESCAPES "\x1b]0;owned\x07 \\0 \xff \xe2\x80\xae"
#define ESCAPED "\\x1b]0;owned\\x07 \\x00 \\xff \\u{202e}"

static void
test_trace(void **state)
{
	static const char *const script[] = { "S: 220 mx " ESCAPES, EHLO,
		"S: 250-mx " ESCAPES "\r\n250 STARTTLS", STARTTLS,
		"S: 454 no " ESCAPES, QUIT, "S: 221-" ESCAPES "\r\n221 bye",
		NULL };
	static const char *const heard[] = { "",
		"1 STARTTLS: 454 no " ESCAPED "\n",
		"2 S: 220 mx " ESCAPED "\n"
		"2 C: EHLO " CONVERSATION_HELO "\n"
		"2 S: 250 mx " ESCAPED "\n"
		"2 S: 250 STARTTLS\n"
		"2 C: STARTTLS\n"
		"2 S: 454 no " ESCAPED "\n"
		"1 STARTTLS: 454 no " ESCAPED "\n"
		"2 C: QUIT\n"
		"2 S: 221 " ESCAPED "\n"
		"2 S: 221 bye\n" };
	static const struct conversation_end end = { STAGE_STARTTLS,
		OUTCOME_STARTTLS_REFUSED, "454 no " ESCAPED };
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
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start),
		cmocka_unit_test(test_points),
		cmocka_unit_test(test_cancel_at_once),
		cmocka_unit_test(test_cancel_at_the_end),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_limits_are_total),
		cmocka_unit_test(test_trace),
		cmocka_unit_test(test_stage_names),
	};

	return cmocka_run_group_tests_name("session contract", tests, NULL,
	    NULL);
}
