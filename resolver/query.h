/*
 * A DNS client of our own: one question to one server, and what that server
 * itself did with it. No answer is validated, cached or asked for elsewhere:
 * that is resolver.h.
 */
#ifndef RESOLVER_QUERY_H
#define RESOLVER_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <time.h>

#include "resolver/answer.h"

struct event_base;
struct query;
struct query_client;

/* Limits on what a referral names; more is left out. */
#define QUERY_SERVERS_MAX	32
#define QUERY_GLUE_MAX		64

/* All borrowed; copied. */
struct query_question {
	const struct sockaddr	*server;	/* with its port */
	socklen_t		 server_size;
	const char		*name;		/* form of name.h */
	enum dns_type		 type;
	bool			 recursive;	/* RD: it is a resolver */
	bool			 unchecked;	/* CD: it is to withhold
						 * nothing (RFC 4035 3.2.2) */
	bool			 tcp_only;
	double			 limit;		/* seconds, for everything */
};

/*
 * Called once from the loop; ANSWER is owned by the callee, never NULL: a packet
 * as it came (its origin), DNSSEC_INSECURE for want of validation, or unusable
 * with the kind of fault.
 */
typedef void	query_answered(struct answer *answer, void *argument);

/*
 * For questions until it is freed; RRSIG times are relative to NOW. So many at a
 * time are in flight, each with a descriptor; further ones wait in line.
 */
struct query_client *query_client_new(struct event_base *base, time_t now,
		    size_t most);
/* Cancels what is asked, without callbacks. NULL is fine. */
void		 query_client_free(struct query_client *client);

/*
 * Asks over UDP (RFC 6891, DO set), again after a while without an answer, and
 * over TCP where the answer is cut off or nothing comes over UDP. Other packets
 * than the answer to the question are not heard.
 */
struct query	*query_start(struct query_client *client,
		    const struct query_question *question,
		    query_answered *answered, void *argument);
/* No callback follows. NULL is fine. */
void		 query_cancel(struct query *query);

/* Whether there is an alias at the name asked for, wherever it leads. */
bool		 query_is_alias(const struct answer *answer);

/* A name server of a zone, as a referral has it. */
struct query_server {
	char	*name;			/* owned */
	struct answer_record *glue;	/* owned, A (4 octets) and AAAA (16) */
	size_t	 glue_count;
};

/* To which servers a zone is delegated (RFC 1034 4.2.1). */
struct query_referral {
	struct query_server	*servers;	/* owned */
	size_t			 count;
};

/*
 * The name servers of ZONE that an answer names, in its answer or authority
 * section, with their addresses. False: it names none. Cleared by the caller.
 */
bool		 query_referral_init(struct query_referral *referral,
		    const struct answer *answer, const char *zone);
void		 query_referral_clear(struct query_referral *referral);

#endif
