#include "checker/survey.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "checker/batch.h"
#include "checker/engine.h"
#include "checker/input.h"
#include "checker/judge.h"
#include "checker/terminal.h"
#include "resolver/memory.h"
#include "resolver/name.h"
#include "resolver/text.h"

/* How often the line that shows progress is drawn. */
#define PROGRESS_MICROSECONDS 500000

#define DAY (24 * 60 * 60)	/* seconds */

struct survey {
	const struct settings	*settings;	/* borrowed */
	struct engine		 engine;
	struct input		*input;		/* owned */
	struct batch		*batch;		/* owned */
	struct event		*progress;	/* owned, NULL: nobody watches */
	FILE			*out;		/* owned unless standard output */
	struct report_options	 report;
	void			*writer;	/* the writer's own state */
	int			 status;
	bool			 misused;	/* a line of input was no domain */
	bool			 broken;	/* the report cannot be written */
};

/* Removes the progress line before anything else is written. */
static void
make_room(const struct survey *survey)
{
	if (survey->progress != NULL)
		terminal_draw(stderr, "");
}

static void
complain(struct survey *survey, const char *why)
{
	make_room(survey);
	fprintf(stderr, "mxdane: %s\n", why);
}

static void
hear(void *listener, enum trace_level level, const char *subject,
    const char *line)
{
	(void)listener;
	(void)level;
	fprintf(stderr, "%s: %s\n", subject, line);
}

static char *
on_next(void *argument, bool *end)
{
	struct survey *survey = argument;
	char *domain, *why;

	for (;;) {
		switch (input_next(survey->input, &domain, &why)) {
		case INPUT_DOMAIN:
			return domain;
		case INPUT_BAD:
			complain(survey, why);
			free(why);
			survey->misused = true;
			break;
		case INPUT_END:
			*end = true;
			return NULL;
		case INPUT_WAIT:
			return NULL;
		}
	}
}

static void
on_ready(void *argument)
{
	struct survey *survey = argument;

	batch_wake(survey->batch);
}

static void
on_report(struct evidence *evidence, void *argument)
{
	struct survey *survey = argument;
	const struct settings *settings = survey->settings;
	const struct judge_options options = {
		.when = evidence->checked_at +
		    (time_t)(settings->ahead_days * DAY),
		.warning_days = settings->warning_days,
		.critical_days = settings->critical_days,
	};

	judge(evidence, &options);
	survey->status = verdict_worse_status(survey->status,
	    verdict_exit_status(evidence->verdict));
	make_room(survey);
	settings->format->domain(survey->out, &survey->report, evidence,
	    survey->writer);
	evidence_free(evidence);
	if (fflush(survey->out) == EOF && !survey->broken) {
		survey->broken = true;
		complain(survey, strerror(errno));
		event_base_loopbreak(survey->engine.context.base);
	}
}

static void
on_finished(void *argument)
{
	struct survey *survey = argument;

	event_base_loopbreak(survey->engine.context.base);
}

static void
on_progress(evutil_socket_t fd, short what, void *argument)
{
	const struct survey *survey = argument;
	char *subject, *line;

	(void)fd;
	(void)what;
	subject = batch_waits_for(survey->batch);
	if (subject == NULL)
		return;
	if (batch_reported(survey->batch) + batch_running(survey->batch) > 1)
		line = memory_format("%zu done, %zu under way; waiting for %s",
		    batch_reported(survey->batch),
		    batch_running(survey->batch), subject);
	else
		line = memory_format("waiting for %s", subject);
	terminal_draw(stderr, line);
	free(line);
	free(subject);
}

/* Someone is watching a terminal, and nothing else is told there. */
static void
start_progress(struct survey *survey)
{
	const struct timeval interval = { .tv_usec = PROGRESS_MICROSECONDS };

	if (survey->settings->verbosity != 0 || !terminal_is_lively(stderr))
		return;
	survey->progress = event_new(survey->engine.context.base, -1,
	    EV_PERSIST, on_progress, survey);
	if (survey->progress == NULL ||
	    event_add(survey->progress, &interval) == -1)
		abort();
}

static bool
open_output(struct survey *survey, char **why)
{
	const char *file = survey->settings->output;

	survey->out = file == NULL ? stdout : fopen(file, "w");
	if (survey->out != NULL)
		return true;
	*why = memory_format("cannot write '%s': %s", file, strerror(errno));
	return false;
}

static bool
close_output(struct survey *survey)
{
	bool flushed = fflush(survey->out) == 0 && !ferror(survey->out);

	if (survey->out != stdout)
		flushed = fclose(survey->out) == 0 && flushed;
	return flushed;
}

/* The loop runs until everything has been reported. */
static void
run(struct survey *survey)
{
	const struct report_format *format = survey->settings->format;
	const struct batch_callbacks callbacks = {
		.next = on_next,
		.report = on_report,
		.finished = on_finished,
		.argument = survey,
	};

	if (format->begin != NULL)
		survey->writer = format->begin(survey->out, &survey->report);
	survey->batch = batch_new(&survey->engine.context, &callbacks);
	start_progress(survey);
	batch_wake(survey->batch);
	event_base_dispatch(survey->engine.context.base);
	make_room(survey);
	if (survey->progress != NULL)
		event_free(survey->progress);
	batch_free(survey->batch);
	if (format->end != NULL)
		format->end(survey->out, &survey->report, survey->writer);
}

/* The words of the command line are checked before anything begins. */
static bool
check_words(char *const *words, size_t count, char **why)
{
	const char *wrong;
	char *domain, *safe;
	size_t i;

	for (i = 0; i < count; i++) {
		domain = name_from_user(words[i], &wrong);
		if (domain == NULL) {
			safe = text_printable(words[i], strlen(words[i]));
			*why = memory_format("'%s' %s", safe, wrong);
			free(safe);
			return false;
		}
		free(domain);
	}
	return true;
}

static int
final_status(const struct survey *survey)
{
	if (survey->broken)
		return OPTIONS_EXIT_SOFTWARE;
	return survey->misused ? OPTIONS_EXIT_USAGE : survey->status;
}

int
survey(const struct settings *settings, char *const *words, size_t count)
{
	struct survey survey = { .settings = settings };
	const struct trace trace = {
		.hear = hear,
		.level = settings->verbosity > 0 ? settings->verbosity : 0,
	};
	char *why = NULL;

	if (!check_words(words, count, &why) ||
	    !engine_open(&survey.engine, settings, &trace, &why)) {
		complain(&survey, why);
		free(why);
		return OPTIONS_EXIT_USAGE;
	}
	survey.input = input_open(survey.engine.context.base, words, count,
	    settings->input, on_ready, &survey, &why);
	if (survey.input == NULL || !open_output(&survey, &why)) {
		complain(&survey, why);
		free(why);
		survey.misused = true;
	} else {
		survey.report = (struct report_options){
			.colour = terminal_wants_colour(settings->colour,
			    survey.out),
			.verbosity = settings->verbosity,
			.now = time(NULL),
		};
		run(&survey);
		if (!close_output(&survey))
			survey.broken = true;
	}
	input_close(survey.input);
	engine_close(&survey.engine);
	return final_status(&survey);
}
