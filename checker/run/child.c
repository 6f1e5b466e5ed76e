#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "checker/run/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#endif

#include "resolver/clock.h"
#include "resolver/memory.h"
#include "resolver/shortage.h"

/* Where a child finds the socket: the first behind the standard files. */
#define CHILD_SOCKET (STDERR_FILENO + 1)

/*
 * Seconds between the first two looks at one that ends; twice as many each time
 * after that. It has closed its standard error already, and is all but gone.
 */
#define LOOK_FIRST	0.00002

/* More than any system gives a process. */
#define DESCRIPTORS_MAX	65536

static void
close_others(void)
{
#ifdef HAVE_CLOSEFROM
	closefrom(CHILD_SOCKET + 1);
#else
	long limit = sysconf(_SC_OPEN_MAX);
	int fd;

	if (limit < 0 || limit > DESCRIPTORS_MAX)
		limit = DESCRIPTORS_MAX;
	for (fd = CHILD_SOCKET + 1; fd < (int)limit; fd++)
		close(fd);
#endif
}

static void
copy_descriptor(int from, int to)
{
	if (dup2(from, to) == -1)
		abort();
}

/*
 * Leaves a child nothing but the pipe and the socket, and as standard input and
 * output the end of a pipe that has no other: there is nothing to read from it,
 * and it cannot be written to. The parent has its standard files open
 * (process.c), so that no number here is below those.
 */
static void
take_descriptors(int socket, int errors)
{
	int ends[2];

	copy_descriptor(errors, STDERR_FILENO);
	copy_descriptor(socket, CHILD_SOCKET);
	close_others();
	if (pipe(ends) == -1)
		shortage_end(errno);
	copy_descriptor(ends[0], STDIN_FILENO);
	copy_descriptor(ends[0], STDOUT_FILENO);
	close(ends[0]);
	close(ends[1]);
}

/* A child that hangs would not notice that its parent has died. */
static void
die_with(pid_t parent)
{
#ifdef PR_SET_PDEATHSIG
	prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
	if (getppid() != parent)
		raise(SIGKILL);
}

/* A shortage is told to the parent, which has another child try again. */
static void
on_abort(int number)
{
	const int status = shortage_status(errno);

	(void)number;
	if (status != 0)
		_exit(status);
}

static void
become_child(pid_t parent, int socket, int errors)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	size_t i;

	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	signal(SIGABRT, on_abort);
	setsid();
	die_with(parent);
	take_descriptors(socket, errors);
}

static void
close_pair(const int *pair)
{
	close(pair[0]);
	close(pair[1]);
}

/* Two pairs, each of which has the child's end second. */
static bool
open_pairs(int *sockets, int *pipes, char **why)
{
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == -1) {
		*why = memory_string(strerror(errno));
		return false;
	}
	if (pipe(pipes) == -1) {
		*why = memory_string(strerror(errno));
		close_pair(sockets);
		return false;
	}
	return true;
}

bool
child_start(struct child *child, child_body *body, void *argument,
    char **why)
{
	const pid_t parent = getpid();
	int sockets[2], pipes[2];

	if (!open_pairs(sockets, pipes, why))
		return false;
	/* Or the child has it, too, and writes it at its exit: anywhere. */
	fflush(NULL);
	child->pid = fork();
	if (child->pid == 0) {
		become_child(parent, sockets[1], pipes[1]);
		body(CHILD_SOCKET, argument);
		exit(EXIT_SUCCESS);
	}
	if (child->pid == -1) {
		*why = memory_string(strerror(errno));
		close_pair(sockets);
		close_pair(pipes);
		return false;
	}
	close(sockets[1]);
	close(pipes[1]);
	child->fd = sockets[0];
	child->errors = pipes[0];
	return true;
}

/* False: it has not ended within SECONDS. */
static bool
wait_for(pid_t pid, double seconds, int *status)
{
	const double until = clock_monotonic() + seconds;
	struct timespec pause;
	double look = LOOK_FIRST;
	pid_t ended;

	for (;; look *= 2) {
		ended = waitpid(pid, status, WNOHANG);
		if (ended == pid)
			return true;
		if (ended == -1 && errno != EINTR)
			abort();
		if (clock_monotonic() > until)
			return false;
		pause = clock_timespec(look);
		nanosleep(&pause, NULL);
	}
}

/* How it ended, in words; NULL: well. Owned by the caller. */
static char *
describe(int status)
{
	if (WIFSIGNALED(status))
		return memory_format("killed by signal %d (%s)",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS)
		return NULL;
	if (shortage_text(WEXITSTATUS(status)) != NULL)
		return memory_string(shortage_text(WEXITSTATUS(status)));
	return memory_format("ended with status %d", WEXITSTATUS(status));
}

void
child_kill(const struct child *child)
{
	/* It leads a group, unless it has not come that far. */
	kill(-child->pid, SIGKILL);
	kill(child->pid, SIGKILL);
}

char *
child_end(struct child *child, double seconds)
{
	int status;

	if (!wait_for(child->pid, seconds, &status)) {
		child_kill(child);
		while (waitpid(child->pid, &status, 0) == -1 && errno == EINTR)
			continue;
	}
	close(child->errors);
	return describe(status);
}
