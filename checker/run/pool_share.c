#include <string.h>

#include "checker/run/pool_parts.h"

/*
 * Domains below one name tend to have one operator, so that they go to one
 * worker, which visits the operator's servers once: the last two labels, or
 * three where the second is short ("co.uk"). Case is folded already.
 */
static const char *
operator_of(const char *domain)
{
	const char *end = domain + strlen(domain), *dot = end;
	int labels = 0;

	for (; dot > domain; dot--) {
		if (dot[-1] != '.')
			continue;
		labels++;
		if (labels == 3 || (labels == 2 &&
		    strcspn(dot, ".") > 3))
			return dot;
	}
	return domain;
}

/* FNV-1a, 32 bits. */
static uint32_t
hash(const char *text)
{
	uint32_t value = 2166136261u;

	for (; *text != '\0'; text++)
		value = (value ^ (uint8_t)*text) * 16777619u;
	return value;
}

struct pool_worker *
pool_choose_worker(struct pool *pool, const char *domain)
{
	const size_t count = pool->options.workers;
	struct pool_worker *chosen =
	    &pool->workers[hash(operator_of(domain)) % count];
	size_t i;

	if (chosen->running < pool->options.flight)
		return chosen;
	for (i = 0; i < count; i++) {
		if (pool->workers[i].running < chosen->running)
			chosen = &pool->workers[i];
	}
	return chosen;
}

bool
pool_has_room(const struct pool *pool)
{
	size_t i;

	if (pool->next - pool->first >= POOL_WINDOW ||
	    pool->held >= POOL_HELD_MAX)
		return false;
	for (i = 0; i < pool->options.workers; i++) {
		if (pool->workers[i].running < pool->options.flight)
			return true;
	}
	return false;
}

struct pool_worker *
pool_find_alone(struct pool *pool)
{
	size_t i;

	for (i = pool->options.workers; i < pool->worker_count; i++) {
		if (pool->workers[i].running == 0)
			return &pool->workers[i];
	}
	return NULL;
}
