#include "checker/report/lines.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "resolver/memory.h"
#include "smtp/address.h"

/* Signs that a line may begin with, beside letters and digits. */
static const char signs[] = "\"'([-_/\\";

/* How lines begin that are obeyed, in whatever case. */
static const struct {
	const char	*start;
	bool		 word;	/* only if a word ends here */
} obeyed[] = {
	{ "ok", true },			/* TAP */
	{ "not ok", true },
	{ "1..", false },
	{ "Bail out!", false },
	{ "TAP version", true },
	{ "pragma", true },
	{ "---", false },		/* TAP 13: YAML; Buildkite; go test */
	{ "\xc2\xa0", false },		/* blanks that .NET skips */
	{ "\xe1\x9a\x80", false },
	{ "\xe2\x80", false },		/* and dashes beside them */
	{ "\xe2\x81\x9f", false },
	{ "\xe3\x80\x80", false },
};

static bool
is_word(char character)
{
	return isalnum((unsigned char)character) || character == '_';
}

bool
lines_may_begin(const char *text)
{
	size_t i, length;

	text += strspn(text, " ");
	if ((unsigned char)*text < 0x80 &&
	    !isalnum((unsigned char)*text) && strchr(signs, *text) == NULL)
		return false;
	for (i = 0; i < sizeof(obeyed) / sizeof(obeyed[0]); i++) {
		length = strlen(obeyed[i].start);
		if (strncasecmp(text, obeyed[i].start, length) == 0 &&
		    !(obeyed[i].word && is_word(text[length])))
			return false;
	}
	return true;
}

/* An arrow belongs to what it comes from: in front, it is a mark. */
static bool
may_break_at(const char *blank)
{
	return strncmp(blank, " -> ", 4) != 0 && lines_may_begin(blank);
}

/*
 * How many octets of TEXT a line takes that has ROOM for it: up to a blank
 * before what may begin the next one, or to the end.
 */
static size_t
line_size(const char *text, size_t room)
{
	size_t size = strnlen(text, room + 1);

	if (size <= room)
		return size;
	for (size = room; size > 0; size--) {
		if (text[size] == ' ' && may_break_at(text + size))
			return size;
	}
	for (size = room; text[size] != '\0'; size++) {
		if (text[size] == ' ' && may_break_at(text + size))
			break;
	}
	return size;
}

void
lines_put_from(FILE *out, size_t column, int indent, const char *text)
{
	size_t room, size, shown;

	do {
		room = column < LINES_COLUMNS ? LINES_COLUMNS - column : 0;
		size = line_size(text, room);
		for (shown = size; shown > 0 && text[shown - 1] == ' ';)
			shown--;
		fprintf(out, "%.*s\n", (int)shown, text);
		text += size + strspn(text + size, " ");
		if (*text != '\0')
			fprintf(out, "%*s", indent, "");
		column = (size_t)indent;
	} while (*text != '\0');
}

void
lines_put(FILE *out, int indent, const char *mark, const char *text)
{
	size_t column = (size_t)indent + strlen(mark);

	fprintf(out, "%*s%s", indent, "", mark);
	text += strspn(text, " ");
	indent = (int)column;
	if (*mark == '\0' && *text != '\0' && !lines_may_begin(text))
		column += (size_t)fprintf(out, "\\x%02x",
		    (unsigned char)*text++);
	lines_put_from(out, column, indent, text);
}

char *
lines_name(const char *name)
{
	if (*name == '-')
		return memory_format("\\045%s", name + 1);
	return memory_format("%s%s", lines_may_begin(name) ? "" : " ", name);
}

char *
lines_address(const struct address *address)
{
	char *text = address_text(address), *line;

	if (*text != ':')
		return text;
	line = memory_format("0%s", text);
	free(text);
	return line;
}
