#include "tests/unit/support/runners.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "resolver/memory.h"
#include "resolver/text.h"

enum where {
	ANYWHERE,
	AT_START,		/* of the line */
	BEHIND_BLANKS,		/* of any kind, or none */
};

/*
 * The rules, no stricter than who goes by them but for two: commands need not
 * be known ones, nor complete, and "##" is enough where its like are looked
 * for.
 *
 * GitHub: actions/runner, src/Runner.Common/ActionCommand.cs. TryParseV2 trims
 * what .NET calls white space; TryParse looks for "##[" anywhere, by the rules
 * of a language, which skip ignorable characters.
 * Azure: azure-pipelines-agent, Command.cs. TAP: TAP::Parser::Grammar.
 * Buildkite: "Managing log output" in its documentation. systemd: sd-daemon(3).
 */
static const struct {
	const char	*who;
	const char	*text;
	enum where	 where;
	bool		 word;	/* it is one, and ends there */
} rules[] = {
	{ "GitHub", "::", BEHIND_BLANKS, false },
	{ "GitHub, Azure or TeamCity", "##", ANYWHERE, false },
	{ "TAP", "ok", AT_START, true },
	{ "TAP", "not ok", AT_START, true },
	{ "TAP", "1..", AT_START, false },
	{ "TAP", "Bail out!", BEHIND_BLANKS, false },
	{ "TAP", "TAP version", AT_START, true },
	{ "TAP", "pragma ", AT_START, false },
	{ "TAP", "---", BEHIND_BLANKS, false },
	{ "Buildkite", "+++", AT_START, false },
	{ "Buildkite", "~~~", AT_START, false },
	{ "Buildkite", "^^^ +++", AT_START, false },
	{ "GitLab", "\033", ANYWHERE, false },
	{ "GitLab or Travis", "\r", ANYWHERE, false },
	{ "go test", "===", BEHIND_BLANKS, false },
	{ "systemd", "<", AT_START, false },
};

/* What comparisons by the rules of a language skip, some of it. */
static bool
is_ignorable(uint32_t character)
{
	return character == 0xad || character == 0x34f ||
	    (character >= 0x200b && character <= 0x200f) ||
	    (character >= 0x2060 && character <= 0x206f) ||
	    (character >= 0xfe00 && character <= 0xfe0f) ||
	    character == 0xfeff || character >= 0xe0000;
}

/* Char.IsWhiteSpace of .NET. */
static bool
is_blank(uint32_t character)
{
	return character == ' ' || (character >= '\t' && character <= '\r') ||
	    character == 0x85 || character == 0xa0 || character == 0x1680 ||
	    (character >= 0x2000 && character <= 0x200a) ||
	    character == 0x2028 || character == 0x2029 ||
	    character == 0x202f || character == 0x205f || character == 0x3000;
}

/* SIZE octets without what is skipped. Owned by the caller. */
static char *
without_ignorable(const char *bytes, size_t size)
{
	char *line = memory_new(size + 1, 1), *end = line;
	uint32_t character;
	size_t length;

	for (; size > 0; bytes += length, size -= length) {
		length = text_decode(bytes, size, &character);
		length += length == 0;
		if (is_ignorable(character))
			continue;
		memcpy(end, bytes, length);
		end += length;
	}
	return line;
}

static const char *
skip_blanks(const char *line)
{
	uint32_t character;
	size_t length;

	while (*line != '\0') {
		length = text_decode(line, strnlen(line, TEXT_CHARACTER),
		    &character);
		if (length == 0 || !is_blank(character))
			break;
		line += length;
	}
	return line;
}

static bool
begins(const char *line, size_t i)
{
	const size_t length = strlen(rules[i].text);

	return strncasecmp(line, rules[i].text, length) == 0 &&
	    !(rules[i].word && (isalnum((unsigned char)line[length]) ||
	    line[length] == '_'));
}

static bool
applies(const char *line, size_t i)
{
	switch (rules[i].where) {
	case ANYWHERE:
		return strstr(line, rules[i].text) != NULL;
	case AT_START:
		return begins(line, i);
	case BEHIND_BLANKS:
		break;
	}
	return begins(skip_blanks(line), i);
}

static bool
is_own(const char *line, const char *const *own)
{
	for (; own != NULL && *own != NULL; own++)
		if (strncmp(line, *own, strlen(*own)) == 0)
			return true;
	return false;
}

char *
runners_obey(const char *text, const char *const *own)
{
	size_t i, size;
	char *line, *found = NULL;

	for (; *text != '\0' && found == NULL;
	    text += size + (text[size] == '\n')) {
		size = strcspn(text, "\n");
		line = without_ignorable(text, size);
		for (i = 0; i < sizeof(rules) / sizeof(rules[0]) &&
		    found == NULL; i++) {
			if (rules[i].where != ANYWHERE && is_own(line, own))
				continue;
			if (applies(line, i))
				found = memory_format("%s obeys '%.*s'",
				    rules[i].who, (int)size, text);
		}
		free(line);
	}
	return found;
}
