#include "checker/gather/ns_ask.h"

#include <event2/event.h>
#include <stdlib.h>

#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/query.h"
#include "resolver/resolver.h"
#include "resolver/trace.h"
#include "smtp/dial.h"

/* Lanes of one audit that are asking at a time. */
#define LANES_AT_ONCE	16

/* Seconds that a server gets for one question. */
#define QUERY_LIMIT	5.0

/* A lane that leaves so many questions in a row unanswered is given up. */
#define UNANSWERED_MAX	2

/*
 * An address over one transport, asked one question after the other: those of
 * each zone that it has.
 */
struct lane {
	struct ns_ask	*ask;		/* borrowed */
	size_t		 first;		/* index of its first server */
	size_t		 server;	/* of the one being asked */
	size_t		 at;		/* of its query */
	size_t		 begun;		/* with the server before this one */
	struct query	*query;		/* owned, NULL: none */
	int		 unanswered;	/* in a row */
};

struct ns_ask {
	const struct context	*context;	/* borrowed */
	struct evidence		*evidence;	/* borrowed */
	const struct ns_queries	*queries;	/* borrowed */
	struct lane		*lanes;		/* owned */
	size_t			 lane_count;
	size_t			 begun;		/* of these */
	size_t			 running;
	size_t			 questions;	/* asked so far */
	struct event		*due;		/* owned; the end */
	ns_ask_done		*done;
	void			*argument;	/* borrowed */
};

static void	start_lanes(struct ns_ask *ask);

void
ns_ask_cancel(struct ns_ask *ask)
{
	size_t i;

	if (ask == NULL)
		return;
	for (i = 0; i < ask->begun; i++)
		query_cancel(ask->lanes[i].query);
	free(ask->lanes);
	event_free(ask->due);
	free(ask);
}

static void
on_due(evutil_socket_t fd, short what, void *argument)
{
	struct ns_ask *ask = argument;
	ns_ask_done *done = ask->done;
	void *arg = ask->argument;

	(void)fd;
	(void)what;
	ns_ask_cancel(ask);
	done(arg);
}

static struct server_evidence *
server_of(const struct lane *lane)
{
	return &lane->ask->evidence->servers[lane->server];
}

/* "ns1.example.org [192.0.2.53] over TCP". Owned by the caller. */
static char *
server_text(const struct server_evidence *server)
{
	const struct finding_server place = evidence_server_place(server);

	return finding_server_text(&place);
}

/* Traces what a server answers; why it is unusable names the question. */
static void
trace_answer(const struct lane *lane, const struct answer *answer)
{
	const struct trace *trace = lane->ask->context->trace;
	char *subject = server_text(server_of(lane));

	if (answer->why != NULL)
		trace_say(trace, TRACE_STEPS, subject, "%s", answer->why);
	else
		trace_say(trace, TRACE_STEPS, subject,
		    "%s %s: %s%zu record%s", dns_type_name(answer->type),
		    answer->owner, answer->truncated ? "cut off, " : "",
		    answer->count, answer->count == 1 ? "" : "s");
	if (lane->unanswered == UNANSWERED_MAX)
		trace_say(trace, TRACE_STEPS, subject, "not asked further: no "
		    "answer to %d questions in a row", UNANSWERED_MAX);
	free(subject);
}

/* --- Lanes --- */

static bool
is_in_lane(const struct server_evidence *a, const struct server_evidence *b)
{
	return a->tcp == b->tcp && address_equal(&a->address, &b->address);
}

static bool
can_be_asked(const struct server_evidence *server)
{
	return server->address.family != 0 && !server->reserved &&
	    !server->no_route;
}

static void
trace_begin(const struct lane *lane)
{
	char *subject = server_text(server_of(lane));

	trace_say(lane->ask->context->trace, TRACE_STEPS, subject,
	    "asking about the zone %s", server_of(lane)->zone);
	free(subject);
}

/* To the next query of the lane's servers. NULL: there is none any more. */
static const struct ns_query *
lane_next(struct lane *lane)
{
	const struct evidence *evidence = lane->ask->evidence;
	const struct server_evidence *first = &evidence->servers[lane->first];
	const struct ns_queries *queries = lane->ask->queries;
	const struct ns_query *query;

	if (lane->unanswered == UNANSWERED_MAX)
		return NULL;
	for (; lane->server < evidence->server_count; lane->server++) {
		if (!is_in_lane(server_of(lane), first))
			continue;
		for (; lane->at < queries->count; lane->at++) {
			query = &queries->items[lane->at];
			if (query->zone_found && name_equal(query->zone,
			    server_of(lane)->zone))
				return query;
		}
		lane->at = 0;
	}
	return NULL;
}

static void	lane_ask(struct lane *lane);

/* No packet came. */
static bool
is_unanswered(const struct answer *answer)
{
	return answer->fault == ANSWER_FAULT_SILENT ||
	    answer->fault == ANSWER_FAULT_UNREACHABLE ||
	    answer->fault == ANSWER_FAULT_NO_TCP;
}

static void
on_answer(struct answer *answer, void *argument)
{
	struct lane *lane = argument;

	lane->query = NULL;
	lane->unanswered = is_unanswered(answer) ? lane->unanswered + 1 : 0;
	trace_answer(lane, answer);
	evidence_server_answer(server_of(lane), answer);
	lane->at++;
	lane_ask(lane);
}

static void
lane_ask(struct lane *lane)
{
	struct ns_ask *ask = lane->ask;
	const struct ns_query *next = lane_next(lane);
	struct sockaddr_storage address;
	struct query_question question;

	if (next != NULL && ask->questions == NS_QUESTIONS_MAX)
		ask->evidence->servers_unasked = true;
	if (next == NULL || ask->questions == NS_QUESTIONS_MAX) {
		ask->running--;
		start_lanes(ask);
		return;
	}
	ask->questions++;
	if (lane->begun != lane->server + 1)
		trace_begin(lane);
	lane->begun = lane->server + 1;
	question = (struct query_question){
		.server = (const struct sockaddr *)&address,
		.server_size = (socklen_t)address_to_socket(
		    &server_of(lane)->address, &address),
		.name = next->owner,
		.type = next->type,
		.tcp_only = server_of(lane)->tcp,
		.udp_only = !server_of(lane)->tcp,
		.limit = QUERY_LIMIT,
	};
	lane->query = query_start(ask->context->query_client, &question,
	    on_answer, lane);
}

static void
start_lanes(struct ns_ask *ask)
{
	while (ask->running < LANES_AT_ONCE && ask->begun < ask->lane_count) {
		ask->running++;
		lane_ask(&ask->lanes[ask->begun++]);
	}
	if (ask->running == 0)
		event_active(ask->due, EV_TIMEOUT, 0);
}

static void
add_lane(struct ns_ask *ask, size_t server)
{
	const struct server_evidence *servers = ask->evidence->servers;
	size_t i;

	for (i = 0; i < ask->lane_count; i++) {
		if (is_in_lane(&servers[ask->lanes[i].first],
		    &servers[server]))
			return;
	}
	ask->lanes[ask->lane_count++] = (struct lane){
		.ask = ask,
		.first = server,
		.server = server,
	};
}

/* If a server cannot be asked, the evidence says why. */
static void
check_server(const struct context *context, struct server_evidence *server)
{
	const char *why = resolver_why_unasked(context->resolver,
	    server->address.octets, address_size(&server->address));
	char *subject;

	server->reserved = why != NULL;
	server->no_route = why == NULL && !dial_has_route(&server->address);
	if (server->no_route)
		why = "no route to host";
	if (why == NULL)
		return;
	subject = server_text(server);
	trace_say(context->trace, TRACE_STEPS, subject, "not asked: %s", why);
	free(subject);
}

struct ns_ask *
ns_ask_start(const struct context *context, struct evidence *evidence,
    size_t from, const struct ns_queries *queries, ns_ask_done *done,
    void *argument)
{
	struct ns_ask *ask = memory_new(1, sizeof(*ask));
	size_t i;

	ask->context = context;
	ask->evidence = evidence;
	ask->queries = queries;
	ask->done = done;
	ask->argument = argument;
	ask->due = evtimer_new(context->base, on_due, ask);
	if (ask->due == NULL)
		abort();
	ask->lanes = memory_new(evidence->server_count, sizeof(*ask->lanes));
	for (i = from; i < evidence->server_count; i++) {
		if (evidence->servers[i].address.family == 0)
			continue;
		check_server(context, &evidence->servers[i]);
		if (can_be_asked(&evidence->servers[i]))
			add_lane(ask, i);
	}
	start_lanes(ask);
	return ask;
}

char *
ns_ask_waits_for(const struct ns_ask *ask)
{
	const struct ns_query *query;
	char *subject, *text;
	size_t i;

	for (i = 0; i < ask->begun; i++) {
		if (ask->lanes[i].query == NULL)
			continue;
		query = &ask->queries->items[ask->lanes[i].at];
		subject = server_text(server_of(&ask->lanes[i]));
		text = memory_format("%s (%s %s)", subject,
		    dns_type_name(query->type), query->owner);
		free(subject);
		return text;
	}
	return NULL;
}
