/*
 * --authoritative: what each name server said, by itself: whether it answers,
 * and whether its answers validate with the keys of the zone (RFC 4035 5). The
 * servers of a zone may have keys of their own, as long as each knows those of
 * the others (RFC 8901).
 */
#include <stdlib.h>
#include <string.h>

#include "checker/judge/judge_parts.h"
#include "checker/judge/server_says.h"
#include "checker/judge/trust_heard.h"
#include "resolver/algorithm.h"
#include "resolver/ds.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/query.h"

/*
 * Sets of keys of a zone that differ; and answers that are validated, each with
 * each set.
 */
#define KEY_SETS_MAX	8
#define CHECKED_MAX	4096

/* A DNSKEY RRset that validates, and a server that has it. All borrowed. */
struct key_set {
	const struct server_evidence	*server;
	const struct answer		*dnskey;
};

/* The servers of one zone. All pointers are borrowed. */
struct zone_view {
	struct judge_state		*state;
	const char			*name;
	const struct zone_evidence	*zone;	/* NULL: it is not signed */
	struct key_set			 sets[KEY_SETS_MAX];
	size_t				 set_count;
	size_t				*checked; /* answers, so far */
};

/* --- Answers that are none --- */

/* The question was for the servers of a zone below, which it names. */
static bool
refers_down(const struct server_evidence *server, const struct answer *answer)
{
	char *zone = query_referral_zone(answer);
	const bool down = zone != NULL && !name_equal(zone, server->zone) &&
	    name_is_at_or_below(zone, server->zone);

	free(zone);
	return down;
}

/*
 * Whether the server does not answer. What is cut off over UDP is asked for
 * again over TCP (RFC 7766 5).
 */
static bool
is_lame(const struct server_evidence *server, const struct answer *answer)
{
	return !server_says(answer) &&
	    (!answer->truncated || answer->kind == ANSWER_UNUSABLE) &&
	    !refers_down(server, answer);
}

/* "TLSA _25._tcp.mx.example.org: REFUSED". Owned by the caller. */
static char *
lame_text(const struct answer *answer)
{
	if (answer->kind == ANSWER_UNUSABLE)
		return memory_string(answer->why);
	return memory_format("%s %s: %s", dns_type_name(answer->type),
	    answer->owner, query_standing(answer) == QUERY_REFERS ?
	    "it refers to other servers, and does not have the zone" :
	    "it is not authoritative for the zone");
}

/*
 * What the first other server of the zone says to the same question: "; ns2
 * [192.0.2.2] has 1 record". Owned by the caller.
 */
static char *
others_text(const struct evidence *evidence,
    const struct server_evidence *server, const struct answer *answer)
{
	const struct server_evidence *other;
	struct finding_server place;
	const struct answer *theirs;
	char *whom, *what, *text;
	size_t i;

	for (i = 0; i < evidence->server_count; i++) {
		other = &evidence->servers[i];
		theirs = name_equal(other->zone, server->zone) ?
		    server_says_to(other, answer->owner, answer->type) : NULL;
		if (theirs == NULL || !server_says(theirs))
			continue;
		place = evidence_server_place(other);
		whom = finding_server_text(&place);
		what = server_says_text(theirs);
		text = memory_format("; %s has %s", whom, what);
		free(what);
		free(whom);
		return text;
	}
	return memory_string("");
}

static void
advise(struct finding *finding, const struct server_evidence *server)
{
	advice_add_text(&finding->advice, "fix it, or remove it from the "
	    "zone's NS records");
	judging_set_server(finding, server);
}

/* Questions left without a usable answer: reported once, by the first. */
static void
judge_unanswered(struct judge_state *state,
    const struct server_evidence *server)
{
	const struct answer *first = NULL;
	struct finding *finding;
	char *text, *others;
	size_t i, count = 0;

	for (i = 0; i < server->answer_count; i++) {
		if (!is_lame(server, server->answers[i]))
			continue;
		if (first == NULL)
			first = server->answers[i];
		count++;
	}
	if (count == 0)
		return;
	text = lame_text(first);
	others = others_text(state->evidence, server, first);
	if (count == 1)
		finding = judging_add(state, FINDING_NS_LAME,
		    "no usable answer: %s%s", text, others);
	else
		finding = judging_add(state, FINDING_NS_LAME,
		    "no usable answer to %zu questions, the first: %s%s",
		    count, text, others);
	advise(finding, server);
	free(others);
	free(text);
}

/*
 * A name below which there are TLSA records exists, even if it has no records
 * itself (RFC 4592 2.2.2, RFC 8020).
 */
static bool
denies_wrongly(const struct server_evidence *server,
    const struct answer *answer)
{
	const struct answer *below;
	size_t i;

	if (answer->type != DNS_A || answer->kind != ANSWER_NO_NAME ||
	    !server_says(answer))
		return false;
	for (i = 0; i < server->answer_count; i++) {
		below = server->answers[i];
		if (below->type == DNS_TLSA && answer_has_records(below) &&
		    name_is_at_or_below(below->owner, answer->owner))
			return true;
	}
	return false;
}

static void
judge_denials(struct judge_state *state, const struct server_evidence *server)
{
	const struct answer *answer;
	size_t i;

	for (i = 0; i < server->answer_count; i++) {
		answer = server->answers[i];
		if (denies_wrongly(server, answer))
			advise(judging_add(state, FINDING_NS_LAME,
			    "denies that %s exists, although there are TLSA "
			    "records at or below it", answer->owner), server);
	}
}

/* --- Answers that do not validate --- */

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

/* The keys that the server gives out, if they validate. */
static void
add_set(struct zone_view *view, const struct server_evidence *server)
{
	const struct answer *dnskey = server_says_to(server, view->name,
	    DNS_DNSKEY);
	const struct rrsig_keys keys = { dnskey, view->zone->ds };
	char *flaw;

	if (dnskey == NULL || !answer_has_records(dnskey) ||
	    !server_says(dnskey) ||
	    view->set_count == KEY_SETS_MAX || find_set(view, dnskey) != NULL)
		return;
	flaw = trust_heard_flaw(dnskey, &keys);
	if (flaw == NULL)
		view->sets[view->set_count++] = (struct key_set){ server,
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

/* What did not validate, of one server. */
struct flaws {
	size_t			 count;		/* of its answers */
	char			*first;		/* owned; NULL: none */
	char			*foreign;	/* owned; by the keys of another
						 * server, NULL: none */
	const struct server_evidence *other;	/* borrowed; that one */
	const struct answer	*about;		/* borrowed */
};

static void
find_foreign(struct zone_view *view, const struct answer *answer,
    const struct key_set *own, struct flaws *flaws)
{
	size_t i;

	for (i = 0; i < view->set_count && flaws->foreign == NULL; i++) {
		if (&view->sets[i] == own || answer->type == DNS_DNSKEY)
			continue;
		flaws->foreign = flaw_by(view, answer, &view->sets[i]);
		flaws->other = view->sets[i].server;
		flaws->about = answer;
	}
}

static struct flaws
find_flaws(struct zone_view *view, const struct server_evidence *server)
{
	const struct key_set *own = find_set(view, server_says_to(server,
	    view->name, DNS_DNSKEY));
	const struct key_set *with = own != NULL ? own : view->sets;
	struct flaws flaws = { 0, NULL, NULL, NULL, NULL };
	const struct answer *answer;
	char *flaw;
	size_t i;

	for (i = 0; i < server->answer_count; i++) {
		answer = server->answers[i];
		if (!server_says(answer))
			continue;
		flaw = flaw_by(view, answer, view->set_count > 0 ? with :
		    NULL);
		flaws.count += flaw != NULL;
		if (flaw == NULL)
			find_foreign(view, answer, own, &flaws);
		else if (flaws.first == NULL)
			flaws.first = flaw;
		else
			free(flaw);
	}
	return flaws;
}

/* No server of the zone has keys that validate. */
static void
advise_zone(struct finding *finding, const struct server_evidence *server)
{
	advice_add_text(&finding->advice, "mend the zone, not this server: "
	    "none of its name servers has keys that validate");
	judging_set_server(finding, server);
}

static void
judge_validity(struct zone_view *view, const struct server_evidence *server)
{
	struct flaws flaws = find_flaws(view, server);
	struct finding_server place;
	struct finding *finding;
	char *whom;

	if (flaws.count > 0) {
		finding = judging_add(view->state, FINDING_NS_LAME,
		    "%zu of its answers do%s not validate: %s", flaws.count,
		    flaws.count == 1 ? "es" : "", flaws.first);
		if (view->set_count > 0)
			advise(finding, server);
		else
			advise_zone(finding, server);
	}
	if (flaws.foreign != NULL) {
		place = evidence_server_place(flaws.other);
		whom = finding_server_text(&place);
		finding = judging_add(view->state, FINDING_NS_INCONSISTENT,
		    "its answer to %s %s does not validate with the keys that "
		    "%s gives out: %s", dns_type_name(flaws.about->type),
		    flaws.about->owner, whom, flaws.foreign);
		advice_add_text(&finding->advice, "have each server's DNSKEY "
		    "records include the keys of all that sign (RFC 8901 2)");
		judging_set_server(finding, server);
		free(whom);
	}
	free(flaws.first);
	free(flaws.foreign);
}

static void
judge_signed_zone(struct judge_state *state, size_t first, size_t *checked)
{
	const struct evidence *evidence = state->evidence;
	struct zone_view view = {
		.state = state,
		.name = evidence->servers[first].zone,
		.zone = evidence_zone(evidence, evidence->servers[first].zone),
		.checked = checked,
	};
	size_t i;

	if (!is_signed(view.zone))
		return;
	for (i = first; i < evidence->server_count; i++) {
		if (name_equal(evidence->servers[i].zone, view.name))
			add_set(&view, &evidence->servers[i]);
	}
	for (i = first; i < evidence->server_count; i++) {
		if (name_equal(evidence->servers[i].zone, view.name))
			judge_validity(&view, &evidence->servers[i]);
	}
}

static bool
is_first_of_zone(const struct evidence *evidence, size_t which)
{
	size_t i;

	for (i = 0; i < which; i++) {
		if (name_equal(evidence->servers[i].zone,
		    evidence->servers[which].zone))
			return false;
	}
	return true;
}

void
judge_server_answers(struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	size_t i, checked = 0;

	for (i = 0; i < evidence->server_count; i++) {
		judge_unanswered(state, &evidence->servers[i]);
		judge_denials(state, &evidence->servers[i]);
	}
	for (i = 0; i < evidence->server_count; i++) {
		if (is_first_of_zone(evidence, i))
			judge_signed_zone(state, i, &checked);
	}
}
