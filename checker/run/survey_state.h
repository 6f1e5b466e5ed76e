/*
 * --state: what earlier runs saw is read before each pass of a survey; what it
 * saw is added when it ends, or there is much of it.
 */
#ifndef CHECKER_RUN_SURVEY_STATE_H
#define CHECKER_RUN_SURVEY_STATE_H

#include <stdbool.h>

#include "checker/run/state.h"
#include "checker/run/user_files.h"

struct evidence;

struct survey_state {
	struct state_seen	seen;		/* and not in the file yet */
	bool			failed;		/* to add some of it */
};

/*
 * Reads the file at PATH (NULL: there is none) anew. False: *WHY (owned by the
 * caller, printable) names it.
 */
bool	survey_state_read(struct user_files *files, const char *path,
	    char **why);
/*
 * Keeps what a domain's report says, as state_seen_add() does. Returns what
 * there is to complain about, as above; NULL: nothing.
 */
char	*survey_state_add(struct survey_state *state, const char *path,
	    const struct evidence *evidence, bool from_servers);
/* Adds it to the file. Returns as above. */
char	*survey_state_end(struct survey_state *state, const char *path);

#endif
