/*
 * Why a record does not match, and what to publish in its place: the most
 * helpful explanation that is true. Pure: records, chains and the table of
 * issuers in, words out.
 */
#ifndef CHECKER_JUDGE_DIAGNOSE_H
#define CHECKER_JUDGE_DIAGNOSE_H

#include <stdbool.h>

#include "checker/evidence/finding.h"

struct evidence;
struct known_cas;
struct match_input;
struct handshake_evidence;
struct tlsa;

/* Looks an authority up, for example in the system's store. */
struct ca_lookup {
	/*
	 * The name (owned by the caller) of the authority that the record is
	 * of; NULL: not known.
	 */
	char	*(*find)(void *argument, const struct tlsa *record);
	void	 *argument;	/* borrowed */
};

/* A record beside a chain that it does not match. All borrowed. */
struct diagnose_input {
	const struct tlsa		*record;
	const struct chain		*chain;
	const struct match_input	*rules;		/* it was matched by */
	const struct handshake_evidence	*shake;		/* of it; may be NULL */
	const struct evidence		*evidence;	/* all else, or NULL */
	const char			*owner;		/* record's, or NULL */
	const struct ca_lookup	*ca_lookup;	/* may be NULL */
	const struct known_cas		*known_cas;	/* may be NULL */
	bool				 failing;	/* no other matches */
};

struct diagnosis {
	enum finding_code	 code;
	char			*text;		/* owned; after "record [1] " */
	char			*advice;	/* owned; may be NULL */
};

/* False: nothing helpful is known, and DIAGNOSIS owns nothing. */
bool	diagnose(struct diagnosis *diagnosis,
	    const struct diagnose_input *input);

#endif
