/*
 * The lines of a list of domains, made of octets as they come, in pieces of any
 * size. Of a list's end nobody knows but the reader (input.h).
 */
#ifndef CHECKER_RUN_INPUT_LINES_H
#define CHECKER_RUN_INPUT_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct evbuffer;

struct input_lines {
	struct evbuffer	*octets;	/* owned; not parsed yet. Whoever reads
					 * the list adds to it. */
	bool		 ended;		/* no more will be added */
	char		*file;		/* owned, printable, for messages */
	size_t		 number;	/* of the line last taken, from 1 */
	bool		 cut;		/* its rest is skipped */
};

enum input_line {
	INPUT_LINE_NONE,	/* octets must be added, or the list ended */
	INPUT_LINE_BLANK,	/* or a comment alone */
	INPUT_LINE_BAD,		/* not a domain: *WHY says where and what */
	INPUT_LINE_DOMAIN,
};

/* FILE is what messages call the list. */
void		input_lines_init(struct input_lines *lines, const char *file);
void		input_lines_clear(struct input_lines *lines);

/*
 * Takes the next line: '#' begins a comment, and the last one may lack its
 * newline. INPUT_LINE_DOMAIN: *DOMAIN, normalised, owned by the caller.
 * INPUT_LINE_BAD: *WHY (owned by the caller, printable).
 */
enum input_line	input_lines_next(struct input_lines *lines, char **domain,
		    char **why);

#endif
