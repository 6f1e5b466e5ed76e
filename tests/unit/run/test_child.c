#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "checker/run/child.h"
#include "resolver/clock.h"
#include "resolver/memory.h"
#include "resolver/shortage.h"
#include "tests/unit/support/scratch.h"
#include "tests/unit/support/within.h"

/* Longer than any child here needs, in seconds. */
#define LONG 30.0

/* All that a child says to its socket. Owned by the caller. */
static char *
hear(int fd)
{
	char *text = memory_new(1, 1);
	size_t size = 0;
	ssize_t got;

	do {
		text = memory_resize(text, size + 512);
		got = read(fd, text + size, 511);
		assert_true(got >= 0);
		size += (size_t)got;
		text[size] = '\0';
	} while (got > 0);
	return text;
}

/* Starts BODY, and returns what it said and how it ended: both owned. */
static char *
run(child_body *body, void *argument, char **how)
{
	struct child child;
	char *why = NULL, *said;

	assert_true(child_start(&child, body, argument, &why));
	said = hear(child.fd);
	close(child.fd);
	*how = child_end(&child, LONG);
	return said;
}

__attribute__((format(printf, 2, 3)))
static void
say(int fd, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = memory_vformat(format, arguments);
	va_end(arguments);
	if (write(fd, text, strlen(text)) == -1)
		abort();
	free(text);
}

/* "0 pipe\n1 pipe\n..." */
static void
list_descriptors(int fd, void *argument)
{
	struct stat status;
	int number;

	(void)argument;
	for (number = 0; number < 4096; number++) {
		if (fstat(number, &status) == -1)
			continue;
		say(fd, "%d %s\n", number,
		    S_ISSOCK(status.st_mode) ? "socket" :
		    S_ISFIFO(status.st_mode) ? "pipe" : "other");
	}
	say(fd, "mine is %d\n", fd);
}

static void
test_descriptors(void **state)
{
	int more[3] = { open("/etc/passwd", O_RDONLY), dup(1),
		fcntl(1, F_DUPFD, 900) };
	char *how, *said;
	size_t i;

	(void)state;
	said = run(list_descriptors, NULL, &how);
	for (i = 0; i < 3; i++) {
		assert_true(more[i] > STDERR_FILENO);
		close(more[i]);
	}
	assert_null(how);
	assert_string_equal(said, "0 pipe\n1 pipe\n2 pipe\n3 socket\n"
	    "mine is 3\n");
	free(said);
}

static void
use_standard_files(int fd, void *argument)
{
	char octet;
	const ssize_t got = read(STDIN_FILENO, &octet, 1);
	const ssize_t put = write(STDOUT_FILENO, "x", 1);

	(void)argument;
	say(fd, "%zd, %zd: %s", got, put, strerror(errno));
}

/* Nothing is there to be read, and what a library prints goes nowhere. */
static void
test_standard_files(void **state)
{
	char *how, *said = run(use_standard_files, NULL, &how), *expected;

	(void)state;
	assert_null(how);
	expected = memory_format("0, -1: %s", strerror(EBADF));
	assert_string_equal(said, expected);
	free(expected);
	free(said);
}

static void
lack(int fd, void *argument)
{
	(void)fd;
	shortage_end(*(const int *)argument);
}

/* The parent is told what a child lacked, which is no crash. */
static void
test_shortage(void **state)
{
	static const struct {
		int		 error;
		const char	*how;
	} cases[] = {
		{ ENOMEM, "out of memory" },
		{ EMFILE, "out of descriptors" },
		{ EAGAIN, "out of processes and threads" },
		{ ENOENT, "killed by signal 6 (Aborted)" },
	};
	char *how;
	size_t i;
	int error;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		error = cases[i].error;
		free(run(lack, &error, &how));
		assert_string_equal(how, cases[i].how);
		free(how);
	}
}

static void
tell_session(int fd, void *argument)
{
	int terminal = open("/dev/tty", O_RDWR);

	(void)argument;
	say(fd, "%s, %s", getsid(0) == getpid() ? "own" : "shared",
	    terminal == -1 ? "no terminal" : "a terminal");
}

static void
test_session(void **state)
{
	char *how, *said = run(tell_session, NULL, &how);

	(void)state;
	assert_string_equal(said, "own, no terminal");
	free(said);
}

static void
raise_all(int fd, void *argument)
{
	(void)argument;
	raise(SIGINT);
	raise(SIGTERM);
	raise(SIGHUP);
	close(STDIN_FILENO);
	if (write(STDERR_FILENO, "last words", 10) != 10)
		abort();
	say(fd, "survived");
}

/* They are for the parent, which then ends its children in order. */
static void
test_signals_are_ignored(void **state)
{
	struct child child;
	char *why, *said, words[32] = "";

	(void)state;
	assert_true(child_start(&child, raise_all, NULL, &why));
	said = hear(child.fd);
	close(child.fd);
	assert_string_equal(said, "survived");
	assert_int_equal(read(child.errors, words, sizeof(words) - 1), 10);
	assert_string_equal(words, "last words");
	assert_null(child_end(&child, LONG));
	free(said);
}

static void
exit_with(int fd, void *argument)
{
	(void)fd;
	_exit(*(const int *)argument);
}

static void
raise_signal(int fd, void *argument)
{
	const struct rlimit no_core = { 0, 0 };
	const int number = *(const int *)argument;

	(void)fd;
	setrlimit(RLIMIT_CORE, &no_core);
	signal(number, SIG_DFL);
	raise(number);
}

static void
test_ends(void **state)
{
	static const struct {
		child_body	*body;
		int		 value;
		const char	*how;		/* static; NULL: well */
	} rows[] = {
		{ exit_with, 0, NULL },
		{ exit_with, 3, "ended with status 3" },
		{ exit_with, 255, "ended with status 255" },
		{ raise_signal, SIGKILL, "killed by signal 9 (Killed)" },
		{ raise_signal, SIGSEGV,
		    "killed by signal 11 (Segmentation fault)" },
		{ raise_signal, SIGTERM, "killed by signal 15 (Terminated)" },
	};
	char *how, *said;
	size_t i;
	int value;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		value = rows[i].value;
		said = run(rows[i].body, &value, &how);
		assert_string_equal(said, "");
		if (rows[i].how == NULL)
			assert_null(how);
		else
			assert_string_equal(how, rows[i].how);
		free(how);
		free(said);
	}
}

static void
wait_for_ever(int fd, void *argument)
{
	(void)argument;
	say(fd, "here");
	for (;;)
		pause();
}

static void
test_is_killed_in_the_end(void **state)
{
	struct child child;
	char *how, *why, word[4];
	double began;

	(void)state;
	assert_true(child_start(&child, wait_for_ever, NULL, &why));
	assert_int_equal(read(child.fd, word, sizeof(word)), 4);
	close(child.fd);
	began = clock_monotonic();
	how = child_end(&child, 0.2);
	within_range(clock_monotonic() - began, 0.2, LONG);
	assert_string_equal(how, "killed by signal 9 (Killed)");
	assert_int_equal(kill(child.pid, 0), -1);
	free(how);
}

/* Starts a child, says its number, and dies. */
static void
be_parent(int fd, void *argument)
{
	struct child child;
	char *why, word[4];

	(void)argument;
	if (!child_start(&child, wait_for_ever, NULL, &why) ||
	    read(child.fd, word, sizeof(word)) != 4)
		abort();
	say(fd, "%ld", (long)child.pid);
	raise(SIGKILL);
}

/* Gone, or a zombie that nobody waits for. */
static bool
has_ended(pid_t pid)
{
	char *path = memory_format("/proc/%ld/stat", (long)pid);
	FILE *file = fopen(path, "r");
	char state = 'Z';

	free(path);
	if (file != NULL && fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 'Z';
	if (file != NULL)
		fclose(file);
	return kill(pid, 0) == -1 || state == 'Z';
}

static void
test_dies_with_its_parent(void **state)
{
	const struct timespec pause = clock_timespec(0.01);
	const double until = clock_monotonic() + LONG;
	char *how, *said = run(be_parent, NULL, &how);
	const pid_t pid = (pid_t)strtol(said, NULL, 10);

	(void)state;
	assert_string_equal(how, "killed by signal 9 (Killed)");
	assert_true(pid > 1);
	while (!has_ended(pid)) {
		assert_true(clock_monotonic() < until);
		nanosleep(&pause, NULL);
	}
	free(how);
	free(said);
}

/*
 * What the parent has not written yet is its own: a child has another file
 * under the same number, and would write it there.
 */
static void
take_the_number(int fd, void *argument)
{
	while (dup(fd) < *(const int *)argument)
		continue;
}

static void
test_unwritten_text_stays_with_the_parent(void **state)
{
	char *path = scratch_file("", 0), *how, *said, text[32] = "";
	FILE *file = fopen(path, "w+");
	int number;

	(void)state;
	assert_non_null(file);
	number = fileno(file);
	fputs("of the parent", file);
	said = run(take_the_number, &number, &how);
	assert_null(how);
	assert_string_equal(said, "");
	rewind(file);
	assert_non_null(fgets(text, sizeof(text), file));
	assert_string_equal(text, "of the parent");
	fclose(file);
	unlink(path);
	free(path);
	free(said);
}

/* No more descriptors: a reason, and nothing is left open. */
static void
test_cannot_start(void **state)
{
	struct rlimit limit, none;
	struct child child;
	char *why = NULL;
	bool good;
	int before, after;

	(void)state;
	before = dup(1);
	close(before);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = (rlim_t)before + 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	good = child_start(&child, wait_for_ever, NULL, &why);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_false(good);
	assert_string_equal(why, strerror(EMFILE));
	free(why);
	after = dup(1);
	close(after);
	assert_int_equal(after, before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_standard_files),
		cmocka_unit_test(test_shortage),
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_signals_are_ignored),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_is_killed_in_the_end),
		cmocka_unit_test(test_dies_with_its_parent),
		cmocka_unit_test(test_unwritten_text_stays_with_the_parent),
		cmocka_unit_test(test_cannot_start),
	};

	return cmocka_run_group_tests_name("child", tests, NULL, NULL);
}
