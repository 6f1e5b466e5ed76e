#include "checker/run/survey.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "checker/evidence/expiry.h"
#include "checker/gather/batch.h"
#include "checker/run/engine.h"
#include "checker/run/input.h"
#include "checker/run/output.h"
#include "checker/run/terminal.h"
#include "resolver/memory.h"

/* How often the line that shows progress is drawn. */
#define PROGRESS_MICROSECONDS 500000

/* Pauses between the tries of --wait, in seconds: each twice the last. */
#define WAIT_FIRST_PAUSE	5.0
#define WAIT_LONGEST_PAUSE	120.0

/* Signals that end the run, and what is done then: what is complete is told. */
static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

#define SIGNAL_COUNT (sizeof(signals) / sizeof(signals[0]))

struct survey {
	const struct settings	*settings;	/* borrowed */
	struct engine		 engine;
	struct input		*input;		/* owned */
	struct batch		*batch;		/* owned */
	struct event		*progress;	/* owned; NULL: nobody looks */
	struct event		*signals[SIGNAL_COUNT]; /* NULL: ignored */
	struct output		 output;	/* opened for the report */
	FILE			*out;		/* borrowed; NULL: not open */
	struct report_options	 report;
	void			*writer;	/* the writer's own state */
	struct evidence		**deferred;		/* owned; judged, not written */
	size_t			 deferred_count;
	bool			 defers;		/* nothing is written so far */
	int			 status;
	bool			 had_bad_input;	/* a line was no domain */
	bool			 write_failed;	/* it cannot be written */
	int			 stopped;	/* by this signal; 0: not */
};

/* Removes the progress line before anything else is written. */
static void
clear_progress(const struct survey *survey)
{
	if (survey->progress != NULL)
		terminal_draw(stderr, "");
}

static void
complain(struct survey *survey, const char *why)
{
	clear_progress(survey);
	fprintf(stderr, "mxdane: %s\n", why);
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
			complain(survey, why);
			free(why);
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

/* Writes and frees it. */
static void
write_domain(struct survey *survey, struct evidence *evidence)
{
	survey->settings->format->domain(survey->out, &survey->report,
	    evidence, survey->writer);
	evidence_free(evidence);
}

static void
defer(struct survey *survey, struct evidence *evidence)
{
	survey->deferred = memory_grow(survey->deferred, survey->deferred_count,
	    sizeof(struct evidence *));
	survey->deferred[survey->deferred_count++] = evidence;
}

/*
 * Once; not at all where a reader has heard enough ("| head"). WHY is taken
 * over.
 */
static void
report_write_failure(struct survey *survey, char *why)
{
	if (!survey->write_failed && errno != EPIPE)
		complain(survey, why);
	free(why);
	survey->write_failed = true;
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
	clear_progress(survey);
	write_domain(survey, evidence);
	if (fflush(survey->out) == EOF && !survey->write_failed) {
		report_write_failure(survey, output_fault(&survey->output));
		event_base_loopbreak(survey->engine.context.base);
	}
}

static void
on_finished(void *argument)
{
	struct survey *survey = argument;

	/* Not loopbreak: the loop may not have begun yet (an empty file). */
	event_base_loopexit(survey->engine.context.base, NULL);
}

static void
on_signal(evutil_socket_t number, short what, void *argument)
{
	struct survey *survey = argument;

	(void)what;
	survey->stopped = (int)number;
	event_base_loopbreak(survey->engine.context.base);
}

/* Those that are ignored stay so: nohup(1). */
static bool
is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 &&
	    action.sa_handler == SIG_IGN;
}

static void
watch_signals(struct survey *survey)
{
	struct event *event;
	size_t i;

	for (i = 0; i < SIGNAL_COUNT; i++) {
		if (is_ignored(signals[i]))
			continue;
		event = evsignal_new(survey->engine.context.base, signals[i],
		    on_signal, survey);
		if (event == NULL || event_add(event, NULL) == -1)
			abort();
		survey->signals[i] = event;
	}
}

/* What it was before is what a signal does again. */
static void
forget_signals(struct survey *survey)
{
	size_t i;

	for (i = 0; i < SIGNAL_COUNT; i++) {
		if (survey->signals[i] != NULL)
			event_free(survey->signals[i]);
		survey->signals[i] = NULL;
	}
}

static void
say_stopped(struct survey *survey)
{
	char *why = memory_format("stopped: %zu done, %zu given up",
	    batch_reported(survey->batch), batch_running(survey->batch));

	complain(survey, why);
	free(why);
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

/* Someone is watching a terminal, and nothing else is told there. */
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
	/* A file that is not whole yet is not to be left behind. */
	if (survey->output.temporary == NULL)
		forget_signals(survey);
	/* An empty list is no error: lists are made by programs. */
	if (survey->stopped != 0)
		say_stopped(survey);
	else if (batch_reported(survey->batch) == 0 && !survey->had_bad_input)
		complain(survey, "there is no domain in the list");
	batch_free(survey->batch);
	survey->batch = NULL;
}

/* The words of the command line are checked before anything begins. */
static bool
check_words(char *const *words, size_t count, char **why)
{
	char *domain;
	size_t i;

	for (i = 0; i < count; i++) {
		domain = input_domain(words[i], why);
		if (domain == NULL)
			return false;
		free(domain);
	}
	return true;
}

static double
seconds_since(const struct timespec *began)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - began->tv_sec) +
	    (double)(now.tv_nsec - began->tv_nsec) / 1e9;
}

static void
sleep_seconds(double seconds)
{
	const struct timespec pause = {
		.tv_sec = (time_t)seconds,
		.tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9),
	};

	nanosleep(&pause, NULL);
}

/* After a signal: its own, as if it had not been caught. */
static int
final_status(const struct survey *survey)
{
	if (survey->stopped != 0) {
		signal(survey->stopped, SIG_DFL);
		raise(survey->stopped);
	}
	if (survey->write_failed)
		return OPTIONS_EXIT_SOFTWARE;
	return survey->had_bad_input ? OPTIONS_EXIT_USAGE : survey->status;
}

/* Nothing is overwritten before there is something to write. */
static bool
begin_report(struct survey *survey)
{
	const struct settings *settings = survey->settings;
	char *why;

	if (!output_open(&survey->output, settings->output,
	    settings->format->whole, &why)) {
		complain(survey, why);
		free(why);
		return false;
	}
	survey->out = survey->output.stream;
	if (settings->format->begin != NULL)
		survey->writer = settings->format->begin(survey->out,
		    &survey->report);
	return true;
}

static void
end_report(struct survey *survey)
{
	const struct report_format *format = survey->settings->format;
	char *why;

	if (format->end != NULL)
		format->end(survey->out, &survey->report, survey->writer);
	/* Half a report does not replace a whole one. */
	if (survey->stopped != 0 && format->whole) {
		output_discard(&survey->output);
		return;
	}
	if (!output_close(&survey->output, &why))
		report_write_failure(survey, why);
}

/* One pass over WORDS and FILE. False: a setting is wrong, which was said. */
static bool
audit_all(struct survey *survey, char *const *words, size_t count,
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
	if (!engine_open(&survey->engine, settings, &trace, &why)) {
		complain(survey, why);
		free(why);
		return false;
	}
	/* From before there is a file to after it is whole. */
	watch_signals(survey);
	survey->input = input_open(survey->engine.context.base, words, count,
	    file, on_ready, survey, &why);
	if (survey->input == NULL) {
		complain(survey, why);
		free(why);
	} else if (survey->defers || begin_report(survey)) {
		run(survey);
		good = true;
	}
	input_close(survey->input);
	if (good && !survey->defers)
		end_report(survey);
	forget_signals(survey);
	engine_close(&survey->engine);
	return good;
}

/* Forgets what was kept; its domains, COUNT of them, are the caller's. */
static char **
forget_deferred(struct survey *survey, size_t *count)
{
	char **domains = memory_new(survey->deferred_count, sizeof(*domains));
	size_t i;

	*count = survey->deferred_count;
	for (i = 0; i < survey->deferred_count; i++) {
		domains[i] = memory_string(survey->deferred[i]->domain);
		evidence_free(survey->deferred[i]);
	}
	free(survey->deferred);
	survey->deferred = NULL;
	survey->deferred_count = 0;
	return domains;
}

static void
free_words(char **words, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(words[i]);
	free(words);
}

/*
 * For as long as it takes to write a file, which is not to be left half done.
 */
static void
ignore_signals(void)
{
	size_t i;

	for (i = 0; i < SIGNAL_COUNT; i++)
		signal(signals[i], SIG_IGN);
}

static bool
write_deferred(struct survey *survey)
{
	size_t i;

	if (survey->settings->output != NULL)
		ignore_signals();
	if (!begin_report(survey))
		return false;
	for (i = 0; i < survey->deferred_count; i++)
		write_domain(survey, survey->deferred[i]);
	survey->deferred_count = 0;
	end_report(survey);
	return true;
}

/* The pause before the next try, in seconds; 0: none, the time is up. */
static double
pause_after(const struct survey *survey, int try, double left)
{
	double pause = WAIT_FIRST_PAUSE;
	int i;

	if (survey->status == 0 || left <= 0)
		return 0;
	for (i = 1; i < try && pause < WAIT_LONGEST_PAUSE; i++)
		pause *= 2;
	if (pause > WAIT_LONGEST_PAUSE)
		pause = WAIT_LONGEST_PAUSE;
	return pause < left ? pause : left;
}

/*
 * --wait: a try is kept until it is known whether it is the last one, whose
 * report is written. The pauses grow: a change in the DNS takes a TTL to be
 * seen, not a second. A list is read once, for it may be a pipe.
 */
static bool
try_until_pass(struct survey *survey, char *const *words, size_t count)
{
	const struct settings *settings = survey->settings;
	struct timespec began;
	char **domains = NULL;
	double pause = 0;
	size_t domain_count = 0;
	bool good = true;
	int try;

	survey->defers = true;
	clock_gettime(CLOCK_MONOTONIC, &began);
	for (try = 1; good && (try == 1 || pause > 0); try++) {
		sleep_seconds(pause);
		if (try > 1) {
			free_words(domains, domain_count);
			domains = forget_deferred(survey, &domain_count);
			good = audit_all(survey, domains, domain_count, NULL);
		} else {
			good = audit_all(survey, words, count,
			    settings->input);
		}
		pause = survey->stopped != 0 ? 0 : pause_after(survey, try,
		    settings->wait - seconds_since(&began));
		if (good && pause > 0)
			fprintf(stderr, "mxdane: try %d: %s; again in %.0f "
			    "seconds\n", try,
			    verdict_status_name(survey->status), pause);
		else if (good && survey->stopped == 0)
			fprintf(stderr, "mxdane: try %d: %s\n", try,
			    verdict_status_name(survey->status));
	}
	free_words(domains, domain_count);
	good = good && survey->stopped == 0 && write_deferred(survey);
	domains = forget_deferred(survey, &domain_count);
	free_words(domains, domain_count);
	return good;
}

int
survey(const struct settings *settings, char *const *words, size_t count)
{
	struct survey survey = {
		.settings = settings,
		.report = settings->report,
	};
	char *why = NULL;
	bool good;

	survey.report.colour = terminal_wants_colour(settings->colour,
	    settings->output == NULL ? stdout : NULL);

	if (!check_words(words, count, &why)) {
		complain(&survey, why);
		free(why);
		return OPTIONS_EXIT_USAGE;
	}
	good = settings->wait > 0 ? try_until_pass(&survey, words, count) :
	    audit_all(&survey, words, count, settings->input);
	return good || survey.stopped != 0 ? final_status(&survey) :
	    OPTIONS_EXIT_USAGE;
}
