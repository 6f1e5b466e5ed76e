/*
 * No line of any report is obeyed by a runner of CI jobs, or by whatever else
 * takes commands from the output of programs: on domains in which each text and
 * each name wants to be one, in every format, wrapped in every way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/report/lines.h"
#include "checker/report/plugin.h"
#include "checker/report/report.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/runners.h"
#include "tests/unit/support/table.h"
#include "tests/unit/support/trees.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What an attacker would have a runner read, and halves of it. */
static const char *const commands[] = {
	"::error::x", "::add-mask::x", "::stop-commands::x",
	"::warning file=a::", ":", "::", ":error::x", "x :", "x ::",
	"##[error]x", "##[group]", "##vso[task.setvariable variable=a]b",
	"##teamcity[blockOpened name='x']", "x #", "x ##", "#[error]x",
	"#vso[task.complete result=Failed;]x", "#", "##", "# SKIP x",
	"# TODO x",
	"#\xe2\x80\x8d#[error]x", "\xe2\x80\x8b::error::x",
	"\xc2\xa0::error::x", "\xe3\x80\x80::error::x",
	"\xe2\x80\x83::error::x",
	"ok 1 - x", "ok", "not ok 2 - x", "not ok", "1..3", "Bail out! x",
	"TAP version 13", "pragma +strict", "--- x", "---", "+++ x", "~~~ x",
	"^^^ +++", "=== RUN x", "<0>x", "\033[0Ksection_start:1:x\r\033[0Kx",
	"x\n::error::x", "x\r\n##[error]x", "x\nBail out!", "x\n1..2",
	"]]>##[error]x", "| ::error::x", "`##[error]`", "\\#\\#[error]x",
	"%0A::error::x", "&#35;#[error]", "\\u0023#[error]x",
};

/* Before a command: so many columns of words. */
#define PADDING 90

#define TEXTS (COUNT(commands) * (PADDING + 1))

/* Labels that want the same, as a user or the DNS may have them. */
static const char *const labels[] = {
	"ok", "ok.example", "not.ok.example", "---", "---.example", "1.example",
	"##[error]x.example", "::error::x.example", "#", ":", "*.example",
	"bail.example", "pragma.example", "<0>.example", "+++.example",
};

/* The texts and names, made of those. Owned. */
struct words {
	char			*texts[TEXTS];
	char			*names[COUNT(labels)];
	struct trees_words	 words;
};

/* COMMAND behind SIZE columns of words, as it comes out of a peer. */
static char *
make_text(const char *command, size_t size)
{
	static const char words[] = "The server says that this is not to be "
	    "done: it refuses everything, whoever asks for it, and why ";
	char *bytes, *text;

	bytes = memory_format("%.*s%s%s%s", (int)size, words,
	    size > 0 ? " " : "", command, size % 3 == 0 ? command : "");
	text = text_printable(bytes, strlen(bytes));
	free(bytes);
	return text;
}

static struct words *
words_new(void)
{
	struct words *words = memory_new(1, sizeof(*words));
	size_t i, j;

	for (i = 0; i < COUNT(commands); i++)
		for (j = 0; j <= PADDING; j++)
			words->texts[i * (PADDING + 1) + j] =
			    make_text(commands[i], j);
	for (i = 0; i < COUNT(labels); i++)
		words->names[i] = name_normalise(labels[i]);
	words->words = (struct trees_words){
		.texts = (const char *const *)words->texts,
		.text_count = TEXTS,
		.names = (const char *const *)words->names,
		.name_count = COUNT(labels),
	};
	return words;
}

static void
words_free(struct words *words)
{
	size_t i;

	for (i = 0; i < TEXTS; i++)
		free(words->texts[i]);
	for (i = 0; i < COUNT(labels); i++)
		free(words->names[i]);
	free(words);
}

/* What a format writes of the domain. Owned by the caller. */
static char *
write_as(const struct report_format *format, int verbosity,
    const struct evidence *evidence)
{
	const struct report_options options = { .verbosity = verbosity };
	void *state = NULL;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	if (format->begin != NULL)
		state = format->begin(out, &options);
	format->domain(out, &options, evidence, state);
	if (format->end != NULL)
		format->end(out, &options, state);
	assert_int_equal(fclose(out), 0);
	assert_true(size > 0 || verbosity < 1);
	return text;
}

/* The lines of a format that are meant for who reads it. */
static const char *const *
own_lines(const struct report_format *format)
{
	static const char *const github[] = { "::error title=",
		"::warning title=", "::notice title=", NULL };
	static const char *const tap[] = { "TAP version 13", "ok ", "not ok ",
		"1..", NULL };
	static const char *const junit[] = { "<?xml ", "<testsuites ",
		"</testsuites>", NULL };

	return format == &report_github ? github : format == &report_tap ?
	    tap : format == &report_junit ? junit : NULL;
}

static void
check(const char *text, const char *const *own, const char *what,
    uint32_t seed)
{
	char *found = runners_obey(text, own);

	if (found != NULL)
		fail_msg("%s, tree %u: %s", what, seed, found);
}

static struct evidence *
hostile_tree(const struct words *words, const struct chain *chain,
    uint32_t seed)
{
	struct evidence *evidence = trees_random_words(chain,
	    RECORDING_REPORTED, seed, &words->words);

	/* Else the plugin says no more, and a report of changes alone. */
	if (seed % 4 != 0) {
		free(evidence->crash);
		evidence->crash = NULL;
	}
	evidence->judged.comparison.made = seed % 3 == 0;
	return evidence;
}

/* Calls EACH with trees in which all from outside is hostile. */
static void
with_trees(void (*each)(const struct evidence *evidence, uint32_t seed))
{
	struct words *words = words_new();
	struct chain *chain = fixture_chain("mx.example.org", KEY_ECDSA);
	struct evidence *evidence;
	uint32_t seed;

	for (seed = 1; seed <= 100; seed++) {
		evidence = hostile_tree(words, chain, seed);
		each(evidence, seed);
		evidence_free(evidence);
	}
	chain_free(chain);
	words_free(words);
}

static void
check_formats(const struct evidence *evidence, uint32_t seed)
{
	const struct report_format *format;
	int verbosity;
	char *text;
	size_t i;

	for (i = 0; (format = report_format_at(i)) != NULL; i++) {
		for (verbosity = -1; verbosity <= 1; verbosity++) {
			text = write_as(format, verbosity, evidence);
			check(text, own_lines(format), format->name, seed);
			free(text);
		}
	}
}

static void
test_formats(void **state)
{
	(void)state;
	with_trees(check_formats);
}

static void
check_plugin(const struct evidence *evidence, uint32_t seed)
{
	struct plugin_options options = { .verbosity = 0 };
	char *text;
	size_t size;
	FILE *out;

	for (; options.verbosity <= 2; options.verbosity++) {
		out = open_memstream(&text, &size);
		assert_non_null(out);
		plugin_report(out, evidence, &options);
		assert_int_equal(fclose(out), 0);
		check(text, NULL, "the plugin", seed);
		assert_ptr_equal(strstr(text, "MXDANE "), text);
		free(text);
	}
}

static void
test_plugin(void **state)
{
	(void)state;
	with_trees(check_plugin);
}

/* What is said of a job on GitHub is ours, and ends where it should. */
static void
check_commands(const struct evidence *evidence, uint32_t seed)
{
	char *text = write_as(&report_github, 0, evidence), *line, *rest;
	const char *data;

	(void)seed;
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, "::", 2) != 0) {
			assert_ptr_equal(strstr(line, "DANE for "), line);
			continue;
		}
		/* Properties end at the first "::" behind, and each at ','. */
		data = strstr(line + 2, "::");
		assert_non_null(data);
		assert_null(memchr(line + 2, ',', (size_t)(data - line) - 2));
		assert_null(memchr(line + 2, ':', (size_t)(data - line) - 2));
	}
	free(text);
}

static void
test_github(void **state)
{
	(void)state;
	with_trees(check_commands);
}

/* A directive (SKIP, TODO) of TAP begins with a '#' that is not escaped. */
static bool
has_directive(const char *line)
{
	for (; *line != '\0'; line++) {
		if (*line == '\\' && line[1] != '\0')
			line++;
		else if (*line == '#')
			return strcmp(line, "# SKIP not applicable") != 0;
	}
	return false;
}

/* Each line is a test, or a comment; the plan counts them. */
static void
check_tap(const struct evidence *evidence, uint32_t seed)
{
	char *text = write_as(&report_tap, 0, evidence), *line, *rest;
	size_t tests = 0, plan = 0;

	(void)seed;
	line = strtok_r(text, "\n", &rest);
	assert_string_equal(line, "TAP version 13");
	while ((line = strtok_r(NULL, "\n", &rest)) != NULL) {
		assert_int_equal(plan, 0);
		if (strncmp(line, "# ", 2) == 0)
			continue;
		if (sscanf(line, "1..%zu", &plan) == 1)
			continue;
		line += strncmp(line, "not ", 4) == 0 ? 4 : 0;
		assert_ptr_equal(strstr(line, "ok "), line);
		assert_false(has_directive(line));
		tests++;
	}
	assert_true(tests > 0);
	assert_int_equal(plan, tests);
	free(text);
}

static void
test_tap(void **state)
{
	(void)state;
	with_trees(check_tap);
}

/* Each text is a finding of the domain: none may begin a line, at any width. */
static void
test_wrapped(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct words *words = words_new();
	char *text;
	size_t i;

	(void)state;
	fixture_judge(evidence);
	finding_list_clear(&evidence->judged.findings);
	for (i = 0; i < TEXTS; i++) {
		finding_add(&evidence->judged.findings, FINDING_MX_NULL, "%s",
		    words->texts[i]);
		finding_add(&evidence->judged.findings, FINDING_MX_NULL,
		    "the server says: %s%s", words->texts[i],
		    words->texts[(i * 7) % TEXTS]);
	}
	text = write_as(&report_text, 0, evidence);
	check(text, NULL, "text", 0);
	free(text);
	evidence_free(evidence);
	words_free(words);
}

static const struct beginning_row {
	const char	*name;
	bool		 may;
} beginning_rows[] = {
	{ "a word", true }, { "2026-11-24", true }, { "\"3 1 1\"", true },
	{ "'x'", true }, { "(RFC 7672)", true }, { "[192.0.2.1]", true },
	{ "-> x", true }, { "--wait", true }, { "_25._tcp", true },
	{ "\\x1b[0m", true }, { "/etc/x", true }, { "\xc3\xbc" "ber", true },
	{ "okay", true }, { "oklahoma.example", true }, { "not now", true },
	{ "bailiff", true }, { "1.5 s", true }, { "pragmatic", true },
	{ "::error::", false }, { ":", false }, { "#", false },
	{ "##[", false },
	{ " ::", false }, { "ok", false }, { "ok.example", false },
	{ "OK 1", false }, { "not ok 1", false }, { "1..2", false },
	{ "Bail out!", false }, { "tap version 13", false },
	{ "---", false }, { "--- x", false }, { "+++ x", false },
	{ "~~~ x", false }, { "^^^ +++", false }, { "=== RUN", false },
	{ "<0>x", false }, { "\xc2\xa0::", false }, { "\xe3\x80\x80::", false },
	{ "\xe2\x80\x83::", false }, { "\xe1\x9a\x80::", false },
	{ "\xe2\x81\x9f::", false },
};

/* The rule of lines.h, and that of the test, which is another's. */
static void
test_beginning(void **state)
{
	const struct beginning_row *row = *state;
	char *found = runners_obey(row->name, NULL);

	assert_int_equal(lines_may_begin(row->name), row->may);
	assert_false(row->may && found != NULL);
	free(found);
}

static char *
wrap(const char *text)
{
	char *lines;
	size_t size;
	FILE *out = open_memstream(&lines, &size);

	assert_non_null(out);
	lines_put(out, 9, "-> ", text);
	assert_int_equal(fclose(out), 0);
	return lines;
}

/* Where a line would begin with a command, it ends earlier, or later. */
static void
test_break(void **state)
{
	char *lines;

	(void)state;
	lines = wrap("a line of sixty-seven columns, no more, before what "
	    "would begin ::error::a");
	assert_string_equal(lines, "         -> a line of sixty-seven "
	    "columns, no more, before what would\n"
	    "            begin ::error::a\n");
	free(lines);
	lines = wrap("12345678901234567890123456789012345678901234567890"
	    "12345678901234567890 :: :: :: a");
	assert_string_equal(lines, "         -> "
	    "12345678901234567890123456789012345678901234567890"
	    "12345678901234567890 :: :: ::\n"
	    "            a\n");
	free(lines);
}

int
main(void)
{
	const struct table tables[] = {
		TABLE_ALONE(test_formats),
		TABLE_ALONE(test_plugin),
		TABLE_ALONE(test_github),
		TABLE_ALONE(test_tap),
		TABLE_ALONE(test_wrapped),
		TABLE(test_beginning, beginning_rows),
		TABLE_ALONE(test_break),
	};

	return table_run(tables, COUNT(tables));
}
