/*
 * Processes of our own. A child is made by fork alone, without exec: whatever
 * the parent has read and decided is there already, and needs no encoding; no
 * other version of the program can come between; and nothing of the system
 * (/proc, the program's own file) has to be within reach. So the parent must
 * never have a thread, nor open what may not be shared, libunbound above all.
 *
 * A child has no terminal, no file and no descriptor of the parent, but the
 * socket to it and, as its standard error, a pipe to it. It ignores the signals
 * that end a run: it ends when the parent closes the socket, or dies. For want
 * of memory and the like (shortage.h) it ends with a status of its own.
 */
#ifndef CHECKER_RUN_CHILD_H
#define CHECKER_RUN_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

/* What a child does. FD (owned by it) is the socket to the parent. */
typedef void	child_body(int fd, void *argument);

struct child {
	pid_t	pid;
	int	fd;		/* of the socket; the caller takes it over */
	int	errors;		/* owned; its standard error, to be read */
};

/* Starts BODY in a process of its own. False: *WHY (owned, printable). */
bool	 child_start(struct child *child, child_body *body, void *argument,
	    char **why);

/* Kills it, if it has not ended, and what it may have started. */
void	 child_kill(const struct child *child);

/*
 * Waits for it to end, at most for SECONDS, kills it then, and closes `errors`.
 * Returns how it ended (printable, owned by the caller); NULL: well.
 */
char	*child_end(struct child *child, double seconds);

#endif
