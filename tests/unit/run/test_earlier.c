#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/recording.h"
#include "checker/report/report_json_read.h"
#include "checker/run/earlier.h"
#include "resolver/memory.h"
#include "tests/unit/support/scratch.h"

/* Where each has a time of its own, by which it can be told from the others. */
#define TIME_OF(minute) (1767225600 + 60 * (time_t)(minute))
#define REPORT(domain, minute) \
	"{\"domain\":\"" domain "\",\"verdict\":\"pass\"," \
	"\"checked_at\":\"2026-01-01T00:" minute ":00Z\",\"mx\":{}," \
	"\"hosts\":[]}"

struct test {
	uint8_t		*content;	/* owned */
	size_t		 size;
	char		*path;		/* owned; NULL: none yet */
	struct earlier	*earlier;	/* owned */
	char		*why;		/* owned */
};

static int
set_up(void **state)
{
	*state = memory_new(1, sizeof(struct test));
	return 0;
}

static int
tear_down(void **state)
{
	struct test *test = *state;

	earlier_close(test->earlier);
	if (test->path != NULL)
		unlink(test->path);
	free(test->path);
	free(test->content);
	free(test->why);
	free(test);
	return 0;
}

static void
append(struct test *test, const void *octets, size_t size)
{
	test->content = memory_resize(test->content, test->size + size + 1);
	memcpy(test->content + test->size, octets, size);
	test->size += size;
}

static void
append_text(struct test *test, const char *text)
{
	append(test, text, strlen(text));
}

static void
append_record(struct test *test, const char *domain, unsigned int minute)
{
	struct evidence *evidence = evidence_new(domain);
	size_t size, framed;
	uint8_t *facts, *frame;

	evidence->checked_at = TIME_OF(minute);
	facts = recording_encode(evidence, RECORDING_FACTS, &size);
	frame = recording_frame(domain, facts, size, &framed);
	append(test, frame, framed);
	free(frame);
	free(facts);
	evidence_free(evidence);
}

static void
open_content(struct test *test)
{
	test->path = scratch_file(test->content, test->size);
	test->earlier = earlier_open(test->path, &test->why);
}

static void
open_well(struct test *test)
{
	open_content(test);
	if (test->earlier == NULL)
		fail_msg("%s", test->why);
}

/* That it cannot be opened: "FILE" and WHAT. */
static void
expect_fault(struct test *test, const char *what)
{
	char *expected;

	open_content(test);
	assert_null(test->earlier);
	expected = memory_format("%s%s", test->path, what);
	assert_string_equal(test->why, expected);
	free(expected);
}

/* That it has DOMAIN, as of then. */
static void
expect(struct test *test, const char *domain, unsigned int minute,
    bool is_report)
{
	struct evidence *evidence;
	uint8_t *octets;
	bool judged;
	size_t size;

	octets = earlier_find(test->earlier, domain, &size, &test->why);
	assert_non_null(octets);
	assert_true(earlier_decode(octets, size, &evidence, &judged,
	    &test->why));
	assert_non_null(evidence);
	assert_string_equal(evidence->domain, domain);
	assert_int_equal(evidence->checked_at, TIME_OF(minute));
	assert_int_equal(judged, is_report);
	evidence_free(evidence);
	free(octets);
}

static void
expect_none(struct test *test, const char *domain)
{
	struct evidence *evidence;
	uint8_t *octets;
	bool judged;
	size_t size;

	octets = earlier_find(test->earlier, domain, &size, &test->why);
	assert_non_null(octets);
	assert_true(earlier_decode(octets, size, &evidence, &judged,
	    &test->why));
	assert_null(evidence);
	free(octets);
}

static void
test_empty(void **state)
{
	struct test *test = *state;

	append(test, "", 0);
	open_well(test);
	expect_none(test, "a.example");
}

/* Of a domain that is there more than once, the last counts. */
static void
test_records(void **state)
{
	struct test *test = *state;

	append_record(test, "c.example", 1);
	append_record(test, "a.example", 2);
	append_record(test, "b.example", 3);
	append_record(test, "c.example", 4);
	append_record(test, "d.example", 5);
	append_record(test, "c.example", 6);
	open_well(test);
	expect(test, "b.example", 3, false);
	expect(test, "c.example", 6, false);
	expect(test, "a.example", 2, false);
	expect(test, "d.example", 5, false);
	expect_none(test, "0.example");
	expect_none(test, "bb.example");
	expect_none(test, "z.example");
}

static void
test_record_is_cut_off(void **state)
{
	struct test *test = *state;
	char *what;

	append_record(test, "a.example", 1);
	what = memory_format(": at octet %zu: the record is cut off",
	    test->size);
	append_record(test, "b.example", 2);
	test->size--;
	expect_fault(test, what);
	free(what);
}

static void
test_lines(void **state)
{
	struct test *test = *state;

	append_text(test, REPORT("b.example", "01") "\n");
	append_text(test, "\n \t\r\n" REPORT("a.example", "02") "\r\n");
	append_text(test, REPORT("b.example", "03") "\n");
	/* Not as mxdane orders the keys, and with an escape in a name. */
	append_text(test, "{ \"verdict\": \"pass\", \"mx\": {}, "
	    "\"hosts\": [], \"checked_at\": \"2026-01-01T00:04:00Z\", "
	    "\"domain\": \"c.example\" }\n");
	append_text(test, REPORT("\\u0064.example", "05") "\n");
	/* And without a newline. */
	append_text(test, REPORT("e.example", "06"));
	open_well(test);
	expect(test, "a.example", 2, true);
	expect(test, "b.example", 3, true);
	expect(test, "c.example", 4, true);
	expect(test, "d.example", 5, true);
	expect(test, "e.example", 6, true);
	expect_none(test, "f.example");
}

static void
test_one_over_several_lines(void **state)
{
	struct test *test = *state;

	append_text(test, "{\n  \"domain\": \"a.example\",\n"
	    "  \"verdict\": \"pass\",\n  \"mx\": {},\n  \"hosts\": [],\n"
	    "  \"checked_at\": \"2026-01-01T00:01:00Z\"\n}\n");
	open_well(test);
	expect(test, "a.example", 1, true);
	expect_none(test, "b.example");
}

/* "jq -s" */
static void
test_array(void **state)
{
	struct test *test = *state;

	append_text(test, "[\n  " REPORT("a.example", "01") ",\n  "
	    REPORT("b.example", "02") "\n]\n");
	expect_fault(test, ": it is an array; of several reports, each must "
	    "be a line, as by \"jq -c '.[]'\"");
}

/* "jq ." */
static void
test_several_over_several_lines(void **state)
{
	static const char start[] = ": it is neither a record nor one report "
	    "in JSON, nor one a line: ";
	struct test *test = *state;

	append_text(test, "{\n  \"domain\": \"a.example\"\n}\n"
	    "{\n  \"domain\": \"b.example\"\n}\n");
	open_content(test);
	assert_null(test->earlier);
	assert_memory_equal(test->why + strlen(test->path), start,
	    sizeof(start) - 1);
}

static void
test_bad_line(void **state)
{
	static const char start[] = ", line 3: it is no report in JSON: ";
	struct test *test = *state;

	append_text(test, REPORT("a.example", "01") "\n\n"
	    "{\"domain\":17}\n" REPORT("c.example", "03") "\n");
	open_content(test);
	assert_null(test->earlier);
	assert_memory_equal(test->why + strlen(test->path), start,
	    sizeof(start) - 1);
}

/* What else users have, and may give by mistake. */
static void
test_other_files(void **state)
{
	static const char *const others[] = {
		"-----BEGIN CERTIFICATE-----\nMIIB\n",
		"a.example\n",
		"\"a.example\"\n",
		"{\"hosts\":[]}\n",
		"<?xml version=\"1.0\"?>\n",
	};
	struct test *test;
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (i > 0) {
			tear_down(state);
			set_up(state);
		}
		test = *state;
		append_text(test, others[i]);
		open_content(test);
		assert_null(test->earlier);
		assert_non_null(strstr(test->why, "it is neither a record nor "
		    "one report in JSON, nor one a line: "));
	}
}

static void
test_too_long(void **state)
{
	struct test *test = *state;
	size_t size = REPORT_JSON_READ_MAX + 10;
	char *line = memory_new(size, 1);

	memset(line, ' ', size);
	memcpy(line, "{\"domain\":\"b.example\"", 21);
	line[size - 1] = '}';
	append_text(test, REPORT("a.example", "01") "\n");
	append(test, line, size);
	free(line);
	expect_fault(test, ", line 2: it is no report in JSON: it is too long "
	    "for a report");
}

static void
test_not_a_file(void **state)
{
	static const char *const files[] = { "/", "/dev/null", "/dev/zero" };
	struct test *test = *state;
	char *expected;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		assert_null(earlier_open(files[i], &test->why));
		expected = memory_format("%s: it is not a regular file",
		    files[i]);
		assert_string_equal(test->why, expected);
		free(expected);
		free(test->why);
	}
	assert_null(earlier_open("/nonexistent/a", &test->why));
	assert_string_equal(test->why,
	    "/nonexistent/a: No such file or directory");
}

static void
test_shrinks(void **state)
{
	struct test *test = *state;
	char *expected;
	size_t size;

	append_text(test, REPORT("a.example", "01") "\n");
	append_text(test, REPORT("b.example", "02") "\n");
	open_well(test);
	assert_int_equal(truncate(test->path, 60), 0);
	assert_null(earlier_find(test->earlier, "b.example", &size,
	    &test->why));
	expected = memory_format("%s: it has become shorter", test->path);
	assert_string_equal(test->why, expected);
	free(expected);
}

/* An open file stays what it was when another takes its place. */
static void
test_is_replaced(void **state)
{
	struct test *test = *state;

	append_text(test, REPORT("a.example", "01") "\n");
	open_well(test);
	unlink(test->path);
	expect(test, "a.example", 1, true);
}

/* What a worker is handed may be no good after all. */
static void
test_decode_faults(void **state)
{
	static const char *const faults[] = { "R", "R\xa1", "Rtext", "J",
		"J{", "J[]" };
	struct test *test = *state;
	struct evidence *evidence;
	bool judged;
	size_t i;

	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		assert_false(earlier_decode((const uint8_t *)faults[i],
		    strlen(faults[i]), &evidence, &judged, &test->why));
		assert_non_null(test->why);
		free(test->why);
		test->why = NULL;
		assert_null(evidence);
	}
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_empty),
		TEST(test_records),
		TEST(test_record_is_cut_off),
		TEST(test_lines),
		TEST(test_one_over_several_lines),
		TEST(test_array),
		TEST(test_several_over_several_lines),
		TEST(test_bad_line),
		TEST(test_other_files),
		TEST(test_too_long),
		TEST(test_not_a_file),
		TEST(test_shrinks),
		TEST(test_is_replaced),
		TEST(test_decode_faults),
	};

	return cmocka_run_group_tests_name("earlier", tests, NULL, NULL);
}
