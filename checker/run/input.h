/*
 * The domains to audit, one after the other: those of the command line, then
 * those of a file, a line at a time, so that memory does not grow with the
 * list. A pipe that is empty for now does not block the event loop.
 */
#ifndef CHECKER_RUN_INPUT_H
#define CHECKER_RUN_INPUT_H

#include <stddef.h>

struct event_base;
struct input;

enum input_state {
	INPUT_END,
	INPUT_WAIT,		/* nothing yet: `ready` will be called */
	INPUT_BAD,		/* not a domain: *WHY says where and what */
	INPUT_DOMAIN,
};

/* Called from the loop when input_next may have more. */
typedef void	input_ready(void *argument);

/*
 * Opens a list: WORDS (COUNT of them, borrowed), then the lines of FILE (NULL:
 * none, "-": standard input). NULL: *WHY (owned by the caller, printable) names
 * the file.
 */
struct input	*input_open(struct event_base *base, char *const *words,
		    size_t count, const char *file, input_ready *ready,
		    void *argument, char **why);
void		 input_close(struct input *input);

/*
 * Reads the next domain. INPUT_DOMAIN: *DOMAIN, normalised, owned by the
 * caller. INPUT_BAD: *WHY (owned by the caller, printable); the next call
 * continues after the bad line.
 */
enum input_state input_next(struct input *input, char **domain, char **why);

#endif
