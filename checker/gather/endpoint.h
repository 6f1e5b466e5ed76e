/*
 * Gathers the evidence about one address of a mail server: a conversation for
 * each key type that the server has a certificate of, one after the other.
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
 * ENDPOINT (borrowed) has its address, and is filled in. SERVER_NAME (borrowed)
 * is the TLSA base domain (RFC 7672 8.1). CONTEXT, too, must outlive the
 * gathering.
 */
struct endpoint_gathering *
		 endpoint_start(const struct context *context,
		    struct endpoint_evidence *endpoint,
		    const char *server_name, endpoint_done *done,
		    void *argument);
/*
 * Fills in COPY (cleared by the caller with evidence_endpoint_clear) with what
 * is known so far; what is outstanding is noted with WHY (printable).
 */
void		 endpoint_so_far(const struct endpoint_gathering *gathering,
		    const char *why, struct endpoint_evidence *copy);
/* Ends it without a callback; its evidence stays as it is. NULL is fine. */
void		 endpoint_cancel(struct endpoint_gathering *gathering);
/* As audit_waits_for. */
char		*endpoint_waits_for(const struct endpoint_gathering *gathering);

#endif
