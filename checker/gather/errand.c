#include <event2/event.h>
#include <stdlib.h>

#include "checker/gather/self_test_parts.h"
#include "resolver/memory.h"
#include "resolver/resolver.h"
#include "resolver/trace.h"
#include "smtp/dial.h"
#include "smtp/session.h"

/* Seconds that a server has for a question, of all that there are. */
#define QUERY_PART	4.0
#define QUERY_LIMIT	8.0

struct errand *
errand_new(struct self_test *test, enum self_test_topic topic, char *subject)
{
	struct errand *errand = memory_new(1, sizeof(*errand));

	errand->test = test;
	errand->sight.topic = topic;
	errand->sight.subject = subject;
	errand->next = test->first;
	if (errand->next != NULL)
		errand->next->previous = errand;
	test->first = errand;
	return errand;
}

static void
errand_free(struct errand *errand)
{
	struct self_test *test = errand->test;

	if (errand->previous != NULL)
		errand->previous->next = errand->next;
	else
		test->first = errand->next;
	if (errand->next != NULL)
		errand->next->previous = errand->previous;
	resolver_cancel(errand->question);
	query_cancel(errand->query);
	session_cancel(errand->session);
	dial_close(errand->dial);
	free(errand->trace);
	free(errand->sight.subject);
	free(errand->sight.why);
	free(errand);
}

void
errand_end(struct errand *errand)
{
	struct self_test *test;

	if (errand == NULL)
		return;
	test = errand->test;
	errand_free(errand);
	if (test->first == NULL && test->probe == NULL)
		event_active(test->end, EV_TIMEOUT, 0);
}

void
errand_end_all(struct self_test *test, bool silent)
{
	while (test->first != NULL) {
		if (silent)
			errand_see(test->first, SIGHT_SILENT,
			    "nothing within --timeout");
		errand_free(test->first);
	}
}

void
errand_see(const struct errand *errand, enum self_test_kind kind,
    const char *why)
{
	struct self_test_sight sight = errand->sight;

	sight.kind = kind;
	sight.subject = memory_string(sight.subject);
	sight.why = memory_string(why);
	self_test_facts_add(errand->test->facts, &sight);
}

static void
take_answer(struct errand *errand, struct answer *answer)
{
	errand->question = NULL;
	errand->query = NULL;
	errand->answered(errand, answer);
	answer_free(answer);
	errand_end(errand);
}

static void
on_answer(struct answer *answer, void *argument)
{
	struct errand *errand = argument;

	context_trace_answer(errand->test->context, answer);
	take_answer(errand, answer);
}

/* It is not validated: what came is all there is to say. */
static void
on_reply(struct answer *answer, void *argument)
{
	struct errand *errand = argument;

	trace_say(errand->test->context->trace, TRACE_STEPS,
	    errand->sight.subject, "%s %s over %s: %s",
	    dns_type_name(answer->type), answer->owner,
	    errand->manner.tcp ? "TCP" : "UDP",
	    answer->why != NULL ? answer->why : "answered");
	take_answer(errand, answer);
}

void
errand_ask(struct errand *errand, const char *name, enum dns_type type,
    errand_answered *answered)
{
	errand->answered = answered;
	errand->question = resolver_ask(errand->test->context->resolver, name,
	    type, on_answer, errand);
}

void
errand_query(struct errand *errand, struct query_question *question,
    errand_answered *answered)
{
	const struct context *context = errand->test->context;
	const double limit = context->options->timeout / QUERY_PART;
	struct sockaddr_storage server;
	size_t size = address_to_socket(&errand->sight.server, &server);

	errand->answered = answered;
	question->server = (struct sockaddr *)&server;
	question->server_size = (socklen_t)size;
	question->limit = limit < QUERY_LIMIT ? limit : QUERY_LIMIT;
	question->manner = &errand->manner;
	errand->query = query_start(context->query_client, question, on_reply,
	    errand);
}
