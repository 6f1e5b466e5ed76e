/*
 * Domains one after the other: those of the command line, then those of a file,
 * a line at a time, so that a list may be endless and still fits in memory. A
 * pipe that has nothing to say yet does not hold up the event loop.
 */
#ifndef CHECKER_RUN_INPUT_H
#define CHECKER_RUN_INPUT_H

#include <stddef.h>

struct event_base;
struct input;

enum input_state {
	INPUT_END,
	INPUT_WAIT,		/* nothing yet: `ready` will be called */
	INPUT_BAD,		/* no domain: *WHY says where and what */
	INPUT_DOMAIN,
};

/* Called from the loop when input_next is worth another call. */
typedef void	input_ready(void *argument);

/*
 * WORDS (COUNT of them, borrowed) are taken first, then FILE's lines (NULL:
 * none, "-": standard input). NULL: *WHY (owned by the caller, printable) names
 * the file.
 */
struct input	*input_open(struct event_base *base, char *const *words,
		    size_t count, const char *file, input_ready *ready,
		    void *argument, char **why);
void		 input_close(struct input *input);

/*
 * WORD as a domain, normalised (owned by the caller); or NULL and why not,
 * which quotes it (*WHY, likewise).
 */
char		*input_domain(const char *word, char **why);

/*
 * The next domain, normalised (*DOMAIN, owned by the caller), or why not (*WHY,
 * likewise). INPUT_BAD is one bad line; the next call goes on behind it.
 */
enum input_state input_next(struct input *input, char **domain, char **why);

#endif
