/*
 * What settings need descriptors for; in which of them there is a second way,
 * beside the resolvers that the user names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checker/run/engine.h"
#include "checker/run/settings.h"
#include "tests/unit/support/table.h"

struct work_row {
	const char		*name;
	bool			 forwarder, thorough;
	const char		*trust_anchor, *root_hints, *replay;
	bool			 authoritative;
	enum descriptors_work	 work;
};

static const struct work_row work_rows[] = {
	{ "one domain", false, true, NULL, NULL, NULL, false,
	    DESCRIPTORS_AUDIT },
	{ "by a resolver", true, true, NULL, NULL, NULL, false,
	    DESCRIPTORS_SECOND_WAY },
	{ "a list, by a resolver", true, false, NULL, NULL, NULL, false,
	    DESCRIPTORS_AUDIT },
	{ "only the resolver leads to the root", true, true, "anchor", NULL,
	    NULL, false, DESCRIPTORS_AUDIT },
	{ "so do root servers", true, true, "anchor", "hints", NULL, false,
	    DESCRIPTORS_SECOND_WAY },
	{ "other root servers", true, true, NULL, "hints", NULL, false,
	    DESCRIPTORS_SECOND_WAY },
	{ "name servers, by a resolver", true, true, NULL, NULL, NULL, true,
	    DESCRIPTORS_SECOND_WAY },
	{ "a record", true, true, NULL, NULL, "record", false,
	    DESCRIPTORS_JUDGE },
};

static void
test_work(void **state)
{
	static const char *const forwarders[] = { "192.0.2.53" };
	const struct work_row *row = *state;
	struct settings settings;

	settings_init(&settings);
	settings.gather.thorough = row->thorough;
	settings.gather.authoritative = row->authoritative;
	settings.trust_anchor = row->trust_anchor;
	settings.root_hints = row->root_hints;
	settings.replay = row->replay;
	if (row->forwarder) {
		settings.resolver.forwarders = forwarders;
		settings.resolver.forwarder_count = 1;
	}
	assert_int_equal(engine_work(&settings), row->work);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_work, work_rows),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
