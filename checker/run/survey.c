#include "checker/run/survey.h"

#include <stdlib.h>

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
	if (survey->reporter.failed)
		return OPTIONS_EXIT_SOFTWARE;
	return survey->had_bad_input ? OPTIONS_EXIT_USAGE : survey->status;
}

int
survey(const struct settings *settings, char *const *words, size_t count)
{
	struct survey survey = {
		.settings = settings,
	};
	char *why = NULL;
	bool good;

	if (!check_words(words, count, &why) ||
	    !user_files_read(&survey.files, settings, &why)) {
		survey_complain(&survey, why);
		return OPTIONS_EXIT_USAGE;
	}
	good = settings->wait > 0 ? survey_wait(&survey, words, count) :
	    survey_audit_all(&survey, words, count, settings->input);
	user_files_clear(&survey.files);
	return good || survey.signals.caught != 0 ? final_status(&survey) :
	    OPTIONS_EXIT_USAGE;
}
