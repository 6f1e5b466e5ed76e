#include "checker/tlsa/tlsa_file.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checker/tlsa/zone_lexer.h"
#include "resolver/file.h"
#include "resolver/ldns_zonefile.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

/* Octets of a file; a longer one is refused. */
#define FILE_SIZE_MAX (1024 * 1024)

/* Octets of a wrong word or line that a message shows. */
#define SHOWN_MAX 40

/* What has been read so far. */
struct reader {
	struct tlsa_file	*records;	/* borrowed */
	char		*origin;	/* owned; NULL: not known */
	char		*owner;		/* owned; the last one's */
	bool		 relative;	/* to an origin that is not known */
	size_t		 line;		/* of the entry at hand */
	char		*why;		/* owned; set: reading has failed */
};

/* The parts of an entry that is a record. */
struct parts {
	const char	*owner;		/* borrowed; NULL: the last one's */
	const char	*class;		/* borrowed; NULL: not given */
	const char	*type;		/* borrowed */
	char *const	*rdata;		/* borrowed words */
	size_t		 count;
};

/* Notes what is wrong with TEXT (NULL: with the entry). Returns false. */
static bool
fail(struct reader *reader, const char *text, const char *why)
{
	const char *file = reader->records->file;
	size_t size = text != NULL ? strlen(text) : 0;
	char *safe;

	if (text == NULL) {
		reader->why = memory_format("%s, line %zu: %s", file,
		    reader->line, why);
		return false;
	}
	safe = text_printable(text, size > SHOWN_MAX ? SHOWN_MAX : size);
	reader->why = memory_format("%s, line %zu: '%s%s' %s", file,
	    reader->line, safe, size > SHOWN_MAX ? "..." : "", why);
	free(safe);
	return false;
}

/* The words with a space between each. Owned by the caller. */
static char *
join(char *const *words, size_t count)
{
	size_t i, size = 1;
	char *text, *next;

	for (i = 0; i < count; i++)
		size += strlen(words[i]) + 1;
	next = text = memory_new(size, 1);
	for (i = 0; i < count; i++)
		next += sprintf(next, "%s%s", i > 0 ? " " : "", words[i]);
	return text;
}

/* Adds a record; FIELDS's data is taken over, OWNER (may be NULL) is not. */
static void
add(struct reader *reader, const char *owner, const struct tlsa *fields)
{
	struct tlsa_file *records = reader->records;

	records->entries = memory_grow(records->entries, records->count,
	    sizeof(*records->entries));
	records->entries[records->count++] = (struct tlsa_file_entry){
		.owner = memory_string(owner),
		.relative = owner != NULL && reader->relative,
		.fields = *fields,
	};
}

/* "3 1 1 60785a34...". */
static bool
take_fields(struct reader *reader, const char *owner, char *const *words,
    size_t count)
{
	char *text = join(words, count);
	struct tlsa fields;
	const char *why;
	bool good = tlsa_from_text(&fields, text, &why);

	if (good)
		add(reader, owner, &fields);
	else
		fail(reader, text, why);
	free(text);
	return good;
}

/* "\# 35 030101 60785a34..." (RFC 3597 5). */
static bool
take_generic(struct reader *reader, const char *owner, char *const *words,
    size_t count)
{
	char *digits = join(words + 2, count - 2);
	char *text = memory_format("0 0 0 %s", digits);
	struct tlsa octets, fields;
	const char *why;
	char *end;
	bool good;

	/* The octets are read as if they were the data of a record. */
	free(digits);
	good = tlsa_from_text(&octets, text, &why);
	free(text);
	if (!good)
		return fail(reader, words[0], why);
	if (strtoul(words[1], &end, 10) != octets.size || *end != '\0') {
		fail(reader, words[1], "is not how many octets follow");
	} else if (octets.size < TLSA_HEADER) {
		fail(reader, NULL, "too few octets for usage, selector and "
		    "matching type");
	} else {
		fields = (struct tlsa){
			.usage = octets.data[0],
			.selector = octets.data[1],
			.matching_type = octets.data[2],
			.data = memory_copy(octets.data + TLSA_HEADER,
			    octets.size - TLSA_HEADER),
			.size = octets.size - TLSA_HEADER,
		};
		add(reader, owner, &fields);
	}
	free(octets.data);
	return reader->why == NULL;
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

/* Whether the entry is [TTL] [class] type RDATA from its word I on. */
static bool
find_type(const struct zone_lexer_entry *entry, size_t i, struct parts *parts)
{
	bool ttl = false;

	memset(parts, 0, sizeof(*parts));
	for (; i < entry->count; i++) {
		if (!ttl && is_ttl(entry->words[i]))
			ttl = true;
		else if (parts->class == NULL && is_class(entry->words[i]))
			parts->class = entry->words[i];
		else
			break;
	}
	if (i == entry->count || !ldns_zonefile_is_type(entry->words[i]))
		return false;
	parts->type = entry->words[i];
	parts->rdata = entry->words + i + 1;
	parts->count = entry->count - i - 1;
	return true;
}

/*
 * Whether the entry is a record of whatever type. People leave out the owner
 * where there is none to repeat, and indent where there is one.
 */
static bool
find_parts(const struct zone_lexer_entry *entry, struct parts *parts)
{
	if (entry->indented && find_type(entry, 0, parts))
		return true;
	if (find_type(entry, 1, parts)) {
		if (!is_ttl(entry->words[0]) && !is_class(entry->words[0]))
			parts->owner = entry->words[0];
		return true;
	}
	return find_type(entry, 0, parts);
}

static bool
ends_in_dot(const char *name)
{
	size_t length = strlen(name);

	return name[length - 1] == '.' &&
	    (length < 2 || name[length - 2] != '\\');
}

/* An owner as the zone has it, made absolute. Owned; NULL: not known. */
static char *
absolute(const struct reader *reader, const char *name)
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

static bool
take_directive(struct reader *reader, const struct zone_lexer_entry *entry)
{
	char *origin;

	if (strcasecmp(entry->words[0], "$TTL") == 0)
		return true;
	if (strcasecmp(entry->words[0], "$ORIGIN") != 0 || entry->count < 2)
		return fail(reader, entry->words[0], "is not understood");
	origin = absolute(reader, entry->words[1]);
	free(reader->origin);
	reader->origin = origin;
	return true;
}

static bool
take_record(struct reader *reader, const struct parts *parts)
{
	if (parts->owner != NULL) {
		free(reader->owner);
		reader->owner = absolute(reader, parts->owner);
		reader->relative = reader->origin == NULL &&
		    !ends_in_dot(parts->owner);
	}
	if (strcasecmp(parts->type, "TLSA") != 0 &&
	    strcasecmp(parts->type, "TYPE52") != 0)
		return true;
	if (parts->class != NULL && strcasecmp(parts->class, "IN") != 0 &&
	    strcasecmp(parts->class, "CLASS1") != 0)
		return fail(reader, parts->class, "is not the class IN");
	if (parts->count >= 2 && strcmp(parts->rdata[0], "\\#") == 0)
		return take_generic(reader, reader->owner, parts->rdata,
		    parts->count);
	return take_fields(reader, reader->owner, parts->rdata, parts->count);
}

static bool
take_entry(struct reader *reader, const struct zone_lexer_entry *entry)
{
	struct parts parts;

	reader->line = entry->line;
	if (entry->words[0][0] == '$')
		return take_directive(reader, entry);
	if (find_parts(entry, &parts))
		return take_record(reader, &parts);
	return take_fields(reader, NULL, entry->words, entry->count);
}

static void
read_entries(struct reader *reader, const char *text, size_t size)
{
	enum zone_lexer_result result;
	struct zone_lexer_entry entry;
	struct zone_lexer lexer;
	const char *why;

	zone_lexer_init(&lexer, text, size);
	do {
		result = zone_lexer_next(&lexer, &entry, &why);
		reader->line = entry.line;
		if (result == ZONE_LEXER_BAD)
			fail(reader, NULL, why);
		else if (result == ZONE_LEXER_ENTRY)
			take_entry(reader, &entry);
		zone_lexer_entry_clear(&entry);
	} while (result == ZONE_LEXER_ENTRY && reader->why == NULL);
}

bool
tlsa_file_from_text(struct tlsa_file *records, const char *name, const char *text,
    size_t size, char **why)
{
	struct reader reader = { .records = records };

	memset(records, 0, sizeof(*records));
	records->file = text_printable(name, strlen(name));
	read_entries(&reader, text, size);
	free(reader.origin);
	free(reader.owner);
	if (reader.why == NULL && records->count == 0)
		reader.why = memory_format("%s: no TLSA record in it",
		    records->file);
	if (reader.why == NULL)
		return true;
	*why = reader.why;
	tlsa_file_clear(records);
	return false;
}

bool
tlsa_file_init(struct tlsa_file *records, const char *file, char **why)
{
	size_t size;
	char *text = file_read_or_input(file, FILE_SIZE_MAX, &size, why);
	bool read;

	if (text == NULL)
		return false;
	read = tlsa_file_from_text(records, file, text, size, why);
	free(text);
	return read;
}

void
tlsa_file_clear(struct tlsa_file *records)
{
	size_t i;

	for (i = 0; i < records->count; i++) {
		free(records->entries[i].owner);
		free(records->entries[i].fields.data);
	}
	free(records->entries);
	free(records->file);
	memset(records, 0, sizeof(*records));
}

/* NULL is an owner of its own: records without one belong together. */
static bool
same_owner(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : name_equal(a, b);
}

bool
tlsa_file_differ(const struct tlsa_file *records)
{
	size_t i;

	for (i = 1; i < records->count; i++) {
		if (!same_owner(records->entries[i].owner,
		    records->entries[0].owner))
			return true;
	}
	return false;
}

static bool
is_at(const struct tlsa_file_entry *entry, const char *owner)
{
	size_t length;

	if (same_owner(entry->owner, owner))
		return true;
	if (entry->owner == NULL || !entry->relative)
		return false;
	length = strlen(entry->owner);
	return strncmp(owner, entry->owner, length) == 0 &&
	    owner[length] == '.';
}

size_t
tlsa_file_set(const struct tlsa_file *records, const char *owner,
    struct tlsa_set *set)
{
	size_t i;

	set->records = NULL;
	set->count = 0;
	for (i = 0; i < records->count; i++) {
		if (owner == NULL || is_at(&records->entries[i], owner))
			tlsa_set_add(set, &records->entries[i].fields);
	}
	tlsa_set_settle(set);
	return set->count;
}
