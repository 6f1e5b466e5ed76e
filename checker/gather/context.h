/*
 * What every gathering (audit.h, host.h, endpoint.h, nameservers.h) works with:
 * one of each, shared by all audits of a run, and the options of an audit.
 */
#ifndef CHECKER_GATHER_CONTEXT_H
#define CHECKER_GATHER_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtp/address.h"

struct answer;
struct chain;
struct dialer;
struct event_base;
struct query_client;
struct resolver;
struct resolver_options;
struct second_way;
struct tls_client;
struct tool_evidence;
struct trace;
struct probe_cache;
struct answer_memo;

/* More addresses than a domain can have: 64 hosts with 32 each. */
#define GATHER_ENDPOINTS_MAX 4096

/* The options of every audit, as the user sets them. */
struct gather_options {
	bool			 host_mode;	/* it names a mail server */
	bool			 all;		/* connect without TLSA, too */
	bool			 dns_only;	/* connect nowhere */
	bool			 authoritative;	/* ask each name server, too */
	bool			 next;		/* ask each about TLSA records
						 * (--next) */
	bool			 thorough;	/* as evidence.h says */
	bool			 allow_reserved;
	int			 family;	/* AF_INET, AF_INET6; 0: both */
	uint16_t		 port;
	const char		*helo;		/* borrowed; see session.h */
	double			 timeout;	/* seconds for a domain */
	unsigned int		 max_endpoints;	/* addresses of a domain that
						 * are looked at: 1 to
						 * GATHER_ENDPOINTS_MAX */
	unsigned int		 repeat;	/* connections with the same
						 * offer to an address, up to
						 * EVIDENCE_REPEATS_MAX; 0: 1 */
	unsigned int		 retry;		/* attempts more at an address
						 * that could not be tried, up
						 * to EVIDENCE_RETRIES_MAX */
	bool			 keep_octets;	/* what was received, too, as
						 * it came */
	bool			 connect;	/* to this address only */
	struct address		 connect_to;	/* its port is not used */
};

/* What the work is done with; shared by all audits of a run. All borrowed. */
struct context {
	struct event_base		*base;
	struct resolver			*resolver;
	const struct resolver_options	*resolver_options; /* of that */
	/*
	 * --resolver: from the root, where what comes from the resolvers is not
	 * to be charged to a domain without that. NULL: as it comes. The
	 * resolvers themselves, and as the user names them.
	 */
	struct resolver			*root_resolver;
	const struct resolver_options	*root_options;	/* of that */
	const struct address		*forwarders;
	const char *const		*forwarder_names;
	size_t				 forwarder_count;
	struct second_way		*second_way;	/* of the audit at
							 * hand; NULL: none */
	struct query_client		*query_client;
	struct answer_memo		*answer_memo;
	struct dialer			*dialer;
	struct tls_client		*tls;
	struct probe_cache		*probe_cache;
	const struct trace		*trace;
	const struct gather_options	*options;
	const struct tool_evidence	*tool;	/* NULL: not known */
	/*
	 * --chain: every server is taken to present these, one for each key
	 * type, and none is connected to. None: the servers are asked.
	 */
	const struct chain *const	*chains;
	size_t				 chain_count;
};

/* Traces an answer that has arrived. */
void	context_trace_answer(const struct context *context,
	    const struct answer *answer);

#endif
