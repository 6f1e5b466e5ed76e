#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/evidence/record_order.h"
#include "resolver/answer.h"
#include "resolver/memory.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

#define RECORDS_MAX 8

/* Records as text, "10 mx1.example" for MX; as they come, and sorted. */
struct order_row {
	const char	*name;
	enum dns_type	 type;
	const char	*answered[RECORDS_MAX];
	const char	*sorted[RECORDS_MAX];
};

static const struct order_row order_rows[] = {
	{ "nothing", DNS_MX, { NULL }, { NULL } },
	{ "one", DNS_NS, { "ns.example" }, { "ns.example" } },
	{ "MX by preference", DNS_MX,
	    { "256 a.example", "9 c.example", "10 b.example" },
	    { "9 c.example", "10 b.example", "256 a.example" } },
	{ "MX of one preference", DNS_MX,
	    { "10 mx10.example", "10 mx2.example", "10 mx1.example",
	      "10 mx02.example", "5 mx20.example" },
	    { "5 mx20.example", "10 mx1.example", "10 mx02.example",
	      "10 mx2.example", "10 mx10.example" } },
	{ "NS by name", DNS_NS,
	    { "ns10.example", "ns2.example", "a.example" },
	    { "a.example", "ns2.example", "ns10.example" } },
	{ "A as they stand", DNS_A, { "3", "1", "2" }, { "3", "1", "2" } },
};

static void
add_record(struct answer *answer, const char *text)
{
	struct answer_record *record;
	char *name = NULL;

	fixture_add(answer, text, strlen(text));
	record = &answer->records[answer->count - 1];
	if (answer->type == DNS_MX)
		record->preference = (uint16_t)strtoul(text, &name, 10);
	if (answer->type == DNS_MX || answer->type == DNS_NS)
		record->name = memory_string(name != NULL ? name + 1 : text);
}

static void
test_order(void **state)
{
	const struct order_row *row = *state;
	struct answer *answer;
	size_t i;

	answer = fixture_answer("example", row->type, ANSWER_RECORDS,
	    DNSSEC_SECURE);
	for (i = 0; row->answered[i] != NULL; i++)
		add_record(answer, row->answered[i]);
	record_order_sort(answer);
	for (i = 0; i < answer->count; i++) {
		assert_int_equal(answer->records[i].size,
		    strlen(row->sorted[i]));
		assert_memory_equal(answer->records[i].data, row->sorted[i],
		    answer->records[i].size);
	}
	assert_null(row->sorted[i]);
	answer_free(answer);
}

int
main(void)
{
	const struct table tables[] = {
		TABLE(test_order, order_rows),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
