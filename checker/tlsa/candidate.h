/*
 * The TLSA records that could be published for a certificate chain or a key,
 * each with the reasons for and against it.
 */
#ifndef CHECKER_TLSA_CANDIDATE_H
#define CHECKER_TLSA_CANDIDATE_H

#include <stdbool.h>
#include <stddef.h>

#include "checker/tlsa/tlsa.h"

struct certificate;
struct keyfile;

struct candidate {
	struct tlsa		  record;	/* owned data */
	const struct certificate *certificate;	/* borrowed; NULL: a bare key */
	bool			  recommended;
	char			 *comment;	/* owned, printable */
};

struct candidates {
	struct candidate *items;	/* owned */
	size_t		  count;
};

/*
 * Adds 3 1 1 of the server's key and, if the chain has the issuer's
 * certificate, 2 1 1 of that one's key.
 */
void	candidates_add_recommended(struct candidates *candidates,
	    const struct keyfile *keyfile);
/*
 * Adds usage 3 for the server's certificate and usage 2 for those above it,
 * with both selectors and both digests; FULL: with matching type 0 as well.
 */
void	candidates_add_all(struct candidates *candidates,
	    const struct keyfile *keyfile, bool full);
/*
 * Adds the record with the usage, selector and matching type of FIELDS. False:
 * KEYFILE does not allow it; *WHY (static) says what such a record needs.
 */
bool	candidates_add(struct candidates *candidates,
	    const struct keyfile *keyfile, const struct tlsa *fields,
	    const char **why);
void	candidates_clear(struct candidates *candidates);

#endif
