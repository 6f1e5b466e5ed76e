/*
 * A name server on the loopback that does what a script says, over UDP and TCP
 * on one port, in the event loop of the test. It knows one address for each
 * name, 192.0.2.1.
 */
#ifndef TESTS_UNIT_SUPPORT_SCRIPTED_SERVER_H
#define TESTS_UNIT_SUPPORT_SCRIPTED_SERVER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCRIPT_ACTS	4

/* Octets of queries, and how many of them are kept. */
#define SCRIPT_QUERY_MAX	512
#define SCRIPT_QUERIES_MAX	8

struct event_base;
struct scripted_server;

enum script_act {
	ACT_CLOSED,		/* nobody listens on the port */
	ACT_HUSH,		/* nothing */
	ACT_ANSWER,
	ACT_ANSWER_CAPITALS,	/* with the question in capital letters */
	/* What does not answer the question. */
	ACT_WRONG_ID,
	ACT_WRONG_NAME,
	ACT_WRONG_TYPE,
	ACT_WRONG_CLASS,
	ACT_WRONG_OPCODE,
	ACT_ECHO,		/* the query */
	ACT_TWO_QUESTIONS,
	ACT_NO_QUESTION,
	ACT_SHORT,		/* an end within the header */
	ACT_CUT_QUESTION,	/* an end within the question */
	/* Answers of another kind. */
	ACT_CUT_OFF,		/* TC */
	ACT_SERVFAIL,
	ACT_REFUSED,		/* without the question */
	ACT_NXDOMAIN,
	ACT_FORMERR,		/* a bare header, if there is an OPT record */
	ACT_NOTIMP,		/* the same */
	ACT_FORMERR_EDNS,	/* with an OPT record */
	ACT_FORMERR_ALWAYS,	/* a bare header, in any case */
	ACT_BADVERS,		/* RFC 6891 9: an extended RCODE */
	ACT_MALFORMED,		/* an end within the answer section */
	ACT_LONGEST,		/* 65,535 octets of address records */
	/* Over TCP only. */
	ACT_CLOSE,		/* the end, instead of an answer */
	ACT_CLOSE_WITHIN,	/* the end after half of it */
	ACT_RESET,
	ACT_DRIP,		/* an answer, octet by octet */
	ACT_DRIP_WITHOUT_END,	/* half of one */
	ACT_LESS_THAN_SAID,	/* a length of 3 octets, and so many */
};

/* Or'ed to an act over UDP: the next one at once, for the same query. */
#define ACT_AND_THEN	0x100

struct script {
	/* For the first query, the second...; the last one for all others. */
	int			 udp[SCRIPT_ACTS];
	enum script_act		 tcp;
};

/* A query that came. */
struct script_query {
	uint8_t			 octets[SCRIPT_QUERY_MAX];
	size_t			 size;
	uint16_t		 port;	/* where it came from, UDP */
	bool			 tcp;
};

/* SCRIPT is copied. */
struct scripted_server *scripted_server_new(struct event_base *base,
		    const struct script *script);
/* NULL is fine. */
void		 scripted_server_free(struct scripted_server *server);

/* Borrowed. */
const struct sockaddr_in *
		 scripted_server_address(const struct scripted_server *server);

/* How many queries have come; borrowed, it counts on. */
const unsigned int *
		 scripted_server_count(const struct scripted_server *server);
/* One of them, the first is 0. Borrowed. */
const struct script_query *
		 scripted_server_query(const struct scripted_server *server,
		    unsigned int i);

#endif
