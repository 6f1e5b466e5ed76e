#include "checker/run/pool_parts.h"

#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "resolver/clock.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* Octets of a worker's standard error that are passed on, and at a time. */
#define ERRORS_MAX	65536
#define ERRORS_SIZE	4096

/*
 * Seconds that a worker has to end by itself, and how many of these are left
 * when it has closed its standard error at the last moment.
 */
#define PATIENCE	10.0
#define PATIENCE_LEAST	0.5

static void
complain(struct pool *pool, char *why)
{
	if (pool->callbacks.complain != NULL)
		pool->callbacks.complain(why, false,
		    pool->callbacks.argument);
	else
		free(why);
}

/* Passes on what is there, a line for each; false: no more will come. */
static bool
hear_errors(struct pool_worker *worker)
{
	char octets[ERRORS_SIZE], *line, *rest = octets, *text;
	ssize_t got = read(worker->child.errors, octets, sizeof(octets) - 1);

	if (got <= 0)
		return got == -1 && errno == EINTR;
	octets[got] = '\0';
	worker->heard += (size_t)got;
	while (worker->heard <= ERRORS_MAX &&
	    (line = strsep(&rest, "\n")) != NULL) {
		if (*line == '\0')
			continue;
		text = text_printable(line, strlen(line));
		complain(worker->pool, memory_format("worker: %s", text));
		free(text);
	}
	return true;
}

static void
on_errors(evutil_socket_t fd, short what, void *argument)
{
	struct pool_worker *worker = argument;

	(void)fd;
	(void)what;
	if (!hear_errors(worker))
		event_del(worker->errors);
}

/*
 * Until it closes its standard error, which it does by ending, or for as long
 * as it has for that: one that was taken over could talk for ever. Returns how
 * many seconds it has still.
 */
static double
hear_last_words(struct pool_worker *worker)
{
	const double until = clock_monotonic() + PATIENCE;
	struct pollfd watch = {
		.fd = worker->child.errors,
		.events = POLLIN,
	};
	double left = PATIENCE;
	int ready;

	while (left > 0) {
		ready = poll(&watch, 1, (int)(left * 1000) + 1);
		if ((ready == -1 && errno != EINTR) ||
		    (ready > 0 && !hear_errors(worker)))
			break;
		left = until - clock_monotonic();
	}
	return left > PATIENCE_LEAST ? left : PATIENCE_LEAST;
}

/* Level, subject, NUL, line. Returns what is wrong (static), or NULL. */
static const char *
hear_trace(struct pool_worker *worker, const struct message *message)
{
	const struct pool_callbacks *callbacks = &worker->pool->callbacks;
	const uint8_t *subject = message->octets + 1, *end;
	char *safe_subject, *safe_line;

	end = message->size < 2 ? NULL :
	    memchr(subject, '\0', message->size - 1);
	if (end == NULL)
		return "a trace without a subject";
	if (callbacks->trace == NULL)
		return NULL;
	safe_subject = channel_printable(subject, (size_t)(end - subject));
	end++;
	safe_line = channel_printable(end,
	    (size_t)(message->octets + message->size - end));
	callbacks->trace(message->octets[0], safe_subject, safe_line,
	    callbacks->argument);
	free(safe_subject);
	free(safe_line);
	return NULL;
}

static void
on_message(const struct message *message, void *argument)
{
	struct pool_worker *worker = argument;
	const char *wrong = NULL;
	char *why = NULL;

	worker->silent = 0;
	switch (message->type) {
	case MESSAGE_READY:
		if (worker->ready)
			wrong = "that it has started, again";
		worker->ready = true;
		if (wrong == NULL)
			worker->hearing->started(worker);
		break;
	case MESSAGE_REFUSED:
		/* Once it has begun, no settings are wrong: its peers speak. */
		if (worker->ready) {
			wrong = "that a setting is wrong, too late";
			break;
		}
		worker->hearing->refused(worker, channel_text(message),
		    false);
		return;
	case MESSAGE_ALIVE:
		free(worker->waits_for);
		worker->waits_for = message->size > 0 ? channel_text(message) :
		    NULL;
		break;
	case MESSAGE_TRACE:
		wrong = hear_trace(worker, message);
		break;
	default:
		if (worker->ready)
			why = worker->hearing->received(worker, message);
		else
			wrong = "a message before it has started";
		break;
	}
	if (wrong != NULL)
		why = memory_string(wrong);
	if (why == NULL)
		return;
	worker->hearing->lost(worker, memory_format("sent nonsense: %s", why));
	free(why);
}

static void
on_closed(bool nonsense, void *argument)
{
	struct pool_worker *worker = argument;

	worker->hearing->lost(worker, nonsense ?
	    memory_string("sent nonsense: no message") : NULL);
}

bool
pool_worker_start(struct pool_worker *worker)
{
	struct pool *pool = worker->pool;
	const struct channel_callbacks callbacks = {
		.received = on_message,
		.closed = on_closed,
		.argument = worker,
	};
	char *why;

	if (worker->channel != NULL)
		return true;
	if (!child_start(&worker->child, worker->alone ?
	    pool->options.work_alone : pool->options.work,
	    pool->options.work_argument, &why)) {
		worker->hearing->refused(worker, memory_format("a worker "
		    "process cannot be started: %s", why), true);
		free(why);
		return false;
	}
	worker->channel = channel_new(pool->base, worker->child.fd,
	    &callbacks);
	worker->errors = event_new(pool->base, worker->child.errors,
	    EV_READ | EV_PERSIST, on_errors, worker);
	if (worker->errors == NULL || event_add(worker->errors, NULL) == -1)
		abort();
	worker->heard = 0;
	worker->ready = false;
	worker->silent = worker->overdue = 0;
	return true;
}

static void
send_octets(struct pool_worker *worker, enum message_type type,
    const struct pool_slot *slot, const uint8_t *octets, size_t size)
{
	const struct message message = {
		.type = type,
		.task = slot->number,
		.octets = octets,
		.size = size,
	};

	channel_send(worker->channel, &message);
}

/*
 * What a task has gathered before is judged instead of being gathered again,
 * once two workers have died of it.
 */
static bool
is_to_be_judged(const struct pool_slot *slot)
{
	return slot->task.facts != NULL || slot->tries > 2;
}

/* The facts, which must be about the task's domain. */
static void
send_facts(struct pool_worker *worker, const struct pool_slot *slot,
    const uint8_t *facts, size_t size)
{
	const char *domain = slot->task.domain;
	const size_t length = strlen(domain) + 1;
	uint8_t *octets = memory_new(length + size, 1);

	memcpy(octets, domain, length);
	if (size > 0)
		memcpy(octets + length, facts, size);
	send_octets(worker, MESSAGE_JUDGE, slot, octets, length + size);
	free(octets);
}

void
pool_worker_give(struct pool_worker *worker, struct pool_slot *slot)
{
	const struct pool_task *task = &slot->task;
	const struct pool_result *result = &slot->result;

	if (task->earlier != NULL)
		send_octets(worker, MESSAGE_EARLIER, slot, task->earlier,
		    task->earlier_size);
	if (slot->crash != NULL && is_to_be_judged(slot))
		channel_send_text(worker->channel, MESSAGE_CRASH, slot->number,
		    slot->crash);
	if (!is_to_be_judged(slot))
		channel_send_text(worker->channel, MESSAGE_AUDIT, slot->number,
		    task->domain);
	else if (task->facts != NULL)
		send_facts(worker, slot, task->facts, task->size);
	else
		send_facts(worker, slot, result->facts, result->size);
}

char *
pool_worker_end(struct pool_worker *worker, bool at_once)
{
	double left;
	char *how;

	if (worker->channel == NULL)
		return NULL;
	channel_free(worker->channel);
	worker->channel = NULL;
	event_free(worker->errors);
	worker->errors = NULL;
	if (at_once)
		child_kill(&worker->child);
	left = hear_last_words(worker);
	how = child_end(&worker->child, left);
	free(worker->waits_for);
	worker->waits_for = NULL;
	worker->running = 0;
	return how;
}
