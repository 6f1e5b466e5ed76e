/*
 * Which part of a list a run takes (--shard I/N), so that N machines share it
 * without a word to each other: each domain is in one shard, and in the same
 * one everywhere, by its name alone.
 */
#ifndef CHECKER_RUN_SHARD_H
#define CHECKER_RUN_SHARD_H

#include <stdbool.h>
#include <stdint.h>

#define SHARD_COUNT_MAX	1000000

struct shard {
	uint32_t	index;		/* 1 to count */
	uint32_t	count;		/* 0: the list is not shared */
};

/* Reads "I/N". False: it is no such thing. */
bool	shard_parse(const char *text, struct shard *shard);

/*
 * Whether DOMAIN is in it. The hash, which is for ever, is the 64-bit FNV-1a of
 * the name in the form of name.h; the shard is the remainder of it by N, and 1.
 */
bool	shard_has(const struct shard *shard, const char *domain);

#endif
