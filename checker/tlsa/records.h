/*
 * TLSA records from a file: a zone file, or lines "3 1 1 60785a34...".
 */
#ifndef CHECKER_TLSA_RECORDS_H
#define CHECKER_TLSA_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "checker/tlsa/tlsa.h"

struct records_entry {
	char		*owner;		/* owned, in the form of name.h; NULL:
					 * none was given */
	bool		 relative;	/* the owner is, to an origin that the
					 * file does not name */
	struct tlsa	 fields;	/* usage, selector, type, owned data */
};

struct records {
	char			*file;	/* owned, printable */
	struct records_entry	*entries;	/* owned, in the file's order */
	size_t			 count;
};

/*
 * Reads FILE ("-": standard input). Taken are TLSA records in master file form
 * (RFC 1035 5; owner, TTL and class may be left out), those as TYPE52 (RFC
 * 3597), and bare fields; ';' and '#' begin comments; other records are passed
 * over. An owner that is not absolute is below $ORIGIN where there is one, else
 * relative. False: *WHY (owned by the caller, printable) names file and line,
 * or says that there are none.
 */
bool		 records_init(struct records *records, const char *file,
		    char **why);
/* The same of the SIZE octets at TEXT, which came from the file NAME. */
bool		 records_from_text(struct records *records, const char *name,
		    const char *text, size_t size, char **why);
void		 records_clear(struct records *records);

/* Whether they are of more than one owner (to have none is one, too). */
bool		 records_differ(const struct records *records);
/*
 * A set of those at OWNER (a relative one is taken for it if OWNER begins with
 * it), or of all (NULL), to be cleared by the caller. Returns how many there
 * are.
 */
size_t		 records_set(const struct records *records, const char *owner,
		    struct tlsa_set *set);

#endif
