/*
 * DS and DNSKEY records (RFC 4034 2, 5) as the octets of their RDATA say, and
 * whether one fits the other.
 */
#ifndef RESOLVER_ZONE_KEYS_H
#define RESOLVER_ZONE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct answer_record;

/* Digest types (IANA, "Delegation Signer Resource Record Digest Algorithms"). */
enum ds_digest {
	DS_SHA1 = 1,
	DS_SHA256 = 2,
	DS_SHA384 = 4,
};

struct dns_ds {
	uint16_t	 key_tag;
	uint8_t		 algorithm;
	uint8_t		 digest_type;
	const uint8_t	*digest;	/* borrowed from the record */
	size_t		 size;		/* octets of it */
};

struct dns_key {
	uint16_t	 flags;
	uint8_t		 protocol;
	uint8_t		 algorithm;
	uint16_t	 key_tag;	/* RFC 4034 appendix B */
};

/* RFC 4034 2.1.1, RFC 5011 7. */
#define DNSKEY_ZONE	0x0100
#define DNSKEY_REVOKED	0x0080
#define DNSKEY_SEP	0x0001

/* False: the RDATA is too short for one. */
bool	 ds_read(const struct answer_record *record, struct dns_ds *ds);
bool	 dnskey_read(const struct answer_record *record, struct dns_key *key);

/* Whether DS is the digest of KEY, a key of ZONE (form of name.h). */
bool	 ds_fits_key(const struct answer_record *ds, const char *zone,
	    const struct answer_record *key);

/*
 * Makes the DS record of a key of ZONE. False: there is none; else the caller
 * owns the record's data.
 */
bool	 ds_make(struct answer_record *ds, const char *zone,
	    const struct answer_record *key, enum ds_digest digest);

/*
 * A DS or CDS record in presentation format, "4711 13 2 60785a34...". Owned by
 * the caller; NULL: its RDATA is too short.
 */
char	*ds_text(const struct answer_record *record);

/* Whether today's validators know it (RFC 8624, RFC 9905, RFC 9906). */
bool	 algorithm_is_known(uint8_t algorithm);
bool	 digest_is_known(uint8_t digest_type);
/* Algorithms that sign with SHA-1: 5 and 7. */
bool	 algorithm_is_sha1(uint8_t algorithm);
/* "ECDSAP256SHA256". Static; NULL: it has no name here. */
const char *algorithm_name(uint8_t algorithm);

#endif
