/*
 * Certificates made by a few octets each: what they are, who signed them, what
 * is wrong with them. The same octets make the same certificates.
 */
#ifndef TESTS_FUZZ_FORGE_H
#define TESTS_FUZZ_FORGE_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct chain;
struct evp_pkey_st;
struct x509_st;

#define FORGE_MAX	8	/* certificates of a forge */
#define FORGE_ORDER	4	/* octets that say how one is made */
#define FORGE_KEYS	5

/* Certificates are valid for a month before and after this. */
#define FORGE_NOW	((time_t)1767225600)
#define FORGE_NAME	"mx.example.org"

struct forge {
	struct evp_pkey_st	*keys[FORGE_KEYS];	/* owned */
	struct x509_st		*found;		/* owned; a certificate that may
						 * be used; NULL: none */
	struct x509_st		*made[FORGE_MAX];	/* owned; above come
							 * first */
	size_t			 count;
};

/* Makes the keys. */
void	forge_init(struct forge *forge);
/* FOUND (borrowed) may be the DER of any certificate. */
void	forge_take(struct forge *forge, const uint8_t *found, size_t size);
/* Frees the certificates; the keys stay. */
void	forge_reset(struct forge *forge);
/* Frees the keys, too. */
void	forge_clear(struct forge *forge);

/* Makes one more by FORGE_ORDER octets. */
void	forge_make(struct forge *forge, const uint8_t *order);

/*
 * What a server sends that has these: the last one that was made, and those
 * above it, but for those that the bits of WITHOUT (1: the first that was made)
 * leave out; TURNED: the other way round. Owned by the caller; never empty.
 */
struct chain *forge_chain(const struct forge *forge, unsigned int without,
	    int turned);

#endif
