#include "checker/gather/nameservers.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "checker/gather/record_order.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/trace.h"
#include "smtp/dial.h"

/* Servers asked at a time: each has its own resolver, and so its own thread. */
#define SERVERS_AT_ONCE 4

/* A server that leaves so many questions in a row unanswered is given up. */
#define UNANSWERED_MAX 2

/* A question for all servers of the zone that it has to be answered from. */
struct ns_query {
	char		*owner;		/* owned */
	enum dns_type	 type;
	char		*zone;		/* owned; a guess until zone_found */
	bool		 zone_found;
};

/* The lookup of a name server's addresses of one family. */
struct ns_lookup {
	struct nameservers	 *nameservers;	/* borrowed */
	struct resolver_question *question;	/* owned, NULL: none */
	struct answer		 *answer;	/* owned, NULL: none yet */
	char			 *zone;		/* owned */
	char			 *name;		/* owned, of the server */
};

/* One server being asked the queries of its zone, one after the other. */
struct ns_worker {
	struct nameservers	 *nameservers;	/* borrowed */
	struct resolver		 *resolver;	/* owned, NULL: idle */
	struct resolver_question *question;	/* owned, NULL: none */
	char			 *subject;	/* owned; the trace's */
	size_t			  server;	/* index in the evidence */
	size_t			  query;	/* index of the one asked */
	int			  unanswered_in_row;	/* queries, so far */
	bool			  ended;	/* nothing is left to ask */
};

struct nameservers {
	const struct context		*context;	/* borrowed */
	struct evidence			*evidence;	/* borrowed */
	struct ns_query			*queries;	/* owned */
	size_t				 query_count;
	size_t				 zoneless;	/* the first query whose
							 * zone is not known */
	struct resolver_question	*question;	/* owned, NULL: none;
							 * for that zone */
	struct ns_lookup		**lookups;	/* owned; in pairs, A
							 * and AAAA */
	size_t				 lookup_count;
	size_t				 lookups_running;
	size_t				 next;		/* server to be asked */
	struct ns_worker		 workers[SERVERS_AT_ONCE];
	struct event			*tidy;		/* owned; see on_tidy */
	nameservers_done		*done;
	void				*argument;	/* borrowed */
};

static void	find_zone(struct nameservers *nameservers);
static void	start_workers(struct nameservers *nameservers);
static void	ask_next(struct ns_worker *worker);

static void
lookup_free(struct ns_lookup *lookup)
{
	resolver_cancel(lookup->question);
	answer_free(lookup->answer);
	free(lookup->zone);
	free(lookup->name);
	free(lookup);
}

static void
nameservers_free(struct nameservers *nameservers)
{
	struct ns_worker *worker;
	size_t i;

	resolver_cancel(nameservers->question);
	for (i = 0; i < SERVERS_AT_ONCE; i++) {
		worker = &nameservers->workers[i];
		resolver_cancel(worker->question);
		resolver_close(worker->resolver);
		free(worker->subject);
	}
	event_free(nameservers->tidy);
	for (i = 0; i < nameservers->lookup_count; i++)
		lookup_free(nameservers->lookups[i]);
	free(nameservers->lookups);
	for (i = 0; i < nameservers->query_count; i++) {
		free(nameservers->queries[i].owner);
		free(nameservers->queries[i].zone);
	}
	free(nameservers->queries);
	free(nameservers);
}

static void
finish(struct nameservers *nameservers)
{
	nameservers_done *done = nameservers->done;
	void *argument = nameservers->argument;

	nameservers_free(nameservers);
	done(argument);
}

static void
add_query(struct nameservers *nameservers, const char *owner,
    enum dns_type type)
{
	struct ns_query *query;
	size_t i;

	for (i = 0; i < nameservers->query_count; i++) {
		query = &nameservers->queries[i];
		if (query->type == type && name_equal(query->owner, owner))
			return;
	}
	nameservers->queries = memory_grow(nameservers->queries,
	    nameservers->query_count, sizeof(*query));
	query = &nameservers->queries[nameservers->query_count++];
	query->owner = memory_string(owner);
	query->type = type;
	query->zone = memory_string(owner);
}

/*
 * TLSA, and after it the names above, which exist when it does: a server that
 * denies them makes resolvers that minimise their questions deny the records,
 * too (RFC 8020, RFC 9156).
 */
static void
add_host_queries(struct nameservers *nameservers,
    const struct host_evidence *host)
{
	const struct answer *tlsa;
	size_t i;

	if (!host->asked)
		return;
	add_query(nameservers, host->name, DNS_A);
	add_query(nameservers, host->name, DNS_AAAA);
	for (i = 0; i < EVIDENCE_BASES; i++) {
		tlsa = host->tlsa[i];
		if (tlsa == NULL)
			continue;
		add_query(nameservers, tlsa->owner, DNS_TLSA);
		add_query(nameservers, tlsa->owner, DNS_A);
		add_query(nameservers, strchr(tlsa->owner, '.') + 1, DNS_A);
	}
}

/* NULL: the server is counted, but is one too many to be asked. */
static struct server_evidence *
new_server(struct evidence *evidence, const char *zone, const char *name)
{
	struct server_evidence *server;

	evidence->server_total++;
	if (evidence->server_count == NAMESERVERS_MAX)
		return NULL;
	evidence->servers = memory_grow(evidence->servers,
	    evidence->server_count, sizeof(*server));
	server = &evidence->servers[evidence->server_count++];
	server->zone = memory_string(zone);
	server->name = memory_string(name);
	return server;
}

/* Adds a server over one transport, unless the zone has one there already. */
static void
add_server(struct evidence *evidence, const struct ns_lookup *lookup,
    const struct address *address, bool tcp)
{
	struct server_evidence *server;
	size_t i;

	for (i = 0; i < evidence->server_count; i++) {
		server = &evidence->servers[i];
		if (server->tcp == tcp &&
		    name_equal(server->zone, lookup->zone) &&
		    address_equal(&server->address, address))
			return;
	}
	server = new_server(evidence, lookup->zone, lookup->name);
	if (server == NULL)
		return;
	server->address = *address;
	server->tcp = tcp;
}

/* Takes ownership of ANSWER. */
static void
record_answer(struct server_evidence *server, struct answer *answer)
{
	server->answers = memory_grow(server->answers, server->answer_count,
	    sizeof(*server->answers));
	server->answers[server->answer_count++] = answer;
}

/*
 * Adds what cannot be asked, because its address is not known: the server NAME,
 * or all servers of a zone. Takes ownership of ANSWER, which says why.
 */
static void
add_lost_server(struct evidence *evidence, const char *zone, const char *name,
    struct answer *answer)
{
	struct server_evidence *server = NULL;
	size_t i;

	for (i = 0; i < evidence->server_count; i++) {
		server = &evidence->servers[i];
		if (name_equal(server->zone, zone) &&
		    strcmp(server->name, name) == 0)
			break;
	}
	server = i == evidence->server_count ?
	    new_server(evidence, zone, name) : NULL;
	if (server != NULL)
		record_answer(server, answer);
	else
		answer_free(answer);
}

static void
add_addresses(struct evidence *evidence, const struct ns_lookup *lookup)
{
	const struct answer_record *record;
	struct address address;
	size_t i;

	for (i = 0; i < lookup->answer->count; i++) {
		record = &lookup->answer->records[i];
		/* Name servers live on port 53. */
		if (!address_from_octets(&address, record->data, record->size,
		    53))
			continue;
		add_server(evidence, lookup, &address, false);
		add_server(evidence, lookup, &address, true);
	}
}

/* Lists all servers in the evidence, in the order of the zones and names. */
static void
list_servers(struct nameservers *nameservers)
{
	struct evidence *evidence = nameservers->evidence;
	const struct ns_lookup *a, *aaaa;
	size_t i;

	for (i = 0; i + 1 < nameservers->lookup_count; i += 2) {
		a = nameservers->lookups[i];
		aaaa = nameservers->lookups[i + 1];
		add_addresses(evidence, a);
		add_addresses(evidence, aaaa);
		if (a->answer->count == 0 && aaaa->answer->count == 0)
			add_lost_server(evidence, a->zone, a->name,
			    answer_unusable(a->name, DNS_A,
			    "it has no address"));
	}
}

/* Goes on once all zones, and the addresses of all servers, are known. */
static void
ask_servers(struct nameservers *nameservers)
{
	if (nameservers->lookups_running > 0 ||
	    nameservers->zoneless < nameservers->query_count)
		return;
	list_servers(nameservers);
	start_workers(nameservers);
}

static void
on_server_address(struct answer *answer, void *argument)
{
	struct ns_lookup *lookup = argument;
	struct nameservers *nameservers = lookup->nameservers;

	lookup->question = NULL;
	lookup->answer = answer;
	record_order_sort(answer);
	context_trace_answer(nameservers->context, answer);
	nameservers->lookups_running--;
	ask_servers(nameservers);
}

static void
look_up_server(struct nameservers *nameservers, const char *zone,
    const char *name, enum dns_type type)
{
	struct ns_lookup *lookup = memory_new(1, sizeof(*lookup));

	lookup->nameservers = nameservers;
	lookup->zone = memory_string(zone);
	lookup->name = memory_string(name);
	nameservers->lookups = memory_grow(nameservers->lookups,
	    nameservers->lookup_count, sizeof(*nameservers->lookups));
	nameservers->lookups[nameservers->lookup_count++] = lookup;
	nameservers->lookups_running++;
	lookup->question = resolver_ask(nameservers->context->resolver, name,
	    type, on_server_address, lookup);
}

/*
 * NS has the name servers of the zone of the query at hand: looks up where they
 * are.
 */
static void
look_up_servers(struct nameservers *nameservers, const struct answer *ns)
{
	const char *zone = ns->owner;
	size_t i;

	nameservers->queries[nameservers->zoneless].zone_found = true;
	for (i = 0; i < ns->count; i++) {
		look_up_server(nameservers, zone, ns->records[i].name, DNS_A);
		look_up_server(nameservers, zone, ns->records[i].name,
		    DNS_AAAA);
	}
	add_query(nameservers, zone, DNS_SOA);
}

/*
 * Takes ownership of ANSWER, which says why the name servers of a zone are not
 * known.
 */
static void
add_lost_zone(struct nameservers *nameservers, struct answer *answer)
{
	char *zone = memory_string(answer->owner);
	char *name = memory_format("the name servers of %s", zone);

	add_lost_server(nameservers->evidence, zone, name, answer);
	free(name);
	free(zone);
}

/* Guesses the zone above. False: there is none that could be meant. */
static bool
guess_parent(struct ns_query *query)
{
	const char *dot = strchr(query->zone, '.');
	char *parent;

	if (dot == NULL || dot[1] == '\0')
		return false;
	parent = memory_string(dot + 1);
	free(query->zone);
	query->zone = parent;
	return true;
}

/*
 * Names that begin with '_' are within a zone, as a rule: where servers choke
 * on the question for their NS records, the name above is asked about. For
 * other names that would lead to the parent's servers, which know nothing.
 */
static void
on_name_servers(struct answer *answer, void *argument)
{
	struct nameservers *nameservers = argument;
	struct ns_query *query = &nameservers->queries[nameservers->zoneless];

	nameservers->question = NULL;
	record_order_sort(answer);
	context_trace_answer(nameservers->context, answer);
	if (answer->kind == ANSWER_RECORDS && !answer->aliased) {
		look_up_servers(nameservers, answer);
		nameservers->zoneless++;
	} else if (answer->kind == ANSWER_UNUSABLE && query->zone[0] != '_') {
		add_lost_zone(nameservers, answer);
		answer = NULL;
		nameservers->zoneless++;
	} else if (!guess_parent(query)) {
		nameservers->zoneless++;
	}
	answer_free(answer);
	find_zone(nameservers);
}

static bool
is_at_or_below(const char *name, const char *top)
{
	size_t length = strlen(name), top_length = strlen(top);

	if (length <= top_length)
		return name_equal(name, top);
	name += length - top_length;
	return name[-1] == '.' && name_equal(name, top);
}

/* The earlier query on whose way up NAME was asked about. NULL: none. */
static const struct ns_query *
find_earlier(const struct nameservers *nameservers, const char *name)
{
	const struct ns_query *earlier;
	size_t i;

	for (i = 0; i < nameservers->zoneless; i++) {
		earlier = &nameservers->queries[i];
		if (is_at_or_below(earlier->owner, name) &&
		    is_at_or_below(name, earlier->zone))
			return earlier;
	}
	return NULL;
}

/*
 * Finds the zone of the next query: from its owner upwards, the first name that
 * has name servers. No name is asked about twice.
 */
static void
find_zone(struct nameservers *nameservers)
{
	const struct ns_query *earlier;
	struct ns_query *query;

	while (nameservers->zoneless < nameservers->query_count) {
		query = &nameservers->queries[nameservers->zoneless];
		earlier = find_earlier(nameservers, query->zone);
		if (earlier == NULL) {
			nameservers->question = resolver_ask(
			    nameservers->context->resolver, query->zone,
			    DNS_NS, on_name_servers, nameservers);
			return;
		}
		if (name_equal(earlier->zone, query->zone)) {
			query->zone_found = earlier->zone_found;
			nameservers->zoneless++;
		} else {
			guess_parent(query);
		}
	}
	ask_servers(nameservers);
}

/* Traces what a server answers; why it is unusable names the question. */
static void
trace_answer(const struct ns_worker *worker, const struct answer *answer)
{
	const struct trace *trace = worker->nameservers->context->trace;

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
	struct nameservers *nameservers = worker->nameservers;

	worker->question = NULL;
	trace_answer(worker, answer);
	worker->unanswered_in_row = answer->dnssec == DNSSEC_FAILED ?
	    worker->unanswered_in_row + 1 : 0;
	if (worker->unanswered_in_row == UNANSWERED_MAX)
		trace_say(nameservers->context->trace, TRACE_STEPS,
		    worker->subject, "not asked further: no usable answer to "
		    "%d questions in a row", UNANSWERED_MAX);
	record_answer(&nameservers->evidence->servers[worker->server], answer);
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
	struct nameservers *nameservers = worker->nameservers;
	const struct server_evidence *server =
	    &nameservers->evidence->servers[worker->server];
	const struct ns_query *query;

	for (; worker->query < nameservers->query_count &&
	    worker->unanswered_in_row < UNANSWERED_MAX; worker->query++) {
		query = &nameservers->queries[worker->query];
		if (!query->zone_found ||
		    !name_equal(query->zone, server->zone))
			continue;
		worker->question = resolver_ask(worker->resolver,
		    query->owner, query->type, on_answer, worker);
		return;
	}
	worker->ended = true;
	event_active(nameservers->tidy, EV_TIMEOUT, 0);
}

/* "ns1.example.org [192.0.2.53] over TCP". Owned by the caller. */
static char *
server_text(const struct server_evidence *server)
{
	const struct finding_server asked = {
		.name = server->name,
		.address = server->address,
		.tcp = server->tcp,
	};

	return finding_server_text(&asked);
}

/* Has an idle worker ask the server that is next. */
static void
start_worker(struct ns_worker *worker)
{
	struct nameservers *nameservers = worker->nameservers;
	const struct context *context = nameservers->context;
	const struct server_evidence *server =
	    &nameservers->evidence->servers[nameservers->next];
	struct resolver_options options = *context->resolver_options;
	char *why, *address = address_text(&server->address);

	options.stub_zone = server->zone;
	options.stub_server = address;
	options.tcp_only = server->tcp;
	options.trace = NULL;
	free(worker->subject);
	worker->subject = server_text(server);
	worker->server = nameservers->next++;
	worker->query = 0;
	worker->unanswered_in_row = 0;
	worker->ended = false;
	worker->resolver = resolver_open(context->base, &options, &why);
	free(address);
	/*
	 * The main resolver was opened with the same settings: what is wrong
	 * here is that there are no more descriptors.
	 */
	if (worker->resolver == NULL) {
		trace_say(context->trace, TRACE_STEPS, worker->subject,
		    "cannot be asked: %s", why);
		nameservers->evidence->servers_unasked = true;
		free(why);
		return;
	}
	trace_say(context->trace, TRACE_STEPS, worker->subject,
	    "asking about the zone %s", server->zone);
	ask_next(worker);
}

/* Moves on to the next server that can be asked. False: there is none. */
static bool
find_server(struct nameservers *nameservers)
{
	const struct evidence *evidence = nameservers->evidence;
	struct server_evidence *server;
	char *subject;

	for (; nameservers->next < evidence->server_count;
	    nameservers->next++) {
		server = &evidence->servers[nameservers->next];
		if (server->address.family == 0)
			continue;
		server->no_route = !dial_has_route(&server->address);
		if (!server->no_route)
			return true;
		subject = server_text(server);
		trace_say(nameservers->context->trace, TRACE_STEPS, subject,
		    "not asked: no route to host");
		free(subject);
	}
	return false;
}

static void
start_workers(struct nameservers *nameservers)
{
	struct ns_worker *worker;
	bool busy = false;
	size_t i;

	for (i = 0; i < SERVERS_AT_ONCE; i++) {
		worker = &nameservers->workers[i];
		while (worker->resolver == NULL && find_server(nameservers))
			start_worker(worker);
		busy |= worker->resolver != NULL;
	}
	if (!busy)
		finish(nameservers);
}

/*
 * Closes the resolvers of the workers that are done, which their own callbacks
 * must not do, and gives these workers the next servers.
 */
static void
on_tidy(evutil_socket_t fd, short what, void *argument)
{
	struct nameservers *nameservers = argument;
	struct ns_worker *worker;
	size_t i;

	(void)fd;
	(void)what;
	for (i = 0; i < SERVERS_AT_ONCE; i++) {
		worker = &nameservers->workers[i];
		if (worker->resolver == NULL || !worker->ended)
			continue;
		resolver_close(worker->resolver);
		worker->resolver = NULL;
	}
	start_workers(nameservers);
}

struct nameservers *
nameservers_start(const struct context *context, struct evidence *evidence,
    nameservers_done *done, void *argument)
{
	struct nameservers *nameservers = memory_new(1, sizeof(*nameservers));
	size_t i;

	nameservers->context = context;
	nameservers->evidence = evidence;
	nameservers->done = done;
	nameservers->argument = argument;
	nameservers->tidy = event_new(context->base, -1, 0, on_tidy,
	    nameservers);
	if (nameservers->tidy == NULL)
		abort();
	for (i = 0; i < SERVERS_AT_ONCE; i++)
		nameservers->workers[i].nameservers = nameservers;
	add_query(nameservers, evidence->domain,
	    evidence->host_mode ? DNS_A : DNS_MX);
	for (i = 0; i < evidence->host_count; i++)
		add_host_queries(nameservers, &evidence->hosts[i]);
	find_zone(nameservers);
	return nameservers;
}

void
nameservers_stop(struct nameservers *nameservers)
{
	if (nameservers == NULL)
		return;
	nameservers->evidence->servers_unasked = true;
	nameservers_free(nameservers);
}
