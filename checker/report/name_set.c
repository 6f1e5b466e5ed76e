#include "checker/report/name_set.h"

#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"

/* The index of NAME, or of where it belongs. */
static size_t
place_of(const struct name_set *set, const char *name)
{
	size_t first = 0, end = set->count, middle;

	while (first < end) {
		middle = first + (end - first) / 2;
		if (strcmp(set->names[middle], name) < 0)
			first = middle + 1;
		else
			end = middle;
	}
	return first;
}

bool
name_set_add(struct name_set *set, const char *name)
{
	size_t place = place_of(set, name);

	if (place < set->count && strcmp(set->names[place], name) == 0)
		return false;
	set->names = memory_grow(set->names, set->count,
	    sizeof(*set->names));
	memmove(set->names + place + 1, set->names + place,
	    (set->count - place) * sizeof(*set->names));
	set->names[place] = memory_string(name);
	set->count++;
	return true;
}

void
name_set_clear(struct name_set *set)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		free(set->names[i]);
	free(set->names);
	memset(set, 0, sizeof(*set));
}
