/*
 * What is said of the paths of usage 2 matches: an anchor that is not sent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "checker/evidence/evidence.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/match_cases.h"
#include "tests/unit/support/table.h"

static struct issued **world;

static const struct row {
	const char	*name;
	enum who	 sent[MATCH_SENT_MAX];
	const char	*record;
	enum who	 of;
	const char	*beside;	/* another record, of the leaf */
	enum verdict	 verdict;
	bool		 told;
} rows[] = {
	{ "a key, not sent", { LEAF, INTERMEDIATE }, "2 1 0", ROOT, NULL,
	    VERDICT_PASS, true },
	{ "a key, not sent, beside usage 3", { LEAF, INTERMEDIATE }, "2 1 0",
	    ROOT, "3 1 1", VERDICT_PASS, true },
	{ "a key, sent", { LEAF, INTERMEDIATE, ROOT }, "2 1 0", ROOT, NULL,
	    VERDICT_PASS, false },
	{ "a key, sent in another certificate", { LEAF, CROSS }, "2 1 0",
	    INTERMEDIATE, NULL, VERDICT_PASS, false },
	{ "a certificate, not sent", { LEAF, INTERMEDIATE }, "2 0 0", ROOT,
	    NULL, VERDICT_PASS, false },
	{ "the server's own key", { ALONE }, "2 1 0", ALONE, NULL,
	    VERDICT_PASS, false },
	{ "a key that does not match", { LEAF, INTERMEDIATE }, "2 1 0",
	    OTHER_ROOT, NULL, VERDICT_FAIL, false },
};

static void
test_anchor_not_sent(void **state)
{
	const struct row *row = *state;
	struct evidence *evidence = fixture_domain("example.org");
	struct host_evidence *host = fixture_host(evidence, "mx.example.org");

	match_world_publish(host, world, row->record, row->of);
	if (row->beside != NULL)
		match_world_publish(host, world, row->beside, row->sent[0]);
	match_world_present(host, world, "192.0.2.1", row->sent);
	fixture_judge(evidence);
	assert_int_equal(evidence->judged.verdict, row->verdict);
	assert_int_equal(finding_list_has(&evidence->judged.findings,
	    FINDING_ANCHOR_NOT_SENT), row->told);
	evidence_free(evidence);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_anchor_not_sent, rows),
	};
	void *set_up;
	int failed;

	match_world_set_up(&set_up);
	world = set_up;
	failed = table_run(tables, sizeof(tables) / sizeof(tables[0]));
	match_world_tear_down(&set_up);
	return failed;
}
