#include "checker/gather/trust_names.h"

#include <stdlib.h>

#include "resolver/memory.h"
#include "resolver/name.h"

void
trust_names_add(struct trust_names *names, const char *name)
{
	if (trust_names_have(names, name))
		return;
	names->items = memory_grow(names->items, names->count, sizeof(char *));
	names->items[names->count++] = memory_string(name);
}

bool
trust_names_have(const struct trust_names *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->count; i++) {
		if (name_equal(names->items[i], name))
			return true;
	}
	return false;
}

void
trust_names_clear(struct trust_names *names)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		free(names->items[i]);
	free(names->items);
	*names = (struct trust_names){ NULL, 0 };
}
