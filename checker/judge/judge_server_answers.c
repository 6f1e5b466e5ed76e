/*
 * --authoritative: what each name server said, by itself: whether it answers,
 * and whether its answers validate.
 */
#include <stdlib.h>

#include "checker/judge/judge_parts.h"
#include "checker/judge/server_says.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/query.h"

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

/* "server_text" of a server's place. Owned by the caller. */
static char *
server_place_text(const struct server_evidence *server)
{
	const struct finding_server place = evidence_server_place(server);

	return finding_server_text(&place);
}

/* Those that do not validate with the server's own keys, or any. */
static void
judge_invalid(struct judge_state *state, const struct server_evidence *server)
{
	const struct server_flaw *flaw, *first = NULL;
	struct finding *finding;
	size_t i, count = 0;

	for (i = 0; i < server->judged.flaw_count; i++) {
		flaw = &server->judged.flaws[i];
		if (flaw->foreign || denies_wrongly(server,
		    server->answers[flaw->answer]))
			continue;
		if (first == NULL)
			first = flaw;
		count++;
	}
	if (count == 0)
		return;
	finding = judging_add(state, FINDING_NS_LAME, "%zu of its answers "
	    "do%s not validate: %s", count, count == 1 ? "es" : "",
	    first->why);
	if (server->judged.keyed) {
		advise(finding, server);
		return;
	}
	advice_add_text(&finding->advice, "mend the zone, not this server: "
	    "none of its name servers has keys that validate");
	judging_set_server(finding, server);
}

/* The first that does not validate with the keys of another server. */
static void
judge_foreign(struct judge_state *state, const struct server_evidence *server)
{
	const struct server_flaw *flaw;
	const struct answer *answer;
	struct finding *finding;
	char *whom;
	size_t i;

	for (i = 0; i < server->judged.flaw_count; i++) {
		flaw = &server->judged.flaws[i];
		if (!flaw->foreign)
			continue;
		answer = server->answers[flaw->answer];
		whom = server_place_text(&state->evidence->servers[flaw->by]);
		finding = judging_add(state, FINDING_NS_INCONSISTENT,
		    "its answer to %s %s does not validate with the keys that "
		    "%s gives out: %s", dns_type_name(answer->type),
		    answer->owner, whom, flaw->why);
		advice_add_text(&finding->advice, "have each server's DNSKEY "
		    "records include the keys of all that sign (RFC 8901 2)");
		judging_set_server(finding, server);
		free(whom);
		return;
	}
}

void
judge_server_answers(struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	size_t i;

	for (i = 0; i < evidence->server_count; i++) {
		judge_unanswered(state, &evidence->servers[i]);
		judge_denials(state, &evidence->servers[i]);
		judge_invalid(state, &evidence->servers[i]);
		judge_foreign(state, &evidence->servers[i]);
	}
}
