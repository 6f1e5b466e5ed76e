/*
 * Tables of cases as cmocka tests, one test a row, so that a row that fails is
 * named in the output.
 */
#ifndef TESTS_UNIT_SUPPORT_TABLE_H
#define TESTS_UNIT_SUPPORT_TABLE_H

#include <stddef.h>

/*
 * A test function and the rows that it runs on. Each row is a struct that
 * begins with its name, a const char *: a few words, unique in the table. The
 * function finds its row in *state. ROWS NULL: a test without a table, which
 * runs once and is called NAME.
 */
struct table {
	const char	 *name;
	void		(*test)(void **state);
	const void	 *rows;		/* borrowed */
	size_t		  row_size;	/* octets */
	size_t		  count;
	int		(*set_up)(void **state);	/* NULL: none */
	int		(*tear_down)(void **state);	/* NULL: none */
};

#define TABLE(function, rows) \
	TABLE_WITH(function, rows, NULL, NULL)
/* Of COUNT rows from FIRST on, where that is not all of an array. */
#define TABLE_PART(function, first, count) \
	{ #function, function, first, sizeof((first)[0]), count, NULL, NULL }
#define TABLE_ALONE(function) \
	TABLE_ALONE_WITH(function, NULL, NULL)

/*
 * The same, with functions that run before and after each test. SET_UP finds
 * the row (NULL: none) in *state, and puts there what the test is to find.
 */
#define TABLE_WITH(function, rows, set_up, tear_down) \
	{ #function, function, rows, sizeof((rows)[0]), \
	    sizeof(rows) / sizeof((rows)[0]), set_up, tear_down }
#define TABLE_ALONE_WITH(function, set_up, tear_down) \
	{ #function, function, NULL, 0, 1, set_up, tear_down }

/* Runs all tests of COUNT tables; returns how many failed, for main. */
int	table_run(const struct table *tables, size_t count);

#endif
