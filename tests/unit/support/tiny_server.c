#include "tests/unit/support/tiny_server.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <stdbool.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "resolver/memory.h"

#define SOA ". 300 IN SOA ns. hostmaster. 1 7200 3600 1209600 300"

struct tiny_server {
	int		 socket;
	struct event	*readable;
	char		*address;
	ldns_key_list	*keys;
	ldns_rr		*key;	/* the DNSKEY record */
	bool		 hushed;
};

static ldns_rr *
parse(const char *text)
{
	ldns_rr *record = NULL;

	if (ldns_rr_new_frm_str(&record, text, 0, NULL, NULL) !=
	    LDNS_STATUS_OK)
		abort();
	return record;
}

/* Adds a record and a signature for it. */
static void
push_signed(const struct tiny_server *server, ldns_pkt *reply,
    ldns_pkt_section section, ldns_rr *record)
{
	ldns_rr_list *set = ldns_rr_list_new();
	ldns_rr_list *signatures;

	ldns_rr_list_push_rr(set, record);
	signatures = ldns_sign_public(set, server->keys);
	if (signatures == NULL)
		abort();
	ldns_pkt_push_rr(reply, section, record);
	ldns_pkt_push_rr_list(reply, section, signatures);
	ldns_rr_list_free(signatures);
	ldns_rr_list_free(set);
}

static void
push_forged(const struct tiny_server *server, ldns_pkt *reply)
{
	push_signed(server, reply, LDNS_SECTION_ANSWER,
	    parse("forged. 300 IN A 192.0.2.1"));
	ldns_rdf_deep_free(ldns_rr_set_rdf(
	    ldns_rr_list_rr(ldns_pkt_answer(reply), 0),
	    ldns_rdf_new_frm_str(LDNS_RDF_TYPE_A, "192.0.2.66"), 0));
}

/* Fills in the reply. False: there is none. */
static bool
answer(const struct tiny_server *server, const char *name, ldns_rr_type type,
    ldns_pkt *reply)
{
	if (server->hushed || strcmp(name, "silent.") == 0)
		return false;
	if (strcmp(name, ".") == 0 && type == LDNS_RR_TYPE_DNSKEY) {
		push_signed(server, reply, LDNS_SECTION_ANSWER,
		    ldns_rr_clone(server->key));
	} else if (strcmp(name, "secure.") == 0 && type == LDNS_RR_TYPE_A) {
		push_signed(server, reply, LDNS_SECTION_ANSWER,
		    parse("secure. 300 IN A 192.0.2.1"));
	} else if (strcmp(name, "forged.") == 0 && type == LDNS_RR_TYPE_A) {
		push_forged(server, reply);
	} else if (strcmp(name, "mx.plain.") == 0 && type == LDNS_RR_TYPE_A) {
		ldns_pkt_push_rr(reply, LDNS_SECTION_ANSWER,
		    parse("mx.plain. 300 IN A 192.0.2.2"));
	} else if (strcmp(name, "plain.") == 0 && type == LDNS_RR_TYPE_DS) {
		push_signed(server, reply, LDNS_SECTION_AUTHORITY, parse(SOA));
		push_signed(server, reply, LDNS_SECTION_AUTHORITY,
		    parse("plain. 300 IN NSEC secure. NS RRSIG NSEC"));
	} else {
		ldns_pkt_set_rcode(reply, strcmp(name, "broken.") == 0 ?
		    LDNS_RCODE_SERVFAIL : LDNS_RCODE_REFUSED);
	}
	return true;
}

/* The reply to a query, with its size; NULL: none. Owned by the caller. */
static uint8_t *
make_reply(const struct tiny_server *server, const ldns_pkt *query,
    size_t *size)
{
	const ldns_rr *question = ldns_rr_list_rr(ldns_pkt_question(query), 0);
	ldns_pkt *reply = ldns_pkt_new();
	uint8_t *wire = NULL;
	char *name;

	name = ldns_rdf2str(ldns_rr_owner(question));
	ldns_pkt_set_id(reply, ldns_pkt_id(query));
	ldns_pkt_set_qr(reply, true);
	ldns_pkt_set_aa(reply, true);
	ldns_pkt_set_rd(reply, true);
	ldns_pkt_set_ra(reply, true);
	ldns_pkt_set_edns_udp_size(reply, 1232);
	ldns_pkt_set_edns_do(reply, true);
	ldns_pkt_push_rr(reply, LDNS_SECTION_QUESTION,
	    ldns_rr_clone(question));
	if (answer(server, name, ldns_rr_get_type(question), reply) &&
	    ldns_pkt2wire(&wire, reply, size) != LDNS_STATUS_OK)
		abort();
	ldns_pkt_free(reply);
	free(name);
	return wire;
}

static void
on_query(evutil_socket_t fd, short what, void *argument)
{
	const struct tiny_server *server = argument;
	struct sockaddr_storage from;
	socklen_t from_size = sizeof(from);
	uint8_t bytes[4096], *wire;
	ldns_pkt *query = NULL;
	ssize_t length;
	size_t size;

	(void)what;
	length = recvfrom(fd, bytes, sizeof(bytes), 0,
	    (struct sockaddr *)&from, &from_size);
	if (length < 0 ||
	    ldns_wire2pkt(&query, bytes, (size_t)length) != LDNS_STATUS_OK)
		return;
	wire = make_reply(server, query, &size);
	if (wire != NULL && sendto(fd, wire, size, 0,
	    (struct sockaddr *)&from, from_size) != (ssize_t)size)
		abort();
	free(wire);
	ldns_pkt_free(query);
}

static void
make_key(struct tiny_server *server, time_t since, time_t until)
{
	ldns_key *key;

	key = ldns_key_new_frm_algorithm(LDNS_SIGN_ECDSAP256SHA256, 256);
	if (key == NULL)
		abort();
	ldns_key_set_flags(key, LDNS_KEY_ZONE_KEY | LDNS_KEY_SEP_KEY);
	ldns_key_set_pubkey_owner(key, ldns_dname_new_frm_str("."));
	ldns_key_set_inception(key, (uint32_t)since);
	ldns_key_set_expiration(key, (uint32_t)until);
	server->key = ldns_key2rr(key);
	ldns_key_set_keytag(key, ldns_calc_keytag(server->key));
	server->keys = ldns_key_list_new();
	ldns_key_list_push_key(server->keys, key);
}

struct tiny_server *
tiny_server_new(struct event_base *base, time_t since, time_t until)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	struct tiny_server *server = memory_new(1, sizeof(*server));

	make_key(server, since, until);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server->socket = socket(AF_INET, SOCK_DGRAM, 0);
	if (server->socket == -1 ||
	    bind(server->socket, (struct sockaddr *)&address, size) == -1 ||
	    getsockname(server->socket, (struct sockaddr *)&address,
	    &size) == -1)
		abort();
	server->address = memory_format("127.0.0.1@%d",
	    (int)ntohs(address.sin_port));
	server->readable = event_new(base, server->socket,
	    EV_READ | EV_PERSIST, on_query, server);
	event_add(server->readable, NULL);
	return server;
}

void
tiny_server_free(struct tiny_server *server)
{
	event_free(server->readable);
	close(server->socket);
	ldns_key_list_free(server->keys);
	ldns_rr_free(server->key);
	free(server->address);
	free(server);
}

const char *
tiny_server_address(const struct tiny_server *server)
{
	return server->address;
}

char *
tiny_server_anchor(const struct tiny_server *server)
{
	ldns_rr *ds = ldns_key_rr2ds(server->key, LDNS_SHA256);
	char *line = ldns_rr2str(ds);

	ldns_rr_free(ds);
	return line;
}

void
tiny_server_hush(struct tiny_server *server, bool log_libevent_error)
{
	server->hushed = log_libevent_error;
}
