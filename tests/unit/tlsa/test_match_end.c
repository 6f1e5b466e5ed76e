/*
 * Until when records match: the first instant after which no path holds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checker/tlsa/match_parts.h"
#include "checker/tlsa/tlsa.h"
#include "checker/tlsa/verifier.h"
#include "resolver/memory.h"
#include "smtp/chain.h"
#include "tests/unit/support/certificates.h"
#include "tests/unit/support/match_cases.h"
#include "tests/unit/support/table.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))
#define NAME		"DNS:mx.example.org"

/* A CA has several certificates here: with one name and key, by two roots. */
enum person {
	NONE,
	TOP,			/* to day 300 */
	OTHER_TOP,		/* to day 300 */
	TOP_TO_20,		/* TOP's name and key */
	MID,			/* by TOP, to day 100 */
	MID_TO_10,		/* by TOP */
	MID_TO_50,		/* by TOP */
	MID_FROM_5,		/* by OTHER_TOP, to day 100 */
	MID_ELSEWHERE,		/* by OTHER_TOP, to day 10 */
	SERVER,			/* by MID, to day 60 */
	PERSON_COUNT
};

static const struct {
	enum person		 issuer;
	enum person		 key_of;
	struct certificates_wish wish;
} persons[PERSON_COUNT] = {
	[TOP] = { NONE, NONE, { .cn = "Top", .ca = true, .from_day = -30,
	    .to_day = 300 } },
	[OTHER_TOP] = { NONE, NONE, { .cn = "Other Top", .ca = true,
	    .from_day = -30, .to_day = 300 } },
	[TOP_TO_20] = { NONE, TOP, { .cn = "Top", .ca = true, .from_day = -30,
	    .to_day = 20 } },
	[MID] = { TOP, NONE, { .cn = "Mid", .ca = true, .from_day = -30,
	    .to_day = 100 } },
	[MID_TO_10] = { TOP, MID, { .cn = "Mid", .ca = true, .from_day = -30,
	    .to_day = 10 } },
	[MID_TO_50] = { TOP, MID, { .cn = "Mid", .ca = true, .from_day = -30,
	    .to_day = 50 } },
	[MID_FROM_5] = { OTHER_TOP, MID, { .cn = "Mid", .ca = true,
	    .from_day = 5, .to_day = 100 } },
	[MID_ELSEWHERE] = { OTHER_TOP, MID, { .cn = "Mid", .ca = true,
	    .from_day = -30, .to_day = 10 } },
	[SERVER] = { MID, NONE, { .names = NAME, .from_day = -30,
	    .to_day = 60 } },
};

static struct issued *world[PERSON_COUNT];

#define SENT_MAX 6
#define NEVER	 0

static const struct row {
	const char	*name;
	enum person	 sent[SENT_MAX];
	const char	*kinds[2];	/* of the records */
	enum person	 of[2];
	int		 day;		/* NEVER: it has no end */
	int		 depth;
} rows[] = {
	{ "the server's own", { SERVER, MID, TOP }, { "2 1 1" }, { TOP }, 60,
	    0 },
	{ "one between", { SERVER, MID_TO_50, TOP }, { "2 1 1" }, { TOP }, 50,
	    1 },
	{ "the anchor, self-signed", { SERVER, MID, TOP_TO_20 }, { "2 1 1" },
	    { TOP }, 20, 2 },
	{ "the anchor, issued by another one", { SERVER, MID_TO_10 },
	    { "2 1 1" }, { MID }, 60, 0 },
	{ "one that is not on the path",
	    { SERVER, MID, MID_ELSEWHERE, TOP }, { "2 1 1" }, { TOP }, 60, 0 },
	{ "one whose place another takes",
	    { SERVER, MID_TO_10, MID_TO_50, TOP }, { "2 1 1" }, { TOP }, 50,
	    2 },
	{ "one that hides the way later",
	    { SERVER, MID_FROM_5, MID_TO_10, TOP }, { "2 1 1" }, { TOP }, 5,
	    MATCH_NO_DEPTH },
	{ "in the record", { SERVER, MID }, { "2 0 0" }, { TOP_TO_20 }, 20,
	    2 },
	{ "the key in the record", { SERVER, MID }, { "2 1 0" }, { TOP_TO_20 },
	    60, 0 },
	{ "another record lasts longer", { SERVER, MID_TO_10, TOP },
	    { "2 1 1", "2 1 1" }, { TOP, MID }, 60, 0 },
	{ "another record takes over", { SERVER, MID_FROM_5, MID_TO_10, TOP,
	    OTHER_TOP }, { "2 1 1", "2 1 1" }, { TOP, OTHER_TOP }, 60, 0 },
	{ "usage 3 has none", { SERVER, MID, TOP }, { "2 1 1", "3 1 1" },
	    { TOP, SERVER }, NEVER, MATCH_NO_DEPTH },
	{ "nothing matches", { SERVER, MID }, { "2 1 1" }, { OTHER_TOP },
	    NEVER, MATCH_NO_DEPTH },
};

static void
set_up(void)
{
	struct certificates_wish wish;
	size_t i;

	for (i = NONE + 1; i < PERSON_COUNT; i++) {
		wish = persons[i].wish;
		wish.issuer = world[persons[i].issuer];
		wish.key_of = world[persons[i].key_of];
		world[i] = certificates_issue(&wish);
	}
}

static struct chain *
chain_of(const enum person *sent)
{
	const struct issued *issued[SENT_MAX];
	size_t count;

	for (count = 0; count < SENT_MAX && sent[count] != NONE; count++)
		issued[count] = world[sent[count]];
	return certificates_chain(issued, count);
}

static void
add_record(struct tlsa_set *set, const char *kind, enum person of)
{
	struct chain *alone = chain_of((enum person[SENT_MAX]){ of });
	struct tlsa record;

	tlsa_of_certificate(&record, alone->certificates,
	    (uint8_t)(kind[0] - '0'), (uint8_t)(kind[2] - '0'),
	    (uint8_t)(kind[4] - '0'));
	tlsa_set_add(set, &record);
	free(record.data);
	chain_free(alone);
}

static void
test_end(void **state)
{
	const struct row *row = *state;
	struct chain *chain = chain_of(row->sent);
	struct tlsa_set set = { NULL, 0 };
	struct match_input input = match_world_input(&set, chain);
	struct match_result *results;
	struct match_end end;
	size_t i;

	for (i = 0; i < 2 && row->kinds[i] != NULL; i++)
		add_record(&set, row->kinds[i], row->of[i]);
	results = match_chain(&input);
	end = match_end(&input, results);
	assert_int_equal(end.when == 0 ? 0 :
	    (end.when - CERTIFICATES_NOW) / CERTIFICATES_DAY, row->day);
	assert_int_equal(end.depth, row->depth);
	match_free(results, set.count);

	/* The record matches to the second before, and no longer. */
	for (i = 0; end.when != 0 && i < 2; i++) {
		input.when = end.when - 1 + (time_t)i;
		results = match_chain(&input);
		assert_int_equal(match_any(results, set.count, MATCH_MATCH),
		    i == 0);
		match_free(results, set.count);
	}
	chain_free(chain);
	tlsa_set_clear(&set);
}

/* Without a budget nothing is known, and nothing is told. */
static void
test_exhausted(void **state)
{
	const struct verifier_limits limits = { .work = 1000 };
	struct chain *chain = chain_of((enum person[SENT_MAX]){ SERVER, MID,
	    TOP });
	struct tlsa_set set = { NULL, 0 };
	struct match_input input = match_world_input(&set, chain);
	struct match_result *results;

	(void)state;
	input.verifier = verifier_new(&limits);
	add_record(&set, "2 1 1", TOP);
	results = match_chain(&input);
	assert_int_equal(results[0].status, MATCH_MATCH);
	verifier_allow(input.verifier, 0);
	assert_int_equal(match_end(&input, results).when, 0);
	match_free(results, set.count);
	verifier_free(input.verifier);
	chain_free(chain);
	tlsa_set_clear(&set);
}

/* Each certificate of a long row ends on a day of its own. */
static void
test_many(void **state)
{
	struct issued *issued[CHAIN_MAX] = { NULL };
	struct tlsa_set set = { NULL, 0 };
	struct certificates_wish wish = { .cn = "Mid", .ca = true,
		.issuer = world[TOP], .key_of = world[MID], .from_day = -30 };
	struct match_result *results;
	struct match_input input;
	struct chain *chain;
	size_t i;

	(void)state;
	issued[0] = world[SERVER];
	for (i = 1; i < CHAIN_MAX - 1; i++) {
		wish.to_day = (int)i;
		issued[i] = certificates_issue(&wish);
	}
	issued[i] = world[TOP];
	chain = certificates_chain((const struct issued *const *)issued,
	    CHAIN_MAX);
	input = match_world_input(&set, chain);
	add_record(&set, "2 1 1", TOP);
	results = match_chain(&input);
	assert_int_equal(results[0].status, MATCH_MATCH);
	assert_int_equal((match_end(&input, results).when - CERTIFICATES_NOW) /
	    CERTIFICATES_DAY, 60);
	match_free(results, set.count);
	for (i = 1; i < CHAIN_MAX - 1; i++)
		certificates_free(issued[i]);
	chain_free(chain);
	tlsa_set_clear(&set);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_end, rows),
		TABLE_ALONE(test_exhausted),
		TABLE_ALONE(test_many),
	};
	int failed;
	size_t i;

	set_up();
	failed = table_run(tables, COUNT(tables));
	for (i = 0; i < PERSON_COUNT; i++)
		certificates_free(world[i]);
	return failed;
}
