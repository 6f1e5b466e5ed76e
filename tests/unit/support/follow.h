/*
 * Follows advice: publishes the records that it says to publish, and matches
 * them against the chain.
 */
#ifndef TESTS_UNIT_SUPPORT_FOLLOW_H
#define TESTS_UNIT_SUPPORT_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>

struct advice_list;
struct match_input;

/*
 * Puts each advised record in the place of record INSTEAD_OF, and beside all of
 * PUBLISHED. Fails the test unless it then counts and matches. Returns how many
 * records are advised.
 */
size_t	follow_advice(const struct advice_list *advice,
	    const struct match_input *published, size_t instead_of);

/* Fails the test unless the advice reads EXPECTED; NULL: there is none. */
void	assert_advice(const struct advice_list *advice, const char *expected);
/* Whether TEXT is part of the advice. */
bool	advice_has(const struct advice_list *advice, const char *text);

#endif
