/*
 * The answer to one DNS question, as a plain value: what it says, and
 * separately how far it can be trusted.
 */
#ifndef RESOLVER_ANSWER_H
#define RESOLVER_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/*
 * Limits on what a zone's owner controls; beyond the first two `truncated` is
 * set.
 */
#define ANSWER_RECORDS_MAX	256
#define ANSWER_ALIASES_MAX	32
#define ANSWER_SIGNERS_MAX	32
#define ANSWER_PERIODS_MAX	256

enum dns_type {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_SOA = 6,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_DNAME = 39,
	DNS_DS = 43,
	DNS_NSEC = 47,
	DNS_DNSKEY = 48,
	DNS_NSEC3 = 50,
	DNS_TLSA = 52,
	DNS_CDS = 59,
};

enum answer_kind {
	ANSWER_UNUSABLE,	/* SERVFAIL, timeout, lame, malformed */
	ANSWER_RECORDS,
	ANSWER_NO_DATA,		/* the name may exist, the type does not */
	ANSWER_NO_NAME,
};

enum dnssec_status {
	DNSSEC_FAILED,		/* no usable answer: nothing is known */
	DNSSEC_BOGUS,
	DNSSEC_INSECURE,	/* proven unsigned, in whole or in part */
	DNSSEC_SECURE,
};

/* What is wrong with an answer that is not usable, where that is known. */
enum answer_fault {
	ANSWER_FAULT_OTHER,
	ANSWER_FAULT_SILENT,	/* nothing came in time */
	ANSWER_FAULT_UNREACHABLE, /* refused by the network, or no route */
	ANSWER_FAULT_RCODE,	/* that of the answer says so */
	ANSWER_FAULT_NO_TCP,	/* cut off over UDP, and TCP gives nothing */
	ANSWER_FAULT_MALFORMED,
};

struct answer_record {
	uint8_t		*data;		/* owned, RDATA, names uncompressed */
	size_t		 size;		/* octets of it */
	char		*name;		/* owned: MX exchange, CNAME, NS or PTR
					 * target; NULL for other types */
	uint16_t	 preference;	/* MX */
};

/* A key with which records of the answer are signed (RFC 4034 3.1). */
struct answer_signer {
	char		*zone;		/* owned; the signer's name */
	uint8_t		 algorithm;
	uint16_t	 key_tag;
};

/*
 * How long an RRset that the answer depends on can be validated: the validity
 * period (RFC 4034 3.1.5) of the signature that ends last of those that verify
 * (RFC 6840 5.4).
 */
struct answer_period {
	char		*owner;		/* owned; of the RRset */
	char		*zone;		/* owned; the signer's name */
	uint16_t	 type;		/* of the RRset, by its number */
	uint8_t		 labels;	/* of the owner's, those signed: fewer
					 * than it has where a wildcard was
					 * expanded (RFC 4034 3.1.3); 0: not
					 * known */
	uint16_t	 key_tag;	/* of that signature */
	uint8_t		 algorithm;
	time_t		 from;
	time_t		 until;
};

/* The records that deny something in the answer. */
enum answer_denial {
	ANSWER_DENIES_NOTHING,
	ANSWER_DENIES_BY_NSEC,
	ANSWER_DENIES_BY_NSEC3,
};

/*
 * What the validating library returned, as it was: the proof of what an answer
 * says, from which it can be read again.
 */
struct answer_origin {
	uint8_t		*packet;	/* owned; NULL: there was none */
	size_t		 size;		/* octets of it */
	int		 rcode;
	bool		 secure;
	bool		 bogus;
	char		*why_bogus;	/* owned, text from outside; NULL: none
					 * was given */
	time_t		 now;		/* RRSIG times are relative to it */
};

struct answer {
	char			*owner;		/* owned, the name asked for */
	enum dns_type		 type;
	enum answer_kind	 kind;
	enum dnssec_status	 dnssec;
	struct answer_record	*records;	/* owned; in the canonical order
						 * of their RDATA (RFC 4034
						 * 6.3), however they came */
	size_t			 count;
	char			*expanded;	/* owned; where the alias chain
						 * ends, or the owner */
	bool			 aliased;	/* there is an alias chain */
	char			*target;	/* owned; where the first alias
						 * of it leads; NULL: not
						 * aliased, or not known */
	char			*dname;		/* owned; owner of the DNAME
						 * record that makes its first
						 * alias (RFC 6672 3.1); NULL:
						 * none does */
	bool			 truncated;	/* a limit was reached */
	uint32_t		 ttl;		/* seconds, the lowest of all;
						 * 0 when unusable */
	time_t			 signed_since;	/* latest beginning and */
	time_t			 signed_until;	/* earliest end of its periods;
						 * 0: no signature */
	struct answer_period	*periods;	/* owned; one for each RRset
						 * that is signed */
	size_t			 period_count;
	bool			 ambiguous;	/* an RRset has signatures that
						 * are in time, several: which
						 * verify is not known before
						 * rrsig_settle, for which the
						 * origin is kept */
	enum answer_denial	 denial;
	uint16_t		 iterations;	/* the most of its NSEC3 records
						 * (RFC 5155 3.1.3) */
	bool			 opt_out;	/* one of these has the flag
						 * (RFC 5155 3.1.2.1) */
	enum answer_fault	 fault;		/* unusable: of which kind */
	uint16_t		 rcode;		/* of the answer, 0 without */
	uint32_t		 signed_ttl;	/* seconds; the highest original
						 * TTL in a signature, whatever
						 * a cache has left of it */
	struct answer_signer	*signers;	/* owned; of the records, sorted
						 * by zone, algorithm and key
						 * tag, each once */
	size_t			 signer_count;
	struct answer_origin	*origin;	/* owned; NULL: not kept, or
						 * the library returned none */
	char			*why;		/* owned; why it is bogus or
						 * unusable: one printable line
						 * with owner and type; else
						 * NULL */
};

/* What the validating library returns. All borrowed. */
struct answer_source {
	const char	*owner;
	enum dns_type	 type;
	const uint8_t	*packet;	/* may be NULL */
	size_t		 size;
	int		 rcode;
	bool		 secure;
	bool		 bogus;
	const char	*why_bogus;	/* may be NULL; text from outside */
	time_t		 now;		/* RRSIG times are relative to it */
	bool		 keep;		/* a copy as the answer's origin, also
					 * if it is not ambiguous */
};

/* Never NULL; the answer is owned by the caller. */
struct answer	*answer_from_packet(const struct answer_source *source);

/*
 * Reads once more what was kept of the answer to a question, of which it takes
 * ownership: the same answer as then, with that origin. Never NULL; owned by
 * the caller.
 */
struct answer	*answer_from_origin(const char *owner, enum dns_type type,
		    struct answer_origin *origin);

/*
 * An unusable answer, the reason for which is "MX example.org: FAULT" (FAULT is
 * printable). Owned by the caller.
 */
struct answer	*answer_failed(const char *owner, enum dns_type type,
		    const char *fault);
/* The same with WHY (printable) as the whole reason. */
struct answer	*answer_unusable(const char *owner, enum dns_type type,
		    const char *why);

/* Owned by the caller. NULL makes NULL. */
struct answer	*answer_copy(const struct answer *answer);

/* NULL is fine. */
void		 answer_free(struct answer *answer);

/* Whether it has records, secure or not. NULL has none. */
bool		 answer_has_records(const struct answer *answer);

/* Whether it is bogus or failed, so that nothing is known. NULL is not. */
bool		 answer_is_broken(const struct answer *answer);

/* Whether it has records and is secure. NULL is not. */
bool		 answer_is_secure(const struct answer *answer);

/*
 * The TTL of its records at their source, in seconds, as far as it is known: a
 * cache on the way counts it down, or caps it.
 */
uint32_t	 answer_source_ttl(const struct answer *answer);

/*
 * The signed RRset of that owner and type, among those that the answer depends
 * on. Borrowed; NULL: there is none.
 */
const struct answer_period *answer_period_of(const struct answer *answer,
		    const char *owner, enum dns_type type);

/*
 * The wildcard that such an RRset was expanded from (RFC 4592 2.1.1), as its
 * signature has it, which never counts "*" itself (RFC 4034 3.1.3). Owned by
 * the caller; NULL: from none.
 */
char		*answer_wildcard(const struct answer_period *rrset);

/* Whether it proves (if unsigned, says) that no record of the type exists. */
bool		 answer_is_absent(const struct answer *answer);

/* "TLSA", and "secure". Static. */
const char	*dns_type_name(enum dns_type type);
const char	*dnssec_status_name(enum dnssec_status status);
/* "SERVFAIL". Static; NULL: it has no name here. */
const char	*dns_rcode_name(unsigned int rcode);

#endif
