#include "checker/judge/server_says.h"

#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/query.h"

/*
 * Octets of an SOA record from its serial number to its end (RFC 1035 3.3.13).
 */
#define SOA_NUMBERS 20

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
server_says_serial(const struct answer *answer, uint32_t *serial)
{
	const struct answer_record *record = answer->records;
	const uint8_t *octets;

	if (answer->type != DNS_SOA || answer->count != 1 ||
	    record->size <= SOA_NUMBERS)
		return false;
	octets = record->data + record->size - SOA_NUMBERS;
	*serial = (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 |
	    (uint32_t)octets[2] << 8 | octets[3];
	return true;
}

char *
server_says_text(const struct answer *answer)
{
	uint32_t serial;

	if (server_says_serial(answer, &serial))
		return memory_format("serial %lu", (unsigned long)serial);
	if (answer->aliased)
		return memory_format("an alias of %s", answer->expanded);
	if (answer->count == 0)
		return memory_string(answer->kind == ANSWER_NO_NAME ?
		    "no such name" : "no record");
	return memory_format("%zu record%s", answer->count,
	    answer->count == 1 ? "" : "s");
}
