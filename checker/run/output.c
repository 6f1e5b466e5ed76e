#include "checker/run/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "resolver/memory.h"
#include "resolver/text.h"

static char *
complain(const char *file)
{
	int error = errno;
	char *safe, *line;

	if (file == NULL)
		return memory_format("cannot write the report: %s",
		    strerror(error));
	safe = text_printable(file, strlen(file));
	line = memory_format("cannot write '%s': %s", safe, strerror(error));
	free(safe);
	return line;
}

char *
output_fault(const struct output *output)
{
	const int error = errno;
	char *why = complain(output->file);

	errno = error;
	return why;
}

/* A device or a pipe is written to directly. */
static bool
can_replace(const char *file)
{
	struct stat status;

	return stat(file, &status) == -1 || S_ISREG(status.st_mode);
}

static FILE *
open_temporary(struct output *output)
{
	FILE *stream;
	int fd;

	output->temporary = memory_format("%s.XXXXXX", output->file);
	fd = mkstemp(output->temporary);
	if (fd == -1)
		return NULL;
	stream = fdopen(fd, "w");
	if (stream == NULL || fchmod(fd, 0644) == -1)
		abort();
	return stream;
}

static void
output_clear(struct output *output)
{
	free(output->temporary);
	free(output->file);
	memset(output, 0, sizeof(*output));
}

bool
output_open(struct output *output, const char *file, bool whole, char **why)
{
	memset(output, 0, sizeof(*output));
	if (file == NULL) {
		output->stream = stdout;
		return true;
	}
	output->file = memory_string(file);
	output->stream = whole && can_replace(file) ?
	    open_temporary(output) : fopen(file, "w");
	if (output->stream != NULL)
		return true;
	*why = complain(file);
	output_clear(output);
	return false;
}

bool
output_append(struct output *output, const char *file, char **why)
{
	memset(output, 0, sizeof(*output));
	output->stream = fopen(file, "a");
	if (output->stream == NULL) {
		*why = complain(file);
		return false;
	}
	output->file = memory_string(file);
	return true;
}

bool
output_close(struct output *output, char **why)
{
	bool good = fflush(output->stream) == 0 && !ferror(output->stream);
	int error = errno;

	if (output->file != NULL && fclose(output->stream) != 0 && good) {
		good = false;
		error = errno;
	}
	if (good && output->temporary != NULL &&
	    rename(output->temporary, output->file) != 0) {
		good = false;
		error = errno;
	}
	if (!good) {
		if (output->temporary != NULL)
			unlink(output->temporary);
		errno = error;
		*why = output_fault(output);
	}
	output_clear(output);
	errno = error;
	return good;
}

void
output_keep(struct output *output)
{
	if (output->file != NULL)
		fclose(output->stream);
	output_clear(output);
}

void
output_discard(struct output *output)
{
	if (output->temporary != NULL)
		unlink(output->temporary);
	output_keep(output);
}
