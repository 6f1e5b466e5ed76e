#include "checker/run/survey.h"

#include <stdlib.h>

#include "checker/run/earlier.h"
#include "checker/run/input.h"
#include "checker/run/survey_parts.h"

/* The command line is checked before anything is asked. */
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

/* Does not return after a signal, which then ends the process. */
static int
final_status(const struct survey *survey)
{
	if (survey->signals.caught != 0)
		signals_raise(survey->signals.caught);
	if (survey->reporter.failed || survey->record.failed ||
	    survey->broken)
		return OPTIONS_EXIT_SOFTWARE;
	return survey->had_bad_input ? OPTIONS_EXIT_USAGE : survey->status;
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
	if (settings->since == NULL)
		return true;
	survey->earlier = earlier_open(settings->since, &why);
	if (survey->earlier != NULL)
		return true;
	survey_complain(survey, why);
	return false;
}

static bool
run(struct survey *survey, char *const *words, size_t count)
{
	const struct settings *settings = survey->settings;
	char *why = NULL;

	if (!check_words(words, count, &why)) {
		survey_complain(survey, why);
		return false;
	}
	if (!read_files(survey))
		return false;
	return settings->wait > 0 ? survey_wait(survey, words, count) :
	    survey_audit_all(survey, words, count, settings->input);
}

int
survey(const struct settings *settings, char *const *words, size_t count)
{
	struct survey survey = {
		.settings = settings,
	};
	bool good = run(&survey, words, count);

	earlier_close(survey.earlier);
	user_files_clear(&survey.files);
	return good || survey.signals.caught != 0 || survey.broken ?
	    final_status(&survey) : OPTIONS_EXIT_USAGE;
}
