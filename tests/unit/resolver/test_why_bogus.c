#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "resolver/memory.h"
#include "resolver/why_bogus.h"
#include "tests/unit/support/table.h"

#define QUESTION "validation failure <mx.example.org. A IN>: "
#define OTHERS "validation failure <d1.example. MX IN>: "
#define MARKED(zone) "key for validation " zone " is marked as invalid"
#define BEFORE " because of a previous "

/* What libunbound 1.17 to 1.24 say of mx.example.org, an alias of a.b.net. */
static const struct why_row {
	const char	*name;
	const char	*text;
	const char	*why;		/* NULL: nothing is left */
} why_rows[] = {
	{ "own question", QUESTION "signature expired from 192.0.2.53 for key "
	    "example.org.", "signature expired from 192.0.2.53 for key "
	    "example.org." },
	{ "own records", QUESTION "no signatures from 192.0.2.53 and "
	    "2001:db8::53 for <a.b.net. A IN>", "no signatures from "
	    "192.0.2.53 and 2001:db8::53 for <a.b.net. A IN>" },
	{ "no question", "signature crypto failed",
	    "signature crypto failed" },
	{ "a bad key", QUESTION MARKED("example.org.") BEFORE OTHERS
	    "no keys have a DS with algorithm RSASHA256 from 192.0.2.53 for "
	    "key example.org. while building chain of trust",
	    "no keys have a DS with algorithm RSASHA256 from 192.0.2.53 for "
	    "key example.org. while building chain of trust" },
	{ "a bad key, the text of newer versions", QUESTION
	    MARKED("example.org.") BEFORE "no DNSKEY rrset for key "
	    "example.org. while building chain of trust",
	    "no DNSKEY rrset for key example.org. while building chain of "
	    "trust" },
	{ "a bad key of the root", QUESTION MARKED(".") BEFORE OTHERS
	    "signature missing for key .", "signature missing for key ." },
	{ "another's names", QUESTION MARKED("example.org.") BEFORE OTHERS
	    "no signatures for <d1.example. MX IN>", MARKED("example.org.") },
	{ "another's key", QUESTION MARKED("org.") BEFORE OTHERS
	    "no DNSKEY rrset for key d1.example.", MARKED("org.") },
	{ "another's key alone", QUESTION MARKED("d1.example.") BEFORE OTHERS
	    "no DNSKEY rrset for key d1.example.", NULL },
	{ "the alias's", QUESTION MARKED("b.net.") BEFORE OTHERS
	    "no DNSKEY rrset for key b.net.", "no DNSKEY rrset for key "
	    "b.net." },
	{ "more before it", QUESTION "no signatures from 192.0.2.1 "
	    MARKED("org.") BEFORE OTHERS "x for d1.example.",
	    MARKED("org.") },
	{ "twice", QUESTION MARKED("org.") BEFORE OTHERS MARKED("org.") BEFORE
	    "validation failure <d0.example. MX IN>: no DNSKEY rrset for key "
	    "org.", "no DNSKEY rrset for key org." },
	{ "a key below the name", QUESTION MARKED("org.") BEFORE OTHERS
	    "no DNSKEY rrset for key sub.mx.example.org.", MARKED("org.") },
	{ "hostile name", "validation failure <a<b>:.c>:.example. MX IN>: "
	    "bad", "bad" },
	{ "hostile name of another", QUESTION MARKED("org.") BEFORE
	    "validation failure <x>:<y.example. MX IN>: for <x>:<y.example. "
	    "MX IN>", MARKED("org.") },
	{ "name of another in marks", QUESTION MARKED("org.") BEFORE OTHERS
	    "bad (d1.example.),", MARKED("org.") },
	{ "the like of a question", "validation failure <a b c d>: x",
	    "validation failure <a b c d>: x" },
	{ "question cut short", "validation failure <mx.example.org. A",
	    "validation failure <mx.example.org. A" },
	{ "question alone", "validation failure <mx.example.org. A IN>:",
	    NULL },
	{ "several lines", " two\r\n\tlines \n", "two lines" },
	{ "control characters", "\x1b[2J\x80", "\\x1b[2J\\x80" },
	{ "blanks", " \n ", NULL },
	{ "empty", "", NULL },
	{ "none", NULL, NULL },
};

static void
test_why(void **state)
{
	static const char *const names[] = { "mx.example.org", "a.b.net" };
	const struct why_row *row = *state;
	char *why = why_bogus_text(row->text, names, 2);

	if (row->why == NULL)
		assert_null(why);
	else
		assert_string_equal(why, row->why);
	free(why);
}

/* Each text cut at each length. */
static void
test_cut(void **state)
{
	static const char *const names[] = { "mx.example.org" };
	const struct why_row *row = *state;
	size_t size;
	char *cut;

	for (size = 0; row->text != NULL && size < strlen(row->text); size++) {
		cut = memory_copy(row->text, size);
		free(why_bogus_text(cut, names, 1));
		free(cut);
	}
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_why, why_rows),
		TABLE(test_cut, why_rows),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
