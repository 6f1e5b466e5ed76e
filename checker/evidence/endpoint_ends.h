/*
 * How the connections to one address ended, where there were several that
 * offered the same (--repeat): machines that share an address may differ.
 *
 * The end that is the endpoint's own (its members of the same names) is that of
 * the first connection that came to handshakes; if none did, that of the first
 * one. The others are its `endings`, each kind of them once.
 */
#ifndef CHECKER_EVIDENCE_ENDPOINT_ENDS_H
#define CHECKER_EVIDENCE_ENDPOINT_ENDS_H

#include "checker/evidence/evidence.h"

/*
 * Adds how a connection ended, or several did: END->connections of them, at
 * least 1. Its text is copied. OUTCOME_LIMIT is an end of the address as a
 * whole: it becomes the endpoint's own, and counts no connection.
 */
void		 endpoint_ends_add(struct endpoint_evidence *endpoint,
		    const struct endpoint_ending *end);
/*
 * Adds how an attempt ended that counts for nothing, since the address was
 * tried again (--retry). Its text is copied.
 */
void		 endpoint_ends_add_retried(struct endpoint_evidence *endpoint,
		    const struct endpoint_ending *end);
/* How many of those there were. */
unsigned int	 endpoint_ends_retries(
		    const struct endpoint_evidence *endpoint);
/* Forgets all of them, since they are tried anew in another way. */
void		 endpoint_ends_forget(struct endpoint_evidence *endpoint);
/* Whether a connection has ended so, its reply's text and its number apart. */
bool		 endpoint_ends_have(const struct endpoint_evidence *endpoint,
		    const struct endpoint_ending *end);
/* The endpoint's own; of no connections at a limit. Its text is borrowed. */
struct endpoint_ending
		 endpoint_ends_own(const struct endpoint_evidence *endpoint);

/* A copy of COUNT endings; releases them. NULL is fine where COUNT is 0. */
struct endpoint_ending *
		 endpoint_ends_copy(const struct endpoint_ending *endings,
		    size_t count);
void		 endpoint_ends_free(struct endpoint_ending *endings,
		    size_t count);

/*
 * "in 2 of 5 connections", of those that ASKED for what only SHOWN had. Owned
 * by the caller; NULL: all had it, or it is not known.
 */
char		*endpoint_ends_share(unsigned int shown, unsigned int asked);

#endif
