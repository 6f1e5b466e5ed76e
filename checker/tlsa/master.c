#include "checker/tlsa/master.h"

#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"

void
master_init(struct master *master, const char *text, size_t size)
{
	*master = (struct master){ .next = text, .end = text + size,
		.line = 1 };
}

static bool
is_at(const struct master *master, const char *octets)
{
	return master->next < master->end && *master->next != '\0' &&
	    strchr(octets, *master->next) != NULL;
}

static void
skip_comment(struct master *master)
{
	while (master->next < master->end && *master->next != '\n')
		master->next++;
}

/* Whether AT holds the first of two octets that belong together, as in "\;". */
static bool
is_escape(const struct master *master, const char *at)
{
	return *at == '\\' && at + 1 < master->end && at[1] != '\n' &&
	    at[1] != '\0';
}

/* Where the word that begins here ends. */
static const char *
word_end(const struct master *master)
{
	const char *at = master->next;

	while (at < master->end && *at != '\0' &&
	    strchr(" \t\r\n();\"", *at) == NULL)
		at += is_escape(master, at) ? 2 : 1;
	return at;
}

/* Where the text in quotes that begins here ends; NULL: not on this line. */
static const char *
quoted_end(const struct master *master)
{
	const char *at = master->next + 1;

	while (at < master->end && *at != '\n' && *at != '\0') {
		if (*at == '"')
			return at + 1;
		at += is_escape(master, at) ? 2 : 1;
	}
	return NULL;
}

/* Takes the word that begins here. Returns what is wrong, static; or NULL. */
static const char *
take_word(struct master *master, struct master_entry *entry)
{
	const char *begin = master->next, *end;
	size_t size;

	if (*begin == '\0')
		return "a NUL octet: this is no text";
	end = *begin == '"' ? quoted_end(master) : word_end(master);
	if (end == NULL)
		return "the quotes are not closed";
	if (entry->count == MASTER_WORDS_MAX)
		return "the record has too many words";
	size = (size_t)(end - begin) - (*begin == '"');
	entry->words = memory_grow(entry->words, entry->count,
	    sizeof(*entry->words));
	entry->words[entry->count++] = memory_copy(begin, size);
	master->next = end;
	return NULL;
}

/* Goes on by one octet, or one word; DEPTH counts what is open. */
static const char *
step(struct master *master, struct master_entry *entry, size_t *depth)
{
	/* '#' is no comment in a zone, but in lists that people write. */
	if (is_at(master, ";#")) {
		skip_comment(master);
		return NULL;
	}
	if (!is_at(master, " \t\r()"))
		return take_word(master, entry);
	if (*master->next == ')' && *depth == 0)
		return "a ')' without its '('";
	*depth += *master->next == '(';
	*depth -= *master->next == ')';
	master->next++;
	return NULL;
}

enum master_result
master_next(struct master *master, struct master_entry *entry,
    const char **why)
{
	size_t depth = 0;

	memset(entry, 0, sizeof(*entry));
	entry->line = master->line;
	entry->indented = is_at(master, " \t");
	while (master->next < master->end) {
		if (*master->next != '\n') {
			*why = step(master, entry, &depth);
			if (*why != NULL)
				return MASTER_BAD;
			continue;
		}
		master->next++;
		master->line++;
		if (depth > 0)
			continue;
		if (entry->count > 0)
			return MASTER_ENTRY;
		entry->line = master->line;
		entry->indented = is_at(master, " \t");
	}
	if (depth > 0) {
		*why = "the '(' is not closed";
		return MASTER_BAD;
	}
	return entry->count > 0 ? MASTER_ENTRY : MASTER_END;
}

void
master_entry_clear(struct master_entry *entry)
{
	size_t i;

	for (i = 0; i < entry->count; i++)
		free(entry->words[i]);
	free(entry->words);
	memset(entry, 0, sizeof(*entry));
}
