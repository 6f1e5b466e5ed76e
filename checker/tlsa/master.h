/*
 * Text in the form of master files (RFC 1035 5.1), taken apart into entries and
 * their words: what goes over lines in parentheses is put together, comments
 * and blank lines fall away. What the words mean is the caller's business.
 */
#ifndef CHECKER_TLSA_MASTER_H
#define CHECKER_TLSA_MASTER_H

#include <stdbool.h>
#include <stddef.h>

/* Words of an entry; one with more is refused. */
#define MASTER_WORDS_MAX 4096

struct master {
	const char	*next;		/* borrowed; what is still to come */
	const char	*end;		/* borrowed; behind it */
	size_t		 line;		/* number of the line that NEXT is in */
};

struct master_entry {
	char	**words;	/* owned; a quoted one keeps the first '"' */
	size_t	  count;
	size_t	  line;		/* number of the first one, from 1 */
	bool	  indented;	/* it has no owner, but the last one's */
};

enum master_result {
	MASTER_BAD,
	MASTER_END,
	MASTER_ENTRY,
};

void	master_init(struct master *master, const char *text, size_t size);
/*
 * The next entry that has words; ENTRY is cleared by the caller in any case.
 * MASTER_BAD: *WHY (static) says what is wrong with it, and its line is set.
 */
enum master_result master_next(struct master *master,
	    struct master_entry *entry, const char **why);
void	master_entry_clear(struct master_entry *entry);

#endif
