#include "tests/unit/support/follow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/tlsa/match.h"
#include "checker/tlsa/tlsa.h"
#include "resolver/memory.h"

#define PUBLISH "publish  "
#define RECORD	". IN TLSA "

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
try_record(const char *text, const struct match_input *published,
    size_t instead_of)
{
	struct match_input input = *published;
	struct match_result *results;
	struct tlsa_set set;
	struct tlsa advised;
	const char *why;
	size_t last;

	if (!tlsa_from_text(&advised, text, &why))
		fail_msg("%s %s", text, why);
	set = put_in(published->records, instead_of, &advised);
	input.records = &set;
	results = match_chain(&input);
	last = set.count - 1;
	if (results[last].status != MATCH_MATCH)
		fail_msg("%s was advised, but: %s", text, results[last].why);
	match_free(results, set.count);
	tlsa_set_clear(&set);
	free(advised.data);
}

size_t
follow_advice(const char *advice, const struct match_input *published,
    size_t instead_of)
{
	const char *line = advice, *record;
	size_t count = 0;
	char *text;

	for (; (line = strstr(line, PUBLISH)) != NULL; count++) {
		text = memory_copy(line, strcspn(line, "\n"));
		record = strstr(text, RECORD);
		record = record != NULL ? record + strlen(RECORD) :
		    text + strlen(PUBLISH);
		try_record(record, published, instead_of);
		try_record(record, published, published->records->count);
		free(text);
		line += strlen(PUBLISH);
	}
	return count;
}
