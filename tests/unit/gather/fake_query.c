#include "tests/unit/gather/fake_query.h"

#include <event2/event.h>
#include <stdlib.h>

#include "resolver/memory.h"
#include "smtp/address.h"

struct query_client {
	struct event_base	*base;		/* borrowed */
	fake_query_answer	*answer;
	void			*argument;	/* borrowed */
	struct query		*queries;	/* borrowed; a list */
	size_t			 open;
	size_t			 most;		/* to one address at a time */
};

struct query {
	struct query_client	*client;	/* borrowed */
	struct query		*next;		/* borrowed */
	struct address		 address;
	struct event		*due;		/* owned */
	struct answer		*answer;	/* owned, NULL: none */
	query_answered		*answered;
	void			*argument;	/* borrowed */
};

static void
on_due(evutil_socket_t fd, short what, void *argument)
{
	struct query *query = argument, ended = *query;

	(void)fd;
	(void)what;
	query->answer = NULL;
	query_cancel(query);
	ended.answered(ended.answer, ended.argument);
}

struct query_client *
fake_query_client_new(struct event_base *base, fake_query_answer *answer,
    void *argument)
{
	struct query_client *client = memory_new(1, sizeof(*client));

	client->base = base;
	client->answer = answer;
	client->argument = argument;
	return client;
}

size_t
fake_query_open(const struct query_client *client)
{
	return client->open;
}

size_t
fake_query_most_at(const struct query_client *client)
{
	return client->most;
}

struct query_client *
query_client_new(struct event_base *base, time_t now, size_t most)
{
	(void)base;
	(void)now;
	(void)most;
	abort();
}

void
query_client_free(struct query_client *client)
{
	if (client != NULL && client->open > 0)
		abort();
	free(client);
}

/* How many are open to the address. */
static size_t
count_at(const struct query_client *client, const struct address *address)
{
	const struct query *query;
	size_t count = 0;

	for (query = client->queries; query != NULL; query = query->next)
		count += address_equal(&query->address, address);
	return count;
}

struct query *
query_start(struct query_client *client, const struct query_question *question,
    query_answered *answered, void *argument)
{
	struct query *query = memory_new(1, sizeof(*query));

	query->client = client;
	query->answered = answered;
	query->argument = argument;
	query->due = event_new(client->base, -1, 0, on_due, query);
	if (query->due == NULL)
		abort();
	address_from_socket(&query->address,
	    (const struct sockaddr_storage *)question->server);
	query->next = client->queries;
	client->queries = query;
	client->open++;
	if (count_at(client, &query->address) > client->most)
		client->most = count_at(client, &query->address);
	query->answer = client->answer(question, client->argument);
	if (query->answer != NULL)
		event_active(query->due, EV_TIMEOUT, 0);
	return query;
}

void
query_cancel(struct query *query)
{
	struct query **link;

	if (query == NULL)
		return;
	link = &query->client->queries;
	while (*link != query)
		link = &(*link)->next;
	*link = query->next;
	query->client->open--;
	event_free(query->due);
	answer_free(query->answer);
	free(query);
}

bool
query_is_alias(const struct answer *answer)
{
	return answer->aliased;
}
