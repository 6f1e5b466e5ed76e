#include "resolver/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/text.h"

/* Octets that are made room for at first. */
#define READ_FIRST 65536

/* What is wrong with the file at PATH. Owned by the caller. */
static char *
describe(const char *path, const char *fault)
{
	char *name = text_printable(path, strlen(path));
	char *why = memory_format("%s: %s", name, fault);

	free(name);
	return why;
}

/*
 * The next octets of STREAM, as many as there is room for below LIMIT + 1: one
 * octet beyond the limit tells a file that is too large. False: that was all.
 */
static bool
read_more(struct file *file, FILE *stream, size_t limit, size_t *room)
{
	size_t wanted;

	if (file->size == *room) {
		*room = *room > (limit + 1) / 2 ? limit + 1 : 2 * *room;
		file->octets = memory_resize(file->octets, *room + 1);
	}
	wanted = *room - file->size;
	file->size += fread(file->octets + file->size, 1, wanted, stream);
	return file->size == *room && file->size <= limit;
}

static bool
read_stream(struct file *file, FILE *stream, const char *path, size_t limit,
    char **why)
{
	size_t room = limit < READ_FIRST ? limit + 1 : READ_FIRST;
	char *fault;

	file->octets = memory_resize(NULL, room + 1);
	errno = 0;
	while (read_more(file, stream, limit, &room))
		continue;
	if (ferror(stream) == 0 && file->size <= limit) {
		file->name = text_printable(path, strlen(path));
		file->octets = memory_resize(file->octets, file->size + 1);
		file->octets[file->size] = '\0';
		return true;
	}
	fault = ferror(stream) != 0 ? memory_string(strerror(errno)) :
	    memory_format("is larger than %zu octets", limit);
	*why = describe(path, fault);
	free(fault);
	file_clear(file);
	return false;
}

bool
file_read(struct file *file, const char *path, size_t limit, char **why)
{
	FILE *stream = fopen(path, "r");
	bool good;

	memset(file, 0, sizeof(*file));
	if (stream == NULL) {
		*why = describe(path, strerror(errno));
		return false;
	}
	good = read_stream(file, stream, path, limit, why);
	fclose(stream);
	return good;
}

bool
file_read_or_input(struct file *file, const char *path, size_t limit,
    char **why)
{
	memset(file, 0, sizeof(*file));
	if (strcmp(path, "-") == 0)
		return read_stream(file, stdin, path, limit, why);
	return file_read(file, path, limit, why);
}

void
file_init(struct file *file, const char *name, const void *octets, size_t size)
{
	file->name = text_printable(name, strlen(name));
	file->octets = memory_copy(octets, size);
	file->size = size;
}

void
file_clear(struct file *file)
{
	free(file->name);
	free(file->octets);
	memset(file, 0, sizeof(*file));
}
