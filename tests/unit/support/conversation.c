#include "tests/unit/support/conversation.h"

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "resolver/memory.h"
#include "tests/unit/support/timeless.h"

static void
let_go(struct conversation *one)
{
	if (one->stream != NULL)
		bufferevent_free(one->stream);
	one->stream = NULL;
}

/* Whether nobody listens to the stream. */
static bool
is_free(struct bufferevent *stream)
{
	bufferevent_data_cb on_read, on_write;
	bufferevent_event_cb on_event;

	bufferevent_getcb(stream, &on_read, &on_write, &on_event, NULL);
	return on_read == NULL && on_write == NULL && on_event == NULL;
}

static void
on_end(struct session_result *result, void *argument)
{
	struct conversation *one = argument;

	one->ends++;
	one->session = NULL;
	/* The session is gone by now, with all that it hung there. */
	assert_true(is_free(one->stream));
	if (one->wish.leaves)
		return;
	session_result_clear(&one->result);
	one->result = *result;
	/* Kept beyond the session: nothing of it may be cleared. */
	result->error = NULL;
	result->handshake = NULL;
	result->replies = NULL;
	result->reply_count = 0;
	let_go(one);
}

static void
hear(void *listener, enum trace_level level, const char *subject,
    const char *line)
{
	struct conversation *one = listener;
	char *longer = memory_format("%s%d %s\n", one->heard, level, line);

	assert_string_equal(subject, CONVERSATION_SUBJECT);
	free(one->heard);
	one->heard = longer;
	if (one->wish.breaks && level == TRACE_STEPS)
		event_base_loopbreak(one->base);
}

/* The options do not outlive this call, and need not. */
static void
start(struct conversation *one)
{
	const struct session_options options = {
		.helo = one->wish.nameless ? NULL : CONVERSATION_HELO,
		.offer = one->wish.offer,
		.handshake_limit = one->wish.handshake_limit,
		.keep_replies = one->wish.keeps,
		.tls = one->tls,
		.subject = CONVERSATION_SUBJECT,
		.trace = one->trace.level > 0 ? &one->trace : NULL,
	};

	one->session = session_start(one->base, one->stream, &options, on_end,
	    one);
}

struct conversation *
conversation_new(const struct conversation_wish *wish)
{
	struct conversation *one = memory_new(1, sizeof(*one));

	one->wish = *wish;
	one->base = event_base_new();
	one->tls = tls_client_new();
	one->heard = memory_string("");
	one->trace = (struct trace){ hear, one, wish->trace_level };
	one->peer = peer_new(one->base, wish->context, wish->drips,
	    &one->stream);
	/* What the server says first may have been read before the start. */
	bufferevent_enable(one->stream, EV_READ);
	if (wish->before != NULL)
		peer_play(one->peer, wish->before);
	start(one);
	return one;
}

void
conversation_free(struct conversation *one)
{
	if (one == NULL)
		return;
	session_cancel(one->session);
	let_go(one);
	session_result_clear(&one->result);
	peer_free(one->peer);
	tls_client_free(one->tls);
	event_base_free(one->base);
	free(one->heard);
	free(one);
}

void
conversation_play(struct conversation *one, const char *const *script)
{
	timeless_run(one->base);
	peer_play(one->peer, script);
	timeless_run(one->base);
}

static bool
fits(const char *text, const char *pattern)
{
	size_t size = pattern != NULL ? strlen(pattern) : 0;

	if (text == NULL || pattern == NULL)
		return text == pattern;
	if (size > 0 && pattern[size - 1] == '*')
		return strncmp(text, pattern, size - 1) == 0;
	return strcmp(text, pattern) == 0;
}

void
conversation_check(const char *what, const struct session_result *result,
    const struct conversation_end *end)
{
	if (result->stage != end->stage || result->outcome != end->outcome ||
	    result->reply_code != end->reply_code ||
	    !fits(result->error, end->error))
		fail_msg("%s: stage %s, outcome %d, reply %d, error '%s'", what,
		    session_stage_name(result->stage), result->outcome,
		    result->reply_code,
		    result->error != NULL ? result->error : "none");
	if ((result->handshake != NULL) != (end->outcome == OUTCOME_DONE))
		fail_msg("%s: a handshake, or none", what);
}

void
conversation_check_end(const char *what, const struct conversation *one,
    const struct conversation_end *end)
{
	char *fault = peer_fault(one->peer);

	if (fault != NULL)
		fail_msg("%s: %s", what, fault);
	if (one->ends != 1)
		fail_msg("%s: it ended %u times", what, one->ends);
	/* Whatever a server may cost, it does so in TLS. */
	if ((end->outcome == OUTCOME_DONE && one->result.key_cost <= 0) ||
	    (end->stage < STAGE_HANDSHAKE && one->result.key_cost != 0))
		fail_msg("%s: the keys cost %g ms", what,
		    one->result.key_cost);
	conversation_check(what, &one->result, end);
}
