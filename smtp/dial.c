#include "smtp/dial.h"

#include <errno.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "resolver/memory.h"
#include "resolver/shortage.h"
#include "resolver/text.h"

/* Seconds within which a connection must succeed. */
#define CONNECT_LIMIT 30

struct dial {
	struct dialer		*dialer;	/* borrowed */
	struct address		 address;
	struct bufferevent	*stream;	/* owned, NULL: waits in line */
	int			 error;		/* of a failed connect */
	struct dial		*next;		/* owned by the dialer */
	dial_done		*done;
	void			*argument;	/* borrowed */
};

struct dialer {
	struct event_base	*base;		/* borrowed */
	struct dial		*first;		/* owned, oldest first */
	struct dial		**end;		/* borrowed; where the next
						 * one goes */
	size_t			 open;		/* how many have a stream */
	size_t			 max;		/* how many may */
	bool			 connected;	/* a dial has succeeded */
	struct event		*begin;		/* owned; see on_begin */
};

static bool
is_no_route(int error)
{
	return error == ENETUNREACH || error == EHOSTUNREACH ||
	    error == EADDRNOTAVAIL || error == EAFNOSUPPORT;
}

static void
set_idle(struct dial *dial)
{
	bufferevent_disable(dial->stream, EV_READ | EV_WRITE);
	bufferevent_setcb(dial->stream, NULL, NULL, NULL, NULL);
	bufferevent_set_timeouts(dial->stream, NULL, NULL);
}

static void
on_event(struct bufferevent *stream, short what, void *argument)
{
	struct dial *dial = argument;
	int error = EVUTIL_SOCKET_ERROR();

	set_idle(dial);
	if (what & BEV_EVENT_CONNECTED) {
		dial->dialer->connected = true;
		dial->done(stream, DIAL_CONNECTED, NULL, dial->argument);
	} else if (what & BEV_EVENT_TIMEOUT) {
		dial->done(NULL, DIAL_TIMED_OUT,
		    "no connection within " TEXT_NUMBER(CONNECT_LIMIT)
		    " seconds", dial->argument);
	} else {
		dial->done(NULL, error == ETIMEDOUT ? DIAL_TIMED_OUT :
		    DIAL_FAILED, strerror(error), dial->argument);
	}
}

static void
connect_now(struct dial *dial)
{
	const struct timeval limit = { .tv_sec = CONNECT_LIMIT };
	struct sockaddr_storage address;
	size_t size = address_to_socket(&dial->address, &address);

	dial->stream = bufferevent_socket_new(dial->dialer->base, -1,
	    BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	if (dial->stream == NULL)
		abort();
	dial->dialer->open++;
	bufferevent_setcb(dial->stream, NULL, NULL, on_event, dial);
	/* The write timeout bounds the connect. */
	bufferevent_set_timeouts(dial->stream, NULL, &limit);
	bufferevent_enable(dial->stream, EV_WRITE);
	if (bufferevent_socket_connect(dial->stream,
	    (struct sockaddr *)&address, (int)size) == 0)
		return;
	/* No route, for example: libevent does not call back then. */
	dial->error = EVUTIL_SOCKET_ERROR();
	if (shortage_is(dial->error))
		shortage_end(dial->error);
	set_idle(dial);
	event_active(dial->dialer->begin, EV_TIMEOUT, 0);
}

/* Whether an earlier dial has the address. */
static bool
must_wait(const struct dial *dial)
{
	const struct dial *older;

	for (older = dial->dialer->first; older != dial;
	    older = older->next) {
		if (address_equal(&older->address, &dial->address))
			return true;
	}
	return false;
}

/* Reports the failure of one dial, and comes back for more. */
static bool
report_failure(struct dialer *dialer)
{
	struct dial *dial;
	int error;

	for (dial = dialer->first; dial != NULL; dial = dial->next) {
		if (dial->error == 0)
			continue;
		error = dial->error;
		dial->error = 0;
		event_active(dialer->begin, EV_TIMEOUT, 0);
		dial->done(NULL, is_no_route(error) ? DIAL_NO_ROUTE :
		    DIAL_FAILED, strerror(error), dial->argument);
		return true;
	}
	return false;
}

/*
 * Begins to connect those whose turn has come. A callback may change the list,
 * so nothing is done after one.
 */
static void
on_begin(evutil_socket_t fd, short what, void *argument)
{
	struct dialer *dialer = argument;
	struct dial *dial;

	(void)fd;
	(void)what;
	if (report_failure(dialer))
		return;
	for (dial = dialer->first; dial != NULL && dialer->open < dialer->max;
	    dial = dial->next) {
		if (dial->stream == NULL && !must_wait(dial))
			connect_now(dial);
	}
}

struct dialer *
dialer_new(struct event_base *base)
{
	struct dialer *dialer = memory_new(1, sizeof(*dialer));

	dialer->base = base;
	dialer->max = DIAL_MAX;
	dialer->end = &dialer->first;
	dialer->begin = event_new(base, -1, 0, on_begin, dialer);
	if (dialer->begin == NULL)
		abort();
	return dialer;
}

void
dialer_set_max(struct dialer *dialer, size_t max)
{
	dialer->max = max < DIAL_MAX ? max : DIAL_MAX;
}

void
dialer_free(struct dialer *dialer)
{
	if (dialer == NULL)
		return;
	event_free(dialer->begin);
	free(dialer);
}

bool
dialer_has_connected(const struct dialer *dialer)
{
	return dialer->connected;
}

struct dial *
dial_start(struct dialer *dialer, const struct address *address,
    dial_done *done, void *argument)
{
	struct dial *dial = memory_new(1, sizeof(*dial));

	dial->dialer = dialer;
	dial->address = *address;
	dial->done = done;
	dial->argument = argument;
	*dialer->end = dial;
	dialer->end = &dial->next;
	event_active(dialer->begin, EV_TIMEOUT, 0);
	return dial;
}

bool
dial_is_waiting(const struct dial *dial)
{
	return dial->stream == NULL;
}

void
dial_close(struct dial *dial)
{
	struct dial **place;

	if (dial == NULL)
		return;
	for (place = &dial->dialer->first; *place != dial;
	    place = &(*place)->next)
		continue;
	*place = dial->next;
	if (dial->next == NULL)
		dial->dialer->end = place;
	if (dial->stream != NULL) {
		bufferevent_free(dial->stream);
		dial->dialer->open--;
	}
	event_active(dial->dialer->begin, EV_TIMEOUT, 0);
	free(dial);
}

bool
dial_has_route(const struct address *address)
{
	struct sockaddr_storage name;
	size_t size = address_to_socket(address, &name);
	int fd = socket(address->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool has;

	if (fd == -1)
		return errno != EAFNOSUPPORT;
	/* For datagrams, this only looks up the route. */
	has = connect(fd, (struct sockaddr *)&name, (socklen_t)size) == 0 ||
	    !is_no_route(errno);
	close(fd);
	return has;
}

struct address
dial_source(struct bufferevent *stream)
{
	struct address source = { .family = 0 };
	struct sockaddr_storage name;
	socklen_t size = sizeof(name);

	if (getsockname(bufferevent_getfd(stream), (struct sockaddr *)&name,
	    &size) == 0)
		address_from_socket(&source, &name);
	source.port = 0;
	return source;
}

void
dial_quickack(struct bufferevent *stream)
{
#ifdef TCP_QUICKACK
	const int on = 1;
	evutil_socket_t fd = bufferevent_getfd(stream);

	if (fd != -1)
		setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
#else
	(void)stream;
#endif
}
