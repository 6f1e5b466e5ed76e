/*
 * Visits to mail servers, shared by all audits of a run. A server is talked to
 * once at an address and under a name, however many domains have it as their MX
 * host: whoever asks while it is talked to waits along, and whoever asks soon
 * afterwards is given what was seen then.
 */
#ifndef CHECKER_GATHER_VISIT_H
#define CHECKER_GATHER_VISIT_H

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"

struct visit;
struct visits;

/* Visits that are remembered, and for how long (seconds). */
#define VISIT_KEPT	512
#define VISIT_FRESH	600

/* Called once from the loop, when the visit has freed itself. */
typedef void	visit_done(struct endpoint_evidence *endpoint,
		    void *argument);

struct visits	*visits_new(void);
/* All visits have ended before it. NULL is fine. */
void		 visits_free(struct visits *visits);

/*
 * ENDPOINT (borrowed) has its address, and is filled in. SERVER_NAME (borrowed)
 * is the TLSA base domain (RFC 7672 8.1).
 */
struct visit	*visit_start(const struct context *context,
		    struct endpoint_evidence *endpoint,
		    const char *server_name, visit_done *done, void *argument);
/* As host_stop. */
void		 visit_stop(struct visit *visit, const char *why);
/* As audit_waits_for. */
char		*visit_waits_for(const struct visit *visit);

#endif
