#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "checker/run/settings.h"
#include "tests/unit/support/table.h"

/* Whose domains are looked at thoroughly. */
struct thorough_row {
	const char	*name;
	bool		 option;	/* --thorough */
	const char	*file;		/* --file */
	size_t		 count;		/* arguments */
	bool		 thorough;
};

static const struct thorough_row thorough_rows[] = {
	{ "one domain", false, NULL, 1, true },
	{ "two domains", false, NULL, 2, false },
	{ "a file", false, "domains", 0, false },
	{ "one domain and a file", false, "domains", 1, false },
	{ "a record of some", false, NULL, 0, false },
	{ "two domains, --thorough", true, NULL, 2, true },
	{ "a file, --thorough", true, "domains", 0, true },
	{ "one domain, --thorough", true, NULL, 1, true },
};

static void
test_thorough(void **state)
{
	const struct thorough_row *row = *state;
	struct settings settings;

	settings_init(&settings);
	assert_false(settings.gather.thorough);
	settings.gather.thorough = row->option;
	settings.input = row->file;
	settings_count_domains(&settings, row->count);
	assert_int_equal(settings.gather.thorough, row->thorough);
	settings_clear(&settings);
}

int
main(void)
{
	static const struct table tables[] = {
		TABLE(test_thorough, thorough_rows),
	};

	return table_run(tables, sizeof(tables) / sizeof(tables[0]));
}
