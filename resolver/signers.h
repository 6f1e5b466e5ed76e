/*
 * The keys with which the records of an answer are signed (RFC 4034 3.1), from
 * records that the validator has accepted.
 */
#ifndef RESOLVER_SIGNERS_H
#define RESOLVER_SIGNERS_H

struct answer;
struct ldns_struct_rr_list;

/*
 * Adds the signers named by the RRSIGs in LIST. After the last call, call
 * signers_settle.
 */
void	signers_add(struct answer *answer,
	    const struct ldns_struct_rr_list *list);

/*
 * Sorts the signers by zone, algorithm and key tag, and keeps each once; of
 * more than ANSWER_SIGNERS_MAX, the first.
 */
void	signers_settle(struct answer *answer);

#endif
