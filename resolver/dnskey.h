/*
 * DNSKEY records (RFC 4034 2) as the octets of their RDATA say.
 */
#ifndef RESOLVER_DNSKEY_H
#define RESOLVER_DNSKEY_H

#include <stdbool.h>
#include <stdint.h>

struct answer_record;

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

#define DNSKEY_PROTOCOL	3	/* RFC 4034 2.1.2 */

/* False: the RDATA is too short for one. */
bool	 dnskey_read(const struct answer_record *record, struct dns_key *key);

/*
 * Whether to check a signature by it takes much longer than by others: RSA with
 * a large modulus, or a large exponent (RFC 3110 2).
 */
bool	 dnskey_is_slow(const struct answer_record *record);

#endif
