/*
 * What there is no time or room for: it is said, and nothing is established by
 * it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/judge/judge.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/match_cases.h"
#include "tests/unit/support/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct issued **world;

/* Late from the so many'th question on. */
static bool
is_late(void *clock)
{
	int *left = clock;

	return (*left)-- <= 0;
}

static void
judge_until(struct evidence *evidence, int questions)
{
	int left = questions;
	const struct judge_options options = {
		.is_late = is_late,
		.clock = &left,
	};

	judge(evidence, &options);
}

static const struct late_row {
	const char	*name;
	const char	*published[2];	/* of the CA with usage 2, else of the
					 * leaf; the second of another one */
	int		 questions;	/* before it is late */
	enum verdict	 verdict;
	enum match_status status;	/* of the first record */
} late_rows[] = {
	{ "usage 2, late", { "2 1 1", NULL }, 0, VERDICT_UNKNOWN,
	    MATCH_UNTRIED },
	{ "usage 2, late for the signature", { "2 1 1", NULL }, 1,
	    VERDICT_UNKNOWN, MATCH_UNTRIED },
	{ "usage 2, in time", { "2 1 1", NULL }, 1000, VERDICT_PASS,
	    MATCH_MATCH },
	{ "usage 3 takes no time", { "3 1 1", NULL }, 0, VERDICT_PASS,
	    MATCH_MATCH },
	{ "usage 3 of another key is established", { NULL, "3 1 1" }, 0,
	    VERDICT_FAIL, MATCH_MISMATCH },
	{ "usage 2 of nothing that is sent, too", { NULL, "2 1 1" }, 0,
	    VERDICT_FAIL, MATCH_MISMATCH },
	{ "one that matches is enough", { "2 1 1", "3 1 1" }, 1000,
	    VERDICT_PASS, MATCH_MATCH },
};

/* The most severe finding about a limit, or NULL. */
static const struct finding *
limit_of(const struct evidence *evidence)
{
	const struct finding_list *list = &evidence->judged.findings;
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (list->items[i].code == FINDING_LIMIT_REACHED)
			return &list->items[i];
	}
	return NULL;
}

static void
publish(struct host_evidence *host, const char *kind, bool other)
{
	if (kind == NULL)
		return;
	if (kind[0] == '2')
		match_world_publish(host, world, kind,
		    other ? OTHER_ROOT : INTERMEDIATE);
	else
		match_world_publish(host, world, kind,
		    other ? LEAF_OTHER : LEAF);
}

static void
test_late(void **state)
{
	static const enum who sent[MATCH_SENT_MAX] = { LEAF, INTERMEDIATE };
	const struct late_row *row = *state;
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	const struct finding *limit;

	evidence->checked_at = CERTIFICATES_NOW;
	publish(host, row->published[0], false);
	publish(host, row->published[1], true);
	match_world_present(host, world, "192.0.2.1", sent);
	judge_until(evidence, row->questions);
	assert_int_equal(evidence->judged.verdict, row->verdict);
	assert_int_equal(host->endpoints[0].handshakes[0].judged
	    .matches[0].status, row->status);
	limit = limit_of(evidence);
	if (row->status == MATCH_UNTRIED) {
		assert_non_null(limit);
		assert_int_equal(limit->severity, SEVERITY_ERROR);
		assert_string_equal(limit->place.host, "mx.example.org");
		assert_false(finding_list_has(&evidence->judged.findings,
		    FINDING_NO_RECORD_MATCHES));
	} else if (limit != NULL) {
		assert_int_equal(limit->severity, SEVERITY_WARNING);
	}
	evidence_free(evidence);
}

/*
 * A record that was not tried is not called stale, and no advice is given that
 * was not tried.
 */
static void
test_nothing_is_removed(void **state)
{
	static const enum who sent[MATCH_SENT_MAX] = { LEAF, INTERMEDIATE };
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");
	const struct finding_list *list = &evidence->judged.findings;
	size_t i;

	(void)state;
	evidence->checked_at = CERTIFICATES_NOW;
	publish(host, "2 1 1", false);
	publish(host, "2 0 1", false);
	publish(host, "3 1 1", false);
	match_world_present(host, world, "192.0.2.1", sent);
	judge_until(evidence, 0);
	assert_int_equal(evidence->judged.verdict, VERDICT_PASS);
	assert_non_null(limit_of(evidence));
	for (i = 0; i < list->count; i++) {
		assert_int_not_equal(list->items[i].code,
		    FINDING_COMBINATION_UNCOVERED);
		assert_int_equal(advice_list_count(&list->items[i].advice,
		    ADVICE_REMOVE), 0);
	}
	evidence_free(evidence);
}

/* A host with as many records as there may be, none of which can be used. */
static void
add_unusable(struct evidence *evidence, const char *name)
{
	struct host_evidence *host = fixture_host(evidence, name);
	uint8_t data[2];
	const struct tlsa record = { .usage = 3, .selector = 1,
		.matching_type = 1, .data = data, .size = sizeof(data) };
	size_t i;

	for (i = 0; i < ANSWER_RECORDS_MAX; i++) {
		data[0] = (uint8_t)(i >> 8);
		data[1] = (uint8_t)i;
		fixture_tlsa(host, &record);
	}
}

/* What decides the verdict is reported, though thousands come before it. */
static void
test_findings(void **state)
{
	struct evidence *evidence = fixture_domain("example.org");
	const struct finding_list *list = &evidence->judged.findings;
	const struct finding *limit;
	struct host_evidence *host;
	char *name;
	size_t i;

	(void)state;
	for (i = 0; i < EVIDENCE_HOSTS_MAX - 1; i++) {
		name = memory_format("mx%zu.example.org", i);
		add_unusable(evidence, name);
		fixture_endpoint(&evidence->hosts[i], "192.0.2.1",
		    OUTCOME_CONNECT_FAILED, NULL);
		free(name);
	}
	host = fixture_host(evidence, "last.example.org");
	match_world_publish(host, world, "3 1 1", LEAF);
	fixture_endpoint(host, "192.0.2.2", OUTCOME_STARTTLS_NOT_OFFERED,
	    NULL);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_FAIL);
	assert_int_equal(list->count, FINDINGS_MAX + 1);
	assert_true(finding_list_has(list, FINDING_STARTTLS_NOT_OFFERED));
	assert_int_equal(evidence_main_finding(evidence)->code,
	    FINDING_STARTTLS_NOT_OFFERED);
	limit = limit_of(evidence);
	assert_non_null(limit);
	assert_non_null(strstr(limit->text, "findings are left out"));
	evidence_free(evidence);
}

/* Whether a finding about a limit says TEXT. */
static bool
is_limited(const struct evidence *evidence, const char *text)
{
	const struct finding_list *list = &evidence->judged.findings;
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (list->items[i].code == FINDING_LIMIT_REACHED &&
		    strstr(list->items[i].text, text) != NULL)
			return true;
	}
	return false;
}

/* Each record would be replaced by those of all keys, at each address. */
static void
test_unusable(void **state)
{
	static const enum who sent[MATCH_SENT_MAX] = { LEAF, INTERMEDIATE };
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host;
	char *address;
	size_t i;

	(void)state;
	add_unusable(evidence, "mx.example.org");
	host = &evidence->hosts[0];
	for (i = 0; i < EVIDENCE_ADDRESSES_MAX; i++) {
		address = memory_format("192.0.2.%zu", i + 1);
		match_world_present(host, world, address, sent);
		free(address);
	}
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, VERDICT_NONE);
	assert_true(is_limited(evidence, "not every advice could be tried"));
	evidence_free(evidence);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_late, late_rows),
		TABLE_ALONE(test_nothing_is_removed),
		TABLE_ALONE(test_findings),
		TABLE_ALONE(test_unusable),
	};
	void *set_up;
	int failed;

	match_world_set_up(&set_up);
	world = set_up;
	failed = table_run(tables, COUNT(tables));
	match_world_tear_down(&set_up);
	return failed;
}
