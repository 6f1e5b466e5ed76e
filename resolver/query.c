#include "resolver/query.h"

#include <assert.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "resolver/clock.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/query_message.h"
#include "resolver/query_records.h"
#include "resolver/shortage.h"
#include "resolver/source.h"
#include "resolver/text.h"

/* Octets of the longest message. */
#define MESSAGE_MAX	65535

/*
 * Seconds that the first try waits for an answer, and at most this part of the
 * limit; each one after it waits twice as long as the one before.
 */
#define FIRST_WAIT	0.8
#define FIRST_PART	8

/* The last of so many parts of the limit is for TCP, if UDP is silent. */
#define TCP_PART	3

#define CLASS_IN	1

#define RCODE_NOERROR	0
#define RCODE_FORMERR	1
#define RCODE_NXDOMAIN	3
#define RCODE_NOTIMP	4

struct query_list {
	struct query		*first;	/* owned, and all that follow */
	struct query		*last;	/* borrowed */
};

struct query_client {
	struct event_base	*base;		/* borrowed */
	time_t			 now;
	struct sources		*sources;	/* borrowed; NULL: any */
	struct query_list	 waiting;
	struct query_list	 begun;
	size_t			 in_flight;	/* those that have begun */
	size_t			 most;		/* of these */
	struct event		*begin;		/* owned; see on_begin */
	uint8_t			 packet[MESSAGE_MAX];	/* of the moment */
};

struct query {
	struct query_client	*client;	/* borrowed */
	struct query		*previous;	/* borrowed */
	struct query		*next;		/* owned by the list */
	struct sockaddr_storage	 server;
	socklen_t		 server_size;
	char			*name;		/* owned */
	enum dns_type		 type;
	bool			 tcp_only;
	bool			 udp_only;
	double			 limit;		/* seconds */
	struct query_manner	*told;		/* borrowed; NULL: nobody */
	query_answered		*answered;
	void			*argument;	/* borrowed */
	struct query_message	 message;
	bool			 valid;		/* the message is */
	bool			 in_flight;
	double			 deadline;	/* see clock.h */
	double			 udp_deadline;
	double			 wait;		/* of the next try over UDP */
	bool			 last_try;
	/* At most one of these is there. */
	int			 socket;	/* owned; UDP; -1: none */
	struct bufferevent	*stream;	/* owned; TCP; NULL: none */
	struct event		*readable;	/* owned; the socket; or NULL */
	struct event		*timer;		/* owned */
	/* What has been seen so far. */
	struct query_manner	 manner;
	bool			 misfit;	/* what came was none */
	bool			 connected;	/* over TCP */
};

static void
list_add(struct query_list *list, struct query *query)
{
	query->previous = list->last;
	query->next = NULL;
	if (list->last != NULL)
		list->last->next = query;
	else
		list->first = query;
	list->last = query;
}

static void
list_remove(struct query_list *list, struct query *query)
{
	if (query->previous != NULL)
		query->previous->next = query->next;
	else
		list->first = query->next;
	if (query->next != NULL)
		query->next->previous = query->previous;
	else
		list->last = query->previous;
}

/* Every try has a socket of its own. */
static void
hang_up(struct query *query)
{
	if (query->readable != NULL)
		event_free(query->readable);
	query->readable = NULL;
	if (query->socket != -1)
		close(query->socket);
	query->socket = -1;
	if (query->stream != NULL)
		bufferevent_free(query->stream);
	query->stream = NULL;
}

static void
query_free(struct query *query)
{
	struct query_client *client = query->client;

	hang_up(query);
	list_remove(query->in_flight ? &client->begun : &client->waiting,
	    query);
	client->in_flight -= query->in_flight;
	if (client->waiting.first != NULL)
		event_active(client->begin, EV_TIMEOUT, 0);
	event_free(query->timer);
	free(query->name);
	free(query);
}

/* Nothing may be done with the query, or its client, after this. */
static void
finish(struct query *query, struct answer *answer)
{
	query_answered *const answered = query->answered;
	void *const argument = query->argument;

	if (query->told != NULL)
		*query->told = query->manner;
	query_free(query);
	answered(answer, argument);
}

/* WHY is owned. */
static void
finish_failed(struct query *query, enum answer_fault fault, char *why)
{
	struct answer *answer = answer_failed(query->name, query->type, why);

	answer->fault = fault;
	free(why);
	finish(query, answer);
}

/* WHY is owned. What comes, but is no answer, is no silence either. */
static void
finish_silent(struct query *query, char *why)
{
	if (query->misfit) {
		free(why);
		finish_failed(query, ANSWER_FAULT_MALFORMED, memory_string(
		    "what the server sends does not answer the question"));
	} else {
		finish_failed(query, ANSWER_FAULT_SILENT, why);
	}
}

/* Owned by the caller. */
static char *
overdue(const struct query *query)
{
	char *limit = text_seconds(query->limit);
	char *why = memory_format("no answer within %s", limit);

	free(limit);
	return why;
}

/* What TCP came to, ERROR (errno; 0: the stream ended), seen from UDP. */
static void
finish_tcp(struct query *query, int error)
{
	const char *what = error != 0 ? strerror(error) :
	    "the connection was closed before a whole answer";

	if (query->manner.udp_cut)
		finish_failed(query, ANSWER_FAULT_NO_TCP, memory_format(
		    "the answer over UDP is cut off, and over TCP: %s", what));
	else if (query->manner.udp_silent)
		finish_silent(query, memory_format(
		    "no answer over UDP, and over TCP: %s", what));
	else if (query->connected || error == ETIMEDOUT)
		finish_silent(query, memory_format("over TCP: %s", what));
	else
		finish_failed(query, ANSWER_FAULT_UNREACHABLE,
		    memory_format("over TCP: %s", what));
}

static void
finish_overdue(struct query *query)
{
	char *why = overdue(query);

	if (query->manner.udp_cut) {
		finish_failed(query, ANSWER_FAULT_NO_TCP, memory_format(
		    "the answer over UDP is cut off, and over TCP: %s", why));
		free(why);
	} else {
		finish_silent(query, why);
	}
}

/* Seconds from NOW (monotonic) until DEADLINE. */
static void
set_timer(struct query *query, double now, double deadline)
{
	const struct timeval wait =
	    clock_timeval(deadline > now ? deadline - now : 0);

	evtimer_add(query->timer, &wait);
}

/* For the next try. */
static void
renew(struct query *query, bool over_tcp)
{
	hang_up(query);
	query_message_renew(&query->message);
	query->manner.tries++;
	query->manner.tcp = over_tcp;
	query->manner.plain = !query->message.edns;
}

static void	begin_udp(struct query *query);
static void	begin_tcp(struct query *query);

/* An answer to the question, in the client's buffer. */
static void
receive(struct query *query, size_t size)
{
	const struct query_client *client = query->client;
	const struct query_reply reply = query_message_read(client->packet,
	    size);
	const bool over_udp = query->socket != -1;
	const bool usable = reply.rcode == RCODE_NOERROR ||
	    reply.rcode == RCODE_NXDOMAIN;
	const bool cut_off = reply.cut_off && usable;
	const struct answer_source source = {
		.owner = query->name,
		.type = query->type,
		.packet = client->packet,
		.size = size,
		.rcode = (int)reply.rcode,
		.now = client->now,
		.keep = true,
	};

	/* RFC 6891 7: a server that does not know EDNS. */
	if (query->message.edns && !reply.edns &&
	    (reply.rcode == RCODE_FORMERR || reply.rcode == RCODE_NOTIMP)) {
		query_message_drop_edns(&query->message);
		if (over_udp)
			begin_udp(query);
		else
			begin_tcp(query);
		return;
	}
	query->manner.udp_cut |= cut_off && over_udp;
	if (cut_off && over_udp && !query->udp_only)
		begin_tcp(query);
	else if (cut_off && !over_udp)
		/* What is left is no answer (RFC 2181 9). */
		finish_failed(query, ANSWER_FAULT_MALFORMED, memory_string(
		    "the answer is cut off, over TCP as well"));
	else if (reply.broken && usable && !cut_off)
		finish_failed(query, ANSWER_FAULT_MALFORMED,
		    memory_string("the answer is malformed"));
	else
		finish(query, answer_from_packet(&source));
}

/* The network says no, or this machine. */
static void
fail_udp(struct query *query, int error)
{
	if (shortage_is(error))
		shortage_end(error);
	finish_failed(query, ANSWER_FAULT_UNREACHABLE,
	    memory_string(strerror(error)));
}

static bool
is_later(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

static void
on_datagram(evutil_socket_t fd, short what, void *argument)
{
	struct query *query = argument;
	uint8_t *packet = query->client->packet;
	const ssize_t size = recv(fd, packet, MESSAGE_MAX, 0);

	(void)what;
	if (size == -1) {
		if (!is_later(errno))
			fail_udp(query, errno);
		return;
	}
	switch (query_message_fit(&query->message, packet, (size_t)size)) {
	case QUERY_FOREIGN:
		break;
	case QUERY_MISFIT:
		query->misfit = true;
		break;
	case QUERY_FITS:
		receive(query, (size_t)size);
		break;
	}
}

/*
 * A connected socket, on a port that the system chooses at random: what does
 * not come from the server is not seen. Returns 0 or errno.
 */
static int
send_datagram(struct query *query)
{
	const struct query_message *message = &query->message;

	query->socket = sources_socket(query->client->sources,
	    query->server.ss_family, SOCK_DGRAM);
	if (query->socket == -1 || connect(query->socket,
	    (struct sockaddr *)&query->server, query->server_size) == -1)
		return errno;
	/* What cannot be sent now is lost, like anything on the way. */
	if (send(query->socket, message->octets + QUERY_PREFIX, message->size,
	    0) == -1 && !is_later(errno))
		return errno;
	return 0;
}

/*
 * How long this try waits. A next one that could not wait as long as it should
 * is not made: the time is better spent on this.
 */
static void
set_try(struct query *query)
{
	const double now = clock_monotonic();
	const double end = now + query->wait;

	query->wait *= 2;
	query->last_try = end + query->wait > query->udp_deadline;
	set_timer(query, now, query->last_try ? query->udp_deadline : end);
}

static void
begin_udp(struct query *query)
{
	int error;

	renew(query, false);
	error = send_datagram(query);
	if (error != 0) {
		fail_udp(query, error);
		return;
	}
	query->readable = event_new(query->client->base, query->socket,
	    EV_READ | EV_PERSIST, on_datagram, query);
	if (query->readable == NULL || event_add(query->readable, NULL) == -1)
		abort();
	set_try(query);
}

/* One message, however many octets at a time it comes in. */
static void
on_octets(struct bufferevent *stream, void *argument)
{
	struct query *query = argument;
	struct evbuffer *input = bufferevent_get_input(stream);
	uint8_t prefix[QUERY_PREFIX], *packet = query->client->packet;
	size_t size;

	if (evbuffer_copyout(input, prefix, sizeof(prefix)) <
	    (ssize_t)sizeof(prefix))
		return;
	size = (size_t)prefix[0] << 8 | prefix[1];
	if (evbuffer_get_length(input) < sizeof(prefix) + size)
		return;
	evbuffer_drain(input, sizeof(prefix));
	evbuffer_remove(input, packet, size);
	if (query_message_fit(&query->message, packet, size) == QUERY_FITS)
		receive(query, size);
	else
		finish_failed(query, ANSWER_FAULT_MALFORMED, memory_string(
		    "what the server sends over TCP does not answer the "
		    "question"));
}

static void
fail_tcp(struct query *query, int error)
{
	if (shortage_is(error))
		shortage_end(error);
	finish_tcp(query, error);
}

static void
on_stream(struct bufferevent *stream, short what, void *argument)
{
	struct query *query = argument;
	const int error = EVUTIL_SOCKET_ERROR();

	(void)stream;
	if (what & BEV_EVENT_CONNECTED)
		query->connected = true;
	else if (what & BEV_EVENT_EOF)
		fail_tcp(query, 0);
	else
		fail_tcp(query, error != 0 ? error : EIO);
}

static void
begin_tcp(struct query *query)
{
	const struct query_message *message = &query->message;
	int error, fd;

	renew(query, true);
	query->connected = false;
	fd = sources_socket(query->client->sources, query->server.ss_family,
	    SOCK_STREAM);
	if (fd == -1) {
		fail_tcp(query, errno);
		return;
	}
	query->stream = bufferevent_socket_new(query->client->base, fd,
	    BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	if (query->stream == NULL)
		abort();
	bufferevent_setcb(query->stream, on_octets, NULL, on_stream, query);
	bufferevent_setwatermark(query->stream, EV_READ, 0,
	    QUERY_PREFIX + MESSAGE_MAX);
	if (bufferevent_write(query->stream, message->octets,
	    QUERY_PREFIX + message->size) == -1 ||
	    bufferevent_enable(query->stream, EV_READ | EV_WRITE) == -1)
		abort();
	set_timer(query, clock_monotonic(), query->deadline);
	if (bufferevent_socket_connect(query->stream,
	    (struct sockaddr *)&query->server, (int)query->server_size) == 0)
		return;
	/* No route, for example: libevent does not call back then. */
	error = EVUTIL_SOCKET_ERROR();
	fail_tcp(query, error != 0 ? error : EIO);
}

/* The wait of a try over UDP is over, or all the time that there is. */
static void
on_timer(evutil_socket_t fd, short what, void *argument)
{
	struct query *query = argument;

	(void)fd;
	(void)what;
	if (query->stream != NULL) {
		finish_overdue(query);
		return;
	}
	query->manner.udp_silent = query->last_try;
	if (!query->last_try)
		begin_udp(query);
	else if (query->udp_only)
		finish_overdue(query);
	else
		begin_tcp(query);
}

static void
begin(struct query *query)
{
	const double now = clock_monotonic(), limit = query->limit;

	query->deadline = now + limit;
	query->udp_deadline = query->udp_only ? query->deadline :
	    query->deadline - limit / TCP_PART;
	query->wait = limit / FIRST_PART < FIRST_WAIT ? limit / FIRST_PART :
	    FIRST_WAIT;
	if (!query->valid)
		finish_failed(query, ANSWER_FAULT_OTHER,
		    memory_string("the name is not valid"));
	else if (query->tcp_only)
		begin_tcp(query);
	else
		begin_udp(query);
}

/* What else is in a socket address need not be the same. */
static bool
is_same_server(const struct query *a, const struct query *b)
{
	const struct sockaddr_in *a4 = (const void *)&a->server;
	const struct sockaddr_in *b4 = (const void *)&b->server;
	const struct sockaddr_in6 *a6 = (const void *)&a->server;
	const struct sockaddr_in6 *b6 = (const void *)&b->server;

	if (a->server.ss_family != b->server.ss_family)
		return false;
	if (a->server.ss_family == AF_INET)
		return a4->sin_port == b4->sin_port &&
		    a4->sin_addr.s_addr == b4->sin_addr.s_addr;
	return a6->sin6_port == b6->sin6_port &&
	    memcmp(&a6->sin6_addr, &b6->sin6_addr, sizeof(a6->sin6_addr)) == 0;
}

/* Whether as many are under way to its server as may be. */
static bool
is_busy(const struct query *query)
{
	const struct query *other;
	size_t count = 0;

	for (other = query->client->begun.first; other != NULL;
	    other = other->next)
		count += is_same_server(other, query);
	return count >= QUERY_PER_SERVER;
}

/*
 * Begins the first in line whose server is not busy. Its callback may do
 * anything, so nothing is done after it.
 */
static void
on_begin(evutil_socket_t fd, short what, void *argument)
{
	struct query_client *client = argument;
	struct query *query = client->waiting.first;

	(void)fd;
	(void)what;
	while (query != NULL && is_busy(query))
		query = query->next;
	if (query == NULL || client->in_flight >= client->most)
		return;
	list_remove(&client->waiting, query);
	list_add(&client->begun, query);
	query->in_flight = true;
	client->in_flight++;
	if (client->waiting.first != NULL)
		event_active(client->begin, EV_TIMEOUT, 0);
	begin(query);
}

struct query_client *
query_client_new(struct event_base *base, time_t now, size_t most)
{
	struct query_client *client = memory_new(1, sizeof(*client));

	/* Where this reads a file, it may not be allowed to later. */
	if (evutil_secure_rng_init() == -1)
		abort();
	client->base = base;
	client->now = now;
	client->most = most;
	client->begin = event_new(base, -1, 0, on_begin, client);
	if (client->begin == NULL)
		abort();
	return client;
}

void
query_client_set_sources(struct query_client *client, struct sources *sources)
{
	client->sources = sources;
}

void
query_client_free(struct query_client *client)
{
	if (client == NULL)
		return;
	while (client->waiting.first != NULL)
		query_free(client->waiting.first);
	while (client->begun.first != NULL)
		query_free(client->begun.first);
	event_free(client->begin);
	free(client);
}

struct query *
query_start(struct query_client *client, const struct query_question *question,
    query_answered *answered, void *argument)
{
	struct query *query = memory_new(1, sizeof(*query));

	assert(question->server_size <= sizeof(query->server));
	query->client = client;
	memcpy(&query->server, question->server, question->server_size);
	query->server_size = question->server_size;
	query->name = memory_string(question->name);
	query->type = question->type;
	query->tcp_only = question->tcp_only;
	query->udp_only = question->udp_only;
	query->told = question->manner;
	query->limit = question->limit > 0 ? question->limit : 0;
	query->valid = query_message_init(&query->message, question);
	query->answered = answered;
	query->argument = argument;
	query->socket = -1;
	query->timer = evtimer_new(client->base, on_timer, query);
	if (query->timer == NULL)
		abort();
	list_add(&client->waiting, query);
	event_active(client->begin, EV_TIMEOUT, 0);
	return query;
}

void
query_cancel(struct query *query)
{
	if (query != NULL)
		query_free(query);
}

bool
query_is_alias(const struct answer *answer)
{
	const struct answer_origin *origin = answer->origin;
	struct query_records records;
	struct query_record record;
	bool found = false;
	char *owner;
	size_t at;

	if (origin == NULL || origin->packet == NULL)
		return false;
	query_records_begin(&records, origin->packet, origin->size);
	while (!found &&
	    query_records_next(&records, &record) == QUERY_ANSWER) {
		if (record.type != DNS_CNAME || record.class != CLASS_IN)
			continue;
		at = record.owner;
		owner = query_records_name(origin->packet, origin->size, &at);
		found = owner != NULL && name_equal(owner, answer->owner);
		free(owner);
	}
	return found;
}
