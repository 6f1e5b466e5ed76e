/*
 * Records that are to be judged again (--replay): those of a file, or of some
 * domains in it.
 */
#ifndef CHECKER_RUN_REPLAY_H
#define CHECKER_RUN_REPLAY_H

#include <stddef.h>

#include "checker/run/pool.h"

struct replay;

enum replay_result {
	REPLAY_END,
	REPLAY_BAD,		/* *WHY; the next call continues */
	REPLAY_TASK,
};

/*
 * Opens FILE ("-": standard input). Of WORDS (COUNT domains, borrowed; none:
 * all) each must be in it. NULL: *WHY (owned by the caller, printable).
 */
struct replay	*replay_open(const char *file, char *const *words,
		    size_t count, char **why);
/* NULL is fine. */
void		 replay_close(struct replay *replay);

/*
 * Fills in TASK (its members are owned by the caller) with the next record.
 * *WHY (owned by the caller, printable) names the file.
 */
enum replay_result replay_next(struct replay *replay, struct pool_task *task,
		    char **why);

#endif
