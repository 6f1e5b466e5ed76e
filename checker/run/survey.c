#include "checker/run/survey.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "checker/report/summary.h"
#include "checker/run/descriptors.h"
#include "checker/run/earlier.h"
#include "checker/run/engine.h"
#include "checker/run/input_domain.h"
#include "checker/run/resume.h"
#include "checker/run/survey_parts.h"
#include "resolver/memory.h"

/* The command line is checked before anything is asked. */
static bool
check_words(char *const *words, size_t count, char **why)
{
	char *domain;
	size_t i;

	for (i = 0; i < count; i++) {
		domain = input_domain_argument(words[i], why);
		if (domain == NULL)
			return false;
		free(domain);
	}
	return true;
}

/* Does not return after a signal, which then ends the process. */
static int
final_status(const struct survey *survey)
{
	if (survey->signals.caught != 0)
		signals_raise(survey->signals.caught);
	if (survey->reporter.failed || survey->record.failed ||
	    survey->summary_failed || survey->state.failed || survey->broken)
		return OPTIONS_EXIT_SOFTWARE;
	return survey->had_bad_input ? OPTIONS_EXIT_USAGE : survey->status;
}

/* Whether two files are one: by name, or as what is there. */
static bool
is_same(const char *a, const char *b)
{
	struct stat one, other;

	if (strcmp(a, b) == 0)
		return true;
	return stat(a, &one) == 0 && stat(b, &other) == 0 &&
	    one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* Devices and pipes can be written to by two. */
static bool
is_other_kind(const char *file)
{
	struct stat status;

	return stat(file, &status) == 0 && !S_ISREG(status.st_mode);
}

/*
 * What is written must not replace what is read, or the other thing that is
 * written. The earlier run (--since) is read before a record replaces it, but
 * some reports are written in its place at once.
 */
static bool
check_files(const struct settings *settings, char **why)
{
	const struct {
		const char	*option, *file;		/* static, borrowed */
		const char	*other, *other_file;	/* the same */
	} pairs[] = {
		{ "record", settings->record, "output", settings->output },
		{ "record", settings->record, "replay", settings->replay },
		{ "record", settings->record, "file", settings->input },
		{ "output", settings->output, "replay", settings->replay },
		{ "output", settings->output, "since", settings->since },
		{ "output", settings->output, "file", settings->input },
		{ "summary", settings->summary, "output", settings->output },
		{ "summary", settings->summary, "record", settings->record },
		{ "summary", settings->summary, "replay", settings->replay },
		{ "summary", settings->summary, "since", settings->since },
		{ "summary", settings->summary, "file", settings->input },
		{ "summary", settings->summary, "state", settings->state },
		{ "state", settings->state, "output", settings->output },
		{ "state", settings->state, "record", settings->record },
		{ "state", settings->state, "since", settings->since },
		{ "state", settings->state, "file", settings->input },
	};
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (pairs[i].file == NULL || pairs[i].other_file == NULL ||
		    strcmp(pairs[i].file, "-") == 0 ||
		    strcmp(pairs[i].other_file, "-") == 0 ||
		    is_other_kind(pairs[i].file) ||
		    !is_same(pairs[i].file, pairs[i].other_file))
			continue;
		*why = memory_format("--%s and --%s name the same file",
		    pairs[i].option, pairs[i].other);
		return false;
	}
	return true;
}

/* Reads what the settings name. False: it has been complained about. */
static bool
read_files(struct survey *survey)
{
	const struct settings *settings = survey->settings;
	char *why;

	if (!user_files_read(&survey->files, settings, &why)) {
		survey_complain(survey, why);
		return false;
	}
	if (settings->resume) {
		survey->resume = resume_open(settings->output, &why);
		if (survey->resume != NULL)
			return true;
		survey_complain(survey, why);
		return false;
	}
	if (settings->since == NULL)
		return true;
	survey->earlier = earlier_open(settings->since, &why);
	if (survey->earlier != NULL)
		return true;
	survey_complain(survey, why);
	return false;
}

/* That there is no place for it is told before hours of work. */
static bool
begin_summary(struct survey *survey)
{
	char *why;

	if (survey->settings->summary == NULL)
		return true;
	if (!output_open(&survey->summary_output, survey->settings->summary,
	    true, &why)) {
		survey_complain(survey, why);
		return false;
	}
	survey->summary = summary_new();
	return true;
}

/* What was counted, however far the run came; nothing if it did not begin. */
static void
end_summary(struct survey *survey, bool good)
{
	const struct settings *settings = survey->settings;
	const struct summary_run run = {
		.words = settings->command,
		.count = settings->command_count,
		.began = survey->began,
		.ended = time(NULL),
		.complete = survey->finished && survey->signals.caught == 0,
	};
	char *why = NULL;

	if (survey->summary == NULL)
		return;
	if (good) {
		summary_write(survey->summary, &run,
		    survey->summary_output.stream);
		output_close(&survey->summary_output, &why);
	} else {
		output_discard(&survey->summary_output);
	}
	summary_free(survey->summary);
	survey->summary_failed = why != NULL;
	if (why != NULL)
		survey_complain(survey, why);
}

/* From before a temporary file exists until it is complete. */
void
survey_open_loop(struct survey *survey)
{
	survey->base = event_base_new();
	if (survey->base == NULL)
		abort();
	signals_watch(&survey->signals, survey->base);
}

void
survey_close_loop(struct survey *survey)
{
	signals_release(&survey->signals);
	event_base_free(survey->base);
	survey->base = NULL;
}

static bool
run(struct survey *survey, char *const *words, size_t count)
{
	const struct settings *settings = survey->settings;
	char *why = NULL;
	bool good;

	if (!check_words(words, count, &why) || !check_files(settings, &why)) {
		survey_complain(survey, why);
		return false;
	}
	if (!read_files(survey))
		return false;
	survey_open_loop(survey);
	good = begin_summary(survey) && (settings->wait > 0 ?
	    survey_wait(survey, words, count) :
	    survey_audit_all(survey, words, count, settings->input));
	end_summary(survey, good || survey->signals.caught != 0 ||
	    survey->broken);
	survey_close_loop(survey);
	return good;
}

int
survey(const struct settings *settings, char *const *words, size_t count)
{
	struct survey survey = {
		.settings = settings,
		.began = time(NULL),
	};
	char *why;
	bool good;

	if (!descriptors_suffice(engine_work(settings), &why)) {
		survey_complain(&survey, why);
		return OPTIONS_EXIT_SOFTWARE;
	}
	good = run(&survey, words, count);
	earlier_close(survey.earlier);
	resume_close(survey.resume);
	user_files_clear(&survey.files);
	return good || survey.signals.caught != 0 || survey.broken ?
	    final_status(&survey) : OPTIONS_EXIT_USAGE;
}
