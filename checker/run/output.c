#include "checker/run/output.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "resolver/memory.h"
#include "resolver/text.h"

/* Links one behind the other, as the system follows them. */
#define LINKS_MAX	40

#define COPY_SIZE	65536

static char *
complain(const char *file)
{
	int error = errno;
	char *safe, *line;

	if (file == NULL)
		return memory_format("cannot write to standard output: %s",
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

static void
output_clear(struct output *output)
{
	free(output->temporary);
	free(output->target);
	free(output->file);
	memset(output, 0, sizeof(*output));
}

/*
 * Names for what the process has open already, whose links lead nowhere: they
 * are opened as they are.
 */
static bool
is_descriptor(const char *file)
{
	static const char *const begins[] = {
		"/dev/fd/", "/dev/std", "/proc/",
	};
	size_t i;

	for (i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		if (strncmp(file, begins[i], strlen(begins[i])) == 0)
			return true;
	}
	return false;
}

/* What the link FILE names. Owned by the caller; NULL: it is no link. */
static char *
read_link(const char *file)
{
	const char *slash = strrchr(file, '/');
	const size_t folder = slash != NULL ? (size_t)(slash - file) + 1 : 0;
	char name[PATH_MAX], *begin, *whole;
	ssize_t size = readlink(file, name, sizeof(name));

	if (size <= 0 || (size_t)size == sizeof(name))
		return NULL;
	if (*name == '/')
		return memory_copy(name, (size_t)size);
	begin = memory_copy(file, folder);
	whole = memory_format("%s%.*s", begin, (int)size, name);
	free(begin);
	return whole;
}

/*
 * The file that FILE is at the end of all links, be it there or not. Owned by
 * the caller; NULL: none that could be replaced.
 */
static char *
follow(const char *file)
{
	char *path = memory_string(file), *next;
	int links;

	for (links = 0; links <= LINKS_MAX; links++) {
		if (is_descriptor(path))
			break;
		next = read_link(path);
		if (next == NULL)
			return path;
		free(path);
		path = next;
	}
	free(path);
	return NULL;
}

/* The mode of a new file. */
static mode_t
new_mode(void)
{
	const mode_t mask = umask(0);

	umask(mask);
	return (S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH) &
	    ~mask;
}

/*
 * Gives the temporary file at FD what the old one has: OLD, or NULL if there is
 * none.
 */
static void
take_after(struct output *output, int fd, const struct stat *old)
{
	const struct stat *mine = NULL;
	struct stat status;

	if (old == NULL) {
		(void)fchmod(fd, new_mode());
		return;
	}
	if (fstat(fd, &status) == 0 && ((status.st_uid == old->st_uid &&
	    status.st_gid == old->st_gid) ||
	    fchown(fd, old->st_uid, old->st_gid) == 0))
		mine = &status;
	output->rewrite = mine == NULL || old->st_nlink > 1 ||
	    fchmod(fd, old->st_mode & 07777) == -1;
}

/* NULL: nothing can be created beside the target, by errno. */
static FILE *
open_temporary(struct output *output, const struct stat *old)
{
	FILE *stream;
	int fd, error;

	output->temporary = memory_format("%s.XXXXXX", output->target);
	fd = mkstemp(output->temporary);
	if (fd == -1) {
		error = errno;
		free(output->temporary);
		output->temporary = NULL;
		errno = error;
		return NULL;
	}
	take_after(output, fd, old);
	stream = fdopen(fd, "w");
	if (stream == NULL)
		abort();
	return stream;
}

/* Whether ERROR is about a folder, in which nothing may be changed. */
static bool
is_forbidden(int error)
{
	return error == EACCES || error == EPERM || error == EROFS;
}

static FILE *
open_whole(struct output *output)
{
	struct stat status;
	bool exists;
	FILE *stream;

	exists = stat(output->file, &status) == 0;
	/* A device or a pipe is written to directly. */
	if (!exists || S_ISREG(status.st_mode))
		output->target = follow(output->file);
	if (output->target == NULL)
		return fopen(output->file, "w");
	/* Who may not write the file may not replace it either. */
	if (exists && access(output->file, W_OK) == -1)
		return NULL;
	stream = open_temporary(output, exists ? &status : NULL);
	if (stream == NULL && exists && is_forbidden(errno))
		stream = fopen(output->file, "w");
	return stream;
}

bool
output_open(struct output *output, const char *file, bool whole, char **why)
{
	memset(output, 0, sizeof(*output));
	if (file == NULL || strcmp(file, "-") == 0) {
		output->stream = stdout;
		return true;
	}
	output->file = memory_string(file);
	output->stream = whole ? open_whole(output) : fopen(file, "w");
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

/* Copies all of one stream to the other. False: it cannot be, by errno. */
static bool
copy(FILE *from, FILE *to)
{
	char octets[COPY_SIZE];
	size_t size;

	while ((size = fread(octets, 1, sizeof(octets), from)) > 0) {
		if (fwrite(octets, 1, size, to) != size)
			return false;
	}
	return ferror(from) == 0;
}

/* Writes the complete temporary file's content into the target. */
static bool
rewrite(const struct output *output)
{
	FILE *from = fopen(output->temporary, "r"), *to;
	bool good;
	int error;

	if (from == NULL)
		return false;
	to = fopen(output->target, "w");
	good = to != NULL && copy(from, to) && fflush(to) == 0;
	error = errno;
	if (to != NULL && fclose(to) != 0 && good) {
		good = false;
		error = errno;
	}
	fclose(from);
	errno = error;
	return good;
}

/* Has the complete temporary file become the target. */
static bool
settle(const struct output *output)
{
	if (!output->rewrite &&
	    rename(output->temporary, output->target) == 0)
		return true;
	/* A mount, for example, or somebody else's file in a sticky folder. */
	if (!output->rewrite && errno != EBUSY && !is_forbidden(errno))
		return false;
	if (!rewrite(output))
		return false;
	unlink(output->temporary);
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
	if (good && output->temporary != NULL && !settle(output)) {
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
