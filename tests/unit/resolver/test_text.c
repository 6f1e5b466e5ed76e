#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "resolver/memory.h"
#include "resolver/text.h"
#include "tests/unit/support/table.h"

#define TEXT(string) string, sizeof(string) - 1

static const struct printable_row {
	const char	*name;
	const char	*bytes;
	size_t		 size;
	const char	*text;
} printable_rows[] = {
	{ "empty", TEXT(""), "" },
	{ "ASCII", TEXT("220 mx.example ready"), "220 mx.example ready" },
	{ "UTF-8", TEXT("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x93\xa7"),
	    "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x93\xa7" },
	{ "backslash", TEXT("a\\x41"), "a\\\\x41" },

	/* control characters */
	{ "NUL", TEXT("a\0b"), "a\\x00b" },
	{ "tab, CR, LF", TEXT("\t\r\n"), "\\x09\\x0d\\x0a" },
	{ "escape sequence", TEXT("\x1b[31mred\x1b[0m"),
	    "\\x1b[31mred\\x1b[0m" },
	{ "DEL", TEXT("\x7f"), "\\x7f" },
	{ "C1 controls", TEXT("\xc2\x80\xc2\x9f"), "\\xc2\\x80\\xc2\\x9f" },
	{ "no-break space", TEXT("\xc2\xa0"), "\xc2\xa0" },

	/* commands to a runner of CI jobs */
	{ "one sign", TEXT("a#[b] #"), "a#[b] #" },
	{ "two signs", TEXT("a##[b]"), "a#\\x23[b]" },
	{ "three signs", TEXT("a###"), "a#\\x23\\x23" },
	{ "a sign that may follow another", TEXT("#[a] #"), "\\x23[a] #" },
	{ "nothing but signs", TEXT("##"), "\\x23\\x23" },
	{ "signs and a joiner", TEXT("a#\xe2\x80\x8d#[b]"),
	    "a#\\u{200d}#[b]" },

	/* invalid UTF-8 (RFC 3629 3, 4) */
	{ "lone continuation", TEXT("\x80"), "\\x80" },
	{ "0xff and 0xfe", TEXT("\xff\xfe"), "\\xff\\xfe" },
	{ "overlong NUL", TEXT("\xc0\x80"), "\\xc0\\x80" },
	{ "overlong of two octets", TEXT("\xc1\xbf"), "\\xc1\\xbf" },
	{ "overlong of three octets", TEXT("\xe0\x9f\xbf"), "\\xe0\\x9f\\xbf" },
	{ "overlong of four octets", TEXT("\xf0\x8f\xbf\xbf"),
	    "\\xf0\\x8f\\xbf\\xbf" },
	{ "surrogate", TEXT("\xed\xa0\x80"), "\\xed\\xa0\\x80" },
	{ "last before the surrogates", TEXT("\xed\x9f\xbf"), "\xed\x9f\xbf" },
	{ "beyond U+10FFFF", TEXT("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80" },
	{ "0xf5", TEXT("\xf5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80" },
	{ "cut short", TEXT("\xe2\x82"), "\\xe2\\x82" },
	{ "cut short by a letter", TEXT("\xe2\x82z"), "\\xe2\\x82z" },
	{ "cut short, four octets", TEXT("\xf0\x9f\x93"), "\\xf0\\x9f\\x93" },
	{ "cut short, two octets", TEXT("\xc3"), "\\xc3" },
	{ "good after bad", TEXT("\xc3\xc3\xa9"), "\\xc3\xc3\xa9" },

	/* characters that are invisible, or that move others */
	{ "override", TEXT("\xe2\x80\xaegro"), "\\u{202e}gro" },
	{ "isolates", TEXT("\xe2\x81\xa6\xe2\x81\xa9"), "\\u{2066}\\u{2069}" },
	{ "marks", TEXT("\xd8\x9c\xe2\x80\x8e"), "\\u{061c}\\u{200e}" },
	{ "zero-width space", TEXT("pay\xe2\x80\x8bpal"), "pay\\u{200b}pal" },
	{ "soft hyphen, byte order mark", TEXT("\xc2\xad\xef\xbb\xbf"),
	    "\\u{00ad}\\u{feff}" },
	{ "line and paragraph separators", TEXT("\xe2\x80\xa8\xe2\x80\xa9"),
	    "\\u{2028}\\u{2029}" },
	{ "tag", TEXT("\xf3\xa0\x81\x81"), "\\u{e0041}" },
	{ "noncharacters", TEXT("\xef\xbf\xbf\xef\xb7\x90"),
	    "\\u{ffff}\\u{fdd0}" },
	{ "variation selectors", TEXT("\xef\xb8\x8f\xf3\xa0\x84\x80"),
	    "\\u{fe0f}\\u{e0100}" },
	{ "last code point", TEXT("\xf4\x8f\xbf\xbf"), "\\u{10ffff}" },
};

static void
test_printable(void **state)
{
	const struct printable_row *row = *state;
	char *text = text_printable(row->bytes, row->size);

	assert_string_equal(text, row->text);
	assert_true(text_is_printable(text, strlen(text)));
	/* Nothing but backslashes is changed in what is printable. */
	assert_true(text_is_printable(row->bytes, row->size) ==
	    (memcmp(row->bytes, text, row->size) == 0 ||
	    memchr(row->bytes, '\\', row->size) != NULL));
	free(text);
}

static void
test_is_printable(void **state)
{
	char *text = memory_new(10 * TEXT_LIMIT, 1);

	(void)state;
	assert_true(text_is_printable("", 0));
	assert_true(text_is_printable("\\x1b \xc3\xbc", 7));
	assert_false(text_is_printable("a\0b", 3));
	assert_false(text_is_printable("\t", 1));
	assert_false(text_is_printable("a\x7f", 2));
	assert_false(text_is_printable("\xc2\x9b", 2));
	assert_false(text_is_printable("\xe2\x80\xae", 3));
	assert_false(text_is_printable("a##", 3));
	assert_false(text_is_printable("#a", 2));
	/* The end is cut off. */
	assert_false(text_is_printable("\xc3\xbc", 1));
	/* However long it is. */
	memset(text, 'a', 10 * TEXT_LIMIT);
	assert_true(text_is_printable(text, 10 * TEXT_LIMIT));
	free(text);
}

static void
test_limit(void **state)
{
	static const char sign[] = "\xe2\x82\xac";
	char bytes[3 * TEXT_LIMIT];
	char *text;
	size_t i;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	text = text_printable(bytes, TEXT_LIMIT);
	assert_int_equal(strlen(text), TEXT_LIMIT);
	assert_int_equal(text[TEXT_LIMIT - 1], 'x');
	free(text);

	text = text_printable(bytes, TEXT_LIMIT + 1);
	assert_int_equal(strlen(text), TEXT_LIMIT);
	assert_string_equal(text + TEXT_LIMIT - 4, "x...");
	free(text);

	/* It is cut between characters: 3 * 340 octets and the dots. */
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = sign[i % 3];
	text = text_printable(bytes, sizeof(bytes));
	assert_int_equal(strlen(text), 3 * 340 + 3);
	assert_string_equal(text + 3 * 339, "\xe2\x82\xac...");
	free(text);

	/* And between escapes. */
	memset(bytes, 0x1b, sizeof(bytes));
	text = text_printable(bytes, sizeof(bytes));
	assert_int_equal(strlen(text), 4 * 255 + 3);
	assert_string_equal(text + 4 * 254, "\\x1b...");
	free(text);
}

static void
test_hex(void **state)
{
	static const uint8_t bytes[] = { 0x00, 0x09, 0xaf, 0xff };
	char *text;

	(void)state;
	text = text_hex(bytes, sizeof(bytes));
	assert_string_equal(text, "0009afff");
	free(text);
	text = text_hex(NULL, 0);
	assert_string_equal(text, "");
	free(text);
}

static const struct time_row {
	const char	*name;
	int64_t		 when;
	const char	*text;
} time_rows[] = {
	{ "epoch", 0, "1970-01-01T00:00:00Z" },
	{ "before the epoch", -1, "1969-12-31T23:59:59Z" },
	{ "noon", 1769860800, "2026-01-31T12:00:00Z" },
	{ "beyond 2038", INT64_C(2147483648), "2038-01-19T03:14:08Z" },
	{ "last second of 9999", INT64_C(253402300799),
	    "9999-12-31T23:59:59Z" },
	{ "first second of 10000", INT64_C(253402300800),
	    "9999-12-31T23:59:59Z" },
	{ "end of time", INT64_MAX, "9999-12-31T23:59:59Z" },
	{ "the year 10", INT64_C(-61851600000), "0010-01-01T00:00:00Z" },
	{ "beginning of time", INT64_MIN, "0000-01-01T00:00:00Z" },
};

static void
test_time(void **state)
{
	const struct time_row *row = *state;
	char *text = text_time((time_t)row->when);

	assert_string_equal(text, row->text);
	free(text);
	text = text_date((time_t)row->when);
	assert_int_equal(strlen(text), 10);
	assert_memory_equal(text, row->text, 10);
	free(text);
}

static const struct number_row {
	const char	*name;		/* the text */
	uint32_t	 most;
	uint32_t	 number;	/* 0: refused */
} number_rows[] = {
	{ "1", 65535, 1 },
	{ "65535", 65535, 65535 },
	{ "0025", 65535, 25 },
	{ "4294967295", UINT32_MAX, UINT32_MAX },
	{ "", 65535, 0 },
	{ "0", 65535, 0 },
	{ "65536", 65535, 0 },
	{ "4294967296", UINT32_MAX, 0 },
	{ "18446744073709551617", UINT32_MAX, 0 },
	{ "+1", 65535, 0 },
	{ "-1", UINT32_MAX, 0 },
	{ " 1", 65535, 0 },
	{ "1 ", 65535, 0 },
	{ "25x", 65535, 0 },
	{ "0x19", 65535, 0 },
};

static void
test_parse_number(void **state)
{
	const struct number_row *row = *state;
	uint32_t number = 0;

	assert_int_equal(text_parse_number(row->name, row->most, &number),
	    row->number != 0);
	if (row->number != 0)
		assert_int_equal(number, row->number);
}

static const struct duration_row {
	const char	*name;		/* the text */
	unsigned long	 seconds;
} duration_rows[] = {
	{ "0 seconds", 0 },
	{ "1 second", 1 },
	{ "59 seconds", 59 },
	{ "1 minute", 60 },
	{ "90 seconds", 90 },
	{ "90 minutes", 5400 },
	{ "1 hour", 3600 },
	{ "2 hours", 7200 },
	{ "1 day", 86400 },
	{ "86401 seconds", 86401 },
	{ "2 days", 172800 },
	{ "4294967295 seconds", 4294967295 },
};

static void
test_duration(void **state)
{
	const struct duration_row *row = *state;
	char *text = text_duration(row->seconds);

	assert_string_equal(text, row->name);
	free(text);
}

static const struct seconds_row {
	const char	*name;		/* the text */
	double		 seconds;
} seconds_rows[] = {
	{ "0 seconds", 0 },
	{ "0.5 seconds", 0.5 },
	{ "0.001 seconds", 0.0012 },
	{ "1 second", 1 },
	{ "1 second", 0.9999 },
	{ "1.001 seconds", 1.001 },
	{ "1.5 seconds", 1.5 },
	{ "10 seconds", 10 },
	{ "600 seconds", 600 },
	{ "1234567 seconds", 1234567 },
};

static void
test_seconds(void **state)
{
	const struct seconds_row *row = *state;
	char *text = text_seconds(row->seconds);

	assert_string_equal(text, row->name);
	free(text);
}

static void
test_plural(void **state)
{
	(void)state;
	assert_string_equal(text_plural(0), "s");
	assert_string_equal(text_plural(1), "");
	assert_string_equal(text_plural(2), "s");
}

static void
test_memory(void **state)
{
	char *text, *none = memory_string(NULL);
	int *numbers = NULL;
	int i;

	(void)state;
	assert_null(none);
	for (i = 0; i < 100; i++) {
		numbers = memory_grow(numbers, (size_t)i, sizeof(*numbers));
		assert_int_equal(numbers[i], 0);
		numbers[i] = i;
	}
	for (i = 0; i < 100; i++)
		assert_int_equal(numbers[i], i);
	free(numbers);

	text = memory_copy("a\0b", 3);
	assert_memory_equal(text, "a\0b\0", 4);
	free(text);
	text = memory_join(NULL, ", ", "a");
	text = memory_join(text, ", ", "b");
	assert_string_equal(text, "a, b");
	free(text);
	text = memory_format("%s %d", "port", 25);
	assert_string_equal(text, "port 25");
	free(text);
}

static void
test_join_all(void **state)
{
	static char a[] = "a", empty[] = "", b[] = "bc";
	static char *const texts[] = { a, empty, b };
	char *text;

	(void)state;
	text = memory_join_all(texts, 3, ", ");
	assert_string_equal(text, "a, , bc");
	free(text);
	text = memory_join_all(texts, 1, ", ");
	assert_string_equal(text, "a");
	free(text);
	text = memory_join_all(NULL, 0, ", ");
	assert_string_equal(text, "");
	free(text);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_printable, printable_rows),
		TABLE_ALONE(test_is_printable),
		TABLE_ALONE(test_limit),
		TABLE_ALONE(test_hex),
		TABLE(test_time, time_rows),
		TABLE(test_parse_number, number_rows),
		TABLE(test_duration, duration_rows),
		TABLE(test_seconds, seconds_rows),
		TABLE_ALONE(test_plural),
		TABLE_ALONE(test_memory),
		TABLE_ALONE(test_join_all),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
