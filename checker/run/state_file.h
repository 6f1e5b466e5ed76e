/*
 * The file of --state. Several processes may read and change it at once: each
 * has a lock on it for as long as that takes. It is replaced as a whole, so
 * that one that dies leaves it as it was.
 */
#ifndef CHECKER_RUN_STATE_FILE_H
#define CHECKER_RUN_STATE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "resolver/file.h"

struct state_seen;

/* Seconds to wait for another process that has the lock. */
#define STATE_FILE_PATIENCE 10

/*
 * Reads the file at PATH; one that is not there is empty, and has to be
 * possible. False: *WHY (owned by the caller, printable) names the file.
 */
bool	state_file_read(struct file *file, const char *path, char **why);

/*
 * Adds SEEN, which is sorted in place, to what is in the file by now.
 * False: it is as it was, and *WHY as above. True: *WHY is NULL, or says that
 * some of it had to be forgotten.
 */
bool	state_file_add(const char *path, struct state_seen *seen, char **why);

#endif
