#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unbound.h>
#include <unistd.h>

#include <cmocka.h>

#include "resolver/anchor.h"
#include "resolver/memory.h"
#include "resolver/resolver.h"
#include "resolver/setup.h"
#include "tests/unit/support/scratch.h"
#include "tests/unit/support/table.h"

/* What is wrong with these options, owned by the caller; NULL: nothing. */
static char *
fault_of(const struct resolver_options *options)
{
	struct anchors anchors;
	struct ub_ctx *context;
	char *why = NULL;

	assert_true(anchors_init(&anchors, NULL, &why));
	context = setup_context(options, &anchors, &why);
	assert_int_equal(context == NULL, why != NULL);
	ub_ctx_delete(context);
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

/* What is wrong with a stub zone is named. */
static void
test_stub(void **state)
{
	struct resolver_options options = { .stub_zone = "example" };
	char *why;

	(void)state;
	options.stub_server = "192.0.2.1@5353";
	assert_null(fault_of(&options));
	options.stub_server = "192.0.2.1:53";
	why = fault_of(&options);
	assert_string_equal(why,
	    "192.0.2.1:53 cannot be asked about example: syntax error");
	free(why);
}

static const struct hints_row {
	const char	*name;
	const char	*text;
	const char	*why;		/* begins so, after the path */
} hints_rows[] = {
	{ "comment alone", "; none\n",
	    ": holds no root server with an address" },
	{ "NS without an address", ". IN NS ns.\n",
	    ": holds no root server with an address" },
	{ "address without an NS", "ns. IN A 192.0.2.1\n",
	    ": holds no root server with an address" },
	{ "another zone's NS", "example. IN NS ns.\n",
	    ", line 1: is neither an NS record of the root nor an address" },
	{ "malformed address", ". IN NS ns.\nns. IN A 192.0.2.256\n",
	    ", line 2: " },
};

/* With these hints. What is wrong, after the file's path; as above. */
static char *
fault_of_hints(const char *text)
{
	char *path = scratch_file(text, strlen(text)), *why, *rest = NULL;
	const struct resolver_options options = { .root_hints = path };

	why = fault_of(&options);
	if (why != NULL) {
		assert_int_equal(strncmp(why, path, strlen(path)), 0);
		rest = memory_string(why + strlen(path));
	}
	unlink(path);
	free(path);
	free(why);
	return rest;
}

static void
test_bad_hints(void **state)
{
	const struct hints_row *row = *state;
	char *why = fault_of_hints(row->text);

	assert_non_null(why);
	assert_int_equal(strncmp(why, row->why, strlen(row->why)), 0);
	free(why);
}

static void
test_good_hints(void **state)
{
	(void)state;
	assert_null(fault_of_hints("$TTL 60\n. 3600 IN NS ns.\n"
	    "ns. IN A 192.0.2.1\n\tIN AAAA 2001:db8::1\n"));
}

static void
test_missing_hints(void **state)
{
	const struct resolver_options options = {
		.root_hints = "/nonexistent/hints",
	};
	char *why = fault_of(&options);

	(void)state;
	assert_string_equal(why,
	    "/nonexistent/hints: No such file or directory");
	free(why);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_forwarder, forwarder_rows),
		TABLE_ALONE(test_stub),
		TABLE(test_bad_hints, hints_rows),
		TABLE_ALONE(test_good_hints),
		TABLE_ALONE(test_missing_hints),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
