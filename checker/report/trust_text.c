#include "checker/report/trust_text.h"

#include <stdlib.h>
#include <string.h>

#include "checker/evidence/zone_facts.h"
#include "resolver/dnskey.h"
#include "resolver/ds.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* Numbers of one kind that are shown of a zone: it chooses how many it has. */
#define NUMBERS_SHOWN	4

/* Different numbers, in the order in which they are seen. */
struct numbers {
	unsigned int	shown[NUMBERS_SHOWN];
	size_t		count;
	bool		more;
};

static void
add_number(struct numbers *numbers, unsigned int number)
{
	size_t i;

	for (i = 0; i < numbers->count; i++) {
		if (numbers->shown[i] == number)
			return;
	}
	if (numbers->count == NUMBERS_SHOWN)
		numbers->more = true;
	else
		numbers->shown[numbers->count++] = number;
}

/* "8, 13, ...". Owned by the caller; NULL: there is none. */
static char *
numbers_text(const struct numbers *numbers)
{
	char *text = NULL, *number;
	size_t i;

	for (i = 0; i < numbers->count; i++) {
		number = memory_format("%u", numbers->shown[i]);
		text = memory_join(text, ", ", number);
		free(number);
	}
	return numbers->more ? memory_join(text, ", ", "...") : text;
}

/* The algorithms of the zone's DS records, or else of its keys. */
static char *
algorithms(const struct zone_evidence *zone)
{
	struct numbers numbers = { .count = 0 };
	struct dns_key key;
	struct dns_ds ds;
	size_t i;

	for (i = 0; zone->ds != NULL && i < zone->ds->count; i++) {
		if (ds_read(&zone->ds->records[i], &ds))
			add_number(&numbers, ds.algorithm);
	}
	for (i = 0; zone->dnskey != NULL && !answer_has_records(zone->ds) &&
	    i < zone->dnskey->count; i++) {
		if (dnskey_read(&zone->dnskey->records[i], &key))
			add_number(&numbers, key.algorithm);
	}
	return numbers_text(&numbers);
}

/* "DS 20326, 38696". Owned by the caller; NULL: it has none. */
static char *
ds_tags(const struct zone_evidence *zone)
{
	struct numbers numbers = { .count = 0 };
	struct dns_ds ds;
	char *list, *text;
	size_t i;

	for (i = 0; zone->ds != NULL && i < zone->ds->count; i++) {
		if (ds_read(&zone->ds->records[i], &ds))
			add_number(&numbers, ds.key_tag);
	}
	list = numbers_text(&numbers);
	text = list != NULL ? memory_format("DS %s", list) : NULL;
	free(list);
	return text;
}

/* "example (8, DS 20326)". DETAILS (consumed) may be NULL. */
static char *
with_details(const struct zone_evidence *zone, char *details)
{
	char *text = details == NULL ? memory_string(zone->name) :
	    memory_format("%s (%s)", zone->name, details);

	free(details);
	return text;
}

char *
trust_text_link(const struct zone_evidence *zone)
{
	char *details, *tags;

	if (strcmp(zone->name, ".") == 0)
		return memory_string(".");
	details = algorithms(zone);
	tags = ds_tags(zone);
	if (tags != NULL)
		details = memory_join(details, ", ", tags);
	free(tags);
	return with_details(zone, details);
}

/* "NSEC3", "NSEC3 opt-out, 10 iterations". */
static char *
add_denial(char *details, const struct zone_denial *denial)
{
	char *text = memory_format("%s%s",
	    denial->by == ANSWER_DENIES_BY_NSEC3 ? "NSEC3" : "NSEC",
	    denial->opt_out ? " opt-out" : "");

	details = memory_join(details, ", ", text);
	free(text);
	if (denial->iterations == 0)
		return details;
	text = memory_format("%u iteration%s", denial->iterations,
	    denial->iterations == 1 ? "" : "s");
	details = memory_join(details, ", ", text);
	free(text);
	return details;
}

static char *
add_life(char *details, const struct zone_life *life)
{
	char *date = text_date(life->until);
	char *text = memory_format("until %s, %d%% left", date, life->percent);

	details = memory_join(details, ", ", text);
	free(text);
	free(date);
	return details;
}

char *
trust_text_end(const struct evidence *evidence,
    const struct zone_evidence *zone)
{
	struct zone_denial denial;
	struct zone_life life;
	char *details;

	if (strcmp(zone->name, ".") == 0)
		return memory_string(".");
	details = algorithms(zone);
	if (zone_facts_denial(evidence, zone, &denial))
		details = add_denial(details, &denial);
	if (zone_facts_life(zone, evidence_as_of(evidence), &life))
		details = add_life(details, &life);
	return with_details(zone, details);
}

char *
trust_text_why(const struct zone_evidence *zone)
{
	const char *parent = zone->parent != NULL ? zone->parent :
	    "the zone above";

	switch (zone->judged.at) {
	case ZONE_UNSIGNED:
		return memory_string("not signed");
	case ZONE_DS_MISSING:
		return memory_format("signed, but %s has no DS for it",
		    parent);
	case ZONE_PARENT_UNSIGNED:
		return memory_format("signed, but %s is not", parent);
	default:
		return memory_string(zone->judged.why != NULL ?
		    zone->judged.why : "not secure");
	}
}
