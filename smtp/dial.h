/*
 * An address -> a connection, or why not. To one address (and port) there is
 * one connection at a time, and to all of them DIAL_MAX, however many ask: the
 * others wait in line.
 */
#ifndef SMTP_DIAL_H
#define SMTP_DIAL_H

#include <stdbool.h>

#include "smtp/address.h"

/* Connections at a time: a process seldom has more than 1024 descriptors. */
#define DIAL_MAX	512

struct bufferevent;
struct dial;
struct dialer;
struct event_base;

enum dial_result {
	DIAL_FAILED,		/* refused, for example */
	DIAL_TIMED_OUT,		/* nobody answered */
	DIAL_NO_ROUTE,		/* nothing was sent: no way to the address */
	DIAL_CONNECTED,
};

/*
 * Called once from the loop. STREAM is connected, without callbacks, and
 * belongs to the dial until dial_close; NULL: ERROR (borrowed, printable) says
 * why, for example "Connection refused".
 */
typedef void	dial_done(struct bufferevent *stream, enum dial_result result,
		    const char *error, void *argument);

struct dialer	*dialer_new(struct event_base *base);
/* All dials are closed before it. NULL is fine. */
void		 dialer_free(struct dialer *dialer);
/* Whether any connection has come about. */
bool		 dialer_has_connected(const struct dialer *dialer);

/* The callback never runs from inside this call. */
struct dial	*dial_start(struct dialer *dialer,
		    const struct address *address, dial_done *done,
		    void *argument);
/* Whether it still waits in line for others to be done with the address. */
bool		 dial_is_waiting(const struct dial *dial);
/*
 * Ends the wait or the connection, without a callback, and lets the next in
 * line begin. NULL is fine.
 */
void		 dial_close(struct dial *dial);

/*
 * Whether this machine knows a way to the address at all (nothing is sent):
 * where there is no IPv6, not even a connection can be tried.
 */
bool		 dial_has_route(const struct address *address);

/*
 * More is to come on STREAM: what has come is acknowledged at once. A server
 * that writes its reply line by line otherwise waits for that (Nagle's
 * algorithm), while this machine waits for something to send along with it: 40
 * ms, for each reply.
 */
void		 dial_quickack(struct bufferevent *stream);

#endif
