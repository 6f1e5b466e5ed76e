/*
 * A set of strings, for what may be in a report only once.
 */
#ifndef CHECKER_REPORT_NAME_SET_H
#define CHECKER_REPORT_NAME_SET_H

#include <stdbool.h>
#include <stddef.h>

struct name_set {
	char	**names;	/* owned, sorted */
	size_t	  count;
};

/* Adds a copy of NAME. False: it was there already. */
bool	name_set_add(struct name_set *set, const char *name);
/* Empties the set. */
void	name_set_clear(struct name_set *set);

#endif
