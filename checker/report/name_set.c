#include "checker/report/name_set.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

bool
name_set_add(struct name_set *set, const char *name)
{
	char *copy;

	if (tfind(name, &set->root, compare) != NULL)
		return false;
	copy = memory_string(name);
	if (tsearch(copy, &set->root, compare) == NULL)
		abort();
	return true;
}

void
name_set_clear(struct name_set *set)
{
	char *name;

	while (set->root != NULL) {
		/* A node begins with a pointer to what was added. */
		name = *(char **)set->root;
		tdelete(name, &set->root, compare);
		free(name);
	}
}
