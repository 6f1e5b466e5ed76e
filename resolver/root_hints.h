/*
 * Root hints (RFC 8109 2): where to ask for the servers of the root zone.
 */
#ifndef RESOLVER_ROOT_HINTS_H
#define RESOLVER_ROOT_HINTS_H

#include <stdbool.h>
#include <stddef.h>

struct file;

struct root_hints {
	char	**addresses;	/* owned; IPv4 and IPv6 in text */
	size_t	  count;
};

/*
 * Takes the addresses of the servers that FILE names for the root, in the form
 * of IANA's named.root. Addresses of other names are left out. False: *WHY
 * (owned by the caller, printable) names the file and says what is wrong.
 */
bool	root_hints_init(struct root_hints *hints, const struct file *file,
	    char **why);
void	root_hints_clear(struct root_hints *hints);

#endif
