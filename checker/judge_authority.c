#include "checker/judge_parts.h"

#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"

char *
judging_server_text(const struct server_evidence *server)
{
	char *address, *text;

	if (server->address.family == 0)
		return memory_string(server->name);
	address = address_text(&server->address);
	text = memory_format("%s [%s]%s", server->name, address,
	    server->tcp ? " over TCP" : "");
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

	if (a->kind != b->kind || a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++) {
		if (!has_record(b, &a->records[i]))
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
	size_t i, skip;

	if (answer->type != DNS_A || answer->kind != ANSWER_NO_NAME)
		return false;
	for (i = 0; i < server->answer_count; i++) {
		below = server->answers[i];
		if (below->type != DNS_TLSA || !answer_has_records(below) ||
		    strlen(below->owner) < strlen(answer->owner))
			continue;
		skip = strlen(below->owner) - strlen(answer->owner);
		if (strcmp(below->owner + skip, answer->owner) == 0)
			return true;
	}
	return false;
}

static void
judge_server(const struct judging *judging,
    const struct server_evidence *server)
{
	struct finding_list *findings = &judging->evidence->findings;
	const struct answer *answer;
	struct finding *finding;
	char *who = judging_server_text(server);
	size_t i;

	for (i = 0; i < server->answer_count; i++) {
		answer = server->answers[i];
		if (answer->kind == ANSWER_UNUSABLE)
			finding = finding_add(findings, FINDING_NS_LAME,
			    "%s gives no usable answer: %s", who, answer->why);
		else if (denies_wrongly(server, answer))
			finding = finding_add(findings, FINDING_NS_LAME,
			    "%s denies that %s exists, although it has TLSA "
			    "records below it", who, answer->owner);
		else
			continue;
		finding_advise(finding, "%s",
		    finding_code_meaning(FINDING_NS_LAME));
		judging_place(judging, finding, NULL, KEY_UNKNOWN);
	}
	free(who);
}

/* Each server's answers against those of the zone's first one that answered. */
static void
compare_server(const struct judging *judging, size_t which)
{
	const struct evidence *evidence = judging->evidence;
	const struct server_evidence *server = &evidence->servers[which];
	const struct answer *answer, *other;
	struct finding *finding;
	char *who, *whom;
	size_t i, j;

	for (i = 0; i < server->answer_count; i++) {
		answer = server->answers[i];
		for (j = 0; j < which && answer->kind != ANSWER_UNUSABLE; j++) {
			other = strcmp(evidence->servers[j].zone,
			    server->zone) != 0 ? NULL :
			    find_answer(&evidence->servers[j], answer->owner,
			    answer->type);
			if (other == NULL || other->kind == ANSWER_UNUSABLE)
				continue;
			if (same_answer(answer, other))
				break;
			who = judging_server_text(server);
			whom = judging_server_text(&evidence->servers[j]);
			finding = finding_add(&judging->evidence->findings,
			    FINDING_NS_INCONSISTENT,
			    "%s and %s do not say the same about %s %s", whom,
			    who, dns_type_name(answer->type), answer->owner);
			finding_advise(finding, "%s", finding_code_meaning(
			    FINDING_NS_INCONSISTENT));
			judging_place(judging, finding, NULL, KEY_UNKNOWN);
			free(who);
			free(whom);
			break;
		}
	}
}

bool
judge_authority(const struct judging *judging)
{
	const struct evidence *evidence = judging->evidence;
	size_t i, before = evidence->findings.count;

	for (i = 0; i < evidence->server_count; i++) {
		judge_server(judging, &evidence->servers[i]);
		compare_server(judging, i);
	}
	return evidence->findings.count > before;
}
