/*
 * A TLSA record that a user expects to be published (--expect) or removed
 * (--expect-no): whether every answer shows the change that was just made.
 */
#ifndef CHECKER_TLSA_EXPECTATION_H
#define CHECKER_TLSA_EXPECTATION_H

#include <stdbool.h>

#include "checker/tlsa/tlsa.h"

struct expectation {
	char		*text;		/* owned, as given, printable */
	struct tlsa	 record;	/* owned data */
	bool		 any_data;	/* the data was left out */
	bool		 absent;	/* it must not be published */
};

/*
 * Parses "3 1 1" or "3 1 1 60785a34..." (hexadecimal, spaces allowed). False:
 * *WHY (static) says what is wrong with TEXT.
 */
bool	expectation_init(struct expectation *expectation, const char *text,
	    bool absent, const char **why);
void	expectation_clear(struct expectation *expectation);

/* Whether the set has the record, be it expected or not. */
bool	expectation_finds(const struct expectation *expectation,
	    const struct tlsa_set *set);

#endif
