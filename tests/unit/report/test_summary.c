/*
 * The counts of a run: of which domains and hosts, and in what JSON.
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

#include "checker/evidence/evidence.h"
#include "checker/report/summary.h"
#include "resolver/memory.h"
#include "tests/unit/support/table.h"

static struct evidence *
domain_new(const char *domain, enum verdict verdict, const char *host,
    enum verdict host_verdict)
{
	struct evidence *evidence = evidence_new(domain);

	evidence->judged.verdict = verdict;
	if (host == NULL)
		return evidence;
	evidence->hosts = memory_new(1, sizeof(*evidence->hosts));
	evidence->host_count = evidence->host_total = 1;
	evidence->hosts->name = memory_string(host);
	evidence->hosts->judged.verdict = host_verdict;
	return evidence;
}

static void
add(struct summary *summary, const char *domain, enum verdict verdict,
    const char *host, enum verdict host_verdict)
{
	struct evidence *evidence = domain_new(domain, verdict, host,
	    host_verdict);

	summary_add(summary, evidence);
	evidence_free(evidence);
}

/* Owned by the caller. */
static json_t *
written(const struct summary *summary, const struct summary_run *run)
{
	json_t *object;
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	summary_write(summary, run, out);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(text[size - 1], '\n');
	object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(object);
	free(text);
	return object;
}

static json_int_t
number(const json_t *object, const char *key)
{
	assert_true(json_is_integer(json_object_get(object, key)));
	return json_integer_value(json_object_get(object, key));
}

static void
test_counts(void **state)
{
	static char program[] = "mxdane", option[] = "-\"\xff";
	static char *const words[] = { program, option };
	const struct summary_run run = { words, 2, 1000, 2000, true };
	struct summary *summary = summary_new();
	json_t *object, *hosts, *verdicts;

	(void)state;
	add(summary, "a.example", VERDICT_PASS, "mx.example", VERDICT_PASS);
	add(summary, "b.example", VERDICT_FAIL, "mx.example", VERDICT_FAIL);
	add(summary, "c.example", VERDICT_FAIL, "mx.example", VERDICT_FAIL);
	add(summary, "d.example", VERDICT_FAIL, "\\034x.example",
	    VERDICT_ABSENT);
	add(summary, "e.example", VERDICT_UNKNOWN, NULL, VERDICT_ABSENT);
	object = written(summary, &run);
	assert_int_equal(number(object, "domains"), 5);
	verdicts = json_object_get(object, "verdicts");
	assert_int_equal(number(verdicts, "pass"), 1);
	assert_int_equal(number(verdicts, "fail"), 3);
	assert_int_equal(number(verdicts, "unknown"), 1);
	assert_int_equal(number(verdicts, "none"), 0);
	hosts = json_object_get(object, "mx_hosts");
	assert_int_equal(json_object_size(hosts), 2);
	assert_int_equal(number(json_object_get(hosts, "mx.example"), "fail"),
	    2);
	assert_int_equal(json_object_size(json_object_get(hosts,
	    "\\034x.example")), 0);
	assert_string_equal(json_string_value(json_object_get(object,
	    "ended_at")), "1970-01-01T00:33:20Z");
	assert_true(json_is_true(json_object_get(object, "complete")));
	assert_int_equal(json_array_size(json_object_get(object, "command")),
	    2);
	json_decref(object);
	summary_free(summary);
}

static void
test_nothing(void **state)
{
	const struct summary_run run = { NULL, 0, 1000, 1000, false };
	struct summary *summary = summary_new();
	json_t *object = written(summary, &run);

	(void)state;
	assert_int_equal(number(object, "domains"), 0);
	assert_true(json_is_null(json_object_get(object, "tool")));
	assert_true(json_is_false(json_object_get(object, "complete")));
	assert_int_equal(json_object_size(json_object_get(object,
	    "mx_hosts")), 0);
	json_decref(object);
	summary_free(summary);
	summary_free(NULL);
}

/* Memory does not grow with the list. */
static void
test_limit(void **state)
{
	const struct summary_run run = { NULL, 0, 1000, 1000, true };
	struct summary *summary = summary_new();
	json_t *object, *hosts;
	char name[32];
	size_t i;

	(void)state;
	for (i = 0; i < SUMMARY_HOSTS_MAX + 3; i++) {
		snprintf(name, sizeof(name), "mx%zu.example", i);
		add(summary, "example", VERDICT_NONE, name, VERDICT_NONE);
	}
	/* One of those that are counted. */
	add(summary, "example", VERDICT_PASS, "mx0.example", VERDICT_PASS);
	object = written(summary, &run);
	assert_int_equal(number(object, "domains"), SUMMARY_HOSTS_MAX + 4);
	assert_int_equal(number(object, "mx_hosts_left_out"), 3);
	hosts = json_object_get(object, "mx_hosts");
	assert_int_equal(json_object_size(hosts), SUMMARY_HOSTS_MAX);
	assert_int_equal(number(json_object_get(hosts, "mx0.example"), "pass"),
	    1);
	json_decref(object);
	summary_free(summary);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_ALONE(test_counts),
		TABLE_ALONE(test_nothing),
		TABLE_ALONE(test_limit),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
