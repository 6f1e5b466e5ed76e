/*
 * Answers that many domains of a list ask for, shared by all audits of a run:
 * DS and DNSKEY of the zones above them, addresses and TLSA records of the
 * hosts that have their mail. The resolver has them in its cache, too, but each
 * question to that costs as much as a small answer.
 */
#ifndef CHECKER_GATHER_ANSWER_MEMO_H
#define CHECKER_GATHER_ANSWER_MEMO_H

#include <stdbool.h>

#include "resolver/answer.h"

struct answer_memo;

/* Answers that are kept; with more, all are forgotten and kept anew. */
#define ANSWER_MEMO_KEPT	4096
/* Seconds; where the TTL is longer. A run is told what is true now. */
#define ANSWER_MEMO_FRESH	600
/*
 * Octets of data and names; larger answers are not kept, so that hostile ones
 * do not fill the memory.
 */
#define ANSWER_MEMO_OCTETS	8192

/* Owned by the caller. */
struct answer_memo *answer_memo_new(void);
/* NULL is fine. */
void		 answer_memo_free(struct answer_memo *memo);

/*
 * A copy, owned by the caller, whose TTL is what is left of it (RFC 1034 3.6)
 * at NOW, as of clock_monotonic(). NULL: none is fresh, or there is no memo.
 */
struct answer	*answer_memo_find(const struct answer_memo *memo,
		    const char *owner, enum dns_type type, double now);
/*
 * Notes that it is asked for. Whether it was before, as far as is remembered:
 * then it is worth being kept.
 */
bool		 answer_memo_is_asked_again(struct answer_memo *memo,
		    const char *owner, enum dns_type type);
/*
 * Keeps a copy of an answer that arrived at NOW and can be used, for its TTL.
 * Others are not kept, and by a memo of NULL none.
 */
void		 answer_memo_keep(struct answer_memo *memo,
		    const struct answer *answer, double now);

#endif
