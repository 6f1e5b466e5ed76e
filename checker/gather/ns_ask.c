#include "checker/gather/ns_ask.h"

#include <event2/event.h>
#include <stdlib.h>

#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/resolver.h"
#include "resolver/trace.h"
#include "smtp/dial.h"

/*
 * Servers asked at a time, at most: each has its own resolver, and so its own
 * thread.
 */
#define SERVERS_AT_ONCE 4

/* A server that leaves so many questions in a row unanswered is given up. */
#define UNANSWERED_MAX 2

/* One server being asked the queries of its zone, one after the other. */
struct ns_worker {
	struct ns_ask		 *ask;		/* borrowed */
	struct resolver		 *resolver;	/* owned, NULL: idle */
	struct resolver_question *question;	/* owned, NULL: none */
	char			 *subject;	/* owned; the trace's */
	size_t			  server;	/* index in the evidence */
	size_t			  query;	/* index of the one asked */
	int			  unanswered_in_row;	/* queries, so far */
	bool			  ended;	/* nothing is left to ask */
};

struct ns_ask {
	const struct context	*context;	/* borrowed */
	struct evidence		*evidence;	/* borrowed */
	const struct ns_queries	*queries;	/* borrowed */
	size_t			 next;		/* server to be asked */
	struct ns_worker	 workers[SERVERS_AT_ONCE];
	struct event		*tidy;		/* owned; see on_tidy */
	ns_ask_done		*done;
	void			*argument;	/* borrowed */
};

static void	ask_next(struct ns_worker *worker);

void
ns_ask_cancel(struct ns_ask *ask)
{
	struct ns_worker *worker;
	size_t i;

	if (ask == NULL)
		return;
	for (i = 0; i < SERVERS_AT_ONCE; i++) {
		worker = &ask->workers[i];
		resolver_cancel(worker->question);
		resolver_close(worker->resolver);
		free(worker->subject);
	}
	event_free(ask->tidy);
	free(ask);
}

static void
finish(struct ns_ask *ask)
{
	ns_ask_done *done = ask->done;
	void *argument = ask->argument;

	ns_ask_cancel(ask);
	done(argument);
}

/* Traces what a server answers; why it is unusable names the question. */
static void
trace_answer(const struct ns_worker *worker, const struct answer *answer)
{
	const struct trace *trace = worker->ask->context->trace;

	if (answer->why != NULL)
		trace_say(trace, TRACE_STEPS, worker->subject, "%s: %s",
		    dnssec_status_name(answer->dnssec), answer->why);
	else
		trace_say(trace, TRACE_STEPS, worker->subject,
		    "%s %s: %s, %zu record%s", dns_type_name(answer->type),
		    answer->owner, dnssec_status_name(answer->dnssec),
		    answer->count, answer->count == 1 ? "" : "s");
}

static void
on_answer(struct answer *answer, void *argument)
{
	struct ns_worker *worker = argument;
	struct ns_ask *ask = worker->ask;

	worker->question = NULL;
	trace_answer(worker, answer);
	worker->unanswered_in_row = answer->dnssec == DNSSEC_FAILED ?
	    worker->unanswered_in_row + 1 : 0;
	if (worker->unanswered_in_row == UNANSWERED_MAX)
		trace_say(ask->context->trace, TRACE_STEPS,
		    worker->subject, "not asked further: no usable answer to "
		    "%d questions in a row", UNANSWERED_MAX);
	evidence_server_answer(&ask->evidence->servers[worker->server], answer);
	worker->query++;
	ask_next(worker);
}

/*
 * Asks the next query of the server's zone; after the last one the worker is
 * done.
 */
static void
ask_next(struct ns_worker *worker)
{
	struct ns_ask *ask = worker->ask;
	const struct server_evidence *server =
	    &ask->evidence->servers[worker->server];
	const struct ns_query *query;

	for (; worker->query < ask->queries->count &&
	    worker->unanswered_in_row < UNANSWERED_MAX; worker->query++) {
		query = &ask->queries->items[worker->query];
		if (!query->zone_found ||
		    !name_equal(query->zone, server->zone))
			continue;
		worker->question = resolver_ask(worker->resolver,
		    query->owner, query->type, on_answer, worker);
		return;
	}
	worker->ended = true;
	event_active(ask->tidy, EV_TIMEOUT, 0);
}

/* "ns1.example.org [192.0.2.53] over TCP". Owned by the caller. */
static char *
server_text(const struct server_evidence *server)
{
	const struct finding_server place = evidence_server_place(server);

	return finding_server_text(&place);
}

/* NULL: *WHY. */
static struct resolver *
start_resolver(const struct context *context,
    const struct resolver_options *options, char **why)
{
	struct resolver *resolver = resolver_open(context->base, options, why);

	if (resolver == NULL || resolver_start(resolver, why))
		return resolver;
	resolver_close(resolver);
	return NULL;
}

/* Has an idle worker ask the server that is next. */
static void
start_worker(struct ns_worker *worker)
{
	struct ns_ask *ask = worker->ask;
	const struct context *context = ask->context;
	const struct server_evidence *server =
	    &ask->evidence->servers[ask->next];
	struct resolver_options options = *context->resolver_options;
	char *why, *address = address_text(&server->address);

	options.stub_zone = server->zone;
	options.stub_server = address;
	options.tcp_only = server->tcp;
	options.trace = NULL;
	free(worker->subject);
	worker->subject = server_text(server);
	worker->server = ask->next++;
	worker->query = 0;
	worker->unanswered_in_row = 0;
	worker->ended = false;
	worker->resolver = start_resolver(context, &options, &why);
	free(address);
	/*
	 * The main resolver was opened with the same settings: what is wrong
	 * here is that there are no more descriptors.
	 */
	if (worker->resolver == NULL) {
		trace_say(context->trace, TRACE_STEPS, worker->subject,
		    "cannot be asked: %s", why);
		ask->evidence->servers_unasked = true;
		free(why);
		return;
	}
	trace_say(context->trace, TRACE_STEPS, worker->subject,
	    "asking about the zone %s", server->zone);
	ask_next(worker);
}

/* Whether a server can be asked; if it cannot, the evidence says why. */
static bool
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
		return true;
	subject = server_text(server);
	trace_say(context->trace, TRACE_STEPS, subject, "not asked: %s", why);
	free(subject);
	return false;
}

/* Moves on to the next server that can be asked. False: there is none. */
static bool
find_server(struct ns_ask *ask)
{
	const struct evidence *evidence = ask->evidence;
	struct server_evidence *server;

	for (; ask->next < evidence->server_count; ask->next++) {
		server = &evidence->servers[ask->next];
		if (server->address.family != 0 &&
		    check_server(ask->context, server))
			return true;
	}
	return false;
}

/* How many of the workers may be busy. */
static size_t
count_workers(const struct ns_ask *ask)
{
	const size_t count = ask->context->servers_at_once;

	return count > 0 && count < SERVERS_AT_ONCE ? count : SERVERS_AT_ONCE;
}

static void
start_workers(struct ns_ask *ask)
{
	const size_t count = count_workers(ask);
	struct ns_worker *worker;
	bool busy = false;
	size_t i;

	for (i = 0; i < count; i++) {
		worker = &ask->workers[i];
		while (worker->resolver == NULL && find_server(ask))
			start_worker(worker);
		busy |= worker->resolver != NULL;
	}
	if (!busy)
		finish(ask);
}

/*
 * Closes the resolvers of the workers that are done, which their own callbacks
 * must not do, and gives these workers the next servers.
 */
static void
on_tidy(evutil_socket_t fd, short what, void *argument)
{
	struct ns_ask *ask = argument;
	struct ns_worker *worker;
	size_t i;

	(void)fd;
	(void)what;
	for (i = 0; i < SERVERS_AT_ONCE; i++) {
		worker = &ask->workers[i];
		if (worker->resolver == NULL || !worker->ended)
			continue;
		resolver_close(worker->resolver);
		worker->resolver = NULL;
	}
	start_workers(ask);
}

struct ns_ask *
ns_ask_start(const struct context *context, struct evidence *evidence,
    const struct ns_queries *queries, ns_ask_done *done, void *argument)
{
	struct ns_ask *ask = memory_new(1, sizeof(*ask));
	size_t i;

	ask->context = context;
	ask->evidence = evidence;
	ask->queries = queries;
	ask->done = done;
	ask->argument = argument;
	ask->tidy = event_new(context->base, -1, 0, on_tidy, ask);
	if (ask->tidy == NULL)
		abort();
	for (i = 0; i < SERVERS_AT_ONCE; i++)
		ask->workers[i].ask = ask;
	/* Without a server to ask it ends from the loop, too. */
	event_active(ask->tidy, EV_TIMEOUT, 0);
	return ask;
}

char *
ns_ask_waits_for(const struct ns_ask *ask)
{
	const struct ns_worker *worker;
	const struct ns_query *query;
	size_t i;

	for (i = 0; i < SERVERS_AT_ONCE; i++) {
		worker = &ask->workers[i];
		if (worker->question == NULL)
			continue;
		query = &ask->queries->items[worker->query];
		return memory_format("%s (%s %s)", worker->subject,
		    dns_type_name(query->type), query->owner);
	}
	return NULL;
}
