#include "checker/tlsa/expectation.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "checker/tlsa/tlsa_file.h"
#include "resolver/file.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

/* A relative owner is a whole name whose last dot was left out. */
static bool
is_whole(const struct tlsa_file_entry *entry)
{
	const char *host = entry->owner;

	if (!entry->relative)
		return true;
	while (host != NULL && host[0] == '_')
		host = name_parent(host);
	return host != NULL && strchr(host, '.') != NULL &&
	    strcmp(host, ".") != 0;
}

/* Takes over the data of a record that was read. */
static struct expectation
take_entry(struct tlsa_file_entry *entry, bool absent)
{
	char *line = tlsa_line(entry->owner, &entry->fields);
	struct expectation expectation = {
		.text = text_printable(line, strlen(line)),
		.owner = memory_string(entry->owner),
		.record = entry->fields,
		.any_data = entry->fields.size == 0,
		.absent = absent,
	};

	entry->fields.data = NULL;
	free(line);
	return expectation;
}

static const char *
find_fault(const struct tlsa_file *records)
{
	size_t i;

	for (i = 0; i < records->count; i++) {
		if (!is_whole(&records->entries[i]))
			return "has an owner that is not a whole name, such as "
			    "_25._tcp.mx.example.org";
	}
	return NULL;
}

struct expectation *
expectation_add_lines(struct expectation *items, size_t *count,
    const char *text, bool absent, const char **why)
{
	struct tlsa_file records;
	struct tlsa fields;
	struct file file;
	char *fault;
	size_t i;

	/* What is wrong with fields is said of them. */
	*why = "is not the line of a TLSA record, whose data is hexadecimal "
	    "digits in pairs";
	if ((isdigit((unsigned char)*text) || strchr(text, ' ') == NULL) &&
	    tlsa_from_text(&fields, text, why))
		tlsa_clear(&fields);
	file_init(&file, "", text, strlen(text));
	if (tlsa_file_init(&records, &file, &fault)) {
		*why = find_fault(&records);
		for (i = 0; *why == NULL && i < records.count; i++) {
			items = memory_grow(items, *count, sizeof(*items));
			items[(*count)++] = take_entry(&records.entries[i],
			    absent);
		}
		tlsa_file_clear(&records);
	} else {
		free(fault);
	}
	file_clear(&file);
	return items;
}

bool
expectation_init(struct expectation *expectation, const char *text,
    bool absent, const char **why)
{
	struct expectation *items;
	size_t count = 0;

	memset(expectation, 0, sizeof(*expectation));
	items = expectation_add_lines(NULL, &count, text, absent, why);
	if (count > 1)
		*why = "has more than one record";
	if (count == 1) {
		*expectation = items[0];
		count = 0;
	}
	while (count > 0)
		expectation_clear(&items[--count]);
	free(items);
	return *why == NULL;
}

void
expectation_clear(struct expectation *expectation)
{
	free(expectation->text);
	free(expectation->owner);
	tlsa_clear(&expectation->record);
	memset(expectation, 0, sizeof(*expectation));
}

bool
expectation_finds(const struct expectation *expectation,
    const struct tlsa_set *set)
{
	const struct tlsa *wanted = &expectation->record, *record;
	size_t i;

	for (i = 0; i < set->count; i++) {
		record = &set->records[i];
		if (expectation->any_data ?
		    tlsa_same_combination(record, wanted) :
		    tlsa_equal(record, wanted))
			return true;
	}
	return false;
}
