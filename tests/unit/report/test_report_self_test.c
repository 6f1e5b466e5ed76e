/*
 * The report of --self-test as text and as JSON.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checker/evidence/self_test_facts.h"
#include "checker/report/report.h"
#include "resolver/memory.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/table.h"

static const struct self_test_item items[] = {
	{ SELF_TEST_ROOT, SELF_TEST_OK, (char *)"its keys are validated",
	    NULL },
	{ SELF_TEST_UDP, SELF_TEST_FAIL, (char *)"198.41.0.4: no answer, over "
	    "and over again ::error::and again", (char *)"open port 53" },
	{ SELF_TEST_PORT, SELF_TEST_UNTRIED, (char *)"not tried", NULL },
	{ SELF_TEST_NAME, SELF_TEST_WARN, (char *)"'vm' is not qualified",
	    (char *)"give --helo another one" },
};

#define ITEMS (sizeof(items) / sizeof(items[0]))

static struct evidence *
make(bool has_domain)
{
	struct evidence *evidence = fixture_domain("example.org");
	struct self_test_facts *facts = self_test_facts_new("vm");
	size_t i;

	evidence->self_test = facts;
	evidence->checked_at = 1769860805;
	evidence->elapsed_ms = 42;
	evidence->tool.version = memory_string("0.1.0");
	evidence->judged.verdict = VERDICT_UNKNOWN;
	facts->has_domain = has_domain;
	facts->items = memory_new(ITEMS, sizeof(items[0]));
	facts->item_count = ITEMS;
	for (i = 0; i < ITEMS; i++) {
		facts->items[i] = items[i];
		facts->items[i].text = memory_string(items[i].text);
		facts->items[i].advice = memory_string(items[i].advice);
	}
	return evidence;
}

#define WARNING \
	"EHLO name     warn 'vm' is not qualified\n" \
	"                   -> give --helo another one\n"
#define FAULT \
	"DNS over UDP  FAIL 198.41.0.4: no answer, over and over again " \
	"::error::and\n" \
	"                   again\n" \
	"                   -> open port 53\n"
#define ALL \
	"root          ok   its keys are validated\n" FAULT \
	"mail servers  -    not tried\n" WARNING
#define JSON(domain) \
	"{\"domain\":" domain ",\"verdict\":\"unknown\"," \
	"\"checked_at\":\"2026-01-31T12:00:05Z\",\"elapsed_ms\":42," \
	"\"tool\":{\"name\":\"mxdane\",\"version\":\"0.1.0\"," \
	"\"openssl\":null,\"unbound\":null,\"dnssec\":null,\"source\":[]}," \
	"\"helo\":\"vm\",\"self_test\":[" \
	"{\"item\":\"root\",\"state\":\"ok\"," \
	"\"text\":\"its keys are validated\",\"advice\":null}," \
	"{\"item\":\"udp\",\"state\":\"fail\",\"text\":\"198.41.0.4: no " \
	"answer, over and over again ::error::and again\"," \
	"\"advice\":\"open port 53\"}," \
	"{\"item\":\"port\",\"state\":\"untried\"," \
	"\"text\":\"not tried\",\"advice\":null}," \
	"{\"item\":\"helo\",\"state\":\"warning\"," \
	"\"text\":\"'vm' is not qualified\"," \
	"\"advice\":\"give --helo another one\"}]}\n"

static const struct row {
	const char	*name;
	const char	*format;
	int		 verbosity;
	bool		 has_domain;
	const char	*text;
} rows[] = {
	{ "text", "text", 0, true, ALL },
	{ "what is wrong", "text", -1, true, FAULT WARNING },
	{ "by what", "text", 1, true, ALL
	    "checked 2026-01-31T12:00:05Z by mxdane 0.1.0\n" },
	{ "JSON", "json", 0, true, JSON("\"example.org\"") },
	{ "JSON without a domain", "json", 2, false, JSON("null") },
};

static void
test_report(void **state)
{
	const struct row *row = *state;
	const struct report_options options = { .verbosity = row->verbosity };
	struct evidence *evidence = make(row->has_domain);
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	report_format_find(row->format)->self_test(out, &options, evidence);
	fclose(out);
	assert_string_equal(text, row->text);
	free(text);
	evidence_free(evidence);
}

/* Formats for what counts domains have none. */
static void
test_formats(void **state)
{
	static const char *const without[] = { "junit", "tap", "github",
		"prometheus" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(without) / sizeof(without[0]); i++)
		assert_null(report_format_find(without[i])->self_test);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_report, rows),
		TABLE_ALONE(test_formats),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
