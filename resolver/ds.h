/*
 * DS records (RFC 4034 5) as the octets of their RDATA say, and which keys they
 * fit.
 */
#ifndef RESOLVER_DS_H
#define RESOLVER_DS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct answer;
struct answer_record;

/* Digest types (IANA, "Digest Algorithms" of DS records). */
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

/* False: the RDATA is too short for one. */
bool	 ds_read(const struct answer_record *record, struct dns_ds *ds);

/* Whether DS is the digest of KEY, a key of ZONE (form of name.h). */
bool	 ds_fits_key(const struct answer_record *ds, const char *zone,
	    const struct answer_record *key);

/*
 * Whether one of the DS records of an answer that count does. One by SHA-1 does
 * not, where there are others that validators know (RFC 4509 3).
 */
bool	 ds_any_fits_key(const struct answer *answer, const char *zone,
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

/* Whether today's validators know the digest type. */
bool	 ds_digest_is_known(uint8_t digest_type);

#endif
