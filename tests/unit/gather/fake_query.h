/*
 * In place of resolver/query.c: questions to single servers, without a network,
 * whose answers are the test's. A test that has this file among its sources is
 * not linked to the real one.
 */
#ifndef TESTS_UNIT_GATHER_FAKE_QUERY_H
#define TESTS_UNIT_GATHER_FAKE_QUERY_H

#include <stddef.h>

#include "resolver/query.h"

/*
 * The answer to a question, owned by the client; NULL: it is not answered.
 * Called once for each question, when it is asked. An answer that is aliased
 * has the alias at the name asked for.
 */
typedef struct answer *fake_query_answer(
		    const struct query_question *question, void *argument);

/* All queries have ended before it is freed, with query_client_free. */
struct query_client *fake_query_client_new(struct event_base *base,
		    fake_query_answer *answer, void *argument);

/* Queries that are not answered yet. */
size_t		 fake_query_open(const struct query_client *client);
/* The most that were open to one address at a time. */
size_t		 fake_query_most_at(const struct query_client *client);

#endif
