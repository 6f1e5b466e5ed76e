/*
 * The lines of reports for people: where they are broken, and what they begin
 * with. Runners of CI jobs, parsers of TAP and viewers of logs take commands
 * from the lines of any program, some of them behind blanks. So no line begins
 * with what one of them obeys, whoever has written the text and wherever it is
 * broken. (What they obey within a line, text_printable() takes away.)
 */
#ifndef CHECKER_REPORT_LINES_H
#define CHECKER_REPORT_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct address;

/* Columns of running text. */
#define LINES_COLUMNS 79

/* Whether nobody obeys a line that begins with TEXT, perhaps behind blanks. */
bool	lines_may_begin(const char *text);

/*
 * Writes TEXT as a paragraph whose lines are indented, with MARK before the
 * first ("-> "). Where there is no mark, and TEXT may not begin a line, its
 * first character is made visible ("\x3a" for ':').
 */
void	lines_put(FILE *out, int indent, const char *mark, const char *text);

/*
 * Writes TEXT from COLUMN on, behind what is there, and ends the line. Lines
 * have at most LINES_COLUMNS, and are broken at blanks before what may begin
 * one; where there is no such place, a line is longer. All but the first are
 * indented.
 */
void	lines_put_from(FILE *out, size_t column, int indent,
	    const char *text);

/*
 * A domain's or host's name as it begins a line. Should it be a word that is
 * obeyed ("ok.example"), there is a blank before it, or its '-' is escaped as
 * in master files. Owned by the caller.
 */
char	*lines_name(const char *name);
/* An address likewise: "0::1", for a "::" would begin a command. Owned. */
char	*lines_address(const struct address *address);

#endif
