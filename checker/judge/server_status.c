#include "checker/judge/server_status.h"

#include <stdlib.h>
#include <string.h>

#include "checker/judge/server_says.h"
#include "checker/judge/trust_heard.h"
#include "resolver/algorithm.h"
#include "resolver/ds.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/*
 * Sets of keys of a zone that differ; and answers that are validated, each with
 * each set.
 */
#define KEY_SETS_MAX	8
#define CHECKED_MAX	4096

/* A DNSKEY RRset that validates, and the first server that has it. */
struct key_set {
	size_t			 server;	/* index of it */
	const struct answer	*dnskey;	/* borrowed */
};

/* The servers of one zone. */
struct zone_view {
	struct evidence			*evidence;	/* borrowed */
	const char			*name;		/* borrowed */
	const struct zone_evidence	*zone;		/* borrowed */
	struct key_set			 sets[KEY_SETS_MAX];
	size_t				 set_count;
	size_t				*checked;	/* borrowed; answers,
							 * so far */
};

/* Whether some DS record of the zone has it validated. */
static bool
is_signed(const struct zone_evidence *zone)
{
	struct dns_ds ds;
	size_t i;

	if (zone == NULL || !answer_is_secure(zone->ds))
		return false;
	for (i = 0; i < zone->ds->count; i++) {
		if (ds_read(&zone->ds->records[i], &ds) &&
		    algorithm_is_known(ds.algorithm) &&
		    ds_digest_is_known(ds.digest_type))
			return true;
	}
	return false;
}

static bool
is_same_set(const struct answer *a, const struct answer *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++) {
		if (a->records[i].size != b->records[i].size ||
		    memcmp(a->records[i].data, b->records[i].data,
		    a->records[i].size) != 0)
			return false;
	}
	return true;
}

static const struct key_set *
find_set(const struct zone_view *view, const struct answer *dnskey)
{
	size_t i;

	for (i = 0; dnskey != NULL && i < view->set_count; i++) {
		if (is_same_set(view->sets[i].dnskey, dnskey))
			return &view->sets[i];
	}
	return NULL;
}

/* The keys that a server gives out, if they validate. */
static void
add_set(struct zone_view *view, size_t which)
{
	const struct answer *dnskey = server_says_to(
	    &view->evidence->servers[which], view->name, DNS_DNSKEY);
	const struct rrsig_keys keys = { dnskey, view->zone->ds };
	char *flaw;

	if (!answer_has_records(dnskey) || !server_says(dnskey) ||
	    view->set_count == KEY_SETS_MAX || find_set(view, dnskey) != NULL)
		return;
	flaw = trust_heard_flaw(dnskey, &keys);
	if (flaw == NULL)
		view->sets[view->set_count++] = (struct key_set){ which,
		    dnskey };
	free(flaw);
}

/* What is wrong with an answer by one set of keys. Owned; NULL: nothing. */
static char *
flaw_by(struct zone_view *view, const struct answer *answer,
    const struct key_set *set)
{
	const bool own = answer->type == DNS_DNSKEY;
	const struct rrsig_keys keys = {
		own ? answer : set != NULL ? set->dnskey : NULL,
		own ? view->zone->ds : NULL,
	};

	if (*view->checked == CHECKED_MAX)
		return NULL;
	++*view->checked;
	return keys.dnskey != NULL ? trust_heard_flaw(answer, &keys) : NULL;
}

/* Takes ownership of WHY. BY: the set of another server, or NULL. */
static void
add_flaw(struct server_evidence *server, size_t answer, char *why,
    const struct key_set *by)
{
	struct server_judgement *judged = &server->judged;

	judged->flaws = memory_grow(judged->flaws, judged->flaw_count,
	    sizeof(*judged->flaws));
	judged->flaws[judged->flaw_count++] = (struct server_flaw){
		.answer = answer,
		.why = why,
		.foreign = by != NULL,
		.by = by != NULL ? by->server : 0,
	};
}

/* With the keys of the others, too: a resolver has those of any. */
static void
check_foreign(struct zone_view *view, struct server_evidence *server,
    size_t which, const struct key_set *own)
{
	const struct answer *answer = server->answers[which];
	char *why;
	size_t i;

	for (i = 0; i < view->set_count; i++) {
		if (&view->sets[i] == own || answer->type == DNS_DNSKEY)
			continue;
		why = flaw_by(view, answer, &view->sets[i]);
		if (why == NULL)
			continue;
		add_flaw(server, which, why, &view->sets[i]);
		return;
	}
}

static void
check_server(struct zone_view *view, struct server_evidence *server)
{
	const struct key_set *own = find_set(view, server_says_to(server,
	    view->name, DNS_DNSKEY));
	const struct key_set *with = own != NULL ? own :
	    view->set_count > 0 ? view->sets : NULL;
	char *why;
	size_t i;

	server->judged.keyed = view->set_count > 0;
	for (i = 0; i < server->answer_count; i++) {
		if (!server_says(server->answers[i]))
			continue;
		why = flaw_by(view, server->answers[i], with);
		if (why != NULL)
			add_flaw(server, i, why, NULL);
		else
			check_foreign(view, server, i, with);
	}
}

static void
check_zone(struct evidence *evidence, size_t first, size_t *checked)
{
	struct zone_view view = {
		.evidence = evidence,
		.name = evidence->servers[first].zone,
		.zone = evidence_zone(evidence, evidence->servers[first].zone),
		.checked = checked,
	};
	size_t i;

	if (!is_signed(view.zone))
		return;
	for (i = first; i < evidence->server_count; i++) {
		if (name_equal(evidence->servers[i].zone, view.name))
			add_set(&view, i);
	}
	for (i = first; i < evidence->server_count; i++) {
		if (name_equal(evidence->servers[i].zone, view.name))
			check_server(&view, &evidence->servers[i]);
	}
}

void
server_status_judge(struct evidence *evidence)
{
	size_t i, checked = 0;

	for (i = 0; i < evidence->server_count; i++) {
		if (server_says_first(evidence, i))
			check_zone(evidence, i, &checked);
	}
}
