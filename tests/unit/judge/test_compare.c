/*
 * compare(): each planted change is told, exactly that, and where it is; what
 * rotates, ages or was not looked at is none. Findings and exit status with it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/judge/compare.h"
#include "resolver/memory.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/compare_cases.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct compare_chains chains;

static const enum finding_code codes[] = {
	[CHANGE_NEW] = FINDING_CHANGED_NEW,
	[CHANGE_VERDICT] = FINDING_CHANGED_VERDICT,
	[CHANGE_MX] = FINDING_CHANGED_MX,
	[CHANGE_ADDRESS] = FINDING_CHANGED_ADDRESS,
	[CHANGE_TLSA] = FINDING_CHANGED_TLSA,
	[CHANGE_KEY] = FINDING_CHANGED_KEY,
	[CHANGE_ISSUER] = FINDING_CHANGED_ISSUER,
	[CHANGE_KEY_TYPE] = FINDING_CHANGED_KEY_TYPE,
	[CHANGE_TLS] = FINDING_CHANGED_TLS,
	[CHANGE_DNSSEC] = FINDING_CHANGED_DNSSEC,
};

static bool
is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
is_finding_of(const struct finding *finding, const struct change *change)
{
	return finding->code == codes[change->what] &&
	    is_same(finding->place.host, change->host) &&
	    finding->place.address.family == change->address.family &&
	    (change->address.family == 0 || address_equal(
	    &finding->place.address, &change->address));
}

/* One for each change, at its place; the list is settled. */
static void
assert_findings(const struct evidence *evidence)
{
	const struct finding_list *findings = &evidence->judged.findings;
	const struct comparison *comparison = &evidence->judged.comparison;
	size_t i, j, changes = 0;

	for (i = 0; i < findings->count; i++) {
		if (i > 0)
			assert_true(findings->items[i - 1].severity <=
			    findings->items[i].severity);
		if (findings->items[i].code >= FINDING_CHANGED_NEW &&
		    findings->items[i].code <= FINDING_CHANGED_DNSSEC) {
			assert_int_equal(findings->items[i].severity,
			    SEVERITY_INFO);
			changes++;
		}
	}
	assert_int_equal(changes, comparison->count);
	for (i = 0; i < comparison->count; i++) {
		for (j = 0; j < findings->count; j++) {
			if (is_finding_of(&findings->items[j],
			    &comparison->changes[i]))
				break;
		}
		assert_true(j < findings->count);
	}
}

static void
assert_changes(const struct evidence *evidence, const char *expected)
{
	char *text = compare_cases_text(evidence, &chains);

	assert_true(evidence->judged.comparison.made);
	assert_string_equal(text, expected);
	assert_findings(evidence);
	free(text);
}

static void
test_change(void **state)
{
	const struct compare_case *row = *state;
	struct evidence *before = compare_cases_make(&chains, row->before);
	struct evidence *after = compare_cases_make(&chains, row->after);

	before->checked_at -= CERTIFICATES_DAY;
	compare(after, before);
	assert_changes(after, row->changes);
	assert_int_equal(after->judged.comparison.since, before->checked_at);
	assert_int_equal(evidence_exit_status(after),
	    *row->changes == '\0' ? 0 :
	    verdict_exit_status(after->judged.verdict));
	evidence_free(before);
	evidence_free(after);
}

/* Each run is what it is: compared with itself, nothing changed. */
static void
test_itself(void **state)
{
	const struct compare_case *row = *state;
	struct evidence *before = compare_cases_make(&chains, row->after);
	struct evidence *after = compare_cases_make(&chains, row->after);

	compare(after, before);
	assert_changes(after, "");
	/* To be judged again, it is compared with nothing. */
	fixture_judge(after);
	assert_false(after->judged.comparison.made);
	evidence_free(before);
	evidence_free(after);
}

static void
test_new_domain(void **state)
{
	struct evidence *after = compare_cases_make(&chains, NULL);

	(void)state;
	compare(after, NULL);
	assert_changes(after, "new new pass\n");
	assert_int_equal(after->judged.comparison.since, 0);
	assert_int_equal(evidence_exit_status(after), 0);
	evidence_free(after);
}

static void
break_dns(struct evidence *evidence, const struct compare_chains *unused)
{
	(void)unused;
	answer_free(evidence->mx);
	evidence->mx = fixture_answer("example.org", DNS_MX, ANSWER_UNUSABLE,
	    DNSSEC_BOGUS);
}

static void
test_exit_status(void **state)
{
	struct evidence *before = compare_cases_make(&chains, NULL);
	struct evidence *after = compare_cases_make(&chains, break_dns);
	struct evidence *again = compare_cases_make(&chains, break_dns);

	(void)state;
	assert_int_equal(evidence_exit_status(after), 1);
	compare(after, before);
	assert_int_equal(evidence_exit_status(after), 1);
	compare(again, after);
	assert_int_equal(again->judged.verdict, VERDICT_FAIL);
	assert_int_equal(evidence_exit_status(again), 0);
	evidence_free(before);
	evidence_free(after);
	evidence_free(again);
}

/* What a finding says has no place in it: then people get it once. */
static void
test_grouped(void **state)
{
	struct evidence *before = compare_cases_make(&chains, NULL);
	struct evidence *after = compare_cases_make(&chains, NULL);
	struct finding_groups groups;
	struct handshake *seen;
	size_t i, j, found = 0;

	(void)state;
	for (i = 0; i < after->host_count; i++) {
		for (j = 0; j < after->hosts[i].endpoint_count; j++) {
			seen = after->hosts[i].endpoints[j].handshakes->seen;
			chain_free(seen->chain);
			seen->chain = chain_copy(chains.rekeyed);
		}
	}
	fixture_judge(after);
	compare(after, before);
	finding_groups_init(&groups, &after->judged.findings);
	for (i = 0; i < groups.count; i++) {
		if (groups.items[i].members[0]->code != FINDING_CHANGED_KEY)
			continue;
		assert_int_equal(groups.items[i].count, 3);
		assert_int_equal(groups.items[i].members[0]->place.key_type,
		    KEY_ECDSA);
		found++;
	}
	assert_int_equal(found, 1);
	finding_groups_clear(&groups);
	evidence_free(before);
	evidence_free(after);
}

/* --- limits */

/* Adds hosts with as many records as there can be, all of NUMBER. */
static struct evidence *
make_large(uint8_t number)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct tlsa record = { .usage = 3, .selector = 1,
		.matching_type = 1, .size = CHAIN_DIGEST };
	uint8_t data[CHAIN_DIGEST] = { number };
	char *name;
	size_t i, j;

	record.data = data;
	for (i = 0; i < EVIDENCE_HOSTS_MAX; i++) {
		name = memory_format("mx%zu.example.org", i);
		fixture_host(evidence, name);
		free(name);
		for (j = 0; j < ANSWER_RECORDS_MAX; j++) {
			data[1] = (uint8_t)j;
			fixture_tlsa(&evidence->hosts[i], &record);
		}
	}
	fixture_judge(evidence);
	return evidence;
}

static void
test_limit(void **state)
{
	struct evidence *before = make_large(1), *after = make_large(2);
	const struct comparison *comparison = &after->judged.comparison;

	(void)state;
	assert_false(finding_list_has(&after->judged.findings,
	    FINDING_LIMIT_REACHED));
	compare(after, before);
	assert_int_equal(comparison->count, EVIDENCE_CHANGES_MAX);
	assert_true(finding_list_has(&after->judged.findings,
	    FINDING_LIMIT_REACHED));
	/* The first ones in order, by which people count. */
	assert_string_equal(comparison->changes[0].host, "mx0.example.org");
	assert_string_equal(comparison->changes[EVIDENCE_CHANGES_MAX - 1].host,
	    "mx7.example.org");
	evidence_free(before);
	evidence_free(after);
}

int
main(void)
{
	const struct table tables[] = {
		TABLE_PART(test_change, compare_cases, compare_case_count),
		TABLE_PART(test_itself, compare_cases, compare_case_count),
		TABLE_ALONE(test_new_domain),
		TABLE_ALONE(test_exit_status),
		TABLE_ALONE(test_grouped),
		TABLE_ALONE(test_limit),
	};
	int failed;

	compare_chains_init(&chains);
	failed = table_run(tables, COUNT(tables));
	compare_chains_clear(&chains);
	return failed;
}
