/*
 * Command lines by the GNU conventions, from one table a program: parsing, the
 * usage and the check of the manual page all read the same rows.
 */
#ifndef CHECKER_RUN_OPTIONS_H
#define CHECKER_RUN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Status of wrong usage (EX_USAGE) and of a fault of our own (EX_SOFTWARE). */
#define OPTIONS_EXIT_USAGE	64
#define OPTIONS_EXIT_SOFTWARE	70

struct option_row {
	const char	*name;		/* the long one; NULL ends the table */
	char		 letter;	/* 0: none */
	const char	*argument;	/* its name; NULL: takes none */
	const char	*help;		/* a few words */
	/*
	 * Takes VALUE (borrowed for the program's life, NULL without argument)
	 * into SETTINGS. False: *WHY (static) says what VALUE should have been.
	 * NULL: the value goes as it is to the member at OFFSET of the
	 * settings, a const char * or, without argument, a bool.
	 */
	bool		(*take)(void *settings, const char *value,
			    const char **why);
	size_t		 offset;
};

struct option_table {
	const char		*program;
	const char		*synopsis;	/* behind "Usage: " */
	const char		*purpose;	/* a sentence */
	const struct option_row	*rows;
	const struct option_row	*shared;	/* what several programs have;
						 * may be NULL */
	const char		*closing;	/* lines after the options */
};

/* Row I of the table, its own before the shared ones; NULL past the last. */
const struct option_row *options_row(const struct option_table *table,
		    size_t i);

/*
 * Takes the options out of ARGV (permuted, as GNU does) and returns the index
 * of the first argument that is none; 0 when an option is wrong, with *WHY
 * (owned by the caller, printable) one line that names the word.
 */
int	options_parse(const struct option_table *table, int argc,
	    char *const *argv, void *settings, char **why);

/*
 * A whole number in decimal digits, nothing else. False: not from LEAST to
 * MOST.
 */
bool	options_number(const char *value, unsigned long least,
	    unsigned long most, unsigned long *number);

void	options_print_help(const struct option_table *table, FILE *out);
void	options_print_version(const struct option_table *table, FILE *out);

#endif
