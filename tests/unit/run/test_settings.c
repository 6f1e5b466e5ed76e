#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checker/run/settings.h"
#include "tests/unit/support/table.h"

/* Whose domains are looked at thoroughly. */
struct thorough_row {
	const char	*name;
	bool		 option;	/* --thorough */
	const char	*file;		/* --file */
	size_t		 count;		/* arguments */
	bool		 thorough;
};

static const struct thorough_row thorough_rows[] = {
	{ "one domain", false, NULL, 1, true },
	{ "two domains", false, NULL, 2, false },
	{ "a file", false, "domains", 0, false },
	{ "one domain and a file", false, "domains", 1, false },
	{ "a record of some", false, NULL, 0, false },
	{ "two domains, --thorough", true, NULL, 2, true },
	{ "a file, --thorough", true, "domains", 0, true },
	{ "one domain, --thorough", true, NULL, 1, true },
};

static void
test_thorough(void **state)
{
	const struct thorough_row *row = *state;
	struct settings settings;

	settings_init(&settings);
	assert_false(settings.gather.thorough);
	settings.gather.thorough = row->option;
	settings.input = row->file;
	settings_count_domains(&settings, row->count);
	assert_int_equal(settings.gather.thorough, row->thorough);
	settings_clear(&settings);
}

/* Which limits signatures are judged by. */
struct limits_row {
	const char		*name;
	const char		*words[5];	/* behind the program's name */
	struct expiry_limit	 warning;
	struct expiry_limit	 critical;
	double			 warning_days;
	double			 critical_days;
};

#define NONE	{ EXPIRY_NOT_GIVEN, 0 }

static const struct limits_row limits_rows[] = {
	{ "no option", { NULL }, { EXPIRY_PERCENT, 10 }, NONE, -1, -1 },
	{ "-w alone", { "-w", "7" }, NONE, NONE, 7, -1 },
	{ "-c alone", { "-c", "3" }, NONE, NONE, -1, 3 },
	/* To be left in peace. */
	{ "-w 0", { "-w", "0" }, NONE, NONE, 0, -1 },
	{ "--signature-warning alone", { "--signature-warning", "2d" },
	    { EXPIRY_SECONDS, 2 * 86400 }, NONE, -1, -1 },
	{ "--signature-warning 0%", { "--signature-warning=0%" },
	    { EXPIRY_PERCENT, 0 }, NONE, -1, -1 },
	{ "--signature-critical alone", { "--signature-critical", "5%" },
	    { EXPIRY_PERCENT, 10 }, { EXPIRY_PERCENT, 5 }, -1, -1 },
	{ "--signature-critical and -w", { "--signature-critical", "36h",
	    "-w", "7" }, NONE, { EXPIRY_SECONDS, 129600 }, 7, -1 },
};

static void
test_limits(void **state)
{
	const struct limits_row *row = *state;
	char *words[7] = { (char *)"mxdane" };
	struct settings settings;
	const struct judge_options *judge = &settings.judge;
	char *why = NULL;
	int count = 1;

	for (; row->words[count - 1] != NULL; count++)
		words[count] = (char *)row->words[count - 1];
	settings_init(&settings);
	assert_int_equal(options_parse(&settings_table, count, words,
	    &settings, &why), count);
	settings_set_limits(&settings);
	assert_int_equal(judge->signature_warning.unit, row->warning.unit);
	assert_true(judge->signature_warning.value == row->warning.value);
	assert_int_equal(judge->signature_critical.unit, row->critical.unit);
	assert_true(judge->signature_critical.value == row->critical.value);
	assert_true(judge->warning_days == row->warning_days);
	assert_true(judge->critical_days == row->critical_days);
	settings_clear(&settings);
}

/* How many addresses of each family --source may name. */
static const struct sources_row {
	const char	*name;
	const char	*words[6];	/* behind the program's name */
	size_t		 count;		/* arguments */
	bool		 good;
} sources_rows[] = {
	{ "one", { "--source", "192.0.2.1" }, 1, true },
	{ "one of each family", { "--source", "192.0.2.1", "--source",
	    "2001:db8::1" }, 1, true },
	{ "two of one family", { "--source", "192.0.2.1", "--source",
	    "192.0.2.2" }, 1, false },
	{ "two of the other", { "--source", "2001:db8::1", "--source",
	    "2001:db8::2" }, 1, false },
	{ "two, for two domains", { "--source", "192.0.2.1", "--source",
	    "192.0.2.2" }, 2, true },
	{ "two, for a file", { "--source", "192.0.2.1", "--source",
	    "192.0.2.2", "-f", "x" }, 1, true },
};

static void
test_sources(void **state)
{
	const struct sources_row *row = *state;
	char *words[8] = { (char *)"mxdane" };
	struct settings settings;
	char *why = NULL;
	int count = 1;

	for (; count <= 6 && row->words[count - 1] != NULL; count++)
		words[count] = (char *)row->words[count - 1];
	settings_init(&settings);
	assert_int_equal(options_parse(&settings_table, count, words,
	    &settings, &why), count);
	assert_null(settings_conflict(&settings));
	assert_int_equal(settings_count_conflict(&settings, row->count) ==
	    NULL, row->good);
	settings_clear(&settings);
}

/* How often to connect, and what that does not go with. */
static const struct repeat_row {
	const char	*name;
	const char	*words[6];	/* behind the program's name */
	unsigned int	 repeat;	/* 0: not a number of connections */
	bool		 conflict;
} repeat_rows[] = {
	{ "not given", { "-a" }, 1, false },
	{ "once", { "--repeat", "1" }, 1, false },
	{ "as often as may be", { "--repeat", "20" }, 20, false },
	{ "too often", { "--repeat", "21" }, 0, false },
	{ "never", { "--repeat", "0" }, 0, false },
	{ "less", { "--repeat", "-1" }, 0, false },
	{ "a word", { "--repeat", "often" }, 0, false },
	{ "nothing", { "--repeat", "" }, 0, false },
	{ "a fraction", { "--repeat", "2.5" }, 0, false },
	{ "a large number", { "--repeat", "4294967298" }, 0, false },
	{ "to another address", { "--repeat", "2", "--connect", "192.0.2.1" },
	    2, false },
	{ "a list", { "--repeat", "2", "-f", "x" }, 2, false },
	{ "again and again", { "--repeat", "2", "--wait", "5m" }, 2, false },
	{ "a record", { "--repeat", "2", "--record", "x" }, 2, false },
	{ "from a record", { "--repeat", "2", "--replay", "x" }, 2, true },
	{ "from a file", { "--repeat", "2", "--chain", "x" }, 2, true },
	{ "not at all", { "--repeat", "2", "--dns-only" }, 2, true },
	{ "a test of this place", { "--repeat", "2", "--self-test" }, 2, true },
	{ "once, from a record", { "--repeat", "1", "--replay", "x" }, 1,
	    false },
};

/* Whether the command line can be understood. */
static bool
parse(struct settings *settings, const char *const given[6])
{
	char *words[8] = { (char *)"mxdane" };
	char *why = NULL;
	int count = 1, parsed;

	for (; count <= 6 && given[count - 1] != NULL; count++)
		words[count] = (char *)given[count - 1];
	settings_init(settings);
	parsed = options_parse(&settings_table, count, words, settings, &why);
	assert_int_equal(parsed, why == NULL ? count : 0);
	free(why);
	return parsed > 0;
}

static void
test_repeat(void **state)
{
	const struct repeat_row *row = *state;
	struct settings settings;

	if (parse(&settings, row->words)) {
		assert_int_equal(settings.gather.repeat, row->repeat);
		assert_int_equal(settings_conflict(&settings) != NULL,
		    row->conflict);
	} else {
		assert_int_equal(row->repeat, 0);
	}
	settings_clear(&settings);
}

/* How often to try again, and what that does not go with. */
static const struct retry_row {
	const char	*name;
	const char	*words[6];	/* behind the program's name */
	int		 retry;		/* -1: not a number of attempts */
	bool		 conflict;
} retry_rows[] = {
	{ "not given", { "-a" }, 0, false },
	{ "never", { "--retry", "0" }, 0, false },
	{ "once", { "--retry=1" }, 1, false },
	{ "as often as may be", { "--retry", "10" }, 10, false },
	{ "too often", { "--retry", "11" }, -1, false },
	{ "less", { "--retry", "-1" }, -1, false },
	{ "a word", { "--retry", "once" }, -1, false },
	{ "nothing", { "--retry", "" }, -1, false },
	{ "a list", { "--retry", "2", "-f", "x" }, 2, false },
	{ "with --repeat", { "--retry", "2", "--repeat", "3" }, 2, false },
	{ "from a record", { "--retry", "2", "--replay", "x" }, 2, true },
	{ "from a file", { "--retry", "2", "--chain", "x" }, 2, true },
	{ "not at all", { "--retry", "2", "--dns-only" }, 2, true },
	{ "a test of this place", { "--retry", "2", "--self-test" }, 2, true },
	{ "never, from a record", { "--retry", "0", "--replay", "x" }, 0,
	    false },
};

static void
test_retry(void **state)
{
	const struct retry_row *row = *state;
	struct settings settings;

	if (parse(&settings, row->words)) {
		assert_int_equal(settings.gather.retry, row->retry);
		assert_int_equal(settings_conflict(&settings) != NULL,
		    row->conflict);
	} else {
		assert_int_equal(row->retry, -1);
	}
	settings_clear(&settings);
}

/* What --resume needs, and does not go with; and --shard. */
static const struct list_row {
	const char	*name;
	const char	*words[12];	/* behind the program's name */
	bool		 conflict;
} list_rows[] = {
#define RESUME "--resume", "-f", "x", "-o", "y", "--format", "json"
	{ "resume", { RESUME }, false },
	{ "a list from a pipe", { "--resume", "-f", "-", "-o", "y", "--format",
	    "json" }, false },
	{ "resume a shard", { RESUME, "--shard", "2/8", "--unordered" },
	    false },
	{ "without a list", { "--resume", "-o", "y", "--format", "json" },
	    true },
	{ "to standard output", { "--resume", "-f", "x", "--format", "json" },
	    true },
	{ "text", { "--resume", "-f", "x", "-o", "y" }, true },
	{ "a later format", { RESUME, "--format", "junit" }, true },
	{ "again and again", { RESUME, "--wait", "5m" }, true },
	{ "with a record", { RESUME, "--record", "z" }, true },
	{ "since another run", { RESUME, "--since", "z" }, true },
	{ "a shard of a record", { "--shard", "1/2", "--replay", "x" }, false },
	{ "a shard of a test of this place", { "--shard", "1/2",
	    "--self-test" }, true },
#undef RESUME
};

static void
test_lists(void **state)
{
	const struct list_row *row = *state;
	char *words[14] = { (char *)"mxdane" };
	struct settings settings;
	char *why = NULL;
	int count = 1;

	for (; count <= 12 && row->words[count - 1] != NULL; count++)
		words[count] = (char *)row->words[count - 1];
	settings_init(&settings);
	assert_int_equal(options_parse(&settings_table, count, words,
	    &settings, &why), count);
	assert_int_equal(settings_conflict(&settings) != NULL, row->conflict);
	settings_clear(&settings);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_thorough, thorough_rows),
		TABLE(test_limits, limits_rows),
		TABLE(test_sources, sources_rows),
		TABLE(test_repeat, repeat_rows),
		TABLE(test_retry, retry_rows),
		TABLE(test_lists, list_rows),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
