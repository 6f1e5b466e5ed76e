/*
 * What people publish in place of the right record: each slip is found, told as
 * what it is, and the record that is advised in its place does match.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/judge/diagnose.h"
#include "checker/tlsa/match.h"
#include "checker/tlsa/tlsa.h"
#include "resolver/memory.h"
#include "smtp/chain.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/diagnose_cases.h"
#include "tests/unit/support/follow.h"
#include "tests/unit/support/match_cases.h"
#include "tests/unit/support/slips.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define OWNER "_25._tcp.mx.example.org"

static const struct advice_rrset rrset = { OWNER, 3600 };

/* Adds the record of a row; whether it is usable is found out by its octets. */
static void
publish(struct tlsa_set *set, struct issued **world,
    const struct diagnose_case *row)
{
	struct chain *chain = match_world_chain(world, &row->of, 1);
	struct tlsa fields = slips_record(row->form, chain->certificates);

	if (row->slip != NULL)
		row->slip(&fields, row->form, chain->certificates);
	fields.usage = (uint8_t)(row->record[0] - '0');
	fields.selector = (uint8_t)(row->record[2] - '0');
	fields.matching_type = (uint8_t)(row->record[4] - '0');
	tlsa_set_add(set, &fields);
	tlsa_set_settle(set);
	free(fields.data);
	chain_free(chain);
}

/* A record of the set as if nothing were known but what the server sends. */
static bool
diagnose_alone(struct diagnosis *diagnosis, const struct match_input *match,
    size_t record)
{
	const struct diagnose_input input = {
		.record = &match->records->records[record],
		.chain = match->chain,
		.rules = match,
		.rrset = &rrset,
		.failing = tlsa_set_usable(match->records) > 0,
	};

	return diagnose(diagnosis, &input);
}

static void
diagnosis_clear(struct diagnosis *diagnosis)
{
	free(diagnosis->text);
	advice_list_clear(&diagnosis->advice);
}

/* The advice is one record, that of the row. */
static void
assert_advised(struct issued **world, const struct diagnose_case *row,
    const struct advice_list *advice)
{
	struct tlsa_set set = { NULL, 0 };
	char *expected, *line;

	match_world_record(&set, world, row->advised, row->advised_of);
	expected = tlsa_line(OWNER, set.records);
	line = memory_format("publish  %s", expected);
	assert_advice(advice, line);
	free(line);
	free(expected);
	tlsa_set_clear(&set);
}

static void
check_case(struct issued **world, const struct diagnose_case *row)
{
	struct chain *chain = match_world_chain(world, row->sent,
	    MATCH_SENT_MAX);
	struct tlsa_set set = { NULL, 0 };
	struct match_input match = match_world_input(&set, chain);
	struct diagnosis diagnosis;

	publish(&set, world, row);
	if (!diagnose_alone(&diagnosis, &match, 0))
		fail_msg("nothing is said, in place of: %s", row->text);
	if (strcmp(diagnosis.text, row->text) != 0)
		fail_msg("said: %s\nin place of: %s", diagnosis.text,
		    row->text);
	assert_int_equal(diagnosis.code, row->code);
	assert_advised(world, row, &diagnosis.advice);
	assert_int_equal(follow_advice(&diagnosis.advice, &match, 0), 1);
	diagnosis_clear(&diagnosis);
	tlsa_set_clear(&set);
	chain_free(chain);
}

static void
test_slips(void **state)
{
	size_t i;

	for (i = 0; i < diagnose_case_count; i++)
		check_case(*state, &diagnose_cases[i]);
}

/*
 * RFC 7671 9: beside a stale SHA2-512 record, one with SHA2-256 is no remedy.
 */
static void
test_beside_stronger_digest(void **state)
{
	static const struct diagnose_case slips[] = {
		{ { LEAF, INTERMEDIATE }, "2 1 1", LEAF, "1 1", NULL,
		    FINDING_USAGE_2_NAMES_LEAF,
		    "has usage 2, a CA, but is of the server's own "
		    "public key: its usage must be 3, its matching type must "
		    "be 2", "3 1 2", LEAF },
		{ { LEAF, INTERMEDIATE }, "3 0 1", LEAF, "0 1", slip_nothing,
		    FINDING_DIGEST_OF_NOTHING,
		    "is the SHA2-256 of nothing at all: the command that made "
		    "it was given no input", "3 1 2", LEAF },
		{ { LEAF, INTERMEDIATE }, "2 1 1", LEAF, "0 1", NULL,
		    FINDING_SELECTOR_SWAPPED,
		    "has selector 1, the public key, but is of the "
		    "certificate of CN=leaf: its usage must be 3, its "
		    "selector must be 0", "3 0 1", LEAF },
	};
	struct tlsa_set set = { NULL, 0 };
	struct match_input match;
	struct diagnosis diagnosis;
	struct chain *chain;
	size_t i;

	for (i = 0; i < COUNT(slips); i++) {
		chain = match_world_chain(*state, slips[i].sent,
		    MATCH_SENT_MAX);
		match = match_world_input(&set, chain);
		publish(&set, *state, &slips[i]);
		match_world_record(&set, *state, "3 1 2", LEAF_OLD);
		assert_true(diagnose_alone(&diagnosis, &match, 0));
		assert_string_equal(diagnosis.text, slips[i].text);
		assert_advised(*state, &slips[i], &diagnosis.advice);
		assert_int_equal(follow_advice(&diagnosis.advice, &match, 0), 1);
		diagnosis_clear(&diagnosis);
		tlsa_set_clear(&set);
		chain_free(chain);
	}
}

/* --- where there is nothing to explain */

static void
assert_silent(struct issued **world, const enum who *sent,
    const struct tlsa *fields)
{
	struct chain *chain = match_world_chain(world, sent, MATCH_SENT_MAX);
	struct tlsa_set set = { NULL, 0 };
	struct match_input match = match_world_input(&set, chain);
	struct diagnosis diagnosis;

	tlsa_set_add(&set, fields);
	tlsa_set_settle(&set);
	if (diagnose_alone(&diagnosis, &match, 0))
		fail_msg("%d %d %d: %s", fields->usage, fields->selector,
		    fields->matching_type, diagnosis.text);
	tlsa_set_clear(&set);
	chain_free(chain);
}

/* Records of certificates that the server has nothing to do with. */
static void
test_strangers(void **state)
{
	static const enum who whole[MATCH_SENT_MAX] = { LEAF, INTERMEDIATE,
		ROOT };
	static const enum who alone[MATCH_SENT_MAX] = { ALONE };
	struct chain *stranger;
	struct tlsa fields;
	enum who of = OTHER_ROOT;
	char form[] = "0 0";
	int usage;

	stranger = match_world_chain(*state, &of, 1);
	for (form[0] = '0'; form[0] <= '1'; form[0]++) {
		for (form[2] = '0'; form[2] <= '2'; form[2]++) {
			fields = slips_record(form, stranger->certificates);
			for (usage = 2; usage <= 3; usage++) {
				fields.usage = (uint8_t)usage;
				assert_silent(*state, whole, &fields);
				assert_silent(*state, alone, &fields);
			}
			free(fields.data);
		}
	}
	chain_free(stranger);
}

/*
 * Digests of nothing in the world, so many that a loose comparison would show.
 */
static void
test_random_digests(void **state)
{
	static const enum who sent[MATCH_SENT_MAX] = { LEAF, INTERMEDIATE,
		ROOT };
	uint8_t data[64];
	struct tlsa fields = { .data = data };
	uint32_t seed = 20260101;
	size_t i, j;

	for (i = 0; i < 200; i++) {
		for (j = 0; j < sizeof(data); j++) {
			seed = seed * 1664525 + 1013904223;
			data[j] = (uint8_t)(seed >> 24);
		}
		fields.usage = 2 + i % 2;
		fields.selector = i / 2 % 2;
		fields.matching_type = 1 + i / 4 % 2;
		fields.size = fields.matching_type == 1 ? 32 : 64;
		assert_silent(*state, sent, &fields);
	}
}

/* Right data with a number that there is no mending of, or that is right. */
static void
test_no_slips(void **state)
{
	static const struct {
		enum who	 sent[MATCH_SENT_MAX];
		const char	*record;
		enum who	 of;
	} silent[] = {
		{ { LEAF, INTERMEDIATE }, "0 1 1", INTERMEDIATE },
		{ { LEAF, INTERMEDIATE }, "1 1 1", LEAF },
		{ { LEAF, INTERMEDIATE }, "4 1 1", LEAF },
		{ { LEAF, INTERMEDIATE }, "3 2 1", LEAF },
		{ { LEAF, INTERMEDIATE }, "3 1 3", LEAF },
		/* A name, a date or the chain is wrong, not the record. */
		{ { LEAF_OTHER, INTERMEDIATE }, "2 1 1", INTERMEDIATE },
		{ { LEAF_OLD, INTERMEDIATE }, "2 1 1", INTERMEDIATE },
		{ { LEAF, ROOT }, "2 1 1", ROOT },
		/* It does match. */
		{ { LEAF, INTERMEDIATE }, "3 1 1", LEAF },
		{ { LEAF, INTERMEDIATE }, "2 1 1", INTERMEDIATE },
	};
	struct tlsa fields;
	struct chain *chain;
	size_t i;

	for (i = 0; i < COUNT(silent); i++) {
		chain = match_world_chain(*state, &silent[i].of, 1);
		fields = slips_record("1 1", chain->certificates);
		fields.usage = (uint8_t)(silent[i].record[0] - '0');
		fields.selector = (uint8_t)(silent[i].record[2] - '0');
		fields.matching_type = (uint8_t)(silent[i].record[4] - '0');
		assert_silent(*state, silent[i].sent, &fields);
		free(fields.data);
		chain_free(chain);
	}
	fields = (struct tlsa){ .usage = 3, .selector = 1, .matching_type = 1 };
	assert_silent(*state, silent[0].sent, &fields);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slips),
		cmocka_unit_test(test_beside_stronger_digest),
		cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_random_digests),
		cmocka_unit_test(test_no_slips),
	};

	return cmocka_run_group_tests_name("diagnose", tests,
	    match_world_set_up, match_world_tear_down);
}
