/*
 * A process gives up, for good, what it does not need any more: it reads and
 * writes but the files that it has open, starts no program, and looks into no
 * other process. Whatever a peer makes of it then, that is all it has.
 *
 * Landlock forbids files, seccomp some system calls. Either may be missing, in
 * this build or in the kernel: the other one does what it can. What is
 * forbidden fails with EACCES or EPERM, and kills nobody. Both bind the caller,
 * the threads that it starts afterwards and its children, which may give up
 * more; no thread that is there already. So confinement comes when all files
 * are read, and before the first question of a resolver, which starts
 * libunbound's thread (resolver_start). What other libraries read when they
 * are first used is read by confine() itself.
 *
 * Under AddressSanitizer, ptrace and the processes and files of its reports
 * stay allowed.
 */
#ifndef CHECKER_RUN_CONFINE_H
#define CHECKER_RUN_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

/* How many files a process may still write. */
#define CONFINE_OUTPUTS_MAX 6

/* What a process keeps, beside what it has open. Zero: nothing. */
struct confine_needs {
	bool		 children;	/* it starts child.h's */
	bool		 network;	/* it, or its children, connect */
	/*
	 * Each is opened, or replaced by a file beside it, at any time; it need
	 * not be there. NULL: none. Borrowed.
	 */
	const char	*outputs[CONFINE_OUTPUTS_MAX];
};

/*
 * Keeps NEEDS alone. Returns what forbids the rest, as a few words that follow
 * "confined by " or are "not confined: ..."; owned by the caller, printable.
 */
char	*confine(const struct confine_needs *needs);

/*
 * What confine() has at its disposal here: "landlock, seccomp", or "none
 * (built without)". Owned by the caller.
 */
char	*confine_text(void);

#endif
