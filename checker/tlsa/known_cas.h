/*
 * CAs that TLSA records are known to pin, by the digests of their keys and
 * certificates: facts to explain records with, never to trust a chain by.
 */
#ifndef CHECKER_TLSA_KNOWN_CAS_H
#define CHECKER_TLSA_KNOWN_CAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct distinguished_name;
struct file;
struct tlsa;

/* Octets of a file; a longer one is refused. */
#define KNOWN_CAS_SIZE_MAX (1024 * 1024)

/* Certificates of one key. */
#define KNOWN_CA_CERTIFICATES_MAX 4

enum known_ca_state {
	KNOWN_CA_RETIRED,	/* no longer issues certificates */
	KNOWN_CA_BACKUP,	/* kept for emergencies */
	KNOWN_CA_ACTIVE,	/* issues, in rotation with its siblings */
	KNOWN_CA_ROOT,
};

/* All pointers are static, or point into the text of a struct known_cas. */
struct known_ca {
	const char		*name;		/* "Let's Encrypt YE1" */
	enum known_ca_state	 state;
	const char		*spki_sha256;	/* lower-case hexadecimal */
	/* Likewise; NULL: no more. */
	const char		*cert_sha256[KNOWN_CA_CERTIFICATES_MAX];
};

/*
 * The CAs of a user's file. They come before those that are built in, and one
 * with the same key replaces it.
 */
struct known_cas {
	struct known_ca	*items;		/* owned */
	size_t		 count;
	char		*text;		/* owned; what the items point into */
};

/*
 * Parses a file with a line for each CA (known_cas_file.c has the format).
 * False: KNOWN_CAS is empty, and *WHY (owned by the caller, printable) names
 * the file and the line.
 */
bool	 known_cas_init(struct known_cas *known_cas, const struct file *file,
	    char **why);
void	 known_cas_clear(struct known_cas *known_cas);

/*
 * Returns the CA whose public key has this SHA2-256 digest, or NULL. Here and
 * below KNOWN_CAS may be NULL: only those that are built in.
 */
const struct known_ca *known_cas_find_key(const struct known_cas *known_cas,
	    const uint8_t *spki_sha256, size_t size);

/* Returns the CA that a record with matching type 1 is of, or NULL. */
const struct known_ca *known_cas_find(const struct known_cas *known_cas,
	    const struct tlsa *record);

/*
 * Whether SUBJECT is the CA's: its common name, or organization and common
 * name. For "Let's Encrypt YR1" that is "CN=YR1,O=Let's Encrypt,C=US".
 */
bool	 known_cas_is_subject(const struct known_ca *ca,
	    const struct distinguished_name *subject);

/*
 * Returns the I-th of the active CAs from which CA's operator picks at random
 * at each renewal (CA among them), or NULL past the last.
 */
const struct known_ca *known_cas_rotation(const struct known_cas *known_cas,
	    const struct known_ca *ca, size_t i);

#endif
