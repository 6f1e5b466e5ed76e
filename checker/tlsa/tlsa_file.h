/*
 * TLSA records from a file: a zone file, lines "3 1 1 60785a34...", commands
 * for nsupdate(1), or what dig(1) prints; and what else of a zone decides which
 * of them a name has. What those are: see tlsa_place.h.
 */
#ifndef CHECKER_TLSA_TLSA_FILE_H
#define CHECKER_TLSA_TLSA_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checker/tlsa/tlsa.h"
#include "resolver/name_tree.h"

struct file;
struct zone_files;

struct tlsa_file_entry {
	char		*owner;		/* owned, in the form of name.h; NULL:
					 * none was given, or it is the origin
					 * that is not named */
	bool		 relative;	/* the owner is, to an origin that the
					 * file does not name */
	uint32_t	 ttl;		/* seconds; 0: not known */
	struct tlsa	 fields;	/* usage, selector, type, owned data */
};

/* A CNAME record, or a DNAME record. */
struct tlsa_file_alias {
	char	*owner;		/* owned, as above */
	bool	 relative;
	char	*target;	/* owned, likewise */
	bool	 target_relative;
	bool	 subtree;	/* DNAME: of all names below the owner */
};

/* Names in the form of name.h. */
struct tlsa_file_names {
	char	**items;	/* owned, each owned */
	size_t	  count;
};

struct tlsa_file {
	char			*file;		/* owned, printable */
	struct tlsa_file_entry	*entries;	/* owned, in the file's order */
	size_t			 count;
	struct tlsa_file_alias	*aliases;	/* owned, sorted by owner, those
						 * without one first */
	size_t			 alias_count;
	struct tlsa_file_names	 apexes;	/* owners of SOA records */
	struct tlsa_file_names	 cuts;		/* owners of NS records,
						 * sorted by strcmp */
	bool			 is_zone;	/* it has a SOA record */
	struct name_tree		 names;		/* all owners */
};

/*
 * Parses the TLSA records in FILE: in master file form (RFC 1035 5; owner, TTL
 * and class may be left out), as TYPE52 (RFC 3597), as bare fields, or behind
 * "update add". ';' and '#' begin comments; other records are skipped. An owner
 * that is not absolute is below $ORIGIN where there is one, else relative.
 * False: *WHY (owned by the caller, printable) names file and line, or says
 * that there are none.
 */
bool	tlsa_file_init(struct tlsa_file *records, const struct file *file,
	    char **why);
/*
 * The same of a zone, whose $INCLUDE directives are followed. ORIGIN (form of
 * name.h; NULL: not known) holds until the first $ORIGIN.
 */
bool	tlsa_file_init_zone(struct tlsa_file *records,
	    const struct zone_files *files, const char *origin, char **why);
void	tlsa_file_clear(struct tlsa_file *records);

/* Whether they have more than one owner (no owner counts as one, too). */
bool	tlsa_file_differ(const struct tlsa_file *records);
/*
 * Makes a set, cleared by the caller, of the records whose owner is OWNER, or
 * of all (NULL). A relative owner with a host's name in it ("_25._tcp.mx") is
 * meant by any that begins with it; of several, the longest. Returns how many.
 */
size_t	tlsa_file_set(const struct tlsa_file *records, const char *owner,
	    struct tlsa_set *set);

/*
 * The owner of the I-th record or, behind those, alias: it has count +
 * alias_count of them. Borrowed; NULL: not known. *RELATIVE: it is, to an
 * origin that is not known.
 */
const char *tlsa_file_owner(const struct tlsa_file *records, size_t i,
	    bool *relative);

/*
 * Takes away the records and aliases whose names are relative to an origin that
 * is not known. There need not be any left.
 */
void	tlsa_file_drop_relative(struct tlsa_file *records);

#endif
