#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unbound.h>

#include <cmocka.h>

#include "resolver/anchor.h"
#include "resolver/asked.h"
#include "resolver/file.h"
#include "resolver/memory.h"
#include "resolver/resolver.h"
#include "resolver/setup.h"
#include "tests/unit/support/table.h"

/* What is wrong with these options, owned by the caller; NULL: nothing. */
static char *
fault_of(const struct resolver_options *options)
{
	static const struct anchor_files none;
	struct anchors anchors;
	struct asked asked;
	struct ub_ctx *context;
	char *why = NULL;

	assert_true(anchors_init(&anchors, &none, &why));
	context = setup_context(options, &anchors, &asked, &why);
	assert_int_equal(context == NULL, why != NULL);
	ub_ctx_delete(context);
	asked_clear(&asked);
	anchors_clear(&anchors);
	return why;
}

static const struct forwarder_row {
	const char	*name;
	const char	*forwarder;
	const char	*shown;		/* in the message; NULL: it is good */
} forwarder_rows[] = {
	{ "IPv4", "192.0.2.1", NULL },
	{ "IPv4 and a port", "192.0.2.1@65535", NULL },
	{ "IPv6", "2001:db8::1", NULL },
	{ "IPv6 and a port", "2001:db8::1@5353", NULL },
	{ "empty", "", "" },
	{ "name", "resolver.example", "resolver.example" },
	{ "port alone", "@53", "@53" },
	{ "empty port", "192.0.2.1@", "192.0.2.1@" },
	{ "port 0", "192.0.2.1@0", "192.0.2.1@0" },
	{ "port 65536", "192.0.2.1@65536", "192.0.2.1@65536" },
	{ "port with a sign", "192.0.2.1@+53", "192.0.2.1@+53" },
	{ "port with a space", "192.0.2.1@ 53", "192.0.2.1@ 53" },
	{ "port and a letter", "192.0.2.1@53x", "192.0.2.1@53x" },
	{ "port with leading zeros", "192.0.2.1@000053", NULL },
	{ "colon for @", "192.0.2.1:53", "192.0.2.1:53" },
	{ "brackets", "[2001:db8::1]", "[2001:db8::1]" },
	{ "octet of 256", "192.0.2.256", "192.0.2.256" },
	{ "two ports", "2001:db8::1@53@53", "2001:db8::1@53@53" },
	{ "control characters", "\x1b[2J", "\\x1b[2J" },
};

static void
test_forwarder(void **state)
{
	const struct forwarder_row *row = *state;
	const char *forwarders[] = { row->forwarder };
	const struct resolver_options options = {
		.forwarders = forwarders,
		.forwarder_count = 1,
	};
	char *why = fault_of(&options), *expected;

	if (row->shown == NULL) {
		assert_null(why);
		return;
	}
	expected = memory_format("'%s' is not a resolver's address: ADDR or "
	    "ADDR@PORT", row->shown);
	assert_string_equal(why, expected);
	free(expected);
	free(why);
}

/* With a file of root hints. What is wrong, owned by the caller; as above. */
static char *
fault_of_hints(const char *text)
{
	struct file file;
	const struct resolver_options options = {
		.root_hints = &file,
	};
	char *why;

	file_init(&file, "hints", text, strlen(text));
	why = fault_of(&options);
	file_clear(&file);
	return why;
}

static void
test_hints(void **state)
{
	char *why;

	(void)state;
	assert_null(fault_of_hints("$TTL 60\n. 3600 IN NS ns.\n"
	    "ns. IN A 192.0.2.1\n\tIN AAAA 2001:db8::1\n"));
	why = fault_of_hints(". IN NS ns.\n");
	assert_string_equal(why, "hints: holds no root server with an "
	    "address");
	free(why);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_forwarder, forwarder_rows),
		TABLE_ALONE(test_hints),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
