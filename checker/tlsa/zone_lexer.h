/*
 * Text in the form of master files (RFC 1035 5.1), taken apart into entries and
 * their words: what goes over lines in parentheses is put together, comments
 * and blank lines fall away. What the words mean is the caller's business.
 */
#ifndef CHECKER_TLSA_ZONE_LEXER_H
#define CHECKER_TLSA_ZONE_LEXER_H

#include <stdbool.h>
#include <stddef.h>

/* Words of an entry; one with more is refused. */
#define ZONE_LEXER_WORDS_MAX 4096

struct zone_lexer {
	const char	*next;		/* borrowed; what is still to come */
	const char	*end;		/* borrowed; behind it */
	size_t		 line;		/* number of the line that NEXT is in */
};

struct zone_lexer_entry {
	char	**words;	/* owned; a quoted one keeps the first '"' */
	size_t	  count;
	size_t	  line;		/* number of the first one, from 1 */
	bool	  indented;	/* it has no owner, but the last one's */
};

enum zone_lexer_result {
	ZONE_LEXER_BAD,
	ZONE_LEXER_END,
	ZONE_LEXER_ENTRY,
};

void	zone_lexer_init(struct zone_lexer *lexer, const char *text, size_t size);
/*
 * The next entry that has words; ENTRY is cleared by the caller in any case.
 * MASTER_BAD: *WHY (static) says what is wrong with it, and its line is set.
 */
enum zone_lexer_result zone_lexer_next(struct zone_lexer *lexer,
	    struct zone_lexer_entry *entry, const char **why);
void	zone_lexer_entry_clear(struct zone_lexer_entry *entry);

#endif
