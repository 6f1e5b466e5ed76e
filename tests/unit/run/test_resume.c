/*
 * What is taken from the file of an earlier run, and what becomes of the file.
 */
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

#include "checker/run/resume.h"
#include "resolver/memory.h"
#include "tests/unit/support/scratch.h"
#include "tests/unit/support/table.h"

#define REPORT(domain, verdict) \
	"{\"domain\":\"" domain "\",\"verdict\":\"" verdict "\"," \
	"\"checked_at\":\"2026-11-28T12:00:00Z\",\"mx\":{\"dnssec\":" \
	"\"secure\",\"null_mx\":false,\"implicit\":false}," \
	"\"hosts\":[],\"findings\":[]}\n"

struct row {
	const char	*name;
	const char	*text;		/* of the file */
	size_t		 count;		/* reports */
	int		 status;
	size_t		 cut;		/* octets that are removed */
	const char	*why;		/* part of it; NULL: all is well */
};

static const struct row rows[] = {
	{ "nothing yet", "", 0, 0, 0, NULL },
	{ "one", REPORT("a.example", "pass"), 1, 0, 0, NULL },
	{ "the worst of them", REPORT("a.example", "none")
	    REPORT("b.example", "fail") REPORT("c.example", "unknown"), 3, 1, 0,
	    NULL },
	{ "a line that is cut off", REPORT("a.example", "pass")
	    "{\"domain\":\"b.exam", 1, 0, 17, NULL },
	{ "a line that lacks its end alone", REPORT("a.example", "pass") "{}",
	    1, 0, 2, NULL },
	{ "nothing but such a line", "{\"domain\"", 0, 0, 9, NULL },
	{ "empty lines", "\n" REPORT("a.example", "pass") " \r\n", 1, 0, 0,
	    NULL },
	{ "a report twice", REPORT("a.example", "pass")
	    REPORT("a.example", "unknown"), 2, 3, 0, NULL },
	{ "something else", "# domains\na.example\n", 0, 0, 0, "line 1: " },
	{ "something else behind", REPORT("a.example", "pass") "a.example\n"
	    "{\"dom", 0, 0, 0, "line 2: " },
	{ "an object without a domain", "{\"verdict\":\"pass\"}\n", 0, 0, 0,
	    "domain: missing" },
	{ "a report over several lines", "{\n\"domain\":\"a.example\"\n}\n", 0,
	    0, 0, "line 1: " },
};

static size_t
size_of(const char *file)
{
	struct stat status;

	assert_int_equal(stat(file, &status), 0);
	return (size_t)status.st_size;
}

static void
test_read(void **state)
{
	const struct row *row = *state;
	char *file = scratch_file(row->text, strlen(row->text)), *why = NULL;
	struct resume *resume = resume_open(file, &why);

	assert_int_equal(size_of(file), strlen(row->text) - row->cut);
	if (row->why != NULL) {
		assert_null(resume);
		assert_non_null(strstr(why, file));
		assert_non_null(strstr(why, row->why));
		free(why);
	} else {
		assert_non_null(resume);
		assert_int_equal(resume_count(resume), row->count);
		assert_int_equal(resume_status(resume), row->status);
		assert_int_equal(resume_has(resume, "a.example"),
		    row->count > 0);
		assert_false(resume_has(resume, "x.example"));
		assert_false(resume_has(resume, "a.example.org"));
	}
	resume_close(resume);
	unlink(file);
	free(file);
}

/* Two runs that add to one file would write between each other's lines. */
static void
test_alone(void **state)
{
	char *file = scratch_file("", 0), *why = NULL;
	struct resume *resume = resume_open(file, &why);

	(void)state;
	assert_non_null(resume);
	assert_null(resume_open(file, &why));
	assert_non_null(strstr(why, "another process"));
	free(why);
	resume_close(resume);
	resume = resume_open(file, &why);
	assert_non_null(resume);
	resume_close(resume);
	unlink(file);
	free(file);
}

static void
test_missing(void **state)
{
	char *file = scratch_file("", 0), *why = NULL;
	struct resume *resume;

	(void)state;
	unlink(file);
	resume = resume_open(file, &why);
	assert_non_null(resume);
	assert_int_equal(size_of(file), 0);
	resume_close(resume);
	unlink(file);
	free(file);
	assert_null(resume_open("/nowhere/at/all", &why));
	assert_non_null(strstr(why, "/nowhere/at/all: "));
	free(why);
	assert_null(resume_open("/dev/null", &why));
	assert_non_null(strstr(why, "not a file that can be added to"));
	free(why);
	resume_close(NULL);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_read, rows),
		TABLE_ALONE(test_alone),
		TABLE_ALONE(test_missing),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
