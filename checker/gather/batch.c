#include "checker/gather/batch.h"

#include <stdlib.h>
#include <time.h>

#include "checker/gather/audit.h"
#include "resolver/memory.h"

/*
 * A place in the window: an audit in flight, or a report that waits its turn.
 */
struct place {
	struct batch	*batch;		/* borrowed */
	struct audit	*audit;		/* owned, NULL: done */
	struct evidence	*evidence;	/* owned, NULL: not done */
};

struct batch {
	const struct context	*context;	/* borrowed */
	const struct batch_callbacks	*callbacks;	/* borrowed */
	struct place			 window[BATCH_WINDOW];	/* a ring */
	size_t				 first;		/* whose turn it is */
	size_t				 next;		/* the next domain */
	size_t				 running;	/* audits in flight */
	bool				 ended;		/* no more domains */
	bool				 finished;	/* and that was said */
};

static struct place *
place_of(struct batch *batch, size_t number)
{
	return &batch->window[number % BATCH_WINDOW];
}

/* Hands out what is complete and has its turn. */
static void
report(struct batch *batch)
{
	struct evidence *evidence;
	struct place *place;

	while (batch->first < batch->next) {
		place = place_of(batch, batch->first);
		if (place->evidence == NULL)
			return;
		evidence = place->evidence;
		place->evidence = NULL;
		batch->first++;
		batch->callbacks->report(evidence, batch->callbacks->argument);
	}
}

void
batch_give_up(struct batch *batch)
{
	struct evidence *evidence;
	struct place *place;
	size_t number;

	for (number = batch->first; number < batch->next; number++) {
		place = place_of(batch, number);
		evidence = place->evidence;
		place->evidence = NULL;
		if (evidence != NULL)
			batch->callbacks->report(evidence,
			    batch->callbacks->argument);
	}
}

static void
on_audit(struct evidence *evidence, void *argument)
{
	struct place *place = argument;
	struct batch *batch = place->batch;

	place->audit = NULL;
	place->evidence = evidence;
	batch->running--;
	report(batch);
	batch_wake(batch);
}

struct batch *
batch_new(const struct context *context,
    const struct batch_callbacks *callbacks)
{
	struct batch *batch = memory_new(1, sizeof(*batch));

	batch->context = context;
	batch->callbacks = callbacks;
	return batch;
}

void
batch_free(struct batch *batch)
{
	size_t i;

	if (batch == NULL)
		return;
	for (i = 0; i < BATCH_WINDOW; i++) {
		audit_cancel(batch->window[i].audit);
		evidence_free(batch->window[i].evidence);
	}
	free(batch);
}

static size_t
flight(const struct batch *batch)
{
	return batch->context->options->authoritative ?
	    BATCH_FLIGHT_AUTHORITATIVE : BATCH_FLIGHT;
}

void
batch_wake(struct batch *batch)
{
	struct place *place;
	char *domain;

	while (!batch->ended && batch->running < flight(batch) &&
	    batch->next - batch->first < BATCH_WINDOW) {
		domain = batch->callbacks->next(batch->callbacks->argument,
		    &batch->ended);
		if (domain == NULL)
			break;
		place = place_of(batch, batch->next++);
		batch->running++;
		place->batch = batch;
		place->audit = audit_start(batch->context, domain, time(NULL),
		    on_audit, place);
		free(domain);
	}
	if (batch->ended && batch->first == batch->next && !batch->finished) {
		batch->finished = true;
		batch->callbacks->finished(batch->callbacks->argument);
	}
}

size_t
batch_reported(const struct batch *batch)
{
	return batch->first;
}

size_t
batch_running(const struct batch *batch)
{
	return batch->running;
}

char *
batch_waits_for(const struct batch *batch)
{
	const struct place *place =
	    &batch->window[batch->first % BATCH_WINDOW];

	return place->audit != NULL ? audit_waits_for(place->audit) : NULL;
}
