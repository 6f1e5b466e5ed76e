/*
 * A user's file with the certificates, or at least the public keys, of a server
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
/* What may be in one file: chains, and keys without a certificate. */
#define KEYFILE_MAX 32

/* What a server presents, or will, for one key. */
struct keyfile {
	char		*file;		/* owned, printable, for messages */
	struct chain	*chain;		/* owned; NULL: key or request */
	/* Of the first certificate, of the request, or alone. */
	enum key_type	 key_type;
	uint8_t		*spki;		/* owned, SubjectPublicKeyInfo in DER */
	size_t		 spki_size;
	/* Of a request; that of certificates is in the chain. */
	char		*subject;	/* owned, printable; NULL: no request */
	char		**names;	/* owned, printable; dNSName */
	size_t		 name_count;	/* CHAIN_NAMES_MAX: or more */
};

/* All that one file has. */
struct keyfiles {
	struct keyfile	*items;		/* owned */
	size_t		 count;		/* at least 1 */
};

/*
 * Parses PEM chains (see chain_split.h), certificate requests and public keys;
 * or one certificate, request or public key in DER; or PKCS#7 and PKCS#12, in
 * which the certificates are put in order. Keys and requests follow the chains;
 * one of a key that is there already adds nothing. Private keys are never
 * needed: beside others one is skipped, alone it is refused. False: *WHY (owned
 * by the caller, printable) names the file and what is wrong with it.
 */
bool	keyfiles_init(struct keyfiles *keyfiles, const struct file *file,
	    char **why);
void	keyfiles_clear(struct keyfiles *keyfiles);
/*
 * Moves all to the end of ITEMS (owned, or NULL; *COUNT of them). Returns
 * ITEMS, which may have moved; KEYFILES is cleared.
 */
struct keyfile *keyfiles_move(struct keyfiles *keyfiles, struct keyfile *items,
	    size_t *count);

/* Frees what is in it, and zeroes it. */
void	keyfile_clear(struct keyfile *keyfile);

/*
 * Takes the private keys out of FILE, before it is parsed, for processes that
 * read what strangers send, too: those in PEM are blanked; of PKCS#12 that can
 * be read only the certificates stay, as PEM.
 */
void	keyfile_forget_keys(struct file *file);

/*
 * Whether the server's own certificate comes first: it has issued no other, and
 * is not what a CA has from another one. False: the key is a CA's,
 * and to publish a record of it as the server's would stop all mail; *WHY
 * (owned by the caller, printable) names the file.
 */
bool	keyfile_check_order(const struct keyfile *keyfile, char **why);

#endif
