/*
 * What has been told already: formats in which a domain may stand only once ask
 * it.
 */
#ifndef CHECKER_REPORT_TOLD_H
#define CHECKER_REPORT_TOLD_H

#include <stdbool.h>
#include <stddef.h>

struct told {
	char	**names;	/* owned, sorted */
	size_t	  count;
};

/* Whether NAME is new; from then on it is not. */
bool	told_is_new(struct told *told, const char *name);
void	told_clear(struct told *told);

#endif
