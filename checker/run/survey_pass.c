#include "checker/run/survey_parts.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

#include "checker/evidence/evidence.h"
#include "checker/gather/batch.h"
#include "checker/run/input.h"
#include "checker/run/terminal.h"
#include "resolver/memory.h"

/* How often the line that shows progress is drawn. */
#define PROGRESS_MICROSECONDS 500000

/* Removes the progress line before anything else is written. */
static void
clear_progress(const struct survey *survey)
{
	if (survey->progress != NULL)
		terminal_draw(stderr, "");
}

void
survey_complain(struct survey *survey, char *why)
{
	clear_progress(survey);
	fprintf(stderr, "mxdane: %s\n", why);
	free(why);
}

static void
print_trace(void *listener, enum trace_level level, const char *subject,
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
			survey_complain(survey, why);
			survey->had_bad_input = true;
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
defer(struct survey *survey, struct evidence *evidence)
{
	survey->deferred = memory_grow(survey->deferred, survey->deferred_count,
	    sizeof(struct evidence *));
	survey->deferred[survey->deferred_count++] = evidence;
}

bool
survey_write(struct survey *survey, struct evidence *evidence)
{
	char *why;
	bool good;

	clear_progress(survey);
	good = reporter_write(&survey->reporter, evidence, &why);
	if (why != NULL)
		survey_complain(survey, why);
	evidence_free(evidence);
	return good;
}

static void
on_report(struct evidence *evidence, void *argument)
{
	struct survey *survey = argument;

	engine_judge(&survey->engine, evidence);
	survey->status = verdict_worse_status(survey->status,
	    evidence_exit_status(evidence));
	if (survey->defers) {
		defer(survey, evidence);
		return;
	}
	if (!survey_write(survey, evidence))
		event_base_loopbreak(survey->engine.context.base);
}

static void
on_finished(void *argument)
{
	struct survey *survey = argument;

	/* Not loopbreak: the loop may not have begun yet (an empty file). */
	event_base_loopexit(survey->engine.context.base, NULL);
}

static void
report_stop(struct survey *survey)
{
	survey_complain(survey, memory_format("stopped: %zu done, %zu given "
	    "up", batch_reported(survey->batch),
	    batch_running(survey->batch)));
	if (!survey->defers)
		batch_give_up(survey->batch);
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

/* Only for someone who watches a terminal on which nothing else is shown. */
static void
start_progress(struct survey *survey)
{
	const struct timeval interval = { .tv_usec = PROGRESS_MICROSECONDS };

	if (survey->settings->report.verbosity != 0 ||
	    !terminal_is_interactive(stderr))
		return;
	survey->progress = event_new(survey->engine.context.base, -1,
	    EV_PERSIST, on_progress, survey);
	if (survey->progress == NULL ||
	    event_add(survey->progress, &interval) == -1)
		abort();
}

/* The loop runs until everything has been reported. */
static void
run(struct survey *survey)
{
	const struct batch_callbacks callbacks = {
		.next = on_next,
		.report = on_report,
		.finished = on_finished,
		.argument = survey,
	};

	survey->batch = batch_new(&survey->engine.context, &callbacks);
	start_progress(survey);
	batch_wake(survey->batch);
	event_base_dispatch(survey->engine.context.base);
	clear_progress(survey);
	if (survey->progress != NULL)
		event_free(survey->progress);
	survey->progress = NULL;
	/* Until it is complete or removed, a temporary file is guarded. */
	if (survey->reporter.output.temporary == NULL)
		signals_release(&survey->signals);
	/* An empty list is not an error: lists are made by programs. */
	if (survey->signals.caught != 0)
		report_stop(survey);
	else if (batch_reported(survey->batch) == 0 && !survey->had_bad_input)
		survey_complain(survey,
		    memory_string("there is no domain in the list"));
	batch_free(survey->batch);
	survey->batch = NULL;
}

bool
survey_begin_report(struct survey *survey)
{
	char *why;
	bool good = reporter_open(&survey->reporter, survey->settings, &why);

	if (why != NULL)
		survey_complain(survey, why);
	return good;
}

void
survey_end_report(struct survey *survey)
{
	char *why;

	reporter_close(&survey->reporter, survey->signals.caught == 0, &why);
	if (why != NULL)
		survey_complain(survey, why);
}

bool
survey_audit_all(struct survey *survey, char *const *words, size_t count,
    const char *file)
{
	const struct settings *settings = survey->settings;
	const struct trace trace = {
		.hear = print_trace,
		.level = settings->report.verbosity > 0 ?
		    settings->report.verbosity : 0,
	};
	char *why = NULL;
	bool good = false;

	survey->status = 0;
	if (!engine_open(&survey->engine, settings, &survey->files, &trace,
	    &why)) {
		survey_complain(survey, why);
		return false;
	}
	/* From before a temporary file exists until it is complete. */
	signals_watch(&survey->signals, survey->engine.context.base);
	survey->input = input_open(survey->engine.context.base, words, count,
	    file, on_ready, survey, &why);
	if (survey->input == NULL)
		survey_complain(survey, why);
	else if (survey->defers || survey_begin_report(survey)) {
		run(survey);
		good = true;
	}
	input_close(survey->input);
	if (good && !survey->defers)
		survey_end_report(survey);
	signals_release(&survey->signals);
	engine_close(&survey->engine);
	return good;
}
