/*
 * Whose turn it is to connect: at each address one at a time, and no more in
 * all than there is room for.
 *
 * Parties (the domains of a list) take turns. The next turn is of the party
 * with the fewest connections open, and among equals of the one that has waited
 * longest; within a party, and at an address within the turns of its parties,
 * the first to come is first. No party holds more than DIAL_PARTY_MAX, and the
 * last eighth of the room is kept for parties that hold fewer than DIAL_FEW:
 * however many hold all that they may, the next one to come gets its turn.
 *
 * Nothing is connected here, and no time passes.
 */
#ifndef SMTP_DIAL_QUEUE_H
#define SMTP_DIAL_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtp/address.h"

/* Connections of one party at a time; and those of one that holds few. */
#define DIAL_PARTY_MAX	32
#define DIAL_FEW	4

struct dial_line;
struct dial_party;
struct dial_queue;
struct dial_stand;

/* One that wants to connect. What is its owner's is set before it is added. */
struct dial_turn {
	struct address		 address;	/* its owner's */
	uint64_t		 party;		/* its owner's; any number */
	bool			 open;		/* its turn has come */
	/* All of these are the queue's, and borrowed. */
	struct dial_stand	*stand;
	struct dial_turn	*previous;
	struct dial_turn	*next;
	struct dial_turn	*ready_previous;
	struct dial_turn	*ready_next;
	bool			 ready;
};

/* An empty queue, with room for ROOM connections. Owned by the caller. */
struct dial_queue *dial_queue_new(size_t room);
/* Another room; what is open already stays so. */
void		   dial_queue_set_room(struct dial_queue *queue, size_t room);
/* All turns must have been removed. NULL is fine. */
void		   dial_queue_free(struct dial_queue *queue);

/* Adds TURN (borrowed until it is removed) at the end of its line. */
void		   dial_queue_add(struct dial_queue *queue,
		    struct dial_turn *turn);
/* Removes it, whether its turn has come or not. */
void		   dial_queue_remove(struct dial_queue *queue,
		    struct dial_turn *turn);
/* Whose turn it is: it is open then. NULL: nobody's, for now. */
struct dial_turn  *dial_queue_next(struct dial_queue *queue);
/*
 * One that waits for the same address as TURN, which is open; NULL: none does.
 */
struct dial_turn  *dial_queue_behind(const struct dial_turn *turn);

/* How many are open. */
size_t		   dial_queue_open(const struct dial_queue *queue);

#endif
