#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "resolver/memory.h"
#include "resolver/name_tree.h"
#include "tests/unit/support/table.h"

static void
test_empty(void **state)
{
	struct name_tree tree = { NULL, 0, 0 };

	(void)state;
	assert_false(name_tree_has(&tree, "a"));
	assert_string_equal(name_tree_encloser(&tree, "a.b"), ".");
	name_tree_clear(&tree);
}

/* Names that have none but names below them exist, too (RFC 4592 2.2.2). */
static void
test_parents(void **state)
{
	struct name_tree tree = { NULL, 0, 0 };

	(void)state;
	name_tree_add(&tree, "_25._tcp.mx.example");
	name_tree_add(&tree, "a\\046b.example");
	name_tree_add(&tree, ".");
	assert_int_equal(tree.count, 5);
	assert_true(name_tree_has(&tree, "_25._tcp.mx.example"));
	assert_true(name_tree_has(&tree, "_tcp.mx.example"));
	assert_true(name_tree_has(&tree, "example"));
	assert_false(name_tree_has(&tree, "tcp.mx.example"));
	assert_false(name_tree_has(&tree, "b.example"));
	assert_string_equal(name_tree_encloser(&tree, "_465._tcp.mx.example"),
	    "_tcp.mx.example");
	assert_string_equal(name_tree_encloser(&tree, "_tcp.mx.example"),
	    "_tcp.mx.example");
	assert_string_equal(name_tree_encloser(&tree, "mx.test"), ".");
	name_tree_clear(&tree);
}

static void
test_many(void **state)
{
	struct name_tree tree = { NULL, 0, 0 };
	char *name;
	size_t i;

	(void)state;
	for (i = 0; i < 10000; i++) {
		name = memory_format("n%zu.example", i / 2);
		name_tree_add(&tree, name);
		free(name);
	}
	assert_int_equal(tree.count, 5001);
	for (i = 0; i < 10000; i++) {
		name = memory_format("n%zu.example", i);
		assert_int_equal(name_tree_has(&tree, name), i < 5000);
		free(name);
	}
	name_tree_clear(&tree);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE_ALONE(test_empty),
		TABLE_ALONE(test_parents),
		TABLE_ALONE(test_many),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
