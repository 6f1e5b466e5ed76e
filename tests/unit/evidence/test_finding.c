/*
 * The order in which findings are told, and what is told once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checker/evidence/finding.h"
#include "resolver/memory.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
add(struct finding_list *list, enum finding_code code, const char *host,
    const char *address, const char *text)
{
	struct finding *finding = finding_add(list, code, "%s", text);

	if (host != NULL)
		finding->host = memory_string(host);
	if (address != NULL) {
		finding->address = memory_string(address);
		finding->key_type = KEY_RSA;
	}
}

/* By severity, then by place; an explanation follows what it explains. */
static void
test_sort(void **state)
{
	static const struct {
		enum finding_code	 code;
		const char		*host, *address, *text;
	} rows[] = {
		{ FINDING_NO_ROLLOVER_RECORD, "b", NULL, "9" },
		{ FINDING_NO_RECORD_MATCHES, "a", "192.0.2.1", "1" },
		{ FINDING_STARTTLS_REFUSED, "a", "192.0.2.2", "3" },
		{ FINDING_TLSA_NONE, "b", NULL, "7" },
		{ FINDING_NO_RECORD_MATCHES, "c", "192.0.2.3", "5" },
		{ FINDING_TLSA_BOGUS, "a", NULL, "4" },
		{ FINDING_USAGE_2_NAMES_LEAF, "a", "192.0.2.1", "2" },
		{ FINDING_NS_LAME, NULL, NULL, "6" },
		{ FINDING_LIMIT_REACHED, NULL, NULL, "8" },
	};
	struct finding_list list = { NULL, 0 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		add(&list, rows[i].code, rows[i].host, rows[i].address,
		    rows[i].text);
	finding_sort(&list);
	for (i = 0; i < COUNT(rows); i++)
		assert_int_equal(list.items[i].text[0], '1' + (int)i);
	finding_list_clear(&list);
}

static void
test_places(void **state)
{
	static const struct {
		const char	*host, *address, *text;
		const char	*places;	/* NULL: it repeats another */
	} rows[] = {
		{ "a", "192.0.2.1", "one",
		    "a [192.0.2.1] [2001:db8::1] b [192.0.2.2] RSA" },
		{ "a", "192.0.2.3", "two", "a [192.0.2.3] RSA" },
		{ "b", "192.0.2.2", "one", NULL },
		{ "a", "2001:db8::1", "one", NULL },
		{ "a", NULL, "one", "a b" },
		{ "b", NULL, "one", NULL },
		{ NULL, NULL, "one", "" },
	};
	struct finding_list list = { NULL, 0 };
	char *places;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		add(&list, FINDING_CONNECT_FAILED, rows[i].host,
		    rows[i].address, rows[i].text);
	for (i = 0; i < COUNT(rows); i++) {
		assert_int_equal(finding_repeats(&list, i),
		    rows[i].places == NULL);
		if (rows[i].places == NULL)
			continue;
		places = finding_places(&list, i);
		assert_string_equal(places, rows[i].places);
		free(places);
	}
	finding_list_clear(&list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_places),
	};

	return cmocka_run_group_tests_name("finding", tests, NULL, NULL);
}
