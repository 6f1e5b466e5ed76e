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
#include "checker/gather/endpoint.h"

struct probe_cache;
struct probe_waiter;

/*
 * How many probes are kept once they have ended, for how many seconds, and how
 * many octets of evidence that may be (evidence_endpoint_octets).
 */
#define PROBE_CACHE_KEPT	512
#define PROBE_CACHE_FRESH	600
#define PROBE_CACHE_OCTETS	((size_t)12 * 1024 * 1024)

/* An empty cache. Owned by the caller. */
struct probe_cache *
		 probe_cache_new(void);
/* Nobody may be waiting any more. NULL is fine. */
void		 probe_cache_free(struct probe_cache *cache);

/*
 * Gets the evidence of one address from CONTEXT's cache, where it is fresh, or
 * by a probe. ENDPOINT (borrowed) has its address, and is filled in with a copy
 * before the request's `done` is called, when the waiter has freed itself, and
 * never from inside this call. CONTEXT must outlive the cache.
 *
 * A probe's connections are of the party that asked first. What it spends is
 * told to the one who has waited longest, and to nobody else; that it rests, to
 * all.
 */
struct probe_waiter *
		 probe_cache_get(const struct context *context,
		    struct endpoint_evidence *endpoint,
		    const struct endpoint_request *request);
/*
 * Stops waiting, without a callback: what has been seen so far is filled in,
 * and what is outstanding is noted with END. A probe that nobody waits for
 * ends, and is not kept. NULL is fine.
 */
void		 probe_cache_leave(struct probe_waiter *waiter,
		    const struct endpoint_end *end);
/* As endpoint_is_in_line. */
bool		 probe_cache_is_in_line(const struct probe_waiter *waiter);
/* As endpoint_is_resting, and endpoint_is_trying_again. */
bool		 probe_cache_is_resting(const struct probe_waiter *waiter);
bool		 probe_cache_is_trying_again(
		    const struct probe_waiter *waiter);
/* As audit_waits_for. */
char		*probe_cache_waits_for(const struct probe_waiter *waiter);

#endif
