/*
 * A set of strings, for what may be in a report only once.
 */
#ifndef CHECKER_REPORT_NAME_SET_H
#define CHECKER_REPORT_NAME_SET_H

#include <stdbool.h>

struct name_set {
	void	*root;		/* owned; a tree of owned strings, as tsearch()
				 * makes it; NULL: the set is empty */
};

/* Adds a copy of NAME. False: it was there already. O(log n). */
bool	name_set_add(struct name_set *set, const char *name);
/* Empties the set. */
void	name_set_clear(struct name_set *set);

#endif
