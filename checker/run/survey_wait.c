#include "checker/run/survey_parts.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/evidence/evidence.h"
#include "resolver/clock.h"
#include "resolver/memory.h"
#include "resolver/text.h"

/* Pauses between the tries, in seconds: each is twice the one before. */
#define PAUSE_FIRST	5.0
#define PAUSE_LONGEST	120.0

static void
on_pause_over(evutil_socket_t fd, short what, void *argument)
{
	struct event_base *base = argument;

	(void)fd;
	(void)what;
	event_base_loopbreak(base);
}

/* On the loop, which a signal breaks. */
static void
pause_for(struct survey *survey, double seconds)
{
	const struct timeval pause = clock_timeval(seconds);
	struct event *over = evtimer_new(survey->base, on_pause_over,
	    survey->base);

	if (over == NULL || event_add(over, &pause) == -1)
		abort();
	event_base_dispatch(survey->base);
	event_free(over);
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

	if (survey->status == 0 || left <= 0)
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
deferred_clear(struct deferred *deferred)
{
	size_t i;

	for (i = 0; i < deferred->count; i++)
		clear_result(&deferred->results[i]);
	free(deferred->results);
	*deferred = (struct deferred){ NULL, 0 };
}

/*
 * The domains of BEFORE again: the list was read by the first try, and may be a
 * pipe.
 */
static bool
audit_again(struct survey *survey, const struct deferred *before)
{
	char **domains = memory_new(before->count, sizeof(*domains));
	bool good;
	size_t i;

	for (i = 0; i < before->count; i++)
		domains[i] = memory_string(
		    before->results[i].evidence->domain);
	good = survey_audit_all(survey, domains, before->count, NULL);
	for (i = 0; i < before->count; i++)
		free(domains[i]);
	free(domains);
	return good;
}

/*
 * A signal has broken a try: of the domains that it has not come to, the report
 * is that of the try BEFORE. Both are in the order of the list.
 */
static void
complete_deferred(struct survey *survey, struct deferred *before)
{
	struct deferred all = *before, fresh = survey->deferred;
	size_t i, next = 0;

	for (i = 0; i < all.count && next < fresh.count; i++) {
		if (strcmp(all.results[i].evidence->domain,
		    fresh.results[next].evidence->domain) != 0)
			continue;
		clear_result(&all.results[i]);
		all.results[i] = fresh.results[next++];
	}
	/* There is none: what is left is of no domain of the list. */
	for (; next < fresh.count; next++)
		clear_result(&fresh.results[next]);
	free(fresh.results);
	survey->deferred = all;
	*before = (struct deferred){ NULL, 0 };
}

/*
 * Says what the report is of when a signal has come in try number TRY, not the
 * first, by which FRESH of the domains were done in it.
 */
static void
tell_broken_try(const struct survey *survey, int try, size_t fresh)
{
	const size_t count = survey->deferred.count;

	if (fresh == 0 || fresh == count)
		fprintf(stderr, "mxdane: the report is that of try %d\n",
		    fresh == 0 ? try - 1 : try);
	else
		fprintf(stderr, "mxdane: the report is that of try %d for %zu "
		    "of %zu domains, and else of try %d\n", try, fresh, count,
		    try - 1);
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
	else
		signals_release(&survey->signals);
	good = survey_begin_record(survey) && survey_begin_report(survey);
	for (i = 0; i < survey->deferred.count && good; i++)
		survey_write(survey, &survey->deferred.results[i]);
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
 * Another one, number TRY, after a PAUSE in seconds. A signal ends it at once:
 * what is deferred then has each domain all the same.
 */
static bool
try_again(struct survey *survey, int try, double pause)
{
	struct deferred before;
	size_t fresh;
	bool good;

	pause_for(survey, pause);
	if (survey->signals.caught != 0) {
		fprintf(stderr, "mxdane: stopped: the report is that of try "
		    "%d\n", try - 1);
		return true;
	}
	before = survey->deferred;
	survey->deferred = (struct deferred){ NULL, 0 };
	good = audit_again(survey, &before);
	if (survey->signals.caught != 0) {
		fresh = survey->deferred.count;
		complete_deferred(survey, &before);
		survey->finished = true;
		tell_broken_try(survey, try, fresh);
	}
	deferred_clear(&before);
	return good;
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
		tell_try(survey, try, pause);
		if (pause == 0)
			break;
		good = try_again(survey, ++try, pause);
	}
	/* Of a list of which nothing is known, an older report is left. */
	if (good && (survey->signals.caught == 0 || survey->deferred.count > 0))
		good = write_deferred(survey);
	deferred_clear(&survey->deferred);
	return good;
}
