/*
 * How long the signatures that an answer depends on are valid (RFC 4034 3.1),
 * and what its denials rest on, from records that the validator has accepted.
 */
#ifndef RESOLVER_VALIDITY_H
#define RESOLVER_VALIDITY_H

#include <stdbool.h>
#include <time.h>

struct answer;
struct answer_period;
struct ldns_struct_rr;
struct ldns_struct_rr_list;

/*
 * A signature may begin so many seconds from now: clocks differ. None may have
 * ended (RFC 4035 5.3.1). resolver/setup.c tells the validator.
 */
#define VALIDITY_SKEW	60

/*
 * Adds a period for each RRset in LIST that has signatures, and raises
 * signed_ttl to their original TTL. Of several signatures for one RRset one by
 * an algorithm that validators know counts before others, then one that is in
 * time before one that is not (RFC 6840 5.4), and then the one that ends last;
 * the answer is ambiguous if more than one of these could count. Of the times
 * that a serial number stands for, the nearest to NOW is meant.
 */
void	validity_add_records(struct answer *answer,
	    const struct ldns_struct_rr_list *list, time_t now);

/* The period of a signature, to be cleared. False: it is malformed. */
bool	validity_read(struct answer_period *period,
	    const struct ldns_struct_rr *signature, time_t now);
void	validity_clear(struct answer_period *period);

/* Whether it has begun by NOW, or will within the skew, and has not ended. */
bool	validity_is_in_time(const struct answer_period *period, time_t now);

/*
 * Whether a signature has fewer labels than its owner: the records come from a
 * wildcard (RFC 4035 5.3.4), and depend on the proof that no closer name
 * exists.
 */
bool	validity_needs_proofs(const struct ldns_struct_rr_list *list);

/* As validity_add_records, for the NSEC and NSEC3 records in LIST alone. */
void	validity_add_proofs(struct answer *answer,
	    const struct ldns_struct_rr_list *list, time_t now);

/*
 * After the last period: sets signed_since and signed_until. Returns the period
 * that had ended by NOW, borrowed; NULL: none had.
 */
const struct answer_period *validity_settle(struct answer *answer,
	    time_t now);

/* The denial, iterations and opt_out of the NSEC and NSEC3 records in LIST. */
void	validity_add_denial(struct answer *answer,
	    const struct ldns_struct_rr_list *list);

#endif
