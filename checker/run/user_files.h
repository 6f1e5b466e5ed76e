/*
 * The files that the options name, and those of the system that have the same
 * purposes, in memory. They are read once, before anything is asked: whoever is
 * set up from them later, or again, opens none, and need not have the right to.
 */
#ifndef CHECKER_RUN_USER_FILES_H
#define CHECKER_RUN_USER_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "checker/run/settings.h"
#include "resolver/file.h"

struct user_files {
	struct file	*chains;	/* owned; --chain, in order */
	size_t		 chain_count;
	struct file	*next;		/* owned; --next, in order */
	size_t		 next_count;
	/* Of the others there is one at most. NULL: the option is not given. */
	struct file	*issuers;	/* owned */
	struct file	*trust_anchor;	/* owned */
	struct file	*root_hints;	/* owned */
	struct file	*state;		/* owned; read anew for each pass, see
					 * survey_parts.h */
	/* Of the system, as far as it has them. */
	struct file	*anchors;	/* owned; see anchor.h */
	size_t		 anchor_count;
	struct file	 ca_bundle;	/* see ca_store.h */
};

/*
 * Reads all files of SETTINGS, and the system's (what is in them is for others
 * to judge). "-" is
 * standard input for chains, next and issuers, and the same octets for each of
 * them. False: FILES is empty, and *WHY (owned by the caller, printable) names
 * the file that cannot be read.
 */
bool	user_files_read(struct user_files *files,
	    const struct settings *settings, char **why);
void	user_files_clear(struct user_files *files);

#endif
