/*
 * A zone's file with the files that it includes (RFC 1035 5.1), in memory: who
 * follows $INCLUDE afterwards opens nothing.
 */
#ifndef RESOLVER_ZONE_FILES_H
#define RESOLVER_ZONE_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "resolver/file.h"

/* Octets of all files together, files, and how deep they include each other. */
#define ZONE_FILES_SIZE_MAX	((size_t)1 << 30)
#define ZONE_FILES_MAX		256
#define ZONE_FILES_DEPTH_MAX	16

/* The directive at LINE of the file FROM names the file TO (indices). */
struct zone_include {
	size_t	from;
	size_t	line;
	size_t	to;
};

/* All zeros is none. */
struct zone_files {
	struct file		*items;		/* owned; the zone's own is the
						 * first */
	size_t			 count;
	struct zone_include	*includes;	/* owned */
	size_t			 include_count;
};

/*
 * Reads the file at PATH ("-" is standard input) and what it includes. The name
 * of an included file is relative to the folder of the file that names it or,
 * where there is none of that name, to the working directory. Included files
 * are ordinary ones; those that include each other in a circle meet the limits.
 * False: FILES is empty, and *WHY (owned by the caller, printable) names the
 * file, the line of a directive, and what is wrong.
 */
bool	zone_files_read(struct zone_files *files, const char *path, char **why);
void	zone_files_clear(struct zone_files *files);

/*
 * The index of the file that the directive at LINE of the file FROM names; 0:
 * none was read for it.
 */
size_t	zone_files_included(const struct zone_files *files, size_t from,
	    size_t line);

#endif
