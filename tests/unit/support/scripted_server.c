#include "tests/unit/support/scripted_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "resolver/memory.h"

#define MESSAGE_MAX	65535
#define HEADER		12
#define STREAMS_MAX	32
#define PORTS_TRIED	100

/* Of an address record whose name is the question's. */
#define RECORD		16

struct stream {
	struct scripted_server	*server;	/* borrowed */
	int			 fd;		/* -1: free */
	struct event		*ready;		/* owned */
	uint8_t			 query[2 + SCRIPT_QUERY_MAX];
	size_t			 got;
	uint8_t			*reply;		/* owned; NULL: none yet */
	size_t			 size;
	size_t			 sent;
};

struct scripted_server {
	struct event_base	*base;		/* borrowed */
	struct script		 script;
	struct sockaddr_in	 address;
	int			 udp, tcp;	/* -1: closed */
	struct event		*datagram;	/* owned; NULL: closed */
	struct event		*connection;	/* owned; NULL: closed */
	struct stream		 streams[STREAMS_MAX];
	unsigned int		 acts;		/* over UDP, so far */
	unsigned int		 count;
	struct script_query	 queries[SCRIPT_QUERIES_MAX];
	uint8_t			 reply[2 + MESSAGE_MAX];
};

/* Where the question ends. */
static size_t
question_end(const uint8_t *query)
{
	size_t at = HEADER;

	while (query[at] != 0)
		at += (size_t)query[at] + 1;
	return at + 5;
}

static size_t
put_address(uint8_t *reply, size_t at)
{
	static const uint8_t record[RECORD] = { 0xc0, HEADER, 0, 1, 0, 1,
		0, 0, 1, 44, 0, 4, 192, 0, 2, 1 };

	memcpy(reply + at, record, sizeof(record));
	return at + sizeof(record);
}

/* RCODE is the upper part of an extended one. */
static size_t
put_opt(uint8_t *reply, size_t at, uint8_t rcode)
{
	const uint8_t record[] = { 0, 0, 41, 4, 208, rcode, 0, 128, 0, 0, 0 };

	memcpy(reply + at, record, sizeof(record));
	reply[11] = 1;
	return at + sizeof(record);
}

/* Address records, and one of another type to fill what is left. */
static size_t
put_longest(uint8_t *reply, size_t at)
{
	unsigned int count = 1;
	size_t left;

	for (; MESSAGE_MAX - at >= 3 * RECORD; count++)
		at = put_address(reply, at);
	left = MESSAGE_MAX - put_address(reply, at);
	reply[at + 2] = 255;
	reply[at + 11] = (uint8_t)(left + 4);
	memset(reply + at + RECORD, 0, left);
	reply[6] = (uint8_t)(count >> 8);
	reply[7] = (uint8_t)count;
	return MESSAGE_MAX;
}

/* The question and the header with these flags; returns the octets. */
static size_t
put_head(uint8_t *reply, const uint8_t *query, uint8_t flags, uint8_t rcode)
{
	const size_t end = question_end(query);

	memcpy(reply, query, end);
	reply[2] = (uint8_t)(0x80 | flags | (query[2] & 1));
	reply[3] = rcode;
	memset(reply + 6, 0, 6);
	return end;
}

static size_t
put_answer(uint8_t *reply, size_t end, const uint8_t *query)
{
	reply[7] = 1;
	end = put_address(reply, end);
	return query[11] == 1 ? put_opt(reply, end, 0) : end;
}

/* An answer that something is wrong with. */
static size_t
make_foreign(enum script_act act, const uint8_t *query, uint8_t *reply)
{
	const size_t question = question_end(query);
	size_t end = put_answer(reply, put_head(reply, query, 0, 0), query), i;

	switch (act) {
	case ACT_ANSWER_CAPITALS:
		for (i = HEADER; i < question - 4; i++)
			if (reply[i] >= 'a' && reply[i] <= 'z')
				reply[i] = (uint8_t)(reply[i] - 0x20);
		break;
	case ACT_WRONG_ID:
		reply[0] ^= 0x40;
		break;
	case ACT_WRONG_NAME:
		reply[HEADER + 1] ^= 1;
		break;
	case ACT_WRONG_TYPE:
		reply[question - 3] ^= 1;
		break;
	case ACT_WRONG_CLASS:
		reply[question - 1] = 3;
		break;
	case ACT_WRONG_OPCODE:
		reply[2] |= 0x10;
		break;
	case ACT_TWO_QUESTIONS:
		reply[5] = 2;
		break;
	case ACT_NO_QUESTION:
		reply[5] = reply[7] = reply[11] = 0;
		end = HEADER;
		break;
	case ACT_SHORT:
		end = HEADER - 1;
		break;
	case ACT_CUT_QUESTION:
		end = question - 1;
		break;
	default:
		break;
	}
	return end;
}

/* An error, as a bare header or with its question. */
static size_t
make_error(uint8_t rcode, bool bare, const uint8_t *query, uint8_t *reply)
{
	const size_t end = put_head(reply, query, 0, rcode);

	if (!bare)
		return end;
	reply[5] = 0;
	return HEADER;
}

/* Returns the octets of it; 0: there is none. */
static size_t
make_reply(enum script_act act, const uint8_t *query, size_t size,
    uint8_t *reply)
{
	const bool edns = query[11] == 1;
	size_t end;

	switch (act) {
	case ACT_CLOSED:
	case ACT_HUSH:
		return 0;
	case ACT_ECHO:
		memcpy(reply, query, size);
		return size;
	case ACT_CUT_OFF:
		return put_head(reply, query, 2, 0);
	case ACT_SERVFAIL:
		return make_error(2, false, query, reply);
	case ACT_NXDOMAIN:
		return make_error(3, false, query, reply);
	case ACT_REFUSED:
		return make_error(5, true, query, reply);
	case ACT_FORMERR_ALWAYS:
		return make_error(1, true, query, reply);
	case ACT_FORMERR_EDNS:
		end = make_error(1, false, query, reply);
		return put_opt(reply, end, 0);
	case ACT_BADVERS:
		end = make_error(0, false, query, reply);
		return put_opt(reply, end, 1);
	case ACT_MALFORMED:
		end = put_answer(reply, put_head(reply, query, 0, 0), query);
		return end - (edns ? 11 : 0) - 1;
	case ACT_LONGEST:
		return put_longest(reply, put_head(reply, query, 0, 0));
	case ACT_FORMERR:
	case ACT_NOTIMP:
		if (edns)
			return make_error(act == ACT_FORMERR ? 1 : 4, true,
			    query, reply);
		break;
	default:
		break;
	}
	return make_foreign(act, query, reply);
}

static void
note(struct scripted_server *server, const uint8_t *octets, size_t size,
    uint16_t port, bool tcp)
{
	struct script_query *query;

	if (size > SCRIPT_QUERY_MAX)
		abort();
	if (server->count < SCRIPT_QUERIES_MAX) {
		query = &server->queries[server->count];
		memcpy(query->octets, octets, size);
		query->size = size;
		query->port = port;
		query->tcp = tcp;
	}
	server->count++;
}

static void
on_datagram(evutil_socket_t fd, short what, void *argument)
{
	struct scripted_server *server = argument;
	uint8_t query[SCRIPT_QUERY_MAX];
	struct sockaddr_in from;
	socklen_t from_size = sizeof(from);
	ssize_t length;
	size_t size;
	int act;

	(void)what;
	length = recvfrom(fd, query, sizeof(query), 0,
	    (struct sockaddr *)&from, &from_size);
	if (length < HEADER)
		abort();
	note(server, query, (size_t)length, ntohs(from.sin_port), false);
	do {
		act = server->script.udp[server->acts];
		if (server->acts + 1 < SCRIPT_ACTS &&
		    server->script.udp[server->acts + 1] != ACT_CLOSED)
			server->acts++;
		size = make_reply((enum script_act)(act & ~ACT_AND_THEN),
		    query, (size_t)length, server->reply);
		/* Who asked may be gone. */
		if (size > 0)
			sendto(fd, server->reply, size, 0,
			    (struct sockaddr *)&from, from_size);
	} while (act & ACT_AND_THEN);
}

static void
stream_close(struct stream *stream)
{
	if (stream->fd == -1)
		return;
	event_free(stream->ready);
	close(stream->fd);
	free(stream->reply);
	stream->reply = NULL;
	stream->got = stream->sent = 0;
	stream->fd = -1;
}

static void
stream_wait(struct stream *stream, short what, event_callback_fn callback)
{
	event_assign(stream->ready, stream->server->base, stream->fd,
	    (short)(what | EV_PERSIST), callback, stream);
	event_add(stream->ready, NULL);
}

static void
on_writable(evutil_socket_t fd, short what, void *argument)
{
	struct stream *stream = argument;
	const enum script_act act = stream->server->script.tcp;
	const bool drips = act == ACT_DRIP || act == ACT_DRIP_WITHOUT_END;
	ssize_t sent;

	(void)what;
	sent = send(fd, stream->reply + stream->sent, drips ? 1 :
	    stream->size - stream->sent, MSG_NOSIGNAL);
	if (sent == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (sent == -1) {
		stream_close(stream);
		return;
	}
	stream->sent += (size_t)sent;
	if (stream->sent < stream->size)
		return;
	event_del(stream->ready);
	if (act == ACT_CLOSE_WITHIN)
		stream_close(stream);
}

/* What there is to do with a query that is complete. */
static void
stream_act(struct stream *stream)
{
	struct scripted_server *server = stream->server;
	const struct linger none = { 1, 0 };
	size_t size;

	event_del(stream->ready);
	if (server->script.tcp == ACT_RESET)
		setsockopt(stream->fd, SOL_SOCKET, SO_LINGER, &none,
		    sizeof(none));
	if (server->script.tcp == ACT_RESET ||
	    server->script.tcp == ACT_CLOSE) {
		stream_close(stream);
		return;
	}
	size = make_reply(server->script.tcp, stream->query + 2,
	    stream->got - 2, server->reply + 2);
	if (size == 0)
		return;
	if (server->script.tcp == ACT_LESS_THAN_SAID)
		size = 3;
	server->reply[0] = (uint8_t)(size >> 8);
	server->reply[1] = (uint8_t)size;
	if (server->script.tcp == ACT_CLOSE_WITHIN ||
	    server->script.tcp == ACT_DRIP_WITHOUT_END)
		size /= 2;
	stream->size = 2 + size;
	stream->reply = memory_copy(server->reply, stream->size);
	stream_wait(stream, EV_WRITE, on_writable);
}

static void
on_readable(evutil_socket_t fd, short what, void *argument)
{
	struct stream *stream = argument;
	ssize_t size;

	(void)what;
	size = recv(fd, stream->query + stream->got,
	    sizeof(stream->query) - stream->got, 0);
	if (size <= 0) {
		stream_close(stream);
		return;
	}
	stream->got += (size_t)size;
	if (stream->got < 2 || stream->got <
	    2 + ((size_t)stream->query[0] << 8 | stream->query[1]))
		return;
	note(stream->server, stream->query + 2, stream->got - 2, 0, true);
	stream_act(stream);
}

static void
on_connection(evutil_socket_t fd, short what, void *argument)
{
	struct scripted_server *server = argument;
	struct stream *stream = server->streams;
	const int on = 1;

	(void)what;
	while (stream < server->streams + STREAMS_MAX && stream->fd != -1)
		stream++;
	if (stream == server->streams + STREAMS_MAX)
		abort();
	stream->fd = accept(fd, NULL, NULL);
	if (stream->fd == -1)
		return;
	evutil_make_socket_nonblocking(stream->fd);
	setsockopt(stream->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	stream->ready = event_new(server->base, stream->fd, 0, on_readable,
	    stream);
	stream_wait(stream, EV_READ, on_readable);
}

/* False: the port is taken for TCP. */
static bool
bind_both(struct scripted_server *server)
{
	struct sockaddr_in *address = &server->address;
	socklen_t size = sizeof(*address);

	memset(address, 0, sizeof(*address));
	address->sin_family = AF_INET;
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server->udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	server->tcp = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (server->udp == -1 || server->tcp == -1 ||
	    bind(server->udp, (struct sockaddr *)address, size) == -1 ||
	    getsockname(server->udp, (struct sockaddr *)address, &size) == -1)
		abort();
	if (bind(server->tcp, (struct sockaddr *)address, size) == 0)
		return true;
	close(server->udp);
	close(server->tcp);
	return false;
}

static struct event *
hear(struct scripted_server *server, int fd, event_callback_fn callback)
{
	struct event *event = event_new(server->base, fd,
	    EV_READ | EV_PERSIST, callback, server);

	if (event == NULL || event_add(event, NULL) == -1)
		abort();
	return event;
}

struct scripted_server *
scripted_server_new(struct event_base *base, const struct script *script)
{
	struct scripted_server *server = memory_new(1, sizeof(*server));
	size_t i;

	server->base = base;
	server->script = *script;
	for (i = 0; i < STREAMS_MAX; i++) {
		server->streams[i].server = server;
		server->streams[i].fd = -1;
	}
	for (i = 0; !bind_both(server); i++)
		if (i == PORTS_TRIED)
			abort();
	if (script->udp[0] != ACT_CLOSED) {
		server->datagram = hear(server, server->udp, on_datagram);
	} else {
		close(server->udp);
		server->udp = -1;
	}
	/* What is bound and does not listen refuses connections. */
	if (script->tcp != ACT_CLOSED) {
		if (listen(server->tcp, STREAMS_MAX) == -1)
			abort();
		server->connection = hear(server, server->tcp, on_connection);
	}
	return server;
}

void
scripted_server_free(struct scripted_server *server)
{
	size_t i;

	if (server == NULL)
		return;
	for (i = 0; i < STREAMS_MAX; i++)
		stream_close(&server->streams[i]);
	if (server->datagram != NULL)
		event_free(server->datagram);
	if (server->connection != NULL)
		event_free(server->connection);
	if (server->udp != -1)
		close(server->udp);
	close(server->tcp);
	free(server);
}

const struct sockaddr_in *
scripted_server_address(const struct scripted_server *server)
{
	return &server->address;
}

const unsigned int *
scripted_server_count(const struct scripted_server *server)
{
	return &server->count;
}

const struct script_query *
scripted_server_query(const struct scripted_server *server, unsigned int i)
{
	if (i >= server->count || i >= SCRIPT_QUERIES_MAX)
		abort();
	return &server->queries[i];
}
