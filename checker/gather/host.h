/*
 * Gathers what the DNS says of one mail server: addresses, then TLSA records
 * (RFC 7672 2.2). contacts.h goes on from there.
 */
#ifndef CHECKER_GATHER_HOST_H
#define CHECKER_GATHER_HOST_H

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"

struct host_gathering;

/*
 * Called once from the loop, when the gathering has freed itself. CONNECT: by
 * what the DNS says, the host's addresses are to be tried.
 */
typedef void	host_done(struct host_evidence *host, bool connect,
		    void *argument);

/*
 * HOST (borrowed) has its name and port, and is filled in. DANE_APPLIES: the MX
 * answer lets senders use DANE at all; where it does not, the DNS is asked for
 * the report, and only --all connects.
 */
struct host_gathering *
		 host_start(const struct context *context,
		    struct host_evidence *host, bool dane_applies,
		    host_done *done, void *argument);
/*
 * Ends it without a callback: what is outstanding is noted in the evidence,
 * with WHY (printable), except for a TLSA question that has not had the time
 * that every question gets. NULL is fine.
 */
void		 host_stop(struct host_gathering *gathering, const char *why);
/* As audit_waits_for. */
char		*host_waits_for(const struct host_gathering *gathering);

#endif
