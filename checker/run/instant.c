#include "checker/run/instant.h"

#include <stdint.h>
#include <string.h>

/* The first second of the year 10000. */
#define END INT64_C(253402300800)

/* What is left of a text that is read from its beginning. */
struct reading {
	const char	*next;		/* borrowed */
	bool		 good;
};

/* Reads COUNT decimal digits. */
static int
take_digits(struct reading *reading, int count)
{
	int number = 0;

	for (; reading->good && count > 0; count--) {
		reading->good = *reading->next >= '0' && *reading->next <= '9';
		if (reading->good)
			number = 10 * number + (*reading->next++ - '0');
	}
	return reading->good ? number : 0;
}

/* Reads one of SIGNS, or nothing. */
static bool
take_sign(struct reading *reading, const char *signs)
{
	if (!reading->good || *reading->next == '\0' ||
	    strchr(signs, *reading->next) == NULL)
		return false;
	reading->next++;
	return true;
}

static void
need_sign(struct reading *reading, const char *signs)
{
	reading->good = take_sign(reading, signs);
}

/* "2026-01-31" */
static void
take_date(struct reading *reading, struct tm *tm)
{
	struct tm day;

	tm->tm_year = take_digits(reading, 4) - 1900;
	need_sign(reading, "-");
	tm->tm_mon = take_digits(reading, 2) - 1;
	need_sign(reading, "-");
	tm->tm_mday = take_digits(reading, 2);
	/* timegm() makes a day of March of February 30. */
	day = *tm;
	timegm(&day);
	reading->good &= day.tm_mday == tm->tm_mday &&
	    day.tm_mon == tm->tm_mon;
}

/* "12:00", "12:00:00", "12:00:00.5" */
static void
take_hour(struct reading *reading, enum instant_zone zone, struct tm *tm)
{
	size_t fraction;

	tm->tm_hour = take_digits(reading, 2);
	need_sign(reading, ":");
	tm->tm_min = take_digits(reading, 2);
	if (take_sign(reading, ":"))
		tm->tm_sec = take_digits(reading, 2);
	reading->good &= tm->tm_hour < 24 && tm->tm_min < 60 &&
	    tm->tm_sec <= 60;
	if (!take_sign(reading, "."))
		return;
	fraction = strspn(reading->next, "0123456789");
	reading->good = fraction > 0;
	tm->tm_sec += zone == INSTANT_LOCAL &&
	    strspn(reading->next, "0") < fraction;
	reading->next += fraction;
}

/* "Z", " UTC", "+01:00"; AHEAD is in seconds. False: there is none. */
static bool
take_zone(struct reading *reading, int *ahead)
{
	int sign, hours, minutes;

	*ahead = 0;
	if (take_sign(reading, "Zz"))
		return true;
	if (strcmp(reading->next, " UTC") == 0) {
		reading->next += strlen(" UTC");
		return true;
	}
	sign = *reading->next == '-' ? -1 : 1;
	if (!take_sign(reading, "+-"))
		return false;
	hours = take_digits(reading, 2);
	take_sign(reading, ":");
	minutes = take_digits(reading, 2);
	reading->good &= hours < 24 && minutes < 60;
	*ahead = sign * 60 * (60 * hours + minutes);
	return true;
}

/* By the rules of this machine's zone. -1: there is no such moment. */
static time_t
local_time(struct tm *tm)
{
	tm->tm_isdst = -1;
	return mktime(tm);
}

/* "@1769860800" */
static void
take_seconds_since(struct reading *reading, time_t *when)
{
	const size_t length = strspn(reading->next, "0123456789");
	size_t i;

	*when = 0;
	reading->good = length > 0 && length <= 12;
	for (i = 0; reading->good && i < length; i++)
		*when = 10 * *when + (*reading->next++ - '0');
}

static void
take_calendar(struct reading *reading, enum instant_zone zone, time_t *when)
{
	struct tm tm = { 0 };
	int ahead;

	*when = 0;
	take_date(reading, &tm);
	if (reading->good && *reading->next == '\0') {
		tm.tm_mday += zone == INSTANT_LOCAL;
		*when = zone == INSTANT_LOCAL ? local_time(&tm) : timegm(&tm);
		return;
	}
	need_sign(reading, "Tt ");
	take_hour(reading, zone, &tm);
	if (take_zone(reading, &ahead))
		*when = timegm(&tm) - ahead;
	else if (zone == INSTANT_LOCAL)
		*when = local_time(&tm);
	else
		reading->good = false;
}

/* "20260131120000", as RRSIG records have it (RFC 4034 3.2), in UTC. */
static void
take_stamp(struct reading *reading, time_t *when)
{
	struct tm tm = { 0 }, again;

	tm.tm_year = take_digits(reading, 4) - 1900;
	tm.tm_mon = take_digits(reading, 2) - 1;
	tm.tm_mday = take_digits(reading, 2);
	tm.tm_hour = take_digits(reading, 2);
	tm.tm_min = take_digits(reading, 2);
	tm.tm_sec = take_digits(reading, 2);
	again = tm;
	*when = timegm(&again);
	reading->good &= again.tm_mday == tm.tm_mday &&
	    again.tm_hour == tm.tm_hour && again.tm_min == tm.tm_min;
}

bool
instant_parse(const char *text, enum instant_zone zone, time_t *when,
    const char **why)
{
	struct reading reading = { text, true };
	const size_t digits = strspn(text, "0123456789");

	if (take_sign(&reading, "@") || (digits >= 9 && digits < 14))
		take_seconds_since(&reading, when);
	else if (digits == 14)
		take_stamp(&reading, when);
	else
		take_calendar(&reading, zone, when);
	if (reading.good && *reading.next == '\0' && *when > 0 && *when < END)
		return true;
	*why = "is not a time such as 2026-01-31T12:00:00Z, 2026-01-31 or "
	    "@1769860800";
	return false;
}
