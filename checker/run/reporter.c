#include "checker/run/reporter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "checker/run/terminal.h"

const char *
reporter_summary_file(const struct settings *settings)
{
	const char *variable = settings->format->summary_variable;
	const char *file = variable != NULL ? getenv(variable) : NULL;

	return file != NULL && *file != '\0' ? file : NULL;
}

/* False: there is a file for it, but it cannot be opened. */
static bool
open_summary(struct reporter *reporter, const struct settings *settings,
    char **why)
{
	const char *file = reporter_summary_file(settings);

	if (file == NULL)
		return true;
	if (!output_append(&reporter->summary, file, why))
		return false;
	reporter->options.summary = reporter->summary.stream;
	return true;
}

bool
reporter_open(struct reporter *reporter, const struct settings *settings,
    char **why)
{
	memset(reporter, 0, sizeof(*reporter));
	*why = NULL;
	reporter->format = settings->format;
	reporter->options = settings->report;
	reporter->options.colour = terminal_wants_colour(settings->colour,
	    settings->output == NULL ? stdout : NULL);
	if (!(settings->resume ? output_append(&reporter->output,
	    settings->output, why) : output_open(&reporter->output,
	    settings->output, settings->format->whole, why)))
		return false;
	open_summary(reporter, settings, why);
	if (reporter->format->begin != NULL)
		reporter->state = reporter->format->begin(
		    reporter->output.stream, &reporter->options);
	/*
	 * Nothing may wait in a buffer when a worker is forked, which has a
	 * copy of it. A failure stays noted in the stream.
	 */
	fflush(reporter->output.stream);
	if (reporter->summary.stream != NULL)
		fflush(reporter->summary.stream);
	return true;
}

/* Notes a failure, by errno. FAULT (owned) becomes *WHY or is freed. */
static void
fail(struct reporter *reporter, char *fault, char **why)
{
	if (!reporter->failed && errno != EPIPE)
		*why = fault;
	else
		free(fault);
	reporter->failed = true;
}

static bool
flush(struct reporter *reporter, struct output *output, char **why)
{
	if (output->stream == NULL || fflush(output->stream) == 0)
		return true;
	fail(reporter, output_fault(output), why);
	return false;
}

bool
reporter_write(struct reporter *reporter, const struct evidence *evidence,
    char **why)
{
	*why = NULL;
	if (evidence->self_test != NULL && evidence->crash == NULL &&
	    reporter->format->self_test != NULL)
		reporter->format->self_test(reporter->output.stream,
		    &reporter->options, evidence);
	else
		reporter->format->domain(reporter->output.stream,
		    &reporter->options, evidence, reporter->state);
	return flush(reporter, &reporter->output, why) &&
	    flush(reporter, &reporter->summary, why);
}

bool
reporter_close(struct reporter *reporter, bool complete, char **why)
{
	const struct report_format *format = reporter->format;
	char *fault;

	*why = NULL;
	if (format->end != NULL)
		format->end(reporter->output.stream, &reporter->options,
		    reporter->state);
	if (format->whole && (!complete || reporter->failed))
		output_discard(&reporter->output);
	else if (!output_close(&reporter->output, &fault))
		fail(reporter, fault, why);
	if (reporter->summary.stream != NULL &&
	    !output_close(&reporter->summary, &fault))
		fail(reporter, fault, why);
	return !reporter->failed;
}
