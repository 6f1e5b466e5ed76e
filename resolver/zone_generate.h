/*
 * The records that a $GENERATE directive stands for, as BIND has it:
 *
 *	$GENERATE 1-4 _25._tcp.mx$ CNAME dane
 *	$GENERATE 0-254/2 host${1,3,d} 300 A 192.0.2.$
 */
#ifndef RESOLVER_ZONE_GENERATE_H
#define RESOLVER_ZONE_GENERATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Records of one directive; one that makes more is refused. */
#define ZONE_GENERATE_MAX	65536

/* All zeros makes none. */
struct zone_generate {
	char		**words;	/* owned, each owned: of a record, with
					 * "$" in them */
	size_t		  count;
	uint32_t	  next;		/* the number that comes next */
	uint32_t	  step;
	size_t		  left;		/* how many records are to come */
};

/*
 * Takes the COUNT words of a directive, itself the first (borrowed). False:
 * *WHY (static) says what is wrong, to follow the directive in a message.
 */
bool	zone_generate_init(struct zone_generate *generate, char *const *words,
	    size_t count, const char **why);
void	zone_generate_clear(struct zone_generate *generate);

/*
 * The next record's words: owned by the caller, as is each, generate->count of
 * them. NULL: there are no more, or (*WHY, static) a word is wrong.
 */
char	**zone_generate_next(struct zone_generate *generate, const char **why);

#endif
