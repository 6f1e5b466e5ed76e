/*
 * Bytes from outside become text here and nowhere else. What comes out is valid
 * UTF-8 without control characters, so that it can be shown on a terminal and
 * handed to a JSON library. What a format needs beyond that (a '|', a '<') is
 * the business of its writer.
 */
#ifndef RESOLVER_TEXT_H
#define RESOLVER_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* The number that a macro stands for, as a string literal. */
#define TEXT_QUOTE(x)	#x
#define TEXT_NUMBER(x)	TEXT_QUOTE(x)

/* Longer text is cut and ends in "..." (octets, of the result). */
#define TEXT_LIMIT 1024

/*
 * SIZE octets made visible: the octets of control characters (tab and newline
 * too) and of invalid UTF-8 as \xNN, characters that change the direction of
 * text, are invisible, separate lines or are no characters as \u{NNNN}, a
 * backslash doubled. At most TEXT_LIMIT octets. Owned by the caller.
 */
char	*text_printable(const void *bytes, size_t size);

/* Lower-case hexadecimal digits. Owned by the caller. */
char	*text_hex(const uint8_t *bytes, size_t size);

/*
 * The same, for people to recognise: of more than 12 octets only the first 8
 * and the last 2, "60785a34615aaa2c...ed91". Owned by the caller.
 */
char	*text_hex_short(const uint8_t *bytes, size_t size);

/* The value of a hexadecimal digit, in any case; -1: it is none. */
int	 text_digit(char character);

/*
 * RFC 3339 in UTC ("2026-01-31T12:00:00Z"); beyond the years 0 to 9999 their
 * end. Owned by the caller.
 */
char	*text_time(time_t when);

/* The day of that ("2026-01-31"). Owned by the caller. */
char	*text_date(time_t when);

/*
 * A length of time in the largest unit of which it is a whole number: "2
 * hours", "1 day", "90 seconds". Owned by the caller.
 */
char	*text_duration(unsigned long seconds);

#endif
