/*
 * The blocks of a user's PEM (RFC 7468). Not read with OpenSSL's own reader,
 * which skips what it does not understand: half a chain would mislead, and the
 * user wants to know the line that is wrong.
 */
#ifndef CHECKER_TLSA_PEM_H
#define CHECKER_TLSA_PEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pem_kind {
	PEM_NOTHING,
	PEM_CERTIFICATE,	/* perhaps with OpenSSL's trust settings */
	PEM_REQUEST,
	PEM_PUBLIC_KEY,
	PEM_PKCS7,
	PEM_PRIVATE_KEY,
};

struct pem_block {
	enum pem_kind	 kind;
	uint8_t		*der;	/* owned; NULL: a private key, which is not
				 * looked at */
	size_t		 size;	/* octets; they need not be what KIND says */
	size_t		 line;	/* at which it begins, from 1 */
};

struct pem_blocks {
	struct pem_block	*items;	/* owned; in the order of the text */
	size_t			 count;
};

/*
 * Finds the blocks of these kinds in SIZE octets of TEXT; all else in it is
 * skipped, byte order marks in UTF-8 too. False: *WHY (owned by the caller,
 * printable) says what is wrong, with the line, and BLOCKS is empty.
 */
bool	pem_read(struct pem_blocks *blocks, const char *text, size_t size,
	    char **why);
void	pem_clear(struct pem_blocks *blocks);

/* "certificate request". Static. */
const char *pem_kind_name(enum pem_kind kind);

/*
 * Overwrites what is in the private keys of TEXT (SIZE octets) with blanks;
 * lines stay where they are, and those that begin and end a key as they are.
 */
void	pem_blank_private_keys(char *text, size_t size);

#endif
