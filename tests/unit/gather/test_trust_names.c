#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "checker/gather/trust_names.h"
#include "tests/unit/support/table.h"

static void
test_set(void **state)
{
	struct trust_names names = { NULL, 0 };

	(void)state;
	assert_false(trust_names_have(&names, "org"));
	trust_names_add(&names, "org");
	trust_names_add(&names, ".");
	trust_names_add(&names, "org");
	assert_int_equal(names.count, 2);
	assert_string_equal(names.items[0], "org");
	assert_string_equal(names.items[1], ".");
	assert_true(trust_names_have(&names, "."));
	assert_false(trust_names_have(&names, "example.org"));
	trust_names_clear(&names);
	assert_int_equal(names.count, 0);
	assert_false(trust_names_have(&names, "org"));
	trust_names_clear(&names);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_ALONE(test_set),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
