#include "checker/tlsa/tlsa_file.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "resolver/file.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/zone_reader.h"

/* What has been read so far. */
struct reading {
	struct tlsa_file	*records;	/* borrowed */
	struct zone_reader	 reader;
	char			*why;		/* owned; set: it has failed */
};

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

	records->entries = memory_grow(records->entries, records->count,
	    sizeof(*records->entries));
	records->entries[records->count++] = (struct tlsa_file_entry){
		.owner = memory_string(entry->owner),
		.relative = entry->relative,
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

static bool
take_entry(struct reading *reading)
{
	const struct zone_entry *entry = &reading->reader.entry;

	if (entry->type == NULL)
		return take_fields(reading, entry->words, entry->count);
	if (strcasecmp(entry->type, "TLSA") != 0 &&
	    strcasecmp(entry->type, "TYPE52") != 0)
		return true;
	if (entry->class != NULL && strcasecmp(entry->class, "IN") != 0 &&
	    strcasecmp(entry->class, "CLASS1") != 0)
		return fail(reading, entry->class, "is not the class IN");
	if (entry->rdata_count >= 2 && strcmp(entry->rdata[0], "\\#") == 0)
		return take_generic(reading, entry->rdata, entry->rdata_count);
	return take_fields(reading, entry->rdata, entry->rdata_count);
}

bool
tlsa_file_init(struct tlsa_file *records, const struct file *file, char **why)
{
	struct reading reading = { .records = records };

	memset(records, 0, sizeof(*records));
	records->file = memory_string(file->name);
	/* '#' begins no comment in a zone, but in lists that people write. */
	zone_reader_init(&reading.reader, file, NULL, ";#");
	while (zone_reader_next(&reading.reader, &reading.why) ==
	    ZONE_READER_ENTRY && take_entry(&reading))
		continue;
	zone_reader_clear(&reading.reader);
	if (reading.why == NULL && records->count == 0)
		reading.why = memory_format("%s: no TLSA record in it",
		    records->file);
	if (reading.why == NULL)
		return true;
	*why = reading.why;
	tlsa_file_clear(records);
	return false;
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
