/*
 * Command lines by the GNU conventions, from one table for each program: the
 * parser, --help and the test of the manual page read the same rows.
 */
#ifndef CHECKER_RUN_OPTIONS_H
#define CHECKER_RUN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Exit statuses: wrong usage (EX_USAGE), a fault of our own (EX_SOFTWARE). */
#define OPTIONS_EXIT_USAGE	64
#define OPTIONS_EXIT_SOFTWARE	70

/* Default of --port: SMTP. */
#define OPTIONS_PORT		25

/*
 * Parses VALUE (borrowed for the program's life, never empty; NULL for an
 * option without argument) into MEMBER. False: *WHY (static) says what is wrong
 * with VALUE, as the end of a sentence that begins with it. See take.h.
 */
typedef bool	option_take(void *member, const char *value, const char **why);

/* All pointers are static. */
struct option_row {
	const char	*name;		/* the long one; NULL ends the table */
	char		 letter;	/* 0: none */
	const char	*argument;	/* its name; NULL: takes none */
	option_take	*take;
	size_t		 offset;	/* of MEMBER in the settings */
	const char	*help;		/* a few words */
};

/* All pointers are static. */
struct option_table {
	const char		*program;
	const char		*synopsis;	/* after "Usage: " */
	const char		*purpose;	/* a sentence */
	const struct option_row	*rows;		/* the program's own */
	const struct option_row	*shared;	/* with other programs; may be
						 * NULL */
	const char		*closing;	/* lines after the options */
};

/* Row I of the table, own rows before shared ones; NULL past the last. */
const struct option_row *options_row(const struct option_table *table,
		    size_t i);

/*
 * Parses the options of ARGV into SETTINGS, permuting ARGV as GNU does. Returns
 * the index of the first argument that is not an option. 0: an option is wrong;
 * *WHY (owned by the caller, printable) is one line that names the word.
 */
int	options_parse(const struct option_table *table, int argc,
	    char *const *argv, void *settings, char **why);

/* Writes what --help prints, or --version: by what it is confined, too. */
typedef void	options_print(const struct option_table *table, FILE *out);
options_print	options_print_help;
options_print	options_print_version;
/*
 * Has PRINT write to standard output. Returns the exit status: 0, or
 * OPTIONS_EXIT_SOFTWARE where it cannot all be written, which is complained
 * about on standard error.
 */
int	options_show(const struct option_table *table, options_print *print);

#endif
