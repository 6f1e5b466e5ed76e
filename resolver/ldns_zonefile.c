#include "resolver/ldns_zonefile.h"

#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/file.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* Of a record that states none; nobody looks at it. */
#define DEFAULT_TTL 3600

/*
 * Finds the last line of TEXT that is not blank: it begins at *BEGIN. Returns
 * how many lines come before it.
 */
static size_t
last_line(const char *text, size_t size, size_t *begin)
{
	size_t lines = 0, i;

	while (size > 0 && strchr(" \t\r\n", text[size - 1]) != NULL)
		size--;
	*begin = 0;
	for (i = 0; i < size; i++) {
		if (text[i] == '\n') {
			lines++;
			*begin = i + 1;
		}
	}
	return lines;
}

static void
add_record(struct ldns_zonefile *file, ldns_rr *record, size_t line, char *text)
{
	file->records = memory_grow(file->records, file->count,
	    sizeof(*file->records));
	file->records[file->count++] = (struct ldns_zonefile_record){
		.record = record,
		.line = line,
		.text = text,
	};
}

/* Adds the records in WHOLE, which STREAM reads. False: *WHY. */
static bool
read_records(struct ldns_zonefile *file, const char *whole, FILE *stream,
    char **why)
{
	const char *text = whole;
	ldns_rdf *origin = NULL, *previous = NULL;
	ldns_status status = LDNS_STATUS_OK;
	uint32_t ttl = DEFAULT_TTL;
	size_t size, line, begin;
	int next_line = 1;
	ldns_rr *record;

	while (status == LDNS_STATUS_OK && !feof(stream)) {
		line = (size_t)next_line;
		record = NULL;
		status = ldns_rr_new_frm_fp_l(&record, stream, &ttl, &origin,
		    &previous, &next_line);
		size = (size_t)ftell(stream) - (size_t)(text - whole);
		line += last_line(text, size, &begin);
		switch (status) {
		case LDNS_STATUS_OK:
			add_record(file, record, line,
			    memory_copy(text + begin, size - begin));
			break;
		case LDNS_STATUS_SYNTAX_EMPTY:
		case LDNS_STATUS_SYNTAX_TTL:
		case LDNS_STATUS_SYNTAX_ORIGIN:
			status = LDNS_STATUS_OK;
			break;
		default:
			*why = memory_format("%s, line %zu: %s", file->path,
			    line, ldns_get_errorstr_by_id(status));
			break;
		}
		text += size;
	}
	ldns_rdf_deep_free(origin);
	ldns_rdf_deep_free(previous);
	return status == LDNS_STATUS_OK;
}

bool
ldns_zonefile_init(struct ldns_zonefile *file, const char *path, char **why)
{
	FILE *stream;
	char *text;
	size_t size;
	bool read = true;

	memset(file, 0, sizeof(*file));
	file->path = text_printable(path, strlen(path));
	text = file_read(path, ZONEFILE_MAX, &size, why);
	if (text == NULL) {
		ldns_zonefile_clear(file);
		return false;
	}
	if (size > 0) {
		stream = fmemopen(text, size, "r");
		if (stream == NULL)
			abort();
		read = read_records(file, text, stream, why);
		fclose(stream);
	}
	free(text);
	if (!read)
		ldns_zonefile_clear(file);
	return read;
}

void
ldns_zonefile_clear(struct ldns_zonefile *file)
{
	size_t i;

	for (i = 0; i < file->count; i++) {
		ldns_rr_free(file->records[i].record);
		free(file->records[i].text);
	}
	free(file->records);
	free(file->path);
	memset(file, 0, sizeof(*file));
}

char *
ldns_zonefile_fault(const struct ldns_zonefile *file,
    const struct ldns_zonefile_record *record, const char *fault)
{
	return memory_format("%s, line %zu: %s", file->path, record->line,
	    fault);
}

bool
ldns_zonefile_is_type(const char *word)
{
	return ldns_get_rr_type_by_name(word) != 0;
}
