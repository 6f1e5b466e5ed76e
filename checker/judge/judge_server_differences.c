/*
 * --authoritative: in what the name servers of a zone differ. What matters to
 * DANE has to be the same everywhere; addresses may balance load, and serial
 * numbers differ while a transfer is under way.
 */
#include <stdlib.h>
#include <string.h>

#include "checker/judge/judge_parts.h"
#include "checker/judge/server_says.h"
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

	/* What is at the end of an alias is for the servers there to say. */
	if (a->aliased && b->aliased)
		return name_equal(a->expanded, b->expanded);
	if (a->kind != b->kind || a->aliased != b->aliased)
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

/* What does not validate is told of as such. */
static bool
is_flawed(const struct server_evidence *server, const struct answer *answer)
{
	const struct server_judgement *judged = &server->judged;
	size_t i;

	for (i = 0; i < judged->flaw_count; i++) {
		if (!judged->flaws[i].foreign &&
		    server->answers[judged->flaws[i].answer] == answer)
			return true;
	}
	return false;
}

/* The server's answer, if it says something. NULL: there is none. */
static const struct answer *
find_answer(const struct server_evidence *server, const char *owner,
    enum dns_type type)
{
	const struct answer *answer = server_says_to(server, owner, type);

	return answer != NULL && server_says(answer) &&
	    !is_flawed(server, answer) ? answer : NULL;
}

static bool
find_serial(const struct server_evidence *server, uint32_t *serial)
{
	const struct answer *soa = find_answer(server, server->zone, DNS_SOA);

	return soa != NULL && evidence_soa_serial(soa, serial);
}

/* Whether the copy that A has is the older one (RFC 1982 3.2). */
static bool
is_behind(const struct server_evidence *a, const struct server_evidence *b)
{
	uint32_t of_a, of_b;

	return find_serial(a, &of_a) && find_serial(b, &of_b) &&
	    of_a != of_b && of_b - of_a < UINT32_C(1) << 31;
}

/*
 * The server of the zone that the others are held against: of those with the
 * newest copy, the first.
 */
static const struct server_evidence *
find_reference(const struct evidence *evidence, const char *zone)
{
	const struct server_evidence *server, *reference = NULL;
	size_t i;

	for (i = 0; i < evidence->server_count; i++) {
		server = &evidence->servers[i];
		if (name_equal(server->zone, zone) && (reference == NULL ||
		    is_behind(reference, server)))
			reference = server;
	}
	return reference;
}

/*
 * Whether it does not matter to DANE what is said: of the zone itself, and of
 * names that are asked for to see whether they exist.
 */
static bool
may_differ(const struct answer *answer)
{
	switch (answer->type) {
	case DNS_MX:
	case DNS_TLSA:
		return false;
	case DNS_A:
	case DNS_AAAA:
		return answer->owner[0] == '_';
	default:
		return true;
	}
}

/* Load may be balanced so. */
static bool
balances(const struct answer *answer)
{
	return answer->type == DNS_A || answer->type == DNS_AAAA;
}

/* SERVER answers a question in another way than OTHER does. */
static void
add_different(struct judge_state *state, const struct server_evidence *other,
    const struct answer *theirs, const struct server_evidence *server,
    const struct answer *answer)
{
	const enum finding_code code = balances(answer) ?
	    FINDING_NS_ADDRESSES_DIFFER : FINDING_NS_INCONSISTENT;
	const struct finding_server place = evidence_server_place(other);
	char *whom = finding_server_text(&place);
	char *a = server_says_text(answer);
	char *b = server_says_text(theirs);
	const bool telling = strcmp(a, b) != 0;
	struct finding *finding;

	finding = judging_add(state, code, "differs from %s about %s "
	    "%s%s%s%s%s%s%s", whom, dns_type_name(answer->type),
	    answer->owner, telling ? " (" : "", telling ? a : "",
	    telling ? " and " : "", telling ? b : "", telling ? ")" : "",
	    is_behind(server, other) ? ": its copy of the zone is older" : "");
	if (code == FINDING_NS_INCONSISTENT)
		advice_add_text(&finding->advice, "see that all name servers "
		    "of the zone have the same copy of it");
	judging_set_server(finding, server);
	free(whom);
	free(a);
	free(b);
}

/* The same content, as far as it was asked for, under another number. */
static void
judge_serials(struct judge_state *state, const struct server_evidence *other,
    const struct server_evidence *server)
{
	const struct finding_server place = evidence_server_place(other);
	struct finding *finding;
	uint32_t serial, newest;
	char *whom;

	if (!find_serial(server, &serial) || !find_serial(other, &newest) ||
	    serial == newest)
		return;
	whom = finding_server_text(&place);
	finding = judging_add(state, FINDING_NS_SERIALS_DIFFER,
	    "has the serial number %lu, and %s %lu", (unsigned long)serial,
	    whom, (unsigned long)newest);
	judging_set_server(finding, server);
	free(whom);
}

/*
 * The server with whose answer to be compared: the reference, or the first that
 * has answered. NULL: there is none.
 */
static const struct server_evidence *
find_other(const struct evidence *evidence, size_t which,
    const struct server_evidence *reference, const struct answer *answer)
{
	const struct server_evidence *server = &evidence->servers[which];
	size_t i;

	if (server == reference)
		return NULL;
	if (find_answer(reference, answer->owner, answer->type) != NULL)
		return reference;
	for (i = 0; i < which; i++) {
		if (name_equal(evidence->servers[i].zone, server->zone) &&
		    find_answer(&evidence->servers[i], answer->owner,
		    answer->type) != NULL)
			return &evidence->servers[i];
	}
	return NULL;
}

static void
compare_server(struct judge_state *state, size_t which)
{
	const struct evidence *evidence = state->evidence;
	const struct server_evidence *server = &evidence->servers[which];
	const struct server_evidence *reference = find_reference(evidence,
	    server->zone);
	const struct server_evidence *other;
	const struct answer *answer, *theirs;
	bool same = true;
	size_t i;

	for (i = 0; i < server->answer_count; i++) {
		answer = server->answers[i];
		if (may_differ(answer) || !server_says(answer) ||
		    is_flawed(server, answer))
			continue;
		other = find_other(evidence, which, reference, answer);
		theirs = other == NULL ? NULL : find_answer(other,
		    answer->owner, answer->type);
		if (theirs == NULL || same_answer(answer, theirs))
			continue;
		add_different(state, other, theirs, server, answer);
		same &= balances(answer);
	}
	if (same && server != reference)
		judge_serials(state, reference, server);
}

void
judge_server_differences(struct judge_state *state)
{
	size_t i;

	for (i = 0; i < state->evidence->server_count; i++)
		compare_server(state, i);
}
