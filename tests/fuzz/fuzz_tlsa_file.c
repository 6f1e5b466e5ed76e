/*
 * tlsa_file_from_text with any octets, as a user's file may hold them.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checker/tlsa/tlsa_file.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tlsa_file records;
	char *why = NULL;

	if (tlsa_file_from_text(&records, "file", (const char *)data, size,
	    &why)) {
		check(&records);
		tlsa_file_clear(&records);
	} else {
		/* One line, which names the file. */
		assert(strncmp(why, "file", 4) == 0);
		assert(strpbrk(why, "\n\r\t\033") == NULL);
		free(why);
	}
	return 0;
}
