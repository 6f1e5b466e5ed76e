/*
 * Which domains are in a shard: in one of each number of shards, and for ever
 * in the same one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "checker/run/shard.h"
#include "tests/unit/support/table.h"

struct parse_row {
	const char	*name;		/* what is given */
	uint32_t	 index, count;	/* 0: it is no shard */
};

static const struct parse_row parse_rows[] = {
	{ "1/1", 1, 1 },
	{ "3/8", 3, 8 },
	{ "1000000/1000000", 1000000, 1000000 },
	{ "0/8", 0, 0 },
	{ "9/8", 0, 0 },
	{ "1/0", 0, 0 },
	{ "1/1000001", 0, 0 },
	{ "1", 0, 0 },
	{ "/8", 0, 0 },
	{ "1/", 0, 0 },
	{ "1/8/2", 0, 0 },
	{ "-1/8", 0, 0 },
	{ " 1/8", 0, 0 },
	{ "1 / 8", 0, 0 },
	{ "", 0, 0 },
};

static void
test_parse(void **state)
{
	const struct parse_row *row = *state;
	struct shard shard = { 0, 0 };

	assert_int_equal(shard_parse(row->name, &shard), row->count > 0);
	if (row->count == 0)
		return;
	assert_int_equal(shard.index, row->index);
	assert_int_equal(shard.count, row->count);
}

/* Of the reference implementation of FNV, by Landon Curt Noll. */
struct place_row {
	const char	*name;		/* the domain */
	uint64_t	 hash;
};

static const struct place_row place_rows[] = {
	{ "foobar", UINT64_C(0x85944171f73967e8) },
	{ "a", UINT64_C(0xaf63dc4c8601ec8c) },
	{ "b", UINT64_C(0xaf63df4c8601f1a5) },
};

static void
test_place(void **state)
{
	const struct place_row *row = *state;
	uint32_t i, in = 0;

	for (i = 1; i <= 1000; i++) {
		const struct shard shard = { i, 1000 };

		if (!shard_has(&shard, row->name))
			continue;
		in++;
		assert_int_equal(i, row->hash % 1000 + 1);
	}
	assert_int_equal(in, 1);
}

/* As many in each, about: within six standard deviations. */
static void
test_even(void **state)
{
	uint32_t counts[8] = { 0 }, i, j;
	char domain[32];

	(void)state;
	for (i = 0; i < 8000; i++) {
		snprintf(domain, sizeof(domain), "d%u.example", (unsigned)i);
		for (j = 0; j < 8; j++) {
			const struct shard shard = { j + 1, 8 };

			counts[j] += shard_has(&shard, domain);
		}
	}
	for (i = j = 0; j < 8; i += counts[j++])
		assert_true(counts[j] > 820 && counts[j] < 1180);
	assert_int_equal(i, 8000);
}

static void
test_none(void **state)
{
	const struct shard shard = { 0, 0 };

	(void)state;
	assert_true(shard_has(&shard, "example.org"));
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_parse, parse_rows),
		TABLE(test_place, place_rows),
		TABLE_ALONE(test_even),
		TABLE_ALONE(test_none),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
