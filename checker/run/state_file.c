#include "checker/run/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "checker/run/output.h"
#include "checker/run/state.h"
#include "resolver/clock.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* Between two attempts to have the lock, in seconds. */
#define PAUSE 0.05

static char *
complain(const char *path, const char *what)
{
	char *safe = text_printable(path, strlen(path));
	char *why = memory_format("%s: %s", safe, what);

	free(safe);
	return why;
}

/* Whether FD is what is at PATH still: it may have been replaced. */
static bool
is_current(int fd, const char *path)
{
	struct stat mine, there;

	return fstat(fd, &mine) == 0 && stat(path, &there) == 0 &&
	    mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
}

/* Whether it is a file that can be replaced, and of which size. */
static bool
is_file(int fd, const char **fault)
{
	struct stat status;

	if (fstat(fd, &status) == -1)
		*fault = strerror(errno);
	else if (!S_ISREG(status.st_mode))
		*fault = "is not a regular file";
	else
		return true;
	return false;
}

/* Opens it with a lock, which is gone when it is closed. -1: *FAULT. */
static int
open_locked(const char *path, int flags, const char **fault)
{
	const double end = clock_monotonic() + STATE_FILE_PATIENCE;
	const struct timespec pause = clock_timespec(PAUSE);
	int fd;

	do {
		/* Never wait for somebody at the other end of a pipe. */
		fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | flags, 0666);
		if (fd == -1) {
			*fault = strerror(errno);
			return -1;
		}
		if (!is_file(fd, fault)) {
			close(fd);
			return -1;
		}
		if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_current(fd, path))
			return fd;
		close(fd);
		nanosleep(&pause, NULL);
	} while (clock_monotonic() < end);
	*fault = "is locked by another process";
	return -1;
}

/* Reads all that is there. False: *FAULT. */
static bool
read_all(struct file *file, int fd, const char *path, const char **fault)
{
	struct stat status;
	size_t size = 0;
	ssize_t got = 1;
	char *octets;

	if (fstat(fd, &status) == -1 ||
	    status.st_size > (off_t)STATE_SIZE_MAX) {
		*fault = "is larger than mxdane writes it";
		return false;
	}
	octets = memory_new((size_t)status.st_size + 1, 1);
	while (got > 0 && size < (size_t)status.st_size) {
		got = read(fd, octets + size, (size_t)status.st_size - size);
		if (got == -1 && errno == EINTR)
			got = 1;
		else if (got > 0)
			size += (size_t)got;
	}
	if (got >= 0)
		file_init(file, path, octets, size);
	else
		*fault = strerror(errno);
	free(octets);
	return got >= 0;
}

/* Where there is none yet: whether one can be made. Its folder, that is. */
static bool
can_create(const char *path, const char **fault)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL ? memory_string(".") :
	    memory_copy(path, (size_t)(slash - path) + 1);
	const bool good = access(folder, W_OK | X_OK) == 0;

	if (!good)
		*fault = strerror(errno);
	free(folder);
	return good;
}

static bool
read_locked(struct file *file, const char *path, const char **fault)
{
	int fd = open_locked(path, 0, fault);
	bool good;

	if (fd == -1 && access(path, F_OK) == -1 && errno == ENOENT) {
		file_init(file, path, "", 0);
		return can_create(path, fault);
	}
	if (fd == -1)
		return false;
	good = read_all(file, fd, path, fault);
	close(fd);
	return good;
}

bool
state_file_read(struct file *file, const char *path, char **why)
{
	const char *fault;

	memset(file, 0, sizeof(*file));
	if (read_locked(file, path, &fault))
		return true;
	*why = complain(path, fault);
	file_clear(file);
	return false;
}

/* Replaces the file, of which the caller has the lock. False: *WHY. */
static bool
replace(const char *path, const struct state *state, char **why)
{
	struct output output;

	if (!output_open(&output, path, true, why))
		return false;
	if (state_write(state, output.stream) &&
	    fsync(fileno(output.stream)) == 0)
		return output_close(&output, why);
	*why = output_fault(&output);
	output_discard(&output);
	return false;
}

static bool
add_to(const char *path, const struct file *file, struct state_seen *seen,
    char **why)
{
	struct state *state = state_parse(file, why);
	size_t forgotten;
	char *what;
	bool good;

	if (state == NULL)
		return false;
	forgotten = state_add(state, seen);
	good = replace(path, state, why);
	if (good && forgotten > 0) {
		what = memory_format("is full: %zu line%s forgotten, of what "
		    "was not looked at for longest", forgotten,
		    forgotten == 1 ? " is" : "s are");
		*why = complain(path, what);
		free(what);
	}
	state_free(state);
	return good;
}

bool
state_file_add(const char *path, struct state_seen *seen, char **why)
{
	const char *fault;
	struct file file = { NULL, NULL, 0 };
	int fd = open_locked(path, O_CREAT, &fault);
	bool good;

	*why = NULL;
	good = fd != -1 && read_all(&file, fd, path, &fault);
	if (good)
		good = add_to(path, &file, seen, why);
	else
		*why = complain(path, fault);
	file_clear(&file);
	if (fd != -1)
		close(fd);
	return good;
}
