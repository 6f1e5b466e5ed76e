#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "resolver/file.h"
#include "resolver/memory.h"
#include "tests/unit/support/scratch.h"
#include "tests/unit/support/table.h"

#define OCTETS(text) text, sizeof(text) - 1

static const struct row {
	const char	*name;
	const char	*octets;
	size_t		 size;
	size_t		 limit;
	const char	*why;		/* after the path; NULL: it is read */
} rows[] = {
	{ "text", OCTETS("two\nlines\n"), 100, NULL },
	{ "NUL octets", OCTETS("a\0b\0"), 100, NULL },
	{ "empty", OCTETS(""), 100, NULL },
	{ "as large as the limit", OCTETS("12345"), 5, NULL },
	{ "larger than the limit", OCTETS("123456"), 5,
	    ": is larger than 5 octets" },
	{ "limit of 0", OCTETS("1"), 0, ": is larger than 0 octets" },
};

static void
test_read(void **state)
{
	const struct row *row = *state;
	char *path = scratch_file(row->octets, row->size), *why = NULL, *octets;
	char *expected = memory_format("%s%s", path,
	    row->why != NULL ? row->why : "");
	size_t size;

	octets = file_read(path, row->limit, &size, &why);
	if (row->why == NULL) {
		assert_non_null(octets);
		assert_int_equal(size, row->size);
		/* The NUL behind it, too. */
		assert_memory_equal(octets, row->octets, size + 1);
	} else {
		assert_null(octets);
		assert_string_equal(why, expected);
	}
	unlink(path);
	free(expected);
	free(octets);
	free(path);
	free(why);
}

static const struct bad_row {
	const char	*name;
	const char	*path;
	const char	*why;
} bad_rows[] = {
	{ "missing", "/nonexistent/\x1b[2J",
	    "/nonexistent/\\x1b[2J: No such file or directory" },
	{ "a folder", "/", "/: Is a directory" },
	{ "a dash", "-", "-: No such file or directory" },
};

static void
test_unreadable(void **state)
{
	const struct bad_row *row = *state;
	size_t size;
	char *why;

	assert_null(file_read(row->path, 100, &size, &why));
	assert_string_equal(why, row->why);
	free(why);
}

static void
test_input(void **state)
{
	char *path = scratch_file("abcdef", 6), *octets, *why;
	size_t size;

	(void)state;
	octets = file_read_or_input(path, 6, &size, &why);
	assert_non_null(octets);
	assert_string_equal(octets, "abcdef");
	free(octets);

	assert_non_null(freopen(path, "r", stdin));
	octets = file_read_or_input("-", 6, &size, &why);
	assert_non_null(octets);
	assert_int_equal(size, 6);
	assert_string_equal(octets, "abcdef");
	free(octets);

	rewind(stdin);
	assert_null(file_read_or_input("-", 5, &size, &why));
	assert_string_equal(why, "-: is larger than 5 octets");
	free(why);
	unlink(path);
	free(path);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_read, rows),
		TABLE(test_unreadable, bad_rows),
		TABLE_ALONE(test_input),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
