#include "checker/gather/batch.h"

#include <stdlib.h>
#include <time.h>

#include "checker/gather/audit.h"
#include "resolver/memory.h"

/* One domain of the window: it is being audited, or its report is kept back. */
struct slot {
	struct batch	*batch;		/* borrowed */
	struct audit	*audit;		/* owned, NULL: done */
	struct evidence	*evidence;	/* owned, NULL: not done */
};

struct batch {
	const struct context		*context;	/* borrowed */
	const struct batch_callbacks	*callbacks;	/* borrowed */
	struct slot			 window[BATCH_WINDOW];	/* a ring */
	/* Domains are numbered in the order of the input. */
	size_t				 first;		/* not reported yet */
	size_t				 next;		/* not started yet */
	size_t				 running;	/* audits in flight */
	bool				 ended;		/* no more domains */
	bool				 finished;	/* the callback ran */
};

static struct slot *
slot_of(struct batch *batch, size_t number)
{
	return &batch->window[number % BATCH_WINDOW];
}

/* Reports the domains that are done, up to the first that is not. */
static void
report_in_order(struct batch *batch)
{
	struct evidence *evidence;
	struct slot *slot;

	while (batch->first < batch->next) {
		slot = slot_of(batch, batch->first);
		if (slot->evidence == NULL)
			return;
		evidence = slot->evidence;
		slot->evidence = NULL;
		batch->first++;
		batch->callbacks->report(evidence, batch->callbacks->argument);
	}
}

void
batch_give_up(struct batch *batch)
{
	struct evidence *evidence;
	struct slot *slot;
	size_t number;

	for (number = batch->first; number < batch->next; number++) {
		slot = slot_of(batch, number);
		evidence = slot->evidence;
		slot->evidence = NULL;
		if (evidence != NULL)
			batch->callbacks->report(evidence,
			    batch->callbacks->argument);
	}
}

static void
on_audit(struct evidence *evidence, void *argument)
{
	struct slot *slot = argument;
	struct batch *batch = slot->batch;

	slot->audit = NULL;
	slot->evidence = evidence;
	batch->running--;
	report_in_order(batch);
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
flight_limit(const struct batch *batch)
{
	return batch->context->options->authoritative ?
	    BATCH_FLIGHT_AUTHORITATIVE : BATCH_FLIGHT;
}

void
batch_wake(struct batch *batch)
{
	struct slot *slot;
	char *domain;

	while (!batch->ended && batch->running < flight_limit(batch) &&
	    batch->next - batch->first < BATCH_WINDOW) {
		domain = batch->callbacks->next(batch->callbacks->argument,
		    &batch->ended);
		if (domain == NULL)
			break;
		slot = slot_of(batch, batch->next++);
		batch->running++;
		slot->batch = batch;
		slot->audit = audit_start(batch->context, domain, time(NULL),
		    on_audit, slot);
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
	const struct slot *slot =
	    &batch->window[batch->first % BATCH_WINDOW];

	return slot->audit != NULL ? audit_waits_for(slot->audit) : NULL;
}
