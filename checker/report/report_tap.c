/*
 * TAP: a test for each case of report_cases.h, the plan at the end. The version
 * line says 13: today's prove(1) rejects 14, of which nothing is needed here.
 */
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/report/report.h"
#include "checker/report/report_cases.h"
#include "resolver/memory.h"

/* The state of this writer: tests so far. */
static void *
tap_begin(FILE *out, const struct report_options *options)
{
	(void)options;
	fputs("TAP version 13\n", out);
	return memory_new(1, sizeof(size_t));
}

static void
tap_end(FILE *out, const struct report_options *options, void *state)
{
	(void)options;
	fprintf(out, "1..%zu\n", *(size_t *)state);
	free(state);
}

/* A description: '#' would begin a directive, '\' an escape. */
static void
put_description(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '#' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
}

/* Each line behind a '#', so that none can be taken for TAP. */
static void
put_comment(FILE *out, const char *details)
{
	char *line, *rest, *copy = memory_string(details);

	for (line = strtok_r(copy, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest))
		fprintf(out, "# %s\n", line);
	free(copy);
}

static void
put_test(FILE *out, const char *domain, const struct report_case *item,
    size_t number)
{
	bool good = item->verdict == VERDICT_PASS ||
	    item->verdict == VERDICT_ABSENT;

	fprintf(out, "%sok %zu - ", good ? "" : "not ", number);
	put_description(out, domain);
	fputs(": ", out);
	put_description(out, item->name);
	if (item->verdict == VERDICT_ABSENT)
		fputs(" # SKIP not applicable", out);
	fputc('\n', out);
	if (item->details != NULL)
		put_comment(out, item->details);
}

static void
tap_domain(FILE *out, const struct report_options *options,
    const struct evidence *evidence, void *state)
{
	struct report_cases cases;
	struct report_case item;
	size_t *tests = state;

	(void)options;
	report_cases_init(&cases, evidence);
	while (report_cases_next(&cases, &item)) {
		put_test(out, evidence->domain, &item, ++*tests);
		report_case_clear(&item);
	}
	report_cases_clear(&cases);
}

const struct report_format report_tap = {
	.name = "tap",
	.help = "Test Anything Protocol, for prove(1)",
	.begin = tap_begin,
	.domain = tap_domain,
	.end = tap_end,
};
