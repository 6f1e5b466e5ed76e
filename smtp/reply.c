#include "smtp/reply.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "resolver/memory.h"
#include "resolver/text.h"

#define CODE_DIGITS	3
/* Octets of a bad line that are shown. */
#define EXCERPT_MAX	80

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
	reply_init(reply);
}

/*
 * Whether OCTET may follow the SIZE octets of LINE. Only the code and its
 * separator are checked: the banner of another protocol is recognised by its
 * first octets, since its first line may never end.
 */
static bool
may_follow(const char *line, size_t size, char octet)
{
	switch (size) {
	case 0:
		return octet >= '2' && octet <= '5';
	case 1:
	case 2:
		return octet >= '0' && octet <= '9';
	case CODE_DIGITS:
		return octet == ' ' || octet == '-' || octet == '\r';
	case CODE_DIGITS + 1:
		return line[CODE_DIGITS] != '\r';
	default:
		return true;
	}
}

static bool
is_trailing(char octet)
{
	return octet == ' ' || octet == '\t' || octet == '\r';
}

/* Adds the line in `partial`, which is complete, to the reply. */
static enum reply_state
take_line(struct reply *reply)
{
	const char *line = reply->partial;
	size_t size = reply->partial_size, start = CODE_DIGITS + 1;
	bool last = size <= CODE_DIGITS || line[CODE_DIGITS] != '-';
	int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 +
	    (line[2] - '0');

	if (reply->count > 0 && code != reply->code) {
		reply->why = "the code changes within the reply";
		return REPLY_BAD;
	}
	if (reply->count == REPLY_LINES_MAX) {
		reply->why = "the reply has more than "
		    TEXT_NUMBER(REPLY_LINES_MAX) " lines";
		return REPLY_BAD;
	}
	while (size > start && is_trailing(line[size - 1]))
		size--;
	if (start > size)
		start = size;
	reply->code = code;
	reply->lines = memory_grow(reply->lines, reply->count,
	    sizeof(*reply->lines));
	reply->lines[reply->count++] = text_printable(line + start,
	    size - start);
	reply->partial_size = 0;
	return last ? REPLY_COMPLETE : REPLY_MORE;
}

static enum reply_state
take_octet(struct reply *reply, char octet)
{
	/* A bare LF ends a line as well: real servers send it. */
	if (octet == '\n' && reply->partial_size >= CODE_DIGITS)
		return take_line(reply);
	if (!may_follow(reply->partial, reply->partial_size, octet)) {
		reply->why = "not an SMTP reply";
		return REPLY_BAD;
	}
	if (reply->partial_size == sizeof(reply->partial)) {
		reply->why = "the line is longer than "
		    TEXT_NUMBER(REPLY_LINE_MAX) " octets";
		return REPLY_BAD;
	}
	reply->partial[reply->partial_size++] = octet;
	return REPLY_MORE;
}

/* Keeps the rest of a bad line, as far as it has come, to show it. */
static void
keep_line(struct reply *reply, const char *bytes, size_t size)
{
	const char *end = memchr(bytes, '\n', size);
	size_t room = sizeof(reply->partial) - reply->partial_size;

	if (end != NULL)
		size = (size_t)(end - bytes);
	if (size > room)
		size = room;
	memcpy(reply->partial + reply->partial_size, bytes, size);
	reply->partial_size += size;
}

enum reply_state
reply_feed(struct reply *reply, const char *bytes, size_t size, size_t *used)
{
	enum reply_state state = REPLY_MORE;
	size_t i;

	for (i = 0; i < size && state == REPLY_MORE; i++)
		state = take_octet(reply, bytes[i]);
	*used = i;
	if (state == REPLY_BAD)
		keep_line(reply, bytes + i - 1, size - (i - 1));
	return state;
}

bool
reply_announces(const struct reply *reply, const char *keyword)
{
	size_t i, size = strlen(keyword);

	/* The first line is the server's name and greeting. */
	for (i = 1; i < reply->count; i++) {
		const char *line = reply->lines[i];

		if (strncasecmp(line, keyword, size) == 0 &&
		    (line[size] == '\0' || line[size] == ' '))
			return true;
	}
	return false;
}

static char *
bad_text(const struct reply *reply)
{
	size_t size = reply->partial_size;
	char *excerpt, *text;
	bool cut = size > EXCERPT_MAX;

	while (size > 0 && is_trailing(reply->partial[size - 1]))
		size--;
	if (size == 0)
		return memory_string(reply->why);
	excerpt = text_printable(reply->partial, cut ? EXCERPT_MAX : size);
	text = memory_format("%s: %s%s", reply->why, excerpt,
	    cut ? "..." : "");
	free(excerpt);
	return text;
}

char *
reply_text(const struct reply *reply)
{
	char *text;
	bool fits = true;
	size_t i;

	if (reply->why != NULL)
		return bad_text(reply);
	text = memory_format("%d", reply->code);
	for (i = 0; i < reply->count && fits; i++) {
		const char *line = reply->lines[i];

		if (line[0] == '\0')
			continue;
		/* The first line always fits: its own limit is TEXT_LIMIT. */
		fits = i == 0 || strlen(text) + strlen(line) < TEXT_LIMIT;
		text = memory_join(text, " ", fits ? line : "...");
	}
	return text;
}
