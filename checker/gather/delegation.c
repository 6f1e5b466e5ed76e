#include "checker/gather/delegation.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "checker/gather/zone_servers.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/query.h"
#include "resolver/resolver.h"

/* Seconds that a server of the parent gets. */
#define QUERY_LIMIT	5.0

struct delegation {
	const struct context		*context;	/* borrowed */
	const struct evidence		*evidence;	/* borrowed */
	char				*zone;		/* owned */
	const char			*parent;	/* borrowed, in ZONE or
							 * in the evidence */
	struct resolver_question	*question;	/* owned, NULL: none */
	struct zone_servers		*above;		/* owned; the parent's,
							 * NULL: not yet */
	size_t				 next;		/* of these, to ask */
	struct query			*query;		/* owned, NULL: none */
	struct query_referral		 referral;
	bool				 known;		/* it is filled in */
	struct event			*due;		/* owned; the end */
	delegation_found		*found;
	void				*argument;	/* borrowed */
};

static void	ask_parent(struct delegation *delegation);
static void	find_parent(struct delegation *delegation);

void
delegation_free(struct delegation *delegation)
{
	if (delegation == NULL)
		return;
	resolver_cancel(delegation->question);
	query_cancel(delegation->query);
	zone_servers_free(delegation->above);
	if (delegation->known)
		query_referral_clear(&delegation->referral);
	event_free(delegation->due);
	free(delegation->zone);
	free(delegation);
}

const struct query_referral *
delegation_referral(const struct delegation *delegation)
{
	return delegation->known ? &delegation->referral : NULL;
}

static void
on_due(evutil_socket_t fd, short what, void *argument)
{
	struct delegation *delegation = argument;

	(void)fd;
	(void)what;
	delegation->found(delegation->argument);
}

static void
finish(struct delegation *delegation)
{
	event_active(delegation->due, EV_TIMEOUT, 0);
}

/* A server that has the zone, too, does not tell what the parent says. */
static void
on_answer(struct answer *answer, void *argument)
{
	struct delegation *delegation = argument;

	delegation->query = NULL;
	context_trace_answer(delegation->context, answer);
	delegation->known = query_standing(answer) == QUERY_REFERS &&
	    query_referral_init(&delegation->referral, answer,
	    delegation->zone);
	answer_free(answer);
	if (delegation->known)
		finish(delegation);
	else
		ask_parent(delegation);
}

static void
ask_parent(struct delegation *delegation)
{
	struct sockaddr_storage address;
	struct query_question question;

	if (delegation->next == delegation->above->count) {
		finish(delegation);
		return;
	}
	question = (struct query_question){
		.server = (const struct sockaddr *)&address,
		.server_size = (socklen_t)address_to_socket(
		    &delegation->above->items[delegation->next++].address,
		    &address),
		.name = delegation->zone,
		.type = DNS_NS,
		.limit = QUERY_LIMIT,
	};
	delegation->query = query_start(delegation->context->query_client,
	    &question, on_answer, delegation);
}

static void
on_above(void *argument)
{
	ask_parent(argument);
}

static void
ask_above(struct delegation *delegation)
{
	delegation->above = zone_servers_find(delegation->context,
	    delegation->evidence, delegation->parent, true, on_above,
	    delegation);
}

/* The parent is the first name above that has name servers. */
static void
on_name_servers(struct answer *answer, void *argument)
{
	struct delegation *delegation = argument;
	const bool found = answer_has_records(answer) && !answer->aliased;

	delegation->question = NULL;
	context_trace_answer(delegation->context, answer);
	answer_free(answer);
	if (found) {
		ask_above(delegation);
	} else if (strcmp(delegation->parent, ".") == 0) {
		finish(delegation);
	} else {
		delegation->parent = name_parent(delegation->parent);
		find_parent(delegation);
	}
}

static void
find_parent(struct delegation *delegation)
{
	delegation->question = resolver_ask(delegation->context->resolver,
	    delegation->parent, DNS_NS, on_name_servers, delegation);
}

struct delegation *
delegation_find(const struct context *context,
    const struct evidence *evidence, const char *zone,
    delegation_found *found, void *argument)
{
	struct delegation *delegation = memory_new(1, sizeof(*delegation));
	const struct zone_evidence *known = evidence_zone(evidence, zone);

	delegation->context = context;
	delegation->evidence = evidence;
	delegation->zone = memory_string(zone);
	delegation->found = found;
	delegation->argument = argument;
	delegation->due = evtimer_new(context->base, on_due, delegation);
	if (delegation->due == NULL)
		abort();
	if (strcmp(zone, ".") == 0) {
		finish(delegation);
	} else if (known != NULL && known->parent != NULL) {
		delegation->parent = known->parent;
		ask_above(delegation);
	} else {
		delegation->parent = name_parent(delegation->zone);
		find_parent(delegation);
	}
	return delegation;
}
