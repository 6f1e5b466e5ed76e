/*
 * JUnit XML as CI systems read it: a suite for each domain, with the cases of
 * report_cases.h.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/report/name_set.h"
#include "checker/report/report.h"
#include "checker/report/report_cases.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* What XML 1.0 calls a Char (production 2). */
static bool
is_char(uint32_t character)
{
	return character == '\t' || character == '\n' || character == '\r' ||
	    (character >= 0x20 && character <= 0xd7ff) ||
	    (character >= 0xe000 && character <= 0xfffd) ||
	    (character >= 0x10000 && character <= 0x10ffff);
}

/* What stands for a character as it is, or NULL. */
static const char *
reference_of(uint32_t character)
{
	switch (character) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\n':
		return "&#10;";
	case '#':		/* the second of "##", a command to runners */
		return "&#35;";
	default:
		return NULL;
	}
}

/* TEXT as content or in an attribute; '?' for what is not a Char. */
static void
put_escaped(FILE *out, const char *text)
{
	const char *next, *reference;
	uint32_t character;
	size_t size;

	for (next = text; *next != '\0'; next += size) {
		size = text_decode(next, strnlen(next, TEXT_CHARACTER),
		    &character);
		reference = reference_of(character);
		if (character == '#' && (next == text || next[-1] != '#'))
			reference = NULL;
		if (reference != NULL)
			fputs(reference, out);
		else if (size > 0 && is_char(character))
			fwrite(next, 1, size, out);
		else
			fputc('?', out);
		size += size == 0;
	}
}

static void
put_attribute(FILE *out, const char *name, const char *value)
{
	fprintf(out, " %s=\"", name);
	put_escaped(out, value);
	fputc('"', out);
}

/*
 * The element for a verdict: a failure where DANE is broken or missing, an
 * error where it could not be tried. NULL: none, it passed.
 */
static const char *
element_of(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_PASS:
		return NULL;
	case VERDICT_ABSENT:
		return "skipped";
	case VERDICT_UNKNOWN:
		return "error";
	case VERDICT_FAIL:
	case VERDICT_NONE:
	case VERDICT_PARTIAL:
		break;
	}
	return "failure";
}

static void
put_case(FILE *out, const char *domain, const struct report_case *item)
{
	const char *element = element_of(item->verdict);

	fputs("    <testcase", out);
	put_attribute(out, "classname", domain);
	put_attribute(out, "name", item->name);
	if (element == NULL && item->details == NULL) {
		fputs("/>\n", out);
		return;
	}
	fputs(">\n", out);
	if (element != NULL) {
		fprintf(out, "      <%s", element);
		put_attribute(out, "message", item->summary != NULL ?
		    item->summary : "DANE does not apply");
		if (item->verdict != VERDICT_ABSENT)
			put_attribute(out, "type", verdict_name(item->verdict));
		fputc('>', out);
	} else {
		fputs("      <system-out>", out);
	}
	if (item->details != NULL)
		put_escaped(out, item->details);
	else if (item->verdict != VERDICT_ABSENT)
		put_escaped(out, item->summary != NULL ? item->summary :
		    "DANE does not apply");
	fprintf(out, "</%s>\n    </testcase>\n",
	    element != NULL ? element : "system-out");
}

static void *
junit_begin(FILE *out, const struct report_options *options)
{
	(void)options;
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<testsuites name=\"mxdane\">\n", out);
	/* Suites need unique names: a domain is written once. */
	return memory_new(1, sizeof(struct name_set));
}

static void
junit_end(FILE *out, const struct report_options *options, void *state)
{
	(void)options;
	fputs("</testsuites>\n", out);
	name_set_clear(state);
	free(state);
}

/* How many cases a domain has, and of which elements. */
struct counts {
	size_t	cases;
	size_t	failures;
	size_t	errors;
	size_t	skipped;
};

/* They come before the cases, which are made twice rather than kept. */
static struct counts
count_cases(const struct evidence *evidence)
{
	struct counts counts = { 0 };
	struct report_cases cases;
	struct report_case item;
	const char *element;

	report_cases_init(&cases, evidence);
	while (report_cases_next(&cases, &item)) {
		element = element_of(item.verdict);
		counts.cases++;
		if (element != NULL) {
			counts.failures += strcmp(element, "failure") == 0;
			counts.errors += strcmp(element, "error") == 0;
			counts.skipped += strcmp(element, "skipped") == 0;
		}
		report_case_clear(&item);
	}
	report_cases_clear(&cases);
	return counts;
}

static void
junit_domain(FILE *out, const struct report_options *options,
    const struct evidence *evidence, void *state)
{
	struct report_cases cases;
	struct report_case item;
	struct counts counts;
	char *when;

	(void)options;
	if (!name_set_add(state, evidence->domain))
		return;
	counts = count_cases(evidence);
	when = text_time(evidence->checked_at);
	fputs("  <testsuite", out);
	put_attribute(out, "name", evidence->domain);
	fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
	    "skipped=\"%zu\" time=\"%u.%03u\"", counts.cases,
	    counts.failures, counts.errors, counts.skipped,
	    evidence->elapsed_ms / 1000,
	    evidence->elapsed_ms % 1000);
	put_attribute(out, "timestamp", when);
	fputs(">\n", out);
	report_cases_init(&cases, evidence);
	while (report_cases_next(&cases, &item)) {
		put_case(out, evidence->domain, &item);
		report_case_clear(&item);
	}
	report_cases_clear(&cases);
	fputs("  </testsuite>\n", out);
	free(when);
}

const struct report_format report_junit = {
	.name = "junit",
	.help = "JUnit XML for CI systems",
	.whole = true,
	.begin = junit_begin,
	.domain = junit_domain,
	.end = junit_end,
};
