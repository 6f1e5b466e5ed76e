#include "checker/run/process.h"

#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* Enough for all connections (DIAL_MAX) and for libunbound. */
#define DESCRIPTORS 2048

static void
open_standard_files(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
		if (fd == -1)
			abort();
	} while (fd <= STDERR_FILENO);
	close(fd);
}

static void
raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 ||
	    limit.rlim_cur >= DESCRIPTORS)
		return;
	limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max :
	    DESCRIPTORS;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Errors only: libevent is out of descriptors, for example. */
static void
log_libevent_error(int severity, const char *message)
{
	if (severity == EVENT_LOG_ERR)
		fprintf(stderr, "mxdane: %s\n", message);
}

/*
 * By default libevent calls exit(1), which would be a verdict. libunbound uses
 * libevent, too.
 */
static void
on_fatal(int error)
{
	(void)error;
	abort();
}

void
process_init(void)
{
	open_standard_files();
	signal(SIGPIPE, SIG_IGN);
	raise_limit();
	event_set_log_callback(log_libevent_error);
	event_set_fatal_callback(on_fatal);
}
