/*
 * Zones' keys, and packets that they sign, as of PACKET_NOW unless another time
 * is given. Keys are made anew in each run; none is a secret.
 */
#ifndef TESTS_UNIT_SUPPORT_SIGNING_H
#define TESTS_UNIT_SUPPORT_SIGNING_H

#include <stdint.h>
#include <time.h>

#include "resolver/answer.h"
#include "tests/unit/support/packet.h"

struct ldns_struct_key;
struct ldns_struct_pkt;
struct signing_key;

/* When a signature is valid, in seconds from PACKET_NOW. */
struct signing_time {
	int32_t	 from;
	int32_t	 until;
};

#define SIGNING_DAY	86400
/* Begun ten days ago, and good for twenty. */
#define SIGNING_GOOD	((struct signing_time){ -10 * SIGNING_DAY, \
			    20 * SIGNING_DAY })

/* Flags of a DNSKEY: of a key that signs keys, and of one for other records. */
#define SIGNING_KSK	257
#define SIGNING_ZSK	256

/* Owned by the caller; NULL: ldns, as it is built here, cannot make one. */
struct signing_key	*signing_key_new(const char *zone, uint8_t algorithm,
			    uint16_t flags);
/* Another one, with the same tag. */
struct signing_key	*signing_key_twin(const struct signing_key *key);
void			 signing_key_free(struct signing_key *key);
uint16_t		 signing_key_tag(const struct signing_key *key);

/* Adds the key to the answer section, as a DNSKEY record. */
void	 signing_push_key(struct ldns_struct_pkt *packet,
	    const struct signing_key *key);

/* Adds its DS record, of a digest type. */
void	 signing_push_ds(struct ldns_struct_pkt *packet,
	    const struct signing_key *key, int digest_type);

/*
 * Adds a signature of the RRset of that owner and type in the packet, in its
 * section. WILDCARD is the name that is signed in place of the owner; NULL: the
 * owner.
 */
void	 signing_sign(struct ldns_struct_pkt *packet, const char *owner,
	    enum dns_type type, const struct signing_key *key,
	    struct signing_time time, const char *wildcard);

/* Reads a packet, as a secure answer with its origin, and releases it. */
struct answer	*signing_answer(struct ldns_struct_pkt *packet,
		    const struct packet *packet_of);

/* The secure DNSKEY answer of a zone with these keys, up to NULL, unsigned. */
struct answer	*signing_keys(const char *zone,
		    const struct signing_key *const *keys);

#endif
