#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/query.h"
#include "resolver/query_records.h"

#define CLASS_IN	1
#define RCODE_NOERROR	0
#define RCODE_NXDOMAIN	3

/* The octet of the header that has the flag of an authoritative answer. */
#define AT_FLAGS	2
#define FLAG_AA		0x04

#define IPV4_OCTETS	4
#define IPV6_OCTETS	16

static bool
is_owned_by(const struct answer_origin *origin,
    const struct query_record *record, const char *name)
{
	size_t at = record->owner;
	char *owner = query_records_name(origin->packet, origin->size, &at);
	const bool same = owner != NULL && name_equal(owner, name);

	free(owner);
	return same;
}

static struct query_server *
find_server(const struct query_referral *referral, const char *name)
{
	size_t i;

	for (i = 0; i < referral->count; i++) {
		if (name_equal(referral->servers[i].name, name))
			return &referral->servers[i];
	}
	return NULL;
}

/* NAME is owned. */
static void
add_server(struct query_referral *referral, char *name)
{
	if (find_server(referral, name) != NULL) {
		free(name);
	} else if (referral->count == QUERY_SERVERS_MAX) {
		referral->truncated = true;
		free(name);
	} else {
		referral->servers = memory_grow(referral->servers,
		    referral->count, sizeof(*referral->servers));
		referral->servers[referral->count++].name = name;
	}
}

/* The NS records of ZONE in a section. */
static void
read_servers(struct query_referral *referral,
    const struct answer_origin *origin, enum query_section wanted,
    const char *zone)
{
	struct query_records records;
	struct query_record record;
	enum query_section section;
	size_t at;
	char *name;

	query_records_begin(&records, origin->packet, origin->size);
	while ((section = query_records_next(&records, &record)) != QUERY_END) {
		if (section != wanted || record.type != DNS_NS ||
		    record.class != CLASS_IN ||
		    !is_owned_by(origin, &record, zone))
			continue;
		at = record.data;
		name = query_records_name(origin->packet, origin->size, &at);
		if (name != NULL && at == record.data + record.size)
			add_server(referral, name);
		else
			free(name);
	}
}

static bool
has_glue(const struct query_server *server, const uint8_t *octets, size_t size)
{
	size_t i;

	for (i = 0; i < server->glue_count; i++) {
		if (server->glue[i].size == size &&
		    memcmp(server->glue[i].data, octets, size) == 0)
			return true;
	}
	return false;
}

static size_t
glue_of_all(const struct query_referral *referral)
{
	size_t i, count = 0;

	for (i = 0; i < referral->count; i++)
		count += referral->servers[i].glue_count;
	return count;
}

static void
add_glue(struct query_referral *referral, const char *name,
    const uint8_t *octets, size_t size)
{
	struct query_server *server = find_server(referral, name);
	struct answer_record *glue;

	if (server == NULL || has_glue(server, octets, size))
		return;
	if (glue_of_all(referral) == QUERY_GLUE_MAX) {
		referral->truncated = true;
		return;
	}
	server->glue = memory_grow(server->glue, server->glue_count,
	    sizeof(*server->glue));
	glue = &server->glue[server->glue_count++];
	glue->data = memory_copy(octets, size);
	glue->size = size;
}

static bool
is_address(const struct query_record *record)
{
	return record->class == CLASS_IN &&
	    ((record->type == DNS_A && record->size == IPV4_OCTETS) ||
	    (record->type == DNS_AAAA && record->size == IPV6_OCTETS));
}

static void
read_glue(struct query_referral *referral, const struct answer_origin *origin)
{
	struct query_records records;
	struct query_record record;
	enum query_section section;
	size_t at;
	char *owner;

	query_records_begin(&records, origin->packet, origin->size);
	while ((section = query_records_next(&records, &record)) != QUERY_END) {
		if (section != QUERY_ADDITIONAL || !is_address(&record))
			continue;
		at = record.owner;
		owner = query_records_name(origin->packet, origin->size, &at);
		if (owner != NULL)
			add_glue(referral, owner, origin->packet + record.data,
			    record.size);
		free(owner);
	}
}

bool
query_referral_init(struct query_referral *referral,
    const struct answer *answer, const char *zone)
{
	const struct answer_origin *origin = answer->origin;

	memset(referral, 0, sizeof(*referral));
	if (origin == NULL || origin->packet == NULL ||
	    origin->rcode != RCODE_NOERROR)
		return false;
	read_servers(referral, origin, QUERY_ANSWER, zone);
	if (referral->count == 0)
		read_servers(referral, origin, QUERY_AUTHORITY, zone);
	if (referral->count > 0)
		read_glue(referral, origin);
	return referral->count > 0;
}

void
query_referral_clear(struct query_referral *referral)
{
	struct query_server *server;
	size_t i, j;

	for (i = 0; i < referral->count; i++) {
		server = &referral->servers[i];
		for (j = 0; j < server->glue_count; j++)
			free(server->glue[j].data);
		free(server->glue);
		free(server->name);
	}
	free(referral->servers);
	memset(referral, 0, sizeof(*referral));
}

/*
 * The zone at or above OWNER of which a name server is named, without an
 * answer. Owned by the caller; NULL: there is none.
 */
static char *
find_zone(const struct answer_origin *origin, const char *owner)
{
	struct query_records records;
	struct query_record record;
	enum query_section section;
	char *found = NULL, *zone;
	size_t at;

	query_records_begin(&records, origin->packet, origin->size);
	while ((section = query_records_next(&records, &record)) ==
	    QUERY_AUTHORITY) {
		if (record.type != DNS_NS || record.class != CLASS_IN)
			continue;
		at = record.owner;
		zone = query_records_name(origin->packet, origin->size, &at);
		if (found == NULL && zone != NULL &&
		    name_is_at_or_below(owner, zone))
			found = zone;
		else
			free(zone);
	}
	if (section == QUERY_END || section == QUERY_ADDITIONAL)
		return found;
	free(found);
	return NULL;
}

/* Whether it is an answer at all, by its RCODE. */
static bool
is_usable(const struct answer_origin *origin)
{
	return origin != NULL && origin->packet != NULL &&
	    origin->size >= QUERY_HEADER &&
	    (origin->rcode == RCODE_NOERROR || origin->rcode == RCODE_NXDOMAIN);
}

char *
query_referral_zone(const struct answer *answer)
{
	const struct answer_origin *origin = answer->origin;

	if (!is_usable(origin) || origin->rcode != RCODE_NOERROR ||
	    (origin->packet[AT_FLAGS] & FLAG_AA) != 0)
		return NULL;
	return find_zone(origin, answer->owner);
}

enum query_standing
query_standing(const struct answer *answer)
{
	const struct answer_origin *origin = answer->origin;
	char *zone;

	if (!is_usable(origin))
		return QUERY_STANDS_FOR_NOTHING;
	if (origin->packet[AT_FLAGS] & FLAG_AA)
		return QUERY_IS_AUTHORITATIVE;
	zone = query_referral_zone(answer);
	free(zone);
	return zone != NULL ? QUERY_REFERS : QUERY_STANDS_FOR_NOTHING;
}
