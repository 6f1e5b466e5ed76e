/* How several connections to one address ended, as one value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checker/evidence/endpoint_ends.h"
#include "smtp/tls_alert.h"
#include "tests/unit/support/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { ENDS_MAX = 4 };

#define DONE	{ STAGE_DONE, OUTCOME_DONE, .connections = 1 }
#define ASKING	{ STAGE_DONE, OUTCOME_DONE, .asks_certificate = true, \
		    .connections = 1 }
#define BUSY	{ STAGE_GREETING, OUTCOME_REFUSED, "421 busy, a1", 421, \
		    .connections = 1 }
#define BUSIER	{ STAGE_GREETING, OUTCOME_REFUSED, "421 busy, b2", 421, \
		    .connections = 2 }
#define LISTED	{ STAGE_GREETING, OUTCOME_REFUSED, "554 no", 554, \
		    .connections = 1 }
#define LATE	{ STAGE_CONNECT, OUTCOME_TIMEOUT, "too late", .connections = 3 }
#define ALERT	{ STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, "alert", \
		    .alert = ALERT_UNRECOGNIZED_NAME, .connections = 1 }
#define CLOSED	{ STAGE_HANDSHAKE, OUTCOME_HANDSHAKE_FAILED, "closed", \
		    .asks_certificate = true, .connections = 1 }
#define NONE	{ STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, NULL, \
		    .connections = 1 }
#define HIDDEN	{ STAGE_EHLO, OUTCOME_STARTTLS_NOT_OFFERED, "XXXXXXXA", \
		    .rewrite = REWRITE_KEYWORD, .connections = 1 }
#define LIMIT	{ STAGE_CONNECT, OUTCOME_LIMIT, "enough", .connections = 1 }

static const struct ends_row {
	const char		*name;
	struct endpoint_ending	 ends[ENDS_MAX];	/* until 0 of them */
	enum session_outcome	 own;
	unsigned int		 own_count;
	unsigned int		 connections;
	const char		*others[ENDS_MAX];	/* errors */
	unsigned int		 counts[ENDS_MAX];
} rows[] = {
	{ "one", { DONE }, OUTCOME_DONE, 1, 1, { NULL }, { 0 } },
	{ "the same", { DONE, DONE, DONE }, OUTCOME_DONE, 3, 3, { NULL },
	    { 0 } },
	{ "a machine is busy", { DONE, BUSY, DONE }, OUTCOME_DONE, 2, 3,
	    { "421 busy, a1" }, { 1 } },
	{ "the first machine is busy", { BUSY, DONE }, OUTCOME_DONE, 1, 2,
	    { "421 busy, a1" }, { 1 } },
	{ "busy again", { BUSY, DONE, BUSIER }, OUTCOME_DONE, 1, 4,
	    { "421 busy, a1" }, { 3 } },
	{ "always busy", { BUSY, BUSIER }, OUTCOME_REFUSED, 3, 3, { NULL },
	    { 0 } },
	{ "refused in two ways", { BUSY, LISTED, BUSIER }, OUTCOME_REFUSED, 3,
	    4, { "554 no" }, { 1 } },
	{ "two faults beside what works", { BUSY, LISTED, DONE },
	    OUTCOME_DONE, 1, 3, { "554 no", "421 busy, a1" }, { 1, 1 } },
	{ "a machine asks for a certificate", { DONE, ASKING },
	    OUTCOME_DONE, 2, 2, { NULL }, { 0 } },
	{ "two machines end handshakes, each for a reason of its own",
	    { ALERT, CLOSED, ALERT }, OUTCOME_HANDSHAKE_FAILED, 2, 3,
	    { "closed" }, { 1 } },
	{ "a device before one machine", { NONE, HIDDEN, HIDDEN },
	    OUTCOME_STARTTLS_NOT_OFFERED, 1, 3, { "XXXXXXXA" }, { 2 } },
	{ "the time is over", { DONE, LATE }, OUTCOME_DONE, 1, 4,
	    { "too late" }, { 3 } },
	{ "a limit at once", { LIMIT }, OUTCOME_LIMIT, 0, 0, { NULL }, { 0 } },
	{ "a limit later", { DONE, LIMIT }, OUTCOME_LIMIT, 0, 1, { NULL },
	    { 0 } },
	{ "a limit after a fault", { BUSY, LIMIT }, OUTCOME_LIMIT, 0, 1,
	    { "421 busy, a1" }, { 1 } },
};

static void
assert_others(const struct endpoint_ending *endings, size_t count,
    const struct ends_row *row)
{
	size_t i;

	for (i = 0; i < count; i++) {
		assert_string_equal(endings[i].error, row->others[i]);
		assert_int_equal(endings[i].connections, row->counts[i]);
	}
	assert_null(row->others[i]);
}

static void
test_ends(void **state)
{
	const struct ends_row *row = *state;
	struct endpoint_evidence endpoint = { .connections = 0 }, copy;
	size_t i;

	for (i = 0; i < ENDS_MAX && row->ends[i].connections > 0; i++) {
		endpoint_ends_add(&endpoint, &row->ends[i]);
		assert_true(row->ends[i].outcome == OUTCOME_LIMIT ||
		    endpoint_ends_have(&endpoint, &row->ends[i]));
	}
	assert_int_equal(endpoint.outcome, row->own);
	assert_int_equal(endpoint_ends_own(&endpoint).connections,
	    row->own_count);
	assert_int_equal(endpoint.connections, row->connections);
	assert_others(endpoint.endings, endpoint.ending_count, row);

	evidence_endpoint_copy(&copy, &endpoint);
	evidence_endpoint_clear(&endpoint);
	assert_int_equal(copy.connections, row->connections);
	assert_others(copy.endings, copy.ending_count, row);
	evidence_endpoint_clear(&copy);
}

/* What is known of the end that counts is that of its own connection. */
static void
test_own(void **state)
{
	const struct endpoint_ending alert = ALERT, hidden = HIDDEN,
	    asking = ASKING;
	struct endpoint_evidence endpoint = { .connections = 0 };

	(void)state;
	endpoint_ends_add(&endpoint, &alert);
	endpoint_ends_add(&endpoint, &hidden);
	assert_int_equal(endpoint.alert, ALERT_UNRECOGNIZED_NAME);
	assert_int_equal(endpoint.rewrite, REWRITE_NONE);
	assert_int_equal(endpoint.endings[0].rewrite, REWRITE_KEYWORD);
	endpoint_ends_add(&endpoint, &asking);
	assert_int_equal(endpoint.alert, ALERT_NONE);
	assert_true(endpoint.asks_certificate);
	assert_int_equal(endpoint.endings[1].alert, ALERT_UNRECOGNIZED_NAME);
	endpoint_ends_forget(&endpoint);
	assert_false(endpoint.asks_certificate);
	assert_int_equal(endpoint.outcome, OUTCOME_UNTRIED);
	evidence_endpoint_clear(&endpoint);
}

static void
test_have(void **state)
{
	const struct endpoint_ending busy = BUSY, listed = LISTED, done = DONE;
	struct endpoint_evidence endpoint = { .connections = 0 };

	(void)state;
	assert_false(endpoint_ends_have(&endpoint, &busy));
	endpoint_ends_add(&endpoint, &busy);
	endpoint_ends_add(&endpoint, &done);
	assert_true(endpoint_ends_have(&endpoint, &busy));
	assert_true(endpoint_ends_have(&endpoint, &done));
	assert_false(endpoint_ends_have(&endpoint, &listed));
	evidence_endpoint_clear(&endpoint);
}

/* Attempts that do not count change nothing about those that do. */
static void
test_retried(void **state)
{
	static const struct endpoint_ending ends[] = { BUSY, LATE, BUSIER };
	struct endpoint_evidence endpoint = { 0 };
	struct endpoint_ending done = DONE;
	size_t i;

	(void)state;
	assert_int_equal(endpoint_ends_retries(&endpoint), 0);
	for (i = 0; i < COUNT(ends); i++)
		endpoint_ends_add_retried(&endpoint, &ends[i]);
	endpoint_ends_add(&endpoint, &done);
	assert_int_equal(endpoint.outcome, OUTCOME_DONE);
	assert_int_equal(endpoint.connections, 1);
	assert_int_equal(endpoint.ending_count, 0);
	assert_int_equal(endpoint.retried_count, 2);
	assert_int_equal(endpoint.retried[0].connections, 3);
	assert_string_equal(endpoint.retried[1].error, "too late");
	assert_int_equal(endpoint_ends_retries(&endpoint), 6);
	evidence_endpoint_clear(&endpoint);
}

static void
test_share(void **state)
{
	char *share = endpoint_ends_share(2, 5);

	(void)state;
	assert_string_equal(share, "in 2 of 5 connections");
	free(share);
	assert_null(endpoint_ends_share(5, 5));
	assert_null(endpoint_ends_share(1, 1));
	assert_null(endpoint_ends_share(0, 0));
	/* Whatever a record says. */
	assert_null(endpoint_ends_share(0, 5));
	assert_null(endpoint_ends_share(6, 5));
}

int
main(void)
{
	const struct table tables[] = {
		TABLE(test_ends, rows),
		TABLE_ALONE(test_own),
		TABLE_ALONE(test_have),
		TABLE_ALONE(test_retried),
		TABLE_ALONE(test_share),
	};

	return table_run(tables, COUNT(tables));
}
