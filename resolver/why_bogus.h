/*
 * Why an answer is bogus, in the words of the validating library.
 */
#ifndef RESOLVER_WHY_BOGUS_H
#define RESOLVER_WHY_BOGUS_H

#include <stddef.h>

/*
 * What TEXT, as libunbound gives it (from outside, or NULL), says about a
 * question: one printable line without the question itself, owned by the
 * caller; NULL: nothing.
 *
 * The key of a zone that failed once is remembered as bad, with the whole text
 * about the question for which that was found. Of such a text only the reason
 * is kept, and not even that if it tells of a name that has nothing to do with
 * this question: NAMES (form of name.h) are those that it is about, and all
 * above these belong to it.
 */
char	*why_bogus_text(const char *text, const char *const *names,
	    size_t count);

#endif
