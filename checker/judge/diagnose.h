/*
 * Why a record does not match, and what to publish in its place: the most
 * helpful explanation that is true. Pure functions of records, chains and the
 * table of known CAs.
 */
#ifndef CHECKER_JUDGE_DIAGNOSE_H
#define CHECKER_JUDGE_DIAGNOSE_H

#include <stdbool.h>

#include "checker/evidence/finding.h"

struct chain;
struct evidence;
struct handshake_evidence;
struct host_evidence;
struct known_cas;
struct match_input;
struct tlsa;

/* Looks a CA up, for example in the system's store. */
struct ca_lookup {
	/*
	 * The certificate that the record is of, or whose key it is of: a chain
	 * of one, owned by the caller. NULL: not known.
	 */
	struct chain	*(*find)(void *argument, const struct tlsa *record);
	void		 *argument;	/* borrowed */
};

/* A record and a chain that it does not match. All borrowed. */
struct diagnose_input {
	const struct tlsa		*record;
	const struct chain		*chain;
	const struct match_input	*rules;		/* it was matched by */
	const struct handshake_evidence	*handshake;	/* may be NULL */
	const struct evidence		*evidence;	/* all else, or NULL */
	const struct host_evidence	*host;		/* whose record it is;
							 * NULL with that */
	const struct advice_rrset	*rrset;		/* of the record */
	const struct ca_lookup		*ca_lookup;	/* may be NULL */
	const struct known_cas		*known_cas;	/* may be NULL */
	bool				 failing;	/* no other matches */
};

struct diagnosis {
	enum finding_code	 code;
	char			*text;		/* owned; after "record [1] " */
	struct advice_list	 advice;	/* owned */
};

/* False: nothing helpful is known, and DIAGNOSIS owns nothing. */
bool	diagnose(struct diagnosis *diagnosis,
	    const struct diagnose_input *input);

#endif
