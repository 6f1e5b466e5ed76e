/*
 * The keys with which the records of an answer are signed (RFC 4034 3.1), from
 * records that the validator has accepted.
 */
#ifndef RESOLVER_SIGNERS_H
#define RESOLVER_SIGNERS_H

#include <time.h>

struct answer;
struct answer_period;
struct ldns_struct_rr_list;

/*
 * Adds the signers named by the RRSIGs in LIST that are in time by NOW: what is
 * left of an old key means nothing (RFC 6840 5.4). After the last one that is
 * added, call signers_settle.
 */
void	signers_add(struct answer *answer,
	    const struct ldns_struct_rr_list *list, time_t now);
/* Adds that of one signature. */
void	signers_add_one(struct answer *answer,
	    const struct answer_period *signature);

/*
 * Sorts the signers by zone, algorithm and key tag, and keeps each once; of
 * more than ANSWER_SIGNERS_MAX, the first.
 */
void	signers_settle(struct answer *answer);

/* Releases all of them; there are none then. */
void	signers_clear(struct answer *answer);

#endif
