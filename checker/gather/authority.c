#include "checker/gather/authority.h"

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
#define SILENCES_MAX 2

/* A question, and the zone that it is to be answered from. */
struct topic {
	char		*owner;		/* owned */
	enum dns_type	 type;
	char		*zone;		/* owned; a candidate until FOUND */
	bool		 found;		/* the zone is certain */
};

/* One server being asked the topics of its zone, one after the other. */
struct worker {
	struct authority	 *authority;	/* borrowed */
	size_t			  server;	/* index in the evidence */
	struct resolver		 *resolver;	/* owned, NULL: idle */
	bool			  ended;	/* nothing is left to ask */
	struct resolver_question *question;	/* owned, NULL: none */
	size_t			  topic;	/* the one being asked */
	int			  silences;	/* in a row, so far */
};

/* The address of a name server being sought. */
struct search {
	struct authority	 *authority;	/* borrowed */
	struct resolver_question *question;	/* owned, NULL: none */
	char			 *zone;		/* owned */
	char			 *name;		/* owned */
	bool			  found;	/* an address of the family */
};

struct authority {
	const struct context	*context;	/* borrowed */
	struct evidence			*evidence;	/* borrowed */
	struct topic			*topics;	/* owned */
	size_t				 topic_count;
	size_t				 seeking;	/* this topic's zone */
	struct resolver_question	*question;	/* owned, NULL: none */
	struct search			**searches;	/* owned */
	size_t				 search_count;
	size_t				 searching;	/* those in flight */
	size_t				 next;		/* server to be asked */
	struct worker			 workers[SERVERS_AT_ONCE];
	struct event			*tidy;		/* owned; see on_tidy */
	authority_done			*done;
	void				*argument;	/* borrowed */
};

static void	seek_zone(struct authority *authority);
static void	put_to_work(struct authority *authority);
static void	ask_next(struct worker *worker);

static void
add_topic(struct authority *authority, const char *owner, enum dns_type type)
{
	struct topic *topic;
	size_t i;

	for (i = 0; i < authority->topic_count; i++) {
		topic = &authority->topics[i];
		if (topic->type == type && name_equal(topic->owner, owner))
			return;
	}
	authority->topics = memory_grow(authority->topics,
	    authority->topic_count, sizeof(*topic));
	topic = &authority->topics[authority->topic_count++];
	topic->owner = memory_string(owner);
	topic->type = type;
	topic->zone = memory_string(owner);
}

/*
 * TLSA, and after it the names above, which exist when it does: a server that
 * denies them makes resolvers that minimise their questions deny the records,
 * too (RFC 8020, RFC 9156).
 */
static void
add_host_topics(struct authority *authority, const struct host_evidence *host)
{
	const struct answer *tlsa;
	size_t i;

	if (!host->asked)
		return;
	add_topic(authority, host->name, DNS_A);
	add_topic(authority, host->name, DNS_AAAA);
	for (i = 0; i < EVIDENCE_BASES; i++) {
		tlsa = host->tlsa[i];
		if (tlsa == NULL)
			continue;
		add_topic(authority, tlsa->owner, DNS_TLSA);
		add_topic(authority, tlsa->owner, DNS_A);
		add_topic(authority, strchr(tlsa->owner, '.') + 1, DNS_A);
	}
}

static void
authority_free(struct authority *authority)
{
	size_t i;

	resolver_cancel(authority->question);
	for (i = 0; i < SERVERS_AT_ONCE; i++) {
		resolver_cancel(authority->workers[i].question);
		resolver_close(authority->workers[i].resolver);
	}
	event_free(authority->tidy);
	for (i = 0; i < authority->search_count; i++) {
		resolver_cancel(authority->searches[i]->question);
		free(authority->searches[i]->zone);
		free(authority->searches[i]->name);
		free(authority->searches[i]);
	}
	free(authority->searches);
	for (i = 0; i < authority->topic_count; i++) {
		free(authority->topics[i].owner);
		free(authority->topics[i].zone);
	}
	free(authority->topics);
	free(authority);
}

static void
finish(struct authority *authority)
{
	authority_done *done = authority->done;
	void *argument = authority->argument;

	authority_free(authority);
	done(argument);
}

/* NULL: it is counted, but one too many to be looked at. */
static struct server_evidence *
new_server(struct evidence *evidence, const char *zone, const char *name)
{
	struct server_evidence *server;

	evidence->server_total++;
	if (evidence->server_count == AUTHORITY_SERVERS_MAX)
		return NULL;
	evidence->servers = memory_grow(evidence->servers,
	    evidence->server_count, sizeof(*server));
	server = &evidence->servers[evidence->server_count++];
	server->zone = memory_string(zone);
	server->name = memory_string(name);
	return server;
}

static void
add_server(struct authority *authority, const struct search *search,
    const struct answer_record *record, bool tcp)
{
	struct evidence *evidence = authority->evidence;
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
add_lost_server(struct authority *authority, const char *zone,
    const char *name, struct answer *answer)
{
	struct evidence *evidence = authority->evidence;
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
add_without_address(struct authority *authority, const struct search *search)
{
	add_lost_server(authority, search->zone, search->name,
	    answer_unusable(search->name, DNS_A, "it has no address"));
}

/* When all zones, and all addresses of their servers, are known: to work. */
static void
all_found(struct authority *authority)
{
	size_t i;

	if (authority->searching > 0 ||
	    authority->seeking < authority->topic_count)
		return;
	/* The searches come in pairs, one for each family. */
	for (i = 0; i + 1 < authority->search_count; i += 2) {
		if (!authority->searches[i]->found &&
		    !authority->searches[i + 1]->found)
			add_without_address(authority, authority->searches[i]);
	}
	put_to_work(authority);
}

static void
on_server_address(struct answer *answer, void *argument)
{
	struct search *search = argument;
	struct authority *authority = search->authority;
	size_t i;

	search->question = NULL;
	search->found = answer->count > 0;
	for (i = 0; i < answer->count; i++) {
		add_server(authority, search, &answer->records[i], false);
		add_server(authority, search, &answer->records[i], true);
	}
	answer_free(answer);
	authority->searching--;
	all_found(authority);
}

static void
search_server(struct authority *authority, const char *zone,
    const char *name, enum dns_type type)
{
	struct search *search = memory_new(1, sizeof(*search));

	search->authority = authority;
	search->zone = memory_string(zone);
	search->name = memory_string(name);
	authority->searches = memory_grow(authority->searches,
	    authority->search_count, sizeof(*authority->searches));
	authority->searches[authority->search_count++] = search;
	authority->searching++;
	search->question = resolver_ask(authority->context->resolver, name,
	    type, on_server_address, search);
}

/* Whether an earlier topic has the same zone, whose servers are known then. */
static bool
is_known_zone(const struct authority *authority, size_t topic)
{
	size_t i;

	for (i = 0; i < topic; i++) {
		if (authority->topics[i].found &&
		    name_equal(authority->topics[i].zone,
		    authority->topics[topic].zone))
			return true;
	}
	return false;
}

/*
 * Who a zone's name servers are is not to be had; ANSWER (taken over) says why.
 */
static void
add_lost_zone(struct authority *authority, const char *zone,
    struct answer *answer)
{
	char *name = memory_format("the name servers of %s", zone);

	add_lost_server(authority, zone, name, answer);
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
	struct authority *authority = argument;
	struct topic *topic = &authority->topics[authority->seeking];
	char *parent;
	size_t i;

	authority->question = NULL;
	if (answer->kind == ANSWER_RECORDS && !answer->aliased) {
		topic->found = true;
		if (!is_known_zone(authority, authority->seeking)) {
			for (i = 0; i < answer->count; i++) {
				search_server(authority, topic->zone,
				    answer->records[i].name, DNS_A);
				search_server(authority, topic->zone,
				    answer->records[i].name, DNS_AAAA);
			}
			/* The topics may move: this one is not used again. */
			add_topic(authority, topic->zone, DNS_SOA);
		}
		authority->seeking++;
	} else if (answer->kind == ANSWER_UNUSABLE && topic->zone[0] != '_') {
		add_lost_zone(authority, topic->zone, answer);
		answer = NULL;
		authority->seeking++;
	} else if (strchr(topic->zone, '.') != NULL && topic->zone[1] != '\0') {
		parent = memory_string(strchr(topic->zone, '.') + 1);
		free(topic->zone);
		topic->zone = parent;
	} else {
		authority->seeking++;
	}
	answer_free(answer);
	seek_zone(authority);
}

/* From the owner upwards, the first name that has name servers. */
static void
seek_zone(struct authority *authority)
{
	struct topic *topic;

	if (authority->seeking < authority->topic_count) {
		topic = &authority->topics[authority->seeking];
		authority->question = resolver_ask(
		    authority->context->resolver, topic->zone, DNS_NS,
		    on_name_servers, authority);
	} else {
		all_found(authority);
	}
}

static void
on_authority(struct answer *answer, void *argument)
{
	struct worker *worker = argument;
	struct authority *authority = worker->authority;

	worker->question = NULL;
	worker->silences = answer->dnssec == DNSSEC_FAILED ?
	    worker->silences + 1 : 0;
	note_answer(&authority->evidence->servers[worker->server], answer);
	worker->topic++;
	ask_next(worker);
}

/*
 * The next topic of the server's zone; after the last one the server is done.
 */
static void
ask_next(struct worker *worker)
{
	struct authority *authority = worker->authority;
	const struct server_evidence *server =
	    &authority->evidence->servers[worker->server];
	const struct topic *topic;

	for (; worker->topic < authority->topic_count &&
	    worker->silences < SILENCES_MAX; worker->topic++) {
		topic = &authority->topics[worker->topic];
		if (!topic->found || !name_equal(topic->zone, server->zone))
			continue;
		worker->question = resolver_ask(worker->resolver,
		    topic->owner, topic->type, on_authority, worker);
		return;
	}
	worker->ended = true;
	event_active(authority->tidy, EV_TIMEOUT, 0);
}

static void
start_worker(struct authority *authority, struct worker *worker)
{
	const struct context *context = authority->context;
	const struct server_evidence *server =
	    &authority->evidence->servers[authority->next];
	struct resolver_options options = *context->resolver_options;
	char *why, *address = address_text(&server->address);

	options.stub_zone = server->zone;
	options.stub_server = address;
	options.tcp_only = server->tcp;
	worker->authority = authority;
	worker->server = authority->next++;
	worker->topic = 0;
	worker->silences = 0;
	worker->ended = false;
	worker->resolver = resolver_open(context->base, &options, &why);
	/*
	 * The same settings have opened the main resolver: out of descriptors.
	 */
	if (worker->resolver == NULL) {
		trace_say(context->trace, TRACE_STEPS, server->zone,
		    "cannot ask %s: %s", server->name, why);
		authority->evidence->servers_unasked = true;
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
find_next(struct authority *authority)
{
	const struct evidence *evidence = authority->evidence;
	struct server_evidence *server;

	for (; authority->next < evidence->server_count; authority->next++) {
		server = &evidence->servers[authority->next];
		if (server->address.family == 0)
			continue;
		server->no_route = !dial_has_route(&server->address);
		if (!server->no_route)
			return true;
	}
	return false;
}

static void
put_to_work(struct authority *authority)
{
	struct worker *worker;
	bool busy = false;
	size_t i;

	for (i = 0; i < SERVERS_AT_ONCE; i++) {
		worker = &authority->workers[i];
		while (worker->resolver == NULL && find_next(authority))
			start_worker(authority, worker);
		busy |= worker->resolver != NULL;
	}
	if (!busy)
		finish(authority);
}

/* A resolver must not be closed by its own callback, so that is done here. */
static void
on_tidy(evutil_socket_t fd, short what, void *argument)
{
	struct authority *authority = argument;
	struct worker *worker;
	size_t i;

	(void)fd;
	(void)what;
	for (i = 0; i < SERVERS_AT_ONCE; i++) {
		worker = &authority->workers[i];
		if (worker->resolver == NULL || !worker->ended)
			continue;
		resolver_close(worker->resolver);
		worker->resolver = NULL;
	}
	put_to_work(authority);
}

struct authority *
authority_start(const struct context *context,
    struct evidence *evidence, authority_done *done, void *argument)
{
	struct authority *authority = memory_new(1, sizeof(*authority));
	size_t i;

	authority->context = context;
	authority->evidence = evidence;
	authority->done = done;
	authority->argument = argument;
	authority->tidy = event_new(context->base, -1, 0, on_tidy, authority);
	if (authority->tidy == NULL)
		abort();
	add_topic(authority, evidence->domain,
	    evidence->host_mode ? DNS_A : DNS_MX);
	for (i = 0; i < evidence->host_count; i++)
		add_host_topics(authority, &evidence->hosts[i]);
	seek_zone(authority);
	return authority;
}

void
authority_stop(struct authority *authority)
{
	if (authority == NULL)
		return;
	authority->evidence->servers_unasked = true;
	authority_free(authority);
}
