#include "checker/gather/zone_servers.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/record_order.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/query.h"
#include "resolver/resolver.h"

#define PORT 53

/* Seconds that a server of the parent gets to refer to the zone. */
#define REFERRAL_LIMIT	5.0

/* A or AAAA of a name server, in flight. */
struct address_lookup {
	struct zone_servers_search	*search;	/* borrowed */
	struct resolver_question	*question;	/* owned, NULL: none */
	char				*name;		/* owned */
};

struct zone_servers_search {
	const struct context		*context;	/* borrowed */
	const struct evidence		*evidence;	/* borrowed */
	struct zone_servers		*servers;	/* borrowed */
	bool				 direct;	/* see zone_servers.h */
	struct resolver_question	*ns;		/* owned, NULL: none */
	/* Owned; of the zone's own names, and of those in a referral. */
	struct address_lookup		 lookups[4 * ZONE_SERVERS_NAMES_MAX];
	size_t				 lookup_count;
	size_t				 running;	/* of these */
	struct zone_servers		*above;		/* owned; the parent's,
							 * NULL: not wanted */
	size_t				 referrer;	/* of these, asked */
	struct query			*query;		/* owned, NULL: none */
	struct event			*due;		/* owned; the end */
	zone_servers_found		*found;
	void				*argument;	/* borrowed */
};

static void	ask_referrer(struct zone_servers_search *search);
static void	look_above(struct zone_servers_search *search);

static void
search_free(struct zone_servers_search *search)
{
	size_t i;

	if (search == NULL)
		return;
	resolver_cancel(search->ns);
	for (i = 0; i < search->lookup_count; i++) {
		resolver_cancel(search->lookups[i].question);
		free(search->lookups[i].name);
	}
	zone_servers_free(search->above);
	query_cancel(search->query);
	event_free(search->due);
	free(search);
}

void
zone_servers_free(struct zone_servers *servers)
{
	size_t i;

	if (servers == NULL)
		return;
	search_free(servers->search);
	for (i = 0; i < servers->count; i++)
		free(servers->items[i].name);
	free(servers->items);
	free(servers->zone);
	free(servers);
}

/* --- Results --- */

static void
on_due(evutil_socket_t fd, short what, void *argument)
{
	struct zone_servers_search *search = argument;
	zone_servers_found *found = search->found;
	void *arg = search->argument;

	(void)fd;
	(void)what;
	search->servers->search = NULL;
	search_free(search);
	found(arg);
}

static void
finish(struct zone_servers_search *search)
{
	event_active(search->due, EV_TIMEOUT, 0);
}

static void
add_server(struct zone_servers_search *search, const char *name,
    const struct address *address)
{
	struct zone_servers *servers = search->servers;
	size_t i;

	if (servers->count == ZONE_SERVERS_MAX || resolver_why_unasked(
	    search->context->resolver, address->octets,
	    address_size(address)) != NULL)
		return;
	for (i = 0; i < servers->count; i++) {
		if (address_equal(&servers->items[i].address, address))
			return;
	}
	servers->items = memory_grow(servers->items, servers->count,
	    sizeof(*servers->items));
	servers->items[servers->count++] = (struct zone_server){
		.name = memory_string(name),
		.address = *address,
	};
}

static void
add_record(struct zone_servers_search *search, const char *name,
    const struct answer_record *record)
{
	struct address address;

	if (address_from_octets(&address, record->data, record->size, PORT))
		add_server(search, name, &address);
}

/* --- Addresses --- */

static void
on_address(struct answer *answer, void *argument)
{
	struct address_lookup *lookup = argument;
	struct zone_servers_search *search = lookup->search;
	size_t i;

	lookup->question = NULL;
	for (i = 0; i < answer->count; i++)
		add_record(search, lookup->name, &answer->records[i]);
	answer_free(answer);
	if (--search->running > 0)
		return;
	/* Their addresses may be in the parent's glue alone. */
	if (search->servers->count == 0 && search->above == NULL)
		look_above(search);
	else
		finish(search);
}

static void
look_up(struct zone_servers_search *search, const char *name)
{
	static const enum dns_type types[] = { DNS_A, DNS_AAAA };
	struct address_lookup *lookup;
	size_t i;

	for (i = 0; i < 2 &&
	    search->lookup_count < 4 * ZONE_SERVERS_NAMES_MAX; i++) {
		lookup = &search->lookups[search->lookup_count++];
		lookup->search = search;
		lookup->name = memory_string(name);
		search->running++;
		lookup->question = resolver_ask(search->context->resolver,
		    name, types[i], on_address, lookup);
	}
}

/* --- By the parent's servers --- */

static void
on_referral(struct answer *answer, void *argument)
{
	struct zone_servers_search *search = argument;
	struct query_referral referral;
	size_t i, j;

	search->query = NULL;
	if (!query_referral_init(&referral, answer, search->servers->zone)) {
		answer_free(answer);
		ask_referrer(search);
		return;
	}
	answer_free(answer);
	for (i = 0; i < referral.count && i < ZONE_SERVERS_NAMES_MAX; i++) {
		for (j = 0; j < referral.servers[i].glue_count; j++)
			add_record(search, referral.servers[i].name,
			    &referral.servers[i].glue[j]);
		if (referral.servers[i].glue_count == 0)
			look_up(search, referral.servers[i].name);
	}
	query_referral_clear(&referral);
	if (search->running == 0)
		finish(search);
}

/* Asks the next of the parent's servers where the zone is. */
static void
ask_referrer(struct zone_servers_search *search)
{
	struct sockaddr_storage address;
	struct query_question question;

	if (search->referrer == search->above->count) {
		finish(search);
		return;
	}
	question = (struct query_question){
		.server = (const struct sockaddr *)&address,
		.server_size = (socklen_t)address_to_socket(
		    &search->above->items[search->referrer++].address,
		    &address),
		.name = search->servers->zone,
		.type = DNS_NS,
		.limit = REFERRAL_LIMIT,
	};
	search->query = query_start(search->context->query_client, &question,
	    on_referral, search);
}

static void
on_above(void *argument)
{
	ask_referrer(argument);
}

static void
look_above(struct zone_servers_search *search)
{
	const struct zone_evidence *zone = evidence_zone(search->evidence,
	    search->servers->zone);

	if (zone != NULL && zone->parent != NULL &&
	    strcmp(zone->name, zone->parent) != 0 &&
	    name_is_at_or_below(zone->name, zone->parent))
		search->above = zone_servers_find(search->context,
		    search->evidence, zone->parent, search->direct, on_above,
		    search);
	else
		finish(search);
}

/* --- By the zone itself --- */

static void
on_ns(struct answer *answer, void *argument)
{
	struct zone_servers_search *search = argument;
	size_t i;

	search->ns = NULL;
	record_order_sort(answer);
	/* The rest of the look-ups are for those in a referral. */
	for (i = 0; answer_has_records(answer) && i < answer->count &&
	    i < ZONE_SERVERS_NAMES_MAX; i++)
		look_up(search, answer->records[i].name);
	answer_free(answer);
	if (search->running == 0)
		look_above(search);
}

/* The user's resolvers take the place of all name servers. */
static void
use_resolvers(struct zone_servers_search *search)
{
	const struct resolver_options *options =
	    search->context->resolver_options;
	struct address address;
	const char *word;
	uint16_t port;
	char *text;
	size_t i;

	search->servers->recursive = true;
	for (i = 0; i < options->forwarder_count; i++) {
		word = options->forwarders[i];
		text = memory_copy(word, strcspn(word, "@"));
		port = strchr(word, '@') == NULL ? PORT :
		    (uint16_t)strtoul(strchr(word, '@') + 1, NULL, 10);
		if (address_from_text(&address, text, port))
			add_server(search, "the resolver", &address);
		free(text);
	}
	finish(search);
}

struct zone_servers *
zone_servers_find(const struct context *context,
    const struct evidence *evidence, const char *zone, bool direct,
    zone_servers_found *found, void *argument)
{
	struct zone_servers *servers = memory_new(1, sizeof(*servers));
	struct zone_servers_search *search = memory_new(1, sizeof(*search));

	servers->zone = memory_string(zone);
	servers->search = search;
	search->servers = servers;
	search->context = context;
	search->evidence = evidence;
	search->found = found;
	search->argument = argument;
	search->due = evtimer_new(context->base, on_due, search);
	if (search->due == NULL)
		abort();
	search->direct = direct;
	if (!direct && context->resolver_options->forwarder_count > 0)
		use_resolvers(search);
	else
		search->ns = resolver_ask(context->resolver, zone, DNS_NS,
		    on_ns, search);
	return servers;
}
