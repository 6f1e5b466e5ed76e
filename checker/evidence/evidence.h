/*
 * What was seen of a domain: options -> audit (a domain) -> host -> address ->
 * handshake, a tree of plain values. The gathering (audit.c, host.c,
 * endpoint.c, authority.c) fills in what the world said; judge.c adds what it
 * means, in the members under "judged". A tree can be built by hand, judged
 * again, written by every writer, and is freed in one call.
 */
#ifndef CHECKER_EVIDENCE_EVIDENCE_H
#define CHECKER_EVIDENCE_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "checker/evidence/finding.h"
#include "checker/evidence/verdict.h"
#include "checker/tlsa/match.h"
#include "checker/tlsa/tlsa.h"
#include "resolver/answer.h"
#include "resolver/resolver.h"
#include "smtp/address.h"
#include "smtp/session.h"

/* Limits on what a domain's owner controls; meeting one is said. */
#define EVIDENCE_HOSTS_MAX	64	/* MX hosts looked at */
#define EVIDENCE_ADDRESSES_MAX	32	/* addresses of a host connected to */
#define EVIDENCE_NAMES_MAX	4	/* reference names of a host */

/* TLSA base domains of a host: its alias's end, and itself (RFC 7672 2.2.2). */
#define EVIDENCE_BASES	2

struct handshake_evidence {
	struct handshake	*handshake;	/* owned */
	/* judged */
	enum verdict		 verdict;
	struct match_result	*matches;	/* owned, one for each record */
	size_t			 match_count;
};

struct endpoint_evidence {
	struct address		 address;
	enum session_stage	 stage;		/* of the first conversation */
	enum session_outcome	 outcome;
	char			*error;		/* owned, printable */
	int			 reply_code;	/* deciding SMTP reply, or 0 */
	bool			 plaintext_injected;
	struct handshake_evidence	*handshakes;	/* owned, one a key type */
	size_t			 handshake_count;
	/*
	 * Why further key types could not be tried, though the first could
	 * (owned, printable). NULL: the server was asked and has no more.
	 */
	char			*incomplete;
	/* judged */
	enum verdict		 verdict;
};

struct host_evidence {
	char			*name;		/* owned */
	uint16_t		 preference;
	uint16_t		 port;		/* connected to and looked up */
	bool			 asked;		/* it is a name, not "." */
	struct answer		*a, *aaaa;	/* owned; NULL: not asked */
	struct answer		*cname;		/* owned; asked for an alias
						 * into an unsigned zone only
						 * (RFC 7672 2.2.2) */
	/*
	 * TLSA answers for the base domains, in the order asked (owned; NULL:
	 * not asked), and the owners they were asked for.
	 */
	struct answer		*tlsa[EVIDENCE_BASES];
	char			*base_domains[EVIDENCE_BASES];	/* owned */
	struct endpoint_evidence *endpoints;	/* owned */
	size_t			 endpoint_count;
	size_t			 address_total;	/* before the limit */
	/* judged */
	enum verdict		 verdict;
	size_t			 used;		/* which of tlsa[] counts */
	struct tlsa_set		 records;	/* of that answer */
	/* Owned. */
	char			*reference_names[EVIDENCE_NAMES_MAX];
	size_t			 reference_name_count;
};

/* What one name server said itself (--authoritative), over one transport. */
struct server_evidence {
	char			*zone;		/* owned */
	char			*name;		/* owned, of the server */
	struct address		 address;	/* family 0: not known */
	bool			 tcp;		/* over TCP alone */
	bool			 no_route;	/* so it was not asked */
	struct answer		**answers;	/* owned */
	size_t			 answer_count;
};

struct evidence {
	char			*domain;	/* owned */
	time_t			 checked_at;
	unsigned int		 elapsed_ms;
	bool			 host_mode;	/* --host: no MX lookup */
	bool			 dns_only;	/* --dns-only */
	enum resolver_health	 health;	/* of our own DNS */
	char			*health_why;	/* owned; NULL when healthy */
	double			 deadline;	/* seconds it was given */
	bool			 out_of_time;	/* the deadline came first */
	char			*outstanding;	/* owned; waited for then */
	struct answer		*mx;		/* owned; NULL: not asked */
	struct answer		*misplaced;	/* owned; TLSA at the domain */
	struct host_evidence	*hosts;		/* owned, as preferred */
	size_t			 host_count;
	size_t			 host_total;	/* before the limit */
	struct server_evidence	*servers;	/* owned; --authoritative */
	size_t			 server_count;
	bool			 servers_unasked; /* no time, or no room */
	size_t			 server_total;	/* before the limit */
	/* judged */
	enum verdict		 verdict;
	struct finding_list	 findings;
};

/*
 * An address's evidence by itself: a copy, of what was seen and not of what was
 * judged, and the end of all that it owns.
 */
void		 evidence_endpoint_copy(struct endpoint_evidence *copy,
		    const struct endpoint_evidence *original);
void		 evidence_endpoint_clear(
		    struct endpoint_evidence *endpoint);

struct evidence	*evidence_new(const char *domain);
void		 evidence_free(struct evidence *evidence);

/*
 * The finding that says most about the verdict: the gravest one, of where that
 * comes from. Borrowed; NULL: there is none.
 */
const struct finding *evidence_main_finding(const struct evidence *evidence);

/* Forgets what was judged, so that it can be judged anew. */
void		 evidence_unjudge(struct evidence *evidence);

/*
 * Exit status of mxdane for a judged domain: that of the verdict, but 2 where
 * all is well and the next certificate's record is not safe to use yet.
 */
int		 evidence_exit_status(const struct evidence *evidence);

/* The facts that writers and rules both read off the tree. */
bool		 evidence_is_null_mx(const struct evidence *evidence);
bool		 evidence_is_implicit_mx(const struct evidence *evidence);
/* Whether a record (by its index) matches a judged handshake of the host. */
bool		 evidence_record_matches(const struct host_evidence *host,
		    size_t record);
/* The TLSA answer that counts, NULL when none was asked. */
const struct answer *evidence_tlsa(const struct host_evidence *host);

#endif
