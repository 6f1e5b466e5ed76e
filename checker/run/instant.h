/*
 * Moments as people write them.
 */
#ifndef CHECKER_RUN_INSTANT_H
#define CHECKER_RUN_INSTANT_H

#include <stdbool.h>
#include <time.h>

/* What a date stands for, a time without a zone, and parts of a second. */
enum instant_zone {
	INSTANT_UTC,		/* the beginning of that day in UTC; nothing;
				 * the second in which it is */
	INSTANT_LOCAL,		/* the end of that day, and that time, in this
				 * machine's zone; the next second */
};

/*
 * Parses a moment between 1970 and 9999: RFC 3339 ("2026-01-31T12:00:00Z",
 * "2026-01-31 12:00:00+01:00"; seconds may be left out, and have fractions);
 * the same without a zone, or a date alone, as ZONE says; the form of RRSIG
 * records, "20260131120000"; or seconds since 1970, "@1769860800". False: *WHY
 * (static) says what is wrong, to follow the word in a message.
 */
bool	instant_parse(const char *text, enum instant_zone zone, time_t *when,
	    const char **why);

#endif
