/*
 * Makes connections: one at a time to each address (and port), and DIAL_MAX or
 * fewer in all. Further dials wait in line; dial_queue.h has whose turn it is.
 * Whoever waits for an address that does not answer, or refuses, is told so
 * along with the one who tried: a connection is not waited for twice.
 */
#ifndef SMTP_DIAL_H
#define SMTP_DIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtp/address.h"

/* Connections at a time; a process seldom has more than 1024 descriptors. */
#define DIAL_MAX	512

struct bufferevent;
struct dial;
struct dialer;
struct event_base;
struct sources;

enum dial_result {
	DIAL_FAILED,		/* refused, for example */
	DIAL_TIMED_OUT,		/* no answer */
	DIAL_NO_ROUTE,		/* no route to the address: nothing was sent */
	DIAL_CONNECTED,
};

/*
 * Called once from the loop. STREAM (borrowed until dial_close) is connected
 * and has no callbacks. NULL: ERROR (borrowed, printable) says why, for example
 * "Connection refused".
 */
typedef void	dial_done(struct bufferevent *stream, enum dial_result result,
		    const char *error, void *argument);

/* BASE must outlive it. Owned by the caller. */
struct dialer	*dialer_new(struct event_base *base);
/*
 * How many connections there may be at a time, of as many as DIAL_MAX. To be
 * called before the first dial.
 */
void		 dialer_set_max(struct dialer *dialer, size_t max);
/*
 * Where its connections come from (resolver/source.h), borrowed from then on.
 * To be called before the first dial.
 */
void		 dialer_set_sources(struct dialer *dialer,
		    struct sources *sources);
/* All dials must be closed before. NULL is fine. */
void		 dialer_free(struct dialer *dialer);
/* Whether any connection has succeeded. */
bool		 dialer_has_connected(const struct dialer *dialer);

/* The number of a party of whom there has been none before. */
uint64_t	 dialer_add_party(struct dialer *dialer);

/*
 * Connects to ADDRESS (copied) for a party. No callback runs from inside this
 * call.
 */
struct dial	*dial_start(struct dialer *dialer, uint64_t party,
		    const struct address *address, dial_done *done,
		    void *argument);
/* Whether it still waits in line, and has not begun to connect. */
bool		 dial_is_waiting(const struct dial *dial);
/*
 * Leaves the line or closes the connection, without a callback, and lets the
 * next in line begin. NULL is fine.
 */
void		 dial_close(struct dial *dial);

/*
 * Whether this machine has a route to the address. Nothing is sent: without
 * IPv6, not even a connection can be tried.
 */
bool		 dial_has_route(const struct address *address);

/*
 * Where a connection to ADDRESS would come from, without a port; family 0:
 * there is no route. Nothing is sent.
 */
struct address	 dialer_source(const struct dialer *dialer,
		    const struct address *address);

/*
 * The address of our end of the connection, without a port; family 0: it is not
 * known, since STREAM is no socket.
 */
struct address	 dial_source(struct bufferevent *stream);

/*
 * Acknowledges at once what has been received on STREAM. A server that writes
 * its reply line by line may wait for the acknowledgement (Nagle's algorithm),
 * which this machine delays until it has data to send: 40 ms for each reply.
 */
void		 dial_quickack(struct bufferevent *stream);

#endif
