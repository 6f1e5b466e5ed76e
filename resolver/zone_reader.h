/*
 * The records in text in the form of master files (RFC 1035 5, RFC 2308 4, RFC
 * 3597): trust anchors, root hints, TLSA records.
 */
#ifndef RESOLVER_ZONE_READER_H
#define RESOLVER_ZONE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "resolver/zone_generate.h"
#include "resolver/zone_lexer.h"
#include "resolver/zone_update.h"

struct file;
struct ldns_struct_rr;
struct zone_files;
struct zone_reader_outer;

/* Octets of a file of anchors or hints; a larger one is refused. */
#define ZONE_READER_FILE_MAX (1024 * 1024)

/* Records that all $GENERATE directives of a zone make together. */
#define ZONE_READER_GENERATED_MAX (256 * 1024)

/* An entry. What it borrows is valid until the next one is read. */
struct zone_entry {
	size_t		 line;		/* the number of its first line */
	size_t		 last_line;
	const char	*text;		/* borrowed; its lines, comments and
					 * all, not followed by a NUL */
	size_t		 size;		/* octets of it */
	char *const	*words;		/* borrowed */
	size_t		 count;
	enum zone_action action;	/* ZONE_RECORD but in a zone */
	/* The words as a record; TYPE is NULL if they are not one. */
	const char	*owner;		/* borrowed, in the form of name.h;
					 * NULL: not known, or the origin */
	bool		 relative;	/* the owner is, to an unknown origin */
	const char	*ttl;		/* borrowed; NULL: not known */
	const char	*class;		/* borrowed; NULL: not given */
	const char	*type;		/* borrowed: "TLSA", "type52" */
	bool		 unknown;	/* nobody here knows the type */
	char *const	*rdata;		/* borrowed; words */
	size_t		 rdata_count;
};

struct zone_reader {
	const char		*name;	/* borrowed, printable; of the file */
	struct zone_entry	 entry;
	/* From directives and earlier entries. */
	char			*origin;	/* owned; NULL: not known */
	bool			 floats;	/* the origin is relative to one
						 * that is not known */
	char			*owner;		/* owned; NULL: not known */
	bool			 relative;	/* the owner is */
	bool			 named;		/* a record had an owner */
	char			*ttl;		/* owned; NULL: not known */
	bool			 ttl_stays;	/* it is that of $TTL */
	struct zone_lexer	 lexer;
	struct zone_lexer_entry	 words;		/* owned */
	/* Of a zone only. */
	const struct zone_files	*files;		/* borrowed; NULL: no zone */
	size_t			 file;		/* which of them is read */
	struct zone_reader_outer *outer;	/* owned; NULL: no file includes
						 * this one */
	struct zone_generate	 generate;
	size_t			 generated;
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
/*
 * The same for a zone (FILES is borrowed): $INCLUDE and $GENERATE are followed,
 * records may be of types that nobody knows, and what is a command for nsupdate
 * is an entry with its action. ';' and '#' begin comments.
 */
void	zone_reader_init_zone(struct zone_reader *reader,
	    const struct zone_files *files, const char *origin);
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
 * is cut, and made printable), or NULL. It is left out where it is of a file
 * that another one includes: who wrote that need not be allowed to read this.
 */
char	*zone_reader_fault(const struct zone_reader *reader, size_t line,
	    const char *shown, const char *fault);

/*
 * A name in an entry's data as an absolute one, in the form of name.h, owned by
 * the caller. *RELATIVE: it is relative to an origin that is not known (NULL:
 * it is that origin).
 */
char	*zone_reader_target(const struct zone_reader *reader, const char *word,
	    bool *relative);

/* A TTL in seconds, of "300" or "1h30m". False: it is none, or too large. */
bool	zone_reader_seconds(const char *ttl, uint32_t *seconds);

/*
 * The entry as an ldns record, owned by the caller (ldns_rr_free). NULL: *WHY
 * (static) says what is wrong.
 */
struct ldns_struct_rr *zone_reader_record(const struct zone_reader *reader,
	    const char **why);

#endif
