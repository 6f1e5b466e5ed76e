#include "checker/gather/ns_find.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/record_order.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/resolver.h"

/* The lookup of a name server's addresses of one family. */
struct ns_lookup {
	struct ns_find		 *find;		/* borrowed */
	struct resolver_question *question;	/* owned, NULL: none */
	struct answer		 *answer;	/* owned, NULL: none yet */
	char			 *zone;		/* owned */
	char			 *name;		/* owned, of the server */
};

struct ns_find {
	const struct context		*context;	/* borrowed */
	struct evidence			*evidence;	/* borrowed */
	struct ns_queries		 queries;
	size_t				 zoneless;	/* the first query whose
							 * zone is not known */
	struct resolver_question	*question;	/* owned, NULL: none;
							 * for that zone */
	struct ns_lookup		**lookups;	/* owned; in pairs, A
							 * and AAAA */
	size_t				 lookup_count;
	size_t				 lookups_running;
	ns_find_done			*done;
	void				*argument;	/* borrowed */
};

static void	find_zone(struct ns_find *find);

static void
lookup_free(struct ns_lookup *lookup)
{
	resolver_cancel(lookup->question);
	answer_free(lookup->answer);
	free(lookup->zone);
	free(lookup->name);
	free(lookup);
}

void
ns_queries_clear(struct ns_queries *queries)
{
	size_t i;

	for (i = 0; i < queries->count; i++) {
		free(queries->items[i].owner);
		free(queries->items[i].zone);
	}
	free(queries->items);
	*queries = (struct ns_queries){ NULL, 0 };
}

void
ns_find_cancel(struct ns_find *find)
{
	size_t i;

	if (find == NULL)
		return;
	resolver_cancel(find->question);
	for (i = 0; i < find->lookup_count; i++)
		lookup_free(find->lookups[i]);
	free(find->lookups);
	ns_queries_clear(&find->queries);
	free(find);
}

static void
add_query(struct ns_find *find, const char *owner,
    enum dns_type type)
{
	struct ns_query *query;
	size_t i;

	for (i = 0; i < find->queries.count; i++) {
		query = &find->queries.items[i];
		if (query->type == type && name_equal(query->owner, owner))
			return;
	}
	find->queries.items = memory_grow(find->queries.items,
	    find->queries.count, sizeof(*query));
	query = &find->queries.items[find->queries.count++];
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
add_host_queries(struct ns_find *find,
    const struct host_evidence *host)
{
	const struct answer *tlsa;
	size_t i;

	if (!host->asked)
		return;
	add_query(find, host->name, DNS_A);
	add_query(find, host->name, DNS_AAAA);
	for (i = 0; i < EVIDENCE_BASES; i++) {
		tlsa = host->tlsa[i];
		if (tlsa == NULL)
			continue;
		add_query(find, tlsa->owner, DNS_TLSA);
		add_query(find, tlsa->owner, DNS_A);
		add_query(find, strchr(tlsa->owner, '.') + 1, DNS_A);
	}
}

/* NULL: the server is counted, but is one too many to be asked. */
static struct server_evidence *
new_server(struct evidence *evidence, const char *zone, const char *name)
{
	struct server_evidence *server;

	evidence->server_total++;
	if (evidence->server_count == NS_FIND_SERVERS_MAX)
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
		evidence_server_answer(server, answer);
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
list_servers(struct ns_find *find)
{
	struct evidence *evidence = find->evidence;
	const struct ns_lookup *a, *aaaa;
	size_t i;

	for (i = 0; i + 1 < find->lookup_count; i += 2) {
		a = find->lookups[i];
		aaaa = find->lookups[i + 1];
		add_addresses(evidence, a);
		add_addresses(evidence, aaaa);
		if (a->answer->count == 0 && aaaa->answer->count == 0)
			add_lost_server(evidence, a->zone, a->name,
			    answer_unusable(a->name, DNS_A,
			    "it has no address"));
	}
}

/* Finishes once all zones, and the addresses of all servers, are known. */
static void
find_advance(struct ns_find *find)
{
	struct ns_queries queries = find->queries;
	ns_find_done *done = find->done;
	void *argument = find->argument;

	if (find->lookups_running > 0 || find->zoneless < find->queries.count)
		return;
	list_servers(find);
	find->queries = (struct ns_queries){ NULL, 0 };
	ns_find_cancel(find);
	done(&queries, argument);
}

static void
on_server_address(struct answer *answer, void *argument)
{
	struct ns_lookup *lookup = argument;
	struct ns_find *find = lookup->find;

	lookup->question = NULL;
	lookup->answer = answer;
	context_trace_answer(find->context, answer);
	find->lookups_running--;
	find_advance(find);
}

static void
look_up_server(struct ns_find *find, const char *zone,
    const char *name, enum dns_type type)
{
	struct ns_lookup *lookup = memory_new(1, sizeof(*lookup));

	lookup->find = find;
	lookup->zone = memory_string(zone);
	lookup->name = memory_string(name);
	find->lookups = memory_grow(find->lookups,
	    find->lookup_count, sizeof(*find->lookups));
	find->lookups[find->lookup_count++] = lookup;
	find->lookups_running++;
	lookup->question = resolver_ask(find->context->resolver, name,
	    type, on_server_address, lookup);
}

/*
 * NS has the name servers of the zone of the query at hand: looks up where they
 * are.
 */
static void
look_up_servers(struct ns_find *find, const struct answer *ns)
{
	const char *zone = ns->owner;
	size_t i;

	find->queries.items[find->zoneless].zone_found = true;
	for (i = 0; i < ns->count; i++) {
		look_up_server(find, zone, ns->records[i].name, DNS_A);
		look_up_server(find, zone, ns->records[i].name,
		    DNS_AAAA);
	}
	add_query(find, zone, DNS_SOA);
}

/*
 * Takes ownership of ANSWER, which says why the name servers of a zone are not
 * known.
 */
static void
add_lost_zone(struct ns_find *find, struct answer *answer)
{
	char *zone = memory_string(answer->owner);
	char *name = memory_format("the name servers of %s", zone);

	add_lost_server(find->evidence, zone, name, answer);
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
	struct ns_find *find = argument;
	struct ns_query *query = &find->queries.items[find->zoneless];

	find->question = NULL;
	record_order_sort(answer);
	context_trace_answer(find->context, answer);
	if (answer->kind == ANSWER_RECORDS && !answer->aliased) {
		look_up_servers(find, answer);
		find->zoneless++;
	} else if (answer->kind == ANSWER_UNUSABLE && query->zone[0] != '_') {
		add_lost_zone(find, answer);
		answer = NULL;
		find->zoneless++;
	} else if (!guess_parent(query)) {
		find->zoneless++;
	}
	answer_free(answer);
	find_zone(find);
}

/* The earlier query on whose way up NAME was asked about. NULL: none. */
static const struct ns_query *
find_earlier(const struct ns_find *find, const char *name)
{
	const struct ns_query *earlier;
	size_t i;

	for (i = 0; i < find->zoneless; i++) {
		earlier = &find->queries.items[i];
		if (name_is_at_or_below(earlier->owner, name) &&
		    name_is_at_or_below(name, earlier->zone))
			return earlier;
	}
	return NULL;
}

/*
 * Finds the zone of the next query: from its owner upwards, the first name that
 * has name servers. No name is asked about twice.
 */
static void
find_zone(struct ns_find *find)
{
	const struct ns_query *earlier;
	struct ns_query *query;

	while (find->zoneless < find->queries.count) {
		query = &find->queries.items[find->zoneless];
		earlier = find_earlier(find, query->zone);
		if (earlier == NULL) {
			find->question = resolver_ask(
			    find->context->resolver, query->zone,
			    DNS_NS, on_name_servers, find);
			return;
		}
		if (name_equal(earlier->zone, query->zone)) {
			query->zone_found = earlier->zone_found;
			find->zoneless++;
		} else {
			guess_parent(query);
		}
	}
	find_advance(find);
}

struct ns_find *
ns_find_start(const struct context *context, struct evidence *evidence,
    ns_find_done *done, void *argument)
{
	struct ns_find *find = memory_new(1, sizeof(*find));
	size_t i;

	find->context = context;
	find->evidence = evidence;
	find->done = done;
	find->argument = argument;
	add_query(find, evidence->domain,
	    evidence->host_mode ? DNS_A : DNS_MX);
	for (i = 0; i < evidence->host_count; i++)
		add_host_queries(find, &evidence->hosts[i]);
	find_zone(find);
	return find;
}
