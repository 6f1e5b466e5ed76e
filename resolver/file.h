/*
 * Reads whole files into memory.
 */
#ifndef RESOLVER_FILE_H
#define RESOLVER_FILE_H

#include <stddef.h>

/*
 * Reads the file at PATH, of up to LIMIT octets. Returns its *SIZE octets,
 * followed by a NUL, owned by the caller. NULL: *WHY (owned by the caller,
 * printable) names the file and says what is wrong.
 */
char	*file_read(const char *path, size_t limit, size_t *size, char **why);

/* The same, except that the path "-" is standard input. */
char	*file_read_or_input(const char *path, size_t limit, size_t *size,
	    char **why);

#endif
