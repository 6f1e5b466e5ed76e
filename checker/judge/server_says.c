#include "checker/judge/server_says.h"

#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/query.h"

bool
server_says(const struct answer *answer)
{
	return answer->kind != ANSWER_UNUSABLE && !answer->truncated &&
	    (answer->origin == NULL ||
	    query_standing(answer) == QUERY_IS_AUTHORITATIVE);
}

const struct answer *
server_says_to(const struct server_evidence *server, const char *owner,
    enum dns_type type)
{
	size_t i;

	for (i = 0; i < server->answer_count; i++) {
		if (server->answers[i]->type == type &&
		    name_equal(server->answers[i]->owner, owner))
			return server->answers[i];
	}
	return NULL;
}

bool
server_says_first(const struct evidence *evidence, size_t which)
{
	size_t i;

	for (i = 0; i < which; i++) {
		if (name_equal(evidence->servers[i].zone,
		    evidence->servers[which].zone))
			return false;
	}
	return true;
}

char *
server_says_text(const struct answer *answer)
{
	uint32_t serial;

	if (evidence_soa_serial(answer, &serial))
		return memory_format("serial %lu", (unsigned long)serial);
	if (answer->aliased)
		return memory_format("an alias of %s", answer->expanded);
	if (answer->count == 0)
		return memory_string(answer->kind == ANSWER_NO_NAME ?
		    "no such name" : "no record");
	return memory_format("%zu record%s", answer->count,
	    answer->count == 1 ? "" : "s");
}
