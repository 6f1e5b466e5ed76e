#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "checker/run/input.h"
#include "resolver/memory.h"
#include "tests/unit/support/scratch.h"
#include "tests/unit/support/within.h"

struct test {
	struct event_base	*base;
	struct input		*input;
	char			*path;		/* owned; NULL: none */
	unsigned int		 called;
};

static int
set_up(void **state)
{
	struct test *test = memory_new(1, sizeof(*test));

	test->base = event_base_new();
	*state = test;
	return 0;
}

static int
tear_down(void **state)
{
	struct test *test = *state;

	input_close(test->input);
	event_base_free(test->base);
	if (test->path != NULL)
		unlink(test->path);
	free(test->path);
	free(test);
	return 0;
}

static void
on_ready(void *argument)
{
	struct test *test = argument;

	test->called++;
}

static void
open_input(struct test *test, char *const *words, size_t count,
    const char *file)
{
	char *why = NULL;

	test->input = input_open(test->base, words, count, file, on_ready,
	    test, &why);
	assert_non_null(test->input);
}

/* Opens a file of these octets. */
static void
open_list(struct test *test, const char *octets, size_t size)
{
	test->path = scratch_file(octets, size);
	open_input(test, NULL, 0, test->path);
}

static void
assert_domain(struct test *test, const char *expected)
{
	char *domain, *why;

	assert_int_equal(input_next(test->input, &domain, &why), INPUT_DOMAIN);
	assert_string_equal(domain, expected);
	assert_null(why);
	free(domain);
}

/* The complaint begins with the file, and the number of the line. */
static void
assert_bad(struct test *test, const char *line, const char *expected)
{
	char *domain, *why, *all = memory_format("%s%s", test->path, line);

	assert_int_equal(input_next(test->input, &domain, &why), INPUT_BAD);
	assert_null(domain);
	assert_non_null(why);
	assert_memory_equal(why, all, strlen(all));
	assert_non_null(strstr(why, expected));
	free(all);
	free(why);
}

static void
assert_state(struct test *test, enum input_state expected)
{
	char *domain, *why;

	assert_int_equal(input_next(test->input, &domain, &why), expected);
	assert_null(domain);
	assert_null(why);
}

static void
test_words_first(void **state)
{
	static const char list[] = "third.example\n";
	char *words[] = { "First.Example.", "no domain", "second.example" };
	struct test *test = *state;
	char *domain, *why;

	test->path = scratch_file(list, sizeof(list) - 1);
	open_input(test, words, 3, test->path);
	assert_domain(test, "first.example");
	assert_int_equal(input_next(test->input, &domain, &why), INPUT_BAD);
	assert_memory_equal(why, "'no domain' ", 12);
	free(why);
	assert_domain(test, "second.example");
	assert_domain(test, "third.example");
	assert_state(test, INPUT_END);
	assert_state(test, INPUT_END);
}

static void
test_lines(void **state)
{
	static const char list[] = "# nothing\n\n \t\r\na.example\r\n"
	    "\tb.example # why\n#\nc..example\nd.example#\ne.example";
	struct test *test = *state;

	open_list(test, list, sizeof(list) - 1);
	assert_domain(test, "a.example");
	assert_domain(test, "b.example");
	assert_bad(test, ":7: 'c..example' ", "");
	assert_domain(test, "d.example");
	assert_domain(test, "e.example");
	assert_state(test, INPUT_END);
}

static void
test_nul(void **state)
{
	static const char list[] = "a.example\0b.example\n\0\nc.example\n";
	struct test *test = *state;

	open_list(test, list, sizeof(list) - 1);
	assert_bad(test, ":1: 'a.example' ", "NUL");
	assert_bad(test, ":2: '' ", "NUL");
	assert_domain(test, "c.example");
	assert_state(test, INPUT_END);
}

/* One complaint for a line, however long; the next line is read. */
static void
test_long_line(void **state)
{
	const size_t size = 300000;
	static const char end[] = "\nb.example\n";
	char *list = memory_new(size + sizeof(end), 1);
	struct test *test = *state;

	memset(list, 'a', size);
	memcpy(list + size, end, sizeof(end));
	open_list(test, list, size + strlen(end));
	free(list);
	assert_bad(test, ":1: 'aaaa", "");
	assert_domain(test, "b.example");
	assert_state(test, INPUT_END);
}

/*
 * What follows 4096 octets without a comment is not known, wherever a read has
 * ended: neither a domain that is lost nor half of one is taken.
 */
static void
test_long_lines(void **state)
{
	char *list = memory_format("%4090slost.example\n"
	    "a.example # %04100d\nb.example\n", "", 0);
	struct test *test = *state;

	open_list(test, list, strlen(list));
	free(list);
	assert_bad(test, ":1: 'lost.e' begins a line of more than 4096 octets",
	    "");
	assert_domain(test, "a.example");
	assert_domain(test, "b.example");
	assert_state(test, INPUT_END);
}

/* A pipe that is empty for now, has half a line, and is closed. */
static void
test_pipe(void **state)
{
	struct test *test = *state;
	int ends[2], standard = dup(STDIN_FILENO);

	assert_int_equal(pipe(ends), 0);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	open_input(test, NULL, 0, "-");
	dup2(standard, STDIN_FILENO);
	close(standard);

	assert_state(test, INPUT_WAIT);
	assert_state(test, INPUT_WAIT);
	assert_int_equal(write(ends[1], "a.example\nb.ex", 14), 14);
	assert_int_equal(test->called, 0);
	event_base_loop(test->base, EVLOOP_ONCE);
	assert_int_equal(test->called, 1);
	assert_domain(test, "a.example");
	assert_state(test, INPUT_WAIT);
	assert_int_equal(write(ends[1], "ample", 5), 5);
	close(ends[1]);
	event_base_loop(test->base, EVLOOP_ONCE);
	assert_int_equal(test->called, 2);
	assert_domain(test, "b.example");
	assert_state(test, INPUT_END);
	event_base_loop(test->base, EVLOOP_NONBLOCK);
	assert_int_equal(test->called, 2);
}

static void
on_other(evutil_socket_t fd, short what, void *argument)
{
	struct test *test = argument;

	(void)fd;
	(void)what;
	event_base_loopbreak(test->base);
}

/* A file without an end and without domains does not block the loop. */
static void
test_endless(void **state)
{
	struct test *test = *state;
	char *domain, *why;

	open_input(test, NULL, 0, "/dev/zero");
	assert_int_equal(input_next(test->input, &domain, &why), INPUT_BAD);
	free(why);
	assert_state(test, INPUT_WAIT);
	assert_state(test, INPUT_WAIT);
	event_base_once(test->base, -1, EV_TIMEOUT, on_other, test, NULL);
	event_base_dispatch(test->base);
	event_base_loop(test->base, EVLOOP_NONBLOCK);
	assert_int_equal(test->called, 1);
	assert_state(test, INPUT_WAIT);
}

/* Nothing is lost where control returns to the loop. */
static void
test_many_lines(void **state)
{
	enum { COUNT = 20000 };
	static const char line[] = "#\n", end[] = "a.example\n";
	char *list = memory_new(COUNT * 2 + 16, 1);
	struct test *test = *state;
	char *domain = NULL, *why;
	size_t i;

	for (i = 0; i < COUNT; i++)
		memcpy(list + 2 * i, line, 2);
	memcpy(list + COUNT * 2, end, strlen(end));
	open_list(test, list, strlen(list));
	free(list);
	while (input_next(test->input, &domain, &why) == INPUT_WAIT)
		event_base_loop(test->base, EVLOOP_ONCE);
	assert_string_equal(domain, "a.example");
	free(domain);
	assert_state(test, INPUT_END);
	within_range(test->called, 1, COUNT / 1000);
}

static void
assert_unreadable(struct test *test, const char *file, const char *expected)
{
	char *why;

	assert_null(input_open(test->base, NULL, 0, file, on_ready, test,
	    &why));
	assert_string_equal(why, expected);
	free(why);
}

static void
test_missing_file(void **state)
{
	assert_unreadable(*state, "/nonexistent/list",
	    "cannot read '/nonexistent/list': No such file or directory");
}

static void
test_directory(void **state)
{
	assert_unreadable(*state, "/tmp", "cannot read '/tmp': Is a directory");
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_words_first),
		TEST(test_lines),
		TEST(test_nul),
		TEST(test_long_line),
		TEST(test_long_lines),
		TEST(test_pipe),
		TEST(test_endless),
		TEST(test_many_lines),
		TEST(test_missing_file),
		TEST(test_directory),
	};

	return cmocka_run_group_tests_name("input", tests, NULL, NULL);
}
