/*
 * Which answers are kept for the other audits of a run, for how long, and when.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checker/gather/answer_memo.h"
#include "resolver/memory.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define HOST	"mx.example.org"
#define NOW	1000.0

static struct answer *
answer_new(enum answer_kind kind, enum dnssec_status dnssec, uint32_t ttl)
{
	struct answer *answer = fixture_answer(HOST, DNS_A, kind, dnssec);

	answer->ttl = ttl;
	return answer;
}

/* What becomes of an answer, and when. */
struct row {
	const char		*name;
	enum answer_kind	 kind;
	enum dnssec_status	 dnssec;
	uint32_t		 ttl;		/* seconds */
	double			 after;		/* seconds */
	uint32_t		 left;		/* of the TTL; 0: not kept */
};

static const struct row rows[] = {
	{ "secure records", ANSWER_RECORDS, DNSSEC_SECURE, 300, 0, 300 },
	{ "their TTL runs", ANSWER_RECORDS, DNSSEC_SECURE, 300, 299.5, 1 },
	{ "and ends", ANSWER_RECORDS, DNSSEC_SECURE, 300, 300, 0 },
	{ "however long it is", ANSWER_RECORDS, DNSSEC_SECURE, 86400,
	    ANSWER_MEMO_FRESH, 0 },
	{ "insecure records", ANSWER_RECORDS, DNSSEC_INSECURE, 300, 1, 299 },
	{ "proved absence", ANSWER_NO_DATA, DNSSEC_SECURE, 60, 1, 59 },
	{ "no such name", ANSWER_NO_NAME, DNSSEC_INSECURE, 60, 1, 59 },
	{ "not to be kept", ANSWER_RECORDS, DNSSEC_SECURE, 0, 0, 0 },
	{ "no answer", ANSWER_UNUSABLE, DNSSEC_FAILED, 300, 0, 0 },
	{ "a bogus one", ANSWER_UNUSABLE, DNSSEC_BOGUS, 300, 0, 0 },
};

static void
test_kept(void **state)
{
	const struct row *row = *state;
	struct answer_memo *memo = answer_memo_new();
	struct answer *answer = answer_new(row->kind, row->dnssec, row->ttl);
	struct answer *found;

	answer_memo_keep(memo, answer, NOW);
	answer_free(answer);
	found = answer_memo_find(memo, HOST, DNS_A, NOW + row->after);
	assert_int_equal(found != NULL, row->left > 0);
	if (found != NULL) {
		assert_int_equal(found->ttl, row->left);
		assert_int_equal(found->kind, row->kind);
		assert_int_equal(found->dnssec, row->dnssec);
		answer_free(found);
	}
	assert_null(answer_memo_find(memo, HOST, DNS_AAAA, NOW));
	assert_null(answer_memo_find(memo, "x." HOST, DNS_A, NOW));
	answer_memo_free(memo);
}

/* What is fresh stays; what is not gives way to what is heard then. */
static void
test_again(void **state)
{
	struct answer_memo *memo = answer_memo_new();
	struct answer *first = answer_new(ANSWER_NO_DATA, DNSSEC_SECURE, 10);
	struct answer *second = answer_new(ANSWER_RECORDS, DNSSEC_SECURE, 10);
	struct answer *found;

	(void)state;
	answer_memo_keep(memo, first, NOW);
	answer_memo_keep(memo, second, NOW + 9);
	found = answer_memo_find(memo, HOST, DNS_A, NOW + 9);
	assert_int_equal(found->kind, ANSWER_NO_DATA);
	answer_free(found);
	answer_memo_keep(memo, second, NOW + 10);
	found = answer_memo_find(memo, HOST, DNS_A, NOW + 19);
	assert_int_equal(found->kind, ANSWER_RECORDS);
	assert_int_equal(found->ttl, 1);
	answer_free(found);
	answer_free(first);
	answer_free(second);
	answer_memo_free(memo);
}

/* A few records of much data, as of TLSA with whole certificates. */
static void
test_large(void **state)
{
	struct answer_memo *memo = answer_memo_new();
	struct answer *answer = answer_new(ANSWER_RECORDS, DNSSEC_SECURE, 300);
	struct answer *found;

	(void)state;
	assert_int_equal(answer->count, 0);
	answer->records = memory_new(1, sizeof(*answer->records));
	answer->count = 1;
	answer->records[0].size = ANSWER_MEMO_OCTETS;
	answer->records[0].data = memory_new(1, ANSWER_MEMO_OCTETS);
	answer_memo_keep(memo, answer, NOW);
	assert_null(answer_memo_find(memo, HOST, DNS_A, NOW));
	answer->records[0].size = ANSWER_MEMO_OCTETS / 2;
	answer_memo_keep(memo, answer, NOW);
	found = answer_memo_find(memo, HOST, DNS_A, NOW);
	assert_non_null(found);
	answer_free(found);
	answer_free(answer);
	answer_memo_free(memo);
}

/* Hostile answers are many and large. */
static void
test_bounds(void **state)
{
	struct answer_memo *memo = answer_memo_new();
	struct answer *answer = answer_new(ANSWER_RECORDS, DNSSEC_SECURE, 300);
	struct answer *found;
	char name[32];
	size_t i, kept = 0;

	(void)state;
	answer->origin = memory_new(1, sizeof(*answer->origin));
	answer->origin->size = ANSWER_MEMO_OCTETS + 1;
	answer->origin->packet = memory_new(1, answer->origin->size);
	answer_memo_keep(memo, answer, NOW);
	assert_null(answer_memo_find(memo, HOST, DNS_A, NOW));
	answer->origin->size = ANSWER_MEMO_OCTETS / 2;
	for (i = 0; i <= ANSWER_MEMO_KEPT; i++) {
		free(answer->owner);
		snprintf(name, sizeof(name), "mx%zu.example.org", i);
		answer->owner = memory_string(name);
		answer_memo_keep(memo, answer, NOW);
	}
	for (i = 0; i <= ANSWER_MEMO_KEPT; i++) {
		snprintf(name, sizeof(name), "mx%zu.example.org", i);
		found = answer_memo_find(memo, name, DNS_A, NOW);
		kept += found != NULL;
		answer_free(found);
	}
	assert_int_equal(kept, 1);
	answer_free(answer);
	answer_memo_free(memo);
}

static void
test_asked_again(void **state)
{
	struct answer_memo *memo = answer_memo_new();

	(void)state;
	assert_false(answer_memo_is_asked_again(memo, HOST, DNS_A));
	assert_false(answer_memo_is_asked_again(memo, HOST, DNS_AAAA));
	assert_false(answer_memo_is_asked_again(memo, "mx2.example.org",
	    DNS_A));
	assert_true(answer_memo_is_asked_again(memo, HOST, DNS_A));
	assert_true(answer_memo_is_asked_again(memo, HOST, DNS_AAAA));
	answer_memo_free(memo);
}

/* A single audit has none. */
static void
test_none(void **state)
{
	struct answer *answer = answer_new(ANSWER_RECORDS, DNSSEC_SECURE, 300);

	(void)state;
	answer_memo_keep(NULL, answer, NOW);
	assert_null(answer_memo_find(NULL, HOST, DNS_A, NOW));
	assert_false(answer_memo_is_asked_again(NULL, HOST, DNS_A));
	assert_false(answer_memo_is_asked_again(NULL, HOST, DNS_A));
	answer_memo_free(NULL);
	answer_free(answer);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_kept, rows),
		TABLE_ALONE(test_again),
		TABLE_ALONE(test_large),
		TABLE_ALONE(test_bounds),
		TABLE_ALONE(test_asked_again),
		TABLE_ALONE(test_none),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
