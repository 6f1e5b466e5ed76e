/*
 * --authoritative: which name servers were asked, and whether they answered.
 */
#include <stdlib.h>
#include <string.h>

#include "checker/judge/judge_parts.h"
#include "checker/judge/server_says.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/* Whether a packet came from the server, whatever is in it. */
static bool
has_answered(const struct server_evidence *server)
{
	const struct answer *answer;
	size_t i;

	for (i = 0; i < server->answer_count; i++) {
		answer = server->answers[i];
		if (answer->kind != ANSWER_UNUSABLE ||
		    answer->fault == ANSWER_FAULT_RCODE ||
		    answer->fault == ANSWER_FAULT_MALFORMED)
			return true;
	}
	return false;
}

/*
 * No server at all has answered, though the resolver has found them: name
 * servers cannot be asked from here, which says nothing about them. False: that
 * is so.
 */
static bool
judge_reach(struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	struct finding *finding;
	size_t i, asked = 0;

	for (i = 0; i < evidence->server_count; i++) {
		if (has_answered(&evidence->servers[i]))
			return true;
		asked += evidence->servers[i].address.family != 0 &&
		    !evidence->servers[i].no_route &&
		    !evidence->servers[i].reserved;
	}
	if (asked < 2)
		return true;
	finding = judging_add(state, FINDING_EGRESS_BLOCKED,
	    "none of the name servers answers this machine: its network "
	    "probably does not allow asking them");
	advice_add_text(&finding->advice, "run mxdane elsewhere, or without "
	    "--authoritative");
	return false;
}

/* Servers without a route, for example for want of IPv6: reported in one. */
static void
judge_unrouted(struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	const struct server_evidence *first = NULL;
	struct finding *finding;
	size_t i, count = 0;

	for (i = 0; i < evidence->server_count; i++) {
		if (!evidence->servers[i].no_route)
			continue;
		if (first == NULL)
			first = &evidence->servers[i];
		count++;
	}
	if (first == NULL)
		return;
	finding = judging_add(state, FINDING_NS_NOT_ASKED,
	    "no route to it from this machine%s",
	    count > 1 ? ", nor to others" : "");
	advice_add_text(&finding->advice, "run mxdane elsewhere to check it, "
	    "too");
	judging_set_server(finding, first);
}

/* Whether an earlier server has the same name and address. */
static bool
is_told(const struct evidence *evidence, size_t which)
{
	const struct server_evidence *server = &evidence->servers[which];
	size_t i;

	for (i = 0; i < which; i++) {
		if (strcmp(evidence->servers[i].name, server->name) == 0 &&
		    address_equal(&evidence->servers[i].address,
		    &server->address))
			return true;
	}
	return false;
}

/* Servers that nobody on the Internet can ask, each once. */
static void
judge_reserved(struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	const struct server_evidence *server;
	struct finding *finding;
	const char *purpose;
	size_t i;

	for (i = 0; i < evidence->server_count; i++) {
		server = &evidence->servers[i];
		purpose = address_special_purpose(&server->address);
		if (!server->reserved || is_told(evidence, i))
			continue;
		finding = judging_add(state, FINDING_NS_NOT_ASKED,
		    "it is at a special-purpose address, so it was not asked: "
		    "%s", purpose != NULL ? purpose : "unknown purpose");
		advice_add_text(&finding->advice, "publish the server's public "
		    "address, or use --allow-reserved if this one is "
		    "intended");
		judging_set_server(finding, server);
	}
}

/* Whether an earlier server of the zone has the same name. */
static bool
is_named(const struct evidence *evidence, size_t which)
{
	const struct server_evidence *server = &evidence->servers[which];
	size_t i;

	for (i = 0; i < which; i++) {
		if (strcmp(evidence->servers[i].name, server->name) == 0 &&
		    name_equal(evidence->servers[i].zone, server->zone))
			return true;
	}
	return false;
}

static void
judge_alias(struct judge_state *state, size_t which)
{
	const struct server_evidence *server = &state->evidence->servers[which];

	if (server->alias && !is_named(state->evidence, which))
		judging_set_server(judging_add(state, FINDING_NS_ALIAS,
		    "is an alias (CNAME), and the NS records of %s name it",
		    server->zone), server);
}

/* Names that are told; of more, the number. */
#define NAMES_TOLD	3

/* Whether the zone and its parent differ about the server, in that way. */
static bool
is_odd(const struct evidence *evidence, size_t which,
    enum server_mention delegated)
{
	const struct server_evidence *server = &evidence->servers[which];
	const enum server_mention listed = evidence_server_listed(evidence,
	    server);

	return server->delegated == delegated && listed != MENTION_UNKNOWN &&
	    listed != delegated && !is_named(evidence, which);
}

/* Of the servers of the zone of FIRST, those from there on that are odd. */
static void
judge_mentions(struct judge_state *state, size_t first,
    enum server_mention delegated)
{
	const struct evidence *evidence = state->evidence;
	const char *zone = evidence->servers[first].zone;
	char *names = NULL, *text;
	struct finding *finding;
	size_t i, count = 0;

	for (i = first; i < evidence->server_count; i++) {
		if (!name_equal(evidence->servers[i].zone, zone) ||
		    !is_odd(evidence, i, delegated))
			continue;
		if (count++ < NAMES_TOLD)
			names = memory_join(names, ", ",
			    evidence->servers[i].name);
	}
	if (count == 0)
		return;
	text = count > NAMES_TOLD ? memory_format("%s and %zu more", names,
	    count - NAMES_TOLD) : memory_string(names);
	finding = delegated == MENTION_YES ? judging_add(state,
	    FINDING_NS_PARENT_DIFFERS, "the parent zone delegates %s to %s, "
	    "which its own NS records do not name", zone, text) :
	    judging_add(state, FINDING_NS_PARENT_DIFFERS, "the NS records of "
	    "%s name %s, to which its parent zone does not delegate", zone,
	    text);
	if (evidence_zone(evidence, zone) != NULL)
		finding->place.zone = evidence_zone(evidence, zone)->name;
	else
		judging_set_server(finding, &evidence->servers[first]);
	free(text);
	free(names);
}

/* What the NS records say of the servers, in the zone and above. */
static void
judge_names(struct judge_state *state, size_t which)
{
	judge_alias(state, which);
	if (!server_says_first(state->evidence, which))
		return;
	judge_mentions(state, which, MENTION_YES);
	judge_mentions(state, which, MENTION_NO);
}

static bool
has_error(const struct finding_list *findings, size_t from)
{
	size_t i;

	for (i = from; i < findings->count; i++) {
		if (findings->items[i].severity == SEVERITY_ERROR)
			return true;
	}
	return false;
}

enum verdict
judge_nameservers(struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	const size_t before = state->findings->count;
	struct finding *finding;
	size_t i;

	/* Their answers are for judge_next. */
	if (evidence->servers_next)
		return VERDICT_PASS;
	judge_unrouted(state);
	judge_reserved(state);
	if (!judge_reach(state))
		return VERDICT_UNKNOWN;
	for (i = 0; i < evidence->server_count; i++)
		judge_names(state, i);
	judge_server_answers(state);
	judge_server_differences(state);
	if (has_error(state->findings, before))
		return VERDICT_FAIL;
	if (!evidence->servers_unasked)
		return VERDICT_PASS;
	finding = judging_add(state, FINDING_TIMEOUT, "there was no time, or "
	    "no room, left to ask every name server (--authoritative)");
	advice_add_text(&finding->advice, "try again with a larger --timeout, "
	    "or fewer domains");
	return VERDICT_UNKNOWN;
}
