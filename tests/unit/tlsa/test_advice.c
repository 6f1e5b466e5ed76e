/*
 * The records that the judge advises: those that would be a remedy.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/tlsa/tlsa.h"
#include "resolver/memory.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/follow.h"
#include "tests/unit/support/match_cases.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define HOST "mx.example.org"

static const enum who leaf_sent[MATCH_SENT_MAX] = { LEAF, INTERMEDIATE };

/* RFC 7671 9: a SHA2-256 record is no remedy where a SHA2-512 one stays. */
static void
test_no_match_advice(void **state)
{
	static const struct {
		const char	*published;
		const char	*advised;
	} rows[] = {
		{ "3 1 1", "publish  _25._tcp." HOST ". IN TLSA 3 1 1 " },
		{ "3 1 2", "publish  _25._tcp." HOST ". IN TLSA 3 1 2 " },
		{ "3 0 2", "publish  _25._tcp." HOST ". IN TLSA 3 1 1 " },
	};
	struct evidence *evidence;
	struct host_evidence *host;
	const struct finding *finding;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		evidence = fixture_domain("example.org");
		host = fixture_host(evidence, HOST);
		match_world_publish(host, *state, rows[i].published, ALONE);
		match_world_present(host, *state, "192.0.2.1", leaf_sent);
		fixture_judge(evidence);
		finding = &evidence->judged.findings.items[0];
		assert_int_equal(finding->code, FINDING_NO_RECORD_MATCHES);
		assert_true(advice_has(&finding->advice, rows[i].advised));
		evidence_free(evidence);
	}
}

/* "_25._tcp.mx.example.org. IN TLSA 2 1 1 ...". Owned by the caller. */
static char *
record_line(struct issued **world, const char *numbers, enum who of)
{
	struct tlsa_set set = { NULL, 0 };
	char *line;

	match_world_record(&set, world, numbers, of);
	line = tlsa_line("_25._tcp." HOST, set.records);
	tlsa_set_clear(&set);
	return line;
}

/* What comes before the removal of such records. Owned by the caller. */
static char *
publish_line(struct issued **world, const char *numbers, enum who of)
{
	char *record = record_line(world, numbers, of), *line;

	line = memory_format("publish  %s\nor remove the stale \"%s\" "
	    "records:\n", record, numbers);
	free(record);
	return line;
}

/* A stale combination is to be covered by what matches, or else removed. */
static void
test_uncovered_advice(void **state)
{
	static const struct {
		enum who	 sent[MATCH_SENT_MAX];
		const char	*matching, *stale;
		enum who	 advised;	/* NOBODY: nothing to publish */
	} rows[] = {
		{ { LEAF, INTERMEDIATE }, "3 1 1", "2 1 1", INTERMEDIATE },
		{ { LEAF, INTERMEDIATE }, "3 1 2", "3 1 1", LEAF },
		/* The first one above the server's own is not its issuer. */
		{ { LEAF, OTHER_ROOT, INTERMEDIATE }, "3 1 1", "2 0 1",
		    INTERMEDIATE },
		/* Usage 2 would need a name, or an authority. */
		{ { LEAF_OTHER, INTERMEDIATE }, "3 1 1", "2 1 1", NOBODY },
		{ { LEAF }, "3 1 1", "2 1 1", NOBODY },
	};
	struct evidence *evidence;
	struct host_evidence *host;
	char *expected, *publish, *remove;
	size_t i, j;

	for (i = 0; i < COUNT(rows); i++) {
		evidence = fixture_domain("example.org");
		host = fixture_host(evidence, HOST);
		match_world_publish(host, *state, rows[i].matching,
		    rows[i].sent[0]);
		match_world_publish(host, *state, rows[i].stale, ALONE);
		match_world_present(host, *state, "192.0.2.1", rows[i].sent);
		fixture_judge(evidence);
		for (j = 0; evidence->judged.findings.items[j].code !=
		    FINDING_COMBINATION_UNCOVERED; j++)
			assert_true(j + 1 < evidence->judged.findings.count);
		publish = rows[i].advised == NOBODY ? memory_string("") :
		    publish_line(*state, rows[i].stale, rows[i].advised);
		remove = record_line(*state, rows[i].stale, ALONE);
		expected = memory_format("%sremove  %s", publish, remove);
		assert_advice(&evidence->judged.findings.items[j].advice,
		    expected);
		free(expected);
		free(publish);
		free(remove);
		evidence_free(evidence);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_match_advice),
		cmocka_unit_test(test_uncovered_advice),
	};

	return cmocka_run_group_tests(tests, match_world_set_up,
	    match_world_tear_down);
}
