/*
 * Replies from any octets, in pieces of any size: what comes of them does not
 * depend on where they were cut, and no limit is passed.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/text.h"
#include "smtp/reply.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What whoever reads a reply relies on. */
static void
check(const struct reply *reply, enum reply_state state)
{
	size_t i;
	char *text;

	assert((state == REPLY_BAD) == (reply->why != NULL));
	assert(reply->count <= REPLY_LINES_MAX);
	assert(reply->partial_size <= REPLY_LINE_MAX);
	assert(reply->count == 0 || (reply->code >= 200 && reply->code <= 599));
	for (i = 0; i < reply->count; i++)
		assert(strlen(reply->lines[i]) <= TEXT_LIMIT);
	assert(!reply_announces(reply, "STARTTLS") || reply->count > 1);
	if (state == REPLY_MORE)
		return;
	assert(state == REPLY_BAD || reply->count > 0);
	text = reply_text(reply);
	assert(text[0] != '\0');
	for (i = 0; text[i] != '\0'; i++)
		assert((unsigned char)text[i] >= ' ' && text[i] != '\x7f');
	free(text);
}

/*
 * Feeds the octets in pieces of PIECE (at least 1) up to the first reply's end.
 * Returns how many were taken.
 */
static size_t
feed(struct reply *reply, const char *bytes, size_t size, size_t piece,
    enum reply_state *state)
{
	size_t at = 0, used, now;

	*state = REPLY_MORE;
	while (at < size && *state == REPLY_MORE) {
		now = size - at < piece ? size - at : piece;
		*state = reply_feed(reply, bytes + at, now, &used);
		assert(used > 0 && used <= now);
		assert(used == now || *state != REPLY_MORE);
		at += used;
	}
	return at;
}

static void
compare(const struct reply *a, const struct reply *b)
{
	size_t i;

	assert(a->code == b->code && a->count == b->count);
	assert(a->why == b->why);
	assert(reply_refuses_client(a) == reply_refuses_client(b));
	assert(!reply_refuses_client(a) || a->code / 100 >= 4);
	for (i = 0; i < a->count; i++)
		assert(strcmp(a->lines[i], b->lines[i]) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum reply_state state, state_of_pieces;
	struct reply whole, pieces;
	size_t piece, at, used;
	const char *bytes;

	if (size < 1)
		return 0;
	piece = data[0] + 1u;
	bytes = (const char *)data + 1;
	size--;
	for (at = 0; at < size; at += used) {
		reply_init(&whole);
		reply_init(&pieces);
		used = feed(&whole, bytes + at, size - at, size, &state);
		assert(used == feed(&pieces, bytes + at, size - at, piece,
		    &state_of_pieces));
		assert(state == state_of_pieces);
		check(&whole, state);
		check(&pieces, state_of_pieces);
		compare(&whole, &pieces);
		reply_clear(&whole);
		reply_clear(&pieces);
	}
	return 0;
}
