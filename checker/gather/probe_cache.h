/*
 * What was seen of mail servers, shared by all audits of a run. A server is
 * probed once at an address and under a name, however many domains have it as
 * their MX host: whoever asks during the probe waits for its end, and whoever
 * asks soon afterwards gets the same evidence.
 */
#ifndef CHECKER_GATHER_PROBE_CACHE_H
#define CHECKER_GATHER_PROBE_CACHE_H

#include "checker/evidence/evidence.h"
#include "checker/gather/context.h"

struct probe_cache;
struct probe_waiter;

/* How many probes are kept once they have ended, and for how many seconds. */
#define PROBE_CACHE_KEPT	512
#define PROBE_CACHE_FRESH	600

/* Called once from the loop, when the waiter has freed itself. */
typedef void	probe_cache_done(struct endpoint_evidence *endpoint,
		    void *argument);

/* An empty cache. Owned by the caller. */
struct probe_cache *
		 probe_cache_new(void);
/* Nobody may be waiting any more. NULL is fine. */
void		 probe_cache_free(struct probe_cache *cache);

/*
 * Gets the evidence of one address from CONTEXT's cache, where it is fresh, or
 * by a probe. ENDPOINT (borrowed) has its address, and is filled in with a copy
 * before the callback, which never runs from inside this call. SERVER_NAME is
 * the TLSA base domain (RFC 7672 8.1). CONTEXT must outlive the cache.
 */
struct probe_waiter *
		 probe_cache_get(const struct context *context,
		    struct endpoint_evidence *endpoint,
		    const char *server_name, probe_cache_done *done,
		    void *argument);
/*
 * Stops waiting, without a callback: what has been seen so far is filled in,
 * and what is outstanding is noted with WHY (printable). A probe that nobody
 * waits for ends, and is not kept. NULL is fine.
 */
void		 probe_cache_leave(struct probe_waiter *waiter,
		    const char *why);
/* As audit_waits_for. */
char		*probe_cache_waits_for(const struct probe_waiter *waiter);

#endif
