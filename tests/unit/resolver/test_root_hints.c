#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "resolver/file.h"
#include "resolver/memory.h"
#include "resolver/root_hints.h"
#include "tests/unit/support/table.h"

static bool
read_text(struct root_hints *hints, const char *text, char **why)
{
	struct file file;
	bool good;

	file_init(&file, "root\thints", text, strlen(text));
	good = root_hints_init(hints, &file, why);
	file_clear(&file);
	return good;
}

static const struct accepted_row {
	const char	*name;
	const char	*text;
	const char	*addresses;
} accepted_rows[] = {
	{ "IANA's named.root", "; formerly NS.INTERNIC.NET\n;\n"
	    ".                        3600000      NS    "
	    "A.ROOT-SERVERS.NET.\n"
	    "A.ROOT-SERVERS.NET.      3600000      A     198.41.0.4\n"
	    "A.ROOT-SERVERS.NET.      3600000      AAAA  "
	    "2001:503:ba3e::2:30\n"
	    ".                        3600000      NS    "
	    "B.ROOT-SERVERS.NET.\n"
	    "B.ROOT-SERVERS.NET.      3600000      A     170.247.170.2\n",
	    "198.41.0.4 2001:503:ba3e::2:30 170.247.170.2" },
	{ "$TTL, owners that are not repeated", "$TTL 60\n"
	    ". 3600 IN NS ns.\nns. IN A 192.0.2.1\n\tIN AAAA 2001:db8::1\n",
	    "192.0.2.1 2001:db8::1" },
	{ "addresses first, another case", "ns. A 192.0.2.1\n"
	    "a.ns. A 192.0.2.2\n. NS A.Ns.\n. NS NS.\n",
	    "192.0.2.1 192.0.2.2" },
	{ "an address of another name", ". NS b.\n. NS d.\n"
	    "a. A 192.0.2.1\nb. A 192.0.2.2\nc. A 192.0.2.3\n"
	    "d. A 192.0.2.4\ne. A 192.0.2.5\n", "192.0.2.2 192.0.2.4" },
	{ "a server without an address", ". NS a.\n. NS b.\n"
	    "b. AAAA ::1\n", "::1" },
};

static void
test_accepted(void **state)
{
	const struct accepted_row *row = *state;
	struct root_hints hints;
	char *why, *all;

	assert_true(read_text(&hints, row->text, &why));
	all = memory_join_all(hints.addresses, hints.count, " ");
	assert_string_equal(all, row->addresses);
	free(all);
	root_hints_clear(&hints);
	root_hints_clear(&hints);	/* does no harm */
}

#define FILE_NAME "root\\x09hints"

static const struct refused_row {
	const char	*name;
	const char	*text;
	const char	*why;		/* begins so */
} refused_rows[] = {
	{ "empty", "", FILE_NAME ": holds no root server with an address" },
	{ "comment alone", "; none\n",
	    FILE_NAME ": holds no root server with an address" },
	{ "NS without an address", ". IN NS ns.\n",
	    FILE_NAME ": holds no root server with an address" },
	{ "address without an NS", "ns. IN A 192.0.2.1\n",
	    FILE_NAME ": holds no root server with an address" },
	{ "no server's address", ". NS ns.\nother. A 192.0.2.1\n",
	    FILE_NAME ": holds no root server with an address" },
	{ "another zone's NS", "example. IN NS ns.\n", FILE_NAME ", line 1: "
	    "is neither an NS record of the root nor an address" },
	{ "malformed address", ". IN NS ns.\nns. IN A 192.0.2.256\n",
	    FILE_NAME ", line 2: " },
	{ "prose after a good part", ". NS ns.\nns. A 192.0.2.1\n\nno more",
	    FILE_NAME ", line 4: " },
};

static void
test_refused(void **state)
{
	const struct refused_row *row = *state;
	struct root_hints hints;
	char *why;

	assert_false(read_text(&hints, row->text, &why));
	assert_int_equal(hints.count, 0);
	if (strncmp(why, row->why, strlen(row->why)) != 0)
		assert_string_equal(why, row->why);
	free(why);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_accepted, accepted_rows),
		TABLE(test_refused, refused_rows),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
