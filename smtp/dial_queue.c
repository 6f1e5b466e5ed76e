#include "smtp/dial_queue.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "resolver/memory.h"

/* A power of two. */
#define LINES	1024

/* The turns of one party at one address, the first to come first. */
struct dial_stand {
	struct dial_line	*line;		/* borrowed */
	struct dial_party	*party;		/* borrowed */
	struct dial_turn	*first, *last;	/* borrowed; none is open */
	struct dial_stand	*next;		/* owned */
	size_t			 turns;		/* open ones, too */
};

/* All who want to connect to one address. */
struct dial_line {
	struct address		 address;
	struct dial_stand	*first;		/* owned; the one whose turn was
						 * longest ago */
	struct dial_turn	*head;		/* borrowed; open or ready,
						 * NULL: none */
	struct dial_line	*next;		/* owned, of the same hash */
};

struct dial_party {
	uint64_t		 number;
	size_t			 open;
	size_t			 turns;		/* open ones, too */
	/* Those at the head of their lines; borrowed. */
	struct dial_turn	*first, *last;
	struct dial_party	*next;		/* owned; of all parties */
	/* Among those with as many open, when some are ready; borrowed. */
	struct dial_party	*rank_previous, *rank_next;
};

/* Parties with equally many open, the one that has waited longest first. */
struct rank {
	struct dial_party	*first, *last;	/* borrowed */
};

struct dial_queue {
	size_t			 room;
	size_t			 open;
	struct dial_line	*lines[LINES];	/* owned; by the hash of their
						 * addresses */
	struct dial_party	*parties;	/* owned; a list */
	struct rank		 ranks[DIAL_PARTY_MAX + 1];
};

static size_t
hash_of(const struct address *address)
{
	const size_t size = address->family == AF_INET ? 4 : 16;
	uint32_t hash = 2166136261u + address->port;
	size_t i;

	for (i = 0; i < size; i++)
		hash = (hash ^ address->octets[i]) * 16777619u;
	return (hash ^ hash >> 16) % LINES;
}

static void
rank_add(struct dial_queue *queue, struct dial_party *party)
{
	struct rank *rank = &queue->ranks[party->open];

	party->rank_previous = rank->last;
	party->rank_next = NULL;
	if (rank->last != NULL)
		rank->last->rank_next = party;
	else
		rank->first = party;
	rank->last = party;
}

static void
rank_remove(struct dial_queue *queue, struct dial_party *party)
{
	struct rank *rank = &queue->ranks[party->open];

	if (party->rank_previous != NULL)
		party->rank_previous->rank_next = party->rank_next;
	else
		rank->first = party->rank_next;
	if (party->rank_next != NULL)
		party->rank_next->rank_previous = party->rank_previous;
	else
		rank->last = party->rank_previous;
}

/* A party is ranked while it has turns that are ready. */
static void
ready_add(struct dial_queue *queue, struct dial_turn *turn)
{
	struct dial_party *party = turn->stand->party;

	turn->ready = true;
	turn->ready_previous = party->last;
	turn->ready_next = NULL;
	if (party->last != NULL)
		party->last->ready_next = turn;
	else
		party->first = turn;
	party->last = turn;
	if (party->first == turn)
		rank_add(queue, party);
}

static void
ready_remove(struct dial_queue *queue, struct dial_turn *turn)
{
	struct dial_party *party = turn->stand->party;

	turn->ready = false;
	if (turn->ready_previous != NULL)
		turn->ready_previous->ready_next = turn->ready_next;
	else
		party->first = turn->ready_next;
	if (turn->ready_next != NULL)
		turn->ready_next->ready_previous = turn->ready_previous;
	else
		party->last = turn->ready_previous;
	if (party->first == NULL)
		rank_remove(queue, party);
}

/* To where it is as long as others with as many open. */
static void
set_open(struct dial_queue *queue, struct dial_party *party, size_t open)
{
	if (party->first != NULL)
		rank_remove(queue, party);
	queue->open = queue->open - party->open + open;
	party->open = open;
	if (party->first != NULL)
		rank_add(queue, party);
}

static struct dial_line **
find_line(struct dial_queue *queue, const struct address *address)
{
	struct dial_line **line = &queue->lines[hash_of(address)];

	while (*line != NULL && !address_equal(&(*line)->address, address))
		line = &(*line)->next;
	return line;
}

static struct dial_line *
get_line(struct dial_queue *queue, const struct address *address)
{
	struct dial_line **line = find_line(queue, address);

	if (*line == NULL) {
		*line = memory_new(1, sizeof(**line));
		(*line)->address = *address;
	}
	return *line;
}

static struct dial_party *
get_party(struct dial_queue *queue, uint64_t number)
{
	struct dial_party *party = queue->parties;

	while (party != NULL && party->number != number)
		party = party->next;
	if (party == NULL) {
		party = memory_new(1, sizeof(*party));
		party->number = number;
		party->next = queue->parties;
		queue->parties = party;
	}
	return party;
}

static struct dial_stand *
get_stand(struct dial_line *line, struct dial_party *party)
{
	struct dial_stand **stand = &line->first;

	while (*stand != NULL && (*stand)->party != party)
		stand = &(*stand)->next;
	if (*stand == NULL) {
		*stand = memory_new(1, sizeof(**stand));
		(*stand)->line = line;
		(*stand)->party = party;
	}
	return *stand;
}

static void
stand_push(struct dial_stand *stand, struct dial_turn *turn)
{
	turn->stand = stand;
	turn->previous = stand->last;
	turn->next = NULL;
	if (stand->last != NULL)
		stand->last->next = turn;
	else
		stand->first = turn;
	stand->last = turn;
}

static void
stand_unlink(struct dial_stand *stand, struct dial_turn *turn)
{
	if (turn->previous != NULL)
		turn->previous->next = turn->next;
	else
		stand->first = turn->next;
	if (turn->next != NULL)
		turn->next->previous = turn->previous;
	else
		stand->last = turn->previous;
}

/* The first of those in line that waits. */
static void
choose_head(struct dial_queue *queue, struct dial_line *line)
{
	struct dial_stand *stand = line->first;
	struct dial_turn *turn;

	while (stand != NULL && stand->first == NULL)
		stand = stand->next;
	if (stand == NULL)
		return;
	turn = stand->first;
	stand_unlink(stand, turn);
	line->head = turn;
	ready_add(queue, turn);
}

/* To the end of its line: the parties of the others come first. */
static void
move_to_end(struct dial_stand *stand)
{
	struct dial_stand **link = &stand->line->first;

	while (*link != stand)
		link = &(*link)->next;
	*link = stand->next;
	while (*link != NULL)
		link = &(*link)->next;
	*link = stand;
	stand->next = NULL;
}

struct dial_queue *
dial_queue_new(size_t room)
{
	struct dial_queue *queue = memory_new(1, sizeof(*queue));

	queue->room = room;
	return queue;
}

void
dial_queue_set_room(struct dial_queue *queue, size_t room)
{
	queue->room = room;
}

void
dial_queue_free(struct dial_queue *queue)
{
	assert(queue == NULL || queue->parties == NULL);
	free(queue);
}

void
dial_queue_add(struct dial_queue *queue, struct dial_turn *turn)
{
	struct dial_line *line = get_line(queue, &turn->address);
	struct dial_party *party = get_party(queue, turn->party);
	struct dial_stand *stand = get_stand(line, party);

	turn->open = turn->ready = false;
	stand_push(stand, turn);
	stand->turns++;
	party->turns++;
	if (line->head == NULL)
		choose_head(queue, line);
}

/* What has no turns any more is freed. */
static void
clean_up(struct dial_queue *queue, struct dial_stand *stand)
{
	struct dial_line *line = stand->line, **line_link;
	struct dial_party *party = stand->party, **party_link;
	struct dial_stand **link = &line->first;

	if (stand->turns == 0) {
		while (*link != stand)
			link = &(*link)->next;
		*link = stand->next;
		free(stand);
	}
	if (line->first == NULL) {
		line_link = find_line(queue, &line->address);
		*line_link = line->next;
		free(line);
	}
	if (party->turns == 0) {
		party_link = &queue->parties;
		while (*party_link != party)
			party_link = &(*party_link)->next;
		*party_link = party->next;
		free(party);
	}
}

void
dial_queue_remove(struct dial_queue *queue, struct dial_turn *turn)
{
	struct dial_stand *stand = turn->stand;
	struct dial_line *line = stand->line;

	stand->turns--;
	stand->party->turns--;
	if (turn->open)
		set_open(queue, stand->party, stand->party->open - 1);
	else if (turn->ready)
		ready_remove(queue, turn);
	else
		stand_unlink(stand, turn);
	if (line->head == turn) {
		line->head = NULL;
		move_to_end(stand);
		choose_head(queue, line);
	}
	clean_up(queue, stand);
}

/* The party whose turn it is; NULL: there is none, or no room for it. */
static struct dial_party *
choose_party(const struct dial_queue *queue)
{
	const size_t kept = queue->room / 8;
	const bool few_only = queue->open >= queue->room - kept;
	size_t i;

	if (queue->open >= queue->room)
		return NULL;
	for (i = 0; i < (few_only ? DIAL_FEW : DIAL_PARTY_MAX); i++) {
		if (queue->ranks[i].first != NULL)
			return queue->ranks[i].first;
	}
	return NULL;
}

struct dial_turn *
dial_queue_next(struct dial_queue *queue)
{
	struct dial_party *party = choose_party(queue);
	struct dial_turn *turn;

	if (party == NULL)
		return NULL;
	turn = party->first;
	ready_remove(queue, turn);
	turn->open = true;
	set_open(queue, party, party->open + 1);
	return turn;
}

struct dial_turn *
dial_queue_behind(const struct dial_turn *turn)
{
	const struct dial_stand *stand = turn->stand->line->first;

	while (stand != NULL && stand->first == NULL)
		stand = stand->next;
	return stand != NULL ? stand->first : NULL;
}

size_t
dial_queue_open(const struct dial_queue *queue)
{
	return queue->open;
}
