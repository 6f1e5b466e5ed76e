#include "checker/report/trust_lines.h"

#include <stdint.h>
#include <stdlib.h>

#include "checker/evidence/evidence.h"
#include "checker/report/trust_text.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

/* Breaks that are told without ALL, and zones in one line about many. */
#define BREAKS_SHOWN	12
#define ZONES_SHOWN	4

#define NO_ZONE		SIZE_MAX

/* The zones as a tree, and what has been told of it. */
struct telling {
	const struct evidence	*evidence;	/* borrowed */
	struct trust_lines	*lines;		/* borrowed */
	bool			 all;
	size_t			*parents;	/* owned; of each zone the index
						 * of its parent, which comes
						 * before it, or NO_ZONE */
	bool			*told;		/* owned; each: is in a chain */
	size_t			 breaks;	/* told */
	size_t			 left_out;	/* zones: there are too many */
};

static const struct zone_evidence *
zone_at(const struct telling *telling, size_t index)
{
	return &telling->evidence->zones[index];
}

static bool
is_secure(const struct telling *telling, size_t index)
{
	return zone_at(telling, index)->judged.dnssec == DNSSEC_SECURE;
}

/* TEXT becomes the line's. */
static void
add_line(struct telling *telling, enum trust_kind kind, char *text,
    const struct zone_evidence *zone)
{
	struct trust_lines *lines = telling->lines;

	lines->items = memory_grow(lines->items, lines->count,
	    sizeof(*lines->items));
	lines->items[lines->count++] = (struct trust_line){ kind, text, zone };
}

static size_t
find_parent(const struct evidence *evidence, size_t index)
{
	const char *parent = evidence->zones[index].parent;
	size_t i;

	for (i = 0; parent != NULL && i < index; i++) {
		if (name_equal(evidence->zones[i].name, parent))
			return i;
	}
	return NO_ZONE;
}

/* --- Chains --- */

/* The chain down to a zone, from where none has been told yet. */
static void
tell_chain(struct telling *telling, size_t index)
{
	char *text, *above, *longer;

	if (telling->told[index])
		return;
	text = trust_text_end(telling->evidence, zone_at(telling, index));
	telling->told[index] = true;
	for (index = telling->parents[index]; index != NO_ZONE;
	    index = telling->parents[index]) {
		above = telling->told[index] ?
		    memory_string(zone_at(telling, index)->name) :
		    trust_text_link(zone_at(telling, index));
		longer = memory_format("%s -> %s", above, text);
		free(above);
		free(text);
		text = longer;
		if (telling->told[index])
			break;
		telling->told[index] = true;
	}
	add_line(telling, TRUST_SECURE, text, NULL);
}

/* --- Breaks --- */

/* False: there are too many. */
static bool
has_room(const struct telling *telling)
{
	return telling->all || telling->breaks < BREAKS_SHOWN;
}

static enum trust_kind
kind_of(const struct telling *telling, size_t index)
{
	const struct zone_evidence *zone = zone_at(telling, index);
	const size_t parent = telling->parents[index];

	if (zone->judged.at == ZONE_UNSIGNED)
		return TRUST_UNSIGNED;
	if (zone->judged.at != ZONE_UNBROKEN)
		return TRUST_BROKEN;
	if (parent != NO_ZONE && !is_secure(telling, parent))
		return TRUST_BELOW;
	return zone->judged.dnssec == DNSSEC_FAILED ? TRUST_UNKNOWN :
	    TRUST_BROKEN;
}

/* "example.org -> _tcp.mx.example.org: not signed" */
static void
tell_break(struct telling *telling, size_t index)
{
	const struct zone_evidence *zone = zone_at(telling, index);
	char *why = trust_text_why(zone);

	telling->breaks++;
	add_line(telling, kind_of(telling, index), zone->parent != NULL ?
	    memory_format("%s -> %s: %s", zone->parent, zone->name, why) :
	    memory_format("%s: %s", zone->name, why), zone);
	free(why);
}

static void
tell_break_or_count(struct telling *telling, size_t index)
{
	if (has_room(telling))
		tell_break(telling, index);
	else
		telling->left_out++;
}

static bool
is_unsigned_below(const struct telling *telling, size_t index, size_t parent)
{
	return telling->parents[index] == parent &&
	    zone_at(telling, index)->judged.at == ZONE_UNSIGNED;
}

/* "org -> a.org, b.org, c.org, d.org and 5 more: not signed" */
static void
tell_unsigned(struct telling *telling, size_t parent)
{
	const size_t count = telling->evidence->zone_count;
	const struct zone_evidence *last = NULL;
	char *names = NULL, *text;
	size_t i, shown = 0, more = 0;

	for (i = parent + 1; i < count; i++) {
		if (!is_unsigned_below(telling, i, parent))
			continue;
		if (!telling->all && shown == ZONES_SHOWN) {
			more++;
			continue;
		}
		last = zone_at(telling, i);
		names = memory_join(names, ", ", last->name);
		shown++;
	}
	if (shown == 0)
		return;
	telling->breaks++;
	text = more > 0 ? memory_format("%s -> %s and %zu more: not signed",
	    zone_at(telling, parent)->name, names, more) :
	    memory_format("%s -> %s: not signed",
	    zone_at(telling, parent)->name, names);
	add_line(telling, TRUST_UNSIGNED, text, shown == 1 ? last : NULL);
	free(names);
}

/*
 * Below a zone that is not secure, nothing is: told is what would break there
 * in any case.
 */
static void
tell_below(struct telling *telling, size_t parent)
{
	const size_t count = telling->evidence->zone_count;
	size_t i;

	for (i = parent + 1; i < count; i++) {
		if (telling->parents[i] != parent)
			continue;
		if (telling->all ||
		    zone_at(telling, i)->judged.at == ZONE_PARENT_UNSIGNED)
			tell_break_or_count(telling, i);
		tell_below(telling, i);
	}
}

static void
tell_breaks_at(struct telling *telling, size_t parent)
{
	const size_t count = telling->evidence->zone_count;
	size_t i;

	if (has_room(telling)) {
		tell_unsigned(telling, parent);
	} else {
		for (i = parent + 1; i < count; i++)
			telling->left_out += is_unsigned_below(telling, i,
			    parent);
	}
	for (i = parent + 1; i < count; i++) {
		if (telling->parents[i] != parent || is_secure(telling, i))
			continue;
		if (zone_at(telling, i)->judged.at != ZONE_UNSIGNED)
			tell_break_or_count(telling, i);
		tell_below(telling, i);
	}
}

/* --- All of it --- */

/* How many zones right below a zone are secure, and how many not. */
static void
count_below(const struct telling *telling, size_t parent, size_t *secure,
    size_t *broken)
{
	size_t i;

	*secure = *broken = 0;
	for (i = parent + 1; i < telling->evidence->zone_count; i++) {
		if (telling->parents[i] != parent)
			continue;
		*secure += is_secure(telling, i);
		*broken += !is_secure(telling, i);
	}
}

/*
 * A secure zone and what is below it: longer chains first, of which its own is
 * a part.
 */
static void
tell_zone(struct telling *telling, size_t index)
{
	size_t secure, broken, i;

	count_below(telling, index, &secure, &broken);
	for (i = index + 1; secure > 0 && i < telling->evidence->zone_count;
	    i++) {
		if (telling->parents[i] == index && is_secure(telling, i))
			tell_zone(telling, i);
	}
	if ((broken > 0 && has_room(telling)) ||
	    (telling->all && secure == 0))
		tell_chain(telling, index);
	if (broken > 0)
		tell_breaks_at(telling, index);
}

/* The root; or a zone whose parent is not known. */
static void
tell_top(struct telling *telling, size_t index)
{
	if (is_secure(telling, index)) {
		tell_zone(telling, index);
		return;
	}
	tell_break_or_count(telling, index);
	tell_below(telling, index);
}

void
trust_lines_init(struct trust_lines *lines, const struct evidence *evidence,
    bool all)
{
	struct telling telling = { .evidence = evidence, .lines = lines,
		.all = all };
	size_t i;

	*lines = (struct trust_lines){ NULL, 0 };
	telling.parents = memory_new(evidence->zone_count,
	    sizeof(*telling.parents));
	telling.told = memory_new(evidence->zone_count,
	    sizeof(*telling.told));
	for (i = 0; i < evidence->zone_count; i++)
		telling.parents[i] = find_parent(evidence, i);
	for (i = 0; i < evidence->zone_count; i++) {
		if (telling.parents[i] == NO_ZONE)
			tell_top(&telling, i);
	}
	if (telling.left_out > 0)
		add_line(&telling, TRUST_BROKEN, memory_format("and at %zu "
		    "more zone%s, which -v lists", telling.left_out,
		    text_plural(telling.left_out)), NULL);
	free(telling.told);
	free(telling.parents);
}

void
trust_lines_clear(struct trust_lines *lines)
{
	size_t i;

	for (i = 0; i < lines->count; i++)
		free(lines->items[i].text);
	free(lines->items);
	*lines = (struct trust_lines){ NULL, 0 };
}
