#include "checker/gather/second_way.h"

#include <stdlib.h>

#include "checker/gather/context.h"
#include "resolver/memory.h"

struct second_way {
	struct evidence	*evidence;	/* borrowed */
	struct context	 direct;	/* see second_way_direct */
	bool		 avoiding;
	bool		 lost;
};

struct second_way *
second_way_new(const struct context *context, struct evidence *evidence)
{
	struct second_way *way;

	if (context->root_resolver == NULL)
		return NULL;
	way = memory_new(1, sizeof(*way));
	way->evidence = evidence;
	way->direct = *context;
	way->direct.resolver = context->root_resolver;
	way->direct.resolver_options = context->root_options;
	way->direct.second_way = NULL;
	return way;
}

struct evidence *
second_way_evidence(const struct second_way *way)
{
	return way->evidence;
}

void
second_way_free(struct second_way *way)
{
	free(way);
}

void
second_way_avoid(struct second_way *way)
{
	if (way != NULL)
		way->avoiding = true;
}

bool
second_way_is_avoiding(const struct second_way *way)
{
	return way != NULL && way->avoiding && !way->lost;
}

void
second_way_lose(struct second_way *way)
{
	if (way != NULL)
		way->lost = true;
}

bool
second_way_is_lost(const struct second_way *way)
{
	return way != NULL && way->lost;
}

const struct context *
second_way_direct(const struct context *context)
{
	const struct second_way *way = context->second_way;

	return way == NULL || way->lost ? context : &way->direct;
}
