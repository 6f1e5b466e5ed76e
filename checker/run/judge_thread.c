#include "checker/run/judge_thread.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/util.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "resolver/memory.h"
#include "resolver/shortage.h"

struct piece {
	struct judge_work	 work;
	struct piece		*next;		/* owned */
};

/* First in, first out. */
struct queue {
	struct piece	*first;		/* owned */
	struct piece	**end;		/* borrowed; where the next one goes */
};

struct judge_thread {
	pthread_t	 id;
	bool		 started;
	int		 sockets[2];	/* the thread writes to the second */
	struct event	*done;		/* owned; on the first */
	pthread_mutex_t	 lock;		/* of all below */
	pthread_cond_t	 changed;
	struct queue	 waiting;
	struct queue	 finished;
	bool		 ends;
};

static void
queue_init(struct queue *queue)
{
	queue->first = NULL;
	queue->end = &queue->first;
}

static void
queue_put(struct queue *queue, struct piece *piece)
{
	piece->next = NULL;
	*queue->end = piece;
	queue->end = &piece->next;
}

/* NULL: it is empty. Owned by the caller. */
static struct piece *
queue_take(struct queue *queue)
{
	struct piece *piece = queue->first;

	if (piece == NULL)
		return NULL;
	queue->first = piece->next;
	if (queue->first == NULL)
		queue->end = &queue->first;
	return piece;
}

static void
queue_clear(struct queue *queue)
{
	struct piece *piece;

	while ((piece = queue_take(queue)) != NULL)
		free(piece);
}

static void
lock(struct judge_thread *thread)
{
	if (pthread_mutex_lock(&thread->lock) != 0)
		abort();
}

static void
unlock(struct judge_thread *thread)
{
	if (pthread_mutex_unlock(&thread->lock) != 0)
		abort();
}

/* Wakes the loop. One octet is enough, however many pieces are finished. */
static void
wake_loop(struct judge_thread *thread)
{
	while (send(thread->sockets[1], "", 1, MSG_DONTWAIT) == -1) {
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			return;
		if (errno != EINTR)
			abort();
	}
}

/* The next piece; NULL: it is to end. Owned by the caller. */
static struct piece *
wait_for_work(struct judge_thread *thread)
{
	struct piece *piece = NULL;

	lock(thread);
	while (!thread->ends &&
	    (piece = queue_take(&thread->waiting)) == NULL)
		pthread_cond_wait(&thread->changed, &thread->lock);
	unlock(thread);
	return piece;
}

static void *
run(void *argument)
{
	struct judge_thread *thread = argument;
	struct piece *piece;

	while ((piece = wait_for_work(thread)) != NULL) {
		piece->work.work(piece->work.argument);
		lock(thread);
		queue_put(&thread->finished, piece);
		unlock(thread);
		wake_loop(thread);
	}
	return NULL;
}

/*
 * Calls back for one piece, and comes back for the others: the callback may end
 * the loop.
 */
static void
on_done(evutil_socket_t fd, short what, void *argument)
{
	struct judge_thread *thread = argument;
	struct judge_work work;
	struct piece *piece;
	char octets[64];

	(void)what;
	while (recv(fd, octets, sizeof(octets), MSG_DONTWAIT) > 0)
		continue;
	lock(thread);
	piece = queue_take(&thread->finished);
	if (thread->finished.first != NULL)
		event_active(thread->done, EV_READ, 0);
	unlock(thread);
	if (piece == NULL)
		return;
	work = piece->work;
	free(piece);
	work.done(work.argument);
}

struct judge_thread *
judge_thread_new(struct event_base *base)
{
	struct judge_thread *thread = memory_new(1, sizeof(*thread));

	queue_init(&thread->waiting);
	queue_init(&thread->finished);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, thread->sockets) == -1)
		shortage_end(errno);
	if (pthread_mutex_init(&thread->lock, NULL) != 0 ||
	    pthread_cond_init(&thread->changed, NULL) != 0)
		abort();
	thread->done = event_new(base, thread->sockets[0],
	    EV_READ | EV_PERSIST, on_done, thread);
	if (thread->done == NULL || event_add(thread->done, NULL) == -1)
		abort();
	return thread;
}

void
judge_thread_free(struct judge_thread *thread)
{
	if (thread == NULL)
		return;
	lock(thread);
	thread->ends = true;
	pthread_cond_signal(&thread->changed);
	unlock(thread);
	if (thread->started && pthread_join(thread->id, NULL) != 0)
		abort();
	event_free(thread->done);
	close(thread->sockets[0]);
	close(thread->sockets[1]);
	queue_clear(&thread->waiting);
	queue_clear(&thread->finished);
	pthread_cond_destroy(&thread->changed);
	pthread_mutex_destroy(&thread->lock);
	free(thread);
}

void
judge_thread_give(struct judge_thread *thread, const struct judge_work *work)
{
	struct piece *piece = memory_new(1, sizeof(*piece));

	if (!thread->started)
		thread->started =
		    pthread_create(&thread->id, NULL, run, thread) == 0;
	piece->work = *work;
	if (!thread->started)
		piece->work.work(piece->work.argument);
	lock(thread);
	queue_put(thread->started ? &thread->waiting : &thread->finished,
	    piece);
	pthread_cond_signal(&thread->changed);
	unlock(thread);
	if (!thread->started)
		wake_loop(thread);
}
