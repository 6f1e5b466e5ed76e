#include "checker/run/pool_parts.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/recording.h"
#include "checker/judge/judge.h"
#include "resolver/clock.h"
#include "resolver/memory.h"
#include "resolver/name.h"

/*
 * Workers in a row that may die at their start, by chance or by something like
 * the OOM killer, before that is taken for a fault of this machine.
 */
#define STILLBORN_MAX 5

/*
 * A worker that shows signs of life may be so many times as long over the
 * deadline as one that does not: nor may one that only seems busy last forever.
 */
#define OVERDUE_MAX 3

/* Tries of a task: beside others, alone, and of what was gathered, alone. */
#define TRIES_MAX 3

/* The slot of task NUMBER, which must be in the window. Borrowed. */
static struct pool_slot *
pool_slot(struct pool *pool, uint64_t number)
{
	return &pool->window[number % POOL_WINDOW];
}

static void
task_clear(struct pool_task *task)
{
	free(task->domain);
	free(task->facts);
	free(task->earlier);
}

static void
slot_clear(struct pool_slot *slot)
{
	task_clear(&slot->task);
	evidence_free(slot->partial);
	evidence_free(slot->result.evidence);
	free(slot->result.facts);
	free(slot->crash);
	memset(slot, 0, sizeof(*slot));
}

static void
report(struct pool *pool, struct pool_slot *slot)
{
	slot->result.domain = slot->task.domain;
	/* A record stays as it is, with what only its own version knows. */
	if (slot->task.facts != NULL) {
		free(slot->result.facts);
		slot->result.facts = slot->task.facts;
		slot->result.size = slot->task.size;
		slot->task.facts = NULL;
	}
	pool->held -= slot->held;
	pool->reported++;
	pool->callbacks.report(&slot->result, pool->callbacks.argument);
	slot_clear(slot);
}

/* Reports the tasks that are done, whatever is before them. */
static void
report_all(struct pool *pool)
{
	struct pool_slot *slot;
	uint64_t number;

	for (number = pool->first; number < pool->next; number++) {
		slot = pool_slot(pool, number);
		if (slot->state == POOL_DONE)
			report(pool, slot);
	}
}

/* Moves the beginning of the window to the first task that is not reported. */
static void
move_on(struct pool *pool)
{
	while (pool->first < pool->next &&
	    pool_slot(pool, pool->first)->state == POOL_EMPTY)
		pool->first++;
}

/* Reports the tasks that are done, up to the first that is not. */
static void
report_in_order(struct pool *pool)
{
	while (pool->first < pool->next &&
	    pool_slot(pool, pool->first)->state == POOL_DONE)
		report(pool, pool_slot(pool, pool->first++));
}

/* After tasks are done: some, or the one in SLOT alone. */
static void
report_done(struct pool *pool, struct pool_slot *slot)
{
	if (!pool->options.unordered) {
		report_in_order(pool);
		return;
	}
	if (slot != NULL)
		report(pool, slot);
	else
		report_all(pool);
	move_on(pool);
}

void
pool_give_up(struct pool *pool)
{
	report_all(pool);
}

static void
finish(struct pool_slot *slot)
{
	slot->worker->pool->running--;
	slot->worker->running--;
	slot->worker = NULL;
	slot->state = POOL_DONE;
}

/* Takes ownership of WHY. */
static void
complain(struct pool *pool, char *why)
{
	if (pool->callbacks.complain != NULL)
		pool->callbacks.complain(why, false,
		    pool->callbacks.argument);
	else
		free(why);
}

static void
on_refused(struct pool_worker *worker, char *why, bool internal)
{
	struct pool *pool = worker->pool;

	if (pool->finished) {
		free(why);
		return;
	}
	/* It may be for want of processes or descriptors, and pass. */
	if (internal && pool->reports && pool->stillborn < STILLBORN_MAX) {
		pool->stillborn++;
		pool->paused = true;
		complain(pool, why);
		return;
	}
	pool->finished = pool->ended = true;
	pool->callbacks.refused(why, internal, pool->callbacks.argument);
}

static void
start_reports(struct pool *pool)
{
	if (pool->reports)
		return;
	pool->reports = true;
	if (pool->callbacks.ready != NULL)
		pool->callbacks.ready(pool->callbacks.argument);
}

static void
on_started(struct pool_worker *worker)
{
	worker->pool->stillborn = 0;
	start_reports(worker->pool);
}

/*
 * What is left where a task has cost every worker that tried it: what was
 * gathered, without a judgement, as far as that came.
 */
static void
result_of_crash(struct pool_slot *slot)
{
	struct evidence *evidence = slot->partial;

	slot->partial = NULL;
	if (evidence == NULL) {
		evidence = evidence_new(slot->task.domain);
		evidence->checked_at = time(NULL);
	}
	free(evidence->crash);
	evidence->crash = memory_string(slot->crash);
	judge_nothing(evidence);
	slot->result.evidence = evidence;
}

/* After its worker has died: it is tried again, or that is the result. */
static void
try_again(struct pool *pool, struct pool_slot *slot, const char *why)
{
	const bool gathered = slot->result.facts != NULL &&
	    slot->task.facts == NULL;

	slot->worker = NULL;
	slot->crash = memory_join(slot->crash, "; then ", why);
	if (pool->options.tries_again && (slot->tries < TRIES_MAX - 1 ||
	    (slot->tries < TRIES_MAX && gathered))) {
		slot->state = POOL_AGAIN;
		pool->again++;
		return;
	}
	result_of_crash(slot);
	slot->state = POOL_DONE;
	pool->running--;
}

/* Its worker never looked at it. */
static void
take_back(struct pool *pool, struct pool_slot *slot)
{
	slot->worker = NULL;
	slot->tries--;
	slot->state = POOL_AGAIN;
	pool->again++;
}

static void
complain_of_loss(struct pool *pool, size_t count, const char *why)
{
	complain(pool, memory_format("a worker process died (%s) with %zu "
	    "domain%s under way%s", why, count, count == 1 ? "" : "s",
	    pool->options.tries_again && count > 0 ? ", each of which is "
	    "tried again by itself" : ""));
}

static void
on_lost(struct pool_worker *worker, char *why)
{
	struct pool *pool = worker->pool;
	const bool ready = worker->ready, alone = worker->alone;
	const size_t count = worker->running;
	struct pool_slot *slot;
	uint64_t number;
	char *how;

	how = pool_worker_end(worker, true);
	if (why == NULL)
		why = how != NULL ? how : memory_string("ended by itself");
	else
		free(how);
	if (!ready && ++pool->stillborn > STILLBORN_MAX) {
		on_refused(worker, memory_format("a worker process died at its "
		    "start: %s", why), true);
		free(why);
		return;
	}
	/* While none has started, the last one's fault is the run's. */
	if (!alone && (ready || pool->reports))
		complain_of_loss(pool, count, why);
	for (number = pool->first; number < pool->next; number++) {
		slot = pool_slot(pool, number);
		if (slot->state != POOL_RUNNING || slot->worker != worker)
			continue;
		if (ready)
			try_again(pool, slot, why);
		else
			take_back(pool, slot);
	}
	free(why);
	report_done(pool, NULL);
	pool_wake(pool);
}

/* The task of a message, if the worker has it. Borrowed; NULL: it has not. */
static struct pool_slot *
find_slot(struct pool_worker *worker, uint64_t number)
{
	struct pool *pool = worker->pool;
	struct pool_slot *slot;

	if (number < pool->first || number >= pool->next)
		return NULL;
	slot = pool_slot(pool, number);
	return slot->state == POOL_RUNNING && slot->worker == worker ? slot :
	    NULL;
}

/*
 * Replaces *EVIDENCE by the message's, which must be about the slot's domain:
 * one domain's server must not speak for another domain. Returns what is wrong,
 * or NULL.
 */
static char *
take_evidence(struct evidence **evidence, const struct pool_slot *slot,
    const struct message *message)
{
	char *why = NULL;

	evidence_free(*evidence);
	*evidence = recording_decode(message->octets, message->size,
	    RECORDING_REPORTED, &why);
	if (*evidence == NULL)
		return why;
	if (name_equal((*evidence)->domain, slot->task.domain))
		return NULL;
	evidence_free(*evidence);
	*evidence = NULL;
	return memory_string("evidence of another domain");
}

/* Nothing is the result of facts that are no good, which it has said. */
static char *
take_result(struct pool_slot *slot, const struct message *message)
{
	if (message->size > 0)
		return take_evidence(&slot->result.evidence, slot, message);
	return slot->task.facts != NULL && slot->complaints > 0 ? NULL :
	    memory_string("no result");
}

/* What a task has to say for itself, as a whole. */
static bool
is_too_much(struct pool_slot *slot, const struct message *message)
{
	slot->received += message->size;
	slot->complaints += message->type == MESSAGE_COMPLAINT;
	return slot->received > POOL_RECEIVED_MAX ||
	    slot->complaints > POOL_COMPLAINTS_MAX;
}

/* Takes ownership of WHY. */
static void
complain_of_input(struct pool *pool, const struct pool_task *task, char *why)
{
	const bool is_users = task->facts != NULL || task->earlier != NULL;

	if (pool->callbacks.complain != NULL)
		pool->callbacks.complain(memory_format("%s: %s", task->domain,
		    why), is_users, pool->callbacks.argument);
	free(why);
}

static void
take_facts(struct pool_result *result, const struct message *message)
{
	free(result->facts);
	result->facts = memory_copy(message->octets, message->size);
	result->size = message->size;
}

static char *
on_message(struct pool_worker *worker, const struct message *message)
{
	struct pool *pool = worker->pool;
	struct pool_slot *slot = find_slot(worker, message->task);
	char *why = NULL;

	/* A last word from before the end. */
	if (pool->finished)
		return NULL;
	if (slot == NULL)
		return memory_string("about a task that it does not have");
	if (is_too_much(slot, message))
		return memory_string("too much about one task");
	switch (message->type) {
	case MESSAGE_COMPLAINT:
		complain_of_input(pool, &slot->task, channel_text(message));
		break;
	case MESSAGE_FACTS:
		take_facts(&slot->result, message);
		break;
	case MESSAGE_PARTIAL:
		why = take_evidence(&slot->partial, slot, message);
		break;
	case MESSAGE_RESULT:
		why = take_result(slot, message);
		if (why != NULL)
			break;
		slot->held = slot->result.size + message->size;
		pool->held += slot->held;
		finish(slot);
		report_done(pool, slot);
		pool_wake(pool);
		break;
	default:
		return memory_string("a message of no known type");
	}
	return why;
}

/* Gives the slot's task to WORKER. */
static void
give(struct pool_slot *slot, struct pool_worker *worker)
{
	struct pool *pool = worker->pool;

	if (!pool_worker_start(worker)) {
		slot->state = POOL_AGAIN;
		pool->again++;
		return;
	}
	slot->state = POOL_RUNNING;
	slot->worker = worker;
	slot->began = clock_monotonic();
	slot->received = slot->complaints = 0;
	slot->tries++;
	worker->running++;
	pool_worker_give(worker, slot);
}

/* Begins those to be tried again, in their order, as far as there is room. */
static void
give_again(struct pool *pool)
{
	struct pool_worker *worker;
	struct pool_slot *slot;
	uint64_t number;

	for (number = pool->first; number < pool->next && pool->again > 0 &&
	    !pool->finished && !pool->paused; number++) {
		slot = pool_slot(pool, number);
		if (slot->state != POOL_AGAIN)
			continue;
		worker = slot->tries == 0 ?
		    pool_choose_worker(pool, slot->task.domain) :
		    pool_find_alone(pool);
		if (worker == NULL)
			continue;
		pool->again--;
		give(slot, worker);
	}
}

/* Ends the workers that have tried a task alone, when no other waits. */
static void
end_idle_alone(struct pool *pool)
{
	size_t i;

	for (i = pool->options.workers; i < pool->worker_count; i++) {
		if (pool->workers[i].running == 0)
			free(pool_worker_end(&pool->workers[i], true));
	}
}

static bool
begin_next(struct pool *pool)
{
	struct pool_slot *slot = pool_slot(pool, pool->next);
	struct pool_task task = { 0 };

	if (!pool->callbacks.next(pool->callbacks.argument, &task,
	    &pool->ended))
		return false;
	slot->task = task;
	slot->number = pool->next++;
	pool->running++;
	give(slot, pool_choose_worker(pool, task.domain));
	return true;
}

void
pool_wake(struct pool *pool)
{
	while (!pool->ended && !pool->paused && pool_has_room(pool) &&
	    begin_next(pool))
		continue;
	/* A pipe may be empty for long: the settings are tried now. */
	if (!pool->ended && !pool->reports && pool->running == 0)
		pool_worker_start(&pool->workers[0]);
	give_again(pool);
	if (pool->again == 0)
		end_idle_alone(pool);
	if (pool->ended && pool->first == pool->next && !pool->finished) {
		/* An empty list needs no worker. */
		start_reports(pool);
		pool->finished = true;
		pool->callbacks.finished(pool->callbacks.argument);
	}
}

/* Whether a task of the worker should have had a result by now. */
static bool
is_overdue(struct pool *pool, const struct pool_worker *worker)
{
	const double limit = clock_monotonic() - pool->options.deadline;
	struct pool_slot *slot;
	uint64_t number;

	for (number = pool->first; number < pool->next; number++) {
		slot = pool_slot(pool, number);
		if (slot->state == POOL_RUNNING && slot->worker == worker &&
		    slot->began < limit)
			return true;
	}
	return false;
}

/*
 * Seconds of silence are counted here, not read off a clock: when the whole run
 * was stopped for a while, no worker has hung.
 */
static void
on_tick(evutil_socket_t fd, short what, void *argument)
{
	struct pool *pool = argument;
	struct pool_worker *worker;
	size_t i;

	(void)fd;
	(void)what;
	for (i = 0; i < pool->worker_count; i++) {
		worker = &pool->workers[i];
		if (worker->channel == NULL || worker->running == 0)
			continue;
		worker->silent++;
		worker->overdue = is_overdue(pool, worker) ?
		    worker->overdue + 1 : 0;
		if (worker->overdue == 0)
			continue;
		if (worker->silent > pool->options.grace)
			on_lost(worker, memory_format("hung, killed %u seconds "
			    "after its last sign of life", worker->silent));
		else if (worker->overdue > OVERDUE_MAX * pool->options.grace)
			on_lost(worker, memory_format("killed %u seconds after "
			    "the deadline", worker->overdue));
	}
	if (pool->paused) {
		pool->paused = false;
		pool_wake(pool);
	}
}

static const struct pool_hearing hearing = {
	.started = on_started,
	.refused = on_refused,
	.received = on_message,
	.lost = on_lost,
};

struct pool *
pool_new(struct event_base *base, const struct pool_options *options,
    const struct pool_callbacks *callbacks)
{
	const struct timeval second = { .tv_sec = 1 };
	struct pool *pool = memory_new(1, sizeof(*pool));
	size_t i;

	pool->base = base;
	pool->options = *options;
	pool->callbacks = *callbacks;
	pool->first = pool->next = 1;
	pool->worker_count = options->workers +
	    (options->tries_again ? options->alone : 0);
	pool->workers = memory_new(pool->worker_count, sizeof(*pool->workers));
	for (i = 0; i < pool->worker_count; i++) {
		pool->workers[i].pool = pool;
		pool->workers[i].hearing = &hearing;
		pool->workers[i].alone = i >= options->workers;
	}
	pool->tick = event_new(base, -1, EV_PERSIST, on_tick, pool);
	if (pool->tick == NULL || event_add(pool->tick, &second) == -1)
		abort();
	return pool;
}

char *
pool_free(struct pool *pool)
{
	char *why = NULL, *how;
	uint64_t number;
	bool busy;
	size_t i;

	if (pool == NULL)
		return NULL;
	for (i = 0; i < pool->worker_count; i++) {
		busy = pool->workers[i].running > 0;
		how = pool_worker_end(&pool->workers[i], busy);
		if (how != NULL && !busy)
			why = memory_join(why, "; ", how);
		free(how);
	}
	for (number = pool->first; number < pool->next; number++)
		slot_clear(pool_slot(pool, number));
	event_free(pool->tick);
	free(pool->workers);
	free(pool);
	return why;
}

size_t
pool_reported(const struct pool *pool)
{
	return pool->reported;
}

size_t
pool_running(const struct pool *pool)
{
	return pool->running;
}

char *
pool_waits_for(const struct pool *pool)
{
	const struct pool_slot *slot =
	    &pool->window[pool->first % POOL_WINDOW];

	if (slot->state != POOL_RUNNING && slot->state != POOL_AGAIN)
		return NULL;
	return memory_string(slot->worker != NULL &&
	    slot->worker->waits_for != NULL ? slot->worker->waits_for :
	    slot->task.domain);
}
