/*
 * The lines of a file of JSON reports, of any number, each of which is bounded.
 */
#ifndef CHECKER_RUN_REPORT_LINE_H
#define CHECKER_RUN_REPORT_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Begin with zeroes. */
struct report_line {
	char	*octets;	/* owned; a NUL follows them */
	size_t	 room, size;	/* octets */
};

/*
 * Reads on up to the octet END, which is read, too; EOF: to the end of the
 * file. What is longer than any report (REPORT_JSON_READ_MAX) is cut one octet
 * behind that. False: there is nothing left.
 */
bool	report_line_read(FILE *stream, int end, struct report_line *line);

/* Whether it has nothing but white space. */
bool	report_line_is_blank(const struct report_line *line);

#endif
