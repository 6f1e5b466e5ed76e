#include "smtp/reply.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "resolver/memory.h"
#include "resolver/text.h"

#define CODE_DIGITS	3
/* Octets of a bad line that are shown. */
#define EXCERPT_MAX	80
/* Characters of a masked word, or asterisks of a greeting; "EHLO" has four. */
#define MASK_LEAST	4

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

/*
 * Whether a line with CODE may follow one of the reply. RFC 5321 4.2.1 has one
 * code in all lines; but a greeting may be held back after its first line while
 * it is looked up who calls (postscreen does that), and end in a refusal.
 */
static bool
may_continue(const struct reply *reply, int code)
{
	return reply->count == 0 || code == reply->code ||
	    (reply->code == REPLY_READY && code / 100 >= 4);
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

	if (!may_continue(reply, code)) {
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
	if (code != reply->code)
		reply->welcomes = reply->count;
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
	if (reply->octets == REPLY_OCTETS_MAX) {
		reply->why = "the reply is longer than "
		    TEXT_NUMBER(REPLY_OCTETS_MAX) " octets";
		return REPLY_BAD;
	}
	reply->octets++;
	if (reply->partial_size < sizeof(reply->partial))
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

/*
 * What the enhanced status code (RFC 3463) of the last line says, which is the
 * one that decides. False: there is none.
 */
static bool
read_status(const struct reply *reply, unsigned int *subject,
    unsigned int *detail)
{
	const char *line;
	unsigned int class;
	int size = 0;

	if (reply->count == 0)
		return false;
	line = reply->lines[reply->count - 1];
	return sscanf(line, "%1u.%3u.%3u%n", &class, subject, detail,
	    &size) == 3 && (line[size] == ' ' || line[size] == '\0') &&
	    class == (unsigned int)reply->code / 100;
}

/* Codes by which a server says that it does not want this client. */
static const int unwelcome[] = {
	421,	/* closing: busy, or too much of this client (RFC 5321 3.8) */
	450,	/* blocked for policy reasons, for now (RFC 5321 4.2.3) */
	521,	/* it accepts no mail (RFC 7504) */
	550,	/* rejected for policy reasons (RFC 5321 4.2.3) */
	554,	/* no SMTP service here (RFC 5321 3.1) */
};

/* The same of enhanced status codes, whatever code they come with. */
static const struct {
	unsigned int	subject, detail;
} unwelcome_status[] = {
	{ 3, 2 },	/* not accepting network messages (RFC 3463 3.4) */
	{ 4, 5 },	/* congestion (RFC 3463 3.5) */
	{ 7, 1 },	/* not authorized (RFC 3463 3.8) */
	{ 7, 14 },	/* a trust relationship is required (RFC 5248) */
	{ 7, 25 },	/* the address has no name (RFC 7372 3.3) */
	{ 7, 28 },	/* too much mail from there (RFC 6647 6) */
};

bool
reply_refuses_client(const struct reply *reply)
{
	unsigned int subject, detail;
	bool refuses = false;
	size_t i;

	for (i = 0; i < sizeof(unwelcome) / sizeof(unwelcome[0]); i++)
		refuses |= reply->code == unwelcome[i];
	/* 421 is an end in any case; X.0.0 says nothing. */
	if (reply->code == unwelcome[0] || reply->code / 100 < 4 ||
	    !read_status(reply, &subject, &detail) || subject == 0)
		return refuses;
	for (i = 0; i < sizeof(unwelcome_status) /
	    sizeof(unwelcome_status[0]); i++) {
		if (unwelcome_status[i].subject == subject &&
		    unwelcome_status[i].detail == detail)
			return true;
	}
	return false;
}

bool
reply_lacks_authorisation(const struct reply *reply)
{
	unsigned int subject, detail;

	return reply->code / 100 >= 4 &&
	    read_status(reply, &subject, &detail) &&
	    subject == 7 && detail == 1;
}

bool
reply_is_masked(const struct reply *reply)
{
	size_t stars = 0, i;
	const char *at;

	for (i = 0; i < reply->count; i++) {
		for (at = reply->lines[i]; *at != '\0'; at++) {
			if (strchr("20 *", *at) == NULL)
				return false;
			stars += *at == '*';
		}
	}
	return stars >= MASK_LEAST;
}

/* Whether TEXT begins with a word that has been masked. */
static bool
begins_masked(const char *text)
{
	size_t size = strspn(text, "X");

	if (size < MASK_LEAST)
		return false;
	if (isupper((unsigned char)text[size]))
		size++;
	return !isalnum((unsigned char)text[size]);
}

bool
reply_has_masked_keyword(const struct reply *reply)
{
	size_t i;

	for (i = 1; i < reply->count; i++) {
		if (begins_masked(reply->lines[i]))
			return true;
	}
	return false;
}

bool
reply_quotes_masked_command(const struct reply *reply)
{
	const char *line;
	size_t i, at;

	for (i = 0; i < reply->count; i++) {
		line = reply->lines[i];
		for (at = 0; line[at] != '\0'; at++) {
			if ((at == 0 ||
			    !isalnum((unsigned char)line[at - 1])) &&
			    begins_masked(line + at))
				return true;
		}
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
