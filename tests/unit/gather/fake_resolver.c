#include "tests/unit/gather/fake_resolver.h"

#include <event2/event.h>
#include <stdlib.h>

#include "resolver/memory.h"

struct resolver {
	struct event_base		*base;		/* borrowed */
	fake_answer			*answer;
	void				*argument;	/* borrowed */
	struct resolver_question	*questions;	/* owned; a list */
	size_t				 limited;
	enum resolver_health		 health;
};

/* One of ANSWERED and PROBED is set. */
struct resolver_question {
	struct resolver			*resolver;	/* borrowed */
	struct resolver_question	*next;		/* owned */
	struct event			*due;		/* owned */
	struct answer			*answer;	/* owned, NULL: none */
	char				*name;		/* owned; NULL: a
							 * probe */
	enum dns_type			 type;
	bool				 overdue;
	bool				 limited;	/* again */
	resolver_answered		*answered;
	resolver_probed			*probed;
	void				*argument;	/* borrowed */
};

static void
on_due(evutil_socket_t fd, short what, void *argument)
{
	struct resolver_question *question = argument, ended = *question;

	(void)fd;
	(void)what;
	question->answer = NULL;
	resolver_cancel(question);
	if (ended.probed != NULL)
		ended.probed(ended.resolver->health, ended.argument);
	else
		ended.answered(ended.answer, ended.argument);
}

static struct resolver_question *
question_new(struct resolver *resolver, struct answer *answer, void *argument)
{
	struct resolver_question *question = memory_new(1, sizeof(*question));

	question->resolver = resolver;
	question->answer = answer;
	question->argument = argument;
	question->next = resolver->questions;
	resolver->questions = question;
	question->due = event_new(resolver->base, -1, 0, on_due, question);
	if (question->due == NULL)
		abort();
	return question;
}

struct resolver_question *
resolver_ask(struct resolver *resolver, const char *name, enum dns_type type,
    resolver_answered *answered, void *argument)
{
	struct resolver_question *question;

	question = question_new(resolver,
	    resolver->answer(name, type, resolver->argument), argument);
	question->name = memory_string(name);
	question->type = type;
	question->answered = answered;
	resolver->limited++;
	if (question->answer != NULL)
		event_active(question->due, EV_TIMEOUT, 0);
	return question;
}

struct resolver_question *
resolver_probe(struct resolver *resolver, resolver_probed *probed,
    void *argument)
{
	struct resolver_question *question;

	question = question_new(resolver, NULL, argument);
	question->probed = probed;
	event_active(question->due, EV_TIMEOUT, 0);
	return question;
}

void
resolver_question_unlimit(struct resolver_question *question)
{
	question->resolver->limited--;
}

void
resolver_question_limit(struct resolver_question *question)
{
	question->limited = true;
}

bool
resolver_is_overdue(const struct resolver_question *question)
{
	return question->overdue;
}

void
resolver_cancel(struct resolver_question *question)
{
	struct resolver_question **link;

	if (question == NULL)
		return;
	link = &question->resolver->questions;
	while (*link != question)
		link = &(*link)->next;
	*link = question->next;
	event_free(question->due);
	answer_free(question->answer);
	free(question->name);
	free(question);
}

const char *
resolver_health_why(const struct resolver *resolver)
{
	return resolver->health == RESOLVER_HEALTHY ? NULL : "a reason";
}

bool
resolver_is_choosy(const struct resolver *resolver)
{
	(void)resolver;
	return true;
}

/* As the header says: those of 10.0.0.0/8. */
const char *
resolver_why_unasked(const struct resolver *resolver, const uint8_t *octets,
    size_t size)
{
	(void)resolver;
	return size == 4 && octets[0] == 10 ? "private use" : NULL;
}

struct resolver *
resolver_open(struct event_base *base, const struct resolver_options *options,
    char **why)
{
	(void)base;
	(void)options;
	(void)why;
	abort();
}

bool
resolver_start(struct resolver *resolver, char **why)
{
	(void)resolver;
	(void)why;
	abort();
}

void
resolver_close(struct resolver *resolver)
{
	if (resolver != NULL)
		abort();
}

struct resolver *
fake_resolver_new(struct event_base *base, fake_answer *answer, void *argument)
{
	struct resolver *resolver = memory_new(1, sizeof(*resolver));

	resolver->base = base;
	resolver->answer = answer;
	resolver->argument = argument;
	resolver->health = RESOLVER_HEALTHY;
	return resolver;
}

void
fake_resolver_set_health(struct resolver *resolver,
    enum resolver_health health)
{
	resolver->health = health;
}

void
fake_resolver_free(struct resolver *resolver)
{
	if (resolver->questions != NULL)
		abort();
	free(resolver);
}

size_t
fake_resolver_open(const struct resolver *resolver)
{
	const struct resolver_question *question;
	size_t open = 0;

	for (question = resolver->questions; question != NULL;
	    question = question->next)
		open++;
	return open;
}

size_t
fake_resolver_limited(const struct resolver *resolver)
{
	return resolver->limited;
}

void
fake_resolver_expire(struct resolver *resolver)
{
	struct resolver_question *question;

	for (question = resolver->questions; question != NULL;
	    question = question->next) {
		if (!question->limited || question->answer != NULL)
			continue;
		question->answer = answer_failed(question->name,
		    question->type, "no answer within 15 seconds");
		event_active(question->due, EV_TIMEOUT, 0);
	}
}

void
fake_resolver_age(struct resolver *resolver)
{
	struct resolver_question *question;

	for (question = resolver->questions; question != NULL;
	    question = question->next)
		question->overdue = true;
}
