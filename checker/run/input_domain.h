/*
 * The name of a domain as the user gives it, as a word or in a list.
 */
#ifndef CHECKER_RUN_INPUT_DOMAIN_H
#define CHECKER_RUN_INPUT_DOMAIN_H

/*
 * Returns WORD as a domain, normalised; owned by the caller. NULL: *WHY (owned
 * by the caller, printable) quotes it and says what is wrong.
 */
char	*input_domain(const char *word, char **why);

/* What a word of the command line is named like. */
enum input_word {
	INPUT_WORD_NAME,
	INPUT_WORD_FILE,	/* a file, which is there */
	INPUT_WORD_NO_FILE,	/* a file, which is not there */
};

/*
 * A name that ends as those of files do, and as no top-level domain does, is
 * a file's. So is one without a dot, or with a slash, if there is such a
 * file. With a dot at its end it is a domain's all the same.
 */
enum input_word input_word(const char *word);

/*
 * As input_domain, for a word of the command line: one that is named like a
 * file is refused.
 */
char	*input_domain_argument(const char *word, char **why);

#endif
