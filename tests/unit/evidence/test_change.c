#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "checker/evidence/evidence.h"

/* As JSON has them: none may change. */
static void
test_names(void **state)
{
	static const char *const names[] = { "new", "verdict", "mx", "address",
		"tlsa", "key", "issuer", "key-type", "tls", "dnssec" };
	size_t i;

	(void)state;
	assert_null(change_kind_name(CHANGE_NONE));
	assert_int_equal(CHANGE_DNSSEC, sizeof(names) / sizeof(names[0]));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_string_equal(change_kind_name((enum change_kind)(i + 1)),
		    names[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("change", tests, NULL, NULL);
}
