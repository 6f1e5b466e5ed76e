#include "checker/run/earlier.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/recording.h"
#include "checker/report/report_json_read.h"
#include "checker/run/record_file.h"
#include "checker/run/report_line.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* What a file has, as the first octet of what is handed to a worker. */
enum form { FORM_NONE = '-', FORM_RECORD = 'R', FORM_JSON = 'J' };

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

/* Adds what was read last if it is a report. False: *WHY (owned). */
static bool
index_report(struct earlier *earlier, const struct report_line *line,
    uint64_t offset, char **why)
{
	char *domain;

	if (line->size > REPORT_JSON_READ_MAX) {
		*why = memory_string("it is too long for a report");
		return false;
	}
	domain = find_domain(line->octets, line->size, why);
	if (domain == NULL)
		return false;
	add_entry(earlier, domain, offset, line->size);
	return true;
}

/* Says where in the file WHY (owned) is. Owned by the caller. */
static char *
locate(const struct earlier *earlier, size_t number, char *why)
{
	char *located = memory_format("%s, line %zu: it is no report in JSON: "
	    "%s", earlier->file, number, why);

	free(why);
	return located;
}

/*
 * A file of which not even the first line is a report: it may be one over
 * several lines. False: *WHY. An array of reports is an error that many would
 * make ("jq -s").
 */
static bool
index_whole(struct earlier *earlier, struct report_line *line, char **why)
{
	char *what;

	rewind(earlier->stream);
	report_line_read(earlier->stream, EOF, line);
	if (index_report(earlier, line, 0, &what))
		return true;
	if (line->octets[strspn(line->octets, " \t\r\n")] == '[')
		*why = fault(earlier, "it is an array; of several reports, "
		    "each must be a line, as by \"jq -c '.[]'\"");
	else
		*why = memory_format("%s: it is neither a record nor one "
		    "report in JSON, nor one a line: %s", earlier->file, what);
	free(what);
	return false;
}

/* Finds the reports of a file, each a line. False: *WHY. */
static bool
index_lines(struct earlier *earlier, char **why)
{
	struct report_line line = { NULL, 0, 0 };
	uint64_t offset = 0;
	size_t number = 0;
	bool good = true;
	char *what;

	while (good && report_line_read(earlier->stream, '\n', &line)) {
		number++;
		good = report_line_is_blank(&line) ||
		    index_report(earlier, &line, offset, &what);
		offset += line.size;
	}
	if (!good && earlier->count == 0) {
		free(what);
		good = index_whole(earlier, &line, why);
	} else if (!good) {
		*why = locate(earlier, number, what);
	} else if (ferror(earlier->stream)) {
		*why = fault(earlier, strerror(errno));
		good = false;
	}
	free(line.octets);
	return good;
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
