/*
 * Authorities that TLSA records are known to pin, by the digests of their keys
 * and certificates: facts to explain records with, never to trust a chain by.
 */
#ifndef CHECKER_TLSA_ISSUERS_H
#define CHECKER_TLSA_ISSUERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tlsa;

/* Certificates of one key. */
#define ISSUER_CERTIFICATES_MAX 4

enum issuer_state {
	ISSUER_RETIRED,		/* issues no more */
	ISSUER_BACKUP,		/* kept for an emergency */
	ISSUER_ACTIVE,		/* issues, in rotation with its siblings */
	ISSUER_ROOT,
};

struct issuer {
	const char		*name;		/* "Let's Encrypt YE1" */
	enum issuer_state	 state;
	const char		*spki_sha256;	/* hexadecimal, small letters */
	const char		*cert_sha256[ISSUER_CERTIFICATES_MAX];
};

/*
 * Authorities that a user knows of beside those that are compiled in, or better
 * than those: by their keys, they come first.
 */
struct issuers {
	struct issuer	*items;		/* owned */
	size_t		 count;
	char		*text;		/* owned; what the items point into */
};

/*
 * Reads a file with a line for each key (issuers_file.c says how they look).
 * False: *WHY (owned by the caller, printable) names the file and the line.
 */
bool	 issuers_read(struct issuers *issuers, const char *file, char **why);
void	 issuers_clear(struct issuers *issuers);

/*
 * The authority whose public key has this SHA2-256 digest, or NULL. ISSUERS may
 * be NULL, here and below: only those that are compiled in.
 */
const struct issuer *issuers_find_key(const struct issuers *issuers,
	    const uint8_t *spki_sha256, size_t size);
/* The authority that a record with a SHA2-256 digest is of, or NULL. */
const struct issuer *issuers_find(const struct issuers *issuers,
	    const struct tlsa *record);
/*
 * Whether SUBJECT, in the form of struct certificate, is the authority's: for
 * "Let's Encrypt YR1" that is "CN=YR1,O=Let's Encrypt,C=US".
 */
bool	 issuers_is_subject(const struct issuer *issuer, const char *subject);

/*
 * The I-th active authority from which the one that ISSUER belongs to picks at
 * random at each renewal (ISSUER among them); NULL past the last.
 */
const struct issuer *issuers_rotation(const struct issuers *issuers,
	    const struct issuer *issuer, size_t i);

#endif
