/*
 * Trees of evidence that were encoded and decoded, beside those that they were.
 */
#ifndef TESTS_UNIT_SUPPORT_TREES_H
#define TESTS_UNIT_SUPPORT_TREES_H

#include "checker/evidence/recording.h"

struct chain;
struct evidence;

/*
 * Compares what travels in VIEW. Returns where the first difference is (owned
 * by the caller): "hosts[0].name"; NULL: there is none.
 */
char	*trees_difference(const struct evidence *a, const struct evidence *b,
	    enum recording_view view);

/* Encodes and decodes. Fails the test with the reason if that fails. */
struct evidence *trees_travel(const struct evidence *evidence,
	    enum recording_view view);

/*
 * A tree in which every member that travels in VIEW is set to something by
 * SEED; numbers and flags only now and then, if that is not 0. The certificates
 * are those of CHAIN. Owned by the caller.
 */
struct evidence *trees_random(const struct chain *chain,
		    enum recording_view view, uint32_t seed);

/* What texts and names are taken from. All pointers are borrowed. */
struct trees_words {
	const char	*const *texts;		/* printable */
	size_t			text_count;
	const char	*const *names;		/* in the form of name.h */
	size_t			name_count;
};

/* As trees_random, with these words in it. */
struct evidence *trees_random_words(const struct chain *chain,
		    enum recording_view view, uint32_t seed,
		    const struct trees_words *words);

#endif
