#include "checker/gather/trust.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/zone_facts.h"
#include "checker/gather/inquiry.h"
#include "checker/gather/second_way.h"
#include "checker/gather/trust_names.h"
#include "checker/gather/trust_servers.h"
#include "checker/gather/trust_walk.h"
#include "checker/gather/answer_memo.h"
#include "resolver/clock.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/query.h"
#include "resolver/signers.h"

/* Aliases that lead to aliases, each into another zone that is broken. */
#define ROUNDS_MAX	4

/* DS or DNSKEY of a zone, in flight. */
struct trust_lookup {
	struct trust		 *trust;	/* borrowed */
	struct inquiry		 *question;	/* owned, NULL: none */
	char			 *zone;		/* owned; its name */
};

struct trust {
	const struct context	*context;	/* borrowed */
	struct evidence		*evidence;	/* borrowed */
	struct trust_lookup	**lookups;	/* owned */
	size_t			 lookup_count;
	size_t			 running;	/* of these */
	struct trust_walk	*walk;		/* owned, NULL: none */
	struct trust_servers	*servers;	/* owned, NULL: none */
	struct trust_names	 uncut;		/* owned; no zones' */
	unsigned int		 rounds;	/* of walks that are over */
	trust_done		*done;
	void			*argument;	/* borrowed */
};

static void	add_zone(struct trust *trust, const char *name);
static bool	walk(struct trust *trust);

static void
keep(struct trust *trust, const struct answer *answer)
{
	if (answer_is_secure(answer))
		answer_memo_keep(trust->context->answer_memo, answer,
		    clock_monotonic());
}

static void
trust_free(struct trust *trust)
{
	size_t i;

	for (i = 0; i < trust->lookup_count; i++) {
		inquiry_cancel(trust->lookups[i]->question);
		free(trust->lookups[i]->zone);
		free(trust->lookups[i]);
	}
	free(trust->lookups);
	trust_walk_cancel(trust->walk);
	trust_servers_cancel(trust->servers);
	trust_names_clear(&trust->uncut);
	evidence_sort_zones(trust->evidence);
	zone_facts_settle(trust->evidence);
	for (i = 0; i < trust->evidence->zone_count; i++) {
		keep(trust, trust->evidence->zones[i].ds);
		keep(trust, trust->evidence->zones[i].dnskey);
	}
	free(trust);
}

static void
finish(struct trust *trust)
{
	trust_done *done = trust->done;
	void *argument = trust->argument;

	trust_free(trust);
	done(argument);
}

/* Whether a name server said that there is an alias at the zone's name. */
static bool
is_alias(const struct zone_evidence *zone)
{
	const struct server_evidence *server;
	size_t i, j;

	for (i = 0; i < zone->server_count; i++) {
		server = &zone->servers[i];
		for (j = 0; j < server->answer_count; j++) {
			if (server->answers[j]->type == DNS_DS &&
			    query_is_alias(server->answers[j]))
				return true;
		}
	}
	return false;
}

/*
 * Where even the question for DS records fails, a name is taken for a zone's.
 * An alias is none (RFC 2181 10.1).
 */
static void
drop_aliases(struct trust *trust)
{
	struct evidence *evidence = trust->evidence;
	size_t i = 0;

	while (i < evidence->zone_count) {
		if (evidence->zones[i].dnskey == NULL &&
		    is_alias(&evidence->zones[i])) {
			trust_names_add(&trust->uncut,
			    evidence->zones[i].name);
			evidence_remove_zone(evidence, i);
		} else {
			i++;
		}
	}
}

/* Aliases that do not validate may lead on to where the fault is. */
static void
on_answers(void *argument)
{
	struct trust *trust = argument;

	trust->servers = NULL;
	if (++trust->rounds == ROUNDS_MAX || !walk(trust))
		finish(trust);
}

static void
ask_answers(struct trust *trust)
{
	trust->servers = trust_servers_start(
	    second_way_direct(trust->context), trust->evidence, TRUST_ANSWERS,
	    on_answers, trust);
	if (trust->servers == NULL)
		finish(trust);
}

static void
on_zones(void *argument)
{
	struct trust *trust = argument;

	trust->servers = NULL;
	drop_aliases(trust);
	ask_answers(trust);
}

/* Where it breaks, the name servers themselves are asked. */
static void
on_walked(void *argument)
{
	struct trust *trust = argument;

	trust->walk = NULL;
	trust->servers = trust_servers_start(
	    second_way_direct(trust->context), trust->evidence, TRUST_ZONES,
	    on_zones, trust);
	if (trust->servers == NULL)
		ask_answers(trust);
}

/*
 * Once the chains of what is secure are known, looks for the breaks of others.
 * False: there is nothing to look for, or nothing but what a resolver makes of
 * it.
 */
static bool
walk(struct trust *trust)
{
	if ((trust->evidence->thorough ||
	    trust->context->options->authoritative) &&
	    !second_way_is_lost(trust->context->second_way))
		trust->walk = trust_walk_start(trust->context,
		    trust->evidence, &trust->uncut, on_walked, trust);
	return trust->walk != NULL;
}

static void
trust_advance(struct trust *trust)
{
	if (trust->running == 0 && !walk(trust))
		finish(trust);
}

/* The zone that signs the DS records is the parent. */
static void
add_parent(struct trust *trust, const char *name, const struct answer *ds)
{
	struct zone_evidence *zone;
	size_t i;

	for (i = 0; i < ds->period_count; i++) {
		if (ds->periods[i].type != DNS_DS ||
		    name_equal(ds->periods[i].zone, name))
			continue;
		zone = evidence_zone(trust->evidence, name);
		if (zone->parent == NULL)
			zone->parent = memory_string(ds->periods[i].zone);
		add_zone(trust, ds->periods[i].zone);
	}
}

static void
on_answer(struct answer *answer, void *argument)
{
	struct trust_lookup *lookup = argument;
	struct trust *trust = lookup->trust;
	struct zone_evidence *zone = evidence_zone(trust->evidence,
	    lookup->zone);

	lookup->question = NULL;
	trust->running--;
	context_trace_answer(trust->context, answer);
	/* Their periods say it, and each domain of a list has them again. */
	signers_clear(answer);
	if (answer->type == DNS_DS) {
		zone->ds = answer;
		add_parent(trust, lookup->zone, answer);
	} else {
		zone->dnskey = answer;
	}
	trust_advance(trust);
}

static void
ask(struct trust *trust, const char *zone, enum dns_type type)
{
	struct trust_lookup *lookup = memory_new(1, sizeof(*lookup));

	lookup->trust = trust;
	lookup->zone = memory_string(zone);
	trust->lookups = memory_grow(trust->lookups, trust->lookup_count,
	    sizeof(struct trust_lookup *));
	trust->lookups[trust->lookup_count++] = lookup;
	trust->running++;
	lookup->question = inquiry_start(trust->context, zone, type, on_answer,
	    lookup);
	inquiry_unlimit(lookup->question);
}

static void
add_zone(struct trust *trust, const char *name)
{
	struct answer_memo *memo = trust->context->answer_memo;
	const double now = clock_monotonic();
	struct zone_evidence *zone;
	const struct answer *ds;

	if (evidence_zone(trust->evidence, name) != NULL)
		return;
	zone = evidence_add_zone(trust->evidence, name);
	if (zone == NULL)
		return;
	zone->dnskey = answer_memo_find(memo, name, DNS_DNSKEY, now);
	zone->ds = answer_memo_find(memo, name, DNS_DS, now);
	ds = zone->ds;
	if (zone->dnskey == NULL)
		ask(trust, name, DNS_DNSKEY);
	if (ds != NULL)
		add_parent(trust, name, ds);
	else if (strcmp(name, ".") != 0)
		ask(trust, name, DNS_DS);
}

/* The zones by which a secure answer is signed. */
static void
add_signers(struct trust *trust, const struct answer *answer)
{
	size_t i;

	if (answer == NULL || answer->dnssec != DNSSEC_SECURE)
		return;
	for (i = 0; i < answer->period_count; i++)
		add_zone(trust, answer->periods[i].zone);
}

struct trust *
trust_start(const struct context *context, struct evidence *evidence,
    trust_done *done, void *argument)
{
	struct trust *trust = memory_new(1, sizeof(*trust));
	const struct host_evidence *host;
	size_t i, j;

	trust->context = context;
	trust->evidence = evidence;
	trust->done = done;
	trust->argument = argument;
	add_signers(trust, evidence->mx);
	for (i = 0; i < evidence->host_count; i++) {
		host = &evidence->hosts[i];
		add_signers(trust, host->a);
		add_signers(trust, host->aaaa);
		add_signers(trust, host->cname);
		for (j = 0; j < EVIDENCE_BASES; j++)
			add_signers(trust, host->tlsa[j]);
	}
	if (trust->running > 0 || walk(trust))
		return trust;
	trust_free(trust);
	return NULL;
}

void
trust_stop(struct trust *trust)
{
	if (trust != NULL)
		trust_free(trust);
}
