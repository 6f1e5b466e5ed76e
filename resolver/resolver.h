/*
 * DNS questions, answered and validated in this process (libunbound). No other
 * server's AD bit is trusted.
 */
#ifndef RESOLVER_RESOLVER_H
#define RESOLVER_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "resolver/anchor.h"
#include "resolver/answer.h"

struct event_base;
struct file;
struct resolver;
struct resolver_question;
struct sources;
struct trace;

/* A server is "ADDR" or "ADDR@PORT". All pointers are borrowed. */
struct resolver_options {
	/* The resolvers to ask; none: resolve from the root. */
	const char *const	*forwarders;
	size_t			 forwarder_count;
	struct anchor_files	 anchors;
	const struct file	*root_hints;	/* NULL: the built-in ones */
	const struct sources	*sources;	/* where questions come from;
						 * NULL: anywhere */
	/*
	 * Name servers at special-purpose addresses are asked, too. Those named
	 * here are asked in any case.
	 */
	bool			 allow_reserved;
	/* What it may have open at a time; 0: as many as a survey needs. */
	size_t			 udp_ports;
	size_t			 tcp_connections;
	double			 question_limit; /* seconds, for each that is
						  * not unlimited */
	time_t			 now;		/* see answer.h */
	bool			 keep_origins;	/* as answer.h says */
	/*
	 * May be NULL. What came of the root's keys is traced, with the subject
	 * "."; other answers are for the caller to trace.
	 */
	const struct trace	*trace;
};

/*
 * What the first question (". DNSKEY") showed about this machine: whether a
 * domain's fault can be told from a fault of our own anchors or network.
 */
enum resolver_health {
	RESOLVER_UNTRIED,	/* not answered yet */
	RESOLVER_NO_ANSWER,	/* no server answers */
	RESOLVER_BAD_ANCHOR,	/* no trust anchor fits the root's keys */
	RESOLVER_HEALTHY,
};

/* Called once from the loop; ANSWER is owned by the callee, never NULL. */
typedef void	resolver_answered(struct answer *answer, void *argument);
/* Called once from the loop. */
typedef void	resolver_probed(enum resolver_health health, void *argument);

/*
 * Opens a resolver. Everything is ready then but the thread that works on
 * questions: the first of them starts it, with the rights that the caller has
 * by then. No file is opened. NULL: *WHY (owned by the caller, printable) says
 * what is wrong with the options. What OPTIONS borrows is copied, but for the
 * trace.
 */
struct resolver	*resolver_open(struct event_base *base,
		    const struct resolver_options *options, char **why);
/*
 * Asks for the root's keys. To be called once, before anything else is asked,
 * unless the first thing is resolver_probe. False: it cannot be done, and *WHY
 * as above.
 */
bool		 resolver_start(struct resolver *resolver, char **why);
/* Cancels all questions, without callbacks. NULL is fine. */
void		 resolver_close(struct resolver *resolver);

/*
 * Asks for the records of TYPE at NAME (form of name.h, copied). The callback
 * runs from the loop, never from inside this call; a question that takes longer
 * than the limit is answered with DNSSEC_FAILED.
 */
struct resolver_question *
		 resolver_ask(struct resolver *resolver, const char *name,
		    enum dns_type type, resolver_answered *answered,
		    void *argument);
/*
 * Lets the question run beyond the limit: the caller has a deadline, and
 * cancels the question then. Meanwhile resolver_is_overdue tells whether the
 * limit has passed.
 */
void		 resolver_question_unlimit(struct resolver_question *question);
/* The opposite: it has the limit from now on, however long it has taken. */
void		 resolver_question_limit(struct resolver_question *question);
bool		 resolver_is_overdue(const struct resolver_question *question);
/* Cancels the question: no callback follows. NULL is fine. */
void		 resolver_cancel(struct resolver_question *question);

/*
 * Reports the health once the answer for the root's keys has come; asks for
 * them if that has not been done, and again only if nobody answered.
 * resolver_health_why gives the reason: printable, borrowed until the resolver
 * is closed, NULL while healthy or untried.
 */
struct resolver_question *
		 resolver_probe(struct resolver *resolver,
		    resolver_probed *probed, void *argument);
const char	*resolver_health_why(const struct resolver *resolver);

/* Whether one of the trust anchors fits KEY, a DNSKEY record of the root. */
bool		 resolver_trusts_key(const struct resolver *resolver,
		    const struct answer_record *key);

/*
 * Why a name server at an address of SIZE octets is never asked: "private use
 * (RFC 1918)". Static; NULL: it can be.
 */
const char	*resolver_why_unasked(const struct resolver *resolver,
		    const uint8_t *octets, size_t size);

/*
 * Whether name servers are left out for their addresses: false if all are asked
 * (allow_reserved), and if a forwarder asks them in our place.
 */
bool		 resolver_is_choosy(const struct resolver *resolver);

/* The version of libunbound at run time: "1.17.1". Static. */
const char	*resolver_library_version(void);

#endif
