#include "checker/run/record_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "resolver/memory.h"
#include "resolver/text.h"

#define READ_SIZE (256 * 1024)

/* With which the tag of self-described CBOR begins, and no text. */
#define FIRST_OCTET 0xd9

/* So that it is told before anything is done with what is read. */
static bool
is_directory(int fd)
{
	struct stat status;

	if (fstat(fd, &status) == -1 || !S_ISDIR(status.st_mode))
		return false;
	errno = EISDIR;
	return true;
}

bool
record_reader_init(struct record_reader *reader, const char *file, char **why)
{
	memset(reader, 0, sizeof(*reader));
	reader->file = text_printable(file, strlen(file));
	reader->fd = strcmp(file, "-") == 0 ? STDIN_FILENO :
	    open(file, O_RDONLY | O_CLOEXEC);
	if (reader->fd != -1 && !is_directory(reader->fd))
		return true;
	*why = memory_format("%s: %s", reader->file, strerror(errno));
	record_reader_clear(reader);
	return false;
}

void
record_reader_clear(struct record_reader *reader)
{
	if (reader->fd > STDERR_FILENO)
		close(reader->fd);
	free(reader->buffer);
	free(reader->file);
	memset(reader, 0, sizeof(*reader));
	reader->fd = -1;
}

/* Room for more behind what is there, of which the beginning is needed. */
static void
make_room(struct record_reader *reader)
{
	const size_t used = reader->end - reader->begin;

	if (reader->room - reader->end >= READ_SIZE)
		return;
	if (used + READ_SIZE > reader->room / 2) {
		reader->room = 2 * (used + READ_SIZE);
		reader->buffer = memory_resize(reader->buffer, reader->room);
	}
	memmove(reader->buffer, reader->buffer + reader->begin, used);
	reader->begin = 0;
	reader->end = used;
}

/* False: *WHY. At the end of the file `ended` is set. */
static bool
read_more(struct record_reader *reader, char **why)
{
	ssize_t got;

	make_room(reader);
	do
		got = read(reader->fd, reader->buffer + reader->end,
		    reader->room - reader->end);
	while (got == -1 && errno == EINTR);
	if (got == -1) {
		*why = memory_format("%s: %s", reader->file, strerror(errno));
		return false;
	}
	reader->ended = got == 0;
	reader->end += (size_t)got;
	return true;
}

/*
 * Says where in the file WHY (owned) is. Owned by the caller. Where not even
 * the first octet is that of a record, it is another kind of file.
 */
static char *
locate(const struct record_reader *reader, char *why)
{
	const bool is_other = reader->offset == 0 &&
	    reader->buffer[reader->begin] != FIRST_OCTET;
	char *located;

	if (is_other)
		located = memory_format("%s: %s, as --record writes it%s",
		    reader->file, why, reader->buffer[reader->begin] == '{' ?
		    "; a report in JSON cannot be judged again" : "");
	else
		located = memory_format("%s: at octet %llu: %s", reader->file,
		    (unsigned long long)reader->offset, why);
	free(why);
	return located;
}

enum record_result
record_reader_next(struct record_reader *reader,
    struct recording_frame *frame, char **why)
{
	enum recording_state state = RECORDING_MORE;
	size_t used;

	for (;;) {
		if (reader->begin < reader->end)
			state = recording_unframe(reader->buffer +
			    reader->begin, reader->end - reader->begin, frame,
			    &used, why);
		else if (reader->ended)
			return RECORD_END;
		if (state == RECORDING_FRAME) {
			reader->begin += used;
			reader->offset += used;
			return RECORD_FRAME;
		}
		if (state == RECORDING_MORE && reader->ended) {
			*why = memory_string(reader->buffer[reader->begin] ==
			    FIRST_OCTET ? "the record is cut off" :
			    "not a record of mxdane");
			state = RECORDING_BAD;
		}
		if (state == RECORDING_BAD) {
			*why = locate(reader, *why);
			return RECORD_BAD;
		}
		if (!read_more(reader, why))
			return RECORD_BAD;
	}
}

bool
record_writer_init(struct record_writer *writer, const char *file, char **why)
{
	memset(writer, 0, sizeof(*writer));
	return output_open(&writer->output, file, true, why);
}

bool
record_writer_add(struct record_writer *writer, const char *domain,
    const uint8_t *facts, size_t size, char **why)
{
	FILE *stream = writer->output.stream;
	size_t framed;
	uint8_t *frame;
	bool good;

	*why = NULL;
	if (writer->failed)
		return false;
	frame = recording_frame(domain, facts, size, &framed);
	good = fwrite(frame, 1, framed, stream) == framed &&
	    fflush(stream) == 0;
	if (good)
		writer->count++;
	else
		*why = output_fault(&writer->output);
	writer->failed = !good;
	free(frame);
	return good;
}

bool
record_writer_close(struct record_writer *writer, bool complete, char **why)
{
	const bool failed = writer->failed;

	*why = NULL;
	if (writer->output.stream == NULL)
		return true;
	if (complete && !failed) {
		writer->failed = !output_close(&writer->output, why);
		return !writer->failed;
	}
	if (writer->count == 0 || writer->output.temporary == NULL) {
		output_discard(&writer->output);
		return !failed;
	}
	*why = memory_format("the record of the %zu domain%s so far is in '%s'",
	    writer->count, writer->count == 1 ? "" : "s",
	    writer->output.temporary);
	output_keep(&writer->output);
	return !failed;
}
