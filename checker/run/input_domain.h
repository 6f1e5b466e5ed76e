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

#endif
