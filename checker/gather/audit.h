/*
 * The gathering of evidence about one domain: who is asked and dialled when.
 *
 *   domain --MX--> hosts --A, AAAA, TLSA--> addresses --STARTTLS--> handshakes
 *
 * All hosts, and all addresses of a host, are worked on at once, on one event
 * loop and within one deadline. What the evidence means is judge.h's business,
 * and the gathering asks host_dns.h what to do next.
 */
#ifndef CHECKER_GATHER_AUDIT_H
#define CHECKER_GATHER_AUDIT_H

#include <time.h>

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"

struct audit;

/* Called once from the loop; EVIDENCE (not judged yet) is now the callee's. */
typedef void	audit_done(struct evidence *evidence, void *argument);

/*
 * Starts; CONTEXT must outlive the audit, which frees itself before the
 * callback. NOW is the wall clock.
 */
struct audit	*audit_start(const struct context *context,
		    const char *domain, time_t now, audit_done *done,
		    void *argument);
/* Ends it without a callback. NULL is fine. */
void		 audit_cancel(struct audit *audit);

/*
 * What it waits for at this moment, for people: "TLSA _25._tcp.mx.example.org",
 * or "mx.example.org [192.0.2.1] (greeting)". Owned by the caller.
 */
char		*audit_waits_for(const struct audit *audit);

#endif
