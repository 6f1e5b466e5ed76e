#include "checker/gather/nameservers.h"

#include <stdlib.h>

#include "checker/gather/ns_ask.h"
#include "checker/gather/ns_find.h"
#include "checker/gather/ns_look_up.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/query.h"

/* Servers that servers name are asked in turn, and those that these name. */
#define ROUNDS_MAX	4

struct nameservers {
	const struct context	*context;	/* borrowed */
	struct evidence		*evidence;	/* borrowed */
	struct ns_find		*find;		/* owned, NULL: over */
	struct ns_look_up	*look_up;	/* owned, NULL: none */
	struct ns_ask		*ask;		/* owned, NULL: none */
	struct ns_queries	 queries;
	size_t			 asked;		/* servers, so far */
	unsigned int		 rounds;	/* of asking, so far */
	nameservers_done	*done;
	void			*argument;	/* borrowed */
};

static void
nameservers_free(struct nameservers *nameservers)
{
	ns_find_cancel(nameservers->find);
	ns_look_up_cancel(nameservers->look_up);
	ns_ask_cancel(nameservers->ask);
	ns_queries_clear(&nameservers->queries);
	free(nameservers);
}

/* The server's entry in the evidence. NULL: there is none. */
static const struct server_evidence *
find_server(const struct evidence *evidence, const char *zone,
    const char *name)
{
	size_t i;

	for (i = 0; i < evidence->server_count; i++) {
		if (name_equal(evidence->servers[i].zone, zone) &&
		    (name == NULL || name_equal(evidence->servers[i].name,
		    name)))
			return &evidence->servers[i];
	}
	return NULL;
}

/* Servers that the zone has by what one of its servers says. */
static void
add_told(struct ns_names *names, const struct evidence *evidence,
    const struct answer *ns, const char *zone)
{
	const enum server_mention delegated = find_server(evidence, zone,
	    NULL)->delegated;
	struct ns_name *name;
	size_t i;

	for (i = 0; i < ns->count; i++) {
		if (find_server(evidence, zone, ns->records[i].name) != NULL)
			continue;
		name = ns_names_add(names, zone, ns->records[i].name);
		if (name != NULL && delegated != MENTION_UNKNOWN)
			name->delegated = MENTION_NO;
	}
}

/*
 * Servers to which a server refers: the name is in a zone below, which the
 * resolver could not find.
 */
static void
add_referred(struct ns_names *names, struct nameservers *nameservers,
    const struct answer *answer, const char *zone)
{
	struct query_referral referral;
	struct ns_name *name;
	size_t i, j;

	if (find_server(nameservers->evidence, zone, NULL) == NULL &&
	    query_referral_init(&referral, answer, zone)) {
		for (i = 0; i < referral.count; i++) {
			name = ns_names_add(names, zone,
			    referral.servers[i].name);
			if (name == NULL || name->delegated == MENTION_YES)
				continue;
			name->delegated = MENTION_YES;
			for (j = 0; j < referral.servers[i].glue_count; j++)
				ns_name_add_glue(name,
				    &referral.servers[i].glue[j]);
		}
		query_referral_clear(&referral);
	}
	ns_queries_add_zone(&nameservers->queries, answer->owner, zone);
}

static void
add_names(struct ns_names *names, struct nameservers *nameservers,
    const struct server_evidence *server, const struct answer *answer)
{
	char *zone = query_referral_zone(answer);

	if (answer->type == DNS_NS && answer_has_records(answer) &&
	    !answer->aliased)
		add_told(names, nameservers->evidence, answer, server->zone);
	else if (zone != NULL && !name_equal(zone, server->zone) &&
	    name_is_at_or_below(zone, server->zone))
		add_referred(names, nameservers, answer, zone);
	free(zone);
}

/* The servers that those asked last have named, and nobody before. */
static struct ns_names
told_names(struct nameservers *nameservers)
{
	const struct evidence *evidence = nameservers->evidence;
	struct ns_names names = { NULL, 0, 0 };
	const struct server_evidence *server;
	size_t i, j;

	for (i = nameservers->asked; i < evidence->server_count; i++) {
		server = &evidence->servers[i];
		for (j = 0; j < server->answer_count; j++)
			add_names(&names, nameservers, server,
			    server->answers[j]);
	}
	return names;
}

static void	look_up(struct nameservers *nameservers,
		    struct ns_names *names);

static void
on_asked(void *argument)
{
	struct nameservers *nameservers = argument, ended = *nameservers;
	struct ns_names names = { NULL, 0, 0 };

	nameservers->ask = NULL;
	if (++nameservers->rounds < ROUNDS_MAX &&
	    nameservers->evidence->server_count < NS_SERVERS_MAX)
		names = told_names(nameservers);
	nameservers->asked = nameservers->evidence->server_count;
	if (names.count > 0) {
		look_up(nameservers, &names);
		return;
	}
	nameservers_free(nameservers);
	ended.done(ended.argument);
}

static void
on_looked_up(void *argument)
{
	struct nameservers *nameservers = argument;

	nameservers->look_up = NULL;
	nameservers->ask = ns_ask_start(nameservers->context,
	    nameservers->evidence, nameservers->asked, &nameservers->queries,
	    on_asked, nameservers);
}

static void
look_up(struct nameservers *nameservers, struct ns_names *names)
{
	nameservers->look_up = ns_look_up_start(nameservers->context,
	    nameservers->evidence, names, on_looked_up, nameservers);
}

static void
on_found(struct ns_queries *queries, struct ns_names *names, void *argument)
{
	struct nameservers *nameservers = argument;

	nameservers->find = NULL;
	nameservers->queries = *queries;
	look_up(nameservers, names);
}

struct nameservers *
nameservers_start(const struct context *context, struct evidence *evidence,
    nameservers_done *done, void *argument)
{
	struct nameservers *nameservers = memory_new(1, sizeof(*nameservers));

	nameservers->context = context;
	nameservers->evidence = evidence;
	nameservers->done = done;
	nameservers->argument = argument;
	nameservers->find = ns_find_start(context, evidence, on_found,
	    nameservers);
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

char *
nameservers_waits_for(const struct nameservers *nameservers)
{
	char *server = nameservers->ask == NULL ? NULL :
	    ns_ask_waits_for(nameservers->ask);

	if (server != NULL)
		return server;
	return memory_format("the name servers of %s",
	    nameservers->evidence->domain);
}
