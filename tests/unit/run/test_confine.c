/*
 * What a process can still do after it has given up its rights. Each attempt is
 * made in a process of its own, from its first thread, from one that is started
 * afterwards and, in a worker, from that of libunbound: in the midst of
 * socket(), which is here in place of the C library's.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "checker/run/child.h"
#include "checker/run/confine.h"
#include "checker/run/confine_parts.h"
#include "checker/run/engine.h"
#include "checker/run/output.h"
#include "checker/run/settings.h"
#include "checker/run/user_files.h"
#include "resolver/memory.h"
#include "tests/unit/support/table.h"

/* Seconds: more than any attempt takes. */
#define LONG 60.0

/* What comes of an attempt that succeeds. */
#define ALLOWED 0

/* The folders of the group: of the output, and another one. */
static char *own, *other;

/* "FOLDER/NAME". Owned by the caller. */
static char *
in(const char *folder, const char *name)
{
	return memory_format("%s/%s", folder, name);
}

/* The attempts. They return 0 or errno. */

static int
result(long returned)
{
	return returned == -1 ? errno : 0;
}

/* Opens a file, and closes it. */
static int
try_open(const char *path, int flags)
{
	const int fd = open(path, flags, 0600), error = result(fd);

	if (fd != -1)
		close(fd);
	return error;
}

static int
try_name(const char *folder, const char *name, int (*attempt)(const char *))
{
	char *path = in(folder, name);
	const int error = attempt(path);

	free(path);
	return error;
}

static int
read_path(const char *path)
{
	return try_open(path, O_RDONLY);
}

static int
make_path(const char *path)
{
	return try_open(path, O_WRONLY | O_CREAT);
}

static int
cut_path(const char *path)
{
	return try_open(path, O_WRONLY | O_TRUNC);
}

static int
remove_path(const char *path)
{
	return result(unlink(path));
}

static int
make_folder(const char *path)
{
	return result(mkdir(path, 0700));
}

static int
read_passwd(void)
{
	return read_path("/etc/passwd");
}

static int
list_folder(void)
{
	return try_open("/etc", O_RDONLY | O_DIRECTORY);
}

static int
open_null(void)
{
	return try_open("/dev/null", O_RDWR);
}

static int
read_other(void)
{
	return try_name(other, "old", read_path);
}

static int
make_other(void)
{
	return try_name(other, "new", make_path);
}

static int
cut_other(void)
{
	return try_name(other, "old", cut_path);
}

static int
remove_other(void)
{
	return try_name(other, "old", remove_path);
}

static int
make_own(void)
{
	return try_name(own, "new", make_path);
}

static int
cut_own(void)
{
	return try_name(own, "old", cut_path);
}

static int
make_own_folder(void)
{
	return try_name(own, "folder", make_folder);
}

/* From the folder of the output into the other one. */
static int
move_to_other(void)
{
	char *from = in(own, "old"), *to = in(other, "moved");
	const int error = result(rename(from, to));

	free(from);
	free(to);
	/* As between file systems. */
	return error == EXDEV ? EPERM : error;
}

static int
execute(void)
{
	char *const words[] = { (char []){ "true" }, NULL };

	return result(execve("/bin/true", words, words + 1));
}

static int
start_process(void)
{
	const pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid != -1)
		waitpid(pid, NULL, 0);
	return result(pid);
}

static int
trace_process(void)
{
	/* Nobody: where it is allowed, there is nothing to be undone. */
	return result(ptrace(PTRACE_ATTACH, 0, NULL, NULL));
}

static int
signal_parent(void)
{
	return result(kill(getppid(), 0));
}

static int
mount_nothing(void)
{
	return result(mount("none", "/nonexistent", "tmpfs", 0, NULL));
}

static int
become_same_user(void)
{
	return result(setuid(getuid()));
}

static int
set_up_ring(void)
{
	return result(syscall(SYS_io_uring_setup, 1, NULL));
}

static int
push_back_input(void)
{
	return result(ioctl(STDIN_FILENO, TIOCSTI, "x"));
}

static int
open_socket(int family, int type)
{
	const int fd = socket(family, type, 0), error = result(fd);

	if (fd != -1)
		close(fd);
	return error;
}

static int
reach_daemon(void)
{
	return open_socket(AF_UNIX, SOCK_STREAM);
}

static int
reach_kernel(void)
{
	return open_socket(AF_NETLINK, SOCK_RAW);
}

static int
reach_server(void)
{
	return open_socket(AF_INET6, SOCK_STREAM);
}

/* As libunbound does. */
static int
bind_datagrams(void)
{
	const struct sockaddr_in address = { .sin_family = AF_INET };
	const int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int error;

	if (fd == -1)
		return errno;
	error = result(bind(fd, (const struct sockaddr *)&address,
	    sizeof(address)));
	close(fd);
	return error;
}

static int
be_server(void)
{
	const int fd = socket(AF_INET, SOCK_STREAM, 0);
	const int error = result(listen(fd, 1));

	close(fd);
	return error;
}

/* Who makes the attempts. */
enum role { WORKER, PARENT, MXTLSA };

/* Bits: whom each part keeps from it. */
#define BY(role)	(1U << (role))
#define BY_NONE		0U
#define BY_ALL		(BY(WORKER) | BY(PARENT) | BY(MXTLSA))
#define UNLESS_SANITIZED(roles)	(CONFINE_SANITIZED ? BY_NONE : (roles))

static const struct door {
	const char	*name;
	int		(*attempt)(void);
	unsigned	 landlock, seccomp;	/* BY(...) */
} doors[] = {
	{ "/etc/passwd is read", read_passwd, BY_ALL,
	    UNLESS_SANITIZED(BY(WORKER)) },
	{ "a folder is listed", list_folder, BY_ALL,
	    UNLESS_SANITIZED(BY(WORKER)) },
	{ "/dev/null", open_null, BY(WORKER) | BY(MXTLSA),
	    UNLESS_SANITIZED(BY(WORKER)) },
	{ "a file elsewhere is read", read_other, BY_ALL,
	    UNLESS_SANITIZED(BY(WORKER)) },
	{ "a file elsewhere is made", make_other, BY_ALL,
	    UNLESS_SANITIZED(BY(WORKER)) },
	{ "a file elsewhere is emptied", cut_other, BY_ALL,
	    UNLESS_SANITIZED(BY(WORKER)) },
	{ "a file elsewhere is removed", remove_other, BY_ALL, BY(WORKER) },
	{ "a file moves elsewhere", move_to_other, BY_ALL, BY(WORKER) },
	{ "a file beside the output is made", make_own, BY(WORKER),
	    UNLESS_SANITIZED(BY(WORKER)) },
	{ "a file beside the output is emptied", cut_own, BY(WORKER),
	    UNLESS_SANITIZED(BY(WORKER)) },
	{ "a folder beside the output is made", make_own_folder, BY_ALL,
	    BY(WORKER) },
	{ "a program is run", execute, BY_ALL, BY_ALL },
	{ "a process is started", start_process, BY_NONE,
	    UNLESS_SANITIZED(BY(WORKER) | BY(MXTLSA)) },
	{ "a process is traced", trace_process, BY_NONE,
	    UNLESS_SANITIZED(BY_ALL) },
	{ "something is mounted", mount_nothing, BY_NONE, BY_ALL },
	{ "the user is changed", become_same_user, BY_NONE, BY_ALL },
	{ "a ring is set up", set_up_ring, BY_NONE, BY_ALL },
	{ "input is pushed back", push_back_input, BY_NONE, BY_ALL },
	{ "a daemon is reached", reach_daemon, BY_NONE, BY_ALL },
	{ "the network is set up", reach_kernel, BY_NONE, BY_ALL },
	{ "a server is reached", reach_server, BY_NONE, BY(MXTLSA) },
	{ "a port for datagrams", bind_datagrams, BY_NONE, BY(MXTLSA) },
	{ "a server is", be_server, BY_NONE, BY_ALL },
};

/* From where. */
enum thread { FIRST, LATER, LIBUNBOUND };

struct attempt {
	const struct door	*door;
	enum role		 role;
	enum thread		 thread;
	int			 fd;		/* where to say what came of
						 * it */
	pthread_t		 first;
	bool			 armed;		/* the next socket() of another
						 * thread is libunbound's */
};

/* That of this process. */
static struct attempt current;

/* Makes the attempt, says what came of it, and ends the process. */
static void
make_attempt(void)
{
	const int error = current.door->attempt();

	if (write(current.fd, &error, sizeof(error)) != sizeof(error))
		abort();
	_exit(0);
}

/* libunbound calls this one, too, and from its own thread. */
int
socket(int family, int type, int protocol)
{
	if (current.armed && !pthread_equal(pthread_self(), current.first)) {
		current.armed = false;
		make_attempt();
	}
	return (int)syscall(SYS_socket, family, type, protocol);
}

static void *
run_thread(void *argument)
{
	make_attempt();
	return argument;
}

/* As a worker does it. Returns when the engine gives no sign of life. */
static void
run_engine(const struct confine_needs *needs)
{
	char *words[] = { (char []){ "mxdane" }, (char []){ "--resolver" },
		(char []){ "127.0.0.1@1" } };
	const struct timeval limit = { .tv_sec = (time_t)LONG };
	struct user_files files;
	struct settings settings;
	struct engine engine;
	char *why;

	settings_init(&settings);
	if (options_parse(&settings_table, 3, words, &settings, &why) != 3 ||
	    !user_files_read(&files, &settings, &why) ||
	    !engine_open(&engine, &settings, &files, NULL, &why))
		abort();
	free(confine(needs));
	current.armed = true;
	if (!engine_start(&engine, &why))
		abort();
	event_base_loopexit(engine.context.base, &limit);
	event_base_dispatch(engine.context.base);
}

/* Owned by the caller. */
static char *
output_of(void)
{
	return in(own, "old");
}

static void
run_attempt(int fd, void *argument)
{
	const struct attempt *attempt = argument;
	const struct rlimit no_core = { 0, 0 };
	struct confine_needs needs = {
		.children = attempt->role == PARENT,
		.network = attempt->role != MXTLSA,
	};
	pthread_t thread;

	setrlimit(RLIMIT_CORE, &no_core);
	if (attempt->role != WORKER)
		needs.outputs[0] = output_of();
	current = *attempt;
	current.fd = fd;
	current.first = pthread_self();
	/* Or a program that was run instead would look like silence. */
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (attempt->thread == LIBUNBOUND) {
		run_engine(&needs);
		return;
	}
	free(confine(&needs));
	if (attempt->thread == FIRST)
		make_attempt();
	if (pthread_create(&thread, NULL, run_thread, NULL) != 0)
		abort();
	pthread_join(thread, NULL);
}

/* What came of it: an errno, or ALLOWED. */
static int
outcome_of(struct attempt *attempt)
{
	struct child child;
	char *why = NULL, *how;
	int error = ALLOWED;
	ssize_t got;

	if (!child_start(&child, run_attempt, attempt, &why))
		fail_msg("no process: %s", why);
	got = read(child.fd, &error, sizeof(error));
	close(child.fd);
	how = child_end(&child, LONG);
	if (how != NULL || (got != sizeof(error) &&
	    attempt->door->attempt != execute))
		fail_msg("%s: the process said %zd octets, and %s",
		    attempt->door->name, got, how);
	return error;
}

/* Whether this system can forbid by that. */
static bool
has(const char *part)
{
	char *text = confine_text();
	const char *found = strstr(text, part);
	const bool is = found != NULL &&
	    strncmp(found + strlen(part), " (not", 5) != 0;

	free(text);
	return is;
}

static void
check(const struct door *door, enum role role, enum thread thread)
{
	struct attempt attempt = {
		.door = door,
		.role = role,
		.thread = thread,
	};
	const bool forbidden =
	    (has("landlock") && (door->landlock & BY(role)) != 0) ||
	    (has("seccomp") && (door->seccomp & BY(role)) != 0);
	const int error = outcome_of(&attempt);

	if ((error == EPERM || error == EACCES) != forbidden)
		fail_msg("role %d, thread %d: it is %s: %s", role, thread,
		    forbidden ? "not forbidden" : "forbidden",
		    strerror(error));
}

/* What a test before may have changed. */
static void
make_files(void)
{
	static const char *const more[] = { "new", "moved" };
	char *path;
	size_t i;
	int fd;

	for (i = 0; i < 4; i++) {
		path = in(i < 2 ? own : other, more[i % 2]);
		unlink(path);
		free(path);
	}
	path = in(own, "folder");
	rmdir(path);
	free(path);
	for (i = 0; i < 2; i++) {
		path = in(i == 0 ? own : other, "old");
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		if (fd == -1 || write(fd, "old", 3) != 3)
			abort();
		close(fd);
		free(path);
	}
}

static void
test_worker(void **state)
{
	make_files();
	check(*state, WORKER, FIRST);
	make_files();
	check(*state, WORKER, LATER);
	make_files();
	check(*state, WORKER, LIBUNBOUND);
}

static void
test_parent(void **state)
{
	make_files();
	check(*state, PARENT, FIRST);
	make_files();
	check(*state, PARENT, LATER);
}

static void
test_mxtlsa(void **state)
{
	make_files();
	check(*state, MXTLSA, FIRST);
	make_files();
	check(*state, MXTLSA, LATER);
}

/* Landlock learnt this late (in Linux 6.12). */
static void
test_signals(void **state)
{
	static const struct door door = { "the parent is signalled",
		signal_parent, BY_NONE, BY_NONE };
	struct attempt attempt = { .door = &door, .role = WORKER };
	long version = 0;

	(void)state;
#ifdef HAVE_LANDLOCK
	version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
#endif
	assert_int_equal(outcome_of(&attempt), version >= 6 ? EPERM : ALLOWED);
}

/* Outputs, of which each is written by a parent that is confined. */
static const struct output_row {
	const char	*name;
	const char	*link;		/* its target; NULL: it is no link */
	const char	*file;		/* in `own`; or absolute */
	bool		 whole;
	const char	*why;		/* NULL: it is written */
} output_rows[] = {
	{ "a file is replaced", NULL, "old", true, NULL },
	{ "a file is overwritten", NULL, "old", false, NULL },
	{ "a new file is put in its place", NULL, "new", true, NULL },
	{ "a new file is written", NULL, "new", false, NULL },
	{ "a link to a file elsewhere, replaced", "old", "link", true, NULL },
	{ "a link to a file elsewhere, overwritten", "old", "link", false,
	    NULL },
	{ "a link to a new file elsewhere", "new", "link", false, NULL },
	{ "a device", NULL, "/dev/null", true, NULL },
	{ "a folder that is not there", NULL, "none/new", true,
	    "No such file or directory" },
};

struct writing {
	const struct output_row	*row;
	char			*path;
};

static void
run_writing(int fd, void *argument)
{
	const struct writing *writing = argument;
	const struct confine_needs needs = {
		.children = true,
		.network = true,
		.outputs = { writing->path },
	};
	struct output output;
	char *why = NULL;

	free(confine(&needs));
	if (output_open(&output, writing->path, writing->row->whole, &why)) {
		fputs("report", output.stream);
		output_close(&output, &why);
	}
	if (why != NULL && write(fd, why, strlen(why)) == -1)
		abort();
	_exit(0);
}

static void
assert_written(const char *path)
{
	char text[16] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	assert_string_equal(text, "report");
	fclose(file);
}

static void
test_output(void **state)
{
	struct writing writing = { .row = *state };
	const struct output_row *row = writing.row;
	char *target = NULL, *why, *how, said[256] = "";
	struct child child;

	make_files();
	writing.path = row->file[0] == '/' ? memory_string(row->file) :
	    in(own, row->file);
	if (row->link != NULL) {
		target = in(other, row->link);
		assert_int_equal(symlink(target, writing.path), 0);
	}
	assert_true(child_start(&child, run_writing, &writing, &why));
	assert_true(read(child.fd, said, sizeof(said) - 1) >= 0);
	close(child.fd);
	how = child_end(&child, LONG);
	assert_null(how);
	if (row->why != NULL)
		assert_non_null(strstr(said, row->why));
	else
		assert_string_equal(said, "");
	if (row->why == NULL && row->file[0] != '/')
		assert_written(writing.path);
	if (row->link != NULL)
		unlink(writing.path);
	free(target);
	free(writing.path);
}

/* A worker below a parent that is confined: it is started, and has less. */
static void
start_worker(int fd, void *argument)
{
	static const struct confine_needs needs = {
		.children = true,
		.network = true,
	};
	const struct attempt *attempt = argument;
	struct attempt inner = *attempt;
	int error;

	free(confine(&needs));
	error = outcome_of(&inner);
	if (write(fd, &error, sizeof(error)) != sizeof(error))
		abort();
	_exit(0);
}

static void
test_worker_of_parent(void **state)
{
	static const struct door door = { "a server is reached", reach_server,
		BY_NONE, BY_NONE };
	struct attempt attempt = {
		.door = &door,
		.role = WORKER,
		.thread = FIRST,
	};
	struct child child;
	int error = -1;
	char *why;

	(void)state;
	assert_true(child_start(&child, start_worker, &attempt, &why));
	assert_int_equal(read(child.fd, &error, sizeof(error)), sizeof(error));
	close(child.fd);
	assert_null(child_end(&child, LONG));
	assert_int_equal(error, 0);
}

/* Everything that can forbid does, and is named. */
static void
say_confined(int fd, void *argument)
{
	static const struct confine_needs needs;
	char *text = confine(&needs);

	(void)argument;
	if (write(fd, text, strlen(text)) == -1)
		abort();
	free(text);
	_exit(0);
}

static void
test_text(void **state)
{
	char said[256] = "", *why, *text = confine_text();
	struct child child;

	(void)state;
	assert_true(child_start(&child, say_confined, NULL, &why));
	assert_true(read(child.fd, said, sizeof(said) - 1) > 0);
	close(child.fd);
	assert_null(child_end(&child, LONG));
	if (strcmp(text, "none (built without)") == 0)
		assert_string_equal(said, "not confined: built without");
	else if (strstr(text, "(not in this kernel)") == NULL)
		assert_string_equal(said + strlen("confined by "), text);
	else
		assert_non_null(strstr(said, ": not in this kernel"));
	free(text);
}

/* A folder of the group. Owned by the caller. */
static char *
make_group_folder(void)
{
	char *folder = memory_string("/tmp/confine-XXXXXX");

	if (mkdtemp(folder) == NULL)
		abort();
	return folder;
}

static void
remove_group_folder(char *folder)
{
	char *old = in(folder, "old");

	unlink(old);
	free(old);
	rmdir(folder);
	free(folder);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_worker, doors),
		TABLE(test_parent, doors),
		TABLE(test_mxtlsa, doors),
		TABLE_ALONE(test_signals),
		TABLE(test_output, output_rows),
		TABLE_ALONE(test_worker_of_parent),
		TABLE_ALONE(test_text),
	};
	int failed;

	own = make_group_folder();
	other = make_group_folder();
	failed = table_run(tables, sizeof(tables) / sizeof(tables[0]));
	make_files();
	remove_group_folder(own);
	remove_group_folder(other);
	return failed;
}
