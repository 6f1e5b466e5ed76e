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

/* Records of other types say what they are, and each is advised once. */
static void
test_other_types(void **state)
{
	static const struct advice_rrset ds = { "example.org", 3600 };
	static const struct advice_rrset mx = { "example.net", 300 };
	struct advice_list list = { NULL, 0 }, same = { NULL, 0 };
	const char *digest = "4711 13 2 60785a34615aaa2c";
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		advice_add_publish_data(&list, &ds, DNS_DS, digest);
		advice_add_remove_data(&list, &mx, DNS_MX, "0 .");
	}
	advice_add_publish_data(&list, &ds, DNS_CDS, digest);
	assert_advice(&list,
	    "publish  example.org. IN DS 4711 13 2 60785a34615aaa2c\n"
	    "remove  example.net. IN MX 0 .\n"
	    "publish  example.org. IN CDS 4711 13 2 60785a34615aaa2c");
	text = advice_data(&list.items[0], false);
	assert_string_equal(text, digest);
	free(text);
	assert_int_equal(list.items[1].ttl, 300);
	advice_add_publish_data(&same, &ds, DNS_DS, digest);
	assert_int_not_equal(advice_list_compare(&list, &same), 0);
	advice_list_clear(&list);
	advice_add_publish_data(&list, &ds, DNS_DS, digest);
	assert_int_equal(advice_list_compare(&list, &same), 0);
	assert_int_equal(advice_list_octets(&list),
	    strlen(digest) + strlen(ds.owner));
	advice_list_clear(&list);
	advice_list_clear(&same);
}

static void
test_quote(void **state)
{
	static const struct {
		const char	*octets;
		const char	*quoted;
	} rows[] = {
		{ "", "\"\"" },
		{ "v=TLSRPTv1; rua=mailto:a@b", "\"v=TLSRPTv1; "
		    "rua=mailto:a@b\"" },
		{ "say \"no\" \\", "\"say \\\"no\\\" \\\\\"" },
		{ "\n\x7f\xff", "\"\\010\\127\\255\"" },
		{ "##[x]", "\"\\035\\035[x]\"" },
	};
	char octets[256], *quoted;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		quoted = advice_quote(rows[i].octets, strlen(rows[i].octets));
		assert_string_equal(quoted, rows[i].quoted);
		free(quoted);
	}
	/* A character string has 255 octets at most. */
	memset(octets, 'x', sizeof(octets));
	quoted = advice_quote(octets, 255);
	assert_int_equal(strlen(quoted), 255 + 2);
	free(quoted);
	quoted = advice_quote(octets, 256);
	assert_string_equal(quoted + 256, "\" \"x\"");
	free(quoted);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_match_advice),
		cmocka_unit_test(test_uncovered_advice),
		cmocka_unit_test(test_other_types),
		cmocka_unit_test(test_quote),
	};

	return cmocka_run_group_tests(tests, match_world_set_up,
	    match_world_tear_down);
}
