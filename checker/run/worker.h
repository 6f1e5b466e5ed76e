/*
 * The part of mxdane that touches what strangers send: a process of its own
 * (child.h), which gathers and judges the domains that the parent names, and
 * sends the evidence back. It reads none of the user's files and writes none.
 */
#ifndef CHECKER_RUN_WORKER_H
#define CHECKER_RUN_WORKER_H

#include "checker/run/child.h"

struct settings;
struct user_files;

/* All borrowed. */
struct worker_options {
	const struct settings	*settings;
	const struct user_files	*files;
	int			 trace_level;	/* see trace.h; 0: none */
};

/*
 * Works on tasks, many at a time, until the parent closes FD. ARGUMENT is a
 * struct worker_options.
 */
child_body	worker_run;

/*
 * The same, one task at a time, for a task that has cost a worker already: what
 * has been gathered is sent whenever there is more of it, so that it survives
 * this worker.
 */
child_body	worker_run_alone;

#endif
