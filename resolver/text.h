/*
 * Octets from outside become text here and nowhere else. The result is valid
 * UTF-8 without control characters, fit for a terminal and a JSON library. What
 * else a format has to escape (a '|', a '<') is the business of its writer.
 */
#ifndef RESOLVER_TEXT_H
#define RESOLVER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* The number that a macro stands for, as a string literal. */
#define TEXT_QUOTE(x)	#x
#define TEXT_NUMBER(x)	TEXT_QUOTE(x)

/* Octets of a text; a longer one is cut and ends in "...". */
#define TEXT_LIMIT 1024

/* Octets that a character of UTF-8 has at most. */
#define TEXT_CHARACTER 4

/*
 * The first character of SIZE octets of UTF-8 (RFC 3629), at least one. Returns
 * how many octets it has; 0: they do not begin with one.
 */
size_t	 text_decode(const void *bytes, size_t size, uint32_t *character);

/*
 * Makes SIZE octets printable: control characters (tab and newline too) and
 * invalid UTF-8 become \xNN, octet by octet; characters that are invisible,
 * separate lines or change the direction of text, and noncharacters, become
 * \u{NNNN}; a backslash is doubled. A '#' behind another, or at the beginning,
 * becomes \x23: runners of CI jobs take commands behind "##" from anywhere in a
 * log, and it is not made by texts that are joined, either. Returns at most
 * TEXT_LIMIT octets, owned by the caller.
 */
char	*text_printable(const void *bytes, size_t size);

/*
 * Whether SIZE octets are as text_printable makes them, however many: valid
 * UTF-8 in which everything can be seen. A backslash may begin an escape, or
 * stand for itself.
 */
bool	 text_is_printable(const void *bytes, size_t size);

/* Lower-case hexadecimal digits. Owned by the caller. */
char	*text_hex(const uint8_t *bytes, size_t size);

/*
 * The same, for people to recognise: of more than 12 octets only the first 8
 * and the last 2, "60785a34615aaa2c...ed91". Owned by the caller.
 */
char	*text_hex_short(const uint8_t *bytes, size_t size);

/*
 * Reads SIZE octets from twice as many hexadecimal digits, and nothing else.
 * False: TEXT is not that.
 */
bool	 text_from_hex(uint8_t *bytes, size_t size, const char *text);

/* The value of a hexadecimal digit, in any case; -1: not one. */
int	 text_digit(char character);

/*
 * Parses a number of decimal digits alone: no sign, no space. False: it is not
 * one, or not from 1 to MOST (at most UINT32_MAX).
 */
bool	 text_parse_number(const char *text, uint32_t most, uint32_t *number);

/*
 * A time as in RFC 3339, in UTC ("2026-01-31T12:00:00Z"), limited to the years
 * 0 to 9999. Owned by the caller.
 */
char	*text_time(time_t when);

/* Its date ("2026-01-31"). Owned by the caller. */
char	*text_date(time_t when);

/*
 * A duration in the largest unit that it is a multiple of: "2 hours", "1 day",
 * "90 seconds". Owned by the caller.
 */
char	*text_duration(unsigned long seconds);

/*
 * Seconds, to the thousandth: "1 second", "2.5 seconds". Owned by the caller.
 */
char	*text_seconds(double seconds);

/* The ending of a noun of which there are COUNT: "" for one, or "s". Static. */
const char *text_plural(unsigned long count);

#endif
