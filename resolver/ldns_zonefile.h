/*
 * Records from a file in the form of master files (RFC 1035 5): trust anchors,
 * root hints.
 */
#ifndef RESOLVER_LDNS_ZONEFILE_H
#define RESOLVER_LDNS_ZONEFILE_H

#include <stdbool.h>
#include <stddef.h>

struct ldns_struct_rr;

/* Octets of a file; a longer one is refused. */
#define ZONEFILE_MAX (1024 * 1024)

struct ldns_zonefile_record {
	struct ldns_struct_rr	*record;	/* owned */
	size_t			 line;		/* the last one, from 1 */
	char			*text;		/* owned: that line, with its
						 * comment */
};

struct ldns_zonefile {
	char			*path;		/* owned, printable */
	struct ldns_zonefile_record	*records;	/* owned */
	size_t			 count;
};

/*
 * Reads the whole file. False: *WHY (owned by the caller, printable) names the
 * file, the line and what is wrong.
 */
bool ldns_zonefile_init(struct ldns_zonefile *file, const char *path,
    char **why);
void	ldns_zonefile_clear(struct ldns_zonefile *file);

/* Whether WORD is the name of a record type: "MX", "type52". */
bool	ldns_zonefile_is_type(const char *word);

/* What is wrong with a record, after its place. Owned by the caller. */
char	*ldns_zonefile_fault(const struct ldns_zonefile *file,
	    const struct ldns_zonefile_record *record, const char *fault);

#endif
