/*
 * Certificates in a user's text. Not read with OpenSSL's own reader, which
 * skips what it does not understand: half a chain would mislead, and the user
 * wants to know the line that is wrong.
 */
#ifndef CHECKER_TLSA_PEM_H
#define CHECKER_TLSA_PEM_H

#include <stdbool.h>
#include <stddef.h>

struct chain;

/*
 * Reads one or more certificates in PEM; all else in the text is skipped. Owned
 * by the caller. NULL: *WHY (owned by the caller, printable) says what is
 * wrong, with the line where that is known.
 */
struct chain	*pem_chain(const char *text, size_t size, char **why);

/*
 * Returns where the first block with LABEL begins, at the start of a line or
 * after space (borrowed); NULL: there is none.
 */
const char	*pem_find(const char *text, const char *label);
/* Whether pem_find finds a certificate, under any of its labels. */
bool		 pem_has_certificate(const char *text);

/*
 * Overwrites what is in the private keys of TEXT (SIZE octets) with blanks;
 * lines stay where they are, and those that begin and end a key as they are.
 */
void		 pem_blank_private_keys(char *text, size_t size);

#endif
