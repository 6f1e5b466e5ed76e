#include "checker/tlsa/tlsa_file.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "resolver/file.h"
#include "resolver/file_markup.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/zone_files.h"
#include "resolver/zone_reader.h"

/* What has been read so far. */
struct reading {
	struct tlsa_file	*records;	/* borrowed */
	struct zone_reader	 reader;
	char			*why;		/* owned; set: it has failed */
};

static void
entry_clear(struct tlsa_file_entry *entry)
{
	free(entry->owner);
	free(entry->fields.data);
}

static void
alias_clear(struct tlsa_file_alias *alias)
{
	free(alias->owner);
	free(alias->target);
}

/* Notes what is wrong with TEXT (NULL: with the entry). Returns false. */
static bool
fail(struct reading *reading, const char *text, const char *why)
{
	reading->why = zone_reader_fault(&reading->reader,
	    reading->reader.entry.line, text, why);
	return false;
}

/* Adds a record. Takes ownership of the data of FIELDS. */
static void
add(struct reading *reading, const struct tlsa *fields)
{
	const struct zone_entry *entry = &reading->reader.entry;
	struct tlsa_file *records = reading->records;
	uint32_t ttl = 0;

	if (entry->ttl != NULL && !zone_reader_seconds(entry->ttl, &ttl))
		ttl = 0;
	records->entries = memory_grow(records->entries, records->count,
	    sizeof(*records->entries));
	records->entries[records->count++] = (struct tlsa_file_entry){
		.owner = memory_string(entry->owner),
		.relative = entry->relative,
		.ttl = ttl,
		.fields = *fields,
	};
}

/* "3 1 1 60785a34...". */
static bool
take_fields(struct reading *reading, char *const *words, size_t count)
{
	char *text = memory_join_all(words, count, " ");
	struct tlsa fields;
	const char *why;
	bool good = tlsa_from_text(&fields, text, &why);

	if (good)
		add(reading, &fields);
	else
		fail(reading, text, why);
	free(text);
	return good;
}

/* "\# 35 030101 60785a34..." (RFC 3597 5). */
static bool
take_generic(struct reading *reading, char *const *words, size_t count)
{
	char *digits = memory_join_all(words + 2, count - 2, " ");
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
		return fail(reading, words[0], why);
	if (strtoul(words[1], &end, 10) != octets.size || *end != '\0') {
		fail(reading, words[1], "is not how many octets follow");
	} else if (octets.size < TLSA_HEADER) {
		fail(reading, NULL, "too few octets for usage, selector and "
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
		add(reading, &fields);
	}
	free(octets.data);
	return reading->why == NULL;
}

/* Fourteen digits, as in RRSIG records. */
static bool
is_time(const char *word)
{
	return strlen(word) == 14 && strspn(word, "0123456789") == 14;
}

/*
 * "TLSA 13 5 3600 20270101000000 20261201000000 4711 example.org. kZ1...": what
 * "dig +short +dnssec" prints of a signature.
 */
static bool
is_signature(const struct zone_entry *entry)
{
	return entry->rdata_count >= 8 && is_time(entry->rdata[3]) &&
	    is_time(entry->rdata[4]);
}

static bool
take_tlsa(struct reading *reading)
{
	const struct zone_entry *entry = &reading->reader.entry;

	if (is_signature(entry))
		return true;
	if (entry->class != NULL && strcasecmp(entry->class, "IN") != 0 &&
	    strcasecmp(entry->class, "CLASS1") != 0)
		return fail(reading, entry->class, "is not the class IN");
	if (entry->rdata_count >= 2 && strcmp(entry->rdata[0], "\\#") == 0)
		return take_generic(reading, entry->rdata, entry->rdata_count);
	return take_fields(reading, entry->rdata, entry->rdata_count);
}

static void
add_alias(struct reading *reading, const char *target, bool subtree)
{
	const struct zone_entry *entry = &reading->reader.entry;
	struct tlsa_file *records = reading->records;
	struct tlsa_file_alias *alias;

	records->aliases = memory_grow(records->aliases, records->alias_count,
	    sizeof(*records->aliases));
	alias = &records->aliases[records->alias_count++];
	alias->owner = memory_string(entry->owner);
	alias->relative = entry->relative;
	alias->target = zone_reader_target(&reading->reader, target,
	    &alias->target_relative);
	alias->subtree = subtree;
}

static bool
take_alias(struct reading *reading)
{
	const struct zone_entry *entry = &reading->reader.entry;

	if (is_signature(entry))
		return true;
	if (entry->rdata_count != 1)
		return fail(reading, entry->type, "needs one name");
	add_alias(reading, entry->rdata[0],
	    strcasecmp(entry->type, "DNAME") == 0);
	return true;
}

/* An owner is in a list once for each run of its records. */
static void
add_name(struct tlsa_file_names *names, const char *name)
{
	if (name == NULL || (names->count > 0 &&
	    name_equal(names->items[names->count - 1], name)))
		return;
	names->items = memory_grow(names->items, names->count,
	    sizeof(*names->items));
	names->items[names->count++] = memory_string(name);
}

static bool
take_soa(struct reading *reading)
{
	const struct zone_entry *entry = &reading->reader.entry;

	reading->records->is_zone = true;
	if (!entry->relative)
		add_name(&reading->records->apexes, entry->owner);
	return true;
}

static bool
take_ns(struct reading *reading)
{
	add_name(&reading->records->cuts, reading->reader.entry.owner);
	return true;
}

/* "NAME has TLSA record 3 1 1 ...", as host(1) has it. */
static bool
take_has(struct reading *reading)
{
	const struct zone_entry *entry = &reading->reader.entry;

	if (entry->rdata_count < 3 ||
	    strcasecmp(entry->rdata[0], "TLSA") != 0 ||
	    strcasecmp(entry->rdata[1], "record") != 0)
		return true;
	return take_fields(reading, entry->rdata + 2, entry->rdata_count - 2);
}

/* "NAME is an alias for NAME.", likewise. */
static bool
take_is(struct reading *reading)
{
	const struct zone_entry *entry = &reading->reader.entry;

	if (entry->rdata_count == 4 &&
	    strcasecmp(entry->rdata[1], "alias") == 0)
		add_alias(reading, entry->rdata[3], false);
	return true;
}

/* "TSLA 3 1 1 60785a34...": who passes that over has lost a record. */
static bool
take_unknown(struct reading *reading)
{
	const struct zone_entry *entry = &reading->reader.entry;
	char *text = memory_join_all(entry->rdata, entry->rdata_count, " ");
	struct tlsa fields;
	const char *why;
	const bool looks_so = strcasecmp(entry->type, "SMIMEA") != 0 &&
	    tlsa_from_text(&fields, text, &why);

	free(text);
	if (!looks_so)
		return true;
	free(fields.data);
	return fail(reading, entry->type, "is no type of records: TLSA?");
}

/* What is taken of a zone, by type. Others count for their owner alone. */
static bool
take_record(struct reading *reading)
{
	static const struct {
		const char	*type;
		bool		(*take)(struct reading *reading);
	} types[] = {
		{ "TLSA", take_tlsa },
		{ "TYPE52", take_tlsa },
		{ "CNAME", take_alias },
		{ "DNAME", take_alias },
		{ "SOA", take_soa },
		{ "NS", take_ns },
		{ "has", take_has },
		{ "is", take_is },
	};
	const struct zone_entry *entry = &reading->reader.entry;
	size_t i;

	if (entry->owner != NULL)
		name_tree_add(&reading->records->names, entry->owner);
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcasecmp(entry->type, types[i].type) == 0)
			return types[i].take(reading);
	}
	return !entry->unknown || take_unknown(reading);
}

static bool
is_deleted(const struct tlsa_file_entry *record, const char *owner,
    const struct tlsa *wanted)
{
	return record->owner != NULL && name_equal(record->owner, owner) &&
	    (wanted == NULL || tlsa_equal(&record->fields, wanted));
}

/* Takes away the records of OWNER that equal WANTED, NULL: all. */
static void
delete_records(struct tlsa_file *records, const char *owner,
    const struct tlsa *wanted)
{
	size_t i, kept = 0;

	for (i = 0; i < records->count; i++) {
		if (is_deleted(&records->entries[i], owner, wanted))
			entry_clear(&records->entries[i]);
		else
			records->entries[kept++] = records->entries[i];
	}
	records->count = kept;
}

/*
 * "update delete NAME [TYPE [DATA]]". What the file has not added before is not
 * there anyway.
 */
static bool
take_delete(struct reading *reading)
{
	const struct zone_entry *entry = &reading->reader.entry;
	struct tlsa_file *records = reading->records;
	const size_t count = records->count;
	struct tlsa_file_entry *last;
	struct tlsa wanted;

	if (entry->owner == NULL || (entry->type != NULL &&
	    strcasecmp(entry->type, "TLSA") != 0 &&
	    strcasecmp(entry->type, "TYPE52") != 0))
		return true;
	if (entry->type == NULL || entry->rdata_count == 0) {
		delete_records(records, entry->owner, NULL);
		return true;
	}
	reading->reader.entry.class = NULL;	/* NONE, perhaps */
	if (!take_tlsa(reading) || records->count == count)
		return reading->why == NULL;
	last = &records->entries[--records->count];
	wanted = last->fields;
	free(last->owner);
	delete_records(records, entry->owner, &wanted);
	free(wanted.data);
	return true;
}

/* "dane.example.net.": how "dig +short" shows where an alias leads. */
static bool
is_target(const struct zone_entry *entry)
{
	const size_t length = strlen(entry->words[0]);

	return entry->count == 1 && entry->words[0][length - 1] == '.';
}

static bool
take_entry(struct reading *reading)
{
	const struct zone_entry *entry = &reading->reader.entry;

	if (entry->action == ZONE_DELETE)
		return take_delete(reading);
	if (entry->type != NULL)
		return take_record(reading);
	if (entry->action != ZONE_RECORD || is_target(entry))
		return true;
	return take_fields(reading, entry->words, entry->count);
}

/*
 * What the file is, if it is of another kind: a static sentence to follow its
 * name.
 */
static const char *
other_form(const struct file *file)
{
	static const struct {
		const char	*begin;
		const char	*form;
	} forms[] = {
		{ "\xff\xfe", "is in UTF-16: save it as UTF-8" },
		{ "\xfe\xff", "is in UTF-16: save it as UTF-8" },
		{ "-----BEGIN ", "is PEM, not TLSA records or a zone" },
		{ "<", "is XML or HTML, not TLSA records or a zone" },
		{ "-\n", "is YAML, not TLSA records or a zone" },
	};
	const char *markup = file_markup(file->octets, file->size);
	size_t i;

	if (markup != NULL)
		return strcmp(markup, "JSON") == 0 ?
		    "is JSON, not TLSA records or a zone" :
		    "is YAML, not TLSA records or a zone";
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strncmp(file->octets, forms[i].begin,
		    strlen(forms[i].begin)) == 0)
			return forms[i].form;
	}
	return NULL;
}

/* For qsort: by owner, those without one first. */
static int
compare_aliases(const void *a, const void *b)
{
	const struct tlsa_file_alias *left = a, *right = b;

	if (left->owner == NULL || right->owner == NULL)
		return (left->owner != NULL) - (right->owner != NULL);
	return strcmp(left->owner, right->owner);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Whoever looks for one of a million finds it at once. */
static void
settle(struct tlsa_file *records)
{
	if (records->alias_count > 0)
		qsort(records->aliases, records->alias_count,
		    sizeof(*records->aliases), compare_aliases);
	if (records->cuts.count > 0)
		qsort(records->cuts.items, records->cuts.count,
		    sizeof(*records->cuts.items), compare_names);
}

bool
tlsa_file_init_zone(struct tlsa_file *records, const struct zone_files *files,
    const char *origin, char **why)
{
	struct reading reading = { .records = records };
	const char *form = other_form(&files->items[0]);

	memset(records, 0, sizeof(*records));
	records->file = memory_string(files->items[0].name);
	if (form != NULL)
		reading.why = memory_format("%s: %s", records->file, form);
	zone_reader_init_zone(&reading.reader, files, origin);
	while (reading.why == NULL && zone_reader_next(&reading.reader,
	    &reading.why) == ZONE_READER_ENTRY && take_entry(&reading))
		continue;
	zone_reader_clear(&reading.reader);
	settle(records);
	if (reading.why == NULL && records->count == 0)
		reading.why = memory_format("%s: no TLSA record in it",
		    records->file);
	if (reading.why == NULL)
		return true;
	*why = reading.why;
	tlsa_file_clear(records);
	return false;
}

bool
tlsa_file_init(struct tlsa_file *records, const struct file *file, char **why)
{
	struct file copy = *file;	/* borrowed */
	const struct zone_files files = { .items = &copy, .count = 1 };

	return tlsa_file_init_zone(records, &files, NULL, why);
}

static void
names_clear(struct tlsa_file_names *names)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		free(names->items[i]);
	free(names->items);
}

void
tlsa_file_clear(struct tlsa_file *records)
{
	size_t i;

	for (i = 0; i < records->count; i++)
		entry_clear(&records->entries[i]);
	for (i = 0; i < records->alias_count; i++)
		alias_clear(&records->aliases[i]);
	free(records->entries);
	free(records->aliases);
	names_clear(&records->apexes);
	names_clear(&records->cuts);
	name_tree_clear(&records->names);
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
	const struct tlsa_file_entry *first = records->entries;
	size_t i;

	for (i = 1; i < records->count; i++) {
		if (!same_owner(records->entries[i].owner, first->owner) ||
		    records->entries[i].relative != first->relative)
			return true;
	}
	return false;
}

const char *
tlsa_file_owner(const struct tlsa_file *records, size_t i, bool *relative)
{
	const struct tlsa_file_alias *alias;

	if (i < records->count) {
		*relative = records->entries[i].relative;
		return records->entries[i].owner;
	}
	alias = &records->aliases[i - records->count];
	*relative = alias->relative;
	return alias->owner;
}

/* Takes away what cannot be told apart from what is absolute. */
void
tlsa_file_drop_relative(struct tlsa_file *records)
{
	size_t i, kept = 0;

	for (i = 0; i < records->count; i++) {
		if (records->entries[i].relative)
			entry_clear(&records->entries[i]);
		else
			records->entries[kept++] = records->entries[i];
	}
	records->count = kept;
	for (i = kept = 0; i < records->alias_count; i++) {
		if (records->aliases[i].relative ||
		    records->aliases[i].target_relative)
			alias_clear(&records->aliases[i]);
		else
			records->aliases[kept++] = records->aliases[i];
	}
	records->alias_count = kept;
}
