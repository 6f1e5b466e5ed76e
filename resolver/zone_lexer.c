#include "resolver/zone_lexer.h"

#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"

/* U+FEFF in UTF-8, with which editors on Windows begin a file. */
static const char mark[] = "\xef\xbb\xbf";

void
zone_lexer_init(struct zone_lexer *lexer, const char *text, size_t size,
    const char *comments)
{
	const size_t length = strlen(mark);
	const bool marked = size >= length && memcmp(text, mark, length) == 0;

	*lexer = (struct zone_lexer){
		.next = marked ? text + length : text,
		.end = text + size,
		.comments = comments,
		.line = 1,
	};
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

/* Whether an escape of two octets, such as "\;", is AT. */
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

/* Where the quoted text that begins here ends; NULL: not on this line. */
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

/* Adds the word that begins here. Returns what is wrong, static; or NULL. */
static const char *
take_word(struct zone_lexer *lexer, struct zone_lexer_entry *entry)
{
	const char *begin = lexer->next, *end;

	if (*begin == '\0')
		return "a NUL octet: this is not text";
	end = *begin == '"' ? quoted_end(lexer) : word_end(lexer);
	if (end == NULL)
		return "the quotes are not closed";
	if (entry->count == ZONE_LEXER_WORDS_MAX)
		return "the record has too many words";
	entry->words = memory_grow(entry->words, entry->count,
	    sizeof(*entry->words));
	entry->words[entry->count++] = memory_copy(begin,
	    (size_t)(end - begin));
	lexer->next = end;
	return NULL;
}

/*
 * Advances by an octet, a word or a comment; DEPTH counts open parentheses.
 * Returns what is wrong, static; or NULL.
 */
static const char *
step(struct zone_lexer *lexer, struct zone_lexer_entry *entry, size_t *depth)
{
	if (is_at(lexer, lexer->comments)) {
		skip_comment(lexer);
		return NULL;
	}
	if (!is_at(lexer, " \t\r()"))
		return take_word(lexer, entry);
	if (*lexer->next == ')' && *depth == 0)
		return "a ')' without a '('";
	*depth += *lexer->next == '(';
	*depth -= *lexer->next == ')';
	lexer->next++;
	return NULL;
}

static void
begin_entry(const struct zone_lexer *lexer, struct zone_lexer_entry *entry)
{
	entry->line = lexer->line;
	entry->begin = lexer->next;
	entry->indented = is_at(lexer, " \t");
}

static void
end_entry(const struct zone_lexer *lexer, struct zone_lexer_entry *entry)
{
	entry->last_line = lexer->line;
	entry->end = lexer->next;
}

/* Ends a line. Returns whether the entry ends with it. */
static bool
end_line(struct zone_lexer *lexer, struct zone_lexer_entry *entry, size_t depth)
{
	bool ends = depth == 0 && entry->count > 0;

	if (ends)
		end_entry(lexer, entry);
	lexer->next++;
	lexer->line++;
	if (depth == 0 && !ends)
		begin_entry(lexer, entry);
	return ends;
}

enum zone_lexer_result
zone_lexer_next(struct zone_lexer *lexer, struct zone_lexer_entry *entry,
    const char **why)
{
	size_t depth = 0;

	memset(entry, 0, sizeof(*entry));
	begin_entry(lexer, entry);
	while (lexer->next < lexer->end) {
		if (*lexer->next == '\n') {
			if (end_line(lexer, entry, depth))
				return ZONE_LEXER_ENTRY;
			continue;
		}
		*why = step(lexer, entry, &depth);
		if (*why != NULL)
			return ZONE_LEXER_BAD;
	}
	if (depth > 0) {
		*why = "the '(' is not closed";
		return ZONE_LEXER_BAD;
	}
	if (entry->count == 0)
		return ZONE_LEXER_END;
	end_entry(lexer, entry);
	return ZONE_LEXER_ENTRY;
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
