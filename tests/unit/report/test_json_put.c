/*
 * What json_put.h writes, as jansson reads it: the same values, and octet for
 * octet what jansson would write, but for "##".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "checker/report/json_put.h"
#include "tests/unit/support/table.h"

struct written {
	struct json_put	 json;
	char		*text;
	size_t		 size;
};

static void
written_init(struct written *written)
{
	memset(written, 0, sizeof(*written));
	written->json.out = open_memstream(&written->text, &written->size);
	assert_non_null(written->json.out);
}

static const char *
written_text(struct written *written)
{
	json_put_line_end(&written->json);
	assert_int_equal(fclose(written->json.out), 0);
	return written->text;
}

static void
test_values(void **state)
{
	struct written written;
	struct json_put *json = &written.json;

	(void)state;
	written_init(&written);
	json_put_object(json, NULL);
	json_put_text(json, "a", NULL);
	json_put_owned(json, "b", strdup("x"));
	json_put_owned(json, "c", NULL);
	json_put_array(json, "d");
	json_put_array_end(json);
	json_put_array(json, "e");
	json_put_object(json, NULL);
	json_put_object_end(json);
	json_put_object(json, NULL);
	json_put_number(json, "f", -1);
	json_put_flag(json, "g", true);
	json_put_object_end(json);
	json_put_flag(json, NULL, false);
	json_put_array_end(json);
	json_put_number(json, "h", INTMAX_MAX);
	json_put_object_end(json);
	assert_string_equal(written_text(&written),
	    "{\"a\":null,\"b\":\"x\",\"c\":null,\"d\":[],"
	    "\"e\":[{},{\"f\":-1,\"g\":true},false],"
	    "\"h\":9223372036854775807}\n");
	free(written.text);
}

/* One value a line, whoever begins. */
static void
test_lines(void **state)
{
	struct written written;

	(void)state;
	written_init(&written);
	json_put_text(&written.json, NULL, "x");
	json_put_line_end(&written.json);
	json_put_number(&written.json, NULL, 2);
	assert_string_equal(written_text(&written), "\"x\"\n2\n");
	free(written.text);
}

static const struct string_row {
	const char	*name;
	const char	*text;
	const char	*json;	/* NULL: what jansson writes */
} string_rows[] = {
	{ "empty", "", NULL },
	{ "a quote and a backslash", "\"\\/", NULL },
	{ "every control character", "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a"
	    "\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a"
	    "\x1b\x1c\x1d\x1e\x1f", NULL },
	{ "two octets", "caf\xc3\xa9\xc2\x80\xdf\xbf", NULL },
	{ "three octets", "\xe2\x82\xac\xef\xbf\xbf\xe0\xa0\x80", NULL },
	{ "four octets", "\xf0\x9f\x93\xa7\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
	    NULL },
	{ "single signs", "# #[a] x#", NULL },
	{ "two signs", "##[a]", "\"#\\u0023[a]\"" },
	{ "four signs", "####", "\"#\\u0023\\u0023\\u0023\"" },
	{ "signs and an escape", "#\\##", "\"#\\\\#\\u0023\"" },
	{ "no UTF-8", "a\xff" "b\xc3", "\"a\\\\xffb\\\\xc3\"" },
	{ "a surrogate", "\xed\xa0\x80", "\"\\\\xed\\\\xa0\\\\x80\"" },
	{ "DEL", "\x7f", "\"\\u007F\"" },
};

static void
test_string(void **state)
{
	const struct string_row *row = *state;
	struct written written;
	json_t *value = json_string(row->text), *read;
	char *expected;

	expected = row->json != NULL ? strdup(row->json) :
	    json_dumps(value, JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
	written_init(&written);
	json_put_text(&written.json, NULL, row->text);
	written_text(&written);
	written.text[written.size - 1] = '\0';
	assert_string_equal(written.text, expected);
	/* And read, it is what it was. */
	read = json_loads(written.text, JSON_DECODE_ANY, NULL);
	assert_non_null(read);
	if (value != NULL)
		assert_string_equal(json_string_value(read), row->text);
	json_decref(read);
	json_decref(value);
	free(expected);
	free(written.text);
}

int
main(void)
{
	const struct table tables[] = {
		TABLE_ALONE(test_values),
		TABLE_ALONE(test_lines),
		TABLE(test_string, string_rows),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
