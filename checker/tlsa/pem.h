/*
 * Certificates in a user's text. Read line by line and not with OpenSSL's own
 * reader, which passes over what it does not understand: half a chain would
 * mislead, and who made the file wants to know the line.
 */
#ifndef CHECKER_TLSA_PEM_H
#define CHECKER_TLSA_PEM_H

#include <stdbool.h>
#include <stddef.h>

struct chain;

/*
 * One or more certificates in PEM; all else in the text is passed over. Owned
 * by the caller. NULL: *WHY (owned by the caller, printable) says what is
 * wrong, with the line where that is known.
 */
struct chain	*pem_chain(const char *text, size_t size, char **why);

/*
 * Where the first block of that label begins, on a line of its own. Borrowed;
 * NULL: none does.
 */
const char	*pem_find(const char *text, const char *label);
/* Whether a certificate begins so. */
bool		 pem_has_certificate(const char *text);

#endif
