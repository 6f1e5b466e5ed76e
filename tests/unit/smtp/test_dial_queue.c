#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "resolver/memory.h"
#include "smtp/dial_queue.h"
#include "tests/unit/support/table.h"

enum { TURNS = 1024, ROOM = 512, FAIR_STEPS = 20000 };

struct test {
	struct dial_queue	*queue;		/* owned */
	struct dial_turn	 turns[TURNS];
	size_t			 count;		/* of them that were added */
	size_t			 open[TURNS];	/* their numbers, as opened */
	size_t			 opened;
};

static int
set_up(void **state)
{
	struct test *test = memory_new(1, sizeof(*test));

	test->queue = dial_queue_new(ROOM);
	*state = test;
	return 0;
}

static int
tear_down(void **state)
{
	struct test *test = *state;
	size_t i;

	for (i = 0; i < test->count; i++) {
		if (test->turns[i].party != 0)
			dial_queue_remove(test->queue, &test->turns[i]);
	}
	dial_queue_free(test->queue);
	free(test);
	return 0;
}

/* A turn of a party (not 0) at the address with this number; its index. */
static size_t
add(struct test *test, uint64_t party, unsigned int address)
{
	struct dial_turn *turn = &test->turns[test->count];

	turn->party = party;
	turn->address.family = AF_INET;
	turn->address.port = 25;
	turn->address.octets[2] = (uint8_t)(address >> 8);
	turn->address.octets[3] = (uint8_t)address;
	dial_queue_add(test->queue, turn);
	return test->count++;
}

static void
add_many(struct test *test, uint64_t party, size_t count)
{
	while (count-- > 0)
		add(test, party, (unsigned int)test->count);
}

static void
remove_turn(struct test *test, size_t i)
{
	dial_queue_remove(test->queue, &test->turns[i]);
	test->turns[i].party = 0;
}

/* The index of the next one, and TURNS if there is none. */
static size_t
next(struct test *test)
{
	const struct dial_turn *turn = dial_queue_next(test->queue);

	if (turn == NULL)
		return TURNS;
	assert_true(turn->open);
	test->open[test->opened++] = (size_t)(turn - test->turns);
	return (size_t)(turn - test->turns);
}

static size_t
open_all(struct test *test)
{
	size_t count = 0;

	while (next(test) != TURNS)
		count++;
	return count;
}

/* How many connections a party has. */
static size_t
held(const struct test *test, uint64_t party)
{
	size_t i, count = 0;

	for (i = 0; i < test->count; i++)
		count += test->turns[i].party == party && test->turns[i].open;
	return count;
}

/* One alone gets its share and no more; each end lets one more begin. */
static void
test_share(void **state)
{
	struct test *test = *state;

	add_many(test, 1, 640);
	assert_int_equal(open_all(test), DIAL_PARTY_MAX);
	assert_int_equal(test->open[0], 0);
	assert_int_equal(test->open[31], 31);
	remove_turn(test, 3);
	assert_int_equal(next(test), 32);
	assert_int_equal(next(test), TURNS);
}

/* Who comes later has its turns between those of the one before. */
static void
test_in_turn(void **state)
{
	struct test *test = *state;
	size_t i;

	add_many(test, 1, 10);
	add_many(test, 2, 10);
	add_many(test, 3, 1);
	for (i = 0; i < 2; i++) {
		assert_int_equal(next(test), i);
		assert_int_equal(next(test), 10 + i);
		if (i == 0)
			assert_int_equal(next(test), 20);
	}
}

/* The one that has the fewest comes next, not the one that came next. */
static void
test_fewest(void **state)
{
	struct test *test = *state;

	add_many(test, 1, 10);
	next(test);
	next(test);
	add_many(test, 2, 10);
	assert_int_equal(next(test), 10);
	assert_int_equal(next(test), 11);
	/* Both have two now, and the first has waited longer. */
	assert_int_equal(next(test), 2);
	assert_int_equal(next(test), 12);
}

/*
 * Sixteen that take what they can get leave the last eighth: twelve others get
 * what they need, and one that holds few is never kept waiting by those.
 */
static void
test_kept(void **state)
{
	struct test *test = *state;
	uint64_t party;

	for (party = 1; party <= 16; party++)
		add_many(test, party, 40);
	assert_int_equal(open_all(test), ROOM - ROOM / 8);
	for (party = 1; party <= 16; party++)
		assert_int_equal(held(test, party), 28);
	for (party = 101; party <= 112; party++)
		add_many(test, party, 6);
	assert_int_equal(open_all(test), 12 * DIAL_FEW);
	for (party = 101; party <= 112; party++)
		assert_int_equal(held(test, party), DIAL_FEW);
}

/* The room is not exceeded, however many want little. */
static void
test_room(void **state)
{
	struct test *test = *state;
	uint64_t party;

	for (party = 1; party <= 520; party++)
		add_many(test, party, 1);
	assert_int_equal(open_all(test), ROOM);
	assert_int_equal(dial_queue_open(test->queue), ROOM);
	remove_turn(test, 0);
	assert_int_equal(next(test), ROOM);
	assert_int_equal(next(test), TURNS);
}

/* A queue that is small keeps nothing, and one connection is one. */
static void
test_little_room(void **state)
{
	struct test *test = *state;

	dial_queue_set_room(test->queue, 1);
	add_many(test, 1, 2);
	assert_int_equal(next(test), 0);
	assert_int_equal(next(test), TURNS);
	remove_turn(test, 0);
	assert_int_equal(next(test), 1);
}

/* One at a time at an address, those of each party in turn. */
static void
test_address(void **state)
{
	static const size_t expected[] = { 0, 3, 5, 1, 4, 2 };
	struct test *test = *state;
	size_t i;

	for (i = 0; i < 3; i++)
		add(test, 1, 7);
	for (i = 0; i < 2; i++)
		add(test, 2, 7);
	add(test, 3, 7);
	for (i = 0; i < 6; i++) {
		assert_int_equal(next(test), expected[i]);
		assert_int_equal(next(test), TURNS);
		remove_turn(test, expected[i]);
	}
}

/* The same octets are another address with another port or family. */
static void
test_other_address(void **state)
{
	struct test *test = *state;
	size_t i;

	add(test, 1, 7);
	for (i = 1; i <= 2; i++) {
		test->turns[i] = test->turns[0];
		test->turns[i].party = 1;
	}
	test->turns[1].address.port = 26;
	test->turns[2].address.family = AF_INET6;
	dial_queue_add(test->queue, &test->turns[1]);
	dial_queue_add(test->queue, &test->turns[2]);
	test->count = 3;
	assert_int_equal(open_all(test), 3);
}

/* Who waits for the same address as one that has its turn. */
static void
test_behind(void **state)
{
	struct test *test = *state;
	size_t count = 0;

	add(test, 1, 7);
	add(test, 1, 7);
	add(test, 2, 7);
	add(test, 2, 8);
	assert_int_equal(next(test), 0);
	while (dial_queue_behind(&test->turns[0]) != NULL) {
		remove_turn(test, (size_t)(dial_queue_behind(&test->turns[0]) -
		    test->turns));
		count++;
	}
	assert_int_equal(count, 2);
	assert_int_equal(next(test), 3);
	assert_null(dial_queue_behind(&test->turns[3]));
}

/* Leaving, in each state, keeps the others' order. */
static void
test_leave(void **state)
{
	struct test *test = *state;

	add(test, 1, 1);
	add(test, 1, 1);
	add(test, 2, 1);
	add(test, 2, 2);
	add(test, 1, 3);
	assert_int_equal(next(test), 0);
	/* One in the middle of a line, and one whose turn was next. */
	remove_turn(test, 2);
	remove_turn(test, 3);
	assert_int_equal(next(test), 4);
	assert_int_equal(next(test), TURNS);
	remove_turn(test, 0);
	assert_int_equal(next(test), 1);
	assert_int_equal(dial_queue_open(test->queue), 2);
}

/*
 * A long run of chance: no rule is broken at any time, and nothing is forgotten
 * in the end.
 */
static void
test_chance(void **state)
{
	struct test *test = *state;
	uint32_t chance = 1;
	size_t step, i;

	for (step = 0; step < FAIR_STEPS; step++) {
		chance = chance * 1664525u + 1013904223u;
		i = (chance >> 8) % TURNS;
		if (test->turns[i].party != 0) {
			remove_turn(test, i);
		} else {
			test->count = i;
			add(test, 1 + (chance >> 20) % 9, (chance >> 5) % 300);
		}
		test->opened = 0;
		while ((chance & 1) != 0 && next(test) != TURNS)
			continue;
		assert_true(dial_queue_open(test->queue) <= ROOM);
	}
	test->count = TURNS;
	for (i = 1; i <= 9; i++)
		assert_true(held(test, i) <= DIAL_PARTY_MAX);
	for (i = 0; i < TURNS; i++) {
		if (test->turns[i].party != 0)
			remove_turn(test, i);
	}
	assert_int_equal(dial_queue_open(test->queue), 0);
	test->count = 0;
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_ALONE_WITH(test_share, set_up, tear_down),
		TABLE_ALONE_WITH(test_in_turn, set_up, tear_down),
		TABLE_ALONE_WITH(test_fewest, set_up, tear_down),
		TABLE_ALONE_WITH(test_kept, set_up, tear_down),
		TABLE_ALONE_WITH(test_room, set_up, tear_down),
		TABLE_ALONE_WITH(test_little_room, set_up, tear_down),
		TABLE_ALONE_WITH(test_address, set_up, tear_down),
		TABLE_ALONE_WITH(test_other_address, set_up, tear_down),
		TABLE_ALONE_WITH(test_behind, set_up, tear_down),
		TABLE_ALONE_WITH(test_leave, set_up, tear_down),
		TABLE_ALONE_WITH(test_chance, set_up, tear_down),
	};

	dial_queue_free(NULL);
	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
