#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "checker/run/record_file.h"
#include "resolver/memory.h"
#include "tests/unit/support/scratch.h"

static const char before[] = "before\n";

/* Octets that are, or are to be, in a file. */
struct octets {
	uint8_t	*octets;	/* owned */
	size_t	 size;
};

struct test {
	struct octets		 content;
	char			*path;		/* owned; NULL: none yet */
	struct record_reader	 reader;
	bool			 reads;
	char			*why;		/* owned */
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

	if (test->reads)
		record_reader_clear(&test->reader);
	if (test->path != NULL)
		unlink(test->path);
	free(test->path);
	free(test->content.octets);
	free(test->why);
	free(test);
	return 0;
}

static void
append(struct octets *octets, const void *more, size_t size)
{
	octets->octets = memory_resize(octets->octets, octets->size + size + 1);
	memcpy(octets->octets + octets->size, more, size);
	octets->size += size;
}

/* The reader does not look into the facts, so that any octets will do. */
static uint8_t *
facts(size_t size)
{
	uint8_t *octets = memory_new(size + 1, 1);

	memset(octets, (int)(size & 0xff), size);
	return octets;
}

static void
append_frame(struct octets *octets, const char *domain, size_t size)
{
	uint8_t *inner = facts(size), *frame;
	size_t framed;

	frame = recording_frame(domain, inner, size, &framed);
	append(octets, frame, framed);
	free(frame);
	free(inner);
}

static void
open_content(struct test *test)
{
	test->path = scratch_file(test->content.octets, test->content.size);
	test->reads = record_reader_init(&test->reader, test->path,
	    &test->why);
	assert_true(test->reads);
}

static void
expect_frame(struct test *test, const char *domain, size_t size)
{
	struct recording_frame frame;
	uint8_t *expected = facts(size);

	assert_int_equal(record_reader_next(&test->reader, &frame, &test->why),
	    RECORD_FRAME);
	assert_string_equal(frame.domain, domain);
	assert_int_equal(frame.size, size);
	assert_memory_equal(frame.facts, expected, size);
	free(frame.domain);
	free(expected);
}

static void
expect_end(struct test *test)
{
	struct recording_frame frame;

	assert_int_equal(record_reader_next(&test->reader, &frame, &test->why),
	    RECORD_END);
}

/* That the file is bad at OFFSET, because of WHAT. */
static void
expect_bad(struct test *test, size_t offset, const char *what)
{
	struct recording_frame frame;
	char *expected = memory_format("%s: at octet %zu: %s", test->path,
	    offset, what);

	assert_int_equal(record_reader_next(&test->reader, &frame, &test->why),
	    RECORD_BAD);
	assert_string_equal(test->why, expected);
	free(expected);
}

static void
test_empty(void **state)
{
	struct test *test = *state;

	append(&test->content, "", 0);
	open_content(test);
	expect_end(test);
	expect_end(test);
}

/* Around and beyond what is read at a time. */
static const size_t sizes[] = { 0, 1, 20000, 262144 - 40, 262144, 0,
	3 * 1024 * 1024, 7, 500000 };
#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

static void
append_frames(struct octets *octets)
{
	char *domain;
	size_t i;

	for (i = 0; i < SIZES; i++) {
		domain = memory_format("d%zu.example", i);
		append_frame(octets, domain, sizes[i]);
		free(domain);
	}
}

static void
expect_frames(struct test *test)
{
	char *domain;
	size_t i;

	for (i = 0; i < SIZES; i++) {
		domain = memory_format("d%zu.example", i);
		expect_frame(test, domain, sizes[i]);
		free(domain);
	}
	expect_end(test);
}

static void
test_frames(void **state)
{
	struct test *test = *state;

	append_frames(&test->content);
	open_content(test);
	expect_frames(test);
	assert_int_equal(test->reader.offset, test->content.size);
}

/* Writes SIZE octets from a process of its own, PIECE at a time. */
static pid_t
write_pieces(int fd, const struct octets *octets, size_t piece)
{
	const pid_t pid = fork();
	size_t done, part;

	if (pid != 0)
		return pid;
	for (done = 0; done < octets->size; done += part) {
		part = octets->size - done < piece ? octets->size - done :
		    piece;
		if (write(fd, octets->octets + done, part) != (ssize_t)part)
			_exit(1);
	}
	_exit(0);
}

/* Standard input, a pipe that brings less at a time than a frame has. */
static void
test_standard_input(void **state)
{
	static const size_t pieces[] = { 997, 65536 };
	struct test *test = *state;
	int pair[2], saved, status;
	pid_t writer;
	size_t i;

	append_frames(&test->content);
	for (i = 0; i < 2; i++) {
		assert_int_equal(pipe(pair), 0);
		writer = write_pieces(pair[1], &test->content, pieces[i]);
		close(pair[1]);
		saved = dup(STDIN_FILENO);
		dup2(pair[0], STDIN_FILENO);
		close(pair[0]);
		assert_true(record_reader_init(&test->reader, "-",
		    &test->why));
		expect_frames(test);
		record_reader_clear(&test->reader);
		/* It stays open. */
		assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
		close(saved);
		assert_int_equal(waitpid(writer, &status, 0), writer);
		assert_int_equal(status, 0);
	}
}

/* Wherever a file is cut off, all records before that are read. */
static void
test_cut_off(void **state)
{
	struct test *test = *state;
	size_t first, whole, i;

	append_frame(&test->content, "a.example", 30);
	first = test->content.size;
	append_frame(&test->content, "b.example", 50);
	whole = test->content.size;
	for (i = first + 1; i < whole; i++) {
		test->content.size = i;
		open_content(test);
		expect_frame(test, "a.example", 30);
		expect_bad(test, first, "the record is cut off");
		record_reader_clear(&test->reader);
		test->reads = false;
		unlink(test->path);
		free(test->path);
		test->path = NULL;
		free(test->why);
		test->why = NULL;
	}
}

static void
test_garbage_after_frame(void **state)
{
	struct test *test = *state;
	size_t first;

	append_frame(&test->content, "a.example", 30);
	first = test->content.size;
	append(&test->content, "garbage", 7);
	open_content(test);
	expect_frame(test, "a.example", 30);
	expect_bad(test, first, "not a record of mxdane");
}

/* What else users have, and may give by mistake. */
static void
test_other_files(void **state)
{
	static const char *const others[] = {
		"{\"domain\":\"a.example\"}\n",
		"-----BEGIN CERTIFICATE-----\nMIIB\n",
		"a.example\nb.example\n",
		"\n",
		"x",
		"garbage",
		"\x1f\x8b\x08",
	};
	struct recording_frame frame;
	struct test *test;
	char *expected;
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (i > 0) {
			tear_down(state);
			set_up(state);
		}
		test = *state;
		append(&test->content, others[i], strlen(others[i]));
		open_content(test);
		expected = memory_format("%s: not a record of mxdane, as "
		    "--record writes it%s", test->path, i == 0 ? "; a report "
		    "in JSON cannot be judged again" : "");
		assert_int_equal(record_reader_next(&test->reader, &frame,
		    &test->why), RECORD_BAD);
		assert_string_equal(test->why, expected);
		free(expected);
	}
}

/* Before anything is read. */
static void
expect_no_file(const char *file, int error)
{
	struct record_reader reader;
	char *why = NULL, *expected = memory_format("%s: %s", file,
	    strerror(error));

	assert_false(record_reader_init(&reader, file, &why));
	assert_string_equal(why, expected);
	free(expected);
	free(why);
}

static void
test_no_file(void **state)
{
	(void)state;
	expect_no_file("/nonexistent/a.rec", ENOENT);
	expect_no_file("/", EISDIR);
}

static void
assert_content(const char *path, const struct octets *expected)
{
	uint8_t *octets = memory_new(expected->size + 1, 1);
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_int_equal(fread(octets, 1, expected->size + 1, file),
	    expected->size);
	fclose(file);
	assert_memory_equal(octets, expected->octets, expected->size);
	free(octets);
}

static void
add(struct record_writer *writer, const char *domain, size_t size)
{
	uint8_t *octets = facts(size);
	char *why;

	assert_true(record_writer_add(writer, domain, octets, size, &why));
	assert_null(why);
	free(octets);
}

/* Over an older file, which stays as it is until then. */
static void
test_written(void **state)
{
	struct test *test = *state;
	struct octets old = { (uint8_t *)(uintptr_t)before,
		sizeof(before) - 1 };
	struct record_writer writer;

	test->path = scratch_file(before, sizeof(before) - 1);
	append_frame(&test->content, "a.example", 100);
	append_frame(&test->content, "b.example", 0);
	assert_true(record_writer_init(&writer, test->path, &test->why));
	add(&writer, "a.example", 100);
	add(&writer, "b.example", 0);
	assert_int_equal(writer.count, 2);
	assert_content(test->path, &old);
	assert_true(record_writer_close(&writer, true, &test->why));
	assert_null(test->why);
	assert_content(test->path, &test->content);
	/* And nothing comes of closing it again. */
	assert_true(record_writer_close(&writer, true, &test->why));
}

/* What there is is kept, and told where; the older file stays. */
static void
test_incomplete(void **state)
{
	static const char *const counts[] = { "1 domain", "2 domains" };
	struct test *test = *state;
	struct octets old = { (uint8_t *)(uintptr_t)before,
		sizeof(before) - 1 };
	struct record_writer writer;
	char *temporary, *expected;
	size_t i;

	test->path = scratch_file(before, sizeof(before) - 1);
	for (i = 0; i < 2; i++) {
		append_frame(&test->content, "a.example", 100);
		assert_true(record_writer_init(&writer, test->path,
		    &test->why));
		add(&writer, "a.example", 100);
		if (i == 1)
			add(&writer, "a.example", 100);
		temporary = memory_string(writer.output.temporary);
		expected = memory_format("the record of the %s so far is in "
		    "'%s'", counts[i], temporary);
		assert_true(record_writer_close(&writer, false, &test->why));
		assert_string_equal(test->why, expected);
		assert_content(temporary, &test->content);
		assert_content(test->path, &old);
		unlink(temporary);
		free(temporary);
		free(expected);
		free(test->why);
		test->why = NULL;
	}
}

static void
test_nothing_to_keep(void **state)
{
	struct test *test = *state;
	struct octets old = { (uint8_t *)(uintptr_t)before,
		sizeof(before) - 1 };
	struct record_writer writer;
	char *temporary;

	test->path = scratch_file(before, sizeof(before) - 1);
	assert_true(record_writer_init(&writer, test->path, &test->why));
	temporary = memory_string(writer.output.temporary);
	assert_true(record_writer_close(&writer, false, &test->why));
	assert_null(test->why);
	assert_int_equal(access(temporary, F_OK), -1);
	assert_content(test->path, &old);
	free(temporary);
}

/* Told once: the run goes on without it. */
static void
test_full(void **state)
{
	struct test *test = *state;
	struct record_writer writer;
	uint8_t octets[10] = { 0 };
	char *why;

	assert_true(record_writer_init(&writer, "/dev/full", &test->why));
	assert_false(record_writer_add(&writer, "a.example", octets, 10,
	    &test->why));
	assert_string_equal(test->why,
	    "cannot write '/dev/full': No space left on device");
	assert_false(record_writer_add(&writer, "a.example", octets, 10,
	    &why));
	assert_null(why);
	assert_true(writer.failed);
	assert_int_equal(writer.count, 0);
	assert_false(record_writer_close(&writer, true, &why));
	assert_null(why);
}

/* At the very end: the run must not be taken for one that kept its record. */
static void
test_not_replaced(void **state)
{
	struct test *test = *state;
	struct record_writer writer;
	char *path;

	test->path = scratch_file(before, sizeof(before) - 1);
	path = memory_format("%s.rec", test->path);
	assert_true(record_writer_init(&writer, path, &test->why));
	add(&writer, "a.example", 100);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_false(record_writer_close(&writer, true, &test->why));
	assert_non_null(test->why);
	assert_true(writer.failed);
	rmdir(path);
	free(path);
}

static void
test_no_place(void **state)
{
	struct test *test = *state;
	struct record_writer writer;

	assert_false(record_writer_init(&writer, "/nonexistent/a.rec",
	    &test->why));
	assert_string_equal(test->why, "cannot write '/nonexistent/a.rec': No "
	    "such file or directory");
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_empty),
		TEST(test_frames),
		TEST(test_standard_input),
		TEST(test_cut_off),
		TEST(test_garbage_after_frame),
		TEST(test_other_files),
		TEST(test_no_file),
		TEST(test_written),
		TEST(test_incomplete),
		TEST(test_nothing_to_keep),
		TEST(test_full),
		TEST(test_not_replaced),
		TEST(test_no_place),
	};

	return cmocka_run_group_tests_name("record file", tests, NULL, NULL);
}
