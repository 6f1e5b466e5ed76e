/*
 * The answer to one question to the DNS, as a plain value: what it says, and
 * apart from that how far it can be trusted.
 */
#ifndef RESOLVER_ANSWER_H
#define RESOLVER_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Limits on what a zone's owner controls; beyond them `truncated` is set. */
#define ANSWER_RECORDS_MAX	256
#define ANSWER_ALIASES_MAX	32

enum dns_type {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_SOA = 6,
	DNS_MX = 15,
	DNS_AAAA = 28,
	DNS_DNSKEY = 48,
	DNS_TLSA = 52,
};

enum answer_kind {
	ANSWER_UNUSABLE,	/* SERVFAIL, time-out, lame, malformed */
	ANSWER_RECORDS,
	ANSWER_NO_DATA,		/* the name may exist, the type does not */
	ANSWER_NO_NAME,
};

enum dnssec_status {
	DNSSEC_FAILED,		/* no usable answer, so nothing is known */
	DNSSEC_BOGUS,
	DNSSEC_INSECURE,	/* proved unsigned, all or a part of it */
	DNSSEC_SECURE,
};

struct answer_record {
	uint8_t		*data;		/* owned, RDATA, names uncompressed */
	size_t		 size;		/* octets of it */
	char		*name;		/* owned: MX exchange, CNAME or NS
					 * target; NULL for other types */
	uint16_t	 preference;	/* MX */
};

struct answer {
	char			*owner;		/* owned, the name asked for */
	enum dns_type		 type;
	enum answer_kind	 kind;
	enum dnssec_status	 dnssec;
	struct answer_record	*records;	/* owned */
	size_t			 count;
	char			*expanded;	/* owned; where the alias chain
						 * ends, or the owner */
	bool			 aliased;	/* there is an alias chain */
	bool			 truncated;	/* a limit above was met */
	uint32_t		 ttl;		/* seconds, the least of all;
						 * 0 when unusable */
	time_t			 signed_since;	/* latest RRSIG inception and */
	time_t			 signed_until;	/* earliest expiration;
						 * 0: no signature */
	uint32_t		 signed_ttl;	/* seconds; the most that a
						 * signature says a record has
						 * at its source, whatever a
						 * cache has left of it */
	char			*why;		/* owned; why it is bogus or
						 * unusable: one printable line
						 * with owner and type; else
						 * NULL */
};

/* What a validating library hands over. All borrowed. */
struct answer_source {
	const char	*owner;
	enum dns_type	 type;
	const uint8_t	*packet;	/* may be NULL */
	size_t		 size;
	int		 rcode;
	bool		 secure;
	bool		 bogus;
	const char	*why_bogus;	/* may be NULL; text from outside */
	time_t		 now;		/* RRSIG times are numbers around it */
};

/* Never NULL; the answer is owned by the caller. */
struct answer	*answer_from_packet(const struct answer_source *source);

/*
 * An answer without one. FAULT (printable) says what happened, and why it is
 * unusable becomes "MX example.org: FAULT". Owned by the caller.
 */
struct answer	*answer_failed(const char *owner, enum dns_type type,
		    const char *fault);
/* The same, but that WHY (printable) is taken as it is. */
struct answer	*answer_unusable(const char *owner, enum dns_type type,
		    const char *why);

void		 answer_free(struct answer *answer);

/* Whether the answer has records, whatever their security. NULL has none. */
bool		 answer_has_records(const struct answer *answer);

/* Whether it has records and is secure. NULL is not. */
bool		 answer_is_secure(const struct answer *answer);

/*
 * The TTL that its records have at their source, in seconds: a cache on the way
 * says what is left of it, or caps it.
 */
uint32_t	 answer_source_ttl(const struct answer *answer);

/* Whether it proves (or, unsigned, says) that there is nothing of the type. */
bool		 answer_is_absent(const struct answer *answer);

const char	*dns_type_name(enum dns_type type);
const char	*dnssec_status_name(enum dnssec_status status);

#endif
