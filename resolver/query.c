#include "resolver/query.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/util.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "resolver/clock.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/shortage.h"

/* RFC 6891, RFC 9715 3.1: what passes everywhere in one piece. */
#define UDP_SIZE	1232
#define PACKET_MAX	65535
#define LENGTH_SIZE	2	/* before a message over TCP (RFC 1035 4.2.2) */

/* Seconds before UDP is tried again; twice as long each time. */
#define FIRST_WAIT	0.8
#define UDP_TRIES	3

enum transport {
	OVER_UDP,
	OVER_TCP,
};

struct query {
	struct query_client	*client;	/* borrowed */
	struct query		*next;		/* borrowed, in the client's */
	struct query		*previous;
	struct sockaddr_storage	 server;
	socklen_t		 server_size;
	char			*name;		/* owned */
	enum dns_type		 type;
	bool			 recursive, unchecked;
	bool			 tcp_only;
	bool			 plain;		/* without EDNS */
	bool			 cut;		/* the answer over UDP was */
	bool			 running;
	double			 until;		/* see clock.h */
	enum transport		 transport;
	unsigned int		 tries;		/* over UDP */
	evutil_socket_t		 fd;		/* -1: none */
	struct event		*ready;		/* owned, NULL: none */
	struct event		*timer;		/* owned */
	uint16_t		 id;
	uint8_t			*message;	/* owned; what is sent */
	size_t			 size;		/* of it, with the length */
	size_t			 sent;
	uint8_t			*received;	/* owned; NULL: nothing */
	size_t			 got;
	struct answer		*answer;	/* owned; NULL: none yet */
	query_answered		*answered;
	void			*argument;	/* borrowed */
};

struct query_client {
	struct event_base	*base;		/* borrowed */
	time_t			 now;
	struct query		*first, *last;	/* owned, as they were asked */
	size_t			 in_flight;
	size_t			 most;		/* of these */
};

static void	try_udp(struct query *query);
static void	try_tcp(struct query *query);
static void	start_waiting(struct query_client *client);

struct query_client *
query_client_new(struct event_base *base, time_t now, size_t most)
{
	struct query_client *client = memory_new(1, sizeof(*client));

	client->base = base;
	client->now = now;
	client->most = most;
	return client;
}

static void
drop_socket(struct query *query)
{
	if (query->ready != NULL)
		event_free(query->ready);
	query->ready = NULL;
	if (query->fd != -1)
		close(query->fd);
	query->fd = -1;
	free(query->received);
	query->received = NULL;
	query->got = 0;
	free(query->message);
	query->message = NULL;
	query->sent = 0;
}

static void
query_free(struct query *query)
{
	struct query_client *client = query->client;

	drop_socket(query);
	if (query->running)
		client->in_flight--;
	if (query->previous != NULL)
		query->previous->next = query->next;
	else
		client->first = query->next;
	if (query->next != NULL)
		query->next->previous = query->previous;
	else
		client->last = query->previous;
	event_free(query->timer);
	answer_free(query->answer);
	free(query->name);
	free(query);
}

void
query_client_free(struct query_client *client)
{
	if (client == NULL)
		return;
	while (client->first != NULL)
		query_free(client->first);
	free(client);
}

void
query_cancel(struct query *query)
{
	struct query_client *client;

	if (query == NULL)
		return;
	client = query->client;
	query_free(query);
	start_waiting(client);
}

/* --- The end of a question --- */

/* From the loop: with the answer that there is by now. */
static void
finish(struct query *query)
{
	struct query_client *client = query->client;
	struct answer *answer = query->answer;
	query_answered *answered = query->answered;
	void *argument = query->argument;

	query->answer = NULL;
	query_free(query);
	start_waiting(client);
	answered(answer, argument);
}

/* The answer is there: told from the loop, by the timer. */
static void
settle(struct query *query, struct answer *answer)
{
	drop_socket(query);
	query->answer = answer;
	event_active(query->timer, EV_TIMEOUT, 0);
}

static void
settle_fault(struct query *query, enum answer_fault fault, const char *text)
{
	struct answer *answer;

	if (query->cut)
		fault = ANSWER_FAULT_NO_TCP;
	answer = answer_failed(query->name, query->type, query->cut ?
	    "the answer is cut off over UDP, and TCP gives none" : text);
	answer->fault = fault;
	settle(query, answer);
}

static void
settle_packet(struct query *query, const uint8_t *packet, size_t size)
{
	const struct answer_source source = {
		.owner = query->name,
		.type = query->type,
		.packet = packet,
		.size = size,
		.rcode = LDNS_RCODE_WIRE(packet),
		.now = query->client->now,
		.keep = true,
	};

	settle(query, answer_from_packet(&source));
}

/* --- Messages --- */

/* Whether PACKET answers the question: anybody can send something. */
static bool
is_answer(const struct query *query, const uint8_t *packet, size_t size)
{
	ldns_rr *question = NULL;
	size_t at = LDNS_HEADER_SIZE;
	ldns_rdf *name;
	bool same;

	if (size < LDNS_HEADER_SIZE || LDNS_ID_WIRE(packet) != query->id ||
	    !LDNS_QR_WIRE(packet) ||
	    LDNS_OPCODE_WIRE(packet) != LDNS_PACKET_QUERY)
		return false;
	/* Some leave the question out of an error (RFC 1035 4.1.1). */
	if (LDNS_QDCOUNT(packet) == 0)
		return LDNS_RCODE_WIRE(packet) != LDNS_RCODE_NOERROR;
	if (LDNS_QDCOUNT(packet) != 1 || ldns_wire2rr(&question, packet, size,
	    &at, LDNS_SECTION_QUESTION) != LDNS_STATUS_OK)
		return false;
	name = ldns_dname_new_frm_str(query->name);
	same = name != NULL && ldns_dname_compare(name,
	    ldns_rr_owner(question)) == 0 &&
	    ldns_rr_get_type(question) == (ldns_rr_type)query->type &&
	    ldns_rr_get_class(question) == LDNS_RR_CLASS_IN;
	ldns_rdf_deep_free(name);
	ldns_rr_free(question);
	return same;
}

/* False: the name cannot be sent. */
static bool
make_message(struct query *query)
{
	const size_t before = query->transport == OVER_TCP ? LENGTH_SIZE : 0;
	ldns_rdf *name = ldns_dname_new_frm_str(query->name);
	uint8_t *octets = NULL;
	ldns_pkt *packet;
	size_t size = 0;

	if (name == NULL)
		return false;
	packet = ldns_pkt_query_new(name, (ldns_rr_type)query->type,
	    LDNS_RR_CLASS_IN, query->recursive ? LDNS_RD : 0);
	if (packet == NULL)
		abort();
	evutil_secure_rng_get_bytes(&query->id, sizeof(query->id));
	ldns_pkt_set_id(packet, query->id);
	ldns_pkt_set_cd(packet, query->unchecked);
	if (!query->plain) {
		ldns_pkt_set_edns_udp_size(packet, UDP_SIZE);
		ldns_pkt_set_edns_do(packet, true);
	}
	if (ldns_pkt2wire(&octets, packet, &size) != LDNS_STATUS_OK)
		abort();
	ldns_pkt_free(packet);
	free(query->message);
	query->message = memory_new(before + size, 1);
	if (before > 0)
		ldns_write_uint16(query->message, (uint16_t)size);
	memcpy(query->message + before, octets, size);
	query->size = before + size;
	query->sent = 0;
	free(octets);
	return true;
}

/* --- Transports --- */

static double
time_left(const struct query *query)
{
	return query->until - clock_monotonic();
}

static void
set_timer(struct query *query, double seconds)
{
	const double left = time_left(query);
	struct timeval wait;

	if (seconds > left)
		seconds = left;
	wait = clock_timeval(seconds > 0 ? seconds : 0);
	evtimer_add(query->timer, &wait);
}

/* A socket that hears nobody else. False: there is no way to the server. */
static bool
open_socket(struct query *query, short what, event_callback_fn callback)
{
	const int type = query->transport == OVER_TCP ? SOCK_STREAM :
	    SOCK_DGRAM;

	drop_socket(query);
	query->fd = socket(query->server.ss_family,
	    type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (query->fd == -1) {
		if (shortage_is(errno))
			shortage_end(errno);
		return false;
	}
	if (connect(query->fd, (const struct sockaddr *)&query->server,
	    query->server_size) == -1 && errno != EINPROGRESS)
		return false;
	if (!make_message(query))
		return false;
	query->ready = event_new(query->client->base, query->fd,
	    what | EV_PERSIST, callback, query);
	if (query->ready == NULL || event_add(query->ready, NULL) == -1)
		abort();
	return true;
}

static void
on_udp(evutil_socket_t fd, short what, void *argument)
{
	struct query *query = argument;
	uint8_t packet[UDP_SIZE + 1];
	ssize_t size;

	(void)what;
	size = recv(fd, packet, sizeof(packet), 0);
	if (size == -1) {
		/* An ICMP error: nobody listens there (RFC 1122 4.1.3.3). */
		if (errno != EAGAIN && errno != EINTR)
			settle_fault(query, ANSWER_FAULT_UNREACHABLE,
			    "nobody listens at its port 53");
		return;
	}
	if (!is_answer(query, packet, (size_t)size))
		return;
	if (!query->plain && (LDNS_RCODE_WIRE(packet) == LDNS_RCODE_FORMERR ||
	    LDNS_RCODE_WIRE(packet) == LDNS_RCODE_NOTIMPL) &&
	    LDNS_ARCOUNT(packet) == 0) {
		/* It does not know EDNS (RFC 6891 7). */
		query->plain = true;
		try_udp(query);
	} else if (LDNS_TC_WIRE(packet)) {
		query->cut = true;
		try_tcp(query);
	} else {
		settle_packet(query, packet, (size_t)size);
	}
}

static void
try_udp(struct query *query)
{
	query->transport = OVER_UDP;
	if (!open_socket(query, EV_READ, on_udp) || send(query->fd,
	    query->message, query->size, 0) != (ssize_t)query->size) {
		settle_fault(query, ANSWER_FAULT_UNREACHABLE,
		    "it cannot be reached");
		return;
	}
	set_timer(query, FIRST_WAIT * (1 << query->tries));
	query->tries++;
}

/* True: the message is complete. */
static bool
receive(struct query *query)
{
	size_t want = LENGTH_SIZE;
	ssize_t size;

	if (query->received == NULL)
		query->received = memory_new(LENGTH_SIZE + PACKET_MAX, 1);
	for (;;) {
		if (query->got >= LENGTH_SIZE)
			want = LENGTH_SIZE +
			    ldns_read_uint16(query->received);
		if (query->got == want)
			return true;
		size = recv(query->fd, query->received + query->got,
		    want - query->got, 0);
		if (size == -1 && (errno == EAGAIN || errno == EINTR))
			return false;
		if (size <= 0) {
			settle_fault(query, query->got == 0 ?
			    ANSWER_FAULT_UNREACHABLE : ANSWER_FAULT_MALFORMED,
			    "the connection ended without an answer");
			return false;
		}
		query->got += (size_t)size;
	}
}

static void
on_tcp_readable(evutil_socket_t fd, short what, void *argument)
{
	struct query *query = argument;
	const uint8_t *packet;
	size_t size;

	(void)fd;
	(void)what;
	if (!receive(query))
		return;
	packet = query->received + LENGTH_SIZE;
	size = query->got - LENGTH_SIZE;
	if (is_answer(query, packet, size))
		settle_packet(query, packet, size);
	else
		settle_fault(query, ANSWER_FAULT_MALFORMED,
		    "what it sends does not answer the question");
}

static void
on_tcp_writable(evutil_socket_t fd, short what, void *argument)
{
	struct query *query = argument;
	ssize_t size;

	(void)what;
	size = send(fd, query->message + query->sent,
	    query->size - query->sent, MSG_NOSIGNAL);
	if (size == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size == -1) {
		settle_fault(query, ANSWER_FAULT_UNREACHABLE,
		    "it takes no connection");
		return;
	}
	query->sent += (size_t)size;
	if (query->sent < query->size)
		return;
	event_free(query->ready);
	query->ready = event_new(query->client->base, fd,
	    EV_READ | EV_PERSIST, on_tcp_readable, query);
	if (query->ready == NULL || event_add(query->ready, NULL) == -1)
		abort();
}

static void
try_tcp(struct query *query)
{
	query->transport = OVER_TCP;
	if (!open_socket(query, EV_WRITE, on_tcp_writable)) {
		settle_fault(query, ANSWER_FAULT_UNREACHABLE,
		    "it takes no connection");
		return;
	}
	set_timer(query, time_left(query));
}

/* --- In line --- */

static void
start(struct query *query)
{
	query->running = true;
	query->client->in_flight++;
	if (query->tcp_only)
		try_tcp(query);
	else
		try_udp(query);
}

static void
start_waiting(struct query_client *client)
{
	struct query *query;

	for (query = client->first; query != NULL &&
	    client->in_flight < client->most; query = query->next) {
		if (!query->running && query->answer == NULL)
			start(query);
	}
}

/* The answer is there, or has not come in time. */
static void
on_timer(evutil_socket_t fd, short what, void *argument)
{
	struct query *query = argument;

	(void)fd;
	(void)what;
	if (query->answer != NULL) {
		finish(query);
	} else if (time_left(query) <= 0) {
		settle_fault(query, ANSWER_FAULT_SILENT,
		    "no answer from it in time");
	} else if (query->tries < UDP_TRIES) {
		try_udp(query);
	} else {
		try_tcp(query);
	}
}

struct query *
query_start(struct query_client *client, const struct query_question *question,
    query_answered *answered, void *argument)
{
	struct query *query = memory_new(1, sizeof(*query));

	query->client = client;
	memcpy(&query->server, question->server, question->server_size);
	query->server_size = question->server_size;
	query->name = memory_string(question->name);
	query->type = question->type;
	query->recursive = question->recursive;
	query->unchecked = question->unchecked;
	query->tcp_only = question->tcp_only;
	query->until = clock_monotonic() + question->limit;
	query->fd = -1;
	query->answered = answered;
	query->argument = argument;
	query->timer = evtimer_new(client->base, on_timer, query);
	if (query->timer == NULL)
		abort();
	query->previous = client->last;
	if (client->last != NULL)
		client->last->next = query;
	else
		client->first = query;
	client->last = query;
	start_waiting(client);
	/* In line it waits for its limit, too. */
	if (!query->running && query->answer == NULL)
		set_timer(query, question->limit);
	return query;
}

/* --- Aliases and referrals --- */

bool
query_is_alias(const struct answer *answer)
{
	ldns_rdf *name = ldns_dname_new_frm_str(answer->owner);
	ldns_rr_list *aliases = NULL;
	ldns_pkt *packet = NULL;
	bool found = false;

	if (name != NULL && answer->origin != NULL &&
	    answer->origin->packet != NULL && ldns_wire2pkt(&packet,
	    answer->origin->packet, answer->origin->size) == LDNS_STATUS_OK) {
		aliases = ldns_pkt_rr_list_by_name_and_type(packet, name,
		    LDNS_RR_TYPE_CNAME, LDNS_SECTION_ANSWER);
		found = ldns_rr_list_rr_count(aliases) > 0;
		ldns_rr_list_deep_free(aliases);
		ldns_pkt_free(packet);
	}
	ldns_rdf_deep_free(name);
	return found;
}

static char *
name_text(const ldns_rdf *name)
{
	char *text = ldns_rdf2str(name), *normal;

	if (text == NULL)
		abort();
	normal = name_normalise(text);
	free(text);
	return normal;
}

static void
add_glue(struct query_server *server, const ldns_rr *record, size_t size)
{
	const ldns_rdf *data = ldns_rr_rdf(record, 0);

	if (data == NULL || ldns_rdf_size(data) != size)
		return;
	server->glue = memory_grow(server->glue, server->glue_count,
	    sizeof(*server->glue));
	server->glue[server->glue_count++] = (struct answer_record){
		.data = memory_copy((const char *)ldns_rdf_data(data), size),
		.size = size,
	};
}

static void
find_glue(struct query_referral *referral, const ldns_rr_list *additional)
{
	struct query_server *server;
	const ldns_rr *record;
	ldns_rr_type type;
	size_t i, j;
	char *owner;

	for (i = 0; i < ldns_rr_list_rr_count(additional) &&
	    i < QUERY_GLUE_MAX; i++) {
		record = ldns_rr_list_rr(additional, i);
		type = ldns_rr_get_type(record);
		if (type != LDNS_RR_TYPE_A && type != LDNS_RR_TYPE_AAAA)
			continue;
		owner = name_text(ldns_rr_owner(record));
		for (j = 0; j < referral->count; j++) {
			server = &referral->servers[j];
			if (name_equal(server->name, owner))
				add_glue(server, record,
				    type == LDNS_RR_TYPE_A ? 4 : 16);
		}
		free(owner);
	}
}

static void
find_servers(struct query_referral *referral, const ldns_rr_list *list,
    const ldns_rdf *zone)
{
	struct query_server *server;
	const ldns_rr *record;
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(list) &&
	    referral->count < QUERY_SERVERS_MAX; i++) {
		record = ldns_rr_list_rr(list, i);
		if (ldns_rr_get_type(record) != LDNS_RR_TYPE_NS ||
		    ldns_rr_rdf(record, 0) == NULL ||
		    ldns_dname_compare(ldns_rr_owner(record), zone) != 0)
			continue;
		referral->servers = memory_grow(referral->servers,
		    referral->count, sizeof(*server));
		server = &referral->servers[referral->count++];
		server->name = name_text(ldns_rr_rdf(record, 0));
	}
}

bool
query_referral_init(struct query_referral *referral,
    const struct answer *answer, const char *zone)
{
	ldns_rdf *name = ldns_dname_new_frm_str(zone);
	ldns_pkt *packet = NULL;

	*referral = (struct query_referral){ NULL, 0 };
	if (name != NULL && answer->origin != NULL &&
	    answer->origin->packet != NULL && ldns_wire2pkt(&packet,
	    answer->origin->packet, answer->origin->size) == LDNS_STATUS_OK) {
		find_servers(referral, ldns_pkt_answer(packet), name);
		if (referral->count == 0)
			find_servers(referral, ldns_pkt_authority(packet),
			    name);
		find_glue(referral, ldns_pkt_additional(packet));
		ldns_pkt_free(packet);
	}
	ldns_rdf_deep_free(name);
	return referral->count > 0;
}

void
query_referral_clear(struct query_referral *referral)
{
	struct query_server *server;
	size_t i, j;

	for (i = 0; i < referral->count; i++) {
		server = &referral->servers[i];
		for (j = 0; j < server->glue_count; j++)
			free(server->glue[j].data);
		free(server->glue);
		free(server->name);
	}
	free(referral->servers);
	*referral = (struct query_referral){ NULL, 0 };
}
