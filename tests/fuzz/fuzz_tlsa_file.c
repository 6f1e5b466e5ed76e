/*
 * tlsa_file_init with any octets, as a user's file may hold them; and the
 * same octets as a file of trust anchors or root hints.
 */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ldns/ldns.h>

#include "checker/tlsa/tlsa_file.h"
#include "checker/tlsa/tlsa_place.h"
#include "resolver/file.h"
#include "resolver/root_hints.h"
#include "resolver/zone_reader.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As mxtlsa and advice write them, the records are read as they were. */
static void
check_written(const struct tlsa_file *records)
{
	struct tlsa_file again;
	struct file file;
	char *text, *line, *why;
	size_t size, i;
	FILE *out = open_memstream(&text, &size);

	for (i = 0; i < records->count; i++) {
		line = tlsa_line(records->entries[i].owner,
		    &records->entries[i].fields);
		fprintf(out, "%s\n", line);
		free(line);
	}
	fclose(out);
	file_init(&file, "file", text, size);
	free(text);
	assert(tlsa_file_init(&again, &file, &why));
	assert(again.count == records->count);
	for (i = 0; i < records->count; i++) {
		assert((again.entries[i].owner == NULL) ==
		    (records->entries[i].owner == NULL));
		assert(again.entries[i].owner == NULL ||
		    strcmp(again.entries[i].owner,
		    records->entries[i].owner) == 0);
		assert(tlsa_equal(&again.entries[i].fields,
		    &records->entries[i].fields));
	}
	tlsa_file_clear(&again);
	file_clear(&file);
}

/* What whoever takes the records relies on. */
static void
check(const struct tlsa_file *records)
{
	const struct tlsa_file_entry *entry;
	struct tlsa_set set;
	size_t i;

	assert(records->count > 0);
	for (i = 0; i < records->count; i++) {
		entry = &records->entries[i];
		assert(entry->fields.data != NULL);
		assert(entry->fields.why == NULL);
		if (entry->owner == NULL)
			continue;
		assert(tlsa_file_set(records, entry->owner, &set) > 0);
		tlsa_set_clear(&set);
	}
	assert(tlsa_file_set(records, NULL, &set) == records->count);
	tlsa_set_clear(&set);
	check_written(records);
}

/* Found or not, each way out is consistent. */
static void
check_place(bool found, struct tlsa_place *place, char *why)
{
	assert(found == (why == NULL));
	assert(found == (place->records.count > 0));
	assert(why == NULL || strncmp(why, "file", 4) == 0);
	assert(why == NULL || strpbrk(why, "\n\r\t\033") == NULL);
	tlsa_place_clear(place);
	free(why);
}

/* Looks for records of some servers, with the origin that they suggest. */
static void
look_up(struct tlsa_file *records)
{
	char name[] = "mx.example.org", *names[] = { name };
	char *origin = tlsa_place_origin(records, names, 1), *why = NULL;
	struct tlsa_place place;
	bool found;

	free(origin);
	found = tlsa_place_find_only(&place, records, 25, &why);
	check_place(found, &place, why);
	why = NULL;
	found = tlsa_place_find(&place, records, 25, name, &why);
	check_place(found, &place, why);
	tlsa_file_drop_relative(records);
	why = NULL;
	found = tlsa_place_find(&place, records, 25, name, &why);
	check_place(found, &place, why);
}

/* Reads the octets as trust anchors and root hints are read. */
static void
read_records(const struct file *file)
{
	const char *end = file->octets + file->size;
	enum zone_reader_result result;
	const char *fault = NULL;
	struct zone_reader reader;
	ldns_rr *record;
	char *why = NULL;

	zone_reader_init(&reader, file, ".", ";");
	while ((result = zone_reader_next(&reader, &why)) ==
	    ZONE_READER_ENTRY) {
		assert(reader.entry.count > 0);
		assert(reader.entry.line > 0 &&
		    reader.entry.line <= reader.entry.last_line);
		assert(reader.entry.text >= file->octets &&
		    reader.entry.text + reader.entry.size <= end);
		record = zone_reader_record(&reader, &fault);
		assert(record != NULL || fault != NULL);
		ldns_rr_free(record);
	}
	assert((result == ZONE_READER_BAD) == (why != NULL));
	zone_reader_clear(&reader);
	free(why);
}

static void
read_hints(const struct file *file)
{
	struct root_hints hints;
	char *why = NULL;

	if (root_hints_init(&hints, file, &why)) {
		assert(hints.count > 0);
		root_hints_clear(&hints);
	} else {
		assert(strncmp(why, "file", 4) == 0);
		free(why);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tlsa_file records;
	struct file file;
	char *why = NULL;

	file_init(&file, "file", data, size);
	read_records(&file);
	read_hints(&file);
	if (tlsa_file_init(&records, &file, &why)) {
		check(&records);
		look_up(&records);
		tlsa_file_clear(&records);
	} else {
		/* One line, which names the file. */
		assert(strncmp(why, "file", 4) == 0);
		assert(strpbrk(why, "\n\r\t\033") == NULL);
		free(why);
	}
	file_clear(&file);
	return 0;
}
