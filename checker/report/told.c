#include "checker/report/told.h"

#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"

/* The place of NAME, or where it would stand. */
static size_t
place_of(const struct told *told, const char *name)
{
	size_t first = 0, end = told->count, middle;

	while (first < end) {
		middle = first + (end - first) / 2;
		if (strcmp(told->names[middle], name) < 0)
			first = middle + 1;
		else
			end = middle;
	}
	return first;
}

bool
told_is_new(struct told *told, const char *name)
{
	size_t place = place_of(told, name);

	if (place < told->count && strcmp(told->names[place], name) == 0)
		return false;
	told->names = memory_grow(told->names, told->count,
	    sizeof(*told->names));
	memmove(told->names + place + 1, told->names + place,
	    (told->count - place) * sizeof(*told->names));
	told->names[place] = memory_string(name);
	told->count++;
	return true;
}

void
told_clear(struct told *told)
{
	size_t i;

	for (i = 0; i < told->count; i++)
		free(told->names[i]);
	free(told->names);
	memset(told, 0, sizeof(*told));
}
