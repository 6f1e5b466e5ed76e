#include "resolver/name_set.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/name.h"

#define SIZE_FIRST 64

/*
 * FNV-1a. Whoever writes a file so that all of its names collide makes but his
 * own reading of it slow.
 */
static uint64_t
hash(const char *name)
{
	uint64_t value = 0xcbf29ce484222325U;

	for (; *name != '\0'; name++)
		value = (value ^ (unsigned char)*name) * 0x100000001b3U;
	return value ^ value >> 32;
}

/* Where the name is in the slots, or belongs. There is a free one. */
static size_t
find_slot(const struct name_set *set, const char *name)
{
	size_t at = (size_t)hash(name) & (set->size - 1);

	while (set->slots[at] != NULL && !name_equal(set->slots[at], name))
		at = (at + 1) & (set->size - 1);
	return at;
}

/* Makes room for one more, at most half full. */
static void
make_room(struct name_set *set)
{
	const struct name_set old = *set;
	size_t i;

	if (2 * (set->count + 1) <= set->size)
		return;
	set->size = old.size == 0 ? SIZE_FIRST : 2 * old.size;
	set->slots = memory_new(set->size, sizeof(*set->slots));
	for (i = 0; i < old.size; i++) {
		if (old.slots[i] != NULL)
			set->slots[find_slot(set, old.slots[i])] =
			    old.slots[i];
	}
	free(old.slots);
}

void
name_set_add(struct name_set *set, const char *name)
{
	size_t at;

	/* Where a name is, those above it are. */
	for (; strcmp(name, ".") != 0; name = name_parent(name)) {
		make_room(set);
		at = find_slot(set, name);
		if (set->slots[at] != NULL)
			return;
		set->slots[at] = memory_string(name);
		set->count++;
	}
}

bool
name_set_has(const struct name_set *set, const char *name)
{
	return set->count > 0 && set->slots[find_slot(set, name)] != NULL;
}

const char *
name_set_encloser(const struct name_set *set, const char *name)
{
	while (strcmp(name, ".") != 0 && !name_set_has(set, name))
		name = name_parent(name);
	return name;
}

void
name_set_clear(struct name_set *set)
{
	size_t i;

	for (i = 0; i < set->size; i++)
		free(set->slots[i]);
	free(set->slots);
	*set = (struct name_set){ NULL, 0, 0 };
}
