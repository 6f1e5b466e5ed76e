/*
 * One question to the DNS, answered and validated in this process (libunbound).
 * The AD bit of another server is never looked at.
 */
#ifndef RESOLVER_RESOLVER_H
#define RESOLVER_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "resolver/answer.h"

struct event_base;
struct resolver;
struct resolver_question;
struct trace;

/* A server is "ADDR" or "ADDR@PORT". All pointers are borrowed. */
struct resolver_options {
	/* The resolvers to ask; none: resolve from the root. */
	const char *const	*forwarders;
	size_t			 forwarder_count;
	const char		*anchor_file;	/* NULL: see anchor.h */
	const char		*root_hints;	/* NULL: the built-in ones */
	/*
	 * The zone (form of name.h) whose questions go to one server alone;
	 * everything else is resolved as usual. NULL: no such zone.
	 */
	const char		*stub_zone;
	const char		*stub_server;
	bool			 tcp_only;	/* every question */
	double			 question_limit; /* seconds, of each question */
	time_t			 now;		/* for signature times */
	/*
	 * May be NULL. Traced is, with the subject ".", what came of the root's
	 * keys; other answers are for the caller to trace.
	 */
	const struct trace	*trace;
};

/*
 * What the first question of all (". DNSKEY") said about ourselves: whether a
 * fault of a domain can be told from a fault of our anchors or network.
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
 * NULL: *WHY (owned by the caller, printable) says what is wrong with the
 * options. Everything that OPTIONS points to is copied.
 */
struct resolver	*resolver_open(struct event_base *base,
		    const struct resolver_options *options, char **why);
/* Cancels what is in flight, without callbacks. NULL is fine. */
void		 resolver_close(struct resolver *resolver);

/*
 * Asks. The callback runs from the loop, never from inside this call; a
 * question that takes longer than the limit is answered with DNSSEC_FAILED and
 * why. NAME is in the form of name.h (and copied).
 */
struct resolver_question *
		 resolver_ask(struct resolver *resolver, const char *name,
		    enum dns_type type, resolver_answered *answered,
		    void *argument);
/*
 * Lets the question go on beyond the limit of each: its owner has a deadline of
 * his own, and cancels it then. Until then resolver_is_overdue tells whether it
 * has had the time that every question gets.
 */
void		 resolver_question_unlimit(struct resolver_question *question);
bool		 resolver_is_overdue(const struct resolver_question *question);
/* No callback comes after it. NULL is fine. */
void		 resolver_cancel(struct resolver_question *question);

/*
 * Asks for the root's keys (once; later calls share that answer) and tells the
 * state of our own DNS. resolver_health_why gives the reason: printable,
 * borrowed until the resolver is closed, NULL while healthy or untried.
 */
struct resolver_question *
		 resolver_probe(struct resolver *resolver,
		    resolver_probed *probed, void *argument);
const char	*resolver_health_why(const struct resolver *resolver);

#endif
