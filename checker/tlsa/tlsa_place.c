#include "checker/tlsa/tlsa_place.h"

#include <stdlib.h>
#include <string.h>

#include "checker/tlsa/tlsa_file.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/* "*", as name.h escapes it. */
#define ASTERISK "\\042"

/* Owners that a message shows. */
#define SHOWN_MAX 3

/* What is followed from alias to alias. */
struct walk {
	const struct tlsa_file	*records;	/* borrowed */
	char			*name;		/* owned; where it has got to */
	char			*source;	/* owned; the owner of what it
						 * found there: NAME, or a
						 * wildcard */
	bool			 moved;		/* behind an alias */
	char			*why;		/* owned; why it ends here */
};

static void
walk_clear(struct walk *walk)
{
	free(walk->name);
	free(walk->source);
	free(walk->why);
}

static bool
is_in_zone(const struct tlsa_file *records, const char *name)
{
	size_t i;

	for (i = 0; i < records->apexes.count; i++) {
		if (name_is_at_or_below(name, records->apexes.items[i]))
			return true;
	}
	/* Without an apex everything may be in it. */
	return records->apexes.count == 0;
}

static bool
is_apex(const struct tlsa_file *records, const char *name)
{
	size_t i;

	for (i = 0; i < records->apexes.count; i++) {
		if (name_equal(records->apexes.items[i], name))
			return true;
	}
	return false;
}

static int
compare_name(const void *name, const void *item)
{
	return strcmp(name, *(char *const *)item);
}

/*
 * The zone to which the file leaves NAME, whatever records it has of it (RFC
 * 1034 4.2.1). Within NAME; NULL: none.
 */
static const char *
delegated_to(const struct tlsa_file *records, const char *name)
{
	if (records->apexes.count == 0 || records->cuts.count == 0)
		return NULL;
	for (; strcmp(name, ".") != 0; name = name_parent(name)) {
		if (bsearch(name, records->cuts.items, records->cuts.count,
		    sizeof(*records->cuts.items), compare_name) != NULL &&
		    !is_apex(records, name) && is_in_zone(records, name))
			return name;
	}
	return NULL;
}

/* Whether the alias comes before all of OWNER's. */
static bool
is_before(const struct tlsa_file_alias *alias, const char *owner)
{
	return alias->owner == NULL || strcmp(alias->owner, owner) < 0;
}

/* The alias that the owner has, for itself or for what is below it; or NULL. */
static const struct tlsa_file_alias *
find_alias(const struct tlsa_file *records, const char *owner, bool subtree)
{
	const struct tlsa_file_alias *aliases = records->aliases;
	size_t low = 0, high = records->alias_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (is_before(&aliases[middle], owner))
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < records->alias_count &&
	    name_equal(aliases[low].owner, owner); low++) {
		if (aliases[low].subtree == subtree)
			return &aliases[low];
	}
	return NULL;
}

/* Where a DNAME record above NAME leads. Owned by the caller; NULL: none. */
static char *
find_subtree(const struct tlsa_file *records, const char *name)
{
	const struct tlsa_file_alias *alias;
	const char *above = name;
	char *rest, *target;

	while (strcmp(above, ".") != 0) {
		above = name_parent(above);
		alias = find_alias(records, above, true);
		if (alias == NULL || alias->target == NULL)
			continue;
		rest = memory_copy(name, strcmp(above, ".") == 0 ?
		    strlen(name) : strlen(name) - strlen(above) - 1);
		target = strcmp(alias->target, ".") == 0 ?
		    memory_string(rest) :
		    memory_format("%s.%s", rest, alias->target);
		free(rest);
		return target;
	}
	return NULL;
}

/*
 * The owner whose records answer for a name: itself if it exists, else the
 * wildcard below its closest encloser (RFC 4592 3.3). Owned by the caller.
 */
static char *
find_source(const struct tlsa_file *records, const char *name)
{
	const char *encloser = name_tree_encloser(&records->names, name);

	return strcmp(encloser, name) == 0 ? memory_string(name) :
	    name_wildcard(encloser);
}

/* Why nothing in the file answers for the name; NULL: it may. Owned. */
static char *
why_not_here(const struct walk *walk)
{
	const struct tlsa_file *records = walk->records;
	const char *cut = delegated_to(records, walk->name);

	if (!is_in_zone(records, walk->name))
		return memory_format("%s%s is not in the zone %s",
		    walk->moved ? "an alias leads out of the file: " : "",
		    walk->name, records->apexes.items[0]);
	if (cut != NULL)
		return memory_format("%s is in the zone %s, which is left to "
		    "name servers of its own (NS)", walk->name, cut);
	return NULL;
}

/*
 * Makes one step to where an alias leads. False: there is none here, or it
 * cannot be told (WHY is set).
 */
static bool
step(struct walk *walk)
{
	const struct tlsa_file_alias *alias;
	char *target;

	walk->why = why_not_here(walk);
	if (walk->why != NULL)
		return false;
	target = find_subtree(walk->records, walk->name);
	if (target == NULL) {
		free(walk->source);
		walk->source = find_source(walk->records, walk->name);
		alias = find_alias(walk->records, walk->source, false);
		target = alias == NULL ? NULL : memory_string(alias->target);
	}
	if (target == NULL)
		return false;
	free(walk->name);
	walk->name = target;
	walk->moved = true;
	return true;
}

/* Goes on to where no alias leads on. False: WHY is set. */
static bool
follow(struct walk *walk, const char *name)
{
	size_t steps = 0;

	walk->name = memory_string(name);
	while (step(walk)) {
		if (++steps <= TLSA_PLACE_ALIASES_MAX)
			continue;
		walk->why = memory_format("more than %d aliases follow each "
		    "other from %s on", TLSA_PLACE_ALIASES_MAX, name);
		break;
	}
	return walk->why == NULL;
}

/* The TTL of the first record of the owner. */
static uint32_t
ttl_of(const struct tlsa_file *records, const char *owner)
{
	size_t i;

	for (i = 0; i < records->count; i++) {
		if (owner == NULL || (records->entries[i].owner != NULL &&
		    name_equal(records->entries[i].owner, owner)))
			return records->entries[i].ttl;
	}
	return 0;
}

/* Takes the records that are exactly the owner's. Returns how many. */
static size_t
take_exactly(struct tlsa_set *set, const struct tlsa_file *records,
    const char *owner)
{
	size_t i;

	for (i = 0; name_tree_has(&records->names, owner) &&
	    i < records->count; i++) {
		if (records->entries[i].owner != NULL &&
		    name_equal(records->entries[i].owner, owner))
			tlsa_set_add(set, &records->entries[i].fields);
	}
	tlsa_set_settle(set);
	return set->count;
}

/* Takes the records for the owner name QUESTION. False: *WHY (owned). */
static bool
take(struct tlsa_place *place, const struct tlsa_file *records,
    const char *question, char **why)
{
	struct walk walk = { .records = records };
	char *shown = name_in_zone(question);
	bool good = follow(&walk, question);

	if (good && take_exactly(&place->records, records, walk.source) > 0) {
		place->owner = memory_string(walk.source);
		place->ttl = ttl_of(records, walk.source);
	} else {
		tlsa_set_clear(&place->records);
		*why = walk.why != NULL ?
		    memory_string(walk.why) : walk.moved ?
		    memory_format("%s is an alias that leads to %s, where the "
		    "file has none", shown, walk.name) :
		    memory_format("nothing at %s, nor an alias or a "
		    "wildcard", shown);
		good = false;
	}
	free(shown);
	walk_clear(&walk);
	return good;
}

/* The same for a base domain at the port. */
static bool
take_at(struct tlsa_place *place, const struct tlsa_file *records,
    uint16_t port, const char *base_domain, char **why)
{
	char *question = name_tlsa_owner(port, base_domain);
	bool good;

	if (question == NULL) {
		*why = memory_format("%s is too long to have any", base_domain);
		return false;
	}
	good = take(place, records, question, why);
	free(question);
	if (good)
		place->host = memory_string(base_domain);
	return good;
}

/*
 * Where the server's own name leads, as an alias: its TLSA records count before
 * those of the name itself (RFC 7672 2.2.2). Owned by the caller; NULL: it is
 * none, or leads out of the file.
 */
static char *
expanded(const struct tlsa_file *records, const char *name)
{
	struct walk walk = { .records = records };
	char *end = follow(&walk, name) && walk.moved ?
	    memory_string(walk.name) : NULL;

	walk_clear(&walk);
	return end;
}

bool
tlsa_place_is_bare(const struct tlsa_file *records)
{
	return records->count > 0 && records->entries[0].owner == NULL &&
	    !records->entries[0].relative && !tlsa_file_differ(records);
}

static void
take_bare(struct tlsa_place *place, const struct tlsa_file *records,
    uint16_t port, const char *name)
{
	place->host = memory_string(name);
	place->owner = name == NULL ? NULL : name_tlsa_owner(port, name);
	place->ttl = ttl_of(records, NULL);
	tlsa_file_set(records, NULL, &place->records);
}

/* "; the file has records at a, b and elsewhere". Owned by the caller. */
static char *
what_there_is(const struct tlsa_file *records)
{
	const char *last = NULL, *owner;
	char *text = NULL, *shown;
	size_t i, n = 0;

	for (i = 0; i < records->count && n <= SHOWN_MAX; i++) {
		owner = records->entries[i].owner;
		if (owner == NULL || (last != NULL && name_equal(owner, last)))
			continue;
		last = owner;
		shown = name_in_zone(owner);
		if (n++ < SHOWN_MAX)
			text = memory_join(text, ", ", shown);
		free(shown);
	}
	if (text == NULL)
		return memory_string("");
	shown = memory_format("; the file has records at %s%s", text,
	    n > SHOWN_MAX ? " and elsewhere" : "");
	free(text);
	return shown;
}

bool
tlsa_place_find(struct tlsa_place *place, const struct tlsa_file *records,
    uint16_t port, const char *name, char **why)
{
	char *end, *reason = NULL, *first = NULL, *there;
	bool good;

	*place = (struct tlsa_place){ 0 };
	if (tlsa_place_is_bare(records)) {
		take_bare(place, records, port, name);
		return true;
	}
	end = expanded(records, name);
	good = end != NULL && take_at(place, records, port, end, &first);
	if (!good)
		good = take_at(place, records, port, name, &reason);
	free(first);
	free(end);
	if (good)
		return true;
	there = what_there_is(records);
	*why = memory_format("%s: none for this port and name: %s%s",
	    records->file, reason, there);
	free(there);
	free(reason);
	return false;
}

/*
 * What follows "_25._tcp." or "*._tcp." in an owner (borrowed), "" if nothing
 * does; NULL: it does not begin so.
 */
static const char *
host_in(const char *owner, uint16_t port)
{
	char *names[] = { name_tlsa_owner(port, "."),
		memory_string(ASTERISK "._tcp") };
	const char *rest = NULL;
	size_t i, length;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		length = strlen(names[i]);
		if (strncmp(owner, names[i], length) == 0 &&
		    (owner[length] == '\0' || owner[length] == '.'))
			rest = owner + length + (owner[length] == '.');
		free(names[i]);
	}
	return rest;
}

/* Whether the host has records; those of aliases may be in another file. */
static bool
has_records(const struct tlsa_file *records, uint16_t port, const char *host)
{
	struct tlsa_place place = { 0 };
	char *question = name_tlsa_owner(port, host[0] == '\0' ? "." : host);
	char *why = NULL;
	bool good = question != NULL && take(&place, records, question, &why);

	free(why);
	free(question);
	tlsa_place_clear(&place);
	return good;
}

/*
 * The only host with records at the port. Borrowed; NULL: there are *COUNT of
 * them.
 */
static const char *
find_only(const struct tlsa_file *records, uint16_t port, size_t *count)
{
	const char *only = NULL, *host, *owner;
	bool relative;
	size_t i;

	*count = 0;
	for (i = 0; i < records->count + records->alias_count; i++) {
		owner = tlsa_file_owner(records, i, &relative);
		host = owner == NULL ? NULL : host_in(owner, port);
		if (host == NULL || (only != NULL && name_equal(host, only)) ||
		    !has_records(records, port, host))
			continue;
		only = host;
		if (++*count > 1)
			return NULL;
	}
	return only;
}

/*
 * Whether HOST is a whole name. One that is relative to an unknown origin is
 * not, unless merely the last dot was left out.
 */
static bool
is_whole(const struct tlsa_file *records, const char *host)
{
	const char *owner;
	bool relative = false;
	size_t i;

	for (i = 0; i < records->count + records->alias_count; i++) {
		owner = tlsa_file_owner(records, i, &relative);
		if (owner != NULL && host >= owner &&
		    host <= owner + strlen(owner))
			break;
	}
	return name_is_host(host) && (!relative ||
	    (strchr(host, '.') != NULL && !records->is_zone));
}

bool
tlsa_place_find_only(struct tlsa_place *place, const struct tlsa_file *records,
    uint16_t port, char **why)
{
	const char *host;
	char *question, *there;
	size_t count;
	bool good;

	*place = (struct tlsa_place){ 0 };
	if (tlsa_place_is_bare(records)) {
		take_bare(place, records, port, NULL);
		return true;
	}
	host = find_only(records, port, &count);
	if (host != NULL) {
		question = name_tlsa_owner(port, host[0] == '\0' ? "." : host);
		good = take(place, records, question, why);
		free(question);
		if (good && is_whole(records, host))
			place->host = memory_string(host);
		if (good && place->host == NULL) {
			free(place->owner);
			place->owner = NULL;
		}
		return good;
	}
	there = what_there_is(records);
	if (count > 0)
		*why = memory_format("%s: has records of several hosts; "
		    "missing NAME argument%s", records->file, there);
	else
		*why = memory_format("%s: nothing at _%u._tcp.HOST, whatever "
		    "the host%s", records->file, (unsigned int)port, there);
	free(there);
	return false;
}

void
tlsa_place_clear(struct tlsa_place *place)
{
	free(place->host);
	free(place->owner);
	tlsa_set_clear(&place->records);
	*place = (struct tlsa_place){ 0 };
}
