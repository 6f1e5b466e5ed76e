/*
 * Trust anchors of the root zone: those in the file that the user names; else
 * those of the system, together with the two root keys that are compiled in.
 * Files are read here (anchors_read_system) and parsed later (anchors_init), by
 * a process that may not open any.
 */
#ifndef RESOLVER_ANCHOR_H
#define RESOLVER_ANCHOR_H

#include <stdbool.h>
#include <stddef.h>

struct answer_record;
struct file;

struct anchors {
	char	**records;	/* owned; each a DS or DNSKEY on one line */
	size_t	  count;
	char	 *source;	/* owned, printable: "in FILE", "built in", or
				 * "in FILE or built in" */
};

/*
 * Reads the files in which systems keep their anchors, as far as they are
 * there, in order of preference. Returns how many. *FILES is owned by the
 * caller, with what is in it.
 */
size_t	anchors_read_system(struct file **files);

/* Where anchors come from. All is borrowed. */
struct anchor_files {
	const struct file	*user;		/* NULL: none is named */
	const struct file	*system;	/* of anchors_read_system */
	size_t			 system_count;
};

/*
 * Takes the anchors in the user's file alone (a lab's root is not the world's).
 * Without one: those in the first of the system's files that has some, and the
 * built-in keys. A key that a file marks as not yet or no longer trusted (RFC
 * 5011) is left out. False: *WHY (owned by the caller, printable) names the
 * file and says what is wrong.
 */
bool	anchors_init(struct anchors *anchors, const struct anchor_files *files,
	    char **why);
/*
 * Whether KEY, a DNSKEY record of the root zone, is one of the anchors, or what
 * one of them is the digest of.
 */
bool	anchors_fit_key(const struct anchors *anchors,
	    const struct answer_record *key);
void	anchors_clear(struct anchors *anchors);

#endif
