#include "checker/gather/nameservers.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/trace.h"
#include "smtp/dial.h"

/*
 * Name servers asked at a time: each has a resolver, and so a thread, of its
 * own.
 */
#define SERVERS_AT_ONCE 4

/*
 * A server that leaves so many questions in a row without an answer is not
 * asked on.
 */
#define UNANSWERED_MAX 2

/* A question, and the zone that it is to be answered from. */
struct ns_query {
	char		*owner;		/* owned */
	enum dns_type	 type;
	char		*zone;		/* owned; a candidate until FOUND */
	bool		 found;		/* the zone is certain */
};

/* One server being asked the topics of its zone, one after the other. */
struct worker {
	struct nameservers	 *nameservers;	/* borrowed */
	size_t			  server;	/* index in the evidence */
	struct resolver		 *resolver;	/* owned, NULL: idle */
	bool			  ended;	/* nothing is left to ask */
	struct resolver_question *question;	/* owned, NULL: none */
	size_t			  query;	/* the one being asked */
	int			  unanswered_in_row;	/* in a row, so far */
};

/* The address of a name server being sought. */
struct search {
	struct nameservers	 *nameservers;	/* borrowed */
	struct resolver_question *question;	/* owned, NULL: none */
	char			 *zone;		/* owned */
	char			 *name;		/* owned */
	bool			  found;	/* an address of the family */
};

struct nameservers {
	const struct context	*context;	/* borrowed */
	struct evidence			*evidence;	/* borrowed */
	struct ns_query			*queries;	/* owned */
	size_t				 query_count;
	size_t				 seeking;	/* this topic's zone */
	struct resolver_question	*question;	/* owned, NULL: none */
	struct search			**searches;	/* owned */
	size_t				 search_count;
	size_t				 searching;	/* those in flight */
	size_t				 next;		/* server to be asked */
	struct worker			 workers[SERVERS_AT_ONCE];
	struct event			*tidy;		/* owned; see on_tidy */
	nameservers_done			*done;
	void				*argument;	/* borrowed */
};

static void	seek_zone(struct nameservers *nameservers);
static void	put_to_work(struct nameservers *nameservers);
static void	ask_next(struct worker *worker);

static void
add_query(struct nameservers *nameservers, const char *owner, enum dns_type type)
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
add_host_queries(struct nameservers *nameservers, const struct host_evidence *host)
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

static void
nameservers_free(struct nameservers *nameservers)
{
	size_t i;

	resolver_cancel(nameservers->question);
	for (i = 0; i < SERVERS_AT_ONCE; i++) {
		resolver_cancel(nameservers->workers[i].question);
		resolver_close(nameservers->workers[i].resolver);
	}
	event_free(nameservers->tidy);
	for (i = 0; i < nameservers->search_count; i++) {
		resolver_cancel(nameservers->searches[i]->question);
		free(nameservers->searches[i]->zone);
		free(nameservers->searches[i]->name);
		free(nameservers->searches[i]);
	}
	free(nameservers->searches);
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

/* NULL: it is counted, but one too many to be looked at. */
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

static void
add_server(struct nameservers *nameservers, const struct search *search,
    const struct answer_record *record, bool tcp)
{
	struct evidence *evidence = nameservers->evidence;
	struct server_evidence *server;
	struct address address;
	size_t i;

	/* Name servers live on port 53. */
	if (!address_from_octets(&address, record->data, record->size, 53))
		return;
	for (i = 0; i < evidence->server_count; i++) {
		server = &evidence->servers[i];
		if (server->tcp == tcp &&
		    name_equal(server->zone, search->zone) &&
		    address_equal(&server->address, &address))
			return;
	}
	server = new_server(evidence, search->zone, search->name);
	if (server == NULL)
		return;
	server->address = address;
	server->tcp = tcp;
}

static void
note_answer(struct server_evidence *server, struct answer *answer)
{
	server->answers = memory_grow(server->answers, server->answer_count,
	    sizeof(*server->answers));
	server->answers[server->answer_count++] = answer;
}

/*
 * One that cannot be asked, since nobody says where it is: a NAME without an
 * address, or all the name servers of a zone. It stands in the evidence by its
 * name.
 */
static void
add_lost_server(struct nameservers *nameservers, const char *zone,
    const char *name, struct answer *answer)
{
	struct evidence *evidence = nameservers->evidence;
	struct server_evidence *server = NULL;
	size_t i;

	for (i = 0; i < evidence->server_count; i++) {
		if (name_equal(evidence->servers[i].zone, zone) &&
		    strcmp(evidence->servers[i].name, name) == 0)
			break;
	}
	if (i == evidence->server_count)
		server = new_server(evidence, zone, name);
	if (server != NULL)
		note_answer(server, answer);
	else
		answer_free(answer);
}

static void
add_without_address(struct nameservers *nameservers, const struct search *search)
{
	add_lost_server(nameservers, search->zone, search->name,
	    answer_unusable(search->name, DNS_A, "it has no address"));
}

/* When all zones, and all addresses of their servers, are known: to work. */
static void
all_found(struct nameservers *nameservers)
{
	size_t i;

	if (nameservers->searching > 0 ||
	    nameservers->seeking < nameservers->query_count)
		return;
	/* The searches come in pairs, one for each family. */
	for (i = 0; i + 1 < nameservers->search_count; i += 2) {
		if (!nameservers->searches[i]->found &&
		    !nameservers->searches[i + 1]->found)
			add_without_address(nameservers, nameservers->searches[i]);
	}
	put_to_work(nameservers);
}

static void
on_server_address(struct answer *answer, void *argument)
{
	struct search *search = argument;
	struct nameservers *nameservers = search->nameservers;
	size_t i;

	search->question = NULL;
	search->found = answer->count > 0;
	for (i = 0; i < answer->count; i++) {
		add_server(nameservers, search, &answer->records[i], false);
		add_server(nameservers, search, &answer->records[i], true);
	}
	answer_free(answer);
	nameservers->searching--;
	all_found(nameservers);
}

static void
search_server(struct nameservers *nameservers, const char *zone,
    const char *name, enum dns_type type)
{
	struct search *search = memory_new(1, sizeof(*search));

	search->nameservers = nameservers;
	search->zone = memory_string(zone);
	search->name = memory_string(name);
	nameservers->searches = memory_grow(nameservers->searches,
	    nameservers->search_count, sizeof(*nameservers->searches));
	nameservers->searches[nameservers->search_count++] = search;
	nameservers->searching++;
	search->question = resolver_ask(nameservers->context->resolver, name,
	    type, on_server_address, search);
}

/* Whether an earlier topic has the same zone, whose servers are known then. */
static bool
is_known_zone(const struct nameservers *nameservers, size_t query)
{
	size_t i;

	for (i = 0; i < query; i++) {
		if (nameservers->queries[i].found &&
		    name_equal(nameservers->queries[i].zone,
		    nameservers->queries[query].zone))
			return true;
	}
	return false;
}

/*
 * Who a zone's name servers are is not to be had; ANSWER (taken over) says why.
 */
static void
add_lost_zone(struct nameservers *nameservers, const char *zone,
    struct answer *answer)
{
	char *name = memory_format("the name servers of %s", zone);

	add_lost_server(nameservers, zone, name, answer);
	free(name);
}

/*
 * Names that begin with '_' are within a zone, as a rule: servers that choke on
 * the question for their NS records are asked about the name above. For others
 * that would be the parent's servers, which know nothing.
 */
static void
on_name_servers(struct answer *answer, void *argument)
{
	struct nameservers *nameservers = argument;
	struct ns_query *query = &nameservers->queries[nameservers->seeking];
	char *parent;
	size_t i;

	nameservers->question = NULL;
	if (answer->kind == ANSWER_RECORDS && !answer->aliased) {
		query->found = true;
		if (!is_known_zone(nameservers, nameservers->seeking)) {
			for (i = 0; i < answer->count; i++) {
				search_server(nameservers, query->zone,
				    answer->records[i].name, DNS_A);
				search_server(nameservers, query->zone,
				    answer->records[i].name, DNS_AAAA);
			}
			/* The topics may move: this one is not used again. */
			add_query(nameservers, query->zone, DNS_SOA);
		}
		nameservers->seeking++;
	} else if (answer->kind == ANSWER_UNUSABLE && query->zone[0] != '_') {
		add_lost_zone(nameservers, query->zone, answer);
		answer = NULL;
		nameservers->seeking++;
	} else if (strchr(query->zone, '.') != NULL && query->zone[1] != '\0') {
		parent = memory_string(strchr(query->zone, '.') + 1);
		free(query->zone);
		query->zone = parent;
	} else {
		nameservers->seeking++;
	}
	answer_free(answer);
	seek_zone(nameservers);
}

/* From the owner upwards, the first name that has name servers. */
static void
seek_zone(struct nameservers *nameservers)
{
	struct ns_query *query;

	if (nameservers->seeking < nameservers->query_count) {
		query = &nameservers->queries[nameservers->seeking];
		nameservers->question = resolver_ask(
		    nameservers->context->resolver, query->zone, DNS_NS,
		    on_name_servers, nameservers);
	} else {
		all_found(nameservers);
	}
}

static void
on_answer(struct answer *answer, void *argument)
{
	struct worker *worker = argument;
	struct nameservers *nameservers = worker->nameservers;

	worker->question = NULL;
	worker->unanswered_in_row = answer->dnssec == DNSSEC_FAILED ?
	    worker->unanswered_in_row + 1 : 0;
	note_answer(&nameservers->evidence->servers[worker->server], answer);
	worker->query++;
	ask_next(worker);
}

/*
 * The next topic of the server's zone; after the last one the server is done.
 */
static void
ask_next(struct worker *worker)
{
	struct nameservers *nameservers = worker->nameservers;
	const struct server_evidence *server =
	    &nameservers->evidence->servers[worker->server];
	const struct ns_query *query;

	for (; worker->query < nameservers->query_count &&
	    worker->unanswered_in_row < UNANSWERED_MAX; worker->query++) {
		query = &nameservers->queries[worker->query];
		if (!query->found || !name_equal(query->zone, server->zone))
			continue;
		worker->question = resolver_ask(worker->resolver,
		    query->owner, query->type, on_answer, worker);
		return;
	}
	worker->ended = true;
	event_active(nameservers->tidy, EV_TIMEOUT, 0);
}

static void
start_worker(struct nameservers *nameservers, struct worker *worker)
{
	const struct context *context = nameservers->context;
	const struct server_evidence *server =
	    &nameservers->evidence->servers[nameservers->next];
	struct resolver_options options = *context->resolver_options;
	char *why, *address = address_text(&server->address);

	options.stub_zone = server->zone;
	options.stub_server = address;
	options.tcp_only = server->tcp;
	options.trace = NULL;
	worker->nameservers = nameservers;
	worker->server = nameservers->next++;
	worker->query = 0;
	worker->unanswered_in_row = 0;
	worker->ended = false;
	worker->resolver = resolver_open(context->base, &options, &why);
	/*
	 * The same settings have opened the main resolver: out of descriptors.
	 */
	if (worker->resolver == NULL) {
		trace_say(context->trace, TRACE_STEPS, server->zone,
		    "cannot ask %s: %s", server->name, why);
		nameservers->evidence->servers_unasked = true;
		free(why);
	} else {
		trace_say(context->trace, TRACE_STEPS, server->zone,
		    "asking %s [%s]%s", server->name, address,
		    server->tcp ? " over TCP" : "");
		ask_next(worker);
	}
	free(address);
}

/* Passes over the servers that cannot be asked. False: there is no more. */
static bool
find_next(struct nameservers *nameservers)
{
	const struct evidence *evidence = nameservers->evidence;
	struct server_evidence *server;

	for (; nameservers->next < evidence->server_count; nameservers->next++) {
		server = &evidence->servers[nameservers->next];
		if (server->address.family == 0)
			continue;
		server->no_route = !dial_has_route(&server->address);
		if (!server->no_route)
			return true;
	}
	return false;
}

static void
put_to_work(struct nameservers *nameservers)
{
	struct worker *worker;
	bool busy = false;
	size_t i;

	for (i = 0; i < SERVERS_AT_ONCE; i++) {
		worker = &nameservers->workers[i];
		while (worker->resolver == NULL && find_next(nameservers))
			start_worker(nameservers, worker);
		busy |= worker->resolver != NULL;
	}
	if (!busy)
		finish(nameservers);
}

/* A resolver must not be closed by its own callback, so that is done here. */
static void
on_tidy(evutil_socket_t fd, short what, void *argument)
{
	struct nameservers *nameservers = argument;
	struct worker *worker;
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
	put_to_work(nameservers);
}

struct nameservers *
nameservers_start(const struct context *context,
    struct evidence *evidence, nameservers_done *done, void *argument)
{
	struct nameservers *nameservers = memory_new(1, sizeof(*nameservers));
	size_t i;

	nameservers->context = context;
	nameservers->evidence = evidence;
	nameservers->done = done;
	nameservers->argument = argument;
	nameservers->tidy = event_new(context->base, -1, 0, on_tidy, nameservers);
	if (nameservers->tidy == NULL)
		abort();
	add_query(nameservers, evidence->domain,
	    evidence->host_mode ? DNS_A : DNS_MX);
	for (i = 0; i < evidence->host_count; i++)
		add_host_queries(nameservers, &evidence->hosts[i]);
	seek_zone(nameservers);
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
