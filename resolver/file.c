#include "resolver/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"
#include "resolver/text.h"

/* What is wrong with the file at PATH. Owned by the caller. */
static char *
describe(const char *path, const char *fault)
{
	char *name = text_printable(path, strlen(path));
	char *why = memory_format("%s: %s", name, fault);

	free(name);
	return why;
}

static bool
read_stream(struct file *file, FILE *stream, const char *path, size_t limit,
    char **why)
{
	/* One octet beyond the limit tells a file that is too large. */
	char *octets = memory_new(limit + 1, 1), *fault;
	size_t size;
	bool good;

	errno = 0;
	size = fread(octets, 1, limit + 1, stream);
	good = ferror(stream) == 0 && size <= limit;
	if (good) {
		file_init(file, path, octets, size);
	} else {
		fault = ferror(stream) != 0 ? memory_string(strerror(errno)) :
		    memory_format("is larger than %zu octets", limit);
		*why = describe(path, fault);
		free(fault);
	}
	free(octets);
	return good;
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
