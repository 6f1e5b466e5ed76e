#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "checker/run/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "checker/run/confine.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* Values of `val` for getopt_long, above all letters. */
#define LONG_BASE 0x100

#define HELP_COLUMN 30
#define HELP_WIDTH 80

const struct option_row *
options_row(const struct option_table *table, size_t i)
{
	const struct option_row *row;

	for (row = table->rows; row->name != NULL; row++) {
		if (i-- == 0)
			return row;
	}
	for (row = table->shared; row != NULL && row->name != NULL; row++) {
		if (i-- == 0)
			return row;
	}
	return NULL;
}

static size_t
count_rows(const struct option_table *table)
{
	size_t n = 0;

	while (options_row(table, n) != NULL)
		n++;
	return n;
}

/* The arguments of getopt_long, both owned by the caller. */
static struct option *
make_long_options(const struct option_table *table, char **letters)
{
	size_t i, n = count_rows(table);
	struct option *options = memory_new(n + 1, sizeof(*options));
	char *next = memory_new(2 * n + 2, 1);
	const struct option_row *row;

	*letters = next;
	*next++ = ':';		/* so that a missing argument returns ':' */
	for (i = 0; i < n; i++) {
		row = options_row(table, i);
		options[i].name = row->name;
		options[i].has_arg = row->argument != NULL ?
		    required_argument : no_argument;
		options[i].val = LONG_BASE + (int)i;
		if (row->letter == 0)
			continue;
		*next++ = row->letter;
		if (row->argument != NULL)
			*next++ = ':';
	}
	return options;
}

static const struct option_row *
find_row(const struct option_table *table, int found)
{
	const struct option_row *row;
	size_t i;

	if (found >= LONG_BASE)
		return options_row(table, (size_t)(found - LONG_BASE));
	for (i = 0; (row = options_row(table, i)) != NULL; i++) {
		if (row->letter == found)
			return row;
	}
	return NULL;
}

static char *
complain(const struct option_table *table, const char *format,
    const char *word, const char *why)
{
	char *safe = text_printable(word, strlen(word));
	char *line = memory_format("%s: %s '%s'%s%s (try '%s --help')",
	    table->program, format, safe, why != NULL ? " " : "",
	    why != NULL ? why : "", table->program);

	free(safe);
	return line;
}

static char *
complain_value(const struct option_table *table,
    const struct option_row *row, const char *value, const char *why)
{
	char *safe = text_printable(value, strlen(value));
	char *line = memory_format("%s: --%s: '%s' %s", table->program,
	    row->name, safe, why);

	free(safe);
	return line;
}

/*
 * Whether "--WORD" begins the name of a long option. Of several, then, as
 * getopt_long has found none.
 */
static bool
is_beginning(const struct option_table *table, const char *word)
{
	const struct option_row *row;
	size_t i, size = strcspn(word, "=");

	if (size < 3 || strncmp(word, "--", 2) != 0)
		return false;
	for (i = 0; (row = options_row(table, i)) != NULL; i++) {
		if (strncmp(row->name, word + 2, size - 2) == 0)
			return true;
	}
	return false;
}

/* About the word that getopt_long did not understand. */
static char *
complain_word(const struct option_table *table, int found,
    char *const *argv)
{
	char letter[3] = { '-', (char)optopt, '\0' };
	const char *word = argv[optind - 1];

	if (optopt > 0 && optopt < LONG_BASE && strncmp(word, "--", 2) != 0)
		word = letter;
	if (found == ':')
		return complain(table, "an argument is missing after", word,
		    NULL);
	if (strncmp(word, "--", 2) == 0 && strchr(word, '=') != NULL &&
	    optopt >= LONG_BASE)
		return complain(table, "no argument is allowed in", word, NULL);
	return complain(table, is_beginning(table, word) ?
	    "several options begin with" : "unknown option", word, NULL);
}

static bool
take(const struct option_row *row, void *settings, const char *value,
    const char **why)
{
	if (row->argument != NULL && *value == '\0') {
		*why = "is empty";
		return false;
	}
	return row->take((char *)settings + row->offset, value, why);
}

int
options_parse(const struct option_table *table, int argc, char *const *argv,
    void *settings, char **why)
{
	const struct option_row *row;
	struct option *options;
	const char *wrong = NULL;
	char *letters;
	int found;

	*why = NULL;
	options = make_long_options(table, &letters);
	opterr = 0;
	optind = 0;		/* glibc: start afresh */
	while (*why == NULL && (found =
	    getopt_long(argc, argv, letters, options, NULL)) != -1) {
		row = find_row(table, found);
		if (found == ':' || found == '?' || row == NULL)
			*why = complain_word(table, found, argv);
		else if (!take(row, settings, optarg, &wrong))
			*why = complain_value(table, row, optarg, wrong);
	}
	free(options);
	free(letters);
	return *why == NULL ? optind : 0;
}

/* Folds WORDS at HELP_WIDTH; the cursor is at HELP_COLUMN. */
static void
print_folded(const char *words, FILE *out)
{
	size_t column = HELP_COLUMN, length;
	const char *word;

	for (word = words; *word != '\0'; word += strspn(word, " ")) {
		length = strcspn(word, " ");
		if (word != words && column + 1 + length >= HELP_WIDTH) {
			fprintf(out, "\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		} else if (word != words) {
			fputc(' ', out);
			column++;
		}
		fprintf(out, "%.*s", (int)length, word);
		column += length;
		word += length;
	}
	fputc('\n', out);
}

void
options_print_help(const struct option_table *table, FILE *out)
{
	const struct option_row *row;
	size_t i;
	int width;

	fprintf(out, "Usage: %s\n%s\n\n", table->synopsis, table->purpose);
	for (i = 0; (row = options_row(table, i)) != NULL; i++) {
		if (row->letter != 0)
			width = fprintf(out, "  -%c, --%s", row->letter,
			    row->name);
		else
			width = fprintf(out, "      --%s", row->name);
		if (row->argument != NULL)
			width += fprintf(out, " %s", row->argument);
		if (width >= HELP_COLUMN) {
			fputc('\n', out);
			width = 0;
		}
		fprintf(out, "%*s", HELP_COLUMN - width, "");
		print_folded(row->help, out);
	}
	fprintf(out, "\n%s\n", table->closing);
}

void
options_print_version(const struct option_table *table, FILE *out)
{
	char *confinement = confine_text();

	fprintf(out, "%s (mxdane) %s\nconfinement: %s\n", table->program,
	    PACKAGE_VERSION, confinement);
	free(confinement);
}

int
options_show(const struct option_table *table, options_print *print)
{
	print(table, stdout);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	/* A reader that has gone away knows. */
	if (errno != EPIPE)
		fprintf(stderr, "%s: cannot write to standard output: %s\n",
		    table->program, strerror(errno));
	return OPTIONS_EXIT_SOFTWARE;
}
