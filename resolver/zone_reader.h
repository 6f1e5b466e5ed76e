/*
 * The records in text in the form of master files (RFC 1035 5, RFC 2308 4, RFC
 * 3597): trust anchors, root hints, TLSA records.
 */
#ifndef RESOLVER_ZONE_READER_H
#define RESOLVER_ZONE_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "resolver/zone_lexer.h"

struct file;
struct ldns_struct_rr;

/* Octets of a file; a larger one is refused. */
#define ZONE_READER_FILE_MAX (1024 * 1024)

/* An entry. What it borrows is valid until the next one is read. */
struct zone_entry {
	size_t		 line;		/* the number of its first line */
	size_t		 last_line;
	const char	*text;		/* borrowed; its lines, comments and
					 * all, not followed by a NUL */
	size_t		 size;		/* octets of it */
	char *const	*words;		/* borrowed */
	size_t		 count;
	/* The words as a record; TYPE is NULL if they are not one. */
	const char	*owner;		/* borrowed, in the form of name.h;
					 * NULL: not known */
	bool		 relative;	/* the owner is, to an unknown origin */
	const char	*ttl;		/* borrowed; NULL: not given */
	const char	*class;		/* borrowed; NULL: not given */
	const char	*type;		/* borrowed: "TLSA", "type52" */
	char *const	*rdata;		/* borrowed; words */
	size_t		 rdata_count;
};

struct zone_reader {
	const char		*name;	/* borrowed, printable; of the file */
	struct zone_entry	 entry;
	/* From directives and earlier entries. */
	char			*origin;	/* owned; NULL: not known */
	char			*owner;		/* owned; NULL: not known */
	char			*ttl;		/* owned; NULL: not known */
	bool			 relative;	/* the owner is */
	struct zone_lexer	 lexer;
	struct zone_lexer_entry	 words;		/* owned */
};

enum zone_reader_result {
	ZONE_READER_BAD,
	ZONE_READER_END,
	ZONE_READER_ENTRY,
};

/*
 * Prepares to read FILE (borrowed until zone_reader_clear). ORIGIN (form of
 * name.h; NULL: not known) holds until the first $ORIGIN, and is the owner of a
 * first record without one. COMMENTS: see zone_lexer.h.
 */
void	zone_reader_init(struct zone_reader *reader, const struct file *file,
	    const char *origin, const char *comments);
void	zone_reader_clear(struct zone_reader *reader);

/*
 * Reads the next entry that is not a directive into reader->entry. Records may
 * lack owner, TTL and class, and have the latter two in any order. Entries that
 * are not records are for the caller to judge. ZONE_READER_BAD: *WHY (owned by
 * the caller, printable) names file and line and says what is wrong.
 */
enum zone_reader_result zone_reader_next(struct zone_reader *reader,
	    char **why);

/*
 * "FILE, line N: 'SHOWN' FAULT", owned by the caller. SHOWN may be any text (it
 * is cut, and made printable), or NULL.
 */
char	*zone_reader_fault(const struct zone_reader *reader, size_t line,
	    const char *shown, const char *fault);

/*
 * The entry as an ldns record, owned by the caller (ldns_rr_free). NULL: *WHY
 * (static) says what is wrong.
 */
struct ldns_struct_rr *zone_reader_record(const struct zone_reader *reader,
	    const char **why);

#endif
