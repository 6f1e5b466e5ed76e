/*
 * Matches TLSA records against a chain, each record alone, with OpenSSL's own
 * DANE verification (RFC 7671 5, RFC 7672 3). Exactly what was sent is judged:
 * no store of CA certificates ever completes a chain.
 */
#ifndef CHECKER_TLSA_MATCH_H
#define CHECKER_TLSA_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct certificate;
struct chain;
struct tlsa;
struct tlsa_set;
struct verifier;

enum match_status {
	MATCH_UNUSABLE,
	MATCH_MISMATCH,
	MATCH_IGNORED,
	MATCH_MATCH,
	MATCH_UNTRIED,		/* beyond the budget: it may match, or not */
};

/* Why a usable record does not match: bits. All but the first need usage 2. */
enum match_fault {
	MATCH_FAULT_DATA = 1 << 0,	/* of nothing in the chain */
	MATCH_FAULT_NAME = 1 << 1,	/* no reference name in the leaf */
	MATCH_FAULT_EXPIRED = 1 << 2,
	MATCH_FAULT_NOT_YET = 1 << 3,
	MATCH_FAULT_CHAIN = 1 << 4,	/* signature, CA bit, purpose, path */
	/*
	 * A certificate of the same name is taken in place of one that leads up
	 * to there. It has to be left out; or would do no harm as the last one.
	 */
	MATCH_FAULT_HIDDEN = 1 << 5,
	MATCH_FAULT_ORDER = 1 << 6,
	MATCH_FAULT_DEEP = 1 << 7,	/* too far above the leaf */
};

#define MATCH_NO_DEPTH (-1)

struct match_result {
	size_t		   record;	/* index in the set */
	enum match_status  status;
	/*
	 * The certificate that the data is of: its index in the chain as sent;
	 * for one that only the record has, the chain's count. MATCH_NO_DEPTH:
	 * none. Set for a mismatch, too, if not the data is wrong.
	 */
	int		   depth;
	bool		   would_match;	/* if no stronger digest counted */
	unsigned int	   faults;	/* enum match_fault; 0: would match */
	char		  *why;		/* owned; NULL: it matches */
};

/* When a match ends. */
struct match_end {
	/*
	 * The first instant at which no record matches that counts. 0: there is
	 * none, or it is not known.
	 */
	time_t	when;
	/*
	 * The certificate that ends then, as in match_result; MATCH_NO_DEPTH:
	 * none that the match depends on (one that begins hides the way).
	 */
	int	depth;
};

/* All borrowed. */
struct match_input {
	const struct tlsa_set	*records;
	const struct chain	*chain;
	const char *const	*reference_names;
	size_t			 reference_name_count;
	time_t			 when;	/* as of which dates are judged */
	/* What the audit's verifications share; NULL: it has but this one. */
	struct verifier		*verifier;
};

/*
 * Returns one result for each record, in the same order; the array of
 * RECORDS->count is owned by the caller and freed with match_free.
 */
struct match_result *match_chain(const struct match_input *input);
struct match_result *match_copy(const struct match_result *results,
			size_t count);
void		 match_free(struct match_result *results, size_t count);

/*
 * Whether any record has the status; with MATCH_MATCH the handshake is
 * authenticated.
 */
bool		 match_any(const struct match_result *results, size_t count,
		    enum match_status status);

/*
 * Until when the records match, whose results are known: found by verifying at
 * each instant at which a certificate begins or ends, as far as the budget goes
 * and there are no more than some dozens.
 */
struct match_end match_end(const struct match_input *input,
			const struct match_result *results);

/*
 * The last certificate of the path that OpenSSL builds up from the leaf, of
 * what is sent, whatever the records are. Borrowed from the chain. NULL: there
 * is no budget for that, or nothing is sent.
 */
const struct certificate *match_top(const struct match_input *input);

/*
 * Whether the record's data is of this certificate, by selector and matching
 * type alone: our own comparison, to explain what OpenSSL judged.
 */
bool		 match_is_of(const struct tlsa *record,
		    const struct certificate *certificate);

/* The same of any certificate of the chain that its usage allows. */
bool		 match_is_of_chain(const struct tlsa *record,
		    const struct chain *chain);

/* "match", "mismatch", ... Static. */
const char	*match_status_name(enum match_status status);

#endif
