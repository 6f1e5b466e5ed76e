/*
 * What each name server said itself, in the JSON report (--authoritative).
 */
#include "checker/evidence/evidence.h"
#include "checker/report/json_put.h"
#include "checker/report/report_json.h"
#include "resolver/memory.h"
#include "smtp/address.h"

static void
put_mention(struct json_put *json, const char *key, enum server_mention mention)
{
	if (mention == MENTION_UNKNOWN)
		json_put_text(json, key, NULL);
	else
		json_put_flag(json, key, mention == MENTION_YES);
}

/* null: no packet came. */
static void
put_rcode(struct json_put *json, const struct answer *answer)
{
	const char *name = dns_rcode_name(answer->rcode);
	const bool heard = answer->kind != ANSWER_UNUSABLE ||
	    answer->fault == ANSWER_FAULT_RCODE;

	if (heard && name == NULL)
		json_put_owned(json, "rcode",
		    memory_format("RCODE %u", answer->rcode));
	else
		json_put_text(json, "rcode", heard ? name : NULL);
}

/* Why it does not validate. Borrowed; NULL: nothing is known to be wrong. */
static const char *
find_flaw(const struct server_evidence *server, size_t answer)
{
	size_t i;

	for (i = 0; i < server->judged.flaw_count; i++) {
		if (server->judged.flaws[i].answer == answer)
			return server->judged.flaws[i].why;
	}
	return NULL;
}

static void
put_answer(struct json_put *json, const struct answer *answer,
    const char *flaw)
{
	static const char *const results[] = {
		[ANSWER_UNUSABLE] = "unusable",
		[ANSWER_RECORDS] = "records",
		[ANSWER_NO_DATA] = "no data",
		[ANSWER_NO_NAME] = "no name",
	};

	json_put_object(json, NULL);
	json_put_text(json, "owner", answer->owner);
	json_put_text(json, "type", dns_type_name(answer->type));
	put_rcode(json, answer);
	json_put_flag(json, "truncated", answer->truncated);
	json_put_text(json, "result", results[answer->kind]);
	json_put_number(json, "count", (intmax_t)answer->count);
	json_put_text(json, "why", answer->why != NULL ? answer->why : flaw);
	json_put_object_end(json);
}

static void
put_server(struct json_put *json, const struct evidence *evidence,
    const struct server_evidence *server)
{
	size_t i;

	json_put_object(json, NULL);
	json_put_text(json, "zone", server->zone);
	json_put_text(json, "name", server->name);
	if (server->address.family == 0)
		json_put_text(json, "address", NULL);
	else
		json_put_owned(json, "address", address_text(&server->address));
	json_put_text(json, "transport", server->tcp ? "tcp" : "udp");
	put_mention(json, "delegated", server->delegated);
	put_mention(json, "listed", evidence_server_listed(evidence, server));
	json_put_text(json, "not_asked", server->no_route ? "no route" :
	    server->reserved ? "special-purpose address" : NULL);
	json_put_array(json, "answers");
	for (i = 0; i < server->answer_count; i++)
		put_answer(json, server->answers[i], find_flaw(server, i));
	json_put_array_end(json);
	json_put_object_end(json);
}

void
report_json_servers(struct json_put *json, const struct evidence *evidence)
{
	size_t i;

	json_put_array(json, "servers");
	for (i = 0; i < evidence->server_count; i++)
		put_server(json, evidence, &evidence->servers[i]);
	json_put_array_end(json);
}
