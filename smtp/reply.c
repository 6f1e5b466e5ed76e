#include "smtp/reply.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "resolver/memory.h"
#include "resolver/text.h"

#define CODE_DIGITS	3

void
reply_init(struct reply *reply)
{
	memset(reply, 0, sizeof(*reply));
}

void
reply_clear(struct reply *reply)
{
	size_t i;

	for (i = 0; i < reply->count; i++)
		free(reply->lines[i]);
	free(reply->lines);
	memset(reply, 0, sizeof(*reply));
}

/* Whether octet I of a line can stand there: "250 ", "250-" or a bare "250". */
static bool
can_stand(size_t i, char c)
{
	switch (i) {
	case 0:
		return c >= '2' && c <= '5';
	case 1:
	case 2:
		return c >= '0' && c <= '9';
	case CODE_DIGITS:
		return c == ' ' || c == '-' || c == '\r' || c == '\n';
	default:
		return true;
	}
}

static enum reply_state
bad(struct reply *reply, const char *why)
{
	reply->why = why;
	return REPLY_BAD;
}

/* A line is there, without its end, at least the code long. */
static enum reply_state
take_line(struct reply *reply)
{
	const char *line = reply->partial;
	size_t size = reply->partial_size, skip;
	int code;

	while (size > CODE_DIGITS && line[size - 1] == '\r')
		size--;
	if (size < CODE_DIGITS)
		return bad(reply, "the reply has no code");
	code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0';
	if (reply->count > 0 && code != reply->code)
		return bad(reply, "the lines of a reply differ in their code");
	if (reply->count == REPLY_LINES_MAX)
		return bad(reply, "the reply has more than 128 lines");
	reply->code = code;
	skip = size > CODE_DIGITS ? CODE_DIGITS + 1 : CODE_DIGITS;
	reply->lines = memory_grow(reply->lines, reply->count,
	    sizeof(*reply->lines));
	reply->lines[reply->count++] = text_printable(line + skip,
	    size - skip);
	reply->partial_size = 0;
	return size > CODE_DIGITS && line[CODE_DIGITS] == '-' ?
	    REPLY_MORE : REPLY_COMPLETE;
}

enum reply_state
reply_feed(struct reply *reply, const char *bytes, size_t size, size_t *used)
{
	enum reply_state state;

	for (*used = 0; *used < size;) {
		char c = bytes[(*used)++];

		if (!can_stand(reply->partial_size, c))
			return bad(reply, "that is no SMTP reply");
		if (c == '\n') {
			state = take_line(reply);
			if (state != REPLY_MORE)
				return state;
			continue;
		}
		if (reply->partial_size == REPLY_LINE_MAX)
			return bad(reply, "a line is longer than 2048 octets");
		reply->partial[reply->partial_size++] = c;
	}
	return REPLY_MORE;
}

bool
reply_announces(const struct reply *reply, const char *keyword)
{
	size_t i, length = strlen(keyword);

	/* The first line greets; each further one is an extension. */
	for (i = 1; i < reply->count; i++) {
		if (strncasecmp(reply->lines[i], keyword, length) == 0 &&
		    (reply->lines[i][length] == '\0' ||
		    reply->lines[i][length] == ' '))
			return true;
	}
	return false;
}

char *
reply_text(const struct reply *reply)
{
	char *text = memory_format("%d", reply->code), *longer;
	size_t i;

	for (i = 0; i < reply->count && strlen(text) < TEXT_LIMIT; i++) {
		longer = memory_format("%s %s", text, reply->lines[i]);
		free(text);
		text = longer;
	}
	return text;
}
