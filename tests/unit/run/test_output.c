#include <errno.h>
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
#include <unistd.h>

#include <cmocka.h>

#include "checker/run/output.h"
#include "resolver/memory.h"
#include "tests/unit/support/scratch.h"

static const char before[] = "before\n";

struct test {
	char		*path;		/* owned; a file with `before` in it */
	struct output	 output;
	char		*why;		/* owned */
};

static int
set_up(void **state)
{
	struct test *test = memory_new(1, sizeof(*test));

	test->path = scratch_file(before, strlen(before));
	*state = test;
	return 0;
}

static int
tear_down(void **state)
{
	struct test *test = *state;

	unlink(test->path);
	free(test->path);
	free(test->why);
	free(test);
	return 0;
}

static void
assert_content(const char *path, const char *expected)
{
	char text[64] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file) <= strlen(expected));
	fclose(file);
	assert_string_equal(text, expected);
}

/* Opens the test's file as a whole, and writes to it. */
static char *
write_whole(struct test *test)
{
	assert_true(output_open(&test->output, test->path, true, &test->why));
	assert_non_null(test->output.temporary);
	fputs("after\n", test->output.stream);
	fflush(test->output.stream);
	assert_content(test->path, before);
	return memory_string(test->output.temporary);
}

static void
test_replace(void **state)
{
	struct test *test = *state;
	char *temporary = write_whole(test);
	struct stat status;

	assert_true(output_close(&test->output, &test->why));
	assert_content(test->path, "after\n");
	assert_int_equal(stat(test->path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(access(temporary, F_OK), -1);
	free(temporary);
}

/* Writes all of FILE, which is there afterwards; WHOLE as for output_open. */
static void
write_all(struct test *test, const char *file, bool whole)
{
	assert_true(output_open(&test->output, file, whole, &test->why));
	fputs("after\n", test->output.stream);
	assert_true(output_close(&test->output, &test->why));
	assert_content(file, "after\n");
}

static mode_t
mode_of(const char *file)
{
	struct stat status;

	assert_int_equal(lstat(file, &status), 0);
	return status.st_mode;
}

static void
test_mode_stays(void **state)
{
	static const mode_t modes[] = { 0600, 0640, 0604, 0755 };
	struct test *test = *state;
	size_t i;

	for (i = 0; i < 2 * sizeof(modes) / sizeof(modes[0]); i++) {
		assert_int_equal(chmod(test->path, modes[i / 2]), 0);
		write_all(test, test->path, i % 2 == 0);
		assert_int_equal(mode_of(test->path) & 07777, modes[i / 2]);
	}
}

static void
test_new_file(void **state)
{
	static const mode_t masks[] = { 022, 077, 0, 027 };
	struct test *test = *state;
	const mode_t before_all = umask(0);
	size_t i;

	for (i = 0; i < 2 * sizeof(masks) / sizeof(masks[0]); i++) {
		umask(masks[i / 2]);
		unlink(test->path);
		write_all(test, test->path, i % 2 == 0);
		assert_int_equal(mode_of(test->path) & 07777,
		    0666 & ~masks[i / 2]);
	}
	umask(before_all);
}

/* The link stays; what it names is written, be it there before or not. */
static void
test_link(void **state)
{
	struct test *test = *state;
	char *link = memory_format("%s.link", test->path);
	const char *name = strrchr(test->path, '/') + 1;
	int i;

	for (i = 0; i < 8; i++) {
		assert_int_equal(symlink(i % 2 == 0 ? test->path : name, link),
		    0);
		if (i >= 4)
			unlink(test->path);
		write_all(test, link, i / 2 % 2 == 0);
		assert_true(S_ISLNK(mode_of(link)));
		assert_true(S_ISREG(mode_of(test->path)));
		assert_content(test->path, "after\n");
		unlink(link);
	}
	free(link);
}

static void
test_links_without_end(void **state)
{
	struct test *test = *state;
	char *expected;

	unlink(test->path);
	assert_int_equal(symlink(test->path, test->path), 0);
	assert_false(output_open(&test->output, test->path, true, &test->why));
	expected = memory_format("cannot write '%s': %s", test->path,
	    strerror(ELOOP));
	assert_string_equal(test->why, expected);
	free(expected);
}

/* Both names are those of one file still, and half a report is in neither. */
static void
test_hard_link(void **state)
{
	struct test *test = *state;
	char *other = memory_format("%s.other", test->path), *temporary;

	assert_int_equal(link(test->path, other), 0);
	temporary = write_whole(test);
	assert_true(output_close(&test->output, &test->why));
	assert_content(test->path, "after\n");
	assert_content(other, "after\n");
	assert_int_equal(access(temporary, F_OK), -1);
	unlink(other);
	free(other);
	free(temporary);
}

static void
test_standard_output(void **state)
{
	struct test *test = *state;

	assert_true(output_open(&test->output, "-", true, &test->why));
	assert_ptr_equal(test->output.stream, stdout);
	assert_true(output_close(&test->output, &test->why));
	assert_int_equal(access("-", F_OK), -1);
}

static void
test_discard(void **state)
{
	struct test *test = *state;
	char *temporary = write_whole(test);

	output_discard(&test->output);
	assert_content(test->path, before);
	assert_int_equal(access(temporary, F_OK), -1);
	free(temporary);
}

/* No file can grow beyond the OCTETS: a disk that is full. */
static void
limit_files(rlim_t octets)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = octets;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Half a report does not replace a whole one. */
static void
test_full(void **state)
{
	struct test *test = *state;
	char *temporary, *expected;
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
	bool good;

	limit_files(0);
	assert_true(output_open(&test->output, test->path, true, &test->why));
	temporary = memory_string(test->output.temporary);
	fputs("after\n", test->output.stream);
	good = output_close(&test->output, &test->why);
	limit_files(RLIM_INFINITY);
	signal(SIGXFSZ, handler);

	assert_false(good);
	assert_int_equal(errno, EFBIG);
	expected = memory_format("cannot write '%s': %s", test->path,
	    strerror(EFBIG));
	assert_string_equal(test->why, expected);
	assert_content(test->path, before);
	assert_int_equal(access(temporary, F_OK), -1);
	free(expected);
	free(temporary);
}

/* What is written to as it is may be a device. */
static void
test_device(void **state)
{
	struct test *test = *state;

	assert_true(output_open(&test->output, "/dev/full", true, &test->why));
	assert_null(test->output.temporary);
	fputs("after\n", test->output.stream);
	assert_false(output_close(&test->output, &test->why));
	assert_string_equal(test->why,
	    "cannot write '/dev/full': No space left on device");
}

static void
test_append(void **state)
{
	struct test *test = *state;

	assert_true(output_append(&test->output, test->path, &test->why));
	fputs("after\n", test->output.stream);
	assert_true(output_close(&test->output, &test->why));
	assert_content(test->path, "before\nafter\n");
}

static void
test_unwritable(void **state)
{
	static const char expected[] =
	    "cannot write '/nonexistent/a': No such file or directory";
	static const char file[] = "/nonexistent/a";
	struct test *test = *state;

	assert_false(output_open(&test->output, file, true, &test->why));
	assert_string_equal(test->why, expected);
	free(test->why);
	assert_false(output_open(&test->output, file, false, &test->why));
	assert_string_equal(test->why, expected);
	free(test->why);
	assert_false(output_append(&test->output, file, &test->why));
	assert_string_equal(test->why, expected);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_replace),
		TEST(test_mode_stays),
		TEST(test_new_file),
		TEST(test_link),
		TEST(test_links_without_end),
		TEST(test_hard_link),
		TEST(test_standard_output),
		TEST(test_discard),
		TEST(test_full),
		TEST(test_device),
		TEST(test_append),
		TEST(test_unwritable),
	};

	return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
