#include "tests/unit/support/follow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/tlsa/advice.h"
#include "checker/tlsa/match.h"
#include "checker/tlsa/tlsa.h"

/* The published records and the advised one, which is the last. */
static struct tlsa_set
put_in(const struct tlsa_set *published, size_t instead_of,
    const struct tlsa *advised)
{
	struct tlsa_set set = { NULL, 0 };
	size_t i;

	for (i = 0; i < published->count; i++) {
		if (i != instead_of)
			tlsa_set_add(&set, &published->records[i]);
	}
	tlsa_set_add(&set, advised);
	tlsa_set_settle(&set);
	return set;
}

static void
try_record(const struct tlsa *advised, const struct match_input *published,
    size_t instead_of)
{
	struct tlsa_set set = put_in(published->records, instead_of, advised);
	struct match_input input = *published;
	struct match_result *results;
	size_t last = set.count - 1;
	char *text;

	input.records = &set;
	results = match_chain(&input);
	if (results[last].status != MATCH_MATCH) {
		text = tlsa_text(advised, true);
		fail_msg("%s was advised, but: %s", text, results[last].why);
	}
	match_free(results, set.count);
	tlsa_set_clear(&set);
}

size_t
follow_advice(const struct advice_list *advice,
    const struct match_input *published, size_t instead_of)
{
	const struct tlsa *record;
	size_t i, count = 0;

	for (i = 0; i < advice->count; i++) {
		if (advice->items[i].kind != ADVICE_PUBLISH ||
		    advice->items[i].type != DNS_TLSA)
			continue;
		record = &advice->items[i].record;
		try_record(record, published, instead_of);
		try_record(record, published, published->records->count);
		count++;
	}
	return count;
}

void
assert_advice(const struct advice_list *advice, const char *expected)
{
	char *text = advice_list_text(advice);

	if (expected == NULL)
		assert_null(text);
	else
		assert_string_equal(text != NULL ? text : "", expected);
	free(text);
}

bool
advice_has(const struct advice_list *advice, const char *text)
{
	char *all = advice_list_text(advice);
	const bool has = all != NULL && strstr(all, text) != NULL;

	free(all);
	return has;
}
