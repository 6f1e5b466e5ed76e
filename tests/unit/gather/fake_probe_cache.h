/*
 * In place of checker/gather/probe_cache.c: a cache whose probes end when and
 * how the test says. A test that has this file among its sources is not linked
 * to the real one.
 */
#ifndef TESTS_UNIT_GATHER_FAKE_PROBE_CACHE_H
#define TESTS_UNIT_GATHER_FAKE_PROBE_CACHE_H

#include "checker/gather/probe_cache.h"

/* How many probes have been asked for, and how many are under way. */
size_t	 fake_probes(const struct probe_cache *cache);
size_t	 fake_probes_running(const struct probe_cache *cache);

/* The address that probe I, in the order asked, is of; whether it runs. */
struct address fake_probe_address(const struct probe_cache *cache, size_t i);
bool	 fake_probe_runs(const struct probe_cache *cache, size_t i);

/* It has had a conversation. */
void	 fake_probe_spends(struct probe_cache *cache, size_t i,
	    double key_cost);
/*
 * It ends, at the greeting, or (CHAIN, copied) with a handshake. Not from
 * inside a callback.
 */
void	 fake_probe_ends(struct probe_cache *cache, size_t i,
	    const struct chain *chain);
/* It rests before it is tried again, or is tried again after that. */
void	 fake_probe_rests(struct probe_cache *cache, size_t i, bool rests);
/* It waits for its turn to connect, or does not. */
void	 fake_probe_is_in_line(struct probe_cache *cache, size_t i, bool is);

#endif
