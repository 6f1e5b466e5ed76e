/*
 * The thread beside the loop: order, what is shared, and an early end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <event2/event.h>
#include <pthread.h>

#include "checker/run/judge_thread.h"
#include "tests/unit/support/table.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

#define PIECES	100

struct world {
	struct event_base	*base;		/* owned */
	struct judge_thread	*thread;	/* owned; NULL: freed */
	pthread_t		 loop;		/* the thread of the loop */
	bool			 beside;	/* all worked in another one */
	size_t			 worked;	/* pieces */
	size_t			 done;		/* the same */
	bool			 ends_at_done;	/* of the first one */
};

struct job {
	struct world	*world;		/* borrowed */
	size_t		 number;
	size_t		 turn;		/* in which it was worked on */
};

static void
work(void *argument)
{
	struct job *job = argument;

	if (pthread_equal(pthread_self(), job->world->loop))
		job->world->beside = false;
	job->turn = job->world->worked++;
}

static void
done(void *argument)
{
	struct job *job = argument;
	struct world *world = job->world;

	assert_true(pthread_equal(pthread_self(), world->loop));
	assert_int_equal(job->turn, job->number);
	assert_int_equal(world->done, job->number);
	if (++world->done == PIECES)
		event_base_loopbreak(world->base);
	if (!world->ends_at_done)
		return;
	judge_thread_free(world->thread);
	world->thread = NULL;
	event_base_loopbreak(world->base);
}

static void
world_init(struct world *world)
{
	*world = (struct world){ .base = event_base_new(), .beside = true,
		.loop = pthread_self() };
	world->thread = judge_thread_new(world->base);
}

static void
world_clear(struct world *world)
{
	judge_thread_free(world->thread);
	event_base_free(world->base);
}

static void
give(struct world *world, struct job *jobs)
{
	struct judge_work piece = { .work = work, .done = done };
	size_t i;

	for (i = 0; i < PIECES; i++) {
		jobs[i] = (struct job){ world, i, 0 };
		piece.argument = &jobs[i];
		judge_thread_give(world->thread, &piece);
	}
}

static void
test_in_order(void **state)
{
	struct job jobs[PIECES];
	struct world world;

	(void)state;
	world_init(&world);
	give(&world, jobs);
	/* No callback runs from inside the call. */
	assert_int_equal(world.done, 0);
	event_base_dispatch(world.base);
	assert_int_equal(world.done, PIECES);
	assert_int_equal(world.worked, PIECES);
	assert_true(world.beside);
	world_clear(&world);
}

static void
test_freed_in_callback(void **state)
{
	struct job jobs[PIECES];
	struct world world;

	(void)state;
	world_init(&world);
	world.ends_at_done = true;
	give(&world, jobs);
	event_base_dispatch(world.base);
	assert_int_equal(world.done, 1);
	world_clear(&world);
}

static void
test_freed_at_once(void **state)
{
	struct job jobs[PIECES];
	struct world world;

	(void)state;
	world_init(&world);
	give(&world, jobs);
	world_clear(&world);
	assert_int_equal(world.done, 0);
}

static void
test_unused(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	world_clear(&world);
	judge_thread_free(NULL);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_ALONE(test_in_order),
		TABLE_ALONE(test_freed_in_callback),
		TABLE_ALONE(test_freed_at_once),
		TABLE_ALONE(test_unused),
	};

	return table_run(tables, COUNT(tables));
}
