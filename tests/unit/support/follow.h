/*
 * Advice taken at its word: the records that it says to publish are published,
 * and matched against the chain.
 */
#ifndef TESTS_UNIT_SUPPORT_FOLLOW_H
#define TESTS_UNIT_SUPPORT_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>

struct advice_list;
struct match_input;

/*
 * Puts each record that is to be published in the place of the published one
 * that it is about, and beside all of them. Fails the test unless each then
 * counts and matches. Returns how many there were.
 */
size_t	follow_advice(const struct advice_list *advice,
	    const struct match_input *published, size_t instead_of);

/* Fails the test unless the advice reads so; NULL: there is none. */
void	assert_advice(const struct advice_list *advice, const char *expected);
/* Whether TEXT is in what the advice reads. */
bool	advice_has(const struct advice_list *advice, const char *text);

#endif
