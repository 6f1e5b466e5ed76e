#include "checker/judge/judging.h"

#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"

#define OVER_TCP " over TCP"

char *
judging_server_text(const struct server_evidence *server)
{
	char *address, *text;

	if (server->address.family == 0)
		return memory_string(server->name);
	address = address_text(&server->address);
	text = memory_format("%s [%s]%s", server->name, address,
	    server->tcp ? OVER_TCP : "");
	free(address);
	return text;
}

static bool
has_record(const struct answer *answer, const struct answer_record *record)
{
	size_t i;

	for (i = 0; i < answer->count; i++) {
		if (answer->records[i].size == record->size &&
		    memcmp(answer->records[i].data, record->data,
		    record->size) == 0)
			return true;
	}
	return false;
}

/* Whether two answers say the same, in whatever order. */
static bool
same_answer(const struct answer *a, const struct answer *b)
{
	size_t i;

	if (a->kind != b->kind)
		return false;
	for (i = 0; i < a->count; i++) {
		if (!has_record(b, &a->records[i]))
			return false;
	}
	for (i = 0; i < b->count; i++) {
		if (!has_record(a, &b->records[i]))
			return false;
	}
	return true;
}

static const struct answer *
find_answer(const struct server_evidence *server, const char *owner,
    enum dns_type type)
{
	size_t i;

	for (i = 0; i < server->answer_count; i++) {
		if (server->answers[i]->type == type &&
		    strcmp(server->answers[i]->owner, owner) == 0)
			return server->answers[i];
	}
	return NULL;
}

/* Whether NAME is ABOVE or a name below it. */
static bool
is_at_or_below(const char *name, const char *above)
{
	size_t length = strlen(name), skip;

	if (length < strlen(above))
		return false;
	skip = length - strlen(above);
	return strcmp(name + skip, above) == 0 &&
	    (skip == 0 || name[skip - 1] == '.');
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

	if (answer->type != DNS_A || answer->kind != ANSWER_NO_NAME)
		return false;
	for (i = 0; i < server->answer_count; i++) {
		below = server->answers[i];
		if (below->type == DNS_TLSA && answer_has_records(below) &&
		    is_at_or_below(below->owner, answer->owner))
			return true;
	}
	return false;
}

bool
judging_is_said(const struct judge_state *state, enum finding_code code,
    const char *text)
{
	const struct finding_list *list = &state->evidence->findings;
	const char *host = state->host != NULL ? state->host->name : "";
	const char *tcp = strstr(text, OVER_TCP);
	const struct finding *finding;
	size_t head, i;

	if (tcp == NULL)
		return false;
	head = (size_t)(tcp - text);
	for (i = 0; i < list->count; i++) {
		finding = &list->items[i];
		if (finding->code == code && strcmp(host,
		    finding->host != NULL ? finding->host : "") == 0 &&
		    strncmp(finding->text, text, head) == 0 &&
		    strcmp(finding->text + head, tcp + strlen(OVER_TCP)) == 0)
			return true;
	}
	return false;
}

/* Adds what is wrong with a server. TEXT is taken over. */
static void
say_lame(const struct judge_state *state, char *text)
{
	struct finding *finding;

	if (judging_is_said(state, FINDING_NS_LAME, text)) {
		free(text);
		return;
	}
	finding = finding_add(&state->evidence->findings, FINDING_NS_LAME,
	    "%s", text);
	finding_advise(finding, "mend it, or take it out of the zone's NS "
	    "records");
	judging_place(state, finding, NULL, KEY_UNKNOWN);
	free(text);
}

/*
 * The questions that it leaves without a usable answer, told by the first one.
 */
static void
judge_silences(const struct judge_state *state,
    const struct server_evidence *server, const char *who)
{
	const struct answer *first = NULL;
	size_t i, count = 0;

	for (i = 0; i < server->answer_count; i++) {
		if (server->answers[i]->kind != ANSWER_UNUSABLE)
			continue;
		if (first == NULL)
			first = server->answers[i];
		count++;
	}
	if (count == 1)
		say_lame(state, memory_format("%s: no usable answer: %s",
		    who, first->why));
	else if (count > 1)
		say_lame(state, memory_format("%s: no usable answer to %zu "
		    "questions, the first: %s", who, count, first->why));
}

static void
judge_server(const struct judge_state *state,
    const struct server_evidence *server)
{
	const struct answer *answer;
	char *who = judging_server_text(server);
	size_t i;

	judge_silences(state, server, who);
	for (i = 0; i < server->answer_count; i++) {
		answer = server->answers[i];
		if (denies_wrongly(server, answer))
			say_lame(state, memory_format("%s denies that %s "
			    "exists, although there are TLSA records at or "
			    "below it", who, answer->owner));
	}
	free(who);
}

/*
 * Octets of an SOA record from its serial number to its end (RFC 1035 3.3.13).
 */
#define SOA_NUMBERS 20

/* What an answer says, in few words. Owned by the caller. */
static char *
answer_summary(const struct answer *answer)
{
	const struct answer_record *record = answer->records;
	const uint8_t *serial;

	if (answer->type == DNS_SOA && answer->count == 1 &&
	    record->size > SOA_NUMBERS) {
		serial = record->data + record->size - SOA_NUMBERS;
		return memory_format("serial %lu",
		    (unsigned long)serial[0] << 24 |
		    (unsigned long)serial[1] << 16 |
		    (unsigned long)serial[2] << 8 | serial[3]);
	}
	if (answer->count == 0)
		return memory_string(answer->kind == ANSWER_NO_NAME ?
		    "no such name" : "no record");
	return memory_format("%zu record%s", answer->count,
	    answer->count == 1 ? "" : "s");
}

/* Two servers that answer a question each in its own way. */
static void
say_different(const struct judge_state *state,
    const struct server_evidence *first, const struct answer *theirs,
    const struct server_evidence *second, const struct answer *answer)
{
	char *whom = judging_server_text(first);
	char *who = judging_server_text(second);
	char *a = answer_summary(theirs), *b = answer_summary(answer);
	const bool telling = strcmp(a, b) != 0;
	struct finding *finding;
	char *text;

	text = memory_format("%s and %s do not say the same about %s "
	    "%s%s%s%s%s%s", whom, who, dns_type_name(answer->type),
	    answer->owner, telling ? " (" : "", telling ? a : "",
	    telling ? " and " : "", telling ? b : "", telling ? ")" : "");
	if (!judging_is_said(state, FINDING_NS_INCONSISTENT, text)) {
		finding = finding_add(&state->evidence->findings,
		    FINDING_NS_INCONSISTENT, "%s", text);
		finding_advise(finding, "see that all name servers of the "
		    "zone have the same copy of it");
		judging_place(state, finding, NULL, KEY_UNKNOWN);
	}
	free(text);
	free(whom);
	free(who);
	free(a);
	free(b);
}

/* Each server's answers against those of the zone's first one that answered. */
static void
compare_server(const struct judge_state *state, size_t which)
{
	const struct evidence *evidence = state->evidence;
	const struct server_evidence *server = &evidence->servers[which];
	const struct server_evidence *first;
	const struct answer *answer, *theirs;
	size_t i, j;

	for (i = 0; i < server->answer_count; i++) {
		answer = server->answers[i];
		for (j = 0; j < which && answer->kind != ANSWER_UNUSABLE; j++) {
			first = &evidence->servers[j];
			theirs = strcmp(first->zone, server->zone) != 0 ?
			    NULL : find_answer(first, answer->owner,
			    answer->type);
			if (theirs == NULL || theirs->kind == ANSWER_UNUSABLE)
				continue;
			if (!same_answer(answer, theirs))
				say_different(state, first, theirs, server,
				    answer);
			break;
		}
	}
}

static bool
has_answered(const struct server_evidence *server)
{
	size_t i;

	for (i = 0; i < server->answer_count; i++) {
		if (server->answers[i]->kind != ANSWER_UNUSABLE)
			return true;
	}
	return false;
}

/*
 * No server at all has answered, though the resolver has found them: here, name
 * servers cannot be asked, and that says nothing about them.
 */
static bool
judge_reach(const struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	size_t i, asked = 0;

	for (i = 0; i < evidence->server_count; i++) {
		if (has_answered(&evidence->servers[i]))
			return true;
		asked += evidence->servers[i].address.family != 0 &&
		    !evidence->servers[i].no_route;
	}
	if (asked < 2)
		return true;
	finding_advise(judging_place(state, finding_add(
	    &state->evidence->findings, FINDING_EGRESS_BLOCKED,
	    "none of the name servers answers this machine: its network "
	    "probably does not allow to ask them"), NULL, KEY_UNKNOWN),
	    "run mxdane elsewhere, or without --authoritative");
	return false;
}

/* Those that there is no way to, for example by IPv6, in one line. */
static void
say_unrouted(const struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	struct finding *finding;
	char *who = NULL;
	size_t i, count = 0;

	for (i = 0; i < evidence->server_count; i++) {
		if (!evidence->servers[i].no_route)
			continue;
		if (who == NULL)
			who = judging_server_text(&evidence->servers[i]);
		count++;
	}
	if (who == NULL)
		return;
	finding = finding_add(&state->evidence->findings,
	    FINDING_NS_NOT_ASKED, "from this machine there is no way to %s%s",
	    who, count > 1 ? " and others" : "");
	finding_advise(finding, "%s",
	    finding_code_meaning(FINDING_NS_NOT_ASKED));
	judging_place(state, finding, NULL, KEY_UNKNOWN);
	free(who);
}

enum verdict
judge_nameservers(const struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	size_t i, before;

	say_unrouted(state);
	if (!judge_reach(state))
		return VERDICT_UNKNOWN;
	before = evidence->findings.count;
	for (i = 0; i < evidence->server_count; i++) {
		judge_server(state, &evidence->servers[i]);
		compare_server(state, i);
	}
	if (evidence->findings.count > before)
		return VERDICT_FAIL;
	if (!evidence->servers_unasked)
		return VERDICT_PASS;
	finding_advise(judging_place(state, finding_add(
	    &state->evidence->findings, FINDING_TIMEOUT, "there was no time, "
	    "or no room, left to ask every name server (--authoritative)"),
	    NULL, KEY_UNKNOWN), "try again with a larger --timeout, or fewer "
	    "domains");
	return VERDICT_UNKNOWN;
}
