/*
 * Whole files in memory. Who parses one is given its octets, not its path: a
 * file that is a pipe is read once only, and one that changes or vanishes
 * afterwards does no harm.
 */
#ifndef RESOLVER_FILE_H
#define RESOLVER_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct file {
	char	*name;		/* owned, printable, for messages */
	char	*octets;	/* owned; a NUL follows them */
	size_t	 size;		/* how many, without that NUL */
};

/* Copies the SIZE octets at OCTETS, which came from the file NAME. */
void	file_init(struct file *file, const char *name, const void *octets,
	    size_t size);
void	file_clear(struct file *file);

/*
 * Reads the file at PATH, of up to LIMIT octets. False: FILE is empty, and *WHY
 * (owned by the caller, printable) names the file and says what is wrong.
 */
bool	file_read(struct file *file, const char *path, size_t limit,
	    char **why);

/* The same, except that the path "-" is standard input. */
bool	file_read_or_input(struct file *file, const char *path, size_t limit,
	    char **why);

#endif
