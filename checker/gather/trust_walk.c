#include "checker/gather/trust_walk.h"

#include <stdlib.h>
#include <string.h>

#include "checker/gather/inquiry.h"
#include "checker/gather/trust_names.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/* More names on the way than a domain with few zones has; then it ends. */
#define QUESTIONS_MAX	256

/*
 * Names are walked one after the other, each from its top label down: at each,
 * is there a zone of its own (DS, and where that is denied, NS), and does its
 * DNSKEY RRset validate?
 */
struct trust_walk {
	const struct context	 *context;	/* borrowed */
	struct evidence		 *evidence;	/* borrowed */
	struct trust_names	  targets;	/* owned; names to walk to */
	size_t			  target;	/* the one at hand */
	size_t			  depth;	/* of the name at hand on the
						 * way to it: 1 for the root, 2
						 * for the top label; 0: none */
	struct trust_names	 *uncut;	/* borrowed; names without a
						 * zone of their own */
	struct answer		 *ds;		/* owned; of the name at hand,
						 * NULL: not known */
	struct inquiry		 *question;	/* owned, NULL: none */
	size_t			  asked;
	trust_walk_done		 *done;
	void			 *argument;	/* borrowed */
};

static bool	ask_next(struct trust_walk *walk);

static void
walk_free(struct trust_walk *walk)
{
	inquiry_cancel(walk->question);
	trust_names_clear(&walk->targets);
	answer_free(walk->ds);
	free(walk);
}

static void
finish(struct trust_walk *walk)
{
	trust_walk_done *done = walk->done;
	void *argument = walk->argument;

	walk_free(walk);
	done(argument);
}

/* The name at hand. Borrowed. */
static const char *
name_at(const struct trust_walk *walk)
{
	const char *name = walk->targets.items[walk->target];
	size_t depth = name_label_count(name) + 1;

	for (; depth > walk->depth; depth--)
		name = name_parent(name);
	return name;
}

/* The name at hand has been dealt with. */
static void
next_name(struct trust_walk *walk)
{
	answer_free(walk->ds);
	walk->ds = NULL;
	if (!ask_next(walk))
		finish(walk);
}

/* So have all below it. */
static void
next_target(struct trust_walk *walk)
{
	walk->target++;
	walk->depth = 0;
	next_name(walk);
}

static void
ask(struct trust_walk *walk, enum dns_type type, resolver_answered *answered)
{
	walk->asked++;
	walk->question = inquiry_start(walk->context, name_at(walk), type,
	    answered, walk);
	inquiry_unlimit(walk->question);
}

/* The next zone above a name, as far as is known. Borrowed. */
static const char *
zone_above(const struct evidence *evidence, const char *name)
{
	do
		name = name_parent(name);
	while (strcmp(name, ".") != 0 && evidence_zone(evidence, name) == NULL);
	return name;
}

/* The zone at hand, with the DS answer of the walk; NULL: one too many. */
static struct zone_evidence *
enter_zone(struct trust_walk *walk)
{
	struct zone_evidence *zone = evidence_zone(walk->evidence,
	    name_at(walk));

	if (zone == NULL)
		zone = evidence_add_zone(walk->evidence, name_at(walk));
	if (zone == NULL || zone->ds != NULL || walk->ds == NULL)
		return zone;
	zone->ds = walk->ds;
	walk->ds = NULL;
	if (zone->parent == NULL)
		zone->parent = memory_string(zone_above(walk->evidence,
		    zone->name));
	return zone;
}

/*
 * Whether something may be wrong below the zone. Below one that is not signed
 * there may be one that is; below another break nothing is looked for.
 */
static bool
goes_on_below(const struct zone_evidence *zone)
{
	if (answer_is_broken(zone->ds) || answer_is_broken(zone->dnskey) ||
	    zone->dnskey == NULL)
		return false;
	return zone->dnskey->dnssec == DNSSEC_SECURE ||
	    !answer_has_records(zone->dnskey);
}

static void
leave_zone(struct trust_walk *walk, const struct zone_evidence *zone)
{
	if (zone != NULL && goes_on_below(zone))
		next_name(walk);
	else
		next_target(walk);
}

static void
on_cds(struct answer *answer, void *argument)
{
	struct trust_walk *walk = argument;
	struct zone_evidence *zone = evidence_zone(walk->evidence,
	    name_at(walk));

	walk->question = NULL;
	context_trace_answer(walk->context, answer);
	zone->cds = answer;
	leave_zone(walk, zone);
}

static void
on_dnskey(struct answer *answer, void *argument)
{
	struct trust_walk *walk = argument;
	struct zone_evidence *zone = enter_zone(walk);

	walk->question = NULL;
	context_trace_answer(walk->context, answer);
	if (zone == NULL || zone->dnskey != NULL) {
		answer_free(answer);
		leave_zone(walk, zone);
		return;
	}
	zone->dnskey = answer;
	/* Signed, but not by way of the parent: what would its DS be? */
	if (answer->dnssec == DNSSEC_INSECURE && answer_has_records(answer) &&
	    answer_is_absent(zone->ds))
		ask(walk, DNS_CDS, on_cds);
	else
		leave_zone(walk, zone);
}

/* The name at hand is one within the zone above. */
static void
pass_name(struct trust_walk *walk)
{
	trust_names_add(walk->uncut, name_at(walk));
	next_name(walk);
}

/* Whether there is a zone of this name, which has no DS records. */
static void
on_ns(struct answer *answer, void *argument)
{
	struct trust_walk *walk = argument;
	const bool cut = answer_is_broken(answer) ||
	    (answer_has_records(answer) && !answer->aliased);

	walk->question = NULL;
	context_trace_answer(walk->context, answer);
	answer_free(answer);
	if (cut)
		ask(walk, DNS_DNSKEY, on_dnskey);
	else
		pass_name(walk);
}

static void
on_ds(struct answer *answer, void *argument)
{
	struct trust_walk *walk = argument;

	walk->question = NULL;
	context_trace_answer(walk->context, answer);
	walk->ds = answer;
	if (answer_is_broken(answer)) {
		enter_zone(walk);
		next_target(walk);
	} else if (answer->aliased) {
		pass_name(walk);
	} else if (answer_has_records(answer)) {
		ask(walk, DNS_DNSKEY, on_dnskey);
	} else if (answer->kind == ANSWER_NO_NAME &&
	    answer->dnssec == DNSSEC_SECURE) {
		next_target(walk);
	} else {
		ask(walk, DNS_NS, on_ns);
	}
}

/*
 * Goes on to the next name on the way to the target that is not known, if there
 * is one.
 */
static bool
go_down(struct trust_walk *walk)
{
	const size_t depth = 1 +
	    name_label_count(walk->targets.items[walk->target]);
	const struct zone_evidence *zone;

	while (walk->depth++ < depth) {
		zone = evidence_zone(walk->evidence, name_at(walk));
		if (zone == NULL &&
		    !trust_names_have(walk->uncut, name_at(walk)))
			return true;
		if (zone != NULL && !goes_on_below(zone))
			break;
	}
	return false;
}

/* False: there is nothing left to ask. */
static bool
ask_next(struct trust_walk *walk)
{
	for (; walk->target < walk->targets.count; walk->target++,
	    walk->depth = 0) {
		if (walk->asked >= QUESTIONS_MAX || !go_down(walk))
			continue;
		if (walk->depth == 1)
			ask(walk, DNS_DNSKEY, on_dnskey);
		else
			ask(walk, DNS_DS, on_ds);
		return true;
	}
	return false;
}

/* Both ends of an alias: either may be what is not secure. */
static void
add_answer(struct trust_walk *walk, const struct answer *answer)
{
	if (answer == NULL || answer->dnssec == DNSSEC_SECURE)
		return;
	trust_names_add(&walk->targets, answer->owner);
	trust_names_add(&walk->targets, answer->expanded);
}

/* Where aliases lead that do not validate, as the name servers say. */
static void
add_heard(struct trust_walk *walk, const struct server_evidence *server)
{
	size_t i;

	for (i = 0; i < server->answer_count; i++) {
		if (server->answers[i]->aliased)
			trust_names_add(&walk->targets,
			    server->answers[i]->expanded);
	}
}

struct trust_walk *
trust_walk_start(const struct context *context, struct evidence *evidence,
    struct trust_names *uncut, trust_walk_done *done, void *argument)
{
	struct trust_walk *walk = memory_new(1, sizeof(*walk));
	const struct host_evidence *host;
	size_t i, j;

	walk->context = context;
	walk->evidence = evidence;
	walk->uncut = uncut;
	walk->done = done;
	walk->argument = argument;
	add_answer(walk, evidence->mx);
	for (i = 0; i < evidence->host_count; i++) {
		host = &evidence->hosts[i];
		add_answer(walk, host->a);
		add_answer(walk, host->aaaa);
		add_answer(walk, host->cname);
		for (j = 0; j < EVIDENCE_BASES; j++)
			add_answer(walk, host->tlsa[j]);
	}
	for (i = 0; i < evidence->zone_count; i++) {
		for (j = 0; j < evidence->zones[i].server_count; j++)
			add_heard(walk, &evidence->zones[i].servers[j]);
	}
	if (ask_next(walk))
		return walk;
	walk_free(walk);
	return NULL;
}

void
trust_walk_cancel(struct trust_walk *walk)
{
	if (walk != NULL)
		walk_free(walk);
}
