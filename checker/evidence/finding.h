/*
 * Findings: what the judge reports about a domain. Each has a code, with a
 * severity and the failure type that senders would report (RFC 8460 4.3).
 */
#ifndef CHECKER_EVIDENCE_FINDING_H
#define CHECKER_EVIDENCE_FINDING_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "checker/tlsa/advice.h"
#include "smtp/address.h"
#include "smtp/chain.h"

enum severity {
	SEVERITY_ERROR,		/* the verdict suffers */
	SEVERITY_WARNING,
	SEVERITY_INFO,
};

/* In the order of the manual page. */
enum finding_code {
	/* this machine */
	FINDING_RESOLVER_UNREACHABLE,
	FINDING_TRUST_ANCHOR_MISMATCH,
	FINDING_RESOLVER_FAULTY,
	FINDING_RESOLVER_DIFFERS,
	/* MX */
	FINDING_DOMAIN_MISSING,
	FINDING_MX_INSECURE,
	FINDING_MX_BOGUS,
	FINDING_MX_LOOKUP_FAILED,
	FINDING_MX_NULL,
	FINDING_MX_TARGET_MISSING,
	FINDING_MX_TARGET_IS_ADDRESS,
	FINDING_MX_TARGET_CNAME,
	FINDING_MX_NULL_AMONG_OTHERS,
	/* addresses */
	FINDING_ADDRESS_INSECURE,
	FINDING_ADDRESS_BOGUS,
	FINDING_ADDRESS_LOOKUP_FAILED,
	/* TLSA */
	FINDING_TLSA_NONE,
	FINDING_TLSA_INSECURE,
	FINDING_TLSA_BOGUS,
	FINDING_TLSA_LOOKUP_FAILED,
	FINDING_TLSA_RECORD_UNUSABLE,
	FINDING_TLSA_ALL_UNUSABLE,
	FINDING_TLSA_DUPLICATE,
	FINDING_TLSA_MANY,
	FINDING_TLSA_AT_MAIL_DOMAIN,
	/* chain of trust */
	FINDING_DS_MISSING,
	FINDING_DS_UNSUPPORTED,
	FINDING_DS_MISMATCH,
	FINDING_PARENT_UNSIGNED,
	FINDING_DNSKEY_UNAVAILABLE,
	FINDING_DENIAL_BROKEN,
	FINDING_NSEC3_ITERATIONS,
	FINDING_OPT_OUT,
	FINDING_ALGORITHM_DEPRECATED,
	/* name servers */
	FINDING_NS_INCONSISTENT,
	FINDING_NS_LAME,
	FINDING_NS_ALIAS,
	FINDING_NS_PARENT_DIFFERS,
	FINDING_NS_ADDRESSES_DIFFER,
	FINDING_NS_SERIALS_DIFFER,
	FINDING_NS_NOT_ASKED,
	/* keeping it working */
	FINDING_NO_ROLLOVER_RECORD,
	FINDING_TLSA_TTL_LONG,
	FINDING_ROTATION_UNCOVERED,
	FINDING_ISSUER_CHANGED,
	FINDING_KEY_ROTATES,
	FINDING_NEXT_COVERED,
	FINDING_NEXT_TOO_EARLY,
	FINDING_NEXT_UNCOVERED,
	/* expiry */
	FINDING_SIGNATURE_EXPIRING,
	FINDING_CERTIFICATE_EXPIRING,
	/* connection */
	FINDING_ADDRESS_RESERVED,
	FINDING_CONNECT_FAILED,
	FINDING_SMTP_REFUSED,
	FINDING_SMTP_PROTOCOL,
	FINDING_TIMEOUT,
	FINDING_STARTTLS_NOT_OFFERED,
	FINDING_STARTTLS_REFUSED,
	FINDING_STARTTLS_PLAINTEXT_INJECTED,
	FINDING_TLS_HANDSHAKE_FAILED,
	FINDING_CLIENT_CERTIFICATE_REQUIRED,
	FINDING_TLS_OUTDATED,
	FINDING_TLS_LONG_HELLO_FAILS,
	/* matching */
	FINDING_NO_RECORD_MATCHES,
	FINDING_COMBINATION_UNCOVERED,
	FINDING_KEY_TYPE_UNCOVERED,
	FINDING_NAME_MISMATCH,
	FINDING_CERTIFICATE_EXPIRED,
	FINDING_CERTIFICATE_NOT_YET_VALID,
	FINDING_CHAIN_INVALID,
	FINDING_CHAIN_DEEP,
	FINDING_ANCHOR_NOT_SENT,
	/* why a record does not match */
	FINDING_USAGE_2_NAMES_LEAF,
	FINDING_USAGE_3_NAMES_ISSUER,
	FINDING_SELECTOR_SWAPPED,
	FINDING_MATCHING_TYPE_SWAPPED,
	FINDING_DIGEST_OF_PEM,
	FINDING_DIGEST_OF_NOTHING,
	FINDING_DATA_NOT_HEX_DECODED,
	FINDING_NEARLY_MATCHES,
	FINDING_ISSUER_NOT_SENT,
	FINDING_ISSUER_RETIRED,
	FINDING_MATCHES_ELSEWHERE,
	/* reports */
	FINDING_TLSRPT_NONE,
	/* expectations */
	FINDING_EXPECTATION_FAILED,
	/* changes */
	FINDING_CHANGED_NEW,
	FINDING_CHANGED_VERDICT,
	FINDING_CHANGED_MX,
	FINDING_CHANGED_ADDRESS,
	FINDING_CHANGED_TLSA,
	FINDING_CHANGED_KEY,
	FINDING_CHANGED_ISSUER,
	FINDING_CHANGED_KEY_TYPE,
	FINDING_CHANGED_TLS,
	FINDING_CHANGED_DNSSEC,
	/* the audit itself */
	FINDING_EGRESS_BLOCKED,
	FINDING_KEY_TYPES_UNTRIED,
	FINDING_TRIED_AGAIN,
	FINDING_LIMIT_REACHED,
	FINDING_INTERNAL_CRASH,

	FINDING_CODE_COUNT
};

/* In a place: none in particular, all of them. */
#define FINDING_NO_RECORD	(-1)
#define FINDING_ALL_KEY_TYPES	KEY_ALL

/* A name server, as asked over one transport. */
struct finding_server {
	const char	*name;		/* borrowed; NULL: none */
	struct address	 address;	/* family 0: not known */
	bool		 tcp;		/* over TCP alone */
};

/*
 * What a finding is about. Strings are borrowed from the evidence, which
 * outlives its findings.
 */
struct finding_place {
	const char		*host;		/* borrowed; NULL: the
						 * domain */
	struct address		 address;	/* family 0: all of the host */
	enum key_type		 key_type;	/* or KEY_ALL */
	int			 record;	/* its index, or
						 * FINDING_NO_RECORD */
	const char		*zone;		/* borrowed; NULL: none in
						 * particular */
	struct finding_server	 server;
};

struct finding {
	enum finding_code	 code;
	enum severity		 severity;
	struct finding_place	 place;
	char			*text;		/* owned; a printable line
						 * about the place, without its
						 * name */
	struct advice_list	 advice;	/* what to do about it */
};

/*
 * What is reported of one domain, whose owner chooses how much there would be
 * to report: findings, and about so many octets of text and advice.
 */
#define FINDINGS_MAX		4096
#define FINDINGS_OCTETS_MAX	(4u * 1024 * 1024)

struct finding_list {
	struct finding	*items;		/* owned */
	size_t		 count;
	size_t		 weighed;	/* findings whose octets are known */
	size_t		 octets;	/* of these */
	size_t		 left_out;	/* there was no room for so many */
	struct finding	 spare;		/* owned; the last of these */
};

/*
 * Adds a finding with the code's own severity, about the domain as a whole; the
 * caller sets the other members. Borrowed until the next one is added.
 *
 * While they are collected, a list takes twice what is reported; and as much
 * again of errors, which may decide the verdict. What does not fit is counted.
 */
struct finding	*finding_add(struct finding_list *list,
		    enum finding_code code, const char *format, ...)
		    __attribute__((format(printf, 3, 4)));
struct finding	*finding_vadd(struct finding_list *list,
		    enum finding_code code, const char *format,
		    va_list arguments)
		    __attribute__((format(printf, 3, 0)));

/*
 * Sorts by severity. Within one, findings at a host are together, and those at
 * an address and key type of it, so that an explanation follows what it
 * explains; otherwise in the order added. Drops what a name server does over
 * TCP as over UDP. O(n log n).
 */
void		 finding_list_settle(struct finding_list *list);

/*
 * Drops the last findings of a settled list, which are the least severe, beyond
 * FINDINGS_MAX and FINDINGS_OCTETS_MAX. Returns how many are left out in all.
 */
size_t		 finding_list_limit(struct finding_list *list);

/*
 * Findings of a settled list that differ only in their places: people get them
 * as one, with all places.
 */
struct finding_group {
	const struct finding	*const *members;	/* borrowed */
	size_t			 count;			/* at least 1 */
};

struct finding_groups {
	const struct finding	**members;	/* owned; of borrowed */
	struct finding_group	*items;		/* owned */
	size_t			 count;
};

/* Groups, in the order of their first members. LIST must outlive them. */
void		 finding_groups_init(struct finding_groups *groups,
		    const struct finding_list *list);
void		 finding_groups_clear(struct finding_groups *groups);

/*
 * All places of a group, "mx.example.org [192.0.2.1] [2001:db8::1] ECDSA", or
 * "mx.example.org, zone example.org"; "" for the domain as a whole. Owned by
 * the caller.
 */
char		*finding_group_places(const struct finding_group *group);

/* "ns1.example.org [192.0.2.53] over TCP". Owned by the caller. */
char		*finding_server_text(const struct finding_server *server);

/* Frees the findings; the list is empty afterwards. */
void		 finding_list_clear(struct finding_list *list);
/* Whether any finding of the list has the code. */
bool		 finding_list_has(const struct finding_list *list,
		    enum finding_code code);

/* A code as the reports have it, "mx-insecure", and its own severity. */
const char	*finding_code_name(enum finding_code code);
enum severity	 finding_code_severity(enum finding_code code);
/* The failure type of RFC 8460 4.3 that senders would report, or NULL. */
const char	*finding_code_tlsrpt(enum finding_code code);
/* Whether it says where a chain of trust breaks, or is weak. */
bool		 finding_code_is_trust(enum finding_code code);
/* What it means and what to do about it in general, as in the manual. */
const char	*finding_code_meaning(enum finding_code code);
const char	*severity_name(enum severity severity);

#endif
