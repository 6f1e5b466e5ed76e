/*
 * Files that are written to: the report's, or standard output in its place, and
 * a summary.
 */
#ifndef CHECKER_RUN_OUTPUT_H
#define CHECKER_RUN_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

struct output {
	FILE	*stream;	/* owned unless it is standard output */
	char	*temporary;	/* owned; the file that is written in place of
				 * `target` until it is complete. NULL: none */
	char	*target;	/* owned; `file`, or what it is a link to */
	bool	 rewrite;	/* `target` stays the file that it is */
	char	*file;		/* owned; NULL: standard output */
};

/*
 * Opens FILE for writing; NULL or "-": standard output. A new file gets the
 * mode that the umask leaves; an old one keeps its mode, and its owner and
 * group; a symbolic link stays one, and what it leads to is written.
 *
 * WHOLE: a regular file is written under another name beside it, which replaces
 * FILE when it is complete, so that a reader never sees half a report. Where it
 * cannot be replaced (it has other links, or an owner that would not stay, or
 * is a mount), the content is copied into it then. Where nothing can be created
 * beside it, it is written from the beginning on.
 *
 * False: *WHY (owned by the caller, printable).
 */
bool	output_open(struct output *output, const char *file, bool whole,
	    char **why);
/* Opens FILE for appending. False: *WHY as above. */
bool	output_append(struct output *output, const char *file, char **why);
/*
 * False: what was written since it was opened is not all there; *WHY as above,
 * errno the reason. A file that was to be replaced is as it was.
 */
bool	output_close(struct output *output, char **why);
/* Why it cannot be written to, by errno, which stays. Owned by the caller. */
char	*output_fault(const struct output *output);
/* Closes it. What was written stays, under its temporary name if it has one. */
void	output_keep(struct output *output);
/* Closes it. A file that was to be replaced is as it was. */
void	output_discard(struct output *output);

#endif
