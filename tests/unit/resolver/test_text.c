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

#define TEXT(string) string, sizeof(string) - 1

static void
test_printable(void **state)
{
	static const struct {
		const char	*bytes;
		size_t		 size;
		const char	*text;
	} rows[] = {
		{ TEXT(""), "" },
		{ TEXT("220 mx.example ready"), "220 mx.example ready" },
		{ TEXT("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x93\xa7"),
		    "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x93\xa7" },
		{ TEXT("a\\x41"), "a\\\\x41" },

		/* control characters */
		{ TEXT("a\0b"), "a\\x00b" },
		{ TEXT("\t\r\n"), "\\x09\\x0d\\x0a" },
		{ TEXT("\x1b[31mred\x1b[0m"), "\\x1b[31mred\\x1b[0m" },
		{ TEXT("\x7f"), "\\x7f" },
		{ TEXT("\xc2\x80\xc2\x9f"), "\\xc2\\x80\\xc2\\x9f" },
		{ TEXT("\xc2\xa0"), "\xc2\xa0" },

		/* no UTF-8 (RFC 3629 3, 4) */
		{ TEXT("\x80"), "\\x80" },
		{ TEXT("\xff\xfe"), "\\xff\\xfe" },
		{ TEXT("\xc0\x80"), "\\xc0\\x80" },
		{ TEXT("\xc1\xbf"), "\\xc1\\xbf" },
		{ TEXT("\xe0\x9f\xbf"), "\\xe0\\x9f\\xbf" },
		{ TEXT("\xf0\x8f\xbf\xbf"), "\\xf0\\x8f\\xbf\\xbf" },
		{ TEXT("\xed\xa0\x80"), "\\xed\\xa0\\x80" },
		{ TEXT("\xed\x9f\xbf"), "\xed\x9f\xbf" },
		{ TEXT("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80" },
		{ TEXT("\xf5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80" },
		{ TEXT("\xe2\x82"), "\\xe2\\x82" },
		{ TEXT("\xe2\x82z"), "\\xe2\\x82z" },
		{ TEXT("\xf0\x9f\x93"), "\\xf0\\x9f\\x93" },
		{ TEXT("\xc3"), "\\xc3" },
		{ TEXT("\xc3\xc3\xa9"), "\\xc3\xc3\xa9" },

		/* what cannot be seen, or moves what is seen */
		{ TEXT("\xe2\x80\xaegro"), "\\u{202e}gro" },
		{ TEXT("\xe2\x81\xa6\xe2\x81\xa9"), "\\u{2066}\\u{2069}" },
		{ TEXT("\xd8\x9c\xe2\x80\x8e"), "\\u{061c}\\u{200e}" },
		{ TEXT("pay\xe2\x80\x8bpal"), "pay\\u{200b}pal" },
		{ TEXT("\xc2\xad\xef\xbb\xbf"), "\\u{00ad}\\u{feff}" },
		{ TEXT("\xe2\x80\xa8\xe2\x80\xa9"), "\\u{2028}\\u{2029}" },
		{ TEXT("\xf3\xa0\x81\x81"), "\\u{e0041}" },
		{ TEXT("\xef\xbf\xbf\xef\xb7\x90"), "\\u{ffff}\\u{fdd0}" },
		{ TEXT("\xf4\x8f\xbf\xbf"), "\\u{10ffff}" },
	};
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text = text_printable(rows[i].bytes, rows[i].size);
		assert_string_equal(text, rows[i].text);
		free(text);
	}
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

static void
test_time(void **state)
{
	static const struct {
		int64_t		 when;
		const char	*text;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ -1, "1969-12-31T23:59:59Z" },
		{ 1769860800, "2026-01-31T12:00:00Z" },
		{ INT64_C(2147483648), "2038-01-19T03:14:08Z" },
		{ INT64_C(253402300799), "9999-12-31T23:59:59Z" },
		{ INT64_C(253402300800), "9999-12-31T23:59:59Z" },
		{ INT64_MAX, "9999-12-31T23:59:59Z" },
		{ INT64_C(-61851600000), "0010-01-01T00:00:00Z" },
		{ INT64_MIN, "0000-01-01T00:00:00Z" },
	};
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text = text_time((time_t)rows[i].when);
		assert_string_equal(text, rows[i].text);
		free(text);
		text = text_date((time_t)rows[i].when);
		assert_int_equal(strlen(text), 10);
		assert_memory_equal(text, rows[i].text, 10);
		free(text);
	}
}

static void
test_duration(void **state)
{
	static const struct {
		unsigned long	 seconds;
		const char	*text;
	} rows[] = {
		{ 0, "0 seconds" },
		{ 1, "1 second" },
		{ 59, "59 seconds" },
		{ 60, "1 minute" },
		{ 90, "90 seconds" },
		{ 5400, "90 minutes" },
		{ 3600, "1 hour" },
		{ 7200, "2 hours" },
		{ 86400, "1 day" },
		{ 86401, "86401 seconds" },
		{ 172800, "2 days" },
		{ 4294967295, "4294967295 seconds" },
	};
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text = text_duration(rows[i].seconds);
		assert_string_equal(text, rows[i].text);
		free(text);
	}
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
	text = memory_format("%s %d", "port", 25);
	assert_string_equal(text, "port 25");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_printable),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_duration),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
