/*
 * Domain names, each with the names above it: which exist in a zone, empty
 * non-terminals among them (RFC 4592 2.2).
 */
#ifndef RESOLVER_NAME_TREE_H
#define RESOLVER_NAME_TREE_H

#include <stdbool.h>
#include <stddef.h>

/* A tree that is all zeros is empty. */
struct name_tree {
	char	**slots;	/* owned, each owned in the form of name.h, or
				 * NULL */
	size_t	  size;		/* of SLOTS: 0, or a power of 2 */
	size_t	  count;	/* names in them */
};

/* Adds copies of NAME (form of name.h) and of all names above it. */
void	name_tree_add(struct name_tree *tree, const char *name);

/* Whether NAME is in the tree. */
bool	name_tree_has(const struct name_tree *tree, const char *name);

/*
 * The closest encloser of NAME (RFC 4592 3.3.1): the longest of NAME and the
 * names above it that is in the tree. Within NAME; "." where none is.
 */
const char *name_tree_encloser(const struct name_tree *tree, const char *name);

/* Frees what the tree owns; it is empty afterwards. */
void	name_tree_clear(struct name_tree *tree);

#endif
