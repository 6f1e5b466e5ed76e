#include "checker/gather/endpoint.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/endpoint_ends.h"
#include "checker/gather/look.h"
#include "checker/gather/retry.h"
#include "resolver/memory.h"
#include "resolver/trace.h"
#include "smtp/dial.h"

/*
 * Seconds for handshakes that are to be compared. The short one has fewer: for
 * a server that is just slow it fails, too.
 */
#define LONG_LIMIT	8
#define SHORT_LIMIT	4

struct endpoint_gathering {
	const struct context		*context;	/* borrowed */
	struct endpoint_evidence	*evidence;	/* borrowed */
	struct endpoint_request		 request;
	char				*subject;	/* owned; the trace's */
	struct dial			*dial;		/* owned, NULL: none */
	struct session			*session;	/* owned, NULL: none */
	struct retry			 retry;
	/*
	 * Key types that share their cipher suites with older ones, kept back
	 * until it is clear whether there are those: a server that looks at
	 * suites alone would answer with the one that it has shown already.
	 */
	key_set				 kept_back;
	bool				 is_kept_back;	/* or there is none */
	struct look			 look;
	bool				 more;	/* a key type was new: there may
						 * be further ones */
	/*
	 * Key types that came up in turns with others, which are looked for by
	 * themselves, too: some machine may have several, and prefers another.
	 */
	key_set				 alone, asked_alone;
	/* Those that were weak, and are asked for strictly, too. */
	key_set				 strict, asked_strictly;
	/* A look for key types that got no answer, and how it ended. */
	struct look			 doubted;
	struct endpoint_ending		 doubt;	/* owned; no connections: there
						 * is none */
	bool				 short_only;	/* long ClientHellos
							 * fail, or may */
	bool				 long_only;	/* short ones fail */
};

static dial_done on_connected;
static session_done on_conversation;

static void
dial_next(struct endpoint_gathering *gathering)
{
	gathering->dial = dial_start(gathering->context->dialer,
	    gathering->request.party, &gathering->evidence->address,
	    on_connected, gathering);
}

static void
gathering_free(struct endpoint_gathering *gathering)
{
	retry_clear(&gathering->retry);
	free(gathering->doubt.error);
	free(gathering->subject);
	free(gathering);
}

static void
finish(struct endpoint_gathering *gathering)
{
	struct endpoint_evidence *evidence = gathering->evidence;
	const struct endpoint_request request = gathering->request;

	gathering_free(gathering);
	request.done(evidence, request.argument);
}

/* Connections that a look is of (--repeat). */
static unsigned int
repeats(const struct endpoint_gathering *gathering)
{
	const unsigned int repeat = gathering->context->options->repeat;

	return repeat > 1 ? repeat : 1;
}

/* The first type of a set, by itself. */
static key_set
one_of(key_set types)
{
	return types & (~types + 1);
}

/* Whether a key type is left to offer besides those in EXCEPT. */
static bool
can_offer(const struct endpoint_gathering *gathering, key_set except)
{
	return (tls_client_offers(gathering->context->tls) & ~except) != 0;
}

/* Begins a look. False: it has nothing to offer. */
static bool
begin(struct endpoint_gathering *gathering, enum look_purpose purpose,
    key_set except)
{
	if (!can_offer(gathering, except))
		return false;
	look_begin(&gathering->look, gathering->evidence, purpose, except);
	return true;
}

/* Begins the look for the next of the key types that are looked for alone. */
static bool
look_alone(struct endpoint_gathering *gathering)
{
	const key_set type = one_of(gathering->alone);

	gathering->alone &= ~type;
	gathering->asked_alone |= type;
	return type != 0 && begin(gathering, LOOK_ALONE, ~type);
}

/* Likewise of those that are asked for strictly. */
static bool
look_strictly(struct endpoint_gathering *gathering)
{
	const key_set type = one_of(gathering->strict);

	gathering->strict &= ~type;
	gathering->asked_strictly |= type;
	if (type == 0)
		return false;
	/* What is not known cannot be asked for alone. */
	look_begin(&gathering->look, gathering->evidence, LOOK_STRICT,
	    type == KEY_SET(KEY_UNKNOWN) ? 0 : ~type);
	gathering->look.strict = type;
	return true;
}

/* Whether a handshake was one of a version below TLS 1.3. */
static bool
has_old_version(const struct endpoint_evidence *evidence)
{
	size_t i;

	for (i = 0; i < evidence->handshake_count; i++) {
		if (evidence->handshakes[i].seen->version < TLS_1_3)
			return true;
	}
	return false;
}

/* Begins the look for further key types after a new one. */
static bool
look_further(struct endpoint_gathering *gathering)
{
	const key_set seen = look_types_seen(gathering->evidence);
	const bool more = gathering->more;

	gathering->more = false;
	if (more && !gathering->is_kept_back) {
		gathering->is_kept_back = true;
		if (has_old_version(gathering->evidence))
			gathering->kept_back = TLS_SHARING_SUITES & ~seen;
	}
	return more && begin(gathering, LOOK_KEY_TYPES,
	    seen | gathering->kept_back);
}

/* What is still to be looked for, after a look that has ended. */
static void
plan(struct endpoint_gathering *gathering, const struct look *look)
{
	const key_set shown = look->shown & ~KEY_SET(KEY_UNKNOWN);

	if (look_types_new(look) != 0)
		gathering->more = true;
	if (look->purpose == LOOK_STRICT && look->asked == 0)
		gathering->more = false;
	if ((shown & (shown - 1)) != 0)
		gathering->alone |= shown & ~gathering->asked_alone;
	gathering->strict |= look_types_weak(look, gathering->evidence) &
	    ~gathering->asked_strictly;
}

/* Begins the next look after one whose last connection ended in OUTCOME. */
static bool
next_look(struct endpoint_gathering *gathering, enum session_outcome outcome)
{
	if (gathering->evidence->outcome == OUTCOME_LIMIT)
		return false;
	plan(gathering, &gathering->look);
	look_settle(&gathering->look, gathering->evidence);
	if (look_alone(gathering) || look_strictly(gathering) ||
	    look_further(gathering))
		return true;
	if (gathering->kept_back == 0 || !look_has_asked(outcome))
		return false;
	gathering->kept_back = 0;
	return begin(gathering, LOOK_KEY_TYPES,
	    look_types_seen(gathering->evidence));
}

/* Whether the ClientHello of the look at hand is above one TCP segment. */
static bool
is_long(const struct endpoint_gathering *gathering)
{
	const struct look *look = &gathering->look;

	if (look->purpose >= LOOK_LONG)
		return look->purpose != LOOK_SHORT;
	/* The first is short, as most are. */
	return gathering->long_only || (look->purpose == LOOK_KEY_TYPES &&
	    look->is_later && !gathering->short_only);
}

/* Seconds for the handshake; 0: as usual. */
static int
handshake_limit(const struct endpoint_gathering *gathering)
{
	if (gathering->look.purpose == LOOK_SHORT)
		return SHORT_LIMIT;
	return is_long(gathering) && !gathering->long_only ? LONG_LIMIT : 0;
}

/*
 * Whether a conversation for a key type may have failed for the length of its
 * ClientHello: whoever refuses a key type says so, mostly.
 */
static bool
is_suspicious(const struct endpoint_gathering *gathering,
    const struct session_result *result)
{
	return gathering->look.purpose == LOOK_KEY_TYPES &&
	    is_long(gathering) && !gathering->long_only &&
	    result->stage == STAGE_HANDSHAKE && !result->answered &&
	    (result->outcome == OUTCOME_HANDSHAKE_FAILED ||
	    result->outcome == OUTCOME_TIMEOUT);
}

/* Keeps such a result until it is known what it says. */
static void
doubt(struct endpoint_gathering *gathering, struct session_result *result)
{
	free(gathering->doubt.error);
	gathering->doubt = look_end_of(result);
	result->error = NULL;
	look_pass_over(&gathering->look);
}

/* Begins to compare, or another look that compares; everything is offered. */
static bool
compare(struct endpoint_gathering *gathering, enum look_purpose purpose)
{
	look_begin(&gathering->look, gathering->evidence, purpose, 0);
	return true;
}

/* All take long ones: what became of the look for key types stands. */
static bool
resume(struct endpoint_gathering *gathering)
{
	const enum session_outcome outcome = gathering->doubt.outcome;

	gathering->look = gathering->doubted;
	look_record_end(&gathering->look, gathering->evidence,
	    &gathering->doubt);
	gathering->doubt.connections = 0;
	return next_look(gathering, outcome);
}

/*
 * Goes on comparing. It is told that long ones fail only where long ones fail
 * that offer the same as the first look, short ones do not, and other long ones
 * do. ERROR is that of the last.
 */
static bool
compare_lengths(struct endpoint_gathering *gathering, const char *error)
{
	const struct look look = gathering->look;
	const bool failed = look.failed == look.made;

	if (look.purpose == LOOK_LONG && look.done > 0)
		return resume(gathering);
	if (look.purpose == LOOK_LONG && failed)
		return compare(gathering, LOOK_SHORT);
	if (look.purpose == LOOK_SHORT && look.done == look.made)
		return compare(gathering, LOOK_LONG_AGAIN);
	if (look.purpose == LOOK_LONG_AGAIN && failed)
		gathering->evidence->long_hello_error = memory_string(error);
	/* The look for key types begins anew. */
	gathering->short_only = true;
	gathering->doubt.connections = 0;
	gathering->more = true;
	return look.done + look.failed == look.made &&
	    next_look(gathering, OUTCOME_DONE);
}

/*
 * Begins the first look anew with the group that a server may insist on, and
 * that makes a ClientHello long.
 */
static bool
look_longer(struct endpoint_gathering *gathering)
{
	if (gathering->look.is_later || gathering->long_only ||
	    gathering->evidence->handshake_count > 0 ||
	    gathering->evidence->outcome != OUTCOME_HANDSHAKE_FAILED ||
	    !tls_client_is_hybrid(gathering->context->tls))
		return false;
	gathering->long_only = true;
	endpoint_ends_forget(gathering->evidence);
	gathering->look = (struct look){ .purpose = LOOK_KEY_TYPES };
	return true;
}

/* Begins whatever comes after a look whose last connection ended so. */
static bool
go_on(struct endpoint_gathering *gathering,
    const struct session_result *result)
{
	if (gathering->look.purpose >= LOOK_LONG)
		return compare_lengths(gathering, result->error);
	if (gathering->doubt.connections > 0) {
		gathering->doubted = gathering->look;
		return compare(gathering, LOOK_LONG);
	}
	return look_longer(gathering) ||
	    next_look(gathering, result->outcome);
}

/* Whether the same may be offered once more, after such an end. */
static bool
is_repeated(const struct endpoint_gathering *gathering,
    enum session_outcome outcome)
{
	return gathering->look.made < repeats(gathering) &&
	    gathering->evidence->outcome != OUTCOME_LIMIT &&
	    outcome != OUTCOME_NO_ROUTE && outcome != OUTCOME_UNTRIED;
}

static void
set_resting(struct endpoint_gathering *gathering, bool rests)
{
	const struct endpoint_request *request = &gathering->request;

	if (request->rests != NULL)
		request->rests(rests, request->argument);
}

static void
on_rested(void *argument)
{
	struct endpoint_gathering *gathering = argument;

	trace_say(gathering->context->trace, TRACE_STEPS, gathering->subject,
	    "once more");
	dial_next(gathering);
	set_resting(gathering, false);
}

/*
 * Whether it is left to another attempt how a conversation ended; it is for the
 * first look alone, which speaks for the address.
 */
static bool
try_again(struct endpoint_gathering *gathering, struct session_result *result)
{
	const struct context *context = gathering->context;
	double pause;

	retry_settle(&gathering->retry, gathering->evidence);
	if (gathering->look.is_later || !retry_wants(&gathering->retry,
	    context->options, result))
		return false;
	pause = retry_begin(&gathering->retry, context->base,
	    context->options, result, on_rested, gathering);
	trace_say(context->trace, TRACE_STEPS, gathering->subject,
	    "%s: to be tried again in %.3g seconds",
	    gathering->retry.held.error != NULL ?
	    gathering->retry.held.error : "it ended early", pause);
	set_resting(gathering, true);
	return true;
}

/* A conversation has ended, or could not begin: goes on, or finishes. */
static void
conversation_over(struct endpoint_gathering *gathering,
    struct session_result *result)
{
	static const char *const purposes[] = {
		[LOOK_KEY_TYPES] = "once more, for a certificate of another "
		    "key type: should this handshake fail, there is none",
		[LOOK_ALONE] = "once more, for one of the key types alone, "
		    "since several came up in turns",
		[LOOK_STRICT] = "once more, with what senders that "
		    "authenticate ask for",
		[LOOK_LONG] = "once more, with a long ClientHello "
		    "that offers all",
		[LOOK_SHORT] = "once more, with a short ClientHello "
		    "that offers all",
		[LOOK_LONG_AGAIN] = "once more, with a long ClientHello that "
		    "offers all",
	};
	const struct trace *trace = gathering->context->trace;
	const char *subject = gathering->subject;
	const unsigned int repeat = repeats(gathering);

	dial_close(gathering->dial);
	gathering->dial = NULL;
	gathering->request.spent(result->key_cost, gathering->request.argument);
	if (try_again(gathering, result))
		return;
	if (is_suspicious(gathering, result))
		doubt(gathering, result);
	else
		look_record(&gathering->look, gathering->evidence, result,
		    repeat > 1);
	if (is_repeated(gathering, result->outcome)) {
		trace_say(trace, TRACE_STEPS, subject, "the same once more: "
		    "connection %u of %u", gathering->look.made + 1, repeat);
		dial_next(gathering);
	} else if (go_on(gathering, result)) {
		trace_say(trace, TRACE_STEPS, subject, "%s",
		    purposes[gathering->look.purpose]);
		dial_next(gathering);
	} else {
		finish(gathering);
	}
}

static void
on_connected(struct bufferevent *stream, enum dial_result dialled,
    const char *error, void *argument)
{
	static const enum session_outcome outcomes[] = {
		[DIAL_FAILED] = OUTCOME_CONNECT_FAILED,
		[DIAL_TIMED_OUT] = OUTCOME_TIMEOUT,
		[DIAL_NO_ROUTE] = OUTCOME_NO_ROUTE,
		[DIAL_CONNECTED] = OUTCOME_UNTRIED,
	};
	struct endpoint_gathering *gathering = argument;
	struct session_result result = { .stage = STAGE_CONNECT };
	const struct context *context = gathering->context;
	const struct session_options options = {
		.helo = context->options->helo,
		.offer = {
			.server_name = gathering->request.server_name,
			.except = gathering->look.except,
			.strict = gathering->look.purpose == LOOK_STRICT,
			.long_hello = is_long(gathering),
		},
		.handshake_limit = handshake_limit(gathering),
		.keep_replies = context->options->keep_octets &&
		    !gathering->look.is_later &&
		    gathering->evidence->reply_count == 0,
		.tls = context->tls,
		.subject = gathering->subject,
		.trace = context->trace,
	};

	if (stream != NULL) {
		gathering->evidence->source = dial_source(stream);
		gathering->session = session_start(context->base, stream,
		    &options, on_conversation, gathering);
		return;
	}
	trace_say(context->trace, TRACE_STEPS, gathering->subject,
	    "no connection: %s", error);
	result.outcome = outcomes[dialled];
	result.error = memory_string(error);
	conversation_over(gathering, &result);
	session_result_clear(&result);
}

static void
on_conversation(struct session_result *result, void *argument)
{
	struct endpoint_gathering *gathering = argument;

	gathering->session = NULL;
	conversation_over(gathering, result);
}

struct endpoint_gathering *
endpoint_start(const struct context *context,
    struct endpoint_evidence *endpoint, const struct endpoint_request *request)
{
	struct endpoint_gathering *gathering;
	char *address = address_text(&endpoint->address);

	gathering = memory_new(1, sizeof(*gathering));
	gathering->context = context;
	gathering->evidence = endpoint;
	endpoint->unoffered = tls_client_lacks(context->tls);
	gathering->request = *request;
	gathering->subject = memory_format("%s [%s]", request->server_name,
	    address);
	free(address);
	dial_next(gathering);
	return gathering;
}

/* Whether there may be a key type of which no look was, after one. */
static bool
expects_more(const struct endpoint_gathering *gathering,
    const struct look *look)
{
	return gathering->more || gathering->alone != 0 ||
	    gathering->strict != 0 || look->purpose >= LOOK_LONG ||
	    look_types_new(look) != 0;
}

/*
 * Records the connections that do not come about, behind one that ended with
 * RESULT: the others of its look, or (it may be in QUIT) one for a further key
 * type.
 */
static void
record_rest(const struct endpoint_gathering *gathering,
    struct endpoint_evidence *copy, struct look *look,
    const struct session_result *result, const struct endpoint_end *end)
{
	const bool untried = result->outcome == OUTCOME_UNTRIED;
	struct endpoint_ending rest = {
		.stage = STAGE_CONNECT,
		.outcome = untried ? OUTCOME_UNTRIED : end->outcome,
		.error = untried ? result->error : (char *)(uintptr_t)end->why,
		.connections = repeats(gathering) - look->made,
	};

	if (result->outcome == OUTCOME_LIMIT)
		return;
	if (result->outcome == rest.outcome)
		rest.stage = result->stage;
	if (rest.connections == 0) {
		look_settle(look, copy);
		if (!expects_more(gathering, look) ||
		    !can_offer(gathering, look_types_seen(copy)))
			return;
		look->is_later = true;
		rest.connections = 1;
	}
	look_record_end(look, copy, &rest);
}

/* The attempt at hand has come to an end: what was before it failed. */
static void
add_held(const struct endpoint_gathering *gathering,
    struct endpoint_evidence *copy)
{
	if (retry_holds(&gathering->retry))
		endpoint_ends_add_retried(copy, &gathering->retry.held);
}

void
endpoint_so_far(const struct endpoint_gathering *gathering,
    const struct endpoint_end *end, struct endpoint_evidence *copy)
{
	struct session_result result = { .stage = STAGE_CONNECT,
		.outcome = end->outcome };
	struct look look = gathering->look;

	evidence_endpoint_copy(copy, gathering->evidence);
	if (gathering->session != NULL) {
		session_so_far(gathering->session, end->why, &result);
		if (result.outcome == OUTCOME_TIMEOUT)
			result.outcome = end->outcome;
	}
	if (retry_holds(&gathering->retry) &&
	    (gathering->session == NULL || result.outcome == end->outcome)) {
		session_result_clear(&result);
		retry_result(&gathering->retry, &result);
	} else if (gathering->session != NULL) {
		add_held(gathering, copy);
	} else if (!look.is_later && look.made == 0 &&
	    end->outcome == OUTCOME_TIMEOUT &&
	    dial_is_waiting(gathering->dial)) {
		result.outcome = OUTCOME_UNTRIED;
		result.error = memory_string("its turn did not come in time");
	} else {
		result.error = memory_string(end->why);
	}
	look_record(&look, copy, &result, repeats(gathering) > 1);
	record_rest(gathering, copy, &look, &result, end);
	session_result_clear(&result);
}

bool
endpoint_is_in_line(const struct endpoint_gathering *gathering)
{
	return gathering->session == NULL && gathering->dial != NULL &&
	    dial_is_waiting(gathering->dial);
}

bool
endpoint_is_resting(const struct endpoint_gathering *gathering)
{
	return gathering->retry.resting;
}

bool
endpoint_is_trying_again(const struct endpoint_gathering *gathering)
{
	return retry_holds(&gathering->retry);
}

void
endpoint_cancel(struct endpoint_gathering *gathering)
{
	if (gathering == NULL)
		return;
	session_cancel(gathering->session);
	dial_close(gathering->dial);
	gathering_free(gathering);
}

char *
endpoint_waits_for(const struct endpoint_gathering *gathering)
{
	return memory_format("%s (%s)", gathering->subject,
	    session_stage_name(gathering->session != NULL ?
	    session_stage(gathering->session) : STAGE_CONNECT));
}
