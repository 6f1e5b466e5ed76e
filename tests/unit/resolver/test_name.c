#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "resolver/memory.h"
#include "resolver/name.h"

#define LABEL_63 \
	"abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz-123456789"
#define NAME_253 LABEL_63 "." LABEL_63 "." LABEL_63 "." \
	"abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz-1234567"

static void
test_from_user(void **state)
{
	static const struct {
		const char	*text;
		const char	*name;	/* NULL: refused, for this reason */
		const char	*why;
	} rows[] = {
		{ "example.org", "example.org", NULL },
		{ "Example.ORG.", "example.org", NULL },
		{ "localhost", "localhost", NULL },
		{ "_25._tcp.mx-1.example", "_25._tcp.mx-1.example", NULL },
		{ "xn--bcher-kva.example", "xn--bcher-kva.example", NULL },
		{ "B\xc3\xbc" "cher.example", "xn--bcher-kva.example", NULL },
		{ "Bu\xcc\x88" "cher.example", "xn--bcher-kva.example", NULL },
		{ "stra\xc3\x9f" "e.example", "xn--strae-oqa.example", NULL },
		{ "\xe4\xbe\x8b\xe5\xad\x90\xe3\x80\x82test",
		    "xn--fsqu00a.test", NULL },
		{ LABEL_63 ".org", LABEL_63 ".org", NULL },
		{ NAME_253, NAME_253, NULL },
		{ NAME_253 ".", NAME_253, NULL },

		{ "", NULL, "is empty" },
		{ ".", NULL, "is the root, which takes no mail" },
		{ "postmaster@example.org", NULL,
		    "is a mail address: give the part after the '@'" },
		{ "post@b\xc3\xbc" "cher.example", NULL,
		    "is a mail address: give the part after the '@'" },
		{ "https://example.org/", NULL,
		    "is a URL: give the name in it" },
		{ "example.org:25", NULL, "holds a ':': give the name alone" },
		{ "192.0.2.1", NULL, "is an address; DANE needs a name" },
		{ "192.0.2.1.", NULL, "is an address; DANE needs a name" },
		{ "2001:db8::25", NULL, "is an address; DANE needs a name" },
		{ "[192.0.2.1]", NULL, "is an address; DANE needs a name" },
		{ "\xef\xbc\x91" "92.0.2.1", NULL,
		    "is an address; DANE needs a name" },
		{ "example..org", NULL, "has an empty label" },
		{ ".example.org", NULL, "has an empty label" },
		{ "example.org..", NULL, "has an empty label" },
		{ LABEL_63 "x.org", NULL,
		    "has a label of more than 63 characters" },
		{ NAME_253 "8", NULL,
		    "is longer than the 253 characters that a name can have" },
		{ "example .org", NULL,
		    "holds a space or a control character" },
		{ "example.org\n", NULL,
		    "holds a space or a control character" },
		{ "example\x7f.org", NULL,
		    "holds a space or a control character" },
		{ "$(reboot).org", NULL,
		    "holds a character that a host's name cannot have" },
		{ "*.example.org", NULL,
		    "holds a character that a host's name cannot have" },
		{ "ex\\097mple.org", NULL,
		    "holds a character that a host's name cannot have" },
		{ "caf\xe9.example", NULL, "is not valid UTF-8" },
		{ "\xed\xa0\x80.example", NULL, "is not valid UTF-8" },
		{ "\xe2\x80\xae.example", NULL,
		    "holds what an internationalised name cannot have "
		    "(IDNA 2008)" },
	};
	const char *why;
	char *name;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		name = name_from_user(rows[i].text, &why);
		if (rows[i].name != NULL) {
			assert_non_null(name);
			assert_string_equal(name, rows[i].name);
		} else {
			assert_null(name);
			assert_string_equal(why, rows[i].why);
		}
		free(name);
	}
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

static void
test_normalise(void **state)
{
	static const char *const rows[][2] = {
		{ "Example.ORG.", "example.org" },
		{ "example.org", "example.org" },
		{ ".", "." },
		{ "", "." },
		{ "\\065bc.example.", "abc.example" },
		{ "a\\.b.example.", "a\\046b.example" },
		{ "a\\.", "a\\046" },
		{ "a\\\\.example", "a\\092.example" },
		{ "*.example.", "\\042.example" },
		{ "a\\032b\\000c.example.", "a\\032b\\000c.example" },
		{ "x;\\\"y$.example", "x\\059\\034y\\036.example" },
		{ "\xc3\xa9.example", "\\195\\169.example" },
		/* no escapes at all, but a library may say anything */
		{ "a\\", "a\\092" },
		{ "a\\25", "a25" },
		{ "a\\999", "a999" },
	};
	char *name, *again;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		name = name_normalise(rows[i][0]);
		assert_string_equal(name, rows[i][1]);
		again = name_normalise(name);
		assert_true(name_equal(name, again));
		free(again);
		free(name);
	}
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

static void
test_is_host(void **state)
{
	(void)state;
	assert_true(name_is_host("mx.example.org"));
	assert_true(name_is_host("mx_1.example-2.org"));
	assert_true(name_is_host(LABEL_63));
	assert_true(name_is_host(NAME_253));
	assert_false(name_is_host(LABEL_63 "x"));
	assert_false(name_is_host(NAME_253 "8"));
	assert_false(name_is_host("."));
	assert_false(name_is_host(""));
	assert_false(name_is_host("mx..example"));
	assert_false(name_is_host("\\042.example"));
	assert_false(name_is_host("mx example"));
}

static void
test_is_address(void **state)
{
	static const char *const addresses[] = { "192.0.2.1",
		"192\\0460\\0462\\0461", "192\\.0\\.2\\.1", "2001:db8::25",
		"2001\\058db8\\058\\05825", "\\058\\058ffff\\058192.0.2.1",
		"[192.0.2.1]", "\\091192.0.2.1\\093", "[2001:db8::25]",
		"[IPv6:2001:db8::25]",
		"[ipv6:2001:0db8:0000:0000:0000:0000:192.168.100.100]" };
	static const char *const names[] = { "mx.example.org", "192.0.2",
		"192.0.2.1.example", "192.0.2.256", "1.2.3.4.5", ".",
		"192.0.2.1\\000x", "2001\\058db8", "[]", "[192.0.2.1",
		"192.0.2.1]", "[IPv6:]", "[mx.example.org]",
		"0123456789012345678901234567890123456789012345678901234" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		assert_true(name_is_address(addresses[i]));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_false(name_is_address(names[i]));
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

	/* An escape is one octet of them. */
	escaped = memory_format("\\000\\046.%s", &NAME_253[9 + 3]);
	owner = name_tlsa_owner(25, escaped);
	assert_non_null(owner);
	free(owner);
	free(escaped);
	escaped = memory_format("\\000\\046.%s", &NAME_253[9 + 2]);
	assert_null(name_tlsa_owner(25, escaped));
	free(escaped);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_from_user),
		cmocka_unit_test(test_from_user_limit),
		cmocka_unit_test(test_normalise),
		cmocka_unit_test(test_compare_natural),
		cmocka_unit_test(test_is_host),
		cmocka_unit_test(test_is_address),
		cmocka_unit_test(test_tlsa_owner),
	};

	return cmocka_run_group_tests_name("name", tests, NULL, NULL);
}
