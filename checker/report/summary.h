/*
 * The counts of a run over a list (--summary), as one JSON object. Sums of such
 * objects, number by number, are summaries again, but for what they say of the
 * run.
 */
#ifndef CHECKER_REPORT_SUMMARY_H
#define CHECKER_REPORT_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

struct evidence;
struct summary;

/* MX hosts that are counted by name: each takes some 150 octets of memory. */
#define SUMMARY_HOSTS_MAX	100000

/* What the run was. All borrowed. */
struct summary_run {
	char *const	*words;		/* the command line */
	size_t		 count;		/* of these */
	time_t		 began, ended;
	bool		 complete;	/* to the end of its list */
};

/* Owned by the caller. */
struct summary	*summary_new(void);
/* NULL is fine. */
void		 summary_free(struct summary *summary);

/* Counts a judged domain. */
void		 summary_add(struct summary *summary,
		    const struct evidence *evidence);

/* Writes the object to OUT, as one line; whether that went well OUT knows. */
void		 summary_write(const struct summary *summary,
		    const struct summary_run *run, FILE *out);

#endif
