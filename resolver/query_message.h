/*
 * The messages of a query (RFC 1035 4.1): how the question is put, and whether
 * what comes in is an answer to it. Nothing is sent here.
 */
#ifndef RESOLVER_QUERY_MESSAGE_H
#define RESOLVER_QUERY_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "resolver/name.h"
#include "resolver/query.h"
#include "resolver/query_records.h"

/* Octets in front of a message over TCP (RFC 1035 4.2.2). */
#define QUERY_PREFIX	2

/* Octets of what follows a question's name, and of an OPT record. */
#define QUERY_TAIL	4
#define QUERY_OPT	11

#define QUERY_MESSAGE_MAX \
	(QUERY_HEADER + NAME_WIRE_MAX + QUERY_TAIL + QUERY_OPT)

struct query_message {
	uint8_t		 octets[QUERY_PREFIX + QUERY_MESSAGE_MAX];
	size_t		 size;		/* of the message, without the prefix */
	size_t		 question_size;	/* octets of it, behind the header */
	bool		 edns;
};

/*
 * The question as a message, with EDNS, but for its id. False: its name is not
 * valid.
 */
bool		 query_message_init(struct query_message *message,
		    const struct query_question *question);
/* Without EDNS from now on. */
void		 query_message_drop_edns(struct query_message *message);
/* A new id, chosen at random. To be called before each try. */
void		 query_message_renew(struct query_message *message);

/* How octets that came in go with the message. */
enum query_fit {
	QUERY_FOREIGN,		/* anybody may have sent them */
	QUERY_MISFIT,		/* they have the id, but do not fit otherwise */
	QUERY_FITS,
};

/*
 * It fits if it is an answer with the message's id and question. One that says
 * that something is wrong may have no question: the server may not have
 * understood it.
 */
enum query_fit	 query_message_fit(const struct query_message *message,
		    const uint8_t *packet, size_t size);

/* What is read of an answer at once. */
struct query_reply {
	unsigned int	 rcode;		/* extended, if it has EDNS */
	bool		 edns;
	bool		 cut_off;	/* TC */
	bool		 broken;	/* it ends before its last record */
};

/* Reads them of PACKET, which fits. */
struct query_reply query_message_read(const uint8_t *packet, size_t size);

#endif
