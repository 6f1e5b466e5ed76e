/*
 * A set of domain names, each with the names above it: which names exist in a
 * zone, empty non-terminals among them (RFC 4592 2.2).
 */
#ifndef RESOLVER_NAME_SET_H
#define RESOLVER_NAME_SET_H

#include <stdbool.h>
#include <stddef.h>

/* A set that is all zeros is empty. */
struct name_set {
	char	**slots;	/* owned, each owned in the form of name.h, or
				 * NULL */
	size_t	  size;		/* of SLOTS: 0, or a power of 2 */
	size_t	  count;	/* names in them */
};

/* Adds copies of NAME (form of name.h) and of all names above it. */
void	name_set_add(struct name_set *set, const char *name);

/* Whether NAME is in the set. */
bool	name_set_has(const struct name_set *set, const char *name);

/*
 * The closest encloser of NAME (RFC 4592 3.3.1): the longest of NAME and the
 * names above it that is in the set. Within NAME; "." where none is.
 */
const char *name_set_encloser(const struct name_set *set, const char *name);

/* Frees what the set owns; it is empty afterwards. */
void	name_set_clear(struct name_set *set);

#endif
