#include "tests/unit/gather/fake_probe_cache.h"

#include <assert.h>
#include <stdlib.h>

#include "resolver/memory.h"

struct probe_waiter {
	struct endpoint_evidence	*endpoint;	/* borrowed, NULL: it
							 * has ended */
	struct address			 address;
	struct endpoint_request		 request;
	bool				 in_line;
	bool				 resting, trying_again;
};

struct probe_cache {
	struct probe_waiter	**waiters;	/* owned, each as well */
	size_t			  count;
};

struct probe_cache *
probe_cache_new(void)
{
	return memory_new(1, sizeof(struct probe_cache));
}

void
probe_cache_free(struct probe_cache *cache)
{
	size_t i;

	for (i = 0; i < cache->count; i++)
		free(cache->waiters[i]);
	free(cache->waiters);
	free(cache);
}

struct probe_waiter *
probe_cache_get(const struct context *context,
    struct endpoint_evidence *endpoint, const struct endpoint_request *request)
{
	struct probe_cache *cache = context->probe_cache;
	struct probe_waiter *waiter = memory_new(1, sizeof(*waiter));

	waiter->endpoint = endpoint;
	waiter->address = endpoint->address;
	waiter->request = *request;
	cache->waiters = memory_grow(cache->waiters, cache->count,
	    sizeof(struct probe_waiter *));
	cache->waiters[cache->count++] = waiter;
	return waiter;
}

void
probe_cache_leave(struct probe_waiter *waiter, const struct endpoint_end *end)
{
	assert(waiter->endpoint != NULL);
	waiter->endpoint->outcome = end->outcome;
	waiter->endpoint->error = memory_string(end->why);
	waiter->endpoint = NULL;
}

bool
probe_cache_is_in_line(const struct probe_waiter *waiter)
{
	return waiter->in_line;
}

bool
probe_cache_is_resting(const struct probe_waiter *waiter)
{
	return waiter->resting;
}

bool
probe_cache_is_trying_again(const struct probe_waiter *waiter)
{
	return waiter->trying_again;
}

char *
probe_cache_waits_for(const struct probe_waiter *waiter)
{
	return memory_string(waiter->request.server_name);
}

size_t
fake_probes(const struct probe_cache *cache)
{
	return cache->count;
}

size_t
fake_probes_running(const struct probe_cache *cache)
{
	size_t i, running = 0;

	for (i = 0; i < cache->count; i++)
		running += fake_probe_runs(cache, i);
	return running;
}

struct address
fake_probe_address(const struct probe_cache *cache, size_t i)
{
	assert(i < cache->count);
	return cache->waiters[i]->address;
}

bool
fake_probe_runs(const struct probe_cache *cache, size_t i)
{
	return cache->waiters[i]->endpoint != NULL;
}

void
fake_probe_spends(struct probe_cache *cache, size_t i, double key_cost)
{
	const struct endpoint_request *request = &cache->waiters[i]->request;

	request->spent(key_cost, request->argument);
}

void
fake_probe_ends(struct probe_cache *cache, size_t i, const struct chain *chain)
{
	struct probe_waiter *waiter = cache->waiters[i];
	struct endpoint_evidence *endpoint = waiter->endpoint;
	struct handshake *seen;

	assert(endpoint != NULL);
	waiter->endpoint = NULL;
	endpoint->stage = chain != NULL ? STAGE_DONE : STAGE_GREETING;
	endpoint->outcome = chain != NULL ? OUTCOME_DONE : OUTCOME_REFUSED;
	if (chain != NULL) {
		seen = memory_new(1, sizeof(*seen));
		seen->chain = chain_copy(chain);
		endpoint->handshakes = memory_new(1,
		    sizeof(*endpoint->handshakes));
		endpoint->handshakes[0].seen = seen;
		endpoint->handshake_count = 1;
	}
	waiter->request.done(endpoint, waiter->request.argument);
}

void
fake_probe_is_in_line(struct probe_cache *cache, size_t i, bool is)
{
	cache->waiters[i]->in_line = is;
}

void
fake_probe_rests(struct probe_cache *cache, size_t i, bool rests)
{
	struct probe_waiter *waiter = cache->waiters[i];

	waiter->resting = rests;
	waiter->trying_again = true;
	waiter->request.rests(rests, waiter->request.argument);
}
