#include "checker/run/survey_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "checker/evidence/evidence.h"
#include "resolver/clock.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* Pauses between the tries, in seconds: each is twice the one before. */
#define PAUSE_FIRST	5.0
#define PAUSE_LONGEST	120.0

static void
sleep_seconds(double seconds)
{
	const struct timespec pause = clock_timespec(seconds);

	nanosleep(&pause, NULL);
}

/*
 * The pause after try number TRY, in seconds, when LEFT are left; 0: it was the
 * last try.
 */
static double
pause_after(const struct survey *survey, int try, double left)
{
	double pause = PAUSE_FIRST;
	int i;

	if (survey->signals.caught != 0 || survey->status == 0 || left <= 0)
		return 0;
	for (i = 1; i < try && pause < PAUSE_LONGEST; i++)
		pause *= 2;
	if (pause > PAUSE_LONGEST)
		pause = PAUSE_LONGEST;
	return pause < left ? pause : left;
}

/* Says how a try ended, and when the next one begins. */
static void
tell_try(const struct survey *survey, int try, double pause)
{
	const unsigned long whole = (unsigned long)pause;
	char *rounded_up;

	fprintf(stderr, "mxdane: try %d: %s", try,
	    verdict_status_name(survey->status));
	if (pause > 0) {
		rounded_up = text_duration(whole + (pause > (double)whole));
		fprintf(stderr, "; again in %s", rounded_up);
		free(rounded_up);
	}
	fputc('\n', stderr);
}

static void
clear_result(struct pool_result *result)
{
	evidence_free(result->evidence);
	free(result->facts);
}

static void
drop_deferred(struct survey *survey)
{
	size_t i;

	for (i = 0; i < survey->deferred_count; i++)
		clear_result(&survey->deferred[i]);
	free(survey->deferred);
	survey->deferred = NULL;
	survey->deferred_count = 0;
}

/* The domains of the reports that are deferred. All owned by the caller. */
static char **
deferred_domains(const struct survey *survey)
{
	char **domains = memory_new(survey->deferred_count, sizeof(*domains));
	size_t i;

	for (i = 0; i < survey->deferred_count; i++)
		domains[i] = memory_string(
		    survey->deferred[i].evidence->domain);
	return domains;
}

/*
 * The same domains again. The list was read by the first try: it may be a pipe.
 */
static bool
audit_again(struct survey *survey)
{
	const size_t count = survey->deferred_count;
	char **domains = deferred_domains(survey);
	bool good;
	size_t i;

	drop_deferred(survey);
	good = survey_audit_all(survey, domains, count, NULL);
	for (i = 0; i < count; i++)
		free(domains[i]);
	free(domains);
	return good;
}

static bool
write_deferred(struct survey *survey)
{
	size_t i;
	bool good;

	/* For as long as it takes: a file is not to be left half written. */
	if (survey->settings->output != NULL ||
	    survey->settings->record != NULL)
		signals_ignore();
	good = survey_begin_record(survey) && survey_begin_report(survey);
	for (i = 0; i < survey->deferred_count && good; i++)
		survey_write(survey, &survey->deferred[i]);
	survey_end_report(survey);
	return good;
}

/* That there is no place for the record is told now, not after the wait. */
static bool
try_record(struct survey *survey)
{
	char *why;

	if (!survey_begin_record(survey))
		return false;
	record_writer_close(&survey->record, false, &why);
	return true;
}

/*
 * Only after a try is it known whether it was the last one, whose reports are
 * written: until then they are deferred. The pauses grow, since a change in the
 * DNS takes a TTL to be seen, not a second.
 */
bool
survey_wait(struct survey *survey, char *const *words, size_t count)
{
	const struct settings *settings = survey->settings;
	const double began = clock_monotonic();
	double pause;
	bool good;
	int try = 1;

	survey->defers = true;
	good = try_record(survey) &&
	    survey_audit_all(survey, words, count, settings->input);
	while (good && survey->signals.caught == 0) {
		pause = pause_after(survey, try,
		    settings->wait - (clock_monotonic() - began));
		tell_try(survey, try++, pause);
		if (pause == 0)
			break;
		sleep_seconds(pause);
		good = audit_again(survey);
	}
	good = good && survey->signals.caught == 0 && write_deferred(survey);
	drop_deferred(survey);
	return good;
}
