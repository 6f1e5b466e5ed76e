/*
 * GitHub Actions: findings as workflow commands, which mark the run, and a
 * table in the job's summary where there is one.
 */
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/report/report.h"
#include "checker/report/report_cases.h"

/*
 * Writes data of a workflow command: '%' is the escape, and behind a newline
 * TEXT could begin another command. In a property ':' and ',' are special, too.
 */
static void
put_escaped(FILE *out, const char *text, bool property)
{
	for (; *text != '\0'; text++) {
		if (*text == '%' || *text == '\r' || *text == '\n' ||
		    (property && (*text == ':' || *text == ',')))
			fprintf(out, "%%%02X", (unsigned char)*text);
		else
			fputc(*text, out);
	}
}

static void
put_command(FILE *out, const char *domain, const struct finding_group *group)
{
	static const char *const commands[] = {
		[SEVERITY_ERROR] = "error",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_INFO] = "notice",
	};
	const struct finding *finding = group->members[0];
	const char *host = finding->place.host != NULL ? finding->place.host :
	    domain;
	char *places = finding_group_places(group);
	char *advice = advice_list_text(&finding->advice);

	fprintf(out, "::%s title=", commands[finding->severity]);
	put_escaped(out, finding_code_name(finding->code), true);
	fputs(" ", out);
	put_escaped(out, host, true);
	fputs("::", out);
	put_escaped(out, *places != '\0' ? places : domain, false);
	free(places);
	fputs(": ", out);
	put_escaped(out, finding->text, false);
	if (advice != NULL) {
		fputs("%0A-> ", out);
		put_escaped(out, advice, false);
	}
	free(advice);
	fputc('\n', out);
}

/* TEXT as a cell of a Markdown table, without markup. */
static void
put_cell(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("\\`*_{}[]<>()#+!|&~:@-.", *text) != NULL)
			fprintf(out, "&#%d;", *text);
		else if (*text == '\n')
			fputs("<br>", out);
		else
			fputc(*text, out);
	}
}

static void
put_summary(FILE *out, const struct evidence *evidence)
{
	struct report_cases cases;
	struct report_case item;
	const char *name;

	fputs("### DANE for ", out);
	put_cell(out, evidence->domain);
	fprintf(out, ": %s\n\n| | verdict | |\n| --- | --- | --- |\n",
	    verdict_name(evidence->judged.verdict));
	report_cases_init(&cases, evidence);
	while (report_cases_next(&cases, &item)) {
		name = verdict_name(item.verdict);
		fputs("| ", out);
		put_cell(out, item.name);
		fprintf(out, " | %s | ", name != NULL ? name : "");
		put_cell(out, item.details != NULL ? item.details : "");
		fputs(" |\n", out);
		report_case_clear(&item);
	}
	fputc('\n', out);
	report_cases_clear(&cases);
}

static void
github_domain(FILE *out, const struct report_options *options,
    const struct evidence *evidence, void *state)
{
	struct finding_groups groups;
	size_t i;

	(void)state;
	fprintf(out, "DANE for %s: %s\n", evidence->domain,
	    verdict_name(evidence->judged.verdict));
	finding_groups_init(&groups, &evidence->judged.findings);
	for (i = 0; i < groups.count; i++)
		put_command(out, evidence->domain, &groups.items[i]);
	finding_groups_clear(&groups);
	if (options->summary != NULL)
		put_summary(options->summary, evidence);
}

const struct report_format report_github = {
	.name = "github",
	.help = "GitHub Actions workflow commands and job summary",
	.summary_variable = "GITHUB_STEP_SUMMARY",
	.domain = github_domain,
};
