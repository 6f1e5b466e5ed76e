/*
 * The parts of a survey: survey_pass.c audits a list once, survey_wait.c again
 * and again (--wait), survey.c does the one or the other.
 */
#ifndef CHECKER_RUN_SURVEY_PARTS_H
#define CHECKER_RUN_SURVEY_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "checker/run/pool.h"
#include "checker/run/record_file.h"
#include "checker/run/reporter.h"
#include "checker/run/settings.h"
#include "checker/run/signals.h"
#include "checker/run/survey_state.h"
#include "checker/run/user_files.h"

struct earlier;
struct event;
struct event_base;
struct input;
struct replay;
struct resume;
struct summary;

/* Reports of a try that are not written yet, in the order of the domains. */
struct deferred {
	struct pool_result	*results;	/* owned, with what they own */
	size_t			 count;
};

struct survey {
	const struct settings	*settings;	/* borrowed */
	struct user_files	 files;
	struct earlier		*earlier;	/* owned; --since, or NULL */
	struct resume		*resume;	/* owned; --resume, or NULL */
	struct summary		*summary;	/* owned; --summary, or NULL */
	struct output		 summary_output;	/* while there is one */
	time_t			 began;
	struct event_base	*base;		/* owned */
	struct input		*input;		/* owned; NULL: --replay */
	struct replay		*replay;	/* owned; NULL: no --replay */
	struct record_writer	 record;	/* --record */
	struct survey_state	 state;		/* --state */
	struct pool		*pool;		/* owned */
	struct event		*progress;	/* owned; NULL: not shown */
	struct signals		 signals;
	struct reporter		 reporter;
	size_t			 workers;	/* at a time; of --jobs */
	size_t			 passed_over;	/* domains of other shards, or
						 * that have a report */
	bool			 confined;	/* for good */
	bool			 reports;	/* it is open */
	bool			 defers;	/* nothing is written yet */
	struct deferred		 deferred;	/* of this pass */
	int			 status;	/* the worst of this pass */
	bool			 had_bad_input;	/* a line without a domain */
	bool			 wrong;		/* a setting, or the output */
	bool			 broken;	/* a worker did not end well */
	bool			 summary_failed; /* it is not all there */
	bool			 finished;	/* all domains have a report */
};

/*
 * The loop of all passes, and of what is between them. From here on a signal
 * breaks it, and is in `signals`.
 */
void	survey_open_loop(struct survey *survey);
void	survey_close_loop(struct survey *survey);

/* Says WHY on standard error, and takes ownership of it. */
void	survey_complain(struct survey *survey, char *why);

/*
 * One pass: audits WORDS (COUNT domains, borrowed) and the lines of FILE, and
 * writes or defers the reports. The loop is open, and stays so. False: a
 * setting is wrong, which has been complained about.
 */
bool	survey_audit_all(struct survey *survey, char *const *words,
	    size_t count, const char *file);

/* Opens the record, if there is to be one. False: it cannot be, as above. */
bool	survey_begin_record(struct survey *survey);
/* Opens the output. False: it cannot be opened, as above. */
bool	survey_begin_report(struct survey *survey);
/*
 * Writes one domain's report, and its record. False: it cannot be written,
 * which has been complained about.
 */
bool	survey_write(struct survey *survey, struct pool_result *result);
/* Closes the output and the record, as far as they are open. */
void	survey_end_report(struct survey *survey);

/*
 * --wait: as survey_audit_all, again and again until all pass, the time is up
 * or a signal comes. The last report of each domain is written.
 */
bool	survey_wait(struct survey *survey, char *const *words, size_t count);

#endif
