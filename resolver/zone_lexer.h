/*
 * Splits text in the form of master files (RFC 1035 5.1) into entries and their
 * words. Lines in parentheses are joined, comments and blank lines skipped.
 * What the words mean is for zone_reader.h.
 */
#ifndef RESOLVER_ZONE_LEXER_H
#define RESOLVER_ZONE_LEXER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Words of an entry; one with more is refused. RDATA may have 65,535 octets,
 * and each of them can be a word.
 */
#define ZONE_LEXER_WORDS_MAX 70000

struct zone_lexer {
	const char	*next;		/* borrowed; what has not been read */
	const char	*end;		/* borrowed; behind it */
	const char	*comments;	/* borrowed; the signs that begin one */
	size_t		 line;		/* the number of the line at NEXT */
};

struct zone_lexer_entry {
	char		**words;	/* owned; quotes are kept */
	size_t		  count;
	size_t		  line;		/* of its first line, from 1 */
	size_t		  last_line;
	const char	 *begin;	/* borrowed; of its first line */
	const char	 *end;		/* borrowed; of its last line */
	bool		  indented;	/* its first line is */
};

enum zone_lexer_result {
	ZONE_LEXER_BAD,
	ZONE_LEXER_END,
	ZONE_LEXER_ENTRY,
};

/*
 * COMMENTS are the signs that begin a comment: ";" or ";#". All is borrowed. A
 * byte order mark before the text is passed over.
 */
void	zone_lexer_init(struct zone_lexer *lexer, const char *text, size_t size,
	    const char *comments);
/*
 * Reads the next entry that has words. ZONE_LEXER_BAD: *WHY (static) says what
 * is wrong, and the entry's line is set. ENTRY is cleared by the caller in any
 * case.
 */
enum zone_lexer_result zone_lexer_next(struct zone_lexer *lexer,
	    struct zone_lexer_entry *entry, const char **why);
void	zone_lexer_entry_clear(struct zone_lexer_entry *entry);

#endif
