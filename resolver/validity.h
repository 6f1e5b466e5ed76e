/*
 * How long the signatures that an answer depends on are valid (RFC 4034 3.1),
 * from records that the validator has accepted.
 */
#ifndef RESOLVER_VALIDITY_H
#define RESOLVER_VALIDITY_H

#include <stdbool.h>
#include <time.h>

struct answer;
struct ldns_struct_rr_list;

/*
 * Narrows signed_since and signed_until of the answer to the time when all
 * signatures in LIST are valid as well, and raises signed_ttl to their original
 * TTL. Of the times that a serial number stands for, the nearest to NOW is
 * meant.
 */
void	validity_add_records(struct answer *answer,
	    const struct ldns_struct_rr_list *list, time_t now);

/*
 * Whether a signature has fewer labels than its owner: the records come from a
 * wildcard (RFC 4035 5.3.4), and depend on the proof that no closer name
 * exists.
 */
bool	validity_needs_proofs(const struct ldns_struct_rr_list *list);

/* As validity_add_records, for the NSEC and NSEC3 records in LIST alone. */
void	validity_add_proofs(struct answer *answer,
	    const struct ldns_struct_rr_list *list, time_t now);

#endif
