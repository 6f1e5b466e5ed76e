/*
 * What the system has no more of: memory, descriptors, threads. As much of them
 * as is counted upon is asked for before the work begins; whoever finds later
 * that it is not there all the same ends the process, by abort(), so that no
 * peer is blamed for it and no caller needs an answer. errno says what was
 * wanting: a handler of SIGABRT can tell (process.h, child.h).
 */
#ifndef RESOLVER_SHORTAGE_H
#define RESOLVER_SHORTAGE_H

#include <stdbool.h>
#include <stdnoreturn.h>

/* Whether ERROR (errno) says that the system has no more of something. */
bool		 shortage_is(int error);

/* Ends the process: abort(), with ERROR as errno. */
noreturn void	 shortage_end(int error);

/*
 * To be called when something failed that does not say why. Ends the process if
 * neither a socket nor some memory can be had now.
 */
void		 shortage_check(void);

/*
 * Ends the process if no thread can be started now. libunbound does not look
 * whether it has one, and without it waits for ever.
 */
void		 shortage_check_thread(void);

/*
 * The exit status that a process of ours ends with for want of what ERROR says,
 * and what that status means ("out of memory", static). 0 and NULL: it is no
 * shortage.
 */
int		 shortage_status(int error);
const char	*shortage_text(int status);

#endif
