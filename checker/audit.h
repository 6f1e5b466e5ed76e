/*
 * The gathering of evidence about one domain: who is asked and dialled when.
 *
 *     domain --MX--> hosts --A, AAAA, TLSA--> addresses --STARTTLS--> handshakes
 *
 * All hosts, and all addresses of a host, are worked on at once, on one event
 * loop and within one deadline. What the evidence means is judge.h's business,
 * and the gathering asks judge_host_dns what to do next.
 */
#ifndef CHECKER_AUDIT_H
#define CHECKER_AUDIT_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "checker/evidence.h"

struct audit;
struct dialer;
struct event_base;
struct resolver;
struct tls_client;
struct trace;

struct audit_options {
	bool			 host_mode;	/* the name is a mail server's */
	bool			 all;		/* connect without TLSA, too */
	bool			 dns_only;	/* connect to nobody */
	bool			 authoritative;	/* ask each name server, too */
	bool			 allow_reserved;
	int			 family;	/* AF_INET, AF_INET6; 0: both */
	uint16_t		 port;
	const char		*helo;		/* borrowed */
	double			 timeout;	/* seconds for the whole domain */
	const struct chain *const *chains;	/* borrowed; judged as if every
						 * server presented them, and nobody
						 * is connected to */
	size_t			 chain_count;	/* 0: the servers are asked */
	bool			 connect;	/* to this one, not those in DNS */
	struct address		 connect_to;	/* its port is not used */
};

/* What the work is done with; shared by all audits of a run. All borrowed. */
struct audit_context {
	struct event_base		*base;
	struct resolver			*resolver;
	const struct resolver_options	*resolver_options; /* for further ones */
	struct dialer			*dialer;
	struct tls_client		*tls;
	const struct trace		*trace;
	const struct audit_options	*options;
};

/* Called once from the loop; EVIDENCE (not judged yet) is now the callee's. */
typedef void	audit_done(struct evidence *evidence, void *argument);

/*
 * Starts; CONTEXT must outlive the audit, which frees itself before the callback.
 * NOW is the wall clock.
 */
struct audit	*audit_start(const struct audit_context *context,
		    const char *domain, time_t now, audit_done *done,
		    void *argument);
/* Ends it without a callback. NULL is fine. */
void		 audit_cancel(struct audit *audit);

/* Tells the trace of an answer that has come. */
void		 audit_trace_answer(const struct audit_context *context,
		    const struct answer *answer);

/*
 * What it waits for at this moment, for people: "192.0.2.1 (greeting)" or
 * "TLSA mx.example.org". Owned by the caller.
 */
char		*audit_waits_for(const struct audit *audit);

#endif
