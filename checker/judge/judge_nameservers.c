/*
 * --authoritative: what each name server of the zones said by itself.
 */
#include <stdlib.h>
#include <string.h>

#include "checker/judge/judge_parts.h"
#include "resolver/memory.h"
#include "resolver/name.h"

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
		    name_is_at_or_below(below->owner, answer->owner))
			return true;
	}
	return false;
}

static void
advise_lame(struct finding *finding, const struct server_evidence *server)
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
	size_t i, count = 0;

	for (i = 0; i < server->answer_count; i++) {
		if (server->answers[i]->kind != ANSWER_UNUSABLE)
			continue;
		if (first == NULL)
			first = server->answers[i];
		count++;
	}
	if (count == 0)
		return;
	if (count == 1)
		finding = judging_add(state, FINDING_NS_LAME,
		    "no usable answer: %s", first->why);
	else
		finding = judging_add(state, FINDING_NS_LAME,
		    "no usable answer to %zu questions, the first: %s", count,
		    first->why);
	advise_lame(finding, server);
}

static void
judge_denials(struct judge_state *state, const struct server_evidence *server)
{
	const struct answer *answer;
	size_t i;

	for (i = 0; i < server->answer_count; i++) {
		answer = server->answers[i];
		if (denies_wrongly(server, answer))
			advise_lame(judging_add(state, FINDING_NS_LAME,
			    "denies that %s exists, although there are TLSA "
			    "records at or below it", answer->owner), server);
	}
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

/* SERVER answers a question in another way than FIRST does. */
static void
add_different(struct judge_state *state, const struct server_evidence *first,
    const struct answer *theirs, const struct server_evidence *server,
    const struct answer *answer)
{
	const struct finding_server other = evidence_server_place(first);
	char *whom = finding_server_text(&other);
	char *a = answer_summary(answer), *b = answer_summary(theirs);
	const bool telling = strcmp(a, b) != 0;
	struct finding *finding;

	finding = judging_add(state, FINDING_NS_INCONSISTENT, "differs from %s "
	    "about %s %s%s%s%s%s%s", whom, dns_type_name(answer->type),
	    answer->owner, telling ? " (" : "", telling ? a : "",
	    telling ? " and " : "", telling ? b : "", telling ? ")" : "");
	advice_add_text(&finding->advice, "see that all name servers of the "
	    "zone have the same copy of it");
	judging_set_server(finding, server);
	free(whom);
	free(a);
	free(b);
}

/* Compares a server with the first of its zone that answered each question. */
static void
compare_server(struct judge_state *state, size_t which)
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
				add_different(state, first, theirs, server,
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

enum verdict
judge_nameservers(struct judge_state *state)
{
	const struct evidence *evidence = state->evidence;
	struct finding *finding;
	size_t i, before;

	judge_unrouted(state);
	judge_reserved(state);
	if (!judge_reach(state))
		return VERDICT_UNKNOWN;
	before = state->findings->count;
	for (i = 0; i < evidence->server_count; i++) {
		judge_unanswered(state, &evidence->servers[i]);
		judge_denials(state, &evidence->servers[i]);
		compare_server(state, i);
	}
	if (state->findings->count > before)
		return VERDICT_FAIL;
	if (!evidence->servers_unasked)
		return VERDICT_PASS;
	finding = judging_add(state, FINDING_TIMEOUT, "there was no time, or "
	    "no room, left to ask every name server (--authoritative)");
	advice_add_text(&finding->advice, "try again with a larger --timeout, "
	    "or fewer domains");
	return VERDICT_UNKNOWN;
}
