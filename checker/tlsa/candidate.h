/*
 * The TLSA records that a chain of certificates, or a key, allows to publish,
 * each with what speaks for it and against it.
 */
#ifndef CHECKER_TLSA_CANDIDATE_H
#define CHECKER_TLSA_CANDIDATE_H

#include <stdbool.h>
#include <stddef.h>

#include "checker/tlsa/tlsa.h"

struct certificate;
struct chain;
struct keyfile;

struct candidate {
	struct tlsa		  record;	/* owned data */
	const struct certificate *certificate;	/* borrowed; NULL: a bare key */
	bool			  recommended;
	char			 *comment;	/* owned, printable */
};

struct candidates {
	struct candidate	*items;		/* owned */
	size_t		 count;
};

/*
 * The place of the certificate that issued the first one, wherever it stands in
 * the chain; 0: it is not there (or the first one signed itself).
 */
size_t	chain_issuer_of_leaf(const struct chain *chain);

/*
 * The place of a certificate that the first one issued: the file is in the
 * wrong order, for the server's own comes first (RFC 8446 4.4.2). 0: there is
 * none.
 */
size_t	chain_issued_by_leaf(const struct chain *chain);

/* 3 1 1 of the server, and 2 1 1 of its issuer where the chain has it. */
void	candidates_recommended(struct candidates *candidates,
	    const struct keyfile *keyfile);
/* Usages 2 and 3, both selectors, both digests; FULL: whole data as well. */
void	candidates_all(struct candidates *candidates, const struct keyfile *keyfile,
	    bool full);
/*
 * The record of the kind of FIELDS alone. False: *WHY (static) says why
 * MATERIAL does not allow it.
 */
bool	candidates_add(struct candidates *candidates, const struct keyfile *keyfile,
	    const struct tlsa *fields, const char **why);
void	candidates_clear(struct candidates *candidates);

#endif
