#include "checker/report/report_self_test.h"

#include <stdlib.h>

#include "checker/evidence/evidence.h"
#include "checker/evidence/self_test_facts.h"
#include "checker/report/json_put.h"
#include "checker/report/lines.h"
#include "checker/report/provenance.h"
#include "checker/report/report.h"
#include "checker/report/report_json.h"
#include "resolver/text.h"

/* Columns of the topic, and of the state behind it. */
#define TOPIC_WIDTH	13
#define STATE_WIDTH	5
#define TEXT_COLUMN	(TOPIC_WIDTH + 1 + STATE_WIDTH)

static void
put_state(FILE *out, bool colour, enum self_test_state state)
{
	static const char *const colours[] = {
		[SELF_TEST_UNTRIED] = "",
		[SELF_TEST_FAIL] = "\x1b[31m",
		[SELF_TEST_WARN] = "\x1b[33m",
		[SELF_TEST_OK] = "\x1b[32m",
	};
	const bool coloured = colour && *colours[state] != '\0';

	fprintf(out, "%s%-*s%s", coloured ? colours[state] : "", STATE_WIDTH,
	    self_test_facts_state(state), coloured ? "\x1b[0m" : "");
}

/*
 * The topic comes first: no line begins with a state, which parsers of TAP
 * would obey.
 */
static void
put_item(FILE *out, const struct report_options *options,
    const struct self_test_item *item)
{
	fprintf(out, "%-*s ", TOPIC_WIDTH, self_test_facts_topic(item->topic));
	put_state(out, options->colour, item->state);
	lines_put_from(out, TEXT_COLUMN, TEXT_COLUMN, item->text);
	if (item->advice != NULL)
		lines_put(out, TEXT_COLUMN, "-> ", item->advice);
}

void
report_self_test_text(FILE *out, const struct report_options *options,
    const struct evidence *evidence)
{
	const struct self_test_facts *facts = evidence->self_test;
	char *text;
	size_t i;

	for (i = 0; i < facts->item_count; i++) {
		if (options->verbosity >= 0 ||
		    facts->items[i].state == SELF_TEST_FAIL ||
		    facts->items[i].state == SELF_TEST_WARN)
			put_item(out, options, &facts->items[i]);
	}
	if (options->verbosity <= 0)
		return;
	text = provenance_text(evidence);
	lines_put(out, 0, "", text);
	free(text);
}

static const char *
state_key(enum self_test_state state)
{
	static const char *const keys[] = {
		[SELF_TEST_UNTRIED] = "untried",
		[SELF_TEST_FAIL] = "fail",
		[SELF_TEST_WARN] = "warning",
		[SELF_TEST_OK] = "ok",
	};

	return keys[state];
}

void
report_self_test_json(FILE *out, const struct report_options *options,
    const struct evidence *evidence)
{
	const struct self_test_facts *facts = evidence->self_test;
	struct json_put json = { .out = out };
	size_t i;

	(void)options;
	json_put_object(&json, NULL);
	json_put_text(&json, "domain", facts->has_domain ? evidence->domain :
	    NULL);
	json_put_text(&json, "verdict", verdict_name(evidence->judged.verdict));
	json_put_owned(&json, "checked_at", text_time(evidence->checked_at));
	json_put_number(&json, "elapsed_ms", evidence->elapsed_ms);
	report_json_tool(&json, evidence);
	json_put_text(&json, "helo", facts->helo);
	json_put_array(&json, "self_test");
	for (i = 0; i < facts->item_count; i++) {
		json_put_object(&json, NULL);
		json_put_text(&json, "item",
		    self_test_facts_key(facts->items[i].topic));
		json_put_text(&json, "state",
		    state_key(facts->items[i].state));
		json_put_text(&json, "text", facts->items[i].text);
		json_put_text(&json, "advice", facts->items[i].advice);
		json_put_object_end(&json);
	}
	json_put_array_end(&json);
	json_put_object_end(&json);
	json_put_line_end(&json);
}
