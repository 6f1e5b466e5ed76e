#include "checker/gather/ns_query.h"

#include <stdlib.h>

#include "resolver/memory.h"
#include "resolver/name.h"

void
ns_queries_add(struct ns_queries *queries, const char *owner,
    enum dns_type type)
{
	struct ns_query *query;
	size_t i;

	for (i = 0; i < queries->count; i++) {
		query = &queries->items[i];
		if (query->type == type && name_equal(query->owner, owner))
			return;
	}
	queries->items = memory_grow(queries->items, queries->count,
	    sizeof(*query));
	query = &queries->items[queries->count++];
	query->owner = memory_string(owner);
	query->type = type;
	query->zone = memory_string(owner);
}

void
ns_queries_add_zone(struct ns_queries *queries, const char *name,
    const char *zone)
{
	static const enum dns_type types[] = { DNS_SOA, DNS_NS, DNS_DNSKEY };
	struct ns_query *query;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		ns_queries_add(queries, zone, types[i]);
	for (i = 0; i < queries->count; i++) {
		query = &queries->items[i];
		if (!name_equal(query->owner, name) &&
		    !name_equal(query->owner, zone))
			continue;
		free(query->zone);
		query->zone = memory_string(zone);
		query->zone_found = true;
	}
}

void
ns_queries_clear(struct ns_queries *queries)
{
	size_t i;

	for (i = 0; i < queries->count; i++) {
		free(queries->items[i].owner);
		free(queries->items[i].zone);
	}
	free(queries->items);
	*queries = (struct ns_queries){ NULL, 0 };
}

struct ns_name *
ns_names_add(struct ns_names *names, const char *zone, const char *name)
{
	struct ns_name *added;
	size_t i;

	for (i = 0; i < names->count; i++) {
		added = &names->items[i];
		if (name_equal(added->zone, zone) &&
		    name_equal(added->name, name))
			return added;
	}
	names->total++;
	if (names->count == NS_NAMES_MAX)
		return NULL;
	names->items = memory_grow(names->items, names->count,
	    sizeof(*added));
	added = &names->items[names->count++];
	added->zone = memory_string(zone);
	added->name = memory_string(name);
	return added;
}

void
ns_name_add_glue(struct ns_name *name, const struct answer_record *glue)
{
	struct answer_record *added;

	name->glue = memory_grow(name->glue, name->glue_count,
	    sizeof(*name->glue));
	added = &name->glue[name->glue_count++];
	added->data = memory_copy(glue->data, glue->size);
	added->size = glue->size;
}

void
ns_names_clear(struct ns_names *names)
{
	struct ns_name *name;
	size_t i, j;

	for (i = 0; i < names->count; i++) {
		name = &names->items[i];
		for (j = 0; j < name->glue_count; j++)
			free(name->glue[j].data);
		free(name->glue);
		free(name->name);
		free(name->zone);
	}
	free(names->items);
	*names = (struct ns_names){ NULL, 0, 0 };
}
