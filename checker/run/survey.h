/*
 * A run of mxdane: domains in, reports out, an exit status at the end.
 */
#ifndef CHECKER_RUN_SURVEY_H
#define CHECKER_RUN_SURVEY_H

#include <stddef.h>

#include "checker/run/settings.h"

/*
 * Audits WORDS (COUNT domains, borrowed) and the settings' file, reports to its
 * output, complains on standard error. Returns the exit status of mxdane(1).
 */
int	survey(const struct settings *settings, char *const *words,
	    size_t count);

#endif
