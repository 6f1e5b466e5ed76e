/*
 * Mistakes in TLSA records: each is recognized, and the record advised in its
 * place does match.
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
#include "tests/unit/support/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define OWNER "_25._tcp.mx.example.org"

static const struct advice_rrset rrset = { OWNER, 3600 };

static struct issued **world;

/* Adds the record of a row, usable or not. */
static void
publish(struct tlsa_set *set, const struct diagnose_case *row)
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

/* Diagnoses a record of the set from the chain alone. */
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
assert_advised(const struct diagnose_case *row,
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
test_slip(void **state)
{
	const struct diagnose_case *row = *state;
	struct chain *chain = match_world_chain(world, row->sent,
	    MATCH_SENT_MAX);
	struct tlsa_set set = { NULL, 0 };
	struct match_input match = match_world_input(&set, chain);
	struct diagnosis diagnosis;

	publish(&set, row);
	assert_true(diagnose_alone(&diagnosis, &match, 0));
	assert_string_equal(diagnosis.text, row->text);
	assert_int_equal(diagnosis.code, row->code);
	assert_advised(row, &diagnosis.advice);
	assert_int_equal(follow_advice(&diagnosis.advice, &match, 0), 1);
	diagnosis_clear(&diagnosis);
	tlsa_set_clear(&set);
	chain_free(chain);
}

static const struct diagnose_case stronger_cases[] = {
	{ "own key with usage 2", { LEAF, INTERMEDIATE }, "2 1 1", LEAF, "1 1",
	    NULL, FINDING_USAGE_2_NAMES_LEAF,
	    "has usage 2, a CA, but is of the server's own public key: its "
	    "usage must be 3, its matching type must be 2", "3 1 2", LEAF },
	{ "digest of nothing", { LEAF, INTERMEDIATE }, "3 0 1", LEAF, "0 1",
	    slip_nothing, FINDING_DIGEST_OF_NOTHING,
	    "is the SHA2-256 of nothing at all: the command that made it was "
	    "given no input", "3 1 2", LEAF },
	{ "another selector, without a stronger digest",
	    { LEAF, INTERMEDIATE }, "2 1 1", LEAF, "0 1",
	    NULL, FINDING_SELECTOR_SWAPPED,
	    "has selector 1, the public key, but is of the certificate of "
	    "CN=leaf: its usage must be 3, its selector must be 0",
	    "3 0 1", LEAF },
};

/* Beside a stale SHA2-512 record a SHA2-256 does not count (RFC 7671 9). */
static void
test_beside_stronger_digest(void **state)
{
	const struct diagnose_case *row = *state;
	struct chain *chain = match_world_chain(world, row->sent,
	    MATCH_SENT_MAX);
	struct tlsa_set set = { NULL, 0 };
	struct match_input match = match_world_input(&set, chain);
	struct diagnosis diagnosis;

	publish(&set, row);
	match_world_record(&set, world, "3 1 2", LEAF_OLD);
	assert_true(diagnose_alone(&diagnosis, &match, 0));
	assert_string_equal(diagnosis.text, row->text);
	assert_advised(row, &diagnosis.advice);
	assert_int_equal(follow_advice(&diagnosis.advice, &match, 0), 1);
	diagnosis_clear(&diagnosis);
	tlsa_set_clear(&set);
	chain_free(chain);
}

/* --- where there is nothing to explain */

static void
assert_silent(const enum who *sent, const struct tlsa *fields)
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

	(void)state;
	stranger = match_world_chain(world, &of, 1);
	for (form[0] = '0'; form[0] <= '1'; form[0]++) {
		for (form[2] = '0'; form[2] <= '2'; form[2]++) {
			fields = slips_record(form, stranger->certificates);
			for (usage = 2; usage <= 3; usage++) {
				fields.usage = (uint8_t)usage;
				assert_silent(whole, &fields);
				assert_silent(alone, &fields);
			}
			free(fields.data);
		}
	}
	chain_free(stranger);
}

/* Random digests, so many that a loose comparison would show. */
static void
test_random_digests(void **state)
{
	static const enum who sent[MATCH_SENT_MAX] = { LEAF, INTERMEDIATE,
		ROOT };
	uint8_t data[64];
	struct tlsa fields = { .data = data };
	uint32_t seed = 20260101;
	size_t i, j;

	(void)state;
	for (i = 0; i < 200; i++) {
		for (j = 0; j < sizeof(data); j++) {
			seed = seed * 1664525 + 1013904223;
			data[j] = (uint8_t)(seed >> 24);
		}
		fields.usage = 2 + i % 2;
		fields.selector = i / 2 % 2;
		fields.matching_type = 1 + i / 4 % 2;
		fields.size = fields.matching_type == 1 ? 32 : 64;
		assert_silent(sent, &fields);
	}
}

static const struct silent_row {
	const char	*name;
	enum who	 sent[MATCH_SENT_MAX];
	const char	*record;
	enum who	 of;
} silent_rows[] = {
	{ "usage 0", { LEAF, INTERMEDIATE }, "0 1 1", INTERMEDIATE },
	{ "usage 1", { LEAF, INTERMEDIATE }, "1 1 1", LEAF },
	{ "usage 4", { LEAF, INTERMEDIATE }, "4 1 1", LEAF },
	{ "selector 2", { LEAF, INTERMEDIATE }, "3 2 1", LEAF },
	{ "matching type 3", { LEAF, INTERMEDIATE }, "3 1 3", LEAF },
	/* Not the record is at fault. */
	{ "another name", { LEAF_OTHER, INTERMEDIATE }, "2 1 1",
	    INTERMEDIATE },
	{ "expired", { LEAF_OLD, INTERMEDIATE }, "2 1 1", INTERMEDIATE },
	{ "issuer not sent", { LEAF, ROOT }, "2 1 1", ROOT },
	{ "own key matches", { LEAF, INTERMEDIATE }, "3 1 1", LEAF },
	{ "issuer's key matches", { LEAF, INTERMEDIATE }, "2 1 1",
	    INTERMEDIATE },
};

/* Right data with numbers that no sender uses, or that are right. */
static void
test_no_slip(void **state)
{
	const struct silent_row *row = *state;
	struct chain *chain = match_world_chain(world, &row->of, 1);
	struct tlsa fields = slips_record("1 1", chain->certificates);

	fields.usage = (uint8_t)(row->record[0] - '0');
	fields.selector = (uint8_t)(row->record[2] - '0');
	fields.matching_type = (uint8_t)(row->record[4] - '0');
	assert_silent(row->sent, &fields);
	free(fields.data);
	chain_free(chain);
}

static void
test_no_data(void **state)
{
	static const enum who sent[MATCH_SENT_MAX] = { LEAF, INTERMEDIATE };
	const struct tlsa fields = { .usage = 3, .selector = 1,
		.matching_type = 1 };

	(void)state;
	assert_silent(sent, &fields);
}

int
main(void)
{
	const struct table tables[] = {
		TABLE_PART(test_slip, diagnose_cases, diagnose_case_count),
		TABLE(test_beside_stronger_digest, stronger_cases),
		TABLE_ALONE(test_strangers),
		TABLE_ALONE(test_random_digests),
		TABLE(test_no_slip, silent_rows),
		TABLE_ALONE(test_no_data),
	};
	void *state;
	int failed;

	match_world_set_up(&state);
	world = state;
	failed = table_run(tables, COUNT(tables));
	match_world_tear_down(&state);
	return failed;
}
