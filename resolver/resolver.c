#include "resolver/resolver.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <unbound.h>

#include "resolver/anchor.h"
#include "resolver/asked.h"
#include "resolver/clock.h"
#include "resolver/memory.h"
#include "resolver/setup.h"
#include "resolver/shortage.h"
#include "resolver/text.h"
#include "resolver/trace.h"

#define CLASS_IN 1
#define RCODE_SERVFAIL 2

/*
 * libunbound works in its own thread and reports from ub_process, within which
 * the context must not be used. So its callback only keeps the answer and
 * activates the question's event: all callers' callbacks run from that event,
 * where they may ask, cancel and close as they like.
 */
struct resolver {
	struct ub_ctx			*context;	/* owned */
	struct event			*readable;	/* owned: results */
	struct resolver_question	*questions;	/* owned, a list */
	struct timeval			 limit;		/* of one question */
	time_t				 now;
	bool				 keep_origins;
	bool				 begun;		/* to ask */
	enum resolver_health		 health;
	char				*health_why;	/* owned or NULL */
	struct anchors			 anchors;
	char				*servers;	/* owned; asked */
	bool				 forwards;
	struct asked			 asked;
	const struct trace		*trace;		/* borrowed, or NULL */
};

/* One of ANSWERED and PROBED is set. */
struct resolver_question {
	struct resolver			*resolver;	/* borrowed */
	struct resolver_question	*previous;	/* borrowed */
	struct resolver_question	*next;		/* borrowed */
	struct event			*due;		/* owned; see on_due */
	char				*name;		/* owned */
	enum dns_type			 type;
	int				 id;		/* libunbound's */
	bool				 in_flight;	/* in libunbound */
	bool				 unlimited;
	bool				 overdue;	/* beyond the limit */
	struct answer			*answer;	/* owned; NULL: none */
	enum resolver_health		 health;	/* a probe's answer */
	resolver_answered		*answered;
	resolver_probed			*probed;
	void				*argument;	/* borrowed */
};

static void
question_free(struct resolver_question *question)
{
	if (question->in_flight)
		ub_cancel(question->resolver->context, question->id);
	if (question->previous != NULL)
		question->previous->next = question->next;
	else
		question->resolver->questions = question->next;
	if (question->next != NULL)
		question->next->previous = question->previous;
	event_free(question->due);
	answer_free(question->answer);
	free(question->name);
	free(question);
}

/* Makes the callback run from the loop. */
static void
schedule_callback(struct resolver_question *question)
{
	event_active(question->due, EV_TIMEOUT, 0);
}

/* The same for a probe: an earlier callback may change the health again. */
static void
schedule_probe_callback(struct resolver_question *question)
{
	question->health = question->resolver->health;
	schedule_callback(question);
}

static struct answer *
failed(const struct resolver_question *question, const char *fault)
{
	return answer_failed(question->name, question->type, fault);
}

static struct answer *
overdue(const struct resolver_question *question)
{
	const struct timeval *limit = &question->resolver->limit;
	struct answer *answer;
	char *fault, *time;

	time = text_seconds((double)limit->tv_sec +
	    (double)limit->tv_usec / 1e6);
	fault = memory_format("no answer within %s", time);
	answer = failed(question, fault);
	answer->fault = ANSWER_FAULT_SILENT;
	free(fault);
	free(time);
	return answer;
}

/* There is an answer, or the limit has passed. */
static void
on_due(evutil_socket_t fd, short what, void *argument)
{
	struct resolver_question *question = argument, ended = *question;

	(void)fd;
	(void)what;
	if (ended.unlimited && ended.answer == NULL) {
		question->overdue = true;
		return;
	}
	if (ended.probed == NULL && ended.answer == NULL)
		ended.answer = overdue(question);
	question->answer = NULL;
	question_free(question);
	if (ended.probed != NULL)
		ended.probed(ended.health, ended.argument);
	else
		ended.answered(ended.answer, ended.argument);
}

/* No libunbound code but this one is about memory. */
static void
check_memory(int error)
{
	if (error == UB_NOMEM)
		shortage_end(ENOMEM);
}

/* Keys that are not secure can be tried with the DS record that is missing. */
static bool
wants_packet(const struct resolver_question *question,
    const struct ub_result *result)
{
	return question->type == DNS_DNSKEY && !result->secure;
}

/* Called from ub_process; never after ub_cancel. */
static void
on_result(void *argument, int error, struct ub_result *result)
{
	struct resolver_question *question = argument;
	struct answer_source source;

	question->in_flight = false;
	check_memory(error);
	/* libunbound says this, too, when it lacks something itself. */
	if (error == UB_NOERROR && result->rcode == RCODE_SERVFAIL)
		shortage_check();
	if (error != UB_NOERROR) {
		question->answer = failed(question, ub_strerror(error));
	} else {
		source = (struct answer_source){
			.owner = question->name,
			.type = question->type,
			.packet = result->answer_packet,
			.size = (size_t)result->answer_len,
			.rcode = result->rcode,
			.secure = result->secure != 0,
			.bogus = result->bogus != 0,
			.why_bogus = result->why_bogus,
			.now = question->resolver->now,
			.keep = question->resolver->keep_origins ||
			    wants_packet(question, result),
		};
		question->answer = answer_from_packet(&source);
	}
	ub_resolve_free(result);
	schedule_callback(question);
}

static void
on_readable(evutil_socket_t fd, short what, void *argument)
{
	struct resolver *resolver = argument;
	struct resolver_question *question;
	int error;

	(void)fd;
	(void)what;
	error = ub_process(resolver->context);
	if (error == UB_NOERROR)
		return;

	/* Its thread is gone: no more answers will come. */
	event_del(resolver->readable);
	for (question = resolver->questions; question != NULL;
	    question = question->next) {
		if (question->in_flight && question->answer == NULL) {
			question->answer = failed(question,
			    ub_strerror(error));
			schedule_callback(question);
		}
	}
}

static struct resolver_question *
question_new(struct resolver *resolver, void *argument)
{
	struct resolver_question *question = memory_new(1, sizeof(*question));

	question->resolver = resolver;
	question->argument = argument;
	question->next = resolver->questions;
	if (question->next != NULL)
		question->next->previous = question;
	resolver->questions = question;
	question->due = evtimer_new(event_get_base(resolver->readable), on_due,
	    question);
	if (question->due == NULL)
		abort();
	return question;
}

struct resolver_question *
resolver_ask(struct resolver *resolver, const char *name, enum dns_type type,
    resolver_answered *answered, void *argument)
{
	struct resolver_question *question = question_new(resolver, argument);
	int error;

	question->name = memory_string(name);
	question->type = type;
	question->answered = answered;
	error = ub_resolve_async(resolver->context, name, (int)type, CLASS_IN,
	    question, on_result, &question->id);
	check_memory(error);
	question->in_flight = error == UB_NOERROR;
	if (question->in_flight) {
		evtimer_add(question->due, &resolver->limit);
	} else {
		question->answer = failed(question, ub_strerror(error));
		schedule_callback(question);
	}
	return question;
}

void
resolver_question_unlimit(struct resolver_question *question)
{
	question->unlimited = true;
}

void
resolver_question_limit(struct resolver_question *question)
{
	question->unlimited = question->overdue = false;
	/* An answer is handed over by the same event, which would be late. */
	if (question->answer == NULL)
		evtimer_add(question->due, &question->resolver->limit);
}

bool
resolver_is_overdue(const struct resolver_question *question)
{
	return question->overdue;
}

void
resolver_cancel(struct resolver_question *question)
{
	if (question != NULL)
		question_free(question);
}

/* Why the root's keys cannot be used. Owned by the caller. */
static char *
health_fault(const struct resolver *resolver, const struct answer *answer)
{
	static const char no_answer[] = "no usable answer from %s: %s";
	static const char bad_anchor[] =
	    "none of the trust anchors %s fits the root's keys: %s";
	static const char bad_anchor_or_resolver[] =
	    "none of the trust anchors %s fits the root's keys, or %s does "
	    "not pass on DNSSEC signatures: %s";
	const char *why = answer->why;

	if (why == NULL)
		why = "the answer for them is not signed";
	if (resolver->health == RESOLVER_NO_ANSWER)
		return memory_format(no_answer, resolver->servers, why);
	if (!resolver->forwards)
		return memory_format(bad_anchor, resolver->anchors.source, why);
	return memory_format(bad_anchor_or_resolver, resolver->anchors.source,
	    resolver->servers, why);
}

/* The answer to the first question. */
static void
on_root_keys(struct answer *answer, void *argument)
{
	struct resolver *resolver = argument;
	struct resolver_question *question;

	if (answer_is_secure(answer))
		resolver->health = RESOLVER_HEALTHY;
	else if (answer->dnssec == DNSSEC_FAILED)
		resolver->health = RESOLVER_NO_ANSWER;
	else
		resolver->health = RESOLVER_BAD_ANCHOR;
	free(resolver->health_why);
	resolver->health_why = resolver->health == RESOLVER_HEALTHY ? NULL :
	    health_fault(resolver, answer);
	if (resolver->health == RESOLVER_HEALTHY)
		trace_say(resolver->trace, TRACE_STEPS, answer->owner,
		    "DNSKEY: secure, by the trust anchors %s",
		    resolver->anchors.source);
	else
		trace_say(resolver->trace, TRACE_STEPS, answer->owner, "%s",
		    resolver->health_why);
	answer_free(answer);

	for (question = resolver->questions; question != NULL;
	    question = question->next)
		if (question->probed != NULL)
			schedule_probe_callback(question);
}

struct resolver_question *
resolver_probe(struct resolver *resolver, resolver_probed *probed,
    void *argument)
{
	struct resolver_question *question = question_new(resolver, argument);

	question->probed = probed;
	/* The network may be back for the next domain. */
	if (!resolver->begun || resolver->health == RESOLVER_NO_ANSWER) {
		resolver->begun = true;
		resolver->health = RESOLVER_UNTRIED;
		resolver_ask(resolver, ".", DNS_DNSKEY, on_root_keys, resolver);
	} else if (resolver->health != RESOLVER_UNTRIED) {
		schedule_probe_callback(question);
	}
	return question;
}

const char *
resolver_health_why(const struct resolver *resolver)
{
	return resolver->health_why;
}

/* "the root's name servers", or the forwarders. Owned by the caller. */
static char *
name_servers(const struct resolver_options *options)
{
	char *text;
	size_t i;

	if (options->forwarder_count == 0)
		return memory_string("the root's name servers");
	text = memory_format("the resolver %s", options->forwarders[0]);
	for (i = 1; i < options->forwarder_count; i++)
		text = memory_join(text, " or ", options->forwarders[i]);
	return text;
}

struct resolver *
resolver_open(struct event_base *base, const struct resolver_options *options,
    char **why)
{
	struct resolver *resolver;
	struct anchors anchors;
	struct asked asked;
	struct ub_ctx *context;

	if (!anchors_init(&anchors, &options->anchors, why))
		return NULL;
	context = setup_context(options, &anchors, &asked, why);
	if (context == NULL) {
		asked_clear(&asked);
		anchors_clear(&anchors);
		return NULL;
	}
	resolver = memory_new(1, sizeof(*resolver));
	resolver->asked = asked;
	resolver->context = context;
	resolver->limit = clock_timeval(options->question_limit);
	resolver->now = options->now;
	resolver->keep_origins = options->keep_origins;
	resolver->forwards = options->forwarder_count > 0;
	resolver->trace = options->trace;
	resolver->servers = name_servers(options);
	resolver->anchors = anchors;
	resolver->readable = event_new(base, ub_fd(context),
	    EV_READ | EV_PERSIST, on_readable, resolver);
	if (resolver->readable == NULL ||
	    event_add(resolver->readable, NULL) == -1)
		abort();
	return resolver;
}

bool
resolver_start(struct resolver *resolver, char **why)
{
	/* It is on its way while the caller prepares questions. */
	const struct resolver_question *first = resolver_ask(resolver, ".",
	    DNS_DNSKEY, on_root_keys, resolver);

	resolver->begun = true;
	if (first->in_flight)
		return true;
	shortage_check();
	*why = memory_format("libunbound cannot start: %s",
	    first->answer->why);
	return false;
}

void
resolver_close(struct resolver *resolver)
{
	if (resolver == NULL)
		return;
	while (resolver->questions != NULL)
		question_free(resolver->questions);
	event_free(resolver->readable);
	ub_ctx_delete(resolver->context);
	asked_clear(&resolver->asked);
	anchors_clear(&resolver->anchors);
	free(resolver->servers);
	free(resolver->health_why);
	free(resolver);
}

bool
resolver_trusts_key(const struct resolver *resolver,
    const struct answer_record *key)
{
	return anchors_fit_key(&resolver->anchors, key);
}

const char *
resolver_why_unasked(const struct resolver *resolver, const uint8_t *octets,
    size_t size)
{
	return asked_why_not(&resolver->asked, octets, size);
}

bool
resolver_is_choosy(const struct resolver *resolver)
{
	return !resolver->asked.everybody && !resolver->forwards;
}

const char *
resolver_library_version(void)
{
	return ub_version();
}
