/*
 * Gathers the evidence about one domain: who is asked and connected to, when.
 *
 *   domain --MX--> hosts --A, AAAA, TLSA--> addresses --STARTTLS--> handshakes
 *
 * All hosts, and of their addresses as many as contacts.h says, are worked on
 * at once, on one event loop and within one deadline. host_dns.h says what to
 * ask next; what the evidence means is for judge.h to say.
 *
 * The deadline is --timeout after the start. The time in which an audit waits
 * for nothing but its turn to connect (dial.h), which other domains hold, is
 * not charged: the deadline is put off by as much, up to another --timeout.
 */
#ifndef CHECKER_GATHER_AUDIT_H
#define CHECKER_GATHER_AUDIT_H

#include <time.h>

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"

struct audit;

/* Audits that one context carries at a time. */
#define AUDIT_FLIGHT 64

/* The longest that an audit can take which is given TIMEOUT seconds. */
double		 audit_longest(double timeout);

/* Called once from the loop; EVIDENCE (not judged) is owned by the callee. */
typedef void	audit_done(struct evidence *evidence, void *argument);

/*
 * Starts the audit of DOMAIN (form of name.h; copied). It frees itself before
 * the callback; CONTEXT must outlive it. NOW is the wall clock.
 */
struct audit	*audit_start(const struct context *context,
		    const char *domain, time_t now, audit_done *done,
		    void *argument);
/* Ends it without a callback, and drops its evidence. NULL is fine. */
void		 audit_cancel(struct audit *audit);

/*
 * What the audit is waiting for, as text: "TLSA _25._tcp.mx.example.org",
 * "mx.example.org [192.0.2.1] (greeting)" or "ns.example.org [192.0.2.53] (MX
 * example.org)". Owned by the caller.
 */
char		*audit_waits_for(const struct audit *audit);

/* What has been gathered so far. Borrowed, and still added to. */
const struct evidence *audit_evidence(const struct audit *audit);

#endif
