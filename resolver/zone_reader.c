#include "resolver/zone_reader.h"

#include <ctype.h>
#include <stdbool.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "resolver/file.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

/* Octets of a wrong word or line that a message shows. */
#define SHOWN_MAX 40

/* Seconds; for a record without one. Nobody looks at it. */
#define DEFAULT_TTL 3600

void
zone_reader_init(struct zone_reader *reader, const struct file *file,
    const char *origin, const char *comments)
{
	memset(reader, 0, sizeof(*reader));
	reader->name = file->name;
	reader->origin = memory_string(origin);
	reader->owner = memory_string(origin);
	zone_lexer_init(&reader->lexer, file->octets, file->size, comments);
}

void
zone_reader_clear(struct zone_reader *reader)
{
	zone_lexer_entry_clear(&reader->words);
	free(reader->origin);
	free(reader->owner);
	free(reader->ttl);
	memset(reader, 0, sizeof(*reader));
}

char *
zone_reader_fault(const struct zone_reader *reader, size_t line,
    const char *shown, const char *fault)
{
	size_t size = shown != NULL ? strlen(shown) : 0;
	char *safe, *text;

	if (shown == NULL)
		return memory_format("%s, line %zu: %s", reader->name, line,
		    fault);
	safe = text_printable(shown, size > SHOWN_MAX ? SHOWN_MAX : size);
	text = memory_format("%s, line %zu: '%s%s' %s", reader->name, line,
	    safe, size > SHOWN_MAX ? "..." : "", fault);
	free(safe);
	return text;
}

/* Seconds, or "1h30m". */
static bool
is_ttl(const char *word)
{
	return isdigit((unsigned char)*word) &&
	    strspn(word, "0123456789smhdwSMHDW") == strlen(word);
}

static bool
is_class(const char *word)
{
	return strcasecmp(word, "IN") == 0 || strcasecmp(word, "CH") == 0 ||
	    strcasecmp(word, "HS") == 0 || strncasecmp(word, "CLASS", 5) == 0;
}

/* Whether the words from I on are [TTL] [class] type RDATA. */
static bool
take_from(struct zone_entry *entry, size_t i)
{
	entry->ttl = entry->class = NULL;
	for (; i < entry->count; i++) {
		if (entry->ttl == NULL && is_ttl(entry->words[i]))
			entry->ttl = entry->words[i];
		else if (entry->class == NULL && is_class(entry->words[i]))
			entry->class = entry->words[i];
		else
			break;
	}
	if (i == entry->count || ldns_get_rr_type_by_name(entry->words[i]) == 0)
		return false;
	entry->type = entry->words[i];
	entry->rdata = entry->words + i + 1;
	entry->rdata_count = entry->count - i - 1;
	return true;
}

/*
 * Finds the parts of a record; *OWNER NULL: that of the record before. People
 * leave out the owner where there is none to repeat, and indent where there is
 * one. False: not a record.
 */
static bool
take_parts(struct zone_entry *entry, bool indented, const char **owner)
{
	const char *first = entry->words[0];

	*owner = NULL;
	if ((indented || is_ttl(first) || is_class(first)) &&
	    take_from(entry, 0))
		return true;
	if (take_from(entry, 1)) {
		*owner = first;
		return true;
	}
	return take_from(entry, 0);
}

static bool
ends_in_dot(const char *name)
{
	size_t length = strlen(name);

	return name[length - 1] == '.' &&
	    (length < 2 || name[length - 2] != '\\');
}

/* The name made absolute, in the form of name.h. Owned; NULL: not known. */
static char *
absolute(const struct zone_reader *reader, const char *name)
{
	char *longer, *normal;

	if (strcmp(name, "@") == 0)
		return memory_string(reader->origin);
	if (reader->origin == NULL || strcmp(reader->origin, ".") == 0 ||
	    ends_in_dot(name))
		return name_normalise(name);
	longer = memory_format("%s.%s", name, reader->origin);
	normal = name_normalise(longer);
	free(longer);
	return normal;
}

/* False: an unknown or incomplete directive. */
static bool
take_directive(struct zone_reader *reader)
{
	char *const *words = reader->words.words;
	char *origin;

	if (strcasecmp(words[0], "$TTL") == 0) {
		if (reader->words.count > 1 && is_ttl(words[1])) {
			free(reader->ttl);
			reader->ttl = memory_string(words[1]);
		}
		return true;
	}
	if (strcasecmp(words[0], "$ORIGIN") != 0 || reader->words.count < 2)
		return false;
	origin = absolute(reader, words[1]);
	free(reader->origin);
	reader->origin = origin;
	return true;
}

static void
take_entry(struct zone_reader *reader)
{
	const struct zone_lexer_entry *words = &reader->words;
	struct zone_entry *entry = &reader->entry;
	const char *owner;

	*entry = (struct zone_entry){
		.line = words->line,
		.last_line = words->last_line,
		.text = words->begin,
		.size = (size_t)(words->end - words->begin),
		.words = words->words,
		.count = words->count,
	};
	if (!take_parts(entry, words->indented, &owner)) {
		entry->ttl = entry->class = NULL;
		return;
	}
	if (owner != NULL) {
		free(reader->owner);
		reader->owner = absolute(reader, owner);
		reader->relative = reader->origin == NULL &&
		    !ends_in_dot(owner);
	}
	entry->owner = reader->owner;
	entry->relative = reader->owner != NULL && reader->relative;
	if (entry->ttl == NULL)
		entry->ttl = reader->ttl;
}

enum zone_reader_result
zone_reader_next(struct zone_reader *reader, char **why)
{
	struct zone_lexer_entry *words = &reader->words;
	enum zone_lexer_result result;
	const char *fault;

	for (;;) {
		zone_lexer_entry_clear(words);
		result = zone_lexer_next(&reader->lexer, words, &fault);
		if (result == ZONE_LEXER_END)
			return ZONE_READER_END;
		if (result == ZONE_LEXER_BAD) {
			*why = zone_reader_fault(reader, words->line, NULL,
			    fault);
			return ZONE_READER_BAD;
		}
		if (words->words[0][0] != '$')
			break;
		if (!take_directive(reader)) {
			*why = zone_reader_fault(reader, words->line,
			    words->words[0], "is not understood");
			return ZONE_READER_BAD;
		}
	}
	take_entry(reader);
	return ZONE_READER_ENTRY;
}

struct ldns_struct_rr *
zone_reader_record(const struct zone_reader *reader, const char **why)
{
	const struct zone_entry *entry = &reader->entry;
	ldns_rr *record = NULL;
	ldns_status status;
	char *rdata, *text;

	if (entry->type == NULL || entry->owner == NULL) {
		*why = entry->type == NULL ? "is not a resource record" :
		    "has no owner";
		return NULL;
	}
	rdata = memory_join_all(entry->rdata, entry->rdata_count, " ");
	text = memory_format("%s %s %s %s %s", entry->owner,
	    entry->ttl != NULL ? entry->ttl : TEXT_NUMBER(DEFAULT_TTL),
	    entry->class != NULL ? entry->class : "IN", entry->type, rdata);
	status = ldns_rr_new_frm_str(&record, text, DEFAULT_TTL, NULL, NULL);
	free(rdata);
	free(text);
	if (status == LDNS_STATUS_OK)
		return record;
	*why = ldns_get_errorstr_by_id(status);
	return NULL;
}
