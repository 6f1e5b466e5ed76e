/*
 * Trust anchors of the root zone: those in the file that the user names; else
 * those of the system, together with the two root keys that are compiled in.
 */
#ifndef RESOLVER_ANCHOR_H
#define RESOLVER_ANCHOR_H

#include <stdbool.h>
#include <stddef.h>

struct file;

struct anchors {
	char	**records;	/* owned; each a DS or DNSKEY on one line */
	size_t	  count;
	char	 *source;	/* owned, printable: "in FILE", "built in", or
				 * "in FILE or built in" */
};

/*
 * Takes the anchors in FILE alone (a lab's root is not the world's). FILE NULL:
 * those in the first of the system's files that can be read and has some, and
 * the built-in keys. A key that a file marks as not yet or no longer trusted
 * (RFC 5011) is left out. False: *WHY (owned by the caller, printable) names
 * the file and says what is wrong.
 */
bool	anchors_init(struct anchors *anchors, const struct file *file,
	    char **why);
void	anchors_clear(struct anchors *anchors);

#endif
