#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "resolver/memory.h"
#include "resolver/name.h"
#include "tests/unit/support/table.h"

#define LABEL_63 \
	"abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz-123456789"
#define NAME_253 LABEL_63 "." LABEL_63 "." LABEL_63 "." \
	"abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz-1234567"

static const struct user_row {
	const char	*name;
	const char	*text;
	const char	*ascii;	/* NULL: refused, for this reason */
	const char	*why;
} user_rows[] = {
	{ "lower case", "example.org", "example.org", NULL },
	{ "capitals and a dot", "Example.ORG.", "example.org", NULL },
	{ "one label", "localhost", "localhost", NULL },
	{ "underscores", "_25._tcp.mx-1.example", "_25._tcp.mx-1.example",
	    NULL },
	{ "A-label", "xn--bcher-kva.example", "xn--bcher-kva.example", NULL },
	{ "U-label",
	    "B\xc3\xbc"
	    "cher.example",
	    "xn--bcher-kva.example", NULL },
	{ "U-label, decomposed",
	    "Bu\xcc\x88"
	    "cher.example",
	    "xn--bcher-kva.example", NULL },
	{ "sharp s",
	    "stra\xc3\x9f"
	    "e.example",
	    "xn--strae-oqa.example", NULL },
	{ "ideographic full stop", "\xe4\xbe\x8b\xe5\xad\x90\xe3\x80\x82test",
	    "xn--fsqu00a.test", NULL },
	{ "label of 63", LABEL_63 ".org", LABEL_63 ".org", NULL },
	{ "name of 253", NAME_253, NAME_253, NULL },
	{ "name of 253 and a dot", NAME_253 ".", NAME_253, NULL },

	{ "empty", "", NULL, "is empty" },
	{ "root", ".", NULL, "is the root, which accepts no mail" },
	{ "mail address", "postmaster@example.org", NULL,
	    "is a mail address: give the part after the '@'" },
	{ "mail address with a U-label",
	    "post@b\xc3\xbc"
	    "cher.example",
	    NULL, "is a mail address: give the part after the '@'" },
	{ "URL", "https://example.org/", NULL,
	    "is a URL: give the name in it" },
	{ "port", "example.org:25", NULL,
	    "contains a ':': give the name alone" },
	{ "IPv4 address", "192.0.2.1", NULL,
	    "is an address; DANE needs a name" },
	{ "IPv4 address and a dot", "192.0.2.1.", NULL,
	    "is an address; DANE needs a name" },
	{ "IPv6 address", "2001:db8::25", NULL,
	    "is an address; DANE needs a name" },
	{ "address literal", "[192.0.2.1]", NULL,
	    "is an address; DANE needs a name" },
	{ "full-width address",
	    "\xef\xbc\x91"
	    "92.0.2.1",
	    NULL, "is an address; DANE needs a name" },
	{ "empty label", "example..org", NULL, "has an empty label" },
	{ "leading dot", ".example.org", NULL, "has an empty label" },
	{ "two dots at the end", "example.org..", NULL, "has an empty label" },
	{ "label of 64", LABEL_63 "x.org", NULL,
	    "has a label of more than 63 characters" },
	{ "name of 254", NAME_253 "8", NULL,
	    "is longer than the 253 characters that a name can have" },
	{ "space", "example .org", NULL,
	    "contains a space or a control character" },
	{ "line feed", "example.org\n", NULL,
	    "contains a space or a control character" },
	{ "DEL", "example\x7f.org", NULL,
	    "contains a space or a control character" },
	{ "shell", "$(reboot).org", NULL,
	    "contains a character that a host name cannot have" },
	{ "wildcard", "*.example.org", NULL,
	    "contains a character that a host name cannot have" },
	{ "escape", "ex\\097mple.org", NULL,
	    "contains a character that a host name cannot have" },
	{ "Latin-1", "caf\xe9.example", NULL, "is not valid UTF-8" },
	{ "surrogate", "\xed\xa0\x80.example", NULL, "is not valid UTF-8" },
	{ "override", "\xe2\x80\xae.example", NULL,
	    "is not a valid internationalised name "
	    "(IDNA 2008)" },
};

static void
test_from_user(void **state)
{
	const struct user_row *row = *state;
	const char *why;
	char *ascii = name_from_user(row->text, &why);

	if (row->ascii != NULL) {
		assert_non_null(ascii);
		assert_string_equal(ascii, row->ascii);
	} else {
		assert_null(ascii);
		assert_string_equal(why, row->why);
	}
	free(ascii);
}

static void
test_from_user_limit(void **state)
{
	const char *why;
	char *text;

	(void)state;
	text = memory_new(100001, 1);
	memset(text, 'a', 100000);
	assert_null(name_from_user(text, &why));
	assert_string_equal(why,
	    "is longer than the 253 characters that a name can have");
	free(text);
}

static const struct normal_row {
	const char	*name;
	const char	*text;
	const char	*normal;
} normal_rows[] = {
	{ "capitals", "Example.ORG.", "example.org" },
	{ "no final dot", "example.org", "example.org" },
	{ "root", ".", "." },
	{ "empty", "", "." },
	{ "escaped letter", "\\065bc.example.", "abc.example" },
	{ "escaped dot", "a\\.b.example.", "a\\046b.example" },
	{ "escaped dot at the end", "a\\.", "a\\046" },
	{ "backslash", "a\\\\.example", "a\\092.example" },
	{ "asterisk", "*.example.", "\\042.example" },
	{ "escaped space and NUL", "a\\032b\\000c.example.",
	    "a\\032b\\000c.example" },
	{ "special characters", "x;\\\"y$.example",
	    "x\\059\\034y\\036.example" },
	{ "UTF-8", "\xc3\xa9.example", "\\195\\169.example" },
	/* not escapes, but a library may say anything */
	{ "backslash at the end", "a\\", "a\\092" },
	{ "two digits", "a\\25", "a25" },
	{ "three digits above 255", "a\\999", "a999" },
};

static void
test_normalise(void **state)
{
	const struct normal_row *row = *state;
	char *normal = name_normalise(row->text), *again;

	assert_string_equal(normal, row->normal);
	again = name_normalise(normal);
	assert_true(name_equal(normal, again));
	assert_true(name_is_normal(normal, strlen(normal)));
	assert_true(name_is_normal(row->text, strlen(row->text)) ==
	    (strcmp(row->text, normal) == 0));
	free(again);
	free(normal);
}

static const struct wire_row {
	const char	*name;
	const char	*octets;
	size_t		 size;
	const char	*text;
} wire_rows[] = {
	{ "wire: root", "\0", 1, "." },
	{ "wire: nothing", "", 0, "." },
	{ "wire: two labels", "\2mx\7example\0", 12, "mx.example" },
	{ "wire: capitals", "\2MX\7Example\0", 12, "mx.example" },
	{ "wire: underscores", "\3_25\4_tcp\2mx\0", 13, "_25._tcp.mx" },
	{ "wire: a dot in a label", "\3a.b\1c\0", 7, "a\\046b.c" },
	{ "wire: a backslash", "\1\\\0", 3, "\\092" },
	{ "wire: NUL and the highest octet", "\2\0\377\0", 4, "\\000\\255" },
	{ "wire: an asterisk", "\1*\1a\0", 5, "\\042.a" },
	{ "wire: cut off in a label", "\5abcdef", 4, "abc" },
	{ "wire: cut off behind a label", "\1a", 2, "a" },
	{ "wire: the end is the end", "\1a\0\1b\0", 6, "a" },
};

static void
test_from_wire(void **state)
{
	const struct wire_row *row = *state;
	char *name = name_from_wire((const uint8_t *)row->octets, row->size);

	assert_string_equal(name, row->text);
	free(name);
}

/* Of octets that no name has, as many are read as a name can have. */
static void
test_from_long_wire(void **state)
{
	uint8_t octets[2 * NAME_WIRE_MAX];
	char *name;

	(void)state;
	memset(octets, 255, sizeof(octets));
	name = name_from_wire(octets, sizeof(octets));
	assert_int_equal(strlen(name), 4 * (NAME_WIRE_MAX - 1));
	free(name);
}

/* What name_normalise leaves alone, and no DNS message can hold. */
static const struct no_name_row {
	const char	*name;
	const char	*text;
} no_name_rows[] = {
	{ "empty label", "a..b" },
	{ "begins with a dot", ".a" },
	{ "two dots", ".." },
	{ "label of 64", "a" LABEL_63 ".example" },
	{ "name of 254", "a" NAME_253 },
	{ "escape above 255", "a\\256.example" },
	{ "escape that is not needed", "\\097.example" },
	{ "escape of two digits", "a\\00" },
};

static void
test_is_no_name(void **state)
{
	const struct no_name_row *row = *state;

	assert_false(name_is_normal(row->text, strlen(row->text)));
}

static void
test_is_normal(void **state)
{
	(void)state;
	assert_true(name_is_normal(NAME_253, strlen(NAME_253)));
	assert_true(name_is_normal("_25._tcp.\\000\\046", 17));
	assert_false(name_is_normal("a\0b", 3));
}

static void
test_equal(void **state)
{
	(void)state;
	assert_true(name_equal("a.example", "a.example"));
	assert_false(name_equal("a.example", "b.example"));
}

static int
sign(int number)
{
	return (number > 0) - (number < 0);
}

/* Each name before all that follow it, whichever is compared with which. */
static void
test_compare_natural(void **state)
{
	static const char *const ordered[] = {
		".",
		"0.example",
		"00.example",
		"3.example",
		"a.example",
		"mail.example",
		"mx-1.example",
		"mx-10.example",
		"mx.example",
		"mx1.example",
		"mx01.example.net",
		"mx1.example.org",
		"mx01x.example",
		"mx2-9.example",
		"mx2-010.example",
		"mx2-10.example",
		"mx02.example",
		"mx2.example",
		"mx3.a1.example",
		"mx3.a09.example",
		"mx3.a9b.example",
		"mx10.example",
		"mx99999999999999999999999999999999999998.example",
		"mx099999999999999999999999999999999999999.example",
		"mx99999999999999999999999999999999999999.example",
		"mx100000000000000000000000000000000000000.example",
		"mxa.example",
	};
	const size_t count = sizeof(ordered) / sizeof(ordered[0]);
	size_t i, j;
	int order;

	(void)state;
	for (i = 0; i < count; i++) {
		for (j = 0; j < count; j++) {
			order = name_compare_natural(ordered[i], ordered[j]);
			if (sign(order) != sign((int)i - (int)j))
				fail_msg("%s and %s: %d", ordered[i],
				    ordered[j], order);
		}
	}
}

static const struct below_row {
	const char	*name;
	const char	*below, *top;
	bool		 is;
} below_rows[] = {
	{ "same name", "example.org", "example.org", true },
	{ "child", "mx.example.org", "example.org", true },
	{ "far below", "_25._tcp.mx.example.org", "org", true },
	{ "root", "example.org", ".", true },
	{ "root and root", ".", ".", true },
	{ "parent", "org", "example.org", false },
	{ "sibling", "a.example.org", "b.example.org", false },
	{ "only the same letters", "badexample.org", "example.org", false },
	{ "dot within a label", "mx\\.example.org", "example.org", false },
	{ "label that ends in a backslash", "mx\\\\.example.org",
	    "example.org", true },
	{ "below a dot within a label", "a.mx\\.example.org",
	    "mx\\.example.org", true },
};

/* A dot that is escaped separates no labels. */
static const struct parent_row {
	const char	*name;
	const char	*text;
	const char	*parent;
	size_t		 labels;
} parent_rows[] = {
	{ "root", ".", ".", 0 },
	{ "one label", "org", ".", 1 },
	{ "three", "mx.example.org", "example.org", 3 },
	{ "escaped dot", "a\\.b.example", "example", 2 },
	{ "nothing but an escaped dot", "\\.", ".", 1 },
	{ "escaped dot at the end", "a\\..example", "example", 2 },
	{ "escaped backslash", "a\\\\.example", "example", 2 },
	{ "escaped backslash and dot", "a\\\\\\.b.example", "example", 2 },
	{ "octet by its number", "a\\046b.example", "example", 2 },
	{ "number before a dot", "\\000.example", "example", 2 },
};

static const struct localhost_row {
	const char	*name;
	const char	*text;
	bool		 is;
} localhost_rows[] = {
	{ "localhost", "localhost", true },
	{ "below it", "mx.a.localhost", true },
	{ "a domain's own", "localhost.example.org", false },
	{ "only the same letters", "notlocalhost", false },
	{ "root", ".", false },
};

static void
test_is_localhost(void **state)
{
	const struct localhost_row *row = *state;

	assert_int_equal(name_is_localhost(row->text), row->is);
}

static const struct qualified_row {
	const char	*name;
	bool		 is;
} qualified_rows[] = {
	{ "mx.example.org", true },
	{ "mx.example.org.", false },
	{ "mx", false },
	{ "mx.", false },
	{ "localhost", false },
	{ "localhost.localdomain", false },
	{ "Localhost.LocalDomain", false },
	{ "localhosts.example", true },
	{ "mx.localhost", false },
	{ "192.0.2.1", false },
	{ "[192.0.2.1]", false },
	{ "no name.example", false },
	{ "", false },
	{ ".", false },
};

static void
test_is_qualified(void **state)
{
	const struct qualified_row *row = *state;

	assert_int_equal(name_is_qualified(row->name), row->is);
}

static void
test_is_at_or_below(void **state)
{
	const struct below_row *row = *state;

	assert_int_equal(name_is_at_or_below(row->below, row->top), row->is);
}

static const struct host_row {
	const char	*name;
	const char	*host;
	bool		 is;
} host_rows[] = {
	{ "host", "mx.example.org", true },
	{ "underscore, hyphen", "mx_1.example-2.org", true },
	{ "label of 63", LABEL_63, true },
	{ "name of 253", NAME_253, true },
	{ "label of 64", LABEL_63 "x", false },
	{ "name of 254", NAME_253 "8", false },
	{ "root", ".", false },
	{ "empty", "", false },
	{ "empty label", "mx..example", false },
	{ "asterisk", "\\042.example", false },
	{ "space", "mx example", false },
};

static void
test_is_host(void **state)
{
	const struct host_row *row = *state;

	assert_int_equal(name_is_host(row->host), row->is);
}

static const struct address_row {
	const char	*name;
	bool		 is;
} address_rows[] = {
	{ "192.0.2.1", true },
	{ "192\\0460\\0462\\0461", true },
	{ "192\\.0\\.2\\.1", true },
	{ "2001:db8::25", true },
	{ "2001\\058db8\\058\\05825", true },
	{ "\\058\\058ffff\\058192.0.2.1", true },
	{ "[192.0.2.1]", true },
	{ "\\091192.0.2.1\\093", true },
	{ "[2001:db8::25]", true },
	{ "[IPv6:2001:db8::25]", true },
	{ "[ipv6:2001:0db8:0000:0000:0000:0000:192.168.100.100]", true },
	{ "mx.example.org", false },
	{ "192.0.2", false },
	{ "192.0.2.1.example", false },
	{ "192.0.2.256", false },
	{ "1.2.3.4.5", false },
	{ ".", false },
	{ "192.0.2.1\\000x", false },
	{ "2001\\058db8", false },
	{ "[]", false },
	{ "[192.0.2.1", false },
	{ "192.0.2.1]", false },
	{ "[IPv6:]", false },
	{ "[mx.example.org]", false },
	{ "0123456789012345678901234567890123456789012345678901234", false },
};

static void
test_is_address(void **state)
{
	const struct address_row *row = *state;

	assert_int_equal(name_is_address(row->name), row->is);
}

static void
test_tlsa_owner(void **state)
{
	char *owner, *escaped;

	(void)state;
	owner = name_tlsa_owner(25, "mx.example.org");
	assert_string_equal(owner, "_25._tcp.mx.example.org");
	free(owner);
	owner = name_tlsa_owner(65535, ".");
	assert_string_equal(owner, "_65535._tcp");
	free(owner);

	/* "_25._tcp." takes 9 octets of the 255. */
	owner = name_tlsa_owner(25, &NAME_253[9]);
	assert_int_equal(strlen(owner), 253);
	free(owner);
	assert_null(name_tlsa_owner(25, &NAME_253[8]));
	assert_null(name_tlsa_owner(587, &NAME_253[9]));

	/* An escape is one octet. */
	escaped = memory_format("\\000\\046.%s", &NAME_253[9 + 3]);
	owner = name_tlsa_owner(25, escaped);
	assert_non_null(owner);
	free(owner);
	free(escaped);
	escaped = memory_format("\\000\\046.%s", &NAME_253[9 + 2]);
	assert_null(name_tlsa_owner(25, escaped));
	free(escaped);
}

static void
test_parent(void **state)
{
	const struct parent_row *row = *state;

	assert_string_equal(name_parent(row->text), row->parent);
	assert_int_equal(name_label_count(row->text), row->labels);
}

static void
test_wildcard(void **state)
{
	char *name = name_wildcard("example.org"), *text;

	(void)state;
	assert_true(name_is_normal(name, strlen(name)));
	text = name_in_zone(name);
	assert_string_equal(text, "*.example.org");
	free(text);
	free(name);
	name = name_wildcard(".");
	text = name_in_zone(name);
	assert_string_equal(text, "*");
	free(text);
	free(name);
	text = name_in_zone("\\042a.example.org");
	assert_string_equal(text, "\\042a.example.org");
	free(text);
}

static void
test_tlsrpt_owner(void **state)
{
	char *owner = name_tlsrpt_owner("example.org");

	(void)state;
	assert_string_equal(owner, "_smtp._tls.example.org");
	free(owner);
	/* "_smtp._tls." takes 11 octets of the 255. */
	owner = name_tlsrpt_owner(&NAME_253[11]);
	assert_int_equal(strlen(owner), 253);
	free(owner);
	assert_null(name_tlsrpt_owner(&NAME_253[10]));
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_from_user, user_rows),
		TABLE_ALONE(test_from_user_limit),
		TABLE(test_normalise, normal_rows),
		TABLE(test_from_wire, wire_rows),
		TABLE_ALONE(test_from_long_wire),
		TABLE(test_is_no_name, no_name_rows),
		TABLE_ALONE(test_is_normal),
		TABLE_ALONE(test_equal),
		TABLE_ALONE(test_compare_natural),
		TABLE(test_is_qualified, qualified_rows),
		TABLE(test_is_at_or_below, below_rows),
		TABLE(test_parent, parent_rows),
		TABLE_ALONE(test_wildcard),
		TABLE(test_is_localhost, localhost_rows),
		TABLE(test_is_host, host_rows),
		TABLE(test_is_address, address_rows),
		TABLE_ALONE(test_tlsa_owner),
		TABLE_ALONE(test_tlsrpt_owner),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
