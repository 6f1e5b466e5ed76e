#include "checker/tlsa/zone_lexer.h"

#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"

void
zone_lexer_init(struct zone_lexer *lexer, const char *text, size_t size)
{
	*lexer = (struct zone_lexer){ .next = text, .end = text + size,
		.line = 1 };
}

static bool
is_at(const struct zone_lexer *lexer, const char *octets)
{
	return lexer->next < lexer->end && *lexer->next != '\0' &&
	    strchr(octets, *lexer->next) != NULL;
}

static void
skip_comment(struct zone_lexer *lexer)
{
	while (lexer->next < lexer->end && *lexer->next != '\n')
		lexer->next++;
}

/* Whether AT holds the first of two octets that belong together, as in "\;". */
static bool
is_escape(const struct zone_lexer *lexer, const char *at)
{
	return *at == '\\' && at + 1 < lexer->end && at[1] != '\n' &&
	    at[1] != '\0';
}

/* Where the word that begins here ends. */
static const char *
word_end(const struct zone_lexer *lexer)
{
	const char *at = lexer->next;

	while (at < lexer->end && *at != '\0' &&
	    strchr(" \t\r\n();\"", *at) == NULL)
		at += is_escape(lexer, at) ? 2 : 1;
	return at;
}

/* Where the text in quotes that begins here ends; NULL: not on this line. */
static const char *
quoted_end(const struct zone_lexer *lexer)
{
	const char *at = lexer->next + 1;

	while (at < lexer->end && *at != '\n' && *at != '\0') {
		if (*at == '"')
			return at + 1;
		at += is_escape(lexer, at) ? 2 : 1;
	}
	return NULL;
}

/* Takes the word that begins here. Returns what is wrong, static; or NULL. */
static const char *
take_word(struct zone_lexer *lexer, struct zone_lexer_entry *entry)
{
	const char *begin = lexer->next, *end;
	size_t size;

	if (*begin == '\0')
		return "a NUL octet: this is no text";
	end = *begin == '"' ? quoted_end(lexer) : word_end(lexer);
	if (end == NULL)
		return "the quotes are not closed";
	if (entry->count == ZONE_LEXER_WORDS_MAX)
		return "the record has too many words";
	size = (size_t)(end - begin) - (*begin == '"');
	entry->words = memory_grow(entry->words, entry->count,
	    sizeof(*entry->words));
	entry->words[entry->count++] = memory_copy(begin, size);
	lexer->next = end;
	return NULL;
}

/* Goes on by one octet, or one word; DEPTH counts what is open. */
static const char *
step(struct zone_lexer *lexer, struct zone_lexer_entry *entry, size_t *depth)
{
	/* '#' is no comment in a zone, but in lists that people write. */
	if (is_at(lexer, ";#")) {
		skip_comment(lexer);
		return NULL;
	}
	if (!is_at(lexer, " \t\r()"))
		return take_word(lexer, entry);
	if (*lexer->next == ')' && *depth == 0)
		return "a ')' without its '('";
	*depth += *lexer->next == '(';
	*depth -= *lexer->next == ')';
	lexer->next++;
	return NULL;
}

enum zone_lexer_result
zone_lexer_next(struct zone_lexer *lexer, struct zone_lexer_entry *entry,
    const char **why)
{
	size_t depth = 0;

	memset(entry, 0, sizeof(*entry));
	entry->line = lexer->line;
	entry->indented = is_at(lexer, " \t");
	while (lexer->next < lexer->end) {
		if (*lexer->next != '\n') {
			*why = step(lexer, entry, &depth);
			if (*why != NULL)
				return ZONE_LEXER_BAD;
			continue;
		}
		lexer->next++;
		lexer->line++;
		if (depth > 0)
			continue;
		if (entry->count > 0)
			return ZONE_LEXER_ENTRY;
		entry->line = lexer->line;
		entry->indented = is_at(lexer, " \t");
	}
	if (depth > 0) {
		*why = "the '(' is not closed";
		return ZONE_LEXER_BAD;
	}
	return entry->count > 0 ? ZONE_LEXER_ENTRY : ZONE_LEXER_END;
}

void
zone_lexer_entry_clear(struct zone_lexer_entry *entry)
{
	size_t i;

	for (i = 0; i < entry->count; i++)
		free(entry->words[i]);
	free(entry->words);
	memset(entry, 0, sizeof(*entry));
}
