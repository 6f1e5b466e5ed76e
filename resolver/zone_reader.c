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
#include "resolver/zone_files.h"

/* Octets of a wrong word or line that a message shows. */
#define SHOWN_MAX 40

/* Seconds; for a record without one. Nobody looks at it. */
#define DEFAULT_TTL 3600

/* Seconds (RFC 2181 8). */
#define TTL_MAX 2147483647

/* Which word of a SOA record's data is its MINIMUM. */
#define SOA_MINIMUM 6

#define TYPE_CHARACTERS \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"

/* What goes on behind the directive that includes a file. */
struct zone_reader_outer {
	struct zone_reader_outer	*outer;		/* owned */
	const char			*name;		/* borrowed */
	char				*origin;	/* owned */
	bool				 floats;
	char				*owner;		/* owned */
	bool				 relative;
	struct zone_lexer		 lexer;
	size_t				 file;
};

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
zone_reader_init_zone(struct zone_reader *reader,
    const struct zone_files *files, const char *origin)
{
	/* '#' begins no comment in a zone, but in lists that people write. */
	zone_reader_init(reader, &files->items[0], origin, ";#");
	reader->files = files;
}

/* Goes on behind the directive that includes the file at hand. */
static void
leave_file(struct zone_reader *reader)
{
	struct zone_reader_outer *outer = reader->outer;

	free(reader->origin);
	free(reader->owner);
	reader->outer = outer->outer;
	reader->name = outer->name;
	reader->origin = outer->origin;
	reader->floats = outer->floats;
	reader->owner = outer->owner;
	reader->relative = outer->relative;
	reader->lexer = outer->lexer;
	reader->file = outer->file;
	free(outer);
}

/* Goes on with a file of the zone that the one at hand includes. */
static void
enter_file(struct zone_reader *reader, size_t file)
{
	const struct file *included = &reader->files->items[file];
	struct zone_reader_outer *outer = memory_new(1, sizeof(*outer));

	*outer = (struct zone_reader_outer){
		.outer = reader->outer,
		.name = reader->name,
		.origin = reader->origin,
		.floats = reader->floats,
		.owner = reader->owner,
		.relative = reader->relative,
		.lexer = reader->lexer,
		.file = reader->file,
	};
	reader->outer = outer;
	reader->name = included->name;
	reader->origin = memory_string(outer->origin);
	reader->owner = memory_string(outer->owner);
	reader->file = file;
	zone_lexer_init(&reader->lexer, included->octets, included->size,
	    outer->lexer.comments);
}

void
zone_reader_clear(struct zone_reader *reader)
{
	while (reader->outer != NULL)
		leave_file(reader);
	zone_lexer_entry_clear(&reader->words);
	zone_generate_clear(&reader->generate);
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

	if (shown == NULL || reader->file > 0)
		return memory_format("%s, line %zu: %s%s", reader->name, line,
		    shown != NULL ? "what stands there " : "", fault);
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

/*
 * Whether it may be the name of a type: those of some name servers (ALIAS, LUA)
 * are known to them alone, and others will be known tomorrow.
 */
static bool
may_be_type(const char *word)
{
	return isalpha((unsigned char)*word) && strspn(word, TYPE_CHARACTERS) ==
	    strlen(word);
}

/*
 * Whether the words from I on are [TTL] [class] type RDATA; a type that is not
 * KNOWN has data.
 */
static bool
take_from(struct zone_entry *entry, size_t i, bool known)
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
	if (i == entry->count || (known ?
	    ldns_get_rr_type_by_name(entry->words[i]) == 0 :
	    i + 1 == entry->count || !may_be_type(entry->words[i])))
		return false;
	entry->type = entry->words[i];
	entry->unknown = !known;
	entry->rdata = entry->words + i + 1;
	entry->rdata_count = entry->count - i - 1;
	return true;
}

/*
 * Finds the parts of a record; *OWNER NULL: that of the record before. People
 * leave out the owner where there is none to repeat (in a zone, names such as
 * "3600" are owners), and indent where there is one. False: not a record.
 */
static bool
take_parts(const struct zone_reader *reader, struct zone_entry *entry,
    bool indented, const char **owner)
{
	const char *first = entry->words[0];
	const bool lacks_owner = (reader->files == NULL || !reader->named) &&
	    (is_ttl(first) || is_class(first));

	*owner = NULL;
	if ((indented || lacks_owner) && take_from(entry, 0, true))
		return true;
	if (take_from(entry, 1, true)) {
		*owner = first;
		return true;
	}
	return take_from(entry, 0, true);
}

static bool
is_octet(const char *word)
{
	const size_t length = strlen(word);

	return length > 0 && length <= 3 && strspn(word, "0123456789") ==
	    length && strtoul(word, NULL, 10) <= UINT8_MAX;
}

/* The same of a type that nobody knows. */
static bool
take_unknown(struct zone_entry *entry, bool indented, const char **owner)
{
	/* The fields of a TLSA record that somebody mistyped: "3 1 l ab". */
	if (entry->count > 1 && is_octet(entry->words[0]) &&
	    is_octet(entry->words[1]))
		return false;
	*owner = indented ? NULL : entry->words[0];
	return take_from(entry, indented ? 0 : 1, false);
}

static bool
ends_in_dot(const char *name)
{
	const size_t length = strlen(name);
	size_t escapes = 0;

	if (length == 0 || name[length - 1] != '.')
		return false;
	while (escapes < length - 1 && name[length - 2 - escapes] == '\\')
		escapes++;
	return escapes % 2 == 0;
}

char *
zone_reader_target(const struct zone_reader *reader, const char *word,
    bool *relative)
{
	char *longer, *normal;

	*relative = !ends_in_dot(word) && (reader->origin == NULL ||
	    reader->floats);
	if (strcmp(word, "@") == 0)
		return memory_string(reader->origin);
	if (reader->origin == NULL || strcmp(reader->origin, ".") == 0 ||
	    ends_in_dot(word))
		return name_normalise(word);
	longer = memory_format("%s.%s", word, reader->origin);
	normal = name_normalise(longer);
	free(longer);
	return normal;
}

static bool
take_ttl(struct zone_reader *reader, const char **why)
{
	const struct zone_lexer_entry *words = &reader->words;

	(void)why;
	if (words->count > 1 && is_ttl(words->words[1])) {
		free(reader->ttl);
		reader->ttl = memory_string(words->words[1]);
		reader->ttl_stays = true;
	}
	return true;
}

static void
set_origin(struct zone_reader *reader, const char *word)
{
	bool floats;
	char *origin = zone_reader_target(reader, word, &floats);

	free(reader->origin);
	reader->origin = origin;
	reader->floats = origin != NULL && floats;
}

static bool
take_origin(struct zone_reader *reader, const char **why)
{
	(void)why;
	if (reader->words.count < 2)
		return false;
	set_origin(reader, reader->words.words[1]);
	return true;
}

/*
 * The owner that is to be repeated is taken into the file, and comes back
 * unchanged with the origin behind it, as with BIND.
 */
static bool
take_include(struct zone_reader *reader, const char **why)
{
	const struct zone_lexer_entry *words = &reader->words;
	const size_t file = reader->files == NULL ? 0 : zone_files_included(
	    reader->files, reader->file, words->line);

	if (reader->files == NULL)
		return false;
	if (file == 0) {
		*why = "cannot be followed here";
		return false;
	}
	enter_file(reader, file);
	if (words->count > 2)
		set_origin(reader, words->words[2]);
	return true;
}

static bool
take_generate(struct zone_reader *reader, const char **why)
{
	if (reader->files == NULL)
		return false;
	zone_generate_clear(&reader->generate);
	if (!zone_generate_init(&reader->generate, reader->words.words,
	    reader->words.count, why))
		return false;
	reader->generated += reader->generate.left;
	if (reader->generated <= ZONE_READER_GENERATED_MAX)
		return true;
	*why = "and those before it make too many records";
	return false;
}

/* When named wrote the file. */
static bool
take_date(struct zone_reader *reader, const char **why)
{
	(void)why;
	return reader->files != NULL;
}

/* False: an unknown or incomplete directive; *WHY (static) says why. */
static bool
take_directive(struct zone_reader *reader, const char **why)
{
	static const struct {
		const char	*name;
		bool		(*take)(struct zone_reader *reader,
				    const char **why);
	} directives[] = {
		{ "$TTL", take_ttl },
		{ "$ORIGIN", take_origin },
		{ "$INCLUDE", take_include },
		{ "$GENERATE", take_generate },
		{ "$DATE", take_date },
	};
	size_t i;

	*why = "is not understood";
	for (i = 0; i < sizeof(directives) / sizeof(directives[0]); i++) {
		if (strcasecmp(reader->words.words[0], directives[i].name) == 0)
			return directives[i].take(reader, why);
	}
	return false;
}

/* The TTL of a record that gives none, or what others go by from here on. */
static void
settle_ttl(struct zone_reader *reader)
{
	struct zone_entry *entry = &reader->entry;
	const char *word = entry->ttl;

	/* RFC 1035 5.1, and of the SOA's own data RFC 2308 4. */
	if (word == NULL && reader->ttl == NULL &&
	    strcasecmp(entry->type, "SOA") == 0 &&
	    entry->rdata_count > SOA_MINIMUM &&
	    is_ttl(entry->rdata[SOA_MINIMUM]))
		word = entry->rdata[SOA_MINIMUM];
	if (word != NULL && !reader->ttl_stays) {
		free(reader->ttl);
		reader->ttl = memory_string(word);
	}
	if (entry->ttl == NULL)
		entry->ttl = reader->ttl;
}

static void
settle_owner(struct zone_reader *reader, const char *owner)
{
	struct zone_entry *entry = &reader->entry;

	if (owner != NULL) {
		free(reader->owner);
		reader->owner = zone_reader_target(reader, owner,
		    &reader->relative);
		reader->named = true;
	}
	entry->owner = reader->owner;
	entry->relative = reader->relative;
}

/* Classes of what is deleted (RFC 2136 2.5). */
static bool
is_update_class(const char *word)
{
	return strcasecmp(word, "NONE") == 0 || strcasecmp(word, "ANY") == 0;
}

/* Commands for nsupdate know no origin, and no owner that is repeated. */
static bool
take_command(struct zone_reader *reader)
{
	struct zone_entry *entry = &reader->entry;
	size_t command, i = 1;

	entry->action = zone_update_action(entry->words, entry->count,
	    &command);
	if (entry->action == ZONE_RECORD)
		return false;
	if (entry->action == ZONE_COMMAND || command == entry->count)
		return true;
	entry->words += command;
	entry->count -= command;
	i += entry->count > 2 && is_ttl(entry->words[1]) &&
	    is_update_class(entry->words[2]) ? 2 : entry->count > 1 &&
	    is_update_class(entry->words[1]) ? 1 : 0;
	if (i == entry->count || !take_from(entry, i, true))
		entry->type = entry->ttl = entry->class = NULL;
	free(reader->owner);
	reader->owner = name_normalise(entry->words[0]);
	reader->relative = false;
	entry->owner = reader->owner;
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
	if (!take_parts(reader, entry, words->indented, &owner)) {
		entry->ttl = entry->class = NULL;
		if (reader->files == NULL || take_command(reader))
			return;
		if (!take_unknown(entry, words->indented, &owner)) {
			entry->type = entry->ttl = entry->class = NULL;
			return;
		}
	}
	settle_owner(reader, owner);
	settle_ttl(reader);
}

/*
 * Puts the next record of a $GENERATE in the place of the words. False: there
 * is none, or (*WHY, static) it is wrong.
 */
static bool
generate(struct zone_reader *reader, const char **why)
{
	struct zone_lexer_entry *words = &reader->words;
	char **made = zone_generate_next(&reader->generate, why);

	if (made == NULL)
		return false;
	while (words->count > 0)
		free(words->words[--words->count]);
	free(words->words);
	words->words = made;
	words->count = reader->generate.count;
	words->indented = false;
	return true;
}

/*
 * Takes the next words that are not a directive. ZONE_READER_BAD: *SHOWN
 * (borrowed, or NULL) and *FAULT (static) say why.
 */
static enum zone_reader_result
next_words(struct zone_reader *reader, const char **shown, const char **fault)
{
	struct zone_lexer_entry *words = &reader->words;
	enum zone_lexer_result result;

	for (;;) {
		if (generate(reader, fault))
			return ZONE_READER_ENTRY;
		*shown = *fault != NULL ? words->words[0] : NULL;
		if (*fault != NULL)
			return ZONE_READER_BAD;
		zone_lexer_entry_clear(words);
		result = zone_lexer_next(&reader->lexer, words, fault);
		if (result == ZONE_LEXER_BAD)
			return ZONE_READER_BAD;
		if (result == ZONE_LEXER_END && reader->outer == NULL)
			return ZONE_READER_END;
		if (result == ZONE_LEXER_END) {
			leave_file(reader);
			continue;
		}
		if (words->words[0][0] != '$')
			return ZONE_READER_ENTRY;
		*shown = words->words[0];
		if (!take_directive(reader, fault))
			return ZONE_READER_BAD;
	}
}

enum zone_reader_result
zone_reader_next(struct zone_reader *reader, char **why)
{
	const char *shown, *fault;
	enum zone_reader_result result = next_words(reader, &shown, &fault);

	if (result == ZONE_READER_ENTRY)
		take_entry(reader);
	if (result == ZONE_READER_BAD)
		*why = zone_reader_fault(reader, reader->words.line, shown,
		    fault);
	return result;
}

bool
zone_reader_seconds(const char *ttl, uint32_t *seconds)
{
	static const char units[] = "smhdw";
	static const uint32_t lengths[] = { 1, 60, 3600, 86400, 604800 };
	uint64_t total = 0, number;
	const char *unit;

	while (isdigit((unsigned char)*ttl)) {
		for (number = 0; isdigit((unsigned char)*ttl) &&
		    number <= TTL_MAX; ttl++)
			number = number * 10 + (uint64_t)(*ttl - '0');
		unit = *ttl != '\0' ? strchr(units,
		    tolower((unsigned char)*ttl)) : units;
		if (unit == NULL)
			return false;
		ttl += *ttl != '\0';
		total += number * lengths[unit - units];
		if (total > TTL_MAX)
			return false;
		if (*ttl == '\0') {
			*seconds = (uint32_t)total;
			return true;
		}
	}
	return false;
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
