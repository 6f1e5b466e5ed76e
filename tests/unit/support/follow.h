/*
 * Advice taken at its word: the records that it says to publish are published,
 * and held against the chain.
 */
#ifndef TESTS_UNIT_SUPPORT_FOLLOW_H
#define TESTS_UNIT_SUPPORT_FOLLOW_H

#include <stddef.h>

struct match_input;

/*
 * Puts each record of the "publish" lines of ADVICE in the place of the
 * published one that it is about, and beside all of them. Fails the test unless
 * each then counts and matches. Returns how many there were.
 */
size_t	follow_advice(const char *advice, const struct match_input *published,
	    size_t instead_of);

#endif
