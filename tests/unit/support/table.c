#include "tests/unit/support/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "resolver/memory.h"

/* The test for row I. Its name is owned by the caller. */
static struct CMUnitTest
test_of_row(const struct table *table, size_t i)
{
	const char *row;

	if (table->rows == NULL)
		return (struct CMUnitTest){
			.name = memory_string(table->name),
			.test_func = table->test,
			.setup_func = table->set_up,
			.teardown_func = table->tear_down,
		};
	row = (const char *)table->rows + i * table->row_size;
	return (struct CMUnitTest){
		.name = memory_format("%s: %s", table->name,
		    *(const char *const *)row),
		.test_func = table->test,
		.setup_func = table->set_up,
		.teardown_func = table->tear_down,
		.initial_state = (void *)(uintptr_t)row,
	};
}

int
table_run(const struct table *tables, size_t count)
{
	struct CMUnitTest *tests = NULL;
	size_t i, j, test_count = 0;
	int failed;

	for (i = 0; i < count; i++) {
		for (j = 0; j < tables[i].count; j++) {
			tests = memory_grow(tests, test_count, sizeof(*tests));
			tests[test_count++] = test_of_row(&tables[i], j);
		}
	}
	failed = _cmocka_run_group_tests("tests", tests, test_count, NULL,
	    NULL);
	for (i = 0; i < test_count; i++)
		free((void *)(uintptr_t)tests[i].name);
	free(tests);
	return failed;
}
