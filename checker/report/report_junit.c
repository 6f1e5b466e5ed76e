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

/* Decodes the character of valid UTF-8 at TEXT. *SIZE: its octets. */
static uint32_t
decode(const unsigned char *text, size_t *size)
{
	uint32_t character;
	size_t i;

	*size = *text < 0x80 ? 1 : *text < 0xe0 ? 2 : *text < 0xf0 ? 3 : 4;
	if (*size == 1)
		return *text;
	character = *text & (0x7fu >> *size);
	for (i = 1; i < *size && (text[i] & 0xc0) == 0x80; i++)
		character = character << 6 | (text[i] & 0x3f);
	*size = i;
	return character;
}

/* What XML 1.0 calls a Char (production 2). */
static bool
is_char(uint32_t character)
{
	return character == '\t' || character == '\n' || character == '\r' ||
	    (character >= 0x20 && character <= 0xd7ff) ||
	    (character >= 0xe000 && character <= 0xfffd) ||
	    (character >= 0x10000 && character <= 0x10ffff);
}

/* TEXT as content or in an attribute; '?' for what is not a Char. */
static void
put_escaped(FILE *out, const char *text)
{
	const unsigned char *next;
	uint32_t character;
	size_t size;

	for (next = (const unsigned char *)text; *next != '\0'; next += size) {
		character = decode(next, &size);
		switch (character) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\n':
			fputs("&#10;", out);
			break;
		default:
			if (is_char(character))
				fwrite(next, 1, size, out);
			else
				fputc('?', out);
		}
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

static size_t
count_elements(const struct report_cases *cases, const char *element)
{
	size_t i, n = 0;

	for (i = 0; i < cases->count; i++) {
		const char *own = element_of(cases->items[i].verdict);

		n += own != NULL && strcmp(own, element) == 0;
	}
	return n;
}

static void
junit_domain(FILE *out, const struct report_options *options,
    const struct evidence *evidence, void *state)
{
	struct report_cases cases;
	char *when;
	size_t i;

	(void)options;
	if (!name_set_add(state, evidence->domain))
		return;
	when = text_time(evidence->checked_at);
	report_cases_init(&cases, evidence);
	fputs("  <testsuite", out);
	put_attribute(out, "name", evidence->domain);
	fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
	    "skipped=\"%zu\" time=\"%u.%03u\"", cases.count,
	    count_elements(&cases, "failure"), count_elements(&cases, "error"),
	    count_elements(&cases, "skipped"), evidence->elapsed_ms / 1000,
	    evidence->elapsed_ms % 1000);
	put_attribute(out, "timestamp", when);
	fputs(">\n", out);
	for (i = 0; i < cases.count; i++)
		put_case(out, evidence->domain, &cases.items[i]);
	fputs("  </testsuite>\n", out);
	report_cases_clear(&cases);
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
