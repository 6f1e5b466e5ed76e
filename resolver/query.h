/*
 * One question to one DNS server, asked without a resolver in between: what
 * that server itself does, where a chain of trust is broken. Nothing is
 * validated. Whether the server may be asked at all (asked.h) is for the caller
 * to know. (A resolver's library is none for this: libunbound shows what it
 * made of the answers of several servers, c-ares neither a packet that was cut
 * off nor over which transport it came.)
 *
 * Over UDP first, several times; over TCP if the answer is cut off, and once if
 * there was none. EDNS with DO (RFC 6891, RFC 3225), unless the server does not
 * understand it.
 */
#ifndef RESOLVER_QUERY_H
#define RESOLVER_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <time.h>

#include "resolver/answer.h"

/* More name servers, and addresses of all of them together, are left out. */
#define QUERY_SERVERS_MAX	32
#define QUERY_GLUE_MAX		64

/* Queries that are under way to one server at a time. */
#define QUERY_PER_SERVER	2

/* Octets of an answer over UDP that servers are told to keep to. */
#define QUERY_UDP_SIZE		1232

struct event_base;
struct query;
struct query_client;
struct sources;

/* How an answer came about. */
struct query_manner {
	unsigned int	tries;		/* questions sent, over either */
	bool		tcp;		/* the last of them over TCP */
	bool		udp_silent;	/* no answer over UDP */
	bool		udp_cut;	/* what came over UDP was cut off */
	bool		plain;		/* the last of them without EDNS */
};

/* All pointers are borrowed; what they point to is copied, but for MANNER. */
struct query_question {
	const struct sockaddr	*server;	/* with its port */
	socklen_t		 server_size;	/* octets */
	const char		*name;		/* form of name.h */
	enum dns_type		 type;
	bool			 recursive;	/* RD: it is a resolver */
	bool			 unchecked;	/* CD: it is to withhold
						 * nothing (RFC 4035 3.2.2) */
	bool			 tcp_only;
	bool			 udp_only;	/* what is cut off stays so:
						 * `truncated`, it proves
						 * nothing */
	double			 limit;		/* seconds for all tries; not
						 * for waiting in line */
	struct query_manner	*manner;	/* filled in before the
						 * callback; NULL: it does not
						 * matter */
};

/*
 * Called once from the loop, never from inside query_start. ANSWER is owned by
 * the callee, and never NULL. If a packet came, it is made of that, with its
 * origin, and neither secure nor bogus. If none came, its fault is one of
 *
 *	SILENT		nothing in time; a TCP connection without an answer
 *	UNREACHABLE	no route; the port is closed
 *	NO_TCP		cut off over UDP, and TCP gives no answer
 *	MALFORMED	what came is none, or one to another question, or cut
 *			off over TCP
 *	OTHER		the name cannot be asked for
 *
 * and WHY says more.
 */
typedef void	query_answered(struct answer *answer, void *argument);

/*
 * BASE must outlive it; RRSIG times are relative to NOW. MOST queries at a time
 * are in flight, each with one descriptor, and QUERY_PER_SERVER to one server;
 * the others wait in line. Owned by the caller.
 */
struct query_client *query_client_new(struct event_base *base, time_t now,
		    size_t most);
/*
 * Where its packets come from (source.h), borrowed from then on. To be called
 * before the first query.
 */
void		 query_client_set_sources(struct query_client *client,
		    struct sources *sources);
/* Cancels all of its queries, without callbacks. NULL is fine. */
void		 query_client_free(struct query_client *client);

/*
 * Asks, as soon as there is room. The query is the client's; it is gone when
 * the callback runs.
 */
struct query	*query_start(struct query_client *client,
		    const struct query_question *question,
		    query_answered *answered, void *argument);
/* No callback follows. NULL is fine. */
void		 query_cancel(struct query *query);

/* Whether there is an alias at the name asked for, wherever it leads. */
bool		 query_is_alias(const struct answer *answer);

/* A name server of a zone, and the addresses that came with it. */
struct query_server {
	char			*name;	/* owned; form of name.h */
	struct answer_record	*glue;	/* owned, A (4 octets) and AAAA (16);
					 * NULL: none */
	size_t			 glue_count;
};

/* To which servers a zone is delegated (RFC 1034 4.3.2). */
struct query_referral {
	struct query_server	*servers;	/* owned; each name once */
	size_t			 count;
	bool			 truncated;	/* a limit was reached */
};

/*
 * The name servers of ZONE (form of name.h) that an answer's origin names: in
 * its answer section, if the server has the zone itself, or else in the
 * authority section. False: it names none. Cleared by the caller.
 */
bool		 query_referral_init(struct query_referral *referral,
		    const struct answer *answer, const char *zone);
void		 query_referral_clear(struct query_referral *referral);
/*
 * The zone to whose servers an answer refers: at or above its owner. Owned by
 * the caller; NULL: to none.
 */
char		*query_referral_zone(const struct answer *answer);

/*
 * What a server stands for with an answer: one that only points elsewhere seems
 * to say that there is no such record.
 */
enum query_standing {
	QUERY_STANDS_FOR_NOTHING, /* an error, a cache, or a lame server */
	QUERY_REFERS,		/* to the servers of a zone at or above the name
				 * (RFC 1034 4.3.2) */
	QUERY_IS_AUTHORITATIVE,	/* AA is set (RFC 1035 4.1.1) */
};

/* By the answer's origin; without one it stands for nothing. */
enum query_standing query_standing(const struct answer *answer);

#endif
