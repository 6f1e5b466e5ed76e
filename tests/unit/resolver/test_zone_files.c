#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "resolver/memory.h"
#include "resolver/zone_files.h"
#include "resolver/zone_reader.h"
#include "tests/unit/support/table.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/*
 * A folder, the working directory, with what the tests include. Owned by the
 * caller, who gives it to leave_folder.
 */
static char *
enter_folder(void)
{
	char *folder = memory_string("/tmp/test_zone_files.XXXXXX");

	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(mkdir("sub", 0700), 0);
	assert_int_equal(mkfifo("pipe", 0600), 0);
	write_file("a", "a A ::\n");
	write_file("b b", " AAAA ::\n$ORIGIN c\nb A ::\n$TTL 7\n");
	write_file("sub/deep", "d A ::\n$INCLUDE near\n$INCLUDE a\n");
	write_file("sub/near", "n A ::\n");
	write_file("near", "wrong A ::\n");
	write_file("circle", "$INCLUDE circle\n");
	write_file("secret", "3 1 secret\n");
	return folder;
}

static void
leave_folder(char *folder)
{
	static const char *const files[] = { "zone", "a", "b b", "sub/deep",
		"sub/near", "near", "circle", "secret", "pipe" };
	size_t i;

	for (i = 0; i < COUNT(files); i++)
		unlink(files[i]);
	assert_int_equal(rmdir("sub"), 0);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(folder), 0);
	free(folder);
}

/* "OWNER TTL TYPE" of all records, or why not. Owned by the caller. */
static char *
read_records(const struct zone_files *files)
{
	struct zone_reader reader;
	char *all = NULL, *line, *why = NULL;

	zone_reader_init_zone(&reader, files, "example");
	while (zone_reader_next(&reader, &why) == ZONE_READER_ENTRY) {
		line = reader.entry.type == NULL ? zone_reader_fault(&reader,
		    reader.entry.line, reader.entry.words[0], "is no record") :
		    memory_format("%s %s %s", reader.entry.owner,
		    reader.entry.ttl != NULL ? reader.entry.ttl : "-",
		    reader.entry.type);
		all = memory_join(all, "\n", line);
		free(line);
	}
	if (why != NULL)
		all = memory_join(all, "\n", why);
	free(why);
	zone_reader_clear(&reader);
	return all != NULL ? all : memory_string("");
}

static const struct row {
	const char	*name;
	const char	*text;
	const char	*records;	/* or why not */
} rows[] = {
	{ "none", "x A ::\n", "x.example - A" },
	{ "file", "x A ::\n$INCLUDE a\ny A ::\n",
	    "x.example - A\na.example - A\ny.example - A" },
	/* As with BIND: the owner goes in and comes back, the TTL stays. */
	{ "owner, origin and TTL",
	    "x A ::\n$include \"b b\" ; comment\n AAAA ::\ny A ::\n",
	    "x.example - A\nx.example - AAAA\nb.c.example - A\n"
	    "x.example 7 AAAA\ny.example 7 A" },
	{ "origin of the file", "$INCLUDE a sub\nx A ::\n",
	    "a.sub.example - A\nx.example - A" },
	{ "twice", "$INCLUDE a s\n$INCLUDE a t.\n",
	    "a.s.example - A\na.t - A" },
	{ "relative to the file, then to the folder", "$INCLUDE sub/deep\n",
	    "d.example - A\nn.example - A\na.example - A" },
	{ "absolute", "$INCLUDE /dev/../dev/null/a\n",
	    "zone, line 1: $INCLUDE: /dev/../dev/null/a: Not a directory" },
	{ "within quotes", "x TXT \"\n", "zone, line 1: the quotes are not "
	    "closed" },
	{ "in a comment", "; $INCLUDE nowhere\nx TXT \"$INCLUDE nowhere\"\n",
	    "x.example - TXT" },
	{ "missing", "\nx A (\n::\n)\n$INCLUDE nowhere\n",
	    "zone, line 5: $INCLUDE: nowhere: No such file or directory" },
	{ "missing name", "$INCLUDE\n",
	    "zone, line 1: $INCLUDE: names no file" },
	{ "folder", "$INCLUDE sub\n",
	    "zone, line 1: $INCLUDE: sub: is not an ordinary file" },
	{ "pipe", "$INCLUDE pipe\n",
	    "zone, line 1: $INCLUDE: pipe: is not an ordinary file" },
	{ "device", "$INCLUDE /dev/zero\n",
	    "zone, line 1: $INCLUDE: /dev/zero: is not an ordinary file" },
	{ "circle", "$INCLUDE circle\n", "circle, line 1: $INCLUDE: files "
	    "include each other more than 16 deep" },
	{ "what is included is not shown", "secret\n$INCLUDE secret\n",
	    "zone, line 1: 'secret' is no record\n"
	    "secret, line 1: what stands there is no record" },
};

static void
test_read(void **state)
{
	const struct row *row = *state;
	char *folder = enter_folder(), *records;
	struct zone_files files;

	write_file("zone", row->text);
	if (zone_files_read(&files, "zone", &records)) {
		records = read_records(&files);
	} else {
		assert_int_equal(files.count, 0);
		assert_null(files.items);
	}
	leave_folder(folder);
	assert_string_equal(records, row->records);
	free(records);
	zone_files_clear(&files);
}

static void
test_many(void **state)
{
	char *folder = enter_folder(), *text = NULL, *why;
	struct zone_files files;
	size_t i;

	(void)state;
	for (i = 1; i < ZONE_FILES_MAX; i++)
		text = memory_join(text, "\n", "$INCLUDE a");
	write_file("zone", text);
	assert_true(zone_files_read(&files, "zone", &why));
	assert_int_equal(files.count, ZONE_FILES_MAX);
	zone_files_clear(&files);
	text = memory_join(text, "\n", "$INCLUDE a\n");
	write_file("zone", text);
	assert_false(zone_files_read(&files, "zone", &why));
	assert_string_equal(why,
	    "zone, line 256: $INCLUDE: more than 256 files");
	free(why);
	free(text);
	leave_folder(folder);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_read, rows),
		TABLE_ALONE(test_many),
	};

	return table_run(tables, COUNT(tables));
}
