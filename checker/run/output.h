/*
 * Where a report goes: standard output, or a file.
 */
#ifndef CHECKER_RUN_OUTPUT_H
#define CHECKER_RUN_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

struct output {
	FILE	*stream;	/* owned unless it is standard output */
	char	*temporary;	/* owned; the file in the making, NULL: none */
	char	*file;		/* owned; its name at the end, NULL: stdout */
};

/*
 * FILE NULL: standard output. WHOLE: a regular file is written under another
 * name beside it and takes its place when it is complete (mode 0644), so that
 * who reads it never sees a half. False: *WHY (owned by the caller, printable).
 */
bool	output_open(struct output *output, const char *file, bool whole,
	    char **why);
/* False: the report is not all there; *WHY as above. */
bool	output_close(struct output *output, char **why);
/* Why it cannot be written to, by errno, which stays. Owned by the caller. */
char	*output_fault(const struct output *output);
/* Gives the report up. */
void	output_discard(struct output *output);

#endif
