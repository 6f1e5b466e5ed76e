#include "checker/run/process.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "checker/run/descriptors.h"
#include "resolver/memory.h"
#include "resolver/shortage.h"

/*
 * Has NUMBER, which is closed and the lowest that is, be the wrong end of a
 * pipe without another end. That takes no /dev/null, which a chroot may lack.
 */
static void
take_place(int number)
{
	int ends[2];

	if (pipe(ends) == -1)
		shortage_end(errno);
	if (number == STDIN_FILENO && dup2(ends[1], number) == -1)
		abort();
	close(ends[1]);
}

static void
take_places(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) == -1 && errno == EBADF)
			take_place(fd);
	}
}

static void
raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 ||
	    limit.rlim_cur >= DESCRIPTORS_MAX)
		return;
	limit.rlim_cur = limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max :
	    DESCRIPTORS_MAX;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Errors only: what comes before the end of the process, below. */
static void
log_libevent_error(int severity, const char *message)
{
	if (severity == EVENT_LOG_ERR)
		fprintf(stderr, "mxdane: %s\n", message);
}

static void *
take_memory(size_t size)
{
	return memory_resize(NULL, size);
}

static void *
take_openssl_memory(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return size > 0 ? memory_resize(NULL, size) : NULL;
}

static void *
resize_openssl_memory(void *memory, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	if (size > 0)
		return memory_resize(memory, size);
	free(memory);
	return NULL;
}

static void
free_openssl_memory(void *memory, const char *file, int line)
{
	(void)file;
	(void)line;
	free(memory);
}

/*
 * The libraries' own ways to go on without memory end in a handshake that
 * fails, or in an event that never comes.
 */
static void
give_memory(void)
{
	event_set_mem_functions(take_memory, memory_resize, free);
	CRYPTO_set_mem_functions(take_openssl_memory, resize_openssl_memory,
	    free_openssl_memory);
}

void
process_init(process_ended *ended)
{
	take_places();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGABRT, ended);
	raise_limit();
	give_memory();
	event_set_log_callback(log_libevent_error);
	/* By default it calls exit(1). libunbound uses libevent, too. */
	event_set_fatal_callback(ended);
}

void
process_silence(void)
{
	int ends[2];

	if (pipe(ends) == -1)
		return;
	dup2(ends[0], STDERR_FILENO);
	close(ends[0]);
	close(ends[1]);
}

const char *
process_shortage(int error)
{
	return shortage_text(shortage_status(error));
}

void
process_fail(int number, const char *begin, int status)
{
	const char *shortage = process_shortage(errno);

	if (shortage != NULL)
		process_end(STDERR_FILENO, begin, shortage, status);
	if (number != SIGABRT)
		_exit(status);
}

noreturn void
process_end(int fd, const char *begin, const char *why, int status)
{
	const char *const parts[] = { begin, why, "\n" };
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (write(fd, parts[i], strlen(parts[i])) == -1)
			break;
	}
	_exit(status);
}
