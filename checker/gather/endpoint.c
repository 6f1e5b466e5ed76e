#include "checker/gather/endpoint.h"

#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/trace.h"
#include "smtp/dial.h"

/* What the conversation at hand is for. */
enum purpose {
	PURPOSE_KEY_TYPE,	/* a certificate of a key type that was not
				 * seen yet */
	PURPOSE_STRICT,		/* the last key type again, as senders that
				 * authenticate ask for it */
	/*
	 * One for a key type got no answer. Its ClientHello is long, as the
	 * first one was not: is it that? Everything is offered, as there.
	 */
	PURPOSE_LONG,
	PURPOSE_SHORT,
	PURPOSE_LONG_AGAIN,
};

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
	enum purpose			 purpose;
	/* The conversation for a key type that got no answer. */
	struct session_result		 look;		/* owned; zero: none */
	bool				 short_only;	/* long ones fail, or
							 * may */
	bool				 long_only;	/* short ones fail */
	/*
	 * Key types that share their cipher suites with older ones, kept back
	 * until it is clear whether there are those: a server that looks at
	 * suites alone would answer with the one that it has shown already.
	 */
	key_set				 kept_back;
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
	session_result_clear(&gathering->look);
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

/* The key types that the server has shown certificates of. */
static key_set
key_types_seen(const struct endpoint_evidence *evidence)
{
	key_set seen = 0;
	size_t i;

	for (i = 0; i < evidence->handshake_count; i++)
		seen |= KEY_SET(evidence->handshakes[i].seen->key_type);
	return seen;
}

/* The reason is not that the server has no other certificate. */
static void
record_incomplete(struct endpoint_evidence *evidence, enum session_stage stage,
    const char *error)
{
	free(evidence->incomplete);
	evidence->incomplete = memory_format("%s: %s",
	    session_stage_name(stage),
	    error != NULL ? error : "it ended early");
}

/* Whether a conversation got as far as a handshake, whatever came of that. */
static bool
has_shaken(enum session_outcome outcome)
{
	return outcome == OUTCOME_DONE || outcome == OUTCOME_HANDSHAKE_FAILED ||
	    outcome == OUTCOME_UNTRIED;
}

/*
 * Records how a conversation ended. The first one speaks for the address. A
 * later one offered fewer key types: that the server then refuses the handshake
 * (or that our library has none left to offer) only says that it has no other
 * certificate; any other end leaves that open. A limit is one on the address
 * as a whole.
 */
static void
record_end(struct endpoint_evidence *evidence, enum session_stage stage,
    enum session_outcome outcome, int reply_code, const char *error)
{
	if (evidence->handshake_count == 0 || outcome == OUTCOME_DONE ||
	    outcome == OUTCOME_LIMIT) {
		evidence->stage = stage;
		evidence->outcome = outcome;
		evidence->reply_code = reply_code;
		free(evidence->error);
		evidence->error = memory_string(error);
	} else if (!has_shaken(outcome)) {
		record_incomplete(evidence, stage, error);
	}
}

/*
 * Takes ownership of HANDSHAKE. True: its key type is new, so that there may be
 * another one. A server may answer with a type that was not offered (RFC 8446
 * 4.4.2.2): then it has no other certificate.
 */
static bool
record_handshake(struct endpoint_evidence *evidence,
    struct handshake *handshake)
{
	if (key_types_seen(evidence) & KEY_SET(handshake->key_type)) {
		handshake_free(handshake);
		return false;
	}
	evidence->handshakes = memory_grow(evidence->handshakes,
	    evidence->handshake_count, sizeof(*evidence->handshakes));
	evidence->handshakes[evidence->handshake_count++].seen = handshake;
	return true;
}

/* Takes the replies of the first conversation; no other keeps any. */
static void
record_replies(struct endpoint_evidence *evidence,
    struct session_result *result)
{
	if (result->reply_count == 0)
		return;
	session_replies_free(evidence->replies, evidence->reply_count);
	evidence->replies = result->replies;
	evidence->reply_count = result->reply_count;
	result->replies = NULL;
	result->reply_count = 0;
}

/* Records a result, and takes its handshake; true: there may be another. */
static bool
record_result(struct endpoint_evidence *evidence,
    struct session_result *result)
{
	struct handshake *handshake = result->handshake;

	record_end(evidence, result->stage, result->outcome, result->reply_code,
	    result->error);
	evidence->plaintext_injected |= result->plaintext_injected;
	if (evidence->handshake_count == 0) {
		evidence->alert = result->alert;
		evidence->asks_certificate = result->asks_certificate;
		evidence->rewrite = result->rewrite;
	}
	record_replies(evidence, result);
	result->handshake = NULL;
	return handshake != NULL && record_handshake(evidence, handshake);
}

/*
 * Records what came of a strict offer. The handshake takes the place of the one
 * before. A server that answers with another key type has none of this one that
 * it could use so; and a weak key cannot be asked not to be there.
 */
static void
record_strict(struct endpoint_evidence *evidence,
    struct session_result *result)
{
	struct handshake_evidence *last =
	    &evidence->handshakes[evidence->handshake_count - 1];
	struct handshake *handshake = result->handshake;

	if (handshake != NULL && handshake->key_type == last->seen->key_type) {
		handshake_free(last->seen);
		last->seen = handshake;
		result->handshake = NULL;
		if (handshake->weaknesses != 0)
			last->strict_outcome = OUTCOME_HANDSHAKE_FAILED;
		return;
	}
	last->strict_outcome = has_shaken(result->outcome) ?
	    OUTCOME_HANDSHAKE_FAILED : result->outcome;
	last->strict_error = memory_string(result->error);
	if (result->outcome == OUTCOME_LIMIT)
		record_end(evidence, result->stage, result->outcome, 0,
		    result->error);
	else if (!has_shaken(result->outcome))
		record_incomplete(evidence, result->stage, result->error);
}

/* Of one that was begun only to compare it, where it did not come to that. */
static void
record_comparison(struct endpoint_evidence *evidence,
    const struct session_result *result)
{
	if (result->outcome == OUTCOME_LIMIT)
		record_end(evidence, result->stage, result->outcome, 0,
		    result->error);
	else if (!has_shaken(result->outcome))
		record_incomplete(evidence, result->stage, result->error);
}

/*
 * Records what came of a conversation. True: it showed a key type that is new,
 * so that there may be another.
 */
static bool
record(struct endpoint_evidence *evidence, enum purpose purpose,
    struct session_result *result)
{
	if (purpose == PURPOSE_KEY_TYPE)
		return record_result(evidence, result);
	if (purpose != PURPOSE_STRICT) {
		record_comparison(evidence, result);
		return false;
	}
	record_strict(evidence, result);
	return has_shaken(result->outcome);
}

/* What to offer in the next conversation. */
static struct tls_offer
next_offer(const struct endpoint_gathering *gathering)
{
	const struct endpoint_evidence *evidence = gathering->evidence;
	struct tls_offer offer = {
		.server_name = gathering->request.server_name,
		.except = key_types_seen(evidence) | gathering->kept_back,
	};
	enum key_type last;

	/* The first is short, as most are. */
	offer.long_hello = gathering->long_only ||
	    (evidence->handshake_count > 0 && !gathering->short_only);
	if (gathering->purpose >= PURPOSE_LONG) {
		offer.long_hello = gathering->purpose != PURPOSE_SHORT;
		offer.except = 0;
	}
	if (gathering->purpose == PURPOSE_STRICT) {
		offer.long_hello = gathering->long_only;
		last = evidence->handshakes[evidence->handshake_count - 1].
		    seen->key_type;
		offer.strict = true;
		/* What is not known cannot be asked for alone. */
		offer.except = last == KEY_UNKNOWN ? 0 : ~KEY_SET(last);
	}
	return offer;
}

/* Seconds for the handshake; 0: as usual. */
static int
next_limit(const struct endpoint_gathering *gathering)
{
	const struct tls_offer offer = next_offer(gathering);

	if (gathering->purpose == PURPOSE_SHORT)
		return SHORT_LIMIT;
	return offer.long_hello && !gathering->long_only ? LONG_LIMIT : 0;
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
	const struct context *context = gathering->context;
	const struct session_options options = {
		.helo = context->options->helo,
		.offer = next_offer(gathering),
		.handshake_limit = next_limit(gathering),
		.keep_replies = context->options->keep_octets &&
		    gathering->evidence->handshake_count == 0,
		.tls = context->tls,
		.subject = gathering->subject,
		.trace = context->trace,
	};
	struct session_result result = { .stage = STAGE_CONNECT };

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
	record(gathering->evidence, gathering->purpose, &result);
	session_result_clear(&result);
	dial_close(gathering->dial);
	finish(gathering);
}

/* Whether a key type is left to offer besides those in EXCEPT. */
static bool
can_offer(const struct endpoint_gathering *gathering, key_set except)
{
	return (tls_client_offers(gathering->context->tls) & ~except) != 0;
}

/*
 * Whether to begin another conversation after one that ended in OUTCOME, with a
 * handshake of a key type that is NEW or not.
 */
static bool
is_worth_another(struct endpoint_gathering *gathering, bool new,
    enum session_outcome outcome)
{
	const struct endpoint_evidence *evidence = gathering->evidence;
	const key_set seen = key_types_seen(evidence);

	if (new && evidence->handshake_count == 1 &&
	    evidence->handshakes[0].seen->version < TLS_1_3)
		gathering->kept_back = TLS_SHARING_SUITES & ~seen;
	if (new && can_offer(gathering, seen | gathering->kept_back))
		return true;
	if (gathering->kept_back == 0 || (outcome != OUTCOME_DONE &&
	    outcome != OUTCOME_HANDSHAKE_FAILED && outcome != OUTCOME_UNTRIED))
		return false;
	gathering->kept_back = 0;
	return can_offer(gathering, seen);
}

/* Whether the last key type has to be shown as senders ask for it. */
static bool
is_worth_strict(const struct endpoint_gathering *gathering, bool new)
{
	const struct endpoint_evidence *evidence = gathering->evidence;

	return new && gathering->purpose == PURPOSE_KEY_TYPE &&
	    evidence->handshakes[evidence->handshake_count - 1].seen->
	    weaknesses != 0;
}

/*
 * Chooses the purpose of the next conversation, after one that ended in
 * OUTCOME, with a key type that is NEW or not. False: there is no other.
 */
static bool
plan_next(struct endpoint_gathering *gathering, bool new,
    enum session_outcome outcome)
{
	const char *why = "once more, for a certificate of another key type: "
	    "should this handshake fail, there is none";

	if (is_worth_strict(gathering, new)) {
		gathering->purpose = PURPOSE_STRICT;
		why = "once more, with what senders that authenticate ask for";
	} else {
		gathering->purpose = PURPOSE_KEY_TYPE;
		if (!is_worth_another(gathering, new, outcome))
			return false;
	}
	trace_say(gathering->context->trace, TRACE_STEPS, gathering->subject,
	    "%s", why);
	return true;
}

/*
 * Whether a conversation for a key type may have failed for the length of its
 * ClientHello: whoever refuses a key type says so, mostly.
 */
static bool
is_suspicious(const struct endpoint_gathering *gathering,
    const struct session_result *result)
{
	return gathering->purpose == PURPOSE_KEY_TYPE &&
	    gathering->evidence->handshake_count > 0 &&
	    !gathering->short_only && !gathering->long_only &&
	    result->stage == STAGE_HANDSHAKE && !result->answered &&
	    (result->outcome == OUTCOME_HANDSHAKE_FAILED ||
	    result->outcome == OUTCOME_TIMEOUT);
}

/* The server takes long ones: what became of the look for a key type stands. */
static bool
resume_look(struct endpoint_gathering *gathering)
{
	record(gathering->evidence, PURPOSE_KEY_TYPE, &gathering->look);
	gathering->purpose = PURPOSE_KEY_TYPE;
	return plan_next(gathering, false, gathering->look.outcome);
}

/*
 * Goes on comparing. It is told that long ones fail only where a long one fails
 * that offers the same as the first, a short one does not, and another long one
 * does. True: there is another conversation.
 */
static bool
compare_lengths(struct endpoint_gathering *gathering,
    const struct session_result *result)
{
	struct endpoint_evidence *evidence = gathering->evidence;
	const bool done = result->handshake != NULL;
	const bool failed = !done && result->stage == STAGE_HANDSHAKE;

	if (gathering->purpose == PURPOSE_LONG && done)
		return resume_look(gathering);
	if (gathering->purpose == PURPOSE_LONG && failed) {
		gathering->purpose = PURPOSE_SHORT;
		return true;
	}
	if (gathering->purpose == PURPOSE_SHORT && done) {
		gathering->purpose = PURPOSE_LONG_AGAIN;
		return true;
	}
	if (gathering->purpose == PURPOSE_LONG_AGAIN && failed)
		evidence->long_hello_error = memory_string(result->error);
	/* The look for a key type begins anew. */
	gathering->short_only = true;
	gathering->purpose = PURPOSE_KEY_TYPE;
	if (done || failed)
		return true;
	record_comparison(evidence, result);
	return false;
}

/*
 * Whether the first handshake is worth another try with the group that a server
 * may insist on, and that makes a ClientHello long.
 */
static bool
is_worth_long(const struct endpoint_gathering *gathering,
    const struct session_result *result)
{
	return gathering->evidence->handshake_count == 0 &&
	    result->outcome == OUTCOME_HANDSHAKE_FAILED &&
	    !gathering->long_only &&
	    tls_client_is_hybrid(gathering->context->tls);
}

/* Takes a result. True: there is another conversation. */
static bool
take_result(struct endpoint_gathering *gathering,
    struct session_result *result)
{
	bool new;

	if (is_suspicious(gathering, result)) {
		session_result_clear(&gathering->look);
		gathering->look = *result;
		memset(result, 0, sizeof(*result));
		gathering->purpose = PURPOSE_LONG;
	} else if (gathering->purpose >= PURPOSE_LONG) {
		if (!compare_lengths(gathering, result))
			return false;
	} else {
		new = record(gathering->evidence, gathering->purpose, result);
		if (!is_worth_long(gathering, result))
			return plan_next(gathering, new, result->outcome);
		gathering->long_only = true;
	}
	if (gathering->purpose == PURPOSE_KEY_TYPE)
		return true;
	trace_say(gathering->context->trace, TRACE_STEPS, gathering->subject,
	    "once more, with a %s ClientHello that offers all",
	    gathering->purpose == PURPOSE_SHORT ? "short" : "long");
	return true;
}

static void
on_conversation(struct session_result *result, void *argument)
{
	struct endpoint_gathering *gathering = argument;

	gathering->session = NULL;
	dial_close(gathering->dial);
	gathering->dial = NULL;
	gathering->request.spent(result->key_cost, gathering->request.argument);

	if (take_result(gathering, result))
		dial_next(gathering);
	else
		finish(gathering);
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

void
endpoint_so_far(const struct endpoint_gathering *gathering,
    const struct endpoint_end *end, struct endpoint_evidence *copy)
{
	struct session_result result = { .stage = STAGE_CONNECT,
		.outcome = end->outcome };

	evidence_endpoint_copy(copy, gathering->evidence);
	if (gathering->session != NULL) {
		session_so_far(gathering->session, end->why, &result);
		if (result.outcome == OUTCOME_TIMEOUT)
			result.outcome = end->outcome;
	} else if (copy->handshake_count == 0 &&
	    end->outcome == OUTCOME_TIMEOUT &&
	    dial_is_waiting(gathering->dial)) {
		result.outcome = OUTCOME_UNTRIED;
		result.error = memory_string("its turn did not come in time");
	} else {
		result.error = memory_string(end->why);
	}
	/* It was in QUIT, with another key type still to be asked for. */
	if (record(copy, gathering->purpose, &result) &&
	    can_offer(gathering, key_types_seen(copy)))
		record_end(copy, STAGE_CONNECT, end->outcome, 0, end->why);
	session_result_clear(&result);
}

bool
endpoint_is_in_line(const struct endpoint_gathering *gathering)
{
	return gathering->session == NULL && dial_is_waiting(gathering->dial);
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
