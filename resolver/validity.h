/*
 * How long the signatures hold that an answer depends on (RFC 4034 3.1): read
 * off the records that a validator has found good.
 */
#ifndef RESOLVER_VALIDITY_H
#define RESOLVER_VALIDITY_H

#include <stdbool.h>
#include <time.h>

struct answer;
struct ldns_struct_rr_list;

/*
 * Narrows signed_since and signed_until of the answer to when all signatures in
 * LIST are valid, too, and takes their TTL. NOW tells which of the instants is
 * meant that their numbers stand for.
 */
void	validity_add_records(struct answer *answer,
	    const struct ldns_struct_rr_list *list, time_t now);

/*
 * Whether a signature has fewer labels than its owner: the records are a
 * wildcard's (RFC 4035 5.3.4), and bogus without the proof that there is no
 * nearer name.
 */
bool	validity_needs_proofs(const struct ldns_struct_rr_list *list);

/* As validity_add_records, of the NSEC and NSEC3 records in LIST alone. */
void	validity_add_proofs(struct answer *answer,
	    const struct ldns_struct_rr_list *list, time_t now);

#endif
