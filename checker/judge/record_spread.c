#include "checker/judge/record_spread.h"

#include <string.h>

#include "checker/judge/server_says.h"
#include "resolver/name.h"
#include "resolver/query.h"

/* What a name server lets know of it. */
enum standing {
	STANDING_UNKNOWN,
	STANDING_ELSEWHERE,	/* it is not asked: others have the name */
	STANDING_LACKS,
	STANDING_LACKS_ALL,	/* it has no TLSA record at the name */
	STANDING_LEADS,		/* to where the record is: it has the alias */
	STANDING_HAS,
};

static bool
has_record(const struct answer *answer, const uint8_t *data, size_t size)
{
	size_t i;

	for (i = 0; i < answer->count; i++) {
		if (answer->records[i].size == size &&
		    memcmp(answer->records[i].data, data, size) == 0)
			return true;
	}
	return false;
}

/* The same alias leads to the record, be that in another zone. */
static bool
is_same_alias(const struct answer *answer, const struct answer *tlsa)
{
	return answer->aliased && tlsa->aliased && answer->target != NULL &&
	    tlsa->target != NULL && name_equal(answer->target, tlsa->target);
}

/* DATA is NULL: any record will do. */
static enum standing
standing_by(const struct answer *answer, const struct answer *tlsa,
    const uint8_t *data, size_t size)
{
	if (!server_says(answer))
		return answer->origin != NULL &&
		    query_standing(answer) == QUERY_REFERS ?
		    STANDING_ELSEWHERE : STANDING_UNKNOWN;
	if (data == NULL || has_record(answer, data, size))
		return STANDING_HAS;
	if (is_same_alias(answer, tlsa))
		return STANDING_LEADS;
	return answer->count == 0 && !answer->aliased ? STANDING_LACKS_ALL :
	    STANDING_LACKS;
}

/* The server's answers: to the owner, and where its alias leads. */
enum question { OF_OWNER, OF_EXPANDED, QUESTIONS };

static const struct answer *
answer_of(const struct server_evidence *server, const struct answer *tlsa,
    enum question question)
{
	if (question == OF_EXPANDED && !tlsa->aliased)
		return NULL;
	return server_says_to(server, question == OF_OWNER ? tlsa->owner :
	    tlsa->expanded, DNS_TLSA);
}

static enum standing
standing_of(const struct server_evidence *server, const struct answer *tlsa,
    const uint8_t *data, size_t size)
{
	enum standing standing = STANDING_UNKNOWN, now;
	const struct answer *answer;
	int i;

	for (i = 0; i < QUESTIONS; i++) {
		answer = answer_of(server, tlsa, (enum question)i);
		if (answer == NULL)
			continue;
		now = standing_by(answer, tlsa, data, size);
		if (now == STANDING_LACKS || now == STANDING_LACKS_ALL)
			return now;
		if (now > standing)
			standing = now;
	}
	return standing;
}

static bool
is_asked(const struct server_evidence *server, const struct answer *tlsa)
{
	return answer_of(server, tlsa, OF_OWNER) != NULL ||
	    answer_of(server, tlsa, OF_EXPANDED) != NULL;
}

/* Whether servers of its zone are asked for the records. */
static bool
is_concerned(const struct evidence *evidence,
    const struct server_evidence *server, const struct answer *tlsa)
{
	const struct server_evidence *other;
	size_t i;

	if (is_asked(server, tlsa))
		return true;
	for (i = 0; i < evidence->server_count; i++) {
		other = &evidence->servers[i];
		if (name_equal(other->zone, server->zone) &&
		    is_asked(other, tlsa))
			return true;
	}
	return false;
}

/* Whether the server has said something at any of its addresses. */
static bool
is_heard(const struct evidence *evidence,
    const struct server_evidence *server, const struct answer *tlsa)
{
	const struct server_evidence *other;
	size_t i;

	for (i = 0; i < evidence->server_count; i++) {
		other = &evidence->servers[i];
		if (name_equal(other->zone, server->zone) &&
		    name_equal(other->name, server->name) &&
		    standing_of(other, tlsa, NULL, 0) != STANDING_UNKNOWN)
			return true;
	}
	return false;
}

struct record_spread
record_spread_of(const struct evidence *evidence, const struct answer *tlsa)
{
	struct record_spread spread = { .evidence = evidence, .tlsa = tlsa };
	const struct server_evidence *server;
	size_t i;

	for (i = 0; i < evidence->server_count; i++) {
		server = &evidence->servers[i];
		if (is_concerned(evidence, server, tlsa) &&
		    !is_heard(evidence, server, tlsa)) {
			spread.silent = server;
			break;
		}
	}
	return spread;
}

void
record_spread_find(struct record_spread *spread, const uint8_t *data,
    size_t size)
{
	const struct evidence *evidence = spread->evidence;
	enum standing standing;
	bool found = false;
	size_t i;

	spread->behind = NULL;
	spread->behind_empty = true;
	for (i = 0; i < evidence->server_count; i++) {
		standing = standing_of(&evidence->servers[i], spread->tlsa,
		    data, size);
		found |= standing == STANDING_HAS;
		if (standing != STANDING_LACKS &&
		    standing != STANDING_LACKS_ALL)
			continue;
		spread->behind_empty &= standing == STANDING_LACKS_ALL;
		if (spread->behind == NULL)
			spread->behind = &evidence->servers[i];
	}
	spread->everywhere = found && spread->behind == NULL &&
	    spread->silent == NULL && !evidence->servers_unasked &&
	    evidence->server_total == evidence->server_count;
}
