/*
 * The changes of a domain as they are found: put in order, each once, and told
 * as findings. A hostile domain can change thousands of keys at once, so all of
 * it is O(n log n) and bounded.
 */
#ifndef CHECKER_JUDGE_CHANGE_LIST_H
#define CHECKER_JUDGE_CHANGE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "checker/evidence/evidence.h"

/* A change, and the key type of the certificate that it is about. */
struct listed_change {
	struct change	change;
	enum key_type	key_type;	/* or KEY_ALL */
};

struct change_list {
	struct listed_change	*items;		/* owned */
	size_t			 count;
	size_t			 room;		/* elements of items */
	bool			 full;		/* some were left out */
};

/*
 * Adds a change at a place, of which host, address and key type count. Takes
 * ownership of BEFORE and AFTER, one of which may be NULL.
 */
void	change_list_add(struct change_list *list, enum change_kind what,
	    const struct finding_place *place, char *before, char *after);
/*
 * Moves the changes to EVIDENCE's comparison, in order: of the domain, then by
 * host, address and kind. One that was added twice is there once. Adds a
 * finding for each, and one if there are more than EVIDENCE_CHANGES_MAX, and
 * settles the findings. The list is empty afterwards.
 */
void	change_list_tell(struct change_list *list, struct evidence *evidence);

#endif
