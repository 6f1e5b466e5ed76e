#include "checker/run/earlier.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/recording.h"
#include "checker/report/report_json_read.h"
#include "checker/run/channel.h"
#include "checker/run/record_file.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* What a file has, as the first octet of what is handed to a worker. */
enum form { FORM_NONE = '-', FORM_RECORD = 'R', FORM_JSON = 'J' };

/* Octets of a report of one domain in JSON. */
#define LINE_MAX_SIZE	(CHANNEL_SIZE_MAX - 1)

/* Where in the file a domain is. */
struct entry {
	char		*domain;	/* owned */
	uint64_t	 offset;	/* of its facts, or of its line */
	size_t		 size;		/* octets of these */
	size_t		 number;	/* the first in the file is 0 */
};

struct earlier {
	char		*file;		/* owned, printable */
	FILE		*stream;	/* owned */
	enum form	 form;
	struct entry	*entries;	/* owned; sorted by domain */
	size_t		 count;
};

static char *
fault(const struct earlier *earlier, const char *what)
{
	return memory_format("%s: %s", earlier->file, what);
}

/* Takes ownership of DOMAIN. */
static void
add_entry(struct earlier *earlier, char *domain, uint64_t offset, size_t size)
{
	earlier->entries = memory_grow(earlier->entries, earlier->count,
	    sizeof(*earlier->entries));
	earlier->entries[earlier->count] = (struct entry){
		.domain = domain,
		.offset = offset,
		.size = size,
		.number = earlier->count,
	};
	earlier->count++;
}

/* Finds the records of a file. False: *WHY. */
static bool
index_records(struct earlier *earlier, const char *file, char **why)
{
	struct record_reader reader;
	struct recording_frame frame;
	enum record_result result;
	uint64_t behind;

	if (!record_reader_init(&reader, file, why))
		return false;
	while ((result = record_reader_next(&reader, &frame, why)) ==
	    RECORD_FRAME) {
		/* Where the facts are, counted from the end of the frame. */
		behind = (uint64_t)(reader.buffer + reader.begin -
		    frame.facts);
		add_entry(earlier, frame.domain, reader.offset - behind,
		    frame.size);
	}
	record_reader_clear(&reader);
	return result == RECORD_END;
}

/*
 * The domain of a report in JSON, which begins with it when it was written by
 * mxdane; otherwise all of it is read. Owned by the caller; NULL: *WHY.
 */
static char *
find_domain(const char *line, size_t size, char **why)
{
	static const char begins[] = "{\"domain\":\"";
	const char *name = line + sizeof(begins) - 1, *end;
	struct evidence *evidence;
	char *domain;

	if (size > sizeof(begins) &&
	    memcmp(line, begins, sizeof(begins) - 1) == 0) {
		end = memchr(name, '"', size - (sizeof(begins) - 1));
		if (end != NULL &&
		    memchr(name, '\\', (size_t)(end - name)) == NULL)
			return memory_copy(name, (size_t)(end - name));
	}
	evidence = report_json_read(line, size, why);
	if (evidence == NULL)
		return NULL;
	domain = memory_string(evidence->domain);
	evidence_free(evidence);
	return domain;
}

static bool
is_blank(const char *line, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (strchr(" \t\r\n", line[i]) == NULL || line[i] == '\0')
			return false;
	}
	return true;
}

/* Adds the report that is all of the file, over several lines. False: *WHY. */
static bool
index_whole(struct earlier *earlier, char **why)
{
	char *text = memory_new(LINE_MAX_SIZE, 1), *domain, *what;
	size_t size;

	rewind(earlier->stream);
	size = fread(text, 1, LINE_MAX_SIZE, earlier->stream);
	domain = find_domain(text, size, &what);
	free(text);
	if (domain != NULL) {
		add_entry(earlier, domain, 0, size);
		return true;
	}
	*why = fault(earlier, what);
	free(what);
	return false;
}

/* Finds the reports of a file, each a line. False: *WHY. */
static bool
index_lines(struct earlier *earlier, char **why)
{
	char *line = NULL, *domain, *what = NULL;
	size_t room = 0, number = 0;
	uint64_t offset = 0;
	ssize_t got;

	while ((got = getline(&line, &room, earlier->stream)) != -1) {
		number++;
		offset += (uint64_t)got;
		if (is_blank(line, (size_t)got))
			continue;
		domain = (size_t)got > LINE_MAX_SIZE ? NULL :
		    find_domain(line, (size_t)got, &what);
		if (domain == NULL)
			break;
		add_entry(earlier, domain, offset - (uint64_t)got,
		    (size_t)got);
	}
	free(line);
	if (got == -1)
		return true;
	free(what);
	if (earlier->count == 0)
		return index_whole(earlier, why);
	*why = memory_format("%s, line %zu: it is not a report in JSON",
	    earlier->file, number);
	return false;
}

static int
by_domain(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;
	int order = strcmp(left->domain, right->domain);

	if (order != 0)
		return order;
	return (left->number > right->number) - (left->number < right->number);
}

/* It is read where its domains are, in the order of the run. */
static bool
is_regular(FILE *stream)
{
	struct stat status;

	return fstat(fileno(stream), &status) == 0 && S_ISREG(status.st_mode);
}

/* By the first octet of the file, which stays unread. */
static enum form
form_of(FILE *stream)
{
	int first = getc(stream);

	ungetc(first, stream);
	if (first == EOF)
		return FORM_NONE;
	return first > 0x7f ? FORM_RECORD : FORM_JSON;
}

struct earlier *
earlier_open(const char *file, char **why)
{
	struct earlier *earlier = memory_new(1, sizeof(*earlier));
	bool good = false;

	earlier->file = text_printable(file, strlen(file));
	earlier->stream = fopen(file, "re");
	if (earlier->stream == NULL) {
		*why = fault(earlier, strerror(errno));
		earlier_close(earlier);
		return NULL;
	}
	if (!is_regular(earlier->stream)) {
		*why = fault(earlier, "it is not a regular file");
		earlier_close(earlier);
		return NULL;
	}
	earlier->form = form_of(earlier->stream);
	switch (earlier->form) {
	case FORM_NONE:
		good = true;
		break;
	case FORM_RECORD:
		good = index_records(earlier, file, why);
		break;
	case FORM_JSON:
		good = index_lines(earlier, why);
		break;
	}
	if (!good) {
		earlier_close(earlier);
		return NULL;
	}
	if (earlier->count > 1)
		qsort(earlier->entries, earlier->count,
		    sizeof(*earlier->entries), by_domain);
	return earlier;
}

void
earlier_close(struct earlier *earlier)
{
	size_t i;

	if (earlier == NULL)
		return;
	for (i = 0; i < earlier->count; i++)
		free(earlier->entries[i].domain);
	free(earlier->entries);
	if (earlier->stream != NULL)
		fclose(earlier->stream);
	free(earlier->file);
	free(earlier);
}

/* The last entry of DOMAIN. Borrowed; NULL: none. */
static const struct entry *
find_entry(const struct earlier *earlier, const char *domain)
{
	size_t low = 0, high = earlier->count, middle;

	/* The first entry behind those of the domain is sought. */
	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(earlier->entries[middle].domain, domain) > 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low > 0 && strcmp(earlier->entries[low - 1].domain,
	    domain) == 0 ? &earlier->entries[low - 1] : NULL;
}

uint8_t *
earlier_find(const struct earlier *earlier, const char *domain, size_t *size,
    char **why)
{
	const struct entry *entry = find_entry(earlier, domain);
	uint8_t *octets;

	*size = 1 + (entry != NULL ? entry->size : 0);
	octets = memory_new(*size, 1);
	octets[0] = (uint8_t)(entry != NULL ? earlier->form : FORM_NONE);
	if (entry == NULL)
		return octets;
	if (fseeko(earlier->stream, (off_t)entry->offset, SEEK_SET) == 0 &&
	    fread(octets + 1, 1, entry->size, earlier->stream) == entry->size)
		return octets;
	*why = fault(earlier, ferror(earlier->stream) ? strerror(errno) :
	    "it has become shorter");
	free(octets);
	return NULL;
}

bool
earlier_decode(const uint8_t *octets, size_t size, struct evidence **evidence,
    bool *judged, char **why)
{
	*judged = octets[0] == FORM_JSON;
	*evidence = NULL;
	switch (octets[0]) {
	case FORM_RECORD:
		*evidence = recording_decode(octets + 1, size - 1,
		    RECORDING_FACTS, why);
		break;
	case FORM_JSON:
		*evidence = report_json_read((const char *)octets + 1,
		    size - 1, why);
		break;
	default:
		return true;
	}
	return *evidence != NULL;
}
