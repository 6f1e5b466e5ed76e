#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#ifdef HAVE_LANDLOCK
/* For O_PATH. */
#define _GNU_SOURCE
#endif

#include "checker/run/confine_parts.h"

#ifdef HAVE_LANDLOCK

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "resolver/memory.h"

/* What the header of an older kernel does not have. */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER	(UINT64_C(1) << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE	(UINT64_C(1) << 14)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV	(UINT64_C(1) << 15)
#endif
#define NET_BIND_TCP			(UINT64_C(1) << 0)
#define NET_CONNECT_TCP			(UINT64_C(1) << 1)
#define RULE_NET_PORT			2
#define SCOPE_ABSTRACT_SOCKETS		(UINT64_C(1) << 0)
#define SCOPE_SIGNALS			(UINT64_C(1) << 1)

/* All rights to do something with a file that a kernel of version 1 knows. */
#define FS_FIRST	((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

/* What may be done with a file that is written to. */
#define FS_WRITE	(LANDLOCK_ACCESS_FS_WRITE_FILE | \
			LANDLOCK_ACCESS_FS_TRUNCATE)
/* And in a folder, to replace one: mkstemp() opens it for reading, too. */
#define FS_REPLACE	(FS_WRITE | LANDLOCK_ACCESS_FS_READ_FILE | \
			LANDLOCK_ACCESS_FS_MAKE_REG | \
			LANDLOCK_ACCESS_FS_REMOVE_FILE)
#define FS_DEVICE	(FS_WRITE | LANDLOCK_ACCESS_FS_READ_FILE | \
			LANDLOCK_ACCESS_FS_IOCTL_DEV)
#define FS_READ		(LANDLOCK_ACCESS_FS_READ_FILE | \
			LANDLOCK_ACCESS_FS_READ_DIR)

/* More than Linux follows. */
#define LINKS_MAX	64
#define LINK_SIZE_MAX	4096

/* The argument of landlock_create_ruleset: what a set forbids. */
struct ruleset {
	uint64_t	files;
	uint64_t	network;
	uint64_t	scopes;
};

/* An allowance of TCP, as the kernel takes it. */
struct port_rule {
	uint64_t	allowed;
	uint64_t	port;
};

static long
create_ruleset(const struct ruleset *ruleset, size_t size, unsigned flags)
{
	return syscall(SYS_landlock_create_ruleset, ruleset, size, flags);
}

/* The version of the kernel's Landlock; less than 1: it has none. */
static long
version(void)
{
	return create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

/* All that a kernel of this version can forbid and NEEDS does not have. */
static struct ruleset
ruleset_for(long here, const struct confine_needs *needs)
{
	struct ruleset ruleset = { .files = FS_FIRST };

	if (here >= 2)
		ruleset.files |= LANDLOCK_ACCESS_FS_REFER;
	if (here >= 3)
		ruleset.files |= LANDLOCK_ACCESS_FS_TRUNCATE;
	if (here >= 4)
		ruleset.network = NET_BIND_TCP |
		    (needs->network ? 0 : NET_CONNECT_TCP);
	if (here >= 5)
		ruleset.files |= LANDLOCK_ACCESS_FS_IOCTL_DEV;
	if (here >= 6)
		ruleset.scopes = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS;
	return ruleset;
}

/*
 * What is not there needs no allowance, nor does what is in no file system: a
 * pipe that /dev/stdout is. False: errno.
 */
static bool
allow(int fd, const struct ruleset *ruleset, const char *path,
    uint64_t rights)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = rights & ruleset->files,
		.parent_fd = open(path, O_PATH | O_CLOEXEC),
	};
	int error;

	if (rule.parent_fd == -1)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES ||
		    errno == ELOOP || errno == ENAMETOOLONG;
	error = syscall(SYS_landlock_add_rule, fd, LANDLOCK_RULE_PATH_BENEATH,
	    &rule, 0) == -1 ? errno : 0;
	close(rule.parent_fd);
	errno = error;
	return error == 0 || error == EBADFD;
}

/* The folder that a file is in. Owned by the caller. */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return memory_string(".");
	return memory_copy(path, slash == path ? 1 : (size_t)(slash - path));
}

/* Where the symbolic link PATH points to, owned by the caller; NULL: none. */
static char *
follow(const char *path)
{
	char target[LINK_SIZE_MAX], *folder, *whole;
	const ssize_t size = readlink(path, target, sizeof(target) - 1);

	if (size <= 0)
		return NULL;
	target[size] = '\0';
	if (target[0] == '/')
		return memory_string(target);
	folder = folder_of(path);
	whole = memory_format("%s/%s", folder, target);
	free(folder);
	return whole;
}

/* The same, to the end of all links. */
static char *
follow_all(const char *path)
{
	char *target = memory_string(path), *next;
	int i;

	for (i = 0; i < LINKS_MAX; i++) {
		next = follow(target);
		if (next == NULL)
			break;
		free(target);
		target = next;
	}
	return target;
}

static bool
allow_folder_of(int fd, const struct ruleset *ruleset, const char *path)
{
	char *folder = folder_of(path);
	const bool good = allow(fd, ruleset, folder, FS_REPLACE);

	free(folder);
	return good;
}

/*
 * A file, or where it is to be, and its folder, in which a new one is made to
 * replace it. Devices and pipes are opened only.
 */
static bool
allow_output(int fd, const struct ruleset *ruleset, const char *path)
{
	struct stat status;
	const bool exists = stat(path, &status) == 0;
	char *target;
	bool good;

	if (exists && S_ISDIR(status.st_mode))
		return true;
	if (exists && !S_ISREG(status.st_mode))
		return allow(fd, ruleset, path, FS_DEVICE);
	target = follow_all(path);
	good = allow(fd, ruleset, path, FS_WRITE) &&
	    allow_folder_of(fd, ruleset, path) &&
	    allow_folder_of(fd, ruleset, target);
	free(target);
	return good;
}

/* Any port may be bound that the kernel chooses, and no other. */
static bool
allow_network(int fd, const struct ruleset *ruleset)
{
	const struct port_rule rule = { .allowed = NET_BIND_TCP };

	return ruleset->network == 0 || syscall(SYS_landlock_add_rule, fd,
	    RULE_NET_PORT, &rule, 0) == 0;
}

/* The processes that it looks at, and the code that it finds names in. */
static bool
allow_sanitizer(int fd, const struct ruleset *ruleset)
{
	return !CONFINE_SANITIZED || (allow(fd, ruleset, "/proc", FS_READ) &&
	    allow(fd, ruleset, "/proc/self/exe",
	    LANDLOCK_ACCESS_FS_READ_FILE));
}

/* False: errno. */
static bool
allow_all(int fd, const struct ruleset *ruleset,
    const struct confine_needs *needs)
{
	size_t i;

	/* What a child has in place of the standard files. */
	if (needs->children && !allow(fd, ruleset, "/dev/null", FS_DEVICE))
		return false;
	for (i = 0; i < CONFINE_OUTPUTS_MAX; i++) {
		if (needs->outputs[i] != NULL &&
		    !allow_output(fd, ruleset, needs->outputs[i]))
			return false;
	}
	return (!needs->network || allow_network(fd, ruleset)) &&
	    allow_sanitizer(fd, ruleset);
}

bool
confine_files(const struct confine_needs *needs, char **why)
{
	const struct ruleset ruleset = ruleset_for(version(), needs);
	int fd;
	bool good;

	fd = confine_files_here() ?
	    (int)create_ruleset(&ruleset, sizeof(ruleset), 0) : -1;
	if (fd == -1) {
		*why = memory_string(confine_files_here() ? strerror(errno) :
		    "not in this kernel");
		return false;
	}
	good = allow_all(fd, &ruleset, needs) &&
	    syscall(SYS_landlock_restrict_self, fd, 0) == 0;
	if (!good)
		*why = memory_string(strerror(errno));
	close(fd);
	return good;
}

bool
confine_files_here(void)
{
	return version() >= 1;
}

bool
confine_files_built(void)
{
	return true;
}

#else

#include <stddef.h>

bool
confine_files(const struct confine_needs *needs, char **why)
{
	(void)needs;
	*why = NULL;
	return false;
}

bool
confine_files_here(void)
{
	return false;
}

bool
confine_files_built(void)
{
	return false;
}

#endif
