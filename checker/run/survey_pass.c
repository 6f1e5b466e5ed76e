#include "checker/run/survey_parts.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/recording.h"
#include "checker/gather/audit.h"
#include "checker/report/summary.h"
#include "checker/run/confine.h"
#include "checker/run/descriptors.h"
#include "checker/run/earlier.h"
#include "checker/run/engine.h"
#include "checker/run/input.h"
#include "checker/run/replay.h"
#include "checker/run/resume.h"
#include "checker/run/terminal.h"
#include "checker/run/worker.h"
#include "resolver/memory.h"
#include "resolver/trace.h"

/* How often the line that shows progress is drawn. */
#define PROGRESS_MICROSECONDS 500000

/* Seconds beyond a domain's deadline, without a word of a worker: it hangs. */
#define GRACE 10

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
on_complaint(char *why, bool bad_input, void *argument)
{
	struct survey *survey = argument;

	survey_complain(survey, why);
	survey->had_bad_input |= bad_input;
}

/*
 * A subject is a name from the DNS or a server's: it begins no line, since
 * runners of CI jobs take commands from what does.
 */
static void
on_trace(int level, const char *subject, const char *line, void *argument)
{
	clear_progress(argument);
	(void)level;
	fprintf(stderr, "* %s: %s\n", subject, line);
}

/* The next record. False: as for on_next. */
static bool
next_record(struct survey *survey, struct pool_task *task, bool *end)
{
	char *why;

	for (;;) {
		switch (replay_next(survey->replay, task, &why)) {
		case REPLAY_TASK:
			return true;
		case REPLAY_BAD:
			on_complaint(why, true, survey);
			break;
		case REPLAY_END:
			*end = true;
			return false;
		}
	}
}

static bool
next_domain(struct survey *survey, struct pool_task *task, bool *end)
{
	char *why;

	for (;;) {
		switch (input_next(survey->input, &task->domain, &why)) {
		case INPUT_DOMAIN:
			return true;
		case INPUT_BAD:
			on_complaint(why, true, survey);
			break;
		case INPUT_END:
			*end = true;
			return false;
		case INPUT_WAIT:
			return false;
		}
	}
}

/* Whether the run is to audit the domain. */
static bool
is_wanted(const struct survey *survey, const char *domain)
{
	return shard_has(&survey->settings->shard, domain) &&
	    (survey->resume == NULL || !resume_has(survey->resume, domain));
}

/* The next that is wanted. False: as for on_next. */
static bool
next_task(struct survey *survey, struct pool_task *task, bool *end)
{
	for (;;) {
		if (!(survey->replay != NULL ? next_record(survey, task, end) :
		    next_domain(survey, task, end)))
			return false;
		if (is_wanted(survey, task->domain))
			return true;
		survey->passed_over++;
		free(task->domain);
		free(task->facts);
		*task = (struct pool_task){ 0 };
	}
}

static bool
on_next(void *argument, struct pool_task *task, bool *end)
{
	struct survey *survey = argument;
	char *why;

	if (!next_task(survey, task, end))
		return false;
	if (survey->earlier == NULL)
		return true;
	task->earlier = earlier_find(survey->earlier, task->domain,
	    &task->earlier_size, &why);
	if (task->earlier == NULL)
		on_complaint(why, true, survey);
	return true;
}

static void
on_ready(void *argument)
{
	struct survey *survey = argument;

	pool_wake(survey->pool);
}

static void
defer(struct survey *survey, struct pool_result *result)
{
	struct deferred *deferred = &survey->deferred;

	deferred->results = memory_grow(deferred->results, deferred->count,
	    sizeof(*deferred->results));
	deferred->results[deferred->count++] = *result;
	result->evidence = NULL;
	result->facts = NULL;
}

/*
 * A domain of which no worker could send facts has those that are known. What
 * is reported has no certificates to make a record of: then there is none.
 */
static bool
complete_facts(struct pool_result *result)
{
	if (result->facts == NULL && result->evidence->host_count == 0)
		result->facts = recording_encode(result->evidence,
		    RECORDING_FACTS, &result->size);
	return result->facts != NULL;
}

static void
record(struct survey *survey, struct pool_result *result)
{
	char *why;

	if (!complete_facts(result))
		return;
	record_writer_add(&survey->record, result->evidence->domain,
	    result->facts, result->size, &why);
	if (why != NULL)
		survey_complain(survey, why);
}

bool
survey_write(struct survey *survey, struct pool_result *result)
{
	char *why;
	bool good;

	clear_progress(survey);
	if (survey->settings->record != NULL)
		record(survey, result);
	if (survey->summary != NULL)
		summary_add(survey->summary, result->evidence);
	good = reporter_write(&survey->reporter, result->evidence, &why);
	if (why != NULL)
		survey_complain(survey, why);
	return good;
}

/* The file of --state. NULL: none; a record has what was known then. */
static const char *
state_file(const struct survey *survey)
{
	return survey->settings->replay != NULL ? NULL :
	    survey->settings->state;
}

static void
remember(struct survey *survey, const struct evidence *evidence)
{
	const bool from_servers = settings_ask_servers(survey->settings);
	char *why = survey_state_add(&survey->state, state_file(survey),
	    evidence, from_servers);

	if (why != NULL)
		survey_complain(survey, why);
}

static void
on_report(struct pool_result *result, void *argument)
{
	struct survey *survey = argument;

	if (result->evidence == NULL)
		return;
	survey->status = verdict_worse_status(survey->status,
	    evidence_exit_status(result->evidence));
	remember(survey, result->evidence);
	if (survey->defers)
		defer(survey, result);
	else if (!survey_write(survey, result))
		event_base_loopbreak(survey->base);
}

/* The first worker has started, so that all settings are good. */
static void
on_start(void *argument)
{
	struct survey *survey = argument;

	if (survey->defers || survey_begin_report(survey))
		return;
	survey->wrong = true;
	event_base_loopbreak(survey->base);
}

static void
on_refused(char *why, bool internal, void *argument)
{
	struct survey *survey = argument;

	survey_complain(survey, why);
	survey->wrong = true;
	survey->broken = internal;
	/* Not loopbreak: the loop may not have begun yet. */
	event_base_loopexit(survey->base, NULL);
}

static void
on_finished(void *argument)
{
	struct survey *survey = argument;

	survey->finished = true;
	/* As above: an empty file. */
	event_base_loopexit(survey->base, NULL);
}

static void
report_stop(struct survey *survey)
{
	survey_complain(survey, memory_format("stopped: %zu done, %zu given "
	    "up", pool_reported(survey->pool), pool_running(survey->pool)));
	if (survey->reports || survey->defers)
		pool_give_up(survey->pool);
}

static void
on_progress(evutil_socket_t fd, short what, void *argument)
{
	const struct survey *survey = argument;
	char *subject, *line;

	(void)fd;
	(void)what;
	subject = pool_waits_for(survey->pool);
	if (subject == NULL)
		return;
	if (pool_reported(survey->pool) + pool_running(survey->pool) > 1)
		line = memory_format("%zu done, %zu under way; waiting for %s",
		    pool_reported(survey->pool),
		    pool_running(survey->pool), subject);
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
	survey->progress = event_new(survey->base, -1, EV_PERSIST, on_progress,
	    survey);
	if (survey->progress == NULL ||
	    event_add(survey->progress, &interval) == -1)
		abort();
}

static struct pool *
open_pool(struct survey *survey, struct worker_options *worker)
{
	const struct settings *settings = survey->settings;
	const size_t limit = descriptors_limit();
	const struct descriptors_parent parent = descriptors_share_parent(limit,
	    descriptors_open(), survey->workers, POOL_ALONE_MAX);
	const struct pool_options options = {
		.workers = parent.workers,
		.alone = parent.alone,
		.flight = descriptors_share_worker(engine_work(settings),
		    limit).audits,
		.deadline = audit_longest(settings->gather.timeout),
		.grace = GRACE,
		.tries_again = true,
		/* What is deferred is compared with the try before. */
		.unordered = settings->unordered && !survey->defers,
		.work = worker_run,
		.work_alone = worker_run_alone,
		.work_argument = worker,
	};
	const struct pool_callbacks callbacks = {
		.next = on_next,
		.report = on_report,
		.ready = on_start,
		.finished = on_finished,
		.refused = on_refused,
		.trace = on_trace,
		.complain = on_complaint,
		.argument = survey,
	};

	return pool_new(survey->base, &options, &callbacks);
}

static void
close_pool(struct survey *survey)
{
	char *why = pool_free(survey->pool);

	survey->pool = NULL;
	if (why == NULL)
		return;
	survey_complain(survey, memory_format("a worker process did not end "
	    "well: %s", why));
	survey->broken = true;
	free(why);
}

static void
say_if_empty(struct survey *survey)
{
	/* An empty list is not an error: lists are made by programs. */
	if (pool_reported(survey->pool) > 0 || survey->had_bad_input ||
	    survey->wrong ||
	    (survey->resume != NULL && resume_count(survey->resume) > 0))
		return;
	survey_complain(survey, memory_format("there is no %s%s",
	    survey->replay != NULL ? "record in the file" :
	    "domain in the list", survey->passed_over > 0 ?
	    " that is in this shard" : ""));
}

/* The loop runs until everything has been reported. */
static void
run(struct survey *survey)
{
	struct worker_options worker = {
		.settings = survey->settings,
		.files = &survey->files,
		.trace_level = survey->settings->report.verbosity > 0 ?
		    survey->settings->report.verbosity : 0,
	};

	survey->pool = open_pool(survey, &worker);
	start_progress(survey);
	pool_wake(survey->pool);
	event_base_dispatch(survey->base);
	clear_progress(survey);
	if (survey->progress != NULL)
		event_free(survey->progress);
	survey->progress = NULL;
	/*
	 * Until it is complete or removed, a temporary file is guarded; and
	 * between two tries, what the first one has to tell.
	 */
	if (!survey->defers && survey->reporter.output.temporary == NULL &&
	    survey->record.output.temporary == NULL &&
	    survey->summary_output.temporary == NULL)
		signals_release(&survey->signals);
	if (survey->signals.caught != 0) {
		survey->finished = false;
		report_stop(survey);
	} else {
		say_if_empty(survey);
	}
	close_pool(survey);
}

bool
survey_begin_record(struct survey *survey)
{
	const char *file = survey->settings->record;
	char *why;

	if (file == NULL || record_writer_init(&survey->record, file, &why))
		return true;
	survey_complain(survey, why);
	return false;
}

bool
survey_begin_report(struct survey *survey)
{
	char *why;
	bool good = reporter_open(&survey->reporter, survey->settings, &why);

	if (why != NULL)
		survey_complain(survey, why);
	survey->reports = good;
	return good;
}

/* What is not all there must not replace what was all there. */
void
survey_end_report(struct survey *survey)
{
	const bool complete = survey->finished;
	char *why = NULL;

	if (survey->reports)
		reporter_close(&survey->reporter, complete, &why);
	survey->reports = false;
	if (why != NULL)
		survey_complain(survey, why);
	record_writer_close(&survey->record, complete &&
	    !survey->reporter.failed, &why);
	if (why != NULL)
		survey_complain(survey, why);
}

/* Opens what the domains come from. False: it has been complained about. */
static bool
open_source(struct survey *survey, char *const *words, size_t count,
    const char *file)
{
	const char *records = survey->settings->replay;
	char *why;

	if (records != NULL)
		survey->replay = replay_open(records, words, count, &why);
	else
		survey->input = input_open(survey->base, words, count, file,
		    on_ready, survey, &why);
	if (survey->replay != NULL || survey->input != NULL)
		return true;
	survey_complain(survey, why);
	return false;
}

/* --jobs; 0: one for each processor. */
static size_t
worker_count(const struct settings *settings)
{
	long processors = 1;

	if (settings->jobs > 0)
		return settings->jobs;
	processors = sysconf(_SC_NPROCESSORS_ONLN);
	if (processors < 1)
		return 1;
	return processors < POOL_WORKERS_MAX ? (size_t)processors :
	    POOL_WORKERS_MAX;
}

/*
 * The files are read or open, but for those that are written. Workers are not
 * there yet: they have no more rights than their parent.
 */
static void
give_up_rights(struct survey *survey)
{
	const struct settings *settings = survey->settings;
	const struct confine_needs needs = {
		.children = true,
		.network = true,
		.outputs = { settings->output, settings->record,
		    reporter_summary_file(settings), settings->summary,
		    state_file(survey) },
	};
	char *confined;

	if (survey->confined)
		return;
	survey->confined = true;
	survey->workers = worker_count(settings);
	confined = confine(&needs);
	if (settings->report.verbosity > 0)
		on_trace(TRACE_STEPS, "parent", confined, survey);
	free(confined);
}

static void
close_source(struct survey *survey)
{
	replay_close(survey->replay);
	survey->replay = NULL;
	input_close(survey->input);
	survey->input = NULL;
}

/* What earlier runs saw, the last pass among them. */
static bool
recall(struct survey *survey)
{
	char *why;

	if (survey_state_read(&survey->files, state_file(survey), &why))
		return true;
	survey_complain(survey, why);
	return false;
}

static void
end_state(struct survey *survey)
{
	char *why = survey_state_end(&survey->state, state_file(survey));

	if (why != NULL)
		survey_complain(survey, why);
}

bool
survey_audit_all(struct survey *survey, char *const *words, size_t count,
    const char *file)
{
	bool good;

	survey->status = survey->resume != NULL ?
	    resume_status(survey->resume) : 0;
	survey->finished = false;
	good = recall(survey) && open_source(survey, words, count, file) &&
	    (survey->defers || survey_begin_record(survey));
	if (good) {
		give_up_rights(survey);
		run(survey);
	}
	good = good && !survey->wrong;
	close_source(survey);
	end_state(survey);
	if (!survey->defers)
		survey_end_report(survey);
	return good;
}
