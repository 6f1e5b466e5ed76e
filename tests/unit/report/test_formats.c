/*
 * The table of formats: each is complete, is found by its name, is named by
 * --help, and has a report that it is compared with (test_report.c).
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/report/report.h"
#include "checker/run/settings.h"
#include "resolver/memory.h"

static void
test_rows(void **state)
{
	const struct report_format *format;
	size_t i;

	(void)state;
	for (i = 0; (format = report_format_at(i)) != NULL; i++) {
		assert_non_null(format->name);
		if (report_format_find(format->name) != format)
			fail_msg("two formats are called %s", format->name);
		if (format->help == NULL || format->domain == NULL)
			fail_msg("%s: no help, or no domain()", format->name);
	}
}

static void
test_help(void **state)
{
	const struct option_row *row;
	const struct report_format *format;
	size_t i;

	(void)state;
	for (i = 0; (row = options_row(&settings_table, i)) != NULL; i++) {
		if (strcmp(row->name, "format") == 0)
			break;
	}
	assert_non_null(row);
	for (i = 0; (format = report_format_at(i)) != NULL; i++) {
		if (strstr(row->help, format->name) == NULL)
			fail_msg("the help of --format (settings.c) does not "
			    "name %s", format->name);
	}
}

static void
test_expected(void **state)
{
	const char *folder = getenv("srcdir");
	const struct report_format *format;
	char *pattern;
	glob_t found;
	size_t i;

	(void)state;
	for (i = 0; (format = report_format_at(i)) != NULL; i++) {
		pattern = memory_format("%s/tests/unit/report/expected/%s.*",
		    folder != NULL ? folder : ".", format->name);
		if (glob(pattern, 0, NULL, &found) != 0)
			fail_msg("there is no %s to compare with", pattern);
		globfree(&found);
		free(pattern);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_expected),
	};

	return cmocka_run_group_tests_name("formats", tests, NULL, NULL);
}
