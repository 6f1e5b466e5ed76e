#include "checker/gather/trust_servers.h"

#include <stdlib.h>
#include <string.h>

#include "checker/gather/zone_servers.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/query.h"
#include "smtp/address.h"

/* Questions in all; a domain with many hosts has the same fault at each. */
#define JOBS_MAX	16

/* Seconds that a server gets for one question. */
#define QUERY_LIMIT	5.0

/* One question, for all servers of a zone. */
struct job {
	char		*asked;		/* owned; the zone whose servers are
					 * asked */
	char		*about;		/* owned; the zone in the evidence that
					 * keeps what they say */
	char		*owner;		/* owned */
	enum dns_type	 type;
};

/* It, put to one server. */
struct asking {
	struct trust_servers	*servers;	/* borrowed */
	struct query		*query;		/* owned, NULL: answered */
	size_t			 server;	/* of the zone at hand */
};

struct trust_servers {
	const struct context	*context;	/* borrowed */
	struct evidence		*evidence;	/* borrowed */
	struct job		 jobs[JOBS_MAX];
	size_t			 job_count;
	size_t			 job;		/* the one at hand */
	struct zone_servers	*found;		/* owned; of its zone, NULL:
						 * not known yet */
	struct asking		 asking[TRUST_SERVERS_MAX];
	size_t			 running;	/* of these */
	trust_servers_done	*done;
	void			*argument;	/* borrowed */
};

static void	next_job(struct trust_servers *servers);

void
trust_servers_cancel(struct trust_servers *servers)
{
	size_t i;

	if (servers == NULL)
		return;
	for (i = 0; i < TRUST_SERVERS_MAX; i++)
		query_cancel(servers->asking[i].query);
	zone_servers_free(servers->found);
	for (i = 0; i < servers->job_count; i++) {
		free(servers->jobs[i].asked);
		free(servers->jobs[i].about);
		free(servers->jobs[i].owner);
	}
	free(servers);
}

static void
finish(struct trust_servers *servers)
{
	trust_servers_done *done = servers->done;
	void *argument = servers->argument;

	trust_servers_cancel(servers);
	done(argument);
}

/* --- Asking --- */

/* The place in the evidence for what a server says. */
static struct server_evidence *
heard_from(struct zone_evidence *zone, const char *asked,
    const struct zone_server *server)
{
	struct server_evidence *heard;
	size_t i;

	for (i = 0; i < zone->server_count; i++) {
		heard = &zone->servers[i];
		if (name_equal(heard->zone, asked) &&
		    address_equal(&heard->address, &server->address))
			return heard;
	}
	zone->servers = memory_grow(zone->servers, zone->server_count,
	    sizeof(*zone->servers));
	heard = &zone->servers[zone->server_count++];
	heard->zone = memory_string(asked);
	heard->name = memory_string(server->name);
	heard->address = server->address;
	return heard;
}

static void
keep(struct trust_servers *servers, const struct zone_server *server,
    struct answer *answer)
{
	const struct job *job = &servers->jobs[servers->job];

	evidence_server_answer(heard_from(evidence_zone(servers->evidence,
	    job->about), job->asked, server), answer);
}

static void
on_answer(struct answer *answer, void *argument)
{
	struct asking *asking = argument;
	struct trust_servers *servers = asking->servers;

	asking->query = NULL;
	context_trace_answer(servers->context, answer);
	keep(servers, &servers->found->items[asking->server], answer);
	if (--servers->running > 0)
		return;
	servers->job++;
	next_job(servers);
}

static void
ask(struct trust_servers *servers, size_t i)
{
	const struct job *job = &servers->jobs[servers->job];
	struct asking *asking = &servers->asking[servers->running++];
	struct sockaddr_storage address;
	const struct query_question question = {
		.server = (const struct sockaddr *)&address,
		.server_size = (socklen_t)address_to_socket(
		    &servers->found->items[i].address, &address),
		.name = job->owner,
		.type = job->type,
		.recursive = servers->found->recursive,
		.unchecked = servers->found->recursive,
		.limit = QUERY_LIMIT,
	};

	asking->servers = servers;
	asking->server = i;
	asking->query = query_start(servers->context->query_client, &question,
	    on_answer, asking);
}

/* FOUND are the servers of the zone at hand; there may be none. */
static void
on_found(void *argument)
{
	struct trust_servers *servers = argument;
	size_t i;

	for (i = 0; i < servers->found->count && i < TRUST_SERVERS_MAX; i++)
		ask(servers, i);
	if (servers->running > 0)
		return;
	servers->job++;
	next_job(servers);
}

/* The same servers are asked as before, or others. */
static void
next_job(struct trust_servers *servers)
{
	const struct job *job = &servers->jobs[servers->job];

	if (servers->job == servers->job_count) {
		finish(servers);
		return;
	}
	if (servers->found != NULL &&
	    name_equal(servers->found->zone, job->asked)) {
		on_found(servers);
		return;
	}
	zone_servers_free(servers->found);
	servers->found = zone_servers_find(servers->context,
	    servers->evidence, job->asked, false, on_found, servers);
}

/* --- What there is to ask --- */

/* Whether the question has been asked in an earlier round. */
static bool
is_heard(const struct zone_evidence *zone, const char *owner,
    enum dns_type type)
{
	const struct server_evidence *server;
	size_t i, j;

	for (i = 0; i < zone->server_count; i++) {
		server = &zone->servers[i];
		for (j = 0; j < server->answer_count; j++) {
			if (server->answers[j]->type == type &&
			    name_equal(server->answers[j]->owner, owner))
				return true;
		}
	}
	return false;
}

static void
add_job(struct trust_servers *servers, const char *asked, const char *about,
    const char *owner, enum dns_type type)
{
	struct job *job;
	size_t i;

	for (i = 0; i < servers->job_count; i++) {
		if (servers->jobs[i].type == type &&
		    name_equal(servers->jobs[i].owner, owner))
			return;
	}
	if (is_heard(evidence_zone(servers->evidence, about), owner, type))
		return;
	if (servers->job_count == JOBS_MAX)
		return;
	job = &servers->jobs[servers->job_count++];
	job->asked = memory_string(asked);
	job->about = memory_string(about);
	job->owner = memory_string(owner);
	job->type = type;
}

static void
add_zones(struct trust_servers *servers)
{
	const struct zone_evidence *zone;
	size_t i;

	for (i = 0; i < servers->evidence->zone_count; i++) {
		zone = &servers->evidence->zones[i];
		if (answer_is_broken(zone->ds) && zone->parent != NULL)
			add_job(servers, zone->parent, zone->name, zone->name,
			    DNS_DS);
		else if (answer_is_broken(zone->dnskey) &&
		    answer_has_records(zone->ds))
			add_job(servers, zone->name, zone->name, zone->name,
			    DNS_DNSKEY);
	}
}

/* The deepest zone above the answer. NULL: the chain breaks before. */
static const struct zone_evidence *
zone_of(const struct evidence *evidence, const struct answer *answer)
{
	const struct zone_evidence *zone, *last = NULL;
	size_t i;

	for (i = 0; i < evidence->zone_count; i++) {
		zone = &evidence->zones[i];
		if (!name_is_at_or_below(answer->owner, zone->name))
			continue;
		if (answer_is_broken(zone->ds) ||
		    answer_is_broken(zone->dnskey))
			return NULL;
		if (last == NULL || name_is_at_or_below(zone->name,
		    last->name))
			last = zone;
	}
	return last;
}

static void
add_answer(struct trust_servers *servers, const struct answer *answer)
{
	const struct zone_evidence *zone;

	if (!answer_is_broken(answer))
		return;
	zone = zone_of(servers->evidence, answer);
	if (zone != NULL)
		add_job(servers, zone->name, zone->name, answer->owner,
		    answer->type);
}

static void
add_answers(struct trust_servers *servers)
{
	const struct evidence *evidence = servers->evidence;
	const struct host_evidence *host;
	size_t i, j;

	add_answer(servers, evidence->mx);
	for (i = 0; i < evidence->host_count; i++) {
		host = &evidence->hosts[i];
		add_answer(servers, host->a);
		add_answer(servers, host->aaaa);
		add_answer(servers, host->cname);
		for (j = 0; j < EVIDENCE_BASES; j++)
			add_answer(servers, host->tlsa[j]);
	}
}

struct trust_servers *
trust_servers_start(const struct context *context, struct evidence *evidence,
    enum trust_topic topic, trust_servers_done *done, void *argument)
{
	struct trust_servers *servers = memory_new(1, sizeof(*servers));

	servers->context = context;
	servers->evidence = evidence;
	servers->done = done;
	servers->argument = argument;
	if (topic == TRUST_ZONES)
		add_zones(servers);
	else
		add_answers(servers);
	if (servers->job_count > 0 && context->query_client != NULL) {
		next_job(servers);
		return servers;
	}
	trust_servers_cancel(servers);
	return NULL;
}
