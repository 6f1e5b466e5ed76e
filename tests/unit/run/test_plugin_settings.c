/*
 * The command lines that check_mxdane takes, and those that it does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/run/plugin_settings.h"
#include "tests/unit/support/table.h"

#define WORDS_MAX 8

struct line {
	const char	*name;
	const char	*words[WORDS_MAX];
	const char	*wrong;		/* in the complaint; NULL: none */
};

static const struct line lines[] = {
	{ "a domain", { "-H", "example.org" }, NULL },
	{ "a mail server", { "--mx-host", "--hostname", "mx.example.org" },
	    NULL },
	{ "ranges", { "-w", "7:", "-c", "@0:3" }, NULL },
	{ "no range", { "--warning", "soon" }, "soon" },
	{ "a range that is empty", { "--critical", "5:1" }, "5:1" },
	{ "shares of life", { "--signature-warning", "10%",
	    "--signature-critical=1.5h" }, NULL },
	{ "no share of life", { "--signature-warning", "10:" },
	    "--signature-warning: '10:' is not a share" },
	{ "a deadline", { "--timeout", "20" }, NULL },
	{ "missing: ok", { "--missing", "ok" }, NULL },
	{ "missing: critical", { "--missing=critical" }, NULL },
	/* Whether DANE applies is known then. */
	{ "missing: unknown", { "--missing", "unknown" }, "unknown" },
	{ "missing: no state", { "--missing", "maybe" }, "maybe" },
	{ "unreachable: ok", { "--unreachable", "ok" }, NULL },
	{ "unreachable: unknown", { "--unreachable=unknown" }, NULL },
	{ "unreachable: no state", { "--unreachable", "maybe" }, "maybe" },
	{ "the DNS alone", { "--dns-only", "--authoritative" }, NULL },
	{ "expected records", { "--expect", "3 1 1", "--expect-no=2 1 1" },
	    NULL },
	{ "no record", { "--expect", "tlsa" }, "--expect: 'tlsa'" },
	{ "an option of mxdane alone", { "--thorough" }, "--thorough" },
};

static void
test_lines(void **state)
{
	const struct line *row = *state;
	struct plugin_settings settings;
	char *words[WORDS_MAX + 2] = { (char *)"check_mxdane" };
	char *why = NULL;
	int count, first;

	for (count = 0; row->words[count] != NULL; count++)
		words[count + 1] = (char *)row->words[count];
	plugin_settings_init(&settings);
	first = options_parse(&plugin_settings_table, count + 1, words,
	    &settings, &why);
	if (row->wrong == NULL) {
		assert_int_equal(first, count + 1);
	} else {
		assert_int_equal(first, 0);
		assert_non_null(strstr(why, row->wrong));
		free(why);
	}
	settings_clear(&settings.common);
}

/* One domain is all that it is asked for. */
static void
test_thorough(void **state)
{
	struct plugin_settings settings;

	(void)state;
	plugin_settings_init(&settings);
	assert_true(settings.common.gather.thorough);
	/* What passes by itself is no alarm. */
	assert_int_equal(settings.common.gather.retry, 1);
	settings_clear(&settings.common);
}

/* Which limits signatures are judged by; in percent, below 0: none. */
struct limits_row {
	const char	*name;
	const char	*words[WORDS_MAX];
	double		 warning, critical;
};

static const struct limits_row limits_rows[] = {
	{ "no option", { NULL }, 10, 5 },
	{ "-w alone", { "-w", "7:" }, -1, -1 },
	{ "-c alone", { "-c", "3:" }, -1, -1 },
	{ "--signature-warning alone", { "--signature-warning", "20%" }, 20,
	    5 },
	{ "--signature-critical alone", { "--signature-critical", "2%" }, 10,
	    2 },
	{ "--signature-warning and -c", { "--signature-warning", "20%", "-c",
	    "3:" }, 20, -1 },
};

static void
assert_percent(const struct expiry_limit *limit, double expected)
{
	assert_int_equal(limit->unit, expected < 0 ? EXPIRY_NOT_GIVEN :
	    EXPIRY_PERCENT);
	assert_true(expected < 0 || limit->value == expected);
}

static void
test_limits(void **state)
{
	const struct limits_row *row = *state;
	struct plugin_settings settings;
	char *words[WORDS_MAX + 2] = { (char *)"check_mxdane" };
	char *why = NULL;
	int count;

	for (count = 0; row->words[count] != NULL; count++)
		words[count + 1] = (char *)row->words[count];
	plugin_settings_init(&settings);
	assert_int_equal(options_parse(&plugin_settings_table, count + 1,
	    words, &settings, &why), count + 1);
	plugin_settings_set_limits(&settings);
	assert_percent(&settings.common.judge.signature_warning, row->warning);
	assert_percent(&settings.common.judge.signature_critical,
	    row->critical);
	settings_clear(&settings.common);
}

static const struct table tables[] = {
	TABLE(test_lines, lines),
	TABLE(test_limits, limits_rows),
	TABLE_ALONE(test_thorough),
};

int
main(void)
{
	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
