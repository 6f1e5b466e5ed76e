/*
 * anchors_init with any octets, as a file of --trust-anchor may hold them: what
 * it takes is taken again.
 */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ldns/ldns.h>

#include "resolver/anchor.h"
#include "resolver/file.h"
#include "resolver/memory.h"
#include "resolver/text.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The anchors as a file of them. */
static struct file
write_anchors(const struct anchors *anchors)
{
	struct file file;
	char *text;
	size_t size, i;
	FILE *out = open_memstream(&text, &size);

	for (i = 0; i < anchors->count; i++)
		fprintf(out, "%s\n", anchors->records[i]);
	fclose(out);
	file_init(&file, "file", text, size);
	free(text);
	return file;
}

/* A record on a line, that libunbound is handed. */
static void
check_record(const char *line)
{
	ldns_rr *record;

	assert(text_is_printable(line, strlen(line)));
	assert(strchr(line, ';') == NULL);
	assert(ldns_rr_new_frm_str(&record, line, 0, NULL, NULL) ==
	    LDNS_STATUS_OK);
	assert(ldns_rr_get_type(record) == LDNS_RR_TYPE_DS ||
	    ldns_rr_get_type(record) == LDNS_RR_TYPE_DNSKEY);
	ldns_rr_free(record);
}

static void
check(const struct anchors *anchors)
{
	struct file file = write_anchors(anchors);
	const struct anchor_files files = { .user = &file };
	struct anchors again;
	char *why = NULL;
	size_t i;

	assert(anchors->count > 0);
	assert(strcmp(anchors->source, "in file") == 0);
	assert(anchors_init(&again, &files, &why));
	assert(again.count == anchors->count);
	for (i = 0; i < anchors->count; i++) {
		check_record(anchors->records[i]);
		assert(strcmp(again.records[i], anchors->records[i]) == 0);
	}
	anchors_clear(&again);
	file_clear(&file);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct anchors anchors;
	struct file file;
	const struct anchor_files files = { .user = &file };
	char *why = NULL;

	file_init(&file, "file", data, size);
	if (anchors_init(&anchors, &files, &why)) {
		check(&anchors);
		anchors_clear(&anchors);
	} else {
		assert(anchors.count == 0 && anchors.records == NULL);
		assert(strncmp(why, "file", 4) == 0);
		assert(text_is_printable(why, strlen(why)));
		free(why);
	}
	file_clear(&file);
	return 0;
}
