#include "checker/report/trust_text.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/zone_facts.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"
#include "resolver/zone_keys.h"

/* More zones than a name has on its way. */
#define DEPTH_MAX	128

/* A list of numbers, each once: "8, 13". */
static char *
add_number(char *list, unsigned int number)
{
	char *text = memory_format("%u", number);
	const size_t size = strlen(text);
	const char *found = list;

	while (found != NULL && (found = strstr(found, text)) != NULL) {
		if ((found == list || found[-1] == ' ') &&
		    (found[size] == '\0' || found[size] == ','))
			break;
		found++;
	}
	if (found == NULL)
		list = memory_join(list, ", ", text);
	free(text);
	return list;
}

/* The algorithms of the zone's DS records, or else of its keys. Owned. */
static char *
algorithms(const struct zone_evidence *zone)
{
	const struct answer *answer = answer_has_records(zone->ds) ?
	    zone->ds : zone->dnskey;
	struct dns_key key;
	struct dns_ds ds;
	char *list = NULL;
	size_t i;

	for (i = 0; answer != NULL && i < answer->count; i++) {
		if (answer == zone->ds) {
			if (ds_read(&answer->records[i], &ds))
				list = add_number(list, ds.algorithm);
		} else if (dnskey_read(&answer->records[i], &key)) {
			list = add_number(list, key.algorithm);
		}
	}
	return list;
}

/* "DS 20326, 38696". Owned by the caller; NULL: it has none. */
static char *
ds_tags(const struct zone_evidence *zone)
{
	struct dns_ds ds;
	char *list = NULL, *text;
	size_t i;

	for (i = 0; zone->ds != NULL && i < zone->ds->count; i++) {
		if (ds_read(&zone->ds->records[i], &ds))
			list = add_number(list, ds.key_tag);
	}
	text = list != NULL ? memory_format("DS %s", list) : NULL;
	free(list);
	return text;
}

/* How the zone denies, and for how long its keys are signed. */
static char *
add_end(char *list, const struct evidence *evidence,
    const struct zone_evidence *zone)
{
	const struct answer *denial = zone_facts_denial(evidence, zone);
	struct zone_life life;
	char *date, *text;

	if (denial != NULL)
		list = memory_join(list, ", ",
		    denial->denial == ANSWER_DENIES_BY_NSEC3 ? "NSEC3" :
		    "NSEC");
	if (!zone_facts_life(zone, evidence->checked_at, &life))
		return list;
	date = text_date(life.until);
	text = memory_format("until %s, %d%% left", date, life.percent);
	list = memory_join(list, ", ", text);
	free(text);
	free(date);
	return list;
}

static char *
zone_text(const struct evidence *evidence, const struct zone_evidence *zone,
    bool last)
{
	char *list, *tags, *text;

	if (strcmp(zone->name, ".") == 0)
		return memory_string(".");
	list = algorithms(zone);
	tags = last ? NULL : ds_tags(zone);
	if (tags != NULL)
		list = memory_join(list, ", ", tags);
	free(tags);
	if (last)
		list = add_end(list, evidence, zone);
	text = list == NULL ? memory_string(zone->name) :
	    memory_format("%s (%s)", zone->name, list);
	free(list);
	return text;
}

char *
trust_text_path(const struct evidence *evidence,
    const struct zone_evidence *zone)
{
	char *path = zone_text(evidence, zone, true), *above, *text;
	const struct zone_evidence *parent;
	size_t depth;

	for (depth = 0; zone->parent != NULL && depth < DEPTH_MAX; depth++) {
		parent = evidence_zone(evidence, zone->parent);
		if (parent == NULL || parent == zone)
			break;
		above = zone_text(evidence, parent, false);
		text = memory_format("%s -> %s", above, path);
		free(above);
		free(path);
		path = text;
		zone = parent;
	}
	return path;
}

bool
trust_text_is_last(const struct evidence *evidence,
    const struct zone_evidence *zone)
{
	size_t i;

	for (i = 0; i < evidence->zone_count; i++) {
		if (evidence->zones[i].parent != NULL &&
		    name_equal(evidence->zones[i].parent, zone->name))
			return false;
	}
	return true;
}
