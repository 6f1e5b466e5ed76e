/*
 * The manual page against the tables in the code: everything that can be asked
 * for or said has its entry, and nothing else has one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/evidence/finding.h"
#include "checker/evidence/verdict.h"
#include "checker/report/report.h"
#include "checker/run/mxtlsa_settings.h"
#include "checker/run/plugin_settings.h"
#include "checker/run/settings.h"
#include "resolver/memory.h"

static char *
read_page(const char *name)
{
	const char *folder = getenv("srcdir");
	char *path = memory_format("%s/checker/%s",
	    folder != NULL ? folder : ".", name);
	char *text = memory_new(1 << 20, 1);
	FILE *file = fopen(path, "r");

	if (file == NULL)
		fail_msg("cannot read %s", path);
	assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
	fclose(file);
	free(path);
	return text;
}

static void
assert_entry(const char *page, const char *entry)
{
	if (strstr(page, entry) == NULL)
		fail_msg("the manual page has no \"%s\"", entry);
}

/* Each option of the table, and no other. */
static void
compare_options(const struct option_table *table, const char *page_name)
{
	const struct option_row *row;
	char *page = read_page(page_name), *entry, letter[8];
	size_t entries = 0, rows;
	const char *next;

	for (rows = 0; (row = options_row(table, rows)) != NULL; rows++) {
		snprintf(letter, sizeof(letter),
		    row->letter != 0 ? "%c , Fl " : "%c", row->letter);
		entry = memory_format("\n.It Fl %s-%s%s",
		    row->letter != 0 ? letter : "", row->name,
		    row->argument != NULL ? " Ar " : "\n");
		assert_entry(page, entry);
		free(entry);
	}
	for (next = page; (next = strstr(next, "\n.It Fl ")) != NULL; next++)
		entries++;
	assert_int_equal(entries, rows);
	free(page);
}

static void
test_options(void **state)
{
	(void)state;
	compare_options(&settings_mxdane, "mxdane.1");
	compare_options(&mxtlsa_options, "mxtlsa.1");
	compare_options(&plugin_options_table, "check_mxdane.8");
}

static void
test_findings(void **state)
{
	char *page = read_page("mxdane.1"), *entry;
	const char *next = strstr(page, "\n.Sh FINDINGS");
	const char *end = strstr(page, "\n.Sh JSON");
	enum finding_code code;
	size_t entries = 0;

	(void)state;
	for (code = 0; code < FINDING_CODE_COUNT; code++) {
		entry = memory_format("\n.It Cm %s Pq %s\n",
		    finding_code_name(code),
		    severity_name(finding_code_severity(code)));
		assert_entry(page, entry);
		free(entry);
		assert_true(strlen(finding_code_meaning(code)) > 20);
	}
	assert_non_null(next);
	for (; (next = strstr(next, "\n.It Cm ")) != NULL && next < end;
	    next++)
		entries++;
	assert_int_equal(entries, FINDING_CODE_COUNT);
	free(page);
}

static void
test_verdicts_and_formats(void **state)
{
	char *page = read_page("mxdane.1"), *entry;
	char *source = read_page("report/report_prometheus.c");
	const struct report_format *format;
	const char *next;
	enum verdict verdict;
	size_t i, metrics = 0;

	(void)state;
	for (verdict = 0; verdict < VERDICT_ABSENT; verdict++) {
		entry = memory_format("\n.It Cm %s\n", verdict_name(verdict));
		assert_entry(page, entry);
		free(entry);
		entry = memory_format("\n.It %d\n",
		    verdict_exit_status(verdict));
		assert_entry(page, entry);
		free(entry);
	}
	/* Each metric, by its name in the source of its writer. */
	for (next = source; (next = strstr(next, "= { \"mxdane_")) != NULL;
	    next++) {
		entry = memory_format("\n.It Li %.*s{",
		    (int)strcspn(next + 5, "\""), next + 5);
		assert_entry(page, entry);
		free(entry);
		metrics++;
	}
	assert_int_equal(metrics, 7);
	free(source);
	for (i = 0; (format = report_format_at(i)) != NULL; i++) {
		entry = memory_format("\n.It Cm %s\n", format->name);
		assert_entry(page, entry);
		free(entry);
	}
	free(page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_findings),
		cmocka_unit_test(test_verdicts_and_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
