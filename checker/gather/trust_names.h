/*
 * A set of names, for the way along chains of trust: few, in the order in which
 * they were found.
 */
#ifndef CHECKER_GATHER_TRUST_NAMES_H
#define CHECKER_GATHER_TRUST_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct trust_names {
	char	**items;	/* owned, each */
	size_t	  count;
};

/* Adds a copy of NAME (form of name.h), if it is not there. */
void	trust_names_add(struct trust_names *names, const char *name);
/* Whether it is there. */
bool	trust_names_have(const struct trust_names *names, const char *name);
/* Frees the names; there are none afterwards. */
void	trust_names_clear(struct trust_names *names);

#endif
