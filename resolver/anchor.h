/*
 * Trust anchors of the root zone: those of a file that the user names; else
 * those of the system, and besides the two root keys that are compiled in.
 */
#ifndef RESOLVER_ANCHOR_H
#define RESOLVER_ANCHOR_H

#include <stdbool.h>
#include <stddef.h>

struct anchors {
	char	**records;	/* owned, a DS or DNSKEY in one line each */
	size_t	  count;
	char	 *source;	/* owned, printable: "in FILE", "built in", or
				 * "in FILE or built in" */
};

/*
 * Reads the anchors. FILE may be NULL: the first of the system's files that can
 * be read and holds anchors, and the built-in keys besides. With FILE, that
 * file's anchors alone (a lab's root is not the world's). A key that a file
 * states as not yet or no longer trusted (RFC 5011) is left out. False: *WHY
 * (owned by the caller, printable) names the file and what is wrong with it.
 */
bool	anchors_init(struct anchors *anchors, const char *file, char **why);
void	anchors_clear(struct anchors *anchors);

#endif
