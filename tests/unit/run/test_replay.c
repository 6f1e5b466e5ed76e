#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "checker/evidence/recording.h"
#include "checker/run/replay.h"
#include "resolver/memory.h"
#include "tests/unit/support/scratch.h"

struct test {
	uint8_t		*content;	/* owned */
	size_t		 size;
	char		*path;		/* owned; NULL: none yet */
	struct replay	*replay;	/* owned */
};

static int
set_up(void **state)
{
	*state = memory_new(1, sizeof(struct test));
	return 0;
}

static int
tear_down(void **state)
{
	struct test *test = *state;

	replay_close(test->replay);
	if (test->path != NULL)
		unlink(test->path);
	free(test->path);
	free(test->content);
	free(test);
	return 0;
}

static void
append(struct test *test, const void *octets, size_t size)
{
	test->content = memory_resize(test->content, test->size + size + 1);
	memcpy(test->content + test->size, octets, size);
	test->size += size;
}

/* The facts are the name again: nobody looks into them here. */
static void
append_record(struct test *test, const char *domain)
{
	size_t size;
	uint8_t *frame = recording_frame(domain, (const uint8_t *)domain,
	    strlen(domain), &size);

	append(test, frame, size);
	free(frame);
}

static void
open_records(struct test *test, char *const *words, size_t count)
{
	char *why;

	test->path = scratch_file(test->content, test->size);
	test->replay = replay_open(test->path, words, count, &why);
	assert_non_null(test->replay);
}

static void
expect_record(struct test *test, const char *domain)
{
	struct pool_task task = { 0 };
	char *why;

	assert_int_equal(replay_next(test->replay, &task, &why), REPLAY_TASK);
	assert_string_equal(task.domain, domain);
	assert_int_equal(task.size, strlen(domain));
	assert_memory_equal(task.facts, domain, task.size);
	assert_null(task.earlier);
	free(task.domain);
	free(task.facts);
}

static void
expect_bad(struct test *test, const char *what)
{
	char *expected = memory_format("%s: %s", test->path, what), *why;
	struct pool_task task = { 0 };

	assert_int_equal(replay_next(test->replay, &task, &why), REPLAY_BAD);
	assert_string_equal(why, expected);
	assert_null(task.domain);
	assert_null(task.facts);
	free(expected);
	free(why);
}

static void
expect_end(struct test *test)
{
	struct pool_task task = { 0 };
	char *why;

	assert_int_equal(replay_next(test->replay, &task, &why), REPLAY_END);
	assert_int_equal(replay_next(test->replay, &task, &why), REPLAY_END);
}

static void
append_records(struct test *test)
{
	append_record(test, "a.example");
	append_record(test, "b.example");
	append_record(test, "c.example");
	append_record(test, "b.example");
}

static void
test_all(void **state)
{
	struct test *test = *state;

	append_records(test);
	open_records(test, NULL, 0);
	expect_record(test, "a.example");
	expect_record(test, "b.example");
	expect_record(test, "c.example");
	expect_record(test, "b.example");
	expect_end(test);
}

static void
test_none(void **state)
{
	struct test *test = *state;

	append(test, "", 0);
	open_records(test, NULL, 0);
	expect_end(test);
}

/* In the order of the file, and all that there are of a domain. */
static void
test_some(void **state)
{
	char *const words[] = { (char[]){ "C.Example." },
		(char[]){ "b.example" } };
	struct test *test = *state;

	append_records(test);
	open_records(test, words, 2);
	expect_record(test, "b.example");
	expect_record(test, "c.example");
	expect_record(test, "b.example");
	expect_end(test);
}

static void
test_missing(void **state)
{
	char *const words[] = { (char[]){ "z.example" },
		(char[]){ "a.example" }, (char[]){ "y.example" },
		(char[]){ "Z.example" } };
	struct test *test = *state;

	append_records(test);
	open_records(test, words, 4);
	expect_record(test, "a.example");
	expect_bad(test, "it has no record of 'z.example'");
	expect_bad(test, "it has no record of 'y.example'");
	expect_end(test);
}

/* What is before it counts; of what is behind it nobody can say. */
static void
test_bad_record(void **state)
{
	char *const words[] = { (char[]){ "a.example" },
		(char[]){ "c.example" } };
	struct test *test = *state;
	char *what;

	append_record(test, "a.example");
	what = memory_format("at octet %zu: not a record of mxdane",
	    test->size);
	append(test, "\xff", 1);
	append_record(test, "c.example");
	open_records(test, words, 2);
	expect_record(test, "a.example");
	expect_bad(test, what);
	expect_end(test);
	free(what);
}

static void
test_not_opened(void **state)
{
	char *const words[] = { (char[]){ "a b" } };
	struct test *test = *state;
	char *why;

	assert_null(replay_open("/nonexistent/a.rec", NULL, 0, &why));
	assert_string_equal(why, "/nonexistent/a.rec: No such file or "
	    "directory");
	free(why);
	assert_null(replay_open("/", NULL, 0, &why));
	assert_string_equal(why, "/: Is a directory");
	free(why);
	append_records(test);
	test->path = scratch_file(test->content, test->size);
	assert_null(replay_open(test->path, words, 1, &why));
	assert_non_null(strstr(why, "'a b'"));
	free(why);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_all),
		TEST(test_none),
		TEST(test_some),
		TEST(test_missing),
		TEST(test_bad_record),
		TEST(test_not_opened),
	};

	return cmocka_run_group_tests_name("replay", tests, NULL, NULL);
}
