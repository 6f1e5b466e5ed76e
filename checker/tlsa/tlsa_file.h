/*
 * TLSA records from a file: a zone file, or lines "3 1 1 60785a34...".
 */
#ifndef CHECKER_TLSA_TLSA_FILE_H
#define CHECKER_TLSA_TLSA_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "checker/tlsa/tlsa.h"

struct file;

struct tlsa_file_entry {
	char		*owner;		/* owned, in the form of name.h; NULL:
					 * none was given */
	bool		 relative;	/* the owner is, to an origin that the
					 * file does not name */
	struct tlsa	 fields;	/* usage, selector, type, owned data */
};

struct tlsa_file {
	char			*file;		/* owned, printable */
	struct tlsa_file_entry	*entries;	/* owned, in the file's order */
	size_t			 count;
};

/*
 * Parses the TLSA records in FILE: in master file form (RFC 1035 5; owner, TTL
 * and class may be left out), as TYPE52 (RFC 3597), or as bare fields. ';' and
 * '#' begin comments; other records are skipped. An owner that is not absolute
 * is below $ORIGIN where there is one, else relative. False: *WHY (owned by the
 * caller, printable) names file and line, or says that there are none.
 */
bool	tlsa_file_init(struct tlsa_file *records, const struct file *file,
	    char **why);
void	tlsa_file_clear(struct tlsa_file *records);

/* Whether they have more than one owner (no owner counts as one, too). */
bool	tlsa_file_differ(const struct tlsa_file *records);
/*
 * Makes a set, cleared by the caller, of the records of OWNER (a relative owner
 * is meant by any that begins with it), or of all (NULL). Returns how many.
 */
size_t	tlsa_file_set(const struct tlsa_file *records, const char *owner,
	    struct tlsa_set *set);

#endif
