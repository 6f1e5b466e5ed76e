#include "checker/gather/ns_find.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/record_order.h"
#include "checker/gather/delegation.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/query.h"
#include "resolver/resolver.h"

/* A zone from which some question has to be answered. */
struct ns_zone {
	struct ns_find		*find;		/* borrowed */
	char			*name;		/* owned */
	struct answer		*ns;		/* owned; its own NS records,
						 * NULL: not known */
	struct delegation	*delegation;	/* owned */
};

struct ns_find {
	const struct context		*context;	/* borrowed */
	struct evidence			*evidence;	/* borrowed */
	struct ns_queries		 queries;
	size_t				 zoneless;	/* the first query whose
							 * zone is not known */
	struct resolver_question	*question;	/* owned, NULL: none;
							 * for that zone */
	struct ns_zone			**zones;	/* owned */
	size_t				 zone_count;
	size_t				 running;	/* delegations */
	struct event			*due;		/* owned; the end */
	ns_find_done			*done;
	void				*argument;	/* borrowed */
};

static void	find_zone(struct ns_find *find);

static void
zone_free(struct ns_zone *zone)
{
	delegation_free(zone->delegation);
	answer_free(zone->ns);
	free(zone->name);
	free(zone);
}

void
ns_find_cancel(struct ns_find *find)
{
	size_t i;

	if (find == NULL)
		return;
	resolver_cancel(find->question);
	for (i = 0; i < find->zone_count; i++)
		zone_free(find->zones[i]);
	free(find->zones);
	ns_queries_clear(&find->queries);
	event_free(find->due);
	free(find);
}

/* --- What there is to ask --- */

/*
 * The same question where an alias leads, whose zone may be another one, with
 * servers of its own.
 */
static void
add_answer_query(struct ns_find *find, const struct answer *answer)
{
	if (answer == NULL)
		return;
	ns_queries_add(&find->queries, answer->owner, answer->type);
	if (answer->aliased)
		ns_queries_add(&find->queries, answer->expanded, answer->type);
}

/*
 * TLSA, and after it the names above, which exist when it does: a server that
 * denies them makes resolvers that minimise their questions deny the records,
 * too (RFC 8020, RFC 9156).
 */
static void
add_tlsa_queries(struct ns_find *find, const struct answer *tlsa)
{
	if (tlsa == NULL)
		return;
	add_answer_query(find, tlsa);
	ns_queries_add(&find->queries, tlsa->owner, DNS_A);
	ns_queries_add(&find->queries, name_parent(tlsa->owner), DNS_A);
}

static void
add_host_queries(struct ns_find *find, const struct host_evidence *host)
{
	size_t i;

	if (find->evidence->servers_next) {
		for (i = 0; i < EVIDENCE_BASES; i++)
			add_answer_query(find, host->tlsa[i]);
		return;
	}
	if (!host->asked)
		return;
	ns_queries_add(&find->queries, host->name, DNS_A);
	ns_queries_add(&find->queries, host->name, DNS_AAAA);
	add_answer_query(find, host->a);
	add_answer_query(find, host->aaaa);
	for (i = 0; i < EVIDENCE_BASES; i++)
		add_tlsa_queries(find, host->tlsa[i]);
}

/* --- Which servers there are --- */

static void
add_own(struct ns_names *names, const struct ns_zone *zone)
{
	size_t i;

	for (i = 0; zone->ns != NULL && i < zone->ns->count; i++)
		ns_names_add(names, zone->name, zone->ns->records[i].name);
}

static void
add_delegated(struct ns_names *names, const struct ns_zone *zone,
    const struct query_referral *referral)
{
	const struct query_server *server;
	struct ns_name *name;
	size_t i, j;

	for (i = 0; i < referral->count; i++) {
		server = &referral->servers[i];
		name = ns_names_add(names, zone->name, server->name);
		if (name == NULL)
			continue;
		name->delegated = MENTION_YES;
		for (j = 0; j < server->glue_count; j++)
			ns_name_add_glue(name, &server->glue[j]);
	}
	for (i = 0; i < names->count; i++) {
		name = &names->items[i];
		if (name_equal(name->zone, zone->name) &&
		    name->delegated == MENTION_UNKNOWN && !referral->truncated)
			name->delegated = MENTION_NO;
	}
}

static void
on_due(evutil_socket_t fd, short what, void *argument)
{
	struct ns_find *find = argument;
	struct ns_queries queries = find->queries;
	struct ns_names names = { NULL, 0, 0 };
	ns_find_done *done = find->done;
	void *arg = find->argument;
	const struct query_referral *referral;
	size_t i;

	(void)fd;
	(void)what;
	for (i = 0; i < find->zone_count; i++) {
		add_own(&names, find->zones[i]);
		referral = delegation_referral(find->zones[i]->delegation);
		if (referral != NULL)
			add_delegated(&names, find->zones[i], referral);
	}
	find->queries = (struct ns_queries){ NULL, 0 };
	ns_find_cancel(find);
	done(&queries, &names, arg);
}

/* Finishes once all zones, and their delegations, are known. */
static void
find_advance(struct ns_find *find)
{
	if (find->running == 0 && find->zoneless == find->queries.count)
		event_active(find->due, EV_TIMEOUT, 0);
}

static void
on_delegation(void *argument)
{
	struct ns_zone *zone = argument;

	zone->find->running--;
	find_advance(zone->find);
}

/*
 * The query at hand has to be answered from a zone, of which NS (owned by the
 * callee; NULL: not known) are the name servers.
 */
static void
add_zone(struct ns_find *find, const char *name, struct answer *ns)
{
	struct ns_query *query = &find->queries.items[find->zoneless];
	struct ns_zone *zone = memory_new(1, sizeof(*zone));

	zone->find = find;
	zone->name = memory_string(name);
	zone->ns = ns;
	find->zones = memory_grow(find->zones, find->zone_count,
	    sizeof(struct ns_zone *));
	find->zones[find->zone_count++] = zone;
	find->running++;
	zone->delegation = delegation_find(find->context, find->evidence, name,
	    on_delegation, zone);
	query->zone_found = true;
	free(query->zone);
	query->zone = memory_string(name);
	ns_queries_add(&find->queries, name, DNS_NS);
	if (find->evidence->servers_next)
		return;
	ns_queries_add(&find->queries, name, DNS_SOA);
	ns_queries_add(&find->queries, name, DNS_DNSKEY);
}

/* --- Which zones there are --- */

/*
 * Takes ownership of ANSWER, which says why the name servers of a zone are not
 * known.
 */
static void
add_lost_zone(struct evidence *evidence, struct answer *answer)
{
	struct server_evidence *server;

	evidence->servers = memory_grow(evidence->servers,
	    evidence->server_count, sizeof(*server));
	evidence->server_total++;
	server = &evidence->servers[evidence->server_count++];
	server->zone = memory_string(answer->owner);
	server->name = memory_format("the name servers of %s", answer->owner);
	evidence_server_answer(server, answer);
}

/* Guesses the zone above. False: there is none that could be meant. */
static bool
guess_parent(struct ns_query *query)
{
	char *parent;

	if (strcmp(name_parent(query->zone), ".") == 0)
		return false;
	parent = memory_string(name_parent(query->zone));
	free(query->zone);
	query->zone = parent;
	return true;
}

/*
 * The deepest zone on the chain of trust to the name, which may be the one that
 * does not validate. NULL: none that is not a public one.
 */
static const struct zone_evidence *
find_broken(const struct evidence *evidence, const char *name)
{
	const struct zone_evidence *zone, *deepest = NULL;
	size_t i;

	for (i = 0; i < evidence->zone_count; i++) {
		zone = &evidence->zones[i];
		if (name_is_at_or_below(name, zone->name) &&
		    (deepest == NULL || name_is_at_or_below(zone->name,
		    deepest->name)))
			deepest = zone;
	}
	return deepest != NULL && name_label_count(deepest->name) > 1 ?
	    deepest : NULL;
}

static struct ns_zone *
find_known(const struct ns_find *find, const char *name)
{
	size_t i;

	for (i = 0; i < find->zone_count; i++) {
		if (name_equal(find->zones[i]->name, name))
			return find->zones[i];
	}
	return NULL;
}

/* The zone of the query at hand does not validate, or does not answer. */
static void
take_broken(struct ns_find *find, struct answer *answer)
{
	struct ns_query *query = &find->queries.items[find->zoneless];
	const struct zone_evidence *broken = find_broken(find->evidence,
	    query->owner);

	if (broken == NULL) {
		add_lost_zone(find->evidence, answer);
		return;
	}
	answer_free(answer);
	if (find_known(find, broken->name) == NULL) {
		add_zone(find, broken->name, NULL);
		return;
	}
	free(query->zone);
	query->zone = memory_string(broken->name);
	query->zone_found = true;
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
	if (answer_has_records(answer) && !answer->aliased) {
		add_zone(find, answer->owner, answer);
		find->zoneless++;
	} else if (answer->kind == ANSWER_UNUSABLE && query->zone[0] != '_') {
		take_broken(find, answer);
		find->zoneless++;
	} else {
		answer_free(answer);
		if (!guess_parent(query))
			find->zoneless++;
	}
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
	find->due = evtimer_new(context->base, on_due, find);
	if (find->due == NULL)
		abort();
	evidence->servers_next = !context->options->authoritative;
	if (!evidence->servers_next)
		ns_queries_add(&find->queries, evidence->domain,
		    evidence->host_mode ? DNS_A : DNS_MX);
	if (!evidence->servers_next)
		add_answer_query(find, evidence->mx);
	for (i = 0; i < evidence->host_count; i++)
		add_host_queries(find, &evidence->hosts[i]);
	find_zone(find);
	return find;
}
