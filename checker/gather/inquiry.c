#include "checker/gather/inquiry.h"

#include <stdlib.h>

#include <event2/event.h>

#include "checker/gather/answer_memo.h"
#include "checker/gather/dispute.h"
#include "checker/gather/second_way.h"
#include "resolver/clock.h"
#include "resolver/memory.h"

struct inquiry {
	const struct context	 *context;	/* borrowed */
	char			 *name;		/* owned */
	enum dns_type		  type;
	bool			  unlimited;
	struct answer		 *kept;		/* owned, NULL: none; of the
						 * memo */
	struct event		 *due;		/* owned, NULL: it is not;
						 * hands that over */
	bool			  keeps;	/* the answer, in the memo */
	struct resolver_question *first;	/* owned, NULL: none; to the
						 * resolver */
	struct answer		 *heard;	/* owned; from it, not usable.
						 * NULL: it was passed by */
	struct resolver_question *second;	/* owned, NULL: none; from the
						 * root */
	struct resolver_question *probe;	/* owned, NULL: none; can the
						 * root be reached? */
	struct answer		 *broken;	/* owned; from the root */
	struct dispute		 *dispute;	/* owned, NULL: none */
	resolver_answered	 *answered;
	void			 *argument;	/* borrowed */
};

static void
inquiry_free(struct inquiry *inquiry)
{
	if (inquiry->due != NULL)
		event_free(inquiry->due);
	answer_free(inquiry->kept);
	resolver_cancel(inquiry->first);
	resolver_cancel(inquiry->second);
	resolver_cancel(inquiry->probe);
	dispute_cancel(inquiry->dispute);
	answer_free(inquiry->heard);
	answer_free(inquiry->broken);
	free(inquiry->name);
	free(inquiry);
}

static void
finish(struct inquiry *inquiry, struct answer *answer)
{
	resolver_answered *answered = inquiry->answered;
	void *argument = inquiry->argument;

	inquiry_free(inquiry);
	answered(answer, argument);
}

/* Where disputes are noted: of an audit that has a second way. Borrowed. */
static struct evidence *
evidence_of(const struct inquiry *inquiry)
{
	return second_way_evidence(inquiry->context->second_way);
}

static void
on_dispute(struct dispute_evidence *found, void *argument)
{
	struct inquiry *inquiry = argument;
	struct evidence *evidence = evidence_of(inquiry);
	struct answer *answer = answer_copy(
	    found->root != NULL && !found->differs ? found->root :
						     found->heard);

	inquiry->dispute = NULL;
	evidence->disputes = memory_grow(evidence->disputes,
	    evidence->dispute_count, sizeof(*found));
	evidence->disputes[evidence->dispute_count++] = *found;
	finish(inquiry, answer);
}

/*
 * What the resolver said is not the domain's fault, as far as is known. ROOT,
 * which is taken over, is what came by way of the root, or NULL.
 */
static void
dispute(struct inquiry *inquiry, struct answer *root)
{
	struct evidence *evidence = evidence_of(inquiry);
	struct answer *heard = inquiry->heard;

	inquiry->heard = NULL;
	if (evidence->dispute_total++ < EVIDENCE_DISPUTES_MAX) {
		inquiry->dispute = dispute_start(inquiry->context,
		    evidence->domain, heard, root, on_dispute, inquiry);
		return;
	}
	if (root == NULL)
		root = heard;
	else
		answer_free(heard);
	finish(inquiry, root);
}

/* An answer by way of the root that can be used. */
static void
use(struct inquiry *inquiry, struct answer *answer)
{
	resolver_cancel(inquiry->probe);
	inquiry->probe = NULL;
	if (inquiry->heard == NULL)
		finish(inquiry, answer);
	else
		dispute(inquiry, answer);
}

/* The root can be reached, and what it leads to is broken, too. */
static void
use_broken(struct inquiry *inquiry)
{
	struct answer *answer = inquiry->broken;

	inquiry->broken = NULL;
	evidence_of(inquiry)->public_only |= resolver_is_choosy(
	    inquiry->context->root_resolver);
	finish(inquiry, answer);
}

/* The resolver's answer is all that there is. */
static void
lose(struct inquiry *inquiry)
{
	second_way_lose(inquiry->context->second_way);
	evidence_of(inquiry)->root_lost = true;
	resolver_cancel(inquiry->second);
	inquiry->second = NULL;
	if (inquiry->heard == NULL)
		inquiry->heard = answer_failed(inquiry->name, inquiry->type,
		    "the resolver gives no usable answers, and the root's name "
		    "servers cannot be asked");
	dispute(inquiry, NULL);
}

static void
on_probed(enum resolver_health health, void *argument)
{
	struct inquiry *inquiry = argument;

	inquiry->probe = NULL;
	if (health != RESOLVER_HEALTHY)
		lose(inquiry);
	else if (inquiry->broken != NULL)
		use_broken(inquiry);
}

static void
on_second(struct answer *answer, void *argument)
{
	struct inquiry *inquiry = argument;

	inquiry->second = NULL;
	if (!answer_is_broken(answer)) {
		use(inquiry, answer);
		return;
	}
	inquiry->broken = answer;
	if (inquiry->probe == NULL)
		use_broken(inquiry);
}

static void
ask_root(struct inquiry *inquiry)
{
	struct resolver *root = inquiry->context->root_resolver;

	inquiry->probe = resolver_probe(root, on_probed, inquiry);
	inquiry->second = resolver_ask(root, inquiry->name, inquiry->type,
	    on_second, inquiry);
	if (inquiry->unlimited)
		resolver_question_unlimit(inquiry->second);
}

/* HEARD came from the resolver, and is not usable. */
static void
go_on(struct inquiry *inquiry, struct answer *heard)
{
	inquiry->heard = heard;
	if (second_way_is_lost(inquiry->context->second_way))
		dispute(inquiry, NULL);
	else
		ask_root(inquiry);
}

static void
on_first(struct answer *answer, void *argument)
{
	struct inquiry *inquiry = argument;
	struct second_way *way = inquiry->context->second_way;

	inquiry->first = NULL;
	if (inquiry->keeps)
		answer_memo_keep(inquiry->context->answer_memo, answer,
		    clock_monotonic());
	if (way == NULL || !answer_is_broken(answer)) {
		finish(inquiry, answer);
		return;
	}
	context_trace_answer(inquiry->context, answer);
	if (answer->fault == ANSWER_FAULT_SILENT)
		second_way_avoid(way);
	go_on(inquiry, answer);
}

static struct inquiry *
inquiry_new(const struct context *context, const char *name, enum dns_type type,
    resolver_answered *answered, void *argument)
{
	struct inquiry *inquiry = memory_new(1, sizeof(*inquiry));

	inquiry->context = context;
	inquiry->name = memory_string(name);
	inquiry->type = type;
	inquiry->answered = answered;
	inquiry->argument = argument;
	return inquiry;
}

static void
on_kept(evutil_socket_t descriptor, short what, void *argument)
{
	struct inquiry *inquiry = argument;
	struct answer *answer = inquiry->kept;

	(void)descriptor;
	(void)what;
	inquiry->kept = NULL;
	finish(inquiry, answer);
}

/*
 * What another audit has heard. Of an audit with two ways nothing is kept; and
 * what zones are made of, trust.c keeps itself.
 */
static bool
take_kept(struct inquiry *inquiry)
{
	const struct context *context = inquiry->context;

	if (context->second_way != NULL || inquiry->type == DNS_DS ||
	    inquiry->type == DNS_DNSKEY)
		return false;
	inquiry->kept = answer_memo_find(context->answer_memo, inquiry->name,
	    inquiry->type, clock_monotonic());
	if (inquiry->kept == NULL) {
		inquiry->keeps = answer_memo_is_asked_again(
		    context->answer_memo, inquiry->name, inquiry->type);
		return false;
	}
	inquiry->due = evtimer_new(context->base, on_kept, inquiry);
	if (inquiry->due == NULL)
		abort();
	event_active(inquiry->due, EV_TIMEOUT, 0);
	return true;
}

struct inquiry *
inquiry_start(const struct context *context, const char *name,
    enum dns_type type, resolver_answered *answered, void *argument)
{
	struct inquiry *inquiry = inquiry_new(context, name, type, answered,
	    argument);

	if (take_kept(inquiry))
		return inquiry;
	if (second_way_is_avoiding(context->second_way))
		ask_root(inquiry);
	else
		inquiry->first = resolver_ask(context->resolver, name, type,
		    on_first, inquiry);
	return inquiry;
}

struct inquiry *
inquiry_go_on(const struct context *context, struct answer *heard,
    resolver_answered *answered, void *argument)
{
	struct inquiry *inquiry = inquiry_new(context, heard->owner,
	    heard->type, answered, argument);

	inquiry->heard = heard;
	ask_root(inquiry);
	return inquiry;
}

void
inquiry_unlimit(struct inquiry *inquiry)
{
	inquiry->unlimited = true;
	if (inquiry->second != NULL)
		resolver_question_unlimit(inquiry->second);
	else if (inquiry->first != NULL && inquiry->context->second_way == NULL)
		resolver_question_unlimit(inquiry->first);
}

void
inquiry_limit(struct inquiry *inquiry)
{
	inquiry->unlimited = false;
	if (inquiry->second != NULL)
		resolver_question_limit(inquiry->second);
	else if (inquiry->first != NULL && inquiry->context->second_way == NULL)
		resolver_question_limit(inquiry->first);
}

bool
inquiry_is_overdue(const struct inquiry *inquiry)
{
	if (inquiry->second != NULL)
		return resolver_is_overdue(inquiry->second);
	return inquiry->first != NULL && inquiry->context->second_way == NULL &&
	    resolver_is_overdue(inquiry->first);
}

void
inquiry_cancel(struct inquiry *inquiry)
{
	if (inquiry != NULL)
		inquiry_free(inquiry);
}
