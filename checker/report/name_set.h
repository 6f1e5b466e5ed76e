/*
 * What has been told already: formats in which a domain may stand only once ask
 * it.
 */
#ifndef CHECKER_REPORT_NAME_SET_H
#define CHECKER_REPORT_NAME_SET_H

#include <stdbool.h>
#include <stddef.h>

struct name_set {
	char	**names;	/* owned, sorted */
	size_t	  count;
};

/* Whether NAME is new; from then on it is not. */
bool	name_set_add(struct name_set *set, const char *name);
void	name_set_clear(struct name_set *set);

#endif
