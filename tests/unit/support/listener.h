/*
 * A port on the loopback that connections come to, in the event loop of the
 * test. It says nothing until it is told what to say.
 */
#ifndef TESTS_UNIT_SUPPORT_LISTENER_H
#define TESTS_UNIT_SUPPORT_LISTENER_H

#include <stddef.h>

#include "smtp/address.h"

struct event_base;
struct listener;

struct listener	*listener_new(struct event_base *base);
/* Its connections end, and its port refuses any more. NULL is fine. */
void		 listener_free(struct listener *listener);

struct address	 listener_address(const struct listener *listener);
/* Connections that have come so far, and those that are there now. */
size_t		 listener_count(const struct listener *listener);
size_t		 listener_open(const struct listener *listener);

/* Says WORDS (borrowed) to those who are there, and to who comes after. */
void		 listener_say(struct listener *listener, const char *words);

/*
 * Runs the loop until *VALUE, in which callbacks count, or the number of
 * connections that there are (VALUE is NULL), is WANTED. A test that waits for
 * long has failed.
 */
void		 listener_run(struct event_base *base,
		    const struct listener *listener,
		    const unsigned int *value, unsigned int wanted);

#endif
