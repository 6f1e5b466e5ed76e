/*
 * In place of resolver/resolver.c: a resolver without a network, whose answers
 * are the test's. Name servers in 10.0.0.0/8 are not asked. A test that has
 * this file among its sources is not linked to the real one.
 */
#ifndef TESTS_UNIT_GATHER_FAKE_RESOLVER_H
#define TESTS_UNIT_GATHER_FAKE_RESOLVER_H

#include <stddef.h>

#include "resolver/resolver.h"

/*
 * The answer to a question, owned by the resolver; NULL: it is not answered.
 * Called once for each question, when it is asked.
 */
typedef struct answer *fake_answer(const char *name, enum dns_type type,
		    void *argument);

struct resolver	*fake_resolver_new(struct event_base *base,
		    fake_answer *answer, void *argument);
/* What a probe of it says from now on; at first it is healthy. */
void		 fake_resolver_set_health(struct resolver *resolver,
		    enum resolver_health health);
/* All questions have ended before it. */
void		 fake_resolver_free(struct resolver *resolver);

/* Questions that are not answered yet. */
size_t		 fake_resolver_open(const struct resolver *resolver);
/* Questions, answered or not, that did not get all of the audit's time. */
size_t		 fake_resolver_limited(const struct resolver *resolver);
/* Those open that have got a limit again have reached it. */
void		 fake_resolver_expire(struct resolver *resolver);
/* The open ones have now had the time that each question gets. */
void		 fake_resolver_age(struct resolver *resolver);

#endif
