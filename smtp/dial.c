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
#include "resolver/source.h"
#include "resolver/text.h"
#include "smtp/dial_queue.h"

/* Seconds within which a connection must succeed. */
#define CONNECT_LIMIT 30

struct dial {
	struct dial_turn	 turn;		/* first: a turn is its dial */
	struct dialer		*dialer;	/* borrowed */
	bool			 queued;	/* it has a turn, or waits */
	struct bufferevent	*stream;	/* owned, NULL: not begun */
	/* A failure that is still to be reported. */
	bool			 failed;
	int			 error;		/* 0: the limit has passed */
	struct dial		*previous;	/* borrowed; of those that have
						 * failed */
	struct dial		*next;		/* borrowed; likewise */
	dial_done		*done;
	void			*argument;	/* borrowed */
};

struct dialer {
	struct event_base	*base;		/* borrowed */
	struct dial_queue	*queue;		/* owned */
	struct sources		*sources;	/* borrowed; NULL: any */
	struct dial		*failed;	/* borrowed; the first of those
						 * that have */
	struct dial		*last_failed;	/* borrowed */
	uint64_t		 parties;	/* so far */
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

/* ERROR 0: the limit has passed. */
static enum dial_result
result_of(int error)
{
	if (error == 0 || error == ETIMEDOUT)
		return DIAL_TIMED_OUT;
	return is_no_route(error) ? DIAL_NO_ROUTE : DIAL_FAILED;
}

static const char *
error_text(int error)
{
	return error != 0 ? strerror(error) : "no connection within "
	    TEXT_NUMBER(CONNECT_LIMIT) " seconds";
}

/*
 * Whether this machine, rather than the address, is to blame: others who want
 * to connect there have yet to try.
 */
static bool
is_own(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS ||
	    error == ENOMEM || error == EADDRNOTAVAIL;
}

/* Its failure is reported from the loop. */
static void
fail(struct dial *dial, int error)
{
	struct dialer *dialer = dial->dialer;

	dial->failed = true;
	dial->error = error;
	dial->previous = dialer->last_failed;
	dial->next = NULL;
	if (dialer->last_failed != NULL)
		dialer->last_failed->next = dial;
	else
		dialer->failed = dial;
	dialer->last_failed = dial;
	event_active(dialer->begin, EV_TIMEOUT, 0);
}

static void
forget_failure(struct dial *dial)
{
	struct dialer *dialer = dial->dialer;

	dial->failed = false;
	if (dial->previous != NULL)
		dial->previous->next = dial->next;
	else
		dialer->failed = dial->next;
	if (dial->next != NULL)
		dial->next->previous = dial->previous;
	else
		dialer->last_failed = dial->previous;
}

static void
leave_queue(struct dial *dial)
{
	if (dial->queued)
		dial_queue_remove(dial->dialer->queue, &dial->turn);
	dial->queued = false;
}

/* It has failed, and with it all who wait for the same address. */
static void
fail_line(struct dial *dial, int error)
{
	struct dial_turn *turn;
	struct dial *behind;

	fail(dial, error);
	if (is_own(error))
		return;
	while ((turn = dial_queue_behind(&dial->turn)) != NULL) {
		behind = (struct dial *)turn;
		leave_queue(behind);
		fail(behind, error);
	}
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
	} else {
		fail_line(dial, what & BEV_EVENT_TIMEOUT ? 0 :
		    error != 0 ? error : EIO);
	}
}

/* This machine has no socket for it. */
static void
fail_early(struct dial *dial, int error)
{
	if (shortage_is(error))
		shortage_end(error);
	fail_line(dial, error);
}

static void
connect_now(struct dial *dial)
{
	const struct timeval limit = { .tv_sec = CONNECT_LIMIT };
	struct sockaddr_storage address;
	size_t size = address_to_socket(&dial->turn.address, &address);
	int error, fd = sources_socket(dial->dialer->sources,
	    dial->turn.address.family, SOCK_STREAM);

	if (fd == -1) {
		fail_early(dial, errno);
		return;
	}
	dial->stream = bufferevent_socket_new(dial->dialer->base, fd,
	    BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	if (dial->stream == NULL)
		abort();
	bufferevent_setcb(dial->stream, NULL, NULL, on_event, dial);
	/* The write timeout bounds the connect. */
	bufferevent_set_timeouts(dial->stream, NULL, &limit);
	bufferevent_enable(dial->stream, EV_WRITE);
	if (bufferevent_socket_connect(dial->stream,
	    (struct sockaddr *)&address, (int)size) == 0)
		return;
	/* No route, for example: libevent does not call back then. */
	error = EVUTIL_SOCKET_ERROR();
	if (shortage_is(error))
		shortage_end(error);
	set_idle(dial);
	fail_line(dial, error != 0 ? error : EIO);
}

/*
 * Reports one failure, or begins to connect those whose turn has come. A
 * callback may close any dial, so nothing is done after one.
 */
static void
on_begin(evutil_socket_t fd, short what, void *argument)
{
	struct dialer *dialer = argument;
	struct dial *dial = dialer->failed;
	struct dial_turn *turn;

	(void)fd;
	(void)what;
	if (dial != NULL) {
		forget_failure(dial);
		event_active(dialer->begin, EV_TIMEOUT, 0);
		dial->done(NULL, result_of(dial->error),
		    error_text(dial->error), dial->argument);
		return;
	}
	while ((turn = dial_queue_next(dialer->queue)) != NULL)
		connect_now((struct dial *)turn);
}

struct dialer *
dialer_new(struct event_base *base)
{
	struct dialer *dialer = memory_new(1, sizeof(*dialer));

	dialer->base = base;
	dialer->queue = dial_queue_new(DIAL_MAX);
	dialer->begin = event_new(base, -1, 0, on_begin, dialer);
	if (dialer->begin == NULL)
		abort();
	return dialer;
}

void
dialer_set_max(struct dialer *dialer, size_t max)
{
	dial_queue_set_room(dialer->queue, max < DIAL_MAX ? max : DIAL_MAX);
}

void
dialer_set_sources(struct dialer *dialer, struct sources *sources)
{
	dialer->sources = sources;
}

void
dialer_free(struct dialer *dialer)
{
	if (dialer == NULL)
		return;
	dial_queue_free(dialer->queue);
	event_free(dialer->begin);
	free(dialer);
}

bool
dialer_has_connected(const struct dialer *dialer)
{
	return dialer->connected;
}

uint64_t
dialer_add_party(struct dialer *dialer)
{
	return ++dialer->parties;
}

struct dial *
dial_start(struct dialer *dialer, uint64_t party,
    const struct address *address, dial_done *done, void *argument)
{
	struct dial *dial = memory_new(1, sizeof(*dial));

	dial->dialer = dialer;
	dial->turn.address = *address;
	dial->turn.party = party;
	dial->done = done;
	dial->argument = argument;
	dial->queued = true;
	dial_queue_add(dialer->queue, &dial->turn);
	event_active(dialer->begin, EV_TIMEOUT, 0);
	return dial;
}

bool
dial_is_waiting(const struct dial *dial)
{
	return dial->queued && dial->stream == NULL;
}

void
dial_close(struct dial *dial)
{
	if (dial == NULL)
		return;
	if (dial->failed)
		forget_failure(dial);
	if (dial->stream != NULL)
		bufferevent_free(dial->stream);
	leave_queue(dial);
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

static struct address
source_of(int fd)
{
	struct address source = { .family = 0 };
	struct sockaddr_storage name;
	socklen_t size = sizeof(name);

	if (getsockname(fd, (struct sockaddr *)&name, &size) == 0)
		address_from_socket(&source, &name);
	source.port = 0;
	return source;
}

struct address
dialer_source(const struct dialer *dialer, const struct address *address)
{
	struct address source = { .family = 0 };
	struct sockaddr_storage name;
	size_t size = address_to_socket(address, &name);
	int fd = sources_socket(dialer->sources, address->family, SOCK_DGRAM);

	if (fd == -1)
		return source;
	/* For datagrams, this only looks up the route. */
	if (connect(fd, (struct sockaddr *)&name, (socklen_t)size) == 0)
		source = source_of(fd);
	close(fd);
	return source;
}

struct address
dial_source(struct bufferevent *stream)
{
	return source_of(bufferevent_getfd(stream));
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
