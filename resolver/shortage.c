#include "resolver/shortage.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Octets that libunbound needs at a time for a question, and more. */
#define SOME_MEMORY	(1024 * 1024)

/* Exit statuses behind those of sysexits.h, so that no program has them. */
static const struct {
	int		 error;		/* errno */
	int		 status;
	const char	*text;		/* static */
} kinds[] = {
	{ ENOMEM, 111, "out of memory" },
	{ EMFILE, 112, "out of descriptors" },
	{ ENFILE, 113, "the system is out of descriptors" },
	{ ENOBUFS, 114, "the system is out of buffers" },
	{ EAGAIN, 115, "out of processes and threads" },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

int
shortage_status(int error)
{
	size_t i;

	for (i = 0; i < KINDS; i++) {
		if (kinds[i].error == error)
			return kinds[i].status;
	}
	return 0;
}

const char *
shortage_text(int status)
{
	size_t i;

	for (i = 0; i < KINDS; i++) {
		if (kinds[i].status == status)
			return kinds[i].text;
	}
	return NULL;
}

bool
shortage_is(int error)
{
	return error != EAGAIN && shortage_status(error) != 0;
}

noreturn void
shortage_end(int error)
{
	errno = error;
	abort();
}

void
shortage_check(void)
{
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	void *memory;

	if (fd == -1 && shortage_is(errno))
		shortage_end(errno);
	if (fd != -1)
		close(fd);
	memory = malloc(SOME_MEMORY);
	if (memory == NULL)
		shortage_end(ENOMEM);
	free(memory);
}

static void *
do_nothing(void *argument)
{
	return argument;
}

void
shortage_check_thread(void)
{
	pthread_t thread;
	const int error = pthread_create(&thread, NULL, do_nothing, NULL);

	if (error != 0)
		shortage_end(error);
	pthread_join(thread, NULL);
}
