#include "tests/fuzz/written.h"

#include <assert.h>
#include <ctype.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/report/plugin.h"
#include "checker/report/report.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* What was written, with a NUL behind it. */
struct written {
	char	*text;		/* owned */
	size_t	 size;
	char	*summary;	/* owned; may be empty */
	size_t	 summary_size;
};

static struct written
write_report(const struct report_format *format,
    const struct evidence *evidence, int verbosity, bool colour)
{
	struct written written = { NULL, 0, NULL, 0 };
	struct report_options options = { .colour = colour,
		.verbosity = verbosity };
	FILE *out = open_memstream(&written.text, &written.size);
	void *state = NULL;

	options.summary = open_memstream(&written.summary,
	    &written.summary_size);
	if (format->begin != NULL)
		state = format->begin(out, &options);
	format->domain(out, &options, evidence, state);
	if (format->end != NULL)
		format->end(out, &options, state);
	fclose(options.summary);
	fclose(out);
	return written;
}

static void
written_free(struct written *written)
{
	free(written->text);
	free(written->summary);
}

/* Whether the line is a command of GitHub's that the format writes itself. */
static bool
is_own_command(const char *format, const char *line)
{
	return strcmp(format, "github") == 0 &&
	    (strncmp(line, "::error title=", 14) == 0 ||
	    strncmp(line, "::warning title=", 16) == 0 ||
	    strncmp(line, "::notice title=", 15) == 0);
}

/*
 * A line of a log. Runners take commands from any: GitHub's where it begins
 * with "::" behind space, and both GitHub's and Azure's from "##[" and "##vso["
 * anywhere.
 */
static void
check_line(const char *format, const char *line, size_t size)
{
	const char *start = line;
	/* A comment of TAP or Prometheus. */
	const size_t sign = strncmp(line, "# ", 2) == 0 ? 2 : 0;

	assert(text_is_printable(line + sign, size - sign));
	assert(strstr(line, "##[") == NULL && strstr(line, "##vso[") == NULL);
	while (isspace((unsigned char)*start))
		start++;
	assert(strncmp(start, "::", 2) != 0 || is_own_command(format, line));
}

/* Lines as above, each with its newline. Consumed: it is cut to pieces. */
static void
check_lines(const char *format, char *text, size_t size)
{
	char *line = text, *end;

	assert(strlen(text) == size);
	for (; *line != '\0'; line = end + 1) {
		end = strchr(line, '\n');
		assert(end != NULL);
		*end = '\0';
		check_line(format, line, (size_t)(end - line));
	}
	free(text);
}

/* One object on a line of its own, of this domain and verdict. */
static void
check_json(const struct written *written, const struct evidence *evidence)
{
	const char *name = verdict_name(evidence->judged.verdict);
	json_error_t error;
	json_t *object, *verdict;

	object = json_loadb(written->text, written->size,
	    JSON_REJECT_DUPLICATES, &error);
	assert(json_is_object(object));
	assert(strchr(written->text, '\n') ==
	    written->text + written->size - 1);
	verdict = json_object_get(object, "verdict");
	assert(name == NULL ? json_is_null(verdict) :
	    strcmp(json_string_value(verdict), name) == 0);
	assert(strcmp(json_string_value(json_object_get(object, "domain")),
	    evidence->domain) == 0);
	json_decref(object);
}

static void
check_junit(const struct written *written, const struct evidence *evidence)
{
	(void)evidence;
	written_check_xml(written->text, written->size);
}

/* A test, "ok 1 - ...", with no directive but the one that is meant. */
static void
check_tap_test(const char *line, size_t number)
{
	char *begin = memory_format("%sok %zu - ",
	    strncmp(line, "not ", 4) == 0 ? "not " : "", number);
	const char *next = line + strlen(begin);

	assert(strncmp(line, begin, strlen(begin)) == 0);
	free(begin);
	for (; *next != '\0'; next++) {
		if (*next == '\\')
			assert(*++next == '#' || *next == '\\');
		else if (*next == '#')
			assert(strcmp(next, "# SKIP not applicable") == 0);
	}
}

static void
check_tap(const struct written *written, const struct evidence *evidence)
{
	char *copy = memory_string(written->text), *line, *rest = copy;
	char *plan = NULL;
	size_t tests = 0;

	(void)evidence;
	assert(strcmp(strsep(&rest, "\n"), "TAP version 13") == 0);
	while (*(line = strsep(&rest, "\n")) != '\0') {
		assert(plan == NULL);
		if (strncmp(line, "1..", 3) == 0)
			plan = line;
		else if (strncmp(line, "# ", 2) != 0)
			check_tap_test(line, ++tests);
	}
	assert(rest == NULL && plan != NULL);
	line = memory_format("1..%zu", tests);
	assert(strcmp(plan, line) == 0);
	free(line);
	free(copy);
}

/* Moves past the labels of a sample, "{domain="...",mx="..."}". */
static const char *
skip_labels(const char *next)
{
	do {
		next++;
		next += strspn(next, "abcdefghijklmnopqrstuvwxyz_");
		assert(strncmp(next, "=\"", 2) == 0);
		for (next += 2; *next != '"'; next++) {
			assert(*next != '\0');
			if (*next == '\\')
				next++;
		}
		next++;
	} while (*next == ',');
	assert(*next == '}');
	return next + 1;
}

static void
check_prometheus(const struct written *written,
    const struct evidence *evidence)
{
	char *copy = memory_string(written->text), *line, *rest = copy, *end;
	const char *next;

	(void)evidence;
	while (*(line = strsep(&rest, "\n")) != '\0') {
		if (strncmp(line, "# HELP mxdane_", 14) == 0 ||
		    strncmp(line, "# TYPE mxdane_", 14) == 0)
			continue;
		next = line + strspn(line, "abcdefghijklmnopqrstuvwxyz_");
		assert(next > line && *next == '{');
		next = skip_labels(next);
		assert(*next++ == ' ');
		strtod(next, &end);
		assert(end > next && *end == '\0');
	}
	assert(rest == NULL);
	free(copy);
}

static const struct {
	const char	*format;
	void		(*check)(const struct written *written,
			    const struct evidence *evidence);
} checks[] = {
	{ "json", check_json },
	{ "junit", check_junit },
	{ "prometheus", check_prometheus },
	{ "tap", check_tap },
};

/* It takes colours off, and nothing else. */
static void
check_colours(const struct evidence *evidence, int verbosity,
    const char *plain)
{
	struct written coloured = write_report(&report_text, evidence,
	    verbosity, true);
	char *end = coloured.text;
	const char *next;

	for (next = coloured.text; *next != '\0'; next++) {
		if (*next == '\033') {
			next += 2 + strspn(next + 2, "0123456789;");
			assert(*next == 'm');
		} else {
			*end++ = *next;
		}
	}
	*end = '\0';
	assert(strcmp(coloured.text, plain) == 0);
	written_free(&coloured);
}

/* A table in Markdown, whose headings begin with "###". */
static void
check_summary(const struct written *written)
{
	const char *line = written->summary, *end;

	for (; *line != '\0'; line = end + 1) {
		end = strchr(line, '\n');
		assert(end != NULL);
		if (strncmp(line, "### ", 4) == 0)
			line += 4;
		assert(text_is_printable(line, (size_t)(end - line)));
	}
}

/* Writes one format, and adds it to ALL. */
static void
add_report(FILE *all, const struct report_format *format,
    const struct evidence *evidence, int verbosity)
{
	struct written written = write_report(format, evidence, verbosity,
	    false);
	size_t i;

	check_lines(format->name, memory_string(written.text), written.size);
	check_summary(&written);
	if (format == &report_text)
		check_colours(evidence, verbosity, written.text);
	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		if (strcmp(checks[i].format, format->name) == 0)
			checks[i].check(&written, evidence);
	}
	fprintf(all, "%s%s", written.text, written.summary);
	written_free(&written);
}

/*
 * "MXDANE OK: text | performance", and details in which a '|' would begin more
 * performance data.
 */
static void
add_plugin(FILE *all, const struct evidence *evidence, int verbosity)
{
	static const char *const states[] = { "OK", "WARNING", "CRITICAL",
		"UNKNOWN" };
	const struct plugin_options options = { .verbosity = verbosity,
		.missing = PLUGIN_CRITICAL, .unreachable = PLUGIN_CRITICAL };
	enum plugin_state state;
	char *text, *begin, *bar;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	state = plugin_report(out, evidence, &options);
	fclose(out);
	assert(state == plugin_judge(evidence, &options));
	begin = memory_format("MXDANE %s: ", states[state]);
	assert(strncmp(text, begin, strlen(begin)) == 0);
	bar = strchr(text, '|');
	assert(bar == NULL || (bar < strchr(text, '\n') &&
	    strchr(bar + 1, '|') == NULL));
	fputs(text, all);
	check_lines("plugin", text, size);
	free(begin);
}

char *
written_reports(const struct evidence *evidence, int verbosity)
{
	const struct report_format *format;
	char *text;
	size_t size, i;
	FILE *all = open_memstream(&text, &size);

	for (i = 0; (format = report_format_at(i)) != NULL; i++)
		add_report(all, format, evidence, verbosity);
	add_plugin(all, evidence, verbosity);
	fclose(all);
	return text;
}

char *
written_json(const struct evidence *evidence)
{
	struct written written = write_report(report_format_find("json"),
	    evidence, 0, false);

	free(written.summary);
	return written.text;
}

/* How many lines of a TAP report are of tests that failed. */
static size_t
count_failures(const struct evidence *evidence)
{
	struct written written = write_report(report_format_find("tap"),
	    evidence, 0, false);
	const char *next = written.text;
	size_t count = 0;

	while ((next = strstr(next, "\nnot ok ")) != NULL) {
		count++;
		next++;
	}
	written_free(&written);
	return count;
}

void
written_check_verdict(const struct evidence *evidence)
{
	const struct plugin_options options = { .verbosity = 0,
		.missing = PLUGIN_WARNING, .unreachable = PLUGIN_UNKNOWN };
	const enum plugin_state state = plugin_judge(evidence, &options);
	const int status = evidence_exit_status(evidence);
	const size_t failures = count_failures(evidence);

	switch (evidence->judged.verdict) {
	case VERDICT_PASS:
		assert(status == 0 || status == 2);
		assert(failures == 0 && (state == PLUGIN_OK ||
		    (state == PLUGIN_WARNING &&
		    finding_list_has(&evidence->judged.findings,
		    FINDING_SIGNATURE_EXPIRING))));
		break;
	case VERDICT_FAIL:
		assert(status == 1 && state == PLUGIN_CRITICAL);
		/* No run leaves secure MX records without a host. */
		assert(failures > 0 || evidence->host_count == 0);
		break;
	case VERDICT_NONE:
	case VERDICT_PARTIAL:
		assert(status == 2 && state != PLUGIN_OK && failures > 0);
		break;
	case VERDICT_UNKNOWN:
		assert(status == 3 && failures > 0);
		/* The plugin asks no name servers, and expects nothing. */
		assert(state == PLUGIN_UNKNOWN || evidence->servers_unasked ||
		    evidence->server_count > 0 || finding_list_has(
		    &evidence->judged.findings, FINDING_EXPECTATION_FAILED));
		break;
	case VERDICT_ABSENT:
		abort();
	}
}
