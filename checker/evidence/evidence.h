/*
 * What was seen of a domain, a tree of plain values:
 *
 *	evidence (a domain) -> host -> endpoint (an address) -> handshake
 *
 * gather/ fills in what the world said. Each level has one member `judged`, for
 * what the judge makes of it; only judge/ writes there, and report/ reads both.
 * A tree can be built by hand, judged again, written by every writer, and is
 * freed in one call.
 */
#ifndef CHECKER_EVIDENCE_EVIDENCE_H
#define CHECKER_EVIDENCE_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "checker/evidence/finding.h"
#include "checker/evidence/verdict.h"
#include "checker/tlsa/advice.h"
#include "checker/tlsa/match.h"
#include "checker/tlsa/tlsa.h"
#include "resolver/answer.h"
#include "resolver/resolver.h"
#include "smtp/address.h"
#include "smtp/session.h"

struct history;
struct sightings;

/* Limits on what a domain's owner controls; meeting one is reported. */
#define EVIDENCE_HOSTS_MAX	64	/* MX hosts looked at */
#define EVIDENCE_ADDRESSES_MAX	32	/* addresses of a host looked at */
#define EVIDENCE_NAMES_MAX	4	/* reference names of a host */
#define EVIDENCE_ZONES_MAX	256	/* zones of the chains of trust */
#define EVIDENCE_CHANGES_MAX	4096	/* changes that are told (--since) */
#define EVIDENCE_REPEATS_MAX	20	/* connections with the same offer to
					 * one address (--repeat) */
#define EVIDENCE_RETRIES_MAX	10	/* attempts after the first (--retry) */
#define EVIDENCE_HANDSHAKES_MAX	64	/* handshakes of an address that differ:
					 * more than there are key types */

/* TLSA base domains of a host: its alias's end, and itself (RFC 7672 2.2.2). */
#define EVIDENCE_BASES	2

struct handshake_judgement {
	enum verdict		 verdict;
	struct match_result	*matches;	/* owned, one for each record */
	size_t			 match_count;
	struct match_end	 end;		/* of its matches, where no
						 * record with usage 3 is one of
						 * them */
};

struct handshake_evidence {
	struct handshake		*seen;		/* owned */
	/*
	 * Of so many connections that asked for such a key type it came about
	 * in so many (--repeat); 0: not known, or not from a server.
	 */
	unsigned int			 asked, shown;
	/*
	 * Of one with weaknesses: how the conversation after it ended, with a
	 * strict offer of the same key type (tls.h). OUTCOME_HANDSHAKE_FAILED:
	 * the server can do no better, and why. If that came about, it is the
	 * one that is seen here.
	 */
	enum session_outcome		 strict_outcome;
	char				*strict_error;	/* owned, printable */
	struct handshake_judgement	 judged;
};

struct endpoint_judgement {
	enum verdict	verdict;
};

/*
 * How some connections to an address ended: see endpoint_ends.h. The members
 * are as those of the endpoint.
 */
struct endpoint_ending {
	enum session_stage	 stage;
	enum session_outcome	 outcome;
	char			*error;		/* owned, printable */
	int			 reply_code;
	unsigned int		 alert;
	bool			 asks_certificate;
	enum session_rewrite	 rewrite;
	unsigned int		 connections;	/* that ended so */
};

struct endpoint_evidence {
	struct address			 address;
	struct address			 source;	/* of our end, without
							 * a port; family 0:
							 * not connected */
	enum session_stage		 stage;		/* of the first
							 * conversation */
	enum session_outcome		 outcome;
	char				*error;		/* owned, printable */
	int				 reply_code;	/* the SMTP reply that
							 * decided; 0: none */
	unsigned int			 alert;		/* of the server, that
							 * decided: see
							 * tls_alert.h */
	bool				 asks_certificate; /* of the client */
	enum session_rewrite		 rewrite;	/* by a device on the
							 * way */
	/*
	 * Connections that offered everything, as many as --repeat says; 0: not
	 * known, or none. Those that ended otherwise are in `endings`.
	 */
	unsigned int			 connections;
	struct endpoint_ending		*endings;	/* owned */
	size_t				 ending_count;
	/*
	 * Owned; attempts before those, which could not try the address and so
	 * do not count (--retry): each kind of end once.
	 */
	struct endpoint_ending		*retried;
	size_t				 retried_count;
	bool				 plaintext_injected;
	/* Owned; the first conversation's, where they are kept. */
	struct session_reply		*replies;
	size_t				 reply_count;
	/*
	 * Owned, one for each key type; with --repeat, for each chain and TLS
	 * version that came up for it.
	 */
	struct handshake_evidence	*handshakes;
	size_t				 handshake_count;
	/*
	 * How conversations end in which the ClientHello is longer than a TCP
	 * segment, and those in which it is not have handshakes. Owned,
	 * printable; NULL: none were seen to.
	 */
	char				*long_hello_error;
	/*
	 * Key types that the server was not asked for, since the OpenSSL here
	 * does not know them.
	 */
	key_set				 unoffered;
	/*
	 * Why further key types could not be tried, though the first could
	 * (owned, printable). NULL: the server was asked and has no more.
	 */
	char				*incomplete;
	struct endpoint_judgement	 judged;
};

/* How far the DNS says that DANE applies to a host (RFC 7672 2.2). */
enum host_dns {
	HOST_DNS_PENDING,		/* an answer is still to come */
	HOST_DNS_NOT_ASKED,		/* not a name to ask for */
	HOST_DNS_ADDRESS_BOGUS,
	HOST_DNS_ADDRESS_FAILED,	/* no family has an answer */
	HOST_DNS_MISSING,		/* proved to have no address */
	HOST_DNS_MISSING_INSECURE,	/* said to have none, unsigned */
	HOST_DNS_ALIAS_UNKNOWN,		/* CNAME must be asked for */
	HOST_DNS_ADDRESS_INSECURE,
	HOST_DNS_TLSA_UNKNOWN,		/* TLSA must be asked for */
	HOST_DNS_TLSA_BOGUS,
	HOST_DNS_TLSA_FAILED,
	HOST_DNS_TLSA_INSECURE,
	HOST_DNS_TLSA_NONE,
	HOST_DNS_DISPUTED,		/* by a resolver alone: see struct
					 * dispute_evidence */
	HOST_DNS_DANE,			/* secure TLSA records: DANE applies */
};

struct host_judgement {
	enum verdict		 verdict;
	enum host_dns		 dns;
	char			*place;		/* owned; where its records are,
						 * or belong (placement.h);
						 * NULL: not anywhere */
	const struct answer	*tlsa;		/* borrowed; the TLSA answer
						 * that counts, NULL: none */
	const char		*base_domain;	/* borrowed; its base domain */
	struct advice_rrset	 rrset;		/* where its records are */
	struct tlsa_set		 records;	/* of that answer */
	bool			*record_matches; /* owned; each: matches some
						 * handshake */
	bool			 untried;	/* there was no budget to match
						 * all of them */
	/* Owned. */
	char			*reference_names[EVIDENCE_NAMES_MAX];
	size_t			 reference_name_count;
	/*
	 * What this run saw of the TLSA records of each base domain, to be
	 * remembered. Owned; NULL: nothing that is secure.
	 */
	struct sightings	*seen[EVIDENCE_BASES];
};

struct host_evidence {
	char			*name;		/* owned */
	uint16_t		 preference;
	uint16_t		 port;		/* connected to and looked up */
	bool			 asked;		/* see host_dns_can_ask */
	struct answer		*a, *aaaa;	/* owned; NULL: not asked */
	struct answer		*cname;		/* owned; the alias alone, asked
						 * for where it leads into an
						 * unsigned zone (RFC 7672
						 * 2.2.2): see host_dns_alias */
	/*
	 * TLSA answers for the base domains (host_dns_base_domain), in the
	 * order asked. Owned; NULL: not asked.
	 */
	struct answer		*tlsa[EVIDENCE_BASES];
	/* The answer for _tcp.HOST, above a TLSA record; NULL: not asked. */
	struct answer		*above_tlsa;	/* owned */
	/*
	 * Of --next and --state, where TLSA records count that are not at the
	 * last base domain: those at the next one, by which senders go that
	 * have the absence of these in a cache; and the SOA record that says
	 * for how long. NULL: not asked.
	 */
	struct answer		*replaced;	/* owned */
	struct answer		*soa;		/* owned */
	struct endpoint_evidence *endpoints;	/* owned */
	size_t			 endpoint_count;
	size_t			 address_total;	/* before the limits */
	/*
	 * What earlier runs saw of the TLSA records of each base domain, asked
	 * for in this one or not. Owned; NULL: nothing.
	 */
	struct sightings	*known[EVIDENCE_BASES];
	/* And what they saw its addresses present. Owned. */
	struct history		*histories;
	size_t			 history_count;
	struct host_judgement	 judged;
};

/* Whether something is said of a name server. */
enum server_mention {
	MENTION_UNKNOWN,
	MENTION_NO,
	MENTION_YES,
};

/* An answer of a name server that does not validate, and why. */
struct server_flaw {
	size_t			 answer;	/* index of it */
	char			*why;		/* owned, printable */
	bool			 foreign;	/* not with another server's
						 * keys, though with its own */
	size_t			 by;		/* index of that server */
};

struct server_judgement {
	bool			 keyed;		/* some server of its zone has
						 * keys that validate */
	struct server_flaw	*flaws;		/* owned */
	size_t			 flaw_count;
};

/* What one name server said itself (--authoritative), over one transport. */
struct server_evidence {
	char			*zone;		/* owned */
	char			*name;		/* owned, of the server */
	enum server_mention	 delegated;	/* the parent's servers name it
						 * for the zone (RFC 1034
						 * 4.2.1) */
	bool			 alias;		/* the name is one, which RFC
						 * 2181 10.3 forbids */
	struct address		 address;	/* family 0: not known */
	bool			 tcp;		/* over TCP alone */
	bool			 no_route;	/* so it was not asked */
	bool			 reserved;	/* a special-purpose address,
						 * so it was not asked */
	struct answer		**answers;	/* owned */
	size_t			 answer_count;
	struct server_judgement	 judged;
};

/* More questions are not looked into. */
#define EVIDENCE_DISPUTES_MAX	16

/* What a resolver itself is asked for twice: the second time with checks. */
enum dispute_answer {
	DISPUTE_UNCHECKED,	/* CD is set (RFC 4035 3.2.2) */
	DISPUTE_CHECKED,
	DISPUTE_ANSWERS,
};

/*
 * A question to which no usable answer came by way of the resolver that the
 * user named, and not for the domain's fault, as far as is known: by way of the
 * root one came, or that way cannot be gone.
 */
struct dispute_evidence {
	struct answer		*heard;		/* owned; from the resolver:
						 * bogus or failed */
	struct answer		*root;		/* owned; usable. NULL: the root
						 * cannot be reached */
	bool			 differs;	/* there is no such name by way
						 * of the root alone: two views
						 * (split DNS), and the answer
						 * that was heard counts */
	/*
	 * Owned; the resolvers, asked by ourselves. Each has DISPUTE_ANSWERS
	 * answers.
	 */
	struct server_evidence	*resolvers;
	size_t			 resolver_count;
};

/* Where the chain of trust ends, if not at an answer. */
enum zone_break {
	ZONE_UNBROKEN,
	ZONE_UNSIGNED,		/* there is nothing to be secure */
	ZONE_DS_MISSING,
	ZONE_DS_UNSUPPORTED,
	ZONE_DS_MISMATCH,
	ZONE_PARENT_UNSIGNED,
	ZONE_NSEC3_ITERATIONS,
	ZONE_OPT_OUT,
	ZONE_DNSKEY_UNAVAILABLE,
	ZONE_DENIAL_BROKEN,
	ZONE_SIGNATURES_BROKEN,	/* missing, wrong, ended or not begun */
};

struct zone_judgement {
	enum dnssec_status	 dnssec;
	enum zone_break		 at;		/* in this zone */
	char			*why;		/* owned, printable; NULL: it
						 * is secure */
	time_t			 begins;	/* a signature, later than now;
						 * 0: that is not the reason */
};

/*
 * A zone on the way from the root to an answer: one that signs what the answer
 * depends on, or that at which the chain of trust breaks.
 */
struct zone_evidence {
	char			*name;		/* owned */
	char			*parent;	/* owned; the zone with its DS
						 * records. NULL: the root's,
						 * or not known */
	struct answer		*ds;		/* owned; NULL: not asked */
	struct answer		*dnskey;	/* owned; NULL: not asked */
	struct answer		*cds;		/* owned; asked for where there
						 * is no DS record (RFC 7344) */
	/* Owned; the parent's servers and its own, asked by ourselves. */
	struct server_evidence	*servers;
	size_t			 server_count;
	struct zone_judgement	 judged;
};

/* What differs between two runs over one domain (--since). */
enum change_kind {
	CHANGE_NONE,
	CHANGE_NEW,		/* the earlier run did not have the domain */
	CHANGE_VERDICT,
	CHANGE_MX,		/* a host is new, or gone; so below */
	CHANGE_ADDRESS,
	CHANGE_TLSA,		/* a TLSA record */
	CHANGE_KEY,		/* the server's */
	CHANGE_ISSUER,		/* of the server's certificate */
	CHANGE_KEY_TYPE,	/* a kind of key that the server presents */
	CHANGE_TLS,		/* the TLS version */
	CHANGE_DNSSEC,		/* status, or a key that signs */
};

struct change {
	enum change_kind	 what;
	char			*host;		/* owned; NULL: the domain */
	struct address		 address;	/* family 0: none */
	char			*before;	/* owned, printable; NULL: it is
						 * new */
	char			*after;		/* owned, likewise; NULL: it
						 * is gone */
};

struct comparison {
	bool		 made;		/* --since was given */
	time_t		 since;		/* when the earlier run was; 0: it did
					 * not have the domain */
	struct change	*changes;	/* owned */
	size_t		 count;
};

struct domain_judgement {
	enum verdict		 verdict;
	double			 ahead_days;	/* --days: judged as of so many
						 * days after checked_at */
	struct finding_list	 findings;	/* settled */
	struct comparison	 comparison;
};

/* An address of this machine that questions and connections come from. */
struct source_evidence {
	struct address	address;	/* without a port */
};

/* What gathered the evidence, and how. All owned; NULL: not known. */
struct tool_evidence {
	char	*version;	/* of mxdane: "0.1.0" */
	char	*openssl;	/* "OpenSSL 3.0.17 1 Jul 2025" */
	char	*unbound;	/* "1.17.1" */
	char	*dnssec;	/* TOOL_DNSSEC_ROOT, or the resolvers asked:
				 * "forwarder 192.0.2.53, 192.0.2.54@5353" */
	struct source_evidence	*sources;	/* --source; NULL: none */
	size_t			 source_count;
};

/* Answers came from the authoritative servers, beginning with the root's. */
#define TOOL_DNSSEC_ROOT "root"

struct evidence {
	char			*domain;	/* owned */
	struct tool_evidence	 tool;
	time_t			 checked_at;
	unsigned int		 elapsed_ms;
	bool			 host_mode;	/* --host: no MX lookup */
	bool			 dns_only;	/* --dns-only */
	bool			 remembers;	/* --state: what earlier runs
						 * saw is known */
	bool			 chain_given;	/* --chain: no server was
						 * asked for its certificates */
	enum resolver_health	 health;	/* of our own DNS */
	char			*health_why;	/* owned; NULL when healthy */
	bool			 public_only;	/* name servers at special-
						 * purpose addresses were not
						 * asked, as far as known */
	double			 deadline;	/* seconds it was given */
	bool			 out_of_time;	/* the deadline came first */
	char			*outstanding;	/* owned; what was missing */
	bool			 connected;	/* to anything in this run */
	/*
	 * How the process that gathered or judged this died, each time that it
	 * was tried (owned, printable). NULL: it did not.
	 */
	char			*crash;
	struct answer		*mx;		/* owned; NULL: not asked */
	struct answer		*misplaced;	/* owned; TLSA at the domain */
	/*
	 * What costs questions beyond the verdict was asked: why an answer is
	 * not secure, _smtp._tls, _tcp.HOST.
	 */
	bool			 thorough;
	struct answer		*tlsrpt;	/* owned; TXT at _smtp._tls;
						 * NULL: not asked */
	struct host_evidence	*hosts;		/* owned, as preferred */
	size_t			 host_count;
	size_t			 host_total;	/* before the limit */
	struct zone_evidence	*zones;		/* owned; the root first, each
						 * behind its parent */
	size_t			 zone_count;
	size_t			 zone_total;	/* before the limit */
	struct server_evidence	*servers;	/* owned; --authoritative */
	size_t			 server_count;
	bool			 servers_next;	/* they were asked for TLSA
						 * records alone (--next) */
	bool			 servers_unasked; /* no time, or no room */
	size_t			 server_total;	/* before the limit */
	struct self_test_facts	*self_test;	/* owned; --self-test. NULL: it
						 * is an audit */
	struct dispute_evidence *disputes;	/* owned; --resolver */
	size_t			 dispute_count;
	size_t			 dispute_total;	/* before the limit */
	bool			 root_lost;	/* it could not be reached for
						 * one of them, or more */
	struct domain_judgement	 judged;
};

/* DOMAIN is copied. Owned by the caller. */
struct evidence	*evidence_new(const char *domain);
/* NULL is fine. */
void		 evidence_free(struct evidence *evidence);

/* A copy of the names; all NULL for NULL. Cleared by the caller. */
struct tool_evidence evidence_tool_copy(const struct tool_evidence *tool);
void		 evidence_tool_clear(struct tool_evidence *tool);

/* Clears `judged` on every level, so that the tree can be judged again. */
void		 evidence_unjudge(struct evidence *evidence);

/*
 * Forgets the DS and DNSKEY records of all zones, but not the zones: a place
 * may name one, and what was judged of them stays.
 */
void		 evidence_forget_zones(struct evidence *evidence);

/*
 * Copies the evidence of an address, without what was judged; releases what it
 * owns.
 */
void		 evidence_endpoint_copy(struct endpoint_evidence *copy,
		    const struct endpoint_evidence *original);
void		 evidence_endpoint_clear(struct endpoint_evidence *endpoint);

/*
 * Octets of memory that the evidence of an address takes, about: certificates
 * and replies, and what each certificate takes in any case, once decoded.
 */
#define EVIDENCE_CERTIFICATE_OCTETS 3072
size_t		 evidence_endpoint_octets(
		    const struct endpoint_evidence *endpoint);

/* A name server as the place of a finding. Its strings are borrowed. */
struct finding_server evidence_server_place(
		    const struct server_evidence *server);
/* Adds what a name server answered, and takes ownership of it. */
void		 evidence_server_answer(struct server_evidence *server,
		    struct answer *answer);

/*
 * Whether the NS records of a server's zone name it, as far as any server of
 * the zone has told.
 */
enum server_mention evidence_server_listed(const struct evidence *evidence,
		    const struct server_evidence *server);
/* The serial number in an SOA answer. False: there is none. */
bool		 evidence_soa_serial(const struct answer *answer,
		    uint32_t *serial);
/* Its MINIMUM field (RFC 2308 4), likewise. */
bool		 evidence_soa_minimum(const struct answer *answer,
		    uint32_t *minimum);
/* "unknown", "no", "yes". Static. */
const char	*server_mention_name(enum server_mention mention);
/* Releases what it owns. */
void		 evidence_dispute_clear(struct dispute_evidence *dispute);
/*
 * Whether the answer is what a resolver made of it, and could not be asked for
 * by way of the root: nobody is to blame for it. NULL is not.
 */
bool		 evidence_is_disputed(const struct evidence *evidence,
		    const struct answer *answer);

/* The zone of that name. Borrowed until one is added; NULL: there is none. */
struct zone_evidence *evidence_zone(const struct evidence *evidence,
		    const char *name);
/*
 * Adds a zone that is not there. Borrowed until the next one is added; NULL:
 * it is counted, but is one too many.
 */
struct zone_evidence *evidence_add_zone(struct evidence *evidence,
		    const char *name);
/* Removes the zone with this index. */
void		 evidence_remove_zone(struct evidence *evidence, size_t i);
/* Puts the zones in order: the root first, each behind its parent. */
void		 evidence_sort_zones(struct evidence *evidence);

/*
 * A walk over all handshakes of a host, address by address:
 *
 *	struct handshake_walk walk = { 0 };
 *	while ((handshake = handshake_next(host, &walk)) != NULL)
 *
 * with walk.endpoint the address at hand. Returns NULL after the last one.
 */
struct handshake_walk {
	const struct endpoint_evidence	*endpoint;	/* borrowed */
	size_t				 endpoints;	/* begun */
	size_t				 handshakes;	/* of that, done */
};

/* As above. Borrowed. */
const struct handshake_evidence *
		 handshake_next(const struct host_evidence *host,
		    struct handshake_walk *walk);

/*
 * "mx", "key-type": as JSON has it, and the code of its finding without
 * "changed-". Static; NULL: it is CHANGE_NONE.
 */
const char	*change_kind_name(enum change_kind kind);

/* Facts of the tree, for rules and for writers. */
/* Whether the MX records say nothing but that no mail is taken (RFC 7505). */
bool		 evidence_is_null_mx(const struct evidence *evidence);
/* Whether one of them says so beside others, which RFC 7505 3 forbids. */
bool		 evidence_mixes_null_mx(const struct evidence *evidence);
bool		 evidence_is_implicit_mx(const struct evidence *evidence);
/* Whether a TLSA record of usage 2 was seen: a CA may have to be named. */
bool		 evidence_pins_ca(const struct evidence *evidence);

/* The moment that it is judged for: checked_at, and --days later. */
time_t		 evidence_as_of(const struct evidence *evidence);

/*
 * The finding that says most about a judged domain's verdict: the first one
 * that causes it, at a host that has it; if none does, the most severe one
 * there. Borrowed; NULL: there is none.
 */
const struct finding *evidence_main_finding(const struct evidence *evidence);
/* The first one that causes the verdict of a host. Borrowed; NULL: none. */
const struct finding *evidence_host_finding(const struct evidence *evidence,
		    const struct host_evidence *host);
/*
 * The finding that says at which zone the chain of trust of an answer breaks,
 * where FINDING says that the answer is not secure, or not to be had. Borrowed;
 * NULL: there is none.
 */
const struct finding *evidence_break_finding(const struct evidence *evidence,
		    const struct finding *finding);

/*
 * Exit status of mxdane for a judged domain: that of the verdict, but 2 for a
 * pass where the next certificate's record is not safe to use yet (--next), and
 * 0 where nothing changed (--since).
 */
int		 evidence_exit_status(const struct evidence *evidence);

/* "key-type": the code of its finding without "changed-". Static. */
const char	*change_kind_name(enum change_kind what);

#endif
