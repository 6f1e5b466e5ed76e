/*
 * DS and DNSKEY of zones, shared by all audits of a run: the domains of a list
 * have the zones above them in common. The resolver has them in its cache, too,
 * but each question to that costs as much as a small answer.
 */
#ifndef CHECKER_GATHER_ZONE_MEMO_H
#define CHECKER_GATHER_ZONE_MEMO_H

#include "resolver/answer.h"

struct zone_memo;

/* Answers that are kept; with more, all are forgotten and kept anew. */
#define ZONE_MEMO_KEPT	4096
/* Seconds; where the TTL is longer. A run is told what is true now. */
#define ZONE_MEMO_FRESH	600

/* Owned by the caller. */
struct zone_memo *zone_memo_new(void);
/* NULL is fine. */
void		 zone_memo_free(struct zone_memo *memo);

/* A copy, owned by the caller. NULL: none is fresh, or there is no memo. */
struct answer	*zone_memo_find(const struct zone_memo *memo,
		    const char *zone, enum dns_type type);
/*
 * Keeps a copy of a secure answer with records; others are not kept. A memo of
 * NULL keeps nothing.
 */
void		 zone_memo_keep(struct zone_memo *memo,
		    const struct answer *answer);

#endif
