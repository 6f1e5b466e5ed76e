/*
 * Everything that can be said about a domain: one table of codes, each with its
 * severity and with what a sender would report to the domain (RFC 8460 4.3).
 */
#ifndef CHECKER_EVIDENCE_FINDING_H
#define CHECKER_EVIDENCE_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "smtp/chain.h"

enum severity {
	SEVERITY_ERROR,		/* the verdict suffers */
	SEVERITY_WARNING,
	SEVERITY_INFO,
};

/* In the order of the manual page; the names are finding_code_name's. */
enum finding_code {
	/* ourselves */
	FINDING_RESOLVER_UNREACHABLE,
	FINDING_TRUST_ANCHOR_MISMATCH,
	/* MX */
	FINDING_DOMAIN_MISSING,
	FINDING_MX_INSECURE,
	FINDING_MX_BOGUS,
	FINDING_MX_LOOKUP_FAILED,
	FINDING_MX_NULL,
	FINDING_MX_TARGET_MISSING,
	FINDING_MX_TARGET_IS_ADDRESS,
	FINDING_MX_TARGET_CNAME,
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
	/* name servers */
	FINDING_NS_INCONSISTENT,
	FINDING_NS_LAME,
	FINDING_NS_NOT_ASKED,
	/* keeping it working */
	FINDING_NO_ROLLOVER_RECORD,
	FINDING_TLSA_TTL_LONG,
	FINDING_ROTATION_UNCOVERED,
	FINDING_NEXT_COVERED,
	FINDING_NEXT_TOO_EARLY,
	FINDING_NEXT_UNCOVERED,
	/* ageing */
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
	FINDING_TLS_OUTDATED,
	/* matching */
	FINDING_NO_RECORD_MATCHES,
	FINDING_COMBINATION_UNCOVERED,
	FINDING_KEY_TYPE_UNCOVERED,
	FINDING_NAME_MISMATCH,
	FINDING_CERTIFICATE_EXPIRED,
	FINDING_CERTIFICATE_NOT_YET_VALID,
	FINDING_CHAIN_INVALID,
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
	/* what was asked for */
	FINDING_EXPECTATION_FAILED,
	/* the audit itself */
	FINDING_EGRESS_BLOCKED,
	FINDING_KEY_TYPES_UNTRIED,
	FINDING_LIMIT_REACHED,

	FINDING_CODE_COUNT
};

#define FINDING_NO_RECORD (-1)

struct finding {
	enum finding_code code;
	enum severity	  severity;
	char		 *host;		/* owned; NULL: the domain */
	char		 *address;	/* owned; NULL: all of the host's */
	enum key_type	  key_type;	/* KEY_UNKNOWN: all */
	int		  record;	/* index, or FINDING_NO_RECORD */
	char		 *text;		/* owned; printable, one line */
	char		 *advice;	/* owned; what to do about it, NULL:
					 * nothing; several records stand on a
					 * line each */
};

struct finding_list {
	struct finding	*items;		/* owned */
	size_t		 count;
};

/*
 * Adds a finding with the code's own severity and no place; the caller sets
 * the other members. Borrowed until the next one is added.
 */
struct finding	*finding_add(struct finding_list *list,
		    enum finding_code code, const char *format, ...)
		    __attribute__((format(printf, 3, 4)));
/* Replaces the advice. */
void		 finding_advise(struct finding *finding,
		    const char *format, ...)
		    __attribute__((format(printf, 2, 3)));
/*
 * Errors first, then warnings, then what is merely told. Among these what is
 * about one place stands together, so that an explanation follows what it
 * explains; else as added.
 */
void		 finding_sort(struct finding_list *list);

/*
 * What is so in several places is told once, for people: with those of the
 * first one, "mx.example.org [192.0.2.1] [2001:db8::1] ECDSA" (owned by the
 * caller), and not again for the others, which repeat it.
 */
char		*finding_places(const struct finding_list *list, size_t which);
bool		 finding_repeats(const struct finding_list *list, size_t which);

void		 finding_list_clear(struct finding_list *list);
bool		 finding_list_has(const struct finding_list *list,
		    enum finding_code code);

const char	*finding_code_name(enum finding_code code);
enum severity	 finding_code_severity(enum finding_code code);
/* The failure type of RFC 8460 4.3 that senders would report, or NULL. */
const char	*finding_code_tlsrpt(enum finding_code code);
/* What to do about it in general: a sentence, for the manual and for help. */
const char	*finding_code_meaning(enum finding_code code);
const char	*severity_name(enum severity severity);

#endif
