/*
 * Visits to mail servers, shared by all audits of a run. A server is talked to
 * once at an address and under a name, however many domains have it as their MX
 * host: whoever asks while it is talked to waits along, and whoever asks soon
 * afterwards is given what was seen then.
 */
#ifndef CHECKER_GATHER_PROBE_CACHE_H
#define CHECKER_GATHER_PROBE_CACHE_H

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"

struct probe_waiter;
struct probe_cache;

/* Visits that are remembered, and for how long (seconds). */
#define PROBE_CACHE_KEPT	512
#define PROBE_CACHE_FRESH	600

/* Called once from the loop, when the visit has freed itself. */
typedef void	probe_cache_done(struct endpoint_evidence *endpoint,
		    void *argument);

struct probe_cache	*probe_cache_new(void);
/* All visits have ended before it. NULL is fine. */
void		 probe_cache_free(struct probe_cache *probe_cache);

/*
 * ENDPOINT (borrowed) has its address, and is filled in. SERVER_NAME (borrowed)
 * is the TLSA base domain (RFC 7672 8.1).
 */
struct probe_waiter	*probe_cache_get(const struct context *context,
		    struct endpoint_evidence *endpoint,
		    const char *server_name, probe_cache_done *done, void *argument);
/* As host_stop. */
void		 probe_cache_leave(struct probe_waiter *visit, const char *why);
/* As audit_waits_for. */
char		*probe_cache_waits_for(const struct probe_waiter *visit);

#endif
