#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "resolver/file_markup.h"
#include "tests/unit/support/table.h"

static const struct row {
	const char	*name;
	const char	*text;
	const char	*markup;
} rows[] = {
	{ "nothing", "", NULL },
	{ "space", " \n", NULL },
	{ "object", "{\"a\": 1}", "JSON" },
	{ "empty object", "{ }", "JSON" },
	{ "object over lines", "\n{\n  \"a\": 1\n}\n", "JSON" },
	{ "behind a mark", "\xef\xbb\xbf{\"a\": 1}", "JSON" },
	{ "array of objects", "[ {\"a\": 1} ]", "JSON" },
	{ "array of strings", "[\"a\"]", "JSON" },
	{ "section", "[section]\nname = value\n", NULL },
	{ "brace alone", "{", NULL },
	{ "document", "---\na: 1\n", "YAML" },
	{ "document behind comments", "# by a tool\n\n# x\n---\n", "YAML" },
	{ "pair", "kind: Secret\n", "YAML" },
	{ "key alone", "tls.crt:\n  x\n", "YAML" },
	{ "list", "- host: mx.example.org\n", "YAML" },
	{ "directive", "%YAML 1.2\n", "YAML" },
	{ "PEM", "-----BEGIN CERTIFICATE-----\n", NULL },
	{ "printout", "Certificate:\n    Data:\n", NULL },
	{ "printout of a request", "Certificate Request:\n    Data:\n", NULL },
	{ "time", "12:30\n", NULL },
	{ "zone", "$ORIGIN example.org.\n@ IN SOA ns host 1 2 3 4 5\n", NULL },
	{ "record", "_25._tcp.mx.example.org. IN TLSA 3 1 1 ab\n", NULL },
	{ "fields", "3 1 1 ab\n", NULL },
	{ "comment without an end", "# a", NULL },
	{ "colon within a word", "a:b\n", NULL },
};

static void
test_markup(void **state)
{
	const struct row *row = *state;
	const char *markup = file_markup(row->text, strlen(row->text));

	if (row->markup == NULL)
		assert_null(markup);
	else
		assert_string_equal(markup, row->markup);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_markup, rows),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
