/*
 * Authorities that TLSA records are known to pin, by the digests of their keys
 * and certificates: facts to explain records with, never to trust a chain by.
 */
#ifndef CHECKER_TLSA_KNOWN_CAS_H
#define CHECKER_TLSA_KNOWN_CAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tlsa;

/* Certificates of one key. */
#define KNOWN_CA_CERTIFICATES_MAX 4

enum known_ca_state {
	KNOWN_CA_RETIRED,		/* issues no more */
	KNOWN_CA_BACKUP,		/* kept for an emergency */
	KNOWN_CA_ACTIVE,		/* issues, in rotation with its siblings */
	KNOWN_CA_ROOT,
};

struct known_ca {
	const char		*name;		/* "Let's Encrypt YE1" */
	enum known_ca_state	 state;
	const char		*spki_sha256;	/* hexadecimal, small letters */
	const char		*cert_sha256[KNOWN_CA_CERTIFICATES_MAX];
};

/*
 * Authorities that a user knows of beside those that are compiled in, or better
 * than those: by their keys, they come first.
 */
struct known_cas {
	struct known_ca	*items;		/* owned */
	size_t		 count;
	char		*text;		/* owned; what the items point into */
};

/*
 * Reads a file with a line for each key (issuers_file.c says how they look).
 * False: *WHY (owned by the caller, printable) names the file and the line.
 */
bool	 known_cas_read(struct known_cas *known_cas, const char *file, char **why);
void	 known_cas_clear(struct known_cas *known_cas);

/*
 * The authority whose public key has this SHA2-256 digest, or NULL. ISSUERS may
 * be NULL, here and below: only those that are compiled in.
 */
const struct known_ca *known_cas_find_key(const struct known_cas *known_cas,
	    const uint8_t *spki_sha256, size_t size);
/* The authority that a record with a SHA2-256 digest is of, or NULL. */
const struct known_ca *known_cas_find(const struct known_cas *known_cas,
	    const struct tlsa *record);
/*
 * Whether SUBJECT, in the form of struct certificate, is the authority's: for
 * "Let's Encrypt YR1" that is "CN=YR1,O=Let's Encrypt,C=US".
 */
bool	 known_cas_is_subject(const struct known_ca *issuer, const char *subject);

/*
 * The I-th active authority from which the one that ISSUER belongs to picks at
 * random at each renewal (ISSUER among them); NULL past the last.
 */
const struct known_ca *known_cas_rotation(const struct known_cas *known_cas,
	    const struct known_ca *issuer, size_t i);

#endif
