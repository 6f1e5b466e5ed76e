#include "checker/run/shard.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/text.h"

/* http://www.isthe.com/chongo/tech/comp/fnv/ */
#define FNV_BASIS	UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME	UINT64_C(0x100000001b3)

bool
shard_parse(const char *text, struct shard *shard)
{
	const char *slash = strchr(text, '/');
	char *index;
	bool good;

	if (slash == NULL)
		return false;
	index = memory_copy(text, (size_t)(slash - text));
	good = text_parse_number(index, SHARD_COUNT_MAX, &shard->index) &&
	    text_parse_number(slash + 1, SHARD_COUNT_MAX, &shard->count) &&
	    shard->index <= shard->count;
	free(index);
	return good;
}

bool
shard_has(const struct shard *shard, const char *domain)
{
	uint64_t hash = FNV_BASIS;

	if (shard->count == 0)
		return true;
	for (; *domain != '\0'; domain++)
		hash = (hash ^ (uint8_t)*domain) * FNV_PRIME;
	return hash % shard->count == shard->index - 1;
}
