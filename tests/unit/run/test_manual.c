/*
 * The manual pages against the tables in the code: every option, finding,
 * verdict, format and metric has its entry, and nothing else has one.
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
#include "tests/unit/support/table.h"

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

/* A program's options and the page that describes them. */
struct program {
	const char			*name;
	const struct option_table	*table;
	const char			*page;
};

static const struct program programs[] = {
	{ "mxdane", &settings_table, "mxdane.1" },
	{ "mxtlsa", &mxtlsa_settings_table, "mxtlsa.1" },
	{ "check_mxdane", &plugin_settings_table, "check_mxdane.8" },
};

/* The page has each option of the table, and no other. */
static void
test_options(void **state)
{
	const struct program *program = *state;
	const struct option_row *row;
	char *page = read_page(program->page), *entry, letter[8];
	size_t entries = 0, rows;
	const char *next;

	for (rows = 0; (row = options_row(program->table, rows)) != NULL;
	    rows++) {
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
assert_differ(const struct option_row *one, const struct option_row *other)
{
	if (strcmp(one->name, other->name) == 0)
		fail_msg("--%s is in the table twice", one->name);
	if (one->letter != 0 && one->letter == other->letter)
		fail_msg("--%s and --%s are both -%c", one->name, other->name,
		    one->letter);
	if (one->take == other->take && one->offset == other->offset)
		fail_msg("--%s and --%s fill the same member", one->name,
		    other->name);
}

/*
 * A row without its member fills what is at offset 0: --help's. One that was
 * copied and not changed fills another row's.
 */
static void
test_rows(void **state)
{
	const struct program *program = *state;
	const struct option_row *row, *other;
	size_t i, j;

	for (i = 0; (row = options_row(program->table, i)) != NULL; i++) {
		if (row->help == NULL || *row->help == '\0')
			fail_msg("--%s has no help text", row->name);
		if (row->take == NULL)
			fail_msg("--%s is not taken", row->name);
		if ((row->offset == 0) != (strcmp(row->name, "help") == 0))
			fail_msg("--%s fills the member at %zu", row->name,
			    row->offset);
		for (j = 0; j < i; j++) {
			other = options_row(program->table, j);
			assert_differ(other, row);
		}
	}
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
	assert_int_equal(metrics, 8);
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
	static const struct table tables[] = {
		TABLE(test_options, programs),
		TABLE(test_rows, programs),
		TABLE_ALONE(test_findings),
		TABLE_ALONE(test_verdicts_and_formats),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
