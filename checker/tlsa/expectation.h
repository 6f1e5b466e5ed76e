/*
 * A TLSA record that a user expects to be published (--expect) or removed
 * (--expect-no): whether every answer shows the change that was just made.
 */
#ifndef CHECKER_TLSA_EXPECTATION_H
#define CHECKER_TLSA_EXPECTATION_H

#include <stdbool.h>
#include <stddef.h>

#include "checker/tlsa/tlsa.h"

struct expectation {
	char		*text;		/* owned, printable: the record */
	char		*owner;		/* owned, in the form of name.h: it is
					 * expected there alone; NULL: at every
					 * host */
	struct tlsa	 record;	/* owned data */
	bool		 any_data;	/* the data was left out */
	bool		 absent;	/* it must not be published */
};

/*
 * Parses "3 1 1" or "3 1 1 60785a34..." (hexadecimal, spaces allowed), or the
 * line of a record as tlsa_file.h has it: with its owner, TTL and class, as
 * TYPE52, behind "update add", with a comment. False: *WHY (static) says what
 * is wrong with TEXT.
 */
bool	expectation_init(struct expectation *expectation, const char *text,
	    bool absent, const char **why);
void	expectation_clear(struct expectation *expectation);

/*
 * The same of several lines, each an expectation behind those in ITEMS (owned,
 * or NULL; *COUNT of them). Returns ITEMS, which may have moved; *WHY is NULL,
 * or (static) says what is wrong, and nothing is added.
 */
struct expectation *expectation_add_lines(struct expectation *items,
	    size_t *count, const char *text, bool absent, const char **why);

/* Whether the set has the record, be it expected or not. */
bool	expectation_finds(const struct expectation *expectation,
	    const struct tlsa_set *set);

#endif
