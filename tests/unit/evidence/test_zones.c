/* The list of zones in the evidence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checker/evidence/evidence.h"
#include "resolver/memory.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

static void
test_find(void **state)
{
	struct evidence *evidence = evidence_new("example.org");
	struct zone_evidence *zone;

	(void)state;
	assert_null(evidence_zone(evidence, "."));
	zone = evidence_add_zone(evidence, "org");
	assert_string_equal(zone->name, "org");
	assert_null(zone->parent);
	assert_ptr_equal(evidence_zone(evidence, "org"), zone);
	assert_null(evidence_zone(evidence, "example.org"));
	assert_null(evidence_zone(evidence, "or"));
	assert_int_equal(evidence->zone_total, 1);
	evidence_free(evidence);
}

/* What a zone owns goes with it; run under a sanitizer. */
static void
test_remove(void **state)
{
	struct evidence *evidence = evidence_new("example.org");

	(void)state;
	fixture_zone(evidence, ".", NULL, DNSSEC_SECURE);
	fixture_zone(evidence, "org", ".", DNSSEC_SECURE);
	fixture_zone(evidence, "example.org", "org", DNSSEC_SECURE);
	evidence_remove_zone(evidence, 1);
	assert_int_equal(evidence->zone_count, 2);
	assert_int_equal(evidence->zone_total, 2);
	assert_string_equal(evidence->zones[0].name, ".");
	assert_string_equal(evidence->zones[1].name, "example.org");
	evidence_remove_zone(evidence, 1);
	evidence_remove_zone(evidence, 0);
	assert_int_equal(evidence->zone_count, 0);
	assert_null(evidence_zone(evidence, "."));
	evidence_free(evidence);
}

static void
test_sort(void **state)
{
	static const char *const mixed[] = {
		"b.example.org", "org", "mx10.net", "a\\.b", ".",
		"example.org", "mx2.net", "net",
	};
	static const char *const sorted[] = {
		".", "a\\.b", "net", "org", "example.org", "mx2.net",
		"mx10.net", "b.example.org",
	};
	struct evidence *evidence = evidence_new("example.org");
	size_t i;

	(void)state;
	evidence_sort_zones(evidence);
	for (i = 0; i < sizeof(mixed) / sizeof(mixed[0]); i++)
		evidence_add_zone(evidence, mixed[i]);
	evidence_sort_zones(evidence);
	for (i = 0; i < sizeof(sorted) / sizeof(sorted[0]); i++)
		assert_string_equal(evidence->zones[i].name, sorted[i]);
	evidence_free(evidence);
}

static void
test_limit(void **state)
{
	struct evidence *evidence = evidence_new("example.org");
	char *name;
	size_t i;

	(void)state;
	for (i = 0; i <= EVIDENCE_ZONES_MAX; i++) {
		name = memory_format("zone%zu", i);
		assert_int_equal(evidence_add_zone(evidence, name) != NULL,
		    i < EVIDENCE_ZONES_MAX);
		free(name);
	}
	assert_int_equal(evidence->zone_count, EVIDENCE_ZONES_MAX);
	assert_int_equal(evidence->zone_total, EVIDENCE_ZONES_MAX + 1);
	assert_null(evidence_zone(evidence, "zone256"));
	evidence_free(evidence);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_ALONE(test_find),
		TABLE_ALONE(test_remove),
		TABLE_ALONE(test_sort),
		TABLE_ALONE(test_limit),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
