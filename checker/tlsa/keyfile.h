/*
 * A user's file with the certificates, or at least the public key, of a server
 * that may not be in service yet.
 */
#ifndef CHECKER_TLSA_KEYFILE_H
#define CHECKER_TLSA_KEYFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtp/chain.h"

struct file;

/* Octets of a file; a longer one is refused. */
#define KEYFILE_SIZE_MAX (1024 * 1024)

struct keyfile {
	char		*file;		/* owned, printable, for messages */
	/* PEM: any number of certificates, DER: one; NULL: key or request. */
	struct chain	*chain;		/* owned */
	/* Of the first certificate, of the request, or alone. */
	enum key_type	 key_type;
	uint8_t		*spki;		/* owned, SubjectPublicKeyInfo in DER */
	size_t		 spki_size;
};

/*
 * Parses a PEM chain, a certificate, a certificate request or a public key,
 * each in PEM or DER. False: *WHY (owned by the caller, printable) names the
 * file and what is wrong with it. Private keys are never needed: beside
 * certificates one is skipped, alone it is refused.
 */
bool	keyfile_init(struct keyfile *keyfile, const struct file *file,
	    char **why);
void	keyfile_clear(struct keyfile *keyfile);

/*
 * Whether the server's own certificate comes first. False: the key is a CA's,
 * and to publish a record of it as the server's would stop all mail; *WHY
 * (owned by the caller, printable) names the file.
 */
bool	keyfile_check_order(const struct keyfile *keyfile, char **why);

#endif
