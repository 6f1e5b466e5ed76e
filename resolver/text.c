#include "resolver/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/memory.h"

static const char ellipsis[] = "...";
static const char hex_digits[] = "0123456789abcdef";

/* Digits of the head and the tail, and octets that are not shortened. */
#define HEX_HEAD 16
#define HEX_TAIL 4
#define HEX_WHOLE 12

/* Room for a character as it is shown, with a NUL: up to "\u{10ffff}". */
#define PIECE_SIZE 16

/* Well-formed sequences, by their first two octets (RFC 3629 4). */
static const struct {
	uint8_t	 first_low, first_high;
	uint8_t	 second_low, second_high;
	uint8_t	 length;
	uint8_t	 mask;		/* the bits of the first octet that count */
} sequences[] = {
	{ 0xc2, 0xdf, 0x80, 0xbf, 2, 0x1f },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3, 0x0f },	/* no overlong forms */
	{ 0xe1, 0xec, 0x80, 0xbf, 3, 0x0f },
	{ 0xed, 0xed, 0x80, 0x9f, 3, 0x0f },	/* no surrogates */
	{ 0xee, 0xef, 0x80, 0xbf, 3, 0x0f },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4, 0x07 },	/* no overlong forms */
	{ 0xf1, 0xf3, 0x80, 0xbf, 4, 0x07 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4, 0x07 },	/* up to U+10FFFF */
};

/*
 * Characters that cannot be seen, or that move those that can: all that Unicode
 * calls Default_Ignorable_Code_Point, and what separates lines. Whoever
 * compares by the rules of a language, as runners of CI jobs on .NET do, skips
 * them, and takes "#", U+200D, "#" for "##".
 */
static const struct {
	uint32_t	low, high;
} invisible[] = {
	{ 0x00ad, 0x00ad },	/* soft hyphen */
	{ 0x034f, 0x034f },	/* combining grapheme joiner */
	{ 0x061c, 0x061c },	/* Arabic letter mark */
	{ 0x115f, 0x1160 },	/* Hangul fillers */
	{ 0x17b4, 0x17b5 },	/* Khmer inherent vowels */
	{ 0x180b, 0x180f },	/* Mongolian variations, vowel separator */
	{ 0x200b, 0x200f },	/* zero width, directional marks */
	{ 0x2028, 0x202e },	/* separators, embeddings and overrides */
	{ 0x2060, 0x206f },	/* word joiner, operators, isolates */
	{ 0x3164, 0x3164 },	/* Hangul filler */
	{ 0xfdd0, 0xfdef },	/* noncharacters */
	{ 0xfe00, 0xfe0f },	/* variation selectors */
	{ 0xfeff, 0xfeff },	/* byte order mark */
	{ 0xffa0, 0xffa0 },	/* halfwidth Hangul filler */
	{ 0xfff0, 0xfffb },	/* unassigned, interlinear annotation */
	{ 0x1bca0, 0x1bca3 },	/* shorthand formatting */
	{ 0x1d173, 0x1d17a },	/* musical formatting */
	{ 0xe0000, 0xe0fff },	/* tags, more variation selectors */
};

size_t
text_decode(const void *bytes, size_t size, uint32_t *character)
{
	const uint8_t *octets = bytes;
	size_t i, octet;

	*character = octets[0];
	if (octets[0] < 0x80)
		return 1;
	for (i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++)
		if (octets[0] >= sequences[i].first_low &&
		    octets[0] <= sequences[i].first_high)
			break;
	if (i == sizeof(sequences) / sizeof(sequences[0]) ||
	    size < sequences[i].length ||
	    octets[1] < sequences[i].second_low ||
	    octets[1] > sequences[i].second_high)
		return 0;

	*character = octets[0] & sequences[i].mask;
	for (octet = 1; octet < sequences[i].length; octet++) {
		if ((octets[octet] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (octets[octet] & 0x3f);
	}
	return sequences[i].length;
}

static bool
is_invisible(uint32_t character)
{
	size_t i;

	if ((character & 0xfffe) == 0xfffe)	/* noncharacters of any plane */
		return true;
	for (i = 0; i < sizeof(invisible) / sizeof(invisible[0]); i++)
		if (character >= invisible[i].low &&
		    character <= invisible[i].high)
			return true;
	return false;
}

/*
 * Writes the first character of BYTES to PIECE as it is shown, with a NUL.
 * Returns how many octets of BYTES it takes.
 */
static size_t
show(const uint8_t *bytes, size_t size, char piece[static PIECE_SIZE])
{
	uint32_t character = 0;
	size_t length;

	if (bytes[0] == '\\') {
		memcpy(piece, "\\\\", sizeof("\\\\"));
		return 1;
	}
	if (bytes[0] >= 0x20 && bytes[0] < 0x7f) {
		piece[0] = (char)bytes[0];
		piece[1] = '\0';
		return 1;
	}
	length = text_decode(bytes, size, &character);
	if (length <= 1) {
		snprintf(piece, PIECE_SIZE, "\\x%02x", bytes[0]);
		return 1;
	}
	if (character < 0xa0) {		/* a C1 control: both of its octets */
		snprintf(piece, PIECE_SIZE, "\\x%02x\\x%02x", bytes[0],
		    bytes[1]);
	} else if (is_invisible(character)) {
		snprintf(piece, PIECE_SIZE, "\\u{%04x}",
		    (unsigned int)character);
	} else {
		memcpy(piece, bytes, length);
		piece[length] = '\0';
	}
	return length;
}

/*
 * A '#' that would be the second of "##", in the text or with what the text may
 * be put behind: see text.h.
 */
static bool
is_command(const uint8_t *bytes, const uint8_t *next)
{
	return next[0] == '#' && (next == bytes || next[-1] == '#');
}

char *
text_printable(const void *bytes, size_t size)
{
	const uint8_t *next = bytes;
	char text[TEXT_LIMIT + 1], piece[PIECE_SIZE];
	size_t length = 0, cut = 0, shown;

	while (size > 0) {
		shown = show(next, size, piece);
		if (is_command(bytes, next))
			snprintf(piece, PIECE_SIZE, "\\x%02x", *next);
		if (length + strlen(piece) > TEXT_LIMIT) {
			length = cut;
			memcpy(text + length, ellipsis, strlen(ellipsis));
			length += strlen(ellipsis);
			break;
		}
		memcpy(text + length, piece, strlen(piece));
		length += strlen(piece);
		if (length + strlen(ellipsis) <= TEXT_LIMIT)
			cut = length;
		next += shown;
		size -= shown;
	}
	return memory_copy(text, length);
}

bool
text_is_printable(const void *bytes, size_t size)
{
	const uint8_t *next = bytes, *end = next + size;
	uint32_t character;
	size_t length;

	while (next < end) {
		length = 1;
		if (is_command(bytes, next))
			return false;
		if (*next < 0x20 || *next >= 0x7f) {
			character = 0;
			length = text_decode(next, (size_t)(end - next),
			    &character);
			if (length == 0 || character < 0xa0 ||
			    is_invisible(character))
				return false;
		}
		next += length;
	}
	return true;
}

char *
text_hex(const uint8_t *bytes, size_t size)
{
	char *text;
	size_t i;

	text = memory_new(size + 1, 2);
	for (i = 0; i < size; i++) {
		text[2 * i] = hex_digits[bytes[i] >> 4];
		text[2 * i + 1] = hex_digits[bytes[i] & 0x0f];
	}
	return text;
}

char *
text_hex_short(const uint8_t *bytes, size_t size)
{
	char *digits = text_hex(bytes, size), *text;

	if (size <= HEX_WHOLE)
		return digits;
	text = memory_format("%.*s%s%s", HEX_HEAD, digits, ellipsis,
	    digits + 2 * size - HEX_TAIL);
	free(digits);
	return text;
}

int
text_digit(char character)
{
	const char *found = memchr(hex_digits,
	    tolower((unsigned char)character), strlen(hex_digits));

	return found == NULL ? -1 : (int)(found - hex_digits);
}

bool
text_from_hex(uint8_t *bytes, size_t size, const char *text)
{
	int high, low;
	size_t i;

	if (strlen(text) != 2 * size)
		return false;
	for (i = 0; i < size; i++) {
		high = text_digit(text[2 * i]);
		low = text_digit(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool
text_parse_number(const char *text, uint32_t most, uint32_t *number)
{
	const size_t digits = strspn(text, "0123456789");
	unsigned long long value;

	/* Ten digits hold every number that is asked for. */
	if (digits == 0 || digits > 10 || text[digits] != '\0')
		return false;
	value = strtoull(text, NULL, 10);
	*number = (uint32_t)value;
	return value >= 1 && value <= most;
}

/* Limited to years of four digits (RFC 3339 5.6). */
static struct tm
calendar(time_t when)
{
	static const struct tm first = { .tm_year = -1900, .tm_mday = 1 };
	static const struct tm last = {
		.tm_year = 9999 - 1900,
		.tm_mon = 11,
		.tm_mday = 31,
		.tm_hour = 23,
		.tm_min = 59,
		.tm_sec = 59,
	};
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL || tm.tm_year < first.tm_year ||
	    tm.tm_year > last.tm_year)
		return when < 0 ? first : last;
	return tm;
}

/*
 * Writes a number of COUNT digits to TEXT, and the character BEHIND them.
 * Returns where it ends. Reports are full of times, and printf is slow.
 */
static char *
put_digits(char *text, int number, int count, char behind)
{
	int i;

	for (i = count - 1; i >= 0; i--, number /= 10)
		text[i] = (char)('0' + number % 10);
	text[count] = behind;
	return text + count + 1;
}

char *
text_time(time_t when)
{
	const struct tm tm = calendar(when);
	char text[sizeof("9999-12-31T23:59:59Z")], *end;

	end = put_digits(text, tm.tm_year + 1900, 4, '-');
	end = put_digits(end, tm.tm_mon + 1, 2, '-');
	end = put_digits(end, tm.tm_mday, 2, 'T');
	end = put_digits(end, tm.tm_hour, 2, ':');
	end = put_digits(end, tm.tm_min, 2, ':');
	end = put_digits(end, tm.tm_sec, 2, 'Z');
	*end = '\0';
	return memory_string(text);
}

char *
text_date(time_t when)
{
	char *text = text_time(when);

	*strchr(text, 'T') = '\0';
	return text;
}

char *
text_duration(unsigned long seconds)
{
	static const struct {
		const char	*name;
		unsigned long	 seconds;
	} units[] = {
		{ "day", 24UL * 60 * 60 },
		{ "hour", 60UL * 60 },
		{ "minute", 60UL },
		{ "second", 1UL },
	};
	unsigned long count;
	size_t i = 0;

	while (seconds == 0 ? units[i].seconds > 1 :
	    seconds % units[i].seconds != 0)
		i++;
	count = seconds / units[i].seconds;
	return memory_format("%lu %s%s", count, units[i].name,
	    text_plural(count));
}

char *
text_seconds(double seconds)
{
	char *text = memory_format("%.3f", seconds), *word, *end;

	if (strchr(text, '.') != NULL) {
		end = text + strlen(text);
		while (end[-1] == '0')
			end--;
		end[end[-1] == '.' ? -1 : 0] = '\0';
	}
	word = memory_format("%s second%s", text,
	    strcmp(text, "1") == 0 ? "" : "s");
	free(text);
	return word;
}

const char *
text_plural(unsigned long count)
{
	return count == 1 ? "" : "s";
}
