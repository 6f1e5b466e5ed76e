/*
 * The report of a run: one of the formats, and the output that it goes to.
 */
#ifndef CHECKER_RUN_REPORTER_H
#define CHECKER_RUN_REPORTER_H

#include <stdbool.h>

#include "checker/report/report.h"
#include "checker/run/output.h"
#include "checker/run/settings.h"

struct evidence;

struct reporter {
	const struct report_format	*format;	/* static */
	struct report_options		 options;
	struct output			 output;
	struct output			 summary;	/* .stream NULL: none */
	void				*state;		/* owned by the
							 * format */
	bool				 failed;	/* to write it all */
};

/*
 * The file to which a summary of the report is added, if the format has one and
 * the environment names a file for it; NULL: none. Borrowed.
 */
const char *reporter_summary_file(const struct settings *settings);

/*
 * Opens what SETTINGS say. False: the output cannot be opened. *WHY (owned by
 * the caller, printable) says why not; when the output is open and *WHY is not
 * NULL, it is the format's summary that cannot be opened, and is left out.
 */
bool	reporter_open(struct reporter *reporter,
	    const struct settings *settings, char **why);

/*
 * Writes a judged domain. False: it cannot be written. *WHY (owned by the
 * caller, printable) says why not, for the first failure of all and unless the
 * reader has gone away ("| head"); it is NULL otherwise.
 */
bool	reporter_write(struct reporter *reporter,
	    const struct evidence *evidence, char **why);

/*
 * Writes the end and closes the output. A report that is not COMPLETE does not
 * replace a whole one. False and *WHY: as for reporter_write.
 */
bool	reporter_close(struct reporter *reporter, bool complete, char **why);

#endif
