#include "checker/evidence/endpoint_ends.h"

#include <assert.h>
#include <stdlib.h>

#include "resolver/memory.h"

/*
 * Replies differ by times and queue numbers: their text does not count. What
 * was seen of TLS tells handshakes apart that failed, and no others.
 */
static bool
is_same_kind(const struct endpoint_ending *a, const struct endpoint_ending *b)
{
	return a->stage == b->stage && a->outcome == b->outcome &&
	    a->reply_code == b->reply_code && a->rewrite == b->rewrite &&
	    (a->outcome != OUTCOME_HANDSHAKE_FAILED || (a->alert == b->alert &&
	    a->asks_certificate == b->asks_certificate));
}

/* How many connections ended as the endpoint's own end says; 0 at a limit. */
static unsigned int
count_own(const struct endpoint_evidence *endpoint)
{
	unsigned int others = 0;
	size_t i;

	if (endpoint->outcome == OUTCOME_LIMIT)
		return 0;
	for (i = 0; i < endpoint->ending_count; i++)
		others += endpoint->endings[i].connections;
	return others < endpoint->connections ?
	    endpoint->connections - others : 0;
}

struct endpoint_ending
endpoint_ends_own(const struct endpoint_evidence *endpoint)
{
	return (struct endpoint_ending){
		.stage = endpoint->stage,
		.outcome = endpoint->outcome,
		.error = endpoint->error,
		.reply_code = endpoint->reply_code,
		.alert = endpoint->alert,
		.asks_certificate = endpoint->asks_certificate,
		.rewrite = endpoint->rewrite,
		.connections = count_own(endpoint),
	};
}

static void
set_own(struct endpoint_evidence *endpoint, const struct endpoint_ending *end)
{
	char *error = memory_string(end->error);

	free(endpoint->error);
	endpoint->stage = end->stage;
	endpoint->outcome = end->outcome;
	endpoint->error = error;
	endpoint->reply_code = end->reply_code;
	endpoint->alert = end->alert;
	endpoint->asks_certificate = end->asks_certificate;
	endpoint->rewrite = end->rewrite;
}

/* Adds an end to COUNT of them, each kind of which is there once. */
static void
add_kind(struct endpoint_ending **endings, size_t *count,
    const struct endpoint_ending *end)
{
	struct endpoint_ending *added;
	size_t i;

	for (i = 0; i < *count; i++) {
		if (is_same_kind(&(*endings)[i], end)) {
			(*endings)[i].connections += end->connections;
			return;
		}
	}
	*endings = memory_grow(*endings, *count, sizeof(**endings));
	added = &(*endings)[(*count)++];
	*added = *end;
	added->error = memory_string(end->error);
}

/* Notes an end that is not the endpoint's own. */
static void
add_other(struct endpoint_evidence *endpoint,
    const struct endpoint_ending *end)
{
	add_kind(&endpoint->endings, &endpoint->ending_count, end);
}

void
endpoint_ends_add_retried(struct endpoint_evidence *endpoint,
    const struct endpoint_ending *end)
{
	add_kind(&endpoint->retried, &endpoint->retried_count, end);
}

unsigned int
endpoint_ends_retries(const struct endpoint_evidence *endpoint)
{
	unsigned int retries = 0;
	size_t i;

	for (i = 0; i < endpoint->retried_count; i++)
		retries += endpoint->retried[i].connections;
	return retries;
}

void
endpoint_ends_add(struct endpoint_evidence *endpoint,
    const struct endpoint_ending *end)
{
	const struct endpoint_ending own = endpoint_ends_own(endpoint);
	const bool first = endpoint->connections == 0;

	assert(end->connections > 0);
	if (end->outcome == OUTCOME_LIMIT) {
		if (!first && own.outcome != OUTCOME_DONE &&
		    own.outcome != OUTCOME_LIMIT)
			add_other(endpoint, &own);
		set_own(endpoint, end);
		return;
	}
	if (!first && own.outcome != OUTCOME_DONE &&
	    end->outcome == OUTCOME_DONE)
		add_other(endpoint, &own);
	else if (!first && !is_same_kind(&own, end))
		add_other(endpoint, end);
	endpoint->connections += end->connections;
	if (first || (own.outcome != OUTCOME_DONE &&
	    end->outcome == OUTCOME_DONE))
		set_own(endpoint, end);
}

void
endpoint_ends_forget(struct endpoint_evidence *endpoint)
{
	const struct endpoint_ending none = { .outcome = OUTCOME_UNTRIED };

	endpoint_ends_free(endpoint->endings, endpoint->ending_count);
	endpoint->endings = NULL;
	endpoint->ending_count = 0;
	endpoint->connections = 0;
	set_own(endpoint, &none);
}

bool
endpoint_ends_have(const struct endpoint_evidence *endpoint,
    const struct endpoint_ending *end)
{
	const struct endpoint_ending own = endpoint_ends_own(endpoint);
	size_t i;

	if (endpoint->connections > 0 && is_same_kind(&own, end))
		return true;
	for (i = 0; i < endpoint->ending_count; i++) {
		if (is_same_kind(&endpoint->endings[i], end))
			return true;
	}
	return false;
}

struct endpoint_ending *
endpoint_ends_copy(const struct endpoint_ending *endings, size_t count)
{
	struct endpoint_ending *copy;
	size_t i;

	if (count == 0)
		return NULL;
	copy = memory_copy(endings, count * sizeof(*endings));
	for (i = 0; i < count; i++)
		copy[i].error = memory_string(endings[i].error);
	return copy;
}

void
endpoint_ends_free(struct endpoint_ending *endings, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(endings[i].error);
	free(endings);
}

char *
endpoint_ends_share(unsigned int shown, unsigned int asked)
{
	if (shown == 0 || shown >= asked)
		return NULL;
	return memory_format("in %u of %u connections", shown, asked);
}
