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

static char *
read_stream(FILE *stream, const char *path, size_t limit, size_t *size,
    char **why)
{
	/* One octet beyond the limit tells a file that is too large. */
	char *octets = memory_new(limit + 2, 1), *fault;

	errno = 0;
	*size = fread(octets, 1, limit + 1, stream);
	if (ferror(stream) == 0 && *size <= limit)
		return octets;
	if (ferror(stream) != 0)
		fault = memory_string(strerror(errno));
	else
		fault = memory_format("is larger than %zu octets", limit);
	*why = describe(path, fault);
	free(fault);
	free(octets);
	return NULL;
}

char *
file_read(const char *path, size_t limit, size_t *size, char **why)
{
	FILE *stream = fopen(path, "r");
	char *octets;

	if (stream == NULL) {
		*why = describe(path, strerror(errno));
		return NULL;
	}
	octets = read_stream(stream, path, limit, size, why);
	fclose(stream);
	return octets;
}

char *
file_read_or_input(const char *path, size_t limit, size_t *size, char **why)
{
	if (strcmp(path, "-") == 0)
		return read_stream(stdin, path, limit, size, why);
	return file_read(path, limit, size, why);
}
