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
	char *path = scratch_file(row->octets, row->size), *why = NULL;
	char *expected = memory_format("%s%s", path,
	    row->why != NULL ? row->why : "");
	struct file file;

	if (file_read(&file, path, row->limit, &why)) {
		assert_null(row->why);
		assert_string_equal(file.name, path);
		assert_int_equal(file.size, row->size);
		/* The NUL behind it, too. */
		assert_memory_equal(file.octets, row->octets, row->size + 1);
	} else {
		assert_non_null(row->why);
		assert_string_equal(why, expected);
		assert_null(file.name);
	}
	unlink(path);
	file_clear(&file);
	free(expected);
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
	struct file file;
	char *why;

	assert_false(file_read(&file, row->path, 100, &why));
	assert_string_equal(why, row->why);
	free(why);
	file_clear(&file);	/* does no harm */
}

/* The value has octets of its own, and a name that can be shown. */
static void
test_init(void **state)
{
	char octets[] = "ab\0c";
	struct file file;

	(void)state;
	file_init(&file, "a\nb", octets, 4);
	memset(octets, 'x', sizeof(octets));
	assert_string_equal(file.name, "a\\x0ab");
	assert_int_equal(file.size, 4);
	assert_memory_equal(file.octets, "ab\0c", 5);
	file_clear(&file);
	assert_null(file.octets);
	assert_int_equal(file.size, 0);
}

static void
test_input(void **state)
{
	char *path = scratch_file("abcdef", 6), *why;
	struct file file;

	(void)state;
	assert_true(file_read_or_input(&file, path, 6, &why));
	assert_string_equal(file.octets, "abcdef");
	file_clear(&file);

	assert_non_null(freopen(path, "r", stdin));
	assert_true(file_read_or_input(&file, "-", 6, &why));
	assert_string_equal(file.name, "-");
	assert_int_equal(file.size, 6);
	assert_string_equal(file.octets, "abcdef");
	file_clear(&file);

	rewind(stdin);
	assert_false(file_read_or_input(&file, "-", 5, &why));
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
		TABLE_ALONE(test_init),
		TABLE_ALONE(test_input),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
