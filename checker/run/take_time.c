#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "checker/run/take.h"
#include "resolver/memory.h"

/* The value of N digits at TEXT; -1: not all are digits. */
static int
digits(const char *text, int n)
{
	int value = 0;

	for (; n > 0; n--, text++) {
		if (*text < '0' || *text > '9')
			return -1;
		value = value * 10 + (*text - '0');
	}
	return value;
}

/* Parses "Z" or "+01:00" into minutes ahead of UTC. */
static bool
parse_zone(const char *text, int *ahead)
{
	int hours, minutes;

	*ahead = 0;
	if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
		return true;
	if ((*text != '+' && *text != '-') || strlen(text) != 6 ||
	    text[3] != ':')
		return false;
	hours = digits(text + 1, 2);
	minutes = digits(text + 4, 2);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return false;
	*ahead = (*text == '+' ? 1 : -1) * (hours * 60 + minutes);
	return true;
}

/* Parses "2026-01-31T12:00:00". False: there is no such instant. */
static bool
parse_instant(const char *text, time_t *when)
{
	struct tm tm = { 0 }, day;

	if (text[4] != '-' || text[7] != '-' ||
	    strchr("Tt ", text[10]) == NULL || text[13] != ':' ||
	    text[16] != ':')
		return false;
	tm.tm_year = digits(text, 4) - 1900;
	tm.tm_mon = digits(text + 5, 2) - 1;
	tm.tm_mday = digits(text + 8, 2);
	tm.tm_hour = digits(text + 11, 2);
	tm.tm_min = digits(text + 14, 2);
	tm.tm_sec = digits(text + 17, 2);
	if (tm.tm_year < -1900 || tm.tm_mon < 0 || tm.tm_mon > 11 ||
	    tm.tm_mday < 1 || tm.tm_hour < 0 || tm.tm_hour > 23 ||
	    tm.tm_min < 0 || tm.tm_min > 59 || tm.tm_sec < 0 ||
	    tm.tm_sec > 60)
		return false;
	/* timegm turns February 30 into a day of March. */
	day = (struct tm){ .tm_year = tm.tm_year, .tm_mon = tm.tm_mon,
		.tm_mday = tm.tm_mday };
	timegm(&day);
	*when = timegm(&tm);
	return day.tm_mday == digits(text + 8, 2);
}

/* RFC 3339 5.6. */
static bool
parse_time(const char *text, time_t *when)
{
	const char *zone;
	int ahead;

	if (strlen(text) < strlen("2026-01-31T12:00:00Z") ||
	    !parse_instant(text, when))
		return false;
	zone = text + strlen("2026-01-31T12:00:00");
	if (*zone == '.')	/* fractions of a second */
		zone += 1 + strspn(zone + 1, "0123456789");
	if (!parse_zone(zone, &ahead))
		return false;
	*when -= 60 * ahead;
	return true;
}

/* "2026-01-31", which is its first second in UTC. */
static bool
parse_date(const char *text, time_t *when)
{
	char *instant;
	bool good;

	if (strlen(text) != strlen("2026-01-31"))
		return false;
	instant = memory_format("%sT00:00:00", text);
	good = parse_instant(instant, when);
	free(instant);
	return good;
}

/* "@1767225600", as date(1) has it, or without the sign. */
static bool
parse_seconds(const char *text, time_t *when)
{
	const char *number = text + (*text == '@');
	const size_t length = strlen(number);

	if (length == 0 || length > 11 ||
	    strspn(number, "0123456789") != length)
		return false;
	*when = (time_t)strtoll(number, NULL, 10);
	return true;
}

bool
take_time(void *member, const char *value, const char **why)
{
	time_t *when = member;

	if (parse_seconds(value, when) || parse_date(value, when) ||
	    parse_time(value, when))
		return true;
	*why = "is not a time such as 2026-01-31T12:00:00Z, a date such as "
	    "2026-01-31, or seconds since 1970";
	return false;
}
