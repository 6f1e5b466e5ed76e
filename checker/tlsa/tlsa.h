/*
 * TLSA records as values (RFC 6698 2.1): their fields, whether an SMTP sender
 * can use them (RFC 7672 3.1), and digest agility (RFC 7671 9).
 */
#ifndef CHECKER_TLSA_TLSA_H
#define CHECKER_TLSA_TLSA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct answer;
struct certificate;

/* Octets of a record before its data (RFC 6698 2.1). */
#define TLSA_HEADER 3

/* Above this a large sender gives up (field observation, July 2024). */
#define TLSA_MANY 12

enum tlsa_usage {
	TLSA_PKIX_TA = 0,
	TLSA_PKIX_EE = 1,
	TLSA_DANE_TA = 2,
	TLSA_DANE_EE = 3,
};

enum tlsa_selector {
	TLSA_CERT = 0,
	TLSA_SPKI = 1,
};

enum tlsa_matching_type {
	TLSA_FULL = 0,
	TLSA_SHA2_256 = 1,
	TLSA_SHA2_512 = 2,
};

struct tlsa {
	uint8_t	  usage;
	uint8_t	  selector;
	uint8_t	  matching_type;
	uint8_t	 *data;		/* owned; certificate association data */
	size_t	  size;		/* octets of it */
	bool	  usable;
	char	 *why;		/* owned; why it is not usable; NULL: it is */
	size_t	  duplicate_of;	/* index of the first that is equal */
	bool	  ignored;	/* usable, but a stronger digest of the same
				 * usage and selector is published */
};

/* The records of one RRset. */
struct tlsa_set {
	struct tlsa	*records;	/* owned */
	size_t		 count;
};

/*
 * Copies the usage, selector, matching type and data of RECORD, and nothing
 * that depends on a set. COPY's data is owned by the caller.
 */
void	tlsa_copy(struct tlsa *copy, const struct tlsa *record);
void	tlsa_clear(struct tlsa *record);

/* The record as RDATA (RFC 6698 2.1), SIZE octets. Owned by the caller. */
uint8_t	*tlsa_rdata(const struct tlsa *record, size_t *size);

/* Whether two records have the same usage, selector and matching type. */
bool	tlsa_same_combination(const struct tlsa *a, const struct tlsa *b);

/*
 * Orders records by usage, selector, matching type and the octets of their
 * data, of which a shorter one comes before those that begin with it. Returns
 * less than 0, 0 or more than 0.
 */
int	tlsa_compare(const struct tlsa *a, const struct tlsa *b);
bool	tlsa_equal(const struct tlsa *a, const struct tlsa *b);

/*
 * Makes a set of an answer's records (borrowed, NULL: none). They are sorted by
 * tlsa_compare, since servers may rotate them: the same RRset has the same
 * numbers each time.
 */
void	tlsa_set_init(struct tlsa_set *set, const struct answer *answer);
/*
 * Adds a copy of FIELDS as the last record, and finds out whether it is usable.
 * After the last call, call tlsa_set_settle.
 */
void	tlsa_set_add(struct tlsa_set *set, const struct tlsa *fields);
/* Finds duplicates and weaker digests. Keeps the order of the records. */
void	tlsa_set_settle(struct tlsa_set *set);
void	tlsa_set_clear(struct tlsa_set *set);

/* How many records are usable. */
size_t	tlsa_set_usable(const struct tlsa_set *set);

/*
 * Parses "3 1 1 60785a34..." (hexadecimal digits, with any spaces between them;
 * the data may be missing). FIELDS's data is owned by the caller; only
 * tlsa_set_add finds out whether it is usable. False: *WHY (static) says what
 * is wrong with TEXT.
 */
bool	tlsa_from_text(struct tlsa *fields, const char *text,
	    const char **why);

/*
 * "3 1 1 60785a34615aaa2c...ed91", the data shortened by text_hex_short, or the
 * WHOLE of it. Owned by the caller.
 */
char	*tlsa_text(const struct tlsa *record, bool whole);

/*
 * "_25._tcp.mx.example.org. IN TLSA 3 1 1 51955a5a...", or without OWNER (NULL)
 * the fields alone. Owned by the caller.
 */
char	*tlsa_line(const char *owner, const struct tlsa *record);

/*
 * Makes the record of a certificate with this usage, selector and matching
 * type; its data is owned by the caller.
 */
void	tlsa_of_certificate(struct tlsa *record,
	    const struct certificate *certificate, enum tlsa_usage usage,
	    enum tlsa_selector selector, enum tlsa_matching_type matching_type);

/*
 * Likewise the record with usage 3 and selector 1 of a public key
 * (SubjectPublicKeyInfo in DER) that need not have a certificate yet.
 */
void	tlsa_of_key(struct tlsa *record, const uint8_t *spki, size_t size,
	    enum tlsa_matching_type matching_type);

#endif
