/*
 * Gathers the evidence about one address of a mail server: a conversation for
 * each key type that the server has a certificate of, one after the other, and
 * one more for each that shows what senders do not accept.
 *
 * With --repeat N, each of them is had N times in a row before the offer
 * changes, so that up to N machines that take turns behind the address all
 * come up, whatever their number: had the offers taken turns, one machine could
 * have got each time the one, and another the other.
 */
#ifndef CHECKER_GATHER_ENDPOINT_H
#define CHECKER_GATHER_ENDPOINT_H

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"

struct endpoint_gathering;

/* Called once from the loop, when the gathering has freed itself. */
typedef void	endpoint_done(struct endpoint_evidence *endpoint,
		    void *argument);
/*
 * Called from the loop after each conversation, before anything else about it:
 * what its keys cost (session.h). Nothing may be cancelled from inside it.
 */
typedef void	endpoint_spent(double key_cost, void *argument);

/*
 * Called from the loop: it begins to wait (RESTS) before it tries again, with
 * no connection open, or goes on. Nothing may be cancelled from inside it.
 */
typedef void	endpoint_rests(bool rests, void *argument);

/* Who asks for an address. All pointers are borrowed. */
struct endpoint_request {
	const char	*server_name;	/* TLSA base domain (RFC 7672 8.1) */
	uint64_t	 party;		/* whose connections they are: dial.h */
	endpoint_done	*done;
	endpoint_spent	*spent;
	endpoint_rests	*rests;		/* NULL: it does not matter */
	void		*argument;
};

/* Why a gathering ends before its end. */
struct endpoint_end {
	enum session_outcome	 outcome;	/* OUTCOME_TIMEOUT, or _LIMIT */
	const char		*why;		/* borrowed, printable */
};

/*
 * ENDPOINT (borrowed) has its address, and is filled in. REQUEST is copied.
 * CONTEXT must outlive the gathering.
 */
struct endpoint_gathering *
		 endpoint_start(const struct context *context,
		    struct endpoint_evidence *endpoint,
		    const struct endpoint_request *request);
/*
 * Fills in COPY (cleared by the caller with evidence_endpoint_clear) with what
 * is known so far; what is outstanding is noted with END.
 */
void		 endpoint_so_far(const struct endpoint_gathering *gathering,
		    const struct endpoint_end *end,
		    struct endpoint_evidence *copy);
/* Whether all that it waits for is its turn to connect (dial.h). */
bool		 endpoint_is_in_line(
		    const struct endpoint_gathering *gathering);
/* Whether it waits before it tries again (--retry). */
bool		 endpoint_is_resting(
		    const struct endpoint_gathering *gathering);
/*
 * Whether it does so, or tries again: if no more comes of it, what came first
 * is its result.
 */
bool		 endpoint_is_trying_again(
		    const struct endpoint_gathering *gathering);
/* Ends it without a callback; its evidence stays as it is. NULL is fine. */
void		 endpoint_cancel(struct endpoint_gathering *gathering);
/* As audit_waits_for. */
char		*endpoint_waits_for(const struct endpoint_gathering *gathering);

#endif
