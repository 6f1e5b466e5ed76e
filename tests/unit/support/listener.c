#include "tests/unit/support/listener.h"

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "resolver/memory.h"

/* Connections at a time. */
#define STREAMS_MAX 64

/* Seconds: more than anything on the loopback takes. */
#define LONG 60

struct listener {
	struct evconnlistener	*socket;	/* owned */
	struct address		 address;
	struct bufferevent	*streams[STREAMS_MAX];	/* owned; NULL: free */
	size_t			 count;
	const char		*words;		/* borrowed; NULL: none yet */
};

static void
say(const struct listener *listener, struct bufferevent *stream)
{
	if (listener->words != NULL && stream != NULL)
		bufferevent_write(stream, listener->words,
		    strlen(listener->words));
}

static void
on_end(struct bufferevent *stream, short what, void *argument)
{
	struct listener *listener = argument;
	size_t i;

	(void)what;
	for (i = 0; i < STREAMS_MAX; i++) {
		if (listener->streams[i] == stream)
			listener->streams[i] = NULL;
	}
	bufferevent_free(stream);
}

static void
on_connection(struct evconnlistener *socket, evutil_socket_t fd,
    struct sockaddr *address, int size, void *argument)
{
	struct listener *listener = argument;
	struct bufferevent *stream;
	size_t i = 0;

	(void)address;
	(void)size;
	while (i < STREAMS_MAX && listener->streams[i] != NULL)
		i++;
	stream = bufferevent_socket_new(evconnlistener_get_base(socket), fd,
	    BEV_OPT_CLOSE_ON_FREE);
	if (stream == NULL || i == STREAMS_MAX)
		abort();
	listener->streams[i] = stream;
	listener->count++;
	bufferevent_setcb(stream, NULL, NULL, on_end, listener);
	bufferevent_enable(stream, EV_READ);
	say(listener, stream);
}

struct listener *
listener_new(struct event_base *base)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	struct listener *listener = memory_new(1, sizeof(*listener));

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener->socket = evconnlistener_new_bind(base, on_connection,
	    listener, LEV_OPT_CLOSE_ON_FREE, STREAMS_MAX,
	    (struct sockaddr *)&address, (int)size);
	if (listener->socket == NULL || getsockname(evconnlistener_get_fd(
	    listener->socket), (struct sockaddr *)&address, &size) == -1 ||
	    !address_from_text(&listener->address, "127.0.0.1",
	    ntohs(address.sin_port)))
		abort();
	return listener;
}

void
listener_free(struct listener *listener)
{
	size_t i;

	if (listener == NULL)
		return;
	for (i = 0; i < STREAMS_MAX; i++) {
		if (listener->streams[i] != NULL)
			bufferevent_free(listener->streams[i]);
	}
	evconnlistener_free(listener->socket);
	free(listener);
}

struct address
listener_address(const struct listener *listener)
{
	return listener->address;
}

size_t
listener_count(const struct listener *listener)
{
	return listener->count;
}

size_t
listener_open(const struct listener *listener)
{
	size_t i, open = 0;

	for (i = 0; i < STREAMS_MAX; i++)
		open += listener->streams[i] != NULL;
	return open;
}

void
listener_say(struct listener *listener, const char *words)
{
	size_t i;

	listener->words = words;
	for (i = 0; i < STREAMS_MAX; i++)
		say(listener, listener->streams[i]);
}

static void
on_limit(evutil_socket_t fd, short what, void *argument)
{
	(void)fd;
	(void)what;
	(void)argument;
	abort();
}

void
listener_run(struct event_base *base, const struct listener *listener,
    const unsigned int *value, unsigned int wanted)
{
	const struct timeval long_time = { .tv_sec = LONG };
	struct event *limit = evtimer_new(base, on_limit, NULL);

	if (limit == NULL || evtimer_add(limit, &long_time) == -1)
		abort();
	while ((value != NULL ? *value : listener_open(listener)) != wanted)
		event_base_loop(base, EVLOOP_ONCE);
	event_free(limit);
}
