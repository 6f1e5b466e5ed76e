#include "smtp/session.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/text.h"
#include "resolver/trace.h"
#include "smtp/address.h"
#include "smtp/dial.h"
#include "smtp/reply.h"
#include "smtp/tls_alert.h"

/* Octets from the server that may wait to be parsed. */
#define INPUT_LIMIT 16384

/*
 * Seconds for QUIT, from which little is learnt, and for EHLO in TLS: a server
 * that misses the client's certificate does so at once.
 */
#define QUIT_LIMIT 2
#define EHLO_IN_TLS_LIMIT 10

enum step {
	STEP_CONNECTED,
	STEP_GREETING,
	STEP_EHLO,
	STEP_HELO,
	STEP_STARTTLS,
	STEP_HANDSHAKE,
	STEP_EHLO_IN_TLS,
	STEP_QUIT,
	STEP_END,
};

struct session {
	struct bufferevent	*stream;	/* borrowed, in clear text */
	struct bufferevent	*tls_stream;	/* owned; NULL until STARTTLS */
	SSL			*tls;		/* owned; NULL likewise */
	struct session_options	 options;	/* borrowed members */
	char			*literal;	/* owned; NULL: there is a name
						 * for EHLO */
	enum step		 step;
	struct reply		 reply;
	size_t			 traced;	/* lines of the reply */
	struct {
		int		 code;		/* 0: EHLO was accepted */
		char		*text;		/* owned */
		bool		 personal;	/* it refuses this client */
	} rejection;				/* of EHLO */
	bool			 masked;	/* the greeting (reply.h) */
	bool			 heard_in_tls;	/* anything */
	struct event		*limit;		/* owned; of the step */
	struct event		*deferred;	/* owned; see on_deferred */
	bool			 has_outcome;	/* the first one stands */
	struct session_result	 result;
	session_done		*done;
	void			*argument;	/* borrowed */
};

static void	 send_ehlo(struct session *session);
static void	 send_helo(struct session *session);
static void	 send_starttls(struct session *session);
static void	 begin_handshake(struct session *session);
static void	 send_quit(struct session *session);
static enum step got_greeting(struct session *session);
static enum step got_ehlo(struct session *session);
static enum step got_helo(struct session *session);
static enum step got_starttls(struct session *session);
static enum step got_ehlo_in_tls(struct session *session);
static enum step got_goodbye(struct session *session);

/*
 * The dialogue. The limits are shorter than the minutes of RFC 5321 4.5.3.2: a
 * greeting may be delayed on purpose, the rest has no reason to be. ENDED is
 * what it means when the server ends the connection during the step: until it
 * has answered EHLO, it refuses this client; after that, it breaks its promise
 * of TLS.
 */
static const struct step_row {
	enum session_stage	stage;
	const char		*name;
	int			limit;		/* seconds, for all of it */
	void			(*enter)(struct session *session);
	enum step		(*reply)(struct session *session);
	enum session_outcome	ended;
} steps[] = {
	[STEP_CONNECTED] = { STAGE_GREETING, "connected", 0, NULL, NULL,
	    OUTCOME_REFUSED },
	[STEP_GREETING] = { STAGE_GREETING, "greeting", 40, NULL,
	    got_greeting, OUTCOME_REFUSED },
	[STEP_EHLO] = { STAGE_EHLO, "EHLO", 30, send_ehlo,
	    got_ehlo, OUTCOME_REFUSED },
	[STEP_HELO] = { STAGE_EHLO, "HELO", 30, send_helo,
	    got_helo, OUTCOME_REFUSED },
	[STEP_STARTTLS] = { STAGE_STARTTLS, "STARTTLS", 30, send_starttls,
	    got_starttls, OUTCOME_STARTTLS_REFUSED },
	[STEP_HANDSHAKE] = { STAGE_HANDSHAKE, "TLS handshake", 30,
	    begin_handshake, NULL, OUTCOME_HANDSHAKE_FAILED },
	[STEP_EHLO_IN_TLS] = { STAGE_DONE, "EHLO in TLS", EHLO_IN_TLS_LIMIT,
	    send_ehlo, got_ehlo_in_tls, OUTCOME_DONE },
	[STEP_QUIT] = { STAGE_DONE, "QUIT", QUIT_LIMIT, send_quit,
	    got_goodbye, OUTCOME_DONE },
	[STEP_END] = { STAGE_DONE, "end", 0, NULL, NULL, OUTCOME_DONE },
};

static void	on_read(struct bufferevent *stream, void *argument);
static void	on_event(struct bufferevent *stream, short what,
		    void *argument);

static struct bufferevent *
current_stream(const struct session *session)
{
	return session->tls_stream != NULL ? session->tls_stream :
	    session->stream;
}

/* Sets the outcome, unless there is one. Takes ownership of ERROR. */
static void
set_outcome(struct session *session, enum session_outcome outcome,
    int reply_code, char *error)
{
	if (session->has_outcome) {
		free(error);
		return;
	}
	session->has_outcome = true;
	session->result.stage = outcome == OUTCOME_DONE ? STAGE_DONE :
	    steps[session->step].stage;
	session->result.outcome = outcome;
	session->result.reply_code = reply_code;
	session->result.error = error;
	if (error != NULL)
		trace_say(session->options.trace, TRACE_STEPS,
		    session->options.subject, "%s: %s",
		    steps[session->step].name, error);
}

/* In seconds. */
static int
step_limit(const struct session *session, enum step step)
{
	if (step == STEP_HANDSHAKE && session->options.handshake_limit != 0)
		return session->options.handshake_limit;
	return steps[step].limit;
}

/* The only place where the step changes. */
static void
session_enter(struct session *session, enum step step)
{
	const struct timeval limit = { .tv_sec = step_limit(session, step) };

	trace_say(session->options.trace, TRACE_STEPS,
	    session->options.subject, "%s -> %s", steps[session->step].name,
	    steps[step].name);
	reply_clear(&session->reply);
	session->traced = 0;
	session->step = step;
	if (step == STEP_END) {
		/* The end comes from the loop, not from inside a callback. */
		event_del(session->limit);
		bufferevent_setcb(current_stream(session), NULL, NULL, NULL,
		    NULL);
		event_active(session->deferred, EV_TIMEOUT, 0);
		return;
	}
	event_add(session->limit, &limit);
	if (steps[step].enter != NULL)
		steps[step].enter(session);
}

static void
send_command(struct session *session, const char *verb, const char *argument)
{
	trace_say(session->options.trace, TRACE_CONVERSATION,
	    session->options.subject, "C: %s%s", verb, argument);
	evbuffer_add_printf(bufferevent_get_output(current_stream(session)),
	    "%s%s\r\n", verb, argument);
}

/* What we are called. Borrowed. */
static const char *
own_name(const struct session *session)
{
	return session->literal != NULL ? session->literal :
	    session->options.helo;
}

static void
send_ehlo(struct session *session)
{
	send_command(session, "EHLO ", own_name(session));
}

static void
send_helo(struct session *session)
{
	send_command(session, "HELO ", own_name(session));
}

static void
send_starttls(struct session *session)
{
	send_command(session, "STARTTLS", "");
}

static void
send_quit(struct session *session)
{
	send_command(session, "QUIT", "");
}

/* The reply to the command at hand, to be added to. NULL: it is not kept. */
static struct session_reply *
kept_reply(struct session *session)
{
	const enum session_stage stage = steps[session->step].stage;
	struct session_result *result = &session->result;

	if (!session->options.keep_replies || stage > STAGE_STARTTLS)
		return NULL;
	if (result->reply_count > 0 &&
	    result->replies[result->reply_count - 1].stage == stage)
		return &result->replies[result->reply_count - 1];
	if (result->reply_count == SESSION_REPLIES_MAX)
		return NULL;
	result->replies = memory_grow(result->replies, result->reply_count,
	    sizeof(*result->replies));
	result->replies[result->reply_count].stage = stage;
	return &result->replies[result->reply_count++];
}

/* Keeps the first SIZE octets of INPUT, up to the limit, and leaves them. */
static void
keep_octets(struct session *session, struct evbuffer *input, size_t size)
{
	struct session_reply *reply = kept_reply(session);
	uint8_t *octets;

	if (reply == NULL)
		return;
	if (size > SESSION_REPLY_MAX - reply->size)
		size = SESSION_REPLY_MAX - reply->size;
	if (size == 0)
		return;
	octets = memory_new(reply->size + size, 1);
	if (reply->size > 0)
		memcpy(octets, reply->octets, reply->size);
	evbuffer_copyout(input, octets + reply->size, size);
	free(reply->octets);
	reply->octets = octets;
	reply->size += size;
}

/* The reply is a rejection: sets the outcome. Returns the next step. */
static enum step
rejected(struct session *session, enum session_outcome outcome)
{
	set_outcome(session, outcome, session->reply.code,
	    reply_text(&session->reply));
	return STEP_QUIT;
}

static enum step
got_greeting(struct session *session)
{
	session->masked = reply_is_masked(&session->reply);
	switch (session->reply.code / 100) {
	case 2:
		return STEP_EHLO;
	case 4:
	case 5:
		return rejected(session, OUTCOME_REFUSED);
	default:
		return rejected(session, OUTCOME_PROTOCOL);
	}
}

/*
 * EHLO is rejected, which HELO may not be. Was it EHLO when it came to the
 * server? A device that masks greetings knows the commands of RFC 821 alone.
 */
static void
note_rejection(struct session *session)
{
	const struct reply *reply = &session->reply;

	session->rejection.code = reply->code;
	session->rejection.text = reply_text(reply);
	session->rejection.personal = reply_refuses_client(reply);
	if (reply_quotes_masked_command(reply) || (session->masked &&
	    reply->code / 100 == 5 && !session->rejection.personal))
		session->result.rewrite = REWRITE_COMMAND;
}

static enum step
got_ehlo(struct session *session)
{
	/* 421: the server ends the conversation (RFC 5321 3.8). */
	if (session->reply.code == 421)
		return rejected(session, OUTCOME_REFUSED);
	if (session->reply.code / 100 != 2) {
		note_rejection(session);
		return STEP_HELO;
	}
	if (reply_announces(&session->reply, "STARTTLS"))
		return STEP_STARTTLS;
	if (reply_has_masked_keyword(&session->reply))
		session->result.rewrite = REWRITE_KEYWORD;
	set_outcome(session, OUTCOME_STARTTLS_NOT_OFFERED, session->reply.code,
	    memory_string("the reply to EHLO does not announce STARTTLS"));
	return STEP_QUIT;
}

/*
 * Senders try HELO where EHLO is rejected (RFC 5321 3.2). A server that takes
 * it does not know EHLO, and so offers no STARTTLS; one that rejects both does
 * not like this client, nor does one that said so to EHLO.
 */
static enum step
got_helo(struct session *session)
{
	const bool welcome = session->reply.code / 100 == 2 &&
	    !session->rejection.personal;

	set_outcome(session, welcome ? OUTCOME_STARTTLS_NOT_OFFERED :
	    OUTCOME_REFUSED, session->rejection.code,
	    memory_string(session->rejection.text));
	return STEP_QUIT;
}

static enum step
got_starttls(struct session *session)
{
	struct evbuffer *input = bufferevent_get_input(session->stream);

	/* RFC 3207 says 220; senders continue after any 2xx. */
	if (session->reply.code / 100 != 2)
		return rejected(session, reply_refuses_client(&session->reply) ?
		    OUTCOME_REFUSED : OUTCOME_STARTTLS_REFUSED);
	/*
	 * What follows the 220 was not sent under TLS, whoever sent it: it is
	 * discarded (RFC 3207 4.2 and 6, CVE-2011-0411).
	 */
	if (evbuffer_get_length(input) > 0) {
		session->result.plaintext_injected = true;
		keep_octets(session, input, evbuffer_get_length(input));
		evbuffer_drain(input, evbuffer_get_length(input));
	}
	return STEP_HANDSHAKE;
}

/*
 * The handshake was none after all, as the server says. What it presented in it
 * does not count: before TLS 1.3, it would not have come so far either.
 */
static void
undo_handshake(struct session *session, enum session_outcome outcome,
    int reply_code, char *error)
{
	struct session_result *result = &session->result;

	handshake_free(result->handshake);
	result->handshake = NULL;
	session->has_outcome = false;
	set_outcome(session, outcome, reply_code, error);
	result->stage = STAGE_HANDSHAKE;
}

/*
 * A server may do without alerts and say in SMTP that it insists on a
 * certificate: Postfix (smtpd_tls_req_ccert) with "421 4.7.1".
 */
static enum step
got_ehlo_in_tls(struct session *session)
{
	if (reply_lacks_authorisation(&session->reply))
		undo_handshake(session, OUTCOME_CLIENT_CERTIFICATE,
		    session->reply.code, reply_text(&session->reply));
	return STEP_QUIT;
}

static enum step
got_goodbye(struct session *session)
{
	(void)session;
	return STEP_END;
}

/*
 * OpenSSL tells of each message. Some alerts are what becomes of a ClientHello
 * of which a part was lost.
 */
static void
on_message(int sent, int version, int kind, const void *octets, size_t size,
    SSL *tls, void *argument)
{
	const unsigned char *alert = octets;
	struct session *session = argument;

	(void)version;
	(void)tls;
	if (sent)
		return;
	if (kind == SSL3_RT_HANDSHAKE)
		session->result.answered = true;
	if (kind == SSL3_RT_ALERT && size == 2)
		session->result.answered |=
		    alert[1] != SSL_AD_UNEXPECTED_MESSAGE &&
		    alert[1] != SSL_AD_RECORD_OVERFLOW &&
		    alert[1] != SSL_AD_ILLEGAL_PARAMETER &&
		    alert[1] != SSL_AD_DECODE_ERROR &&
		    alert[1] != SSL_AD_INTERNAL_ERROR;
}

static void
begin_handshake(struct session *session)
{
	const struct session_options *options = &session->options;

	session->tls = tls_client_session(options->tls, &options->offer);
	if (session->tls == NULL) {
		set_outcome(session, OUTCOME_UNTRIED, 0,
		    memory_string("no key type is left to offer"));
		session_enter(session, STEP_END);
		return;
	}
	SSL_set_msg_callback(session->tls, on_message);
	SSL_set_msg_callback_arg(session->tls, session);
	bufferevent_setcb(session->stream, NULL, NULL, NULL, NULL);
	bufferevent_setwatermark(session->stream, EV_READ, 0, 0);
	session->tls_stream = bufferevent_openssl_filter_new(
	    bufferevent_get_base(session->stream), session->stream,
	    session->tls, BUFFEREVENT_SSL_CONNECTING, BEV_OPT_DEFER_CALLBACKS);
	if (session->tls_stream == NULL)
		abort();
	/* An end without close_notify is reported as an end, not an error. */
	bufferevent_openssl_set_allow_dirty_shutdown(session->tls_stream, 1);
	bufferevent_setwatermark(session->tls_stream, EV_READ, 0,
	    INPUT_LIMIT);
	bufferevent_setcb(session->tls_stream, on_read, NULL, on_event,
	    session);
	bufferevent_enable(session->tls_stream, EV_READ | EV_WRITE);
}

/*
 * Traces the lines that have arrived since the last call, each as it is on the
 * wire (RFC 5321 4.2.1).
 */
static void
trace_reply(struct session *session, enum reply_state state)
{
	const struct reply *reply = &session->reply;
	const char *line, *separator;

	for (; session->traced < reply->count; session->traced++) {
		line = reply->lines[session->traced];
		separator = *line != '\0' ? " " : "";
		if (state != REPLY_COMPLETE ||
		    session->traced + 1 < reply->count)
			separator = "-";
		trace_say(session->options.trace, TRACE_CONVERSATION,
		    session->options.subject, "S: %d%s%s",
		    session->traced < reply->welcomes ? REPLY_READY :
		    reply->code, separator, line);
	}
}

/* Parses input as a reply. When the reply is complete, enters the next step. */
static void
take_reply(struct session *session, struct evbuffer *input)
{
	enum reply_state state;
	size_t size, used;
	const char *bytes;

	size = evbuffer_get_contiguous_space(input);
	bytes = (const char *)evbuffer_pullup(input, (ev_ssize_t)size);
	state = reply_feed(&session->reply, bytes, size, &used);
	session->heard_in_tls = session->tls_stream != NULL;
	/* What another protocol says is worth more than its first octet. */
	keep_octets(session, input, state == REPLY_BAD ?
	    evbuffer_get_length(input) : used);
	evbuffer_drain(input, used);
	trace_reply(session, state);
	if (state == REPLY_MORE) {
		dial_quickack(session->stream);
		return;
	}
	if (state == REPLY_BAD) {
		set_outcome(session, OUTCOME_PROTOCOL, 0,
		    reply_text(&session->reply));
		session_enter(session, STEP_END);
		return;
	}
	session_enter(session, steps[session->step].reply(session));
}

static void
on_read(struct bufferevent *stream, void *argument)
{
	struct session *session = argument;
	struct evbuffer *input = bufferevent_get_input(stream);

	while (stream == current_stream(session) &&
	    steps[session->step].reply != NULL &&
	    evbuffer_get_length(input) > 0) {
		/*
		 * A server that sends replies before the commands is tolerated:
		 * the input is the next step's reply.
		 */
		take_reply(session, input);
	}
}

/*
 * The error that ended TLS: an alert of the server's, if there was one. 0:
 * there was no error.
 */
static unsigned long
tls_error(struct session *session)
{
	unsigned long first = 0, code;

	while ((code = bufferevent_get_openssl_error(session->tls_stream)) !=
	    0) {
		if (first == 0 || tls_alert_of_error(code) != ALERT_NONE)
			first = code;
	}
	return first;
}

/* Why the handshake failed. Owned by the caller. */
static char *
handshake_error(unsigned long code, short what)
{
	char *reason, *text;

	if (code == 0)
		return memory_string(what & BEV_EVENT_EOF ?
		    "the server closed the connection in the TLS handshake" :
		    "the connection was lost in the TLS handshake");
	if (ERR_GET_REASON(code) == SSL_R_WRONG_VERSION_NUMBER ||
	    ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST)
		return memory_string("the server answered in clear text or in "
		    "another protocol, not in TLS");
	reason = tls_error_text(code);
	text = memory_format("TLS: %s", reason);
	free(reason);
	return text;
}

static void
got_handshake(struct session *session)
{
	session->result.handshake = handshake_from_session(session->tls);
	if (session->result.handshake == NULL) {
		set_outcome(session, OUTCOME_HANDSHAKE_FAILED, 0,
		    memory_string("the server presented no certificate"));
	} else {
		set_outcome(session, OUTCOME_DONE, 0, NULL);
		trace_say(session->options.trace, TRACE_STEPS,
		    session->options.subject, "TLS: %s, %s, %s",
		    session->result.handshake->protocol,
		    session->result.handshake->cipher,
		    key_type_name(session->result.handshake->key_type));
	}
	session->result.asks_certificate =
	    tls_asks_for_certificate(session->tls);
	session_enter(session, session->result.asks_certificate &&
	    session->result.handshake != NULL ? STEP_EHLO_IN_TLS : STEP_QUIT);
}

/*
 * TLS has ended, in its handshake or after it. Under TLS 1.3 the handshake is
 * done here before the server has seen the client's part of it: a fatal alert
 * in place of its first reply belongs to the handshake (RFC 8446 4.4.2.4 and
 * 6.2). An end without an alert does not.
 */
static void
end_tls(struct session *session, short what)
{
	struct session_result *result = &session->result;
	const unsigned long code = tls_error(session);
	const unsigned int alert = tls_alert_of_error(code);
	enum session_outcome outcome = OUTCOME_HANDSHAKE_FAILED;

	if (session->step != STEP_HANDSHAKE &&
	    (result->handshake == NULL || session->heard_in_tls ||
		alert == ALERT_NONE))
		return;
	result->asks_certificate = tls_asks_for_certificate(session->tls);
	result->alert = alert;
	if (result->asks_certificate && tls_alert_demands_certificate(alert))
		outcome = OUTCOME_CLIENT_CERTIFICATE;
	undo_handshake(session, outcome, 0, handshake_error(code, what));
}

static void
on_event(struct bufferevent *stream, short what, void *argument)
{
	struct session *session = argument;
	enum session_outcome ended = steps[session->step].ended;
	char *why;

	if (what & BEV_EVENT_CONNECTED) {
		got_handshake(session);
		return;
	}
	if ((what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) == 0)
		return;
	/*
	 * In TLS, what the server said before it stopped listening is still to
	 * be read: its alert.
	 */
	if (session->tls_stream != NULL && (what & BEV_EVENT_WRITING) != 0 &&
	    (what & BEV_EVENT_READING) == 0)
		return;
	/* Input that came before the end counts. */
	on_read(stream, session);
	if (session->step == STEP_END)
		return;
	if (session->tls_stream != NULL) {
		end_tls(session, what);
		session_enter(session, STEP_END);
		return;
	}
	if (session->rejection.text != NULL)
		why = memory_string(session->rejection.text);
	else
		why = memory_format("the server %s the connection instead of "
		    "answering (%s)", what & BEV_EVENT_EOF ? "closed" : "reset",
		    steps[session->step].name);
	/* A reset before the greeting amounts to no connection. */
	if (session->step == STEP_GREETING && (what & BEV_EVENT_ERROR))
		ended = OUTCOME_CONNECT_FAILED;
	set_outcome(session, ended, session->rejection.code, why);
	session_enter(session, STEP_END);
}

static void
on_limit(evutil_socket_t fd, short what, void *argument)
{
	struct session *session = argument;
	const struct step_row *row = &steps[session->step];
	char *limit = text_seconds(step_limit(session, session->step));

	(void)fd;
	(void)what;
	set_outcome(session, OUTCOME_TIMEOUT, 0,
	    memory_format("no answer within %s (%s)", limit, row->name));
	free(limit);
	session_enter(session, STEP_END);
}

static void
session_free(struct session *session)
{
	if (session->tls_stream != NULL)
		bufferevent_free(session->tls_stream);
	SSL_free(session->tls);
	bufferevent_setcb(session->stream, NULL, NULL, NULL, NULL);
	event_free(session->limit);
	event_free(session->deferred);
	reply_clear(&session->reply);
	free(session->rejection.text);
	free(session->literal);
	free(session);
}

/*
 * Runs twice, from the loop: to begin, so that nothing happens inside
 * session_start, and to end, so that nothing is freed while in use.
 */
static void
on_deferred(evutil_socket_t fd, short what, void *argument)
{
	struct session *session = argument;
	struct session_result result;
	session_done *done;

	(void)fd;
	(void)what;
	if (session->step == STEP_CONNECTED) {
		bufferevent_setwatermark(session->stream, EV_READ, 0,
		    INPUT_LIMIT);
		bufferevent_setcb(session->stream, on_read, NULL, on_event,
		    session);
		bufferevent_enable(session->stream, EV_READ | EV_WRITE);
		session_enter(session, STEP_GREETING);
		on_read(session->stream, session);
		return;
	}
	result = session->result;
	if (session->tls != NULL)
		result.key_cost = tls_key_cost(session->tls);
	done = session->done;
	argument = session->argument;
	session_free(session);
	done(&result, argument);
	session_result_clear(&result);
}

/* How we are called without a name. Owned by the caller. */
static char *
literal_of(struct bufferevent *stream)
{
	const struct address source = dial_source(stream);

	return source.family != 0 ? address_literal(&source) :
	    memory_string(SESSION_HELO_UNKNOWN);
}

struct session *
session_start(struct event_base *base, struct bufferevent *stream,
    const struct session_options *options, session_done *done,
    void *argument)
{
	struct session *session = memory_new(1, sizeof(*session));

	session->stream = stream;
	session->options = *options;
	if (options->helo == NULL)
		session->literal = literal_of(stream);
	session->done = done;
	session->argument = argument;
	reply_init(&session->reply);
	session->limit = evtimer_new(base, on_limit, session);
	session->deferred = event_new(base, -1, 0, on_deferred, session);
	if (session->limit == NULL || session->deferred == NULL)
		abort();
	event_active(session->deferred, EV_TIMEOUT, 0);
	return session;
}

void
session_so_far(const struct session *session, const char *why,
    struct session_result *result)
{
	*result = session->result;
	if (!session->has_outcome) {
		result->stage = steps[session->step].stage;
		result->outcome = OUTCOME_TIMEOUT;
	}
	result->error = memory_string(session->has_outcome ?
	    session->result.error : why);
	if (result->handshake != NULL)
		result->handshake = handshake_copy(result->handshake);
	result->replies = session_replies_copy(result->replies,
	    result->reply_count);
}

void
session_cancel(struct session *session)
{
	if (session == NULL)
		return;
	session_result_clear(&session->result);
	session_free(session);
}

enum session_stage
session_stage(const struct session *session)
{
	return steps[session->step].stage;
}

void
session_result_clear(struct session_result *result)
{
	free(result->error);
	handshake_free(result->handshake);
	session_replies_free(result->replies, result->reply_count);
	memset(result, 0, sizeof(*result));
}

struct session_reply *
session_replies_copy(const struct session_reply *replies, size_t count)
{
	struct session_reply *copy;
	size_t i;

	if (count == 0)
		return NULL;
	copy = memory_new(count, sizeof(*copy));
	for (i = 0; i < count; i++) {
		copy[i] = replies[i];
		copy[i].octets = memory_copy(replies[i].octets,
		    replies[i].size);
	}
	return copy;
}

void
session_replies_free(struct session_reply *replies, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(replies[i].octets);
	free(replies);
}

const char *
session_stage_name(enum session_stage stage)
{
	static const char *const names[] = {
		[STAGE_CONNECT] = "connect",
		[STAGE_GREETING] = "greeting",
		[STAGE_EHLO] = "ehlo",
		[STAGE_STARTTLS] = "starttls",
		[STAGE_HANDSHAKE] = "handshake",
		[STAGE_DONE] = "done",
	};

	return names[stage];
}
